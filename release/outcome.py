"""What becomes of a table in a run, and of the job of making it safe."""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from disclosure.table import DisclosureError, Table
from policies.verdict import Terms
from release.gate import Leaking
from release.methods import Cells, Known, Own, make_safe
from release.methods_changed import MethodError

Done = TypeVar("Done")


@dataclass(frozen=True)
class Outcome:
    """What became of one table in a run.

    Attributes:
        state: released, unchanged, empty (nothing to release yet) or refused.
        reasons: of a refusal or an empty table, why, in Swedish and English.
    """

    table: str
    agreement: str
    state: str
    release: str = ""
    cells: int = 0
    withheld: int = 0
    reasons: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Named:
    """What a release is called, the request that makes it, and when."""

    release: str
    request: str
    at: datetime


@dataclass(frozen=True)
class Job:
    """A table that is to be made safe; it needs no database, so that any process can do it."""

    table: Table
    own: Own
    terms: Terms
    known: Known

    def do(self) -> Cells | str:
        """The safe cells, or why there are none."""
        try:
            return make_safe(self.table, self.own, self.terms, self.known)
        except (DisclosureError, Leaking, MethodError) as refusal:
            return str(refusal)


class Crew(Protocol):
    """Who does the jobs: this process or several."""

    @property
    def size(self) -> int:
        """How many jobs it does at a time."""

    def submit(self, job: Callable[[], Done], /) -> Future[Done]:
        """Have a job done."""


class Alone:
    """This process, one job at a time."""

    size = 1

    def submit(self, job: Callable[[], Done], /) -> Future[Done]:
        """Do the job now; what goes wrong is told by the result."""
        done: Future[Done] = Future()
        try:
            done.set_result(job())
        except BaseException as fault:  # noqa: BLE001 -- raised again by whoever asks for the result
            done.set_exception(fault)
        return done
