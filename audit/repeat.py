"""An entry told again: of another request, at another time, and the same in everything else.

A dashboard asks the same again and again. What its entries have in common is written once; each still has its own
time, request, salts and commitments, so that no two of them look alike to a reader of the public log.
"""

from dataclasses import dataclass
from datetime import datetime

from audit.entry import Entry, Sealed, seal_written, write, written_time


@dataclass(frozen=True, slots=True)
class Pattern:
    """The parts of an entry, with holes where the request and the time stand (in this order: names are sorted)."""

    personal: bytes
    before: bytes
    between: bytes
    after: bytes

    def sealed(self, time: datetime, request_id: str, personal_salt: bytes, other_salt: bytes) -> Sealed:
        """The entry of another request.

        Raises:
            EntryError: as `audit.entry.seal`.
        """
        other = b"".join((self.before, request_id.encode(), self.between, written_time(time).encode(), self.after))
        return seal_written(self.personal, other, time, personal_salt, other_salt)


def pattern_of(entry: Entry) -> Pattern:
    """What entries like this one have in common. Its request id is one of ours: a UUID, which JSON writes as it is."""
    personal, other = write(entry)
    # A quote inside a text is escaped, so the names with theirs can stand only where they are names.
    before, request, rest = other.partition(f'"requestId":"{entry.request_id}"'.encode())
    between, time, after = rest.partition(f'"time":"{written_time(entry.time)}"'.encode())
    if not request or not time:
        raise ValueError("the entry names its request or time otherwise than entries do")
    return Pattern(personal, before + b'"requestId":"', b'"' + between + b'"time":"', b'"' + after)
