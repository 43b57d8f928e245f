"""`samsyn law`: the rules in force on a day, with the sources they rest on."""

import json
from datetime import date, datetime
from typing import Annotated, Literal

import typer

from cli.errors import Stop
from policies.law import load_law
from policies.law_text import as_data, as_markdown

app = typer.Typer()


@app.command()
def law(
    on: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day; today if not given.")] = None,
    lang: Annotated[Literal["sv", "en"], typer.Option(help="Swedish or English.")] = "sv",
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for a script to read.")] = False,
    every: Annotated[bool, typer.Option("--all", help="Every value through time, as docs/law.md has it.")] = False,
) -> None:
    """Print the rules in force on a day: thresholds, delays, times of keeping and grounds, each with its source."""
    held = load_law()
    day = on.date() if on else date.today()  # noqa: DTZ011 - the day as the reader's own calendar has it
    if every:
        typer.echo(docs(), nl=False)
    elif day < held.since:
        raise Stop(f"the rules are formalised from {held.since}; {day} lies before that")
    elif as_json:
        typer.echo(json.dumps(as_data(held, lang, day), ensure_ascii=False, indent=2))
    else:
        typer.echo(as_markdown(held, lang, day), nl=False)


def docs() -> str:
    """What docs/law.md holds: all values through time, in Swedish and then in English."""
    held = load_law()
    note = "<!-- Generated: samsyn law --all > docs/law.md -->\n\n"
    return note + as_markdown(held, "sv") + "\n" + as_markdown(held, "en")
