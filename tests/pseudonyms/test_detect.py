"""What points at a person is found where it stands, and what only looks like it is seldom taken for it."""

import polars as pl
import pytest

from bench.pseudonyms.labelled import labelled
from pseudonyms.detect import has_personal_number, personal_numbers, warned_about


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("811218-9876", True),
        ("ring 19811218-9876 nu", True),
        ("8112189876", True),
        ("811218 9876", True),
        ("811218+9876", True),
        ("811278-9873", True),
        ("81 12 18-9876", True),
        ("811218-9877", True),  # a digit mistyped: it still points at somebody
        ("8112189877", False),
        ("811318-9876", False),
        ("1811218-98761", False),
        ("070-123 45 67", False),
        ("KS 2026/00123", False),
        ("2026-01-15T12:34", False),
        ("", False),
    ],
)
def test_a_personal_number_is_found_by_its_form(text: str, found: bool) -> None:  # noqa: FBT001 -- a case
    assert has_personal_number(text) is found
    assert personal_numbers(pl.Series([text, None])).to_list() == [found, False]


def test_the_quick_look_over_a_column_misses_nothing_of_the_careful_one() -> None:
    texts = [text for _, text, _ in labelled(200, seed=2)]
    assert personal_numbers(pl.Series(texts)).to_list() == [has_personal_number(text) for text in texts]


def test_precision_and_recall_are_what_the_docs_say() -> None:
    judged = [(is_one, has_personal_number(text)) for _, text, is_one in labelled(400)]
    hits = sum(is_one and found for is_one, found in judged)
    assert hits / sum(is_one for is_one, _ in judged) >= 0.95  # all of them but for half of those mistyped
    assert hits / sum(found for _, found in judged) > 0.98


def test_names_and_addresses_of_e_mail_are_warned_about() -> None:
    texts = pl.Series(["Anna Svensson ringde", "svara a.b@exempel.se", "Erik von Post", "Klotter i Anna park", None])
    assert warned_about(texts) == {"name": 2, "e-mail": 1}
    assert warned_about(pl.Series(["inget", "här"])) == {}
