"""Keys: one for each use, at rest only wrapped, two at once for some weeks, and then gone."""

from datetime import date

import pytest

from pseudonyms.keyring import Keyring, KeyringError, LocalMaster, begin, destroy, read_keyring, rotate, written

DAY = date(2026, 1, 1)
ONE, TWO, STANDING = (bytes([number]) * 32 for number in (1, 2, 3))
MASTER = LocalMaster(b"m" * 32)


@pytest.fixture
def ring() -> Keyring:
    return begin("e1", DAY, ONE, STANDING)


def test_every_domain_field_epoch_and_recipient_has_a_key_of_its_own(ring: Keyring) -> None:
    both = rotate(ring, "e2", DAY, TWO, 8).epochs
    keys = [epoch.key(domain, name) for epoch in both for domain in ("a", "b") for name in ("x", "y")]
    keys += [epoch.key_for(who, "a", "x") for epoch in both for who in ("p", "q")]
    assert len(set(keys)) == len(keys) == 12


def test_names_that_run_together_are_other_names(ring: Keyring) -> None:
    assert ring.current.key("ab", "c") != ring.current.key("a", "bc")


def test_a_keyring_rests_wrapped_and_comes_back(ring: Keyring) -> None:
    text = written(rotate(ring, "e2", date(2026, 3, 1), TWO, 8), MASTER)
    assert ONE.hex() not in text
    again = read_keyring(text, MASTER)
    assert [epoch.id for epoch in again.epochs] == ["e2", "e1"]
    assert (again.current.secret, again.epochs[1].secret, again.standing) == (TWO, ONE, STANDING)


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"epochs": [], "standing": ""}'])
def test_what_is_no_keyring_is_refused(text: str) -> None:
    with pytest.raises(KeyringError):
        read_keyring(text, MASTER)


def test_another_master_opens_nothing(ring: Keyring) -> None:
    with pytest.raises(KeyringError, match="another master"):
        read_keyring(written(ring, MASTER), LocalMaster(b"n" * 32))


def test_two_keys_match_during_the_overlap_and_one_after(ring: Keyring) -> None:
    both = rotate(ring, "e2", date(2026, 3, 2), TWO, 8)
    assert [epoch.id for epoch in both.matching(date(2026, 4, 27))] == ["e2", "e1"]
    assert [epoch.id for epoch in both.matching(date(2026, 4, 28))] == ["e2"]


def test_a_key_is_destroyed_only_when_its_overlap_has_passed(ring: Keyring) -> None:
    both = rotate(ring, "e2", date(2026, 3, 2), TWO, 8)
    for epoch in ("e1", "e2"):
        with pytest.raises(KeyringError, match="in use"):
            destroy(both, epoch, date(2026, 4, 27))
    assert [epoch.id for epoch in destroy(both, "e1", date(2026, 4, 28)).epochs] == ["e2"]
    with pytest.raises(KeyringError, match="no epoch"):
        destroy(both, "e3", DAY)


def test_no_third_key_matches(ring: Keyring) -> None:
    both = rotate(ring, "e2", DAY, TWO, 8)
    with pytest.raises(KeyringError, match="still matches"):
        rotate(both, "e3", DAY, b"4" * 32, 8)
    with pytest.raises(KeyringError, match="already"):
        rotate(both, "e1", date(2027, 1, 1), b"4" * 32, 8)


def test_a_secret_shows_in_no_error_and_no_print(ring: Keyring) -> None:
    assert "\\x01" not in repr(ring)
    assert "mmm" not in repr(MASTER)
