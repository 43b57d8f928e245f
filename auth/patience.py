"""How long the next try has to wait: from one place, and under one name from everywhere. Pure arithmetic.

A place is an address, or a browser in which the person has signed in before; such a browser is known by a cookie of
its own. Whoever guesses from elsewhere can make other *strange* places wait, never a known one, and never for longer
than the longest wait: there is no lock that somebody else could turn (OWASP: device cookies against online guessing).
"""

from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address
from typing import Final

from auth.rules import SignInRules

_NETWORK: Final = 64
"""Bits of an IPv6 address that a household shares."""


def wait(failures: int, rules: SignInRules) -> timedelta:
    """After so many wrong tries in a row from one place."""
    beyond = failures - rules.free_tries
    if beyond < 0:
        return timedelta(0)
    return min(timedelta(seconds=2 ** min(beyond, 30)), rules.longest_wait)


def is_held(at: datetime, held_until: datetime, strange_failures: int, last_at: datetime, rules: SignInRules) -> bool:
    """Whether a try is not heard now.

    Args:
        at: when it comes.
        held_until: of its own place.
        strange_failures: wrong tries under its name from all strange places; 0 when it comes from a known one.
        last_at: the latest of those.
        rules: of the day.
    """
    if at < held_until:
        return True
    return strange_failures >= rules.tries_from_everywhere and at < last_at + rules.longest_wait


def place_of(address: str) -> str:
    """An address as a place: an IPv6 address by its network, since whoever has one has them all."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        return f"{int(parsed) >> (128 - _NETWORK):x}::/{_NETWORK}"
    return str(parsed)
