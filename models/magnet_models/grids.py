"""What is stated for every row of a table and every period at once: arrays with a line for each row and an entry for
each period. Where there are many lines, as of lanes, this takes a tenth of the time of one statement each.

A number that is more than its value keeps account of itself here too (`arithmetic.vector`); so an array of numbers of
the case is always made by `vector`, or of other such arrays.
"""

from __future__ import annotations

from collections.abc import ItemsView, Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any

import numpy as np
from pyomo.environ import Block

from .arithmetic import vector
from .components import Columns, Rows, programme_of
from .programme import INFINITY
from .rows import added_columns, must_hold

NONE = -1  # stands where a grid has no variable


class Keys(Sequence[Any]):
    """(*head, period) of each place of a grid that is filled, line by line; made when they are looked at."""

    def __init__(self, heads: Sequence[tuple[Any, ...]], periods: Sequence[int], there: np.ndarray) -> None:
        self._heads, self._periods = heads, periods
        self._lines, self._at = np.nonzero(there)

    def __len__(self) -> int:
        return len(self._lines)

    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, slice):
            return [self[i] for i in range(*place.indices(len(self)))]
        return (*self._heads[self._lines[place]], self._periods[self._at[place]])

    def __iter__(self) -> Iterator[Any]:
        heads, periods = self._heads, self._periods
        for line, at in zip(self._lines.tolist(), self._at.tolist(), strict=True):
            yield (*heads[line], periods[at])


class Grid(Mapping[Any, int]):
    """An indexed variable with keys (*head, period), at least 0.

    `column[i, k]` is the variable of head i in period k, or NONE; as a mapping it gives the variable of a key.
    """

    def __init__(
        self, component: Columns, heads: Sequence[tuple[Any, ...]], periods: Sequence[int], column: np.ndarray
    ) -> None:
        self._component, self.heads, self.periods, self.column = component, heads, periods, column

    def line(self, i: int) -> list[tuple[int, int]]:
        """Period and variable, of head i."""
        return [(t, v) for t, v in zip(self.periods, self.column[i].tolist(), strict=True) if v != NONE]

    def __getitem__(self, key: Any) -> int:
        return self._component.place[key]

    def __contains__(self, key: object) -> bool:
        return key in self._component.place

    def __iter__(self) -> Iterator[Any]:
        return iter(self._component.place)

    def __len__(self) -> int:
        return len(self._component.place)

    def items(self) -> ItemsView[Any, int]:
        return self._component.place.items()


def grid(
    block: Block,
    name: str,
    heads: Sequence[tuple[Any, ...]],
    periods: Sequence[int],
    there: np.ndarray,
    upper: Sequence[float] | np.ndarray | None = None,
) -> Grid:
    """Adds an indexed variable. there: of each head and period, whether it has a member; upper: bound of each member."""
    if len(set(heads)) != len(heads):
        raise ValueError(f"{name}: a key stands twice")
    keys = Keys(heads, periods, there)
    high = np.full(len(keys), INFINITY) if upper is None else upper
    component = added_columns(block, name, keys, np.zeros(len(keys)), high)
    column = np.full(there.shape, NONE, dtype=np.int64)
    column[there] = np.arange(component.first, component.first + len(keys))
    return Grid(component, heads, periods, column)


def tabulated(members: Mapping[tuple[str, int], int], names: Sequence[str], periods: Sequence[int]) -> np.ndarray:
    """Variables with keys (name, period) as an array with a line for each name."""
    listed = [members.get((name, t), NONE) for name in names for t in periods]
    return np.array(listed, dtype=np.int64).reshape(len(names), len(periods))


def layers(terms: Sequence[Sequence[tuple[float, int]]]) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Lists of terms, one for each period, as arrays of values and variables: first terms, second terms, and so on."""
    for layer in zip_longest(*terms, fillvalue=(0.0, NONE)):
        yield vector([c for c, _ in layer]), np.array([v for _, v in layer], dtype=np.int64)


class Gathered:
    """Terms of the rows of a grid, in any order: how much of which variable is in the row of line i in period k."""

    def __init__(self, periods: int) -> None:
        self._periods = periods
        self._rows: list[np.ndarray] = []
        self._values: list[np.ndarray] = []
        self._columns: list[np.ndarray] = []

    def add(self, lines: Sequence[int] | np.ndarray, values: np.ndarray, columns: np.ndarray) -> None:
        """Adds values * columns to lines, period by period; values may stand for several (numpy's broadcasting)."""
        there = columns != NONE
        rows = np.asarray(lines, dtype=np.int64)[:, None] * self._periods + np.arange(self._periods)
        self._rows.append(rows[there])
        self._values.append(np.broadcast_to(values, columns.shape)[there])
        self._columns.append(columns[there])

    def add_terms(self, line: int, period: int, terms: Sequence[tuple[float, int]]) -> None:
        """Adds terms to one row."""
        if terms:
            self._rows.append(np.full(len(terms), line * self._periods + period))
            self._values.append(vector([c for c, _ in terms]))
            self._columns.append(np.array([v for _, v in terms], dtype=np.int64))

    def rows(self) -> np.ndarray:
        """The rows with a term, each as often as it has one: line * periods + period."""
        return np.concatenate(self._rows) if self._rows else np.zeros(0, dtype=np.int64)

    def move(self, lines: np.ndarray) -> None:
        """Gives each line another number."""
        self._rows = [lines[rows // self._periods] * self._periods + rows % self._periods for rows in self._rows]

    def sorted(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Row, value and column of each entry, row by row; of each variable one in a row."""
        if not self._rows:
            return np.zeros(0, dtype=np.int64), np.zeros(0), np.zeros(0, dtype=np.int64)
        rows, columns = np.concatenate(self._rows), np.concatenate(self._columns)
        values = np.concatenate(self._values)
        place = rows * (columns.max(initial=0) + 1) + columns
        order = np.argsort(place, kind="stable")
        rows, columns, values, place = rows[order], columns[order], values[order], place[order]
        first = np.flatnonzero(np.diff(place, prepend=-1))
        if len(first) < len(place):
            rows, columns, values = rows[first], columns[first], np.add.reduceat(values, first)
        return rows, values, columns


def constrain_all(
    block: Block,
    name: str,
    heads: Sequence[tuple[Any, ...]],
    periods: Sequence[int],
    gathered: Gathered,
    lower: np.ndarray | None,
    upper: np.ndarray | None,
) -> None:
    """Adds an indexed constraint, lower <= gathered terms <= upper; lower and upper of each head and period.

    A row without terms (other than of 0) must hold by itself, as in `rows.constrain`.
    """
    rows, values, columns = gathered.sorted()
    count = len(heads) * len(periods)
    filled = np.zeros(count, dtype=bool)
    filled[rows[_not_zero(values)]] = True
    low = np.full(count, -INFINITY) if lower is None else lower.reshape(count)
    high = np.full(count, INFINITY) if upper is None else upper.reshape(count)
    for i in np.flatnonzero(~filled & ((low != 0) & (low != -INFINITY) | (high != 0) & (high != INFINITY))):
        line, at = divmod(int(i), len(periods))
        must_hold(name, (*heads[line], periods[at]), low[i], high[i])
    kept = filled[rows]
    programme = programme_of(block)
    component = Rows(programme)
    block.add_component(name, component)
    keys = Keys(heads, periods, filled.reshape(len(heads), len(periods)))
    length = np.bincount(rows[kept], minlength=count)[filled]
    places = programme.add_rows(component, keys, length, columns[kept], values[kept], low[filled], high[filled])
    component.stand(keys, places)


def _not_zero(values: np.ndarray) -> np.ndarray:
    return np.array(list(map(bool, values)), dtype=bool) if values.dtype == object else values != 0
