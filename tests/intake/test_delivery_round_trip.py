"""A good table comes through every format unchanged; one with a single corruption is refused and named."""

import csv
import io
import json
from collections.abc import Sequence
from typing import Literal

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from intake import delivery_csv, delivery_json, delivery_json_careful
from intake.delivery import Counts, read_delivery
from intake.delivery_checks import is_clean, name_faults, typed
from intake.delivery_expectation import COLUMNS, LARGEST_COUNT, Expectation, Limits
from intake.delivery_fault import Faults

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
Row = tuple[str, str, str, int]
Quoting = Literal[0, 1, 2]
FIXTURE_IS_FROZEN = [HealthCheck.function_scoped_fixture]
few = settings(max_examples=60, deadline=None, suppress_health_check=FIXTURE_IS_FROZEN)
many = settings(max_examples=150, deadline=None, suppress_health_check=FIXTURE_IS_FROZEN)

AREAS = ("0126", "0180", "0181", "1880")
CATEGORIES = ("buskorning", "klotter", "nedskrapning")
cells = st.tuples(
    st.sampled_from(AREAS),
    st.sampled_from(CATEGORIES),
    st.integers(1, 52).map(lambda week: f"2025-W{week:02d}"),
)
tables = st.dictionaries(cells, st.integers(0, LARGEST_COUNT), min_size=1, max_size=30).map(
    lambda counted: [(*cell, count) for cell, count in counted.items()]
)
column_orders = st.permutations(COLUMNS)


def as_csv(
    rows: Sequence[Sequence[object]], order: Sequence[str], separator: str, quoting: Quoting, newline: str
) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator, quoting=quoting, lineterminator=newline)
    writer.writerow(order)
    writer.writerows([[row[COLUMNS.index(name)] for name in order] for row in rows])
    return out.getvalue().encode()


def as_objects(rows: Sequence[Sequence[object]], order: Sequence[str]) -> list[dict[str, object]]:
    return [{name: row[COLUMNS.index(name)] for name in order} for row in rows]


def as_json(rows: Sequence[Sequence[object]], order: Sequence[str], *, wrapped: bool, indent: int | None) -> bytes:
    objects = as_objects(rows, order)
    return json.dumps({"rows": objects} if wrapped else objects, indent=indent).encode()


def as_lines(rows: Sequence[Sequence[object]], order: Sequence[str]) -> bytes:
    return "\n".join(json.dumps(row) for row in as_objects(rows, order)).encode()


def accepted(body: bytes, media_type: str, expected: Expectation) -> list[tuple[object, ...]]:
    answer = read_delivery(body, media_type, expected)
    assert isinstance(answer, Counts), [fault.wire() for fault in answer.first()]
    return answer.frame.rows()


@few
@given(
    rows=tables,
    order=column_orders,
    manner=st.tuples(
        st.sampled_from(",;"),
        st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
        st.sampled_from(["\n", "\r\n"]),
    ),
    mark=st.sampled_from([b"", b"\xef\xbb\xbf"]),
)
def test_a_good_table_comes_through_csv(
    rows: list[Row], order: list[str], manner: tuple[str, Quoting, str], mark: bytes, expected: Expectation
) -> None:
    body = mark + as_csv(rows, order, *manner)
    assert accepted(body, "text/csv", expected) == rows


@few
@given(rows=tables, order=column_orders, form=st.tuples(st.booleans(), st.sampled_from([None, 2])))
def test_a_good_table_comes_through_json(
    rows: list[Row], order: list[str], form: tuple[bool, int | None], expected: Expectation
) -> None:
    wrapped, indent = form
    body = as_json(rows, order, wrapped=wrapped, indent=indent)
    assert accepted(body, "application/json", expected) == rows


@few
@given(rows=tables, order=column_orders)
def test_a_good_table_comes_through_ndjson(rows: list[Row], order: list[str], expected: Expectation) -> None:
    assert accepted(as_lines(rows, order), "application/x-ndjson", expected) == rows


corruptions = st.sampled_from(
    [
        ("area", "9999", "area-unknown"),
        ("area", "", "missing-value"),
        ("category", "storningar", "category-group"),
        ("period", "2025-W60", "period-not-in-calendar"),
        ("period", "2031-W01", "period-in-future"),
        ("count", "-1", "count-negative"),
        ("count", "1.5", "count-decimal"),
        ("count", "NaN", "count-not-finite"),
        ("count", "811218-9876", "personal-number"),
    ]
)


@few
@given(data=st.data(), rows=tables, corruption=corruptions)
def test_one_corruption_anywhere_is_found_and_named(
    data: st.DataObject, rows: list[Row], corruption: tuple[str, str, str], expected: Expectation
) -> None:
    column, value, code = corruption
    at = data.draw(st.integers(0, len(rows) - 1))
    broken = [list(row) for row in rows]
    broken[at][COLUMNS.index(column)] = value
    bodies = {
        "text/csv": as_csv(broken, COLUMNS, ",", csv.QUOTE_MINIMAL, "\n"),
        "application/json": as_json(broken, COLUMNS, wrapped=False, indent=None),
        "application/x-ndjson": as_lines(broken, COLUMNS),
    }
    for media_type, body in bodies.items():
        answer = read_delivery(body, media_type, expected)
        assert isinstance(answer, Faults)
        assert [(fault.row, fault.column, fault.code) for fault in answer.first()] == [(at + 1, column, code)]


def mutated(body: bytes, cuts: Sequence[tuple[int, int, bytes]]) -> bytes:
    for place, length, put in cuts:
        start = place % (len(body) + 1)
        body = body[:start] + put + body[start + length :]
    return body


signs = st.sampled_from(
    ["", '"', '""', ",", ";", "\n", "\r", "\r\n", " ", "\t", "\\", "0", "1", "-", ".", "e1", "{", "}", "[", "]", ":"]
).map(str.encode) | st.sampled_from(
    [b"null", b"true", b"\x00", b"\xff", b"\xc3\xa5", b'"count":1,', b"\xef\xbb\xbf", b"'", b"#"]
)
cuts = st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 3), signs), min_size=1, max_size=3)
readers = {
    "text/csv": (delivery_csv.quick, delivery_csv.placed, delivery_csv.careful),
    "application/json": (delivery_json.quick, delivery_json.placed, delivery_json_careful.careful),
    "application/x-ndjson": (
        delivery_json.quick_lines,
        delivery_json.placed_lines,
        delivery_json_careful.careful_lines,
    ),
}


def written(rows: Sequence[Sequence[object]], media_type: str, quoting: Quoting) -> bytes:
    if media_type == "text/csv":
        return as_csv(rows, COLUMNS, ",", quoting, "\n")
    if media_type == "application/json":
        return as_json(rows, COLUMNS, wrapped=quoting == csv.QUOTE_ALL, indent=None)
    return as_lines(rows, COLUMNS)


@pytest.mark.parametrize("media_type", sorted(readers))
@many
@given(rows=tables, quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]), cuts=cuts)
def test_what_the_quick_reader_accepts_the_careful_one_reads_alike(
    media_type: str, rows: list[Row], quoting: Quoting, cuts: list[tuple[int, int, bytes]], expected: Expectation
) -> None:
    body = mutated(written(rows, media_type, quoting), cuts)
    assume(not body.startswith(BYTE_ORDER_MARK))  # taken off before either reads
    quick, _, careful = readers[media_type]
    raw = quick(body)
    if raw is None or not raw.height or not is_clean(typed(raw, expected)):
        return
    faults = Faults(100)
    again = careful(body.decode(), Limits(), faults)
    assert not faults
    assert typed(again, expected).equals(typed(raw, expected))


@pytest.mark.parametrize("media_type", sorted(readers))
@many
@given(rows=tables, quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]), cuts=cuts)
def test_both_readers_name_the_same_faults_at_the_same_places(
    media_type: str, rows: list[Row], quoting: Quoting, cuts: list[tuple[int, int, bytes]], expected: Expectation
) -> None:
    body = mutated(written([*rows, rows[0]], media_type, quoting), cuts)
    assume(not body.startswith(BYTE_ORDER_MARK))  # taken off before either reads
    quick, placed, careful = readers[media_type]
    raw = quick(body)
    told = placed(body, raw) if raw is not None else None
    if told is None or not told.height:
        return
    by_quick, by_careful = Faults(100), Faults(100)
    name_faults(told, expected, by_quick)
    name_faults(careful(body.decode(), Limits(), by_careful), expected, by_careful)
    assert by_quick.first() == by_careful.first()


@many
@given(rows=tables, cuts=cuts, media_type=st.sampled_from(sorted(readers)))
def test_no_bytes_bring_the_reader_down(
    rows: list[Row], cuts: list[tuple[int, int, bytes]], media_type: str, expected: Expectation
) -> None:
    lines = {
        "text/csv": as_csv(rows, COLUMNS, ";", csv.QUOTE_ALL, "\r\n"),
        "application/x-ndjson": as_lines(rows, COLUMNS),
    }
    body = lines.get(media_type) or as_json(rows, COLUMNS, wrapped=True, indent=1)
    answer = read_delivery(mutated(body, cuts), media_type, expected)
    if isinstance(answer, Faults):
        json.dumps([fault.wire() for fault in answer.first()]).encode()
        assert all(fault.wrong("sv") and fault.right("sv") for fault in answer.first())


@many
@given(body=st.binary(max_size=60) | st.text(max_size=60).map(lambda text: text.encode("utf-8", "replace")))
def test_noise_is_refused_with_a_fault(body: bytes, expected: Expectation) -> None:
    for media_type in readers:
        answer = read_delivery(body, media_type, expected)
        assert isinstance(answer, Faults)
        assert answer.first()
