"""`samsyn agreement` on both databases: one agreement walked by two parties from a draft to its end."""

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from audit.entry import Decision, Entry, Kind, Operation
from cli.agreement import app
from cli.errors import Stop
from cli.opening import now
from cli.release import app as release_app
from intake.areas_builtin import sverige
from intake.areas_store import store_areas
from models.parties import Party
from policies.law import load_law
from settings import Place
from store.parties import add_party
from store.sessions import PartiesSession, ReferenceSession, open_engine, transaction
from store.trail import TrailWriter
from store.trail_reading import Asked, TrailReader
from tests.api.shelf import AGREEMENT, TABLE, put

PARTIES = {"huddinge": "municipality", "polisen": "police", "raddningstjansten": "rescue", "orebro": "municipality"}


@pytest.fixture
def home(place: Place, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A database with areas and parties, named by the environment."""
    monkeypatch.setenv("SAMSYN_HOME", str(place.home))
    monkeypatch.setenv("SAMSYN_DATABASE_URL", place.database_url or "")
    (place.home / "parties.db").touch()
    engine = open_engine(place, "owner")
    with transaction(engine) as session:
        store_areas(ReferenceSession(session), sverige(), now())
        for party, kind in PARTIES.items():
            add_party(PartiesSession(session), Party(id=party, name=party, kind=kind, created_at=now()))
    engine.dispose()
    return place


@pytest.fixture
def draft(tmp_path: Path) -> Path:
    """The agreement as it lies on its author's desk."""
    return text(tmp_path, AGREEMENT)


def text(folder: Path, body: bytes) -> Path:
    path = folder / "huddinge.toml"
    path.write_bytes(body)
    return path


def run(*words: object) -> tuple[int, str]:
    result = CliRunner().invoke(app, [str(word) for word in words], env={"COLUMNS": "220"})
    stopped = result.exception if isinstance(result.exception, Stop) else ""
    return result.exit_code, f"{result.stdout}{stopped}"


def told(*words: object) -> Any:  # noqa: ANN401 -- JSON
    status, said = run(*words, "--json")
    assert status == 0, said
    return json.loads(said)


def may_read(party: str) -> Any:  # noqa: ANN401 -- JSON
    """The doors' own answer: True, or the rules that stand in the way."""
    answer = told("explain", "--party", party, "--table", TABLE)
    return answer["permit"] or [reason["rule"] for reason in answer["reasons"]]


def act(step: str, what: object, person: str, party: str, *words: object) -> tuple[int, str]:
    return run(step, what, "--as", person, "--party", party, *words)


def agree(draft: Path) -> None:
    act("propose", draft, "anna", "huddinge")
    for person, party in [("bo", "huddinge"), ("per", "polisen"), ("rut", "raddningstjansten")]:
        status, said = act("approve", "huddinge", person, party)
        assert status == 0, said


def trail(place: Place) -> list[dict[str, Any]]:
    engine = open_engine(place, "reviewer")
    found = [entry.fields for entry in TrailReader(engine).read(Asked(), limit=1000)]
    engine.dispose()
    return found


def a_reading(place: Place, client: str, rows: int | None = 18) -> None:
    engine = open_engine(place, "puller", writes="trail")
    about = {
        "party": client.partition("-")[0],
        "client": client,
        "actor": client,
        "table": TABLE,
        "release": "release-1",
    }
    with TrailWriter(engine) as writer:
        writer.append(
            Entry(
                kind=Kind.SINGLE,
                operation=Operation.READ,
                time=now(),
                request_id=client,
                decision=Decision.PERMIT,
                rows=rows,
                **about,  # type: ignore[arg-type] # words, all of them
            )
        )
    engine.dispose()


def test_an_agreement_walked_from_draft_to_in_force_to_changed_to_terminated(
    home: Place, draft: Path, tmp_path: Path
) -> None:
    assert may_read("polisen") == ["agreement"]
    assert "it awaits huddinge, polisen, raddningstjansten" in act("propose", draft, "anna", "huddinge")[1]
    refusals = [
        (("bo", "orebro"), "orebro is no party to the agreement"),
        (("anna", "huddinge"), "the author of a text does not approve it"),
    ]
    for (person, party), why in refusals:
        status, said = act("approve", "huddinge", person, party)
        assert (status, why in said) == (1, True)
    assert may_read("polisen") == ["agreement"]
    act("approve", "huddinge", "bo", "huddinge")
    assert "one person does not approve for two parties" in act("approve", "huddinge", "bo", "polisen")[1]
    act("approve", "huddinge", "per", "polisen")
    assert "is in-force" in act("approve", "huddinge", "rut", "raddningstjansten")[1]
    assert may_read("polisen") is True

    changed = re.sub(
        rb"(?s)(id = \"huddinge-storningar\".*?recipients = \[\"huddinge\", )\"polisen\", ", rb"\1", AGREEMENT
    )
    agree(text(tmp_path, changed.replace(b"version = 1", b"version = 2")))
    assert [body["state"] for body in told("list")[0]["versions"]] == ["superseded", "in-force"]
    assert (may_read("polisen"), may_read("huddinge")) == (["recipient"], True)

    put(home, told("show", "huddinge@1")["digest"])
    a_reading(home, "huddinge-reader")
    a_reading(home, "polisen-reader", rows=None)
    ended = told("terminate", "huddinge", "--as", "per", "--party", "polisen", "--reason", "the meetings have ended")
    assert (ended["state"], ended["withdrawn"]) == ("terminated", ["release-1"])
    assert [(one["client"], one["readings"]) for one in ended["pulledBy"]] == [("huddinge-reader", 1)]
    assert may_read("huddinge") == ["in-force"]
    assert may_read("orebro") == ["agreement"]

    entries = trail(home)
    steps = [
        (one["note"], one["actor"]) for one in entries if (one["operation"], one["kind"]) == ("administer", "outcome")
    ]
    three = [("approved", "bo"), ("approved", "per"), ("approved", "rut")]
    assert steps == [("proposed", "anna"), *three, ("proposed", "anna"), *three, ("terminated", "per")]
    assert [one["kind"] for one in entries if one["operation"] == "withdraw"] == ["intent", "outcome"]
    assert sum(one["operation"] == "deny" for one in entries) == 3
    assert all(one["client"].startswith("samsyn run by ") for one in entries if one["operation"] == "administer")


def test_a_returned_version_needs_a_new_number(home: Place, draft: Path) -> None:
    act("propose", draft, "anna", "huddinge")
    assert "is returned" in act("return", "huddinge", "per", "polisen", "--reason", "The area is wrong")[1]
    assert "cannot be approved" in act("approve", "huddinge", "bo", "huddinge")[1]
    assert "give this text the number 2" in act("propose", draft, "anna", "huddinge")[1]
    assert "per for polisen: The area is wrong" in run("show", "huddinge")[1]


def test_the_text_is_kept_as_it_was_proposed(home: Place, draft: Path) -> None:
    act("propose", draft, "anna", "huddinge")
    digest = told("show", "huddinge")["digest"]
    for named in ("huddinge", "huddinge@1", digest[:12]):
        result = CliRunner().invoke(app, ["show", named, "--text"])
        assert result.stdout_bytes == AGREEMENT
    assert "there is no agreement 'huddinge@2'" in run("show", "huddinge@2")[1]


def test_a_text_that_does_not_hold_is_not_proposed(home: Place, tmp_path: Path) -> None:
    wrong = text(tmp_path, AGREEMENT.replace(b'areas = ["0126"]', b'areas = ["9999"]'))
    for words in (("check", wrong), ("propose", wrong, "--party", "huddinge")):
        status, said = run(*words)
        assert status == 1
        assert "huddinge.toml, line 58: tables.0.areas: '9999' is no area" in said
    assert told("list") == []


def test_a_table_belongs_to_one_agreement(home: Place, draft: Path, tmp_path: Path) -> None:
    agree(draft)
    other = text(tmp_path, AGREEMENT.replace(b'id = "huddinge"\nversion', b'id = "another"\nversion'))
    for words in (("check", other), ("propose", other, "--as", "anna", "--party", "huddinge")):
        status, said = run(*words)
        assert status == 1
        assert re.search(r"the table 'huddinge-\S+' is granted by another already; give it an id of its own", said)


def test_a_check_says_what_is_missing(home: Place, draft: Path, tmp_path: Path) -> None:
    (found,) = told("check", draft)
    kinds = [each["kind"] for each in found["missing"]]
    assert {kind: kinds.count(kind) for kind in dict.fromkeys(kinds)} == {"jurist": 5, "approval": 3, "delivery": 3}
    act("propose", draft, "anna", "huddinge")
    act("approve", "huddinge", "bo", "huddinge")
    approvals = [each["sentence"] for each in told("check", draft)[0]["missing"] if each["kind"] == "approval"]
    assert [sentence.partition(" ")[0] for sentence in approvals] == ["polisen", "raddningstjansten"]
    unlawful = text(tmp_path, AGREEMENT.replace(b"delay_days = 7", b"delay_days = 0"))
    (refused,) = [each for each in told("check", unlawful)[0]["missing"] if each["kind"] == "law"]
    assert refused["sentence"].startswith("huddinge-anmalda-brott will not be released: ")


def test_a_check_needs_no_home(tmp_path: Path, draft: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAMSYN_HOME", str(tmp_path / "nowhere"))
    monkeypatch.delenv("SAMSYN_DATABASE_URL", raising=False)
    status, said = run("check", draft)
    assert (status, "reads well" in said, "Approvals:" in said) == (0, True, True)
    answer = told("explain", "--party", "huddinge", "--table", TABLE, "--with", draft)
    assert (answer["permit"], answer["agreement"]) == (True, "huddinge")


def test_an_answer_is_explained_in_words_with_the_law_behind_it(home: Place, draft: Path) -> None:
    agree(draft)
    asked = ("explain", "--party", "polisen", "--table", "huddinge-anmalda-brott")
    said = run(*asked)[1]
    assert said.startswith("Ja: polisen, huddinge-anmalda-brott, lagesbild")
    assert f"minsta cell {load_law().at(now().date()).smallest_cell('normal')}" in said
    refused = run(*asked, "--on", "2028-01-01", "--lang", "en")[1]
    assert re.search(r"huddinge holds from \S+ to 2027-12-31; the question is about 2028-01-01", refused)
    assert "(2023:196) 9 § <https://" in refused
    assert "'nyfikenhet' is no purpose" in run(*asked, "--purpose", "nyfikenhet")[1]


def test_the_register_tells_of_what_is_in_force_in_every_format(home: Place, draft: Path, tmp_path: Path) -> None:
    assert json.loads(run("register", "--format", "json")[1])["rows"] == []
    agree(draft)
    rows = json.loads(run("register", "--format", "json")[1])["rows"]
    assert [row["table"] for row in rows] == ["huddinge-anmalda-brott", TABLE, "huddinge-raddningsinsatser"]
    lines = list(csv.reader(io.StringIO(run("register", "--format", "csv", "--lang", "en")[1])))
    assert (lines[0][0], len(lines)) == ("Agreement", 4)
    assert lines[1][-7:-3] == list(rows[0].values())[-7:-3]
    page = tmp_path / "register.html"
    run("register", "--out", page)
    html = page.read_text()
    assert "<h2>Uppgifter som regelbundet hämtas från och lämnas till andra</h2>" in html
    assert html.count("<td>huddinge</td>") >= 4
    assert "art. 30" in html or "artikel 30" in html


def test_withdrawing_a_release_lists_who_had_pulled_it(home: Place, draft: Path) -> None:
    agree(draft)
    put(home, told("show", "huddinge")["digest"])
    a_reading(home, "huddinge-reader")
    a_reading(home, "huddinge-reader")
    words = ["withdraw", "release-1", "--reason", "a wrong figure"]
    said = CliRunner().invoke(release_app, words, env={"COLUMNS": "220"}).stdout
    assert "release release-1 is withdrawn" in said
    assert re.search(r"huddinge +│ huddinge-reader +│ huddinge-storningar +│ release-1 +│ 2 ", said)
