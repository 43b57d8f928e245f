"""The second factor: codes that change every half minute (RFC 6238), and codes on paper for when the phone is lost.

A code is good once: the time step of the last one used is kept, and neither it nor an earlier one is taken again.
"""

import hmac
import secrets
from base64 import b32encode
from datetime import datetime
from hashlib import sha256
from typing import Final

import pyotp

STEP: Final = 30
"""Seconds that a code lasts."""
DRIFT: Final = 1
"""Steps that a phone's clock may be off, either way (RFC 6238 §5.2)."""
RECOVERY_CODES: Final = 8
_RECOVERY_BYTES: Final = 15
_GROUP: Final = 4


def new_factor() -> str:
    """A fresh secret of 160 bits, in base32 as authenticators want it."""
    return pyotp.random_base32(32)


def enrolment(secret: str, person: str, service: str) -> str:
    """The address that an authenticator reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=person, issuer_name=service)


def step_of(code: str, secret: str, now: datetime, used: int) -> int | None:
    """The time step whose code this is, if it is later than the last one used; None for any other code."""
    typed = "".join(code.split())
    here = int(now.timestamp()) // STEP
    totp = pyotp.TOTP(secret)
    fitting = [
        step
        for step in range(here - DRIFT, here + DRIFT + 1)
        if hmac.compare_digest(totp.generate_otp(step).encode(), typed.encode("utf-8", "replace"))
    ]
    return next((step for step in fitting if step > used), None)


def new_recovery_codes() -> list[str]:
    """Codes of 120 random bits, in groups of four to be written down."""
    return [_grouped(b32encode(secrets.token_bytes(_RECOVERY_BYTES)).decode()) for _ in range(RECOVERY_CODES)]


def recovery_digest(code: str) -> str:
    """How a recovery code is kept: at 120 random bits a plain hash is enough (ASVS 5.0 6.5.2)."""
    return sha256("".join(code.split()).replace("-", "").upper().encode("utf-8", "replace")).hexdigest()


def _grouped(text: str) -> str:
    return "-".join(text[at : at + _GROUP] for at in range(0, len(text), _GROUP))
