"""`samsyn init`: make a home and, by ten questions, a first draft of an agreement."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Final, TypeVar

import typer
from rich.console import Console

from audit.entry import Operation
from cli.agreement_check import Against, held_against, read_texts, say
from cli.agreement_outlook import outlook
from cli.errors import Stop
from cli.homemaking import make_home
from cli.init_answers import after, contact_of, day, genitive, kommun, one_of, party_id, slug, some_of, words
from cli.init_draft import FITTING, OWNERS, WEEKLY, Answers, draft, parties_of
from cli.opening import here, now, opened
from models.parties import Party
from policies.parties import PURPOSES
from settings import Place
from store import parties
from store.sessions import PartiesSession

Read = TypeVar("Read")
FIXED: Final = {"police": "polisen", "rescue": "raddningstjansten", "national": "bra", "auditor": "granskaren"}
"""What the one party of a kind is called where the datasets of the house name it."""
EXAMPLES_PURPOSES: Final = {"national": "nationell-jamforelse", "auditor": "granskning"}
YEARS: Final = 2
screen = Console(stderr=True)


def init(
    *,
    bare: Annotated[bool, typer.Option("--bare", help="Make the home and ask nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Take the default of every question not answered here.")] = False,
    kind: Annotated[str | None, typer.Option(help=f"1. What you are: {', '.join(FITTING)}.")] = None,
    area: Annotated[str | None, typer.Option(help="2. The kommun it is about, by code or name.")] = None,
    party: Annotated[str | None, typer.Option(help="3. Your id: a-z, 0-9 and hyphens.")] = None,
    name: Annotated[str | None, typer.Option(help="4. What you are called.")] = None,
    pushes: Annotated[str | None, typer.Option(help="5. Who delivers counts, by id, with commas.")] = None,
    reads: Annotated[str | None, typer.Option(help="6. Who reads the tables, by id, with commas.")] = None,
    purposes: Annotated[str | None, typer.Option(help=f"7. For what, of {', '.join(PURPOSES)}.")] = None,
    valid_from: Annotated[str | None, typer.Option(help="8. Its first day.")] = None,
    valid_to: Annotated[str | None, typer.Option(help="9. Its last day.")] = None,
    contact: Annotated[str | None, typer.Option(help="10. Whom to ask: Name <email>.")] = None,
    out: Annotated[Path | None, typer.Option(help="Where the draft is written; in the home unless told.")] = None,
    origin: Annotated[
        str, typer.Option(help="What the log of the home calls itself, for ever: a domain of yours.")
    ] = "",
) -> None:
    """Make a home and, by ten questions, a first draft of an agreement; then say what is missing before it holds."""
    where = here()
    given = {"kind": kind, "area": area, "party": party, "name": name, "pushes": pushes, "reads": reads}
    given |= {"purposes": purposes, "from": valid_from, "to": valid_to, "contact": contact}
    answers = None if bare else _ask(Asking(given, yes=yes))
    for step in make_home(where, origin or f"{answers.party if answers else 'samsyn'}.samsyn.local/log"):
        screen.print(f"[dim]·[/] {step}")
    typer.echo(f"There is a home at {where.home}.")
    if answers is not None:
        _begin(where, answers, out or where.home / "agreements" / f"{answers.owner}-v1.toml")


@dataclass(frozen=True)
class Asking:
    """Asks what the options did not answer; with `yes`, the default answers."""

    given: Mapping[str, str | None]
    yes: bool

    def __call__(self, option: str, text: str, read: Callable[[str], Read], default: str = "") -> Read:
        """An answer, read; on the screen it is asked for until it can be."""
        answer = self.given[option]
        if answer is None and not self.yes:
            asked: Read = typer.prompt(text, default=default or None, value_proc=read)
            return asked
        try:
            return read(default if answer is None else answer)
        except typer.BadParameter as error:
            raise Stop(f"{text}: {error.message}") from None


def _ask(ask: Asking) -> Answers:
    kind = ask("kind", f"What are you ({', '.join(FITTING)})?", one_of(FITTING), "municipality")
    weekly = FITTING[kind] == WEEKLY
    area, place = ask("area", "Which kommun is it about, by code or name?", kommun) if weekly else ("", "")
    party = ask("party", "What is your id here?", party_id, FIXED.get(kind) or slug(place))
    owner = slug(place) if weekly and kind != "municipality" else party
    example = FITTING[kind]
    others = [owner if each == OWNERS[example] else each for each in parties_of(example)]
    everyone = ",".join(dict.fromkeys([party, *others]))
    first = (now().date().replace(day=1) + timedelta(days=31)).replace(day=1)
    purposes = EXAMPLES_PURPOSES.get(kind, ",".join(PURPOSES[:3]))
    name = ask("name", "What are you called?", words, f"{genitive(place)} kommun" if kind == "municipality" else party)
    pushes = ask("pushes", "Who delivers counts?", some_of(others), everyone)
    reads = ask("reads", "Who reads the tables?", some_of(others), everyone)
    why = ask("purposes", f"For what ({', '.join(PURPOSES)})?", some_of(PURPOSES), purposes)
    begins = ask("from", "From which day?", day, first.isoformat())
    ends = ask("to", "To which day?", after(begins), _years_after(begins).isoformat())
    person = ask("contact", "Whom may one ask (Name <email>)?", contact_of, f"{name} <samsyn@{party}.example>")
    return Answers(kind, party, name, owner, area, place, pushes, reads, why, begins, ends, person)


def _begin(where: Place, answers: Answers, path: Path) -> None:
    """Write the draft, make the asker a party, and say what is missing."""
    _write(path, draft(answers, held_against(where).rules.datasets))
    _register(where, answers)
    typer.echo(f"A draft lies in {path}. Read it, change it, and let a jurist read it.")
    _tell(path, held_against(where), answers)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise Stop(f"{path} is there already: name another with --out") from None


def _register(where: Place, answers: Answers) -> None:
    """Make the asker a party of the home."""
    area = answers.area if answers.kind == "municipality" else None
    row = Party(id=answers.party, name=answers.name, kind=answers.kind, area=area, created_at=now())
    told = f"party {row.id} added or corrected"
    with (
        opened("operator", where) as home,
        home.noted(Operation.ADMINISTER, note=told),
        home.writing("parties") as session,
    ):
        parties.add_party(PartiesSession(session), row)


def _tell(path: Path, against: Against, answers: Answers) -> None:
    """Say plainly what is missing, and which commands come next."""
    (agreement,) = read_texts([path], against)
    awaits = tuple(party.id for party in agreement.parties)
    say(agreement, list(outlook(agreement, against.rules, now().date(), against.registered, awaits)))
    datasets = [against.rules.datasets[table.dataset] for table in agreement.tables]
    delivered = {party.id for each in datasets for party in agreement.parties if each.takes_from(party.id, party.kind)}
    for party in sorted(set(answers.pushes) - delivered):
        typer.echo(f"No table of what {party} delivers: name it as publisher of a dataset in policies/datasets first")
    typer.echo(f"Next: samsyn agreement propose {path} --party {answers.party}")


def _years_after(first: date) -> date:
    """The last day of so many whole years from the month of `first`."""
    return first.replace(day=1, year=first.year + YEARS) - timedelta(days=1)
