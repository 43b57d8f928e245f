"""Brå's monthly figures come apart into disjoint leaves; the sums are checked, and a fault is named with its place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.areas_builtin import bra
from intake.sources.account import Collected, SourceError
from intake.sources.bra import ASSAULT, CHAPTER_3, DATASET, LEAVES, REASONS, SUM, MonthlyFigures, read_rows
from policies.classification import load_classification
from policies.dataset import load_datasets

DATASETS = load_datasets(load_classification())
KINDS = (*LEAVES, SUM)
WHOLE = dict(zip(KINDS, (7, 10, 4, 2, 3, 1, 20), strict=True))  # misshandel 7 of 10 in 3 kap.; 10+4+2+3+1 = 20


def collect(data: bytes) -> Collected:
    return MonthlyFigures(DATASETS[DATASET], bra().areas).collect(read_rows(data))


def file(*blocks: tuple[str, str, str, dict[str, object]], extra: tuple[str, ...] = ()) -> bytes:
    rows = [f"{kommun},{name},{month},{kind},{n}" for kommun, name, month, block in blocks for kind, n in block.items()]
    return "\n".join(("kommunkod,omrade,manad,brottstyp,antal", *rows, *extra, "")).encode()


def block(**changes: object) -> dict[str, object]:
    named = {"misshandel": ASSAULT, "kap3": CHAPTER_3, "summa": SUM}
    return {**WHOLE, **{named[key]: value for key, value in changes.items()}}


def test_misshandel_is_taken_out_of_its_chapter_and_sums_are_not_pushed() -> None:
    found = collect(file(("0181", "Södertälje", "2020-01", block())))
    assert found.counts == {
        ("0181", "bra-misshandel", "2020-01"): 7,
        ("0181", "bra-3-kap-ovrigt", "2020-01"): 3,
        ("0181", "bra-4-kap", "2020-01"): 4,
        ("0181", "bra-5-kap", "2020-01"): 2,
        ("0181", "bra-6-kap", "2020-01"): 3,
        ("0181", "bra-7-kap", "2020-01"): 1,
    }
    assert (found.read, found.received, found.excluded, found.total) == (7, 6, {"sum": 1}, 20)


def test_districts_that_share_a_kommun_code_stay_apart() -> None:
    found = collect(
        file(
            ("0180", "Stockholm: Farsta", "2020-01", block()),
            ("0180", "Stockholm: Bromma", "2020-01", block()),
        )
    )
    assert {area for area, _, _ in found.counts} == {"0180-farsta", "0180-bromma"}
    assert found.total == 40


def test_the_sum_may_be_absent() -> None:
    whole = block()
    del whole[SUM]
    assert collect(file(("0181", "Södertälje", "2020-01", whole))).excluded == {}


@pytest.mark.parametrize(
    ("changes", "told"),
    [({"summa": 21}, "0181 2020-01: 3-7 kap. is not the sum"), ({"misshandel": 11}, "misshandel is more than 3 kap.")],
)
def test_sums_that_disagree_leave_the_area_and_month_out_by_name(changes: dict[str, object], told: str) -> None:
    found = collect(
        file(("0181", "Södertälje", "2020-01", block(**changes)), ("0181", "Södertälje", "2020-02", block()))
    )
    assert (found.read, found.received, found.excluded) == (14, 6, {"sums-disagree": 7, "sum": 1})
    assert {month for _, _, month in found.counts} == {"2020-02"}
    assert told in found.faults[0]


def test_without_misshandel_the_leaves_cannot_be_told_apart() -> None:
    whole = block()
    del whole[ASSAULT]
    found = collect(file(("0181", "Södertälje", "2020-01", whole)))
    assert (found.excluded, found.counts) == ({"incomplete": 6}, {})


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("0181,Södertälje,2020-01,7 kap. Brott mot familj,1", "repeated"),
        ("0180,Södertälje,2020-01,7 kap. Brott mot familj,1", "unknown-area"),
        ("0192,Nynäshamn,2020-01,7 kap. Brott mot familj,1", "unknown-area"),
        ("0181,Södertälje,2020-01,8 kap. Stöld,1", "unknown-type"),
        ("0181,Södertälje,2020-13,7 kap. Brott mot familj,1", "malformed"),
        ("0181,Södertälje,2020,7 kap. Brott mot familj,1", "malformed"),
        ("0181,Södertälje,2020-01,7 kap. Brott mot familj,-1", "malformed"),
        ("0181,Södertälje,2020-01,7 kap. Brott mot familj,..", "malformed"),
        ("0181,Södertälje,2020-01,7 kap. Brott mot familj", "malformed"),
        ("0181,Södertälje,2019-12,7 kap. Brott mot familj,1", "outside-the-dataset"),
    ],
)
def test_a_row_that_cannot_be_counted_is_excluded_by_name(row: str, reason: str) -> None:
    found = collect(file(("0181", "Södertälje", "2020-01", block()), extra=(row,)))
    assert (found.read, found.received, found.excluded) == (8, 6, {"sum": 1, reason: 1})


def test_the_same_row_with_two_numbers_leaves_its_month_out() -> None:
    row = "0181,Södertälje,2020-01,7 kap. Brott mot familj,9"
    found = collect(file(("0181", "Södertälje", "2020-01", block()), extra=(row,)))
    assert (found.excluded, found.counts) == ({"contradicted": 8}, {})


@given(
    st.lists(
        st.tuples(
            st.sampled_from([("0181", "Södertälje"), ("0180", "Stockholm: Farsta"), ("9999", "Atlantis")]),
            st.sampled_from(["2020-01", "2020-02", "1999-01", "x"]),
            st.sampled_from([*KINDS, "9 kap."]),
            st.integers(-1, 3),
        ),
        max_size=40,
    )
)
def test_the_account_always_adds_up(rows: list[tuple[tuple[str, str], str, str, int]]) -> None:
    lines = (f"{code},{name},{month},{kind},{n}" for (code, name), month, kind, n in rows)
    found = collect(file(extra=tuple(lines)))
    assert found.received + sum(found.excluded.values()) == found.read == len(rows)
    assert set(found.excluded) <= set(REASONS)
    assert all(count >= 0 for count in found.counts.values())


def test_semicolons_and_a_byte_order_mark_are_read_as_swedish_excel_writes_them() -> None:
    data = file(("0181", "Södertälje", "2020-01", block())).replace(b",", b";")
    assert collect(b"\xef\xbb\xbf" + data).total == 20


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"kommunkod,omrade\n1,2\n", "no column manad, brottstyp, antal"),
        (b"", "no column"),
        ("kommunkod,område".encode("latin-1"), "not UTF-8"),
        (b'kommunkod,omrade,manad,brottstyp,antal\n1,2,3,4,"5', "after line 1"),
    ],
)
def test_a_file_that_is_not_bras_is_refused(data: bytes, told: str) -> None:
    with pytest.raises(SourceError, match=told):
        collect(data)
