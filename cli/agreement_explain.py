"""`samsyn agreement explain`: may this party have this table on this day, and why; the answer that every door gives."""

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final, Literal, cast

import typer

from cli.agreement_check import Against, held_against, read_texts, together
from cli.errors import Stop
from cli.opening import here, now
from policies.agreement_set import AgreementSet
from policies.ask import Ask
from policies.decide import decide
from policies.parties import PURPOSES, PartyKind
from policies.reading import Cite
from policies.verdict import Permit, Refusal, Verdict

Language = Literal["sv", "en"]
_YES: Final = {"sv": "Ja", "en": "Yes"}
_NO: Final = {"sv": "Nej", "en": "No"}
_TERMS: Final = {
    "sv": "metod {method}, minsta cell {smallest_cell} (känslig {smallest_sensitive_cell}), väntan {delay_days} dygn",
    "en": "method {method}, least cell {smallest_cell} (sensitive {smallest_sensitive_cell}), delay {delay_days} days",
}
_FOLLOWS: Final = {"sv": "Sekretessen följer med (OSL 11 kap. 4 §)", "en": "The secrecy follows along (OSL 11:4)"}


def explain(
    *,
    party: Annotated[str, typer.Option(help="Who asks.")],
    table: Annotated[str, typer.Option(help="For what table.")],
    on: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="On which day; today if not told.")] = None,
    purpose: Annotated[str, typer.Option(help=f"One of {', '.join(PURPOSES)}.")] = "lagesbild",
    role: Annotated[str, typer.Option(help="In which role.")] = "reader",
    branch: Annotated[str, typer.Option(help="For which independent branch of the party.")] = "",
    area_level: Annotated[str | None, typer.Option(help="At one level of area.")] = None,
    category: Annotated[str | None, typer.Option(help="One category.")] = None,
    period: Annotated[str | None, typer.Option(help="One period.")] = None,
    draft: Annotated[
        list[Path] | None,
        typer.Option("--with", exists=True, dir_okay=False, help="As if this text bound too; may be repeated."),
    ] = None,
    lang: Annotated[Language, typer.Option(help="Swedish or English.")] = "sv",
    as_json: Annotated[bool, typer.Option("--json", help="Write the answer as JSON.")] = False,
) -> None:
    """Answer whether a party may have a table, with the terms or every reason, and the law behind each."""
    if purpose not in PURPOSES:
        raise Stop(f"{purpose!r} is no purpose: use one of {', '.join(PURPOSES)}")
    against = held_against(here())
    standing = together(read_texts(draft or [], against), against)
    ask = Ask(
        party=party,
        party_kind=_kind(party, table, against, standing),
        branch=branch,
        role=role,
        purpose=purpose,
        table=table,
        area_level=area_level,
        category=category,
        period=period,
        on=on.date() if on else now().date(),
    )
    rules = against.rules
    verdict = decide(ask, standing, rules.law, rules.datasets, rules.classification)
    if as_json:
        typer.echo(json.dumps(answer(ask, verdict), ensure_ascii=False))
    else:
        typer.echo("\n".join(sentences(ask, verdict, lang)))


def answer(ask: Ask, verdict: Verdict) -> dict[str, Any]:
    """The verdict as data; a refusal as the doors write it."""
    asked = {"party": ask.party, "table": ask.table, "purpose": ask.purpose, "on": ask.on.isoformat()}
    if isinstance(verdict, Refusal):
        reasons = [
            {"rule": each.rule, "sv": each.sentence_sv, "en": each.sentence_en, "cite": each.cite.model_dump()}
            for each in verdict.reasons
        ]
        return {**asked, "permit": False, "reasons": reasons}
    terms = {**verdict.terms._asdict(), "method": verdict.terms.method.model_dump(exclude_none=True)}
    follows = verdict.secrecy_transferred
    return {
        **asked,
        "permit": True,
        "agreement": verdict.agreement,
        "version": verdict.version,
        "digest": verdict.digest,
        "terms": terms,
        "grounds": list(verdict.grounds),
        "cites": [cite.model_dump() for cite in verdict.cites],
        "secrecyTransferred": {"source": follows.source, "provisions": list(follows.provisions)} if follows else None,
    }


def sentences(ask: Ask, verdict: Verdict, lang: Language) -> list[str]:
    """The verdict as a person reads it."""
    asked = f"{ask.party}, {ask.table}, {ask.purpose}, {ask.on}"
    if isinstance(verdict, Permit):
        return [f"{_YES[lang]}: {asked}", *_of_permit(verdict, lang)]
    reasons = (f"  - {reason.sentence(lang)}\n      {_linked(reason.cite)}" for reason in verdict.reasons)
    return [f"{_NO[lang]}: {asked}", *reasons]


def _of_permit(permit: Permit, lang: Language) -> list[str]:
    terms = {**permit.terms._asdict(), "method": permit.terms.method.kind}
    lines = [
        f"  {permit.agreement} version {permit.version} (sha256 {permit.digest[:12]})",
        f"  {_TERMS[lang].format(**terms)}",
        *(f"  - {_linked(cite)}" for cite in permit.cites),
    ]
    if follows := permit.secrecy_transferred:
        lines.append(f"  {_FOLLOWS[lang]}: {', '.join(follows.provisions)}, {follows.source}")
    return lines


def _linked(cite: Cite) -> str:
    return f"{cite} <{cite.href}>"


def _kind(party: str, table: str, against: Against, standing: AgreementSet) -> PartyKind:
    """What a party asks as: as it is registered, else as it signed, else as anyone."""
    registered = (against.registered or {}).get(party)
    if registered:
        return cast("PartyKind", registered)
    signed = (agreement.party(party) for agreement in standing if agreement.table(table))
    return next((found.kind for found in signed if found), "other")
