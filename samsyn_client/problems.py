"""Everything that can go wrong between a client and the service.

SamsynError
├── Unreachable            no answer: no connection, or it broke, or it took too long
├── Unexpected             an answer that this client cannot read
└── Problem                the service said no, with status, type and detail
    ├── NotSignedIn        401  the client is not known, not active or not proven
    ├── NotAllowed         403  the rules refuse, with every reason
    ├── NotFound           404
    ├── InFlight           409  the same key is being received
    ├── FaultyDelivery     422  every faulty row, and how many there are
    ├── KeyReused          422  the Idempotency-Key belongs to another delivery
    └── Busy               429, 503  wait, then try again
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import httpx


class SamsynError(Exception):
    """What every failure of this client is."""


class Unreachable(SamsynError):  # noqa: N818 -- named for what is the matter
    """The service gave no answer."""


class Unexpected(SamsynError):  # noqa: N818 -- same
    """The service, or something in between, gave an answer that is not of its interface."""


@dataclass(frozen=True)
class RowError:
    """One fault of a delivery.

    Attributes:
        row, line: the data row and the line of the file, from 1; None when it concerns the whole file.
        column, value: where it stands, and the value as far as it may be repeated.
        code: stable name of the kind of fault.
        wrong, right: what was wrong and what would be right, by language (`sv`, `en`).
    """

    row: int | None
    line: int | None
    column: str | None
    value: str | None
    code: str
    wrong: Mapping[str, str]
    right: Mapping[str, str]

    @classmethod
    def read(cls, said: Mapping[str, Any]) -> Self:
        """The fault of one member of `errors`."""
        return cls(
            row=said.get("row"),
            line=said.get("line"),
            column=said.get("column"),
            value=said.get("value"),
            code=said["code"],
            wrong=said["wrong"],
            right=said["right"],
        )


class Problem(SamsynError):  # noqa: N818 -- the name of RFC 9457
    """The service said no (RFC 9457).

    Attributes:
        status: the HTTP status; `type` the problem's kind, its last part `kind`.
        title, detail, instance: as the service put it; `instance` names this occurrence.
        said: every member of the document.
        retry_after: seconds that the service asks to wait, if it does.
    """

    def __init__(self, status: int, said: Mapping[str, Any], retry_after: float | None = None) -> None:
        self.status = status
        self.type = str(said.get("type", "about:blank"))
        self.kind = self.type.rpartition("/")[2]
        self.title = str(said.get("title", ""))
        self.detail = str(said.get("detail", "")) or self.title
        self.instance = str(said.get("instance", ""))
        self.said = dict(said)
        self.retry_after = retry_after
        super().__init__(self.detail or f"the service answered {status}")


class NotSignedIn(Problem):
    """The client is not known, not active or not proven."""


class NotAllowed(Problem):
    """The rules refuse."""


class NotFound(Problem):
    """Nothing is there for this client."""


class InFlight(Problem):
    """A delivery under the same key has not been answered yet."""


class KeyReused(Problem):
    """The Idempotency-Key belongs to another delivery."""


class FaultyDelivery(Problem):
    """The delivery has faults, and nothing of it was kept.

    Attributes:
        errors: the first of them; `total` how many there are in all.
    """

    def __init__(self, status: int, said: Mapping[str, Any], retry_after: float | None = None) -> None:
        super().__init__(status, said, retry_after)
        self.errors = [RowError.read(error) for error in said.get("errors", [])]
        self.total = int(said.get("total", len(self.errors)))


class Busy(Problem):
    """The service asks to come back later."""


_KINDS: Mapping[str, type[Problem]] = {"invalid-delivery": FaultyDelivery, "key-reused": KeyReused}
_STATUSES: Mapping[int, type[Problem]] = {
    401: NotSignedIn,
    403: NotAllowed,
    404: NotFound,
    409: InFlight,
    429: Busy,
    503: Busy,
}


def problem_of(response: httpx.Response) -> SamsynError:
    """What a failed answer, read to its end, says: a problem document, or an error of the token endpoint."""
    try:
        said = response.json()
    except ValueError:
        said = None
    if not isinstance(said, dict) or not said.keys() & {"type", "error"}:
        return Unexpected(f"{response.url.host} answered {response.status_code} without saying why")
    if "error" in said:  # RFC 6749, section 5.2
        said = {"type": f"oauth/{said['error']}", "detail": said.get("error_description", said["error"])}
    kind = _KINDS.get(str(said.get("type", "")).rpartition("/")[2])
    kind = kind or _STATUSES.get(response.status_code, Problem)
    return kind(response.status_code, said, _seconds(response.headers.get("Retry-After", "")))


def _seconds(text: str) -> float | None:
    return float(text) if text.isascii() and text.isdigit() else None
