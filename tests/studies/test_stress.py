"""Stress tests against answers derived by hand."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import magnet_sourcing as ms
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from magnet_sourcing import Case, Plan, ScenarioPlan, Stress, solve, stress
from magnet_sourcing.cli import main
from magnet_sourcing.plan_reading import measures_held
from magnet_sourcing.studies.stress.adapting import adapted
from magnet_sourcing.studies.stress.cutoffs import Search, candidates, cut
from magnet_sourcing.studies.stress.plans import Standing

from ..miniatures.cases import best, case, need, offer, plant, route
from ..properties.random_cases import cases
from ..properties.test_scenario_properties import later, with_futures

MARKET = {"table": "supplies", "where": "supply = market", "column": "limit", "operation": "set"}
CUT = {**MARKET, "value": 0, "first_year": 2031, "last_year": 2031}


def struck(plans: Any, **options: Any) -> Stress:
    return stress(plans, **{"gap": 0, "cutoffs": 0, **options})


def stored() -> Case:
    """12 t a year for three years. The market sells up to 16 t at 10, later at 20, so 4 t are stored in 2030 at 1 a
    tonne. Others sell 3 t at 50, in 2030 only. A tonne short costs 100. The market is cut in 2031.

    Undisturbed 16 x 10 + 4 + 8 x 20 + 12 x 20 = 564.
    """
    return case(
        years=3,
        supplies=[
            offer("market", None, limit=16, **{"price 2030": 10, "price 2031": 20, "price 2032": 20}),
            offer("others", 50, limit=3, last_year=2030),
        ],
        stocks=[{"stock": "store", "material": "magnet", "capacity": 20, "cost": 1}],
        demands=[need(12, segment="cars", penalty=100)],
        scenarios=[{"scenario": "calm", "probability": 0.9}, {"scenario": "cut", "probability": 0.1}],
        disruptions=[{"scenario": "cut", **CUT}],
    )


def test_a_supplier_is_cut_for_a_year_with_a_known_stock() -> None:
    """4 t in store are a third of a year's need; 8 t are short at 100 and not bought at 20: 640 more. A year later all
    is well. A reserve of 8 t covers it, at 1 a tonne a year."""
    found = struck(best(stored()))
    hit = found.of("cut")
    assert found.plans["miniature"].cost == pytest.approx(564)
    assert hit.status == "short" and hit.shows == 2031
    assert hit.unmet_total == pytest.approx(8) and hit.further_total == pytest.approx(8)
    assert hit.worst_year == (2031, pytest.approx(8))
    assert hit.extra_cost == pytest.approx(640) and hit.penalties == pytest.approx(800)
    assert hit.months == pytest.approx(4)
    assert hit.recovery == 1
    assert hit.reserve == {("magnet", "here"): pytest.approx(8)}
    assert hit.holding == {("magnet", "here"): pytest.approx(8)}


def test_foresight_stores_up_for_the_shock() -> None:
    """Knowing it, 3 t more are bought at 50 and stored at 1: 5 t short, 3 x 51 + 500 - 160 = 493 more."""
    hit = struck(best(stored()), foresight=True).of("cut")
    assert hit.further_total == pytest.approx(5)
    assert hit.extra_cost == pytest.approx(493)


def test_deciding_again_stores_up_too() -> None:
    """Nothing is decided beforehand here, so knowing the future is worth what foresight is: 640 - 493."""
    assert struck(best(stored()), regret=True).of("cut").regret == pytest.approx((147, 147))


def test_the_calm_reproduces_the_plan() -> None:
    found = struck(best(stored()), scenarios=["calm"])
    hit = found.of("calm")
    assert (hit.status, hit.shows) == ("met", None)
    assert hit.extra_cost == pytest.approx(0) and hit.cost == pytest.approx(found.plans["miniature"].stated)


def test_shortage_to_the_end_is_said() -> None:
    made = stored()
    made.tables["disruptions"].loc[0, "last_year"] = 2032
    hit = struck(best(made)).of("cut")
    assert hit.recovery is None
    assert hit.further_total == pytest.approx(20)


# ---------------------------------------------------------------- what must be met


def must(left: float) -> Case:
    """5 t for defence and 5 t for trains that must be met, 5 t for cars at a penalty; the market shrinks in 2031."""
    return case(
        years=2,
        supplies=[offer("market", 10, limit=100)],
        demands=[
            need(5, demand="trains"),
            need(5, demand="defence", reserved="yes"),
            need(5, demand="cars", penalty=100),
        ],
        scenarios=[{"scenario": "cut", "probability": 1}],
        disruptions=[{"scenario": "cut", **CUT, "value": left}],
    )


@pytest.mark.parametrize(
    "left, status, short",
    [
        (20, "met", {}),
        (12, "short", {"cars": 3}),
        (6, "broken", {"trains": 4, "cars": 5}),
        (3, "broken", {"defence": 2, "trains": 5, "cars": 5}),
    ],
)
def test_reserved_demand_is_served_first_then_what_must_be_met(left: float, status: str, short: dict[str, float]) -> None:
    hit = struck(best(must(left))).of("cut")
    assert hit.status == status
    assert {d: x for (d, _), x in hit.unmet.items()} == pytest.approx(short)
    assert hit.reserved_unmet == pytest.approx(short.get("defence", 0), abs=1e-6)
    assert sum((hit.reserve or {}).values()) == pytest.approx(sum(short.values()))


def test_what_is_stranded_is_abandoned() -> None:
    """The mill must run at half of its 10 t/y at least, its flour cannot be thrown away, and in 2031 nobody bakes it:
    at its least load 5 t are milled for 5 and left behind. 10 t short, 1000, against 10 for milling them."""
    made = case(
        plant("mill", {"flour": 1}, capacity=10, cost=1, min_load=0.5, min_load_rule="always"),
        plant("oven", {"magnet": 1}, {"flour": 1}, capacity=10),
        years=2,
        demands=[need(10, penalty=100)],
        scenarios=[{"scenario": "cut", "probability": 1}],
        disruptions=[
            {"scenario": "cut", "table": "facilities", "where": "facility = oven", "column": "availability",
             "operation": "set", "value": 0, "first_year": 2031, "last_year": 2031},
        ],
    )  # fmt: skip
    hit = struck(best(made)).of("cut")
    assert hit.status == "short" and "5 t that have nowhere to go are abandoned" in hit.detail
    assert hit.further_total == pytest.approx(10) and hit.extra_cost == pytest.approx(1000 + 5 - 10)
    assert sum((hit.reserve or {}).values()) == pytest.approx(10)


def test_minima_are_given_up_last() -> None:
    """5 t a year must be taken under a deal with the market, which sells nothing in 2031."""
    made = case(
        years=2,
        routes=[route("deal", minimum=5, maximum=100)],
        supplies=[offer("market", 10, limit=100, route="deal")],
        demands=[need(5, penalty=100)],
        scenarios=[{"scenario": "cut", "probability": 1}],
        disruptions=[{"scenario": "cut", **CUT}],
    )
    hit = struck(best(made)).of("cut")
    assert hit.status == "broken" and "minima of contracts and plants are given up" in hit.detail
    assert hit.further_total == pytest.approx(5) and hit.extra_cost == pytest.approx(450)


def test_a_limit_that_cannot_be_kept_is_answered() -> None:
    """At least 5 t a year must be bought from the market, which sells nothing in 2031."""
    made = case(
        years=2,
        supplies=[offer("market", 10, limit=100)],
        demands=[need(5, penalty=100)],
        limits=[{"limit": "loyalty", "sense": "at least", "value": 5}],
        limit_terms=[{"limit": "loyalty", "metric": "bought"}],
        scenarios=[{"scenario": "cut", "probability": 1}],
        disruptions=[{"scenario": "cut", **CUT}],
    )
    hit = struck(best(made)).of("cut")
    assert hit.status == "impossible" and "limits" in hit.detail


# ---------------------------------------------------------------- cut-offs


def three_countries() -> Case:
    """10 t a year: A sells 10 t at 10, B 6 t at 20, C 2 t at 50; a tonne short costs 100."""
    return case(
        years=3,
        stages=[{"stage": "magnet", "order": 1}],
        materials=[{"material": "magnet", "stage": "magnet"}],
        supplies=[
            offer("a", 10, limit=10, origin="A"),
            offer("b", 20, limit=6, origin="B"),
            offer("c", 50, limit=2, origin="C"),
        ],
        demands=[need(10, penalty=100)],
    )


def test_the_worst_cut_offs() -> None:
    """One: without A, 6 t at 20, 2 t at 50 and 2 t short, 420 instead of 100. Two: without A and B, 2 t at 50 and 8 t
    short, 900 instead of 100; without A and C only 4 t would be short. The second period is taken, for one year."""
    found = struck(best(three_countries()), cutoffs=2, cutoff_years=1)
    one, two = found.of("worst cut-off 2031"), found.of("worst 2 cut-offs 2031")
    assert one.what == "A: magnet" and one.extra_cost == pytest.approx(320) and one.further_total == pytest.approx(2)
    assert two.what == "A: magnet; B: magnet" and two.extra_cost == pytest.approx(800)
    assert two.further_total == pytest.approx(8) and two.recovery == 1
    tried = found.cutoffs.set_index("cut_off")
    assert set(tried.index) == {"A: magnet", "A: magnet; B: magnet", "A: magnet; C: magnet"}  # B and C alone do nothing
    assert tried.loc["A: magnet; C: magnet", "extra_cost"] == pytest.approx(120 + 400 - 100)


def test_a_cut_off_lasts_its_years() -> None:
    found = struck(best(three_countries()), cutoffs=1, cutoff_years=2, cutoff_from=2030)
    assert found.of("worst cut-off 2030-2031").extra_cost == pytest.approx(640)


def test_control_counts_as_the_country_does() -> None:
    """The plant at home is under Chinese control: a Chinese cut-off stops it, and so does one of Home."""
    made = case(
        plant("line", {"magnet": 1}, capacity=10, cost=5, stage="magnet", china_share=0.8),
        settings={"exposed_country": "China"},
        stages=[{"stage": "magnet", "order": 1, "weight": 1}],
        elements=[{"element": "Nd"}],
        materials=[{"material": "magnet", "stage": "magnet"}],
        contents=[{"material": "magnet", "element": "Nd", "content": 0.3}],
        locations=[{"location": "there", "country": "China"}],
        supplies=[offer("b", 20, origin="B")],
        demands=[need(10, penalty=100)],
    )
    found = struck(best(made), cutoffs=1)
    assert found.of("worst cut-off 2030").extra_cost == pytest.approx(150)
    assert found.cutoffs["cut_off"].tolist() == ["China: magnet"]
    assert found.cutoffs["same_as"].tolist() == ["Home: magnet"]


def test_nobody_pays_for_not_taking_what_is_not_delivered() -> None:
    """A must be bought from (6 t) or paid 7 for each tonne missed; cut off, it is not."""
    made = three_countries()
    made.tables["supplies"]["minimum"] = [6, None, None]
    made.tables["supplies"]["shortfall_cost"] = [7, None, None]
    assert struck(best(made), cutoffs=1, cutoff_years=1).of("worst cut-off 2031").extra_cost == pytest.approx(320)


def searched(plan: Plan, k: int) -> tuple[float, float]:
    """Cost of the worst k cut-offs by the search tree and by trying every set."""
    from magnet_sourcing.session import Options
    from magnet_sourcing.studies.stress.testing import _Steps, _Test

    test = _Test(Standing.of("plan", plan), Options(gap=0), True, False, False, _Steps(None, 1))
    field = test._field
    stops = candidates(field, plan.case.periods[1:], 0.5)
    search = Search(field, field.matrix, test._values, stops, plan.case.periods[1])
    worst = search.worst(k)
    sets = [s for n in range(1, k + 1) for s in itertools.combinations(stops, n)]
    costs = [adapted(field, cut(field.matrix, [stops[c] for c in s]), plan.case.periods[1]).outcome.objective for s in sets]
    every = max([test._objective, *(c for c in costs if c is not None)])
    found = None if worst is None else worst.adapted.outcome.objective
    return (test._objective if found is None else max(found, test._objective)), every


def seen(drawn: tuple[dict[str, Any], Any]) -> tuple[dict[str, Any], Any]:
    """A random case with scenarios: calm, a shock to Chinese offers, dearer purchases."""
    given_settings, tables = drawn
    return given_settings, with_futures(tables, {"calm": 0.5, "shock": 0.3, "dear": 0.2}, later(tables))


few = settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)


@few
@given(cases())
def test_the_search_finds_what_trying_all_sets_finds(drawn: Any) -> None:
    given_settings, tables = seen(drawn)
    plan = solve(Case.from_rows(given_settings, tables), gap=0)
    for k in (1, 2):
        found, every = searched(plan, k)
        assert found == pytest.approx(every, rel=1e-5, abs=1e-3)


@few
@given(cases())
def test_no_plan_beats_deciding_again_and_the_calm_costs_what_the_plan_does(drawn: Any) -> None:
    given_settings, tables = seen(drawn)
    plan = solve(Case.from_rows(given_settings, tables), gap=0)
    assert plan.cost is not None
    found = struck(plan, scenarios=["calm", "shock", "dear"], regret=True)
    room = 1e-5 * max(1.0, abs(plan.cost))
    assert abs(found.of("calm").cost - plan.cost) <= room
    for name in ("shock", "dear"):
        again = solve(plan.case, scenario=name, gap=0)
        hit = found.of(name)
        if hit.status in ("met", "short"):
            assert again.bound is not None and hit.cost >= again.bound - room
            assert struck(plan, scenarios=[name], foresight=True).of(name).cost <= hit.cost + room


def test_a_cap_is_suspended_in_the_years_of_a_shock() -> None:
    """Half may be Chinese at 10, the rest comes from B at 20. With B cut off for a year all is Chinese, 50 cheaper;
    under a cap that is kept, half is short."""
    made = case(
        years=2,
        settings={"exposed_country": "China"},
        stages=[{"stage": "magnet", "order": 1, "weight": 1}],
        elements=[{"element": "Nd"}],
        materials=[{"material": "magnet", "stage": "magnet"}],
        contents=[{"material": "magnet", "element": "Nd", "content": 0.3}],
        locations=[{"location": "there", "country": "China"}],
        supplies=[offer("a", 10, origin="China"), offer("b", 20, origin="B")],
        demands=[need(10, penalty=100)],
    )
    plan = best(made, china_cap=0.5)
    options = {"cutoffs": 1, "cutoff_years": 1}
    free, kept = (struck(plan, keep_cap=k, **options).cutoffs.set_index("cut_off") for k in (False, True))
    assert free.loc["B: magnet", "further_unmet"] == pytest.approx(0)
    assert free.loc["B: magnet", "extra_cost"] == pytest.approx(-50)
    assert kept.loc["B: magnet", "further_unmet"] == pytest.approx(5)
    assert free.loc["China: magnet", "extra_cost"] == pytest.approx(50)


# ---------------------------------------------------------------- plans


def build_or_buy(price: float) -> Case:
    """10 t a year for two years: from a line built at 30 a tonne, or bought; the market is cut in 2031."""
    return case(
        plant("maker", {"magnet": 1}),
        years=2,
        expansions=[{"expansion": "line", "facility": "maker", "sizing": "continuous", "max_size": 10, "unit_cost": 30}],
        supplies=[offer("market", price)],
        demands=[need(10, penalty=100)],
        scenarios=[{"scenario": "cut", "probability": 1}],
        disruptions=[{"scenario": "cut", **CUT, "first_year": 2030, "last_year": 2031}],
    )


def test_plans_side_by_side() -> None:
    """Bought at 10: the cut leaves 20 t short, 2000 instead of 200. Built for 300, as buying costs 20: nothing is short."""
    found = struck({"buyer": best(build_or_buy(10)), "builder": best(build_or_buy(20))})
    assert found.of("cut", "buyer").extra_cost == pytest.approx(1800)
    assert found.of("cut", "builder").met and found.of("cut", "builder").extra_cost == pytest.approx(0)
    assert found.matrix().loc["cut"].tolist() == pytest.approx([20, 0])


def stockpiler() -> ScenarioPlan:
    """10 t in each of two years at 10; storing costs 1; the market is cut in 2031 with probability a half."""
    made = case(
        years=2,
        supplies=[offer("market", 10, limit=100)],
        stocks=[{"stock": "store", "material": "magnet", "capacity": 20, "cost": 1}],
        demands=[need(10, penalty=100)],
        scenarios=[{"scenario": "calm", "probability": 0.5}, {"scenario": "cut", "probability": 0.5}],
        disruptions=[{"scenario": "cut", **CUT}],
    )
    plan = solve(made, scenarios="all", gap=0)
    assert isinstance(plan, ScenarioPlan)
    return plan


def test_a_plan_for_several_futures_keeps_its_stock(tmp_path: Path) -> None:
    """It stores 10 t for a cut that may come; the plan for the tables as they stand does not."""
    plan = stockpiler()
    for standing in (plan, Standing.read(plan.write(tmp_path / "plan.xlsx"))):
        hit = struck({"plan": standing}).of("cut")
        assert hit.met and hit.months == pytest.approx(12)
    hit = struck(best(plan.case)).of("cut")
    assert hit.further_total == pytest.approx(10) and hit.months == pytest.approx(0)


def test_a_case_is_solved_first() -> None:
    found = struck(stored())
    assert found.solved == ["miniature"] and found.of("cut").extra_cost == pytest.approx(640)


def test_what_cannot_be_tested_is_refused() -> None:
    plan = best(stored())
    with pytest.raises(ValueError, match="'cuts' is not in the case; did you mean 'cut'"):
        struck(plan, scenarios=["cuts"])
    with pytest.raises(ValueError, match="no period begins then"):
        struck(plan, cutoffs=1, cutoff_from=2050)
    with pytest.raises(ValueError, match="wait for the future"):
        struck(solve(build_or_buy(20), scenarios="all", adapt_from=2031))
    with pytest.raises(ValueError, match="cutoffs must be"):
        struck(plan, cutoffs=-1)


@pytest.mark.parametrize("options", [{}, {"china_price": 5000.0}, {"china_cap": 0.6}, {"objective": "index"}])
def test_a_plan_read_back_stands_as_it_was_made(options: dict[str, Any], tmp_path: Path) -> None:
    """Premium, cap and objective are those of the plan, so its calm costs what it says."""
    plan = solve(Case.small(), gap=1e-6, **options)
    found = struck({"plan": Standing.read(plan.write(tmp_path / "plan.xlsx"))}, scenarios=["embargo"])
    assert found.plans["plan"].cost == pytest.approx(plan.cost, rel=1e-5)


# ---------------------------------------------------------------- command line and workbook


def run(*arguments: str) -> Any:
    return CliRunner().invoke(main, arguments, catch_exceptions=False)


def test_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    stored().write("case.xlsx")
    best(stored()).write("plan.xlsx")
    result = run("stress", "plan.xlsx", "--cutoffs", "0", "--gap", "0")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[0].startswith("plan: demand is met in 0 of 1 disruptions; worst: cut, 8 t not")
    assert "A reserve of 8 t of magnet at the start of 2031 would have covered it" in result.stdout
    assert Path("plan-stress.xlsx").exists()
    both = run("stress", "plan.xlsx", "case.xlsx", "--cutoffs", "0", "--json", "-o", "both")
    answer = json.loads(both.stdout)
    assert [r["further_unmet"] for r in answer["results"]] == pytest.approx([8, 8], rel=1e-4)
    assert answer["plans"]["case"]["solved_first"] and Path("both/results.csv").exists()


def test_the_workbook_opens_on_the_answer(tmp_path: Path) -> None:
    import openpyxl

    found = struck({"one": best(stored()), "two": best(stored())})
    book = openpyxl.load_workbook(found.write(tmp_path / "stress.xlsx"))
    sheet = book["Answer"]
    assert any(r.type == "colorScale" for a in sheet.conditional_formatting for r in a.rules)
    assert book.sheetnames == ["Answer", "results", "segments", "reserves", "provenance"]
    assert len(sheet.conditional_formatting) == 3
    text = [str(sheet.cell(r, 1).value) for r in range(1, sheet.max_row + 1)]
    assert any(t.startswith("Further unmet demand") for t in text)


def test_a_frontiers_plan_delivers_undisturbed_what_it_delivered() -> None:
    """Points of a frontier leave no more unmet than the cheapest; the test holds them to that, though going short would
    be cheaper under their cap: a tonne made at home costs 20, one from abroad 1, one not delivered 5."""
    made = case(
        plant("press", {"magnet": 1}, capacity=10, cost=20, stage="magnet"),
        stages=[{"stage": "magnet", "order": 1, "weight": 1}],
        elements=[{"element": "Nd", "weight": 1}],
        contents=[{"material": "magnet", "element": "Nd", "content": 0.3}],
        materials=[{"material": "magnet", "stage": "magnet"}],
        demands=[need(10, penalty=5)],
        supplies=[offer("import", 1, origin="Away")],
        settings={"exposed_country": "Away"},
    )
    last = ms.frontier(made, points=3).points[-1].plan
    assert measures_held(last.options["at most"]) == {"index": 0, "unmet": pytest.approx(0, abs=1e-5)}
    assert ms.stress({"last": last}, cutoffs=0).plans["last"].unmet == pytest.approx(0, abs=1e-4)
