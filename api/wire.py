"""What goes over the wire besides cells: bodies in camelCase, times in UTC, lists with `_meta` and `_links`."""

from datetime import UTC, date, datetime
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer
from pydantic.alias_generators import to_camel
from starlette.requests import Request

BASE: Final = "/samsyn/v1"


def wire_time(time: datetime) -> str:
    """RFC 3339 in UTC to the millisecond, ended by Z."""
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


Time = Annotated[datetime, PlainSerializer(wire_time, return_type=str)]


class Wire(BaseModel):
    """A body in camelCase; what it does not name is refused where it comes in and never goes out."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="forbid", frozen=True)


class ProblemBody(BaseModel):
    """A problem document (RFC 9457); further members belong to the type."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str
    instance: str


class Link(Wire):
    """A link (Digg's profile HYP.11): an absolute URL, its relation, and the method to use."""

    href: str
    rel: str
    method: str = "GET"


class Meta(Wire):
    """Where a page lies in its list (FNS.13): pages from 1, offsets from 0; no total where it is too many to count."""

    total_records: int | None
    page: int
    offset: int
    limit: int
    count: int


class Listed(Wire):
    """A body that is one page of a list."""

    meta: Meta = Field(alias="_meta")
    links: dict[str, Link] = Field(alias="_links")


class ApiInfo(Wire):
    """What an API says about itself (VER.07)."""

    api_name: str
    api_version: str
    api_released: date
    api_documentation: str
    api_status: str


class Health(Wire):
    """Whether a process lives, or what keeps it from being ready."""

    status: str
    failing: list[str] = []


def meta(total: int | None, page: int, limit: int, count: int) -> Meta:
    """Page `page` of `limit` records, holding `count` of `total`; None where counting them all would cost too much."""
    return Meta(total_records=total, page=page, offset=(page - 1) * limit, limit=limit, count=count)


def links(request: Request, at: Meta) -> dict[str, Link]:
    """Links to this page and those around it, every other parameter kept (FNS.11, FNS.12)."""
    last = None if at.total_records is None else max(1, -(-at.total_records // at.limit))
    pages = {"self": at.page, "first": 1}
    if last is not None:
        pages["last"] = last
    if at.page > 1:
        pages["prev"] = at.page - 1 if last is None else min(at.page - 1, last)
    if at.count == at.limit if last is None else at.page < last:
        pages["next"] = at.page + 1
    return {rel: Link(href=_with_page(request, page, at.limit), rel=rel) for rel, page in pages.items()}


def paged(request: Request, at: Meta) -> dict[str, Any]:
    """The members that every list has."""
    return {"_meta": as_json(at), "_links": {rel: as_json(link) for rel, link in links(request, at).items()}}


def as_json(body: BaseModel) -> dict[str, Any]:
    """A body as JSON values under its wire names."""
    return body.model_dump(mode="json", by_alias=True)


def _with_page(request: Request, page: int, limit: int) -> str:
    kept = [(name, value) for name, value in request.query_params.multi_items() if name not in ("page", "limit")]
    query = urlencode([*kept, ("limit", limit), ("page", page)])
    return str(request.url.replace(query=query))
