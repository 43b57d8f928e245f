"""`samsyn trail verify --url` and `watch`: somebody outside holds a service to what it published."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine
from typer.testing import CliRunner, Result

from cli.errors import Stop
from cli.trail import app
from store.trail_key import FOLDER, make_log_key
from store.trail_log import TrailLog
from store.trail_signing import SIGNED, Signer
from tests.store_trail.publishing import publishing
from tests.store_trail.trails import Trail, reading_entry

REWRITE = "UPDATE trail.entry SET other_commitment = personal_commitment WHERE arrival = 3"


class Published:
    """A service with a signed log, and a caller elsewhere who has nothing but its address and key."""

    def __init__(self, trail: Trail, url: str, asked: list[str]) -> None:
        self.trail, self.url, self.asked = trail, url, asked
        self.folder = trail.place.keys / FOLDER
        self.key = make_log_key(self.folder, "samsyn.test/log")
        self.grown = 0
        self.grow(300)

    def grow(self, count: int) -> None:
        self.trail.writer().append_many([reading_entry(self.grown + at) for at in range(count)])
        self.grown += count
        self.sequence()

    def sequence(self) -> None:
        self.trail.sequencer(sign=Signer(self.key, self.folder)).integrate()

    def rewrite(self) -> None:
        """Change an entry, and grow and sign the whole tree anew."""
        self.trail.tamper(REWRITE, *(f"DELETE FROM trail.{table}" for table in ("leaf", "node", "head")))
        (self.folder / SIGNED).unlink()
        self.sequence()

    def trailing(self, command: str, *words: str | Path) -> Result:
        asked = [command, "--url", self.url, "--key", self.key.verifier().vkey, *map(str, words)]
        return CliRunner().invoke(app, asked, env={"SAMSYN_HOME": "nowhere"})


@pytest.fixture
def service(trail_on_sqlite: Trail) -> Iterator[Published]:
    engine: Engine = trail_on_sqlite.engine("reviewer")
    asked: list[str] = []
    with publishing(TrailLog(engine), asked) as url:
        yield Published(trail_on_sqlite, url, asked)


def said(told: Result) -> str:
    return told.output + (told.exception.message if isinstance(told.exception, Stop) else "")


def test_a_published_log_is_verified_over_http(service: Published) -> None:
    told = service.trailing("verify")
    assert (told.exit_code, "Everything fits.\n300 entries, 300 in the tree" in told.stdout) == (0, True)


def test_from_a_kept_checkpoint_only_the_rest_is_fetched(service: Published, tmp_path: Path) -> None:
    (tmp_path / "kept").write_text((service.folder / SIGNED).read_text())
    service.grow(300)
    service.asked.clear()
    told = service.trailing("verify", "--from-checkpoint", tmp_path / "kept", "--json")
    assert json.loads(told.stdout)["sound"]
    assert "tile/entries/001" in service.asked
    assert "tile/entries/000" not in service.asked


def test_what_was_changed_behind_the_log_is_found_over_http(service: Published) -> None:
    service.trail.tamper(REWRITE)
    told = service.trailing("verify")
    assert told.exit_code == 1
    assert "the tile of leaves 0 to 255 does not fit its entries" in told.stdout


def test_without_a_key_nothing_is_believed(service: Published, tmp_path: Path) -> None:
    command = ["verify", "--url", service.url]
    assert "logVerifierKey" in said(CliRunner().invoke(app, command, env={"SAMSYN_HOME": str(tmp_path)}))


def test_a_service_that_does_not_answer_is_one_clear_line(service: Published) -> None:
    key = service.key.verifier().vkey
    told = CliRunner().invoke(app, ["verify", "--url", "http://127.0.0.1:9", "--key", key])
    assert (told.exit_code, "does not answer" in said(told)) == (1, True)


def test_watching_keeps_each_checkpoint_once(service: Published, tmp_path: Path) -> None:
    assert "300 entries, kept" in service.trailing("watch", "--into", tmp_path / "kept", "--once").stdout
    assert "has not changed" in service.trailing("watch", "--into", tmp_path / "kept", "--once").stdout
    service.grow(7)
    assert "307 entries, kept" in service.trailing("watch", "--into", tmp_path / "kept", "--once").stdout
    kept = [path.name for path in sorted((tmp_path / "kept").iterdir())]
    assert kept == ["000000000000300.checkpoint", "000000000000307.checkpoint"]


def test_watching_alarms_when_history_was_rewritten_and_keeps_both_words(service: Published, tmp_path: Path) -> None:
    service.trailing("watch", "--into", tmp_path, "--once")
    service.rewrite()
    assert service.trailing("verify").exit_code == 0  # taken alone, it fits
    service.grow(1)
    told = service.trailing("watch", "--into", tmp_path)
    assert (told.exit_code, "contradicts itself" in said(told)) == (1, True)
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".checkpoint", ".contradiction"]


def test_watching_alarms_when_entries_were_removed(service: Published, tmp_path: Path) -> None:
    service.trailing("watch", "--into", tmp_path, "--once")
    service.trail.tamper("DELETE FROM trail.entry WHERE arrival > 299")
    service.rewrite()
    told = service.trailing("watch", "--into", tmp_path, "--once")
    assert (told.exit_code, "entries were removed" in said(told)) == (1, True)
