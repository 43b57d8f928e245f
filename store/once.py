"""What may be shown once only, remembered across workers and restarts until its own time is out."""

from datetime import datetime
from hashlib import sha256
from typing import Literal

from sqlalchemy import Engine, delete, insert
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from models.parties import UsedOnce

Kind = Literal["assertion", "proof", "nonce"]


class Once:
    """What has been shown; the engine writes the schema parties."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def first(self, kind: Kind, owner: str, shown: str, expires: datetime) -> bool:
        """Remember something until `expires`; False when it was shown before.

        The database's own key decides, so two workers that are shown the same thing at once cannot both be first.
        """
        row = {"kind": kind, "owner": owner, "digest": sha256(shown.encode()).hexdigest(), "expires_at": expires}
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(UsedOnce).values(row))
        except IntegrityError:
            return False
        return True

    def forget(self, before: datetime) -> None:
        """Forget what expired before a moment: it is refused for its age. Only the token door's role may."""
        with self._engine.begin() as connection:
            connection.execute(delete(UsedOnce).where(col(UsedOnce.expires_at) < before))
