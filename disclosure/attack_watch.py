"""How long an attack may take and whom it tells; time comes in from outside."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final


def _never() -> bool:
    return False


def _nobody(_left: int) -> None:
    pass


@dataclass(frozen=True)
class Watch:
    """Asked between programs.

    Attributes:
        expired: says when to stop asking; what is then open stays undecided.
        tell: takes the number of cells still open.
    """

    expired: Callable[[], bool] = _never
    tell: Callable[[int], None] = _nobody


PATIENT: Final = Watch()
"""Never stops, tells nobody."""
