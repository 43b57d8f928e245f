"""Linear and integer programs over a system, asked of HiGHS.

Only bounds are believed as HiGHS gives them (within TOLERANCE); a point counts only once it is whole and
`System.holds` says so in exact arithmetic.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from disclosure.attack_bounds import INFINITE, System
from disclosure.attack_view import IntArray

TOLERANCE: Final = 1e-5  # HiGHS keeps rows and whole numbers within 1e-6
SECONDS: Final = 10.0  # for one integer program

FloatArray = NDArray[np.float64]


class Answer(Enum):
    """How a program ended."""

    BEST = "best"
    NONE = "none"
    ENDLESS = "endless"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Found:
    """A program's end: `bound` the least cost if it was found; `point` a solution, not yet whole, if any."""

    answer: Answer
    bound: float
    point: FloatArray | None

    def whole(self) -> IntArray | None:
        """The point in whole numbers; None where it is not whole."""
        if self.point is None:
            return None
        near = np.round(self.point)
        return near.astype(np.int64) if np.all(np.abs(near - self.point) < TOLERANCE) else None


class Program:
    """Least cost over a system; kept warm between questions.

    Args:
        system: the equations and bounds.
        whole: ask for whole numbers; then any solution, not the least.
        presolve: simplify first; without it a program that starts from almost a solution is quicker.
        seconds: most time for whole numbers.
    """

    def __init__(self, system: System, *, whole: bool = False, presolve: bool = True, seconds: float = SECONDS) -> None:
        self.size = len(system.low)
        self.asked: NDArray[np.int32] = np.arange(self.size, dtype=np.int32)
        self.engine: Any = highspy.Highs()  # type: ignore[no-untyped-call]  # highspy half-publishes types
        for option, value in (("output_flag", False), ("threads", 1)):
            self.engine.setOptionValue(option, value)
        if not presolve:
            self.engine.setOptionValue("presolve", "off")
        if whole:
            self.engine.setOptionValue("time_limit", seconds)
            self.engine.setOptionValue("mip_max_improving_sols", 1)  # any solution will do; the cheapest takes long
        self.engine.passModel(_model(system, whole=whole))

    def least(self, cost: FloatArray) -> Found:
        """The least cost."""
        self.engine.changeColsCost(self.size, self.asked, cost)
        return self._run()

    def least_of(self, unit: int, way: int) -> Found:
        """The least value of `way` times one unknown."""
        self.engine.changeColCost(unit, float(way))
        found = self._run()
        self.engine.changeColCost(unit, 0.0)
        return found

    def _run(self) -> Found:
        self.engine.run()
        status = self.engine.getModelStatus()
        if status == highspy.HighsModelStatus.kUnboundedOrInfeasible:
            self.engine.setOptionValue("presolve", "off")
            self.engine.run()
            status = self.engine.getModelStatus()
        answer = _ANSWERS.get(status, Answer.UNKNOWN)
        best = self.engine.getInfo().objective_function_value if answer is Answer.BEST else -np.inf
        return Found(answer, float(best), self._point())

    def _point(self) -> FloatArray | None:
        feasible = self.engine.getInfo().primal_solution_status == 2  # kSolutionStatusFeasible
        return np.array(self.engine.getSolution().col_value) if feasible else None


def solution(system: System, seconds: float = SECONDS) -> IntArray | None:
    """Any whole solution; None if none was found in time or there is none at all."""
    for whole in (False, True):
        point = Program(system, whole=whole, seconds=seconds).least(np.zeros(len(system.low))).whole()
        if point is not None and system.holds(point):
            return point
    return None


_ANSWERS: Final = {
    highspy.HighsModelStatus.kOptimal: Answer.BEST,
    highspy.HighsModelStatus.kInfeasible: Answer.NONE,
    highspy.HighsModelStatus.kUnbounded: Answer.ENDLESS,
}


def _model(system: System, *, whole: bool) -> Any:  # noqa: ANN401 - highspy publishes no types
    lp = highspy.HighsLp()
    lp.num_row_, lp.num_col_ = system.rows.shape
    lp.col_cost_ = np.zeros(lp.num_col_)
    lp.col_lower_ = _open(system.low)
    lp.col_upper_ = _open(system.high)
    lp.row_lower_ = lp.row_upper_ = system.right.astype(np.float64)
    rows = sparse.csr_array(system.rows)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_, lp.a_matrix_.index_ = rows.indptr, rows.indices
    lp.a_matrix_.value_ = rows.data.astype(np.float64)
    if whole:
        lp.integrality_ = [highspy.HighsVarType.kInteger] * lp.num_col_
    return lp


def _open(bound: IntArray) -> FloatArray:
    """Bounds as HiGHS reads them: no bound is infinite."""
    return np.where(bound >= INFINITE, np.inf, np.where(bound <= -INFINITE, -np.inf, bound.astype(np.float64)))
