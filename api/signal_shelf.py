"""Signals as the doors read them: from the shelf, kept at hand, and cut to the part that a visitor may have."""

import threading
from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import polars as pl
from sqlalchemy import Engine

from api.part import Part
from formats.signals import SignalTable, empty, unpack_signals
from indicators.multiple import q_values, tiers
from models.shelf import Release
from store.sessions import ShelfSession, transaction
from store.shelf import signals_of

AT_HAND: Final = 16


@dataclass(frozen=True)
class Told:
    """What stands out in a release.

    Attributes:
        parameters: of the method; empty for a table whose periods are not weeks.
        areas: index, clusters, and the weights behind the index.
    """

    signals: SignalTable
    parameters: dict[str, Any]
    areas: dict[str, Any]


NOTHING: Final = Told(empty(), {}, {"index": [], "clusters": [], "weights": None})


class SignalShelf:
    """Reads the signals of releases, which never change."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._at_hand: OrderedDict[str, Told] = OrderedDict()

    def of(self, release: Release, part: Part) -> Told:
        """What a visitor may have of a release's signals."""
        return shown(self._whole(release), part)

    def _whole(self, release: Release) -> Told:
        with self._lock:
            if release.id in self._at_hand:
                self._at_hand.move_to_end(release.id)
                return self._at_hand[release.id]
        with transaction(self._engine) as session:
            row = signals_of(ShelfSession(session), release.id)
        found = Told(unpack_signals(row.signals), dict(row.parameters), dict(row.areas)) if row else NOTHING
        with self._lock:
            self._at_hand[release.id] = found
            while len(self._at_hand) > AT_HAND:
                self._at_hand.popitem(last=False)
        return found


def shown(told: Told, part: Part) -> Told:
    """The part that a visitor may have.

    Where it lacks some cells, tests of those must not show in the others': false discovery rates are then those of the
    part alone, and figures that add categories up are left out.
    """
    whole = part.lying.dimensions
    everything = len(part.areas) == len(whole["area"]) and all(
        len(had) == len(whole["category"]) for had in part.categories.values()
    )
    in_time = told.signals.only(period=part.periods)
    if everything:
        return replace(told, signals=in_time)
    cut = in_time.frame.filter(_within(part))
    judged = [_judged(week) for week in cut.partition_by("period", maintain_order=True)]
    signals = SignalTable(pl.concat(judged)) if judged else empty()
    return Told(signals, told.parameters, {**told.areas, "index": [], "clusters": []})


def _within(part: Part) -> pl.Expr:
    levels = [
        pl.col("area").is_in([code for code, area in part.areas.items() if area.level == level])
        & pl.col("category").is_in(list(categories))
        for level, categories in part.categories.items()
    ]
    return pl.any_horizontal(*levels, pl.lit(value=False))


def _judged(week: pl.DataFrame) -> pl.DataFrame:
    """A week's tests with the rates and tiers that they have among themselves."""
    p = np.where(week["in_family"].to_numpy(), week["p"].fill_null(float("nan")).to_numpy(), np.nan)
    q = q_values(p)
    tier = tiers(p, q, week["enough"].to_numpy())
    return week.with_columns(
        q=pl.Series(q).fill_nan(None),
        tier=pl.Series([name or None for name in tier.tolist()], dtype=pl.String),
    )
