"""What is sent to the desk: the text of an agreement, a reason, or nothing."""

import re
from typing import Any, Final

from fastapi import Request
from pydantic import Field, ValidationError

from api.problems import BadRequest, InvalidAgreement, UnsupportedMediaType
from api.wire import Wire
from policies.reading import PolicyError

TOML: Final = "application/toml"
MAX_TEXT: Final = 1024 * 1024
"""The largest text of an agreement, in bytes."""
_FAULT: Final = re.compile(r"[^,]+, line (\d+): (.*)")


class Reason(Wire):
    """Why, in words that those concerned will read."""

    reason: str = Field(max_length=2000, pattern=r"^[^\x00]*[^\s\x00][^\x00]*$")


REASON: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "properties": {"reason": {"type": "string", "minLength": 1, "maxLength": 2000}},
                    "required": ["reason"],
                    "additionalProperties": False,
                },
                "example": {"reason": "The area is wrong: it should be 0126"},
            }
        },
    }
}
"""The body of a reason, for the description of a route."""


async def read_text(request: Request) -> bytes:
    """The text of an agreement; whether it holds is for `policies` to say."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != TOML:
        raise UnsupportedMediaType(f"Send the agreement as {TOML}", headers={"Accept": TOML})
    return await request.body()


async def read_reason(request: Request) -> Reason:
    """A reason in JSON."""
    try:
        return Reason.model_validate_json(await request.body())
    except ValidationError:
        raise BadRequest('Send a JSON object with why: {"reason": "…"}, at most 2000 characters') from None


async def read_nothing(request: Request) -> None:
    """No body, so that nobody believes an approval came with a reservation."""
    if await request.body():
        raise BadRequest("An approval has no body: it is of the very text that the sha256 names")


def invalid(error: PolicyError) -> InvalidAgreement:
    """Every fault of a text, by line."""
    faults = [_fault(line) for line in str(error).splitlines()]
    return InvalidAgreement(str(error).splitlines()[0], extra={"total": len(faults), "errors": faults})


def _fault(line: str) -> dict[str, Any]:
    found = _FAULT.fullmatch(line)
    return {"line": int(found[1]), "message": found[2]} if found else {"line": None, "message": line}
