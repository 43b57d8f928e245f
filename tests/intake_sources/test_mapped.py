"""A municipality's own file through a mapping: each row counted, or left out for a reason with a name."""

import pytest

from intake.sources.account import SourceError
from intake.sources.mapped import REASONS, Mapped, read_mapping
from policies.classification import load_classification
from policies.dataset import load_datasets
from policies.reading import PolicyError

MAPPING = """
dataset = "kommunens-storningar"
[area]
value = "0126"
[category]
column = "Typ"
codes = { "Klotter" = "storning-klotter", "Skräp" = "storning-nedskrapning" }
skip = ["Test"]
[period]
column = "Inkom"
format = "%Y-%m-%d"
[count]
each = 1
"""
FILE = """Inkom;Typ;Handläggare
2026-02-09;Klotter;x
2026-02-15;Klotter;x
2026-02-16;Skräp;x
2026-02-16;Test;x
2026-02-16;Okänt;x
i går;Klotter;x
"""


def mapped(text: str = MAPPING) -> Mapped:
    wanted = read_mapping(text.encode(), "m.toml")
    return Mapped(wanted, load_datasets(load_classification())[wanted.dataset])


def test_rows_become_counts_and_every_other_row_has_its_reason() -> None:
    one = mapped()
    found = one.collect(one.rows(FILE.encode()))
    assert dict(found.counts) == {
        ("0126", "storning-klotter", "2026-W07"): 2,
        ("0126", "storning-nedskrapning", "2026-W08"): 1,
    }
    assert dict(found.excluded) == {"skipped": 1, "unknown-category": 1, "malformed-period": 1}
    assert set(found.excluded) <= set(REASONS)


def test_a_column_of_counts_and_periods_as_they_are() -> None:
    text = MAPPING.replace("each = 1", 'column = "Antal"').replace('format = "%Y-%m-%d"\n', "")
    one = mapped(text)
    found = one.collect(one.rows("Inkom,Typ,Antal\n2026-W07,Klotter,5\n2026-W07,Klotter,många\n".encode()))
    assert dict(found.counts) == {("0126", "storning-klotter", "2026-W07"): 5}
    assert dict(found.excluded) == {"malformed-count": 1}


def test_codes_that_the_dataset_does_not_know_are_found_before_any_row() -> None:
    one = mapped(MAPPING.replace("storning-klotter", "klotter").replace("0126", "9999"))
    assert list(one.faults(["0126"])) == [
        "area: '9999' is no code of kommunens-storningar",
        "category: 'klotter' is no code of kommunens-storningar",
    ]


@pytest.mark.parametrize(
    "change", [("each = 1", ""), ('value = "0126"', 'value = "0126"\ncolumn = "x"'), ("[count]", "[antal]")]
)
def test_a_mapping_that_does_not_hold_says_where(change: tuple[str, str]) -> None:
    with pytest.raises(PolicyError, match=r"m\.toml"):
        mapped(MAPPING.replace(*change))


def test_a_file_without_a_column_is_refused() -> None:
    with pytest.raises(SourceError, match="no column Typ"):
        mapped().rows(b"Inkom;Kategori\n")
