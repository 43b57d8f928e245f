"""Spellings of one thing become one spelling, and what is none becomes null."""

from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn
from stdnum.se import orgnr, personnummer

from pseudonyms.normal import KINDS, normalise

TODAY = date(2026, 11, 22)


def one(value: str | None, kind: str) -> str | None:
    found: str | None = normalise(pl.Series([value], dtype=pl.String), kind, TODAY)[0]
    return found


@pytest.mark.parametrize(
    ("kind", "spellings", "told"),
    [
        ("text", ["\uff33torgatan  1", " storgatan 1 ", "STORGATAN\u00a01"], "storgatan 1"),
        ("case-number", ["KS 2026/0123", "ks-2026-123", "Dnr: KS2026:123", "ks 2026 00123"], "KS-2026-123"),
        ("case-number", ["0105-K0123456-26", "105 K123456 26"], "105-K-123456-26"),
        ("personal-number", ["19811218-9876", "811218-9876", "8112189876", "811218\u20119876"], "198112189876"),
        ("personal-number", ["811278-9873", "19811278 9873"], "198112789873"),
        ("personal-number", ["811218+9876"], "188112189876"),
        ("organisation-number", ["212000-0159", "2120000159", "162120000159"], "2120000159"),
        ("plate", ["abc 123", "ABC-123"], "ABC123"),
        ("email", [" Anna@Exempel.SE "], "anna@exempel.se"),
        ("phone", ["070-123 45 67", "+46 70 123 45 67", "0046(0)701234567"], "0701234567"),
    ],
)
def test_spellings_of_one_thing_agree(kind: str, spellings: list[str], told: str) -> None:
    assert {one(spelling, kind) for spelling in spellings} == {told}


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("personal-number", "811218-9877"),
        ("personal-number", "19810230-1234"),
        ("personal-number", "20270101-0000"),
        ("personal-number", "x"),
        ("organisation-number", "212000-0158"),
        ("organisation-number", "1120000159"),
        ("plate", "?"),
        ("email", "anna"),
        ("phone", "x"),
        ("case-number", "--"),
        ("text", "  "),
    ],
)
def test_what_is_none_becomes_null(kind: str, value: str) -> None:
    assert one(value, kind) is None


@pytest.mark.parametrize("kind", KINDS)
def test_null_stays_null(kind: str) -> None:
    assert one(None, kind) is None


@given(born=st.dates(date(1900, 1, 1), date(1999, 12, 31)), last=st.integers(0, 9999), coordination=st.booleans())
def test_personal_numbers_are_read_as_stdnum_reads_them(born: date, last: int, *, coordination: bool) -> None:
    day = born.day + 60 * coordination
    text = f"{born:%y%m}{day:02d}{last:04d}"
    known = luhn.is_valid(text) if coordination else personnummer.is_valid(f"19{text[:6]}-{text[6:]}")
    assert one(f"19{text}", "personal-number") == (f"19{text}" if known else None)


@given(st.integers(0, 10**10 - 1))
def test_organisation_numbers_have_the_check_digit_that_stdnum_says(number: int) -> None:
    text = f"{number:010d}"
    assert (one(text, "organisation-number") is not None) is (orgnr.is_valid(text) and text[2] >= "2")


@given(st.text(max_size=30))
def test_a_spelling_is_its_own_spelling(value: str) -> None:
    plain = value.encode("utf-8", "replace").decode()
    once = one(plain, "text")
    assert once is None or one(once, "text") == once
