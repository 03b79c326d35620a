"""Operations that adapt to a shock while the decisions stand: what cannot be met, and what reserve would have met it.

Every solve has an order of aims instead of large penalties: first as little as possible of what must be met is left
undelivered, reserved demand before the rest; only then the least cost. Minima of contracts are given up last. The
reserve is found the same way: with shortages held at what they are without the shock, the fewest tonnes that have to
come from a store.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ...matrix import INFINITY, Matrix
from ...problem import Problem, solved_in_order
from ...session import Options, Outcome, Status

Key = tuple[str, int]  # demand, period
# Amounts (t) below this are the solver's noise.
NOISE = 1e-4


@dataclass(frozen=True)
class Field:
    """A problem with one future, its arrays with decisions (and what is past) held, and the scenario they speak of."""

    problem: Problem
    matrix: Matrix
    scenario: Any
    options: Options

    @property
    def periods(self) -> list[int]:
        found: list[int] = self.scenario.data.periods
        return found

    @property
    def years(self) -> dict[int, int]:
        found: dict[int, int] = self.scenario.data.horizon.years
        return found


@dataclass(frozen=True)
class Adapted:
    """How operations end up. values: of the problem's columns, None if nothing can be done. unmet: (demand, period)
    -> t/y not delivered. broken: something that must be met is not. forced: minima of contracts and plants had to be
    given up. outcome: of the solve for least cost."""

    outcome: Outcome
    values: np.ndarray | None
    unmet: Mapping[Key, float]
    broken: bool
    forced: bool
    cost: float | None


def held_before(field: Field, shows: int, past: Mapping[tuple[str, Any], float]) -> Matrix:
    """The field's arrays with every operation of the periods before a shock shows as it was in the calm.

    Excesses over a limit of the whole horizon bear its first year's name but are not of that year: they stay free.
    """
    from .plans import held_as_lived

    columns, values = [], []
    for name, key, variable in operations(field.scenario):
        period = key[-1] if isinstance(key, tuple) else key
        if period in field.years and period < shows and name not in ("violation", "violation_below"):
            columns.append(variable)
            values.append(past.get((name, key), 0.0))
    return held_as_lived(field.matrix, np.array(columns, dtype=int), np.array(values))


def operations(scenario: Any) -> Iterator[tuple[str, Any, Any]]:
    """Every variable of a scenario with its name and key."""
    from pyomo.environ import Var

    for var in scenario.block.component_objects(Var, descend_into=True):
        for key, column in var.place.items():
            yield var.local_name, key, column


# ---------------------------------------------------------------- adapting


def adapted(field: Field, matrix: Matrix, shows: int) -> Adapted:
    """The operations of least cost. Where something that must be met cannot be, those that come nearest to it; where
    even so the plan cannot go on, with leave to abandon what is stranded; and where not even so, without minima of
    contracts and plants from the shock on."""
    outcome = field.problem.solve(field.options, matrix=matrix)
    if outcome.status is not Status.INFEASIBLE:
        values = outcome.values
        unmet = {} if values is None else shortages(field, values)
        cost = None if values is None else field.problem.value("cost", values)
        return Adapted(outcome, values, unmet, False, False, cost)
    found = _nearest(field, matrix)
    if found.outcome.status is Status.INFEASIBLE:
        matrix = with_leave(field, matrix, shows)
        found = _nearest(field, matrix)
    if found.outcome.status is Status.INFEASIBLE:
        found = replace(_nearest(field, without_minima(field, matrix, shows)), forced=True)
    return found


def _nearest(field: Field, matrix: Matrix) -> Adapted:
    """As little as possible of what must be met undelivered, reserved demand first; then least cost."""
    must = [k for k in field.scenario.demands.deliver if _must_be_met(field, k)]
    eased, slack = with_slack(field, matrix, must)
    aims = [
        _tonnes(field, eased, {k: c for k, c in slack.items() if _reserved(field, k) is first}) for first in (True, False)
    ]
    aimed = [(vector, 0.0) for vector in aims if vector.any()]
    last = solved_in_order(eased, [*aimed, (eased.cost, eased.offset)], field.options)[-1]
    if last.values is None:
        return Adapted(last, None, {}, True, False, None)
    values = last.values[: len(matrix.cost)]
    unmet = shortages(field, values)
    missed = {k: x for k, c in slack.items() if (x := float(last.values[c])) > NOISE}
    for key, amount in missed.items():
        unmet[key] = unmet.get(key, 0.0) + amount
    return Adapted(last, values, unmet, bool(missed), False, field.problem.value("cost", values))


# Rows that ask for a minimum of a contract, a plant or a lane.
MINIMA = ("buy_least", "least_load", "quantity_least", "quantity_split", "supply_duty", "lane_least")


def without_minima(field: Field, matrix: Matrix, shows: int) -> Matrix:
    """Without the minima of every contract, plant and lane from a period on. Nothing is banked for the future then:
    excess over a minimum that nobody holds anyone to earns no credit."""
    lifted = [row for name in MINIMA for row in rows_of(field, name, shows)]
    closed = [v for (_, t), v in field.scenario.quantities.excess.items() if t >= shows]
    lower = matrix.row_lower.copy()
    lower[lifted] = -INFINITY
    return replace(matrix.within(closed, 0.0, 0.0), row_lower=lower)


def with_leave(field: Field, matrix: Matrix, shows: int) -> Matrix:
    """With leave to abandon from a period on what cannot be disposed of: what was under way when its user stopped.

    So that it is a last resort, a tonne counts in the objective (not in the cost that is reported) as much as the
    dearest tonne of the case: the greatest penalty on shortage, value of a material or price of an offer.
    """
    price, horizon = _dearest(field), field.scenario.data.horizon
    cost, offset, upper = matrix.cost.copy(), matrix.offset, matrix.row_upper.copy()
    for row, t in _stranding(field, matrix, shows):
        weight = price * horizon.weight[t] * horizon.escalation[t]
        at = slice(matrix.start[row], matrix.start[row + 1])
        np.add.at(cost, matrix.index[at], weight * matrix.value[at])
        offset -= weight * matrix.row_lower[row]
        upper[row] = INFINITY
    return replace(matrix, cost=cost, offset=offset, row_upper=upper)


def abandoned(field: Field, matrix: Matrix, shows: int, values: np.ndarray) -> float:
    """Tonnes over the horizon that operations make use of such leave for; `matrix` is the one before it was given."""
    total = 0.0
    for row, t in _stranding(field, matrix, shows):
        at = slice(matrix.start[row], matrix.start[row + 1])
        total += field.years[t] * (float(matrix.value[at] @ values[matrix.index[at]]) - matrix.row_lower[row])
    return total


def _stranding(field: Field, matrix: Matrix, shows: int) -> list[tuple[int, int]]:
    """Row and period of the balances from a period on of materials that cannot be disposed of."""
    materials = field.scenario.data.material
    found = [
        (row, t)
        for (_, m, t), row in field.scenario.block.balance.place.items()
        if t >= shows and materials[m].disposal_cost is None
    ]
    return [(row, t) for row, t in found if matrix.row_lower[row] > -INFINITY]


def _dearest(field: Field) -> float:
    """The greatest penalty, value or price of the case, money/t."""
    tables = field.scenario.data.tables
    named = (("demands", "penalty"), ("materials", "value"), ("supplies", "price"))
    columns = [row[column] for table, column in named for row in tables[table] if row[column] is not None]
    return max((abs(x) for by_period in columns for x in by_period.values()), default=1.0)


def without_cap(field: Field, matrix: Matrix, periods: Collection[int]) -> Matrix:
    """Without the cap on the dependence index in some periods."""
    upper = matrix.row_upper.copy()
    upper[[row for t in periods for row in rows_of(field, "index_cap", t, t)]] = INFINITY
    return replace(matrix, row_upper=upper)


def rows_of(field: Field, name: str, first: int, last: float = INFINITY) -> list[int]:
    """Places of a constraint's rows from a period to another; none if the model does not have it."""
    rows = field.scenario.block.component(name)
    return [
        row
        for key, row in (rows.place.items() if rows is not None else ())
        if first <= (key[-1] if isinstance(key, tuple) else key) <= last
    ]


def shortages(field: Field, values: np.ndarray) -> dict[Key, float]:
    """t/y not delivered, where it is more than noise."""
    found = {k: float(values[v]) for k, v in field.scenario.demands.short.items()}
    return {k: x for k, x in found.items() if x > NOISE}


def _must_be_met(field: Field, key: Key) -> bool:
    """Whether the tables allow less than all of it to go short."""
    row = field.scenario.demands.rows[key[0]]
    return row.penalty is None or row.min_service[key[1]] > 0


def _reserved(field: Field, key: Key) -> bool:
    return bool(field.scenario.demands.rows[key[0]].reserved)


def with_slack(field: Field, matrix: Matrix, keys: list[Key]) -> tuple[Matrix, dict[Key, int]]:
    """Lets what is delivered, short and taken from outside add up to each demand: `deliver + short + slack >= needed`.

    Returns the arrays and the column of each slack (t/y).
    """
    eased, columns = matrix.with_columns(len(keys), INFINITY, False)
    slack = dict(zip(keys, (int(c) for c in columns), strict=True))
    lower = eased.row_lower.copy()
    demands = field.scenario.demands
    rows = []
    for key in keys:
        lower[field.scenario.block.demand.place[key]] = -INFINITY
        vector = np.zeros(len(eased.cost))
        for members in (demands.deliver, demands.short):
            if key in members:
                vector[members[key]] = 1.0
        vector[slack[key]] = 1.0
        rows.append((vector, field.scenario.data.needed(demands.rows[key[0]], key[1])))
    eased = replace(eased, row_lower=lower)
    for vector, needed in rows:
        eased = eased.with_row(vector, needed, INFINITY)
    return eased, slack


def _tonnes(field: Field, matrix: Matrix, columns: Mapping[Key, int]) -> np.ndarray:
    """The sum over the horizon of some slacks, t."""
    vector = np.zeros(len(matrix.cost))
    for (_, t), column in columns.items():
        vector[column] = field.years[t]
    return vector


# ---------------------------------------------------------------- the reserve that would have covered it


def reserve(
    field: Field, matrix: Matrix, shows: int, calm: Mapping[Key, float]
) -> tuple[dict[tuple[str, str], float] | None, str]:
    """(material, location) -> fewest tonnes at hand in the market when the shock shows, without loss while they wait,
    with which no demand of any period is shorter than in the calm; None, and why, if no reserve does that.

    Whatever else helps to deliver is done first, at any price.
    """
    keys = [k for k in field.scenario.demands.deliver if k[1] >= shows]
    eased, slack = with_slack(field, matrix, keys)
    for key in keys:
        if key in field.scenario.demands.short:
            short = field.scenario.demands.short[key]
            eased = eased.within([short], 0.0, max(0.0, calm.get(key, 0.0)))
    wanted = _tonnes(field, eased, slack)
    outcome = solved_in_order(eased, [(wanted, 0.0)], field.options)[-1]
    if outcome.values is None:
        return None, f"no reserve of what is demanded covers it ({outcome.status})"
    found: dict[tuple[str, str], float] = {}
    for (d, t), column in slack.items():
        if outcome.values[column] > NOISE:
            row = field.scenario.demands.rows[d]
            place = (row.material, row.location)
            found[place] = found.get(place, 0.0) + float(outcome.values[column]) * field.years[t]
    return found, ""
