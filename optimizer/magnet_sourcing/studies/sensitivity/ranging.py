"""LP ranging: how far a single number may move before the way the plants are run, or what a tonne is worth, changes.

Valid only with every decision and every other whole number held, and for one number of one year at a time: what is
then left is a linear programme, whose optimal basis stays optimal over an interval of each cost and right-hand side
(Dantzig, Linear Programming and Extensions, 1963, chapter 12). An end that is shown was tried: the workbook's number
was set to it, and the cost moved in a straight line up to there.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ...case import Case
from ...changes import Change, changed
from ...matrix import Matrix
from ...problem import ALONE, Impossible, Problem
from ...problems import CaseError
from ...session import Options, Ranging, Session

# A straight line, relatively to the cost: what the solver itself cannot tell apart.
_STRAIGHT = 1e-7


@dataclass(frozen=True)
class Interval:
    """One number of one year, between whose ends the same basis stays optimal.

    kind: 'price' of an offer, 'capacity' of a facility, 'demand'. number: where it stands in the case. now, low, high: in
    its unit; infinite: no end. amount: tonnes bought, used or needed in that year. worth: what one unit more of the
    number adds to the discounted cost. confirmed: 'yes', or why not.
    """

    kind: str
    table: str
    name: str
    column: str
    year: int
    now: float
    low: float
    high: float
    amount: float
    worth: float
    confirmed: str = ""

    @property
    def where(self) -> str:
        return f"{ {'supplies': 'supply', 'facilities': 'facility', 'demands': 'demand'}[self.table] } = {self.name}"

    def change(self, value: float) -> Change:
        return Change(self.table, self.where, self.column, "set", value, self.year, self.year, "ranging")


@dataclass(frozen=True)
class Intervals:
    """Intervals found, and how many basic variables stand at a bound: with some, an end may come too early."""

    rows: tuple[Interval, ...] = ()
    degenerate: int = 0


def intervals(problem: Problem, values: np.ndarray, options: Options, most: int) -> Intervals:
    """The `most` largest of each kind: offers by what is spent, plants and demands by what a small share more is worth.

    values: of the plan whose decisions are held.
    """
    matrix = _unbounded(problem, _fixed(problem, values))
    session = Session(matrix, options)
    outcome = session.solve()
    if outcome.values is None or outcome.objective is None:
        return Intervals()
    found = session.ranging()
    rows: list[Interval] = []
    for kind in (_prices, _capacities, _demands):
        of_kind = [i for i in kind(problem, outcome.values, found) if i.worth and i.amount > 1e-6]
        rows += sorted(of_kind, key=lambda i: (-abs(i.worth * i.now), i.name, i.year))[:most]
    confirmed = [_confirmed(problem, values, i, outcome.objective, options) for i in rows]
    return Intervals(tuple(confirmed), found.degenerate)


def _fixed(problem: Problem, values: np.ndarray) -> Matrix:
    """Every decision and every whole number held: a linear programme."""
    decided, whole = problem.decided(), np.flatnonzero(problem.matrix.whole)
    held = problem.matrix.held(decided, values[decided]).held(whole, np.round(values[whole]))
    return replace(held, whole=np.zeros_like(held.whole))


def _unbounded(problem: Problem, matrix: Matrix) -> Matrix:
    """Without upper bounds that the rows of demand and of capacity imply: they would hide how far these may move."""
    upper = matrix.upper.copy()
    s = problem.model.scenarios[ALONE]
    for (f, p, _), run in s.facilities.run.items():
        operation = s.facilities.operation[f, p]
        if operation.usage > 0 and operation.limit is None:
            upper[run] = math.inf
    demands = s.demands
    for (d, t), deliver in demands.deliver.items():
        if (d, t) in demands.short:
            upper[deliver] = math.inf
            if demands.rows[d].min_service[t] == 0:
                upper[demands.short[d, t]] = math.inf
    return replace(matrix, upper=upper)


# ---------------------------------------------------------------- from columns and rows to the workbook's numbers


def _prices(problem: Problem, values: np.ndarray, found: Ranging) -> Iterator[Interval]:
    s = problem.model.scenarios[ALONE]
    for (name, t), buy in s.purchases.buy.items():
        j, weight = buy, s.data.horizon.weight[t]
        now = s.data.supply[name].price[t]
        low, high = (now + (end[j] - problem.matrix.cost[j]) / weight for end in (found.cost_low, found.cost_high))
        yield Interval("price", "supplies", name, "price", t, now, _not_below(low), high, values[j], weight * values[j])


def _capacities(problem: Problem, values: np.ndarray, found: Ranging) -> Iterator[Interval]:
    data = problem.model.scenarios[ALONE].data
    for i, (name, t) in _rows(problem, "capacity"):
        facility = data.facility[name]
        share = facility.availability[t]
        if facility.route or not share or problem.matrix.row_upper[i] <= 0:
            continue
        now = facility.capacity[t]
        low, high = (now + (end[i] - problem.matrix.row_upper[i]) / share for end in (found.side_low, found.side_high))
        yield Interval(
            "capacity", "facilities", name, "capacity", t, now, _not_below(low), high, now, found.duals[i] * share
        )


def _demands(problem: Problem, values: np.ndarray, found: Ranging) -> Iterator[Interval]:
    demands = problem.model.scenarios[ALONE].demands
    for i, (name, t) in _rows(problem, "demand"):
        if (name, t) in demands.short and 0 < demands.rows[name].min_service[t] < 1:
            continue  # what may be left unmet moves with the demand: not one right-hand side
        now = float(problem.matrix.row_upper[i])
        low, high = found.side_low[i], found.side_high[i]
        yield Interval("demand", "demands", name, "quantity", t, now, _not_below(low), high, now, found.duals[i])


def _rows(problem: Problem, family: str) -> Iterator[tuple[int, Any]]:
    for i, row in enumerate(problem.matrix.rows):
        if row.family == family:
            yield i, row.key


def _not_below(low: float) -> float:
    """No price, capacity or demand is below 0, so that is no end."""
    return low if low > 0 else -math.inf


# ---------------------------------------------------------------- trying the ends


def _confirmed(problem: Problem, values: np.ndarray, i: Interval, cost: float, options: Options) -> Interval:
    """Sets the workbook's number to each end: up to there the cost must move in a straight line."""
    for end in (i.low, i.high):
        if not math.isfinite(end):
            continue
        there = _cost_at(problem, values, i.change(end), options)
        if there is None:
            return replace(i, confirmed=f"no plan at {end:g}")
        if abs(there - cost - i.worth * (end - i.now)) > _STRAIGHT * max(1.0, abs(cost)):
            return replace(i, confirmed=f"no: at {end:g} other rows move too")
    return replace(i, confirmed="yes" if math.isfinite(i.low) or math.isfinite(i.high) else "no end to try")


def _cost_at(problem: Problem, values: np.ndarray, change: Change, options: Options) -> float | None:
    """Least cost of the changed case with the same decisions and whole numbers."""
    before: Case = problem.case
    plan = {v.name: x for v, x in zip(problem.matrix.variables, values, strict=True)}
    try:
        there = Problem(changed(before, [change], "ranging", decided=False))
    except (CaseError, Impossible):
        return None
    known = np.array([plan.get(v.name, 0.0) for v in there.matrix.variables])
    return Session(_fixed(there, known), options).solve().objective
