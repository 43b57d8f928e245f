"""The tree is RFC 6962's: against vectors of another implementation, and against itself for every size."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit import tree
from audit.proof import check_consistency, check_inclusion
from audit.tree import (
    Frontier,
    Node,
    ProofError,
    Read,
    consistency,
    inclusion,
    leaf_hash,
    root_of,
)

LEAVES = [leaf_hash(str(at).encode()) for at in range(300)]


@pytest.fixture(scope="module")
def vectors(shared: Path) -> dict[str, Any]:
    return json.loads((shared / "tlog" / "vectors.json").read_text())  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def vector_leaves(vectors: dict[str, Any]) -> list[bytes]:
    return [leaf_hash(bytes.fromhex(entry)) for entry in vectors["entries_hex"]]


def reader(leaves: list[bytes]) -> Read:
    known: dict[tuple[int, int], bytes] = {}

    def read(height: int, index: int) -> bytes:
        if height == 0:
            return leaves[index]
        if (height, index) not in known:
            left, right = read(height - 1, 2 * index), read(height - 1, 2 * index + 1)
            known[height, index] = tree.node_hash(left, right)
        return known[height, index]

    return read


def test_leaf_hashes_are_those_of_the_vectors(vectors: dict[str, Any], vector_leaves: list[bytes]) -> None:
    assert [one.hex() for one in vector_leaves] == vectors["leaf_hashes_hex"]


def test_the_root_is_right_at_every_size(vectors: dict[str, Any], vector_leaves: list[bytes]) -> None:
    grown = Frontier()
    roots = [grown.root.hex()]
    for one in vector_leaves:
        grown, _ = grown.extend([one])
        roots.append(grown.root.hex())
    assert roots == vectors["roots_hex"]


def test_every_inclusion_proof_is_that_of_the_vectors(vectors: dict[str, Any], vector_leaves: list[bytes]) -> None:
    read, digest = reader(vector_leaves), hashlib.sha256()
    for size in range(1, len(vector_leaves) + 1):
        for index in range(size):
            path = inclusion(index, size, read)
            digest.update(f"{size} {index} {len(path)}\n".encode() + b"".join(path))
    assert digest.hexdigest() == vectors["all_inclusion_sha256"]


def test_every_consistency_proof_is_that_of_the_vectors(vectors: dict[str, Any], vector_leaves: list[bytes]) -> None:
    read, digest = reader(vector_leaves), hashlib.sha256()
    for new in range(1, len(vector_leaves) + 1):
        for old in range(1, new + 1):
            proof = consistency(old, new, read)
            digest.update(f"{old} {new} {len(proof)}\n".encode() + b"".join(proof))
    assert digest.hexdigest() == vectors["all_consistency_sha256"]


@given(st.integers(0, 300), st.integers(0, 300))
def test_growing_by_many_is_growing_one_by_one(first: int, then: int) -> None:
    by_one, full = Frontier(), []
    for one in LEAVES[: first + then]:
        by_one, done = by_one.extend([one])
        full += done
    start, before = Frontier().extend(LEAVES[:first])
    grown, after = start.extend(LEAVES[first : first + then])
    assert grown == by_one
    assert before + after == full


def test_full_tiles_come_out_as_they_fill() -> None:
    _, full = Frontier().extend([LEAVES[at % 300] for at in range(256 * 256)])
    assert [(node.height, node.index) for node in full[:3]] == [(8, 0), (8, 1), (8, 2)]
    assert full[-1] == Node(16, 0, root_of([node.hash for node in full[:-1]]))
    assert len(full) == 257


@pytest.mark.parametrize("size", [0, 1, 2**10, 2**10 - 1, 2**40 - 1, 2**40])
def test_appending_costs_at_most_one_hash_a_level(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    hashed = 0

    def counting(data: bytes = b"") -> object:
        nonlocal hashed
        hashed += 1
        return hashlib.sha256(data)

    edge = Frontier(size, tuple(LEAVES[: size.bit_count()]))
    monkeypatch.setattr(tree, "sha256", counting)
    edge.extend([LEAVES[0]])
    assert hashed <= max(1, size.bit_length())


@given(st.data())
def test_a_proof_shows_its_leaf_and_no_other(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 300))
    index, other = data.draw(st.integers(0, size - 1)), data.draw(st.integers(0, size - 1))
    root, path = root_of(LEAVES[:size]), inclusion(index, size, reader(LEAVES))
    check_inclusion(index, size, LEAVES[index], path, root)
    for wrong in ([*path, LEAVES[0]], path[:-1]) if path else ([LEAVES[0]],):
        with pytest.raises(ProofError):
            check_inclusion(index, size, LEAVES[index], wrong, root)
    if other != index:
        with pytest.raises(ProofError):
            check_inclusion(other, size, LEAVES[index], path, root)


@given(st.data())
def test_a_tree_that_was_rewritten_is_not_consistent(data: st.DataObject) -> None:
    new = data.draw(st.integers(2, 300))
    old = data.draw(st.integers(1, new - 1))
    proof = consistency(old, new, reader(LEAVES))
    old_root, new_root = root_of(LEAVES[:old]), root_of(LEAVES[:new])
    check_consistency(old, new, old_root, new_root, proof)
    rewritten = root_of([LEAVES[-1], *LEAVES[1:new]])
    with pytest.raises(ProofError):
        check_consistency(old, new, old_root, rewritten, proof)
    with pytest.raises(ProofError):
        check_consistency(old, new, rewritten, new_root, proof)
    with pytest.raises(ProofError):
        check_consistency(old, new, old_root, new_root, [*proof, LEAVES[0]])
    with pytest.raises(ProofError):
        check_consistency(old, new, old_root, new_root, proof[:-1])


@pytest.mark.parametrize(("index", "size"), [(0, 0), (3, 3), (-1, 3)])
def test_there_is_no_proof_for_a_leaf_that_is_not_there(index: int, size: int) -> None:
    with pytest.raises(ProofError, match="no leaf"):
        inclusion(index, size, reader(LEAVES))
