"""What must hold for every case with scenarios, tried on random ones."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from magnet_sourcing import Case, ScenarioPlan, solve

from .random_cases import Tables, cases

few = settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
CASE = tuple[dict[str, Any], Tables]

SHOCK = {"table": "supplies", "where": "origin = China", "column": "limit", "operation": "multiply", "value": 0.2}
DEAR = {"table": "supplies", "where": "", "column": "price", "operation": "multiply", "value": 1.5}


def with_futures(tables: Tables, probability: dict[str, float], last_years: list[int]) -> Tables:
    """A calm future, one in which Chinese offers shrink in the later years, one in which all is dearer."""
    made = copy.deepcopy(tables)
    for row in made["supplies"]:
        row["origin"] = "China"
    made["scenarios"] = [{"scenario": n, "probability": p} for n, p in probability.items()]
    late = {"first_year": last_years[0]}
    made["disruptions"] = [{"scenario": n, **SHOCK, **late} for n in probability if n.startswith("shock")]
    made["disruptions"] += [{"scenario": n, **DEAR, **late} for n in probability if n.startswith("dear")]
    return made


def later(tables: Tables) -> list[int]:
    return [row["period"] for row in tables["periods"]][1:]


def best(given_settings: dict[str, Any], tables: Tables, **options: Any) -> ScenarioPlan:
    plan = solve(Case.from_rows(given_settings, tables), scenarios="all", gap=0, **options)
    assert isinstance(plan, ScenarioPlan)
    assert plan.status == "optimal", plan.detail
    assert plan.audit is not None and plan.audit.passed, plan.audit.failures[:5]
    return plan


def close(a: float, b: float) -> bool:
    return abs(a - b) <= 1e-6 * max(1.0, abs(a), abs(b))


def no_more(a: float, b: float) -> bool:
    return a <= b + 1e-6 * max(1.0, abs(a), abs(b))


THREE = {"calm": 0.5, "shock": 0.3, "dear": 0.2}


@few
@given(cases())
def test_splitting_a_scenario_changes_nothing(case: CASE) -> None:
    """Duplicating a future at half the weight."""
    given_settings, tables = case
    whole = with_futures(tables, THREE, later(tables))
    halves = with_futures(tables, {"calm": 0.5, "shock": 0.15, "shock again": 0.15, "dear": 0.2}, later(tables))
    for options in ({}, {"cvar": 0.5, "alpha": 0.7}):
        assert close(best(given_settings, whole, **options).objective, best(given_settings, halves, **options).objective)


@few
@given(cases())
def test_a_scenario_nobody_believes_in_changes_nothing(case: CASE) -> None:
    """One of probability 0 is left out of 'all'; scaling all probabilities is undone by asking for some by name."""
    given_settings, tables = case
    two = best(given_settings, with_futures(tables, {"calm": 0.625, "shock": 0.375}, later(tables))).objective
    with_nobody = with_futures(tables, {"calm": 0.625, "shock": 0.375, "dear": 0.0}, later(tables))
    assert close(best(given_settings, with_nobody).objective, two)
    some = Case.from_rows(given_settings, with_futures(tables, THREE, later(tables)))
    assert close(solve(some, scenarios=["calm", "shock"], gap=0).objective, two)


@few
@given(cases())
def test_knowing_more_never_costs_more(case: CASE) -> None:
    """Foresight of operations, builds that wait, and a future known alone each cost no more in expectation."""
    given_settings, tables = case
    made = with_futures(tables, THREE, later(tables))
    plan = best(given_settings, made)
    assert no_more(best(given_settings, made, foresight=True).objective, plan.objective)
    assert no_more(best(given_settings, made, adapt_from=later(tables)[0]).objective, plan.objective)
    known = Case.from_rows(given_settings, made)
    alone = sum(p * solve(known, scenario=n, gap=0).objective for n, p in THREE.items())
    assert no_more(alone, plan.objective)


@few
@given(cases(), st.sampled_from([0.25, 0.75]))
def test_each_aim_is_best_at_what_it_aims_at(case: CASE, beta: float) -> None:
    given_settings, tables = case
    made = with_futures(tables, THREE, later(tables))
    mean, tail, worst = (best(given_settings, made, **o) for o in ({}, {"cvar": beta, "alpha": 0.7}, {"aim": "worst"}))
    assert no_more(mean.cost, tail.cost) and no_more(mean.cost, worst.cost)
    for other in (mean, worst):
        assert no_more(tail.objective, (1 - beta) * other.cost + beta * other.tail(0.7))
    for other in (mean, tail):
        assert no_more(worst.objective, max(other.costs.values()))


@few
@given(cases())
def test_the_order_of_scenarios_does_not_matter(case: CASE) -> None:
    given_settings, tables = case
    made = with_futures(tables, THREE, later(tables))
    turned = with_futures(tables, dict(reversed(THREE.items())), later(tables))
    turned["disruptions"].reverse()
    assert close(best(given_settings, made).objective, best(given_settings, turned).objective)
