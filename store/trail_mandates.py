"""An auditor's mandate: which parties' entries its auditors see, and whether exports show them names."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, Row, insert, select
from sqlmodel import Session

from audit.entry import leaf_time
from models.trail import MANDATE
from store.trail_reading import reading

EVERY = "*"


@dataclass(frozen=True, slots=True)
class Mandate:
    """What the auditors of a party may see of the log.

    Attributes:
        parties: whose entries; None for every party's.
        names: whether exports may show who acted, which is then noted in the log.
        decision: by which decision, in the words of a register.
        since: RFC 3339 UTC; empty where nothing was decided and the rule for the kind of party holds.
    """

    parties: frozenset[str] | None
    names: bool = False
    decision: str = ""
    since: str = ""


def mandate_of(engine: Engine, party: str, *, independent: bool) -> Mandate:
    """What was last decided for a party; else an independent body sees every party, any other itself.

    Raises:
        TrailUnavailable: the trail cannot be read.
    """
    with reading(engine) as connection:
        newest = select(MANDATE).where(MANDATE.c.party == party).order_by(MANDATE.c.id.desc()).limit(1)
        row = connection.execute(newest).one_or_none()
    return _read(row) if row else Mandate(None if independent else frozenset({party}))


def mandates(engine: Engine) -> list[tuple[str, Mandate]]:
    """Every decision on a mandate by party, oldest first.

    Raises:
        TrailUnavailable: the trail cannot be read.
    """
    with reading(engine) as connection:
        return [(row.party, _read(row)) for row in connection.execute(select(MANDATE).order_by(MANDATE.c.id))]


def decide_mandate(session: Session, party: str, mandate: Mandate, now: datetime) -> None:
    """Keep a decision; those before it stay to be read."""
    parties = EVERY if mandate.parties is None else " ".join(sorted(mandate.parties))
    said = {"parties": parties, "names": mandate.names, "decision": mandate.decision}
    session.execute(insert(MANDATE).values(party=party, since=leaf_time(now), **said))


def _read(row: Row[*tuple[object, ...]]) -> Mandate:
    parties = None if row.parties == EVERY else frozenset(row.parties.split())
    return Mandate(parties, row.names, row.decision, row.since)
