"""What every door has at its entrance: who is known, whose tokens are believed, the trail, the time, new ids."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from sqlalchemy import Engine, text

from api.allotments import Allotments
from api.fittings import Fittings
from api.recalling import NAME, Missed
from api.strangers import Strangers
from auth.keys import FOLDER, PUBLIC
from auth.nonces import Nonces, open_nonces
from auth.register import Register
from auth.remembered import RememberingReader
from settings import DoorSettings, Edge, SettingsError
from store.allowance import FILE, Allowances
from store.grants import DatabaseRole
from store.once import Once
from store.sessions import open_engine
from store.trail import TrailWriter
from store.trail_recall import Recall


@dataclass(frozen=True)
class Reception:
    """Shared by the doors of a process.

    Attributes:
        issuer: whose tokens are read here, and the audience they must have.
        parties: reads parties and clients, nothing else that matters.
        register: the clients, as they were less than a second ago.
        once: what may be shown once only.
        nonces: what proofs of possession must repeat, where they must.
        limits: how much each caller gets.
        trail_reads: reads the trail, for a receipt's place in it.
        missed: entries that were acknowledged here and have disappeared.
    """

    issuer: str
    parties: Engine
    trail_reads: Engine
    tokens: RememberingReader
    register: Register
    once: Once
    nonces: Nonces | None
    edge: Edge
    limits: Allotments
    trail: TrailWriter
    missed: Missed
    strangers: Strangers
    clock: Callable[[], datetime]
    new_id: Callable[[], str]

    def fittings(self) -> Fittings:
        """What the frame is given of it."""
        return Fittings((), {"reception": self}, self.checks(), gauges=(self.missed.gauge(),))

    def nonce(self, at: datetime) -> str:
        """The nonce that a proof of possession should repeat now; empty where none is asked for."""
        return self.nonces.now(at) if self.nonces else ""

    def checks(self) -> dict[str, Callable[[], object]]:
        """What must answer for the process to be ready."""
        return {
            "parties": lambda: answers(self.parties),
            "trail": lambda: answers(self.trail_reads),
            NAME: self.missed.check,
        }


def open_reception(
    settings: DoorSettings,
    role: DatabaseRole,
    closing: ExitStack,
    *,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    wake: Callable[[], None] | None = None,
) -> Reception:
    """Open what a door needs as database role `role`; `closing` shuts it again, `wake` wakes a sequencer here."""
    reads = open_engine(settings.place, role)
    closing.callback(reads.dispose)
    writes = open_engine(settings.place, role, writes="trail", pool_size=1)
    closing.callback(writes.dispose)
    missed = Missed()
    recall = Recall(reads, missed.alarm)
    closing.callback(recall.close)
    recall.start()
    trail = closing.enter_context(TrailWriter(writes, wake=wake, kept=recall.remember))
    allowances = _allowances(settings.place.home / f"{FILE}.{role}")
    closing.callback(allowances.close)
    strangers = Strangers(trail, clock, new_id, allowances)
    closing.callback(strangers.flush)
    shown = open_engine(settings.place, role, writes="parties", pool_size=2)
    closing.callback(shown.dispose)
    return Reception(
        issuer=settings.issuer,
        parties=reads,
        trail_reads=reads,
        tokens=RememberingReader(settings.issuer, settings.place.keys / FOLDER / PUBLIC),
        register=Register(reads),
        once=Once(shown),
        nonces=open_nonces(settings.place.keys) if settings.edge.dpop_nonce else None,
        edge=settings.edge,
        limits=Allotments(allowances, strangers, settings.edge),
        trail=trail,
        missed=missed,
        strangers=strangers,
        clock=clock,
        new_id=new_id,
    )


def _allowances(path: Path) -> Allowances:
    """The buckets that every worker of a door shares."""
    try:
        return Allowances(path)
    except OSError as error:
        raise SettingsError(
            f"{path} counts what each caller asks for, and cannot be written: {error.strerror}"
        ) from None


def new_id() -> str:
    """A fresh random id."""
    return str(uuid4())


def answers(engine: Engine) -> None:
    """Raise what the database raises when it does not answer."""
    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))
