"""What each dataset takes, from its file, the classification and the areas in the database."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import Engine

from intake.delivery_dataset import expectation_of
from intake.delivery_expectation import Expectation, Limits
from policies.classification import Classification
from policies.dataset import Dataset
from store.reference import areas, scheme
from store.sessions import ReferenceSession, transaction

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
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def of(self, dataset: str, publisher: str, today: date) -> Expectation | None:
        """What a dataset takes on a day from one of its publishers; None for anyone and anything else."""
        found = self.datasets.get(dataset)
        if found is None or publisher not in found.publishers:
            return None
        levels = self._levels_of(found.area_scheme)
        return expectation_of(found, self.classification, levels, today, self.limits)

    def _levels_of(self, scheme_id: str) -> Levels:
        with transaction(self.reference) as opened:
            session = ReferenceSession(opened)
            known = scheme(session, scheme_id)
            key = (scheme_id, known.digest if known else "")
            with self._lock:
                if key not in self._levels:
                    self._levels[key] = {area.code: area.level for area in areas(session, scheme_id)}
                return self._levels[key]
