"""What a run solves: arrays whose columns and rows have names, without the model they were made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ...matrix import Matrix
from ...problem import Impossible, Problem
from .. import decisions
from ..decisions import Decision

# The arrays of a programme that other numbers change; what else a `Matrix` holds is its shape.
NUMBERS = ("cost", "lower", "upper", "value", "row_lower", "row_upper")
# Sizes and tonnes of this much are nothing.
_NOTHING = 1e-6


def decided(problem: Problem) -> np.ndarray:
    """Columns of what a plan decides beforehand; what is paid as subsidy follows the rules, so it is none of it."""
    subsidies = list(problem.model.first.expansions.subsidy.values())
    return np.setdiff1d(problem.decided(), subsidies).astype(int)


def decided_by_name(problem: Problem, values: np.ndarray) -> dict[str, float]:
    """A plan's decisions that are not 0, by the name of the variable, as runs hold them; whole numbers exact."""
    m = problem.matrix
    found = {m.variables[j].name: float(round(values[j]) if m.whole[j] else values[j]) for j in decided(problem)}
    return {name: x for name, x in found.items() if x}


@dataclass(frozen=True)
class Programme:
    """names, rows: of columns and rows. decided: columns of what a plan decides beforehand. decisions: the column of
    each decision; measures: measure -> vector over the columns, and constant."""

    matrix: Matrix
    names: Sequence[str]
    rows: Sequence[str]
    decided: np.ndarray
    decisions: Mapping[Decision, int]
    measures: Mapping[str, tuple[np.ndarray, float]]

    @classmethod
    def of(cls, problem: Problem, measures: Sequence[str]) -> Programme:
        m = problem.matrix
        return cls(
            m.bare(),
            [v.name for v in m.variables],
            [r.name for r in m.rows],
            decided(problem),
            decisions.columns(problem),
            {name: problem.vector(name) for name in dict.fromkeys(("cost", *measures))},
        )

    def with_arrays(self, arrays: Mapping[str, np.ndarray]) -> Programme:
        """The same programme with other arrays, called as `Problem` calls them."""
        changed: dict[str, Any] = {name: arrays[name] for name in NUMBERS if name in arrays}
        if "offset" in arrays:
            changed["offset"] = float(arrays["offset"][0])
        measures = {
            name: (
                arrays.get(f"measure {name}", vector),
                float(arrays[f"constant {name}"][0]) if f"constant {name}" in arrays else constant,
            )
            for name, (vector, constant) in self.measures.items()
        }
        return replace(self, matrix=replace(self.matrix, **changed), measures=measures)

    def value(self, measure: str, values: np.ndarray) -> float:
        vector, constant = self.measures[measure]
        return float(vector @ values) + constant

    def holding(self, decided: Mapping[str, float]) -> Matrix:
        """The arrays with what is decided beforehand held; whole numbers that are held need no search any more.

        Raises Impossible if the programme does not offer a decision (a year in which it cannot be taken, a size beyond its
        greatest), or has a row that cannot be kept with them whatever else is done, such as a limit on what is built.
        """
        offered = [self.names[j] for j in self.decided]
        if gone := [name for name in decided.keys() - offered if abs(decided[name]) > _NOTHING]:
            raise Impossible(f"{min(gone)} is not on offer")
        values = np.array([decided.get(name, 0.0) for name in offered])
        low, high = self.matrix.lower[self.decided], self.matrix.upper[self.decided]
        if len(beyond := np.flatnonzero((values > high + _NOTHING) | (values < low - _NOTHING))):
            raise Impossible(f"{self.names[self.decided[beyond[0]]]} cannot be held at {values[beyond[0]]:g}")
        held = self.matrix.held(self.decided, values)
        if broken := _broken(held):
            row, least, allowed = broken
            raise Impossible(f"{_words(self.rows[row])}: {least:,.6g} with the decisions held, {allowed:,.6g} allowed")
        return replace(held, whole=held.whole & (held.lower < held.upper))

    def difference(self, other: Programme) -> str:
        """Where two programmes first differ, in words; blank if they are the same to the last bit.

        A coefficient that may change is stated even while it is 0, which HiGHS leaves out: that is no difference.
        """
        if list(self.names) != list(other.names) or list(self.rows) != list(other.rows):
            return "columns or rows"
        for name in ("whole", "cost", "lower", "upper", "row_lower", "row_upper"):
            if len(apart := np.flatnonzero(getattr(self.matrix, name) != getattr(other.matrix, name))):
                return f"{name} {apart[0]}"
        ours, theirs = _coefficients(self.matrix), _coefficients(other.matrix)
        if not all(np.array_equal(a, b) for a, b in zip(ours, theirs, strict=True)):
            return "coefficients"
        if self.matrix.offset != other.matrix.offset:
            return "offset"
        for name, (vector, constant) in self.measures.items():
            if constant != other.measures[name][1] or not np.array_equal(vector, other.measures[name][0]):
                return f"measure {name}"
        return ""


def _broken(matrix: Matrix) -> tuple[int, float, float] | None:
    """A row that no values between the columns' bounds satisfy: which, the nearest it can come, and its limit."""
    row = np.repeat(np.arange(len(matrix.row_lower)), np.diff(matrix.start))
    value, up = matrix.value, matrix.value > 0
    low, high = matrix.lower[matrix.index], matrix.upper[matrix.index]
    stated = value != 0
    for away, limit, sign in ((low, matrix.row_upper, 1.0), (high, -matrix.row_lower, -1.0)):
        other = high if away is low else low
        terms = sign * np.multiply(value, np.where(up, away, other), where=stated, out=np.zeros(len(value)))
        least = np.bincount(row, terms, len(limit))  # -inf where a column has no bound
        if len(beyond := np.flatnonzero(least - limit > 1e-6 * np.maximum(1.0, np.abs(limit)))):
            i = int(beyond[0])
            return i, sign * float(least[i]), sign * float(limit[i])
    return None


def _words(row: str) -> str:
    """'limit Gradual growth of magnets, 2026' of a row's name."""
    return row.rpartition("].")[2].removesuffix("]").replace("[", " ", 1).replace("_", " ").replace(",", ", ")


def _coefficients(matrix: Matrix) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Row, column and value of every coefficient that is not 0, by row and column."""
    at = np.flatnonzero(matrix.value)
    row = np.repeat(np.arange(len(matrix.row_lower)), np.diff(matrix.start))[at]
    order = np.lexsort((matrix.index[at], row))
    return row[order], matrix.index[at][order], matrix.value[at][order]
