"""One release: a table that an agreement grants is read from the vault, made safe, and put on the shelf.

It is announced in the trail before it is made and told after; both name the release. A table is released when it has
a finished period that its last release lacks, or when a vintage of revisions has come; otherwise nothing happens, so
running it again is harmless.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from audit.entry import Decision, Entry, Kind, Operation, Status
from disclosure.protect import Unprotectable
from formats.shelved import pack
from formats.table import CellTable
from models import shelf as models
from policies.agreement import Agreement, TableGrant
from policies.coverage import Scope
from policies.disclosing import may_release
from policies.verdict import Refusal
from release import past
from release.basis import Basis
from release.cell_key import CellKey
from release.due import Due, Engines, look
from release.gate import Leaking
from release.methods import Bounds, Known, make_safe
from release.methods_changed import MethodError
from release.reading import Rules, agreements
from release.shape import ShapeError
from release.tables import as_columns, join, structure
from store import shelf, vault_basis
from store.sessions import DeskSession, ShelfSession, VaultSession, transaction
from store.trail import TrailWriter

RELEASER = "samsyn release"


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
class Made:
    """A release's cells, and what its new ones were made from (None where none are new)."""

    cells: CellTable
    basis: Basis | None


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

    def run(self, *, only: str | None = None, scheduled: bool = False) -> Iterator[Outcome]:
        """Release what is due, one table at a time; with `scheduled`, only tables whose calendar names today."""
        today = self._clock().date()
        for agreement, table in self.granted(today):
            if only in (None, table.id) and (not scheduled or table.calendar.releases_on(today)):
                yield self.release(agreement, table)

    def release(self, agreement: Agreement, table: TableGrant) -> Outcome:
        """Release one table if it is due."""
        now = self._clock()
        scope = self._rules.scope(agreement, table, now.date())
        verdict = may_release(scope)
        if isinstance(verdict, Refusal):
            reasons = tuple((reason.sentence_sv, reason.sentence_en) for reason in verdict.reasons)
            self._note(scope, now, Operation.DENY, decision=Decision.DENY, reasons=verdict.rules)
            return Outcome(table.id, agreement.id, "refused", reasons=reasons)
        try:
            due = look(self._engines.reads, self._rules, scope, verdict, now)
        except ShapeError as error:
            return Outcome(table.id, agreement.id, "empty", reasons=((str(error), str(error)),))
        if due.earlier and not due.new:
            return Outcome(table.id, agreement.id, "unchanged", release=due.earlier.id)
        return self._make(due, now)

    def has_released(self, request_id: str) -> bool:
        """Whether an announced release is on the shelf; answers for intents that a crash left open."""
        with transaction(self._engines.reads) as session:
            return shelf.by_request(ShelfSession(session), request_id) is not None

    def _make(self, due: Due, now: datetime) -> Outcome:
        request_id, release_id = self._new_id(), self._new_id()
        said = {"request_id": request_id, "release": release_id, "grounds": due.permit.legal_grounds}
        self._note(due.scope, now, Operation.RELEASE, Kind.INTENT, decision=Decision.PERMIT, **said)
        try:
            made = self._cells(due)
            self._keep(due, made, Named(release_id, request_id, now))
        except (Unprotectable, Leaking, MethodError) as refusal:
            self._note(due.scope, self._clock(), Operation.RELEASE, Kind.OUTCOME, status=Status.NOT_DONE, **said)
            return Outcome(due.scope.table.id, due.scope.agreement.id, "refused", reasons=((str(refusal),) * 2,))
        except BaseException:
            self._note(due.scope, self._clock(), Operation.RELEASE, Kind.OUTCOME, status=Status.FAILED, **said)
            raise
        told = {**said, "rows": len(made.cells), "cells_withheld": made.cells.withheld}
        self._note(due.scope, self._clock(), Operation.RELEASE, Kind.OUTCOME, status=Status.DONE, **told)
        table = due.scope.table
        return Outcome(table.id, due.scope.agreement.id, "released", release_id, len(made.cells), made.cells.withheld)

    def _cells(self, due: Due) -> Made:
        """The table's cells, those of kept periods to the letter, and what the new ones were made from."""
        parts = [due.before.only(periods=due.kept)] if due.before and due.kept else []
        if not due.new:
            return Made(join(due.shape, parts), None)
        part = due.shape.of_periods(due.new)
        with transaction(self._engines.reads) as session:
            vault, shelved = VaultSession(session), ShelfSession(session)
            seen = past.history(vault, shelved, due.scope.dataset.id, due.circle, part)
        bounds = Bounds(due.permit.terms, due.scope.law, due.scope.classification)
        safe = make_safe(part, due.counts.of_part(due.shape, part), bounds, Known(seen, due.vintage, self._key))
        parts.append(as_columns(part, safe))
        return Made(join(due.shape, parts), safe.basis)

    def _keep(self, due: Due, made: Made, named: Named) -> None:
        """What it was made from first: without the release on the shelf, it counts for nothing."""
        if made.basis is not None:
            basis = past.basis_of(made.basis, named.release, due.scope.dataset.id, due.circle, named.at)
            with transaction(self._engines.vault) as session:
                vault_basis.keep_basis(VaultSession(session), basis)
        with transaction(self._engines.shelf) as session:
            shelf.put(ShelfSession(session), *self._rows(due, made.cells, named))

    def _rows(self, due: Due, made: CellTable, named: Named) -> tuple[models.Release, models.ReleasedTable]:
        scope, shape, cells = due.scope, due.shape, pack(made)
        release = models.Release(
            id=named.release,
            table_id=scope.table.id,
            dataset=scope.dataset.id,
            agreement=scope.agreement.id,
            agreement_digest=scope.agreement.digest,
            policy_digest=self._rules.digest(scope.dataset),
            circle=due.circle,
            method=scope.table.method.kind,
            period_unit=scope.table.period_unit,
            first_period=shape.periods[0].code,
            last_period=shape.periods[-1].code,
            known_on=named.at.date().isoformat(),
            released_at=named.at,
            request_id=named.request,
        )
        lying = models.ReleasedTable(
            release_id=named.release,
            structure=structure(scope, shape, due.permit.terms, named.at.date()),
            cells=cells,
            cell_count=len(made),
            withheld_count=made.withheld,
            digest=sha256(cells).hexdigest(),
        )
        return release, lying

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
