"""May this party have this, on this day? Total and deterministic: every ask has one answer, with all its reasons.

Default deny. A read needs a party, a role, an agreement in force that covers the table, level of area, category, period
and purpose, *and* a ground or no secrecy. One whom no agreement touches gets one and the same refusal for every table,
there or not. The reasons stand in the order of `checks.CHECKS`, then the law's.
"""

from collections.abc import Mapping
from dataclasses import replace

from policies.agreement import TableGrant
from policies.agreement_set import AgreementSet
from policies.ask import Ask, Matter
from policies.checks import CHECKS, before_the_law, no_agreement, unknown_dataset
from policies.classification import Classification
from policies.coverage import Scope
from policies.dataset import Dataset
from policies.disclosing import may_release, permit, weighed_for
from policies.law import Law
from policies.verdict import Refusal, Verdict

__all__ = ["AgreementSet", "Ask", "decide", "may_release", "tables_for", "touches"]


def decide(
    ask: Ask, agreements: AgreementSet, law: Law, datasets: Mapping[str, Dataset], classification: Classification
) -> Verdict:
    """Answer one ask. Never raises: what is unknown is a reason like any other."""
    if not touches(ask.party, ask.table, agreements):
        return Refusal((no_agreement(),))
    if ask.on < law.since:
        return Refusal((before_the_law(ask.on, law),))
    held = agreements.grant(ask.table, ask.on)
    agreement, table = held or agreements.latest(ask.table)
    if table.dataset not in datasets:
        return Refusal((unknown_dataset(table.dataset),))
    scope = Scope(agreement, table, datasets[table.dataset], classification, law.at(ask.on))
    matter = Matter(ask, scope, agreement.party(ask.party), held is not None)
    weighed = weighed_for(matter)
    reasons = (*(reason for check in CHECKS if (reason := check(matter))), *weighed.reasons)
    return Refusal(reasons) if reasons else permit(scope, weighed)


def touches(party: str, table: str, agreements: AgreementSet) -> bool:
    """Whether any agreement of this party, on any day, grants `table` to anyone; if not, it does not exist for them."""
    return table in agreements.open_tables or table in agreements.signed_tables.get(party, ())


def tables_for(
    ask: Ask, agreements: AgreementSet, law: Law, datasets: Mapping[str, Dataset], classification: Classification
) -> tuple[TableGrant, ...]:
    """The tables this asker may read, by id; which table `ask` itself names is left out of account."""
    granted = (agreements.grant(table, ask.on) for table in sorted(agreements.tables_of(ask.party)))
    return tuple(
        table
        for _, table in filter(None, granted)
        if decide(replace(ask, table=table.id), agreements, law, datasets, classification)
    )
