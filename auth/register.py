"""From a client's registration to the principal it acts as: read anew every second, so that a suspension bites."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from sqlalchemy import Engine

from auth.access_keys import Shown
from auth.jose import TokenError
from auth.principal import Principal, read_roles, scopes_of
from auth.remembered import Recent
from auth.rights import Role
from auth.scopes import Scope, read_scopes
from auth.tokens import Claims
from models.parties import AccessKey, Client, Party
from store.access_keys import access_key
from store.parties import client as find_client
from store.parties import party as find_party
from store.sessions import PartiesSession, transaction


@dataclass(frozen=True)
class Registration:
    """What is known of a client, suspended or not; both None when there is none."""

    client: Client | None
    party: Party | None

    @property
    def active(self) -> tuple[Client, Party] | None:
        """The client and its party when neither is suspended."""
        if self.client is None or self.party is None or {self.client.status, self.party.status} != {"active"}:
            return None
        return self.client, self.party


class Register:
    """The clients and their access keys, as they were less than a second ago."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._clients: Recent[str, Registration] = Recent(self.look_up)
        self._keys: Recent[str, AccessKey | None] = Recent(self._access_key)

    def look_up(self, client_id: str) -> Registration:
        """What is known of a client at this very moment."""
        with transaction(self._engine) as opened:
            session = PartiesSession(opened)
            client = find_client(session, client_id)
            return Registration(client, find_party(session, client.party_id) if client else None)

    def recent(self, client_id: str, now: datetime) -> Registration:
        """What was known of a client less than a second ago."""
        return self._clients.get(client_id, now)

    def of_token(self, claims: Claims, now: datetime) -> Principal:
        """The principal behind a token, with no more scopes than its roles hold today.

        Raises:
            TokenError: it may no longer ask.
            ScopeError: the token names a scope that does not exist.
        """
        client, party = self._active(claims.client_id, now)
        if client.tokens_from is not None and claims.iat <= int(client.tokens_from.timestamp()):
            raise TokenError("the token was given before its client was suspended or changed")
        who = principal(client, party, read_scopes(claims.scope))
        return replace(who, until=datetime.fromtimestamp(claims.exp, UTC))

    def of_access_key(self, shown: Shown, now: datetime) -> Principal:
        """The principal behind an access key: its client as a reader, of its tables only.

        Raises:
            TokenError: the key is not known, suspended or out of time, or its client may no longer ask.
        """
        kept = self._keys.get(shown.id, now)
        if not shown.opens(kept.digest if kept else None) or kept is None:
            raise TokenError("the access key is not known")
        if kept.status != "active" or kept.expires_at <= now:
            raise TokenError(f"the access key {kept.id} is suspended or has expired")
        who = principal(*self._active(kept.client_id, now), frozenset({Scope.TABLES}))
        return replace(who, access_key=kept.id, tables=frozenset(kept.tables), until=kept.expires_at)

    def _active(self, client_id: str, now: datetime) -> tuple[Client, Party]:
        found = self.recent(client_id, now).active
        if found is None:
            raise TokenError("the client or its party is not active")
        return found

    def _access_key(self, key_id: str) -> AccessKey | None:
        with transaction(self._engine) as session:
            return access_key(PartiesSession(session), key_id)


def principal(client: Client, party: Party, scopes: frozenset[Scope]) -> Principal:
    """A client as a principal, with no more scopes than its roles hold."""
    roles: frozenset[Role] = read_roles(client.roles)
    return Principal(
        client=client.id,
        party=party.id,
        party_kind=party.kind,
        roles=roles,
        scopes=scopes & scopes_of(roles),
        purpose=client.default_purpose,
        branch=party.branch,
    )
