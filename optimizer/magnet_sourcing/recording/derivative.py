"""How a weighed sum of a model's arrays changes with the numbers of its case: derivatives, worked out backwards.

    recorded = Derivatives(case, case.resolved(), cells)
    problem = Problem(recorded.case, wish, flat=recorded.flat)   # builds the model once, from recorded numbers
    by_leaf = recorded.of({"row_upper": weights})                # d(sum of weights * row_upper) / d(number)

One walk back over the tape gives the derivative by every number at once. A number that enters the arrays in several
places (a capacity is in its row, in the greatest useful amounts of others, in fixed costs) is counted in all of them.
Where the model takes the smaller of two equal numbers, or asks whether a number is 0, the derivative is that of the
branch taken.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from ..case import Case, Row
from ..changes import Cell, write_out_growth
from . import number
from .recorded import RecordedCase
from .tape import ABSOLUTE, ADD, CONSTANT, DIVIDE, GREATEST, LEAF, LEAST, MULTIPLY, NEGATE, POWER, SUBTRACT, Tape


class Derivatives:
    """A case with recorded numbers, and the derivatives of what is built from it.

    case: for `Problem`. leaves: node of each recorded cell.
    """

    def __init__(self, case: Case, resolved: Mapping[str, Sequence[Row]], cells: Iterable[Cell]) -> None:
        """resolved: of the case, as `Case.resolved` gives it. cells: number cells that are not blank.

        Growth of a demand is written out, so that a quantity is that of its own year.
        """
        self._tape = Tape()
        self._places: dict[str, tuple[np.ndarray, np.ndarray]] = {}
        self.leaves: dict[Cell, int] = {}
        rows = {table: list(held) for table, held in resolved.items()}
        wanted: dict[tuple[str, int], list[Cell]] = {}
        for cell in cells:
            wanted.setdefault(cell[:2], []).append(cell)
        for (table, i), named in wanted.items():
            rows[table][i] = self._recorded(rows[table][i], table, named, case.settings["base_year"])
        self.case: Case = RecordedCase(case, rows)

    def _recorded(self, row: Row, table: str, cells: Iterable[Cell], base_year: int) -> Row:
        values = {k: dict(v) if isinstance(v, dict) else v for k, v in row.items()}
        if table == "demands":
            write_out_growth(values, base_year)
        for cell in cells:
            _, _, column, t = cell
            holder: dict[Any, Any] = values if t is None else values[column]
            key: Any = column if t is None else t
            holder[key], self.leaves[cell] = self.leaf(holder[key])
        return Row(values, row.key)

    def leaf(self, value: float) -> tuple[float, int]:
        """A recorded number that stands in no cell (a cap), and its node."""
        made = number.leaf(self._tape, float(value))
        return made, made.node

    def flat(self, name: str, numbers: np.ndarray) -> np.ndarray:
        """For `Problem`: makes an array, and notes where recorded numbers stand in it."""
        values, at, nodes = number.parted(numbers)
        self._places[name] = (at, nodes)
        return values

    def of(self, weights: Mapping[str, np.ndarray]) -> dict[int, float]:
        """Derivative of the sum of weights * arrays by leaf; leaves for which it is 0 are left out.

        weights: of the entries of arrays, by the name the array has in `flat`.
        """
        tape, slope = self._tape, np.zeros(len(self._tape.values))
        for name, entries in weights.items():
            at, nodes = self._places[name]
            np.add.at(slope, nodes, entries[at])
        found = {}
        for node in range(len(slope) - 1, -1, -1):
            weight = float(slope[node])
            if weight == 0.0:
                continue
            operation, a, b = tape.steps[node]
            if operation == LEAF:
                found[node] = weight
            elif operation != CONSTANT:
                by_a, by_b = _partial(operation, tape.values[a], tape.values[b] if b >= 0 else 0.0)
                slope[a] += weight * by_a
                if b >= 0:
                    slope[b] += weight * by_b
        return found


def _partial(operation: int, a: float, b: float) -> tuple[float, float]:
    """Derivatives of a step by its two operands."""
    if operation == ADD:
        return 1.0, 1.0
    if operation == SUBTRACT:
        return 1.0, -1.0
    if operation == MULTIPLY:
        return b, a
    if operation == DIVIDE:
        return 1 / b, -a / (b * b)
    if operation == NEGATE:
        return -1.0, 0.0
    if operation == ABSOLUTE:
        return math.copysign(1.0, a), 0.0
    if operation == LEAST:
        return (0.0, 1.0) if b < a else (1.0, 0.0)
    if operation == GREATEST:
        return (0.0, 1.0) if b > a else (1.0, 0.0)
    assert operation == POWER
    return b * a ** (b - 1), a**b * math.log(a) if a > 0 else 0.0
