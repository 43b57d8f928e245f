"""What has been released, and what will be: for those who follow tables instead of asking for them every time."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Final, get_args

from fastapi import APIRouter, Query, Request
from pydantic import Field
from starlette.responses import JSONResponse, Response

from api.answers import Validators, answer, chosen, etag, known, not_modified
from api.cells import ListQuery
from api.conventions.ogc_filters import last_day
from api.depends import Puller
from api.described import href
from api.errands import Purposes, Visit, purpose_of
from api.examples import shown
from api.granted import granted, note_list
from api.parameters import Filter, Instant
from api.problem_docs import documented
from api.problems import NotAcceptable, PurposeMissing, UnknownCode
from api.reading import Readings
from api.wire import BASE, Listed, Time, Wire, as_json, meta, paged
from formats.feed import ATOM_MEDIA_TYPE, RSS_MEDIA_TYPE, News, write_atom, write_rss
from formats.table import period_start
from models.shelf import Release
from policies.agreement import TableGrant
from policies.terms import Calendar, Weekday

PATH: Final = f"{BASE}/releases"
FORMATS: Final = {"json": "application/json", "atom": ATOM_MEDIA_TYPE, "rss": RSS_MEDIA_TYPE}
AHEAD: Final = 8
"""How many coming periods the calendar tells of."""
_WEEKDAYS: Final[tuple[str, ...]] = get_args(Weekday)

router = APIRouter(tags=["pull"])


class ReleaseQuery(ListQuery):
    """Which releases."""

    table: Filter
    since: Instant | None = Field(None, description="Only what happened after this (RFC 3339)")
    format: str | None = Field(None, json_schema_extra={"enum": list(FORMATS)})


class ReleaseNews(Wire):
    """A release of a table, and when and why it was withdrawn if it was."""

    table: str
    release_id: str
    released_at: Time
    known_on: str
    first_period: str
    last_period: str
    status: str
    withdrawn_at: Time | None
    withdrawn_reason: str | None


class ReleaseList(Listed):
    """One page of releases, the newest first."""

    releases: list[ReleaseNews]


class Coming(Wire):
    """A period of a table, and the day from which it may be released."""

    table: str
    period_start: date
    period_end: date
    earliest_on: date


class CalendarList(Listed):
    """One page of the calendar."""

    coming: list[Coming]


_PAGE: Final[dict[str, Any]] = {
    "_meta": {"totalRecords": 1, "page": 1, "offset": 0, "limit": 20, "count": 1},
    "_links": {},
}
_NEWS: Final = {
    "table": "huddinge-storningar",
    "releaseId": "0b6f3c1e-8d0c-4a53-9c37-5d1f6a4a2b10",
    "releasedAt": "2026-11-17T06:00:00.000Z",
    "knownOn": "2026-11-17",
    "firstPeriod": "2024-W01",
    "lastPeriod": "2026-W46",
    "status": "released",
    "withdrawnAt": None,
    "withdrawnReason": None,
}
_COMING: Final = {
    "table": "huddinge-storningar",
    "periodStart": "2026-11-16",
    "periodEnd": "2026-11-22",
    "earliestOn": "2026-11-23",
}


@router.get(
    PATH,
    summary="What has been released",
    response_model=ReleaseList,
    responses={
        200: {
            "description": "Releases, the newest first",
            "content": shown({"releases": [_NEWS], **_PAGE})["content"] | {ATOM_MEDIA_TYPE: {}, RSS_MEDIA_TYPE: {}},
        },
        304: {"description": "What the caller has is still so"},
        **documented(PurposeMissing, UnknownCode, NotAcceptable),
    },
)
def releases(
    request: Request, visit: Puller, query: Annotated[ReleaseQuery, Query()], why: Purposes = None
) -> Response:
    """Every release of the tables that the caller may read, as JSON or a feed; a withdrawn one says so."""
    written_as = chosen(request, query.format, FORMATS)
    purpose = purpose_of(visit, why)
    found = _found(request, visit, purpose, query)
    page = found[(query.page - 1) * query.limit : query.page * query.limit]
    note_list(visit, purpose, len(page), "list of releases")
    validators = Validators(
        etag(written_as, str(request.url), *(f"{each.id} {each.status}" for _, each in page), str(len(found)))
    )
    if known(request, validators):
        return not_modified(request, validators)
    if written_as == "json":
        listed = [as_json(news(release)) for _, release in page]
        body = JSONResponse(
            {"releases": listed, **paged(request, meta(len(found), query.page, query.limit, len(page)))}
        ).body
    else:
        told = [_told(request, grant, release) for grant, release in page]
        own = str(request.url)
        body = write_atom(told, own, visit.at) if written_as == "atom" else write_rss(told, own)
    return answer(request, bytes(body), FORMATS[written_as], validators)


@router.get(
    f"{BASE}/release-calendar",
    summary="What will be released, and when at the earliest",
    response_model=CalendarList,
    responses={200: shown({"coming": [_COMING], **_PAGE}), **documented(PurposeMissing)},
)
def calendar(
    request: Request, visit: Puller, query: Annotated[ListQuery, Query()], why: Purposes = None
) -> JSONResponse:
    """The periods that come next in each table; the agreement's delay has passed on `earliestOn`."""
    purpose = purpose_of(visit, why)
    readings: Readings = request.app.state.readings
    every = sorted(
        (each for grant, release in granted(readings, visit, purpose) for each in coming(grant, release)),
        key=lambda each: (each.earliest_on, each.table),
    )
    page = every[(query.page - 1) * query.limit : query.page * query.limit]
    note_list(visit, purpose, len(page), "release calendar")
    listed = [as_json(each) for each in page]
    return JSONResponse({"coming": listed, **paged(request, meta(len(every), query.page, query.limit, len(page)))})


def coming(grant: TableGrant, release: Release) -> Iterator[Coming]:
    """The periods after a release's last, as far as the calendar tells and the grant goes."""
    start = period_start(release.last_period)
    for _ in range(AHEAD):
        start = last_day(start, grant.period_unit) + timedelta(days=1)
        if grant.last is not None and start > period_start(grant.last):
            return
        end = last_day(start, grant.period_unit)
        earliest = released_on(end + timedelta(days=grant.delay_days + 1), grant.calendar)
        yield Coming(table=grant.id, period_start=start, period_end=end, earliest_on=earliest)


def released_on(day: date, calendar: Calendar) -> date:
    """The first day of release that is not before `day`."""
    if calendar.weekday is not None:
        return day + timedelta(days=(_WEEKDAYS.index(calendar.weekday) - day.weekday()) % 7)
    wanted = calendar.day or 1
    return (
        day.replace(day=wanted) if day.day <= wanted else (day.replace(day=1) + timedelta(days=31)).replace(day=wanted)
    )


def news(release: Release) -> ReleaseNews:
    """A release as the list has it."""
    return ReleaseNews(
        table=release.table_id,
        release_id=release.id,
        released_at=release.released_at,
        known_on=release.known_on,
        first_period=release.first_period,
        last_period=release.last_period,
        status=release.status,
        withdrawn_at=release.withdrawn_at,
        withdrawn_reason=release.withdrawn_reason,
    )


def changed_at(release: Release) -> datetime:
    """When something last happened to a release."""
    return release.withdrawn_at or release.released_at


def _found(request: Request, visit: Visit, purpose: str, query: ReleaseQuery) -> list[tuple[TableGrant, Release]]:
    readings: Readings = request.app.state.readings
    grants = {grant.id: grant for grant, _ in granted(readings, visit, purpose)}
    strange = next((name for name in query.table if name not in grants), None)
    if strange is not None:
        raise UnknownCode(f"{strange!r} is no table that you may read")
    wanted = query.table or list(grants)
    every = [(grants[name], release) for name in wanted for release in readings.shelves.releases(name)]
    recent = [(grant, one) for grant, one in every if query.since is None or changed_at(one) > query.since]
    return sorted(recent, key=lambda each: (changed_at(each[1]), each[1].id), reverse=True)


def _told(request: Request, grant: TableGrant, release: Release) -> News:
    gone = release.withdrawn_at is not None
    title = f"{grant.title.sv}: {'återkallad' if gone else release.last_period}"
    summary = release.withdrawn_reason if gone else f"{release.first_period}–{release.last_period}, {release.known_on}"
    key = f"{release.id}{':withdrawn' if gone else ''}"
    return News(key, title, summary or "", href(request, f"{BASE}/tables/{grant.id}"), changed_at(release))
