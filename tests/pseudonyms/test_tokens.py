"""Pseudonyms are HMAC-SHA-256, written so that a slip of the hand is found."""

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pseudonyms.tokens import ALPHABET, SIGNS, TokenError, Tokenizer, is_pseudonym

KEY = bytes(range(32))


def spelled(digest: bytes) -> str:
    """The first hundred bits in Crockford's base 32, the plain way."""
    number = int.from_bytes(digest) >> 156
    return "".join(ALPHABET[number >> 5 * place & 31] for place in reversed(range(SIGNS)))


@given(st.binary(min_size=32, max_size=32), st.lists(st.text(max_size=70), max_size=5))
def test_a_pseudonym_is_the_head_of_an_hmac(key: bytes, values: list[str]) -> None:
    plain = [value.encode("utf-8", "replace").decode() for value in values]
    made = Tokenizer(key).many(plain)
    assert [token[:SIGNS] for token in made] == [
        spelled(hmac.digest(key, value.encode(), hashlib.sha256)) for value in plain
    ]
    assert all(map(is_pseudonym, made))


@given(st.text(max_size=20), st.integers(0, SIGNS), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_found(value: str, place: int, sign: str) -> None:
    token = Tokenizer(KEY).one(value.encode("utf-8", "replace").decode())
    wrong = token[:place] + sign + token[place + 1 :]
    assert is_pseudonym(wrong) is (wrong == token)


@given(st.integers(0, 10**6), st.integers(0, SIGNS - 2))
def test_two_neighbours_that_changed_places_are_found(number: int, place: int) -> None:
    token = Tokenizer(KEY).one(str(number))
    wrong = token[:place] + token[place + 1] + token[place] + token[place + 2 :]
    assert is_pseudonym(wrong) is (wrong == token)


@pytest.mark.parametrize("text", ["", "0", "x" * 21, "0" * 22, "o" * 21])
def test_what_is_written_otherwise_is_none(text: str) -> None:
    assert not is_pseudonym(text)


def test_a_key_of_another_length_is_refused() -> None:
    with pytest.raises(TokenError, match="32 bytes"):
        Tokenizer(b"short")
