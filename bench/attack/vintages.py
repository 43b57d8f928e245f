"""A circle's year: three tables of overlapping levels week by week, months, years, and vintages of revisions.

Weekly tables at kommun, RegSO, a division across them, and DeSO; monthly ones at kommun and RegSO; the year at kommun.
Between vintages late registrations come in, most of one event, either way.
"""

import time
from collections.abc import Callable, Iterator

import numpy as np

from disclosure.table import Dimension, Table
from policies.terms import Method
from policies.verdict import Terms
from release.basis import Basis
from release.course import Stood, through
from release.gate import Joined
from release.methods import Known, make_safe

SMALL_AREAS = [f"deso {n}" for n in range(12)]
REGSO = {f"regso {n}": SMALL_AREAS[4 * n : 4 * n + 4] for n in range(3)}
ACROSS = {"stadsdel 0": SMALL_AREAS[:6], "stadsdel 1": SMALL_AREAS[6:]}
AREAS = {"kommun": SMALL_AREAS} | REGSO | ACROSS | {area: [area] for area in SMALL_AREAS}
COARSE = {"kommun": SMALL_AREAS} | REGSO
LEAVES = [f"c{n}" for n in range(5)]
CATEGORIES = {"total": LEAVES, "group 0": LEAVES[:2], "group 1": LEAVES[2:]} | {leaf: [leaf] for leaf in LEAVES}
MONTH = 4
Row = dict[str, object]


class Circle:
    """What a circle was shown, and the vault as it is known from week to week."""

    def __init__(self, weeks: int, seed: int = 1) -> None:
        self.chance = np.random.default_rng(seed)
        self.known = self.chance.negative_binomial(1, 0.4, (len(SMALL_AREAS), len(LEAVES), weeks)).astype(np.int64)
        self.past: list[Basis] = []
        self.longest = 0.0

    def release(self, areas: dict[str, list[str]], periods: dict[str, range], *, vintage: bool = False) -> None:
        """Release one table."""
        weeks = [week for span in periods.values() for week in span]
        spans = {name: [f"w{week:02}" for week in span] for name, span in periods.items()}
        dimensions = (
            Dimension("area", tuple(SMALL_AREAS), {name: tuple(parts) for name, parts in areas.items()}),
            Dimension.from_mapping("category", CATEGORIES),
            Dimension("period", tuple(f"w{week:02}" for week in weeks), {n: tuple(s) for n, s in spans.items()}),
        )
        table = Table(dimensions, self.known[..., weeks])
        start = time.process_time()
        self.past.append(make_safe(table, {}, TERMS, Known(tuple(self.past), vintage)).basis)
        self.longest = max(self.longest, time.process_time() - start)

    def correct(self, until: int) -> None:
        """Late registrations: in a fifth of the cells one event more or less, in a few cells many."""
        shape = self.known[..., :until].shape
        late = self.chance.choice([-1, 0, 0, 0, 0, 0, 0, 0, 1, 1], shape) + 9 * (self.chance.random(shape) < 0.01)
        self.known[..., :until] = np.maximum(self.known[..., :until] + late, 0)


TERMS = Terms(Method(kind="suppress"), (), (), (), (), "iso-week", "w00", None, 0, 5, 10, 5)


def year() -> Iterator[tuple[str, Callable[[], Row]]]:
    """Twelve weeks with two vintages, and 52 with two."""
    yield "12 weeks, two vintages, three tables", lambda: _measure("12 weeks, two vintages, three tables", 12, (5, 11))
    yield "52 weeks, two vintages, three tables", lambda: _measure("52 weeks, two vintages, three tables", 52, (25, 51))


def _measure(name: str, weeks: int, vintages: tuple[int, ...]) -> Row:
    circle, start = Circle(weeks), time.process_time()
    for week in range(weeks):
        circle.release(AREAS, {f"week {week}": range(week, week + 1)})
        if week % MONTH == MONTH - 1:
            circle.release(COARSE, {f"month {week // MONTH}": range(week - MONTH + 1, week + 1)})
        if week in vintages:
            circle.correct(week + 1)
            circle.release(AREAS, {f"week {n}": range(n, n + 1) for n in range(week + 1)}, vintage=True)
    circle.release({"kommun": SMALL_AREAS}, {"year": range(weeks)})
    made = time.process_time() - start
    start = time.process_time()
    joined = Joined(through([Stood.at_release(basis) for basis in circle.past]))
    held = [basis.view(2, 5, f"release {n}") for n, basis in enumerate(circle.past)]
    verdict = joined.gate(held, [*joined.changes(held, 5)])
    return {
        "scenario": name,
        "cells": sum(int(basis.published.sum()) for basis in circle.past),
        "primary": "",
        "secondary": f"{sum(int(basis.release.withheld.sum()) for basis in circle.past)} withheld in all",
        "asked": verdict.asked,
        "found": len(verdict.findings),
        "protectSeconds": f"{made:.1f} (longest release {circle.longest:.1f}, the gate with it)",
        "attackSeconds": round(time.process_time() - start, 2),
        "states": len(joined.gone.course.states),
    }
