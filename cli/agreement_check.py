"""`samsyn agreement check`: whether texts hold, and what is missing before they can be in force."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from cli.agreement_outlook import Missing, outlook
from cli.at_desk import at_desk
from cli.errors import Stop
from cli.opening import here, now
from desk.held import Desk
from intake.areas_builtin import bra, sverige
from policies.agreement import Agreement
from policies.agreement_set import AgreementSet
from policies.folder import read_agreement
from policies.life import binding
from policies.reading import PolicyError
from policies.references import Known
from release.reading import Rules, load_rules
from settings import Place
from store import parties
from store.sessions import PartiesSession

_HEADINGS: Final = {
    "law": "Not released as it is written",
    "jurist": "For a jurist to confirm",
    "party": "Parties",
    "approval": "Approvals",
    "date": "Dates",
    "delivery": "Data to deliver",
}


@dataclass(frozen=True)
class Against:
    """What a text is held against: this program's rules and, where there is a home, all that is in it."""

    rules: Rules
    known: Known
    desk: Desk
    registered: Mapping[str, str] | None


def check(
    files: Annotated[list[Path], typer.Argument(help="Agreements, as TOML.", exists=True, dir_okay=False)],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Write the outcome as JSON.")] = False,
) -> None:
    """Read agreements strictly, against the home if there is one, and say what is missing before they can hold."""
    against = held_against(here())
    agreements = read_texts(files, against)
    found = [(agreement, _missing(agreement, against)) for agreement in agreements]
    if as_json:
        typer.echo(json.dumps([_data(agreement, missing) for agreement, missing in found], ensure_ascii=False))
        return
    for agreement, missing in found:
        say(agreement, missing)


def held_against(where: Place) -> Against:
    """All that a text can be held against; without a home, the areas of the program and no agreements beside it."""
    if where.database_url is None and not (where.home / "parties.db").exists():
        return _without_a_home()
    with at_desk(where) as sitting:
        with sitting.home.reading() as session:
            registered = {party.id: party.kind for party in parties.parties(PartiesSession(session))}
        return Against(sitting.rules, sitting.officer.known(), sitting.officer.desk(), registered)


def read_texts(files: Sequence[Path], against: Against) -> list[Agreement]:
    """Every text, after all were found to hold by themselves and together; Stop with every fault if not."""
    agreements, faults = [], []
    for file in files:
        try:
            agreements.append(read_agreement(file.read_bytes(), file.name, against.known))
        except PolicyError as error:
            faults.append(str(error))
    if faults:
        raise Stop("\n".join(faults))
    together(agreements, against)
    return agreements


def together(agreements: Sequence[Agreement], against: Against) -> AgreementSet:
    """What binds, and these as if they did; Stop if they contradict each other."""
    new = {agreement.digest for agreement in agreements}
    standing = [agreement for agreement in binding(against.desk.lives) if agreement.digest not in new]
    try:
        return AgreementSet.of([*standing, *agreements])
    except PolicyError as error:
        raise Stop(str(error)) from None


def say(agreement: Agreement, missing: Sequence[Missing]) -> None:
    """Tell that a text holds, and under one heading a kind what is missing."""
    typer.echo(f"{agreement.id} version {agreement.version} reads well (sha256 {agreement.digest[:12]}).")
    if not missing:
        typer.echo("Nothing is missing: it is in force.")
    for kind, heading in _HEADINGS.items():
        lines = [each.sentence for each in missing if each.kind == kind]
        if lines:
            typer.echo("\n".join([f"{heading}:", *(f"  - {line}" for line in lines)]))


def _missing(agreement: Agreement, against: Against) -> list[Missing]:
    held = against.desk.versions.get(agreement.digest)
    awaits = held.life.awaits if held else tuple(party.id for party in agreement.parties)
    return list(outlook(agreement, against.rules, now().date(), against.registered, awaits))


def _without_a_home() -> Against:
    try:
        rules = load_rules()
    except PolicyError as error:
        raise Stop(str(error)) from None
    areas = {area.code for scheme in (sverige(), bra()) for area in scheme.areas}
    return Against(rules, Known(rules.datasets, rules.classification, areas), Desk({}), None)


def _data(agreement: Agreement, missing: Sequence[Missing]) -> dict[str, Any]:
    about = {"id": agreement.id, "version": agreement.version, "digest": agreement.digest}
    return {**about, "missing": [{"kind": each.kind, "sentence": each.sentence} for each in missing]}
