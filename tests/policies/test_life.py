from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.agreement import Agreement
from policies.checks import not_in_force
from policies.life import MAY, STATES, STEPS, Life, Person, Step, What, binding, state, take, why_not
from policies.reading import Words
from tests.policies.scenario import KINDS, agreement

AUTHOR = Person("anna", "sodertalje")
START = date(2024, 1, 1)
END = date(2024, 12, 31)
PROPOSED = date(2023, 11, 1)
APPROVED = date(2023, 12, 1)


def version(number: int = 1, start: date = START, end: date = END) -> Agreement:
    return agreement({"version": number, "valid_from": start, "valid_to": end})


def approvals(parties: tuple[str, ...] = tuple(KINDS)) -> list[Step]:
    return [Step("approved", Person(f"chef-{party}", party), APPROVED) for party in parties]


def lived(*steps: Step, of: Agreement | None = None) -> Life:
    life = Life(of or version(), AUTHOR)
    for step in steps:
        taken = take(life, step)
        assert isinstance(taken, Life), taken
        life = taken
    return life


PROPOSE = Step("proposed", AUTHOR, PROPOSED)


def agreed(of: Agreement | None = None, *more: Step) -> Life:
    return lived(PROPOSE, *approvals(), *more, of=of)


def terminate(on: date) -> Step:
    return Step("terminated", Person("chef-polisen", "polisen"), on, "avtalet sägs upp")


def told(life: Life, step: Step, *others: Life) -> str:
    words = take(life, step, others)
    assert isinstance(words, Words)
    assert words == why_not(life, step, others)
    return words.en


def test_a_version_goes_from_draft_through_every_approval_to_in_force_and_its_end() -> None:
    draft = lived()
    proposed = lived(PROPOSE)
    halfway = lived(PROPOSE, *approvals()[:3])
    held = agreed()
    assert state(draft, PROPOSED) == "draft"
    assert state(proposed, PROPOSED) == "proposed"
    assert state(halfway, START) == "proposed"
    assert halfway.awaits == tuple(KINDS)[3:]
    assert not halfway.agreed
    assert held.awaits == ()
    assert held.agreed
    days = (START - timedelta(days=1), START, END, END + timedelta(days=1))
    assert [state(held, day) for day in days] == ["approved", "in-force", "in-force", "ended"]


def test_nothing_holds_before_the_last_party_approved() -> None:
    late = date(2024, 3, 1)
    last = Step("approved", Person("chef-bolaget", "bolaget"), late)
    held = lived(PROPOSE, *approvals(tuple(KINDS)[:-1]), last)
    assert held.begins == late
    assert agreed().begins == START
    assert state(held, late - timedelta(days=1)) == "approved"
    assert state(held, late) == "in-force"
    assert not binding([held]).in_force(late - timedelta(days=1))
    assert binding([held]).in_force(late)
    newer = lived(PROPOSE, *approvals(tuple(KINDS)[:-1]), last, of=version(2))
    assert state(agreed(), late - timedelta(days=1), [newer]) == "in-force"
    assert state(agreed(), late, [newer]) == "superseded"


def test_a_terminated_version_holds_no_longer_than_the_day_before() -> None:
    held = agreed(None, terminate(date(2024, 6, 1)))
    assert held.terminated_on == date(2024, 6, 1)
    assert state(held, date(2024, 5, 31)) == "in-force"
    assert state(held, date(2024, 6, 1)) == "terminated"
    assert state(held, END + timedelta(days=1)) == "terminated"
    in_force = binding([held])
    assert in_force.in_force(date(2024, 5, 31))
    assert not in_force.in_force(date(2024, 6, 1))
    assert [each.digest for each in in_force] == [held.agreement.digest]


def test_terminating_an_agreement_before_it_began_leaves_it_no_day() -> None:
    held = agreed(None, terminate(APPROVED))
    assert not any(binding([held]).in_force(START + timedelta(days=day)) for day in range(-40, 400))


def test_a_termination_beside_a_sooner_end_changes_nothing() -> None:
    assert next(iter(binding([agreed(None, terminate(END))]))).valid_to == END - timedelta(days=1)
    assert next(iter(binding([agreed()]))).valid_to == END


def test_an_agreement_that_not_all_approved_binds_no_one() -> None:
    assert list(binding([lived(), lived(PROPOSE), lived(PROPOSE, *approvals()[:-1])])) == []


def test_a_newer_version_supersedes_an_older_from_its_first_day() -> None:
    older = agreed()
    newer = agreed(version(2, date(2024, 6, 1), date(2024, 9, 30)))
    both = (older, newer)
    assert state(older, date(2024, 5, 31), both) == "in-force"
    assert state(older, date(2024, 6, 1), both) == "superseded"
    assert state(newer, date(2024, 6, 1), both) == "in-force"
    assert state(newer, date(2024, 5, 31), both) == "approved"
    assert state(older, date(2024, 12, 1), both) == "superseded"
    assert state(newer, date(2024, 12, 1), both) == "ended"


def test_a_newer_version_that_not_all_approved_supersedes_nothing() -> None:
    newer = lived(PROPOSE, of=version(2))
    assert state(agreed(), START, [newer]) == "in-force"


def test_another_agreement_supersedes_nothing() -> None:
    other = agreement({"id": "annan", "version": 2, "valid_from": START, "valid_to": END})
    assert state(agreed(), START, [agreed(other)]) == "in-force"


def test_a_terminated_newer_version_does_not_bring_the_older_back() -> None:
    older = agreed()
    newer = agreed(version(2, date(2024, 6, 1)), terminate(date(2024, 7, 1)))
    held = binding([older, newer])
    numbers = {date(2024, 5, 31): [1], date(2024, 6, 30): [2], date(2024, 7, 1): [], date(2024, 12, 1): []}
    assert {day: [each.version for each in held.in_force(day)] for day in numbers} == numbers


def test_who_wrote_the_text_does_not_approve_it() -> None:
    assert told(lived(PROPOSE), Step("approved", AUTHOR, APPROVED)) == "the author of a text does not approve it"


def test_each_party_approves_once() -> None:
    again = Step("approved", Person("annan", "sodertalje"), APPROVED)
    assert told(lived(PROPOSE, *approvals(("sodertalje",))), again) == "sodertalje has approved already"


def test_one_person_does_not_approve_for_two_parties() -> None:
    same = Step("approved", Person("chef-sodertalje", "polisen"), APPROVED)
    life = lived(PROPOSE, *approvals(("sodertalje",)))
    assert told(life, same) == "one person does not approve for two parties"


def test_only_parties_take_part() -> None:
    assert told(lived(), Step("proposed", Person("x", "orebro"), PROPOSED)) == "orebro is no party to the agreement"


def test_steps_are_dated_in_order() -> None:
    early = Step("approved", Person("chef", "polisen"), PROPOSED - timedelta(days=1))
    assert told(lived(PROPOSE), early) == "the step is dated before the last one (2023-11-01)"
    assert isinstance(take(lived(PROPOSE), Step("approved", Person("chef", "polisen"), PROPOSED)), Life)


@pytest.mark.parametrize("what", ["returned", "terminated"])
def test_ending_a_version_needs_a_reason(what: What) -> None:
    life = lived(PROPOSE) if what == "returned" else agreed()
    assert told(life, Step(what, Person("chef", "polisen"), APPROVED)) == "give the reason"
    assert isinstance(take(life, Step(what, Person("chef", "polisen"), APPROVED, "skäl")), Life)


def test_a_returned_version_needs_a_new_text() -> None:
    life = lived(PROPOSE, Step("returned", Person("chef", "polisen"), APPROVED, "oklart ändamål"))
    assert state(life, START) == "returned"
    assert told(life, Step("approved", Person("chef", "polisen"), APPROVED)) == (
        "a version that is returned cannot be approved"
    )


def test_a_superseded_version_cannot_be_terminated() -> None:
    newer = agreed(version(2, date(2024, 6, 1)))
    step = terminate(date(2024, 7, 1))
    assert told(agreed(), step, newer) == "a version that is superseded cannot be terminated"
    assert isinstance(take(agreed(), step), Life)


def test_every_state_says_what_may_come_next() -> None:
    assert set(MAY) == set(STATES)
    assert {what for may in MAY.values() for what in may} == set(STEPS)
    may = {now: set(what) for now, what in MAY.items() if what}
    assert may == {
        "draft": {"proposed"},
        "proposed": {"approved", "returned"},
        "approved": {"terminated"},
        "in-force": {"terminated"},
    }


REFUSED = [
    (lived(PROPOSE), Step("approved", AUTHOR, APPROVED), "den som skrivit texten godkänner den inte"),
    (
        lived(PROPOSE, *approvals(("sodertalje",))),
        Step("approved", Person("annan", "sodertalje"), APPROVED),
        "sodertalje har redan godkänt",
    ),
    (
        lived(PROPOSE, *approvals(("sodertalje",))),
        Step("approved", Person("chef-sodertalje", "polisen"), APPROVED),
        "samma person godkänner inte för två parter",
    ),
    (lived(), Step("proposed", Person("x", "orebro"), PROPOSED), "orebro är inte part i överenskommelsen"),
    (
        lived(PROPOSE),
        Step("approved", Person("x", "polisen"), START.replace(year=2020)),
        "steget dateras före det förra (2023-11-01)",
    ),
    (lived(PROPOSE), Step("returned", Person("x", "polisen"), APPROVED), "ange skälet"),
    (lived(), terminate(APPROVED), "en version som är draft kan inte bli terminated"),
]


@pytest.mark.parametrize(("life", "step", "sentence"), REFUSED)
def test_a_step_is_refused_in_swedish_too(life: Life, step: Step, sentence: str) -> None:
    words = why_not(life, step)
    assert words is not None
    assert words.sv == sentence


steps = st.builds(
    Step,
    st.sampled_from(STEPS),
    st.builds(Person, st.sampled_from([f"chef-{party}" for party in KINDS] + ["anna"]), st.sampled_from([*KINDS, "x"])),
    st.dates(date(2023, 10, 1), date(2025, 3, 1)),
    st.sampled_from(["", "skäl"]),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(steps, max_size=30))
def test_no_order_of_steps_puts_in_force_what_not_every_party_approved(tried: list[Step]) -> None:
    life = Life(version(), AUTHOR)
    for step in tried:
        taken = take(life, step)
        life = taken if isinstance(taken, Life) else life
    if state(life, START) == "in-force":
        approved = life.done("approved")
        assert {step.by.party for step in approved} == set(KINDS)
        assert len({step.by.id for step in approved}) == len(KINDS)
        assert AUTHOR.id not in {step.by.id for step in approved}


@pytest.mark.parametrize(
    ("ended", "told"),
    [
        (START, "overenskommelsen version 1 was terminated before the end of its first day"),
        (
            START + timedelta(days=1),
            "overenskommelsen holds from 2024-01-01 to 2024-01-01; the question is about 2024-01-02",
        ),
    ],
)
def test_who_asks_after_a_termination_is_told_how_long_it_held(ended: date, told: str) -> None:
    (held,) = binding([agreed(None, terminate(ended))])
    assert not_in_force(held, ended).sentence_en == told
