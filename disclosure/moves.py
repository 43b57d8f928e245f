"""Search for integer moves: small whole changes to the true table that no published figure betrays.

A move changes units by whole steps so that every sum still holds, no shown unit changes, and every changed unit
stays at or above what everybody knows to be its least. Whoever sees the release cannot tell the truth from the
truth plus the move; so every unit that the move changes keeps at least one more value.

The search starts with one step of one unit, which unbalances the sums it is in, and repairs one unbalanced sum at
a time (the one with fewest ways to do so), best first by price paid plus what is still unbalanced. A unit that is
shown can be changed at its price: it must then be withheld.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from disclosure.compiled import compiled

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Words = NDArray[np.uint64]

AGAIN = 0.05
"""What one more step of a unit already changed costs: a little, so that small moves come first."""


class Graph(NamedTuple):
    """Sums and units, both ways (compressed rows), with each unit's true value and known least value."""

    rel_start: Ints
    rel_unit: Ints
    rel_sign: Ints
    unit_start: Ints
    unit_rel: Ints
    unit_sign: Ints
    value: Ints
    least: Ints
    salt: Words


class Scratch(NamedTuple):
    """Working memory of one search, all zero between searches but for the heap and the nodes."""

    change: Ints
    off: Ints
    parent: Ints
    unit: Ints
    step: Ints
    paid: Floats
    left: Ints
    name: Words
    keys: Floats
    heap: Ints
    seen: Words
    round: Ints
    touched: Ints


class Rules(NamedTuple):
    """What one search may do: steps taken ``reach`` at a time, what it may pay, how long it may look."""

    reach: int
    budget: float
    limit: int
    weight: float


class Search(NamedTuple):
    """All that a search works with; ``price`` is per unit, infinite where it is frozen."""

    graph: Graph
    scratch: Scratch
    price: Floats
    rules: Rules


def graph(relations: sparse.csr_array, by_unit: sparse.csr_array, value: Ints, least: Ints) -> Graph:
    """The graph of a set of units."""
    return Graph(
        rel_start=_ints(relations.indptr),
        rel_unit=_ints(relations.indices),
        rel_sign=_ints(relations.data),
        unit_start=_ints(by_unit.indptr),
        unit_rel=_ints(by_unit.indices),
        unit_sign=_ints(by_unit.data),
        value=value,
        least=least,
        salt=np.random.default_rng(1).integers(1, 2**63, len(value), dtype=np.uint64),
    )


def scratch(of: Graph, nodes: int) -> Scratch:
    """Working memory for searches of at most so many nodes."""
    slots = 1 << (2 * nodes).bit_length()
    rounds = np.zeros(slots + 1, dtype=np.int64)
    rounds[-1] = 1
    return Scratch(
        change=np.zeros(len(of.value), dtype=np.int64),
        off=np.zeros(len(of.rel_start) - 1, dtype=np.int64),
        parent=np.zeros(nodes, dtype=np.int64),
        unit=np.zeros(nodes, dtype=np.int64),
        step=np.zeros(nodes, dtype=np.int64),
        paid=np.zeros(nodes),
        left=np.zeros(nodes, dtype=np.int64),
        name=np.zeros(nodes, dtype=np.uint64),
        keys=np.zeros(nodes + 1),
        heap=np.zeros(nodes + 1, dtype=np.int64),
        seen=np.zeros(slots, dtype=np.uint64),
        round=rounds,
        touched=np.zeros(1 << 14, dtype=np.int64),
    )


def _ints(values: ArrayLike) -> Ints:
    return np.ascontiguousarray(values, dtype=np.int64)


@compiled
def _push(keys: Floats, ids: Ints, size: int, key: float, node: int) -> int:
    at = size
    while at > 0 and keys[(at - 1) >> 1] > key:
        up = (at - 1) >> 1
        keys[at], ids[at] = keys[up], ids[up]
        at = up
    keys[at], ids[at] = key, node
    return size + 1


@compiled
def _pop(keys: Floats, ids: Ints, size: int) -> int:
    """Take off the least, left in ``ids[size - 1]``; the heap's new size."""
    last, at = size - 1, 0
    least, key, node = ids[0], keys[last], ids[last]
    while True:
        down = 2 * at + 1
        if down >= last:
            break
        if down + 1 < last and keys[down + 1] < keys[down]:
            down += 1
        if keys[down] >= key:
            break
        keys[at], ids[at] = keys[down], ids[down]
        at = down
    keys[at], ids[at] = key, node
    ids[last] = least
    return last


@compiled
def _known(s: Scratch, name: int) -> bool:
    """Whether this state was met before in this search; it is from now on."""
    mask = len(s.seen) - 1
    slot = np.int64((name * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(20)) & mask
    while s.round[slot] == s.round[-1]:
        if s.seen[slot] == name:
            return True
        slot = (slot + 1) & mask
    s.round[slot] = s.round[-1]
    s.seen[slot] = name
    return False


@compiled
def _apply(g: Graph, s: Scratch, node: int) -> int:
    """Write the node's changes out; how many sums they touch."""
    touched = 0
    while node >= 0:
        u, step = s.unit[node], s.step[node]
        s.change[u] += step
        for p in range(g.unit_start[u], g.unit_start[u + 1]):
            r = g.unit_rel[p]
            s.off[r] += step * g.unit_sign[p]
            if touched < len(s.touched):
                s.touched[touched] = r
                touched += 1
        node = s.parent[node]
    return touched


@compiled
def _undo(g: Graph, s: Scratch, node: int) -> None:
    while node >= 0:
        u = s.unit[node]
        s.change[u] = 0
        for p in range(g.unit_start[u], g.unit_start[u + 1]):
            s.off[g.unit_rel[p]] = 0
        node = s.parent[node]


@compiled
def _repair(q: Search, paid: float, r: int, p: int) -> float:
    """What it costs to repair sum ``r`` by its ``p``-th entry; infinite where that is not allowed."""
    g, s, rules = q.graph, q.scratch, q.rules
    j = g.rel_unit[p]
    step = -1 if (s.off[r] > 0) == (g.rel_sign[p] > 0) else 1
    now = s.change[j]
    if now * step < 0 or (step < 0 and g.value[j] + rules.reach * (now - 1) < g.least[j]):
        return np.inf
    cost = paid + (q.price[j] if now == 0 else AGAIN)
    return cost if cost <= rules.budget else np.inf


@compiled
def _tightest(q: Search, paid: float, touched: int) -> int:
    """The unbalanced sum with fewest repairs: -1 if all balance, -2 if one cannot be repaired."""
    g, s = q.graph, q.scratch
    best, fewest = -1, 1 << 40
    for t in range(touched):
        r = s.touched[t]
        if s.off[r] == 0:
            continue
        ways = 0
        for p in range(g.rel_start[r], g.rel_start[r + 1]):
            if _repair(q, paid, r, p) < np.inf:
                ways += 1
                if ways >= fewest:
                    break
        if ways == 0:
            return -2
        if ways < fewest:
            best, fewest = r, ways
    return best


@compiled
def _left(q: Search, node: int, j: int, step: int) -> int:
    """How far off all sums are together once unit ``j`` makes this step."""
    left: int = q.scratch.left[node]
    for p in range(q.graph.unit_start[j], q.graph.unit_start[j + 1]):
        was = q.scratch.off[q.graph.unit_rel[p]]
        left += abs(was + step * q.graph.unit_sign[p]) - abs(was)
    return left


@compiled
def _grow(q: Search, node: int, r: int, nodes: int, size: int) -> tuple[int, int]:
    """Add a node for each repair of sum ``r``; the new numbers of nodes and of the heap."""
    g, s = q.graph, q.scratch
    for p in range(g.rel_start[r], g.rel_start[r + 1]):
        cost = _repair(q, s.paid[node], r, p)
        if cost == np.inf or nodes >= len(s.parent):
            continue
        j = g.rel_unit[p]
        step = -1 if (s.off[r] > 0) == (g.rel_sign[p] > 0) else 1
        name = s.name[node] + g.salt[j] * np.uint64(step + 2)
        if _known(s, name):
            continue
        s.parent[nodes], s.unit[nodes], s.step[nodes] = node, j, step
        s.paid[nodes], s.left[nodes], s.name[nodes] = cost, _left(q, node, j, step), name
        size = _push(s.keys, s.heap, size, cost + q.rules.weight * s.left[nodes], nodes)
        nodes += 1
    return nodes, size


@compiled
def _root(q: Search, start: int, step: int) -> None:
    g, s = q.graph, q.scratch
    s.parent[0], s.unit[0], s.step[0] = -1, start, step
    s.paid[0], s.name[0] = q.price[start], g.salt[start] * np.uint64(step + 2)
    s.left[0] = 0
    for p in range(g.unit_start[start], g.unit_start[start + 1]):
        s.left[0] += abs(g.unit_sign[p])
    s.round[-1] += 1


@compiled
def _changed(s: Scratch, node: int) -> Ints:
    """The units that a node and its forebears change, in order."""
    count, at = 0, node
    while at >= 0:
        count, at = count + 1, s.parent[at]
    found = np.zeros(count, np.int64)
    for n in range(count):
        found[n], node = s.unit[node], s.parent[node]
    return np.unique(found)


@compiled
def find(q: Search, start: int, step: int) -> tuple[Ints, Ints]:
    """A cheap move that changes unit ``start`` by ``step`` at least: the units it changes, and by how much.

    Empty if none was found within the limit and the budget.
    """
    g, s = q.graph, q.scratch
    units, steps = np.zeros(0, np.int64), np.zeros(0, np.int64)
    if step < 0 and g.value[start] - q.rules.reach < g.least[start]:
        return units, steps
    _root(q, start, step)
    nodes, size, looked = 1, _push(s.keys, s.heap, 0, 0.0, 0), 0
    while size > 0 and looked < q.rules.limit and len(units) == 0:
        size = _pop(s.keys, s.heap, size)
        node = s.heap[size]
        looked += 1
        r = _tightest(q, s.paid[node], _apply(g, s, node))
        if r >= 0:
            nodes, size = _grow(q, node, r, nodes, size)
        if r == -1:
            units = _changed(s, node)
            steps = s.change[units]
        _undo(g, s, node)
    return units, steps
