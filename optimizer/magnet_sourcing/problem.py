"""A case, or a case under scenarios, built once into arrays and solved as often as a study needs.

A study changes bounds, rows or the objective of `Problem.matrix` (see `Matrix`) and solves again; the Pyomo model is
not built a second time. A change of the case's numbers needs another problem.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from .case import Case
from .matrix import Flat, Matrix, plain
from .problems import CaseError
from .problems import Problem as Finding
from .scenarios import shows
from .session import Options, Outcome, Progress, Session, relative_gap

if TYPE_CHECKING:
    from magnet_models import Goal, Model

ALONE = "base"  # name of the one scenario of a case without scenarios
# How much worse than its best a held objective may get, relatively: what the solver itself cannot tell apart.
_HELD = 1e-7
# Largest coefficient of the row that holds it.
_LARGEST = 1e6


class Impossible(Exception):
    """No plan can exist: a row of the model cannot hold whatever is decided. The message says which."""


@dataclass(frozen=True)
class Wish:
    """What is asked of a plan besides the case.

    goal: objective (None: least expected cost). at_most: measure -> greatest expected value. china_price, china_cap:
    as in `solve`. adapt_from: year from which decisions wait until the future is known. foresight: operations know the
    future from the first period, not from the one in which it shows.
    """

    goal: Goal | None = None
    at_most: Mapping[str, float] = field(default_factory=dict)
    china_price: float = 0.0
    china_cap: Mapping[int, float] = field(default_factory=dict)
    adapt_from: int | None = None
    foresight: bool = False


class Problem:
    """The model of a case with its arrays, the futures it is about, and what was wished for.

    futures: scenario -> its case; of a case without scenarios, {'base': case}. measures: names that studies will ask
    for with `vector`. flat: see `to_matrix`; measures are arrays called 'measure NAME' and 'constant NAME'. relief:
    families of numbers that may give way (magnet_models.relief); their columns are in `model.relief`.
    Raises CaseError if the tables leave something open, Impossible if no plan can exist.
    """

    def __init__(
        self,
        case: Case,
        wish: Wish | None = None,
        probability: Mapping[str, float] | None = None,
        futures: Mapping[str, Case] | None = None,
        measures: Iterable[str] = ("cost",),
        flat: Flat | None = None,
        relief: Iterable[str] = (),
    ) -> None:
        from magnet_models import Contradiction, Refused, build  # Pyomo takes a second to import: only when solving
        from magnet_models.arithmetic import vector

        from .matrix import to_matrix

        self.case, self.wish = case, wish or Wish()
        self.futures: dict[str, Case] = dict(futures) if futures else {ALONE: case}
        self.probability: dict[str, float] = dict(probability) if probability else dict.fromkeys(self.futures, 1.0)
        wish = self.wish
        planned = case.resolved()  # also settles the settings
        try:
            self.model: Model = build(
                case.settings,
                {name: future.resolved() for name, future in self.futures.items()},
                self.probability,
                planned=planned,
                goal=wish.goal,
                at_most=wish.at_most,
                china_price=wish.china_price,
                china_cap=wish.china_cap,
                adapt_from=wish.adapt_from,
                measures=measures,
                relief=relief,
                shows=None if wish.foresight or futures is None else shows(case, self.futures),
            )
            sums = {name: self.model.expected(name) for name in dict.fromkeys(("cost", *measures))}
        except Contradiction as reason:
            raise Impossible(str(reason)) from reason
        except Refused as reason:
            raise CaseError([Finding("error", case.origin, "", "", str(reason))]) from reason
        flat = flat or plain
        self.matrix: Matrix = to_matrix(self.model.programme, flat)
        self._measures = {}
        for name, (constant, terms) in sums.items():
            fixed = flat(f"constant {name}", vector([constant]))
            self._measures[name] = (self.matrix.vector(terms, flat, f"measure {name}"), float(fixed[0]))

    # ------------------------------------------------------------ measures

    def vector(self, measure: str) -> tuple[np.ndarray, float]:
        """A measure's expected value as a dense vector over the columns, and a constant."""
        return self._measures[measure]

    def value(self, measure: str, values: np.ndarray) -> float:
        vector, constant = self._measures[measure]
        return float(vector @ values) + constant

    # ------------------------------------------------------------ decisions

    def decided(self) -> np.ndarray:
        """Columns of everything decided before the future is known."""
        return np.array(list(self.model.first.variables()), dtype=int)

    # ------------------------------------------------------------ solving

    def solve(
        self,
        options: Options,
        *,
        matrix: Matrix | None = None,
        then: Sequence[str] = (),
        prefer: bool = False,
        start: np.ndarray | None = None,
        progress: Callable[[Progress], None] | None = None,
    ) -> Outcome:
        """Solves the arrays as they are, or changed ones.

        then: measures made least one after the other, all earlier objectives held at what they reached; the outcome's
        objective, bound and status stay those of the first. prefer: among plans of equal objective, less exposure and
        fewer decisions. start: a plan to begin from.
        """
        matrix = matrix or self.matrix
        if not then:
            wanted = [self.model.exposure, self.model.decisions()] if prefer else []
            return Session(matrix, options, progress, start).solve([matrix.vector(terms) for terms in wanted if terms])
        objectives = [(matrix.cost, matrix.offset), *(self.vector(name) for name in then)]
        first, *later = solved_in_order(matrix, objectives, options, start, progress)
        if not later or later[-1].values is None:
            return first
        first.values = later[-1].values
        first.seconds += sum(o.seconds for o in later)
        first.objective = float(matrix.cost @ first.values) + matrix.offset
        first.gap = relative_gap(first.objective, first.bound)
        return first


def known_alone(case: Case, name: str, future: Case, wish: Wish) -> Problem:
    """The problem of one future that is known. What may be decided when is still as the case stands: a partner who is
    late is late, though it was known."""
    return Problem(case, replace(wish, adapt_from=None), {name: 1.0}, {name: future})


def decisions(problem: Problem, values: np.ndarray) -> dict[str, float]:
    """What is decided before the future is known, by the name of the variable; whole numbers exact."""
    columns = problem.decided()
    return {
        problem.matrix.variables[j].name: float(round(values[j]) if problem.matrix.whole[j] else values[j])
        for j in columns
    }


def hold(problem: Problem, decided: Mapping[str, float]) -> Matrix:
    """The arrays of a problem with its decisions held; what was not on offer when they were made is not done."""
    columns = problem.decided()
    return problem.matrix.held(columns, [decided.get(problem.matrix.variables[j].name, 0.0) for j in columns])


def solved_in_order(
    matrix: Matrix,
    objectives: Sequence[tuple[np.ndarray, float]],
    options: Options,
    start: np.ndarray | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> list[Outcome]:
    """Lexicographic: makes each objective (vector, constant) least with all earlier ones held at what they reached.

    Returns an outcome for each objective solved; the plan is that of the last one that has values. It ends early at
    the first solve without a plan. Held objectives may be worse than reached by a relative 1e-7.
    """
    outcomes: list[Outcome] = []
    for vector, constant in objectives:
        outcome = Session(matrix.aiming(vector, constant), options, progress, start).solve()
        outcomes.append(outcome)
        if outcome.values is None:
            return outcomes
        start = outcome.values
        matrix = matrix.with_row(*held_row(vector, float(vector @ outcome.values)))
    return outcomes


def held_row(vector: np.ndarray, most: float) -> tuple[np.ndarray, float, float]:
    """The row `vector.x <= most`, scaled to coefficients around 1 and with room for the solver's tolerance.

    HiGHS drops coefficients of a row up to 1e-9. Money spans more than that (a plant in billions, a subsidy's money in
    cents), so the row is scaled by the middle of its coefficients; the largest then comes to 1e6 at most.
    """
    sizes = np.abs(vector[vector != 0])
    unit = max(math.sqrt(sizes.min()) * math.sqrt(sizes.max()), float(sizes.max()) / _LARGEST) if len(sizes) else 1.0
    return vector / unit, -np.inf, (most + _HELD * max(1.0, abs(most))) / unit
