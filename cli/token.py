"""`samsyn token`: an access token, for a program such as curl that signs in by no other means."""

import json
from typing import Annotated

import typer

from cli.credentials import ClientOption, UrlOption, signed_in


def token(
    client: ClientOption = None,
    url: UrlOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write it as JSON.")] = False,
) -> None:
    """Print an access token; it is good for some minutes, and lets its holder do what the client may do.

    curl -H "Authorization: Bearer $(samsyn token --client ID)" $SAMSYN_URL/samsyn/v1/tables
    """
    with signed_in(client, url, "reader") as samsyn:
        found = samsyn.token()
    typer.echo(json.dumps({"accessToken": found}) if as_json else found)
