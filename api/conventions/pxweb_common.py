"""What every route of PxWeb begins with: who asks, which table, and the parameters in whatever case they came."""

from typing import Annotated, Any, Final

from fastapi import Depends, Request

from api.errands import Errand, Visit, purpose_of
from api.problem_docs import documented
from api.problems import BadRequest, Gone, NotFound, PurposeMissing, RefusedByPolicy, UnknownCode
from api.reading import Reading, Readings
from auth.scopes import Scope

Tolerant = Annotated[Visit, Depends(Errand(Scope.TABLES, strict=False))]
"""A reader's client that sends parameters of its own with every call."""
REFUSALS: Final[dict[int | str, dict[str, Any]]] = documented(
    BadRequest, PurposeMissing, UnknownCode, RefusedByPolicy, NotFound, Gone
)


def opened(request: Request, visit: Visit, why: str | None, table_id: str) -> Reading:
    """The visitor's reading of a table.

    Raises:
        NotFound, RefusedByPolicy, Gone, PurposeMissing: it may not be read.
    """
    readings: Readings = request.app.state.readings
    return readings.open(visit, purpose_of(visit, why), table_id)


def asked(request: Request) -> dict[str, str]:
    """The query's parameters by their names in lower case."""
    return {name.lower(): value for name, value in request.query_params.items()}
