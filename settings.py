"""What each process is handed, read once from the environment: nothing a door does not need reaches it.

A pull process is never told where the vault is, which keys make pseudonyms, or how to publish. On SQLite every
process gets the home folder and the store attaches only the files its database role may see; on PostgreSQL each
process is started with the URL of its own database user.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

DEFAULT_HOME = "var"
DEFAULT_PORT = 8000
STAMP = "demo.stamp"
"""The file by which a home says that it is a demo."""


class SettingsError(ValueError):
    """The environment says something this program cannot use; the message names the variable."""


@dataclass(frozen=True)
class Place:
    """Where a deployment rests: the home folder, and the database when it is not files in that folder.

    Attributes:
        home: folder of keys, stamps and (on SQLite) one database file for each schema.
        database_url: `postgresql+psycopg://…`, or None for SQLite under `home`.
    """

    home: Path
    database_url: str | None = None

    @property
    def keys(self) -> Path:
        """The folder of private keys, mode 0700."""
        return self.home / "keys"

    @property
    def is_demo(self) -> bool:
        """Whether this home was made by `samsyn demo`: it then refuses every address but loopback."""
        return (self.home / STAMP).exists()


def place(environ: Mapping[str, str] | None = None) -> Place:
    """The place named by SAMSYN_HOME and SAMSYN_DATABASE_URL (default: SQLite in ./var)."""
    env = os.environ if environ is None else environ
    return Place(Path(env.get("SAMSYN_HOME") or DEFAULT_HOME), database_url(env.get("SAMSYN_DATABASE_URL")))


def database_url(url: str | None) -> str | None:
    """The URL of a PostgreSQL database, or None for SQLite in the home folder."""
    if url and not url.startswith("postgresql+psycopg://"):
        raise SettingsError("the database URL must begin with postgresql+psycopg:// (leave it out for SQLite)")
    return url or None


def port(environ: Mapping[str, str] | None = None) -> int:
    """The port of SAMSYN_PORT (default 8000)."""
    env = os.environ if environ is None else environ
    text = env.get("SAMSYN_PORT") or str(DEFAULT_PORT)
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise SettingsError(f"SAMSYN_PORT must be a port number from 1 to 65535, not {text!r}")
    return int(text)


def witnesses(environ: Mapping[str, str] | None = None) -> tuple[tuple[str, str], ...]:
    """The witnesses of SAMSYN_WITNESSES: for each its verifier key, a space and its URL; commas between them."""
    env = os.environ if environ is None else environ
    found: list[tuple[str, str]] = []
    for one in filter(None, map(str.strip, env.get("SAMSYN_WITNESSES", "").split(","))):
        key, _, url = one.partition(" ")
        if key.count("+") < 2 or not url.strip().startswith(("http://", "https://")):
            raise SettingsError(f"SAMSYN_WITNESSES: {one!r} should be a verifier key, a space and an http(s) URL")
        found.append((key, url.strip().rstrip("/")))
    return tuple(found)


@dataclass(frozen=True)
class DoorSettings:
    """What every door is handed.

    Attributes:
        place: where parties, areas and the trail rest.
        issuer: the URL that tokens name as issuer and audience; also the base of absolute links.
    """

    place: Place
    issuer: str


@dataclass(frozen=True)
class PushSettings(DoorSettings):
    """The push door: besides the above, the limits of a delivery."""

    max_body_bytes: int = 64 * 1024 * 1024
    max_rows: int = 1_000_000


@dataclass(frozen=True)
class PullSettings(DoorSettings):
    """The pull door. It has no vault, no release and no pseudonym key, and asks for none."""


@dataclass(frozen=True)
class ReviewSettings(DoorSettings):
    """The review door, which reads the trail and, alone among doors, may run its sequencer.

    Attributes:
        witnesses: to whom each checkpoint of the trail is submitted, as verifier key and URL.
    """

    sequence: bool = True
    witnesses: tuple[tuple[str, str], ...] = field(default_factory=witnesses)


@dataclass(frozen=True)
class DeskSettings(DoorSettings):
    """The desk, where agreements are proposed and approved."""
