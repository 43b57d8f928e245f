"""The signals of a release, computed from the protected table and put on the shelf beside it.

Weeks that the release before had signals of keep them, as they keep their cells; a threshold once given is not
changed unseen.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from formats.signals import SCHEMA, SignalTable, empty
from formats.table import period_start
from indicators.batch import Batch, lately
from indicators.multiple import q_values, tiers
from indicators.reference_weeks import Calendar
from indicators.surveillance import VERSION, watch
from release.shape import Shape
from release.signal_cells import Series

UNIT: Final = "iso-week"
"""Only tables of weeks have signals."""
ALPHA: Final = 0.01
WEEKS: Final = 52
"""How many of the last weeks a table's first release tests."""

PARAMETERS: Final = {
    "version": VERSION,
    "method": "farrington-flexible",
    "years": [5, 4, 3, 2],
    "halfWindow": 3,
    "seasonLevels": 10,
    "weeksLeftOut": 26,
    "threshold": "nbPlugin",
    "alpha": ALPHA,
    "fewestInFourWeeks": 5,
    "tiers": {"strong": "q <= 0.05", "possible": "p <= 0.01", "watch": "p <= 0.05"},
    "withheldWeeks": "midpoint of the feasible interval",
}
"""How signals are made, told with them."""


def signals_of(shape: Shape, series: Series, earlier: SignalTable | None, kept: frozenset[str]) -> SignalTable:
    """Signals of a table's last weeks.

    Args:
        earlier: those of the release before, and `kept` the periods whose cells it shares.
    """
    weeks = [period_start(code.code) for code in shape.periods]
    numbers = [(week - weeks[0]).days // 7 for week in weeks]
    had = frozenset(earlier.frame["period"].unique()) & kept if earlier else frozenset()
    parts = [earlier.only(period=had).frame] if earlier and had else []
    wanted = [at for at in range(len(weeks))[-WEEKS:] if shape.periods[at].code not in had]
    parts += list(_tested(shape, series, weeks[0], numbers, wanted))
    return SignalTable(_ordered(shape, parts)) if parts else empty()


def _tested(
    shape: Shape, series: Series, monday: date, numbers: list[int], wanted: list[int]
) -> Iterator[pl.DataFrame]:
    size = series.counts.shape[:2]
    filled = np.full((size[0] * size[1], numbers[-1] + 1), np.nan)
    filled[:, numbers] = series.filled.reshape(-1, len(numbers))
    calendar, batch = Calendar(numbers[-1] + 1, monday), Batch(filled)
    for at in wanted:
        yield _week(shape, series, batch, calendar, at)


def _week(shape: Shape, series: Series, batch: Batch, calendar: Calendar, at: int) -> pl.DataFrame:
    week = ((period_start(shape.periods[at].code)) - (calendar.monday or date.min)) // timedelta(weeks=1)
    said = watch(batch, calendar, week, alpha=ALPHA)
    observed, family = series.counts[..., at].reshape(-1), series.family[..., at].reshape(-1)
    enough, shown = lately(batch.counts, week), ~np.isnan(observed)
    p = np.where(shown, said.tested.p, np.nan)
    in_family = family & ~np.isnan(p)
    q = q_values(np.where(in_family, p, np.nan))
    areas, categories = ([code.code for code in codes] for codes in (shape.areas, shape.categories))
    frame = pl.DataFrame(
        {
            "area": np.repeat(areas, len(categories)),
            "category": np.tile(categories, len(areas)),
            "period": [shape.periods[at].code] * len(p),
            "period_start": [period_start(shape.periods[at].code)] * len(p),
            "observed": pl.Series(observed).fill_nan(None).cast(pl.Int64),
            "expected": pl.Series(said.tested.expected).fill_nan(None),
            "upper": pl.Series(said.tested.upper).fill_nan(None),
            "p": pl.Series(p).fill_nan(None),
            "q": pl.Series(q).fill_nan(None),
            "tier": [name or None for name in tiers(np.where(in_family, p, np.nan), q, enough).tolist()],
            "alarm": said.tested.alarm & shown,
            "weeks_in_row": np.zeros(len(p), np.int64),
            "method": said.method.tolist(),
            "in_family": in_family,
            "enough": enough,
        },
        schema=SCHEMA,
    )
    return frame.filter(pl.col("method") != "")


def _ordered(shape: Shape, parts: list[pl.DataFrame]) -> pl.DataFrame:
    """Newest week first, then in the table's order; with the weeks in a row above the limit counted."""
    frame = pl.concat(parts)
    for name, codes in (("area", shape.areas), ("category", shape.categories)):
        order = pl.DataFrame({name: [code.code for code in codes]}).with_row_index(f"at_{name}")
        frame = frame.join(order, on=name)
    frame = frame.sort("at_area", "at_category", "period_start")
    frame = frame.with_columns(weeks_in_row=pl.Series(_in_row(frame)))
    newest = frame.sort("period_start", "at_area", "at_category", descending=[True, False, False])
    return newest.select(list(SCHEMA)).cast(SCHEMA)


def _in_row(frame: pl.DataFrame) -> NDArray[np.int64]:
    """How many weeks in a row each alarm is; rows by series, then week."""
    alarm, at = frame["alarm"].to_numpy(), np.arange(frame.height)
    day = frame["period_start"].dt.epoch("d").to_numpy()
    series = frame["at_area"].to_numpy().astype(np.int64) * (1 << 32) + frame["at_category"].to_numpy()
    follows = np.concatenate([[False], alarm[:-1] & (np.diff(day) == 7) & (np.diff(series) == 0)])
    begun = np.maximum.accumulate(np.where(~follows, at, 0))
    return np.where(alarm, at - begun + 1, 0)
