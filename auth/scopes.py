"""The few scopes a token can carry: what its bearer may begin to ask for. Which tables it gets, policies decide."""

from enum import StrEnum


class Scope(StrEnum):
    """One kind of errand at one door."""

    DELIVERIES = "deliveries"
    TABLES = "tables"
    MEASURES = "measures"
    AGREEMENTS = "agreements"
    LOG = "log"
    OWN_LOG = "own-log"
    OPERATIONS = "operations"


class ScopeError(ValueError):
    """A scope that does not exist, or that the client's roles do not hold; the message names it."""


def read_scopes(text: str) -> frozenset[Scope]:
    """Read a space-separated scope parameter (RFC 6749 §3.3).

    Raises:
        ScopeError: a name is no scope of this service.
    """
    known = {scope.value for scope in Scope}
    strangers = sorted(set(text.split()) - known)
    if strangers:
        raise ScopeError(f"unknown scope {' '.join(strangers)}: the scopes are {' '.join(sorted(known))}")
    return frozenset(Scope(name) for name in text.split())


def write_scopes(scopes: frozenset[Scope]) -> str:
    """The scopes as one sorted, space-separated text."""
    return " ".join(sorted(scopes))
