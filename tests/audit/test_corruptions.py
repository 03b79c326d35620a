"""The audit catches plans that were tampered with, each in its own words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from magnet_sourcing import Case, Plan, solve
from magnet_sourcing.audit import audit

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
}


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_corruption_is_caught(plan: Plan, name: str) -> None:
    corrupt, words = CORRUPTIONS[name]
    tables = {key: frame.copy() for key, frame in plan.tables.items()}
    corrupt(tables)
    report = audit(plan.case, tables, objective=plan.objective)
    assert not report.passed
    assert any(words in failure for failure in report.failures), report.failures[:5]


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
