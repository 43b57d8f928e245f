"""Recomputing a published log: every entry to its hash, every hash to its tile, all tiles to the signed root."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final

from audit.checkpoint import Checkpoint
from audit.published import PublishedLog
from audit.report import Report
from audit.tile import TILE_WIDTH
from audit.tree import TILE_HEIGHT, Node, ProofError, leaf_hash
from audit.verify import CLOCK_SLACK

_LEAF: Final = re.compile(rb'\{"commitment":"[0-9a-f]{64}","time":"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)","version":1\}')


def recompute(
    log: PublishedLog,
    new: Checkpoint,
    trusted: Checkpoint | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> Report:
    """Fetch and recompute the tree of a checkpoint, and name what does not fit.

    Args:
        log: where it is served.
        new: what the log says of itself.
        trusted: an earlier checkpoint of its own; only what came after it is fetched.
        progress: told how many entries came each time.
    """
    report = Report(size=new.size, root=new.root)
    try:
        tree = _Recomputed(log, new.size, report, trusted)
        while tree.size < new.size:
            progress(tree.take())
        tree.finish(new)
    except ProofError as error:
        report.add(None, str(error))
    return report


class _Recomputed:
    """The tree as far as its entries were fetched; a bundle at a time."""

    def __init__(self, log: PublishedLog, size: int, report: Report, trusted: Checkpoint | None) -> None:
        self._log = log
        self._end = size
        self._report = report
        self._marks: Mapping[int, bytes] = {trusted.size: trusted.root} if trusted else {}
        start = trusted.size // TILE_WIDTH * TILE_WIDTH if trusted else 0
        self._tree = log.edge(start, size)
        self._latest: datetime | None = None
        self._hold_against_marks()

    @property
    def size(self) -> int:
        return self._tree.size

    def take(self) -> int:
        """Fetch and add the next bundle; gives how many entries it held."""
        at = self.size
        leaves = self._log.leaves(at // TILE_WIDTH, self._end)
        self._check_leaves(at, leaves)
        hashes = [leaf_hash(leaf) for leaf in leaves]
        if self._log.hashes(0, at // TILE_WIDTH, self._end) != hashes:
            self._report.add(None, f"the tile of leaves {at} to {at + len(leaves) - 1} does not fit its entries")
        for mark in (mark for mark in self._marks if at < mark < at + len(hashes)):
            self._grow(hashes[: mark - at])
            hashes = hashes[mark - at :]
        self._grow(hashes)
        self._report.entries += len(leaves)
        return len(leaves)

    def finish(self, new: Checkpoint) -> None:
        """Compare with what the log signed."""
        if self._tree.root != new.root:
            self._report.add(None, f"the {new.size} entries do not add up to the root of the checkpoint")

    def _grow(self, hashes: Sequence[bytes]) -> None:
        self._tree, full = self._tree.extend(hashes)
        self._hold_against_marks()
        for node in full:
            self._check_node(node)

    def _hold_against_marks(self) -> None:
        if self._marks.get(self.size, self._tree.root) != self._tree.root:
            raise ProofError(f"a checkpoint of size {self.size} is known whose root is another: history was rewritten")

    def _check_node(self, node: Node) -> None:
        level, (tile, place) = node.height // TILE_HEIGHT, divmod(node.index, TILE_WIDTH)
        if self._log.hashes(level, tile, self._end)[place] != node.hash:
            self._report.add(None, f"hash {node.index} of tile level {level} does not fit the entries below it")

    def _check_leaves(self, first: int, leaves: Sequence[bytes]) -> None:
        """A leaf tells a commitment, a time and a version, and times go forward but for a little."""
        for place, leaf in enumerate(leaves, first):
            found = _LEAF.fullmatch(leaf)
            if not found:
                self._report.add(place, f"{leaf[:80]!r} is no leaf of a trail")
                continue
            time = datetime.fromisoformat(found[1].decode())
            if self._latest and time < self._latest - CLOCK_SLACK:
                self._report.add(place, f"the clock went back from {self._latest.isoformat()} to {time.isoformat()}")
                self._latest = time
            self._latest = max(time, self._latest or time)


def checked_growth(log: PublishedLog, kept: Sequence[Checkpoint], new: Checkpoint, report: Report) -> None:
    """Hold the log against everything that was kept of it; what it did not grow from is a problem."""
    for old in kept:
        try:
            log.check_growth(old, new)
        except ProofError as error:
            report.add(None, str(error))
