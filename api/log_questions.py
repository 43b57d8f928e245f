"""The questions an auditor asks most, each one request; the answer is rows that say whom and what they are about."""

from itertools import islice
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import BeforeValidator, Field
from starlette.responses import JSONResponse, Response

from api import examples
from api.depends import Auditor
from api.errands import Errand, Purposes, purpose_of
from api.examples import shown
from api.log_query import DEFAULT_LIMIT, a_days_end, a_days_start
from api.log_reach import DEFAULT_PURPOSE, Reach
from api.parameters import Filter, Instant, Limit, Page
from api.problem_docs import documented
from api.problems import BadRequest, NotFound, PurposeMissing, UnknownCode, UnknownParameter, WrongRole
from api.wire import BASE, Listed, Wire, meta, paged
from auth.scopes import Scope
from store.trail_answers import QUESTIONS, Question
from store.trail_reading import Asked

LIST: Final = f"{BASE}/log-questions"
PATH: Final = f"{LIST}/{{question}}"
QuestionId = Annotated[str, Path(description="Id of a question", json_schema_extra={"enum": list(QUESTIONS)})]

EXAMPLE: Final[dict[str, Any]] = {
    "question": {
        "id": "refusals-by-reason",
        "sv": "Vad har nekats, och varför?",
        "en": "What was refused, and why?",
        "needs": [],
    },
    "answers": [
        {
            "reason": "purpose",
            "times": 2,
            "parties": ["huddinge"],
            "first": "2026-11-20T08:00:00Z",
            "last": "2026-11-22T09:00:00Z",
        }
    ],
    "_meta": examples.LOG_ENTRIES["_meta"],
    "_links": examples.LOG_ENTRIES["_links"],
}

router = APIRouter(tags=["review"])


class Asking(Wire):
    """What a question is about, and which page of its answer."""

    actor: Filter
    party: Filter
    table: Filter
    start: Annotated[Instant | None, BeforeValidator(a_days_start)] = Field(None, alias="from")
    end: Annotated[Instant | None, BeforeValidator(a_days_end)] = Field(None, alias="to")
    limit: Limit = DEFAULT_LIMIT
    page: Page = 1

    def asked(self, question: Question) -> Asked:
        """As filters.

        Raises:
            BadRequest: the question means nothing without a filter that is missing.
            UnknownCode: the span ends before it begins.
        """
        given = {"actor": tuple(self.actor), "party": tuple(self.party), "table": tuple(self.table)}
        if missing := [name for name in question.needs if not given[name]]:
            raise BadRequest(f"This question needs {missing[0]!r}: say about which")
        if self.start and self.end and self.end < self.start:
            raise UnknownCode("'to' comes before 'from'")
        return Asked(**given, start=self.start, end=self.end)


class LogQuestion(Wire):
    """A question that can be asked."""

    id: str
    sv: str
    en: str
    needs: list[str]


class LogQuestions(Wire):
    """Every question that can be asked."""

    log_questions: list[LogQuestion]


class LogAnswer(Listed):
    """One page of an answer."""

    question: LogQuestion
    answers: list[dict[str, Any]]


@router.get(
    LIST,
    summary="The questions that can be asked of the log",
    responses={200: shown({"logQuestions": [EXAMPLE["question"]]}), **documented(UnknownParameter, WrongRole)},
    dependencies=[Depends(Errand(Scope.LOG))],
)
def log_questions() -> LogQuestions:
    """Every question with what it needs; nothing of the log is shown."""
    return LogQuestions(log_questions=[_told(name, question) for name, question in QUESTIONS.items()])


@router.get(
    PATH,
    summary="The answer to a question, from the log",
    response_model=LogAnswer,
    responses={
        200: shown(EXAMPLE),
        **documented(BadRequest, NotFound, PurposeMissing, UnknownCode, UnknownParameter, WrongRole),
    },
)
def log_answer(
    request: Request, visit: Auditor, question: QuestionId, query: Annotated[Asking, Query()], why: Purposes = None
) -> Response:
    """The answer as rows, within the auditor's mandate; `from` and `to` keep it small."""
    if question not in QUESTIONS:
        raise NotFound(f"There is no such question; there are {', '.join(QUESTIONS)}")
    chosen, auditing = QUESTIONS[question], request.app.state.review
    reach = Reach.of(visit, auditing)
    asked = reach.within(query.asked(chosen))
    purpose = purpose_of(visit, why or visit.principal.purpose or DEFAULT_PURPOSE)
    first = (query.page - 1) * query.limit
    rows = list(islice(chosen.answer(auditing.reader, asked), first, first + query.limit + 1))
    page, more = rows[: query.limit], len(rows) > query.limit
    reach.note(asked, purpose, f"question {question}", rows=len(page))
    total = None if more or (first and not page) else first + len(page)
    at = meta(total, query.page, query.limit, len(page))
    told = _told(question, chosen).model_dump(by_alias=True)
    return JSONResponse({"question": told, "answers": page, **paged(request, at)})


def _told(name: str, question: Question) -> LogQuestion:
    return LogQuestion(id=name, sv=question.sv, en=question.en, needs=list(question.needs))
