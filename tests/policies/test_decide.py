"""What holds of every answer, beside the cases: nothing without an agreement, and less is never more."""

from collections.abc import Mapping
from dataclasses import FrozenInstanceError, replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.agreement import Agreement
from policies.agreement_set import AgreementSet
from policies.ask import Ask
from policies.coverage import Scope
from policies.decide import decide, may_release, tables_for, touches
from policies.parties import PURPOSES
from policies.reading import PolicyError
from policies.verdict import Permit, Refusal, Terms
from tests.policies.scenario import DAY, KINDS, Value, agreement, answer, ask, classification, datasets, law

BOTH = ("osl-18-1", "osl-35-1")
ANSWERED = [
    {"code": "osl-18-1", "provisions": ["osl-18-1"], "note": "fördröjs"},
    {"code": "osl-35-1", "provisions": ["osl-35-1"], "note": "röjandekontroll"},
]
DECISION = {"id": "KS 2026:17", "by": "Kommundirektören", "on": date(2026, 3, 1)}
CODES = ["anmald", "anmald-12-kap", "anmald-mord-drap", "anmald-misshandel-utomhus", "tema-vald-nara-relation", "notis"]
REASON = {"sv": "skäl", "en": "reason"}

days = st.dates(date(2023, 6, 1), date(2028, 6, 1))
asks = st.builds(
    ask,
    party=st.sampled_from([*KINDS, "orebro"]),
    party_kind=st.sampled_from([*KINDS.values()]),
    branch=st.sampled_from(["", "forensik"]),
    role=st.sampled_from(["reader", "analyst", "auditor", ""]),
    purpose=st.sampled_from([*PURPOSES, "", "annat"]),
    table=st.sampled_from(["tabellen", "nagon-annan"]),
    operation=st.sampled_from(["read", "direct-access", "erase"]),
    area_level=st.sampled_from([None, "kommun", "lan", "deso", "x"]),
    category=st.sampled_from([None, *CODES, "finns-inte", ""]),
    period=st.sampled_from([None, "2024-W01", "2026-W07", "2026-02", "2023-W52", "", "w"]),
    on=days,
)
likely_asks = st.builds(
    ask,
    party=st.sampled_from(["sodertalje", "polisen", "raddningstjansten", "granskaren"]),
    purpose=st.sampled_from(PURPOSES),
    area_level=st.sampled_from([None, "kommun", "lan"]),
    category=st.sampled_from([None, *CODES[:5]]),
    period=st.sampled_from([None, "2024-W01", "2026-W07"]),
    on=days,
)
denials = st.builds(
    lambda **what: {"what": {key: value for key, value in what.items() if value}, "reason": REASON},
    tables=st.sampled_from([[], ["tabellen"]]),
    area_levels=st.sampled_from([[], ["kommun"], ["lan"]]),
    categories=st.lists(st.sampled_from(CODES), max_size=2, unique=True),
    parties=st.lists(st.sampled_from([*KINDS]), max_size=2, unique=True),
    purposes=st.lists(st.sampled_from(PURPOSES), max_size=2, unique=True),
).filter(lambda denial: denial["what"])
secrecies = st.lists(
    st.sampled_from(["osl-18-1", "osl-18-2", "osl-35-1", "osl-24-8", "osl-39-2"]), max_size=2, unique=True
).map(tuple)
claims = st.lists(
    st.fixed_dictionaries(
        {
            "code": st.sampled_from(["osl-18-1", "osl-35-1", "osl-24-8", "osl-10-15a", "osl-10-27", "osl-10-17"]),
            "provisions": st.lists(st.sampled_from(["osl-18-1", "osl-18-2", "osl-35-1", "osl-24-8"]), min_size=1),
            "note": st.just("antecknat"),
        },
        optional={"decision": st.just(DECISION), "point": st.just(1), "balance": st.just("vägt")},
    ),
    max_size=3,
)
tables: Any = st.fixed_dictionaries(
    {"area_levels": st.just(["lan", "kommun"])},
    optional={
        "recipients": st.lists(st.sampled_from([*KINDS]), min_size=1, unique=True),
        "method": st.sampled_from([{"kind": "open"}, {"kind": "suppress"}]),
        "delay_days": st.sampled_from([0, 7]),
        "categories": st.lists(st.sampled_from(CODES[:5]), min_size=1, unique=True),
        "last": st.sampled_from(["2024-W01", "2026-W01"]),
    },
)


@settings(max_examples=200, deadline=None)
@given(asks, secrecies, claims, tables)
def test_every_ask_has_one_answer_and_a_refusal_its_reasons(
    question: Ask, secrecy: tuple[str, ...], grounds: list[Any], table: Mapping[str, Any]
) -> None:
    held = agreement({"grounds": grounds}, **table)
    verdict = answer(question, held, datasets(secrecy))
    assert verdict == answer(question, held, datasets(secrecy))
    if isinstance(verdict, Refusal):
        assert verdict.reasons
        assert all(reason.sentence_sv and reason.sentence_en and reason.cite.href for reason in verdict.reasons)


@settings(max_examples=100, deadline=None)
@given(asks)
def test_no_ask_without_an_agreement_is_permitted(question: Ask) -> None:
    verdict = decide(question, AgreementSet.of([]), law(), datasets(), classification())
    assert not verdict


@settings(max_examples=200, deadline=None)
@given(asks.map(lambda question: replace(question, party="orebro")))
def test_an_outsider_gets_the_same_refusal_whether_the_table_is_there_or_not(question: Ask) -> None:
    held = AgreementSet.of([agreement()])
    here = decide(question, held, law(), datasets(), classification())
    assert here == decide(question, AgreementSet.of([]), law(), datasets(), classification())
    assert not touches("orebro", question.table, held)


@settings(max_examples=200, deadline=None)
@given(likely_asks, st.lists(denials, min_size=1, max_size=3), tables)
def test_adding_a_deny_never_permits_more(question: Ask, denied: list[Any], table: Mapping[str, Any]) -> None:
    claimed = {"grounds": ANSWERED}
    before = answer(question, agreement({**claimed, "denials": denied[1:]}, **table), datasets(BOTH))
    after = answer(question, agreement({**claimed, "denials": denied}, **table), datasets(BOTH))
    assert before or not after


@settings(max_examples=200, deadline=None)
@given(likely_asks, days, days, st.integers(0, 900), st.integers(0, 900))
def test_shortening_an_agreement_never_permits_more(
    question: Ask, start: date, end: date, later: int, sooner: int
) -> None:
    first, last = min(start, end), max(start, end)
    shorter = {"valid_from": first + timedelta(days=later), "valid_to": last - timedelta(days=sooner)}
    if shorter["valid_from"] > shorter["valid_to"]:
        return
    before = answer(question, agreement({"valid_from": first, "valid_to": last}), datasets())
    after = answer(question, agreement(shorter), datasets())
    assert before or not after


@settings(max_examples=150, deadline=None)
@given(likely_asks, secrecies, claims, tables)
def test_more_secrecy_never_permits_more(
    question: Ask, secrecy: tuple[str, ...], grounds: list[Any], table: Mapping[str, Any]
) -> None:
    held = agreement({"grounds": grounds}, **table)
    for provision in ("osl-18-2", "osl-35-1"):
        more = answer(question, held, datasets((*secrecy, provision)))
        assert answer(question, held, datasets(secrecy)) or not more


@settings(max_examples=150, deadline=None)
@given(likely_asks, secrecies, claims)
def test_an_agreement_alone_breaks_no_secrecy(question: Ask, secrecy: tuple[str, ...], grounds: list[Any]) -> None:
    verdict = answer(question, agreement({"grounds": grounds}), datasets(secrecy))
    if isinstance(verdict, Permit) and question.party != "polisen":
        assert verdict.grounds
        answered = {provision for claim in grounds for provision in claim["provisions"]}
        assert set(secrecy) <= answered


def test_a_permit_says_under_what_it_is_given_and_on_which_terms() -> None:
    held = agreement({"grounds": ANSWERED, "version": 3}, method={"kind": "round", "smallest_cell": 7})
    verdict = answer(ask(), held, datasets(BOTH))
    assert isinstance(verdict, Permit)
    assert (verdict.agreement, verdict.version, verdict.digest) == ("overenskommelsen", 3, "digest-3")
    assert (verdict.table, verdict.dataset) == ("tabellen", "datamangden")
    assert verdict.secrecy_transferred is not None
    assert (verdict.secrecy_transferred.source, verdict.secrecy_transferred.provisions) == ("polisen", BOTH)
    assert [cite.section for cite in verdict.cites] == ["9 §", "18 kap. 1 §", "35 kap. 1 §"]
    assert verdict.terms == Terms(
        method=held.tables[0].method,
        area_levels=("kommun",),
        areas=("0181",),
        categories=("*",),
        category_levels=("leaf", "group", "total"),
        period_unit="iso-week",
        first="2024-W01",
        last=None,
        delay_days=7,
        smallest_cell=7,
        smallest_sensitive_cell=10,
        rounding_base=5,
    )


@pytest.mark.parametrize(
    ("method", "terms"),
    [
        ({"kind": "suppress"}, (5, 10, 5)),
        ({"kind": "suppress", "smallest_cell": 3}, (5, 10, 5)),
        ({"kind": "suppress", "smallest_cell": 20}, (20, 20, 5)),
        ({"kind": "round", "rounding_base": 3}, (5, 10, 5)),
        ({"kind": "round", "rounding_base": 10}, (5, 10, 10)),
    ],
)
def test_an_agreement_can_be_stricter_than_the_law_and_never_milder(
    method: dict[str, Any], terms: tuple[int, int, int]
) -> None:
    verdict = answer(ask(), agreement(method=method), datasets())
    assert isinstance(verdict, Permit)
    given = verdict.terms
    assert (given.smallest_cell, given.smallest_sensitive_cell, given.rounding_base) == terms


def test_without_secrecy_none_follows() -> None:
    verdict = answer(ask(), agreement(), datasets())
    assert isinstance(verdict, Permit)
    assert verdict.secrecy_transferred is None


def test_secrecy_does_not_follow_to_one_who_is_no_authority() -> None:
    claims = [{"code": "osl-10-2", "provisions": ["osl-35-1"], "note": "nödvändigt", "decision": DECISION}]
    verdict = answer(ask(party="bolaget"), agreement({"grounds": claims}), datasets(("osl-35-1",)))
    assert isinstance(verdict, Permit)
    assert verdict.secrecy_transferred is None


def test_verdicts_are_true_and_false() -> None:
    assert answer(ask(), agreement(), datasets())
    refusal = answer(ask(role="operator", purpose=""), agreement(), datasets())
    assert not refusal
    assert isinstance(refusal, Refusal)
    assert refusal.rules == ("role", "purpose")
    assert [cite.section for cite in refusal.cites] == ["artikel 32", "9 §"]
    assert refusal.reasons[1].sentence("sv").startswith("ändamålet (inget) omfattas inte; tabellen är till för lag")
    assert refusal.reasons[1].sentence("en").startswith("the purpose (none) is not covered; the table is for lag")


def test_a_table_of_a_dataset_that_is_gone_is_refused() -> None:
    verdict = answer(ask(), agreement(dataset="forsvunnen"), datasets())
    assert isinstance(verdict, Refusal)
    assert verdict.reasons[0].sentence_sv == "datamängden forsvunnen är okänd"
    assert verdict.reasons[0].sentence_en == "the dataset forsvunnen is unknown"


def test_a_reason_says_what_would_be_right() -> None:
    def told(question: Ask, held: Agreement | None = None, **data: Value) -> list[str]:
        verdict = answer(question, held or agreement(), datasets(**data))
        assert isinstance(verdict, Refusal)
        return [reason.sentence_en for reason in verdict.reasons]

    assert told(ask(role="x")) == ["the role x reads no tables; reader and analyst do"]
    assert told(ask(operation="x")) == ["x is no reading"]
    assert told(ask(party_kind="police")) == ["sodertalje is a party as municipality but asks as police"]
    assert told(ask(), agreement(recipients=["polisen"])) == ["sodertalje is not a recipient of the table"]
    assert told(ask(on=date(2028, 1, 1))) == [
        "overenskommelsen holds from 2024-01-01 to 2027-12-31; the question is about 2028-01-01"
    ]
    assert told(ask(area_level="deso")) == ["the level of area deso is not covered; the table has kommun"]
    assert told(ask(category="x")) == ["the category x is not covered by the table"]
    assert told(ask(period="2026")) == ["'2026' is no iso-week: write it like 2026-W07"]
    assert told(ask(period="2023-W01")) == [
        "2023-W01 is not covered; the table runs from 2024-W01 until further notice"
    ]
    assert told(ask(period="2025-W01"), agreement(last="2024-W09")) == [
        "2025-W01 is not covered; the table runs from 2024-W01 to 2024-W09"
    ]
    assert told(ask(category="anmald-mord-drap")) == [
        "anmald-mord-drap is sensitive and is not shown as finely as kommun, iso-week"
    ]
    assert told(ask(category="anmald-mord-drap"), agreement(area_levels=["lan", "kommun"])) == [
        "anmald-mord-drap is sensitive and is not shown as finely as lan, kommun, iso-week"
    ]
    assert told(ask(area_level="deso"), agreement(area_levels=["lan", "kommun"])) == [
        "the level of area deso is not covered; the table has lan, kommun"
    ]
    assert told(ask(category="anmald-12-kap"), agreement(method={"kind": "open"})) == [
        "anmald-12-kap has small counts that may not be shown unprotected; the method is open"
    ]
    assert told(ask(on=date(2023, 6, 30)), agreement({"valid_from": date(2023, 1, 1)})) == [
        "the rules are formalised from 2023-07-01; the question is about 2023-06-30"
    ]
    assert told(ask(branch="x")) == ["sodertalje signed for the whole authority, not for x"]
    assert told(ask(), agreement({"branches": {"sodertalje": "y"}})) == [
        "sodertalje signed for y, not for the whole authority"
    ]
    assert told(ask(), agreement(), source="bra", secrecy=("osl-24-8",)) == [
        "no decision by the authority behind the statistics is recorded by this day"
    ]
    assert told(ask(), agreement(), source="migrationsverket") == [
        "none of those who publish datamangden is a party to overenskommelsen"
    ]


def test_a_denial_gives_the_reason_the_parties_wrote() -> None:
    denied = [{"what": {"tables": ["tabellen"]}, "reason": {"sv": "insats", "en": "operation"}}]
    verdict = answer(ask(), agreement({"denials": denied}), datasets())
    assert isinstance(verdict, Refusal)
    assert (verdict.reasons[0].sentence_sv, verdict.reasons[0].sentence_en) == ("insats", "operation")


def two_tables() -> AgreementSet:
    other = {"id": "annan", "public": True}
    return AgreementSet.of([agreement(), agreement(other, id="oppen", recipients=["*"])])


def test_the_tables_for_someone_are_those_they_may_read() -> None:
    def ids(question: Ask) -> list[str]:
        return [table.id for table in tables_for(question, two_tables(), law(), datasets(), classification())]

    assert ids(ask(table="")) == ["oppen", "tabellen"]
    assert ids(ask(party="orebro", party_kind="municipality")) == ["oppen"]
    assert ids(ask(purpose="")) == ["oppen"]
    assert ids(ask(role="operator")) == []
    assert ids(ask(on=date(2028, 1, 1))) == []


def test_a_table_exists_for_its_parties_and_an_open_one_for_everyone() -> None:
    held = two_tables()
    assert touches("sodertalje", "tabellen", held)
    assert not touches("orebro", "tabellen", held)
    assert touches("orebro", "oppen", held)
    assert not touches("sodertalje", "finns-inte", held)
    assert held.tables_of("orebro") == {"oppen"}
    assert held.tables_of("sodertalje") == {"oppen", "tabellen"}


def test_two_agreements_cannot_grant_one_table() -> None:
    with pytest.raises(PolicyError, match="the table 'tabellen' is granted by annan already; give it an id of its own"):
        AgreementSet.of([agreement(), agreement({"id": "annan"})])


def test_two_versions_cannot_bear_one_number() -> None:
    with pytest.raises(PolicyError, match="version 1 stands twice; a new text has a new number"):
        AgreementSet.of([agreement(), agreement()])


def versions() -> AgreementSet:
    newer = {"version": 2, "valid_from": date(2026, 1, 1), "valid_to": date(2026, 6, 30)}
    return AgreementSet.of([agreement(newer, id="nya-tabellen"), agreement()])


def test_a_newer_version_takes_over_on_its_first_day_and_for_good() -> None:
    held = versions()
    numbers = {
        date(2023, 12, 31): (None, []),
        date(2024, 1, 1): (1, [1]),
        date(2025, 12, 31): (1, [1]),
        date(2026, 1, 1): (2, [2]),
        date(2026, 6, 30): (2, [2]),
        date(2026, 7, 1): (2, []),
    }
    for day, (begun, in_force) in numbers.items():
        version = held.begun("overenskommelsen", day)
        assert (version and version.version) == begun
        assert [each.version for each in held.in_force(day)] == in_force
    assert held.begun("finns-inte", DAY) is None
    assert [each.version for each in held] == [1, 2]


def test_a_table_dropped_by_a_newer_version_is_refused_from_its_first_day() -> None:
    held = versions()
    assert held.grant("tabellen", date(2025, 12, 31))
    assert held.grant("tabellen", date(2026, 1, 1)) is None
    assert held.latest("tabellen")[0].version == 1
    last, first = (
        decide(ask(on=day), held, law(), datasets(), classification()) for day in (date(2025, 12, 31), date(2026, 1, 1))
    )
    assert last
    assert isinstance(first, Refusal)
    assert [reason.sentence_en for reason in first.reasons] == [
        "overenskommelsen version 1 was superseded by one without the table"
    ]


def test_the_digest_of_a_set_is_that_of_its_versions_in_any_order() -> None:
    one, two = agreement(), agreement({"version": 2})
    assert AgreementSet.of([one, two]).digest == AgreementSet.of([two, one]).digest
    assert AgreementSet.of([one, two]).digest != AgreementSet.of([one]).digest


def scope(held: Agreement, on: date = DAY, **data: Value) -> Scope:
    return Scope(held, held.tables[0], datasets(**data)["datamangden"], classification(), law().at(on))


def test_a_table_is_released_when_every_recipient_may_have_it() -> None:
    verdict = may_release(scope(agreement({"grounds": ANSWERED}), secrecy=BOTH))
    assert isinstance(verdict, Permit)
    assert verdict.grounds == BOTH
    assert verdict.secrecy_transferred is not None
    assert verdict.secrecy_transferred.provisions == BOTH


def test_a_table_is_not_released_when_one_recipient_may_not_have_it() -> None:
    claims = [{"code": "osl-10-27", "provisions": ["osl-35-1"], "note": "uppenbart", "decision": DECISION}]
    held = agreement({"grounds": claims}, recipients=["sodertalje", "bolaget"])
    verdict = may_release(scope(held, secrecy=("osl-35-1",)))
    assert isinstance(verdict, Refusal)
    assert verdict.rules == ("osl-10-27",)
    assert may_release(scope(agreement({"grounds": claims}, recipients=["sodertalje"]), secrecy=("osl-35-1",)))


def test_one_purpose_that_holds_is_enough_for_a_recipient() -> None:
    claims = [{"code": "osl-10-17", "provisions": ["osl-35-1"], "note": "granskning"}]
    held = agreement({"grounds": claims}, recipients=["granskaren"])
    assert may_release(scope(held, secrecy=("osl-35-1",)))
    without = agreement({"grounds": claims}, recipients=["granskaren"], purposes=["lagesbild", "atgardsplan"])
    verdict = may_release(scope(without, secrecy=("osl-35-1",)))
    assert isinstance(verdict, Refusal)
    assert [reason.sentence_en for reason in verdict.reasons] == [
        "granskaren does not audit for the purpose lagesbild",
        "granskaren does not audit for the purpose atgardsplan",
    ]


def test_a_table_is_released_only_while_its_agreement_holds() -> None:
    assert may_release(scope(agreement(), date(2027, 12, 31)))
    verdict = may_release(scope(agreement(), date(2028, 1, 1)))
    assert isinstance(verdict, Refusal)
    assert verdict.rules == ("in-force",)


def test_a_public_table_is_released_to_anyone_only_without_secrecy() -> None:
    held = agreement({"public": True}, recipients=["*"])
    verdict = may_release(scope(held))
    assert isinstance(verdict, Permit)
    assert verdict.grounds == ("tf-2-1",)
    assert not may_release(scope(held, secrecy=("osl-35-1",)))


def test_a_branch_that_signed_is_released_to() -> None:
    assert may_release(scope(agreement({"branches": {"sodertalje": "trygghet"}})))


def test_a_release_shows_the_leaves_that_are_granted_fine_and_not_denied() -> None:
    every = scope(agreement()).dataset.categories
    weekly = scope(agreement()).leaves("kommun")
    assert 0 < len(weekly) < len(every)
    assert "anmald-mord-drap" not in weekly
    assert {classification().leaf(leaf).sensitivity for leaf in weekly} == {"normal"}
    assert scope(agreement(period_unit="iso-year", first="2024")).leaves("kommun") == every
    assert scope(agreement(period_unit="iso-year", first="2024")).leaves("deso") == weekly
    assert scope(agreement(method={"kind": "open"})).leaves("kommun") == ()
    some = scope(agreement(categories=["anmald-12-kap"])).leaves("kommun")
    assert some == tuple(leaf for leaf in weekly if leaf in classification().leaves_of("anmald-12-kap"))


def test_a_denial_to_everyone_is_left_out_of_a_release_and_one_to_some_is_not() -> None:
    def leaves(**what: Value) -> tuple[str, ...]:
        denied = {"denials": [{"what": what, "reason": REASON}]}
        return scope(agreement(denied)).leaves("kommun")

    all_of_it = scope(agreement()).leaves("kommun")
    assert leaves(categories=["anmald-12-kap"]) == tuple(
        leaf for leaf in all_of_it if leaf not in classification().leaves_of("anmald-12-kap")
    )
    assert leaves(area_levels=["kommun"]) == ()
    assert leaves(parties=["polisen"], categories=["anmald-12-kap"]) == all_of_it
    assert leaves(purposes=["lagesbild"]) == all_of_it


def test_no_verdict_can_be_changed_once_it_is_given() -> None:
    permit, refusal = (
        answer(ask(), agreement({"grounds": ANSWERED}), datasets(BOTH)),
        answer(ask(role=""), agreement(), datasets()),
    )
    assert isinstance(permit, Permit)
    assert isinstance(refusal, Refusal)
    assert permit.secrecy_transferred
    for value, name in (
        (permit, "table"),
        (refusal, "reasons"),
        (refusal.reasons[0], "rule"),
        (permit.secrecy_transferred, "source"),
        (ask(), "party"),
    ):
        with pytest.raises(FrozenInstanceError):
            setattr(value, name, "annat")
