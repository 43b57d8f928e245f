"""Many tests in one week: false discovery rate by Benjamini and Hochberg (1995), and the three tiers."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

STRONG: Final = "strong"
POSSIBLE: Final = "possible"
WATCH: Final = "watch"
TIERS: Final = (STRONG, POSSIBLE, WATCH, "")
"""Stark, Möjlig, Bevaka, and nothing to say; the clearest first."""

STRONG_Q: Final = 0.05
POSSIBLE_P: Final = 0.01
WATCH_P: Final = 0.05


def q_values(p: Floats) -> Floats:
    """The least false discovery rate at which each test would be a discovery; untested ones (nan) do not count."""
    result = np.full_like(p, np.nan)
    tested = np.flatnonzero(~np.isnan(p))
    order = tested[np.argsort(p[tested], kind="stable")]
    scaled = p[order] * len(order) / np.arange(1, len(order) + 1)
    result[order] = np.minimum(1.0, np.minimum.accumulate(scaled[::-1])[::-1])
    return result


def tiers(p: Floats, q: Floats, enough: NDArray[np.bool_]) -> NDArray[np.str_]:
    """The tier of each test; none without enough events lately.

    Args:
        enough: whether a signal is allowed at all (`indicators.batch.lately`).
    """
    found = np.select([q <= STRONG_Q, p <= POSSIBLE_P, p <= WATCH_P], TIERS[:3], default="")
    return np.where(enough, found, "")
