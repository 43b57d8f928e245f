"""A browser's session: a random token in a cookie, its hash in the database, and how long it lasts.

The token is 256 random bits and is made anew at every step up (ASVS 5.0 7.2.4), so that a token planted before a
sign-in is worth nothing after it. What forms carry against forgery is derived from the token, so it needs no keeping
and ends with the session.
"""

import hmac
import secrets
from base64 import urlsafe_b64encode
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Final

from auth.rules import SignInRules
from models.people import PersonSession

SEEN_EVERY: Final = timedelta(minutes=1)
"""How finely it is kept when a session was last used."""
_TOKEN_BYTES: Final = 32


class Stage(StrEnum):
    """How far a sign-in has come."""

    CODE = "code"
    PASSWORD = "password"  # noqa: S105 -- a stage, in which another has to be chosen
    ENROL = "enrol"
    IN = "in"


def new_token() -> str:
    """A fresh token for a cookie."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def digest_of(token: str) -> str:
    """What the database keeps of a token."""
    return sha256(token.encode("utf-8", "replace")).hexdigest()


def form_token(token: str) -> str:
    """What a form must carry so that only a page of ours can have sent it with this cookie."""
    mark = hmac.digest(token.encode("utf-8", "replace"), b"samsyn form", sha256)
    return urlsafe_b64encode(mark).rstrip(b"=").decode()


def is_form_token(sent: str, token: str) -> bool:
    """Whether a form carried what it must."""
    return hmac.compare_digest(sent.encode("utf-8", "replace"), form_token(token).encode())


def is_alive(session: PersonSession, at: datetime, rules: SignInRules) -> bool:
    """Whether a session still stands: used lately, not too old, and not waiting too long to become a whole one."""
    if session.stage != Stage.IN and at >= session.begun_at + rules.half:
        return False
    return at < session.seen_at + rules.idle and at < session.begun_at + rules.lasting
