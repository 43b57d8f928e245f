"""Linear and integer programs over "every sum stays zero", solved by HiGHS; the same input gives the same output."""

from typing import Any, Protocol

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Floats = NDArray[np.float64]


class _Seen(Protocol):
    mip_primal_bound: float


class _Answer(Protocol):
    user_interrupt: bool


class _Patience:
    """Stops a solver that has asked so often whether to go on, and still has no solution.

    Apart from the program, so that the solver does not hold what holds it.
    """

    def __init__(self, most: int) -> None:
        self.most, self.asked = most, 0

    def go_on(self, _kind: object, _text: str, seen: _Seen, answer: _Answer, _mine: object) -> None:
        self.asked += 1
        answer.user_interrupt = self.asked >= self.most and seen.mip_primal_bound == np.inf


class Program:
    """Minimise cost over the changes that keep every sum: ``sums @ change == 0`` within bounds."""

    def __init__(self, sums: sparse.csc_array, *, whole: bool = False, nodes: int = 1, patience: int = 0) -> None:
        """``sums``: relations by columns. ``whole``: integers only, a good solution within so many nodes.

        ``patience``: how often the solver may ask, before it has any solution, whether to go on; 0 for ever. Its
        first rounding is cheap and mostly finds one; what comes after costs ten times as much.
        """
        self.columns = int(sums.shape[1])
        solver: Any = highspy.Highs
        self._solver = solver()
        options: dict[str, bool | int | float | str] = {"output_flag": False, "threads": 1}
        options |= {"mip_max_nodes": nodes, "mip_rel_gap": 0.5} if whole else {"solver": "ipm"}
        for name, value in options.items():
            self._solver.setOptionValue(name, value)
        self._solver.passModel(_model(sums, whole=whole))
        self._patience = _Patience(patience)
        if patience:
            self._solver.setCallback(self._patience.go_on, None)
            self._solver.startCallback(highspy.cb.HighsCallbackType.kCallbackMipInterrupt)
        self._all = np.arange(self.columns, dtype=np.int32)

    def solve(self, cost: Floats, least: Floats, most: Floats) -> Floats | None:
        """The best change found, or None if there is none."""
        self._solver.changeColsCost(self.columns, self._all, cost)
        self._solver.changeColsBounds(self.columns, self._all, least, most)
        self._patience.asked = 0
        self._solver.run()
        solution = self._solver.getSolution()
        return np.array(solution.col_value) if solution.value_valid else None


def _model(sums: sparse.csc_array, *, whole: bool) -> highspy.HighsLp:
    columns = sums.shape[1]
    rows, index = np.unique(sums.indices, return_inverse=True)  # the others are empty here
    model = highspy.HighsLp()
    model.num_row_, model.num_col_ = len(rows), columns
    model.row_lower_ = model.row_upper_ = np.zeros(len(rows))
    model.col_cost_ = model.col_lower_ = model.col_upper_ = np.zeros(columns)
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_, model.a_matrix_.index_ = sums.indptr, index
    model.a_matrix_.value_ = sums.data.astype(np.float64)
    if whole:
        model.integrality_ = [highspy.HighsVarType.kInteger] * columns
    return model
