"""A preview tells shares and errors of each method and changes nothing; a draft's is held against the shelf."""

import json
import math
import re
import sqlite3
from base64 import b64encode
from collections.abc import Callable
from contextlib import closing
from hashlib import sha256
from itertools import count
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from audit.entry import Operation
from cli.release import app
from disclosure.coarsening import Share
from disclosure.table import Dimension, Table
from release.cell_key import FOLDER, make_cell_key
from release.preview import Trials, newest, share_of
from release.preview_change import change
from release.preview_levels import advise
from store.sessions import open_engine
from store.trail_reading import Asked, TrailReader
from tests.api.shelf import AGREEMENT
from tests.release.premises import KEY, TABLE, Premises, under

WEEKS = ("2026-W36", "2026-W44")
Run = Callable[..., str]


@pytest.fixture
def delivered(premises: Premises) -> Premises:
    """An agreement in force and some weeks of counts; nothing released."""
    premises.agree()
    premises.push("huddinge", WEEKS)
    return premises


@pytest.fixture
def run(delivered: Premises, monkeypatch: pytest.MonkeyPatch) -> Run:
    """`samsyn release preview` on the home."""
    monkeypatch.setenv("SAMSYN_HOME", str(delivered.place.home))
    monkeypatch.setenv("COLUMNS", "200")
    make_cell_key(delivered.place.keys / FOLDER)

    def invoke(*arguments: str) -> str:
        said = CliRunner().invoke(app, ["preview", "--table", TABLE, *arguments])
        return said.stdout if said.exit_code == 0 else str(said.exception)

    return invoke


def test_each_method_is_tried_on_the_same_counts(delivered: Premises) -> None:
    trials = {trial.method: trial for trial in Trials(delivered.due(), (), KEY, count().__next__).run()}
    assert list(trials) == ["suppress", "round", "cellkey"]
    assert [trial.chosen for trial in trials.values()] == [True, False, False]
    assert all(trial.safe and trial.asked > 0 and trial.seconds == 1 for trial in trials.values())
    assert 0 < trials["suppress"].share.counts < 1
    assert trials["suppress"].largest_error == 0
    assert trials["round"].share.cells == trials["cellkey"].share.cells == 1
    assert 0 < trials["round"].mean_error < trials["round"].largest_error
    assert 0 < trials["cellkey"].mean_error <= trials["cellkey"].largest_error <= 5


def test_without_a_key_the_others_are_still_tried(delivered: Premises) -> None:
    trials = list(Trials(delivered.due(), (), None, count().__next__).run())
    assert [bool(trial.fault) for trial in trials] == [False, False, True]
    assert not trials[-1].safe


def test_only_the_newest_periods_are_tried_when_asked(delivered: Premises) -> None:
    due = newest(delivered.due(), 2)
    assert [code.code for code in due.shape.periods] == ["2026-W43", "2026-W44"]
    assert due.counts.events.shape[2] == 2


def test_counts_in_the_finest_cells_are_what_a_share_of_counts_is_of() -> None:
    categories = Dimension.from_mapping("category", {"total": ("x", "y"), "x": ("x",), "y": ("y",)})
    months = Dimension.from_mapping("period", {"2026-01": ("w1", "w2")})
    table = Table((categories, months), np.array([[2, 1], [5, 2]]))
    withheld = np.array([[False], [True], [False]])
    assert share_of(table, withheld) == Share(2 / 3, 0.7)
    assert share_of(table, np.zeros((3, 1), np.bool_)) == Share(1.0, 1.0)


def test_the_finest_level_of_which_enough_is_shown_is_recommended(delivered: Premises) -> None:
    due = delivered.due()
    fine, coarse, none = advise(due, 0.0), advise(due, 0.9), advise(due, 1.0)
    assert fine is not None
    assert (fine.category, fine.period) == ("leaf", "iso-week")
    assert coarse is not None
    assert coarse.cells >= 0.9
    assert (coarse.category, coarse.period) != ("leaf", "iso-week")
    assert none is None or none.cells == 1.0


def test_a_change_names_what_would_newly_be_seen_and_what_no_longer(delivered: Premises) -> None:
    untouched = change(delivered.due(), (), KEY)
    assert untouched.now is None
    assert not untouched.hidden
    delivered.release()
    same = change(delivered.due(), (), KEY)
    assert same.now == same.then
    assert (same.visible, same.hidden) == ((), ())


def test_a_wider_smallest_cell_hides_cells(run: Run, delivered: Premises, tmp_path: Path) -> None:
    delivered.release()
    draft = tmp_path / "draft.toml"
    stricter = under('{ kind = "suppress", smallest_cell = 12 }').replace(b"version = 1", b"version = 2", 1)
    draft.write_bytes(stricter)
    told = json.loads(run("--json", "--agreement", str(draft)))["tables"][0]
    # What was shown stays shown to those who saw it, so a stricter text is refused or hides; it never shows more.
    if told["refused"]:
        assert "change" not in told
    else:
        assert told["change"]["hidden"]
        assert told["change"]["then"] < told["change"]["now"]


def test_a_draft_with_another_method_shows_more(run: Run, delivered: Premises, tmp_path: Path) -> None:
    draft = tmp_path / "draft.toml"
    draft.write_bytes(under('{ kind = "round" }').replace(b"version = 1", b"version = 2", 1))
    told = json.loads(run("--json", "--agreement", str(draft)))["tables"][0]
    assert told["change"] == {"now": None, "then": 1.0, "visible": told["change"]["visible"], "hidden": []}
    assert len(told["change"]["visible"]) == told["cells"]


def test_nothing_is_written_but_the_trail(run: Run, delivered: Premises) -> None:
    before = shelf_and_vault(delivered)
    run("--json")
    assert shelf_and_vault(delivered) == before
    engine = open_engine(delivered.place, "reviewer")
    entries = TrailReader(engine).read(Asked(operation=(Operation.REVIEW,)), limit=10)
    engine.dispose()
    assert [each.fields["table"] for each in entries] == [TABLE, TABLE]


def shelf_and_vault(premises: Premises) -> list[str]:
    """Every row of both, as SQL."""
    lines: list[str] = []
    for schema in ("shelf", "vault"):
        with closing(sqlite3.connect(premises.place.home / f"{schema}.db")) as database:
            lines += database.iterdump()
    return lines


def test_the_recipients_side_sees_shares_only(run: Run, delivered: Premises, tmp_path: Path) -> None:
    draft = tmp_path / "draft.toml"
    draft.write_bytes(AGREEMENT.replace(b"version = 1", b"version = 2", 1))
    delivered.release()
    file = tmp_path / "preview.html"
    told = json.loads(run("--json", "--shares-only", "--agreement", str(draft), "--html", str(file)))["tables"][0]
    assert set(told["trials"][0]) == {"method", "chosen", "safe", "cellsShown", "countsShown"}
    assert set(told["change"]) == {"now", "then"}
    shares = [
        *told["change"].values(),
        *(trial[of] for trial in told["trials"] for of in ("cellsShown", "countsShown")),
    ]
    # An exact share would tell what is hidden.
    assert all(math.isclose(share * 20, round(share * 20)) for share in shares)
    assert "2026-W40" not in file.read_text()
    assert "error" not in file.read_text()


def test_the_terminal_tells_the_methods_side_by_side(run: Run) -> None:
    said = run()
    assert re.search(r"suppress \(agreed\) .*%", said)
    assert "cellkey" in said
    assert "Finest level for suppression: area kommun" in said


def test_the_page_loads_nothing_and_runs_nothing(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "preview.html"
    run("--html", str(file))
    page = file.read_text()
    assert not re.search(r"<script|<link|<img|<iframe|https?:|url\(|\bon\w+=|style=", page)
    style = re.search(r"<style>(.*)</style>", page, re.DOTALL)
    assert style is not None
    digest = b64encode(sha256(style[1].encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{digest}'" in page
    widths = [float(width) for width in re.findall(r'width="([\d.]+)" height="14" class="c', page)]
    assert len(widths) == 6
    assert np.all((np.array(widths) >= 0) & (np.array(widths) <= 460))


def test_a_table_nobody_grants_is_told(run: Run) -> None:
    assert "grants no table 'nosuch'" in run("--table", "nosuch")
