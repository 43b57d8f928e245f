"""`samsyn retain`: erase what the retention rules say on a day, and nothing else."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Column, Table

from audit.entry import Operation, leaf_time
from cli.errors import Stop
from cli.opening import Opened, now, opened
from policies.law import Law, load_law
from policies.period import Period, Unit, period_of, unit_of
from policies.reading import PolicyError
from store import retention
from store.retention import Old
from store.sessions import VaultSession
from store.vault_deliveries import forget_keys


@dataclass(frozen=True)
class Rule:
    """One rule of retention on a day.

    Attributes:
        name: of its file in policies/law.
        days: how long is kept.
        bound: what comes before this goes: a time, or a period of the dataset.
        old: what goes.
        erase: makes it go.
    """

    name: str
    days: int
    bound: str
    old: Old
    erase: Callable[[], None]
    dataset: str = ""


def retain(
    *,
    apply: Annotated[bool, typer.Option("--apply", help="Erase; without it, only tell what would go.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before erasing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Write the outcome as JSON.")] = False,
) -> None:
    """Tell what has been kept as long as the rules say, and with --apply erase it; each rule is an act in the trail."""
    law = _law()
    with opened("retainer") as home:
        at = now()
        rules = list(rules_on(home, law, at))
        if not as_json:
            _show(rules)
        going = [rule for rule in rules if rule.old.rows]
        if apply and going and not yes:
            typer.confirm("Erase this for good? Backups are not touched by it", abort=True)
        for rule in going if apply else ():
            with home.noted(Operation.ERASE, **_said(rule, law, at.date())):
                rule.erase()
    if as_json:
        typer.echo(json.dumps([_told(rule, erased=apply) for rule in rules]))
    elif not going:
        typer.echo("Nothing has been kept longer than the rules say.")
    else:
        typer.echo("Erased." if apply else "Nothing was erased: this was a dry run. Erase it with --apply.")


def rules_on(home: Opened, law: Law, at: datetime) -> Iterator[Rule]:
    """Every rule of retention, with what it takes at this moment."""
    on = law.at(at.date())
    yield from _raw_counts(home, on.raw_counts_days, at.date())
    yield _keys(home, on.idempotency_days, at)
    yield _trail(home, on.trail_payload_days, at)


def _law() -> Law:
    try:
        return load_law()
    except PolicyError as error:
        raise Stop(str(error)) from None


def _raw_counts(home: Opened, days: int, today: date) -> Iterator[Rule]:
    """Counts go, dataset by dataset, when so many days have passed since the last day of their period."""
    with home.reading() as session:
        some = retention.some_periods(VaultSession(session))
    for dataset, period in sorted(some.items()):
        yield _dataset(home, days, dataset, str(first_kept(today, days, unit_of(period))))


def first_kept(today: date, days: int, unit: Unit) -> Period:
    """The first period whose last day lies less than so many days back."""
    return period_of(today - timedelta(days=days - 1), unit)


def _dataset(home: Opened, days: int, dataset: str, bound: str) -> Rule:
    with home.reading() as session:
        old = retention.old_counts(VaultSession(session), dataset, bound)

    def erase() -> None:
        with home.writing("vault") as session:
            retention.erase_counts(VaultSession(session), dataset, bound)

    return Rule("raw_counts_days", days, bound, old, erase, dataset)


def _keys(home: Opened, days: int, at: datetime) -> Rule:
    before = at - timedelta(days=days)
    with home.reading() as session:
        old = retention.old_keys(VaultSession(session), before)

    def erase() -> None:
        with home.writing("vault") as session:
            forget_keys(VaultSession(session), before)

    return Rule("idempotency_days", days, leaf_time(before), old, erase)


def _trail(home: Opened, days: int, at: datetime) -> Rule:
    before = leaf_time(at - timedelta(days=days))
    old = retention.old_parts(home.engine(), before)
    return Rule("trail_payload_days", days, before, old, lambda: retention.fade_parts(home.engine("trail"), before))


def _said(rule: Rule, law: Law, day: date) -> dict[str, Any]:
    """A rule's act as the trail has it: how much went, from before when, and on which rule."""
    return {
        "rows": rule.old.rows,
        "grounds": tuple(map(str, law.at(day).cites(rule.name))),
        "reasons": (rule.name,),
        "policy_digest": law.digest,
        "dataset": rule.dataset,
        "note": f"kept for {rule.days} days; from before {rule.bound}",
    }


def _told(rule: Rule, *, erased: bool) -> dict[str, Any]:
    old = rule.old
    told = {
        "rule": rule.name,
        "dataset": rule.dataset or None,
        "days": rule.days,
        "before": rule.bound,
        "rows": old.rows,
    }
    return {**told, "oldest": old.oldest, "newest": old.newest, "erased": erased and bool(old.rows)}


def _show(rules: list[Rule]) -> None:
    columns = [Column(heading, overflow="fold") for heading in ("rule", "dataset", "oldest", "newest")]
    listing = Table(*columns, Column("days kept", justify="right"), Column("rows to go", justify="right"))
    for rule in rules:
        old = rule.old
        listing.add_row(rule.name, rule.dataset, old.oldest, old.newest, str(rule.days), f"{old.rows:,}")
    Console().print(listing)
