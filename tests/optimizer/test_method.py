"""What the interior point method ends with is as good as what the simplex method does: an optimum with its basis and
duals, the same endings, ties and re-solves. Here small programmes go its way too."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import highspy
import numpy as np
import pytest
from magnet_sourcing import Case, method
from magnet_sourcing.loaded import Loaded
from magnet_sourcing.matrix import Matrix
from magnet_sourcing.problem import Problem
from magnet_sourcing.session import Options, Outcome, Session, Status
from magnet_sourcing.ties import preferred

from ..miniatures.cases import best, need
from .programmes import assignment, solver, transport
from .test_ties import TWO_OFFERS, exposed

OPTIMAL = highspy.HighsModelStatus.kOptimal
BASIC = highspy.HighsBasisStatus.kBasic


@pytest.fixture(autouse=True)
def all_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(method, "LARGE", 0)


@pytest.fixture(scope="module")
def chain() -> Matrix:
    """The reference case without whole numbers."""
    return Problem(Case.reference()).matrix.relaxed()


def again(programme: dict[str, np.ndarray], **options: Any) -> highspy.Highs:
    """Solved from nothing by `run`. presolve is off, which would leave nothing of so small a programme."""
    h = solver(**programme)
    h.clearSolver()
    for name, value in ({"presolve": "off"} | options).items():
        h.setOptionValue(name, value)
    method.run(h, linear=True)
    return h


def by_interior_point(h: highspy.Highs) -> bool:
    return int(h.getInfo().ipm_iteration_count) > 0


def prove_optimal(h: highspy.Highs, programme: dict[str, np.ndarray]) -> None:
    """Feasible, and no plan can cost less: the duals say so by arithmetic. As many are basic as there are rows."""
    found, basis = h.getSolution(), h.getBasis()
    x, y = np.array(found.col_value), np.array(found.row_dual)
    rows, most = programme["rows"], programme["most"]
    activity, reduced = rows @ x, programme["cost"] - y @ rows
    assert (x >= -1e-7).all() and (x <= most + 1e-7).all()
    assert (activity >= programme["lower"] - 1e-7).all() and (activity <= programme["upper"] + 1e-7).all()
    sides = np.where(y > 0, programme["lower"], programme["upper"])
    least = sum(a * b for a, b in zip(y, sides, strict=True) if abs(a) > 1e-9)
    least += sum(d * u for d, u in zip(reduced, most, strict=True) if d < -1e-9)
    assert programme["cost"] @ x == pytest.approx(least, abs=1e-6)
    assert basis.valid and sum(s == BASIC for s in [*basis.col_status, *basis.row_status]) == len(rows)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("made", [transport, assignment])
def test_it_ends_with_a_basis_and_with_duals_that_prove_the_optimum(made: Any, seed: int) -> None:
    """Transport has many optima; at every vertex of an assignment most of what is basic stands at 0."""
    programme = made(seed)
    h = again(programme)
    assert by_interior_point(h)
    prove_optimal(h, programme)


@pytest.mark.parametrize("fault", [{"ipm_iteration_limit": 1}, {"run_crossover": "off"}])
def test_what_is_no_optimum_with_a_basis_is_left_to_the_simplex_method(fault: dict[str, Any]) -> None:
    """Stopped before it was precise; optimal, but no vertex."""
    programme = transport(0)
    h = again(programme, **fault)
    assert h.getModelStatus() == OPTIMAL and not by_interior_point(h)
    prove_optimal(h, programme)


def test_with_a_basis_it_is_the_simplex_method() -> None:
    programme = transport(0)
    h = again(programme)
    programme["cost"] = programme["cost"][::-1].copy()
    everything = np.arange(48, dtype=np.int32)
    h.changeColsCost(48, everything, programme["cost"])
    method.run(h, linear=True)
    assert not by_interior_point(h) and h.getInfo().simplex_iteration_count > 0
    prove_optimal(h, programme)


@pytest.mark.parametrize("seed", range(10))
def test_ties_are_broken_as_after_the_simplex_method(seed: int) -> None:
    wanted = [np.random.default_rng(seed).uniform(0, 1, 48)]  # with such weights one plan alone is best
    here, there = again(transport(seed)), solver(**transport(seed))
    assert by_interior_point(here)
    chosen, other = (preferred(h, wanted, method.steps(h)) for h in (here, there))
    assert chosen is not None and other is not None
    assert chosen == pytest.approx(other, abs=1e-7)


def test_of_two_offers_at_one_price_the_one_that_is_not_chinese_is_taken() -> None:
    plan = best(exposed(supplies=TWO_OFFERS, demands=[need(100)]))
    assert plan.objective == pytest.approx(1000)
    assert set(plan.tables["purchases"]["supply"]) == {"others"}


# ---------------------------------------------------------------- a session


def solved(m: Matrix, **options: Any) -> tuple[Session, Outcome]:
    session = Session(m, Options(tie_break=False, **options))
    return session, session.solve()


def _worth(duals: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> float:
    """A dual that draws to a bound which is not there is noise."""
    side = np.where(duals > 0, lower, upper)
    real = np.isfinite(side)
    assert (np.abs(duals[~real]) < 1e-3).all()
    return float(duals[real] @ side[real])


def test_a_session_ends_alike_either_way(chain: Matrix, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same optimum, and each one's duals are worth it: lower sides where they pay, upper ones where they are paid."""
    session, outcome = solved(chain)
    assert by_interior_point(session._h) and outcome.status is Status.OPTIMAL and outcome.basis is not None
    monkeypatch.setattr(method, "LARGE", 10**9)
    other, found = solved(chain)
    assert not by_interior_point(other._h)
    assert outcome.objective is not None and outcome.objective == pytest.approx(found.objective, rel=1e-9)
    for s in (session, other):
        duals = s.duals()
        worth = chain.offset + _worth(duals.rows, chain.row_lower, chain.row_upper)
        worth += _worth(duals.columns, chain.lower, chain.upper)
        assert worth == pytest.approx(outcome.objective, rel=1e-6)
        assert s.ranging().duals == pytest.approx(duals.rows)


def test_what_cannot_be_and_what_has_no_end_is_told(chain: Matrix) -> None:
    one = np.zeros(len(chain.cost))
    one[0] = 1.0
    nowhere = chain.with_row(one, 3.0, np.inf).with_row(one, -np.inf, 2.0)
    assert solved(nowhere)[1].status is Status.INFEASIBLE
    endless = chain.with_columns(1, np.inf, False)[0]
    cost = endless.cost.copy()
    cost[-1] = -1.0
    assert solved(endless.aiming(cost))[1].status is Status.UNBOUNDED


def test_it_stops_when_asked_and_when_time_is_up(chain: Matrix) -> None:
    """Neither ending is a plan, and neither is begun again by the simplex method."""
    session, outcome = solved(chain, time_limit=0.0)
    assert outcome.status is Status.TIME_LIMIT and outcome.values is None
    session = Session(chain, Options(tie_break=False))
    session._interrupted.set()
    outcome = session.solve()
    assert outcome.status is Status.INTERRUPTED and outcome.values is None
    assert session.steps == 0


def test_a_loaded_session_begins_from_the_basis_it_is_given(chain: Matrix) -> None:
    first, options = solved(chain)[1], Options(tie_break=False)
    loaded = Loaded(chain, options)
    dearer = replace(chain, cost=chain.cost * np.where(np.arange(len(chain.cost)) % 7, 1.0, 1.02))
    loaded.begin(dearer, basis=first.basis)
    outcome = loaded.solve()
    assert not by_interior_point(loaded._h)
    loaded.begin(dearer)
    anew = loaded.solve()
    assert by_interior_point(loaded._h)
    assert outcome.objective == pytest.approx(anew.objective, rel=1e-9)
