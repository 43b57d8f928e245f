"""Reference tables shown safe by other means than the engine's, at no more secondaries than the peer; and growth."""

from math import log
from pathlib import Path

import numpy as np
import pytest
from scipy import optimize, sparse

from bench.disclosure import run
from bench.disclosure.proof import unproven
from disclosure.complement import Effort
from disclosure.program import Floats, Program
from disclosure.protect import Protected, protect
from disclosure.table import Dimension, Table
from disclosure.threshold import Terms


def has_another_value(safe: Protected, cell: int) -> bool:
    """Whether an integer program over the inner counts finds another value for a published cell."""
    rows = safe.table.dimensions[0].incidence()
    for dimension in safe.table.dimensions[1:]:
        rows = sparse.kron(rows, dimension.incidence(), format="csr")
    hidden, values = safe.withheld.ravel(), safe.values.ravel()
    return any(_solvable(rows, hidden, values, cell, way) for way in (1, -1))


def _solvable(rows: sparse.csr_array, hidden: np.ndarray, values: np.ndarray, cell: int, way: int) -> bool:
    low, high = np.where(hidden, 1, values), np.where(hidden, 1_000, values)
    low[cell], high[cell] = (values[cell] + 1, 1_000) if way > 0 else (1, values[cell] - 1)
    if low[cell] > high[cell]:
        return False
    end = optimize.milp(
        np.zeros(rows.shape[1]),
        integrality=np.ones(rows.shape[1]),
        bounds=optimize.Bounds(0, 1_000),
        constraints=optimize.LinearConstraint(rows, low, high),
    )
    return bool(end.status == 0)


@pytest.mark.parametrize("name", ["T0", "T2"])
def test_a_reference_table_is_safe_by_an_integer_program_and_by_summing_every_alternative(
    shared: Path, name: str
) -> None:
    assert shared
    safe = protect(run.reference(name))
    assert unproven(safe) == 0
    assert safe.secondary.sum() <= run.peers()[name]
    hidden = np.flatnonzero(safe.withheld)
    for cell in np.random.default_rng(7).choice(hidden, 5, replace=False):
        assert has_another_value(safe, int(cell))


def test_one_complementary_cell_too_few_is_found_out_on_a_reference_table(shared: Path) -> None:
    assert shared
    safe = protect(run.reference("T2"))
    worse = safe.withheld.copy()
    worse[tuple(np.argwhere(safe.secondary)[0])] = False
    with pytest.raises(AssertionError, match="shown"):
        unproven(Protected(safe.table, safe.values, worse, safe.primary, safe.inner, safe.alternatives))


def grown(times: int) -> Table:
    """A table of so many areas in fours, with kinds and weeks."""
    area = Dimension.from_mapping(
        "area",
        {
            "all": [f"{r}.{i}" for r in range(times) for i in range(4)],
            **{f"{r}": [f"{r}.{i}" for i in range(4)] for r in range(times)},
            **{f"{r}.{i}": [f"{r}.{i}"] for r in range(times) for i in range(4)},
        },
    )
    kinds = Dimension.from_mapping("kind", {"all": list("abcd"), **{c: [c] for c in "abcd"}})
    weeks = Dimension.from_mapping("week", {"year": list("123"), **{c: [c] for c in "123"}})
    return Table((area, kinds, weeks), np.random.default_rng(11).poisson(1.5, (4 * times, 4, 3)))


def work(table: Table, monkeypatch: pytest.MonkeyPatch) -> int:
    """Unknowns handed to linear and integer programs, together."""
    handed = [0]
    solve = Program.solve

    def counted(program: Program, cost: Floats, least: Floats, most: Floats) -> Floats | None:
        handed[0] += program.columns
        return solve(program, cost, least, most)

    with monkeypatch.context() as patch:
        patch.setattr(Program, "solve", counted)
        effort = Effort(tries=(0.05,), block=200, windows=(50, 80), programs=0)
        assert unproven(protect(table, Terms(effort=effort))) == 0
    return handed[0]


def test_work_grows_clearly_slower_than_the_square_of_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    small, large = grown(3), grown(12)
    once, after = work(small, monkeypatch), work(large, monkeypatch)
    assert log(after / once) / log(large.counts.size / small.counts.size) < 1.5
