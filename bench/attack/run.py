"""What the attacker finds in what the protector gives out, scenario by scenario.

python bench/attack/run.py [--only TEXT] [--loop]

Without --loop the protector's marks are judged as they are; with it, cells that the attacker finds are withheld too
until it finds nothing (what `samsyn protect` does). Results go to bench/results/attack.json and attack.md, each row
with its date and machine; rows of scenarios that were not run stay as they were.
"""

import argparse
import json
import platform
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from bench.attack.scenarios import Scenario, all_of
from bench.attack.vintages import year
from cli.errors import Stop
from cli.suppression import Order, judge, once, suppress
from cli.table_files import Released
from cli.withholding import withhold

RESULTS = Path(__file__).parents[1] / "results"
HEADS = (
    "scenario",
    "cells",
    "primary",
    "secondary",
    "asked",
    "found",
    "protectSeconds",
    "attackSeconds",
    "date",
    "machine",
)
Row = dict[str, object]


def measure(scenario: Scenario, *, loop: bool) -> Row:
    """One scenario: seconds of processor time to protect and to attack, and what was found."""
    former: list[Released] = []
    protecting = attacking = 0.0
    found, asked = 0, 0
    for number, table in enumerate(scenario.states):
        own = scenario.own if number == len(scenario.states) - 1 else None
        order = Order(table, tuple(former), own)
        start = time.process_time()
        withheld = suppress(order, withhold) if loop else once(order, withhold)
        protecting += time.process_time() - start
        start = time.process_time()
        verdict = judge(order, withheld)
        attacking += time.process_time() - start
        found, asked = found + len(verdict.findings), asked + verdict.asked
        values = np.where(withheld, 0, table.totals())
        former.append(Released(f"release {number + 1}", values, withheld, np.ones(table.shape, np.bool_)))
    last = scenario.states[-1]
    small = (last.totals() > 0) & (last.totals() < last.threshold)
    return {
        "scenario": scenario.name,
        "cells": last.totals().size,
        "primary": int(small.sum()),
        "secondary": int((former[-1].withheld & ~small).sum()),
        "asked": asked,
        "found": found,
        "protectSeconds": round(protecting, 2),
        "attackSeconds": round(attacking, 2),
    }


def rows(only: str | None, *, loop: bool) -> list[tuple[str, Callable[[], Row]]]:
    """Every scenario asked for, to be measured when called."""
    found: list[tuple[str, Callable[[], Row]]] = [(name, run) for name, run in year() if only is None or only in name]
    return found + [(each.name, lambda each=each: measure(each, loop=loop)) for each in all_of(only)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", help="scenarios whose name holds this text")
    parser.add_argument("--loop", action="store_true", help="withhold what the attacker finds")
    options = parser.parse_args()
    for name, run in rows(options.only, loop=options.loop):
        try:
            row = run()
        except Stop as stop:
            row = {"scenario": name, "refused": stop.message}
        row |= {"date": f"{datetime.now(UTC):%Y-%m-%d}", "machine": f"{platform.machine()}, one core"}
        print(row, flush=True)
        write(row, "attack-loop" if options.loop else "attack")


def write(row: Row, name: str) -> None:
    """Put a row in the place of the one of the same scenario."""
    RESULTS.mkdir(exist_ok=True)
    file = RESULTS / f"{name}.json"
    kept: list[Row] = json.loads(file.read_text()) if file.exists() else []
    names = [each["scenario"] for each in kept]
    if row["scenario"] in names:
        kept[names.index(row["scenario"])] = row
    else:
        kept.append(row)
    file.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n")
    lines = ["| " + " | ".join(HEADS) + " |", "|" + "---|" * len(HEADS)]
    lines += ["| " + " | ".join(str(each.get(head, each.get("refused", ""))) for head in HEADS) + " |" for each in kept]
    (RESULTS / f"{name}.md").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
