"""Identifiers as pseudonyms: HMAC-SHA-256 (RFC 2104) under a key of their own, cut to 100 bits, written readably.

Twenty characters of Crockford's base 32, which has no I, L, O or U, and one check character over GF(2⁵): a single
wrong character and two neighbours that changed places are always found. The pads of HMAC are hashed once a key and
copied for each value, which is what makes a million of them a matter of a second or two.
"""

from collections.abc import Iterable, Sequence
from functools import reduce
from hashlib import sha256
from itertools import islice
from operator import xor
from typing import Final

import numpy as np
from numpy.typing import NDArray

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
KEY_BYTES: Final = 32
SIGNS: Final = 20
"""Characters that say the value, five bits each; the check character comes after them."""
_BLOCK: Final = 64
_BYTES: Final = 13  # 104 bits hold the hundred
_AT_ONCE: Final = 4_096  # so many digests stay near the processor while they are written
_SYMBOLS: Final = np.frombuffer(ALPHABET.encode(), dtype=np.uint8)


class TokenError(ValueError):
    """A key that is not 32 bytes."""


class Tokenizer:
    """Makes the pseudonyms of one key.

    Args:
        key: 32 secret bytes, one for each domain, field and epoch.

    Raises:
        TokenError: the key is of another length.
    """

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise TokenError(f"a key of pseudonyms is {KEY_BYTES} bytes, not {len(key)}")
        padded = key.ljust(_BLOCK, b"\0")
        self._inner = sha256(bytes(byte ^ 0x36 for byte in padded))
        self._outer = sha256(bytes(byte ^ 0x5C for byte in padded))

    def one(self, value: str) -> str:
        """The pseudonym of a normalised value."""
        return self.many([value])[0]

    def many(self, values: Iterable[str]) -> list[str]:
        """The pseudonyms of normalised values, in their order."""
        rest = iter(values)
        found: list[str] = []
        while some := list(islice(rest, _AT_ONCE)):
            found += _written(self._digests(some))
        return found

    def _digests(self, values: Iterable[str]) -> list[bytes]:
        inner, outer = self._inner.copy, self._outer.copy
        found = []
        for value in values:
            inside = inner()
            inside.update(value.encode())
            outside = outer()
            outside.update(inside.digest())
            found.append(outside.digest())
        return found


def is_pseudonym(text: str) -> bool:
    """Whether a text is written as a pseudonym and its check character holds."""
    if len(text) != SIGNS + 1 or any(sign not in ALPHABET for sign in text):
        return False
    values = [ALPHABET.index(sign) for sign in text]
    tens = (one << 5 | other for one, other in zip(values[:SIGNS:2], values[1:SIGNS:2], strict=True))
    return values[SIGNS] == reduce(xor, (int(_TWO_WEIGHED[two][ten]) for two, ten in enumerate(tens)))


def _written(digests: Sequence[bytes]) -> list[str]:
    head = np.frombuffer(b"".join(digests), dtype=np.uint8).reshape(len(digests), -1)[:, :_BYTES]
    pairs = np.ascontiguousarray(head.T).astype(np.uint16)
    signs = np.empty((len(digests), SIGNS + 1), dtype=np.uint8)
    check = np.zeros(len(digests), dtype=np.uint8)
    for two in range(SIGNS // 2):  # ten bits, two signs, begin at every tenth bit and reach into the next byte
        byte, bit = divmod(two * 10, 8)
        ten = (pairs[byte] << 8 | pairs[byte + 1]) >> (6 - bit) & 1023
        signs[:, 2 * two : 2 * two + 2] = _TWO_SIGNS[ten]
        check ^= _TWO_WEIGHED[two][ten]
    signs[:, SIGNS] = _SYMBOLS[check]
    text, size = signs.tobytes().decode(), SIGNS + 1
    return [text[start : start + size] for start in range(0, len(text), size)]


def _times(one: int, other: int) -> int:
    """The product in GF(2⁵) modulo x⁵ + x² + 1."""
    product = 0
    for bit in range(5):
        if other >> bit & 1:
            product ^= one << bit
    for bit in range(8, 4, -1):
        if product >> bit & 1:
            product ^= 0b100101 << (bit - 5)
    return product


def _weighed() -> NDArray[np.uint8]:
    """What each ten bits add to the check, for each of the ten pairs of places.

    The weight of a place is x to the power of it; x has order 31, so no two of the twenty weights agree.
    """
    weight, weights = 1, []
    for _ in range(SIGNS):
        weight = _times(weight, 0b10)
        weights.append([_times(weight, value) for value in range(32)])
    pairs = zip(weights[::2], weights[1::2], strict=True)
    return np.array([[one[ten >> 5] ^ other[ten & 31] for ten in range(1024)] for one, other in pairs], dtype=np.uint8)


_TWO_WEIGHED: Final = _weighed()
_TWO_SIGNS: Final = _SYMBOLS[np.array([(ten >> 5, ten & 31) for ten in range(1024)])]
