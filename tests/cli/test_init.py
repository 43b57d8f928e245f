"""`samsyn init`: a home, and a draft that reads well whatever was answered."""

import stat
from dataclasses import replace
from datetime import date
from itertools import combinations
from pathlib import Path

import pytest
from typer import Typer
from typer.testing import CliRunner

from cli.agreement import app as agreement_app
from cli.errors import Stop
from cli.init import init
from cli.init_answers import genitive, slug
from cli.init_draft import FITTING, Answers, draft
from intake.areas_builtin import bra, sverige
from policies.agreement import Agreement
from policies.classification import load_classification
from policies.dataset import load_datasets
from policies.folder import read_agreement
from policies.references import Known
from settings import Place
from store.parties import parties
from store.sessions import PartiesSession, open_engine, transaction

app = Typer()
app.command()(init)
CLASSIFICATION = load_classification()
DATASETS = load_datasets(CLASSIFICATION)
THREE = ("huddinge", "polisen", "raddningstjansten")
ANSWERS = Answers(
    kind="municipality",
    party="huddinge",
    name="Huddinge kommun",
    owner="huddinge",
    area="0126",
    place="Huddinge",
    pushes=THREE,
    reads=THREE,
    purposes=("lagesbild",),
    valid_from=date(2027, 1, 1),
    valid_to=date(2027, 12, 31),
    contact=('Anna "Ansa" Ek', "anna.ek@huddinge.example"),
)


SOME = [some for size in (1, 2, 3) for some in combinations(THREE, size)]


def drafted(answers: Answers) -> Agreement:
    areas = {area.code for scheme in (sverige(), bra()) for area in scheme.areas}
    return read_agreement(draft(answers, DATASETS).encode(), "draft", Known(DATASETS, CLASSIFICATION, areas))


@pytest.mark.parametrize("pushes", SOME)
@pytest.mark.parametrize("reads", SOME)
def test_a_draft_reads_well_whoever_pushes_and_reads(pushes: tuple[str, ...], reads: tuple[str, ...]) -> None:
    said = drafted(replace(ANSWERS, pushes=pushes, reads=reads))
    assert {party.id for party in said.parties} == {"huddinge", *pushes, *reads} == set(said.circle)
    assert {table.recipients for table in said.tables} == {reads}
    assert {publisher for table in said.tables for publisher in DATASETS[table.dataset].publishers} >= set(pushes)
    assert len(said.tables) == len(pushes)
    assert bool(said.grounds) == ("polisen" in pushes)


def test_the_answers_stand_in_the_draft() -> None:
    said = drafted(ANSWERS)
    assert (said.id, said.version) == ("huddinge", 1)
    assert (said.valid_from, said.valid_to) == (date(2027, 1, 1), date(2027, 12, 31))
    assert said.purposes == said.tables[0].purposes == ("lagesbild",)
    assert (said.contact.name, said.contact.email) == ANSWERS.contact
    away = replace(ANSWERS, party="nykoping", owner="nykoping", area="0480", place="Nyköping", reads=("nykoping",))
    away = replace(away, contact=("Anna Ek", "anna@nykoping.example"), pushes=("polisen",))
    elsewhere = drafted(away)
    assert elsewhere.id == elsewhere.record.operator == "nykoping"
    assert {table.areas for table in elsewhere.tables} == {("0480",)}
    assert "uddinge" not in draft(away, DATASETS).partition("\n\n")[2]


@pytest.mark.parametrize(("kind", "party"), [("national", "bra"), ("auditor", "granskaren")])
def test_there_is_an_example_for_those_who_do_not_meet_every_week(kind: str, party: str) -> None:
    reads = (party, "huddinge", "orebro")
    said = drafted(replace(ANSWERS, kind=kind, party=party, owner=party, pushes=(party,), reads=reads))
    assert [each.id for each in said.parties] == [each for each in ("bra", "granskaren", *reads[1:]) if each in reads]
    assert f"{said.id}.toml" == FITTING[kind]


def test_every_key_that_needs_a_word_has_one() -> None:
    text = draft(ANSWERS, DATASETS).splitlines()
    above = [text[at - 1] for at, line in enumerate(text) if line.startswith(("lawful_basis", "code"))]
    assert len(above) == 5
    assert all(word.startswith("# For a jurist to confirm") for word in above)
    assert sum(line.startswith("# ") for line in text) > 15


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SAMSYN_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("SAMSYN_DATABASE_URL", raising=False)
    return tmp_path / "home"


def run(*words: str, answers: str | None = None) -> tuple[int, str]:
    result = CliRunner().invoke(app, list(words), input=answers)
    stopped = result.exception if isinstance(result.exception, Stop) else ""
    return result.exit_code, f"{result.stdout}{stopped}"


def test_a_small_municipality_starts_alone(home: Path) -> None:
    status, said = run("--yes", "--area", "Nyköping")
    assert status == 0
    assert "nykoping version 1 reads well" in said
    for missing in ("has to approve it", "is not registered", "delivers polisens-anmalda-brott"):
        assert f"polisen {missing}" in said
    assert "the ground osl-35-1" in said
    assert "nykoping delivers kommunens-storningar" in said
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    engine = open_engine(Place(home), "operator")
    with transaction(engine) as session:
        (party,) = parties(PartiesSession(session))
    engine.dispose()
    assert (party.id, party.name, party.kind, party.area) == ("nykoping", "Nyköpings kommun", "municipality", "0480")
    path = home / "agreements" / "nykoping-v1.toml"
    proposed = CliRunner().invoke(agreement_app, ["propose", str(path), "--as", "anna", "--party", "nykoping"])
    assert "it awaits nykoping, polisen, raddningstjansten" in proposed.stdout


def test_ten_questions_are_asked_and_asked_again_until_they_are_answered(home: Path) -> None:
    answers = [
        "kommun",  # no kind
        "police",
        "Atlantis",
        "0126",
        "polisen",
        "Polismyndigheten",
        "polisen",
        "polisen,huddinge",
        "lagesbild",
        "2027-02-30",
        "2027-03-01",
        "2027-01-01",
        "2027-12-31",
        "Anna",
        "Anna Ek <anna.ek@polisen.example>",
    ]
    status, said = run(answers="\n".join([*answers, ""]))
    assert status == 0, said
    for told in ("'kommun' is none of", "'Atlantis' is no kommun", "is no day", "2027-01-01 comes before 2027-03-01"):
        assert told in said
    assert "Samverkan i Huddinge" in (home / "agreements" / "huddinge-v1.toml").read_text()


def test_a_script_is_told_which_answer_cannot_be(home: Path) -> None:
    status, said = run("--yes")
    assert (status, "'' is no kommun" in said) == (1, True)
    assert not home.exists()
    assert "name some of nykoping, polisen" in run("--yes", "--area", "Nyköping", "--reads", "okänd")[1]


def test_a_home_is_made_without_questions_and_a_draft_is_never_overwritten(home: Path) -> None:
    assert run("--bare")[0] == 0
    assert not (home / "agreements").exists()
    run("--yes", "--area", "0480")
    assert "is there already" in run("--yes", "--area", "0480")[1]


@pytest.mark.parametrize(
    ("place", "said"),
    [("Nyköping", "Nyköpings"), ("Huddinge", "Huddinge"), ("Västerås", "Västerås"), ("Örebro", "Örebro")],
)
def test_a_place_is_named_as_swedes_name_it(place: str, said: str) -> None:
    assert genitive(place) == said
    assert slug("Upplands Väsby") == "upplands-vasby"
