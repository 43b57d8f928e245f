"""What an endpoint asks for, in words: who is visiting, and the ids and pages it was asked about."""

from typing import Annotated, Final

from fastapi import Depends, Path, Request

from api.errands import Errand, Visit
from api.parameters import known_parameters
from api.reception import Reception
from auth.scopes import Scope


def _reception(request: Request) -> Reception:
    found: Reception = request.app.state.reception
    return found


_ID: Final = {"pattern": "^[a-z0-9-]+$"}
"""Documented, not enforced: an id of another form does not exist, and answers like any other that does not."""

Pusher = Annotated[Visit, Depends(Errand(Scope.DELIVERIES))]
Puller = Annotated[Visit, Depends(Errand(Scope.TABLES))]
Auditor = Annotated[Visit, Depends(Errand(Scope.LOG))]
AtReception = Annotated[Reception, Depends(_reception)]
TableId = Annotated[str, Path(description="Id of a table", json_schema_extra=_ID)]
DatasetId = Annotated[str, Path(description="Id of a dataset", json_schema_extra=_ID)]
DeliveryId = Annotated[str, Path(description="Id of a delivery", json_schema_extra=_ID)]
STRICT: Final = Depends(known_parameters)
"""On every route that is open to all: a query parameter that nobody reads is refused, as an errand does by itself."""
