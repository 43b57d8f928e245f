"""Who is asking, for which party, in which roles; what each role may do stands in `auth.rights`."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from auth.rights import RIGHTS, Role
from auth.scopes import Scope, ScopeError

INDEPENDENT: Final = "auditor"
"""The kind of party whose auditors read the whole log."""


class RoleError(ValueError):
    """A role that does not exist, or roles that one client may not hold together."""


@dataclass(frozen=True)
class Principal:
    """An authenticated caller.

    Attributes:
        client: id of the machine client, the `sub` of its token.
        party: id of the party it acts for.
        party_kind: the party's kind, which decides how far an auditor sees.
        roles: the roles its registration gives it.
        scopes: what its token carries; never more than its roles hold.
        purpose: the purpose of readings that state none, if one is registered.
        branch: the independent branch of the party that it acts for, or empty.
        access_key: id of the access key that was shown in place of a token, or empty.
        tables: the only tables that it may read, or None where nothing but the agreements says which.
        until: when what it showed runs out, or None where that is not known here.
    """

    client: str
    party: str
    party_kind: str
    roles: frozenset[Role]
    scopes: frozenset[Scope]
    purpose: str | None = None
    branch: str = ""
    access_key: str = ""
    tables: frozenset[str] | None = None
    until: datetime | None = None

    def may_see(self, table: str) -> bool:
        """Whether what was shown at the door opens this table at all; if not, it does not exist for the caller."""
        return self.tables is None or table in self.tables

    def role_for(self, scope: Scope) -> Role | None:
        """The role in which the caller may do errands of `scope`, or None if it may not."""
        if scope not in self.scopes:
            return None
        holders = [role for role in Role if role in self.roles and scope in RIGHTS[role].scopes]
        return holders[0] if holders else None

    @property
    def sees_every_party(self) -> bool:
        """Whether this auditor belongs to an independent reviewing body."""
        return self.party_kind == INDEPENDENT


def read_roles(names: Iterable[str]) -> frozenset[Role]:
    """The roles of a registration.

    Raises:
        RoleError: a name is no role, there is none, or duties that must be kept apart stand together.
    """
    names = sorted(set(names))
    strangers = [name for name in names if name not in set(Role)]
    if strangers or not names:
        wrong = f"unknown role {', '.join(strangers)}" if strangers else "no role"
        raise RoleError(f"{wrong}: the roles are {', '.join(Role)}")
    roles = frozenset(Role(name) for name in names)
    for role in roles:
        if RIGHTS[role].alone and len(roles) > 1:
            raise RoleError(f"the role {role} may be joined with no other: it {RIGHTS[role].sentence}")
    return roles


def scopes_of(roles: Iterable[Role]) -> frozenset[Scope]:
    """Every scope that the roles hold together."""
    return frozenset(scope for role in roles for scope in RIGHTS[role].scopes)


def granted(roles: Iterable[Role], asked: frozenset[Scope]) -> frozenset[Scope]:
    """The scopes of a new token: what was asked for, or everything the roles hold when nothing was.

    Raises:
        ScopeError: something was asked for that the roles do not hold.
    """
    held = scopes_of(roles)
    beyond = sorted(asked - held)
    if beyond:
        raise ScopeError(f"the client's roles do not hold {' '.join(beyond)}")
    return asked or held
