"""The agreements there are, found by table and by party; of each, the version that holds on a day.

A newer version takes over on its first day and for good: when it ends, the older one does not come back.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from types import MappingProxyType
from typing import Self

from policies.agreement import Agreement, TableGrant
from policies.reading import PolicyError


@dataclass(frozen=True, eq=False)
class AgreementSet:
    """Approved versions of agreements. Make it with `of`; a table belongs to one agreement only.

    Attributes:
        versions: of each agreement, every version by number.
        owners: of each table, the agreement that grants it.
        open_tables: the tables that a public agreement grants.
        signed_tables: of each party, the tables that its agreements grant to anyone.
    """

    versions: Mapping[str, tuple[Agreement, ...]]
    owners: Mapping[str, str]
    open_tables: frozenset[str]
    signed_tables: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, agreements: Iterable[Agreement]) -> Self:
        """Gather the versions of all agreements.

        Raises:
            PolicyError: two versions of an agreement bear one number, or two agreements grant one table id.
        """
        versions: dict[str, tuple[Agreement, ...]] = {}
        owners: dict[str, str] = {}
        signed: defaultdict[str, set[str]] = defaultdict(set)
        for agreement in sorted(agreements, key=lambda agreement: (agreement.id, agreement.version)):
            versions[agreement.id] = (*_earlier(agreement, versions), agreement)
            for table in agreement.tables:
                _one_owner(agreement, table.id, owners.setdefault(table.id, agreement.id))
            for party in agreement.parties:
                signed[party.id].update(table.id for table in agreement.tables)
        every = [agreement for held in versions.values() for agreement in held]
        return cls(
            versions=MappingProxyType(versions),
            owners=MappingProxyType(owners),
            open_tables=frozenset(table.id for each in every if each.public for table in each.tables),
            signed_tables=MappingProxyType({party: frozenset(tables) for party, tables in signed.items()}),
        )

    def __iter__(self) -> Iterator[Agreement]:
        """Every version, by id and number."""
        return (agreement for versions in self.versions.values() for agreement in versions)

    @property
    def digest(self) -> str:
        """A sha256 over the digests of all versions, for releases and the trail to name."""
        return sha256("\n".join(sorted(agreement.digest for agreement in self)).encode()).hexdigest()

    def begun(self, agreement_id: str, day: date) -> Agreement | None:
        """The version that has taken over by `day`, whether or not it has ended since."""
        for agreement in reversed(self.versions.get(agreement_id, ())):
            if agreement.valid_from <= day:
                return agreement
        return None

    def in_force(self, day: date) -> tuple[Agreement, ...]:
        """The version of each agreement that holds on `day`."""
        begun = (self.begun(agreement_id, day) for agreement_id in self.versions)
        return tuple(agreement for agreement in begun if agreement and agreement.covers(day))

    def grant(self, table: str, day: date) -> tuple[Agreement, TableGrant] | None:
        """The agreement in force on `day` that grants `table`, and the grant."""
        agreement = self.begun(self.owners.get(table, ""), day)
        found = agreement.table(table) if agreement and agreement.covers(day) else None
        return (agreement, found) if agreement and found else None

    def latest(self, table: str) -> tuple[Agreement, TableGrant]:
        """The newest version that grants `table` on any day, and the grant.

        Raises:
            KeyError: no version of any agreement grants it.
        """
        versions = self.versions[self.owners[table]]
        return next((agreement, found) for agreement in reversed(versions) if (found := agreement.table(table)))

    def tables_of(self, party_id: str) -> frozenset[str]:
        """Every table that an agreement of this party grants to anyone, and every public one, on any day."""
        return self.signed_tables.get(party_id, frozenset()) | self.open_tables


def _earlier(agreement: Agreement, versions: Mapping[str, tuple[Agreement, ...]]) -> tuple[Agreement, ...]:
    earlier = versions.get(agreement.id, ())
    if earlier and earlier[-1].version == agreement.version:
        raise PolicyError(f"{agreement.id}: version {agreement.version} stands twice; a new text has a new number")
    return earlier


def _one_owner(agreement: Agreement, table: str, owner: str) -> None:
    if owner != agreement.id:
        raise PolicyError(
            f"{agreement.id}: the table {table!r} is granted by {owner} already; give it an id of its own"
        )
