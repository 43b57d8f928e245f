"""Four eyes: no field opens without another person's signature, whatever stands in the database."""

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from typer.testing import CliRunner

from cli.errors import Stop
from cli.pseudonym import app
from intake.reports_keys import FOLDER, KEY_HOST, load_keyring
from pseudonyms.reversal import Approval, Signed, read_request
from store.sessions import open_engine
from tests.reports.premises import HEAD, MUNICIPAL, NOW, Premises

SECRET = "Någon ristade Kim på dörren"
ROW = f"F-1,,2026-02-11T21:30,klotter,59.15,17.45,,{SECRET}\n"


@dataclass(frozen=True)
class Desk:
    """The commands on a home with one sealed field, and two persons who may sign."""

    premises: Premises
    folder: Path
    report: str

    def run(self, *words: str) -> str:
        result = CliRunner().invoke(app, list(words))
        if isinstance(result.exception, Stop):
            raise result.exception
        assert result.exit_code == 0, result.output
        return result.stdout

    def key(self, person: str) -> str:
        return str(self.folder / f"{person}.pem")

    def signs(self, person: str) -> list[str]:
        return ["--as", person, "--party", "sodertalje", "--signing-key", self.key(person)]

    def ask(self, person: str = "asa") -> str:
        about = [
            "--dataset",
            MUNICIPAL,
            "--publisher",
            "sodertalje",
            "--report",
            self.report,
            "--column",
            "beskrivning",
        ]
        said = self.run("request", *about, "--ground", "beslut 7", "--purpose", "en fara", *self.signs(person))
        return said.split()[3].rstrip(",")

    def approve(self, request: str, person: str = "bo") -> str:
        return self.run("approve", request, *self.signs(person))

    def execute(self, statement: str, *values: object) -> None:
        engine = open_engine(self.premises.place, "owner")
        with engine.begin() as connection:
            connection.exec_driver_sql(statement, tuple(values))
        engine.dispose()


@pytest.fixture
def desk(small: Premises, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setenv("SAMSYN_HOME", str(small.place.home))
    small.send(HEAD + ROW)
    made = Desk(small, tmp_path, small.reports()[0].report)
    for person in ("asa", "bo"):
        public = made.run("signing-key", made.key(person)).strip()
        made.run("officer", person, "--party", "sodertalje", "--public", public)
    made.run("signing-key", made.key("eve"))
    return made


def test_one_asks_another_approves_and_it_is_shown_once(desk: Desk) -> None:
    request = desk.ask()
    desk.approve(request)
    assert desk.run("reveal", request) == f"{SECRET}\n"
    with pytest.raises(Stop, match="shown once"):
        desk.run("reveal", request)
    assert json.loads(desk.run("list", "--json"))[0]["approvedBy"] == "bo"


def test_without_an_approval_it_stays_sealed(desk: Desk) -> None:
    with pytest.raises(Stop, match="not approved"):
        desk.run("reveal", desk.ask())


def test_who_asked_cannot_approve(desk: Desk) -> None:
    with pytest.raises(Stop, match="cannot approve"):
        desk.approve(desk.ask(), "asa")


def test_a_stranger_to_the_list_can_do_neither(desk: Desk) -> None:
    own, others = desk.ask("eve"), desk.ask()
    desk.approve(own)
    desk.approve(others, "eve")
    for request in (own, others):
        with pytest.raises(Stop, match="not in the key host's list"):
            desk.run("reveal", request)


def test_an_approval_written_into_the_database_opens_nothing(desk: Desk) -> None:
    """As who asked, who holds the database too, would try: under another's name, with a key of one's own."""
    request = desk.ask()
    engine = open_engine(desk.premises.place, "owner")
    with engine.connect() as connection:
        row = connection.exec_driver_sql("SELECT statement FROM desk.reversal_request").one()
    engine.dispose()
    asked = read_request(bytes(row[0]))
    forged = Approval(asked.id, asked.digest, "bo", "sodertalje", asked.at, asked.until)
    own = load_pem_private_key(Path(desk.key("asa")).read_bytes(), None)
    signature = Signed.by(own, forged).signature  # type: ignore[arg-type]  # an Ed25519 key, made above
    put = "INSERT INTO desk.reversal_approval VALUES (?, ?, ?, ?, ?, ?)"
    desk.execute(put, asked.id, "bo", "sodertalje", NOW.isoformat(), forged.statement(), signature)
    with pytest.raises(Stop, match="signature of the approval"):
        desk.run("reveal", request)


@pytest.mark.parametrize("column", ["statement", "signature"])
@pytest.mark.parametrize("table", ["reversal_request", "reversal_approval"])
def test_an_edited_row_opens_nothing(desk: Desk, table: str, column: str) -> None:
    request = desk.ask()
    desk.approve(request)
    desk.execute(f"UPDATE desk.{table} SET {column} = randomblob(64)")
    with pytest.raises(Stop, match="stays sealed"):
        desk.run("reveal", request)


def test_a_request_cannot_be_turned_to_another_report(desk: Desk) -> None:
    request = desk.ask()
    desk.approve(request)
    engine = open_engine(desk.premises.place, "owner")
    with engine.connect() as connection:
        row = connection.exec_driver_sql("SELECT statement FROM desk.reversal_request").one()
    engine.dispose()
    other = replace(read_request(bytes(row[0])), report="0" * 21)
    desk.execute("UPDATE desk.reversal_request SET statement = ?", other.statement())
    with pytest.raises(Stop, match="signature of the request"):
        desk.run("reveal", request)


def test_without_the_private_half_nothing_opens(desk: Desk) -> None:
    request = desk.ask()
    desk.approve(request)
    (desk.premises.place.keys / KEY_HOST / "reversal.pem").unlink()
    with pytest.raises(Stop, match="stays sealed"):
        desk.run("reveal", request)


def test_a_new_reversal_key_opens_what_the_old_one_sealed(desk: Desk) -> None:
    request = desk.ask()
    desk.approve(request)
    assert desk.run("reversal-key").startswith("1 data keys")
    for path in (desk.premises.place.keys / KEY_HOST).glob("reversal-*.pem"):
        path.unlink()
    assert desk.run("reveal", request) == f"{SECRET}\n"


def test_wrapping_anew_goes_on_where_it_was_stopped(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(2, 6):
        desk.premises.send(HEAD + ROW.replace("F-1", f"F-{number}"))
    monkeypatch.setattr("cli.pseudonym.REWRAPPED_AT_ONCE", 2)
    from cli import pseudonym  # noqa: PLC0415 -- the module whose step is made to fail

    step, taken = pseudonym._rewrap_some, iter([True, False])

    def stopped_half_way(*given: Any) -> int:  # noqa: ANN401 -- the step's own
        if not next(taken):
            raise KeyboardInterrupt
        return step(*given)

    monkeypatch.setattr(pseudonym, "_rewrap_some", stopped_half_way)
    assert CliRunner().invoke(app, ["reversal-key"]).exit_code != 0
    monkeypatch.undo()
    monkeypatch.setenv("SAMSYN_HOME", str(desk.premises.place.home))
    assert desk.run("reversal-key").startswith("3 data keys")


def test_keys_change_and_the_old_one_is_destroyed_only_after_its_overlap(desk: Desk) -> None:
    desk.run("rotate", "--epoch", "e2")
    assert [each["epoch"] for each in json.loads(desk.run("epochs", "--json"))] == ["e2", "e20260101"]
    with pytest.raises(Stop, match="in use until"):
        desk.run("destroy", "e20260101")
    assert load_keyring(desk.premises.place.keys / FOLDER).current.id == "e2"
