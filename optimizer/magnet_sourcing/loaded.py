"""A session that stays loaded: the next programme of the same shape is changed in place in HiGHS, not loaded again.

What a run before left behind is forgotten, and every run begins from the start it is given, so its answer does not
depend on which run came before, nor on whether its programme was changed in place or loaded. A linear programme is
loaded each time, which takes no longer: HiGHS keeps the factors it scaled the one before with.
"""

from __future__ import annotations

from dataclasses import replace

import highspy
import numpy as np

from .matrix import Matrix
from .session import Options, Outcome, Session, Status, highs_infinity, solution

# HiGHS drops coefficients of this size when it loads and keeps none that becomes so small; the order in a column could
# then differ from that of a loaded programme, so such a programme is loaded.
_SMALL = 1e-9
# Changing a coefficient takes a look through its column; more than this many are loaded faster with everything else.
_MANY = 1000


class Loaded(Session):
    """A programme in HiGHS, and others of its shape (the same columns, whole numbers, rows and places of coefficients).

    `solve` solves the one that `begin` prepared. Tie-breaking would leave a row behind, so there is none.
    """

    def __init__(self, matrix: Matrix, options: Options) -> None:
        super().__init__(matrix, replace(options, tie_break=False))
        self._row_of = np.repeat(np.arange(len(matrix.row_lower)), np.diff(matrix.start))
        self._in_highs = self._scaled(matrix)
        self._continuous: Loaded | None = None

    @property
    def basis(self) -> highspy.HighsBasis:
        """The basis the last solve ended with."""
        return self._h.getBasis()

    def begin(
        self, matrix: Matrix, start: np.ndarray | None = None, basis: highspy.HighsBasis | None = None
    ) -> None:
        """Prepares a programme. start: a plan to begin from, if there are whole numbers; basis: one, if there are none."""
        h = self._h
        self._change_to(matrix)
        h.clearSolver()
        h.setOptionValue("presolve", "choose")  # reading an infeasible ending turns it off
        if self._options.time_limit is not None:
            h.setOptionValue("time_limit", self._options.time_limit + h.getRunTime())
        if matrix.whole.any():
            if start is not None:
                h.setSolution(solution(start))
        elif basis is not None:
            h.setBasis(basis)
        self._interrupted.clear()
        self.restart_clock()

    def solve(self, preferences: list[np.ndarray] | None = None) -> Outcome:
        """As in `Session`. Ctrl-C that came too late to end this solve is not lost: it is the study's as well."""
        outcome = super().solve(preferences)
        if self._interrupted.is_set():
            outcome.status = Status.INTERRUPTED
        return outcome

    # ------------------------------------------------------------ changing in place

    def _scaled(self, matrix: Matrix) -> Matrix:
        """The programme as HiGHS holds it."""
        return replace(
            matrix,
            cost=matrix.cost * self._scale,
            offset=matrix.offset * self._scale,
            lower=highs_infinity(matrix.lower),
            upper=highs_infinity(matrix.upper),
            row_lower=highs_infinity(matrix.row_lower),
            row_upper=highs_infinity(matrix.row_upper),
        )

    def _change_to(self, matrix: Matrix) -> None:
        h, old = self._h, self._in_highs
        self._matrix, self._scale = matrix, self.scale_of(matrix)
        new = self._in_highs = self._scaled(matrix)
        at = np.flatnonzero(new.value != old.value)
        vanishing = (np.minimum(np.abs(new.value[at]), np.abs(old.value[at])) <= _SMALL).any()
        if vanishing or len(at) > _MANY or not matrix.whole.any():
            self._hand_over(h)
            return
        for k in at.tolist():
            h.changeCoeff(int(self._row_of[k]), int(new.index[k]), float(new.value[k]))
        if len(at := _differing(new.cost, old.cost)):
            h.changeColsCost(len(at), at, new.cost[at])
        if len(at := _differing(new.lower, old.lower, new.upper, old.upper)):
            h.changeColsBounds(len(at), at, new.lower[at], new.upper[at])
        for i in _differing(new.row_lower, old.row_lower, new.row_upper, old.row_upper).tolist():
            h.changeRowBounds(i, float(new.row_lower[i]), float(new.row_upper[i]))
        if new.offset != old.offset:
            h.changeObjectiveOffset(new.offset)

    # ------------------------------------------------------------ whole numbers

    def _made_exact(self, values: np.ndarray) -> np.ndarray | None:
        """As in `Session`, on a programme without whole numbers that stays loaded beside this one."""
        whole = np.flatnonzero(self._matrix.whole)
        rounded = np.round(values[whole])
        held = self._matrix.held(whole, rounded).relaxed()
        if self._continuous is None:
            self._continuous = Loaded(held, replace(self._options, time_limit=None))
        self._continuous.begin(held)
        found = self._continuous.solve()
        if found.status is Status.INTERRUPTED:
            self._interrupted.set()
        if found.values is None:
            return None
        exact = found.values.copy()
        exact[whole] = rounded
        return exact


def _differing(*pairs: np.ndarray) -> np.ndarray:
    """Where any of the pairs (new, old, new, old ...) differs."""
    apart = pairs[0] != pairs[1]
    for new, old in zip(pairs[2::2], pairs[3::2], strict=True):
        apart |= new != old
    return np.flatnonzero(apart).astype(np.int32)
