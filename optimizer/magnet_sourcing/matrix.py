"""From the programme of a model to the arrays HiGHS takes, without a file and without Pyomo's solver interfaces.

What stands in each column and row is kept for results and messages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from magnet_models.programme import Member, Programme

INFINITY = float("inf")

# Makes an array of floats of one that may be of objects; the name says which array of the programme it is.
Flat = Callable[[str, np.ndarray], np.ndarray]


def plain(name: str, numbers: np.ndarray) -> np.ndarray:
    return numbers.astype(float)


@dataclass(frozen=True)
class Matrix:
    """A mixed-integer linear programme: minimise cost.x + offset, row_lower <= A x <= row_upper, lower <= x <= upper."""

    variables: Sequence[Member]
    rows: Sequence[Member]
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

    def vector(self, terms: Iterable[tuple[float, int]], flat: Flat = plain, name: str = "") -> np.ndarray:
        """A linear sum as a dense vector over the columns. flat, name: see `to_matrix`."""
        from magnet_models.programme import Linear

        return flat(name, Linear.of(terms).dense(len(self.variables)))

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

    def relaxed(self) -> Matrix:
        """Without whole numbers."""
        return replace(self, whole=np.zeros(len(self.whole), dtype=bool))

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
        return replace(self, variables=[], rows=[])


def to_matrix(programme: Programme, flat: Flat = plain) -> Matrix:
    """The arrays of a programme.

    flat: what makes the arrays, each called by its field, so that numbers that are more than their value (`recording`)
    are seen before they become one.
    """
    from magnet_models.arithmetic import vector  # takes Pyomo with it: only when a model is there

    p = programme
    return Matrix(
        p.columns,
        p.rows,
        flat("cost", p.cost.dense(len(p.columns))),
        float(flat("offset", vector([p.constant]))[0]),
        flat("lower", p.lower.array),
        flat("upper", p.upper.array),
        p.whole.array.astype(bool),
        p.start.astype(np.int32),
        p.index.array.astype(np.int32),
        flat("value", p.value.array),
        flat("row_lower", p.row_lower.array),
        flat("row_upper", p.row_upper.array),
    )
