"""Speed of the signals on one core, and how often they are right: false positives, detection, false discoveries.

OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 python bench/indicators/run.py   (the reference data lies beside the checkout)
"""

import json
import platform
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from formats.table import CellTable, cells
from indicators.batch import Batch, lately
from indicators.farrington import surveil
from indicators.multiple import TIERS, q_values, tiers
from indicators.ranking import Signal, agenda
from indicators.reference_weeks import Calendar
from policies.weights import weights_for
from release.shape import Code, Shape
from release.signal_areas import Known, areas_of
from release.signal_cells import series_of
from release.signals import signals_of

HERE = Path(__file__).resolve()
SHARED = HERE.parents[2].parent / "shared" / "signals"
RESULTS = HERE.parents[1] / "results"
AREAS, CATEGORIES, WEEKS, K = 100, 40, 330, 5
LEAST_SPEED, MOST_SECONDS = 10_000, 5.0


def spent(work: Callable[[], object], repeat: int = 3) -> float:
    """Processor seconds of the best of some tries."""
    best = float("inf")
    for _ in range(repeat):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best


def simulated() -> tuple[list[str], np.ndarray]:
    frame = pl.read_csv(SHARED / "simulated" / "counts.csv")
    return frame["series"].to_list(), frame.select(pl.exclude("series", "scenario", "rep")).to_numpy().astype(float)


def speed() -> float:
    """Series-weeks a second of Farrington flexible with five years."""
    _, counts = simulated()
    batch, calendar = Batch(np.tile(counts, (5, 1))[:1000]), Calendar(counts.shape[1])
    chunks = list(batch.chunks(500))

    def three_weeks() -> None:
        for week in (600, 601, 602):
            for chunk in chunks:
                surveil(chunk, calendar, week)

    three_weeks()
    return 3 * 1000 / spent(three_weeks)


def municipality() -> tuple[Shape, CellTable, Known]:
    """A hundred areas and forty categories over six years; small counts are withheld."""
    chance = np.random.default_rng(1)
    mean = chance.gamma(2.0, 2.0, (AREAS, CATEGORIES, 1)) * (1 + 0.2 * np.cos(np.arange(WEEKS) / 52 * 6.283))
    count = chance.poisson(mean * chance.gamma(8, 1 / 8, mean.shape))
    areas = [f"{number:04}" for number in range(AREAS)]
    leaves = [f"c{number:02}" for number in range(CATEGORIES)]
    days = [(date(2020, 1, 6) + timedelta(weeks=number)).isocalendar() for number in range(WEEKS)]
    weeks = [f"{year}-W{week:02}" for year, week, _ in days]
    shape = Shape(
        tuple(Code(name, "deso", {}, None, (name,)) for name in areas),
        (
            Code("total", "total", {}, None, tuple(leaves)),
            *(Code(leaf, "leaf", {}, "total", (leaf,)) for leaf in leaves),
        ),
        tuple(Code(week, "iso-week", {}, None, (week,)) for week in weeks),
        tuple(areas),
        tuple(leaves),
        tuple(weeks),
    )
    whole = np.concatenate([count.sum(axis=1, keepdims=True), count], axis=1)
    hidden = (whole > 0) & (whole < K)
    where = np.indices(whole.shape).reshape(3, -1)
    codes = (areas, ["total", *leaves], weeks)
    area, category, week = (np.array(names)[at].tolist() for names, at in zip(codes, where, strict=True))
    frame = pl.DataFrame({"count": whole.ravel(), "hidden": hidden.ravel()})
    shown = frame.select(pl.when(~pl.col("hidden")).then(pl.col("count"))).to_series().to_list()
    status = np.where(hidden.ravel(), "withheld", "shown").tolist()
    squares = {}
    for number, name in enumerate(areas):
        x, y = number % 10, number // 10
        ring = [[x, y], [x + 1, y], [x + 1, y + 1], [x, y + 1], [x, y]]
        squares[name] = f'{{"type":"Polygon","coordinates":[{ring}]}}'
    return shape, cells(area, category, week, shown, status), Known(squares, dict.fromkeys(areas, 1500))


def picture() -> dict[str, float]:
    """Processor seconds of each step of one week's picture, the weeks before it being kept."""
    shape, table, known = municipality()
    smallest, steps = np.full(CATEGORIES + 1, K), {}
    start = time.process_time()
    series = series_of(shape, table, smallest)
    steps["series and feasible intervals, 330 weeks"] = time.process_time() - start
    before = signals_of(shape, series, None, frozenset())
    kept = frozenset(code.code for code in shape.periods[:-1])
    steps["signals"] = spent(lambda: signals_of(shape, series, before, kept), 1)
    weights = weights_for("lika")
    steps["index and clusters, 999 permutations"] = spent(lambda: areas_of(shape, series, before, weights, known), 1)
    newest = before.only(period=[shape.periods[-1].code]).frame.filter(pl.col("tier").is_not_null())
    named = ("area", "category", "observed", "expected", "p", "q", "tier")
    rows = [Signal(*row) for row in newest.select(named).iter_rows()]
    steps["ranking"] = spent(lambda: agenda(rows), 1)
    return steps


def quality() -> dict[str, float]:
    """Rates over the simulated series, beside R's own alarms on them."""
    ids, counts = simulated()
    place = {name: number for number, name in enumerate(ids)}
    said = pl.read_csv(SHARED / "reference" / "ff_nbplugin_a.csv", infer_schema=False)
    cases = pl.read_csv(SHARED / "simulated" / "outbreak_cases.csv")
    truly = {(name, week) for name, week, now in cases.select("series", "week", "current_cases").iter_rows() if now > 0}
    calendar, tally, starts = Calendar(counts.shape[1]), {"negatives": 0, "false": 0}, truth_spans()
    first: dict[str, dict[str, int]] = {"ours": {}, "R": {}}
    theirs = {(row["series"], int(row["week"])): row["alarm"] == "1" for row in said.iter_rows(named=True)}
    tally |= {"false of R": 0}
    by_tier = {name: [0, 0] for name in TIERS[:3]}
    for week in sorted({week for _, week in theirs}):
        tested = surveil(Batch(counts), calendar, week - 1)
        q = q_values(tested.p)
        tier = tiers(tested.p, q, lately(counts, week - 1))
        for name, number in place.items():
            real = (name, week) in truly
            if tier[number]:
                by_tier[tier[number]][int(not real)] += 1
            if (name, week) not in theirs:
                continue
            start, end = starts[name]
            if not start <= week <= end:
                tally["negatives"] += 1
                tally["false"] += int(tested.alarm[number])
                tally["false of R"] += int(theirs[name, week])
            else:
                for who, alarm in (("ours", tested.alarm[number]), ("R", theirs[name, week])):
                    if alarm:
                        first[who].setdefault(name, week - start)
    during = {name for name, week in theirs if starts[name][0] <= week <= starts[name][1]}
    found = {
        "false positive rate": tally["false"] / tally["negatives"],
        "false positive rate of R": tally["false of R"] / tally["negatives"],
        "outbreaks": len(during),
        "probability of detection": len(first["ours"]) / len(during),
        "probability of detection of R": len(first["R"]) / len(during),
        "weeks until detection": float(np.mean(list(first["ours"].values()))),
        "weeks until detection of R": float(np.mean(list(first["R"].values()))),
    }
    for name, (right, wrong) in by_tier.items():
        found[f"signals of tier {name}"] = right + wrong
        found[f"of them without an outbreak, tier {name}"] = wrong / max(1, right + wrong)
    return found


def truth_spans() -> dict[str, tuple[int, int]]:
    frame = pl.read_csv(SHARED / "simulated" / "truth.csv")
    return {name: (start, end) for name, start, end in frame.select("series", "start", "end").iter_rows()}


def main() -> int:
    """Write the figures; the status is 1 if a limit is missed."""
    steps = picture()
    measured: dict[str, Any] = {
        "measured": datetime.now(UTC).date().isoformat(),
        "machine": f"{platform.machine()}, Python {platform.python_version()}, one core",
        "seriesWeeksPerSecond": round(speed()),
        "pictureSeconds": {name: round(seconds, 3) for name, seconds in steps.items()},
        "pictureSecondsInAll": round(sum(steps.values()), 2),
        "quality": {name: round(value, 4) for name, value in quality().items()},
    }
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "indicators.json").write_text(json.dumps(measured, indent=1) + "\n")
    (RESULTS / "indicators.md").write_text(page(measured))
    print(page(measured))
    return int(measured["seriesWeeksPerSecond"] < LEAST_SPEED or measured["pictureSecondsInAll"] > MOST_SECONDS)


def page(measured: dict[str, Any]) -> str:
    rows = [f"| {name} | {value:g} |" for name, value in measured["quality"].items()]
    steps = [f"| {name} | {seconds:g} |" for name, seconds in measured["pictureSeconds"].items()]
    in_all = measured["pictureSecondsInAll"]
    return "\n".join(
        [
            "# Signals",
            "",
            f"{measured['measured']}, {measured['machine']}. Processor time, `bench/indicators/run.py`.",
            "",
            f"Farrington flexible: {measured['seriesWeeksPerSecond']:,} series-weeks a second (R's surveillance: 52).",
            "",
            f"One week of {AREAS} areas and {CATEGORIES} categories, {in_all:g} seconds in all:",
            "",
            "| step | seconds |",
            "|---|---|",
            *steps,
            "",
            "On simulated series with planted outbreaks (7 of Noufaily's scenarios, 30 series each, 49 weeks);",
            "a week's family is all 210 series:",
            "",
            "| figure | value |",
            "|---|---|",
            *rows,
            "",
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
