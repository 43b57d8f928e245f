"""What a circle comes to hold: reference tables, releases that follow each other, overlapping levels, own counts."""

import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from disclosure.table import Dimension, Table

SHARED = Path(__file__).parents[2].parent / "shared"
SMALL = tuple(f"T{n}" for n in range(10))
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Scenario:
    """Tables in the order of their release, over the same codes; and the recipient's own part of the last."""

    name: str
    states: tuple[Table, ...]
    own: Ints | None = None


def reference(name: str) -> Table:
    """A table of ../shared/sdc/tables."""
    folder = SHARED / "sdc" / "tables" / name
    codes = json.loads((folder / "dims.json").read_text())
    dimensions = tuple(Dimension.from_mapping(d, groups) for d, groups in codes.items())
    rows = pl.read_csv(folder / "inner.csv.gz")
    counts = np.zeros([len(d.leaves) for d in dimensions], np.int64)
    counts[tuple(np.array([d.leaves.index(c) for c in rows[d.name]]) for d in dimensions)] = rows["freq"].to_numpy()
    return Table(dimensions, counts)


def single(names: Sequence[str]) -> Iterator[Scenario]:
    """Each table alone."""
    for name in names:
        yield Scenario(name, (reference(name),))


def new_week(names: Sequence[str]) -> Iterator[Scenario]:
    """Each table as it was without its last week, then with it; the other weeks unchanged."""
    for name in names:
        now = reference(name)
        counts = now.counts.copy()
        counts[:, :, -1] = 0
        yield Scenario(f"{name}, then one week more", (replace(now, counts=counts), now))


def year_to_date(names: Sequence[str]) -> Iterator[Scenario]:
    """Area by category, counted up to the last week but one, then to the last: every cell may have grown."""
    for name in names:
        full = reference(name)
        flat = full.dimensions[:2]
        yield Scenario(
            f"{name} to date, twice", (Table(flat, full.counts[:, :, :-1].sum(2)), Table(flat, full.counts.sum(2)))
        )


def weekly(weeks: int = 12, seed: int = 1) -> Scenario:
    """A small municipality, released week by week."""
    chance = np.random.default_rng(seed)
    areas, categories = [f"a{i}" for i in range(8)], [f"c{i}" for i in range(6)]
    periods = [f"2026-W{w:02}" for w in range(1, weeks + 1)]
    dimensions = (
        Dimension.from_mapping(
            "area", {"all": areas, "north": areas[:4], "south": areas[4:]} | {a: [a] for a in areas}
        ),
        Dimension.from_mapping("category", {"all": categories} | {c: [c] for c in categories}),
        Dimension.from_mapping("week", {"to date": periods} | {w: [w] for w in periods}),
    )
    counts = chance.negative_binomial(1, 1 / 3, (8, 6, weeks)).astype(np.int64)
    states = tuple(Table(dimensions, np.where(np.arange(weeks) <= week, counts, 0)) for week in range(weeks))
    return Scenario(f"{weeks} weekly releases", states)


def overlapping(seed: int = 2) -> Scenario:
    """Small areas summed to two divisions that cut across each other."""
    chance = np.random.default_rng(seed)
    small = [f"d{i:02}" for i in range(24)]
    regso = {f"regso {i}": small[4 * i : 4 * i + 4] for i in range(6)}
    parts = {f"stadsdel {i}": small[(5 * i) : (5 * i + 5)] for i in range(4)} | {"stadsdel 4": small[20:]}
    months = [f"2026-{m:02}" for m in range(1, 7)]
    dimensions = (
        Dimension.from_mapping("area", {"kommun": small} | regso | parts | {d: [d] for d in small}),
        Dimension.from_mapping("category", {"all": ["x", "y", "z"], "x": ["x"], "y": ["y"], "z": ["z"]}),
        Dimension.from_mapping("month", {"half": months} | {m: [m] for m in months}),
    )
    return Scenario("overlapping area levels", (Table(dimensions, chance.negative_binomial(2, 0.5, (24, 3, 6))),))


def joint(name: str = "T4", share: float = 0.4, seed: int = 3) -> Scenario:
    """Police and municipality in one table; the municipality counted its own part."""
    table = reference(name)
    own = np.random.default_rng(seed).binomial(table.counts, share).astype(np.int64)
    return Scenario(f"{name} with own counts known", (table,), own)


def bra() -> Scenario:
    """Reported crimes by area, type in a hierarchy, and month, as Brå publishes them."""
    with (SHARED / "data" / "bra_anmalda_brott_stockholms_lan_2020-2022.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    areas = list(dict.fromkeys((row["kommunkod"], row["omrade"]) for row in rows))
    months = sorted({row["manad"] for row in rows})
    groups, part, whole = _bra_types({row["brottstyp"] for row in rows})
    names = [name for _, name in areas]
    city = [name for code, name in areas if [c for c, _ in areas].count(code) > 1]
    years = {year: [m for m in months if m.startswith(year)] for year in sorted({m[:4] for m in months})}
    dimensions = (
        Dimension.from_mapping("area", {"county": names, "Stockholm": city} | {n: [n] for n in names}),
        Dimension.from_mapping("type", groups),
        Dimension.from_mapping("month", years | {m: [m] for m in months}),
    )
    counts = np.zeros((len(names), len(dimensions[1].leaves), len(months)), np.int64)
    for row in rows:
        at = (names.index(row["omrade"]), slice(None), months.index(row["manad"]))
        for leaf, sign in _bra_signs(row["brottstyp"], part, whole).items():
            counts[at][dimensions[1].leaves.index(leaf)] += sign * int(row["antal"])
    return Scenario("Brå, 33 areas, 36 months", (Table(dimensions, counts),))


def _bra_types(types: set[str]) -> tuple[dict[str, list[str]], str, str]:
    """The published types over their leaves; chapter 3 is "därav misshandel" and a rest that is not published."""
    part = next(t for t in types if t.startswith("därav"))
    whole = next(t for t in types if t.startswith("3 kap"))
    total = next(t for t in types if t.startswith("3-7"))
    others = sorted(types - {part, whole, total})
    rest = "3 kap. övrigt"
    return {total: [part, rest, *others], whole: [part, rest], part: [part]} | {t: [t] for t in others}, part, whole


def _bra_signs(kind: str, part: str, whole: str) -> dict[str, int]:
    if kind == whole:
        return {"3 kap. övrigt": 1}
    if kind == part:
        return {part: 1, "3 kap. övrigt": -1}
    return {} if kind.startswith("3-7") else {kind: 1}


def all_of(only: str | None = None) -> Iterator[Scenario]:
    """Every scenario whose name holds the text."""
    makers: list[Any] = [
        lambda: single([*SMALL, "S"]),
        lambda: [overlapping(), joint()],
        lambda: year_to_date([*SMALL, "S"]),
        lambda: new_week([*SMALL, "S"]),
        lambda: [weekly(), bra()],
        lambda: single(["S2", "S4", "S8", "M"]),
    ]
    for maker in makers:
        yield from (scenario for scenario in maker() if only is None or only in scenario.name)
