"""Two years of invented counts that behave like real ones: places differ, seasons turn, and events come in clumps.

Nothing here is a fact about any place. The public series (the police's notices, Brå's figures) are not invented:
`samsyn collect` brings the real ones.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256

import numpy as np
import polars as pl

from cli.demo_parties import MUNICIPALITIES
from policies.dataset import Dataset
from policies.period import period_of, periods

WEEKS = 104
_INHABITANTS = {"0181": 103_000, "0126": 114_000, "1880": 159_000, "1283": 151_000, "1980": 159_000}
_PER_100_000 = {"polisens-anmalda-brott": 6.0, "kommunens-storningar": 9.0, "raddningsinsatser": 2.5}
_CLUMPING = 6.0
"""Size of the negative binomial: the smaller, the more events come together."""


@dataclass(frozen=True)
class Invented:
    """A delivery of one publisher to one dataset, with the coverage that makes what it leaves out 0."""

    dataset: str
    publisher: str
    body: bytes
    coverage: str
    rows: int


def deliveries(datasets: Sequence[Dataset], today: date) -> Iterator[Invented]:
    """The deliveries of a demo, up to the last week that has ended."""
    for dataset in datasets:
        if dataset.id in _PER_100_000:
            for publisher in dataset.publishers:
                yield _delivery(dataset, publisher, today)


def _delivery(dataset: Dataset, publisher: str, today: date) -> Invented:
    last = period_of(today - timedelta(days=7), "iso-week")
    first = period_of(last.first - timedelta(weeks=WEEKS - 1), "iso-week")
    weeks = [str(period) for period in periods(first, last)]
    areas = [MUNICIPALITIES[publisher][1]] if publisher in MUNICIPALITIES else sorted(_INHABITANTS)
    counts = _draw(dataset, publisher, areas, len(weeks))
    at = np.nonzero(counts)
    frame = pl.DataFrame(
        {
            "area": np.array(areas)[at[0]],
            "category": np.array(dataset.categories)[at[1]],
            "period": np.array(weeks)[at[2]],
            "count": counts[at],
        }
    )
    coverage = f"areas={','.join(areas)};categories=*;period={weeks[0]}..{weeks[-1]}"
    return Invented(dataset.id, publisher, frame.write_csv().encode(), coverage, frame.height)


def _draw(
    dataset: Dataset, publisher: str, areas: Sequence[str], weeks: int
) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    """Counts over areas, categories and weeks; the same for the same dataset and publisher."""
    chance = np.random.default_rng(int.from_bytes(sha256(f"{dataset.id} {publisher}".encode()).digest()[:8]))
    size = np.array([_INHABITANTS[area] / 100_000 for area in areas])[:, None, None]
    share = chance.gamma(0.7, 1.0, len(dataset.categories))[None, :, None]
    local = chance.gamma(8.0, 1 / 8, (len(areas), len(dataset.categories)))[:, :, None]
    peak = chance.uniform(0, 52, len(dataset.categories))[None, :, None]
    season = 1 + 0.3 * np.cos(2 * np.pi * (np.arange(weeks)[None, None, :] - peak) / 52)
    mean = _PER_100_000[dataset.id] * size * share * local * season
    mean[..., -3:] *= np.where(chance.random(mean.shape[:2]) < 0.03, 3.0, 1.0)[..., None]
    clumps = chance.gamma(_CLUMPING, 1 / _CLUMPING, mean.shape)
    return chance.poisson(mean * clumps)
