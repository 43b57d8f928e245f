"""Recomputing a whole trail from what lies in its database, and naming each thing that does not fit.

Every part against its commitment, every entry against its leaf, every tile's root, the head, and the roots that
somebody outside kept: a history that was rewritten from its beginning fits itself, and only such an older checkpoint
exposes it. Written for throughput: many entries at a time, compared as whole columns, and looked at one by one only
where a column differs.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from audit.entry import ENTRY_MARK, OTHER_MARK, PERSONAL_MARK
from audit.report import Report
from audit.stored import Leaves, Row, StoredHead, commitments, leaf_hashes
from audit.tree import HASH_BYTES, TILE_HEIGHT, Frontier

CLOCK_SLACK: Final = timedelta(minutes=2)
"""How far a time may lie before an earlier entry's: requests wait, and hosts' clocks differ a little."""

LARGEST_HOLE: Final = 1_000_000
"""How many leaves may be gone at one place for the rest to be checked all the same."""

EMPTY: Final = Frontier()

_END: Final = 2**62
_UNKNOWN: Final = bytes(HASH_BYTES)  # stands in the tree for a leaf that is gone
_FIRST: Final = slice(len(ENTRY_MARK), len(ENTRY_MARK) + HASH_BYTES)
_SECOND: Final = slice(len(ENTRY_MARK) + HASH_BYTES, None)


class Verifier:
    """Takes all entries in order of arrival, many at a time; `finish` gives the report.

    Args:
        head: what the trail says of itself.
        leaves: reads leaves whose entries did not come.
        nodes: the stored roots of full tiles, by (level, index).
        marks: roots that somebody outside remembers, by tree size.
        tree: what need not be taken again, since its root is one that is remembered.
        arrival: the last entry in it.
    """

    def __init__(  # noqa: PLR0913 -- all of what is held against the entries
        self,
        head: StoredHead,
        leaves: Leaves,
        nodes: Mapping[tuple[int, int], bytes],
        marks: Mapping[int, bytes],
        *,
        tree: Frontier = EMPTY,
        arrival: int = 0,
    ) -> None:
        self.report = Report()
        self._head = head
        self._leaves = leaves
        self._nodes = dict(nodes)
        self._marks = dict(marks)
        self._tree = tree
        self._arrival = arrival
        self._latest = ""
        self._extend([])

    def take(self, rows: Sequence[Row]) -> None:
        """Check the next entries."""
        if not rows:
            return
        arrivals, places, times, personal, other, committed, leaves = zip(*rows, strict=True)
        self.report.entries += len(rows)
        self._check_arrivals(arrivals)
        self._check_clock(places, times)
        self._check_parts(places, personal, other, committed)
        self._check_leaves(arrivals, places, leaves, leaf_hashes(times, committed))

    def finish(self) -> Report:
        """Compare the tree with the head once all entries were taken."""
        self._adopt(max(self._leaves(self._tree.size, _END), default=-1) + 1)
        self._check_head()
        for level, index in self._nodes:
            self.report.add(None, f"the stored root of tile {index} below level {level} belongs to no tile")
        for size in self._marks:
            self.report.add(
                None,
                f"a checkpoint of size {size} is known, the tree has only {self._tree.size}: entries were removed",
            )
        self.report.size, self.report.root = self._tree.size, self._tree.root
        return self.report

    def _check_arrivals(self, arrivals: tuple[int, ...]) -> None:
        """Arrival numbers go up by one; whoever removes an entry leaves a gap."""
        if arrivals != tuple(range(self._arrival + 1, self._arrival + 1 + len(arrivals))):
            expected = self._arrival + 1
            for arrival in arrivals:
                if arrival != expected:
                    self.report.add(None, _gap(expected, arrival - 1))
                expected = arrival + 1
        self._arrival = arrivals[-1]

    def _check_clock(self, places: tuple[int | None, ...], times: tuple[str, ...]) -> None:
        """Times go forward, but for a little."""
        if min(times) >= max(self._latest, times[0]):
            self._latest = max(times)
            return
        for place, time in zip(places, times, strict=True):
            if time < self._latest and _went_back(self._latest, time):
                self.report.add(place, f"the clock went back from {self._latest} to {time}")
                self._latest = time
            self._latest = max(self._latest, time)

    def _check_parts(
        self,
        places: tuple[int | None, ...],
        personal: tuple[bytes, ...],
        other: tuple[bytes, ...],
        stored: tuple[bytes, ...],
    ) -> None:
        """Each part hashes, with its salt, to its commitment."""
        if stored != commitments(personal, other):
            for place, one, two, kept in zip(places, personal, other, stored, strict=True):
                self._check_part(place, "personal", one, PERSONAL_MARK, kept[_FIRST])
                self._check_part(place, "other", two, OTHER_MARK, kept[_SECOND])

    def _check_part(self, place: int | None, name: str, part: bytes, mark: bytes, kept: bytes) -> None:
        """One that was erased, together with its salt, leaves nothing to check."""
        if part == mark:
            self.report.erased += 1
        elif sha256(part).digest() != kept:
            self.report.add(place, f"its {name} part is not what was committed to: it was changed")

    def _check_leaves(
        self,
        arrivals: tuple[int, ...],
        places: tuple[int | None, ...],
        stored: tuple[bytes | None, ...],
        computed: tuple[bytes, ...],
    ) -> None:
        """Each entry hashes to its leaf, and the leaves stand in order of arrival."""
        size = self._tree.size
        if places == tuple(range(size, size + len(places))) and stored == computed:
            self._extend(computed)
            return
        for arrival, place, kept, one in zip(arrivals, places, stored, computed, strict=True):
            if place is None or kept is None:
                self._check_waiting(arrival)
                continue
            if kept != one:
                self.report.add(place, "its hash is not that of the entry: the entry, its time or the leaf was changed")
            if place < self._tree.size:
                self.report.add(place, f"the entry that arrived as number {arrival} was moved here")
            elif self._adopt(place):
                self._extend([kept])
            else:
                self.report.add(place, f"the entry that arrived as number {arrival} was moved here, far from the rest")

    def _check_waiting(self, arrival: int) -> None:
        self.report.waiting += 1
        if arrival <= self._head.arrival:
            self.report.add(None, f"the entry that arrived as number {arrival} lost its leaf, or came in afterwards")

    def _adopt(self, until: int) -> bool:
        """Take leaves whose entry did not come, so that the rest can be checked; not over too large a hole."""
        first = self._tree.size
        if first >= until:
            return True
        kept = self._leaves(first, until)
        if until - first - len(kept) > LARGEST_HOLE:
            return False
        for place in range(first, until):
            gone = "its entry is gone or was moved" if place in kept else "it is gone, and so is its entry"
            self.report.add(place, gone)
        self._extend([kept.get(place, _UNKNOWN) for place in range(first, until)])
        return True

    def _extend(self, hashes: Sequence[bytes]) -> None:
        """Grow the tree, stopping at each size that somebody remembers."""
        size = self._tree.size
        for mark in sorted(mark for mark in self._marks if size <= mark <= size + len(hashes)):
            self._grow(hashes[self._tree.size - size : mark - size])
            if self._marks.pop(mark) != self._tree.root:
                self.report.add(
                    None, f"a checkpoint of size {mark} is known whose root is another: history was rewritten"
                )
        self._grow(hashes[self._tree.size - size :])

    def _grow(self, hashes: Sequence[bytes]) -> None:
        self._tree, full = self._tree.extend(hashes)
        for node in full:
            level = node.height // TILE_HEIGHT
            if self._nodes.pop((level, node.index), None) != node.hash:
                self.report.add(
                    None, f"the stored root of tile {node.index} below level {level} does not fit its hashes"
                )

    def _check_head(self) -> None:
        size = self._tree.size
        if self._head.size != size:
            self.report.add(None, f"the head says {self._head.size} leaves, there are {size}")
        elif self._head.root != self._tree.root:
            self.report.add(None, f"the head's root over {size} leaves is not the root of these leaves")
        elif self._head.frontier != self._tree.packed:
            self.report.add(None, "the head's frontier does not fit its root")
        if self._head.arrival > self._arrival:
            self.report.add(None, _gap(self._arrival + 1, self._head.arrival))


def _gap(first: int, last: int) -> str:
    if first > last:
        return f"arrival number {last + 1} comes out of order"
    which = f"number {first}" if first == last else f"numbers {first} to {last}"
    return f"arrival {which} missing: removed"


def _went_back(earlier: str, later: str) -> bool:
    """Whether the clock did; of a time that was made unreadable, the leaf's hash tells."""
    try:
        return datetime.fromisoformat(later) < datetime.fromisoformat(earlier) - CLOCK_SLACK
    except (ValueError, TypeError):
        return False
