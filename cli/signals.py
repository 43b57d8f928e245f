"""`samsyn signals`: weeks that stand out, from file to file."""

from pathlib import Path
from typing import Annotated, Any

import polars as pl
import typer
from rich.console import Console
from rich.progress import track

from cli.errors import Stop
from cli.signal_files import Counts, read_counts, read_week
from cli.table_files import write
from indicators.batch import Batch, lately
from indicators.multiple import q_values, tiers
from indicators.surveillance import Wanted, Watched, watch


def signals_file(
    counts: Annotated[Path, typer.Argument(help="series,week_start,count (or t, whole numbers, for week_start).")],
    *,
    out: Annotated[
        Path, typer.Option(help="Where the outcome goes: observed, expected, upper, p, alarm, tier, method.")
    ],
    method: Annotated[Wanted, typer.Option(help="farrington, or ears for all.")] = "farrington",
    alpha: Annotated[float, typer.Option(help="Chance of an alarm in an ordinary week.")] = 0.01,
    since: Annotated[str | None, typer.Option("--from", help="The first week to test; all unless told.")] = None,
) -> None:
    """Test every week of every series against its own history.

    COUNTS has a row a week; an absent week, or an empty count, is missing and is never taken for 0. The method is
    Farrington's with as many years as a series has (5 to 3; 2 without a trend), EARS C1 from twelve weeks, and for less
    the chance given the weeks there are. OUT has a row for each row of COUNTS from --from on; where a week could not be
    tested, its figures are empty. Tiers count all series of a week together.
    """
    if not 0 < alpha < 0.5:
        raise Stop(f"--alpha is {alpha}; it must be above 0 and below 0.5")
    given = read_counts(counts)
    first = 0 if since is None else read_week(since, given)
    batch = Batch(given.values)
    screen = Console(stderr=True)
    frames = []
    for week in track(range(first, given.calendar.length), "Testing weeks", console=screen, transient=True):
        watched = watch(batch, given.calendar, week, method, alpha)
        frames.append(_week(given, batch, week, watched))
    outcome = pl.concat(frames).join(given.rows, on=("at_series", "at_week"), how="semi").sort("at_series", "at_week")
    write(out, outcome.drop("at_series", "at_week"))
    tested, alarms = outcome["p"].is_not_null().sum(), (outcome["alarm"] == "TRUE").sum()
    screen.print(f"{outcome.height:,} rows, {tested:,} tested, {alarms:,} alarms", highlight=False)


def _week(given: Counts, batch: Batch, week: int, watched: Watched) -> pl.DataFrame:
    told = watched.tested
    tier = tiers(told.p, q_values(told.p), lately(batch.counts, week))
    tested = pl.Series(watched.method != "")
    size = len(given.series)
    columns: dict[str, Any] = {
        "at_series": pl.Series(range(size), dtype=pl.Int64),
        "at_week": pl.Series([week] * size, dtype=pl.Int64),
        "series": given.series,
        given.week_column: [given.week_name(week)] * size,
        "observed": pl.Series(batch.counts[:, week]).fill_nan(None).cast(pl.Int64),
        **{name: pl.Series(getattr(told, name)).fill_nan(None) for name in ("expected", "upper", "p")},
        "alarm": pl.Series(["TRUE" if alarm else "FALSE" for alarm in told.alarm]),
        "tier": pl.Series([name or None for name in tier.tolist()], dtype=pl.String),
        "method": pl.Series(watched.method.tolist()),
    }
    return pl.DataFrame(columns).with_columns(pl.when(tested).then(pl.col("alarm", "method")))
