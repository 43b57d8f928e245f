"""`samsyn release preview`: a table under each method side by side, and what a change of agreement would show."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from time import perf_counter
from typing import Annotated

import typer

from audit.entry import Operation
from cli.errors import Stop
from cli.opening import Opened, now, opened
from cli.release_attack import progress, the_rules
from cli.release_preview_told import Preview, as_json, for_recipients, page, show
from disclosure.protect import Unprotectable
from policies.agreement import Agreement, TableGrant
from policies.disclosing import may_release
from policies.folder import read_agreement
from policies.reading import PolicyError
from policies.references import Known
from policies.verdict import Refusal
from release.basis import Basis
from release.cell_key import FOLDER as CELL_KEY
from release.cell_key import CellKey, CellKeyError, read_cell_key
from release.due import Due, look
from release.gate import Leaking
from release.methods_changed import MethodError
from release.past import history
from release.preview import Trials, newest
from release.preview_change import Change, change
from release.preview_levels import LEAST_SHARE, advise
from release.reading import Rules, agreements
from release.shape import ShapeError
from store.sessions import DeskSession, ShelfSession, VaultSession

NOTE = "a preview of tables"
Granted = tuple[Agreement, TableGrant]


def preview(
    *,
    table: Annotated[str | None, typer.Option(help="Only this table.")] = None,
    agreement: Annotated[Path | None, typer.Option(help="A draft: what would it show that is not shown now?")] = None,
    periods: Annotated[int | None, typer.Option(min=1, help="Only so many of the newest periods.")] = None,
    share: Annotated[
        float, typer.Option(min=0, max=1, help="Of the cells, as much as a recommended level must show.")
    ] = LEAST_SHARE,
    shares_only: Annotated[
        bool, typer.Option("--shares-only", help="Leave out cells, errors and findings: for the recipients' side.")
    ] = False,
    in_json: Annotated[bool, typer.Option("--json", help="Write the preview as JSON.")] = False,
    html: Annotated[Path | None, typer.Option(help="Write the preview as a page to this file.")] = None,
) -> None:
    """Try each method on the real counts of granted tables; nothing is put on the shelf.

    Without --shares-only it is for the releasing side alone: it names cells that are small.
    """
    rules = the_rules()
    with opened("releaser") as home:
        previewer = Previewer(home, rules, _key(home), periods, share)
        granted = previewer.granted(agreement, table)
        about = {"table": table or "", "agreement": granted[0][0].id if agreement else "", "note": NOTE}
        with home.noted(Operation.REVIEW, **about), progress("Trying", len(granted), quiet=in_json) as (bar, task):
            previews = []
            for each in granted:
                previews.append(previewer.of(*each, is_draft=agreement is not None))
                bar.advance(task)
    if shares_only:
        previews = [for_recipients(preview) for preview in previews]
    if in_json:
        typer.echo(json.dumps(as_json(previews, shares_only=shares_only), ensure_ascii=False))
    else:
        show(previews, shares_only=shares_only)
    if html is not None:
        html.write_text(page(previews, now().date(), shares_only=shares_only))


@dataclass(frozen=True)
class Previewer:
    """Makes previews in an opened home.

    Attributes:
        periods: how many of the newest periods to try; None for all.
        share: of the cells, as much as a recommended level must show.
    """

    home: Opened
    rules: Rules
    key: CellKey | None
    periods: int | None
    share: float

    def granted(self, draft: Path | None, table: str | None) -> list[Granted]:
        """The tables to try: those in force, or a draft's.

        Raises:
            Stop: the draft does not hold, or there is no such table.
        """
        found = list(self._of_draft(draft) if draft else self._in_force())
        wanted = [each for each in found if table in (None, each[1].id)]
        if not wanted:
            where = draft.name if draft else "no agreement in force"
            raise Stop(f"{where} grants {'nothing' if table is None else f'no table {table!r}'} to preview")
        return wanted

    def of(self, agreement: Agreement, table: TableGrant, *, is_draft: bool) -> Preview:
        """The preview of one table."""
        named = Preview(table.id, agreement.id, table.title, table.method.kind)
        day = self._day(agreement, is_draft=is_draft)
        scope = self.rules.scope(agreement, table, day)
        verdict = may_release(scope)
        if isinstance(verdict, Refusal):
            return named.refused(*(f"{reason.sentence_en} ({reason.cite})" for reason in verdict.reasons))
        try:
            due = look(self.home.engine(), self.rules, scope, verdict, now())
        except ShapeError as error:
            return named.refused(str(error))
        changed, reason = self._change(due) if is_draft else (None, "")
        tried = newest(due, self.periods) if self.periods else due
        trials = Trials(tried, self._past(tried, without=table.id), self.key, perf_counter)
        advice = None if table.method.kind == "open" else advise(tried, self.share)
        return named.tried(tried, list(trials.run()), advice, changed, reason)

    def _change(self, due: Due) -> tuple[Change | None, str]:
        try:
            return change(due, self._past(due), self.key), ""
        except (Unprotectable, Leaking, MethodError) as error:
            return None, str(error)

    def _past(self, due: Due, without: str = "") -> tuple[Basis, ...]:
        with self.home.reading() as session:
            vault, shelved = VaultSession(session), ShelfSession(session)
            return history(vault, shelved, due.scope.dataset.id, due.circle, due.shape, without=without)

    def _in_force(self) -> Iterator[Granted]:
        with self.home.reading() as session:
            standing = agreements(DeskSession(session))
        return ((agreement, table) for agreement in standing.in_force(now().date()) for table in agreement.tables)

    def _of_draft(self, draft: Path) -> Iterator[Granted]:
        try:
            known = Known(self.rules.datasets, self.rules.classification)
            agreement = read_agreement(draft.read_bytes(), draft.name, known)
        except (PolicyError, OSError) as error:
            raise Stop(str(error)) from None
        return ((agreement, table) for table in agreement.tables)

    def _day(self, agreement: Agreement, *, is_draft: bool) -> date:
        """Today, or the first day that a draft would hold."""
        today = now().date()
        return max(today, agreement.valid_from) if is_draft else today


def _key(home: Opened) -> CellKey | None:
    try:
        return read_cell_key(home.place.keys / CELL_KEY)
    except CellKeyError as error:
        raise Stop(str(error)) from None
