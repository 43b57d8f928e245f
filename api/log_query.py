"""What of the log is asked for, as it comes in and as the trail keeps it."""

from collections.abc import Collection
from dataclasses import fields
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field

from api.parameters import Filter, Instant, Limit, Page
from api.problems import UnknownCode
from api.wire import Wire, wire_time
from audit.entry import Decision, Operation
from formats.entries import CSV_MEDIA_TYPE, NDJSON_MEDIA_TYPE, ordered
from policies.parties import PURPOSES
from store.trail import EntryId
from store.trail_reading import Asked, Logged, TrailReader

FORMATS: Final = {"json": "application/json", "csv": CSV_MEDIA_TYPE, "ndjson": NDJSON_MEDIA_TYPE}
DEFAULT_LIMIT: Final = 20


def a_days_start(text: object) -> object:
    """A day begins at midnight UTC."""
    return f"{text}T00:00:00Z" if isinstance(text, str) and len(text) == len("2026-11-22") else text


def a_days_end(text: object) -> object:
    """A day lasts until its last second."""
    return f"{text}T23:59:59Z" if isinstance(text, str) and len(text) == len("2026-11-22") else text


class LogSpan(Wire):
    """Entries of a span of time, and which page of them; a moment may be a day."""

    operation: Filter
    table: Filter
    decision: Filter
    area: Filter
    purpose: Filter
    request_id: Filter
    start: Annotated[Instant | None, BeforeValidator(a_days_start)] = Field(None, alias="from")
    end: Annotated[Instant | None, BeforeValidator(a_days_end)] = Field(None, alias="to")
    order: Literal["newest", "oldest"] | None = Field(None, description="newest first on pages, else oldest first")
    limit: Limit | None = Field(None, description=f"{DEFAULT_LIMIT} on pages; files hold everything unless asked")
    page: Page = 1
    after: int | None = Field(None, ge=1, le=2**62, description="Where the page before ended, as its `next` link says")
    format: str | None = Field(None, json_schema_extra={"enum": list(FORMATS)})

    def wants_all(self, written_as: str) -> bool:
        """Whether everything is wanted, as a file from the oldest on, rather than a page."""
        return written_as != "json" and self.limit is None and self.page == 1 and self.order != "newest"

    def asked(self) -> Asked:
        """The filters, their fixed names checked.

        Raises:
            UnknownCode: an operation, decision or purpose that does not exist, or a span that ends before it begins.
        """
        if self.start and self.end and self.end < self.start:
            raise UnknownCode("'to' comes before 'from'")
        return Asked(
            operation=_among("operation", self.operation, tuple(Operation)),
            table=tuple(self.table),
            decision=_among("decision", self.decision, tuple(Decision)),
            purpose=_among("purpose", self.purpose, PURPOSES),
            request_id=tuple(self.request_id),
            area=tuple(self.area),
            start=self.start,
            end=self.end,
        )

    def found(self, reader: TrailReader, asked: Asked, written_as: str) -> list[Logged]:
        """The page that is asked for."""
        newest_first = self.order == "newest" or (self.order is None and written_as == "json")
        after = None if self.after is None else EntryId(self.after)
        limit = self.limit or DEFAULT_LIMIT
        return reader.read(asked, limit=limit, page=self.page, newest_first=newest_first, after=after)


class LogQuery(LogSpan):
    """What of the log is asked for; every filter takes several values."""

    actor: Filter
    party: Filter
    names: Annotated[bool, Field(description="Show names in CSV and NDJSON, where the auditor's mandate says so")] = (
        False
    )


def selection(asked: Asked) -> dict[str, tuple[str, ...]]:
    """The filters as the trail keeps them."""
    said: dict[str, Any] = {field.name: getattr(asked, field.name) for field in fields(asked)}
    spans = {name: (wire_time(said.pop(name)),) for name in ("start", "end") if said[name]}
    return {name: value for name, value in said.items() if value} | spans


def members(entry: Logged) -> dict[str, Any]:
    """An entry as it is shown."""
    return ordered({**entry.fields, "index": entry.index})


def _among(name: str, sent: list[str], known: Collection[str]) -> tuple[str, ...]:
    if strange := [value for value in sent if value not in known]:
        raise UnknownCode(f"{strange[0]!r} is no {name}; there are {', '.join(known)}")
    return tuple(sent)
