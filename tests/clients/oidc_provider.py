"""An OpenID Connect provider that is not ours (Canaille), with people and one client; run by its own interpreter.

var/tools/oidc-provider/bin/python tests/clients/oidc_provider.py SETTINGS.json
"""

import json
import sys
from pathlib import Path
from typing import Any

from canaille import create_app
from canaille.app import models
from canaille.backends import Backend
from werkzeug.serving import make_server


def main() -> None:
    """Serve on loopback until ended."""
    said = json.loads(Path(sys.argv[1]).read_text())
    app = create_app(
        {
            "SECRET_KEY": "a provider of tests",
            "SERVER_NAME": f"127.0.0.1:{said['port']}",
            "PREFERRED_URL_SCHEME": "http",
            "CANAILLE": {"DATABASE": "memory", "LOGGING": {"version": 1}},
            "CANAILLE_OIDC": {},
        }
    )
    with app.app_context():
        furnish(said)
    make_server("127.0.0.1", said["port"], app, threaded=True).serve_forever()


def furnish(said: dict[str, Any]) -> None:
    """One client, and people with their groups."""
    backend = Backend.instance
    client = models.Client(
        client_id=said["client_id"],
        client_secret=said["client_secret"],
        client_name="Samsyn",
        client_uri="http://127.0.0.1",  # a domain it trusts: no page of consent
        redirect_uris=[said["redirect_uri"]],
        grant_types=["authorization_code"],
        response_types=["code"],
        scope=["openid", "profile", "groups"],
        token_endpoint_auth_method="client_secret_basic",
        id_token_signed_response_alg="RS256",
    )
    backend.save(client)
    client.audience = [client]
    backend.save(client)
    members: dict[str, list[Any]] = {}
    for name, groups in said["people"].items():
        user = models.User(user_name=name, formatted_name=name.title(), family_name=name, password=said["password"])
        backend.save(user)
        for group in groups:
            members.setdefault(group, []).append(user)
    for group, users in members.items():
        backend.save(models.Group(display_name=group, members=users))


main()
