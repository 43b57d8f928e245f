"""Signatures over deliveries (RFC 9421, ES256), checked when they come and again by whoever audits.

The library checks what it is told to check, so it is told everything: the body, the components that must be covered,
the tag, the age. That a nonce is new is for the caller to see to. What is kept as evidence are the very bytes that
were signed, the signature and the public key: anyone can check them with no program of ours.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import http_sf
from cryptography.exceptions import InvalidSignature as NotSigned
from http_message_signatures import HTTPMessageVerifier, InvalidSignature
from http_message_signatures.algorithms import ECDSA_P256_SHA256
from http_message_signatures.exceptions import HTTPMessageSignaturesException
from http_message_signatures.resolvers import MappingKeyResolver
from http_message_signatures.structures import VerifyResult

from auth.jose import TokenError
from auth.jwk import JwkError, public_key
from auth.tokens import AHEAD

TAG: Final = "samsyn-delivery"
COVERED: Final = ("@method", "@target-uri", "content-digest", "idempotency-key")
WHERE_SENT: Final = ("samsyn-coverage",)
"""What changes a delivery's meaning and so must be covered wherever it is sent: absent cells become 0 by it."""
FRESH: Final = timedelta(seconds=60)
SHORTEST_NONCE: Final = 8


@dataclass(frozen=True)
class Message:
    """A request as the library wants it; `url` is absolute, as its sender wrote it."""

    method: str
    url: str
    headers: Any


@dataclass(frozen=True)
class Signed:
    """A signature that holds, if its nonce was not shown before.

    Attributes:
        key_id: thumbprint of the key, and `jwk` the key itself.
        base: the signature base (RFC 9421 §2.5), exactly as it was signed.
        expires: until when the nonce must be remembered.
    """

    key_id: str
    jwk: Mapping[str, Any]
    base: str
    signature: bytes
    nonce: str
    expires: datetime


def check_signature(message: Message, body: bytes, keys: Sequence[Mapping[str, Any]], now: datetime) -> Signed:
    """The signature of a delivery by one of its sender's keys (JWKs).

    Raises:
        TokenError: there is none that holds, and why.
    """
    known = {key["kid"]: key for key in keys}
    try:
        resolver = MappingKeyResolver(public_keys={kid: public_key(key) for kid, key in known.items()}, private_keys={})
        needs = (*COVERED, *(name for name in WHERE_SENT if name in message.headers))
        verifier = _Verifier(signature_algorithm=ECDSA_P256_SHA256, key_resolver=resolver)
        verifier.now = now
        found = verifier.verify(message, max_age=FRESH, expect_tag=TAG, require_components=needs, body=body)
    except (HTTPMessageSignaturesException, JwkError, ValueError) as error:
        raise TokenError(f"the delivery's signature does not hold: {error}"[:200]) from None
    if len(found) != 1:
        raise TokenError("the delivery has several signatures of the same tag")
    return _signed(found[0], message, known, now)


def holds(base: str, signature: bytes, jwk: Mapping[str, Any]) -> bool:
    """Whether a key signed a signature base: the check that an auditor makes again."""
    try:
        verifier = ECDSA_P256_SHA256(public_key=public_key(jwk))  # type: ignore[no-untyped-call]  # the library's
        verifier.verify(signature=signature, message=base.encode())
    except (HTTPMessageSignaturesException, NotSigned, JwkError):
        return False
    return True


def covered(base: str) -> dict[str, str]:
    """What a signature base covers, component by component."""
    return {name.strip('"'): value for name, _, value in (line.partition(": ") for line in base.splitlines())}


class _Verifier(HTTPMessageVerifier):
    """A verifier by the clock it is handed."""

    now: datetime

    def validate_created_and_expires(self, sig_input: Any, max_age: timedelta | None = None) -> None:  # noqa: ANN401 -- the library's
        """Refuse what was signed too long ago, or is not yet."""
        created, expires = (sig_input.params.get(name) for name in ("created", "expires"))
        now = self.now.timestamp()
        if type(created) is not int or not now - (max_age or FRESH).total_seconds() <= created <= now + AHEAD:
            raise InvalidSignature("it was not made within the last minute")
        if expires is not None and expires < now:
            raise InvalidSignature("it has expired")


def _signed(result: VerifyResult, message: Message, known: Mapping[str, Mapping[str, Any]], now: datetime) -> Signed:
    nonce, key_id = result.nonce or "", str(result.parameters["keyid"])
    if not SHORTEST_NONCE <= len(nonce) <= 255:
        raise TokenError(f"the delivery's signature has no nonce of {SHORTEST_NONCE} to 255 signs")
    header = ", ".join(value for name, value in message.headers.items() if name.lower() == "signature")
    signatures: Any = http_sf.parse(header.encode(), tltype="dictionary")
    return Signed(
        key_id=key_id,
        jwk=known[key_id],
        base="\n".join(f"{name}: {value}" for name, value in result.covered_components.items()),
        signature=bytes(signatures[result.label][0]),
        nonce=nonce,
        expires=now.astimezone(UTC) + FRESH + timedelta(seconds=AHEAD),
    )
