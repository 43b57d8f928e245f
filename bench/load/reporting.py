"""Results written down, with the date and the machine they are of."""

import json
import os
import platform
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parents[1] / "results"


def machine() -> dict[str, str]:
    """What the figures are of, and how busy it was."""
    about = Path("/proc/cpuinfo").read_text()
    model = next((line.partition(":")[2].strip() for line in about.splitlines() if "model name" in line), "?")
    busy = f"{os.getloadavg()[0]:.1f}"
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "processor": f"{len(os.sched_getaffinity(0))} cores of {model}",
        "python": platform.python_version(),
        "loadAverage": busy,
        "command": f"python {' '.join(sys.argv)}",
    }


def table(columns: Mapping[str, Callable[[dict[str, Any]], object]], rows: Sequence[dict[str, Any]]) -> str:
    """Rows as a table in Markdown."""
    lines = ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    lines += ["| " + " | ".join(str(column(row)) for column in columns.values()) + " |" for row in rows]
    return "\n".join(lines)


def written(name: str, data: dict[str, Any], title: str, body: str) -> None:
    """Write a result as JSON and as a page."""
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.json").write_text(json.dumps(data, indent=1) + "\n")
    about = "\n".join(f"- {key}: {value}" for key, value in data["machine"].items())
    (RESULTS / f"{name}.md").write_text(f"# {title}\n\n{about}\n\n{body}\n")
