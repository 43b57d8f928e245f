"""Which passwords are taken: long ones that nobody tries first. There are no rules of composition (NIST SP 800-63B-4).

What is tried first comes from the lists inside zxcvbn: the commonest leaked passwords, names and words, and the
patterns people make of them. Nothing is looked up on a network. Hashing is in `auth.secrets`.
"""

import unicodedata
from collections.abc import Iterable
from typing import Final

from zxcvbn import zxcvbn

from auth.secrets import MAX_SECRET

LONGEST: Final = 256
"""Characters of a password; ASVS 5.0 6.2.9 asks for 64 at least."""
ENOUGH_GUESSES: Final = 10**10
"""As many as someone with the hash could try in some weeks at argon2id's cost."""
_LOOKED_AT: Final = 72
"""Characters that the estimate looks at; more make a password no weaker."""
_SHORTEST_WORD: Final = 4


class PasswordError(ValueError):
    """A password that is not taken.

    Attributes:
        fault: `short`, `long`, `named` (short without the names of its user and party) or `common`.
    """

    def __init__(self, fault: str, sentence: str) -> None:
        super().__init__(sentence)
        self.fault = fault


def normalised(password: str) -> str:
    """The password as it is hashed: one of the several ways in which keyboards compose å, ä and ö (NFC)."""
    return unicodedata.normalize("NFC", password)


def check_password(password: str, shortest: int, names: Iterable[str]) -> None:
    """Refuse a password that is short, guessed first, or made of its user's own names.

    Args:
        password: as typed.
        shortest: the fewest characters, from the rules of the day.
        names: of the user and the party, ids and spelled out.

    Raises:
        PasswordError: and why.
    """
    text = normalised(password)
    if len(text) < shortest:
        raise PasswordError("short", f"the password needs at least {shortest} characters; several words are fine")
    if len(text) > LONGEST or len(text.encode()) > MAX_SECRET:
        raise PasswordError("long", f"the password may have at most {LONGEST} characters")
    own = sorted({word for name in names for word in _words(name)})
    if len(_without(own, text)) < shortest:
        raise PasswordError("named", "the password is too short without the names in it, which are tried first")
    if zxcvbn(text[:_LOOKED_AT], user_inputs=own)["guesses"] < ENOUGH_GUESSES:
        raise PasswordError("common", "the password is among those that are tried first: take words with no connection")


def _without(words: Iterable[str], text: str) -> str:
    """What is left of a password when somebody's own names are taken out: they do not count towards its length."""
    left = text.casefold()
    for word in words:
        left = left.replace(word, "")
    return left


def _words(name: str) -> list[str]:
    """The parts of a name that are long enough to be worth trying."""
    parts = "".join(letter if letter.isalnum() else " " for letter in name.casefold()).split()
    return [part for part in parts if len(part) >= _SHORTEST_WORD]
