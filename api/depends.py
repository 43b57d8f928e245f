"""What an endpoint asks for, in words: who is visiting, and the ids and pages it was asked about."""

import re
from typing import Annotated, Final

from fastapi import Depends, Path, Request

from api.errands import Errand, Visit
from api.parameters import known_parameters
from api.reception import Reception
from auth.scopes import Scope


def _reception(request: Request) -> Reception:
    found: Reception = request.app.state.reception
    return found


_FORM: Final = re.compile("[a-z0-9-]+", re.ASCII)
_ID: Final = {"pattern": f"^{_FORM.pattern}$"}
"""Documented, not enforced: an id of another form does not exist, and answers like any other that does not."""


def is_id(text: str) -> bool:
    """Whether a text has the form of an id; no database is asked about any other."""
    return _FORM.fullmatch(text) is not None


Pusher = Annotated[Visit, Depends(Errand(Scope.DELIVERIES))]
Puller = Annotated[Visit, Depends(Errand(Scope.TABLES))]
PolicyOfficer = Annotated[Visit, Depends(Errand(Scope.AGREEMENTS))]
Auditor = Annotated[Visit, Depends(Errand(Scope.LOG))]
Anyone = Annotated[Visit, Depends(Errand(Scope.OWN_LOG))]
AtReception = Annotated[Reception, Depends(_reception)]
TableId = Annotated[str, Path(description="Id of a table", json_schema_extra=_ID)]
DatasetId = Annotated[str, Path(description="Id of a dataset", json_schema_extra=_ID)]
AgreementId = Annotated[str, Path(description="Id of an agreement", json_schema_extra=_ID)]
Digest = Annotated[str, Path(description="sha256 of a version's text", json_schema_extra={"pattern": "^[0-9a-f]{64}$"})]
DeliveryId = Annotated[str, Path(description="Id of a delivery", json_schema_extra=_ID)]
STRICT: Final = Depends(known_parameters)
"""On every route that is open to all: a query parameter that nobody reads is refused, as an errand does by itself."""
