"""Insatser: what a party does about its problems, decided at the meeting, followed up on the released table."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import Field
from starlette.responses import RedirectResponse, Response

from api.pages.drawing import hatching
from api.pages.insatser_form import CONTROLS, STEP_NAMES, Draft, draft_of, form_of
from api.pages.insatser_view import followed, measures_of, names_in, opened, tables_for
from api.pages.rendering import page
from api.pages.tabeller_view import facts_of, language_here
from api.pages.uppfoljning_view import NOT_YET, shown, to_share
from api.pages.words import said
from api.part import Part
from api.problems import BadRequest, NotFound
from api.reading import Reading
from api.sign_in_errand import PageErrand, PageVisit
from api.wire import Wire
from audit.entry import Decision, Operation
from auth.scopes import Scope
from desk.measures import Act, MeasureError
from models.desk import Measure, MeasureNote

PATH: Final = "/insatser"
DID: Final[Mapping[str, str]] = {
    "begun": said("Beslutad"),
    "changed": said("Ändrad"),
    "note": said("Anteckning"),
    "decision": said("Mötets beslut"),
    "continued": said("Fortsätter"),
    "ended": said("Avslutad"),
    "shared": said("Delad med andra"),
    "withdrawn": said("Delas inte längre"),
}
"""What each act on a measure is called."""
OFFERED: Final = ("note", "decision", "continued", "ended", "shared", "withdrawn")
"""What the forms of a measure's page do; it is begun and changed in a form of its own."""
PLAN: Final = ("rubrik", "problem", "orsak", "atgard", "ansvarig", "steg", "omrade", "kategori", "start", "slut")

router = APIRouter(tags=["pages"], include_in_schema=False)

Analyst = Annotated[PageVisit, Depends(PageErrand(Scope.MEASURES))]
MeasureId = Annotated[str, Path(pattern="^[a-z0-9-]+$", max_length=64)]


class NewQuery(Wire):
    """Where a new measure begins from: the row of a signal, for instance."""

    tabell: str = ""
    omrade: str = ""
    kategori: str = ""


class SearchQuery(Wire):
    """What is searched for."""

    q: str = Field("", max_length=200)


@router.get(PATH, summary="The measures of one's party")
def register(request: Request, visit: Analyst) -> Response:
    """Every measure, the newest start first."""
    found = measures_of(request).of(visit.principal.party)
    _note(visit, "measures", len(found))
    return page(request, "insatser.html", visit, measures=found, steps=STEP_NAMES)


@router.get(f"{PATH}/ny", summary="A new measure")
def new(request: Request, visit: Analyst, query: Annotated[NewQuery, Query()]) -> Response:
    """The form; first which table it is followed up on."""
    tables = tables_for(request, visit)
    if not query.tabell:
        return page(request, "insats_tabell.html", visit, tables=tables, query=query)
    given = {"omrade": query.omrade, "kategori": query.kategori, "steg": "response"}
    return _form_page(request, visit, opened(request, visit, query.tabell), Draft(given, {}))


@router.post(f"{PATH}/ny", summary="Decide a measure")
def begin(request: Request, visit: Analyst, query: Annotated[NewQuery, Query()]) -> Response:
    """Keep it, or show the form again with what was wrong."""
    reading = opened(request, visit, query.tabell)
    draft = draft_of(visit.form, reading.shown.part)
    if draft.faults:
        return _form_page(request, visit, reading, draft)
    measure = draft.put(_fresh(visit, query.tabell))
    measures_of(request).act(measure, _act(visit, "begun"), visit.note)
    return RedirectResponse(f"{PATH}/{measure.id}", 303)


@router.get(f"{PATH}/bibliotek", summary="What others tried")
def library(request: Request, visit: Analyst, query: Annotated[SearchQuery, Query()]) -> Response:
    """Measures that parties have shared: what was tried, where, and its effect with its interval."""
    found = measures_of(request).shared(query.q.split())
    _note(visit, "library of measures", len(found))
    return page(request, "insatser_bibliotek.html", visit, measures=found, query=query)


@router.get(f"{PATH}/plan", summary="The plan, to print")
def plan(request: Request, visit: Analyst) -> Response:
    """Every measure with its problem, causes and decisions, on paper."""
    measures = measures_of(request)
    found = [one for each in measures.of(visit.principal.party) if (one := measures.one(each.id, each.party))]
    _note(visit, "plan of measures", len(found))
    return page(request, "insatser_plan.html", visit, measures=found, steps=STEP_NAMES, did=DID)


@router.get(f"{PATH}/plan.csv", summary="The plan as a file")
def plan_file(request: Request, visit: Analyst) -> Response:
    """One measure a row; for a spreadsheet, with what could be a formula made a text."""
    found = measures_of(request).of(visit.principal.party)
    _note(visit, "plan of measures csv", len(found))
    out = io.StringIO()
    lines = csv.writer(out, lineterminator="\r\n")
    lines.writerow(PLAN)
    lines.writerows([_plain(form_of(each)[name]) for name in PLAN] for each in found)
    headers = {"content-disposition": 'attachment; filename="atgardsplan.csv"', "cache-control": "no-store"}
    return Response("\ufeff" + out.getvalue(), media_type="text/csv", headers=headers)


@router.get(f"{PATH}/{{measure}}", summary="A measure, followed up")
def one(request: Request, visit: Analyst, measure: MeasureId) -> Response:
    """What is done about what, and whether it helped."""
    return _measure_page(request, visit, *_own(request, visit, measure))


@router.post(f"{PATH}/{{measure}}", summary="Do something about a measure")
def act(request: Request, visit: Analyst, measure: MeasureId) -> Response:
    """Write a note or the meeting's decision, go on, end it, or share what came of it."""
    found, notes = _own(request, visit, measure)
    did = visit.form.get("gor", "")
    if did not in OFFERED:
        raise BadRequest(f"{did!r} is nothing that is done here")
    try:
        done = _act(visit, did, visit.form.get("anteckning", ""))
    except MeasureError as error:
        return _measure_page(request, visit, found, notes, {error.field: said("Skriv vad som beslutades eller sågs.")})
    _change(request, visit, found, did)
    measures_of(request).act(found, done, visit.note)
    return RedirectResponse(f"{PATH}/{measure}", 303)


@router.get(f"{PATH}/{{measure}}/andra", summary="Change a measure")
def edit(request: Request, visit: Analyst, measure: MeasureId) -> Response:
    """The form with what it says now."""
    found, _ = _own(request, visit, measure)
    return _form_page(request, visit, opened(request, visit, found.table_id), Draft(form_of(found), {}), found)


@router.post(f"{PATH}/{{measure}}/andra", summary="Keep a measure as changed")
def change(request: Request, visit: Analyst, measure: MeasureId) -> Response:
    """Keep it; an effect that was shared of what it was before is shared no longer."""
    found, _ = _own(request, visit, measure)
    reading = opened(request, visit, found.table_id)
    draft = draft_of(visit.form, reading.shown.part)
    if draft.faults:
        return _form_page(request, visit, reading, draft, found)
    changed = draft.put(found)
    changed.effect = None
    measures_of(request).act(changed, _act(visit, "changed"), visit.note)
    return RedirectResponse(f"{PATH}/{measure}", 303)


def _measure_page(
    request: Request,
    visit: PageVisit,
    measure: Measure,
    notes: Sequence[MeasureNote],
    faults: Mapping[str, str] | None = None,
) -> Response:
    language = language_here(request)
    result = followed(request, visit, measure, "uppfoljning")
    part = result.reading.shown.part if result.reading else None
    names = names_in(part, language) if part else {}
    area = names.get(measure.area, measure.area)
    controls = ", ".join(names.get(each, each) for each in measure.controls)
    return page(
        request,
        "insats.html",
        visit,
        hatching=hatching(),
        measure=measure,
        notes=notes,
        names=names,
        area=area,
        controls=controls,
        steps=STEP_NAMES,
        did=DID,
        faults=faults or {},
        why=NOT_YET.get(result.why, ""),
        found=result.found,
        followed=shown(result.found, names, area, controls, language) if result.found else None,
        facts=facts_of(result.reading, language) if result.reading else None,
    )


def _form_page(
    request: Request, visit: PageVisit, reading: Reading, draft: Draft, measure: Measure | None = None
) -> Response:
    part, language = reading.shown.part, language_here(request)
    reading.note("page insats codes")
    given = dict.fromkeys((*PLAN, *CONTROLS), "") | dict(draft.said)
    told: dict[str, Any] = {
        "given": given,
        "faults": draft.faults,
        "choices": _choices(part, language),
        "steps": STEP_NAMES,
    }
    return page(request, "insats_form.html", visit, table=reading.grant.id, measure=measure, controls=CONTROLS, **told)


def _choices(part: Part, language: str) -> dict[str, list[tuple[str, str]]]:
    dimensions = part.dimensions
    named = {
        name: [(code.code, code.label.get(language, code.code)) for code in dimensions[name].values()]
        for name in ("area", "category")
    }
    return {**named, "period": [(period, period) for period in reversed(list(part.periods))]}


def _own(request: Request, visit: PageVisit, measure: str) -> tuple[Measure, Sequence[MeasureNote]]:
    """A measure of the visitor's party with its notes.

    Raises:
        NotFound: there is none, or it is another's.
    """
    found = measures_of(request).one(measure, visit.principal.party)
    if found is None:
        visit.note(Operation.DENY, decision=Decision.DENY, reasons=("nothing-of-the-callers",), note="measure")
        raise NotFound
    return found


def _change(request: Request, visit: PageVisit, measure: Measure, did: str) -> None:
    """What an act makes of a measure.

    Raises:
        BadRequest: there is no effect to share.
    """
    if did == "ended":
        measure.step = "assessment"
        measure.ends = measure.ends or _last_week(request, visit, measure)
    elif did == "shared":
        result = followed(request, visit, measure, "sharing")
        if result.found is None or result.reading is None:
            raise BadRequest("There is no effect to share yet")
        measure.effect, measure.step = to_share(result.found, result.reading.shown.release.id), "spread"
    elif did == "withdrawn":
        measure.effect = None


def _last_week(request: Request, visit: PageVisit, measure: Measure) -> str:
    return list(opened(request, visit, measure.table_id).shown.part.periods)[-1]


def _act(visit: PageVisit, did: Any, words: str = "") -> Act:  # noqa: ANN401 -- what a form sent is checked by Act
    return Act(did, visit.reception.new_id(), visit.principal.client, visit.at, words)


def _fresh(visit: PageVisit, table: str) -> Measure:
    """A measure that says nothing yet."""
    return Measure(
        id=visit.reception.new_id(),
        party=visit.principal.party,
        title="",
        problem="",
        cause="",
        action="",
        step="",
        owner="",
        table_id=table,
        area="",
        categories=[],
        controls=[],
        starts="",
        ends="",
        created_by=visit.principal.client,
        created_at=visit.at,
        changed_at=visit.at,
    )


def _note(visit: PageVisit, about: str, rows: int) -> None:
    visit.note(Operation.READ, decision=Decision.PERMIT, rows=rows, note=about)


def _plain(text: str) -> str:
    """A text that no spreadsheet takes for a formula (CWE-1236)."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
