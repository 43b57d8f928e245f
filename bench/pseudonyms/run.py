"""How fast identifiers become pseudonyms, fields are sealed, points find areas, and a million reports are taken in.

    python -m bench.pseudonyms.run [--reports 1000000]

Each step is paired with the machine's own limit measured in the same run, in CPU time, so that what runs beside it
matters little. Results go to bench/results/pseudonyms.json and .md.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path

import numpy as np
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from bench.pseudonyms.labelled import labelled
from intake.delivery_dataset import expectation_of
from intake.reports import ReportReceiver, Sent
from intake.reports_derived import Derived
from intake.reports_keys import FOLDER, Keys, make_keys
from intake.reports_place import Places
from intake.reports_plan import Plan
from policies.classification import load_classification
from policies.dataset import load_datasets
from pseudonyms.detect import has_personal_number
from pseudonyms.seal import Sealer
from pseudonyms.tokens import Tokenizer
from settings import Place
from store.migrate import migrate
from store.sessions import open_engine

RESULTS = Path(__file__).parents[1] / "results"
FIELDS = 500_000
POINTS = 2_000_000
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
CLASSIFICATION = load_classification()
DATASETS = load_datasets(CLASSIFICATION)


@dataclass(frozen=True)
class Line:
    """One measured thing beside what is asked of it."""

    what: str
    value: float
    unit: str
    asked: str
    holds: bool


def per_second(act: Callable[[], object], number: int, tries: int = 3) -> float:
    """The best of some runs, in things for each second of CPU time."""
    best = float("inf")
    for _ in range(tries):
        start = time.process_time()
        act()
        best = min(best, time.process_time() - start)
    return number / best


def hmac_limit(values: list[bytes]) -> None:
    """HMAC-SHA-256 with precomputed pads, and nothing besides."""
    inner, outer = sha256(b"\x36" * 64).copy, sha256(b"\x5c" * 64).copy
    for value in values:
        inside = inner()
        inside.update(value)
        outside = outer()
        outside.update(inside.digest())
        outside.digest()


def siv_limit(values: list[bytes]) -> None:
    """AES-256-SIV with one associated datum, and nothing besides."""
    encrypt = AESSIV(bytes(64)).encrypt
    about = [b"x" * 20]
    for value in values:
        encrypt(value, about)


def pseudonyms() -> list[Line]:
    fields = [f"{number:020d}" for number in range(FIELDS)]
    raw = [field.encode() for field in fields]
    tokenizer, sealer = Tokenizer(bytes(32)), Sealer(bytes(64))
    limit = per_second(lambda: hmac_limit(raw), FIELDS)
    ours = per_second(lambda: tokenizer.many(fields), FIELDS)
    sealing_limit = per_second(lambda: siv_limit(raw), FIELDS)
    sealed = per_second(lambda: sealer.seal("d", "c", zip(fields, fields, strict=True)), FIELDS)
    return [
        Line("HMAC-SHA-256, precomputed pads, 20 bytes: the limit", limit, "/s", "", holds=True),
        Line("pseudonyms of 20-byte fields, written with check", ours, "/s", "", holds=True),
        Line("pseudonyms: share of the limit", ours / limit, "", ">= 0.5", holds=ours / limit >= 0.5),
        Line("AES-256-SIV, 20 bytes: the limit", sealing_limit, "/s", "", holds=True),
        Line("sealed fields, bound to dataset, column and report", sealed, "/s", "", holds=True),
        Line("sealing: share of the limit", sealed / sealing_limit, "", ">= 0.5", holds=sealed / sealing_limit >= 0.5),
    ]


def honeycomb(across: int) -> list[tuple[str, str]]:
    """Areas of some thirty corners each over a square degree's tenth, with borders that they share."""
    edges = np.linspace(0, 0.3, across + 1)
    found = []
    for row in range(across):
        for column in range(across):
            west, east = 17.4 + edges[column], 17.4 + edges[column + 1]
            south, north = 59.1 + edges[row] / 2, 59.1 + edges[row + 1] / 2
            steps = np.linspace(0, 1, 8)
            ring = [[west + (east - west) * step, south] for step in steps]
            ring += [[east, south + (north - south) * step] for step in steps]
            ring += [[east - (east - west) * step, north] for step in steps]
            ring += [[west, north - (north - south) * step] for step in steps]
            code = f"0181A{row * across + column:03d}0"
            found.append((code, json.dumps({"type": "Polygon", "coordinates": [[*ring, ring[0]]]})))
    return found


def points(places: Places) -> Line:
    chance = np.random.default_rng(1)
    east, north = chance.uniform(17.4, 17.7, POINTS), chance.uniform(59.1, 59.25, POINTS)

    def ask() -> None:
        for start in range(0, POINTS, 50_000):
            places.at(east[start : start + 50_000], north[start : start + 50_000])

    found = per_second(ask, POINTS)
    return Line("points in area (100 areas)", found, "/s", ">= 200,000/s", holds=found >= 200_000)


def detector() -> list[Line]:
    judged = [(is_one, has_personal_number(text), kind) for kind, text, is_one in labelled(2_000)]
    hits = sum(is_one and found for is_one, found, _ in judged)
    recall = hits / sum(is_one for is_one, _, _ in judged)
    precision = hits / sum(found for _, found, _ in judged)
    return [
        Line("detector of personal numbers: recall (1 in 10 mistyped)", recall, "", "", holds=True),
        Line("detector of personal numbers: precision", precision, "", "", holds=True),
    ]


def intake(reports: int, places: list[tuple[str, str]]) -> list[Line]:
    body = _planted(reports)
    with tempfile.TemporaryDirectory() as folder:
        where = Place(Path(folder))
        engine = open_engine(where, "owner")
        migrate(engine)
        engine.dispose()
        make_keys(where.keys, date(2026, 1, 1))
        writing, reading = open_engine(where, "pusher", writes="vault"), open_engine(where, "pusher")
        receiver = ReportReceiver(writing, reading, Keys(where.keys / FOLDER), Derived(DATASETS, CLASSIFICATION))
        dataset = DATASETS["kommunens-rapporter"]
        expected = expectation_of(dataset, CLASSIFICATION, {code: "deso" for code, _ in places}, NOW.date())
        sent = Sent(
            dataset=dataset.id,
            publisher="sodertalje",
            client="bench",
            key="bench",
            body=body,
            media_type="text/csv",
            coverage=None,
            request_id="bench",
            at=NOW,
            digest_key=receiver.digest_key(),
        )
        wall, cpu = time.perf_counter(), time.process_time()
        kept = receiver.receive(sent, Plan(dataset, expected, Places(places)), lambda *_, **__: None)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        for each in (writing, reading):
            each.dispose()
    assert kept.delivery.added == reports
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    size = len(body) / 2**20
    return [
        Line(f"{reports:,} reports into SQLite ({size:.0f} MB of CSV): CPU", cpu, "s", "", holds=True),
        Line("the same: by the clock", wall, "s", "< 60 s", holds=wall < 60),
        Line("the same: most memory, the body included", memory, "MB", "< 500 MB", holds=memory < 500),
    ]


def _planted(reports: int) -> bytes:
    """Reports made in a process of their own, whose memory is not the one that is measured."""
    with tempfile.NamedTemporaryFile() as file:
        made = f"import sys; from bench.pseudonyms.planted import plant; sys.stdout.buffer.write(plant({reports}).body)"
        subprocess.run([sys.executable, "-c", made], check=True, stdout=file)
        return Path(file.name).read_bytes()


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--reports", type=int, default=1_000_000)
    reports = asked.parse_args().reports
    cells = honeycomb(10)
    lines = intake(reports, cells)  # first, while the most memory is its own
    lines += [*pseudonyms(), points(Places(cells)), *detector()]
    told = [line.__dict__ for line in lines]
    (RESULTS / "pseudonyms.json").write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n")
    (RESULTS / "pseudonyms.md").write_text(_page(lines))
    for line in lines:
        print(f"{line.what}: {_figure(line)} {line.asked} {'' if line.holds else 'NO'}")
    sys.exit(not all(line.holds for line in lines))


def _page(lines: list[Line]) -> str:
    rows = [f"| {line.what} | {_figure(line)} | {line.asked} | {'yes' if line.holds else 'no'} |" for line in lines]
    head = ["# Pseudonyms, measured", "", "`python -m bench.pseudonyms.run`", ""]
    return "\n".join([*head, "| what | measured | asked | holds |", "|---|---|---|---|", *rows, ""])


def _figure(line: Line) -> str:
    return f"{line.value:,.0f} {line.unit}".strip() if line.value >= 10 else f"{line.value:.3f} {line.unit}".strip()


if __name__ == "__main__":
    main()
