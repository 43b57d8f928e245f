"""`samsyn token`: an access token, for a program such as curl that signs in by no other means."""

import json
from typing import Annotated
from urllib.parse import urlsplit

import typer

from cli.credentials import ClientOption, UrlOption, signed_in
from cli.errors import Stop


def token(
    client: ClientOption = None,
    url: UrlOption = None,
    request: Annotated[
        str | None,
        typer.Option(
            "--for",
            metavar="'METHOD URL'",
            help="Print the headers that prove one such request, with a token bound to the client's key.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write it as JSON.")] = False,
) -> None:
    """Print an access token; it is good for some minutes, and lets its holder do what the client may do.

    curl -H "Authorization: Bearer $(samsyn token --client ID)" $SAMSYN_URL/samsyn/v1/tables

    A client with a key gets tokens bound to it, which need a fresh proof for each request:

    curl -H @<(samsyn token --client ID --for "GET $SAMSYN_URL/samsyn/v1/tables") $SAMSYN_URL/samsyn/v1/tables
    """
    method, path = _asked(request) if request else ("", "")
    with signed_in(client, url, "reader", unbound=request is None) as samsyn:
        found = samsyn.proof(method, path) if request else {"accessToken": samsyn.token()}
    if as_json:
        typer.echo(json.dumps(found))
    else:
        typer.echo("\n".join(f"{name}: {value}" for name, value in found.items()) if request else found["accessToken"])


def _asked(request: str) -> tuple[str, str]:
    method, _, url = request.strip().partition(" ")
    if not method.isupper() or not urlsplit(url).path:
        raise Stop(
            f"--for {request!r} should be a method and a URL, such as 'GET https://samsyn.example/samsyn/v1/tables'"
        )
    return method, urlsplit(url).path
