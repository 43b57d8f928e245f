"""`samsyn user`: people are added, listed, suspended, given roles, reset and unlocked, and the trail tells of each."""

import json
from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner

from audit.entry import Operation
from auth.sealing import make_seal
from auth.secrets import verify_secret
from cli.errors import Stop
from cli.parties import party_app
from cli.users import app
from models.parties import Client, Party
from models.people import Person, PersonSession, RecoveryCode
from settings import Place
from store.people import keep, person, recovery_codes_left, sessions_of
from store.sessions import PartiesSession, open_engine, transaction
from store.trail_reading import Asked, TrailReader

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ANNA = ["add", "anna.berg", "--party", "sodertalje", "--role", "analyst", "--name", "Anna Berg", "--json"]


@pytest.fixture
def home(place: Place, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.setenv("SAMSYN_HOME", str(place.home))
    monkeypatch.setenv("SAMSYN_DATABASE_URL", place.database_url or "")
    make_seal(place.keys)
    engine = open_engine(place, "owner")
    with transaction(engine) as session:
        session.add(Party(id="sodertalje", name="Södertälje kommun", kind="municipality", created_at=NOW))
        session.flush()
        session.add(Client(id="taken", party_id="sodertalje", name="taken", roles=["reader"], created_at=NOW))
    engine.dispose()
    return place


def run(*arguments: str) -> str:
    done = CliRunner().invoke(app, list(arguments))
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == 0, done.output
    return done.output


def kept(home: Place, name: str = "anna.berg") -> tuple[Person, int, int]:
    """A person, how many sessions and how many recovery codes they have."""
    engine = open_engine(home, "owner")
    with transaction(engine) as opened:
        session = PartiesSession(opened)
        row = person(session, name)
        assert row is not None
        found = row, len(sessions_of(session, name)), recovery_codes_left(session, name)
    engine.dispose()
    return found


def sign_in(home: Place, name: str = "anna.berg") -> None:
    """A session and a recovery code, as if they had signed in and chosen a second factor."""
    engine = open_engine(home, "owner")
    with transaction(engine) as opened:
        session = PartiesSession(opened)
        keep(session, PersonSession(digest="d", handle="h", person_id=name, stage="in", begun_at=NOW, seen_at=NOW))
        keep(session, RecoveryCode(digest="r", person_id=name))
        row = person(session, name)
        assert row is not None
        row.factor = "sealed"
        keep(session, row)
    engine.dispose()


def notes(home: Place) -> list[tuple[str, str]]:
    engine = open_engine(home, "reviewer")
    try:
        entries = TrailReader(engine).read(Asked(operation=(Operation.ADMINISTER,)), limit=100)
    finally:
        engine.dispose()
    told = [entry.fields for entry in entries if entry.fields["kind"] == "outcome"]
    return [(each["note"], each["justification"]) for each in told]


def test_a_person_is_added_with_a_first_password_that_is_shown_once(home: Place) -> None:
    told = json.loads(run(*ANNA))
    row, _, _ = kept(home)
    assert row.must_change
    assert verify_secret(told["password"], row.password_hash)
    assert notes(home) == [("person of sodertalje added: analyst", "about anna.berg")]
    listed = json.loads(run("list", "--json"))
    assert listed[0]["id"] == "anna.berg"
    assert told["password"] not in run("list") + json.dumps(listed)
    assert "password_hash" not in listed[0]


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"anna.berg": "Anna Berg"}, "no name to sign in with"),
        ({"anna.berg": "kommunen:anna"}, "no name to sign in with"),
        ({"anna.berg": "taken"}, "there is a client"),
        ({"sodertalje": "nowhere"}, "no party"),
        ({"analyst": "king"}, "unknown role"),
    ],
)
def test_what_cannot_be_added_is_said_in_one_line(home: Place, changed: dict[str, str], why: str) -> None:
    with pytest.raises(Stop, match=why):
        run(*(changed.get(word, word) for word in ANNA))


def test_a_name_is_one_persons(home: Place) -> None:
    run(*ANNA)
    with pytest.raises(Stop, match="there is a person"):
        run(*ANNA)


@pytest.mark.parametrize(
    ("command", "status", "roles"),
    [
        (["suspend", "anna.berg"], "suspended", ["analyst"]),
        (["role", "anna.berg", "--role", "reader"], "active", ["reader"]),
    ],
)
def test_whoever_is_suspended_or_given_other_roles_is_signed_out(
    home: Place, command: list[str], status: str, roles: list[str]
) -> None:
    run(*ANNA)
    sign_in(home)
    run(*command)
    row, sessions, _ = kept(home)
    assert (row.status, row.roles, sessions) == (status, roles, 0)
    assert len(notes(home)) == 2


def test_a_party_that_was_suspended_comes_back_without_its_old_sessions(home: Place) -> None:
    run(*ANNA)
    sign_in(home)
    assert kept(home)[1] == 1
    for words in (["suspend", kept(home)[0].party_id], ["suspend", kept(home)[0].party_id, "--lift"]):
        assert CliRunner().invoke(party_app, words, catch_exceptions=False).exit_code == 0
    assert kept(home)[1] == 0


def test_somebody_is_reset_with_or_without_their_second_factor(home: Place) -> None:
    run(*ANNA)
    sign_in(home)
    first = json.loads(run("reset", "anna.berg", "--json"))["password"]
    row, sessions, codes = kept(home)
    assert (row.must_change, row.factor, sessions, codes) == (True, "sealed", 0, 1)
    assert verify_secret(first, row.password_hash)
    run("reset", "anna.berg", "--factor")
    row, _, codes = kept(home)
    assert (row.factor, codes) == (None, 0)
    assert first not in str(notes(home))


def test_suspending_is_lifted_and_unlocking_works_for_a_name_nobody_has(home: Place) -> None:
    run(*ANNA)
    run("suspend", "anna.berg")
    run("suspend", "anna.berg", "--lift")
    assert kept(home)[0].status == "active"
    assert "0 places" in run("unlock", "nobody")


def test_nobody_is_not_changed(home: Place) -> None:
    with pytest.raises(Stop, match="there is no person"):
        run("suspend", "nobody")
