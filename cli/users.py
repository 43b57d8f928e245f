"""`samsyn user`: people who sign in at the pages with a name and a password of their own.

Those whose organisation signs them in are listed and suspended here too; what they may do follows from what their
organisation says about them.
"""

import json
from typing import Annotated, Any, Final

import typer

from audit.entry import Operation
from auth.people import NAME
from auth.principal import RoleError, read_roles
from auth.rights import Role, as_markdown
from auth.sealing import load_seal
from auth.secrets import hash_secret, new_secret
from cli.errors import Stop
from cli.listing import listing, show
from cli.opening import Opened, now, opened
from models.people import Person
from policies.parties import PURPOSES
from store import parties, people
from store.sessions import PartiesSession

app = typer.Typer(help="People: add one, list them, suspend, unlock or reset one.", no_args_is_help=True)

_SHOWN: Final = {"id", "party_id", "name", "roles", "default_purpose", "status", "created_at"}
_Json = Annotated[bool, typer.Option("--json", help="Write the outcome as JSON.")]
_Name = Annotated[str, typer.Argument(help="The name they sign in with.")]
_Roles = Annotated[list[str], typer.Option("--role", help=f"One of {', '.join(Role)}; may be given more than once.")]


@app.command("add")
def add(
    user: _Name,
    *,
    party: Annotated[str, typer.Option(help="The party they act for.")],
    role: _Roles,
    name: Annotated[str, typer.Option(help="What they are called.")] = "",
    purpose: Annotated[str | None, typer.Option(help=f"Of their readings: {', '.join(PURPOSES)}.")] = None,
    as_json: _Json = False,
) -> None:
    """Add a person and print a first password: once, and good for choosing another."""
    if not NAME.fullmatch(user):
        raise Stop(f"{user!r} is no name to sign in with: use a-z, 0-9, full stop, hyphen and underscore, at most 64")
    roles = _roles(role)
    if purpose is not None and purpose not in PURPOSES:
        raise Stop(f"{purpose!r} is no purpose: use one of {', '.join(PURPOSES)}")
    secret, at = new_secret(), now()
    row = Person(
        id=user,
        party_id=party,
        name=name or user,
        roles=roles,
        default_purpose=purpose,
        password_hash=hash_secret(secret),
        must_change=True,
        created_at=at,
        changed_at=at,
    )
    with opened("operator") as home:
        _check_free(home, user, party)
        told = f"person of {party} added: {', '.join(roles)}"
        with home.noted(Operation.ADMINISTER, note=told, **_about(user)), home.writing("parties") as session:
            people.keep(PartiesSession(session), row)
    _tell(user, secret, as_json=as_json, party=party, roles=roles)


@app.command("list")
def list_people(
    *, party: Annotated[str | None, typer.Option(help="Only of this party.")] = None, as_json: _Json = False
) -> None:
    """List people; passwords and secrets are not kept in a form that could be listed."""
    with opened("operator") as home, home.reading() as session:
        rows = people.people(PartiesSession(session), party)
    if as_json:
        typer.echo(json.dumps([row.model_dump(mode="json", include=_SHOWN) | _how(row) for row in rows]))
        return
    rows_shown = listing("user", "party", "name", "roles", "signs in with", "status")
    for row in rows:
        how = ", ".join(word for word, so in _how(row).items() if so)
        rows_shown.add_row(row.id, row.party_id, row.name, ", ".join(row.roles), how, row.status)
    show(rows_shown)


@app.command("suspend")
def suspend(user: _Name, *, lift: Annotated[bool, typer.Option("--lift", help="Let them in again.")] = False) -> None:
    """Shut a person out at once, and end their sessions."""
    status = "active" if lift else "suspended"
    _change(user, f"person {status}", status=status)
    typer.echo(f"{user} is {status}")


@app.command("role")
def give_roles(user: _Name, *, role: _Roles) -> None:
    """Give a person these roles in place of those they have; they have to sign in again."""
    roles = _roles(role)
    _change(user, f"person given the roles {', '.join(roles)}", roles=roles)
    typer.echo(f"{user} is now {', '.join(roles)}")


@app.command("reset")
def reset(
    user: _Name,
    *,
    factor: Annotated[
        bool, typer.Option("--factor", help="Forget their second factor and recovery codes too.")
    ] = False,
    as_json: _Json = False,
) -> None:
    """Print a new first password for someone who forgot theirs; be sure who asks before you hand it over."""
    secret, at = new_secret(), now()
    changed: dict[str, Any] = {"password_hash": hash_secret(secret), "must_change": True, "changed_at": at}
    told = f"person's password set anew{', second factor forgotten' if factor else ''}"
    _change(user, told, forget_codes=factor, **(changed | ({"factor": None} if factor else {})))
    _tell(user, secret, as_json=as_json)


@app.command("rights")
def rights() -> None:
    """Print what each role may do, with its own party's and with others', as docs/roles.md has it."""
    typer.echo(as_markdown(), nl=False)


@app.command("unlock")
def unlock(user: _Name) -> None:
    """Forget how often signing in has gone wrong under a name, so that the next try is heard at once."""
    with opened("operator") as home:
        seal = load_seal(home.place.keys)
        names = [seal.mark("name", name) for name in (user, f"code {user}")]
        noted = home.noted(Operation.ADMINISTER, note="person unlocked", **_about(user))
        with noted, home.writing("parties") as session:
            places = sum(people.unlock(PartiesSession(session), name) for name in names)
    typer.echo(f"{user} may try again ({places} places forgotten)")


def _change(user: str, told: str, *, forget_codes: bool = False, **changed: object) -> None:
    """Change a person and end their sessions, announced and told in the trail."""
    with opened("operator") as home:
        with home.reading() as session:
            row = people.person(PartiesSession(session), user)
        if row is None:
            raise Stop(f"there is no person {user!r}: `samsyn user list` shows those there are")
        if "password_hash" in changed and row.issuer is not None:
            raise Stop(f"{user} has no password here: their organisation signs them in")
        with home.noted(Operation.ADMINISTER, note=told, **_about(user)), home.writing("parties") as session:
            opened_parties = PartiesSession(session)
            for name, value in changed.items():
                setattr(row, name, value)
            people.keep(opened_parties, session.merge(row))
            people.end_sessions(opened_parties, user)
            if forget_codes:
                people.replace_recovery_codes(opened_parties, user, ())


def _about(user: str) -> dict[str, str]:
    """Whom an act was about, in the part of an entry that can be erased without the rest."""
    return {"justification": f"about {user}"}


def _check_free(home: Opened, user: str, party: str) -> None:
    """Stop unless the party is there and nobody, program or person, has the name: the trail tells actors by it."""
    with home.reading() as opened_session:
        session = PartiesSession(opened_session)
        if parties.party(session, party) is None:
            raise Stop(f"there is no party {party!r}: `samsyn party list` shows those there are")
        if people.person(session, user) is not None:
            raise Stop(f"there is a person {user!r} already: choose another name")
        if parties.client(session, user) is not None:
            raise Stop(f"there is a client {user!r}, and the trail could not tell them apart: choose another name")


def _roles(names: list[str]) -> list[str]:
    try:
        return [str(role) for role in sorted(read_roles(names))]
    except RoleError as error:
        raise Stop(str(error)) from None


def _how(row: Person) -> dict[str, bool]:
    """What a person signs in with."""
    return {"password": row.password_hash is not None, "code": row.factor is not None, "organisation": bool(row.issuer)}


def _tell(user: str, secret: str, *, as_json: bool, **more: object) -> None:
    if as_json:
        typer.echo(json.dumps({"username": user, "password": secret, **more}))
    else:
        typer.echo(f"{user} signs in with this password, is asked for another, and it is not shown again:\n{secret}")
