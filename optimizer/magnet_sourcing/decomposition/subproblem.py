"""One scenario's model, solved four ways: by itself, hedged, priced, and with the common decisions held.

Common decisions are counted in units of their own size, so that one is comparable with another and
their squares do not spoil the numbers. Solving is `Session`'s: a bound is what HiGHS proved, never a plan's cost.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import highspy
import numpy as np

from ..loaded import Loaded
from ..matrix import Matrix, to_matrix
from ..session import Outcome, Session, Status

if TYPE_CHECKING:
    from .clock import Clock
    from .request import Request


@dataclass(frozen=True)
class Known:
    """A scenario by itself. cost: the measure of its best plan. least: no plan of it has less. bound: the same of the
    objective. rest: least that the objective counts beside the measure."""

    status: Status
    values: np.ndarray | None
    cost: float
    least: float
    bound: float
    rest: float
    detail: str = ""


class Plane(NamedTuple):
    """A scenario's objective is at least height + slope.x, wherever the common decisions x are."""

    height: float
    slope: np.ndarray


class Held(NamedTuple):
    """A scenario with its common decisions held: the measure and the rest (see `measured`), and a plane that holds its
    objective from below, if one follows."""

    cost: float
    rest: float
    plane: Plane | None


class Subproblem:
    """The model of one scenario as arrays."""

    def __init__(self, name: str, request: Request, clock: Clock) -> None:
        from magnet_models import Goal
        from magnet_models.creator import scenario_model, shared

        self.name, self._clock = name, clock
        goal = request.goal or Goal()
        model, first = scenario_model(
            request.settings,
            name,
            request.scenarios[name],
            planned=request.planned,
            timing=request.timing,
            goal=goal,
            china_price=request.china_price,
            china_cap=request.china_cap,
            adapt_from=request.adapt_from,
        )
        matrix = to_matrix(model.programme)
        self.names: list[str] = [matrix.variables[j].name for j in first]
        self.first = np.array(first, dtype=int)
        self.has_shared = bool(shared(model))
        self._constant, terms = model.sums(goal.measure)[name]
        self._measure = matrix.vector(terms)
        self._other = request.china_price * matrix.vector(model.exposure)
        # What one unit of the shared variable is worth, in the money (or measure) all scenarios count in.
        weight = goal.beta if goal.aim == "expected" else 1.0
        self.unit = float(matrix.cost[self.first[-1]]) / weight if self.has_shared else 1.0
        self.matrix: Matrix = matrix.bare()
        self._hedged: Matrix | None = None
        self._square: dict[int, int] = {}
        self._last: np.ndarray | None = None
        self._linear: Loaded | None = None
        self._basis: dict[str, highspy.HighsBasis] = {}

    # ------------------------------------------------------------ by itself

    def known(self) -> Known:
        """Its best plan if this future were certain."""
        outcome = self._solve(self._alone(self.matrix))
        if outcome.values is None or outcome.bound is None:
            return Known(outcome.status, None, 0.0, 0.0, 0.0, 0.0, outcome.detail)
        bound = least = outcome.bound
        rest = 0.0
        if self._other.any():
            only = self._solve(self.matrix.aiming(self._measure, self._constant))
            least = -np.inf if only.bound is None else only.bound
            rest = _smallest(self._other, self.matrix)
        self._last = outcome.values
        return Known(outcome.status, outcome.values, self.measured(outcome.values)[0], least, bound, rest)

    def _alone(self, matrix: Matrix) -> Matrix:
        """Aiming at the measure and what else is counted, without the shared variable."""
        return matrix.aiming(self._measure + self._other, self._constant)

    def measured(self, values: np.ndarray) -> tuple[float, float]:
        """The measure, and what the objective counts beside it."""
        return float(self._measure @ values) + self._constant, float(self._other @ values)

    # ------------------------------------------------------------ units

    def whole(self) -> np.ndarray:
        return self.matrix.whole[self.first]

    def bounds(self) -> tuple[np.ndarray, np.ndarray]:
        return self.matrix.lower[self.first], self.matrix.upper[self.first]

    def cost(self) -> np.ndarray:
        """What the common decisions cost in this scenario's objective."""
        return self.matrix.cost[self.first]

    def units_of_shared(self) -> np.ndarray:
        """What one unit of each common decision is in all scenarios' terms: 1, but for the shared variable."""
        unit = np.ones(len(self.first))
        unit[-1:] = self.unit
        return unit

    def counted_in(self, size: np.ndarray) -> None:
        """From here on each common decision is counted in units of this size."""
        factor = np.ones(len(self.matrix.cost))
        factor[self.first] = size
        self._measure, self._other = self._measure * factor, self._other * factor
        self.matrix = replace(
            self.matrix,
            cost=self.matrix.cost * factor,
            value=self.matrix.value * factor[self.matrix.index],
            lower=self.matrix.lower / factor,
            upper=self.matrix.upper / factor,
        )
        if self._last is not None:
            self._last = self._last / factor

    def share_within(self, lower: float, upper: float) -> None:
        """Bounds of the shared variable of the aim, in the units it is counted in."""
        self.matrix = self.matrix.within(self.first[-1:], lower, upper)

    # ------------------------------------------------------------ hedged

    def hedged(self, linear: Mapping[int, float], square: Mapping[int, float], cuts: list[Cut]) -> np.ndarray | None:
        """The common decisions that are best with these costs on them (`linear`) and on their squares (`square`).

        A square is a column that `cuts` hold above the tangents given so far. None if nothing was found in time.
        """
        matrix = self._with_cuts(cuts)
        cost = matrix.cost.copy()
        for i, c in linear.items():
            cost[self.first[i]] = c
        for i, c in square.items():
            if i in self._square:
                cost[self._square[i]] = c
        start = None
        if self._last is not None:
            squares = np.array([self._last[self.first[i]] ** 2 for i in self._square])
            start = np.append(self._last, squares)
        outcome = self._solve(matrix.aiming(cost), start)
        if outcome.values is None:
            return None
        self._last = outcome.values[: len(self.matrix.cost)]
        return self._last[self.first]

    def squares(self, values: np.ndarray) -> dict[int, float]:
        """Values of the squares at given common decisions, as the cuts so far have them at least."""
        return {i: float(values[i] ** 2) for i in self._square}

    def _with_cuts(self, cuts: list[Cut]) -> Matrix:
        matrix = self._hedged or self.matrix
        for i in sorted({cut.decision for cut in cuts} - set(self._square)):
            matrix, at = matrix.with_columns(1, np.inf, False)
            self._square[i] = int(at[0])
        for cut in cuts:
            row = np.zeros(len(matrix.cost))
            row[self._square[cut.decision]], row[self.first[cut.decision]] = 1.0, -cut.slope
            matrix = matrix.with_row(row, cut.least, np.inf)
        self._hedged = matrix
        return matrix

    # ------------------------------------------------------------ priced, completed, held

    def priced(self, weights: np.ndarray) -> tuple[float, np.ndarray] | None:
        """A proven lower bound on the objective with prices on the common decisions, and the decisions that were best.

        None if the solve did not end: what it has proved by then is weak.
        """
        cost = self.matrix.cost.copy()
        cost[self.first] += weights
        outcome = self._solve(self.matrix.aiming(cost, self.matrix.offset), self._last)
        if outcome.status is not Status.OPTIMAL or outcome.bound is None or outcome.values is None:
            return None
        return outcome.bound, outcome.values[self.first]

    def priced_roughly(self, weights: np.ndarray) -> tuple[float, np.ndarray] | None:
        """As `priced`, with fractions of whole numbers allowed: a weaker bound in a small part of the time, since each
        solve begins at the end of the one before."""
        cost = self.matrix.cost.copy()
        cost[self.first] += weights
        outcome = self._solve_roughly(self.matrix.aiming(cost, self.matrix.offset), "priced")
        if outcome.status is not Status.OPTIMAL or outcome.bound is None or outcome.values is None:
            return None
        return outcome.bound, outcome.values[self.first]

    def completed(self, wished: np.ndarray) -> np.ndarray | None:
        """Common decisions with whole numbers as wished and the others as this scenario likes them; or None."""
        whole = self.whole()
        matrix = self.matrix.held(self.first[whole], np.round(wished[whole]))
        outcome = self._solve(matrix)
        return None if outcome.values is None else outcome.values[self.first]

    def held(self, held: np.ndarray, shared: float | None = None) -> Held | None:
        """What it costs with the common decisions held; None if they cannot be.

        shared: a value the shared variable of the aim is held at, too; otherwise the scenario does its best alone.
        """
        own = self.first[:-1] if self.has_shared else self.first
        matrix = self.matrix.held(own, held[: len(own)])
        matrix = self._alone(matrix) if shared is None else matrix.held(self.first[-1:], shared)
        outcome = self._solve_roughly(matrix, "held")
        if outcome.values is None:
            return None
        plane = None
        if outcome.status is Status.OPTIMAL and outcome.bound is not None and not self.has_shared:
            slope = self._linear.duals().columns[self.first]  # type: ignore[union-attr]
            plane = Plane(outcome.bound - float(slope @ held), slope)
        values, found = outcome.values, outcome.values[matrix.whole]
        if not (found == np.round(found)).all():  # mostly they come out whole, and no search is needed
            whole = self._solve(matrix, close=True).values
            if whole is None:
                return None
            values = whole
        return Held(*self.measured(values), plane)

    def _solve_roughly(self, matrix: Matrix, kind: str) -> Outcome:
        """With fractions allowed, from the basis of the last such solve of the same kind."""
        matrix = matrix.relaxed()
        if self._linear is None:
            self._linear = Loaded(matrix, self._clock.options())
        self._linear.begin(matrix, basis=self._basis.get(kind))
        outcome = self._linear.solve()
        if outcome.status is Status.OPTIMAL:
            self._basis[kind] = self._linear.basis
        self._clock.saw(outcome)
        return outcome

    def _solve(self, matrix: Matrix, start: np.ndarray | None = None, close: bool = False) -> Outcome:
        outcome = Session(matrix, self._clock.options(close), start=start).solve()
        self._clock.saw(outcome)
        return outcome


@dataclass(frozen=True)
class Cut:
    """square of a decision - slope * decision >= least"""

    decision: int
    slope: float
    least: float


def _smallest(vector: np.ndarray, matrix: Matrix) -> float:
    """Least value of a sum within the bounds of its columns."""
    at = np.flatnonzero(vector)
    ends = np.where(vector[at] > 0, matrix.lower[at], matrix.upper[at])
    return float(vector[at] @ ends)
