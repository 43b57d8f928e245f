"""The signals of a release as the shelf keeps them."""

import numpy as np
from sqlalchemy import Engine

from formats.signals import SignalTable, pack_signals, unpack_signals
from formats.table import CellTable
from indicators.surveillance import VERSION
from models.shelf import ReleasedSignals
from policies.weights import weights_for
from release.bounds import Bounds
from release.due import Due
from release.outcome import Named
from release.signal_areas import Known, areas_of
from release.signal_cells import series_of
from release.signals import PARAMETERS, UNIT, signals_of
from store import reference, shelf
from store.sessions import ReferenceSession, ShelfSession, transaction


def signal_row(reads: Engine, due: Due, made: CellTable, named: Named) -> ReleasedSignals | None:
    """What stands out in a table that was made safe; None for a table whose periods are not weeks."""
    if due.scope.table.period_unit != UNIT:
        return None
    bounds = Bounds(due.permit.terms, due.scope.law, due.scope.classification)
    smallest = np.array([bounds.smallest_cell(code.leaves) for code in due.shape.categories], dtype=np.int64)
    series = series_of(due.shape, made, np.maximum(smallest, 2))
    signals = signals_of(due.shape, series, _earlier(reads, due), due.kept)
    weights = weights_for(due.scope.agreement.record.controller)
    return ReleasedSignals(
        release_id=named.release,
        version=VERSION,
        parameters=dict(PARAMETERS),
        signals=pack_signals(signals),
        areas=areas_of(due.shape, series, signals, weights, _known(reads, due)),
    )


def _earlier(reads: Engine, due: Due) -> SignalTable | None:
    """The signals of the release before, if it was made by the same method."""
    if due.earlier is None:
        return None
    with transaction(reads) as session:
        found = shelf.signals_of(ShelfSession(session), due.earlier.id)
    return unpack_signals(found.signals) if found and found.version == VERSION else None


def _known(reads: Engine, due: Due) -> Known:
    """Geometries and inhabitants of the dataset's areas."""
    with transaction(reads) as opened:
        session = ReferenceSession(opened)
        scheme = due.scope.dataset.area_scheme
        people = {area.code: area.population for area in reference.areas(session, scheme) if area.population}
        return Known(reference.geometries(session, scheme), people)
