"""What a session says of a plan is true of the plan."""

from __future__ import annotations

import highspy
import numpy as np
import pytest
from magnet_sourcing import Case, Change, Options, Run, Study, execute, method
from magnet_sourcing.matrix import Matrix
from magnet_sourcing.session import Session


def test_a_start_is_not_taken_for_cheaper_than_it_is() -> None:
    """The plan of the reference case runs Songwe Hill in 2030, so it does not fit where the mine opens in 2031. HiGHS 1.16
    mends it, takes it for 1.1 % cheaper than it is, and calls it optimal. Here 'optimal' means within the gap asked."""
    late = Change("facilities", "facility = Songwe Hill mine", "first_year", "add", 1)
    found = execute(Study("late", Case.reference(), (Run(0, (late,)),), Options(gap=1e-3))).results[0]
    assert found is not None and found.proved
    assert found.cost is not None and found.bound is not None
    assert found.bound <= found.cost <= found.bound / (1 - 1e-3 - 1e-6)


def knapsack() -> Matrix:
    """Most of 3 a + 2 b, a <= 5 y, b <= 4 z, y + z <= 1, y and z whole: a = 5, y = 1, of worth 15."""
    rows = [[1, 0, -5, 0], [0, 1, 0, -4], [0, 0, 1, 1]]
    held = np.array(rows, dtype=float)
    lines, columns = np.nonzero(held)
    return Matrix(
        [], [], np.array([-3.0, -2.0, 0.0, 0.0]), 0.0,
        np.zeros(4), np.array([9.0, 9.0, 1.0, 1.0]), np.array([False, False, True, True]),
        np.append(0, np.cumsum(np.bincount(lines))).astype(np.int32), columns.astype(np.int32), held[lines, columns],
        np.full(3, -np.inf), np.array([0.0, 0.0, 1.0]),
    )  # fmt: skip


def stopped_at_once(h: highspy.Highs, linear: bool) -> None:
    """As if the clock ran out before the programme with its whole numbers held was solved."""
    if linear:
        h.setOptionValue("time_limit", 0.0)
        h.setOptionValue("presolve", "off")
    h.run()


def test_a_plan_is_kept_if_time_runs_out_while_its_whole_numbers_are_made_exact(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(method, "run", stopped_at_once)
    outcome = Session(knapsack(), Options(gap=0, time_limit=60.0)).solve([np.array([0.0, 0.0, 1.0, 1.0])])
    assert outcome.values is not None
    assert outcome.values.tolist() == pytest.approx([5, 0, 1, 0])
    assert outcome.objective == pytest.approx(-15)
    assert outcome.basis is None


def test_a_plan_that_holds_only_between_whole_numbers_is_not_kept_then(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(method, "run", stopped_at_once)
    session = Session(knapsack(), Options(gap=0, time_limit=60.0))
    assert session._made_exact(np.array([0.001, 0.0, 0.0002, 0.0])) is None
    assert session._made_exact(np.array([4.0, 0.0, 0.9999999, 0.0])) is not None


def test_making_whole_numbers_exact_gets_time_of_its_own() -> None:
    """Half of the limit, ten seconds at least: not for ever, and not none."""
    for limit, least in ((4.0, 10.0), (60.0, 30.0)):
        session = Session(knapsack(), Options(gap=0, time_limit=limit))
        session._begun -= 1000.0  # all of it is spent
        assert session._made_exact(np.array([5.0, 0.0, 1.0, 0.0])) is not None
        assert session._left is not None
        assert session._left.getOptionValue("time_limit")[1] == pytest.approx(least, abs=0.5)
