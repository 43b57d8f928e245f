"""What each dataset takes from whom, from its file, the classification, and the areas and parties in the database.

A party that answers for an area (a municipality for its kommun) counts what lies in it and nothing else, so that nobody
can change what is another's to say.
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import Engine

from intake.delivery_dataset import expectation_of
from intake.delivery_expectation import Expectation, Limits
from policies.classification import Classification
from policies.dataset import Dataset
from store.parties import party as find_party
from store.reference import areas, lineage, parents, scheme
from store.sessions import PartiesSession, ReferenceSession, transaction

Levels = Mapping[str, str]
"""The level of every area of a scheme, by code."""


@dataclass(frozen=True)
class Expectations:
    """Asks the database for a scheme's areas once in each of its versions."""

    datasets: Mapping[str, Dataset]
    classification: Classification
    reference: Engine
    limits: Limits
    _levels: dict[tuple[str, str], Levels] = field(default_factory=dict)
    _inside: dict[tuple[str, str, str], frozenset[str]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def of(self, dataset: str, publisher: str, today: date) -> Expectation | None:
        """What a dataset takes on a day from one of its publishers; None for anyone and anything else."""
        found = self.datasets.get(dataset)
        with transaction(self.reference) as opened:
            party = find_party(PartiesSession(opened), publisher)
        kind = party.kind if party else ""
        if found is None or not found.is_delivered or not found.takes_from(publisher, kind):
            return None
        levels = self._levels_of(found.area_scheme)
        named = publisher in found.publishers
        own = self._own(party.area, found.area_scheme) if party and party.area else None if named else frozenset()
        return expectation_of(found, self.classification, levels, today, self.limits, own=own)

    def _own(self, area: str, scheme_id: str) -> frozenset[str]:
        """The areas of a scheme that lie in the one that a party answers for."""
        with transaction(self.reference) as opened:
            session = ReferenceSession(opened)
            known = scheme(session, scheme_id)
            key = (scheme_id, known.digest if known else "", area)
            with self._lock:
                if key not in self._inside:
                    self._inside[key] = _inside(session, scheme_id, area)
                return self._inside[key]

    def _levels_of(self, scheme_id: str) -> Levels:
        with transaction(self.reference) as opened:
            session = ReferenceSession(opened)
            known = scheme(session, scheme_id)
            key = (scheme_id, known.digest if known else "")
            with self._lock:
                if key not in self._levels:
                    self._levels[key] = {area.code: area.level for area in areas(session, scheme_id)}
                return self._levels[key]


def _inside(session: ReferenceSession, scheme_id: str, area: str) -> frozenset[str]:
    """The codes of a scheme's areas that lie in an area of any scheme, or are it."""
    above = parents(session)
    own = (at for at in above if at[0] == scheme_id)
    return frozenset(at[1] for at in own if area in {code for _, code in lineage(at, above)})
