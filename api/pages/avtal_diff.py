"""What changed between two versions of a text: line by line, and word by word where a line was rewritten."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final, Literal

What = Literal["same", "gone", "new"]
_WORD: Final = re.compile(r"\s+|[^\s,]+|,")


@dataclass(frozen=True)
class Piece:
    """A stretch of text, and whether it stayed, went or came."""

    what: What
    text: str


@dataclass(frozen=True)
class Line:
    """A line of the newer text, or one that is gone.

    Attributes:
        number: in the newer text; None for a line that is gone.
    """

    number: int | None
    pieces: tuple[Piece, ...]


def changed(old: str, new: str) -> list[Line]:
    """The lines that differ, in order."""
    before, after = old.splitlines(), new.splitlines()
    found: list[Line] = []
    for tag, low, high, start, end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "replace" and high - low == end - start:
            found += [
                Line(at + 1, tuple(_words(one, other)))
                for at, one, other in zip(range(start, end), before[low:high], after[start:end], strict=True)
            ]
        elif tag != "equal":
            found += [Line(None, (Piece("gone", text),)) for text in before[low:high] if text.strip()]
            found += [Line(at + 1, (Piece("new", after[at]),)) for at in range(start, end) if after[at].strip()]
    return found


def _words(old: str, new: str) -> Iterator[Piece]:
    before, after = _WORD.findall(old), _WORD.findall(new)
    for tag, low, high, start, end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            yield Piece("same", _text(before[low:high]))
            continue
        if high > low:
            yield Piece("gone", _text(before[low:high]))
        if end > start:
            yield Piece("new", _text(after[start:end]))


def _text(words: Sequence[str]) -> str:
    return "".join(words)
