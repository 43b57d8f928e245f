"""One release: a table that an agreement grants is read from the vault, made safe, and put on the shelf.

It is announced in the trail before it is made and told after; both name the release. A table is released when it has
a finished period that its last release lacks, or when a vintage of revisions has come; otherwise nothing happens, so
running it again is harmless, and a run that was killed goes on where it was.

Several tables can be made safe at a time, but never two that some party sees both of: the later must be protected with
the earlier.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from datetime import date, datetime
from typing import Any

from audit.entry import Decision, Entry, Kind, Operation, Status
from formats.table import CellTable
from policies.agreement import Agreement, TableGrant
from policies.coverage import Scope
from policies.disclosing import may_release
from policies.verdict import Refusal
from release import past
from release.basis import Basis
from release.bounds import Bounds, table_of
from release.cell_key import CellKey
from release.due import Due, Engines, look
from release.methods import Cells, Known
from release.outcome import Alone, Crew, Job, Named, Outcome
from release.reading import Rules, agreements
from release.shape import ShapeError
from release.shelving import rows
from release.signal_shelving import signal_row
from release.tables import as_columns, join
from release.turns import Begun, Turn, next_of, turns
from store import shelf, vault_basis
from store.sessions import DeskSession, ReferenceSession, ShelfSession, VaultSession, transaction
from store.trail import TrailWriter

RELEASER = "samsyn release"


class Releaser:
    """Makes the releases that are due.

    Args:
        clock: gives the time of a release, in UTC; its day decides what is finished and which rules hold.
        new_id: gives fresh ids of requests and releases.
        key: the secret of tables perturbed by cell keys, where the home has one.
    """

    def __init__(  # noqa: PLR0913 -- all that a release needs is handed in, each once
        self,
        engines: Engines,
        trail: TrailWriter,
        rules: Rules,
        clock: Callable[[], datetime],
        new_id: Callable[[], str],
        *,
        key: CellKey | None = None,
    ) -> None:
        self._engines = engines
        self._trail = trail
        self._rules = rules
        self._clock = clock
        self._new_id = new_id
        self._key = key

    def granted(self, today: date) -> list[tuple[Agreement, TableGrant]]:
        """Every table that an agreement in force grants, by agreement."""
        with transaction(self._engines.reads) as session:
            standing = agreements(DeskSession(session))
        return [(agreement, table) for agreement in standing.in_force(today) for table in agreement.tables]

    def run(self, *, only: str | None = None, scheduled: bool = False, crew: Crew | None = None) -> Iterator[Outcome]:
        """Release what is due; with `scheduled`, only tables whose calendar names today.

        Args:
            crew: makes several tables safe at a time; without one they are made one by one, in order.
        """
        today = self._clock().date()
        scopes = [
            self._rules.scope(agreement, table, today)
            for agreement, table in self.granted(today)
            if only in (None, table.id) and (not scheduled or table.calendar.releases_on(today))
        ]
        with transaction(self._engines.reads) as session:
            waiting = turns(ReferenceSession(session), scopes)
        busy: dict[Future[Cells | str], Begun] = {}
        crew = crew or Alone()
        while waiting or busy:
            turn = next_of(waiting, [begun.turn for begun in busy.values()]) if len(busy) < crew.size else None
            if turn is not None:
                waiting.remove(turn)
                begun = self._begin(turn)
                if isinstance(begun, Outcome):
                    yield begun
                else:
                    busy[crew.submit(begun.job.do)] = begun
                continue
            for done in wait(busy, return_when=FIRST_COMPLETED).done:
                yield self._finish(busy.pop(done), done)

    def has_released(self, request_id: str) -> bool:
        """Whether an announced release is on the shelf; answers for intents that a crash left open."""
        with transaction(self._engines.reads) as session:
            return shelf.by_request(ShelfSession(session), request_id) is not None

    def _begin(self, turn: Turn) -> Begun | Outcome:
        """Announce the release of a table that is due; what becomes of one that is not."""
        scope, now = turn.scope, self._clock()
        table, agreement = scope.table.id, scope.agreement.id
        verdict = may_release(scope)
        if isinstance(verdict, Refusal):
            reasons = tuple((reason.sentence_sv, reason.sentence_en) for reason in verdict.reasons)
            self._note(scope, now, Operation.DENY, decision=Decision.DENY, reasons=verdict.rules)
            return Outcome(table, agreement, "refused", reasons=reasons)
        try:
            due = look(self._engines.reads, self._rules, scope, verdict, now)
        except ShapeError as error:
            return Outcome(table, agreement, "empty", reasons=((str(error), str(error)),))
        if due.earlier and not due.new:
            return Outcome(table, agreement, "unchanged", release=due.earlier.id)
        begun = Begun(turn, due, self._job(due), Named(self._new_id(), self._new_id(), now))
        self._note(scope, now, Operation.RELEASE, Kind.INTENT, decision=Decision.PERMIT, **begun.said)
        return begun

    def _job(self, due: Due) -> Job:
        """What is to be made safe, with all that its circle was shown before."""
        part = due.part
        with transaction(self._engines.reads) as session:
            vault, shelved = VaultSession(session), ShelfSession(session)
            seen = past.history(vault, shelved, due.scope.dataset.id, due.circle, part)
        bounds = Bounds(due.permit.terms, due.scope.law, due.scope.classification)
        counts = due.counts.of_part(due.shape, part)
        return Job(table_of(part, counts, bounds), counts.own, bounds.terms, Known(seen, due.vintage, self._key))

    def _finish(self, begun: Begun, done: Future[Cells | str]) -> Outcome:
        """Put a table that was made safe on the shelf, and tell what became of it."""
        scope, named = begun.due.scope, begun.named
        try:
            safe = done.result()
            if isinstance(safe, str):
                self._tell(begun, Status.NOT_DONE)
                return Outcome(scope.table.id, scope.agreement.id, "refused", reasons=((safe, safe),))
            cells = self._cells(begun, safe)
            self._keep(begun.due, cells, safe.basis, named)
        except BaseException:
            self._tell(begun, Status.FAILED)
            raise
        self._tell(begun, Status.DONE, rows=len(cells), cells_withheld=cells.withheld)
        return Outcome(scope.table.id, scope.agreement.id, "released", named.release, len(cells), cells.withheld)

    def _cells(self, begun: Begun, safe: Cells) -> CellTable:
        """The table's cells; those of kept periods to the letter."""
        due = begun.due
        kept = [due.before.only(periods=due.kept)] if due.before and due.kept else []
        return join(due.shape, [*kept, as_columns(due.part, safe)])

    def _keep(self, due: Due, made: CellTable, basis: Basis, named: Named) -> None:
        """What it was made from first: without the release on the shelf, it counts for nothing."""
        kept = past.basis_of(basis, named.release, due.scope.dataset.id, due.circle, named.at)
        with transaction(self._engines.vault) as session:
            vault_basis.keep_basis(VaultSession(session), kept)
        signals = signal_row(self._engines.reads, due, made, named)
        with transaction(self._engines.shelf) as session:
            shelf.put(ShelfSession(session), *rows(due, made, named, self._rules.digest(due.scope.dataset)), signals)

    def _tell(self, begun: Begun, status: Status, **told: int) -> None:
        """Note what became of an announced release."""
        at = self._clock()
        self._note(begun.due.scope, at, Operation.RELEASE, Kind.OUTCOME, status=status, **begun.said, **told)

    def _note(self, scope: Scope, at: datetime, operation: Operation, kind: Kind = Kind.SINGLE, **said: Any) -> None:  # noqa: ANN401 -- Entry's own
        """Make an entry durable; raises TrailUnavailable, and then nothing is released."""
        about: dict[str, Any] = {
            "actor": RELEASER,
            "role": "operator",
            "party": scope.agreement.record.operator,
            "agreement": scope.agreement.id,
            "agreement_version": scope.agreement.version_told,
            "dataset": scope.dataset.id,
            "table": scope.table.id,
            "policy_digest": self._rules.digest(scope.dataset),
            "request_id": said.pop("request_id", None) or self._new_id(),
        }
        self._trail.append(Entry(kind=kind, operation=operation, time=at, **about, **said))
