"""CPU time, memory and secondaries of complementary suppression on the reference tables.

`python bench/disclosure/run.py T2 S …` (default: all but L). One process per table, one core; compiling is
left out of the time. Every alternative table is summed anew (`proof.py`) before a figure counts. Figures of former
runs are kept for tables not run again.
"""

import argparse
import csv
import gzip
import json
import os
import platform
import resource
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from bench.disclosure.proof import unproven
from disclosure.protect import protect
from disclosure.table import Dimension, Table

HERE = Path(__file__).resolve()
SHARED = HERE.parents[2].parent / "shared" / "sdc"
RESULTS = HERE.parents[1] / "results"
USUAL = [*(f"T{n}" for n in range(10)), "S", "S2", "S4", "S8", "M"]
COLUMNS = ["table", "inner", "published", "primary", "secondary", "peer", "cpu", "rss", "unproven", "date"]
ONE_THREAD = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "NUMBA")}


def reference(name: str) -> Table:
    """A reference table; k is 5."""
    folder = SHARED / "tables" / name
    mapping = json.loads((folder / "dims.json").read_text())
    dims = tuple(Dimension.from_mapping(name, codes) for name, codes in mapping.items())
    places = [{leaf: i for i, leaf in enumerate(d.leaves)} for d in dims]
    counts = np.zeros(tuple(len(d.leaves) for d in dims), dtype=np.int64)
    with gzip.open(folder / "inner.csv.gz", "rt") as rows:
        for row in csv.DictReader(rows):
            counts[tuple(place[row[d.name]] for place, d in zip(places, dims, strict=True))] = int(row["freq"])
    return Table(dims, counts)


def peers() -> dict[str, int]:
    """Secondaries of GaussSuppression, per table."""
    with (SHARED / "peers.csv").open() as rows:
        return {r["set"]: int(float(r["secondary"])) for r in csv.DictReader(rows) if r["peer"] == "gauss"}


def measure(name: str) -> dict[str, object]:
    """One table's figures, in this process."""
    table = reference(name)
    protect(Table((Dimension.from_mapping("a", {"all": ["x", "y"], "x": ["x"], "y": ["y"]}),), np.array([1, 9])))
    start = time.process_time()
    safe = protect(table)
    spent = time.process_time() - start
    rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return {
        "table": name,
        "inner": table.counts.size,
        "published": int(table.shown().sum()),
        "primary": int(safe.primary.sum()),
        "secondary": int(safe.secondary.sum()),
        "peer": peers().get(name),
        "cpu": round(spent, 1),
        "rss": rss,
        "unproven": unproven(safe),
        "date": datetime.now(UTC).date().isoformat(),
    }


def apart(name: str) -> dict[str, object]:
    """One table's figures, in a process of its own."""
    command = [sys.executable, str(HERE), "--alone", name]
    told = subprocess.run(command, check=True, capture_output=True, text=True, env={**os.environ, **ONE_THREAD})
    return dict(json.loads(told.stdout))


def write(rows: dict[str, dict[str, object]]) -> None:
    """The figures as JSON and as a page."""
    RESULTS.mkdir(exist_ok=True)
    machine = {"date": datetime.now(UTC).date().isoformat(), "machine": platform.processor() or platform.machine()}
    (RESULTS / "disclosure.json").write_text(json.dumps({**machine, "tables": rows}, indent=1) + "\n")
    lines = [
        "# Complementary suppression",
        "",
        f"{machine['machine']}, {os.cpu_count()} cores shared with other work, Python {platform.python_version()},",
        "one of them; k = 5, all margins. Every withheld cell keeps at least two whole values against a reader who",
        "knows that it is at least 1. Unproven: withheld cells that no alternative table, summed anew, shows to be so",
        "safe. Peer: GaussSuppression 1.2.3, which does not quite reach that. CPU in seconds (`time.process_time`, one",
        "thread; on a machine this busy 1.3 to 2 times that of a quiet one); memory in MiB, the check's own included.",
        "",
        "| table | inner | published | primary | secondary | peer's secondary | CPU | memory | unproven | date |",
        "|---|---|---|---|---|---|---|---|---|---|",
        *("| " + " | ".join(_shown(row.get(c)) for c in COLUMNS) + " |" for row in rows.values()),
    ]
    (RESULTS / "disclosure.md").write_text("\n".join(lines) + "\n")


def _shown(figure: object) -> str:
    return "-" if figure is None else str(figure)


def main() -> None:
    """Measure, print, keep."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("tables", nargs="*", default=USUAL)
    asked.add_argument("--alone", help=argparse.SUPPRESS)
    given = asked.parse_args()
    if given.alone:
        print(json.dumps(measure(given.alone)))
        return
    kept = RESULTS / "disclosure.json"
    rows = json.loads(kept.read_text())["tables"] if kept.exists() else {}
    for name in given.tables:
        rows[name] = apart(name)
        print(rows[name], flush=True)
        write(rows)


if __name__ == "__main__":
    main()
