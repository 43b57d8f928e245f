"""How often and how long to try again, when trying again does no harm."""

import random
from dataclasses import dataclass

from samsyn_client.problems import Busy, InFlight, SamsynError, Unreachable


@dataclass(frozen=True)
class Patience:
    """Exponential back-off with jitter.

    Attributes:
        attempts: how often in all.
        first, longest: seconds before the second attempt, and the most between two.
    """

    attempts: int = 6
    first: float = 0.5
    longest: float = 30.0

    def allows(self, attempt: int, error: SamsynError, *, repeatable: bool) -> bool:
        """Whether to try once more after attempt number `attempt` (from 1) ended in `error`."""
        return repeatable and attempt < self.attempts and isinstance(error, Busy | InFlight | Unreachable)

    def wait(self, attempt: int, error: SamsynError) -> float:
        """Seconds until the next attempt: as the service asks, or about twice as long each time."""
        asked = getattr(error, "retry_after", None)
        if asked is not None:
            return min(float(asked), self.longest)
        spread = 0.5 + random.random() / 2  # noqa: S311 -- so that many clients do not come back at once
        return min(self.first * 2.0 ** (attempt - 1), self.longest) * spread


NEVER = Patience(attempts=1)
"""Try once."""
