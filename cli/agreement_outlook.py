"""What still stands between the text of an agreement and the day it holds, in plain sentences."""

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import NamedTuple

from policies.agreement import Agreement
from policies.disclosing import may_release
from policies.verdict import Refusal
from release.reading import Rules


class Missing(NamedTuple):
    """One thing to do.

    `kind` is law (a table that the law does not let out as it is written), jurist (to be confirmed), party (not
    registered as what it signs as), approval, date or delivery.
    """

    kind: str
    sentence: str


def outlook(
    agreement: Agreement, rules: Rules, today: date, registered: Mapping[str, str] | None, awaits: Collection[str]
) -> Iterator[Missing]:
    """Everything that is missing, what only the text's author can mend first.

    Args:
        registered: the kind of every party known in the home; None when there is no home.
        awaits: the parties that have not approved.
    """
    day = max(today, agreement.valid_from, rules.law.since)
    yield from _refused(agreement, rules, day)
    yield from _grounds(agreement)
    yield from _parties(agreement, registered)
    for party in awaits:
        yield Missing("approval", f"{party} has to approve it, through a person of its own who did not write it")
    if agreement.valid_from > today:
        yield Missing("date", f"it holds from {agreement.valid_from}")
    if agreement.valid_to < today:
        yield Missing("date", f"its last day, {agreement.valid_to}, has passed: give it a later valid_to")
    yield from _deliveries(agreement, rules)


def _refused(agreement: Agreement, rules: Rules, day: date) -> Iterator[Missing]:
    for table in agreement.tables:
        verdict = may_release(rules.scope(agreement, table, day)) if agreement.covers(day) else None
        for reason in verdict.reasons if isinstance(verdict, Refusal) else ():
            yield Missing("law", f"{table.id} will not be released: {reason.sentence_en} ({reason.cite})")


def _grounds(agreement: Agreement) -> Iterator[Missing]:
    for claim in agreement.grounds:
        decided = f", decided by {claim.decision.by} on {claim.decision.on}" if claim.decision else ""
        answers = ", ".join(claim.provisions)
        yield Missing("jurist", f"the ground {claim.code} against {answers}{decided}: {claim.note}")
    for party in agreement.parties:
        yield Missing("jurist", f"the lawful basis of {party.id}: {party.lawful_basis or 'none given'}")


def _parties(agreement: Agreement, registered: Mapping[str, str] | None) -> Iterator[Missing]:
    for party in agreement.parties if registered is not None else ():
        kind = (registered or {}).get(party.id)
        if kind is None:
            add = f"samsyn party add {party.id} --name … --kind {party.kind}"
            yield Missing("party", f"{party.id} is not registered in this home: `{add}`, then `samsyn client add`")
        elif kind != party.kind:
            yield Missing("party", f"{party.id} signs as {party.kind} but is registered as {kind}")


def _deliveries(agreement: Agreement, rules: Rules) -> Iterator[Missing]:
    for name in dict.fromkeys(table.dataset for table in agreement.tables):
        dataset = rules.datasets[name]
        who = " or ".join(party.id for party in agreement.parties if dataset.takes_from(party.id, party.kind))
        told = f"{who} delivers {name} by {dataset.granularity} and {dataset.area_level}, from {dataset.first} on"
        yield Missing("delivery", told)
