"""Solving runs of a study one after the other in one process."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from ...case import Case
from ...changes import changed
from ...matrix import Matrix
from ...problem import Impossible, Problem, hold
from ...problems import CaseError
from ...session import Options, Session
from ...solving import check_case
from .. import decisions
from .study import Result, Run, Study


class Bench:
    """Holds what runs of one study share."""

    def __init__(self, study: Study) -> None:
        self._study = study

    def result(self, run: Run) -> Result:
        """The run's ending; never raises for what the run itself does wrong."""
        begun = time.perf_counter()
        try:
            found = self._solved(run)
        except CaseError as reason:
            found = Result(run.number, "invalid", detail=str(reason.problems[0]))
        except Impossible as reason:
            found = Result(run.number, "infeasible", detail=str(reason))
        except Exception as reason:  # a run that fails is a row that says so
            found = Result(run.number, "failed", detail=f"{type(reason).__name__}: {reason}")
        return replace(found, seconds=time.perf_counter() - begun)

    def _solved(self, run: Run) -> Result:
        study = self._study
        problem = Problem(self._case(run), study.wish, measures=study.measures)
        if run.plan == RELAXED:
            return self._relaxed(run, problem)
        matrix = _holding(problem, study.plans[run.plan]) if run.plan else problem.matrix
        start = None
        if study.start is not None:
            start = np.array([study.start.get(v.name, 0.0) for v in matrix.variables])
        outcome = Session(matrix, study.options, None, start).solve()
        if outcome.values is None:
            return Result(run.number, str(outcome.status), detail=outcome.detail)
        return Result(
            run.number,
            str(outcome.status),
            problem.value("cost", outcome.values),
            outcome.bound,
            outcome.gap,
            {m: problem.value(m, outcome.values) for m in study.measures},
            {(d.kind, d.name, d.year): x for d, x in decisions.read(problem, outcome.values).items()},
            way="built",
        )

    def _relaxed(self, run: Run, problem: Problem) -> Result:
        """No decisions are told: they are not whole. Infeasible means that no plan exists either."""
        matrix = replace(problem.matrix, whole=np.zeros_like(problem.matrix.whole))
        outcome = Session(matrix, self._study.options).solve()
        if outcome.values is None:
            return Result(run.number, str(outcome.status), detail=outcome.detail)
        return Result(run.number, str(outcome.status), outcome.objective, outcome.bound, outcome.gap)

    def _case(self, run: Run) -> Case:
        case = self._study.case
        if run.changes:
            case = changed(case, run.changes, f"run {run.number}", decided=False)
            check_case(case)
        return case


def with_start(study: Study) -> tuple[Study, Result]:
    """The study with the plan of the case as it stands: its values as a start, its decisions as a plan to hold."""
    begun = time.perf_counter()
    problem = Problem(study.case, study.wish, measures=study.measures)
    outcome = Session(problem.matrix, study.options).solve()
    if outcome.values is None:
        return study, Result(-1, str(outcome.status), detail=outcome.detail, seconds=time.perf_counter() - begun)
    decided = {d: x for d, x in _decided(problem, outcome.values).items() if x}
    started = replace(
        study,
        start=decisions.by_name(problem, outcome.values),
        plans={**study.plans, AS_IT_STANDS: decided},
    )
    result = Result(
        -1,
        str(outcome.status),
        problem.value("cost", outcome.values),
        outcome.bound,
        outcome.gap,
        {m: problem.value(m, outcome.values) for m in study.measures},
        {(d.kind, d.name, d.year): x for d, x in decisions.read(problem, outcome.values).items()},
        time.perf_counter() - begun,
    )
    return started, result


AS_IT_STANDS = "as it stands"
# In the place of a plan: whole numbers need not be whole, so that the cost is a bound on that of every plan.
RELAXED = "relaxed"


def _holding(problem: Problem, plan: Mapping[str, float]) -> Matrix:
    """The arrays with a plan's decisions held. What is paid as subsidy is no decision: it follows the changed rules.

    Raises Impossible if the changed case does not allow a decision, such as a size beyond its greatest.
    """
    matrix, offered = hold(problem, plan), problem.matrix
    lower, upper = matrix.lower.copy(), matrix.upper.copy()
    free = [offered.column_of(v) for v in problem.model.first.expansions.subsidy.values()]
    lower[free], upper[free] = offered.lower[free], offered.upper[free]
    beyond = np.flatnonzero((lower > offered.upper + 1e-6) | (upper < offered.lower - 1e-6))
    if len(beyond):
        raise Impossible(f"{offered.variables[beyond[0]].name} cannot be held at {lower[beyond[0]]:g}")
    return replace(matrix, lower=lower, upper=upper)


def _decided(problem: Problem, values: np.ndarray) -> Mapping[str, float]:
    from ...problem import decisions as named

    return named(problem, values)


def study_options(gap: float, time_limit: float | None, seed: int) -> Options:
    """One HiGHS thread for each run, no tie-breaking."""
    return Options(gap, time_limit, 1, seed, False)
