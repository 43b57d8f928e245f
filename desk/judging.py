"""Whether a step may be taken beside all that the desk holds: by the life of its version, and by what binds already."""

from collections.abc import Sequence

from desk.held import Desk, Held
from desk.refusals import OTHERS, Refused
from policies.agreement import Agreement
from policies.life import Life, Person, Step, binding, take
from policies.reading import PolicyError, Words


def judge_proposal(held: Desk, draft: Life, step: Step) -> None:
    """Judge the proposal of a draft.

    Raises:
        Refused: its number is taken, it contradicts what binds, or its proposer may not make it.
    """
    earlier = held.of(draft.agreement.id)
    if not _may_change(earlier, step.by.party):
        raise Refused(OTHERS, _belongs_to_others(draft.agreement))
    newest = max((each.agreement.version for each in earlier), default=0)
    if draft.agreement.version <= newest:
        raise Refused("version", _number_taken(draft.agreement, newest))
    _taken(draft, step, held)
    _judge_together((*held.lives, draft), draft)


def _may_change(earlier: Sequence[Held], party: str) -> bool:
    """Whether a party may propose the next version: one of those who agreed the last, or who were asked to so far.

    Otherwise anyone could end an agreement of others with a text that only they themselves approve.
    """
    agreed = [each for each in earlier if each.life.agreed]
    concerned = agreed[-1:] or earlier
    return not concerned or any(each.agreement.party(party) for each in concerned)


def judge_step(held: Desk, digest: str, step: Step) -> None:
    """Judge a step of a version that is held.

    Raises:
        Refused: its life does not allow it, or what it would make bind contradicts what does.
    """
    life = held.versions[digest].life
    after = _taken(life, step, held)
    if step.what == "approved":
        _judge_together(tuple(after if each is life else each for each in held.lives), after)


def _taken(life: Life, step: Step, held: Desk) -> Life:
    after = take(life, step, held.lives)
    if isinstance(after, Words):
        raise Refused("life", after)
    return after


def _judge_together(lives: tuple[Life, ...], new: Life) -> None:
    """Refuse what would contradict the agreements that bind, were every party of the new version to approve it."""
    approved = tuple(Step("approved", Person("", party), new.agreement.valid_from) for party in new.awaits)
    try:
        binding(life._replace(steps=(*life.steps, *approved)) if life is new else life for life in lives)
    except PolicyError as error:
        raise Refused("contradiction", Words(sv=str(error), en=str(error))) from None


def _belongs_to_others(agreement: Agreement) -> Words:
    return Words(
        sv=f"{agreement.id} är en överenskommelse mellan andra; välj ett annat id",
        en=f"{agreement.id} is an agreement between others; choose another id",
    )


def _number_taken(agreement: Agreement, newest: int) -> Words:
    return Words(
        sv=f"{agreement.id} har redan version {newest}; ge den här texten nummer {newest + 1}",
        en=f"{agreement.id} has version {newest} already; give this text the number {newest + 1}",
    )
