"""`samsyn signals` from file to file: the engine of the releases, and one clear line for every fault of a file."""

import csv
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from cli.errors import Stop
from cli.main import main
from tests.indicators.references import simulated

Run = Callable[..., list[dict[str, str]]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs the command on a text and gives its rows."""

    def signals(text: str, *options: str) -> list[dict[str, str]]:
        counts, out = tmp_path / "counts.csv", tmp_path / "signals.csv"
        counts.write_text(text)
        with pytest.raises(SystemExit) as ended:
            main(["signals", str(counts), "--out", str(out), *options])
        if ended.value.code:
            raise Stop("stopped")
        with out.open(newline="") as rows:
            return list(csv.DictReader(rows))

    return signals


def weekly(counts: list[int | None], start: date = date(2020, 1, 6), name: str = "a") -> str:
    days = (start + timedelta(weeks=week) for week in range(len(counts)))
    rows = [f"{name},{day},{'' if count is None else count}" for day, count in zip(days, counts, strict=True)]
    return "\n".join(["series,week_start,count", *rows, ""])


def drawn(weeks: int = 330, mean: float = 8) -> list[int | None]:
    return [int(count) for count in np.random.default_rng(1).poisson(mean, weeks)]


def test_whole_numbers_as_weeks_give_what_r_gives(run: Run, shared: Path) -> None:
    ids, counts = simulated(shared)
    rows = ["series,t,count"]
    rows += [f"{ids[row]},{t + 1},{int(count)}" for row in (0, 70, 150) for t, count in enumerate(counts[row])]
    found = {(row["series"], row["t"]): row for row in run("\n".join(rows), "--from", "580")}
    said = pl.read_csv(shared / "signals" / "reference" / "ff_nbplugin_a.csv", infer_schema=False)
    wanted = said.filter(pl.col("series").is_in([ids[0], ids[70], ids[150]]), pl.col("week").cast(pl.Int64) >= 580)
    assert wanted.height > 30
    for row in wanted.iter_rows(named=True):
        ours = found[row["series"], row["week"]]
        assert (ours["alarm"] == "TRUE") == (row["alarm"] == "1")
        assert not row["upperbound"] or float(ours["upper"]) == float(row["upperbound"])
    assert list(next(iter(found.values()))) == (
        ["series", "t", "observed", "expected", "upper", "p", "alarm", "tier", "method"]
    )


def test_a_rise_is_an_alarm_with_its_tier_and_method(run: Run) -> None:
    counts = drawn()
    counts[-1] = 40
    last = run(weekly(counts))[-1]
    assert (last["observed"], last["alarm"], last["tier"], last["method"]) == ("40", "TRUE", "strong", "farrington")
    assert float(last["expected"]) < float(last["upper"]) < 40


def test_what_is_missing_is_not_zero_and_is_not_tested(run: Run) -> None:
    counts = drawn()
    counts[-1] = None
    rows = run(weekly(counts), "--from", "2026-01-01")
    assert rows[-1]["observed"] == rows[-1]["p"] == rows[-1]["alarm"] == rows[-1]["method"] == ""
    assert rows[0]["week_start"] >= "2026-01-01"


def test_only_weeks_of_the_file_are_told_and_a_short_series_by_what_it_has(run: Run) -> None:
    text = weekly(drawn(330)) + weekly(drawn(20), date(2026, 1, 5), "b").partition("\n")[2]
    rows = run(text, "--from", "2026-03-02")
    assert {row["series"]: row["method"] for row in rows} == {"a": "farrington", "b": "new"} or "ears" in {
        row["method"] for row in rows if row["series"] == "b"
    }
    assert sum(row["series"] == "b" for row in rows) == 12
    assert {row["method"] for row in run(text, "--method", "ears", "--from", "2026-05-11")} == {"ears"}


@pytest.mark.parametrize(
    ("text", "options", "told"),
    [
        ("series,count\na,1\n", (), "needs one of the columns week_start"),
        ("series,week_start,t,count\na,2026-02-09,1,1\n", (), "needs one of the columns"),
        ("series,week_start\na,2026-02-09\n", (), "the column count is missing"),
        ("series,week_start,count\n", (), "holds no rows"),
        ("series,week_start,count\na,2026-02-10,1\n", (), "row 2: week_start is '2026-02-10'; it must be a Monday"),
        ("series,week_start,count\na,9/2,1\n", (), "row 2: week_start is '9/2'; it must be a date"),
        ("series,week_start,count\na,2026-02-09,-1\n", (), "row 2: count is '-1'; it must be a whole number"),
        ("series,week_start,count\na,2026-02-09,1.5\n", (), "row 2: count is '1.5'"),
        ("series,week_start,count\n,2026-02-09,1\n", (), "row 2: series is None; it must be a name"),
        ("series,t,count\na,1.0,1\n", (), "row 2: t is '1.0'; it must be a whole number"),
        ("series,t,count\na,1,1\na,1,2\n", (), "row 3: t is '1'; it must be given once for each series"),
        ("series,t,count\na,1,1\na,999999,2\n", (), "is one of them mistyped"),
        ("series,t,count\na,1,1\n", ("--from", "2026-02-09"), "must be a whole number"),
        ("series,t,count\na,1,1\n", ("--from", "2"), "the last week of the file is 1"),
        ("series,week_start,count\na,2026-02-09,1\n", ("--from", "soon"), "must be a date"),
        ("series,week_start,count\na,2026-02-09,1\n", ("--alpha", "0.7"), "--alpha is 0.7"),
    ],
)
def test_every_fault_is_one_clear_line(
    run: Run, capsys: pytest.CaptureFixture[str], text: str, options: tuple[str, ...], told: str
) -> None:
    with pytest.raises(Stop):
        run(text, *options)
    error = capsys.readouterr().err
    assert told in error
    assert "Traceback" not in error
