"""A delivery as it came to the door, before anybody has looked at it."""

from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from typing import Any


@dataclass(frozen=True)
class Evidence:
    """What a delivery's signature leaves, once it was found to hold.

    Attributes:
        key_id: thumbprint of the sender's key, and `public_jwk` the key.
        base: the very text that was signed.
    """

    key_id: str
    public_jwk: dict[str, Any]
    base: str
    signature: bytes

    @property
    def told(self) -> str:
        """The same for the trail, which so vouches for what is kept beside the delivery."""
        return f"signature holds; key {self.key_id}; evidence sha256:{evidence_digest(self.base, self.signature)}"


def evidence_digest(base: str, signature: bytes) -> str:
    """What ties an entry of the trail to the evidence it tells of: sha256 of base and signature, in hex."""
    return sha256(base.encode() + b"\n" + signature).hexdigest()


@dataclass(frozen=True)
class Incoming:
    """A delivery as it came, and from whom.

    Attributes:
        publisher: the party whose counts these are; `client` the program that sends them.
        key: the Idempotency-Key.
        body: without content coding; `media_type` its Content-Type.
        coverage: the Samsyn-Coverage header, if any.
        request_id: names the request in the trail.
        at: when it came, in UTC.
        evidence: of its signature, if it was signed.
    """

    dataset: str
    publisher: str
    client: str
    key: str
    body: bytes
    media_type: str
    coverage: str | None
    request_id: str
    at: datetime
    evidence: Evidence | None = None

    @cached_property
    def content_digest(self) -> str:
        """The digest of the body in the form of RFC 9530."""
        return f"sha-256=:{b64encode(sha256(self.body).digest()).decode()}:"

    @property
    def fingerprint(self) -> str:
        """What two requests under one key must share: body, kind and coverage."""
        kind = self.media_type.partition(";")[0].strip().lower()
        return sha256("\n".join([kind, self.coverage or "", self.content_digest]).encode()).hexdigest()
