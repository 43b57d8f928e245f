"""Where a command that speaks to a service finds its URL, its client and the secret.

In this order: what the command was told, SAMSYN_URL, SAMSYN_CLIENT_ID and SAMSYN_CLIENT_KEY_FILE or
SAMSYN_CLIENT_SECRET (or SAMSYN_CLIENT_SECRET_FILE), and the `demo.json` of a demo home (SAMSYN_HOME; without it `var`
and `var/demo` here). A private key goes before a secret: it never leaves this machine.
A secret is never an option, since everyone on a machine sees the options of its programs, and never printed.
"""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.errors import Status, Stop
from samsyn_client.client import Client
from samsyn_client.key import ClientKey
from samsyn_client.patience import Patience
from samsyn_client.problems import NotAllowed, NotFound, NotSignedIn, Problem, SamsynError

ClientOption = Annotated[
    str | None,
    typer.Option("--client", metavar="ID", help="As which client (else SAMSYN_CLIENT_ID); a demo home knows its own."),
]
UrlOption = Annotated[str | None, typer.Option("--url", help="The service (else SAMSYN_URL, else the demo's).")]

_PATIENCE = Patience(attempts=4)
"""Someone sits and waits: about three seconds in all, where a program would be more patient."""

_DEMO_HOMES = ("var", "var/demo")


@dataclass(frozen=True)
class Credentials:
    """A service, and as whom to sign in there: with a secret, a key, or whichever of both is wanted."""

    url: str
    client_id: str
    secret: str = field(repr=False)
    key_file: Path | None = None


def find_credentials(client: str | None, url: str | None, role: str, env: Mapping[str, str]) -> Credentials:
    """The credentials of a command.

    Args:
        client: the client it was told, if any.
        url: the service it was told, if any.
        role: what the command needs; it helps to say which demo client to take.
        env: the environment.

    Raises:
        Stop: something is missing; the message says what to do.
    """
    demo = _demo(env)
    client_id = client or env.get("SAMSYN_CLIENT_ID")
    if not client_id:
        raise Stop(f"as which client? {_which(demo, role)}")
    account = _account(client_id, demo)
    own = _own_secret(client_id, env), _own_key(client_id, env)
    secret, key_file = own if any(own) else (account.get("clientSecret"), account.get("privateKeyFile"))
    if not secret and not key_file:
        wanted = "set SAMSYN_CLIENT_KEY_FILE or SAMSYN_CLIENT_SECRET"
        raise Stop(f"no key and no secret for {client_id}: {wanted}, or {_which(demo, role)}")
    service = url or env.get("SAMSYN_URL") or demo.get("url")
    if not service:
        raise Stop("which service? set SAMSYN_URL, such as https://samsyn.example, or give --url")
    return Credentials(service, client_id, secret or "", Path(key_file) if key_file else None)


@contextmanager
def signed_in(
    client: str | None, url: str | None, role: str, purpose: str | None = None, *, unbound: bool = False
) -> Iterator[Client]:
    """A client of the service; what the service says against it stops the command in one line.

    Args:
        unbound: rather with a secret than with a key, where there are both: a token bound to a key is of no use to
            a program that does not have it.

    Raises:
        Stop: there are no credentials, or the service says no or nothing.
    """
    found = find_credentials(client, url, role, os.environ)
    options: dict[str, Any] = {"allow_http": os.environ.get("SAMSYN_ALLOW_HTTP") == "1"}
    if found.key_file and not (unbound and found.secret):
        options["key"] = _read_key(found.key_file)
    try:
        who = (found.url, found.client_id, found.secret)
        with Client(*who, purpose=purpose, patience=_PATIENCE, **options) as samsyn:
            yield samsyn
    except NotSignedIn as error:
        raise Stop(f"{found.url} does not accept {found.client_id}: {error.detail}", Status.REFUSED) from None
    except NotAllowed as error:
        raise Stop("\n  ".join([error.detail, *_reasons(error)]), Status.REFUSED) from None
    except NotFound:
        raise Stop(
            f"there is no such thing for {found.client_id}: is its id right, and this the right client?"
        ) from None
    except Problem as error:
        raise Stop(error.detail if error.status < 500 else f"{error.detail} ({error.instance})") from None
    except SamsynError as error:
        raise Stop(str(error), Status.UNREACHABLE) from None
    except ValueError as error:
        raise Stop(f"SAMSYN_URL: {error}") from None


def _own_secret(client_id: str, env: Mapping[str, str]) -> str | None:
    if env.get("SAMSYN_CLIENT_ID", client_id) != client_id:
        return None  # the secret in the environment is another client's
    file = env.get("SAMSYN_CLIENT_SECRET_FILE")
    if not file:
        return env.get("SAMSYN_CLIENT_SECRET")
    if env.get("SAMSYN_CLIENT_SECRET"):
        raise Stop("both SAMSYN_CLIENT_SECRET and SAMSYN_CLIENT_SECRET_FILE are set: keep one")
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise Stop(f"SAMSYN_CLIENT_SECRET_FILE: {file}: {error.strerror}") from None


def _own_key(client_id: str, env: Mapping[str, str]) -> str | None:
    if env.get("SAMSYN_CLIENT_ID", client_id) != client_id:
        return None  # the key in the environment is another client's
    return env.get("SAMSYN_CLIENT_KEY_FILE")


def _read_key(path: Path) -> ClientKey:
    try:
        return ClientKey.read(path)
    except ValueError as error:
        raise Stop(f"the client's key: {error}") from None


def _demo(env: Mapping[str, str]) -> dict[str, Any]:
    """The demo's file, empty when there is none."""
    homes = [env["SAMSYN_HOME"]] if env.get("SAMSYN_HOME") else _DEMO_HOMES
    for file in (Path(home) / "demo.json" for home in homes):
        if file.exists():
            try:
                said = json.loads(file.read_bytes())
            except (OSError, ValueError) as error:
                raise Stop(f"{file} cannot be read: {error}") from None
            return said if isinstance(said, dict) else {}
    return {}


def _account(client_id: str, demo: Mapping[str, Any]) -> Mapping[str, Any]:
    return next((client for client in demo.get("clients", []) if client["clientId"] == client_id), {})


def _which(demo: Mapping[str, Any], role: str) -> str:
    fitting = sorted(client["clientId"] for client in demo.get("clients", []) if client.get("role") == role)
    if not fitting:
        return "give --client ID or set SAMSYN_CLIENT_ID"
    return f"give --client with one of the demo's: {', '.join(fitting)}"


def _reasons(error: NotAllowed) -> list[str]:
    """Each reason of a refusal as a line, with its citation where there is one."""
    given = error.said.get("reasons", [])
    return [reason if isinstance(reason, str) else str(reason.get("reason", reason)) for reason in given]
