"""Receipts and proofs, checked without asking the service: the digest of what was sent, and its place in the log.

A proof is a C2SP tlog-proof: the leaf itself, its path in an RFC 6962 tree, and a checkpoint that the log has signed
(C2SP signed-note, Ed25519). Who knows the log's verifier key needs nobody's word. That a leaf belongs to a receipt is
for an auditor to open; what is shown here is that the log has committed to it and cannot take it back unseen.
"""

from base64 import b64decode, b64encode
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from samsyn_client.shapes import Receipt

_HEAD: Final = "c2sp.org/tlog-proof@v1"
_DASH: Final = "\N{EM DASH} "
_ED25519: Final = 1


class NotProven(Exception):  # noqa: N818 -- an answer more than an error
    """A receipt or a proof does not hold; the message says at what."""


@dataclass(frozen=True)
class Proven:
    """What a proof shows: the leaf at `index` is in the tree of `size` leaves that the log `origin` has signed."""

    origin: str
    size: int
    index: int


def check_digest(receipt: Receipt, body: bytes) -> None:
    """That a receipt is for these bytes.

    Raises:
        NotProven: it is for others.
    """
    digest = f"sha-256=:{b64encode(sha256(body).digest()).decode()}:"
    if receipt.content_digest != digest:
        raise NotProven(f"the receipt is for {receipt.content_digest}, and this is {digest}")


def check_proof(text: str, verifier_key: str) -> Proven:
    """That a tlog-proof holds under a log's verifier key (`name+hash+key`).

    Raises:
        NotProven: it does not.
    """
    try:
        head, checkpoint = text.split("\n\n", 1)
        lines = head.split("\n")
        if lines.pop(0) != _HEAD:
            raise NotProven("this is no tlog-proof")
        leaf = b64decode(lines.pop(0).removeprefix("extra "), validate=True)
        index = int(lines.pop(0).removeprefix("index "))
        path = [b64decode(line, validate=True) for line in lines if line]
        origin, size, root = _signed(checkpoint, verifier_key)
    except (ValueError, IndexError) as error:
        raise NotProven(f"the proof cannot be read: {error}") from None
    if not 0 <= index < size or _root(index, size, sha256(b"\x00" + leaf).digest(), path) != root:
        raise NotProven("the leaf is not in the tree at that place")
    return Proven(origin, size, index)


def _signed(note: str, verifier_key: str) -> tuple[str, int, bytes]:
    """Origin, size and root of a checkpoint, once one of its signatures is the log's."""
    name, key_hash, encoded = verifier_key.split("+", 2)
    raw = b64decode(encoded, validate=True)
    if raw[0] != _ED25519:
        raise NotProven("the verifier key is of a kind that is not read here")
    text, _, signatures = note.partition("\n\n")
    for line in signatures.splitlines():
        signer, _, signature = line.removeprefix(_DASH).rpartition(" ")
        signed = b64decode(signature, validate=True)
        if signer == name and signed[:4].hex() == key_hash and _holds(raw[1:], signed[4:], f"{text}\n".encode()):
            origin, size, root = text.splitlines()[:3]
            return origin, int(size), b64decode(root, validate=True)
    raise NotProven(f"the checkpoint bears no signature of {name}")


def _holds(key: bytes, signature: bytes, text: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, text)
    except InvalidSignature:
        return False
    return True


def _root(index: int, size: int, leaf: bytes, path: list[bytes]) -> bytes | None:
    """The root that a path leads to (RFC 9162 §2.1.3.2); None if the path is not one of this place."""
    at, last, found = index, size - 1, leaf
    for step in path:
        if last == 0:
            return None
        if at & 1 or at == last:
            found = sha256(b"\x01" + step + found).digest()
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            found = sha256(b"\x01" + found + step).digest()
        at, last = at >> 1, last >> 1
    return found if last == 0 else None
