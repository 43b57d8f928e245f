"""CPU time of one new week after 52 weekly releases, on a municipality with the areas and categories of table M.

`python bench/disclosure/week.py`. Every week is a release of its own, without totals to date; the 52 before have the
figures of M's first week, the new one those of its second. What went before is not part of the time.
"""

import json
import platform
import time
from datetime import UTC, datetime

import numpy as np

from bench.disclosure.proof import unproven
from bench.disclosure.run import RESULTS, reference
from disclosure.protect import History, Protected, Release, protect
from disclosure.table import Dimension, Table

WEEKS = 52


def week(municipality: Table, number: int, figures: int) -> Table:
    """One week's table."""
    areas, categories, _ = municipality.dimensions
    name = f"W{number}"
    alone = Dimension.from_mapping("week", {name: [name]})
    return Table((areas, categories, alone), municipality.counts[:, :, [figures]])


def before(municipality: Table, first: Protected) -> History:
    """The weekly releases so far, all with the first one's figures and marks."""
    made = first.release()
    dimensions = [week(municipality, n, 0).dimensions for n in range(1, WEEKS + 1)]
    return History(tuple(Release(d, made.values, made.shown, made.withheld, made.counts) for d in dimensions))


def main() -> None:
    """Measure, print, keep."""
    municipality = reference("M")
    history = before(municipality, protect(week(municipality, 1, 0)))
    new = week(municipality, WEEKS + 1, 1)
    start = time.process_time()
    safe = protect(new, history=history)
    spent = time.process_time() - start
    told = {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": platform.processor() or platform.machine(),
        "weeks before": WEEKS,
        "inner": int(np.prod(new.counts.shape)),
        "primary": int(safe.primary.sum()),
        "secondary": int(safe.secondary.sum()),
        "cpu": round(spent, 1),
        "unproven": unproven(safe),
    }
    print(told)
    (RESULTS / "disclosure-week.json").write_text(json.dumps(told, indent=1) + "\n")


if __name__ == "__main__":
    main()
