"""The reference case: sourced or reasoned throughout, consistent in its chemistry, and a plan that makes sense."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

import pytest
from magnet_sourcing import Case, Plan, solve
from magnet_sourcing.changes import changed
from magnet_sourcing.schema import TABLES
from magnet_sourcing.studies.ranges.assumed import assumptions
from magnet_sourcing.studies.ranges.ranges import ranges_of
from magnet_sourcing.studies.ranges.sampling import sample_runs

CASE = Case.reference()
UNSOURCED = {"periods", "sources", "evidence", "studies"}
CONTENT: dict[tuple[str, str], float] = {(r.material, r.element): r.content for r in CASE.rows("contents")}
ELEMENTS = [r.element for r in CASE.rows("elements")]
FIRST = CASE.periods[0]


def quantities(process: str, direction: str) -> dict[str, float]:
    """Tonnes of each material per tonne of activity."""
    rows = [r for r in CASE.rows("recipes") if r.process == process and r.direction == direction]
    return {r.material: r.quantity[FIRST] for r in rows}


def held(materials: dict[str, float], element: str) -> float:
    return sum(q * CONTENT.get((m, element), 0.0) for m, q in materials.items())


def values(cell: Any) -> Iterable[float]:
    return cell.values() if isinstance(cell, dict) else [cell]


# ---------------------------------------------------------------- sources and evidence


def test_it_passes_its_checks() -> None:
    assert [str(p) for p in CASE.check() if p.severity == "error"] == []


@pytest.mark.parametrize("table", [t for t, frame in CASE.tables.items() if len(frame) and t not in UNSOURCED])
def test_each_row_has_a_source_or_a_reasoned_estimate(table: str) -> None:
    for row in CASE.rows(table):
        assert row.source, f"{table} {row.key} has no source"
        assert row.source != "estimate" or len(row.note or "") >= 20, f"{table} {row.key}: estimate without reasoning"


def test_each_source_is_used() -> None:
    used = {r.source for name in TABLES if name != "sources" for r in CASE.rows(name) if "source" in r}
    assert {r.source for r in CASE.rows("sources")} <= used


def test_sources_are_documents_one_row_each() -> None:
    """An estimate is never dressed up as a source, and no document is listed twice."""
    rows = CASE.rows("sources")
    assert [r.source for r in rows if "estimate" in r.title.lower()] == []
    assert [u for u, n in Counter(r.url for r in rows if r.url).items() if n > 1] == []


def test_evidence_brackets_the_numbers() -> None:
    """low <= value <= high, the value looked up in its table."""
    rows = {t: {r.key: r for r in CASE.rows(t)} for t in {e.table for e in CASE.rows("evidence")}}
    for e in CASE.rows("evidence"):
        name, _, year = e.column.rpartition(" ")
        cell = rows[e.table][e.row][name][int(year)] if name else rows[e.table][e.row][e.column]
        for x in values(cell):
            assert e.low - 1e-6 <= x <= e.high + 1e-6, f"{e.table} {e.row} {e.column}: {x} not in {e.low}..{e.high}"


NUMBERS = {
    "facilities": "capacity",
    "operations": "cost",
    "expansions": "unit_cost",
    "supplies": "price",
    "sales": "price",
    "tolls": "fee",
    "contents": "content",
    "intensities": "quantity",
    "demands": "quantity",
    "embedded": "share",
    "limits": "value",
    "incentives": "rate",
    "scenarios": "probability",
    "returns": "share",
}


@pytest.mark.parametrize("table", NUMBERS)
def test_the_numbers_that_matter_have_evidence(table: str) -> None:
    """Every number that is not 0 (nothing stands yet) has a range."""
    column = NUMBERS[table]
    known = {e.row for e in CASE.rows("evidence") if e.table == table and e.column.startswith(column)}
    assert [r.key for r in CASE.rows(table) if any(values(r[column])) and r.key not in known] == []


def test_ranges_move_together_where_one_cause_moves_them() -> None:
    """A third of the numbers with a range are left as ranges of their own, and the weakest says how sure each is."""
    ranges = ranges_of(CASE)
    assert len({r.name for r in ranges}) == len(ranges) < len(CASE.rows("evidence")) / 3
    found = {r.name: r for r in ranges}
    assert {m.table for m in found["freight rates"].members} == {"freight"}
    assert found["NdPr in Indian ore"].confidence == "estimate"  # the assay is 'low', the yield an estimate
    rows = {m.row for m in found["NdPr in Kachin ore"].members}
    assert rows == {"Kachin ore, NdPr", "Kachin concentrate, NdPr", "Kachin chloride, NdPr",
                    "separate Kachin, NdPr oxide, output"}  # fmt: skip


@pytest.mark.parametrize("position", [-1, 1])
def test_ends_of_ranges_make_no_element_from_nothing(position: int) -> None:
    """All ranges of recipes and contents at one end, all at once."""
    chosen = [r for r in ranges_of(CASE) if any(m.table in ("recipes", "contents") for m in r.members)]
    alone = [r for r in chosen if r.group]
    made = changed(CASE, [c for r in alone for c in r.changes(position)], "ends", decided=False)
    assert len(alone) > 20 and [str(p) for p in made.check() if p.severity == "error"] == []


def test_sampled_cases_pass_their_checks() -> None:
    for run in sample_runs(CASE, ranges_of(CASE), 3, seed=1):
        made = changed(CASE, run.changes, f"sample {run.number}", decided=False)
        assert [str(p) for p in made.check() if p.severity == "error"] == []


# ---------------------------------------------------------------- chemistry


@pytest.mark.parametrize("process", [r.process for r in CASE.rows("processes") if not r.process.startswith("mine ")])
def test_no_process_makes_more_of_an_element_than_it_takes(process: str) -> None:
    taken, made = quantities(process, "input"), quantities(process, "output")
    for element in ELEMENTS:
        assert held(made, element) <= held(taken, element) * (1 + 1e-5) + 1e-7, element


def test_separation_makes_no_more_oxide_than_it_is_fed() -> None:
    for row in CASE.rows("processes"):
        if row.process.startswith("separate "):
            assert 0.7 < sum(quantities(row.process, "output").values()) <= 1, row.process


def test_tolled_magnets_hold_no_more_than_was_sent_but_for_what_the_partner_is_said_to_add() -> None:
    named = {(r.toll, r.element) for r in CASE.rows("embedded") if r.toll}
    for toll in CASE.rows("tolls"):
        for element in ELEMENTS:
            back = {toll.returned: toll["yield"], toll.swarf: toll.swarf_yield}
            if (toll.toll, element) not in named:
                assert held(back, element) <= held({toll.sent: 1.0}, element) + 1e-9, (toll.toll, element)


def test_old_magnets_hold_no_more_than_new_ones() -> None:
    for row in CASE.rows("returns"):
        for element in ELEMENTS:
            old, new = CONTENT.get((row.material, element), 0.0), CONTENT.get((row.delivered, element), 0.0)
            assert old <= new, (row.key, element)


def test_oxide_in_a_magnet() -> None:
    """0.53 t NdPr oxide per t of magnet, 0.41 t once its swarf is recycled (0.37-0.45), by either way of making it."""
    metal = quantities("press N", "input")["alloy N"] * quantities("cast N", "input")["NdPr metal"]
    gross = metal * quantities("reduce NdPr", "input")["NdPr oxide"]
    back = quantities("press N", "output")["swarf N"] * quantities("recycle swarf N", "output")["NdPr oxide"]
    assert gross == pytest.approx(0.53, abs=0.005)
    assert gross - back == pytest.approx(0.41, abs=0.04)
    assert quantities("oxide to magnet N", "input")["NdPr oxide"] == pytest.approx(gross, abs=1e-5)


def test_irel_makes_the_chosen_oxide() -> None:
    """400 t NdPr oxide in 2025 (sources say 200-500), 475 t from 2027: 2,500 t REO at Aluva, 20 % NdPr, 95 % recovered."""
    aluva = next(r for r in CASE.rows("facilities") if r.facility == "Aluva separation")
    per_tonne = quantities("separate Indian", "output")["NdPr oxide"]
    made = {t: aluva.capacity[t] * aluva.availability[t] * per_tonne for t in CASE.periods}
    assert made[2025] == pytest.approx(400, abs=2)
    assert made[2027] == pytest.approx(475, abs=2)


# ---------------------------------------------------------------- contracts and scenarios


def test_a_partner_takes_its_share_of_output_once() -> None:
    """A contract's output share counts for every process of its facility, so none may feed another there."""
    shared = {r.route for r in CASE.rows("routes") if r.output_share}
    for facility in [r for r in CASE.rows("facilities") if r.route in shared]:
        processes = [o.process for o in CASE.rows("operations") if o.facility == facility.facility]
        made = {m for p in processes for m in quantities(p, "output")}
        used = {m for p in processes for m in quantities(p, "input")}
        assert not made & used, facility.facility


def test_one_purse_for_the_magnet_scheme() -> None:
    """Rs 6,450 crore at 89.244 Rs/US$, for 6,000 t/y over five years: 24.1 US$/kg."""
    purse = sum(r.total for r in CASE.rows("incentives"))
    assert purse == pytest.approx(6450e7 / 89.244, rel=0.001)
    for row in CASE.rows("incentives"):
        assert row.rate[2030] == pytest.approx(6450e7 / 89.244 / (6000 * 5), rel=0.005)


def test_price_scenarios_move_oxide_and_all_that_holds_it() -> None:
    """Else the oxide would become dearer than the Chinese magnet made of it."""
    for scenario, up in (("price spike", True), ("price collapse", False)):
        moved = {r.where.partition("= ")[2]: r.value for r in CASE.rows("disruptions") if r.scenario == scenario}
        for row in CASE.rows("supplies"):
            if row.origin == "China" and CONTENT.get((row.material, "NdPr")):
                assert (moved[row.supply] > 1) == up, (scenario, row.supply)


def test_price_assumptions_move_oxide_and_all_that_holds_it() -> None:
    """At both ends a Chinese magnet still costs more than the 0.42 t of oxide in it, and metal more than its 1.213 t."""
    found = {a.name: a for a in assumptions(CASE)}
    for name in ("NdPr oxide price", "Chinese magnet price"):
        for value in (found[name].low, found[name].high):
            made = found[name].at(value)
            assert [str(p) for p in made.check() if p.severity == "error"] == []
            price = {r.supply: r.price for r in made.rows("supplies")}
            worth = {r.material: r.value for r in made.rows("materials")}
            for t in CASE.periods:
                oxide = price["Chinese NdPr oxide"][t]
                assert price["Chinese magnets N"][t] > 0.42 * oxide and price["Chinese magnets H"][t] > 0.42 * oxide
                assert price["Chinese NdPr metal"][t] > 1.213 * oxide
                assert worth["magnet N"][t] == pytest.approx(price["Chinese magnets N"][t])
    moved = {r.where.partition("= ")[2] for r in found["NdPr oxide price"].rows if r.table == "supplies"}
    assert {r.supply for r in CASE.rows("supplies") if CONTENT.get((r.material, "NdPr"))} == moved


def test_probabilities_add_to_one() -> None:
    rows = CASE.rows("scenarios")
    assert sum(r.probability for r in rows) == pytest.approx(1)
    assert {r.scenario for r in CASE.rows("disruptions")} == {r.scenario for r in rows} - {"calm"}


# ---------------------------------------------------------------- the mission


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
    segments = {r.segment for r in CASE.rows("demands")}
    assert {"EV", "wind", "industrial", "electronics", "defence", "atomic energy"} <= segments
    assert {r.segment for r in CASE.rows("demands") if r.reserved} == {"defence", "atomic energy"}


@pytest.fixture(scope="module")
def plan() -> Plan:
    return solve(CASE, gap=0.002)


def test_the_plan_is_proved_and_audited(plan: Plan) -> None:
    assert plan.status == "optimal"
    assert plan.audit is not None and plan.audit.passed, plan.audit


def test_dependence_falls_once_plants_stand(plan: Plan) -> None:
    assert plan.index[2032] < plan.index[2026]


def test_thorium_stays_within_its_store(plan: Plan) -> None:
    rows = plan.tables["limits"]
    rows = rows[rows["limit"] == "Thorium store"]
    assert (rows["amount"] <= rows["value"] + 1e-6).all()


def test_nothing_is_missing(plan: Plan) -> None:
    """Chinese magnets can always be bought at a price, so no segment goes short in the case as it stands."""
    assert plan.tables["demand"]["short"].sum() == pytest.approx(0, abs=1e-6)
