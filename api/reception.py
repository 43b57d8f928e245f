"""What every door has at its entrance: who is known, whose tokens are believed, the trail, the time, new ids."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

from sqlalchemy import Engine, text

from api.fittings import Fittings
from api.strangers import Strangers
from auth.keys import FOLDER, PUBLIC, load_public
from auth.tokens import Reader
from settings import DoorSettings
from store.grants import DatabaseRole
from store.sessions import open_engine
from store.trail import TrailWriter


@dataclass(frozen=True)
class Reception:
    """Shared by the doors of a process.

    Attributes:
        issuer: whose tokens are read here, and the audience they must have.
        parties: reads parties and clients, nothing else that matters.
        trail_reads: reads the trail, for a receipt's place in it.
    """

    issuer: str
    parties: Engine
    trail_reads: Engine
    tokens: Reader
    trail: TrailWriter
    strangers: Strangers
    clock: Callable[[], datetime]
    new_id: Callable[[], str]

    def fittings(self) -> Fittings:
        """What the frame is given of it."""
        return Fittings((), {"reception": self}, self.checks())

    def checks(self) -> dict[str, Callable[[], object]]:
        """What must answer for the process to be ready."""
        return {"parties": lambda: answers(self.parties), "trail": lambda: answers(self.trail_reads)}


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
    trail = closing.enter_context(TrailWriter(writes, wake=wake))
    strangers = Strangers(trail, clock, new_id)
    closing.callback(strangers.flush)
    keys = load_public(settings.place.keys / FOLDER / PUBLIC)
    return Reception(settings.issuer, reads, reads, Reader(settings.issuer, keys), trail, strangers, clock, new_id)


def new_id() -> str:
    """A fresh random id."""
    return str(uuid4())


def answers(engine: Engine) -> None:
    """Raise what the database raises when it does not answer."""
    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))
