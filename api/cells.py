"""How cells are asked for, and their shape in JSON."""

from typing import Final

from pydantic import Field

from api.catalogue import Transferred
from api.parameters import Filter, Instant, Limit, Page
from api.wire import Listed, Wire
from formats.registry import FORMATS as WRITTEN

FORMATS: Final = {name: form.media_type for name, form in WRITTEN.items()}
"""The media type of each format, the preferred one first."""
DEFAULT_LIMIT: Final = 20


class ListQuery(Wire):
    """Which page of a list."""

    limit: Limit = DEFAULT_LIMIT
    page: Page = 1


class TableQuery(ListQuery):
    """Which tables: all conditions must hold."""

    q: str | None = Field(
        None,
        max_length=200,
        description="Words that its id, titles, notes, areas or categories hold",
        examples=["klotter"],
    )
    area: Filter
    category: Filter
    period: str | None = Field(None, description="A period that it spans, in its own unit", examples=["2026-W07"])
    updated_since: Instant | None = Field(None, description="Released after this (RFC 3339)")


class CellQuery(Wire):
    """Which cells, and how they are written."""

    area: Filter
    category: Filter
    period: Filter
    release: str | None = Field(None, description="An earlier release; the newest that stands unless told")
    limit: Limit | None = Field(None, description=f"{DEFAULT_LIMIT} in JSON; files hold everything unless asked")
    page: Page = 1
    format: str | None = Field(None, json_schema_extra={"enum": list(FORMATS)})

    @property
    def whole(self) -> bool:
        """Whether everything of a release is asked for, so that the file is the same for all who have that part."""
        return not (self.area or self.category or self.period or self.limit) and self.page == 1

    def limited(self, written_as: str) -> int | None:
        """Cells on a page, None for all of them."""
        wants_pages = written_as == "json" or self.page > 1
        return self.limit or (DEFAULT_LIMIT if wants_pages else None)


class CellBody(Wire):
    """A cell; `count` is null where the status is `withheld` or `missing`."""

    area: str
    category: str
    period: str
    period_start: str
    count: int | None
    status: str


class Cells(Listed):
    """One page of cells, in the order of the table."""

    cells: list[CellBody]
    release_id: str
    agreement: str
    secrecy_transferred: Transferred | None
