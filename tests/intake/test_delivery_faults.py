"""Every way a delivery can be wrong, each with its own message."""

import json
from dataclasses import replace
from datetime import date

import pytest

from intake.delivery import Counts, read_delivery
from intake.delivery_expectation import Expectation, Limits
from intake.delivery_fault import Fault, Faults, looks_personal
from intake.delivery_messages import MESSAGES
from intake.delivery_refusals import UnknownMediaType
from policies.period import parse_period

HEADER = "area,category,period,count\n"
GOOD = "0181,klotter,2026-W07,3\n"
NUMBER = "19811218-9876"


def faults_of(body: str | bytes, expected: Expectation, media_type: str = "text/csv") -> list[Fault]:
    answer = read_delivery(body.encode() if isinstance(body, str) else body, media_type, expected)
    assert isinstance(answer, Faults), "the delivery was accepted"
    assert answer.total == len(answer.first())
    return answer.first()


def codes_of(body: str | bytes, expected: Expectation, media_type: str = "text/csv") -> list[str]:
    return [fault.code for fault in faults_of(body, expected, media_type)]


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("", "missing-value"),
        (" 3", "surrounding-space"),
        ("-3", "count-negative"),
        ("+3", "count-plus-sign"),
        ("03", "count-leading-zero"),
        ("1.5", "count-decimal"),
        ('"1,5"', "count-decimal"),
        ("3.0", "count-decimal"),
        ("1 234", "count-separator"),
        ("1\u00a0234", "count-separator"),
        ('"1,234,567"', "count-separator"),
        ("1e3", "count-exponent"),
        ("NaN", "count-not-finite"),
        ("-inf", "count-not-finite"),
        ("Infinity", "count-not-finite"),
        ("true", "count-boolean"),
        ("FALSKT", "count-boolean"),
        ("NA", "count-mark"),
        ("-", "count-mark"),
        ("..", "count-mark"),
        ("=1+1", "formula"),
        ("@SUM(A1)", "formula"),
        ("+1+1", "formula"),
        ("-1+1", "formula"),
        ("1000000001", "count-too-large"),
        ("99999999999999999999999", "count-too-large"),
        ("٣", "count-digits"),
        ("three", "count-not-whole"),
        (NUMBER, "personal-number"),
        ("9" * 201, "field-too-long"),
    ],
)
def test_a_wrong_count_is_named(value: str, code: str, expected: Expectation) -> None:
    [fault] = faults_of(f"{HEADER}{GOOD}0126,klotter,2026-W07,{value}\n", expected)
    assert (fault.code, fault.row, fault.line, fault.column) == (code, 2, 3, "count")


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        ("9999,klotter,2026-W07,3", "area", "area-unknown"),
        ("01,klotter,2026-W07,3", "area", "area-level"),
        ("181,klotter,2026-W07,3", "area", "area-lost-zero"),
        (",klotter,2026-W07,3", "area", "missing-value"),
        ("=0181,klotter,2026-W07,3", "area", "formula"),
        ("@0181,klotter,2026-W07,3", "area", "formula"),
        (f"{NUMBER},klotter,2026-W07,3", "area", "personal-number"),
        ("0181,Klotter,2026-W07,3", "category", "category-unknown"),
        ("0181,storningar,2026-W07,3", "category", "category-group"),
        ("0181,misshandel,2026-W07,3", "category", "category-elsewhere"),
        ("0181,anna 8112189876,2026-W07,3", "category", "personal-number"),
        ("0181,klotter,2026-02,3", "period", "period-granularity"),
        ("0181,klotter,2026-02-11,3", "period", "period-granularity"),
        ("0181,klotter,2026-W7,3", "period", "period-form"),
        ("0181,klotter,vecka 7,3", "period", "period-form"),
        ("0181,klotter,2025-W53,3", "period", "period-not-in-calendar"),
        ("0181,klotter,2023-W52,3", "period", "period-before-span"),
        ("0181,klotter,2026-W08,3", "period", "period-in-future"),
    ],
)
def test_a_wrong_code_or_period_is_named(row: str, column: str, code: str, expected: Expectation) -> None:
    [fault] = faults_of(f"{HEADER}{row}\n", expected)
    assert (fault.code, fault.row, fault.line, fault.column) == (code, 1, 2, column)


def test_a_period_after_a_closed_span_is_not_called_future(expected: Expectation) -> None:
    closed = replace(expected, last=parse_period("2025-W10", "iso-week"))
    assert codes_of(f"{HEADER}0181,klotter,2025-W11,3\n", closed) == ["period-after-span"]


def test_the_week_that_holds_today_can_be_counted(expected: Expectation) -> None:
    monday = replace(expected, today=date(2026, 2, 9))
    assert isinstance(read_delivery((HEADER + GOOD).encode(), "text/csv", monday), Counts)


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        ("", ["empty-file"]),
        ("\n \n", ["empty-file"]),
        ("\ufeff", ["empty-file"]),
        (HEADER, ["no-rows"]),
        ((HEADER + GOOD).encode("utf-16"), ["utf-16"]),
        ((HEADER + "Örebro,klotter,2026-W07,3").encode("latin-1"), ["not-utf-8"]),
        ("area,category,period\n0181,klotter,2026-W07\n", ["missing-column"]),
        ("area,category,period,count,note\n0181,klotter,2026-W07,3,hej\n", ["unknown-column"]),
        ("area,category,period,count,count\n0181,klotter,2026-W07,3,3\n", ["duplicate-column"]),
        ("Area,category,period,count\n0181,klotter,2026-W07,3\n", ["missing-column", "unknown-column"]),
        (f"{HEADER}0181,klotter,2026-W07\n", ["too-few-fields"]),
        (f"{HEADER}0181,klotter,2026-W07,3,4\n", ["too-many-fields"]),
        (f"{HEADER}0181,klotter,2026-W07,3,", ["too-many-fields"]),
        (f'{HEADER}"0181"x,klotter,2026-W07,3\n{GOOD}', ["malformed-quotes"]),
        (f'{HEADER}"0181","klo"t"ter","2026-W07","3"\n', ["malformed-quotes"]),
        (f'{HEADER}{GOOD}"0126,klotter,2026-W07,3\n', ["malformed-quotes"]),
        (f"{HEADER}{GOOD}{GOOD}", ["duplicate-row"]),
        (f"{HEADER}0181,klotter,2026-W07,3,{NUMBER}\n", ["personal-number", "too-many-fields"]),
        (f"area,category,period,count,{NUMBER}\n0181,klotter,2026-W07,3,4\n", ["personal-number"]),
        (f"area,category,period,count,note\n{GOOD.strip()},ring {NUMBER}\n", ["unknown-column", "personal-number"]),
    ],
)
def test_a_file_of_wrong_form_is_named(body: str | bytes, codes: list[str], expected: Expectation) -> None:
    assert codes_of(body, expected) == codes


@pytest.mark.parametrize(
    ("value", "column", "code"),
    [
        ('"area": 1880', "area", "not-text"),
        ('"area": null', "area", "missing-value"),
        ('"area": ["0181"]', "area", "not-text"),
        ('"area": 8112189876', "area", "personal-number"),
        ('"count": "5"', "count", "count-text"),
        ('"count": true', "count", "count-boolean"),
        ('"count": 1.0', "count", "count-decimal"),
        ('"count": 1e3', "count", "count-exponent"),
        ('"count": NaN', "count", "count-not-finite"),
        ('"count": -1', "count", "count-negative"),
        ('"count": null', "count", "missing-value"),
        ('"count": [1]', "count", "count-not-whole"),
        ('"count": {"n": 1}', "count", "count-not-whole"),
        ('"count": "=1"', "count", "formula"),
        ('"category": "\\ud800"', "category", "category-unknown"),
        ('"note": 1', None, "unknown-field"),
        (f'"note": "{NUMBER}"', None, "personal-number"),
        ('"area": "0181", "area": "0181"', "area", "duplicate-field"),
    ],
)
@pytest.mark.parametrize("media_type", ["application/json", "application/x-ndjson"])
def test_a_wrong_json_value_is_named(
    media_type: str, value: str, column: str | None, code: str, expected: Expectation
) -> None:
    row = {"area": "0181", "category": "klotter", "period": "2026-W07", "count": 3}
    others = {name: given for name, given in row.items() if f'"{name}":' not in value}
    element = f"{{{json.dumps(others)[1:-1]}, {value}}}"
    body = f"[{element}]" if media_type == "application/json" else f"\n{element}\n"
    [fault] = faults_of(body, expected, media_type)
    assert (fault.code, fault.row, fault.column) == (code, 1, column)
    assert fault.line == (1 if media_type == "application/json" else 2)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("{}", "not-rows"),
        ('{"rows": [], "more": 1}', "malformed-json"),
        ('{"rows": 3}', "not-rows"),
        ("3", "not-rows"),
        ("[] x", "malformed-json"),
        ("[1, ", "malformed-json"),
        ("[" * 100_000, "malformed-json"),
        ("[3]", "not-an-object"),
        ("[]", "no-rows"),
        ('{"rows": []}', "no-rows"),
    ],
)
def test_json_of_wrong_form_is_named(body: str, code: str, expected: Expectation) -> None:
    assert code in codes_of(body, expected, "application/json")


def test_broken_json_says_where_and_the_rows_before_it_are_judged(expected: Expectation) -> None:
    body = '[{"area":"0181","category":"klotter","period":"2026-W07","count":-1},\n {"area" 3}]'
    broken, negative = faults_of(body, expected, "application/json")
    assert broken.wrong() == "the JSON breaks at line 2, character 10: Expecting ':' delimiter"
    assert negative.code == "count-negative"


def test_every_broken_line_of_ndjson_is_named(expected: Expectation) -> None:
    good = '{"area":"0181","category":"klotter","period":"2026-W07","count":1}\n'
    lines = [fault.line for fault in faults_of(f"{{\n{good}\n{{}} {{}}\n", expected, "application/x-ndjson")]
    assert lines == [1, 4]


def test_a_duplicate_names_both_rows(expected: Expectation) -> None:
    body = f"{HEADER}{GOOD}0126,klotter,2026-W07,1\n\n0181,klotter,2026-W07,4\n"
    [fault] = faults_of(body, expected)
    assert (fault.row, fault.line) == (3, 5)
    assert fault.wrong() == "area, category and period are the same as in row 1 (line 2)"


def test_blank_lines_are_no_rows_but_count_as_lines(expected: Expectation) -> None:
    body = f"\r\n\n{HEADER.replace(',', ';')}\n0181;klotter;2026-W07;3\n\n0181;klotter;2026-W06;-1\n"
    [fault] = faults_of(body, expected)
    assert (fault.row, fault.line) == (2, 7)


def test_every_fault_of_every_row_is_collected_in_order(expected: Expectation) -> None:
    body = f"{HEADER}181,Klotter,2026-W7,x\n{GOOD}0126,klotter,2026-W07,\n"
    assert [(fault.row, fault.column) for fault in faults_of(body, expected)] == [
        (1, "area"),
        (1, "category"),
        (1, "count"),
        (1, "period"),
        (3, "count"),
    ]


def test_more_faults_than_can_be_listed_are_still_counted(expected: Expectation) -> None:
    few = replace(expected, limits=Limits(listed=5))
    body = HEADER + "".join(f"9999,klotter,2026-W07,-{n}\n" for n in range(1, 21))
    answer = read_delivery(body.encode(), "text/csv", few)
    assert isinstance(answer, Faults)
    assert (answer.total, len(answer.first())) == (40, 5)
    assert [fault.row for fault in answer.first()] == [1, 1, 2, 2, 3]


@pytest.mark.parametrize("media_type", ["text/csv", "application/json", "application/x-ndjson"])
def test_too_many_rows_are_refused(media_type: str, expected: Expectation) -> None:
    small = replace(expected, limits=Limits(rows=2))
    element = '{"area":"0181","category":"klotter","period":"2026-W0%d","count":1}'
    elements = [element % week for week in range(1, 4)]
    bodies = {
        "text/csv": HEADER + "".join(f"0181,klotter,2026-W0{week},1\n" for week in range(1, 4)),
        "application/json": f"[{','.join(elements)}]",
        "application/x-ndjson": "\n".join(elements),
    }
    assert codes_of(bodies[media_type], small, media_type) == ["too-many-rows"]


def test_a_personal_number_is_never_repeated(expected: Expectation) -> None:
    body = f"area,category,period,count,{NUMBER}\n{NUMBER},a {NUMBER},811218+9876,{NUMBER},{NUMBER}\n"
    said = json.dumps([fault.wire() for fault in faults_of(body, expected)], ensure_ascii=False)
    assert "9876" not in said
    assert "personal identity number" in said


@pytest.mark.parametrize(
    ("text", "personal"),
    [
        ("198112189876", True),
        ("19811218-9876", True),
        ("811218-9876", True),
        ("811218+9876", True),
        ("8112789876", True),
        ("811218 - 9876", True),
        ("call 811218\u20139876.", True),
        ("811318-9876", False),
        ("811232-9876", False),
        ("556016-0680", False),
        ("0181A0010", False),
        ("2026-02-11", False),
        ("1000000000", False),
    ],
)
def test_what_looks_like_a_personal_number(text: str, personal: bool) -> None:  # noqa: FBT001 -- a table's column
    assert looks_personal(text) is personal


def test_a_shown_value_is_short_and_holds_no_control_signs(expected: Expectation) -> None:
    [fault] = faults_of(f"{HEADER}x\u202e\x1b{'y' * 100},klotter,2026-W07,3\n", expected)
    assert fault.value is not None
    assert fault.value.startswith("x\\u{202e}\\u{1b}yyy")
    assert fault.value.endswith("…")


@pytest.mark.parametrize("code", sorted(MESSAGES))
def test_every_message_can_be_said_in_both_languages(code: str) -> None:
    names = "limit offset byte name at_line at_column reason found expected other_row other_line length level"
    names += " example suggestion unit first last newest kind why"
    fault = Fault(code, 1, 2, "count", "x", dict.fromkeys(names.split(), "x"))
    sentences = [fault.wrong("en"), fault.right("en"), fault.wrong("sv"), fault.right("sv")]
    assert len(set(sentences)) == 4


def test_no_two_faults_share_a_message() -> None:
    assert len({message.en.wrong for message in MESSAGES.values()}) == len(MESSAGES)


@pytest.mark.parametrize("media_type", ["application/xml", "", "text/csv; charset=iso-8859-1"])
def test_what_is_not_read_here_is_refused_by_name(media_type: str, expected: Expectation) -> None:
    with pytest.raises(UnknownMediaType, match=r"send (one of text/csv|UTF-8)"):
        read_delivery(b"x", media_type, expected)
