"""Operations that adapt to a shock while the decisions stand: what cannot be met, and what reserve would have met it.

Every solve has an order of aims instead of large penalties: first as little as possible of what must be met is left
undelivered, reserved demand before the rest; only then the least cost. The reserve is found the same way: with
shortages held at what they are without the shock, the fewest tonnes that have to come from a store.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..matrix import INFINITY, Matrix
from ..problem import Problem, solved_in_order
from ..session import Options, Outcome, Status

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
    -> t/y not delivered. broken: something that must be met is not. outcome: of the solve for least cost."""

    outcome: Outcome
    values: np.ndarray | None
    unmet: Mapping[Key, float]
    broken: bool
    cost: float | None


def held_before(field: Field, shows: int, past: Mapping[tuple[str, Any], float]) -> Matrix:
    """The field's arrays with every operation of the periods before a shock shows as it was in the calm.

    Excesses over a limit of the whole horizon bear its first year's name but are not of that year: they stay free.
    """
    from .stress_plans import held_as_lived

    columns, values = [], []
    for name, key, variable in operations(field.scenario):
        period = key[-1] if isinstance(key, tuple) else key
        if period in field.years and period < shows and name not in ("violation", "violation_below"):
            columns.append(field.matrix.column_of(variable))
            values.append(past.get((name, key), 0.0))
    return held_as_lived(field.matrix, np.array(columns, dtype=int), np.array(values))


def operations(scenario: Any) -> Iterator[tuple[str, Any, Any]]:
    """Every variable of a scenario with its name and key."""
    from pyomo.environ import Var

    for var in scenario.block.component_objects(Var, descend_into=True):
        for key, member in var.items():
            yield var.local_name, key, member


# ---------------------------------------------------------------- adapting


def adapted(field: Field, matrix: Matrix | None = None) -> Adapted:
    """The operations of least cost; where something that must be met cannot be, those that come nearest to it."""
    matrix = field.matrix if matrix is None else matrix
    outcome = field.problem.solve(field.options, matrix=matrix)
    if outcome.status is not Status.INFEASIBLE:
        values = outcome.values
        unmet = {} if values is None else shortages(field, values)
        return Adapted(outcome, values, unmet, False, None if values is None else field.problem.value("cost", values))
    must = [k for k in field.scenario.demands.deliver if _must_be_met(field, k)]
    eased, slack = with_slack(field, matrix, must)
    aims = [
        _tonnes(field, eased, {k: c for k, c in slack.items() if _reserved(field, k) is first}) for first in (True, False)
    ]
    aimed = [(vector, 0.0) for vector in aims if vector.any()]
    last = solved_in_order(eased, [*aimed, (eased.cost, eased.offset)], field.options)[-1]
    if last.values is None:
        return Adapted(last, None, {}, True, None)
    values = last.values[: len(matrix.cost)]
    unmet = shortages(field, values)
    for key, column in slack.items():
        if last.values[column] > NOISE:
            unmet[key] = unmet.get(key, 0.0) + float(last.values[column])
    broken = any(last.values[c] > NOISE for c in slack.values())
    return Adapted(last, values, unmet, broken, field.problem.value("cost", values))


def shortages(field: Field, values: np.ndarray) -> dict[Key, float]:
    """t/y not delivered, where it is more than noise."""
    found = {k: float(values[field.matrix.column_of(v)]) for k, v in field.scenario.demands.short.items()}
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
    row_of = {id(row): i for i, row in enumerate(matrix.rows)}
    lower = eased.row_lower.copy()
    demands = field.scenario.demands
    rows = []
    for key in keys:
        lower[row_of[id(field.scenario.block.demand[key])]] = -INFINITY
        vector = np.zeros(len(eased.cost))
        for members in (demands.deliver, demands.short):
            if key in members:
                vector[matrix.column_of(members[key])] = 1.0
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
            short = matrix.column_of(field.scenario.demands.short[key])
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
