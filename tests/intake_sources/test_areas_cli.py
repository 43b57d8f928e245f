"""`samsyn areas` on both databases: imports once, refuses with clear lines, and tells the trail."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlmodel import Session, text
from typer.testing import CliRunner

from cli.areas import app
from cli.errors import Stop
from intake.areas_builtin import bra, sverige
from intake.areas_store import store_areas
from settings import Place
from store.sessions import ReferenceSession, open_engine, transaction

SQUARE = [[[17.6, 59.1], [17.7, 59.1], [17.7, 59.2], [17.6, 59.2], [17.6, 59.1]]]


@pytest.fixture
def home(place: Place, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A database with the built-in schemes, named by the environment."""
    monkeypatch.setenv("SAMSYN_HOME", str(place.home))
    monkeypatch.setenv("SAMSYN_DATABASE_URL", place.database_url or "")
    engine = open_engine(place, "operator", writes="reference")
    with transaction(engine) as session:
        assert store_areas(ReferenceSession(session), sverige(), datetime.now(UTC))
        assert store_areas(ReferenceSession(session), bra(), datetime.now(UTC))
        assert not store_areas(ReferenceSession(session), bra(), datetime.now(UTC))
    engine.dispose()
    return place


def map_file(folder: Path, **changes: object) -> Path:
    properties = {"deso": "0181C1240", "kommun": "0181", "population": 2132, **changes}
    feature = {"properties": properties, "geometry": {"type": "Polygon", "coordinates": SQUARE}}
    path = folder / "deso.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    return path


def run(*words: object) -> tuple[int, str]:
    result = CliRunner().invoke(app, [str(word) for word in words], env={"COLUMNS": "200"})
    stopped = result.exception if isinstance(result.exception, Stop) else ""
    return result.exit_code, f"{result.output}{stopped}"


def trail_of(place: Place) -> list[dict[str, str]]:
    engine = open_engine(place, "reviewer")
    with Session(engine) as session:
        said = session.execute(text("SELECT other FROM trail.entry ORDER BY arrival")).scalars().all()
    engine.dispose()
    return [json.loads(one) for one in said]


def test_an_import_is_stored_listed_and_in_the_trail(home: Place, tmp_path: Path) -> None:
    status, said = run("import", map_file(tmp_path), "--scheme", "deso-2018", "--level", "deso")
    assert (status, "deso-2018: 1 areas" in said) == (0, True)
    schemes = {row["id"]: row["levels"] for row in json.loads(run("list", "--json")[1])}
    assert schemes == {
        "bra-2020": {"omrade": 33},
        "deso-2018": {"deso": 1},
        "sverige-2025": {"riket": 1, "lan": 21, "kommun": 290},
    }
    told = [(entry["kind"], entry["operation"]) for entry in trail_of(home)]
    assert told == [("intent", "administer"), ("outcome", "administer")]
    assert "290 kommun" in run("list")[1]


def test_a_second_import_of_the_same_changes_nothing(home: Place, tmp_path: Path) -> None:
    words = ("import", map_file(tmp_path), "--scheme", "deso-2018", "--level", "deso", "--json")
    first, second = (json.loads(run(*words)[1].strip().splitlines()[-1]) for _ in range(2))
    assert (first["changed"], second["changed"]) == (True, False)
    assert first["digest"] == second["digest"]
    assert len(trail_of(home)) == 2


def test_other_areas_take_the_place_of_a_scheme_only_when_told(home: Place, tmp_path: Path) -> None:
    words = ("--scheme", "deso-2018", "--level", "deso")
    assert run("import", map_file(tmp_path), *words)[0] == 0
    other = map_file(tmp_path, deso="0181A0010")
    status, said = run("import", other, *words)
    assert (status, "say --replace" in said) == (1, True)
    assert run("import", other, *words, "--replace")[0] == 0


@pytest.mark.parametrize(
    ("changes", "words", "told"),
    [
        ({"kommun": "9999"}, ("deso-2018", "deso"), "feature 1: its parent '9999' is no known area"),
        ({}, ("DeSO 2018", "deso"), "'DeSO 2018' is no id"),
        ({}, ("sverige-2025", "deso"), "comes with the program"),
        ({}, ("x", "deso", "--parent-scheme", "y"), "no areas of level kommun in y"),
    ],
)
def test_what_cannot_be_imported_is_one_clear_error(
    home: Place, tmp_path: Path, changes: dict[str, object], words: tuple[str, ...], told: str
) -> None:
    scheme, level, *more = words
    status, said = run("import", map_file(tmp_path, **changes), "--scheme", scheme, "--level", level, *more)
    assert status == 1
    assert told in said
    assert "Traceback" not in said
    assert trail_of(home) == []


def test_without_a_database_it_says_how_to_make_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAMSYN_HOME", str(tmp_path / "nowhere"))
    monkeypatch.delenv("SAMSYN_DATABASE_URL", raising=False)
    status, said = run("list")
    assert (status, "samsyn init" in said) == (1, True)
    monkeypatch.setenv("SAMSYN_DATABASE_URL", "mysql://x")
    assert run("list")[0] == 1
