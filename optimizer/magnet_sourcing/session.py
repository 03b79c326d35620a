"""A HiGHS session: one loaded model, solved to a clear ending.

Nothing that is not a solution is ever returned as one: values are read only after the status says there are some, and
after a mixed-integer solve the whole numbers are made exact and the rest is solved again, so that a plant open by
1e-9 cannot lend capacity.
"""

from __future__ import annotations

import math
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

import highspy
import numpy as np

from . import method
from .forcing import forced
from .matrix import Matrix
from .quiet import no_banner
from .ties import preferred


class Status(StrEnum):
    """How a solve ended."""

    OPTIMAL = "optimal"
    INFEASIBLE = "infeasible"
    UNBOUNDED = "unbounded"
    TIME_LIMIT = "time limit"
    INTERRUPTED = "interrupted"
    FAILED = "failed"


@dataclass(frozen=True)
class Options:
    """Solver options; all are always set and recorded.

    gap: relative difference between plan and bound at which the solver may stop. time_limit: seconds, or None.
    threads: HiGHS threads. seed: HiGHS random seed. tie_break: prefer less exposure, then fewer decisions, among
    plans of equal objective.
    """

    gap: float = 1e-4
    time_limit: float | None = None
    threads: int = 1
    seed: int = 0
    tie_break: bool = True


@dataclass(frozen=True)
class Progress:
    """Where a running solve stands. `incumbent` is None before the first plan."""

    seconds: float
    incumbent: float | None
    bound: float | None
    gap: float | None


@dataclass
class Outcome:
    """The ending of a solve. `values` is None unless there is a feasible plan. `iterations`: simplex steps.
    `basis`: optimal for the linear programme that is left when the whole numbers are held, if that was solved."""

    status: Status
    values: np.ndarray | None
    objective: float | None
    bound: float | None
    gap: float | None
    seconds: float
    nodes: int
    detail: str = ""
    tie_break: str = "not asked"
    columns: int = 0
    rows: int = 0
    whole: int = 0
    iterations: int = 0
    basis: highspy.HighsBasis | None = field(default=None, repr=False, compare=False)
    record: dict[str, Any] = field(default_factory=dict)

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"basis": None}  # HiGHS's own, cannot go to another process


@dataclass(frozen=True)
class Ranging:
    """How far each cost coefficient (by column) and each right-hand side (by row) may move, alone, before the basis
    of a linear programme changes; infinite where it never does. duals: by row, objective per unit of right-hand side.
    degenerate: basic variables that stand at a bound; with some, the optimum may stay beyond an end.
    """

    cost_low: np.ndarray
    cost_high: np.ndarray
    side_low: np.ndarray
    side_high: np.ndarray
    duals: np.ndarray
    degenerate: int


@dataclass(frozen=True)
class Duals:
    """Of the linear programme solved last, in units of the objective.

    rows: by how much the objective rises for one unit more on the side of the row that binds; positive where that is
    the lower side, negative where it is the upper. columns: reduced costs, which say the same of the bounds of columns.
    """

    rows: np.ndarray
    columns: np.ndarray


_STATUS = {
    highspy.HighsModelStatus.kOptimal: Status.OPTIMAL,
    highspy.HighsModelStatus.kModelEmpty: Status.OPTIMAL,
    highspy.HighsModelStatus.kInfeasible: Status.INFEASIBLE,
    highspy.HighsModelStatus.kUnbounded: Status.UNBOUNDED,
    highspy.HighsModelStatus.kTimeLimit: Status.TIME_LIMIT,
    highspy.HighsModelStatus.kInterrupt: Status.INTERRUPTED,
    highspy.HighsModelStatus.kSolutionLimit: Status.TIME_LIMIT,
    highspy.HighsModelStatus.kIterationLimit: Status.TIME_LIMIT,
}
# Whole numbers are chosen anew among plans of equal objective where the search was this small: at the root, with at most
# so many simplex steps; and within so many nodes. Counts, unlike a clock, end at the same place on every machine.
_SMALL_SEARCH = 1000
_TIE_NODES = 200
_FIRST_KEPT = "not finished; the first optimal plan is kept"
# A plan that costs this much more, relatively, is not the same any more.
_TIE_TOLERANCE = 1e-9
# Seconds that making whole numbers exact may take, at least, when time has run out; half of the limit where that is more.
_GRACE = 10.0
# By how much a row may be missed: what HiGHS allows itself.
_FEASIBLE = 1e-6


class Session:
    """Loads a matrix into HiGHS and solves it."""

    def __init__(
        self,
        matrix: Matrix,
        options: Options,
        progress: Callable[[Progress], None] | None = None,
        start: np.ndarray | None = None,
        basis: highspy.HighsBasis | None = None,
    ) -> None:
        """start: a plan to begin from (values of the columns); one that does not fit is only a hint. basis: one to begin a
        linear programme from."""
        self._matrix, self._options, self._progress = matrix, options, progress
        self._scale = self.scale_of(matrix)
        self._interrupted = threading.Event()
        self._begun = time.perf_counter()
        self._h = self._loaded()
        self._left: highspy.Highs | None = None  # the programme with the whole numbers held
        if start is not None and matrix.whole.any():
            self._h.setSolution(solution(start))
        if basis is not None and (len(basis.col_status), len(basis.row_status)) == (
            len(matrix.cost),
            len(matrix.row_lower),
        ):
            self._h.setBasis(basis)

    @staticmethod
    def scale_of(matrix: Matrix) -> float:
        """Money comes in billions and tonnes in thousands: brings the largest cost near 1e4."""
        largest = float(np.abs(matrix.cost).max(initial=0.0))
        return 2.0 ** -max(0, math.ceil(math.log2(largest / 1e4))) if largest > 1e4 else 1.0

    @property
    def asked_to_stop(self) -> bool:
        """Whether Ctrl-C came while it solved, though the solve may have come to its own end before it was heard."""
        return self._interrupted.is_set()

    def restart_clock(self) -> None:
        """For another solve of what is loaded."""
        self._begun = time.perf_counter()

    # ------------------------------------------------------------ loading

    def _loaded(self) -> highspy.Highs:
        highspy.Highs.resetGlobalScheduler(True)  # a changed thread count is otherwise ignored within a process
        h = _new()
        options = self._options
        for name, value in (
            ("mip_rel_gap", options.gap),
            ("threads", options.threads),
            ("random_seed", options.seed),
            ("mip_abs_gap", 1e-6 if options.gap > 0 else 0.0),
            # Heuristics that solve smaller programmes: as long as all else together, for nothing (docs/strength.md).
            ("mip_heuristic_run_rins", False),
            ("mip_heuristic_run_rens", False),
        ):
            _checked(h.setOptionValue(name, value), f"option {name}={value}")
        if options.time_limit is not None:
            _checked(h.setOptionValue("time_limit", float(options.time_limit)), "option time_limit")
        self._hand_over(h)
        for event in (h.cbMipInterrupt, h.cbSimplexInterrupt, h.cbIpmInterrupt):
            event.subscribe(self._stop_if_asked)
        if self._progress is not None:
            h.cbMipLogging.subscribe(self._report)
            h.setOptionValue("log_to_console", False)
            h.setOptionValue("output_flag", True)  # HiGHS 1.16 reports only what it also logs, if to nowhere
        return h

    def _hand_over(self, h: highspy.Highs, continuous: bool = False) -> None:
        """Hands the arrays to HiGHS, which reads them where they are. continuous: leaves out which columns are whole."""
        m = self._matrix
        whole = np.zeros_like(m.whole) if continuous else m.whole
        status = h.passModel(
            len(m.cost), len(m.row_lower), len(m.value),
            int(highspy.MatrixFormat.kRowwise), int(highspy.ObjSense.kMinimize), m.offset * self._scale,
            m.cost * self._scale, highs_infinity(m.lower), highs_infinity(m.upper),
            highs_infinity(m.row_lower), highs_infinity(m.row_upper),
            m.start, m.index, m.value, whole.astype(np.int32),
        )  # fmt: skip
        _checked(status, "the model")

    # ------------------------------------------------------------ callbacks

    def _stop_if_asked(self, event: Any) -> None:
        if self._interrupted.is_set():
            event.interrupt()

    def _report(self, event: Any) -> None:
        out = event.data_out
        incumbent, bound = out.mip_primal_bound, out.mip_dual_bound
        assert self._progress is not None
        self._progress(
            Progress(
                time.perf_counter() - self._begun,
                incumbent / self._scale if abs(incumbent) < highspy.kHighsInf else None,
                bound / self._scale if abs(bound) < highspy.kHighsInf else None,
                out.mip_gap if out.mip_gap < highspy.kHighsInf else None,
            )
        )

    @contextmanager
    def _ctrl_c(self) -> Iterator[None]:
        """Turns Ctrl-C into a flag the solver reads, so that the best plan so far is kept."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = signal.signal(signal.SIGINT, lambda *_: self._interrupted.set())
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)

    # ------------------------------------------------------------ solving

    def solve(self, preferences: list[np.ndarray] | None = None) -> Outcome:
        """Solves; among plans of equal objective prefers the least first preference, then the second, and so on."""
        with self._ctrl_c():
            method.run(self._h, linear=not self._matrix.whole.any())
            outcome = self._read()
            if self._stopped_too_soon(outcome):
                outcome = self._without_start(outcome)
            if outcome.values is not None and self._matrix.whole.any():
                outcome.values = self._made_exact(outcome.values)
                if outcome.values is None:
                    outcome.status, outcome.detail = Status.FAILED, "no plan is left once whole numbers are exact"
            exact = outcome.status is Status.OPTIMAL and self._is_exact()
            if exact and (self._left or not self._matrix.whole.any()):
                outcome.basis = (self._left or self._h).getBasis()
            if preferences and self._options.tie_break and exact:
                self._break_ties(outcome, preferences)
        if outcome.values is not None:
            outcome.objective = float(self._matrix.cost @ outcome.values) + self._matrix.offset
            outcome.gap = relative_gap(outcome.objective, outcome.bound)
        outcome.seconds = time.perf_counter() - self._begun
        return outcome

    def _stopped_too_soon(self, outcome: Outcome) -> bool:
        """Whether HiGHS calls a plan optimal that is further from its bound than asked.

        HiGHS 1.16 can take a start for cheaper than it is once presolve has reduced it ("feasible in the reduced space"),
        and then prunes everything that is dearer than that, better plans included. Its bound still holds.
        """
        if outcome.status is not Status.OPTIMAL or outcome.values is None or not self._matrix.whole.any():
            return False
        gap = relative_gap(float(self._matrix.cost @ outcome.values) + self._matrix.offset, outcome.bound)
        return gap is not None and gap > self._options.gap + 1e-6

    def _without_start(self, outcome: Outcome) -> Outcome:
        """Solves again from nothing, in what is left of the time; the first plan stays if that finds none."""
        self._h.clearSolver()
        self._h.run()
        again = self._read()
        return again if again.values is not None else replace(outcome, status=again.status, detail=again.detail)

    def _read(self) -> Outcome:
        h, m = self._h, self._matrix
        found = h.getModelStatus()
        if found == highspy.HighsModelStatus.kUnboundedOrInfeasible:
            h.setOptionValue("presolve", "off")
            h.run()
            found = h.getModelStatus()
        status = _STATUS.get(found, Status.FAILED)
        info = h.getInfo()
        is_mip = bool(m.whole.any())
        feasible = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
        # A linear programme stopped early is only a plan if the point it stopped at respects every row.
        has_plan = status is Status.OPTIMAL or (feasible and status in (Status.TIME_LIMIT, Status.INTERRUPTED))
        values = np.array(h.getSolution().col_value) if has_plan else None
        bound = None
        if status is Status.OPTIMAL and not is_mip:
            bound = info.objective_function_value / self._scale
        elif is_mip and abs(info.mip_dual_bound) < highspy.kHighsInf:
            bound = info.mip_dual_bound / self._scale
        detail = "" if status is not Status.FAILED else h.modelStatusToString(found)
        return Outcome(
            status,
            values,
            None,
            bound,
            None,
            0.0,
            max(0, int(info.mip_node_count)),
            detail,
            columns=len(m.cost),
            rows=len(m.row_lower),
            whole=int(m.whole.sum()),
            iterations=max(0, int(info.simplex_iteration_count)),
        )

    def _made_exact(self, values: np.ndarray) -> np.ndarray | None:
        """The plan with its whole numbers exact, for the objective; None if nothing is then feasible."""
        whole = np.flatnonzero(self._matrix.whole).astype(np.int32)
        if self._left is None:
            self._left = _new()
            self._left.setOptionValue("threads", self._options.threads)
            self._left.setOptionValue("random_seed", self._options.seed)
            self._hand_over(self._left, continuous=True)
        h, rounded = self._left, np.round(values[whole])
        h.changeColsBounds(len(whole), whole, rounded, rounded)
        if self._options.time_limit is not None:
            self._leave_time(h, max(_GRACE, self._options.time_limit / 2))
        method.run(h, linear=True)
        ended = h.getModelStatus()
        if ended == highspy.HighsModelStatus.kOptimal:
            exact = np.array(h.getSolution().col_value)
        elif ended == highspy.HighsModelStatus.kTimeLimit:  # the plan as it was found, if that respects every row
            exact = values.copy()
        else:
            return None
        exact[whole] = rounded
        return exact if ended == highspy.HighsModelStatus.kOptimal or self._holds(exact) else None

    def _holds(self, values: np.ndarray) -> bool:
        """Whether every row is respected, as closely as HiGHS respects them."""
        m = self._matrix
        row = np.repeat(np.arange(len(m.row_lower)), np.diff(m.start))
        sums = np.bincount(row, m.value * values[m.index], len(m.row_lower))
        return bool((sums >= m.row_lower - _FEASIBLE).all() and (sums <= m.row_upper + _FEASIBLE).all())

    def _is_exact(self) -> bool:
        """Whether the programme with the whole numbers held, if there is one here, was solved to its end."""
        return self._left is None or self._left.getModelStatus() == highspy.HighsModelStatus.kOptimal

    @property
    def steps(self) -> int:
        """Simplex steps of the last solve."""
        return int(self._h.getInfo().simplex_iteration_count)

    def duals(self) -> Duals:
        """Duals of the linear programme solved last. Raises ValueError of one with whole numbers: it has none."""
        if self._matrix.whole.any():
            raise ValueError("duals are of linear programmes: hold the whole numbers first")
        found = self._h.getSolution()
        return Duals(np.array(found.row_dual) / self._scale, np.array(found.col_dual) / self._scale)

    def forced(self, columns: Sequence[int], amount: float) -> np.ndarray:
        """By how much the optimum of the linear programme solved last rises for each unit by which a column, alone, is
        made to leave its lower bound; nan where it cannot. amount: how far it is made to, small beside all else.

        A reduced cost says that too, but of the several a degenerate optimum has, the one that the solver came to.
        """
        return forced(self._h, columns, amount) / self._scale

    def ranging(self) -> Ranging:
        """Ranging of the linear programme solved last. Raises ValueError of one with whole numbers: it has none."""
        if self._matrix.whole.any():
            raise ValueError("ranging is about linear programmes: hold the whole numbers first")
        status, found = self._h.getRanging()
        _checked(status, "ranging")
        point = self._h.getSolution()
        low, high = (_endless(np.array(r.value_)) for r in (found.col_cost_dn, found.col_cost_up))
        side_low, side_high = (_endless(np.array(r.value_)) for r in (found.row_bound_dn, found.row_bound_up))
        basic = [s == highspy.HighsBasisStatus.kBasic for s in self._h.getBasis().col_status]
        values = np.array(point.col_value)
        at_bound = np.isclose(values, self._matrix.lower, atol=1e-9) | np.isclose(values, self._matrix.upper, atol=1e-9)
        return Ranging(
            low / self._scale,
            high / self._scale,
            side_low,
            side_high,
            np.array(point.row_dual) / self._scale,
            int(np.count_nonzero(at_bound & np.array(basic))),
        )

    # ------------------------------------------------------------ ties

    def _break_ties(self, outcome: Outcome, preferences: list[np.ndarray]) -> None:
        """Among plans of equal objective takes the one with the least first preference, then the least second ...

        All optima of the linear programme that is left when the whole numbers are held are compared (see `ties`). Plans
        with other whole numbers are, before that, where the search was small: in a large one, holding the objective
        makes another that is harder than the first, and mostly does not end.
        """
        outcome.tie_break = "done"
        if self._matrix.whole.any():
            if outcome.nodes <= 1 and outcome.iterations <= _SMALL_SEARCH:
                self._choose_whole_numbers(outcome, preferences)
            else:
                outcome.tie_break = "done with the whole-number decisions held"
        self._choose_the_rest(outcome, preferences)

    def _choose_the_rest(self, outcome: Outcome, preferences: list[np.ndarray]) -> None:
        h = self._left or self._h
        self._leave_time(h)
        assert outcome.values is not None
        chosen = preferred(h, preferences, method.steps(h))
        if chosen is None or not self._is_as_good(chosen, outcome.values):
            outcome.tie_break = _FIRST_KEPT
            return
        chosen[self._matrix.whole] = outcome.values[self._matrix.whole]
        outcome.values = chosen

    def _choose_whole_numbers(self, outcome: Outcome, preferences: list[np.ndarray]) -> None:
        """Solves again with the objective held by a row, minimising the preferences in order.

        They are weighed so that a later one never outweighs an earlier one noticeably. A pass that reaches its node
        count leaves the whole numbers as they are.
        """
        h, m, first = self._h, self._matrix, outcome.values
        assert first is not None
        columns = np.flatnonzero(m.cost).astype(np.int32)
        most = float(m.cost @ first) * self._scale
        h.addRow(-highspy.kHighsInf, most, len(columns), columns, m.cost[columns] * self._scale)
        everything = np.arange(len(m.cost), dtype=np.int32)
        h.changeColsCost(len(everything), everything, _weighed(preferences, first))
        h.setOptionValue("mip_max_nodes", _TIE_NODES)
        self._leave_time(h)
        h.setSolution(solution(first))
        h.run()
        found = np.array(h.getSolution().col_value) if h.getModelStatus() == highspy.HighsModelStatus.kOptimal else None
        chosen = None if found is None else self._made_exact(found)
        if chosen is not None and self._is_as_good(chosen, first):
            outcome.values = chosen
            return
        outcome.tie_break = "done with the whole-number decisions held"
        if found is not None:  # what is left is to be that of the first plan again
            self._made_exact(first)

    def _is_as_good(self, values: np.ndarray, first: np.ndarray) -> bool:
        best = float(self._matrix.cost @ first)
        return float(self._matrix.cost @ values) <= best + _TIE_TOLERANCE * max(1.0, abs(best))

    def _leave_time(self, h: highspy.Highs, least: float = 1.0) -> None:
        """Gives a solver what is left of the time, but so many seconds at least."""
        if self._options.time_limit is not None:
            spent = time.perf_counter() - self._begun
            h.setOptionValue("time_limit", max(least, self._options.time_limit - spent) + h.getRunTime())


def _new() -> highspy.Highs:
    """A silent solver."""
    with no_banner():
        h = highspy.Highs()
    h.setOptionValue("output_flag", False)
    return h


def _weighed(preferences: list[np.ndarray], values: np.ndarray) -> np.ndarray:
    """One cost vector for ordered preferences: each is brought to its own size, later ones count a thousandth."""
    total = np.zeros_like(values)
    weight = 1.0
    for vector in preferences:
        size = max(1.0, abs(float(vector @ values)))
        total += weight * vector / size * 1e3
        weight *= 1e-3
    return total


def solution(values: np.ndarray) -> highspy.HighsSolution:
    found = highspy.HighsSolution()
    found.col_value = list(values)
    return found


def relative_gap(objective: float, bound: float | None) -> float | None:
    if bound is None:
        return None
    return max(0.0, objective - bound) / max(1e-10, abs(objective)) if objective != bound else 0.0


def _endless(values: np.ndarray) -> np.ndarray:
    """HiGHS writes infinity as 1e30 or more in some places."""
    return np.where(np.abs(values) >= 1e30, np.copysign(np.inf, values), values)


def highs_infinity(bounds: np.ndarray) -> np.ndarray:
    return np.clip(bounds, -highspy.kHighsInf, highspy.kHighsInf)


def _checked(status: Any, what: str) -> None:
    if status == highspy.HighsStatus.kError:
        raise RuntimeError(f"HiGHS refused {what}")
