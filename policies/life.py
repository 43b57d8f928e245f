"""The life of one version of an agreement: draft, proposed, approved by every party, in force, superseded or ended.

    draft ──proposed──▶ proposed ──approved by each party──▶ approved ──its first day──▶ in-force ──last day──▶ ended
                            │                                    └───────terminated by any party───────▶ terminated
                            └──returned──▶ returned              a newer version's first day ──────────▶ superseded

Each party approves once, through a person of its own, and never the author. The text never changes: a version that is
returned needs a new one. Nothing holds before the last party approved; a terminated version holds no longer than the
day before, and no older one comes back.
Steps are added in order and never taken away; what state they amount to is a matter of the day.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Literal, NamedTuple, get_args

from policies.agreement import Agreement
from policies.agreement_set import AgreementSet
from policies.reading import Words

What = Literal["proposed", "approved", "returned", "terminated"]
State = Literal["draft", "proposed", "returned", "approved", "in-force", "superseded", "ended", "terminated"]
STEPS: tuple[What, ...] = get_args(What)
STATES: tuple[State, ...] = get_args(State)

MAY: dict[State, frozenset[What]] = {
    "draft": frozenset({"proposed"}),
    "proposed": frozenset({"approved", "returned"}),
    "returned": frozenset(),
    "approved": frozenset({"terminated"}),
    "in-force": frozenset({"terminated"}),
    "superseded": frozenset(),
    "ended": frozenset(),
    "terminated": frozenset(),
}


class Person(NamedTuple):
    """Someone who acts for a party."""

    id: str
    party: str


class Step(NamedTuple):
    """What was done, by whom, on which day, and why where a reason is owed."""

    what: What
    by: Person
    on: date
    note: str = ""


class Life(NamedTuple):
    """A version, its author, and the steps it has gone through."""

    agreement: Agreement
    author: Person
    steps: tuple[Step, ...] = ()

    def done(self, what: What) -> tuple[Step, ...]:
        """The steps of one kind."""
        return tuple(step for step in self.steps if step.what == what)

    @property
    def awaits(self) -> tuple[str, ...]:
        """The parties that have not approved."""
        approved = {step.by.party for step in self.done("approved")}
        return tuple(party.id for party in self.agreement.parties if party.id not in approved)

    @property
    def agreed(self) -> bool:
        """Whether every party has approved, whatever came after."""
        return not self.awaits

    @property
    def begins(self) -> date:
        """The first day it can hold: its own, or the day the last party approved if that is later."""
        return max([self.agreement.valid_from, *(step.on for step in self.done("approved"))])

    @property
    def terminated_on(self) -> date | None:
        """The day it was terminated, if it was."""
        return next((step.on for step in self.done("terminated")), None)


def state(life: Life, day: date, others: Iterable[Life] = ()) -> State:
    """Where a version stands on `day`; `others` are the lives beside it, among them newer versions."""
    agreement = life.agreement
    if not life.agreed:
        return _before_agreed(life)
    if life.terminated_on is not None and life.terminated_on <= day:
        return "terminated"
    if day < life.begins:
        return "approved"
    if any(_supersedes(other, life, day) for other in others):
        return "superseded"
    return "in-force" if agreement.covers(day) else "ended"


def _before_agreed(life: Life) -> State:
    if life.done("returned"):
        return "returned"
    return "proposed" if life.done("proposed") else "draft"


def why_not(life: Life, step: Step, others: Iterable[Life] = ()) -> Words | None:
    """Why a step may not be taken, or None."""
    now = state(life, step.on, others)
    if step.what not in MAY[now]:
        return Words(
            sv=f"en version som är {now} kan inte bli {step.what}", en=f"a version that is {now} cannot be {step.what}"
        )
    if life.agreement.party(step.by.party) is None:
        return Words(
            sv=f"{step.by.party} är inte part i överenskommelsen", en=f"{step.by.party} is no party to the agreement"
        )
    if life.steps and step.on < life.steps[-1].on:
        last = life.steps[-1].on
        return Words(sv=f"steget dateras före det förra ({last})", en=f"the step is dated before the last one ({last})")
    if step.what in ("returned", "terminated") and not step.note:
        return Words(sv="ange skälet", en="give the reason")
    return _why_not_approve(life, step) if step.what == "approved" else None


def _why_not_approve(life: Life, step: Step) -> Words | None:
    if step.by.id == life.author.id:
        return Words(sv="den som skrivit texten godkänner den inte", en="the author of a text does not approve it")
    if step.by.party not in life.awaits:
        return Words(sv=f"{step.by.party} har redan godkänt", en=f"{step.by.party} has approved already")
    if any(step.by.id == earlier.by.id for earlier in life.done("approved")):
        return Words(sv="samma person godkänner inte för två parter", en="one person does not approve for two parties")
    return None


def take(life: Life, step: Step, others: Iterable[Life] = ()) -> Life | Words:
    """The life after a step, or why it may not be taken."""
    return why_not(life, step, others) or life._replace(steps=(*life.steps, step))


def binding(lives: Iterable[Life]) -> AgreementSet:
    """What all these lives amount to: every version all parties approved, on the days it has held and will hold."""
    return AgreementSet.of(_as_lived(life) for life in lives if life.agreed)


def _as_lived(life: Life) -> Agreement:
    """The version from the day it began to the day before it was terminated; its digest stays that of its text."""
    ended = life.terminated_on
    last = life.agreement.valid_to if ended is None else min(life.agreement.valid_to, ended - timedelta(days=1))
    return life.agreement.model_copy(update={"valid_from": life.begins, "valid_to": last})


def _supersedes(newer: Life, older: Life, day: date) -> bool:
    one, two = newer.agreement, older.agreement
    return newer.agreed and one.id == two.id and one.version > two.version and newer.begins <= day
