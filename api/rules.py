"""The rules a reading goes by: law, datasets and classification of this program, and the agreements that stand now."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from sqlalchemy import Engine

from api.errands import Visit
from policies.agreement import TableGrant
from policies.agreement_set import AgreementSet
from policies.ask import Ask
from policies.classification import Classification, load_classification
from policies.coverage import Scope
from policies.dataset import Dataset, load_datasets
from policies.decide import decide, tables_for, touches
from policies.law import Law, load_law
from policies.made_under import policy_digest
from policies.parties import PartyKind
from policies.standing import standing
from policies.verdict import Verdict
from store.desk import steps, versions
from store.sessions import DeskSession, transaction


@dataclass(frozen=True)
class RulesNow:
    """Everything that a decision follows from, besides the ask; `since` is when an agreement last changed."""

    law: Law
    classification: Classification
    datasets: Mapping[str, Dataset]
    agreements: AgreementSet
    since: datetime

    def decide(self, ask: Ask) -> Verdict:
        """May this be had?"""
        return decide(ask, self.agreements, self.law, self.datasets, self.classification)

    def touches(self, party: str, table: str) -> bool:
        """Whether the table exists for this party at all."""
        return touches(party, table, self.agreements)

    def tables_for(self, ask: Ask) -> tuple[TableGrant, ...]:
        """Every table that the asker may read."""
        return tables_for(ask, self.agreements, self.law, self.datasets, self.classification)

    def grant(self, table: str, on: date) -> TableGrant:
        """What an agreement in force grants of a table that was permitted.

        Raises:
            LookupError: none grants it.
        """
        found = self.agreements.grant(table, on)
        if found is None:
            raise LookupError(f"no agreement in force on {on} grants {table}")
        return found[1]

    def summed(self, table: TableGrant, made_under: str, on: date) -> frozenset[str]:
        """The leaves that a table's sums add up in a release of the day `on` under the agreement version `made_under`.

        If that version is not known any more, they may be all that the dataset has.
        """
        dataset = self.datasets[table.dataset]
        agreement = next((each for each in self.agreements if each.digest == made_under), None)
        grant = agreement.table(table.id) if agreement else None
        if agreement is None or grant is None:
            return frozenset(dataset.categories)
        scope = Scope(agreement, grant, dataset, self.classification, self.law.at(on))
        return frozenset(
            leaf for leaf in dataset.categories if all(scope.shows(leaf, level) for level in grant.area_levels)
        )

    def digest(self, dataset: str) -> str:
        """A sha256 over law, classification and dataset: the rules that a reading was decided under."""
        return policy_digest(self.law, self.classification, self.datasets[dataset])


@dataclass
class Rules:
    """Reads the house's own rules once, and the agreements again whenever a step has been taken at the desk."""

    desk: Engine
    law: Law = field(default_factory=load_law)
    classification: Classification = field(default_factory=load_classification)

    def __post_init__(self) -> None:
        """Read the datasets, which name codes of the classification."""
        self._datasets = load_datasets(self.classification)
        self._lock = threading.Lock()
        self._taken = -1
        self._agreements = AgreementSet.of(())
        self._since = datetime.min.replace(tzinfo=UTC)

    def now(self) -> RulesNow:
        """The rules as they stand at this moment.

        Raises:
            PolicyError: a kept agreement is not the one that was approved; then nothing is permitted.
        """
        with transaction(self.desk) as opened, self._lock:
            session = DeskSession(opened)
            taken = steps(session)
            if len(taken) != self._taken:  # steps are only ever added
                lives = ((each, [step for step in taken if step.digest == each.digest]) for each in versions(session))
                self._agreements, self._taken = standing(lives), len(taken)
                self._since = max((step.at for step in taken), default=self._since)
            return RulesNow(self.law, self.classification, self._datasets, self._agreements, self._since)


def ask_of(visit: Visit, purpose: str, table: str = "") -> Ask:
    """A visitor's question about a table, to be answered for the day of the visit."""
    who = visit.principal
    kind: PartyKind = who.party_kind  # type: ignore[assignment]  # the register holds the same words
    return Ask(
        party=who.party,
        party_kind=kind,
        branch=who.branch,
        role=visit.role,
        purpose=purpose,
        table=table,
        on=visit.day,
    )
