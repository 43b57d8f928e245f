"""How much a ranked map catches: prediction accuracy and efficiency, with the area fixed beforehand.

PAI after Chainey et al. 2008 (doi:10.1057/palgrave.sj.8350066); PEI after Hunt 2016, as in the forecasting challenge of
the National Institute of Justice in 2017.
"""

import numpy as np
from numpy.typing import NDArray

from indicators.errors import SignalError

Floats = NDArray[np.float64]


def accuracy(caught: float, events: float, area: float, whole: float) -> float:
    """PAI: the share of events caught over the share of the area flagged.

    Raises:
        SignalError: no events at all, or no area.
    """
    if not 0 < area <= whole:
        raise SignalError(f"the flagged area is {area} of {whole}; it must be above 0 and at most the whole")
    if not 0 <= caught <= events or events == 0:
        raise SignalError(f"{caught} of {events} events: without events, or with more caught, there is no accuracy")
    return (caught / events) / (area / whole)


def efficiency(events: Floats, flagged: NDArray[np.bool_], area: Floats) -> float:
    """PEI: events caught over the most that any choice of areas no larger could have caught (chosen greedily).

    Raises:
        SignalError: nothing was flagged, or nothing happened.
    """
    if not flagged.any() or events.sum() == 0:
        raise SignalError("flag at least one area, and have at least one event")
    order = np.argsort(-events / area, kind="stable")
    fits = np.cumsum(area[order]) <= area[flagged].sum() * (1 + 1e-12)
    best = float(events[order][fits].sum())
    return float(events[flagged].sum()) / best if best else float("inf")
