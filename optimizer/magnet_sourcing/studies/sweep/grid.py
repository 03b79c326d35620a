"""The values of a sweep: every combination of them, or paired."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Protocol

from ...changes import Change

# Columns of the table of runs that are not names of what varies.
RESERVED = ("run", "status", "cost", "bound", "gap", "region", "way", "why", "detail")


class Varied(Protocol):
    """What varies: a name, a unit, the values it takes, what a value makes of the case, and how it reads."""

    @property
    def name(self) -> str: ...
    @property
    def unit(self) -> str: ...
    @property
    def values(self) -> Sequence[float]: ...
    def changes(self, value: float) -> Sequence[Change]: ...
    def shown(self, value: float) -> str: ...


Cell = tuple[float, ...]


def size(varies: Sequence[Varied], paired: bool) -> int:
    """How many runs a sweep has."""
    counts = [len(v.values) for v in varies]
    return counts[0] if paired else math.prod(counts)


def cells(varies: Sequence[Varied], paired: bool) -> list[Cell]:
    """A value of each, in the order of the runs: the last one varies fastest."""
    values = [v.values for v in varies]
    return list(zip(*values, strict=True)) if paired else list(itertools.product(*values))


def changes_of(varies: Sequence[Varied], cell: Cell) -> tuple[Change, ...]:
    """What a combination of values makes of the case."""
    return tuple(change for v, x in zip(varies, cell, strict=True) for change in v.changes(x))


def check(varies: Sequence[Varied], paired: bool, measures: Sequence[str] = ()) -> None:
    """Raises ValueError, with everything that is wrong, for values that make no sweep."""
    wrong = []
    if not varies:
        raise ValueError("nothing varies: give --vary 'table.column[row] = values'")
    names = [v.name for v in varies]
    wrong += [f"'{name}' is varied twice" for name in dict.fromkeys(names) if names.count(name) > 1]
    taken = [name for name in names if name in (*RESERVED, *measures)]
    wrong += [f"'{name}' is a column of the results: give what varies another name" for name in taken]
    for v in varies:
        if not len(v.values):
            wrong.append(f"'{v.name}' has no values")
        elif len(set(v.values)) < len(v.values):
            wrong.append(f"'{v.name}' has a value twice")
    lengths = {v.name: len(v.values) for v in varies}
    if paired and len(set(lengths.values())) > 1:
        said = ", ".join(f"{name} has {n}" for name, n in lengths.items())
        wrong.append(f"values that are paired must be equally many: {said}")
    if paired and len(varies) < 2:
        wrong.append("one thing varies: there is nothing to pair it with")
    if wrong:
        raise ValueError("; ".join(wrong))
