"""The agreements there are, found by table and by party; of each, the version that holds on a day.

A newer version takes over on its first day and for good: when it ends, the older one does not come back.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from types import MappingProxyType
from typing import Self

from policies.agreement import Agreement, TableGrant
from policies.parties import PartyRef
from policies.reading import PolicyError


@dataclass(frozen=True, eq=False)
class AgreementSet:
    """Approved versions of agreements. Make it with `of`; a table belongs to one agreement only."""

    versions: MappingProxyType[str, tuple[Agreement, ...]]
    owners: MappingProxyType[str, str]
    parties: MappingProxyType[tuple[str, str], PartyRef]
    open_tables: frozenset[str]
    signed_tables: MappingProxyType[str, frozenset[str]]

    @classmethod
    def of(cls, agreements: Iterable[Agreement]) -> Self:
        """Gather the versions of all agreements.

        Raises:
            PolicyError: two versions of an agreement bear one number, or two agreements grant one table id.
        """
        held = sorted(agreements, key=lambda agreement: (agreement.id, agreement.version))
        versions: defaultdict[str, tuple[Agreement, ...]] = defaultdict(tuple)
        owners: dict[str, str] = {}
        signed: defaultdict[str, set[str]] = defaultdict(set)
        for agreement in held:
            _next_version(agreement, versions[agreement.id])
            versions[agreement.id] += (agreement,)
            for table in agreement.tables:
                _one_owner(agreement, table, owners.setdefault(table.id, agreement.id))
            for party in agreement.parties:
                signed[party.id].update(table.id for table in agreement.tables)
        return cls(
            versions=MappingProxyType(dict(versions)),
            owners=MappingProxyType(owners),
            parties=MappingProxyType({(each.digest, party.id): party for each in held for party in each.parties}),
            open_tables=frozenset(table.id for agreement in held if agreement.public for table in agreement.tables),
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
        started = (each for each in reversed(self.versions.get(agreement_id, ())) if each.valid_from <= day)
        return next(started, None)

    def in_force(self, day: date) -> tuple[Agreement, ...]:
        """The version of each agreement that holds on `day`."""
        begun = (self.begun(agreement_id, day) for agreement_id in self.versions)
        return tuple(agreement for agreement in begun if agreement and agreement.covers(day))

    def grant(self, table: str, day: date) -> tuple[Agreement, TableGrant] | None:
        """The agreement in force on `day` that grants `table`, and the grant."""
        agreement = self.begun(self.owners.get(table, ""), day)
        found = agreement.table(table) if agreement and agreement.covers(day) else None
        return (agreement, found) if agreement and found else None

    def latest(self, table: str) -> tuple[Agreement, TableGrant] | None:
        """The newest version that grants `table` on any day, and the grant."""
        for agreement in reversed(self.versions.get(self.owners.get(table, ""), ())):
            if found := agreement.table(table):
                return agreement, found
        return None

    def party(self, agreement: Agreement, party_id: str) -> PartyRef | None:
        """The party as it signed that version, or None."""
        return self.parties.get((agreement.digest, party_id))

    def tables_of(self, party_id: str) -> frozenset[str]:
        """Every table that an agreement of this party grants to anyone, and every public one, on any day."""
        return self.signed_tables.get(party_id, frozenset()) | self.open_tables


def _next_version(agreement: Agreement, earlier: tuple[Agreement, ...]) -> None:
    if earlier and earlier[-1].version == agreement.version:
        raise PolicyError(f"{agreement.id}: version {agreement.version} stands twice; a new text has a new number")


def _one_owner(agreement: Agreement, table: TableGrant, owner: str) -> None:
    if owner != agreement.id:
        told = f"the table {table.id!r} is granted by {owner} already; give it an id of its own"
        raise PolicyError(f"{agreement.id}: {told}")
