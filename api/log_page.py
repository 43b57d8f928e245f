"""One page of the log as JSON, whose links lead from place to place."""

from typing import Any

from fastapi import Request
from starlette.datastructures import URL
from starlette.responses import JSONResponse, Response

from api.log_query import DEFAULT_LIMIT, LogSpan, members
from api.wire import Listed, meta, paged
from store.trail_reading import Asked, Logged, TrailReader


class LogEntries(Listed):
    """One page of the log."""

    log_entries: list[dict[str, Any]]


def page(request: Request, query: LogSpan, found: list[Logged], reader: TrailReader, asked: Asked) -> Response:
    """One page of entries as JSON."""
    total = _known(query, found)
    total = reader.count(asked) if total is None else total
    at = meta(total, query.page, query.limit or DEFAULT_LIMIT, len(found))
    body = {"logEntries": [members(entry) for entry in found], **paged(request, at)}
    _link_by_place(body["_links"], query, found)
    return JSONResponse(body)


def _link_by_place(links: dict[str, dict[str, str]], query: LogSpan, found: list[Logged]) -> None:
    """Let the next page begin where this one ended: no deeper page is slower, and new entries move nothing."""
    places = {"self": query.after, "next": found[-1].entry_id if found else None}
    for rel, link in links.items():
        url, place = URL(link["href"]).remove_query_params("after"), places.get(rel)
        link["href"] = str(url if place is None else url.include_query_params(after=place))


def _known(query: LogSpan, found: list[Logged]) -> int | None:
    """How many there are, where the page itself tells: it is the last one, and pages were counted up to it."""
    limit = query.limit or DEFAULT_LIMIT
    ends = len(found) < limit and query.after is None and (found or query.page == 1)
    return (query.page - 1) * limit + len(found) if ends else None
