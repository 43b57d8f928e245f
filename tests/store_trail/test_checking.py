"""Whoever has the database in hand can change it, and is found out: each way of tampering is named."""

import pytest

from store.trail_check import check, size
from tests.store_trail.trails import Trail

EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
NONE: tuple[str, ...] = ()
CASES = {
    "a payload changed": (
        ("UPDATE trail.entry SET other = replace(other, 'sodertalje', 'huddinge') WHERE arrival = 5",),
        ["leaf 4: its other part is not what was committed to: it was changed"],
    ),
    "an actor changed": (
        ('UPDATE trail.entry SET personal = \'{"actor":"bo"}\' WHERE arrival = 5',),
        ["leaf 4: its personal part is not what was committed to: it was changed"],
    ),
    "a time changed": (
        ("UPDATE trail.entry SET time = '2026-02-02T02:40:05Z' WHERE arrival = 5",),
        ["leaf 4: its hash is not that of the entry: the entry, its time or the leaf was changed"],
    ),
    "a salt kept after erasure": (
        ("UPDATE trail.entry SET personal = NULL WHERE arrival = 5",),
        ["leaf 4: its personal part is not what was committed to: it was changed"],
    ),
    "a leaf flipped": (
        ('UPDATE trail.leaf SET leaf_hash = (SELECT root FROM trail.head) WHERE "index" = 9',),
        [
            "leaf 9: its hash is not that of the entry: the entry, its time or the leaf was changed",
            "the stored root of tile 0 below level 1 does not fit its hashes",
            "the head's root over 300 leaves is not the root of these leaves",
        ],
    ),
    "an entry removed from the end": (
        ("DELETE FROM trail.entry WHERE arrival = 300",),
        ["leaf 299: its entry is gone or was moved", "arrival number 300 missing: removed"],
    ),
    "an entry and its leaf removed from the end": (
        ("DELETE FROM trail.entry WHERE arrival = 300", "DELETE FROM trail.leaf WHERE arrival = 300"),
        [
            "the head says 300 leaves, there are 299",
            "arrival number 300 missing: removed",
        ],
    ),
    "entries removed from the middle": (
        ("DELETE FROM trail.entry WHERE arrival IN (7, 8)",),
        [
            "arrival numbers 7 to 8 missing: removed",
            "leaf 6: its entry is gone or was moved",
            "leaf 7: its entry is gone or was moved",
        ],
    ),
    "two entries exchanged": (
        (
            "UPDATE trail.leaf SET arrival = -1 WHERE arrival = 3",
            "UPDATE trail.leaf SET arrival = 3 WHERE arrival = 4",
            "UPDATE trail.leaf SET arrival = 4 WHERE arrival = -1",
        ),
        [
            "leaf 3: its hash is not that of the entry: the entry, its time or the leaf was changed",
            "leaf 2: its entry is gone or was moved",
            "leaf 2: its hash is not that of the entry: the entry, its time or the leaf was changed",
            "leaf 2: the entry that arrived as number 4 was moved here",
        ],
    ),
    "a leaf and its entry removed from the middle": (
        ("DELETE FROM trail.entry WHERE arrival = 7", "DELETE FROM trail.leaf WHERE arrival = 7"),
        [
            "arrival number 7 missing: removed",
            "leaf 6: it is gone, and so is its entry",
            "the stored root of tile 0 below level 1 does not fit its hashes",
            "the head's root over 300 leaves is not the root of these leaves",
        ],
    ),
    "a leaf moved far away": (
        ('UPDATE trail.leaf SET "index" = 1000000000000 WHERE arrival = 300',),
        [
            "leaf 1000000000000: the entry that arrived as number 300 was moved here, far from the rest",
            "the head says 300 leaves, there are 299",
        ],
    ),
    "a time made unreadable": (
        ("UPDATE trail.entry SET time = 'yesterday' WHERE arrival = 5",),
        ["leaf 4: its hash is not that of the entry: the entry, its time or the leaf was changed"],
    ),
    "the head moved far ahead": (
        ("UPDATE trail.head SET size = 1000000000000",),
        ["the head says 1000000000000 leaves, there are 300"],
    ),
    "a leaf taken from its entry": (
        ("UPDATE trail.leaf SET arrival = 1000 WHERE arrival = 12",),
        [
            "the entry that arrived as number 12 lost its leaf, or came in afterwards",
            "leaf 11: its entry is gone or was moved",
        ],
    ),
    "a tile's root changed": (
        ("UPDATE trail.node SET node_hash = (SELECT root FROM trail.head)",),
        ["the stored root of tile 0 below level 1 does not fit its hashes"],
    ),
    "a tile's root made up": (
        ("INSERT INTO trail.node SELECT 2, 7, root FROM trail.head",),
        ["the stored root of tile 7 below level 2 belongs to no tile"],
    ),
    "the head moved back": (
        ("UPDATE trail.head SET size = 299",),
        ["the head says 299 leaves, there are 300"],
    ),
    "the frontier changed": (
        ("UPDATE trail.head SET frontier = root",),
        ["the head's frontier does not fit its root"],
    ),
    "the head removed": (
        ("DELETE FROM trail.head",),
        ["the head says 0 leaves, there are 300"],
    ),
    "the clock set back": (
        ("UPDATE trail.entry SET time = '2026-02-01T02:40:05Z' WHERE arrival = 5",),
        [
            "leaf 4: the clock went back from 2026-02-02T02:40:03Z to 2026-02-01T02:40:05Z",
            "leaf 4: its hash is not that of the entry: the entry, its time or the leaf was changed",
        ],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_tampering_is_found_and_named(trail: Trail, case: str) -> None:
    statements, problems = CASES[case]
    trail.filled(300)
    trail.tamper(*statements)
    report = check(trail.engine("reviewer"))
    assert [str(problem) for problem in report.problems] == problems
    assert not report.sound


@pytest.mark.parametrize(("count", "placed"), [(0, 0), (1, 1), (5, 0), (257, 257), (600, 512)])
def test_an_honest_trail_is_sound(trail: Trail, count: int, placed: int) -> None:
    trail.filled(count, placed)
    told: list[int] = []
    report = check(trail.engine("reviewer"), progress=told.append)
    assert [str(problem) for problem in report.problems] == []
    assert (report.entries, report.size, report.waiting) == (count, placed, count - placed)
    assert sum(told) == count == size(trail.engine("reviewer"))


def test_erasing_a_part_breaks_nothing_and_empties_its_columns(trail: Trail) -> None:
    trail.filled(20)
    with trail.engine("owner").begin() as owner:
        owner.exec_driver_sql("UPDATE trail.entry SET personal = NULL, personal_salt = NULL WHERE arrival < 11")
    report = check(trail.engine("reviewer"))
    assert (report.sound, report.erased) == (True, 10)
    with trail.engine("reviewer").connect() as connection:
        rows = connection.exec_driver_sql("SELECT actor, party FROM trail.entry WHERE arrival < 11").all()
    assert {tuple(row) for row in rows} == {(None, "sodertalje")}


def test_a_history_written_anew_is_found_by_a_root_kept_elsewhere(trail: Trail) -> None:
    trail.filled(300)
    kept = {300: check(trail.engine("reviewer")).root}
    trail.tamper(*(f"DELETE FROM trail.{table}" for table in ("entry", "leaf", "node", "head")))
    trail.filled(310)
    assert check(trail.engine("reviewer")).sound
    (problem,) = check(trail.engine("reviewer"), kept).problems
    assert str(problem) == "a checkpoint of size 300 is known whose root is another: history was rewritten"


def test_a_trail_cut_short_is_found_by_a_root_kept_elsewhere(trail: Trail) -> None:
    trail.filled(30)
    (problem,) = check(trail.engine("reviewer"), {31: bytes(32)}).problems
    assert "entries were removed" in str(problem)


@pytest.mark.parametrize("mark", [0, 1, 256, 299, 300])
def test_a_root_kept_elsewhere_is_recognised_at_any_size(trail: Trail, mark: int) -> None:
    trail.filled(mark)
    kept = {mark: check(trail.engine("reviewer")).root}
    trail.filled(5)
    assert check(trail.engine("reviewer"), kept).sound


def test_a_thousand_problems_are_named_and_the_rest_counted(trail: Trail) -> None:
    trail.filled(1200)
    trail.tamper("UPDATE trail.entry SET other = '{}'")
    report = check(trail.engine("reviewer"))
    assert (len(report.problems), report.more) == (1000, 200)


@pytest.mark.parametrize("mark", [1, 256, 299, 300])
def test_from_a_root_kept_elsewhere_only_what_came_since_is_taken(trail: Trail, mark: int) -> None:
    trail.filled(mark)
    kept = {mark: check(trail.engine("reviewer")).root, 0: bytes.fromhex(EMPTY)}
    trail.filled(300)
    told: list[int] = []
    report = check(trail.engine("reviewer"), kept, told.append, since=mark)
    assert ([str(problem) for problem in report.problems], report.entries, report.size) == ([], 300, mark + 300)
    assert report.root == check(trail.engine("reviewer")).root
    trail.tamper(f"UPDATE trail.entry SET other = '{{}}' WHERE arrival = {mark + 7}")
    (problem,) = check(trail.engine("reviewer"), kept, since=mark).problems
    assert problem.index == mark + 6


@pytest.mark.parametrize("since", [300, 301])
def test_a_root_that_is_not_the_tree_s_is_never_gone_on_from(trail: Trail, since: int) -> None:
    trail.filled(300)
    report = check(trail.engine("reviewer"), {since: bytes(32)}, since=since)
    assert (report.entries, len(report.problems)) == (300, 1)
