"""Places hit again and again: how many objects had so many incidents in so many weeks, without saying which."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import polars as pl

from policies.dataset import Repeats

Hits = Sequence[Sequence[Any]]
"""Who reported each incident, at which place, in which period and area."""
Counted = Counter[tuple[str, tuple[str, str, str]]]
"""Places by who reported them, and by the period, area and category that they count in."""
_HIT = {"publisher": pl.String, "place": pl.Int64, "period": pl.String, "area": pl.String}


def repeated(hits: Iterable[Hits], rule: Repeats, category: str, periods: Sequence[str]) -> Counted:
    """The places that count as repeated, in each period that ends so many of them.

    A place is in the first of the areas it was reported in.

    Args:
        hits: each incident once, some at a time.
        periods: every period of the span, in order; those before the first full number of `rule.weeks` give nothing.
    """
    numbered = {period: number for number, period in enumerate(periods)}
    frames = [_placed(some, numbered) for some in hits]
    at = pl.concat(frames) if frames else _placed([], numbered)
    counts_in = pl.concat_list(pl.col("period") + later for later in range(rule.weeks))
    ends = at.drop_nulls("period").with_columns(end=counts_in).explode("end")
    whole = ends.filter(pl.col("end").is_between(rule.weeks - 1, len(periods) - 1))
    places = whole.group_by("publisher", "place", "end").agg(pl.len().alias("hits"), pl.col("area").min())
    often = places.filter(pl.col("hits") >= rule.times).group_by("publisher", "end", "area").len()
    return Counter({(who, (periods[end], area, category)): many for who, end, area, many in often.iter_rows()})


def _placed(hits: Hits, numbered: Mapping[str, int]) -> pl.DataFrame:
    """Hits in columns, their periods by number; null outside the span."""
    frame = pl.DataFrame([tuple(hit) for hit in hits], schema=_HIT, orient="row")
    period = pl.col("period").replace_strict(numbered, default=None, return_dtype=pl.Int64)
    return frame.with_columns(period, pl.col("publisher", "area").cast(pl.Categorical))
