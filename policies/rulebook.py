"""Every ground there is, by its code, in the order it is read."""

from types import MappingProxyType

from policies import grounds_bars, grounds_breaking, grounds_duties, grounds_open, grounds_secrecy
from policies.grounds import Ground, Kind


def _by_code(kind: Kind) -> MappingProxyType[str, Ground]:
    rooms = (grounds_bars, grounds_open, grounds_secrecy, grounds_breaking, grounds_duties)
    rules = [rule for room in rooms for rule in vars(room).values() if isinstance(rule, Ground)]
    return MappingProxyType({rule.code: rule for rule in rules if rule.kind == kind})


BARS = _by_code("bar")
FREE = _by_code("free")
SECRECY = _by_code("secrecy")
BREAKING = _by_code("breaking")
FOLLOWING = _by_code("following")
GROUNDS = MappingProxyType({**BARS, **FREE, **SECRECY, **BREAKING, **FOLLOWING})
CLAIMABLE = MappingProxyType({**SECRECY, **BREAKING})
