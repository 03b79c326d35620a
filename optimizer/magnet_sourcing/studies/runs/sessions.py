"""HiGHS sessions for programmes of one shape, each run from the same start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import highspy
import numpy as np

from ...loaded import Loaded
from ...matrix import Matrix
from ...problem import Impossible
from ...session import Outcome, Status
from .programme import Programme
from .study import RELAXED, Study


class Bases:
    """The basis each held plan has in the case as it stands, by the names of columns and rows.

    It is where every run that holds the plan begins, whatever its shape: a column that the case as it stands does not
    have is at its lower bound, a row that it does not have is not binding.
    """

    def __init__(self, base: Programme | None, study: Study) -> None:
        self._base, self._study = base, study
        self._known: dict[str, tuple[Mapping[str, highspy.HighsBasisStatus], Mapping[str, highspy.HighsBasisStatus]]] = {}

    def of(self, programme: Programme, plan: str) -> highspy.HighsBasis | None:
        if self._base is None:
            return None
        if plan not in self._known:
            try:
                matrix = held(self._base, self._study, plan).relaxed()
            except Impossible:  # the plan is none of the case as it stands
                self._known[plan] = ({}, {})
                return None
            session = Loaded(matrix, self._study.options)
            session.begin(matrix)
            session.solve()
            basis = session.basis
            self._known[plan] = (
                dict(zip(self._base.names, basis.col_status, strict=False)),
                dict(zip(self._base.rows, basis.row_status, strict=False)),
            )
        columns, rows = self._known[plan]
        if not columns:
            return None
        found = highspy.HighsBasis()
        status = highspy.HighsBasisStatus
        found.col_status = [columns.get(name, status.kLower) for name in programme.names]
        found.row_status = [rows.get(name, status.kBasic) for name in programme.rows]
        found.valid = True
        # HiGHS looks through one of another shape for what fits; that takes as long as beginning from it.
        found.alien = set(columns) != set(programme.names) or set(rows) != set(programme.rows)
        return found


class Sessions:
    """Loaded sessions for one shape: for each plan held, a linear one and one with whole numbers, as they are needed."""

    def __init__(self, programme: Programme, study: Study, bases: Bases) -> None:
        self._programme, self._study, self._bases = programme, study, bases
        self._loaded: dict[tuple[str, bool], Loaded] = {}
        self._basis: dict[str, highspy.HighsBasis | None] = {}
        self._start: np.ndarray | None = None
        if study.start is not None:
            self._start = np.array([study.start.get(name, 0.0) for name in programme.names])

    def solve(self, programme: Programme, plan: str) -> Outcome:
        """Solves a programme of the shape, with a plan's decisions held if one is named.

        With decisions held few whole numbers are left, and without them they mostly come out whole: then that is the
        optimum, and no search is needed.
        """
        matrix = held(programme, self._study, plan)
        if plan == RELAXED:
            return self._linear(matrix, plan)
        if plan or not matrix.whole.any():
            linear = self._linear(matrix, plan)
            whole = np.flatnonzero(matrix.whole)
            if linear.status in (Status.INFEASIBLE, Status.TIME_LIMIT, Status.INTERRUPTED) or not len(whole):
                return linear if not len(whole) else replace(linear, values=None)
            if linear.values is not None and (linear.values[whole] == np.round(linear.values[whole])).all():
                return linear
        session = self._session(matrix, plan)
        session.begin(matrix, self._start)
        return session.solve()

    def _linear(self, matrix: Matrix, plan: str) -> Outcome:
        if plan not in self._basis:
            self._basis[plan] = self._bases.of(self._programme, plan)
        matrix = matrix.relaxed()
        session = self._session(matrix, plan)
        session.begin(matrix, basis=self._basis[plan])
        return session.solve()

    def _session(self, matrix: Matrix, plan: str) -> Loaded:
        key = (plan, bool(matrix.whole.any()))
        if key not in self._loaded:
            self._loaded[key] = Loaded(matrix, self._study.options)
        return self._loaded[key]


def held(programme: Programme, study: Study, plan: str) -> Matrix:
    return programme.holding(study.plans[plan]) if plan and plan != RELAXED else programme.matrix
