"""A log recomputed from what it serves: everything that does not fit is named, and only that."""

import struct
from dataclasses import dataclass, field

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit.checkpoint import Checkpoint, sign
from audit.note import NoteError, SigningKey
from audit.published import PublishedLog
from audit.recompute import checked_growth, recompute
from audit.report import Report
from audit.tile import exists, parse
from audit.tree import leaf_hash, root_of

KEY = SigningKey("log.example", Ed25519PrivateKey.from_private_bytes(bytes(32)))


def leaf(at: int) -> bytes:
    time = f"2026-02-01T{at // 3600 % 24:02}:{at // 60 % 60:02}:{at % 60:02}Z"
    return f'{{"commitment":"{at:064x}","time":"{time}","version":1}}'.encode()


@dataclass
class Publisher:
    """A log in memory that serves what it is told to."""

    leaves: list[bytes]
    size: int = -1
    instead: dict[str, bytes | None] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.size = len(self.leaves) if self.size < 0 else self.size
        self.levels = [[leaf_hash(one) for one in self.leaves]]
        while self.levels[-1]:
            row = self.levels[-1]
            self.levels.append([root_of(row[at : at + 256]) for at in range(0, len(row) - 255, 256)])

    @property
    def head(self) -> Checkpoint:
        return Checkpoint("log.example", self.size, root_of(self.levels[0][: self.size]))

    def at(self, size: int) -> Checkpoint:
        return Checkpoint("log.example", size, root_of(self.levels[0][:size]))

    def fetch(self, path: str) -> bytes | None:
        self.asked.append(path)
        if path in self.instead:
            return self.instead[path]
        if path == "checkpoint":
            return sign(self.head, KEY).encode()
        tile = parse(path)
        if not exists(tile, self.size):
            return None
        part = slice(tile.first, tile.first + tile.width)
        if tile.level is None:
            return b"".join(struct.pack(">H", len(one)) + one for one in self.leaves[part])
        return b"".join(self.levels[tile.level][part])

    @property
    def log(self) -> PublishedLog:
        return PublishedLog(self.fetch, KEY.verifier())


def published(count: int) -> Publisher:
    return Publisher([leaf(at) for at in range(count)])


def problems(publisher: Publisher, trusted: Checkpoint | None = None) -> list[str]:
    return [str(one) for one in recompute(publisher.log, publisher.head, trusted).problems]


@pytest.mark.parametrize("count", [0, 1, 2, 255, 256, 257, 700, 66_000])
def test_a_sound_log_of_any_size_is_accepted(count: int) -> None:
    publisher = published(count)
    seen: list[int] = []
    report = recompute(publisher.log, publisher.log.newest()[1], progress=seen.append)
    assert (report.problems, report.entries, sum(seen)) == ([], count, count)


@pytest.mark.parametrize("trusted", [1, 255, 256, 257, 600, 1000])
def test_only_what_came_after_a_trusted_checkpoint_is_fetched(trusted: int) -> None:
    publisher = published(1000)
    assert problems(publisher, publisher.at(trusted)) == []
    bundles = [path for path in publisher.asked if path.startswith("tile/entries/")]
    assert len(bundles) == 4 - (trusted // 256 if trusted < 1000 else 3)


@pytest.mark.parametrize("trusted", [1, 256, 300, 1000])
def test_a_rewritten_history_does_not_fit_what_was_trusted(trusted: int) -> None:
    publisher = published(1000)
    other = Publisher([leaf(5000), *publisher.leaves[1:]])
    assert "rewritten" in " ".join(problems(other, publisher.at(trusted)))
    report = Report()
    checked_growth(other.log, [publisher.at(trusted), other.at(trusted)], other.head, report)
    assert len(report.problems) == 1


TAMPERED = {
    "tile/entries/000": (published(300).fetch("tile/entries/000") or b"").replace(b"T00:00:07Z", b"T00:00:08Z"),
    "tile/0/000": bytes(32) + (published(300).fetch("tile/0/000") or b"")[32:],
    "tile/1/000.p/1": bytes(32),
    "tile/0/001.p/44": None,
    "tile/entries/001.p/44": b"\0",
}


@pytest.mark.parametrize("path", TAMPERED)
def test_what_is_served_otherwise_is_named(path: str) -> None:
    publisher = published(300)
    publisher.instead[path] = TAMPERED[path]
    assert problems(publisher)


def test_a_clock_that_went_back_is_named_once_at_its_leaf() -> None:
    leaves = [leaf(3600 + at) for at in range(5)] + [leaf(at) for at in range(5)]
    (problem,) = problems(Publisher(leaves))
    assert problem.startswith("leaf 5: the clock went back")


def test_a_leaf_that_tells_more_than_it_should_is_named() -> None:
    (problem,) = problems(Publisher([leaf(0), b'{"who":"anna"}']))
    assert problem.startswith("leaf 1:")


def test_a_smaller_tree_than_the_one_known_lacks_entries() -> None:
    publisher, report = published(10), Report()
    checked_growth(publisher.log, [published(11).head], publisher.head, report)
    assert "entries were removed" in str(report.problems[0])


def test_a_partial_tile_that_is_not_kept_any_more_is_read_from_the_full_one() -> None:
    publisher = published(600)
    publisher.instead |= {"tile/0/001.p/44": None, "tile/entries/001.p/44": None}
    assert recompute(publisher.log, publisher.at(300)).problems == []


def test_a_checkpoint_of_another_log_is_refused() -> None:
    other = SigningKey("log.example", Ed25519PrivateKey.generate())
    with pytest.raises(NoteError):
        PublishedLog(published(3).fetch, other.verifier()).newest()


def test_a_log_without_checkpoint_says_so() -> None:
    with pytest.raises(ValueError, match="no checkpoint"):
        PublishedLog(lambda _: None, KEY.verifier()).newest()
