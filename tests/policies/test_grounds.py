"""The grounds beside the statutes: each quotes its sentence as it stands, and none is without a source."""

import re
from datetime import date
from pathlib import Path
from typing import get_args

import pytest

from policies.grounds import FIRST_DAY, Case, Ground, WhyNot, ground
from policies.grounds_exceptions import (
    EXCEPTED_FROM_10_15A,
    EXCEPTED_FROM_10_24,
    EXCEPTED_FROM_10_27,
    EXCEPTED_FROM_2025_170,
)
from policies.parties import GroundClaim, GroundCode, PartyRef
from policies.rulebook import BARS, BREAKING, CLAIMABLE, FOLLOWING, FREE, GROUNDS, SECRECY
from policies.statutes import OSL, Act
from tests.policies.scenario import agreement, law

TEXTS = {
    "osl": "osl-utdrag.md",
    "sfs-2018-1693": "sfs-2018-1693.md",
    "sfs-2025-170": "sfs-2025-170.md",
}
ALWAYS_REFUSED = {"osl-18-2", "osl-25-1", "osl-26-1"}


def plain(text: str) -> str:
    """Words alone: links, numbering and line breaks are the edition's, not the statute's."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    return re.sub(r"\s+", " ", text)


@pytest.mark.parametrize("code", [code for code in GROUNDS if code != "tf-2-1"])
def test_each_ground_quotes_the_statute_word_for_word(code: str, shared: Path) -> None:
    text = plain((shared / "law" / next(file for act, file in TEXTS.items() if code.startswith(act))).read_text())
    for part in re.split(r"\[…\]|\[eller\]", GROUNDS[code].statute):
        quoted = part.strip(" .,")
        assert quoted in text, quoted


@pytest.mark.parametrize("rule", GROUNDS.values(), ids=list(GROUNDS))
def test_each_ground_has_a_source_and_says_what_it_does_in_both_languages(rule: Ground) -> None:
    assert rule.cite.href.startswith("https://")
    assert rule.sv.endswith(".")
    assert rule.en.endswith(".")
    assert rule.sv != rule.en


def test_a_rule_that_quotes_no_law_cannot_be_written() -> None:
    def bare(_: Case) -> WhyNot:
        """A heading and nothing below it."""

    with pytest.raises(ValueError, match="osl-1-1: quote the sentence of law in the docstring, below its heading"):
        ground("osl-1-1", "bar", OSL("1 kap. 1 §"), sv="ord", en="words")(bare)


def test_the_kinds_hold_every_ground_once() -> None:
    kinds = (BARS, FREE, SECRECY, BREAKING, FOLLOWING)
    assert sum(map(len, kinds)) == len(GROUNDS) == 20
    assert {code: rule.kind for code, rule in GROUNDS.items()} == {
        **dict.fromkeys(["sfs-2018-1693-3-7", "osl-8-1", "osl-8-2"], "bar"),
        **dict.fromkeys(["osl-6-5", "tf-2-1"], "free"),
        **dict.fromkeys(
            ["osl-18-1", "osl-18-2", "osl-21-7", "osl-24-8", "osl-25-1", "osl-26-1", "osl-35-1"], "secrecy"
        ),
        **dict.fromkeys(
            ["osl-10-2", "osl-10-15a", "osl-10-17", "osl-10-24", "osl-10-27", "osl-10-28", "sfs-2025-170-6"], "breaking"
        ),
        "osl-11-4": "following",
    }


def test_an_agreement_can_claim_what_can_let_figures_through_and_nothing_else() -> None:
    assert set(get_args(GroundCode)) == CLAIMABLE.keys() - ALWAYS_REFUSED


def test_what_no_breaking_rule_gets_past_is_final() -> None:
    assert {code for code, rule in GROUNDS.items() if rule.final} == {*ALWAYS_REFUSED, "osl-24-8"}


def test_what_is_younger_than_the_secrecy_act_says_since_when() -> None:
    since = {code: rule.since for code, rule in GROUNDS.items() if rule.since != FIRST_DAY}
    assert since == {"osl-10-15a": date(2025, 12, 1), "sfs-2025-170-6": date(2025, 4, 1)}


def case(provision: str = "", recipient: str = "municipality", claim: GroundClaim | None = None) -> Case:
    table, on = agreement().tables[0], law().at(date(2026, 11, 22))
    source = PartyRef(id="polisen", kind="police")
    to = PartyRef.model_construct(id="mottagaren", kind=recipient, branch="", lawful_basis="")
    return Case(provision, claim, source, to, "", "lagesbild", "read", table, on)


@pytest.mark.parametrize("code", ["osl-10-15a", "osl-10-28", "sfs-2025-170-6", "osl-10-2"])
def test_no_breaking_rule_holds_without_being_claimed(code: str) -> None:
    to = "police" if code.startswith("sfs") else "municipality"
    told = case("osl-35-1", to)._replace(source=PartyRef(id="orebro", kind="municipality"))
    assert GROUNDS[code].why_not(told)


def test_secrecy_follows_to_an_authority_and_only_where_there_is_some() -> None:
    follows = GROUNDS["osl-11-4"]
    assert follows.why_not(case("osl-35-1")) is None
    without, beyond = follows.why_not(case()), follows.why_not(case("osl-35-1", "other"))
    assert without is not None
    assert (without.sentence_sv, without.sentence_en) == (
        "uppgiften är inte sekretessreglerad",
        "the data are under no secrecy rule",
    )
    assert beyond is not None
    assert (beyond.sentence_sv, beyond.sentence_en) == (
        "mottagaren är ingen myndighet",
        "the recipient is no authority",
    )


def test_what_is_free_between_authorities_is_not_so_for_others() -> None:
    reason = GROUNDS["osl-6-5"].why_not(case(recipient="other"))
    assert reason is not None
    assert (reason.sentence_sv, reason.sentence_en) == (
        "mottagaren är ingen myndighet",
        "the recipient is no authority",
    )
    assert GROUNDS["tf-2-1"].why_not(case(recipient="other")) is None


def test_what_is_under_secrecy_is_not_free() -> None:
    for code in FREE:
        reason = GROUNDS[code].why_not(case("osl-35-1"))
        assert reason is not None
        assert (reason.sentence_sv, reason.sentence_en) == (
            "uppgiften omfattas av osl-35-1",
            "the data fall under osl-35-1",
        )


def test_a_rule_before_its_day_says_from_when_it_holds() -> None:
    claim = GroundClaim(code="osl-10-15a", provisions=("osl-35-1",), note="n", point=1, balance="b")
    early = case("osl-35-1", claim=claim)._replace(law=law().at(date(2025, 11, 30)))
    reason = GROUNDS["osl-10-15a"].why_not(early)
    assert reason is not None
    assert reason.sentence("sv") == "bestämmelsen gäller från 2025-12-01 och frågan avser 2025-11-30"
    assert reason.sentence("en") == "the provision holds from 2025-12-01 and the question is about 2025-11-30"
    assert reason.rule == "osl-10-15a"
    assert reason.cite == OSL("10 kap. 15 a §")


@pytest.mark.parametrize(
    ("place", "anchor"), [("10 kap. 15 a §", "kap10.15a"), ("35 kap. 1 §", "kap35.1"), ("6 §", "6")]
)
def test_a_place_in_an_act_is_written_and_linked_as_the_act_does(place: str, anchor: str) -> None:
    cite = Act(name="lagen", year=2009, number=400)(place)
    assert str(cite) == f"lagen (2009:400) {place}"
    assert cite.href == f"https://selex.se/eli/sfs/2009/400#{anchor}"


def test_a_place_written_otherwise_is_refused() -> None:
    with pytest.raises(ValueError, match=r"'OSL 10:2': write the place like '10 kap. 15 a §'"):
        OSL("OSL 10:2")


def osl(text: str) -> set[str]:
    """Provisions written as the statute counts them: `25:1-5,8 26:1a`."""
    found = set()
    for chapter, sections in (part.split(":") for part in text.split()):
        for section in sections.split(","):
            first, _, last = section.partition("-")
            numbers = [section] if not last else map(str, range(int(first), int(last) + 1))
            found |= {f"osl-{chapter}-{number}" for number in numbers}
    return found


@pytest.mark.parametrize(
    ("excepted", "text"),
    [
        (EXCEPTED_FROM_10_15A, "24:2a,8 25:1-5,8 26:1a,3,4,6 29:1,2 31:1,2,12 33:2,4a 36:3 40:2,5"),
        (EXCEPTED_FROM_10_24, "25:2 26:1a"),
        (EXCEPTED_FROM_10_27, "24:2a,8 25:1-8 26:1-6,1a,2a 29:1,2 31:1,2,12 33:2,4a 36:3 40:2,5"),
        (EXCEPTED_FROM_2025_170, "24:8 25:1-8,15 26:1-6,1a,2a 40:2,5"),
    ],
)
def test_the_exceptions_are_those_the_statute_lists(excepted: frozenset[str], text: str) -> None:
    assert excepted == osl(text)
