"""`samsyn collect` from file to vault, through the real token and push doors."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlmodel import Session, text
from typer.testing import CliRunner, Result

from api import push, token
from api.frame import frame
from api.reception import open_reception
from cli import credentials
from cli.collect import app
from cli.errors import Stop
from intake.areas_builtin import bra, sverige
from intake.areas_store import store_areas
from models.parties import Client as ClientRow
from models.parties import Party
from samsyn_client.client import Client
from samsyn_client.patience import NEVER
from settings import Place, PushSettings
from store.parties import add_client, add_party
from store.sessions import PartiesSession, ReferenceSession, open_engine, transaction
from tests.api.house import ISSUER, NOW, SECRET, SECRET_HASH, furnish
from tests.api.visitor import Visitor

ARCHIVE = "polisen_events_typkommuner_2022-2025.csv"
SAMPLE = "polisen_api_sample.json"
MONTHLY = "bra_anmalda_brott_stockholms_lan_2020-2022.csv"
URL = "http://127.0.0.1:8000"


class ToDoor(httpx.BaseTransport):
    """Carries the client's requests to a door in this process."""

    def __init__(self, door: Visitor) -> None:
        self._door = door

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = self._door.request(
            request.method, request.url.raw_path.decode(), content=request.read(), headers=request.headers
        )
        headers = {name: value for name, value in answer.headers.items() if name != "content-encoding"}
        return httpx.Response(answer.status_code, headers=headers, content=answer.content, request=request)


@pytest.fixture
def home(sqlite_place: Place, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """A home with the built-in areas, the publishers' clients and the doors they push through."""
    house = furnish(sqlite_place)
    engine = open_engine(sqlite_place, "owner")
    with transaction(engine) as session:
        store_areas(ReferenceSession(session), sverige(), NOW)
        store_areas(ReferenceSession(session), bra(), NOW)
        add_party(PartiesSession(session), Party(id="bra", name="Brå", kind="national", created_at=NOW))
        session.flush()
        row = ClientRow(id="bra-publisher", party_id="bra", name="bra", roles=["publisher"], created_at=NOW)
        row.secret_hash = SECRET_HASH
        add_client(PartiesSession(session), row)
    engine.dispose()
    clients = [{"clientId": f"{party}-publisher", "party": party, "role": "publisher"} for party in ("polisen", "bra")]
    demo = {"url": URL, "clients": [{**client, "clientSecret": SECRET} for client in clients]}
    (sqlite_place.home / "demo.json").write_text(json.dumps(demo))
    monkeypatch.setenv("SAMSYN_HOME", str(sqlite_place.home))
    for name in ("URL", "CLIENT_ID", "CLIENT_SECRET", "CLIENT_SECRET_FILE"):
        monkeypatch.delenv(f"SAMSYN_{name}", raising=False)
    with ExitStack() as closing:
        reception = open_reception(house.settings, "reviewer", closing, clock=house.clock)
        doors = reception.fittings() + token.fittings(house.settings)
        doors += push.fittings(PushSettings(house.place, ISSUER), reception, closing, alone=True)
        with Visitor(frame(doors, closing)) as door:

            def connect(url: str, client: str, secret: str, **options: Any) -> Client:  # noqa: ANN401 -- the client's own
                return Client(url, client, secret, transport=ToDoor(door), **{**options, "patience": NEVER})

            monkeypatch.setattr(credentials, "Client", connect)
            yield sqlite_place


def run(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words], env={"COLUMNS": "200"}, standalone_mode=False)


def account(*words: object) -> dict[str, Any]:
    result = run(*words, "--json")
    assert result.exit_code == 0, result.exception
    return last_line(result)


def last_line(result: Result) -> dict[str, Any]:
    """The account as JSON; the door in this process writes its log before it."""
    told: dict[str, Any] = json.loads(result.stdout.splitlines()[-1])
    return told


def stopped(result: Result) -> str:
    assert isinstance(result.exception, Stop), result.exception
    return result.exception.message


def vault(place: Place, dataset: str) -> dict[tuple[str, str, str], int]:
    """Every cell of a dataset in the vault."""
    engine = open_engine(place, "owner")
    ask = text("SELECT area, category, period, count FROM vault.event_count WHERE dataset = :dataset")
    with Session(engine) as session:
        rows = session.execute(ask, {"dataset": dataset}).all()
    engine.dispose()
    return {(area, category, period): count for area, category, period, count in rows}


def delivered(path: Path) -> dict[tuple[str, str, str], int]:
    rows = [line.split(",") for line in path.read_text(encoding="utf-8").splitlines()[1:]]
    return {(area, category, period): int(count) for area, category, period, count in rows}


@pytest.mark.parametrize(
    ("source", "file", "dataset", "received", "total"),
    [
        ("polisen", ARCHIVE, "polisens-handelser", 4188, 4188),
        ("polisen", SAMPLE, "polisens-handelser", 84, 84),
        ("bra", MONTHLY, "bra-anmalda-brott", 7128, 149_932),
    ],
)
def test_what_is_collected_rests_in_the_vault_and_a_second_run_changes_nothing(
    home: Place, shared: Path, tmp_path: Path, *, source: str, file: str, dataset: str, received: int, total: int
) -> None:
    path = shared / "data" / file
    told = account(source, path)
    assert (told["received"], told["events"]) == (received, total)
    assert told["received"] + sum(told["excluded"].values()) == told["read"]
    held = vault(home, dataset)
    account(source, path, "--out", tmp_path / "out.csv")
    counts = delivered(tmp_path / "out.csv")
    assert {cell: count for cell, count in held.items() if count} == {cell: n for cell, n in counts.items() if n}
    assert sum(held.values()) == total

    again = account(source, path)
    assert again["receipt"]["deliveryId"] == told["receipt"]["deliveryId"]
    assert vault(home, dataset) == held


def test_the_archive_says_nought_only_where_it_watched(home: Place, shared: Path) -> None:
    """It covers the five kommuner from its first whole week to its last, and every type a notice can have."""
    account("polisen", shared / "data" / ARCHIVE)
    account("polisen", shared / "data" / SAMPLE)  # may have been filtered, so it covers nothing
    engine = open_engine(home, "owner")
    with Session(engine) as session:
        covered = session.execute(text("SELECT areas, categories, first, last FROM vault.coverage")).all()
    engine.dispose()
    assert [(json.loads(row.areas), len(json.loads(row.categories)), row.first, row.last) for row in covered] == [
        (["0126", "0181", "1283", "1880", "1980"], 90, "2023-W13", "2025-W52")
    ]


def test_the_account_is_a_table_and_the_receipt_follows(home: Place, shared: Path) -> None:
    result = run("polisen", shared / "data" / SAMPLE)
    assert result.exit_code == 0, result.exception
    for told in ("120 │ read", "84 │ received", "26 │ summary", "10 │ lan-only", "2026-W33, 2026-W34", "80 added"):
        assert told in result.stdout


@pytest.mark.parametrize("word", ["--dry-run", "--out"])
def test_nothing_is_pushed_when_only_the_account_or_the_file_is_wanted(
    home: Place, shared: Path, tmp_path: Path, word: str
) -> None:
    more = [tmp_path / "out.csv"] if word == "--out" else []
    told = account("bra", shared / "data" / MONTHLY, word, *more)
    assert told["receipt"] is None
    assert vault(home, "bra-anmalda-brott") == {}


def test_a_source_that_contradicts_itself_is_an_error_and_the_rest_is_kept(home: Place, tmp_path: Path) -> None:
    kinds = {
        "3 kap. Brott mot liv och hälsa": 2,
        "därav misshandel inkl. grov": 1,
        "4 kap. Brott mot frihet och frid": 1,
        "5 kap. Ärekränkningsbrott": 0,
        "6 kap. Sexualbrott": 0,
        "7 kap. Brott mot familj": 0,
    }
    sums = {"2020-01": 3, "2020-02": 4}
    rows = [f"0181,Södertälje,{month},{kind},{n}" for month in sums for kind, n in kinds.items()]
    rows += [f"0181,Södertälje,{month},3-7 kap. Brott mot person,{n}" for month, n in sums.items()]
    file = tmp_path / "bra.csv"
    file.write_text("\n".join(("kommunkod,omrade,manad,brottstyp,antal", *rows)), encoding="utf-8")
    result = run("bra", file, "--json")
    assert "0181 2020-02: 3-7 kap. is not the sum of its chapters" in stopped(result)
    told = last_line(result)
    assert (told["received"], told["excluded"]) == (6, {"sums-disagree": 7, "sum": 1})
    assert {period for _, _, period in vault(home, "bra-anmalda-brott")} == {"2020-01"}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("polisen", "https://polisen.se/api/events"), "wants to know who asks"),
        (("polisen", "nowhere.json"), "nowhere.json: No such file"),
        (("bra", SAMPLE), "no column kommunkod"),
        (("polisen", MONTHLY), "no column id, datetime"),
        (("polisen", SAMPLE, "--client", "okand"), "no secret for okand"),
        (("polisen", SAMPLE, "--out", "/nowhere/out.csv"), "/nowhere/out.csv: No such file"),
    ],
)
def test_what_cannot_be_collected_is_one_clear_line(
    home: Place, shared: Path, words: tuple[str, ...], told: str
) -> None:
    source, file, *more = words
    path = shared / "data" / file
    assert told in stopped(run(source, path if path.exists() else file, *more))


def test_a_delivery_the_service_refuses_is_told(home: Place, shared: Path) -> None:
    engine = open_engine(home, "owner")
    with transaction(engine) as session:
        session.execute(text("DELETE FROM reference.area WHERE scheme = 'sverige-2025' AND code = '0140'"))
    engine.dispose()
    assert "the service refused the delivery" in stopped(run("polisen", shared / "data" / SAMPLE))
    assert vault(home, "polisens-handelser") == {}
