"""Whose sign-ins are believed, and what they make of a person: the file `organisations.toml` of a home.

    [[provider]]
    id = "sodertalje"
    name = "Södertälje kommun"
    issuer = "https://login.sodertalje.se/realms/personal"
    client_id = "samsyn"
    client_secret_file = "sodertalje.secret"     # below the home's keys, mode 0600
    strong = ["mfa", "http://id.elegnamnden.se/loa/1.0/loa3"]

    [[provider.grant]]
    claim = "groups"
    value = "samsyn-analys"
    party = "sodertalje"
    roles = ["analyst"]

A grant gives a party and roles to whoever's ID token has the value in the claim. Who has no grant is nobody here. The
file is read when a door starts.
"""

import stat
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from auth.principal import RoleError, read_roles
from auth.rights import Role

FILE: Final = "organisations.toml"
SCOPES: Final = ("openid", "profile")
_Id = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$")]


class OrganisationsError(ValueError):
    """The file does not hold; the message says where, and what would be right."""


class GrantError(ValueError):
    """What an organisation says of somebody gives no party and no roles here, or contradicts itself."""


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _https(url: str) -> str:
    """Over https, or http on loopback."""
    parts = urlsplit(url)
    if parts.scheme != "https" and (parts.scheme, parts.hostname) not in (("http", "127.0.0.1"), ("http", "localhost")):
        raise ValueError("an issuer is an https URL")
    return url


class Grant(_Table):
    """A party and roles for whoever's token has `value` as, or among, its `claim`."""

    claim: str
    value: str
    party: _Id
    roles: Annotated[list[Role], Field(min_length=1)]

    def fits(self, claims: Mapping[str, Any]) -> bool:
        """Whether the claims have it."""
        held = claims.get(self.claim)
        return self.value in held if isinstance(held, list) else held == self.value


class Provider(_Table):
    """An organisation's own sign-in.

    Attributes:
        id: stands in addresses here, and before the names of its people in the trail.
        issuer: exactly as its tokens say it.
        strong: values of `acr`, or in `amr`, by which it says that there was more than a password.
        purpose: what its people's readings are for until they say otherwise.
    """

    id: _Id
    name: str
    issuer: Annotated[str, AfterValidator(_https)]
    client_id: str
    client_secret_file: str
    scopes: tuple[str, ...] = SCOPES
    strong: frozenset[str] = frozenset()
    purpose: str = "lagesbild"
    grant: Annotated[tuple[Grant, ...], Field(min_length=1)]

    def granted(self, claims: Mapping[str, Any]) -> tuple[str, list[str]]:
        """The party and the roles that claims give.

        Raises:
            GrantError: none, of more than one party, or roles that must be kept apart.
        """
        fitting = [grant for grant in self.grant if grant.fits(claims)]
        parties = {grant.party for grant in fitting}
        if len(parties) != 1:
            raise GrantError("no grant fits" if not parties else "grants of more than one party fit")
        try:
            roles = read_roles({role for grant in fitting for role in grant.roles})
        except RoleError as error:
            raise GrantError(str(error)) from None
        return parties.pop(), sorted(roles)

    def is_strong(self, claims: Mapping[str, Any]) -> bool:
        """Whether the organisation says that there was more than a password."""
        methods = claims.get("amr")
        said = {claims.get("acr"), *(methods if isinstance(methods, list) else ())}
        return not self.strong.isdisjoint(str(one) for one in said if one)


class _File(_Table):
    provider: tuple[Provider, ...] = ()


def load_organisations(home: Path) -> Sequence[Provider]:
    """The providers of a home; none if it has no file.

    Raises:
        OrganisationsError: the file does not hold.
    """
    path = home / FILE
    if not path.exists():
        return ()
    try:
        found = _File.model_validate(tomllib.loads(path.read_text("utf-8"))).provider
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise OrganisationsError(f"{path}: {error}") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise OrganisationsError(f"{path}: {where}: {first['msg']}") from None
    for what in ("id", "issuer"):
        if len({getattr(each, what) for each in found}) != len(found):
            raise OrganisationsError(f"{path}: two providers have the same {what}")
    return found


def client_secret(provider: Provider, keys: Path) -> str:
    """The secret by which this service proves itself to a provider.

    Raises:
        OrganisationsError: its file is missing or can be read by others.
    """
    path = keys / provider.client_secret_file
    if not path.is_file():
        raise OrganisationsError(f"no secret for {provider.id} at {path}")
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise OrganisationsError(f"{path} can be read by others: set its mode to 0600")
    return path.read_text("utf-8").strip()
