"""Sealed fields: whoever takes a delivery can seal and not open.

Each delivery has a fresh data key. Its fields are encrypted with AES-256-SIV (RFC 5297), which needs no nonce and
breaks nothing when one would repeat; where the field stands is authenticated with it, so that no sealed value can be
moved to another report, and equal values look unlike. The data key itself is wrapped by HPKE (RFC 9180: X25519,
HKDF-SHA-256, AES-256-GCM) to the public half of the reversal key, whose private half is on the key host alone. HPKE
draws its ephemeral key inside the library: by its definition no caller can hand it one.
"""

from collections.abc import Iterable
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.hashes import SHA256, Hash
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

DATA_KEY_BYTES: Final = 64
"""Two AES-256 keys, as RFC 5297 has it."""
_SUITE: Final = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
_INFO: Final = b"samsyn data key v1 "


class SealError(ValueError):
    """Something that does not open: another key, another place, or changed bytes."""


class Sealer:
    """Seals and opens the fields of one delivery.

    Args:
        data_key: 64 random bytes, never used for another delivery.
    """

    def __init__(self, data_key: bytes) -> None:
        if len(data_key) != DATA_KEY_BYTES:
            raise SealError(f"a data key is {DATA_KEY_BYTES} bytes, not {len(data_key)}")
        self._siv = AESSIV(data_key)

    def seal(self, dataset: str, column: str, fields: Iterable[tuple[str, str]]) -> list[bytes]:
        """The fields of a column, each given as (report, value) and bound to where it stands."""
        encrypt, dataset_, column_ = self._siv.encrypt, dataset.encode(), column.encode()
        return [encrypt(value.encode(), [dataset_, column_, report.encode()]) for report, value in fields]

    def open(self, dataset: str, column: str, report: str, sealed: bytes) -> str:
        """The value of a field.

        Raises:
            SealError: it was sealed with another key, for another place, or has been changed.
        """
        try:
            return self._siv.decrypt(sealed, [dataset.encode(), column.encode(), report.encode()]).decode()
        except (InvalidTag, ValueError):
            raise SealError("the sealed field does not open: another key, another place, or changed bytes") from None


def wrap(data_key: bytes, public: X25519PublicKey, delivery: str) -> bytes:
    """The data key of a delivery as only the reversal key's private half can open it."""
    return _SUITE.encrypt(data_key, public, _INFO + delivery.encode())


def unwrap(wrapped: bytes, private: X25519PrivateKey, delivery: str) -> bytes:
    """The data key again.

    Raises:
        SealError: it was wrapped to another key or for another delivery.
    """
    try:
        return _SUITE.decrypt(wrapped, private, _INFO + delivery.encode())
    except (InvalidTag, ValueError):
        raise SealError("the data key was wrapped to another reversal key") from None


def rewrap(wrapped: bytes, old: X25519PrivateKey, new: X25519PublicKey, delivery: str) -> bytes:
    """A data key wrapped to the reversal key that follows; the fields sealed with it stay as they are."""
    return wrap(unwrap(wrapped, old, delivery), new, delivery)


def name_of(public: X25519PublicKey) -> str:
    """What a reversal key is called: the first 16 hexadecimal digits of its SHA-256."""
    digest = Hash(SHA256())
    digest.update(public.public_bytes(Encoding.Raw, PublicFormat.Raw))
    return digest.finalize().hex()[:16]
