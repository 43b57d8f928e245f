"""Parts of a file by bytes (RFC 9110 §14): one range, its suffix form included; several at once get the whole file."""

import re
from dataclasses import dataclass
from typing import Final

from api.problems import RangeNotSatisfiable

_ONE: Final = re.compile(r"bytes=\s*(?:(\d{1,18})-(\d{0,18})|-(\d{1,18}))\s*", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True)
class Slice:
    """The bytes from `start` to before `end` of a file of `size`."""

    start: int
    end: int
    size: int

    @property
    def content_range(self) -> str:
        """As the header Content-Range says it."""
        return f"bytes {self.start}-{self.end - 1}/{self.size}"


def slice_of(header: str, size: int) -> Slice | None:
    """The part that a Range header names of a file; None where the header does not bind and the whole is given.

    Raises:
        RangeNotSatisfiable: the file has no such bytes.
    """
    found = _ONE.fullmatch(header)
    if found is None:
        return None
    first, last, suffix = found.groups()
    start = max(0, size - int(suffix)) if suffix else int(first)
    end = min(size, int(last) + 1) if last else size
    if last and int(last) < int(first):
        return None  # invalid, and so ignored (RFC 9110 §14.1.1)
    if start >= size or suffix == "0":
        raise RangeNotSatisfiable(f"The file has {size} bytes", headers={"Content-Range": f"bytes */{size}"})
    return Slice(start, end, size)
