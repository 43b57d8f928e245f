"""Every way in which a door says no, and the one place where a problem type (RFC 9457) is named.

    Problem
    ├── BadRequest               400  the request cannot be understood
    │   ├── UnknownParameter     400  a parameter or header nobody reads, or one that must be sent
    │   ├── UnknownCode          400  a code, period or date that the table or the log does not know
    │   └── PurposeMissing       400  no purpose was stated and the client has no default
    ├── Unauthenticated          401  no token, or one that is not accepted
    ├── WrongRole                403  the caller's roles do not hold this errand
    ├── SignatureRefused         403  the delivery is not signed as its sender's registration says
    ├── RefusedByPolicy          403  a party to the agreement is told every reason and citation
    ├── Forged                   403  a form that no page of ours gave out for this session
    ├── NotFound                 404  nothing here for this caller, whether or not it exists
    ├── MethodNotAllowed         405  with every allowed method in Allow
    ├── NotAcceptable            406  none of the accepted formats is written here
    ├── StillInFlight            409  a delivery under the same key has not been answered yet
    ├── StepRefused              409  the life of the agreement does not allow this step now
    ├── Gone                     410  a release that was withdrawn
    ├── BodyTooLarge             413
    ├── UnsupportedMediaType     415
    ├── RangeNotSatisfiable      416  the file has no such bytes
    ├── InvalidDelivery          422  every bad row by number, or a body that does not read
    ├── InvalidAgreement         422  every fault of an agreement's text by line
    ├── KeyReused                422  the same Idempotency-Key with another body
    ├── TooManyRequests          429  with Retry-After
    ├── Internal                 500  ours; nothing more is said
    ├── DatabaseUnavailable      503  what the door stands on does not answer
    ├── RightsMoved              503  a right or a release changed while the question was answered
    └── TrailUnavailable         503  no trace, no data

Problems are exceptions because they end a request; verdicts of policies are values and become problems at the door.
They derive from Starlette's HTTPException, the one kind that FastAPI lets through while a body is being read.
"""

from collections.abc import Iterator, Mapping
from math import ceil
from typing import Any, ClassVar, Final

from starlette.exceptions import HTTPException

MEDIA_TYPE: Final = "application/problem+json"
TYPES: Final = "/samsyn/v1/openapi.json#/x-problems/"
"""What a problem's `type` begins with: it leads to the sentence that explains it."""


class Problem(HTTPException):
    """Something that ends a request, as a problem document.

    Attributes:
        name: the last part of `type`.
        status: the HTTP status.
        title: a sentence that is the same for every occurrence.
        detail: what was wrong this time and what would be right.
        extra: further members of the document.
    """

    name: ClassVar[str]
    status: ClassVar[int]
    title: ClassVar[str]

    def __init__(
        self, detail: str = "", *, headers: Mapping[str, str] | None = None, extra: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(self.status, detail or self.title, dict(headers or {}))
        self.extra = dict(extra or {})

    def document(self, instance: str) -> dict[str, Any]:
        """The problem document of RFC 9457 §3; `instance` names this occurrence, a request id."""
        return {
            "type": f"{TYPES}{self.name}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "instance": f"urn:uuid:{instance}",
            **self.extra,
        }


class BadRequest(Problem):
    """The request cannot be understood."""

    name, status, title = "bad-request", 400, "The request cannot be understood"


class UnknownParameter(BadRequest):
    """A parameter or header that nobody reads, or one that must be sent and was not."""

    name, title = "unknown-parameter", "A parameter is missing or not known here"


class UnknownCode(BadRequest):
    """A code, period or date that is not known here."""

    name, title = "unknown-code", "A code or value is not known here"


class PurposeMissing(BadRequest):
    """No purpose was stated and the client has no default."""

    name, title = "purpose-missing", "A reading needs a purpose that is known"


class Unauthenticated(Problem):
    """No token, or one that is not accepted; why is for the trail, not for the caller."""

    name, status, title = "unauthenticated", 401, "A valid access token is needed"

    def __init__(self, challenge: str = 'Bearer realm="samsyn"', *, nonce: str = "") -> None:
        super().__init__(headers={"WWW-Authenticate": challenge, **({"DPoP-Nonce": nonce} if nonce else {})})


class WrongRole(Problem):
    """The caller's roles, or its token's scopes, do not hold this errand."""

    name, status, title = "wrong-role", 403, "The caller's role does not allow this"


class SignatureRefused(Problem):
    """The delivery is not signed, or its signature does not hold; why is for the trail, not for the caller."""

    name, status, title = "signature-refused", 403, "The delivery must carry a signature that holds"


class RefusedByPolicy(Problem):
    """A party to the agreement is refused, and told every reason with its citation."""

    name, status, title = "refused-by-policy", 403, "The rules do not allow this reading"


class Forged(Problem):
    """A form that no page of ours has given out for this session, or that came from elsewhere."""

    name, status, title = "forged-form", 403, "The form is out of date: load the page again"


class NotFound(Problem):
    """Nothing here for this caller, whether or not it exists."""

    name, status, title = "not-found", 404, "There is nothing here for you"


class MethodNotAllowed(Problem):
    """The resource exists and has other methods."""

    name, status, title = "method-not-allowed", 405, "The resource has other methods"


class NotAcceptable(Problem):
    """None of the accepted formats is written here."""

    name, status, title = "not-acceptable", 406, "None of the accepted formats is written here"


class StillInFlight(Problem):
    """A delivery under the same key has not been answered yet."""

    name, status, title = "still-in-flight", 409, "A delivery with the same key is still being received"


class StepRefused(Problem):
    """The life of the agreement does not allow this step, or not by this person, now."""

    name, status, title = "step-refused", 409, "The step cannot be taken"


class Gone(Problem):
    """A release that was withdrawn; the newest that stands is had without naming one."""

    name, status, title = "withdrawn", 410, "The release was withdrawn"


class BodyTooLarge(Problem):
    """The body is larger than this resource takes."""

    name, status, title = "body-too-large", 413, "The body is too large"


class UnsupportedMediaType(Problem):
    """The body is of a kind that is not read here."""

    name, status, title = "unsupported-media-type", 415, "The body is of a kind that is not read here"


class RangeNotSatisfiable(Problem):
    """The file has no such bytes; Content-Range says how long it is."""

    name, status, title = "range-not-satisfiable", 416, "The file has no such bytes"


class InvalidDelivery(Problem):
    """Every bad row of a delivery, by number; nothing was kept."""

    name, status, title = "invalid-delivery", 422, "The delivery has errors and nothing of it was kept"


class InvalidAgreement(Problem):
    """Every fault of an agreement's text with its line; nothing was kept."""

    name, status, title = "invalid-agreement", 422, "The agreement's text does not hold and was not kept"


class KeyReused(Problem):
    """The same Idempotency-Key came with another body."""

    name, status, title = "key-reused", 422, "The Idempotency-Key belongs to another delivery"


class TooManyRequests(Problem):
    """The caller should wait."""

    name, status, title = "too-many-requests", 429, "Too many requests"

    @classmethod
    def after(cls, seconds: float) -> "TooManyRequests":
        """For a caller that may come again after so many seconds."""
        whole = max(1, ceil(seconds))
        return cls(f"Wait {whole} s before trying again", headers={"Retry-After": str(whole)})


class Internal(Problem):
    """A fault of ours. Nothing more is said to the caller; the log has the request id."""

    name, status, title = "internal", 500, "Something went wrong on our side"


class DatabaseUnavailable(Problem):
    """What the door stands on does not answer; the same request may succeed later."""

    name, status, title = "database-unavailable", 503, "The service cannot reach its data just now"


class RightsMoved(Problem):
    """A right, an agreement or a release changed while the question was answered."""

    name, status, title = "rights-changed", 503, "What you may see has just changed; ask again"


class TrailUnavailable(Problem):
    """The trail cannot be written: no trace, no data."""

    name, status, title = "trail-unavailable", 503, "The trail cannot be written, so nothing is shown or kept"


def family(problem: type[Problem] = Problem) -> Iterator[type[Problem]]:
    """Every problem type below `problem`, in the order of this page."""
    for child in problem.__subclasses__():
        yield child
        yield from family(child)


def of_status(status: int, detail: str = "", headers: Mapping[str, str] | None = None) -> Problem:
    """The general problem of an HTTP status that the framework raised by itself."""
    kind = next((kind for kind in family() if kind.status == status and kind is not Unauthenticated), BadRequest)
    return Unauthenticated() if status == 401 else kind(detail, headers=headers)
