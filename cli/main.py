"""The command `samsyn`: every group of commands in one place.

A command's module is imported when it is asked for: some bring numerical libraries that take seconds to load, which
nobody should wait for who wants to see the trail.
"""

import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Final, NamedTuple

import typer
from rich.console import Console

from cli.errors import Stop

START: Final = "Start"
USE: Final = "Push and pull (SAMSYN_URL)"
FILES: Final = "On files, without a service"
KEEP: Final = "Keep a home (SAMSYN_HOME)"


class Command(NamedTuple):
    """Where a command, or a group of them, is found; `panel` is the heading it stands under in the help."""

    module: str
    name: str
    panel: str


COMMANDS: Final = {
    "init": Command("cli.init", "init", START),
    "demo": Command("cli.demo", "demo", START),
    "serve": Command("cli.serve", "serve", START),
    "migrate": Command("cli.home", "migrate_home", START),
    "doctor": Command("cli.home", "doctor", START),
    "logins": Command("cli.logins", "logins", START),
    "backup": Command("cli.backup", "backup", START),
    "restore": Command("cli.restore", "restore", START),
    "token": Command("cli.token", "token", USE),
    "push": Command("cli.push", "push", USE),
    "withdraw": Command("cli.withdraw", "withdraw", USE),
    "pull": Command("cli.pull", "pull", USE),
    "collect": Command("cli.collect", "app", USE),
    "webhook": Command("cli.webhook", "app", USE),
    "protect": Command("cli.protect", "protect_file", FILES),
    "attack": Command("cli.attack", "attack_file", FILES),
    "pseudonymise": Command("cli.pseudonymise", "pseudonymise", FILES),
    "signals": Command("cli.signals", "signals_file", FILES),
    "release": Command("cli.release", "app", KEEP),
    "agreement": Command("cli.agreement", "app", KEEP),
    "law": Command("cli.law", "law", KEEP),
    "trail": Command("cli.trail", "app", KEEP),
    "witness": Command("cli.witness", "app", KEEP),
    "party": Command("cli.parties", "party_app", KEEP),
    "client": Command("cli.clients", "app", KEEP),
    "access-key": Command("cli.access_keys", "app", KEEP),
    "key": Command("cli.keys", "app", KEEP),
    "user": Command("cli.users", "app", KEEP),
    "pseudonym": Command("cli.pseudonym", "app", KEEP),
    "retain": Command("cli.retain", "retain", KEEP),
    "areas": Command("cli.areas", "app", KEEP),
}


def build(wanted: str | None = None) -> typer.Typer:
    """The command line with one command in it, or with all when `wanted` is none of them."""
    app = typer.Typer(
        name="samsyn",
        help="Samsyn: aggregated event data between police and municipalities, within secrecy rules.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,  # an error is one clear line; whatever else is a fault of ours
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_root)  # with it, a single command still has a name of its own
    for name in [wanted] if wanted and wanted in COMMANDS else COMMANDS:
        _add(app, name, COMMANDS[name])
    return app


def main(arguments: Sequence[str] | None = None) -> None:
    """Run `samsyn`; a command that stops says why in one line and ends with its status."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        build(given[0] if given else None)(given)
    except Stop as stop:
        screen = Console(stderr=True, soft_wrap=True, highlight=False)
        screen.print("[bold red]error:[/]", end=" ")
        screen.print(stop.message, markup=False)  # what a user typed may look like markup
        raise SystemExit(int(stop.status)) from None


def _add(app: typer.Typer, name: str, command: Command) -> None:
    found = getattr(import_module(command.module), command.name)
    if isinstance(found, typer.Typer):
        app.add_typer(found, name=name, rich_help_panel=command.panel)
    else:
        app.command(name, rich_help_panel=command.panel)(found)


def _root() -> None:
    """Samsyn: aggregated event data between police and municipalities, within secrecy rules."""


if __name__ == "__main__":
    main()
