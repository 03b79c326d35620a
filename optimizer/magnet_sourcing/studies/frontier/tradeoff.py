"""One measure made least while another is held below a level: the single solves that a frontier is made of.

Augmented epsilon-constraint: with `value <= level` as a row, `objective + weight * (value - level)` is made least, weight
positive and small. What is added is never positive, so the solver's bound holds for the objective alone, for every plan
below the level; and a plan that is best for the sum has no equal that is lower in one measure and no higher in the other.
Mavrotas, Effective implementation of the epsilon-constraint method, Applied Mathematics and Computation 213 (2009).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from ...matrix import Matrix
from ...problem import Problem, held_row, solved_in_order
from ...session import Options, Outcome, Progress, Session, Status

# The part of the gap that the second measure may take; the solver gets the rest.
_SHARE = 0.1
# Gap from which that part is reckoned when a proof to the last digit is asked for: 1e-6 of the objective.
_LEAST_GAP = 1e-5


@dataclass(frozen=True)
class Solved:
    """A finished solve. Between any two of these every statement about the frontier can be made.

    level: greatest value allowed, inf without one. objective, value: of the plan found, nan without one. bound: no
    plan within the level has a smaller objective (inf: there is no plan). floor: no plan at all has a smaller value.
    """

    role: str
    level: float
    status: str
    bound: float
    floor: float
    objective: float
    value: float
    seconds: float
    outcome: Outcome

    @property
    def found(self) -> bool:
        return not math.isnan(self.objective)


class Tradeoff:
    """Two measures of one problem. `measure` is made least, `against` is bounded."""

    def __init__(
        self,
        problem: Problem,
        measure: str,
        against: str,
        options: Options,
        progress: Callable[[Progress], None] | None = None,
    ) -> None:
        self.problem, self.measure, self.against = problem, measure, against
        self.options, self.progress = options, progress
        self.matrix: Matrix = problem.matrix
        self.weight = 0.0
        self.unmet: float | None = None  # expected tonnes that no plan may leave more of unmet, if that is held

    def deliver(self, values: np.ndarray) -> None:
        """From now on no plan leaves more demand unmet, in expected tonnes, than this one."""
        model, terms = self.problem.model, []
        for name, scenario in model.scenarios.items():
            weight, years = model.probability[name], scenario.data.horizon.years
            terms += [(weight * years[t], short) for (_, t), short in scenario.demands.short.items()]
        vector = self.matrix.vector(terms)
        self.unmet = max(0.0, float(vector @ values))
        self.matrix = self.matrix.with_row(*held_row(vector, self.unmet))

    # ------------------------------------------------------------ the ends

    def cheapest(self) -> Solved:
        """The objective least, then the value least at that objective."""
        outcomes = self._in_order(self.measure, self.against, None)
        return self._solved("cheapest", math.inf, outcomes, _bound(outcomes[0]), -math.inf)

    def tightest(self, start: np.ndarray | None) -> Solved:
        """The value least, then the objective least at that value."""
        outcomes = self._in_order(self.against, self.measure, start)
        first = outcomes[0]
        level = math.inf if first.values is None else self.problem.value(self.against, first.values)
        bound = _bound(outcomes[1]) if len(outcomes) > 1 else -math.inf
        return self._solved("tightest", level, outcomes, bound, _bound(first))

    def _in_order(self, first: str, second: str, start: np.ndarray | None) -> list[Outcome]:
        """Outcomes in the measures' own units."""
        scaled = [self._in_size(name) for name in (first, second)]
        outcomes = solved_in_order(self.matrix, [(v, c) for v, c, _ in scaled], self.options, start, self.progress)
        for outcome, (_, _, unit) in zip(outcomes, scaled, strict=False):
            outcome.bound = None if outcome.bound is None else outcome.bound * unit
        return outcomes

    def _in_size(self, measure: str) -> tuple[np.ndarray, float, float]:
        """A measure with coefficients of at most 1 where they are shares: an index in tonnes, not in hundred-thousandths,
        which the solver could not tell from nothing."""
        vector, constant = self.problem.vector(measure)
        unit = min(1.0, float(np.abs(vector).max(initial=0.0))) or 1.0
        return vector / unit, constant / unit, unit

    # ------------------------------------------------------------ between them

    def weigh(self, cheapest: Solved, lowest: float) -> None:
        """Sets the weight of the value: over the whole range it takes a tenth of the gap, of the least objective."""
        span = cheapest.value - lowest
        allowed = _SHARE * max(self.options.gap, _LEAST_GAP) * max(1e-6, abs(cheapest.objective))
        self.weight = allowed / span if span > 0 else 0.0

    def within(self, level: float, start: np.ndarray | None) -> Solved:
        """The least objective with the value at most `level`, and no plan equal in one and better in the other."""
        vector, constant = self.problem.vector(self.measure)
        held, base = self.problem.vector(self.against)
        matrix = self.matrix.with_row(*held_row(held, level - base)).aiming(
            vector + self.weight * held, constant + self.weight * (base - level)
        )
        options = replace(self.options, gap=(1 - _SHARE) * self.options.gap)
        outcome = Session(matrix, options, self.progress, start).solve()
        bound = math.inf if outcome.status is Status.INFEASIBLE else _bound(outcome)
        return self._solved("within", level, [outcome], bound, -math.inf)

    def _solved(self, role: str, level: float, outcomes: list[Outcome], bound: float, floor: float) -> Solved:
        """The last plan of several outcomes, with the status of the first that is not optimal."""
        last = next((o for o in reversed(outcomes) if o.values is not None), outcomes[0])
        status = next((o.status for o in outcomes if o.status is not Status.OPTIMAL), Status.OPTIMAL)
        seconds, values = sum(o.seconds for o in outcomes), last.values
        if values is None:
            return Solved(role, level, str(status), bound, floor, math.nan, math.nan, seconds, last)
        objective, value = (self.problem.value(m, values) for m in (self.measure, self.against))
        return Solved(role, level, str(status), min(bound, objective), floor, objective, value, seconds, last)


def _bound(outcome: Outcome) -> float:
    return -math.inf if outcome.bound is None else outcome.bound
