"""Names in an export of the log: each auditor gets pseudonyms of its own, which no other auditor's export shares.

A pseudonym is HMAC-SHA256 under a key derived for the auditor's party from a secret that stays at the service (EDPB
Guidelines 01/2025: the additional information is kept apart), so it is the same in every export to that auditor.
"""

import hmac
from base64 import b32encode
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Final

PREFIX: Final = "actor-"
SECRET_BYTES: Final = 32

_MARK: Final = b"samsyn log names\n"
_LETTERS: Final = 24
_WORDS: Final = "justification"
"""What somebody wrote in words of their own may say who it was, and is left out."""


def pseudonym(secret: bytes, auditor: str, name: str) -> str:
    """What stands for a name in exports to the auditors of a party: 120 bits, as `actor-` and 24 letters."""
    own = hmac.digest(secret, _MARK + auditor.encode(), sha256)
    return PREFIX + b32encode(hmac.digest(own, name.encode(), sha256)).decode().lower()[:_LETTERS]


def unnamed(fields: Mapping[str, Any], secret: bytes, auditor: str) -> dict[str, Any]:
    """An entry's members with pseudonyms for the actor and its client, and without what it wrote."""
    hidden = {name: pseudonym(secret, auditor, fields[name]) for name in ("actor", "client") if fields.get(name)}
    return {name: value for name, value in {**fields, **hidden}.items() if name != _WORDS}
