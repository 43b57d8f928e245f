"""The form and the errors of RFC 6749: the one corner of the interface whose shapes are not ours to choose."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qsl

from fastapi import Request
from pydantic import BaseModel
from starlette.responses import JSONResponse, Response

from api.problems import UnsupportedMediaType
from auth.assertion import BEARER

FORM: Final = "application/x-www-form-urlencoded"


class TokenBody(BaseModel):
    """A token response (RFC 6749 §5.1); its names are the RFC's, not ours."""

    access_token: str
    token_type: str
    expires_in: int
    scope: str


class TokenRefusal(Exception):  # noqa: N818 -- it refuses, as the RFC's error response does
    """An error of RFC 6749 §5.2, or of RFC 9449 §5; `reason` is for the trail."""

    def __init__(
        self,
        error: str,
        description: str,
        status: int = 400,
        *,
        reason: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(description)
        self.error = error
        self.status = status
        self.reason = reason or description
        self.headers = dict(headers or {})


async def read_form(request: Request) -> dict[str, str]:
    """The form body, each name once (RFC 6749 §3.2)."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise UnsupportedMediaType(f"Send the parameters as {FORM}", headers={"Accept": FORM})
    try:
        pairs = parse_qsl((await request.body()).decode(), keep_blank_values=True, errors="strict", max_num_fields=20)
    except ValueError:
        raise TokenRefusal("invalid_request", "the body is no form in UTF-8") from None
    if len(dict(pairs)) != len(pairs):
        raise TokenRefusal("invalid_request", "a parameter stands twice")
    return dict(pairs)


async def refused(_: Request, refusal: Exception) -> Response:
    """A refusal as RFC 6749 §5.2 has it."""
    assert isinstance(refusal, TokenRefusal)  # noqa: S101 -- what the handler is registered for
    # A 401 needs a challenge (RFC 9110 §15.5.2); clients prove themselves in the body, and Basic is not taken.
    challenge = {"WWW-Authenticate": 'private_key_jwt realm="samsyn"'} if refusal.status == 401 else {}
    body = {"error": refusal.error, "error_description": str(refusal)}
    return JSONResponse(body, refusal.status, headers=challenge | refusal.headers)


REQUEST_BODY: Final[dict[str, Any]] = {
    "required": True,
    "content": {
        FORM: {
            "schema": {
                "type": "object",
                "required": ["grant_type"],
                "properties": {
                    "grant_type": {"const": "client_credentials"},
                    "client_id": {"type": "string"},
                    "client_assertion_type": {"const": BEARER},
                    "client_assertion": {
                        "type": "string",
                        "description": "RFC 7523, ES256; good once, for five minutes",
                    },
                    "client_secret": {
                        "type": "string",
                        "format": "password",
                        "description": "only where the client's registration has one",
                    },
                    "scope": {"type": "string", "description": "fewer scopes than the client holds"},
                },
            },
            "examples": {
                "private_key_jwt": {
                    "value": {
                        "grant_type": "client_credentials",
                        "client_assertion_type": BEARER,
                        "client_assertion": "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJwb2xpc2VuLXB1Ymxpc2hlciJ9.c2lnbmF0dXJl",
                    }
                },
                "client_secret_post": {
                    "value": {
                        "grant_type": "client_credentials",
                        "client_id": "huddinge-reader",
                        "client_secret": "(the secret given at registration)",
                        "scope": "tables",
                    }
                },
            },
        }
    },
}
REFUSED: Final[dict[str, Any]] = {
    "description": "Refused, as RFC 6749 §5.2 says",
    "content": {"application/json": {"example": {"error": "invalid_client", "error_description": "not accepted"}}},
}
