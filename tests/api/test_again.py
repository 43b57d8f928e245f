"""What is asked for again is answered from memory, and nothing is answered so that would not be answered anew."""

from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest

from api import pull
from api.errands import Visit
from api.reading import Reading, Readings
from audit.entry import Operation
from auth.tokens import LIFETIME
from models.parties import Client, Party
from settings import PullSettings
from tests.api.conftest import Open
from tests.api.house import ISSUER, NOW, House
from tests.api.shelf import TABLE, approve, put, withdraw
from tests.api.visitor import Visitor

CELLS = f"/samsyn/v1/tables/{TABLE}/cells"
PURPOSE = {"Samsyn-Purpose": "lagesbild"}
Ask = Callable[..., httpx.Response]


@pytest.fixture
def door(house: House, open_door: Open) -> Visitor:
    put(house.place, approve(house.place))
    return open_door(lambda _, closing: pull.fittings(PullSettings(house.place, ISSUER), closing))


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every reading that was decided anew."""
    seen: list[str] = []
    whole = Readings.open

    def open_and_tell(self: Readings, visit: Visit, purpose: str, table: str, release: str | None = None) -> Reading:
        seen.append(table)
        return whole(self, visit, purpose, table, release)

    monkeypatch.setattr(Readings, "open", open_and_tell)
    return seen


@pytest.fixture
def ask(house: House, door: Visitor) -> Ask:
    """Asks with one and the same token, as a dashboard does until it runs out."""
    bearer = house.bearer("huddinge-reader") | PURPOSE

    def asked(path: str = CELLS, method: str = "GET", **headers: str) -> httpx.Response:
        return door.request(method, path, headers=bearer | {name.replace("_", "-"): v for name, v in headers.items()})

    return asked


def same(one: httpx.Response, other: httpx.Response) -> bool:
    apart = {"x-request-id", "date"}
    headers = [{name: value for name, value in each.headers.items() if name not in apart} for each in (one, other)]
    return (one.status_code, one.content, headers[0]) == (other.status_code, other.content, headers[1])


def test_it_is_the_same_answer_with_an_entry_of_its_own(house: House, ask: Ask, opened: list[str]) -> None:
    first, second = ask(), ask()
    assert opened == [TABLE]
    assert same(first, second)
    told = house.trail(Operation.READ)
    assert [entry.fields["requestId"] for entry in told] == [each.headers["x-request-id"] for each in (first, second)]
    one, other = ({name: v for name, v in entry.fields.items() if name not in ("requestId", "time")} for entry in told)
    assert one == other


@pytest.mark.parametrize(
    "headers",
    [{"Accept": "text/csv"}, {"Accept_Encoding": "gzip"}, {"Range": "bytes=0-9"}, {"Samsyn_Purpose": "granskning"}],
    ids=str,
)
def test_another_question_is_decided_anew(ask: Ask, opened: list[str], headers: dict[str, str]) -> None:
    path = f"{CELLS}?format=csv" if "Range" in headers else CELLS
    first, second, third = ask(path), ask(path, **headers), ask(path)
    assert len(opened) == 2
    assert same(first, third)
    assert not same(first, second)


def test_head_is_told_as_head_and_has_no_body(house: House, ask: Ask) -> None:
    for _ in range(2):
        assert ask(method="HEAD").content == b""
        assert ask().content
    assert [entry.fields["method"] for entry in house.trail(Operation.READ)] == ["HEAD", "GET"] * 2


def test_what_is_known_is_told_as_304_each_time(house: House, ask: Ask, opened: list[str]) -> None:
    tag = ask().headers["etag"]
    assert [ask(If_None_Match=tag).status_code for _ in range(3)] == [304] * 3
    assert len(opened) == 2
    assert [entry.fields["note"] for entry in house.trail(Operation.READ)][1:] == ["304"] * 3


def test_a_withdrawn_release_is_gone_at_once(house: House, ask: Ask) -> None:
    assert ask().status_code == 200
    withdraw(house.place, "release-1")
    assert ask().status_code == 410


def test_a_new_release_is_seen_at_once(house: House, ask: Ask) -> None:
    assert ask().json()["releaseId"] == "release-1"
    put(house.place, approve(house.place, at=NOW), "release-2", at=NOW + timedelta(hours=1))
    assert ask().json()["releaseId"] == "release-2"


@pytest.mark.parametrize(("kind", "row"), [(Client, "huddinge-reader"), (Party, "huddinge")])
def test_a_suspension_is_felt_within_a_second(house: House, ask: Ask, kind: type[Client | Party], row: str) -> None:
    assert ask().status_code == 200
    house.set_status(kind, row, "suspended")
    house.clock.forward(timedelta(seconds=1))
    assert ask().status_code == 401


def test_a_token_that_has_run_out_opens_nothing(house: House, ask: Ask) -> None:
    assert ask().status_code == 200
    house.clock.forward(LIFETIME + timedelta(seconds=1))
    assert ask().status_code == 401


def test_each_day_is_decided_anew(house: House, door: Visitor, opened: list[str]) -> None:
    house.clock.now = NOW.replace(hour=22, minute=58)  # 23.58 in Sweden
    bearer = house.bearer("huddinge-reader") | PURPOSE
    assert door.get(CELLS, headers=bearer).status_code == 200
    house.clock.forward(timedelta(minutes=4))
    assert door.get(CELLS, headers=bearer).status_code == 200
    assert opened == [TABLE] * 2


def test_another_caller_is_not_given_what_was_another_s(house: House, door: Visitor, ask: Ask) -> None:
    assert ask().status_code == 200
    assert door.get(CELLS, headers=house.bearer("orebro-analyst") | PURPOSE).status_code == 404
    assert door.get(CELLS).status_code == 401
    assert door.get(CELLS, headers={"Authorization": "Bearer x"}).status_code == 401


def test_without_the_trail_nothing_is_given_again(door: Visitor, ask: Ask) -> None:
    assert ask().status_code == 200
    door.app.state.reception.trail.close()
    answer = ask()
    assert answer.status_code == 503
    assert answer.json()["type"].endswith("trail-unavailable")


def test_what_is_refused_is_never_kept(ask: Ask, opened: list[str]) -> None:
    for _ in range(2):
        assert ask(f"{CELLS}?area=9999").status_code == 400
    assert opened == [TABLE] * 2
