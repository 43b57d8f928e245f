"""Areas against each other in a released table: the index with its interval of ranks, and clusters of neighbours.

Both are made from what the table shows; chance is drawn from the table itself, so that the same one gives the same
figures to everyone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

import numpy as np
import polars as pl
import shapely
from numpy.typing import NDArray

from formats.signals import SignalTable
from indicators.area_index import AreaIndex, area_index
from indicators.local_clusters import LocalClusters, local_clusters
from indicators.scan import MOST_WEEKS, Cluster, Recent, Zones, scan
from indicators.shrinkage import Shrunk, shrink
from policies.weights import Weights
from release.shape import Code, Shape
from release.signal_cells import Series, finest

Floats = NDArray[np.float64]

FEWEST_AREAS: Final = 5
"""With fewer, a rank says nothing."""
_CLEAR_Q: Final = 0.05
_CLEAR_P: Final = 0.05
_TREND_WEEKS: Final = 4
_FEWEST_PEOPLE: Final = 200
"""In an area with fewer, a rate says more of single persons than of the place."""


@dataclass(frozen=True)
class Known:
    """What is publicly known of areas, by code: GeoJSON geometry and inhabitants, where given."""

    geometry: Mapping[str, str]
    population: Mapping[str, int]


@dataclass(frozen=True)
class _Finest:
    """The finest areas and categories of a table, with the last weeks that were tested."""

    areas: list[Code]
    categories: list[Code]
    counts: Floats
    expected: Floats
    year: Floats
    phi: Floats


def areas_of(shape: Shape, series: Series, signals: SignalTable, weights: Weights, known: Known) -> dict[str, Any]:
    """Index and clusters of a table's newest week, as JSON values; empty lists where there are too few areas."""
    last = _finest(shape, series, signals)
    if last is None or len(last.areas) < FEWEST_AREAS:
        return {"index": [], "clusters": [], "weights": _told(weights)}
    chance = np.random.default_rng(_seed(series))
    trend = shrink(_summed(last.counts), _summed(last.expected))
    share = np.array([weights.of(code.code) for code in last.categories])
    levels = _level(last, known)
    index = _index_rows(last.areas, area_index(trend, share, chance), "trend")
    if levels is not None:
        index += _index_rows(last.areas, area_index(levels, share, chance), "level")
    clusters = _neighbours_alike(last, trend, known, chance) + _scanned(last, known, chance)
    return {"index": index, "clusters": clusters, "weights": _told(weights)}


def _told(weights: Weights) -> dict[str, Any]:
    return {
        "id": weights.id,
        "version": weights.version,
        "validFrom": weights.valid_from.isoformat(),
        "decidedBy": weights.decided_by,
    }


def _seed(series: Series) -> int:
    return int.from_bytes(sha256(np.nan_to_num(series.counts, nan=-1).tobytes()).digest()[:8])


def _finest(shape: Shape, series: Series, signals: SignalTable) -> _Finest | None:
    areas, categories = finest(shape.areas), finest(shape.categories)
    periods = [code.code for code in shape.periods]
    tested = frozenset(signals.frame["period"].unique())
    weeks = [number for number, code in enumerate(periods) if code in tested][-MOST_WEEKS:]
    if len(weeks) < _TREND_WEEKS:
        return None
    expected = np.full((*series.counts.shape[:2], len(weeks)), np.nan)
    places = {
        name: {code.code: number for number, code in enumerate(codes)}
        for name, codes in (("area", shape.areas), ("category", shape.categories))
    }
    rows = signals.frame.filter(pl.col("period").is_in([periods[week] for week in weeks]))
    at = tuple(rows[name].replace_strict(place).to_numpy() for name, place in places.items())
    which = rows["period"].replace_strict({periods[week]: n for n, week in enumerate(weeks)}).to_numpy()
    expected[(*at, which)] = rows["expected"].to_numpy()
    pick = np.ix_(areas, categories, range(len(weeks)))
    counts = series.filled[np.ix_(areas, categories, weeks)]
    year = series.filled[np.ix_(areas, categories, range(max(0, len(periods) - 52), len(periods)))]
    return _Finest(
        [shape.areas[number] for number in areas],
        [shape.categories[number] for number in categories],
        counts,
        expected[pick],
        year,
        _dispersion(year),
    )


def _dispersion(year: Floats) -> Floats:
    """Variance over mean of the last year's weeks, shape (areas, categories), never below Poisson's."""
    known = ~np.isnan(year)
    weeks = np.maximum(known.sum(axis=2), 2)
    mean = np.nansum(year, axis=2) / weeks
    variance = np.nansum((year - mean[..., None]) ** 2, axis=2) / (weeks - 1)
    phi: Floats = np.maximum(1.0, variance / np.maximum(mean, 0.05))
    return phi


def _summed(counts: Floats) -> Floats:
    """Summed over weeks; nan where any is."""
    return np.asarray(counts.sum(axis=2), dtype=np.float64)


def _level(last: _Finest, known: Known) -> Shrunk | None:
    """The last year against the rate of all by population; None unless the population of each area is known."""
    people = np.array([known.population.get(code.code, 0) for code in last.areas], dtype=np.float64)
    if not (people > 0).all():
        return None
    year = _summed(last.year)
    year[people < _FEWEST_PEOPLE] = np.nan
    counted = ~np.isnan(year)
    rate = np.nansum(year, axis=0) / np.maximum((counted * people[:, None]).sum(axis=0), 1)
    return shrink(year, np.where(counted, rate * people[:, None], np.nan))


def _index_rows(areas: Sequence[Code], found: AreaIndex, kind: str) -> list[dict[str, Any]]:
    rows = []
    for number, code in enumerate(areas):
        ranked = not np.isnan(found.index[number])
        rows.append(
            {
                "area": code.code,
                "kind": kind,
                "index": round(float(found.index[number]), 1) if ranked else None,
                "firstRank": int(found.first[number]) if ranked else None,
                "lastRank": int(found.last[number]) if ranked else None,
                "unclear": bool(found.unclear[number]),
                "partial": bool(found.partial[number]),
            }
        )
    return rows


def _neighbours_alike(last: _Finest, trend: Shrunk, known: Known, chance: np.random.Generator) -> list[dict[str, Any]]:
    """Areas that stand above the mean among neighbours that do too (local Moran's I and Gi*)."""
    shapes = _shapes(last.areas, known)
    if shapes is None:
        return []
    found = local_clusters(trend.ratio, neighbours(shapes), chance)
    if found is None:
        return []
    return [_local(last, found, int(area), int(category)) for area, category in np.argwhere(_stands_out(found))]


def _stands_out(found: LocalClusters) -> NDArray[np.bool_]:
    clear: NDArray[np.bool_] = found.high & found.around & (found.moran.q <= _CLEAR_Q)
    return clear


def _local(last: _Finest, found: LocalClusters, area: int, category: int) -> dict[str, Any]:
    return {
        "kind": "neighbours",
        "category": last.categories[category].code,
        "areas": [last.areas[area].code],
        "moran": round(float(found.moran.value[area, category]), 3),
        "getis": round(float(found.getis.value[area, category]), 3),
        "p": round(float(found.moran.p[area, category]), 4),
        "q": round(float(found.moran.q[area, category]), 4),
    }


def _scanned(last: _Finest, known: Known, chance: np.random.Generator) -> list[dict[str, Any]]:
    """Groups of areas that had more than expected in the last weeks, by category."""
    shapes = _shapes(last.areas, known)
    if shapes is None:
        return []
    zones = Zones.around(_centres(shapes))
    rows = []
    for number, category in enumerate(last.categories):
        counts, expected = last.counts[:, number], last.expected[:, number]
        if np.isnan(counts).any() or np.isnan(expected).any():
            continue
        found = scan(Recent(counts, expected, last.phi[:, number]), zones, chance)
        rows += [_group(last, category, cluster) for cluster in found if cluster.p <= _CLEAR_P]
    return rows


def _group(last: _Finest, category: Code, cluster: Cluster) -> dict[str, Any]:
    return {
        "kind": "space-time",
        "category": category.code,
        "areas": [last.areas[area].code for area in cluster.areas],
        "weeks": cluster.weeks,
        "observed": round(cluster.observed, 1),
        "expected": round(cluster.expected, 1),
        "p": round(cluster.p, 4),
    }


def _shapes(areas: Sequence[Code], known: Known) -> list[Any] | None:
    """Polygons of the areas; None unless each has one."""
    texts = [known.geometry.get(code.code) for code in areas]
    return list(shapely.from_geojson(texts)) if all(texts) else None


def _centres(shapes: Sequence[Any]) -> Floats:
    """Centre points on a plane, in degrees of latitude."""
    points = np.array([(shape.centroid.x, shape.centroid.y) for shape in shapes])
    points[:, 0] *= np.cos(np.radians(points[:, 1].mean()))
    return points


def neighbours(shapes: Sequence[Any]) -> list[list[int]]:
    """Of each polygon, the others that it touches."""
    tree = shapely.STRtree(list(shapes))
    one, other = tree.query(list(shapes), predicate="intersects")
    found: list[list[int]] = [[] for _ in shapes]
    for here, there in zip(one.tolist(), other.tolist(), strict=True):
        if here != there:
            found[here].append(there)
    return [sorted(near) for near in found]
