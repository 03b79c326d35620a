"""The mixed-integer linear programme the pieces of the model write into, as flat lists.

A variable is the number of its column from the moment it is added, and a row is copied where it stands: nothing is
collected again when the model is handed to a solver. The Pyomo components of `components` show the same programme.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from pyomo.core.base.component_namer import index_repr

INFINITY = float("inf")


class Member(NamedTuple):
    """One variable or row: the component it belongs to, and its key there."""

    component: Any
    key: Any

    @property
    def family(self) -> str:
        """Name of the component in its block, such as 'run' or 'balance'."""
        return str(self.component.local_name)

    @property
    def name(self) -> str:
        """Name in the whole model, such as 'scenario[base].run[mill,crush,2030]'."""
        return f"{self.component.name}{index_repr(self.key)}"


class Members(Sequence[Member]):
    """What stands in each place, column by column or row by row."""

    def __init__(self) -> None:
        self._components: list[Any] = []
        self._keys: list[Any] = []

    def add(self, component: Any, keys: Sequence[Any]) -> None:
        self._components += [component] * len(keys)
        self._keys += keys

    def __len__(self) -> int:
        return len(self._keys)

    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, slice):
            return [self[i] for i in range(*place.indices(len(self)))]
        return Member(self._components[place], self._keys[place])

    def __iter__(self) -> Iterator[Member]:
        return map(Member, self._components, self._keys)


class Programme:
    """minimise sum cost + constant, row_lower <= sum value * column <= row_upper, lower <= column <= upper.

    Row i has the entries `start[i]` to `start[i + 1]` of `index` and `value`. Numbers are kept as they are given, also
    those that are more than their value (`magnet_sourcing.recording`).
    """

    def __init__(self) -> None:
        self.columns, self.rows = Members(), Members()
        self.lower: list[float] = []
        self.upper: list[float] = []
        self.whole: list[bool] = []
        self.start: list[int] = [0]
        self.index: list[int] = []
        self.value: list[float] = []
        self.row_lower: list[float] = []
        self.row_upper: list[float] = []
        self.cost: list[tuple[float, int]] = []
        self.constant: float = 0.0

    def add_columns(
        self, component: Any, keys: Sequence[Any], lower: Iterable[float], upper: Iterable[float], whole: bool
    ) -> range:
        """Adds variables; returns their columns."""
        first = len(self.lower)
        self.columns.add(component, keys)
        self.lower += lower
        self.upper += upper
        added = range(first, first + len(keys))
        self.whole += [whole] * len(keys)
        assert len(self.lower) == len(self.upper) == len(self.whole)
        return added

    def row(self, place: int) -> tuple[list[int], list[float]]:
        """Columns and coefficients of a row."""
        at = slice(self.start[place], self.start[place + 1])
        return self.index[at], self.value[at]
