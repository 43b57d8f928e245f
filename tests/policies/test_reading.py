from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import Field

from policies.agreement import parse_agreement
from policies.reading import Cite, PolicyError, Strict, Words, Wrong, key_lines, line_of, read

GOOD = b"""# a comment
name = "one"

[words]
sv = "ett"
en = "one"

[[parts]]
day = 2026-01-01

[[parts]]
day = 2026-01-02
[parts.cite]
law = "lagen"
section = "1 \xc2\xa7"
href = "https://example.org/"
"""


class Part(Strict):
    day: date
    cite: Cite | None = None


class Shape(Strict):
    name: str
    words: Words
    parts: tuple[Part, ...]


def fault(data: bytes) -> str:
    with pytest.raises(PolicyError) as raised:
        read(data, "file.toml", Shape)
    return str(raised.value)


def test_what_holds_is_read_with_its_types() -> None:
    shape = read(GOOD, "file.toml", Shape)
    assert [part.day for part in shape.parts] == [date(2026, 1, 1), date(2026, 1, 2)]
    assert str(shape.parts[1].cite) == "lagen 1 §"


def test_what_was_read_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        read(GOOD, "file.toml", Shape).name = "two"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (b"name =", b"nam =", "file.toml, line 2: nam: unknown key; the keys here are name, words, parts"),
        (b'name = "one"', b"", "file.toml, line 1: name: this key is missing; write it"),
        (b'sv = "ett"', b"", "file.toml, line 4: words.sv: this key is missing; write it"),
        (
            b'sv = "ett"',
            b'sv = "ett"\nse = "ett"',
            "file.toml, line 6: words.se: unknown key; the keys here are sv, en",
        ),
        (b"day = 2026-01-02", b'day = "2026-01-02"', "file.toml, line 12: parts.1.day: '2026-01-02': input should be"),
        (b"day = 2026-01-02", b"day = 2026-01-02T10:00:00", "file.toml, line 12: parts.1.day: "),
        (b"day = 2026-01-02", b"day = 2026-02-30", "file.toml, line 12: not TOML: "),
        (b'law = "lagen"', b'law = " lagen"', "file.toml, line 14: parts.1.cite.law: ' lagen' is not of the form "),
        (b"https://", b"http://", "file.toml, line 16: parts.1.cite.href: 'http://example.org/' is not of the form"),
        (b'name = "one"', b"name = 1", "file.toml, line 2: name: '1': input should be a valid string"),
        (b'name = "one"', b'name = "one"\nname = "two"', "file.toml, line 3: not TOML: "),
        (b'en = "one"', b"en = \xff", "file.toml, line 6: not UTF-8; save the file as UTF-8"),
        (b'name = "one"', b'name = "one', "file.toml, line 2: not TOML: "),
    ],
)
def test_each_fault_says_file_line_and_what_would_be_right(old: bytes, new: bytes, told: str) -> None:
    assert fault(GOOD.replace(old, new, 1)).startswith(told)


@pytest.mark.parametrize(
    "value", [b"[" * 5000, b"9" * 5000, b"[" * 450 + b"]" * 450, b"0x", b"1979-05-27T07:32:00Z\n="]
)
def test_what_the_reader_itself_cannot_take_is_named_too(value: bytes) -> None:
    assert "file.toml, line " in fault(GOOD.replace(b'"one"', value, 1))


@settings(deadline=None)
@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_no_bytes_do_anything_but_read_or_be_refused(data: bytes) -> None:
    with pytest.raises(PolicyError, match=r"\Afile\.toml, line \d+: "):
        read(data, "file.toml", Shape)


@settings(deadline=None)
@given(st.integers(0, len(GOOD)), st.binary(max_size=3), st.integers(0, 3))
def test_no_slip_in_a_good_file_does_anything_but_read_or_be_refused(place: int, put: bytes, lost: int) -> None:
    with suppress(PolicyError):
        read(GOOD[:place] + put + GOOD[place + lost :], "file.toml", Shape)


def test_a_text_cut_off_is_a_fault_on_its_last_line() -> None:
    assert fault(GOOD + b"[") == "file.toml, line 17: not TOML: " + fault(GOOD + b"[").rpartition("TOML: ")[2]


def test_every_fault_is_listed_in_order_of_line() -> None:
    told = fault(GOOD.replace(b'en = "one"', b"").replace(b'name = "one"', b"").replace(b"2026-01-02", b"2"))
    assert told.splitlines() == [
        "file.toml, line 1: name: this key is missing; write it",
        "file.toml, line 4: words.en: this key is missing; write it",
        "file.toml, line 12: parts.1.day: '2': input should be a valid date",
    ]


def test_the_first_unknown_key_of_a_table_is_told_alone() -> None:
    assert fault(b"b = 1\na = 2") == "file.toml, line 2: a: unknown key; the keys here are name, words, parts"


def test_an_empty_list_is_told_apart_from_a_list_of_wrong_things() -> None:
    class List(Strict):
        words: tuple[Words, ...] = Field(min_length=1)

    with pytest.raises(PolicyError, match=r"line 1: words: this list is empty; name at least one$"):
        read(b"words = []", "f", List)
    with pytest.raises(PolicyError) as raised:
        read(b'words = [{ sv = "a" }]', "f", List)
    assert str(raised.value) == "f, line 1: words.0.en: this key is missing; write it"


def test_an_error_can_point_below_the_table_that_found_it() -> None:
    assert Wrong("no", "a", 1).at == ("a", 1)


def test_lines_are_found_for_tables_arrays_and_what_lies_inside_a_line() -> None:
    places = key_lines(GOOD.decode())
    assert places["name",] == 2
    assert places["words",] == 4
    assert places["words", "en"] == 6
    assert places["parts", 0] == 8
    assert places["parts", 0, "day"] == 9
    assert places["parts", 1, "day"] == 12
    assert places["parts", 1, "cite", "law"] == 14
    assert line_of(("parts", 1, "cite", "law", "deeper"), places) == 14
    assert line_of(("elsewhere",), places) == 1


def test_a_key_is_placed_where_it_first_stands() -> None:
    assert key_lines("a = 1\na = 2")["a",] == 1


def test_an_agreement_is_bound_to_the_digest_that_was_approved() -> None:
    with pytest.raises(
        PolicyError,
        match=r"\Aa\.toml, line 1: sha256 is e3b0[0-9a-f]{60} where 0123 was approved; restore those bytes\Z",
    ):
        parse_agreement(b"", "a.toml", "0123")
