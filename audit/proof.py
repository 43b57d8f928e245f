"""Checking proofs: that a leaf is in a tree, and that a tree only grew (RFC 9162 sections 2.1.3.2 and 2.1.4.2)."""

from collections.abc import Sequence

from audit.tree import ProofError, node_hash


def root_by_inclusion(index: int, size: int, leaf_hash: bytes, path: Sequence[bytes]) -> bytes:
    """The root that a leaf and its path lead to; the caller compares it with one it trusts.

    Raises:
        ProofError: the path has the wrong length for that place.
    """
    if not 0 <= index < size:
        raise ProofError(f"there is no leaf {index} in a tree of size {size}")
    place, last, root = index, size - 1, leaf_hash
    for step in path:
        if not last:
            raise ProofError("the inclusion proof is too long")
        if place & 1 or place == last:
            root = node_hash(step, root)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            root = node_hash(root, step)
        place, last = place >> 1, last >> 1
    if last:
        raise ProofError("the inclusion proof is too short")
    return root


def check_inclusion(index: int, size: int, leaf_hash: bytes, path: Sequence[bytes], root: bytes) -> None:
    """Refuse a proof that does not show the leaf at that place in the tree with that root.

    Raises:
        ProofError: it does not.
    """
    if root_by_inclusion(index, size, leaf_hash, path) != root:
        raise ProofError(f"leaf {index} is not in the tree of size {size} with that root")


def check_consistency(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> None:
    """Refuse a proof that does not show that the new tree begins with the old one.

    Raises:
        ProofError: it does not.
    """
    if not 0 <= old <= new:
        raise ProofError(f"a tree cannot go from size {old} to size {new}")
    if old in (0, new):
        if proof or (old == new and old_root != new_root):
            raise ProofError(f"the tree of size {new} is not the one that grew from size {old}")
        return
    first, second = _roots_by_consistency(old, new, old_root, proof)
    if (first, second) != (old_root, new_root):
        raise ProofError(f"the tree of size {new} does not begin with the tree of size {old}")


def _roots_by_consistency(old: int, new: int, old_root: bytes, proof: Sequence[bytes]) -> tuple[bytes, bytes]:
    """The old and the new root that a consistency proof leads to."""
    steps = list(proof) if old & (old - 1) else [old_root, *proof]
    if not steps:
        raise ProofError("the consistency proof is empty")
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    first = second = steps[0]
    for step in steps[1:]:
        if not last:
            raise ProofError("the consistency proof is too long")
        if place & 1 or place == last:
            first, second = node_hash(step, first), node_hash(step, second)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            second = node_hash(second, step)
        place, last = place >> 1, last >> 1
    if last:
        raise ProofError("the consistency proof is too short")
    return first, second
