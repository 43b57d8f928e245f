"""The page of what is held to names tests that exist, a reason where there is none, and leaves nothing out."""

import ast
import json
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text()
ROWS = [line.strip("| ").split(" | ") for line in PAGE.splitlines() if re.match(r"\| (\d|SAK|FEL)", line)]
WANTED = """
4.1.3 4.1.4 4.1.5 4.2.1 8.2.1 8.2.2 8.2.3 8.3.1 8.3.2 8.3.3 8.4.1 9.1.1 9.1.2 9.1.3 9.2.1 9.2.2 9.2.3 9.2.4
10.3.1 10.3.2 10.3.3 10.3.4 10.3.5 10.4.14 10.4.16 10.5.1 10.5.2 10.5.3 10.5.4 10.5.5
11.1.2 11.2.1 11.4.2 11.5.1 11.6.1 16.2.1 16.2.2 16.2.5 16.3.1 16.3.2 16.3.3 16.3.4 16.4.1 16.4.2 16.4.3
16.5.1 16.5.2 16.5.3 16.5.4 6.2.1 6.2.4 6.2.12 6.3.1 6.3.3 6.3.8 6.5.1 6.8.1 6.8.4 7.2.4 7.3.1 7.3.2 7.4.2 7.5.2
"""


@cache
def names_in(path: Path) -> set[str]:
    return {node.name for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef)}


def named(text: str) -> list[str]:
    return re.findall(r"`([\w/]+\.py::\w+)`", text)


@pytest.mark.parametrize("name", sorted(set(named(PAGE))))
def test_a_named_test_exists(name: str) -> None:
    file, _, test = name.partition("::")
    path = ROOT / "tests" / file
    assert path.is_file(), name
    assert test in names_in(path), name


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_every_row_is_shown_or_says_why_not(row: list[str]) -> None:
    assert len(row) == 3, row
    assert named(row[2]) or row[2].startswith("none: ") or row[2] == "this page"


def test_no_item_is_left_out_and_none_stands_twice() -> None:
    items = [item for row in ROWS for item in row[0].split()]
    assert set(WANTED.split()) <= set(items)
    assert len(items) == len(set(items))


def test_every_rule_of_the_profile_on_security_and_errors_is_answered(shared: Path) -> None:
    rules = json.loads((shared / "api-profile" / "rest_api_profil_1_2_0_krav.json").read_text())
    wanted = {rule["id"] for rule in rules if rule["id"].startswith(("SAK", "FEL"))}
    profile = (ROOT / "docs" / "api-profile.md").read_text()
    answered = set(re.findall(r"\b(?:SAK|FEL)\.\d+", PAGE + profile))
    assert wanted <= answered, sorted(wanted - answered)
