"""Whoever takes a delivery can seal, and only the reversal key's private half can open."""

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from pseudonyms.seal import Sealer, SealError, name_of, rewrap, unwrap, wrap

DATA_KEY = bytes(range(64))
OLD, NEW = (X25519PrivateKey.from_private_bytes(bytes([number]) * 32) for number in (1, 2))


def test_a_field_opens_where_it_stands_and_nowhere_else() -> None:
    (sealed,) = Sealer(DATA_KEY).seal("d", "c", [("r", "Kim åt")])
    assert Sealer(DATA_KEY).open("d", "c", "r", sealed) == "Kim åt"
    for place in (("e", "c", "r"), ("d", "x", "r"), ("d", "c", "s")):
        with pytest.raises(SealError):
            Sealer(DATA_KEY).open(*place, sealed)
    with pytest.raises(SealError):
        Sealer(bytes(64)).open("d", "c", "r", sealed)
    with pytest.raises(SealError):
        Sealer(DATA_KEY).open("d", "c", "r", sealed[:-1] + bytes([sealed[-1] ^ 1]))


def test_equal_values_look_unlike() -> None:
    one, other = Sealer(DATA_KEY).seal("d", "c", [("r", "same"), ("s", "same")])
    assert one != other


def test_a_data_key_opens_with_the_private_half_and_for_its_delivery() -> None:
    wrapped = wrap(DATA_KEY, OLD.public_key(), "delivery")
    assert unwrap(wrapped, OLD, "delivery") == DATA_KEY
    for private, delivery in ((NEW, "delivery"), (OLD, "another")):
        with pytest.raises(SealError):
            unwrap(wrapped, private, delivery)


def test_a_data_key_wrapped_anew_opens_with_the_new_key_alone() -> None:
    fresh = rewrap(wrap(DATA_KEY, OLD.public_key(), "d"), OLD, NEW.public_key(), "d")
    assert unwrap(fresh, NEW, "d") == DATA_KEY
    with pytest.raises(SealError):
        unwrap(fresh, OLD, "d")


def test_keys_have_names_of_their_own() -> None:
    assert name_of(OLD.public_key()) != name_of(NEW.public_key())


def test_a_short_data_key_is_refused() -> None:
    with pytest.raises(SealError, match="64 bytes"):
        Sealer(b"x")
