"""What a decision costs where an assumption is otherwise: the case is changed, solved free and with the decision held."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from ...case import Case
from ...matrix import Matrix
from ...problem import Impossible, Problem
from ...problems import CaseError
from ...session import Options, Outcome, Status
from ..decisions import (
    Decisions,
    Difference,
    by_name,
    carried,
    differences,
    held,
    module_sizes,
    nearest,
    of_years,
    read,
)

# Seconds for finding the fewest decisions that must change: they say what a plan means, not whether it is best.
_NEAREST_SECONDS = 60.0


class Moved(Protocol):
    """What is moved: an assumption by its value, or a range by its position."""

    def at(self, value: float) -> Case:
        """The case there. Raises CaseError if no such case can be."""


class Interrupted(Exception):
    """Ctrl-C during a solve: what is finished is kept."""


@dataclass(frozen=True)
class Probe:
    """A value of an assumption and what it does to the decision.

    state: 'holds', 'changes', 'no plan' (proved that none exists), 'not valid' (the changed case fails its checks) or
    'not solved'. cost, bound: of the free optimum; held: cost with the decision held, None if it cannot be held.
    regret: held less cost, None unless both are known; true to half of `worth` either way. All discounted money.
    """

    value: float
    state: str
    cost: float | None = None
    bound: float | None = None
    held: float | None = None
    regret: float | None = None
    detail: str = ""

    @property
    def regret_most(self) -> float | None:
        """The regret can be no more than this: held less the bound of the free optimum."""
        return None if self.held is None or self.bound is None else max(0.0, self.held - self.bound)


class Decided:
    """The plan of the case as it stands, and what it decides in the first years."""

    def __init__(self, problem: Problem, values: np.ndarray, years: Sequence[int]) -> None:
        self.years, self.sizes = list(years), module_sizes(problem)
        self.all: Decisions = read(problem, values)
        self.first: Decisions = of_years(self.all, years)
        self.values = by_name(problem, values)

    def same(self, decisions: Decisions) -> bool:
        """Whether other decisions of the first years are these."""
        other = of_years(decisions, self.years)
        return all(
            abs(self.first.get(d, 0.0) - other.get(d, 0.0)) <= 1e-6 * max(1.0, abs(other.get(d, 0.0)))
            for d in {*self.first, *other}
        )

    def unlike(self, decisions: Decisions) -> list[Difference]:
        return differences(self.all, decisions, self.years, self.sizes)


class Prober:
    """Probes one number, such as an assumption. worth: money a change of the decision must save to count as one."""

    def __init__(self, decided: Decided, moved: Moved, worth: float, options: Options) -> None:
        self._decided, self._moved = decided, moved
        self._worth, self._options = worth, options
        self._changed: tuple[float, Problem, Outcome] | None = None
        self.probes: dict[float, Probe] = {}

    def holds(self, value: float) -> bool:
        return self.at(value).state == "holds"

    def at(self, value: float) -> Probe:
        if value not in self.probes:
            self.probes[value] = self._probe(value)
        return self.probes[value]

    def _probe(self, value: float) -> Probe:
        try:
            problem = Problem(checked(self._moved.at(value)))
        except CaseError as reason:
            return Probe(value, "not valid", detail=str(reason.problems[0]))
        except Impossible as reason:
            return Probe(value, "no plan", detail=str(reason))
        start = carried(self._decided.values, problem)
        free = self._sharply(problem, problem.matrix, start)
        if free.values is None:
            return _without_plan(value, free)
        late = "" if free.status is Status.OPTIMAL else f"stopped before the gap was reached ({free.status})"
        if self._decided.same(read(problem, free.values)):
            return Probe(value, "holds", free.objective, free.bound, free.objective, 0.0, late)
        return self._against_held(value, problem, free, start, late)

    def _against_held(self, value: float, problem: Problem, free: Outcome, start: np.ndarray, late: str) -> Probe:
        assert free.objective is not None
        matrix = held(problem, self._decided.first, self._decided.years)
        kept = None if matrix is None else self._sharply(problem, matrix, start)
        if kept is None or kept.status is Status.INFEASIBLE:
            self._changed = (value, problem, free)
            return Probe(value, "changes", free.objective, free.bound, detail="the decision is not possible any more")
        if kept.objective is None:
            return Probe(value, "not solved", free.objective, free.bound, detail=f"decision held: {kept.status}")
        best = min(free.objective, kept.objective)  # within the gap the held plan may even be the cheaper one
        regret = kept.objective - best
        if regret <= self._worth:
            return Probe(value, "holds", best, free.bound, kept.objective, regret, late)
        if kept.status is not Status.OPTIMAL and (kept.bound is None or kept.bound <= best):
            return Probe(value, "not solved", best, free.bound, detail=f"decision held: {kept.status}")
        self._changed = (value, problem, free)
        return Probe(value, "changes", best, free.bound, kept.objective, regret, late)

    def _sharply(self, problem: Problem, matrix: Matrix, start: np.ndarray) -> Outcome:
        """Solved until cost and bound are no further apart than half of `worth`, whatever the gap asked."""
        outcome = solved(problem, self._options, matrix=matrix, start=start)
        cost, bound, most = outcome.objective, outcome.bound, self._worth / 2
        if outcome.status is not Status.OPTIMAL or cost is None or bound is None or cost - bound <= most:
            return outcome
        finer = replace(self._options, gap=0.9 * most / max(1e-9, abs(cost)))
        return solved(problem, finer, matrix=matrix, start=outcome.values)

    def becomes(self, value: float) -> list[Difference]:
        """The fewest other decisions of the first years with which the plan is again as good as the free optimum.

        'As good' is within half of `worth`. Only for the value probed last among those that change the decision.
        """
        found = self.then(value)
        if found is None or self._changed is None:
            return []
        _, problem, free = self._changed
        assert free.values is not None
        return self._decided.unlike(found.all) or self._decided.unlike(read(problem, free.values))

    def then(self, value: float) -> Decided | None:
        """The plan that `becomes` tells the decisions of, itself to be held on from there."""
        if self._changed is None or self._changed[0] != value:
            return None
        _, problem, free = self._changed
        assert free.objective is not None and free.values is not None
        decided, options = self._decided, self._options
        matrix = nearest(problem, decided.all, decided.years, free.objective + self._worth / 2)
        seconds = min(options.time_limit or _NEAREST_SECONDS, _NEAREST_SECONDS)
        start = np.append(free.values, np.zeros(len(matrix.cost) - len(free.values)))
        found = solved(problem, replace(options, gap=0.05, time_limit=seconds), matrix=matrix, start=start)
        values = free.values if found.values is None else found.values[: len(free.values)]
        return Decided(problem, values, decided.years)


def solved(problem: Problem, options: Options, **how: object) -> Outcome:
    """A solve that passes Ctrl-C on as `Interrupted`."""
    outcome = problem.solve(options, **how)  # type: ignore[arg-type]
    if outcome.status is Status.INTERRUPTED:
        raise Interrupted
    return outcome


def checked(case: Case) -> Case:
    """The case, if it passes its checks. Raises CaseError."""
    problems = [p for p in case.check() if p.severity == "error"]
    if problems:
        raise CaseError(problems)
    return case


def _without_plan(value: float, outcome: Outcome) -> Probe:
    state = "no plan" if outcome.status is Status.INFEASIBLE else "not solved"
    return Probe(value, state, detail=outcome.detail or str(outcome.status))
