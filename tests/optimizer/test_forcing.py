"""What the first tonne of a column adds, against programmes solved from nothing with the column moved."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from magnet_sourcing.forcing import forced

from .programmes import assignment, solver, transport

STEP = 1e-3


@pytest.mark.parametrize("made", [transport, assignment])
@pytest.mark.parametrize("seed", range(20))
def test_rises_are_the_difference_quotients(seed: int, made: Callable[[int], dict[str, np.ndarray]]) -> None:
    """Of transports with many optima, and of assignments, where a reduced cost is one of many."""
    lp = made(seed)
    h = solver(**lp)
    least = h.getInfo().objective_function_value
    columns = np.flatnonzero(np.array(h.getSolution().col_value) <= 1e-9)
    rises = forced(h, columns.tolist(), STEP)
    assert len(columns) > 20
    for j, rise in zip(columns, rises, strict=True):
        lower = np.zeros(len(lp["cost"]))
        lower[j] = STEP
        moved = solver(**lp, least=lower)
        assert rise == pytest.approx((moved.getInfo().objective_function_value - least) / STEP, abs=1e-5)


def test_a_column_that_cannot_move_has_no_rise() -> None:
    """x + y = 1, z at most 0 by its row."""
    h = solver(
        np.array([1.0, 2.0, 3.0]), np.array([[1.0, 1, 0], [0, 0, 1]]), np.array([1.0, -np.inf]), np.array([1.0, 0]),
        np.full(3, np.inf),
    )  # fmt: skip
    rises = forced(h, [1, 2], STEP)
    assert rises[0] == pytest.approx(1) and np.isnan(rises[1])


def test_reduced_costs_alone_would_be_wrong() -> None:
    """That the assignments of these tests are degenerate enough to tell the two apart."""
    apart = 0
    for seed in range(20):
        h = solver(**assignment(seed))
        columns = np.flatnonzero(np.array(h.getSolution().col_value) <= 1e-9)
        reduced = np.array(h.getSolution().col_dual)[columns]
        apart += int((forced(h, columns.tolist(), STEP) > reduced + 1e-6).sum())
    assert apart > 0
