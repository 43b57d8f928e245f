"""What a verification of the trail found, each problem named."""

from dataclasses import dataclass, field
from typing import Final

MOST_NAMED: Final = 1000


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that does not fit: at which leaf (None: not at one leaf), and what, as a sentence."""

    index: int | None
    what: str

    def __str__(self) -> str:
        return self.what if self.index is None else f"leaf {self.index}: {self.what}"


@dataclass(slots=True)
class Report:
    """What a verification found.

    Attributes:
        entries: how many were read; `waiting` of them have no place in the tree yet.
        erased: parts that a retention rule took, which is no problem.
        size, root: of the tree as recomputed.
        problems: the first thousand, and `more` that are not listed.
    """

    entries: int = 0
    waiting: int = 0
    erased: int = 0
    size: int = 0
    root: bytes = b""
    problems: list[Problem] = field(default_factory=list)
    more: int = 0

    @property
    def sound(self) -> bool:
        """Whether everything fits."""
        return not self.problems

    def add(self, index: int | None, what: str) -> None:
        """Note a problem."""
        if len(self.problems) < MOST_NAMED:
            self.problems.append(Problem(index, what))
        else:
            self.more += 1
