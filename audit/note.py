"""Signed notes (c2sp.org/signed-note): a text, and lines by which keys of known names vouch for it.

Two kinds of key are known: Ed25519 over the text, by which a log signs, and timestamped cosignatures, by which a
witness says that it has seen the log only grow (c2sp.org/tlog-cosignature, cosignature/v1).
"""

import re
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

_DASH: Final = "\N{EM DASH} "
_ID_BYTES: Final = 4
_TIME_BYTES: Final = 8
_MOST_BYTES: Final = 1_000_000
_NAME: Final = re.compile(r"[^\s+]+")


class NoteError(ValueError):
    """A note, key or signature that is not what it should be."""


class KeyKind(IntEnum):
    """The signature type byte of a key."""

    LOG = 0x01
    WITNESS = 0x04


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key with the name it signs under."""

    name: str
    kind: KeyKind
    public: bytes

    def __post_init__(self) -> None:
        """Refuse names that a signature line could not carry."""
        if not _NAME.fullmatch(self.name):
            raise NoteError(f"{self.name!r} cannot name a key: no spaces, no plus, not empty")

    @classmethod
    def parse(cls, vkey: str) -> "VerifierKey":
        """Read `name+id+key`, the form in which verifiers are handed keys.

        Raises:
            NoteError: it is no such key, or its id is not its own.
        """
        name, _, rest = vkey.partition("+")
        key_id, _, encoded = rest.partition("+")
        material = _unbase64(encoded)
        if len(material) != 33 or material[0] not in set(KeyKind):
            raise NoteError(f"{vkey!r} is no Ed25519 verifier key of a log or a witness")
        key = cls(name, KeyKind(material[0]), material[1:])
        if key.id.hex() != key_id:
            raise NoteError(f"{vkey!r}: its id would be {key.id.hex()}")
        return key

    @property
    def id(self) -> bytes:
        """The first four bytes of the hash over name, kind and key."""
        return sha256(f"{self.name}\n".encode() + bytes([self.kind]) + self.public).digest()[:_ID_BYTES]

    @property
    def vkey(self) -> str:
        """The form in which the key is handed to verifiers."""
        return f"{self.name}+{self.id.hex()}+{b64encode(bytes([self.kind]) + self.public).decode()}"

    def verifies(self, text: str, signature: bytes) -> bool:
        """Whether the signature (without key id) is this key's over the text."""
        message = text.encode()
        if self.kind is KeyKind.WITNESS:
            message = _cosigned(int.from_bytes(signature[:_TIME_BYTES], "big"), text)
            signature = signature[_TIME_BYTES:]
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key with the name it signs under."""

    name: str
    private: Ed25519PrivateKey

    @classmethod
    def from_pem(cls, name: str, pem: bytes) -> "SigningKey":
        """The Ed25519 key in an unencrypted PKCS #8 file.

        Raises:
            NoteError: there is no such key in it.
        """
        try:
            private = load_pem_private_key(pem, password=None)
        except (ValueError, TypeError, UnsupportedAlgorithm):
            private = None
        if not isinstance(private, Ed25519PrivateKey):
            raise NoteError("no key to sign with: an unencrypted Ed25519 key in PEM is expected")
        return cls(name, private)

    def verifier(self, kind: KeyKind = KeyKind.LOG) -> VerifierKey:
        """The public half."""
        return VerifierKey(self.name, kind, self.private.public_key().public_bytes_raw())

    def sign(self, text: str) -> str:
        """A log's signature line over a text."""
        return _line(self.verifier(), self.private.sign(text.encode()))

    def cosign(self, text: str, time: int) -> str:
        """A witness's signature line over a checkpoint's text, at a POSIX time in seconds."""
        signature = self.private.sign(_cosigned(time, text))
        return _line(self.verifier(KeyKind.WITNESS), time.to_bytes(_TIME_BYTES, "big") + signature)


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature line as read."""

    name: str
    key_id: bytes
    signature: bytes
    line: str


@dataclass(frozen=True, slots=True)
class Note:
    """A note as read; its text means nothing until `vouched` says who signed it."""

    text: str
    signatures: tuple[Signature, ...]

    @classmethod
    def parse(cls, raw: str) -> "Note":
        """Take a note apart.

        Raises:
            NoteError: it is no signed note.
        """
        text, blank, lines = raw.rpartition("\n\n")
        if not blank or not lines.endswith("\n") or len(raw) > _MOST_BYTES:
            raise NoteError("no signed note: a text, an empty line and signature lines are expected")
        if any(char < " " and char != "\n" for char in raw):
            raise NoteError("no signed note: it holds control characters")
        return cls(text + "\n", tuple(parse_signature(line) for line in lines[:-1].split("\n")))

    def vouched(self, keys: Iterable[VerifierKey]) -> list[VerifierKey]:
        """Which of the keys signed; signatures of others are passed over.

        Raises:
            NoteError: none did, or a signature that claims to be from one of them is not.
        """
        known = {(key.name, key.id): key for key in keys}
        signed: list[VerifierKey] = []
        for line in self.signatures:
            key = known.pop((line.name, line.key_id), None)
            if key:
                if not key.verifies(self.text, line.signature):
                    raise NoteError(f"the signature of {line.name} does not fit the text")
                signed.append(key)
        if not signed:
            raise NoteError("no known key signed this note")
        return signed


def parse_signature(line: str) -> Signature:
    """Read one signature line, without its newline.

    Raises:
        NoteError: it is none.
    """
    name, _, encoded = line.removeprefix(_DASH).partition(" ")
    raw = _unbase64(encoded)
    if not line.startswith(_DASH) or not _NAME.fullmatch(name) or len(raw) <= _ID_BYTES:
        raise NoteError(f"{line[:80]!r} is no signature line")
    return Signature(name, raw[:_ID_BYTES], raw[_ID_BYTES:], line)


def _line(key: VerifierKey, signature: bytes) -> str:
    return f"{_DASH}{key.name} {b64encode(key.id + signature).decode()}\n"


def _cosigned(time: int, text: str) -> bytes:
    return f"cosignature/v1\ntime {time}\n{text}".encode()


def _unbase64(encoded: str) -> bytes:
    try:
        return b64decode(encoded, validate=True)
    except (Base64Error, ValueError):
        raise NoteError(f"{encoded[:80]!r} is not base64") from None
