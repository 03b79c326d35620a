"""Published two-stage models, solved as cases with scenarios, have their published optima and values of information."""

from __future__ import annotations

from pathlib import Path

import pytest
from magnet_sourcing import Case, ScenarioPlan, solve
from magnet_sourcing.studies.information import value_of_scenarios

from .futures import alone

HERE = Path(__file__).parent


def best(name: str, **options: object) -> ScenarioPlan:
    plan = solve(Case.read(HERE / name), scenarios="all", gap=0, **options)  # type: ignore[arg-type]
    assert isinstance(plan, ScenarioPlan)
    assert plan.status == "optimal", plan.detail
    assert plan.audit is not None and plan.audit.passed, plan.audit.failures[:5]
    return plan


@pytest.mark.parametrize(
    "name, optimum, tolerance", [("farmer", -108390, 1e-5), ("lands", 381.8533, 1e-6), ("netdes", 88557.3, 1e-6)]
)
def test_published_optimum(name: str, optimum: float, tolerance: float) -> None:
    plan = best(name)
    assert plan.objective == pytest.approx(optimum, rel=tolerance)
    assert plan.cost == pytest.approx(plan.objective)


def test_farmer_plants_as_published() -> None:
    """170 acres of wheat, 80 of corn, 250 of beets."""
    builds = best("farmer").decided.tables["builds"].set_index("expansion")["size"]
    assert builds["plant wheat"] == pytest.approx(170)
    assert builds["plant corn"] == pytest.approx(80)
    assert builds["plant sugar_beets"] == pytest.approx(250)


def test_farmer_who_minds_the_bad_years() -> None:
    """Expected cost plus twice the mean of the worst fifth is -220700 (mpi-sppy): weights 1/3 and 2/3, times 3."""
    assert 3 * best("farmer", cvar=2 / 3, alpha=0.8).objective == pytest.approx(-220700, rel=1e-5)


def test_farmer_who_minds_only_the_bad_years() -> None:
    """CVaR at 0.8 alone: the worst of three equally likely years, a profit of 59950."""
    plan = best("farmer", cvar=1.0, alpha=0.8)
    assert plan.objective == pytest.approx(-59950, rel=1e-5)
    assert plan.tail(0.8) == pytest.approx(-59950, rel=1e-5)


def test_farmer_in_the_worst_year() -> None:
    assert best("farmer", aim="worst").objective == pytest.approx(-59950, rel=1e-5)


def test_farmer_value_of_information() -> None:
    """Birge and Louveaux, sec. 1.1: EVPI 7016, VSS 1150."""
    value = value_of_scenarios(best("farmer"), gap=0)
    assert value["evpi"] == pytest.approx((7015.5556, 7015.5556), rel=1e-5)
    assert value["vss"] == pytest.approx((1150, 1150), rel=1e-5)


def test_the_plan_for_the_mean_network_fails_in_some_futures() -> None:
    value = value_of_scenarios(best("netdes"), gap=0)
    assert value["vss"] is None and value["mean_fails"]


@pytest.mark.parametrize("name", ["farmer", "lands", "netdes"])
def test_a_future_is_the_case_that_an_independent_hand_makes_of_it(name: str) -> None:
    case = Case.read(HERE / name)
    for scenario in [r.scenario for r in case.rows("scenarios")][:3]:
        ours, theirs = (solve(c, gap=0).objective for c in (case.future(scenario), alone(case, scenario)))
        assert ours == pytest.approx(theirs, rel=1e-9)
