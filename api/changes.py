"""What changed from one release of a table to the next, and why a release was withdrawn.

A release is compared with the one before it in the cells that the visitor may have of both, so nothing is told that it
could not find by reading them itself.
"""

from typing import Annotated, Any, Final

import polars as pl
from fastapi import APIRouter, Query, Request
from starlette.responses import JSONResponse

from api.cells import ListQuery
from api.depends import Puller, TableId
from api.errands import Purposes, purpose_of
from api.examples import shown
from api.problem_docs import documented
from api.problems import NotFound, PurposeMissing, RefusedByPolicy
from api.reading import Readings
from api.shelves import standing
from api.wire import BASE, Listed, Time, Wire, as_json, meta, paged
from formats.table import CellTable
from models.shelf import Release

_CELL: Final = ["area", "category", "period"]
_PAGE: Final[dict[str, Any]] = {
    "_meta": {"totalRecords": 1, "page": 1, "offset": 0, "limit": 20, "count": 1},
    "_links": {},
}
_CHANGE: Final = {
    "releaseId": "0b6f3c1e-8d0c-4a53-9c37-5d1f6a4a2b10",
    "releasedAt": "2026-11-17T06:00:00.000Z",
    "knownOn": "2026-11-17",
    "newPeriods": ["2026-W46"],
    "revisedCells": 0,
    "revisedPeriods": [],
    "withdrawnAt": None,
    "reason": None,
}

router = APIRouter(tags=["pull"])


class Change(Wire):
    """A release beside the one before it.

    `revised_cells` counts cells whose count or status is another than before; figures are revised in the vintages of
    the agreement's calendar alone, so outside them it is 0. `reason` is why a release was withdrawn.
    """

    release_id: str
    released_at: Time
    known_on: str
    new_periods: list[str]
    revised_cells: int
    revised_periods: list[str]
    withdrawn_at: Time | None
    reason: str | None


class ChangeList(Listed):
    """One page of changes, the newest first."""

    changes: list[Change]


@router.get(
    f"{BASE}/tables/{{table}}/changes",
    summary="What changed in a table, release by release",
    response_model=ChangeList,
    responses={
        200: shown({"changes": [_CHANGE], **_PAGE}),
        **documented(PurposeMissing, RefusedByPolicy, NotFound),
    },
)
def changes(
    request: Request, visit: Puller, table: TableId, query: Annotated[ListQuery, Query()], why: Purposes = None
) -> JSONResponse:
    """New periods and revised cells of each release; a withdrawn one says when and why."""
    readings: Readings = request.app.state.readings
    purpose = purpose_of(visit, why)
    reading = readings.open(visit, purpose, table)
    every = list(reading.releases)
    page = every[(query.page - 1) * query.limit : query.page * query.limit]

    def cells(release: Release) -> CellTable:
        return readings.open(visit, purpose, table, release.id).shown.part.cells

    found = [_change(one, cells, next(filter(standing, every[every.index(one) + 1 :]), None)) for one in page]
    reading.note("changes", rows=len(found))
    listed = [as_json(each) for each in found]
    return JSONResponse({"changes": listed, **paged(request, meta(len(every), query.page, query.limit, len(page)))})


def _change(release: Release, cells: Any, before: Release | None) -> Change:  # noqa: ANN401 -- reads a release's cells
    new, revised = [], pl.DataFrame({"period": []}, schema={"period": pl.String})
    if standing(release):
        own = cells(release).frame
        earlier = cells(before).frame if before else own.clear()
        new = own.join(earlier, on="period", how="anti")["period"].unique().sort().to_list()
        both = own.join(earlier, on=_CELL, how="inner", suffix="_before")
        revised = both.filter(
            pl.col("count").ne_missing(pl.col("count_before")) | (pl.col("status") != pl.col("status_before"))
        )
    return Change(
        release_id=release.id,
        released_at=release.released_at,
        known_on=release.known_on,
        new_periods=new,
        revised_cells=revised.height,
        revised_periods=revised["period"].unique().sort().to_list(),
        withdrawn_at=release.withdrawn_at,
        reason=release.withdrawn_reason,
    )
