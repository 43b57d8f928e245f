"""What each process is handed, read once from the environment: nothing a door does not need reaches it.

A pull process is never told where the vault is, which keys make pseudonyms, or how to publish. On SQLite every
process gets the home folder and the store attaches only the files its database role may see; on PostgreSQL each
process is started with the URL of its own database user.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

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


class Siem(NamedTuple):
    """Where the trail is told to a SIEM: syslog at `udp`, `tcp` or `unix`, JSON lines at `jsonl` or in a `file`."""

    url: str
    scheme: str
    host: str
    port: int
    path: str


def siem(environ: Mapping[str, str] | None = None) -> Siem | None:
    """The SIEM of SAMSYN_SIEM: udp://HOST:PORT, tcp://HOST:PORT, unix:///PATH, jsonl://HOST:PORT or file:///PATH."""
    env = os.environ if environ is None else environ
    url = env.get("SAMSYN_SIEM", "")
    if not url:
        return None
    rule = "udp://, tcp:// or jsonl:// with a host and a port, or unix:// or file:// with a path"
    wrong = f"SAMSYN_SIEM: {url!r} should be {rule}"
    try:
        parts = urlsplit(url)
        found = Siem(url, parts.scheme, parts.hostname or "", parts.port or 0, parts.path)
    except ValueError:
        raise SettingsError(wrong) from None
    by_path = found.scheme in {"unix", "file"}
    if found.scheme not in {"udp", "tcp", "jsonl", "unix", "file"} or not (
        found.path if by_path else found.host and found.port
    ):
        raise SettingsError(wrong)
    return found


def key_passphrase_file(environ: Mapping[str, str] | None = None) -> Path | None:
    """The file of SAMSYN_KEY_PASSPHRASE_FILE, which locks the keys that sign tokens; None leaves them unencrypted."""
    env = os.environ if environ is None else environ
    return Path(env["SAMSYN_KEY_PASSPHRASE_FILE"]) if env.get("SAMSYN_KEY_PASSPHRASE_FILE") else None


Network = IPv4Network | IPv6Network


@dataclass(frozen=True)
class Edge:
    """What stands before the doors, and how much it lets through.

    Attributes:
        proxies: whose word is taken on who is calling (X-Forwarded-For) and which certificate it showed.
        certificate_header: where they tell the certificate (RFC 9440, or an escaped PEM as nginx writes it).
        client_rate, address_rate: requests a second, and how many at once after a quiet time; (0, 0) for no limit.
        dpop_nonce: whether a proof of possession must repeat a nonce of ours (RFC 9449 §8).
    """

    proxies: tuple[Network, ...] = ()
    certificate_header: str = "client-cert"
    client_rate: tuple[float, float] = (200.0, 4000.0)
    address_rate: tuple[float, float] = (500.0, 10_000.0)
    dpop_nonce: bool = False


def edge(environ: Mapping[str, str] | None = None) -> Edge:
    """The edge of SAMSYN_TRUSTED_PROXIES, _CLIENT_CERT_HEADER, _CLIENT_RATE, _ADDRESS_RATE and _DPOP_NONCE."""
    env = os.environ if environ is None else environ
    return Edge(
        proxies=_networks(env.get("SAMSYN_TRUSTED_PROXIES", "")),
        certificate_header=(env.get("SAMSYN_CLIENT_CERT_HEADER") or Edge.certificate_header).lower(),
        client_rate=_rate("SAMSYN_CLIENT_RATE", env, Edge.client_rate),
        address_rate=_rate("SAMSYN_ADDRESS_RATE", env, Edge.address_rate),
        dpop_nonce=env.get("SAMSYN_DPOP_NONCE") == "1",
    )


def _networks(text: str) -> tuple[Network, ...]:
    try:
        return tuple(ip_network(one.strip()) for one in text.split(",") if one.strip())
    except ValueError as error:
        raise SettingsError(f"SAMSYN_TRUSTED_PROXIES must be addresses or networks with commas: {error}") from None


def _rate(name: str, env: Mapping[str, str], otherwise: tuple[float, float]) -> tuple[float, float]:
    text = env.get(name)
    if not text:
        return otherwise
    if text == "off":
        return 0.0, 0.0
    try:
        rate, burst = (float(one) for one in text.split("/"))
    except ValueError:
        rate, burst = 0.0, 0.0
    if not (0 < rate < 1e6 and 1 <= burst < 1e9):
        raise SettingsError(f"{name} must be requests a second / how many at once, such as 200/4000, or off")
    return rate, burst


@dataclass(frozen=True)
class DoorSettings:
    """What every door is handed.

    Attributes:
        place: where parties, areas and the trail rest.
        issuer: the URL that tokens name as issuer and audience; also the base of absolute links.
        edge: what stands before the door.
        passphrase_file: what unlocks the keys that sign tokens; only the token door reads it.
    """

    place: Place
    issuer: str
    edge: Edge = field(default_factory=edge, kw_only=True)
    passphrase_file: Path | None = field(default_factory=key_passphrase_file, kw_only=True)


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
        siem: where entries are told besides, or None.
    """

    sequence: bool = True
    witnesses: tuple[tuple[str, str], ...] = field(default_factory=witnesses)
    siem: Siem | None = field(default_factory=siem)


@dataclass(frozen=True)
class DeskSettings(DoorSettings):
    """The desk, where agreements are proposed and approved."""
