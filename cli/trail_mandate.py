"""`samsyn trail mandate`: what the auditors of a party may see of the log, decided and written down."""

import json
from typing import Annotated

import typer

from audit.entry import Operation
from cli.errors import Stop
from cli.opening import now, opened
from cli.trail_reach import trail, where
from store.parties import party as find_party
from store.sessions import PartiesSession
from store.trail_mandates import Mandate, decide_mandate, mandates

app = typer.Typer(help="Auditors' mandates: whose entries they see, and whether names.", no_args_is_help=True)


@app.command()
def decide(
    party: Annotated[str, typer.Argument(help="The auditors' party.")],
    decision: Annotated[str, typer.Option(help="The decision, as a register names it, such as a number and a date.")],
    *,
    sees: Annotated[list[str] | None, typer.Option(help="A party whose entries are seen; several are taken.")] = None,
    every: Annotated[bool, typer.Option("--every", help="The entries of every party are seen.")] = False,
    names: Annotated[bool, typer.Option("--names", help="Exports may show names, which the log then tells.")] = False,
) -> None:
    """Write a decision down; it holds from now on, and those before it stay to be read."""
    if every == bool(sees):
        raise Stop("say whose entries are seen: either --every or --sees PARTY, as often as needed")
    mandate = Mandate(None if every else frozenset(sees or ()), names, decision)
    whose = "every party" if every else ", ".join(sorted(sees or ()))
    told = f"mandate: sees {whose}, {'names' if names else 'pseudonyms'}; {decision}"
    with opened("operator") as home:
        with home.reading() as session:
            for one in (party, *(sees or ())):
                if find_party(PartiesSession(session), one) is None:
                    raise Stop(f"there is no party {one!r}")
        with home.noted(Operation.ADMINISTER, party=party, note=told), home.writing("trail") as session:
            decide_mandate(session, party, mandate, now())
    typer.echo(f"{party} {told}")


@app.command("list")
def list_(*, as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False) -> None:
    """Every decision, oldest first; a party without one sees itself, and an independent body every party."""
    with trail(where()) as engine:
        found = mandates(engine)
    if as_json:
        typer.echo(json.dumps([_told(party, one) for party, one in found], ensure_ascii=False))
        return
    for party, one in found:
        whose = "every party" if one.parties is None else ", ".join(sorted(one.parties))
        typer.echo(f"{one.since} {party} sees {whose}, {'names' if one.names else 'pseudonyms'}: {one.decision}")
    if not found:
        typer.echo("No mandate was decided: independent bodies see every party, others themselves; both pseudonyms.")


def _told(party: str, one: Mandate) -> dict[str, object]:
    sees = None if one.parties is None else sorted(one.parties)
    return {"party": party, "since": one.since, "sees": sees, "names": one.names, "decision": one.decision}
