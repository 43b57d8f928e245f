"""Secrecy that a breaking rule does not break, provision by provision, and the whys that several rules share.

Where the act excepts one paragraph of a section (26 kap. 1 a § and 31 kap. 1 §, their first), the whole section is
excepted here, which is stricter.
"""


def _osl(chapter: int, *sections: str) -> frozenset[str]:
    return frozenset(f"osl-{chapter}-{section}" for section in sections)


_HEALTH = _osl(25, "1", "2", "3", "4", "5", "6", "7", "8")
_SOCIAL = _osl(26, "1", "1a", "2", "2a", "3", "4", "5", "6")
_ELSEWHERE = (
    _osl(24, "2a", "8")
    | _osl(29, "1", "2")
    | _osl(31, "1", "2", "12")
    | _osl(33, "2", "4a")
    | _osl(36, "3")
    | _osl(40, "2", "5")
)

EXCEPTED_FROM_10_15A = _osl(25, "1", "2", "3", "4", "5", "8") | _osl(26, "1a", "3", "4", "6") | _ELSEWHERE
EXCEPTED_FROM_10_24 = _osl(25, "2") | _osl(26, "1a")
EXCEPTED_FROM_10_27 = _HEALTH | _SOCIAL | _ELSEWHERE
EXCEPTED_FROM_2025_170 = _osl(24, "8") | _HEALTH | _osl(25, "15") | _SOCIAL | _osl(40, "2", "5")

NO_AUTHORITY = (
    "mottagaren är ingen myndighet, och bestämmelsen gäller mellan myndigheter",
    "the recipient is no authority, and the provision holds between authorities",
)
NO_DECISION = ("inget beslut är antecknat till denna dag", "no decision is recorded by this day")


def excepted(provision: str) -> tuple[str, str]:
    """Why not: the rule itself leaves this provision out."""
    return f"{provision} är undantagen från bestämmelsen", f"{provision} is excepted from the provision"
