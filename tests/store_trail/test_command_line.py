"""`samsyn trail`: what an auditor types, and what a script reads."""

import csv
import io
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from typer.testing import CliRunner, Result

from audit.checkpoint import Checkpoint, read, sign
from audit.note import SigningKey, VerifierKey
from cli.errors import Stop
from cli.trail import app
from store.trail_key import FOLDER, make_log_key
from store.trail_reading import Asked
from store.trail_signing import Signer
from tests.store_trail.trails import Trail, reading_entry


@pytest.fixture
def home(trail: Trail, monkeypatch: pytest.MonkeyPatch) -> Trail:
    """A home with a signed log of five readings that the commands find."""
    monkeypatch.setenv("SAMSYN_HOME", str(trail.place.home))
    monkeypatch.setenv("SAMSYN_DATABASE_URL", trail.place.database_url or "")
    key = make_log_key(trail.place.keys / FOLDER, "samsyn.test/log")
    trail.writer().append_many([reading_entry(at) for at in range(5)])
    trail.sequencer(sign=Signer(key, trail.place.keys / FOLDER)).integrate()
    return trail


def samsyn_trail(*words: str | Path) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words], env={"COLUMNS": "200"})


def complaint(told: Result) -> str:
    """What a stopped command says on stderr."""
    return told.stderr + (told.exception.message if isinstance(told.exception, Stop) else "")


def test_verifying_an_honest_trail_says_so(home: Trail) -> None:
    told = samsyn_trail("verify")
    assert told.exit_code == 0
    assert "Everything fits.\n5 entries, 5 in the tree" in told.stdout
    as_data = json.loads(samsyn_trail("verify", "--json").stdout)
    assert (as_data["sound"], as_data["size"], as_data["problems"]) == (True, 5, [])


def test_verifying_a_tampered_trail_names_it_and_ends_with_one(home: Trail) -> None:
    home.tamper("UPDATE trail.entry SET other = '{}' WHERE arrival = 3")
    told = samsyn_trail("verify")
    assert told.exit_code == 1
    assert "leaf 2: its other part is not what was committed to" in told.stdout
    as_data = json.loads(samsyn_trail("verify", "--json").stdout)
    assert as_data["problems"] == [{"index": 2, "what": "its other part is not what was committed to: it was changed"}]


def test_a_head_that_another_key_signed_is_named(home: Trail) -> None:
    stranger = SigningKey("samsyn.test/log", Ed25519PrivateKey.generate())
    forged = sign(Checkpoint("samsyn.test/log", 5, bytes(32)), stranger)
    home.tamper(f"UPDATE trail.head SET checkpoint = '{forged}'")
    told = samsyn_trail("verify")
    assert told.exit_code == 1
    assert "the trail's own checkpoint: no known key signed this note" in told.stdout


def test_a_checkpoint_kept_elsewhere_shows_that_history_was_written_anew(home: Trail, tmp_path: Path) -> None:
    kept = tmp_path / "kept.txt"
    assert samsyn_trail("checkpoint", "--out", kept).exit_code == 0
    assert samsyn_trail("verify", "--from-checkpoint", kept).exit_code == 0
    home.tamper(*(f"DELETE FROM trail.{table}" for table in ("entry", "leaf", "node", "head")))
    home.filled(6)
    assert samsyn_trail("verify").exit_code == 0
    told = samsyn_trail("verify", "--from-checkpoint", kept)
    assert told.exit_code == 1
    assert "history was rewritten" in told.stdout


def test_the_checkpoint_is_the_logs(home: Trail) -> None:
    vkey = (home.place.keys / FOLDER / "log.vkey").read_text().strip()
    note = samsyn_trail("checkpoint").stdout
    assert "samsyn.test/log\n5\n" in note
    assert samsyn_trail("verify", "--key", vkey).exit_code == 0
    assert samsyn_trail("verify", "--key", vkey[:-2]).exit_code == 1
    assert read(note, VerifierKey.parse(vkey)).size == 5


def test_a_file_that_is_no_checkpoint_is_named(home: Trail, tmp_path: Path) -> None:
    (tmp_path / "other.txt").write_text("hello")
    for name in ("other.txt", "missing.txt"):
        told = samsyn_trail("verify", "--from-checkpoint", tmp_path / name)
        assert told.exit_code == 1
        assert name in complaint(told)


def test_entries_are_shown_by_filter_and_the_showing_is_an_entry(home: Trail) -> None:
    found = json.loads(samsyn_trail("show", "--actor", "reader-1", "--json").stdout)
    assert [entry["index"] for entry in found] == [4, 1]
    assert "reader-1" in samsyn_trail("show", "--operation", "read", "--actor", "reader-1").stdout
    (first, second) = home.reader().read(Asked(operation=("review",)))
    assert first.fields["selection"] == {"actor": ["reader-1"]}
    assert (first.fields["client"], first.fields["role"]) == ("samsyn trail show", "operator")
    assert second.fields["selection"] == {"actor": ["reader-1"], "operation": ["read"]}


def test_a_narrow_screen_loses_columns_and_every_entry_keeps_to_one_line(home: Trail) -> None:
    long = reading_entry(7, table="polisen-handelser-per-kommun", actor="[red]anna[/]" * 5, purpose="lagesbild")
    home.writer().append(long)
    shown = CliRunner().invoke(app, ["show", "--operation", "read"], env={"COLUMNS": "80"}).stdout
    lines = [line for line in shown.splitlines() if " 02:40:" in line]
    assert len(lines) == 6
    assert all("sodertalje" in line and len(line) <= 80 for line in lines)
    assert "polisen-handelser-per-kommun" in lines[0]
    assert "actor" not in shown
    assert "[red]anna[/]" in samsyn_trail("show", "--operation", "read").stdout


def test_a_trail_without_entries_is_shown_as_well(home: Trail) -> None:
    assert samsyn_trail("show", "--actor", "nobody").exit_code == 0


def test_a_day_is_asked_for_whole(home: Trail) -> None:
    def shown(*words: str) -> int:
        return len(json.loads(samsyn_trail("show", "--operation", "read", "--json", *words).stdout))

    assert shown("--from", "2026-02-02", "--to", "2026-02-02") == 5
    assert shown("--from", "2026-02-02T02:40:02") == 3
    assert shown("--to", "2026-02-01") == 0
    assert samsyn_trail("show", "--from", "2026-02-02", "--to", "2026-02-01").exit_code == 1


@pytest.mark.parametrize("to_file", [True, False])
def test_entries_are_exported_as_lines_and_as_a_table(home: Trail, tmp_path: Path, to_file: bool) -> None:  # noqa: FBT001 - a case
    def exported(*words: str) -> str:
        out = ("--out", str(tmp_path / "entries")) if to_file else ()
        told = samsyn_trail("export", "--operation", "read", *words, *out)
        assert told.exit_code == 0
        return (tmp_path / "entries").read_text() if to_file else told.stdout

    lines = [json.loads(line) for line in exported().splitlines()]
    assert [line["event"]["sequence"] for line in lines] == [0, 1, 2, 3, 4]
    rows = list(csv.DictReader(io.StringIO(exported("--format", "csv"))))
    assert [row["requestId"] for row in rows] == [f"request-{at}" for at in range(5)]
    assert all(row["actor"].startswith("actor-") for row in rows)
    named = list(csv.DictReader(io.StringIO(exported("--format", "csv", "--names"))))
    assert [row["actor"] for row in named] == [f"reader-{at % 3}" for at in range(5)]
    (*_, newest) = home.reader().stream(Asked(operation=("review",)))
    assert newest.fields["note"].endswith("names shown")


def test_without_a_trail_there_is_one_clear_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAMSYN_HOME", str(tmp_path / "nowhere"))
    monkeypatch.delenv("SAMSYN_DATABASE_URL", raising=False)
    for command in ("verify", "show", "export", "checkpoint"):
        told = samsyn_trail(command)
        assert told.exit_code == 1
        assert "samsyn init" in complaint(told)
        assert "Traceback" not in told.output


def test_without_a_key_there_is_no_checkpoint(trail: Trail, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAMSYN_HOME", str(trail.place.home))
    monkeypatch.setenv("SAMSYN_DATABASE_URL", trail.place.database_url or "")
    trail.filled(2)
    assert samsyn_trail("verify").exit_code == 0
    told = samsyn_trail("checkpoint")
    assert (told.exit_code, "no signed checkpoint" in complaint(told)) == (1, True)
