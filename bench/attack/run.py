"""What the attacker finds in what the protector gives out, scenario by scenario.

python bench/attack/run.py [--only TEXT] [--loop]

Without --loop the protector's marks are judged as they are; with it, cells that the attacker finds are withheld too
until it finds nothing (what `samsyn protect` does). Results go to bench/results/attack.json and attack.md.
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np

from bench.attack.scenarios import Scenario, all_of
from cli.errors import Stop
from cli.suppression import Order, judge, once, suppress
from cli.table_files import Released
from cli.withholding import withhold

RESULTS = Path(__file__).parents[1] / "results"


def measure(scenario: Scenario, *, loop: bool) -> dict[str, object]:
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", help="scenarios whose name holds this text")
    parser.add_argument("--loop", action="store_true", help="withhold what the attacker finds")
    options = parser.parse_args()
    rows: list[dict[str, object]] = []
    for scenario in all_of(options.only):
        try:
            rows.append(measure(scenario, loop=options.loop))
        except Stop as stop:
            rows.append({"scenario": scenario.name, "refused": stop.message})
        print(rows[-1], flush=True)
        if options.only is None:
            write(rows, "attack-loop" if options.loop else "attack")


def write(rows: list[dict[str, object]], name: str) -> None:
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.json").write_text(json.dumps(rows, indent=1) + "\n")
    heads = ["scenario", "cells", "primary", "secondary", "asked", "found", "protectSeconds", "attackSeconds"]
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    lines += ["| " + " | ".join(str(row.get(head, row.get("refused", ""))) for head in heads) + " |" for row in rows]
    (RESULTS / f"{name}.md").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
