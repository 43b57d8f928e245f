"""`samsyn trail ask`: the questions an auditor asks most, answered in a table or as JSON."""

import json
from datetime import datetime
from itertools import islice
from typing import Annotated, Any

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from cli.errors import Stop
from cli.trail_filters import ActorOption, FromOption, PartyOption, TableOption, ToOption, asked_for, note_reading
from cli.trail_reach import trail, where
from store.trail_answers import QUESTIONS, Question
from store.trail_reading import TrailReader


def ask(
    question: Annotated[str, typer.Argument(help="The question's name; without it they are listed.")] = "",
    *,
    actor: ActorOption = None,
    party: PartyOption = None,
    table: TableOption = None,
    start: FromOption = None,
    end: ToOption = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="Rows at most.")] = 1000,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, with every field.")] = False,
) -> None:
    """Ask the trail a question that has a name; that it was asked becomes an entry of its own."""
    if not question:
        _list(as_json=as_json)
        return
    chosen = _chosen(question, {"actor": actor, "party": party, "table": table})
    asked = asked_for((actor, party, None, table, None, None, None, None), start, end)
    home = where()
    with trail(home) as engine:
        note_reading(home, asked, f"ask {question}")
        rows = list(islice(chosen.answer(TrailReader(engine), asked), limit))
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False))
    else:
        _print(rows)


def _chosen(name: str, given: dict[str, list[str] | None]) -> Question:
    if name not in QUESTIONS:
        raise Stop(f"there is no question {name!r}; there are {', '.join(QUESTIONS)}")
    if missing := [need for need in QUESTIONS[name].needs if not given[need]]:
        raise Stop(f"{name} needs --{missing[0]}: say about which")
    return QUESTIONS[name]


def _list(*, as_json: bool) -> None:
    told = [{"id": name, "sv": one.sv, "en": one.en, "needs": list(one.needs)} for name, one in QUESTIONS.items()]
    if as_json:
        typer.echo(json.dumps(told, ensure_ascii=False))
        return
    for one in told:
        needs = "".join(f" --{need} …" for need in one["needs"])
        typer.echo(f"{one['id']}{needs}\n    {one['sv']}\n    {one['en']}")


def _print(rows: list[dict[str, Any]]) -> None:
    """Every column that says something, folded rather than cut."""
    names = [name for name in (rows[0] if rows else {}) if any(row[name] not in (None, [], {}) for row in rows)]
    shown = Table(*(Column(name, overflow="fold") for name in names), box=SIMPLE_HEAD)
    for row in rows:
        shown.add_row(*(escape(_told(row[name])) for name in names))
    Console().print(shown if rows else "No such entries.")


def _told(value: object) -> str:
    match value:
        case None:
            return ""
        case list():
            return ", ".join(map(str, value))
        case dict():
            return "; ".join(f"{name}={','.join(codes)}" for name, codes in value.items())
        case datetime():
            return value.isoformat()
        case _:
            return str(value)
