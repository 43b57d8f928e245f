"""The guide names everything an agreement may say."""

import re
from pathlib import Path
from typing import get_args

import pytest

from policies.agreement import LinkRule, Measured, TableGrant, Written
from policies.parties import (
    PURPOSES,
    Contact,
    Decision,
    Denial,
    Denied,
    GroundClaim,
    GroundCode,
    Knowledge,
    PartyRef,
    Register,
)
from policies.reading import Strict
from policies.terms import Calendar, Method, MethodKind

GUIDE = (Path(__file__).parents[2] / "docs" / "agreements.md").read_text()
NAMED = set(re.findall(r"`([^`]+)`", GUIDE))
SHAPES = (
    Written,
    TableGrant,
    LinkRule,
    Measured,
    PartyRef,
    Contact,
    Register,
    Method,
    Calendar,
    Knowledge,
    GroundClaim,
    Decision,
    Denial,
    Denied,
)


@pytest.mark.parametrize("shape", SHAPES)
def test_every_key_is_explained(shape: type[Strict]) -> None:
    assert shape.model_fields.keys() <= NAMED


def test_every_purpose_method_and_ground_is_explained() -> None:
    assert {*PURPOSES, *get_args(MethodKind), *get_args(GroundCode)} <= NAMED
