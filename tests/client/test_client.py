"""What the client asks for, what it makes of the answers, and when it asks again."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from samsyn_client import problems
from samsyn_client.client import Client
from samsyn_client.patience import NEVER, Patience
from samsyn_client.problems import SamsynError, problem_of
from samsyn_client.shapes import in_language
from tests.client.service import Service, problem

RECEIPT = {
    "deliveryId": "d1",
    "dataset": "ds",
    "rows": 3,
    "added": 1,
    "replaced": 1,
    "unchanged": 1,
    "receivedAt": "2026-02-11T12:00:00.000Z",
    "contentDigest": "sha-256=:x:",
    "logIndex": None,
    "logProof": None,
}
CELL = {"area": "0181", "category": "klotter", "period": "2026-W06", "periodStart": "2026-02-02"}


def ok(body: dict[str, Any], status: int = 200) -> httpx.Response:
    return httpx.Response(status, json=body)


def test_a_push_carries_its_key_its_kind_and_its_coverage(service: Service) -> None:
    service.answers = [ok(RECEIPT, 201)]
    sent: list[int] = []
    receipt = service.client().push(
        "ds", b"x" * 600_000, "text/csv", idempotency_key="k1", coverage="*", progress=sent.append
    )
    [request] = service.asked
    assert request.url.path == "/samsyn/v1/datasets/ds/deliveries"
    assert request.content == b"x" * 600_000
    assert request.headers["Content-Length"] == "600000"
    assert "Transfer-Encoding" not in request.headers
    assert request.headers["Idempotency-Key"] == "k1"
    assert request.headers["Content-Type"] == "text/csv"
    assert request.headers["Samsyn-Coverage"] == "*"
    assert request.headers["Authorization"] == "Bearer token-1"
    assert sum(sent) == 600_000
    assert (receipt.delivery_id, receipt.added, receipt.log_index) == ("d1", 1, None)
    assert receipt.received_at == datetime(2026, 2, 11, 12, tzinfo=UTC)


def test_a_push_without_a_key_gets_a_random_one_that_stays_through_its_attempts(service: Service) -> None:
    service.answers = [problem(503, "trail-unavailable"), ok(RECEIPT, 201), ok(RECEIPT, 201)]
    client = service.client()
    client.push("ds", b"rows")
    client.push("ds", b"rows")
    keys = [request.headers["Idempotency-Key"] for request in service.asked]
    assert keys[0] == keys[1] != keys[2]
    assert service.asked[1].content == b"rows"


def test_a_token_is_fetched_once_and_renewed_when_it_has_run_out(service: Service) -> None:
    service.answers = [ok(RECEIPT) for _ in range(4)]
    client = service.client()
    client.receipt("ds", "d1")
    client.receipt("ds", "d1")
    assert service.forms == [
        {"grant_type": ["client_credentials"], "client_id": ["reader"], "client_secret": ["s3cret"]}
    ]
    service.lasts = 5
    client._wire._tokens.forget()
    client.receipt("ds", "d1")
    client.receipt("ds", "d1")
    assert [request.headers["Authorization"][-7:] for request in service.asked] == [
        "token-1",
        "token-1",
        "token-2",
        "token-3",
    ]


def test_a_token_that_is_not_accepted_is_renewed_once(service: Service) -> None:
    service.answers = [problem(401, "unauthenticated"), ok(RECEIPT)]
    assert service.client().receipt("ds", "d1").rows == 3
    service.answers = [problem(401, "unauthenticated"), problem(401, "unauthenticated")]
    with pytest.raises(problems.NotSignedIn):
        service.client().receipt("ds", "d1")


def test_a_wrong_secret_is_said_once_and_not_tried_again(service: Service) -> None:
    refusal = {"error": "invalid_client", "error_description": "the client is not known, not active, or not proven"}
    service.token_answers = [httpx.Response(401, json=refusal)]
    with pytest.raises(problems.NotSignedIn, match="not known, not active, or not proven"):
        service.client().token()
    assert len(service.forms) == 1
    assert service.waits == []


@pytest.mark.parametrize(
    ("status", "kind", "family"),
    [
        (400, "bad-request", problems.Problem),
        (401, "unauthenticated", problems.NotSignedIn),
        (403, "refused-by-policy", problems.NotAllowed),
        (404, "not-found", problems.NotFound),
        (409, "still-in-flight", problems.InFlight),
        (413, "body-too-large", problems.Problem),
        (422, "invalid-delivery", problems.FaultyDelivery),
        (422, "key-reused", problems.KeyReused),
        (429, "too-many-requests", problems.Busy),
        (500, "internal", problems.Problem),
        (503, "trail-unavailable", problems.Busy),
    ],
)
def test_every_problem_has_its_exception(status: int, kind: str, family: type[SamsynError]) -> None:
    response = problem(status, kind, headers={"Retry-After": "7"})
    response.request = httpx.Request("GET", "http://127.0.0.1/")
    error = problem_of(response)
    assert type(error) is family
    assert isinstance(error, problems.Problem)
    assert (error.status, error.kind, error.detail, error.retry_after) == (status, kind, f"about {kind}", 7.0)


@pytest.mark.parametrize("body", ["<html>", "", "[]", "{}", '{"type'])
def test_a_failure_that_says_nothing_is_unexpected(body: str) -> None:
    response = httpx.Response(502, text=body, request=httpx.Request("GET", "http://127.0.0.1/"))
    assert isinstance(problem_of(response), problems.Unexpected)


def test_every_row_error_can_be_read(service: Service) -> None:
    error = {
        "row": 2,
        "line": 3,
        "column": "count",
        "value": "-1",
        "code": "count-negative",
        "wrong": {"en": "“-1” is negative", "sv": "“-1” är negativt"},
        "right": {"en": "a count is 0 or more", "sv": "ett antal är 0 eller mer"},
    }
    service.answers = [problem(422, "invalid-delivery", errors=[error], total=12_345)]
    with pytest.raises(problems.FaultyDelivery) as caught:
        service.client().push("ds", b"rows")
    [first] = caught.value.errors
    assert (first.row, first.column, first.wrong["sv"]) == (2, "count", "“-1” är negativt")
    assert caught.value.total == 12_345


@pytest.mark.parametrize(
    "failure",
    [
        httpx.ConnectError("refused"),
        httpx.ReadTimeout("slow"),
        httpx.RemoteProtocolError("closed"),
        (429, "too-many-requests"),
        (503, "trail-unavailable"),
        (409, "still-in-flight"),
    ],
)
def test_what_can_be_repeated_is_tried_again(service: Service, failure: Exception | tuple[int, str]) -> None:
    service.answers = [failure if isinstance(failure, Exception) else problem(*failure) for _ in range(2)]
    service.answers.append(ok(RECEIPT, 201))
    assert service.client().push("ds", b"rows").rows == 3
    assert len(service.asked) == 3
    assert 0.25 <= service.waits[0] <= 0.5 <= service.waits[1] <= 1.0


def test_a_token_is_waited_for_like_anything_else(service: Service) -> None:
    service.token_answers = [httpx.ConnectError("refused"), httpx.ReadTimeout("slow")]
    assert service.client().token() == "token-3"
    service.token_answers = [httpx.ConnectError("refused")]
    with pytest.raises(problems.Unreachable):
        service.client(patience=NEVER).token()


def test_the_wait_is_as_long_as_the_service_asks(service: Service) -> None:
    service.answers = [problem(429, "too-many-requests", headers={"Retry-After": "3"}), ok(RECEIPT)]
    service.client().receipt("ds", "d1")
    assert service.waits == [3.0]


def test_patience_ends(service: Service) -> None:
    service.answers = [httpx.ConnectError("refused") for _ in range(3)]
    with pytest.raises(problems.Unreachable, match=r"http://127\.0\.0\.1:8000 cannot be reached"):
        service.client(patience=Patience(attempts=3)).receipt("ds", "d1")
    assert len(service.waits) == 2


@pytest.mark.parametrize("kind", ["invalid-delivery", "key-reused"])
def test_a_refusal_is_not_tried_again(service: Service, kind: str) -> None:
    service.answers = [problem(422, kind)]
    with pytest.raises(problems.Problem):
        service.client().push("ds", b"rows")


def test_waits_grow_and_stay_within_their_bound() -> None:
    patience, error = Patience(attempts=20, first=1.0, longest=8.0), problems.Unreachable()
    for attempt in range(1, 12):
        ideal = min(2.0 ** (attempt - 1), 8.0)
        assert ideal / 2 <= patience.wait(attempt, error) <= ideal
    assert not NEVER.allows(1, error, repeatable=True)
    assert not patience.allows(1, error, repeatable=False)


def test_tables_and_cells_come_from_every_page(service: Service) -> None:
    first = {**CELL, "count": 3, "status": "shown"}
    second = {**CELL, "area": "0126", "count": None, "status": "withheld"}
    service.answers = [
        ok({"cells": [first], "releaseId": "r1", "_links": {"next": {"href": "…"}}}),
        ok({"cells": [second], "releaseId": "r1", "_links": {}}),
    ]
    found = service.client(purpose="lagesbild").cells("t1", area=("0181", "0126"), period=("2026-W01..2026-W06",))
    assert found.release_id == "r1"
    assert [(cell.area, cell.count, cell.status) for cell in found.cells] == [
        ("0181", 3, "shown"),
        ("0126", None, "withheld"),
    ]
    assert found.cells[0].period_start == date(2026, 2, 2)
    request = service.asked[1]
    assert request.url.params.get_list("area") == ["0181", "0126"]
    assert request.url.params["period"] == "2026-W01..2026-W06"
    assert request.url.params["page"] == "2"
    assert request.headers["Samsyn-Purpose"] == "lagesbild"


def test_two_releases_are_never_mixed(service: Service) -> None:
    service.answers = [
        ok({"cells": [], "releaseId": "r1", "_links": {"next": {}}}),
        ok({"cells": [], "releaseId": "r2", "_links": {}}),
    ]
    with pytest.raises(problems.Unexpected, match="new release"):
        service.client().cells("t1")


def test_tables_are_listed_and_described(service: Service) -> None:
    listed = {
        "id": "t1",
        "title": {"sv": "Händelser", "en": "Events"},
        "dataset": "ds",
        "areaLevels": ["kommun"],
        "period": {"unit": "iso-week", "first": "2025-W01", "last": "2026-W06"},
        "method": "suppression",
        "releaseId": "r1",
        "releasedAt": "2026-02-11T12:00:00Z",
    }
    code = {"code": "0181", "label": "Södertälje", "parent": "01", "level": "kommun"}
    described = {"id": "t1", "title": listed["title"], "dimensions": [{"id": "area", "codes": [code]}], "notes": []}
    service.answers = [ok({"tables": [listed], "_links": {}}), ok(described)]
    client = service.client()
    [summary] = client.tables()
    assert in_language(summary.title, "sv") == "Händelser"
    table = client.table("t1")
    assert table.dimensions[0].codes[0].parent == "01"
    assert table.said["notes"] == []


def test_a_name_is_one_part_of_a_path_whatever_it_holds(service: Service) -> None:
    service.answers = [ok(RECEIPT)]
    service.client().receipt("../../x?y", "d/1")
    assert service.asked[0].url.raw_path == b"/samsyn/v1/datasets/..%2F..%2Fx%3Fy/deliveries/d%2F1"


def test_a_download_is_whole_or_not_there(service: Service, tmp_path: Path) -> None:
    out = tmp_path / "t1.csv"
    service.answers = [httpx.Response(200, content=b"area,count\n" * 1000)]
    assert service.client().download("t1", "csv", out, area=("0181",)) == 11_000
    assert out.read_bytes().startswith(b"area")
    assert service.asked[0].url.params["format"] == "csv"

    def breaking() -> Iterator[bytes]:
        yield b"half"
        raise httpx.ReadError("gone")

    service.answers = [httpx.Response(200, content=breaking())]
    with pytest.raises(problems.Unreachable):
        service.client(patience=NEVER).download("t1", "csv", tmp_path / "broken.csv")
    service.answers = [problem(404, "not-found")]
    with pytest.raises(problems.NotFound):
        service.client().download("t2", "csv", tmp_path / "none.csv")
    assert [path.name for path in tmp_path.iterdir()] == ["t1.csv"]


def test_log_entries_are_read_page_by_page(service: Service) -> None:
    service.answers = [
        ok({"logEntries": [{"index": 1}], "_links": {"next": {}}}),
        ok({"logEntries": [{"index": 2}], "_links": {}}),
    ]
    entries = service.client(purpose="granskning").log_entries(party="polisen", from_="2026-01-01")
    assert [entry["index"] for entry in entries] == [1, 2]
    assert service.asked[0].url.params["from"] == "2026-01-01"
    assert "Samsyn-Purpose" not in service.asked[0].headers


@pytest.mark.parametrize(
    ("url", "fits"),
    [
        ("http://127.0.0.1:8000", True),
        ("http://localhost:8000", True),
        ("http://[::1]:8000", True),
        ("https://samsyn.example", True),
        ("http://samsyn.example", False),
        ("ftp://samsyn.example", False),
        ("samsyn.example", False),
        ("http://localhost.example.org", False),
        ("http://", False),
    ],
)
def test_a_secret_never_goes_out_in_clear(url: str, fits: bool) -> None:  # noqa: FBT001 -- a table's column
    if fits:
        Client(url, "c", "s").close()
    else:
        with pytest.raises(ValueError, match=r"https"):
            Client(url, "c", "s")


def test_a_trusted_network_may_be_named() -> None:
    with Client("http://push:8000", "c", "s", allow_http=True):
        pass


def test_no_error_or_name_of_an_object_holds_the_secret(service: Service) -> None:
    service.token_answers = [httpx.ConnectError("refused")]
    client = service.client(patience=NEVER)
    with pytest.raises(problems.Unreachable) as caught:
        client.receipt("ds", "d1")
    assert "s3cret" not in f"{caught.value!r} {client!r} {client._wire!r} {client._wire._tokens!r}"
