"""The changes of many runs, each distinct set kept once: what may change, and the values it takes.

A thousand worlds that each move a thousand numbers are a million changes; they differ in nothing but their values. So a
set of changes is a tuple of numbers, shared by all sets that move the same, and a tuple of values. It behaves as the
sequence of changes it stands for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple, overload

from ...changes import Change

if TYPE_CHECKING:
    from .study import Run


class Number(NamedTuple):
    """What a change moves and how: all of it but the value."""

    table: str
    where: str
    column: str
    operation: str
    first_year: int | None
    last_year: int | None
    place: str

    def at(self, value: float) -> Change:
        return Change(self.table, self.where, self.column, self.operation, value, *self[4:])


class Changes(Sequence[Change]):
    """A set of changes; equal to any sequence of the same changes. values: one for each of numbers."""

    __slots__ = ("numbers", "values")

    def __init__(self, numbers: tuple[Number, ...], values: tuple[float, ...]) -> None:
        self.numbers, self.values = numbers, values

    def __len__(self) -> int:
        return len(self.numbers)

    @overload
    def __getitem__(self, index: int) -> Change: ...
    @overload
    def __getitem__(self, index: slice) -> Changes: ...
    def __getitem__(self, index: int | slice) -> Change | Changes:
        if isinstance(index, slice):
            return Changes(self.numbers[index], self.values[index])
        return self.numbers[index].at(self.values[index])

    def __iter__(self) -> Iterator[Change]:
        return map(Number.at, self.numbers, self.values)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Changes):
            return self.values == other.values and self.numbers == other.numbers
        return isinstance(other, tuple) and tuple(self) == other

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return repr(tuple(self))


def packed(runs: Iterable[Run]) -> tuple[Run, ...]:
    """The same runs, each distinct set of changes once."""
    pack = _Packing()
    return tuple(run if isinstance(run.changes, Changes) else replace(run, changes=pack(run.changes)) for run in runs)


class _Packing:
    """Remembers what it has packed, so that equal parts are one object: in memory, and in what is sent to processes."""

    def __init__(self) -> None:
        self._numbers: dict[Number, Number] = {}
        self._shapes: dict[tuple[Number, ...], tuple[Number, ...]] = {}
        self._sets: dict[tuple[int, str], Changes] = {}
        self._given: dict[int, tuple[Sequence[Change], Changes]] = {}

    def __call__(self, changes: Sequence[Change]) -> Changes:
        if (known := self._given.get(id(changes))) is not None:
            return known[1]
        shape = tuple(self._number(c) for c in changes)
        shape = self._shapes.setdefault(shape, shape)
        values = tuple(_plain(c.value) for c in changes)
        # By text, which tells 1 from 1.0 and 0.0 from -0.0.
        found = self._sets.setdefault((id(shape), repr(values)), Changes(shape, values))
        self._given[id(changes)] = changes, found  # kept, so that the id is not another's meanwhile
        return found

    def _number(self, c: Change) -> Number:
        number = Number(c.table, c.where, c.column, c.operation, c.first_year, c.last_year, c.place)
        return self._numbers.setdefault(number, number)


def _plain(value: Any) -> float:
    """Numbers of numpy as numbers."""
    return value.item() if hasattr(value, "item") else value  # type: ignore[no-any-return]


def distinct(runs: Iterable[Run]) -> list[Changes]:
    """The sets of changes of packed runs, in order, each once; without that which changes nothing."""
    sets = {id(run.changes): run.changes for run in runs if run.changes}
    return [changes for changes in sets.values() if isinstance(changes, Changes)]


def numbers(runs: Iterable[Run]) -> list[Number]:
    """Every number that one of the packed runs moves, in order, each once."""
    shapes = {id(changes.numbers): changes.numbers for changes in distinct(runs)}
    return list(dict.fromkeys(number for shape in shapes.values() for number in shape))
