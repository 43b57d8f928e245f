"""Granskning: the verdict on the log first, then who read what; people are pseudonyms until a name is asked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import islice
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import Field
from starlette.responses import Response

from api.errands import SWEDEN
from api.log_names import log_name
from api.log_query import members
from api.log_reach import DEFAULT_PURPOSE, Auditing, Reach, file
from api.pages.granskning_proof import card_of
from api.pages.granskning_verdict import Verdicts
from api.pages.rendering import page
from api.pages.words import said
from api.problems import BadRequest, NotFound, UnknownCode
from api.sign_in_errand import PageErrand, PageVisit
from api.wire import Wire
from audit.entry import Decision, Operation
from audit.names import PREFIX, pseudonym, unnamed
from auth.scopes import Scope
from store.trail import EntryId
from store.trail_answers import QUESTIONS
from store.trail_log import TrailLog
from store.trail_names import name_behind
from store.trail_reading import Asked, Logged, TrailReader, entry_at

PATH: Final = "/granskning"
ON_A_PAGE: Final = 25
MOST_ANSWERS: Final = 200
OPERATIONS: Final[Mapping[str, str]] = {
    Operation.READ: said("läst"),
    Operation.DENY: said("nekad"),
    Operation.COLLECT: said("levererat"),
    Operation.RELEASE: said("utgiven"),
    Operation.WITHDRAW: said("tillbakadragen"),
    Operation.REVIEW: said("granskat"),
    Operation.REVEAL: said("visat namn"),
    Operation.ADMINISTER: said("ändrat"),
    Operation.ALTER: said("ändrat uppgift"),
    Operation.DISCLOSE: said("lämnat ut"),
    Operation.COMBINE: said("sammanfört"),
    Operation.ERASE: said("gallrat"),
    Operation.SIGN_IN: said("loggat in"),
    Operation.TOKEN: said("hämtat nyckel"),
}
"""What each operation is called."""
DECISIONS: Final[Mapping[str, str]] = {
    Decision.PERMIT: said("Tillåten"),
    Decision.DENY: said("Nekad"),
    Decision.NONE: said("Utan prövning"),
}
"""What each decision is called."""

router = APIRouter(tags=["pages"], include_in_schema=False)

Auditor = Annotated[PageVisit, Depends(PageErrand(Scope.LOG))]


class LogFilter(Wire):
    """Which entries; what is empty is as if it were left out."""

    vem: str = Field("", max_length=200, description="A pseudonym, or whoever acted")
    part: str = Field("", max_length=200)
    tabell: str = Field("", max_length=200)
    handelse: str = ""
    beslut: str = ""
    fran: str = Field("", description="The first day")
    till: str = Field("", description="The last day")

    def asked(self, reader: TrailReader, secret: bytes, auditor: str, *, names: bool) -> Asked:
        """As the trail is asked.

        Raises:
            UnknownCode: an operation, decision or day that does not exist, or a name where the mandate shows none.
        """
        name = self.vem.strip()
        if name and not name.startswith(PREFIX) and not names:
            raise UnknownCode("Write a pseudonym: this mandate shows no names, so it asks by none")
        if name.startswith(PREFIX):
            name = name_behind(reader.engine, secret, auditor, name) or name
        return Asked(
            actor=(name,) if name else (),
            party=_one(self.part),
            table=_one(self.tabell),
            operation=_among(self.handelse, OPERATIONS),
            decision=_among(self.beslut, DECISIONS),
            start=_day(self.fran, time.min),
            end=_day(self.till, time.max),
        )

    def link(self, path: str, **more: object) -> str:
        """A link with the same filters."""
        kept = {name: value for name, value in {**self.model_dump(), **more}.items() if value}
        return f"{path}?{urlencode(kept)}" if kept else path


class LogPage(LogFilter):
    """Which page of the entries, and whether the whole log is to be tried again."""

    efter: int | None = Field(None, ge=1, le=2**62)
    prova: bool = False


class ExportQuery(LogFilter):
    """How the entries are written that are taken away."""

    format: str = "csv"


@dataclass(frozen=True)
class Desk:
    """An auditor's visit: what it reaches, and how names are hidden from it."""

    reach: Reach
    auditing: Auditing
    secret: bytes

    @classmethod
    def of(cls, request: Request, visit: PageVisit) -> "Desk":
        """The desk of whoever visits."""
        auditing: Auditing = request.app.state.review
        return cls(Reach.of(visit, auditing), auditing, auditing.secret())

    @property
    def auditor(self) -> str:
        """The party whose pseudonyms these are."""
        return self.reach.visit.principal.party

    @property
    def purpose(self) -> str:
        """What the log is read for."""
        return self.reach.visit.principal.purpose or DEFAULT_PURPOSE

    def asked(self, query: LogFilter) -> Asked:
        """What is asked for, as far as the mandate goes."""
        names = self.reach.mandate.names
        return self.reach.within(query.asked(self.auditing.reader, self.secret, self.auditor, names=names))

    def shown(self, entry: Logged) -> dict[str, Any]:
        """An entry's members with pseudonyms for people."""
        return {**unnamed(members(entry), self.secret, self.auditor), "id": entry.entry_id, "erased": entry.erased}

    def hidden(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """A row of an answer with pseudonyms for people, and without what they wrote."""
        shown = {name: value for name, value in row.items() if name != "justification" and value not in (None, [], {})}
        if shown.get("actor"):
            shown["actor"] = pseudonym(self.secret, self.auditor, shown["actor"])
        return shown


@router.get(PATH, summary="Who read what")
def review(request: Request, visit: Auditor, query: Annotated[LogPage, Query()]) -> Response:
    """The verdict, the ready questions, and a page of entries, newest first."""
    desk, verdicts = Desk.of(request, visit), _verdicts(request)
    asked = desk.asked(query)
    after = None if query.efter is None else EntryId(query.efter)
    found = desk.auditing.reader.read(asked, limit=ON_A_PAGE, newest_first=True, after=after)
    desk.reach.note(asked, desk.purpose, "page granskning", rows=len(found))
    older = (
        query.model_copy(update={"prova": False}).link(PATH, efter=found[-1].entry_id)
        if len(found) == ON_A_PAGE
        else ""
    )
    return page(
        request,
        "granskning.html",
        visit,
        verdict=verdicts.now(visit.at, whole=query.prova),
        query=query,
        entries=[desk.shown(entry) for entry in found],
        older=older,
        questions=QUESTIONS,
        operations=OPERATIONS,
        decisions=DECISIONS,
        mandate=desk.reach.mandate,
    )


@router.get(f"{PATH}/fraga/{{question}}", summary="A ready question")
def question(
    request: Request, visit: Auditor, question: Annotated[str, Path()], query: Annotated[LogFilter, Query()]
) -> Response:
    """The question's answer as a table, or what it needs to be told."""
    chosen = QUESTIONS.get(question)
    if chosen is None:
        raise NotFound
    desk = Desk.of(request, visit)
    asked = desk.asked(query)
    lacks = [name for name in chosen.needs if not getattr(asked, name)]
    rows: list[dict[str, Any]] = []
    if not lacks:
        answers = islice(chosen.answer(desk.auditing.reader, asked), MOST_ANSWERS)
        rows = [desk.hidden(row) for row in answers]
        desk.reach.note(asked, desk.purpose, f"page question {question}", rows=len(rows))
    columns = list(dict.fromkeys(name for row in rows for name in row))
    told: dict[str, Any] = {
        "name": question,
        "question": chosen,
        "lacks": lacks,
        "rows": rows,
        "columns": columns,
        "query": query,
    }
    return page(request, "granskning_fraga.html", visit, **told, most=MOST_ANSWERS, operations=OPERATIONS)


@router.get(f"{PATH}/export", summary="The entries as a file")
def export(request: Request, visit: Auditor, query: Annotated[ExportQuery, Query()]) -> Response:
    """Everything that the filters find, oldest first, with pseudonyms for people."""
    if query.format not in ("csv", "ndjson"):
        raise UnknownCode(f"{query.format!r} is no format here; there are csv and ndjson")
    desk = Desk.of(request, visit)
    asked = desk.asked(query)
    desk.reach.note(asked, desk.purpose, f"page export {query.format}")
    found = file(desk.auditing.reader.stream(asked), query.format, (desk.secret, desk.auditor))
    found.headers["content-disposition"] = f'attachment; filename="samsyn-log.{query.format}"'
    return found


@router.get(f"{PATH}/post/{{index}}", summary="An entry with its proof")
def entry(request: Request, visit: Auditor, index: Annotated[int, Path(ge=0, le=2**62)]) -> Response:
    """What the entry says, and what proves that it stands in the log unchanged."""
    return _entry_page(request, visit, index)


@router.get(f"{PATH}/post/{{index}}/bevis", summary="An entry's proof")
def proof(request: Request, visit: Auditor, index: Annotated[int, Path(ge=0, le=2**62)]) -> Response:
    """The proof in the open form (c2sp.org/tlog-proof), which can be checked without this service."""
    desk = Desk.of(request, visit)
    _entry(desk, index)
    receipt = TrailLog(desk.auditing.reader.engine).receipt(index)
    if receipt is None:
        raise NotFound("No signed checkpoint has this entry yet; try again shortly")
    desk.reach.note(Asked(), desk.purpose, f"page proof {index}", rows=1)
    headers = {"content-disposition": f'attachment; filename="post-{index}.tlog-proof"', "cache-control": "no-store"}
    return Response(receipt.text, media_type="text/plain", headers=headers)


@router.post(f"{PATH}/post/{{index}}/namn", summary="Reveal who acted")
def reveal(request: Request, visit: Auditor, index: Annotated[int, Path(ge=0, le=2**62)]) -> Response:
    """The entry with the name of whoever acted; that it was shown is in the log before it is."""
    desk = Desk.of(request, visit)
    actor = _entry(desk, index).fields.get("actor")
    if not actor:
        raise BadRequest("The entry names nobody")
    told = log_name(request, visit, pseudonym(desk.secret, desk.auditor, actor))
    return _entry_page(request, visit, index, name=told.actor)


def _entry_page(request: Request, visit: PageVisit, index: int, name: str = "") -> Response:
    desk, verdicts = Desk.of(request, visit), _verdicts(request)
    found = _entry(desk, index)
    card = card_of(desk.auditing.reader.engine, found, verdicts.key())
    desk.reach.note(Asked(), desk.purpose, f"page entry {index}", rows=1)
    return page(
        request,
        "granskning_post.html",
        visit,
        entry=desk.shown(found),
        at=datetime.fromisoformat(found.fields["time"]),
        name=name,
        card=card,
        may_name=desk.reach.mandate.names,
        operations=OPERATIONS,
        decisions=DECISIONS,
    )


def _entry(desk: Desk, index: int) -> Logged:
    """The entry at a place, as far as the mandate goes.

    Raises:
        NotFound: there is none, or it is of a party that the mandate does not name.
    """
    found, seen = entry_at(desk.auditing.reader.engine, index), desk.reach.mandate.parties
    if found is None or (seen is not None and found.fields.get("party") not in seen):
        raise NotFound("No entry within this mandate stands there")
    return found


def _verdicts(request: Request) -> Verdicts:
    found: Verdicts = request.app.state.verdicts
    return found


def _one(text: str) -> tuple[str, ...]:
    return (text.strip(),) if text.strip() else ()


def _among(text: str, known: Mapping[str, str]) -> tuple[str, ...]:
    if text and text not in known:
        raise UnknownCode(f"{text!r} is none of {', '.join(known)}")
    return (text,) if text else ()


def _day(text: str, at: time) -> datetime | None:
    """A moment of a day in Sweden."""
    try:
        return datetime.combine(date.fromisoformat(text), at, SWEDEN) if text else None
    except ValueError:
        raise UnknownCode(f"{text!r} is no day; write it as 2026-11-22") from None
