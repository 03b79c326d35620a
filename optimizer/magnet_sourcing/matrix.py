"""From a Pyomo model of linear rows to the arrays HiGHS takes, without a file and without Pyomo's solver interfaces.

Every row of `magnet_models` is one `LinearExpression`, so its coefficients can be copied as they stand. The maps back
(column of a variable, name of a row) are kept for results and messages.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

INFINITY = float("inf")

# Makes an array of a list of numbers; the name says which array of the programme it is.
Flat = Callable[[str, list[float]], np.ndarray]


def plain(name: str, numbers: list[float]) -> np.ndarray:
    return np.array(numbers, dtype=float)


@dataclass(frozen=True)
class Matrix:
    """A mixed-integer linear programme: minimise cost.x + offset, row_lower <= A x <= row_upper, lower <= x <= upper."""

    variables: list[Any]
    rows: list[Any]
    cost: np.ndarray
    offset: float
    lower: np.ndarray
    upper: np.ndarray
    whole: np.ndarray
    start: np.ndarray
    index: np.ndarray
    value: np.ndarray
    row_lower: np.ndarray
    row_upper: np.ndarray
    column: dict[int, int]

    def column_of(self, variable: Any) -> int:
        return self.column[id(variable)]

    def vector(self, terms: list[tuple[float, Any]], flat: Flat = plain, name: str = "") -> np.ndarray:
        """A linear sum as a dense vector over the columns. flat, name: see `to_matrix`."""
        dense = [0.0] * len(self.variables)
        for c, v in terms:
            dense[self.column[id(v)]] += c
        return flat(name, dense)

    # ------------------------------------------------------------ the same programme, changed

    def aiming(self, cost: np.ndarray, offset: float = 0.0) -> Matrix:
        """With another objective."""
        return replace(self, cost=cost, offset=offset)

    def within(self, columns: Sequence[int] | np.ndarray, lower: Any, upper: Any) -> Matrix:
        """With tighter bounds on some columns; bounds already there stay where they are tighter."""
        low, high = self.lower.copy(), self.upper.copy()
        low[columns] = np.maximum(low[columns], lower)
        high[columns] = np.minimum(high[columns], upper)
        return replace(self, lower=low, upper=high)

    def held(self, columns: Sequence[int] | np.ndarray, values: Any) -> Matrix:
        """With some columns at given values, whatever their bounds."""
        low, high = self.lower.copy(), self.upper.copy()
        low[columns] = high[columns] = values
        return replace(self, lower=low, upper=high)

    def with_row(self, vector: np.ndarray, lower: float, upper: float) -> Matrix:
        """With one more row, lower <= vector.x <= upper."""
        at = np.flatnonzero(vector)
        return replace(
            self,
            start=np.append(self.start, self.start[-1] + len(at)).astype(np.int32),
            index=np.append(self.index, at).astype(np.int32),
            value=np.append(self.value, vector[at]),
            row_lower=np.append(self.row_lower, lower),
            row_upper=np.append(self.row_upper, upper),
        )

    def with_columns(self, count: int, upper: float, whole: bool) -> tuple[Matrix, np.ndarray]:
        """With columns added that no row holds yet, from 0 to `upper`; and where they stand."""
        old = len(self.cost)
        added = replace(
            self,
            cost=np.append(self.cost, np.zeros(count)),
            lower=np.append(self.lower, np.zeros(count)),
            upper=np.append(self.upper, np.full(count, upper)),
            whole=np.append(self.whole, np.full(count, whole)),
        )
        return added, np.arange(old, old + count)

    def bare(self) -> Matrix:
        """Without the maps to the model, so that it can be handed to another process."""
        return replace(self, variables=[], rows=[], column={})


def to_matrix(model: Any, flat: Flat = plain) -> Matrix:
    """Copies the active variables, rows and objective of a linear Pyomo model.

    flat: what makes the arrays, each called by its field, so that numbers that are more than their value (`recording`)
    are seen before they become one.
    """
    from pyomo.environ import Constraint, Objective, Var  # takes a second: only where a model is there anyway

    variables = list(model.component_data_objects(Var, active=True, sort=False))
    column = {id(v): j for j, v in enumerate(variables)}
    rows = list(model.component_data_objects(Constraint, active=True, sort=False))
    start, index, value, row_lower, row_upper = [0], [], [], [], []
    for row in rows:
        lower, body, upper = row.to_bounded_expression()
        index += [column[id(v)] for v in body.linear_vars]
        value += body.linear_coefs
        start.append(len(index))
        row_lower.append(-INFINITY if lower is None else lower)
        row_upper.append(INFINITY if upper is None else upper)
    objective = next(model.component_data_objects(Objective, active=True)).expr
    cost = [0.0] * len(variables)
    for c, v in zip(objective.linear_coefs, objective.linear_vars, strict=True):
        cost[column[id(v)]] += c
    return Matrix(
        variables,
        rows,
        flat("cost", cost),
        float(flat("offset", [objective.constant])[0]),
        flat("lower", [_bound(v.lower, -INFINITY) for v in variables]),
        flat("upper", [_bound(v.upper, INFINITY) for v in variables]),
        np.array([not v.is_continuous() for v in variables], dtype=bool),
        np.array(start, dtype=np.int32),
        np.array(index, dtype=np.int32),
        flat("value", value),
        flat("row_lower", row_lower),
        flat("row_upper", row_upper),
        column,
    )


def _bound(bound: Any, none: float) -> Any:
    """A bound as it was set; `lb` and `ub` of a variable would look at it and lose what more it is than its value."""
    return none if bound is None else bound if isinstance(bound, (float, int)) else bound()
