"""The mixed-integer linear programme the pieces of the model write into, as arrays.

A variable is the number of its column from the moment it is added, and a row is copied where it stands: nothing is
collected again when the model is handed to a solver. The Pyomo components of `components` show the same programme.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from pyomo.core.base.component_namer import index_repr

from .arithmetic import matters, vector

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
        self._first: list[int] = []  # place of the first of each component's members
        self._parts: list[tuple[Any, Sequence[Any]]] = []
        self._length = 0

    def add(self, component: Any, keys: Sequence[Any]) -> None:
        if len(keys):
            self._first.append(self._length)
            self._parts.append((component, keys))
            self._length += len(keys)

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, slice):
            return [self[i] for i in range(*place.indices(len(self)))]
        place = range(self._length)[place]
        part = bisect_right(self._first, place) - 1
        component, keys = self._parts[part]
        return Member(component, keys[place - self._first[part]])

    def __iter__(self) -> Iterator[Member]:
        for component, keys in self._parts:
            for key in keys:
                yield Member(component, key)


class Numbers:
    """Numbers that are added piece by piece, and read as one array."""

    def __init__(self) -> None:
        self._parts: list[np.ndarray] = []
        self._length = 0

    def add(self, numbers: Sequence[float] | np.ndarray) -> None:
        if len(numbers):
            self._parts.append(numbers if isinstance(numbers, np.ndarray) else vector(numbers))
            self._length += len(numbers)

    def __len__(self) -> int:
        return self._length

    @property
    def array(self) -> np.ndarray:
        """All of them; of objects if any is more than its value."""
        if len(self._parts) != 1:
            self._parts = [np.concatenate(self._parts) if self._parts else np.zeros(0)]
        return self._parts[0]

    def __getitem__(self, place: Any) -> Any:
        return self.array[place]


class Linear(Sequence[tuple[float, int]]):
    """A sum of many terms (coefficient, variable) as two arrays."""

    def __init__(self, values: np.ndarray, columns: np.ndarray) -> None:
        self.values, self.columns = values, columns

    @classmethod
    def of(cls, terms: Iterable[tuple[float, int]]) -> Linear:
        """These terms; taken over if they are arrays already."""
        if isinstance(terms, Linear):
            return terms
        terms = list(terms)
        return cls(vector([c for c, _ in terms]), np.array([v for _, v in terms], dtype=np.int64))

    @classmethod
    def joined(cls, *sums: Iterable[tuple[float, int]]) -> Linear:
        """The terms of all sums, one sum after the other."""
        parts = [cls.of(terms) for terms in sums]
        if not parts:
            return cls.of([])
        return cls(np.concatenate([x.values for x in parts]), np.concatenate([x.columns for x in parts]))

    def times(self, factor: float) -> Linear:
        """The sum times a factor; nothing when the factor is 0."""
        if not matters(factor):
            return Linear.of([])
        # The factor as an array: as a number numpy would take its value, even where it is more than that.
        return Linear(vector([factor]) * self.values, self.columns)

    def __len__(self) -> int:
        return len(self.columns)

    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, slice):
            return Linear(self.values[place], self.columns[place])
        return self.values[place], int(self.columns[place])

    def __iter__(self) -> Iterator[tuple[float, int]]:
        return zip(self.values.tolist(), self.columns.tolist(), strict=True)

    def dense(self, length: int) -> np.ndarray:
        """The coefficient of each of so many variables."""
        if self.values.dtype != object:
            return np.bincount(self.columns, self.values, length)
        found: list[float] = [0.0] * length
        for c, v in self:
            found[v] += c
        return vector(found)


class Programme:
    """minimise sum cost + constant, row_lower <= sum value * column <= row_upper, lower <= column <= upper.

    Row i has the entries `start[i]` to `start[i + 1]` of `index` and `value`. Numbers are kept as they are given, also
    those that are more than their value (`magnet_sourcing.recording`).
    """

    def __init__(self) -> None:
        self.columns, self.rows = Members(), Members()
        self.lower, self.upper, self.whole = Numbers(), Numbers(), Numbers()
        self.length, self.index, self.value = Numbers(), Numbers(), Numbers()
        self.row_lower, self.row_upper = Numbers(), Numbers()
        self.cost = Linear.of([])
        self.constant: float = 0.0

    def add_columns(
        self,
        component: Any,
        keys: Sequence[Any],
        lower: Sequence[float] | np.ndarray,
        upper: Sequence[float] | np.ndarray,
        whole: bool,
    ) -> range:
        """Adds variables; returns their columns."""
        assert len(keys) == len(lower) == len(upper)
        first = len(self.columns)
        self.columns.add(component, keys)
        self.lower.add(lower)
        self.upper.add(upper)
        self.whole.add(np.full(len(keys), whole))
        return range(first, first + len(keys))

    def add_rows(
        self,
        component: Any,
        keys: Sequence[Any],
        length: Sequence[int] | np.ndarray,
        index: Sequence[int] | np.ndarray,
        value: Sequence[float] | np.ndarray,
        lower: Sequence[float] | np.ndarray,
        upper: Sequence[float] | np.ndarray,
    ) -> range:
        """Adds rows; returns their places. length: entries of each row; index, value: columns and coefficients of all."""
        assert len(keys) == len(length) == len(lower) == len(upper)
        assert len(index) == len(value)
        first = len(self.rows)
        self.rows.add(component, keys)
        self.length.add(np.asarray(length, dtype=np.int64))
        self.index.add(np.asarray(index, dtype=np.int64))
        self.value.add(value)
        self.row_lower.add(lower)
        self.row_upper.add(upper)
        return range(first, first + len(keys))

    @property
    def start(self) -> np.ndarray:
        """Where the entries of each row begin, and where those of the last one end."""
        return np.concatenate(([0], np.cumsum(self.length.array, dtype=np.int64)))
