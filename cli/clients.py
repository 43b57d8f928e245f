"""`samsyn client`: the programs that parties sign in with, their keys and their secrets."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from audit.entry import Operation
from auth.principal import RoleError, read_roles
from auth.rights import Role
from cli.client_keys import Binding, Given, credentials
from cli.errors import Stop
from cli.listing import listing, show
from cli.opening import Opened, now, opened
from cli.parties import Json, Lift, check_id, set_status
from models.parties import Client
from policies.parties import PURPOSES
from store import parties as store
from store.sessions import PartiesSession

app = typer.Typer(
    help="Machine clients of the parties: add one, change it, list them, suspend one.", no_args_is_help=True
)

_Roles = Annotated[list[str], typer.Option(help=f"One of {', '.join(Role)}; may be given more than once.")]
_Purpose = Annotated[str | None, typer.Option(help=f"Of readings that state none: {', '.join(PURPOSES)}.")]
_Public = Annotated[
    Path | None, typer.Option(help="Public keys that the client made itself, as JWK, JWK Set or PEM; the best way.")
]
_KeyFile = Annotated[
    Path | None, typer.Option(help="Where the private key that is made here goes; else <client>.pem in this folder.")
]
_Secret = Annotated[bool, typer.Option("--secret", help="A secret too, for programs that know nothing better.")]
_Binding = Annotated[
    Binding | None,
    typer.Option(help="What its tokens are bound to; unless told dpop for a publisher with a key, else nothing."),
]
_MustSign = Annotated[bool, typer.Option("--must-sign", help="Its deliveries must be signed (RFC 9421).")]


@app.command("add")
def add_client(
    client: Annotated[str, typer.Argument(help="Its id, such as sodertalje-dashboard.")],
    *,
    party: Annotated[str, typer.Option(help="The party it acts for.")],
    role: _Roles,
    name: Annotated[str, typer.Option(help="What it is called.")] = "",
    purpose: _Purpose = None,
    public_keys: _Public = None,
    key_file: _KeyFile = None,
    secret: _Secret = False,
    no_key: Annotated[bool, typer.Option("--no-key", help="Only a secret, no key.")] = False,
    binding: _Binding = None,
    must_sign: _MustSign = False,
    as_json: Json = False,
) -> None:
    """Add a client. It gets a key in a file that its owner alone can read, or has the public keys it made itself.

    A secret is printed once, and never again.
    """
    check_id(client)
    roles = _roles(role)
    _check_purpose(purpose)
    with opened("operator") as home:
        _check_new(home, client, party)
        given = credentials(client, public_keys, key_file, secret=secret, key=not no_key)
        bound = binding or (Binding.DPOP if given.keys and Role.PUBLISHER in roles else Binding.NONE)
        row = Client(
            id=client,
            party_id=party,
            name=name or client,
            roles=[str(each) for each in roles],
            default_purpose=purpose,
            secret_hash=given.secret_hash,
            keys=given.keys,
            binding=bound.stored,
            must_sign=_checked(must_sign, given.keys, bound),
            created_at=now(),
        )
        told = f"client {client} of {party} added: {', '.join(roles)}; {_proofs(row)}"
        with home.noted(Operation.ADMINISTER, note=told), home.writing("parties") as session:
            store.add_client(PartiesSession(session), row)
    _tell(row, given, as_json=as_json)


@app.command("change")
def change_client(
    client: Annotated[str, typer.Argument(help="Its id.")],
    *,
    role: Annotated[list[str] | None, typer.Option(help="Its roles from now on, all of them.")] = None,
    purpose: _Purpose = None,
    public_keys: _Public = None,
    new_key: Annotated[bool, typer.Option("--new-key", help="Make one more key for it.")] = False,
    key_file: _KeyFile = None,
    drop_key: Annotated[list[str] | None, typer.Option(metavar="KID", help="Take a key from it.")] = None,
    secret: Annotated[bool, typer.Option("--secret", help="Give it a new secret in place of any it has.")] = False,
    no_secret: Annotated[bool, typer.Option("--no-secret", help="Take its secret.")] = False,
    binding: _Binding = None,
    must_sign: Annotated[bool | None, typer.Option("--must-sign/--may-sign", help="Signed deliveries.")] = None,
    as_json: Json = False,
) -> None:
    """Change a client's roles, keys or secret. The tokens that are out die with it."""
    with opened("operator") as home:
        with home.reading() as session:
            row = store.client(PartiesSession(session), client)
        if row is None:
            raise Stop(f"there is no client {client!r}: `samsyn client list` shows those there are")
        _check_dropped(drop_key or [], row)
        wants_key = new_key or public_keys is not None
        given = (
            credentials(client, public_keys, key_file, secret=secret, key=wants_key) if wants_key or secret else Given()
        )
        kept = [key for key in row.keys if key["kid"] not in (drop_key or [])]
        row.keys = [*kept, *(key for key in given.keys if key not in kept)]
        row.secret_hash = given.secret_hash or (None if no_secret else row.secret_hash)
        row.roles = [str(each) for each in _roles(role)] if role else row.roles
        row.default_purpose = _check_purpose(purpose) or row.default_purpose
        row.binding = binding.stored if binding else row.binding
        row.must_sign = _checked(row.must_sign if must_sign is None else must_sign, row.keys, Binding.of(row.binding))
        row.tokens_from = now()
        steps = _steps(given, drop_key or [], no_secret=no_secret)
        told = f"client {client} changed: {', '.join(row.roles)}; {_proofs(row)}{steps}"
        with home.noted(Operation.ADMINISTER, note=told), home.writing("parties") as session:
            session.merge(row)
    _tell(row, given, as_json=as_json)


@app.command("list")
def list_clients(
    *, party: Annotated[str | None, typer.Option(help="Only of this party.")] = None, as_json: Json = False
) -> None:
    """List the clients; secrets are not kept and cannot be listed."""
    with opened("operator") as home, home.reading() as session:
        rows = store.clients(PartiesSession(session), party)
    if as_json:
        typer.echo(json.dumps([row.model_dump(mode="json", exclude={"secret_hash"}) for row in rows]))
        return
    rows_shown = listing("client", "party", "roles", "proves itself by", "tokens bound to", "status")
    for row in rows:
        ways = " or ".join([*(["key"] if row.keys else []), *(["secret"] if row.secret_hash else [])])
        rows_shown.add_row(row.id, row.party_id, ", ".join(row.roles), ways, row.binding, row.status)
    show(rows_shown)


@app.command("suspend")
def suspend_client(client: Annotated[str, typer.Argument(help="Its id.")], *, lift: Lift = False) -> None:
    """Shut a client out on every door, within a second; its tokens stay dead when it is let in again."""
    set_status("client", client, lift=lift)


def _roles(names: list[str]) -> list[Role]:
    try:
        return sorted(read_roles(names))
    except RoleError as error:
        raise Stop(str(error)) from None


def _check_purpose(purpose: str | None) -> str | None:
    if purpose is not None and purpose not in PURPOSES:
        raise Stop(f"{purpose!r} is no purpose: use one of {', '.join(PURPOSES)}")
    return purpose


def _check_new(home: Opened, client: str, party: str) -> None:
    with home.reading() as session:
        if store.party(PartiesSession(session), party) is None:
            raise Stop(f"there is no party {party!r}: `samsyn party list` shows those there are")
        if store.client(PartiesSession(session), client) is not None:
            raise Stop(f"there is a client {client!r} already: choose another id, or `samsyn client change`")


def _check_dropped(kids: list[str], row: Client) -> None:
    """Stop if a key that is to go is not there: whoever mistypes a leaked key must not believe it gone."""
    held = [key["kid"] for key in row.keys]
    for kid in kids:
        if kid not in held:
            raise Stop(f"{row.id} has no key {kid!r}: it has {', '.join(held) or 'none'}")


def _checked(must_sign: bool, keys: list[dict[str, Any]], bound: Binding) -> bool:
    """Whether it must sign; what needs a key is refused to a client without one."""
    if not keys and (must_sign or bound is not Binding.NONE):
        raise Stop("without a key a client can neither sign nor have its tokens bound: give it one, or take these back")
    return must_sign


def _proofs(row: Client) -> str:
    """How a client proves itself, for the trail: keys by their thumbprints, a secret by its being there."""
    ways = [*(f"key {key['kid']}" for key in row.keys), *(["a secret"] if row.secret_hash else [])]
    more = [f"tokens bound by {row.binding}"] if row.binding else []
    return ", ".join([*ways, *more, *(["deliveries signed"] if row.must_sign else [])])


def _steps(given: Given, dropped: list[str], *, no_secret: bool) -> str:
    """What a change gave and took, for the trail: a new secret looks like the one before it."""
    gave = [*(f"key {key['kid']} given" for key in given.keys), *(["secret given"] if given.secret_hash else [])]
    took = [f"key {kid} taken" for kid in dropped]
    if no_secret and not given.secret_hash:
        took.append("secret taken")
    return "".join(f"; {step}" for step in [*gave, *took])


def _tell(row: Client, given: Given, *, as_json: bool) -> None:
    told: dict[str, Any] = {"clientId": row.id, "party": row.party_id, "roles": row.roles}
    told |= {"keys": [key["kid"] for key in row.keys], "binding": row.binding, "mustSign": row.must_sign}
    told |= {"privateKeyFile": str(given.key_file) if given.key_file else None, "clientSecret": given.secret}
    if as_json:
        typer.echo(json.dumps(told))
        return
    typer.echo(f"{row.id} proves itself by {_proofs(row)}")
    if given.key_file:
        typer.echo(f"Its private key is in {given.key_file}: take it to where the program runs, and keep no copy")
    if given.secret:
        typer.echo(f"Its secret, which is not shown again:\n{given.secret}")
