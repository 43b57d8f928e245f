"""What people sign in with, by arithmetic alone: rules, passwords, second factors, seals, sessions, patience."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth.factor import enrolment, new_factor, new_recovery_codes, recovery_digest, step_of
from auth.keys import KeyFileError
from auth.passwords import PasswordError, check_password, normalised
from auth.patience import is_held, place_of, wait
from auth.rights import Role
from auth.rules import rules_on
from auth.sealing import FILE, Seal, SealError, load_seal, make_seal
from auth.sessions import Stage, digest_of, form_token, is_alive, is_form_token, new_token
from models.people import PersonSession

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
RULES = rules_on(NOW.date())
NAMES = ("anna.berg", "Anna Berg", "sodertalje", "Södertälje kommun")


def test_the_rules_are_those_of_the_advice_they_follow() -> None:
    assert RULES.shortest == 15
    assert (RULES.idle, RULES.lasting) == (timedelta(hours=1), timedelta(hours=12))
    assert RULES.tries_from_everywhere == 100
    assert RULES.second_factor == {Role.OPERATOR, Role.POLICY_OFFICER, Role.AUDITOR}
    assert rules_on(date(1999, 1, 1)) == RULES, "no day is without rules"


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("kort", "short"),
        ("x" * 14, "short"),
        ("x" * 257, "long"),
        ("password1234567", "common"),
        ("qwertyuiopasdfgh", "common"),
        ("aaaaaaaaaaaaaaaaaaaa", "common"),
        ("lösenordlösenord", "common"),
        ("Sommar2026Sommar2026", "common"),
        ("anna.berg.anna.berg", "named"),
        ("Södertälje kommun 2026!", "named"),
    ],
)
def test_a_password_that_is_guessed_first_is_not_taken(password: str, fault: str) -> None:
    with pytest.raises(PasswordError) as raised:
        check_password(password, RULES.shortest, NAMES)
    assert raised.value.fault == fault


@pytest.mark.parametrize(
    "password",
    [
        "korrekt häst batteri häftklammer",
        "en annan mening om kråkor",
        "x9!kfjQp2mZr7tWb",
        "alla små bokstäver utan siffror",
        "🦊 räv under granen i snö",
        "v" * 5 + "h2Kd9sLq0PzXw7Rt" * 15,
    ],
)
def test_a_long_password_is_taken_whatever_it_is_made_of(password: str) -> None:
    check_password(password, RULES.shortest, NAMES)


def test_a_password_is_the_same_however_a_keyboard_composes_it() -> None:
    assert normalised("ha\u0308st") == normalised("häst") == "häst"


@given(step=st.integers(min_value=-3, max_value=3), used=st.integers(min_value=-3, max_value=3))
def test_a_code_is_taken_within_a_step_and_only_once(step: int, used: int) -> None:
    secret, here = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", int(NOW.timestamp()) // 30
    code = pyotp.TOTP(secret).generate_otp(here + step)
    taken = step_of(code, secret, NOW, here + used)
    assert taken == (here + step if abs(step) <= 1 and step > used else None)


@pytest.mark.parametrize("typed", ["", "000000", "12345", "1234567", "abcdef", "\uff11\uff12\uff13\uff14\uff15\uff16"])
def test_what_is_no_code_is_not_taken(typed: str) -> None:
    assert step_of(typed, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", NOW, 0) is None


def test_a_code_may_be_typed_in_groups() -> None:
    secret = new_factor()
    code = pyotp.TOTP(secret).at(NOW)
    assert step_of(f"{code[:3]} {code[3:]}", secret, NOW, 0) is not None
    assert enrolment(secret, "anna", "Samsyn").startswith("otpauth://totp/Samsyn:anna?secret=")


def test_recovery_codes_are_long_and_forgive_how_they_are_typed() -> None:
    codes = new_recovery_codes()
    assert len(set(codes)) == 8
    assert all(len(code.replace("-", "")) * 5 >= 112 for code in codes), "enough bits for a plain hash (ASVS 6.5.2)"
    assert recovery_digest(codes[0].lower().replace("-", " ")) == recovery_digest(codes[0])


def test_a_sealed_secret_opens_for_its_owner_and_key_alone(tmp_path: Path) -> None:
    make_seal(tmp_path)
    seal = load_seal(tmp_path)
    sealed = seal.close("secret", "anna")
    assert seal.open(sealed, "anna") == "secret"
    assert seal.close("secret", "anna") != sealed
    for other, owner in ((seal, "per"), (Seal(b"x" * 32), "anna")):
        with pytest.raises(SealError):
            other.open(sealed, owner)


def test_marks_differ_wherever_their_parts_do() -> None:
    seal = Seal(b"k" * 32)
    marks = [seal.mark("a", "bc"), seal.mark("ab", "c"), seal.mark("abc"), Seal(b"l" * 32).mark("a", "bc")]
    assert len(set(marks)) == len(marks)


def test_a_key_that_others_read_or_that_is_cut_is_not_used(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match="no key"):
        load_seal(tmp_path)
    make_seal(tmp_path)
    before = (tmp_path / FILE).read_bytes()
    make_seal(tmp_path)
    assert (tmp_path / FILE).read_bytes() == before, "making it twice makes it once"
    (tmp_path / FILE).chmod(0o640)
    with pytest.raises(KeyFileError, match="0600"):
        load_seal(tmp_path)
    (tmp_path / FILE).chmod(0o600)
    (tmp_path / FILE).write_bytes(b"short")
    with pytest.raises(KeyFileError, match="32 bytes"):
        load_seal(tmp_path)


def test_tokens_are_of_256_bits_and_their_forms_follow_from_them() -> None:
    tokens = {new_token() for _ in range(200)}
    assert len(tokens) == 200
    assert min(map(len, tokens)) >= 43
    one, two = sorted(tokens)[:2]
    assert is_form_token(form_token(one), one)
    assert not is_form_token(form_token(one), two)
    assert not is_form_token("", one)
    assert not is_form_token("é", one)
    assert digest_of(one) not in (one, digest_of(two))


@pytest.mark.parametrize(
    ("stage", "age", "rest", "alive"),
    [
        (Stage.IN, timedelta(hours=11, minutes=59), timedelta(0), True),
        (Stage.IN, timedelta(hours=12), timedelta(0), False),
        (Stage.IN, timedelta(hours=2), timedelta(minutes=60), False),
        (Stage.CODE, timedelta(minutes=9), timedelta(0), True),
        (Stage.CODE, timedelta(minutes=10), timedelta(0), False),
        (Stage.ENROL, timedelta(minutes=10), timedelta(0), False),
    ],
)
def test_how_long_a_session_lasts(stage: Stage, age: timedelta, rest: timedelta, *, alive: bool) -> None:
    begun, seen = NOW - age, NOW - rest
    session = PersonSession(digest="d", handle="h", person_id="p", stage=stage, begun_at=begun, seen_at=seen)
    assert is_alive(session, NOW, RULES) is alive


@given(st.integers(min_value=0, max_value=10_000))
def test_waiting_never_shrinks_and_never_becomes_a_lock(failures: int) -> None:
    assert wait(failures, RULES) <= wait(failures + 1, RULES) <= RULES.longest_wait
    assert (wait(failures, RULES) == timedelta(0)) == (failures < RULES.free_tries)


def test_a_hundred_wrong_tries_hold_for_a_while_and_not_for_ever() -> None:
    assert not is_held(NOW, NOW, 99, NOW, RULES)
    assert is_held(NOW, NOW, 100, NOW, RULES)
    assert not is_held(NOW + RULES.longest_wait, NOW, 100, NOW, RULES)
    assert is_held(NOW, NOW + timedelta(seconds=1), 0, NOW, RULES)


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "20010db800010002::/64"),
        ("2001:db8:1:2::9", "20010db800010002::/64"),
        ("", ""),
        ("unix", "unix"),
    ],
)
def test_an_ipv6_address_is_as_good_as_its_network(address: str, place: str) -> None:
    assert place_of(address) == place
