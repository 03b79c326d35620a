"""The reference case: sourced or reasoned throughout, and a plan that makes sense."""

from __future__ import annotations

import pytest
from magnet_sourcing import Case, Plan, solve
from magnet_sourcing.schema import TABLES

CASE = Case.reference()
UNSOURCED = {"periods", "sources", "evidence"}


def test_it_passes_its_checks() -> None:
    assert [str(p) for p in CASE.check() if p.severity == "error"] == []


@pytest.mark.parametrize("table", [t for t, frame in CASE.tables.items() if len(frame) and t not in UNSOURCED])
def test_each_row_has_a_source_or_a_reasoned_estimate(table: str) -> None:
    for row in CASE.rows(table):
        assert row.source, f"{table} {row.key} has no source"
        if row.source == "estimate":
            assert row.note and len(row.note) >= 12, f"{table} {row.key}: estimate without reasoning"


def test_each_source_is_used() -> None:
    used = {r.source for name in TABLES if name != "sources" for r in CASE.rows(name) if "source" in r}
    assert {r.source for r in CASE.rows("sources")} <= used


def test_evidence_brackets_the_numbers() -> None:
    """low <= value <= high, the value looked up in its table."""
    for e in CASE.rows("evidence"):
        if e.low is None or e.high is None:
            continue
        row = next(r for r in CASE.rows(e.table) if r.key == e.row)
        name, _, year = e.column.rpartition(" ")
        value = row[name][int(year)] if name else row[e.column]
        for x in value.values() if isinstance(value, dict) else [value]:
            assert e.low - 1e-9 <= x <= e.high + 1e-9, f"{e.table} {e.row} {e.column}: {x} not in {e.low}..{e.high}"


def test_demand_follows_the_central_path() -> None:
    """3,700 t in 2025 to 11,130 t in 2035, the central path of the facts."""
    path = [3700, 4250, 4880, 5610, 6440, 7400, 8030, 8710, 9450, 10260, 11130]
    for t, tonnes in zip(CASE.periods, path, strict=True):
        total = sum(r.quantity[t] for r in CASE.rows("demands") if r.material.startswith("magnet "))
        assert total == pytest.approx(tonnes, abs=0.5)


def test_every_element_of_the_mission_is_there() -> None:
    countries = {r.country for r in CASE.rows("locations")}
    assert {"India", "Malawi", "Australia", "Myanmar", "Argentina", "Japan", "South Korea", "China"} <= countries
    assert {"tolling", "joint venture", "foreign plant", "technology licence", "offtake", "equity", "import"} == {
        r.kind for r in CASE.rows("routes")
    }
    stages = {r.stage for r in CASE.rows("processes")}
    assert {"mining", "beneficiation", "cracking", "separation", "metal", "alloy", "magnet"} <= stages
    assert {"thorium", "water", "power", "acid and alkali"} <= {r.impact for r in CASE.rows("impacts")}
    assert any(r.reserved for r in CASE.rows("demands"))


@pytest.fixture(scope="module")
def plan() -> Plan:
    return solve(CASE, gap=0.002)


def test_the_plan_is_proved_and_audited(plan: Plan) -> None:
    assert plan.status == "optimal" and plan.audit.passed, plan.audit.failures[:5]


def test_dependence_falls_once_plants_stand(plan: Plan) -> None:
    assert plan.index[2032] < plan.index[2026]


def test_thorium_stays_within_its_store(plan: Plan) -> None:
    rows = plan.tables["limits"]
    rows = rows[rows["limit"] == "Thorium store"]
    assert (rows["amount"] <= rows["value"] + 1e-6).all()
