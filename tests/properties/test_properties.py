"""What must hold for every case, tried on random ones. DEVELOPERS.md lists these properties."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from magnet_sourcing import Case, solve

from .random_cases import Tables, cases

few = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
RELATIVE = 1e-6


def best(given_settings: dict[str, Any], tables: Tables, **options: Any) -> float:
    """Optimal cost, of a plan whose audit passed."""
    plan = solve(Case.from_rows(given_settings, tables), gap=0, tie_break=False, **options)
    assert plan.status == "optimal", plan.detail
    assert plan.audit.passed, plan.audit.failures[:5]
    return plan.objective


def close(a: float, b: float) -> bool:
    return abs(a - b) <= RELATIVE * max(1.0, abs(a), abs(b))


def no_more(a: float, b: float) -> bool:
    """a <= b, within what the solver may leave."""
    return a <= b + RELATIVE * max(1.0, abs(a), abs(b))


@few
@given(cases())
def test_a_plan_passes_its_audit_and_its_bound(case: tuple[dict[str, Any], Tables]) -> None:
    plan = solve(Case.from_rows(*case), gap=0)
    assert plan.status == "optimal"
    assert plan.audit.passed, plan.audit.failures[:5]
    assert no_more(plan.bound, plan.objective)
    assert close(plan.cost, plan.total())


@few
@given(cases(), st.sampled_from(["limit", "reserve", "capacity", "lane", "stock"]))
def test_relaxing_never_costs_more(case: tuple[dict[str, Any], Tables], which: str) -> None:
    given_settings, tables = case
    relaxed = copy.deepcopy(tables)
    if which == "limit":
        relaxed["limits"][0]["value"] *= 2
    elif which == "reserve":
        relaxed["facilities"][0]["reserve"] = None
    elif which == "capacity":
        relaxed["supplies"][0]["limit"] += 10
    elif which == "lane":
        relaxed["lanes"][0]["capacity"] = None
    else:
        relaxed["stocks"][0]["capacity"] = 40.0
    assert no_more(best(given_settings, relaxed), best(given_settings, tables))


@few
@given(cases())
def test_a_ban_equals_a_zero_cap(case: tuple[dict[str, Any], Tables]) -> None:
    """Switching Chinese magnets off, a limit of 0 on the offer, and a policy limit of 0 on buying it are one."""
    given_settings, tables = case
    off, zero, policy = copy.deepcopy(tables), copy.deepcopy(tables), copy.deepcopy(tables)
    off["supplies"][0]["active"] = False
    zero["supplies"][0]["limit"] = 0.0
    policy["limits"].append({"limit": "ban", "sense": "at most", "value": 0.0})
    policy["limit_terms"].append({"limit": "ban", "metric": "bought", "supply": "Chinese magnets"})
    costs = [best(given_settings, t) for t in (off, zero, policy)]
    assert close(costs[0], costs[1]) and close(costs[0], costs[2])


@few
@given(cases(), st.floats(0, 0.3), st.floats(0, 60))
def test_requiring_the_partners_hurdle_never_costs_less(
    case: tuple[dict[str, Any], Tables], rate: float, own: float
) -> None:
    given_settings, tables = case
    free = copy.deepcopy(tables)
    for material in free["materials"]:
        material.setdefault("value", 100.0)
    for row in free["routes"]:
        row |= {"hurdle_rate": rate, "partner_cost": own}
    held = copy.deepcopy(free)
    for row in held["routes"]:
        row["clears_hurdle"] = True
    plan = solve(Case.from_rows(given_settings, held), gap=0, tie_break=False)
    if plan.has_plan:
        assert plan.audit.passed, plan.audit.failures[:5]
        assert no_more(best(given_settings, free), plan.objective)
    else:
        assert plan.status == "infeasible" and any(row.get("must_sign") for row in held["routes"])


@few
@given(cases())
def test_a_route_that_cannot_be_signed_equals_no_route(case: tuple[dict[str, Any], Tables]) -> None:
    given_settings, tables = case
    off, late = copy.deepcopy(tables), copy.deepcopy(tables)
    off["routes"][0]["active"] = False
    late["routes"][0]["first_year"] = 2100
    assert close(best(given_settings, off), best(given_settings, late))


@few
@given(cases())
def test_names_do_not_matter(case: tuple[dict[str, Any], Tables]) -> None:
    given_settings, tables = case
    renamed = copy.deepcopy(tables)
    for rows in renamed.values():
        rows.reverse()
        for row in rows:
            for column, value in row.items():
                if value == "oxide":
                    row[column] = "Zz renamed"
                elif value == "refinery":
                    row[column] = "Aa renamed"
    assert close(best(given_settings, renamed), best(given_settings, tables))


@few
@given(cases(), st.sampled_from([0.001, 1000.0]))
def test_the_money_unit_does_not_matter(case: tuple[dict[str, Any], Tables], factor: float) -> None:
    from magnet_sourcing.schema import TABLES

    given_settings, tables = case
    scaled = copy.deepcopy(tables)
    for name, rows in scaled.items():
        for row in rows:
            for column in TABLES[name].columns:
                if column.unit.startswith("money") and row.get(column.name) is not None:
                    row[column.name] *= factor
    assert close(best(given_settings, scaled), factor * best(given_settings, tables))


@few
@given(cases(), st.sampled_from([0.2, 0.5, 0.8]))
def test_a_cap_on_the_index_costs_more_as_it_tightens(case: tuple[dict[str, Any], Tables], cap: float) -> None:
    given_settings, tables = case
    loose = best(given_settings, tables, china_cap=cap)
    tight = best(given_settings, tables, china_cap=cap / 2)
    assert no_more(best(given_settings, tables), loose) and no_more(loose, tight)


@few
@given(cases())
def test_a_price_on_exposure_never_raises_exposure(case: tuple[dict[str, Any], Tables]) -> None:
    given_settings, tables = case

    def exposed(price: float) -> float:
        plan = solve(Case.from_rows(given_settings, tables), gap=0, china_price=price)
        assert plan.audit.passed, plan.audit.failures[:5]
        return (plan.objective - plan.cost) / price

    assert exposed(50.0) <= exposed(1.0) + 1e-5


@few
@given(cases())
def test_asking_for_more_free_delivery_never_costs_less(case: tuple[dict[str, Any], Tables]) -> None:
    given_settings, tables = case
    costs = []
    for share in (0.0, 0.5, 1.0):
        asked = copy.deepcopy(tables)
        for row in asked["demands"]:
            row["min_free"] = share
        costs.append(best(given_settings, asked))
    assert no_more(costs[0], costs[1]) and no_more(costs[1], costs[2])


@few
@given(cases())
def test_following_free_tonnes_changes_nothing_unless_they_are_asked_for(case: tuple[dict[str, Any], Tables]) -> None:
    from magnet_models import build
    from magnet_sourcing.matrix import to_matrix
    from magnet_sourcing.schema import TABLES
    from magnet_sourcing.session import Options, Session

    given_settings, tables = copy.deepcopy(case)
    for row in tables["demands"]:
        row["min_free"] = 0.0
    made = Case.from_rows(given_settings, tables)
    rows = {name: made.rows(name) for name in TABLES}
    model = build(made.settings, rows, custody=True)
    followed = Session(to_matrix(model.programme), Options(gap=0)).solve().objective
    assert followed is not None and close(followed, best(given_settings, tables))


@few
@given(cases())
def test_without_the_exposed_country_all_is_free(case: tuple[dict[str, Any], Tables]) -> None:
    given_settings, tables = copy.deepcopy(case)
    for row in tables["supplies"]:
        row["active"] = False
    for row in tables["facilities"]:
        row["china_share"] = 0.0
    tables["embedded"][0]["share"] = 0.0
    tables["stocks"][0]["initial_free"] = 1.0
    plan = solve(Case.from_rows(given_settings, tables), gap=0)
    assert plan.audit.passed, plan.audit.failures[:5]
    assert all(share > 1 - 1e-5 for share in plan.free_share.values()), plan.free_share
    assert all(x < 1e-6 for x in plan.index.values())


@few
@given(cases())
def test_ties_are_broken_the_same_way_whatever_the_row_order(case: tuple[dict[str, Any], Tables]) -> None:
    given_settings, tables = case
    turned = {name: list(reversed(rows)) for name, rows in tables.items()}
    first = solve(Case.from_rows(given_settings, tables), gap=0)
    second = solve(Case.from_rows(given_settings, turned), gap=0)
    assert close(first.objective, second.objective)
    assert close(sum(first.index.values()), sum(second.index.values()))
    assert first.case.hash == second.case.hash
