"""How long the log's filters take on ten million entries on PostgreSQL: each alone, every two together, and deep pages.

    python -m bench.trail.filters --postgres postgresql+psycopg://owner@127.0.0.1:5432/empty [--entries 10000000]

An empty database is filled first (some 20 minutes); a filled one is asked at once. Each question is what
`GET /log-entries` asks: a page of 20, newest first, and how many there are. Results go to bench/results.
"""

import argparse
import json
import os
import platform
import random
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import combinations
from pathlib import Path
from typing import Any, Final

from sqlalchemy import func, inspect, select

from bench.trail.filled import fill
from models.trail import ENTRY
from settings import Place
from store.migrate import migrate
from store.sessions import open_engine
from store.trail import EntryId
from store.trail_reading import Asked, TrailReader

RESULTS: Final = Path(__file__).parents[1] / "results"
LIMIT_MS: Final = 200.0
TIMES: Final = 24
"""How many questions of each kind, each with other values."""
BEGIN: Final = datetime(2024, 11, 1, tzinfo=UTC)


def drawn(chance: random.Random, name: str, days: int) -> dict[str, Any]:
    """A filter with a value: of parties, the large ones as often as the small, and the one that fell silent."""
    party = 7 if chance.random() < 0.05 else int(290 * chance.random() ** chance.choice((1, 3)))
    values = {
        "actor": f"party-{party}-{chance.choice(('reader', 'analyst'))}-{chance.randrange(7)}",
        "party": f"party-{party}",
        "table": f"party-{party}-{chance.choice(('storningar', 'anmalda-brott', 'raddningsinsatser'))}",
        "area": f"{100 + party:04}",
        "purpose": chance.choice(("lagesbild", "atgardsplan", "uppfoljning", "nationell-jamforelse")),
        "operation": chance.choice(("read", "deny", "collect", "review", "reveal", "withdraw")),
        "decision": chance.choice(("permit", "deny")),
    }
    if name in values:
        return {name: (values[name],)}
    first = BEGIN + timedelta(days=chance.uniform(0, days))
    return {"start": first, "end": first + timedelta(days=chance.choice((0.1, 1, 30, 400)))}


FILTERS: Final = ("actor", "party", "table", "area", "purpose", "operation", "decision", "time")


def questions(days: int) -> Iterator[tuple[str, Asked]]:
    chance = random.Random(6)  # noqa: S311 - the same questions each time
    kinds = [(name,) for name in FILTERS] + list(combinations(FILTERS, 2))
    for kind in kinds:
        for _ in range(TIMES):
            said: dict[str, Any] = {}
            for name in kind:
                said |= drawn(chance, name, days)
            yield " + ".join(kind), Asked(**said)


def timed(reader: TrailReader, asked: Asked, after: EntryId | None = None) -> float:
    """Milliseconds of what one request asks the database."""
    before = time.perf_counter()
    if len(reader.read(asked, newest_first=True, after=after)) == 20:  # a shorter page says how many there are
        reader.count(asked)
    return (time.perf_counter() - before) * 1000


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def measure(place: Place, entries: int) -> dict[str, dict[str, float]]:
    owner = open_engine(place, "owner")
    if not inspect(owner).has_table("entry", schema="trail"):
        migrate(owner)
        fill(owner, entries)
    with owner.connect() as connection:
        there = connection.scalar(select(func.max(ENTRY.c.arrival))) or 0
    owner.dispose()
    engine = open_engine(place, "reviewer")
    reader, found = TrailReader(engine), dict[str, list[float]]()
    days = int(there * 6 / 86400)
    timed(reader, Asked())
    for kind, asked in questions(days):
        found.setdefault(kind, []).append(timed(reader, asked))
    chance = random.Random(7)  # noqa: S311 - the same pages each time
    for _ in range(TIMES):
        after = EntryId(chance.randrange(1, there))
        for kind, asked in (
            ("a deep page of everything", Asked()),
            ("a deep page of a party", Asked(party=("party-0",))),
            ("a deep page of party + decision", Asked(party=("party-0",), decision=("permit",))),
        ):
            found.setdefault(kind, []).append(timed(reader, asked, after))
    engine.dispose()
    return {
        kind: {"p50": percentile(values, 0.5), "p95": percentile(values, 0.95), "worst": max(values)}
        for kind, values in found.items()
    }


def machine() -> str:
    load = os.getloadavg()[0]
    return f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, load {load:.1f} at the end"


def page(told: dict[str, Any]) -> str:
    """The results for a reader."""
    lines = [
        "# Filters of the log on PostgreSQL",
        "",
        f"{told['date']}, {told['entries']:,} entries, {told['machine']}. `{told['command']}`",
        f"Milliseconds of a page of 20, newest first, with its count; {TIMES} questions of each kind with values drawn",
        "as skewed as in life, among them many that find nothing. The limit is a p95 of 200.",
        "",
        "| filter | p50 | p95 | worst |",
        "|---|---|---|---|",
    ]
    rows = (f"| {kind} | {row['p50']} | {row['p95']} | {row['worst']} |" for kind, row in told["milliseconds"].items())
    return "\n".join([*lines, *rows, ""])


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--postgres", required=True, help="URL of a database that may be filled")
    words.add_argument("--entries", type=int, default=10_000_000)
    given = words.parse_args()
    with tempfile.TemporaryDirectory() as home:
        found = measure(Place(Path(home), given.postgres), given.entries)
    told = {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": machine(),
        "command": f"python -m bench.trail.filters --postgres URL --entries {given.entries}",
        "entries": given.entries,
        "limitMs": LIMIT_MS,
        "milliseconds": {kind: {name: round(value, 1) for name, value in row.items()} for kind, row in found.items()},
    }
    (RESULTS / "trail-filters.json").write_text(json.dumps(told, indent=1) + "\n")
    (RESULTS / "trail.md").write_text(page(told))
    for kind, row in found.items():
        over = "  over the limit" if row["p95"] > LIMIT_MS else ""
        print(f"{kind:34} p50 {row['p50']:8.1f}  p95 {row['p95']:8.1f}  worst {row['worst']:8.1f} ms{over}")


if __name__ == "__main__":
    main()
