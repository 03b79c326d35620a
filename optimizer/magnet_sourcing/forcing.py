"""By how much an optimum rises when one column, alone, is made to leave its bound.

If the basis stays feasible when the column is moved, the reduced cost is the answer, and one look at the column in that
basis tells. Otherwise something stands at a bound already, several reduced costs are right, and the programme is solved
with the column moved.
"""

from __future__ import annotations

from collections.abc import Sequence

import highspy
import numpy as np

_ROOM = 1e-9  # how far beyond a bound is still on it


def forced(h: highspy.Highs, columns: Sequence[int], amount: float) -> np.ndarray:
    """Rise of the objective for each unit by which a column leaves its lower bound; nan where it cannot.

    h: a linear programme just solved, bounds as before in the end. amount: how far a column is moved, small beside all
    else.
    """
    lp, found = h.getLp(), h.getSolution()
    lower, upper = np.array(lp.col_lower_), np.array(lp.col_upper_)
    reduced = np.array(found.col_dual)
    basis = _Basis(h, lp, found)
    moved = [min(amount, (upper[j] - lower[j]) / 2) for j in columns]
    stays = [basis.stays(int(j), by) for j, by in zip(columns, moved, strict=True)]
    rises = np.full(len(columns), np.nan)
    for i, (j, by) in enumerate(zip(columns, moved, strict=True)):
        if stays[i]:
            rises[i] = reduced[j]
            continue
        h.changeColBounds(int(j), lower[j] + by, upper[j])
        h.run()
        if h.getModelStatus() == highspy.HighsModelStatus.kOptimal:
            rises[i] = h.getSolution().col_dual[j]
        h.changeColBounds(int(j), lower[j], upper[j])
    return rises


class _Basis:
    """What is basic, how far it is from its bounds, and how it moves with a column that is not."""

    def __init__(self, h: highspy.Highs, lp: highspy.HighsLp, found: highspy.HighsSolution) -> None:
        self._h = h
        _, listed = h.getBasicVariables()  # type: ignore[attr-defined]  # not in its stubs
        columns = len(lp.col_lower_)
        # Columns, then rows; HiGHS numbers rows -1, -2 ...
        self._at = at = np.where(np.array(listed) >= 0, listed, columns - 1 - np.array(listed)).astype(np.intp)
        value, lower, upper = (
            np.concatenate([np.array(x), np.array(y)])[at]
            for x, y in (
                (found.col_value, found.row_value),
                (lp.col_lower_, lp.row_lower_),
                (lp.col_upper_, lp.row_upper_),
            )
        )
        self._below, self._above = value - lower + _ROOM, upper - value + _ROOM
        # A basic column falls by its entry, the activity of a basic row rises by it.
        self._sign = np.where(at < columns, -1.0, 1.0)
        self._basic = np.zeros(columns + len(lp.row_lower_), dtype=bool)
        self._basic[at] = True

    def stays(self, column: int, by: float) -> bool:
        """Whether all that is basic stays within its bounds when a column that is not is moved."""
        if self._basic[column]:
            return False
        status, entries, count, where = self._h.getReducedColumnSparse(column)  # type: ignore[attr-defined]
        if status != highspy.HighsStatus.kOk:
            return False
        at = where[:count]
        step = by * entries[at] * self._sign[at]
        return bool(((step >= -self._below[at]) & (step <= self._above[at])).all())
