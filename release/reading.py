"""What a release goes by, read once at its start: the rules in the house and the agreements that stand at the desk."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from policies.agreement import Agreement, TableGrant
from policies.agreement_set import AgreementSet
from policies.classification import Classification, load_classification
from policies.coverage import Scope
from policies.dataset import Dataset, load_datasets
from policies.law import Law, load_law
from policies.made_under import policy_digest
from policies.standing import standing
from release.shape import Place
from store import desk, reference
from store.sessions import DeskSession, ReferenceSession


@dataclass(frozen=True)
class Rules:
    """Law, classification and datasets as this version of the program has them."""

    law: Law
    classification: Classification
    datasets: Mapping[str, Dataset]

    def scope(self, agreement: Agreement, table: TableGrant, today: date) -> Scope:
        """A granted table beside all that decides what of it is shown on a day."""
        return Scope(agreement, table, self.datasets[table.dataset], self.classification, self.law.at(today))

    def digest(self, dataset: Dataset) -> str:
        """A sha256 over law, classification and dataset: the rules a release was made under."""
        return policy_digest(self.law, self.classification, dataset)


def load_rules() -> Rules:
    """The rules in the house.

    Raises:
        PolicyError: one of their files does not hold.
    """
    classification = load_classification()
    return Rules(load_law(), classification, load_datasets(classification))


def agreements(session: DeskSession) -> AgreementSet:
    """The agreements that stand.

    Raises:
        PolicyError: a kept version is not the one that was approved.
    """
    return standing(desk.kept(session))


def places(session: ReferenceSession, scope: Scope) -> list[Place]:
    """The areas of the dataset's own level and of every granted level above it, with what each lies in."""
    above = reference.parents(session)
    scheme = scope.dataset.area_scheme
    own = [(scheme, area.code) for area in reference.areas(session, scheme, scope.dataset.area_level)]
    reached = dict.fromkeys(place for start in own for place in reference.lineage(start, above))
    levels = {scope.dataset.area_level, *scope.table.area_levels}
    known = {
        (area.scheme, area.code): area for name in {s for s, _ in reached} for area in reference.areas(session, name)
    }
    return [
        Place(at[1], known[at].level, known[at].name, tuple(code for _, code in reference.lineage(at, above)))
        for at in reached
        if at in known and known[at].level in levels
    ]
