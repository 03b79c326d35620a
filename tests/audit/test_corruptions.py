"""The audit catches plans that were tampered with, each in its own words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from magnet_sourcing import Case, Plan, solve
from magnet_sourcing.audit import audit

from ..miniatures.cases import case, need, offer, plant, route

Tables = dict[str, pd.DataFrame]


@pytest.fixture(scope="module")
def plan() -> Plan:
    return solve(Case.small(), gap=0)


def scale(table: str, column: str, factor: float) -> Callable[[Tables], None]:
    def corrupt(tables: Tables) -> None:
        tables[table].loc[tables[table].index[0], column] *= factor

    return corrupt


def put(table: str, column: str, value: Any) -> Callable[[Tables], None]:
    def corrupt(tables: Tables) -> None:
        tables[table][column] = tables[table][column].astype(object)
        tables[table].loc[tables[table].index[0], column] = value

    return corrupt


def drop(table: str) -> Callable[[Tables], None]:
    def corrupt(tables: Tables) -> None:
        tables[table] = tables[table].iloc[1:]

    return corrupt


def twice(table: str) -> Callable[[Tables], None]:
    def corrupt(tables: Tables) -> None:
        tables[table] = pd.concat([tables[table], tables[table].iloc[:1]], ignore_index=True)

    return corrupt


CORRUPTIONS: dict[str, tuple[Callable[[Tables], None], str]] = {
    "one flow changed": (scale("flows", "loaded", 1.01), "material balances"),
    "loss forgotten": (scale("flows", "arrived", 0.99), "lanes"),
    "activity raised": (scale("activity", "activity", 1.001), "material balances"),
    "one cost dropped": (drop("costs"), "costs"),
    "one cost changed": (scale("costs", "discounted", 1.01), "costs"),
    "a build before its lead time": (put("builds", "available_from", 2027), "builds"),
    "a build forgotten": (drop("builds"), "capacity"),
    "half a module": (put("builds", "modules", 0.5), "whole number"),
    "capital halved": (scale("builds", "capital", 0.5), "capital of"),
    "a signing forgotten": (drop("signings"), "contract"),
    "a signing outside the horizon": (put("signings", "period", 2031), "names"),
    "return larger than tolled": (scale("tolling", "returned", 1.1), "tolling"),
    "a swapped country": (put("builds", "country", "China"), "stands at"),
    "an origin changed": (put("purchases", "origin", "India"), "origin"),
    "purchase raised": (scale("purchases", "bought", 1.5), "material balances"),
    "shortage hidden": (scale("demand", "delivered", 0.5), "demand"),
    "requirement changed": (scale("demand", "required", 0.9), "required"),
    "index edited": (put("dependence", "share", 0.123), "dependence index"),
    "exposure edited": (scale("exposure", "exposure", 0.5), "exposure"),
    "concentration edited": (put("concentration", "hhi", 0.2), "concentration"),
    "utilisation edited": (put("capacity", "utilisation", 0.01), "utilisation"),
    "an unknown facility": (put("activity", "facility", "Atlantis"), "not in the case"),
    "a partner's fee changed": (scale("partners", "amount", 1.01), "partners"),
    "a partner's discount edited": (scale("partners", "discounted", 0.9), "partners"),
    "a partner's line forgotten": (drop("partners"), "partners"),
    "another partner": (put("partners", "country", "China"), "the partner is"),
    "a negative flow": (put("flows", "loaded", -1.0), "signs"),
    "a year that is no period": (put("flows", "period", 1999), "1999 is no period"),
    "a row twice": (twice("flows"), "stands twice"),
    "existing capacity edited": (scale("capacity", "existing", 0.5), "existing of"),
    "available capacity edited": (scale("capacity", "available", 1.5), "available of"),
    "use edited": (put("capacity", "used", 123.0), "used of"),
    "added capacity edited": (put("capacity", "added", 3.0), "added of"),
}


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_corruption_is_caught(plan: Plan, name: str) -> None:
    corrupt, words = CORRUPTIONS[name]
    tables = {key: frame.copy() for key, frame in plan.tables.items()}
    corrupt(tables)
    report = audit(plan.case, tables, objective=plan.objective)
    assert not report.passed
    assert any(words in failure for failure in report.failures), report.failures[:5]


@pytest.fixture(scope="module")
def traced() -> Plan:
    """Half the ore is from Baotou and half of the magnets must be free; Chinese control of the second press, a toll, a
    stock and scrap that does not count; a limit that asks for free tonnes."""
    made = case(
        plant("press", {"magnet": 1}, {"ore": 1}, capacity=30, stage="magnet"),
        plant("venture", {"magnet": 1}, {"ore": 1}, capacity=4, stage="magnet", china_share=0.5, min_load=1,
              min_load_rule="always"),
        years=2, settings={"exposed_country": "China"},
        stages=[{"stage": "mining", "order": 1}, {"stage": "magnet", "order": 2, "weight": 1}],
        elements=[{"element": "NdPr"}],
        materials=[{"material": "ore", "stage": "mining"}, {"material": "magnet", "stage": "magnet"}],
        contents=[{"material": m, "element": "NdPr", "content": 0.3} for m in ("ore", "magnet")],
        supplies=[offer("baotou", 1, "ore", origin="China", limit=10, minimum=10), offer("home", 5, "ore")],
        demands=[need(20, min_free=0.5)],
        stocks=[{"stock": "store", "material": "magnet", "initial": 2, "initial_free": 0.5, "minimum": 2}],
        routes=[route("partner", "tolling", must_sign=True, minimum=5)],
        tolls=[{"toll": "toll", "route": "partner", "sent": "ore", "origin": "here", "returned": "magnet",
                "destination": "here", "yield": 0.5, "capacity": 5}],
        returns=[{"return": "old", "delivered": "magnet", "material": "ore", "share": 0, "lag": 1, "base": 1,
                  "free": False}],
        limits=[{"limit": "ask", "sense": "at least", "value": 11}],
        limit_terms=[{"limit": "ask", "metric": "free delivered"}],
    )
    plan = solve(made, gap=0)
    assert plan.audit.passed, plan.audit.failures
    return plan


def where(table: str, column: str, value: Any, **row: Any) -> Callable[[Tables], None]:
    """Puts a value into the rows of a table in which each named column has its value."""

    def corrupt(tables: Tables) -> None:
        frame = tables[table]
        hit = pd.Series(True, index=frame.index)
        for name, wanted in row.items():
            hit &= frame[name] == wanted
        assert hit.any()
        frame[column] = frame[column].astype(object)
        frame.loc[hit, column] = value

    return corrupt


FALSELY_FREE: dict[str, tuple[Callable[[Tables], None], str]] = {
    "a Chinese purchase": (where("purchases", "free", 1.0, supply="baotou"), "not a free purchase"),
    "work under part control": (where("activity", "free", 1.0, facility="venture"), "not free work"),
    "more than the whole": (where("activity", "free", 99.0, facility="press"), "free part of press"),
    "scrap that does not count": (where("collections", "free", 1.0), "does not count as free"),
    "more run free than came free": (where("activity", "free", 20.5, facility="press"), "free ore that leaves"),
    "a toll that was sent the others": (where("tolling", "free", 5.0), "free ore that leaves"),
    "a stock better than it was": (where("stocks", "free", 2.0), "free magnet that leaves"),
    "all of the delivery": (where("demand", "free", 20.0), "free magnet that leaves"),
    "less than was asked": (where("demand", "free", 9.0), "least free delivery"),
    "a limit that is missed": (where("demand", "free", 10.5), "ask in"),
    "followed and blank": (where("purchases", "free", None, supply="home"), "free is None"),
    "a share edited": (where("free_delivery", "share", 0.9, segment="all"), "share of all"),
    "a line dropped": (drop("free_delivery"), "lines of free_delivery"),
    "a sum edited": (where("free_delivery", "free", 19.0, segment="all"), "free of all"),
}


@pytest.mark.parametrize("name", FALSELY_FREE)
def test_what_is_falsely_called_free_is_caught(traced: Plan, name: str) -> None:
    corrupt, words = FALSELY_FREE[name]
    tables = {key: frame.copy() for key, frame in traced.tables.items()}
    corrupt(tables)
    failures = audit(traced.case, tables, objective=traced.objective).failures
    assert any(words in failure for failure in failures), failures[:5]


def test_the_plan_itself_passes(plan: Plan) -> None:
    assert audit(plan.case, plan.tables, objective=plan.objective).passed


def test_another_objective_is_caught(plan: Plan) -> None:
    assert not audit(plan.case, plan.tables, objective=plan.objective * 1.0001).passed


def test_a_partner_at_a_loss_is_caught(plan: Plan) -> None:
    """The plan was made without the hurdle; the case now asks for it, and the partner's cost makes the route a loss."""
    case = plan.case.copy()
    signed = plan.tables["signings"]["route"].iloc[0]
    routes = case.tables["routes"]
    routes["clears_hurdle"] = ["yes" if name == signed else None for name in routes["route"]]
    routes["partner_cost"] = 1e6
    case.tables["materials"]["value"] = 1000
    failures = audit(case, plan.tables, objective=None).failures
    assert any(f"{signed}: loss to its partner" in failure for failure in failures), failures[:5]


def test_a_cap_that_does_not_hold_is_caught(plan: Plan) -> None:
    assert not audit(plan.case, plan.tables, objective=plan.objective, china_cap={2027: 0.1}).passed


def test_the_audit_knows_no_model() -> None:
    import subprocess
    import sys

    code = (
        "import magnet_sourcing.audit, sys; "
        "sys.exit(any(m in sys.modules for m in ('pyomo', 'highspy', 'magnet_models')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_work_and_freight_outside_their_years_or_permits_are_caught(plan: Plan) -> None:
    """The case takes back, one after the other, what the plan uses."""
    used = {
        "facilities": ("facility", plan.tables["activity"]["facility"].iloc[0], "is outside its years"),
        "lanes": ("lane", plan.tables["flows"]["lane"].iloc[0], "outside its years"),
    }
    for table, (key, name, words) in used.items():
        case = plan.case.copy()
        frame = case.tables[table]
        frame["last_year"] = [case.periods[0] - 1 if x == name else None for x in frame[key]]
        frame["first_year"] = None
        failures = audit(case, plan.tables, objective=None).failures
        assert any(words in failure and name in failure for failure in failures), failures[:5]
    case = plan.case.copy()
    gone = case.tables["freight"]["lane"] == used["lanes"][1]
    case.tables["freight"] = case.tables["freight"][~gone].reset_index(drop=True)
    failures = audit(case, plan.tables, objective=None).failures
    assert any("not carried there" in failure for failure in failures), failures[:5]
