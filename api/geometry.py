"""The areas' geometries as formats draw them: read once in each version of a scheme, coordinates to about a metre."""

import threading
from collections.abc import Collection, Mapping
from typing import Final

import shapely
from sqlalchemy import Engine

from models.reference import Area, AreaScheme
from store.reference import areas, geometries, levels_of, scheme, schemes
from store.sessions import ReferenceSession, transaction

GRID: Final = 1e-5
"""Degrees; finer is noise to a map and bytes to everyone."""

Drawn = Mapping[str, str]


class Geometries:
    """Asks the database for a scheme's geometries once in each of its versions."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._drawn: dict[str, tuple[str, Drawn]] = {}

    def of(self, scheme_id: str, codes: Collection[str]) -> dict[str, str | None]:
        """The geometry of each area as GeoJSON text: of its own scheme, else of another that has the code."""
        with transaction(self._engine) as opened:
            session = ReferenceSession(opened)
            known = [each.id for each in schemes(session) if each.id != scheme_id]
            layers = [self._layer(session, name) for name in (scheme_id, *known)]
        return {code: next((layer[code] for layer in layers if code in layer), None) for code in codes}

    def schemes(self) -> list[tuple[AreaScheme, list[str]]]:
        """Every scheme with its levels."""
        with transaction(self._engine) as opened:
            session = ReferenceSession(opened)
            return [(one, list(dict.fromkeys(levels_of(session, one.id)))) for one in schemes(session)]

    def areas(self, scheme_id: str) -> list[Area]:
        """The areas of a scheme."""
        with transaction(self._engine) as opened:
            return areas(ReferenceSession(opened), scheme_id)

    def version(self, scheme_id: str) -> str:
        """What tells one import of a scheme from another."""
        with transaction(self._engine) as opened:
            found = scheme(ReferenceSession(opened), scheme_id)
        return found.digest if found else ""

    def _layer(self, session: ReferenceSession, scheme_id: str) -> Drawn:
        found = scheme(session, scheme_id)
        digest = found.digest if found else ""
        with self._lock:
            kept = self._drawn.get(scheme_id)
            if kept is None or kept[0] != digest:
                kept = digest, {code: rounded(text) for code, text in geometries(session, scheme_id).items()}
                self._drawn[scheme_id] = kept
            return kept[1]


def rounded(text: str) -> str:
    """A geometry on the grid, valid still."""
    whole = shapely.set_precision(shapely.from_geojson(text), GRID)
    return str(shapely.to_geojson(whole))
