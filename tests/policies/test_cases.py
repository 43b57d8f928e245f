"""The cases in cases/*.toml, which a lawyer can read: what is asked, and what the answer must be and rest on."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from policies.rulebook import GROUNDS
from policies.verdict import Permit, Refusal
from tests.policies.pages import FILES, answered, cases, page

CASES = [pytest.param(case, id=f"{file.stem}: {case['title']}") for file in FILES for case in cases(file)]
KEYS = {"title", "question", "answer", "because", "cite", "data", "agreement", "table", "ask"}
NEVER_YES = {"osl-18-2", "osl-25-1", "osl-26-1"}  # no ground answers these
NEVER_A_REASON = {"osl-6-5", "tf-2-1", "osl-11-4"}  # these only let through, or follow along
ONLY_BARS = {"osl-8-1", "osl-8-2", "sfs-2018-1693-3-7"}


@pytest.mark.parametrize("case", CASES)
def test_the_answer_is_the_one_a_lawyer_expects(case: dict[str, Any]) -> None:
    assert case.keys() <= KEYS
    verdict = answered(case)
    expected = Permit if case["answer"] == "yes" else Refusal
    assert isinstance(verdict, expected), verdict
    assert list(verdict.grounds if isinstance(verdict, Permit) else verdict.rules) == case["because"]
    assert {case["cite"]} <= {str(cite) for cite in verdict.cites}


def test_the_page_of_cases_words_each_answer_as_it_is_given() -> None:
    written = (Path(__file__).parents[2] / "docs" / "cases.md").read_text()
    assert written == page(), "run: python -m tests.policies.pages > docs/cases.md"


def test_there_are_at_least_sixty_cases_and_each_has_a_title_of_its_own() -> None:
    titles = Counter(case.id for case in CASES)
    assert len(titles) >= 60
    assert max(titles.values()) == 1


def test_every_ground_is_tried_both_ways() -> None:
    said = [case.values[0] for case in CASES]
    let_through = {
        code for case in said if isinstance(case, dict) and case["answer"] == "yes" for code in case["because"]
    }
    refused = {code for case in said if isinstance(case, dict) and case["answer"] == "no" for code in case["because"]}
    assert GROUNDS.keys() - let_through == NEVER_YES | ONLY_BARS | {"osl-11-4"}
    assert GROUNDS.keys() - refused == NEVER_A_REASON
