"""Every way in which a delivery is not taken.

    Refused
    ├── UnknownMediaType   the body is of a kind that is not read here
    ├── CoverageError      the declared coverage cannot be understood
    ├── MalformedKey       the Idempotency-Key cannot be kept
    ├── KeyReused          the key belongs to another delivery
    ├── StillInFlight      a delivery under the same key has not been answered yet
    └── FaultyDelivery     the body has faults, all of them named

The sentence of each is for the sender; `for_the_trail` never repeats what was sent.
"""

from collections.abc import Sequence
from typing import ClassVar

from intake.delivery_fault import Faults


class Refused(Exception):  # noqa: N818 -- a refusal is an answer, not an error
    """A delivery is not taken, and nothing of it was kept.

    Attributes:
        code: what the trail calls the reason.
    """

    code: ClassVar[str]

    @property
    def for_the_trail(self) -> str:
        """What the trail adds to the code."""
        return ""


class UnknownMediaType(Refused):
    """The body is of a kind that is not read here; the message names those that are."""

    code = "unsupported-media-type"


class CoverageError(Refused):
    """The declared coverage cannot be understood; `reasons` names everything wrong with it."""

    code = "wrong-coverage"

    def __init__(self, reasons: Sequence[str]) -> None:
        self.reasons = tuple(reasons)
        super().__init__("Samsyn-Coverage: " + "; ".join(self.reasons))


class MalformedKey(Refused):
    """The Idempotency-Key is empty, longer than 255 characters, or not plain ASCII."""

    code = "malformed-key"

    def __init__(self) -> None:
        super().__init__("the Idempotency-Key must be 1 to 255 visible ASCII characters, such as a UUID")


class KeyReused(Refused):
    """The key belongs to another delivery of the same client to the same dataset."""

    code = "key-reused"

    def __init__(self) -> None:
        super().__init__(
            "this Idempotency-Key was used for another body or coverage: send a new delivery under a new key"
        )


class StillInFlight(Refused):
    """A delivery under the same key has not been answered yet."""

    code = "still-in-flight"

    def __init__(self) -> None:
        super().__init__("a delivery under this Idempotency-Key is being received: wait, and send it again")


class FaultyDelivery(Refused):
    """The body has faults; `faults` lists the first and counts them all."""

    code = "invalid-delivery"

    def __init__(self, faults: Faults) -> None:
        self.faults = faults
        super().__init__(f"the delivery has {faults.total} {'fault' if faults.total == 1 else 'faults'}")

    @property
    def for_the_trail(self) -> str:
        """How many faults there were, and of which kinds."""
        kinds = sorted({fault.code for fault in self.faults.first()})
        return f"{self.faults.total}: {', '.join(kinds)}"
