"""Scenarios: what is decided before the future is known, what adapts, and how futures are weighed."""

from __future__ import annotations

from typing import Any

import pytest
from magnet_sourcing import Case, CaseError, ScenarioPlan, solve
from magnet_sourcing.studies.information import value_of_scenarios

from .cases import case, lane, need, offer, plant, route


def over(made: Case, **options: Any) -> ScenarioPlan:
    plan = solve(made, scenarios="all", gap=0, **options)
    assert isinstance(plan, ScenarioPlan)
    assert plan.status == "optimal", f"{plan.status}: {plan.detail}"
    assert plan.audit is not None and plan.audit.passed, plan.audit.failures[:5]
    return plan


def build_or_buy(dear: float) -> Case:
    """10 t of magnets: from a plant built beforehand at 30 a tonne, or bought at 20, or at 60 with probability `dear`."""
    return case(
        plant("maker", {"magnet": 1}),
        expansions=[{"expansion": "line", "facility": "maker", "sizing": "continuous", "max_size": 10, "unit_cost": 30}],
        supplies=[offer("market", 20)],
        demands=[need(10)],
        scenarios=[{"scenario": "cheap", "probability": 1 - dear}, {"scenario": "dear", "probability": dear}],
        disruptions=[{"scenario": "dear", "table": "supplies", "column": "price", "operation": "multiply", "value": 3}],
    )


def test_build_when_the_expected_price_is_above_the_plant() -> None:
    """Half the time 60: 40 on average, so the plant at 30 is built: 300 whatever happens."""
    plan = over(build_or_buy(0.5))
    assert plan.objective == pytest.approx(300)
    assert plan.costs == pytest.approx({"cheap": 300, "dear": 300})


def test_buy_when_the_expected_price_is_below_the_plant() -> None:
    """One time in ten: 24 on average, so all is bought: 200 or 600, 240 on average."""
    plan = over(build_or_buy(0.1))
    assert plan.objective == pytest.approx(240)
    assert plan.costs == pytest.approx({"cheap": 200, "dear": 600})


def test_the_tail_and_the_worst_case_build() -> None:
    """The worst tenth is the dear future: each tonne built saves 30 there."""
    assert over(build_or_buy(0.1), cvar=1.0, alpha=0.9).objective == pytest.approx(300)
    assert over(build_or_buy(0.1), aim="worst").objective == pytest.approx(300)


def test_half_the_weight_on_the_tail() -> None:
    """Half of the mean and half of the tail: a tonne built costs 6 more on average and 30 less in the tail."""
    plan = over(build_or_buy(0.1), cvar=0.5, alpha=0.9)
    assert plan.objective == pytest.approx(0.5 * 300 + 0.5 * 300)


def test_regret_is_shared_between_the_futures() -> None:
    """x built: 10 x too dear in the cheap future, 300 - 30 x in the dear one; equal at 7.5 t, 75."""
    plan = over(build_or_buy(0.1), aim="regret")
    assert plan.objective == pytest.approx(75)
    assert plan.decided.tables["builds"]["size"].sum() == pytest.approx(7.5)


def test_value_of_information() -> None:
    """Known: 0.9 x 200 + 0.1 x 300 = 210, so EVPI 30. The mean price is 24: its plan buys as ours does, so VSS 0."""
    value = value_of_scenarios(over(build_or_buy(0.1)), gap=0)
    assert value["evpi"] == pytest.approx((30, 30))
    assert value["vss"] == pytest.approx((0, 0), abs=1e-9)


def store_or_not(embargo: float) -> Case:
    """10 t in each of two years, bought at 10; an embargo in the second; storing costs 1 a tonne, going short 100."""
    return case(
        years=2,
        supplies=[offer("market", 10, limit=100)],
        stocks=[{"stock": "store", "material": "magnet", "capacity": 20, "cost": 1}],
        demands=[need(10, penalty=100)],
        scenarios=[{"scenario": "calm", "probability": 1 - embargo}, {"scenario": "embargo", "probability": embargo}],
        disruptions=[
            {"scenario": "embargo", "table": "supplies", "column": "limit", "operation": "set", "value": 0,
             "first_year": 2031}
        ],
    )  # fmt: skip


def test_a_store_is_filled_before_anyone_knows() -> None:
    """Likely enough: 20 t bought and 10 stored in the first year, in both futures: 210."""
    plan = over(store_or_not(0.5))
    assert plan.costs == pytest.approx({"calm": 210, "embargo": 210})


def test_a_store_is_not_filled_for_a_shock_nobody_expects() -> None:
    """At 1 in 200 a stored tonne costs 11 and saves 0.005 x 100 + 0.995 x 10 = 10.45: the embargo costs 100 + 1000."""
    plan = over(store_or_not(0.005))
    assert plan.costs == pytest.approx({"calm": 200, "embargo": 1100})


def test_foresight_fills_the_store_only_when_the_embargo_comes() -> None:
    plan = over(store_or_not(0.005), foresight=True)
    assert plan.costs == pytest.approx({"calm": 200, "embargo": 210})


def test_a_limit_over_the_horizon_is_broken_in_the_future_that_breaks_it() -> None:
    """At most 10 t bought in all, at 5 a tonne above: 10 are needed in the second year, or 20 in a future of two."""
    made = case(
        years=2,
        supplies=[offer("market", 1)],
        demands=[need({2030: 0, 2031: 10})],
        limits=[{"limit": "purse", "sense": "at most", "value": 10, "scope": "horizon", "penalty": 5}],
        limit_terms=[{"limit": "purse", "metric": "bought"}],
        scenarios=[{"scenario": "as planned", "probability": 0.5}, {"scenario": "more", "probability": 0.5}],
        disruptions=[{"scenario": "more", "table": "demands", "column": "quantity", "operation": "set", "value": 20,
                      "first_year": 2031}],
    )  # fmt: skip
    assert over(made).costs == pytest.approx({"as planned": 10, "more": 70})


def test_a_duty_that_one_future_brings_later_ties_nobody_before() -> None:
    """A free contract without anything under it asks for 3 t in the second year of one future, at 2 a tonne missed."""
    made = case(
        years=2,
        supplies=[offer("market", 1)],
        demands=[need(10)],
        routes=[route("duty", must_sign=True, minimum=0, shortfall_cost=2)],
        scenarios=[{"scenario": "as planned", "probability": 0.5}, {"scenario": "asked", "probability": 0.5}],
        disruptions=[{"scenario": "asked", "table": "routes", "column": "minimum", "operation": "set", "value": 3,
                      "first_year": 2031}],
    )  # fmt: skip
    assert over(made).costs == pytest.approx({"as planned": 20, "asked": 26})


def grow_later(demand: float) -> Case:
    """Magnets needed in the second year only: 10 t, or more; a line of a year's lead costs 1 a tonne, going short 5."""
    return case(
        plant("maker", {"magnet": 1}),
        years=3,
        expansions=[{"expansion": "line", "facility": "maker", "sizing": "continuous", "max_size": 100, "unit_cost": 1}],
        demands=[need({2030: 0, 2031: 0, 2032: 10}, penalty=5)],
        scenarios=[{"scenario": "as planned", "probability": 0.5}, {"scenario": "more", "probability": 0.5}],
        disruptions=[
            {"scenario": "more", "table": "demands", "column": "quantity", "operation": "set", "value": demand,
             "first_year": 2032}
        ],
    )  # fmt: skip


def test_decisions_that_wait_for_the_future_fit_it() -> None:
    """Beforehand: another tonne up to 30 costs 1 and saves 5 half of the time, so 30 are built: 30. From 2032 on each
    future builds what it needs: (10 + 30) / 2 = 20."""
    assert over(grow_later(30)).objective == pytest.approx(30)
    plan = over(grow_later(30), adapt_from=2032)
    assert plan.objective == pytest.approx(20)
    sizes = {name: p.tables["builds"]["size"].sum() for name, p in plan.plans.items()}
    assert sizes == pytest.approx({"as planned": 10, "more": 30})
    assert plan.decided.tables["builds"]["size"].sum() <= 10 + 1e-6  # what is common may be built at any time


def test_a_late_partner_gives_late_capacity() -> None:
    """A venture active from 2030, or a year later with probability 1/2: its line of no lead time makes 10 t from then on.
    The year missed is bought at 50: 500 in one future of two, 250 on average."""
    made = case(
        plant("maker", {"magnet": 1}, route="venture"),
        years=2,
        expansions=[{"expansion": "line", "facility": "maker", "sizing": "all-or-nothing", "max_size": 10}],
        routes=[route("venture", "joint venture")],
        supplies=[offer("market", 50)],
        demands=[need(10)],
        scenarios=[{"scenario": "in time", "probability": 0.5}, {"scenario": "late", "probability": 0.5}],
        disruptions=[
            {"scenario": "late", "table": "routes", "column": "lead_time", "operation": "add", "value": 1}
        ],
    )
    assert over(made).costs == pytest.approx({"in time": 0, "late": 500})


# ---------------------------------------------------------------- futures as cases


def priced(*disruptions: dict[str, Any], scenarios: list[dict[str, Any]] | None = None, **supply: Any) -> Case:
    """10 t bought for one year, with scenarios."""
    return case(
        years=2,
        supplies=[offer("market", 20, **supply)],
        demands=[need(10, penalty=1000)],
        scenarios=scenarios or [{"scenario": "w", "probability": 1}],
        disruptions=[{"scenario": "w", "table": "supplies", "column": "price", "operation": "multiply", "value": 1, **d}
                     for d in disruptions],
    )  # fmt: skip


def test_set_comes_before_multiply_and_add_whatever_the_order_of_rows() -> None:
    """(5 x 3 + 2) x 10 t x 2 years = 340, either way round."""
    rows = [{"operation": "add", "value": 2}, {"operation": "multiply", "value": 3}, {"operation": "set", "value": 5}]
    for order in (rows, rows[::-1]):
        assert solve(priced(*order), scenario="w", gap=0).objective == pytest.approx(340)


def test_years_touch_their_periods_only() -> None:
    """20 x 10 in 2030, 40 x 10 in 2031."""
    assert solve(priced({"value": 2, "first_year": 2031}), scenario="w", gap=0).objective == pytest.approx(600)


def test_scenarios_are_composed() -> None:
    """'both' doubles by what it includes, then adds 1: 41 x 10 x 2."""
    made = priced(
        {"value": 2},
        {"scenario": "both", "operation": "add", "value": 1},
        scenarios=[{"scenario": "w", "probability": 1}, {"scenario": "both", "probability": 0, "includes": "w"}],
    )
    assert solve(made, scenario="both", gap=0).objective == pytest.approx(820)
    assert solve(made, scenario=["w", "both"], gap=0).objective == pytest.approx(820)


def test_a_growing_need_can_be_changed_in_single_years() -> None:
    """10 t growing by half a year: 10, then 15 doubled = 30; at 20."""
    made = case(
        years=2, supplies=[offer("market", 20)], demands=[need(10, growth=0.5)],
        scenarios=[{"scenario": "w", "probability": 1}],
        disruptions=[{"scenario": "w", "table": "demands", "column": "quantity", "operation": "multiply", "value": 2,
                      "first_year": 2031}],
    )  # fmt: skip
    assert solve(made, scenario="w", gap=0).objective == pytest.approx(20 * 40)


@pytest.mark.parametrize(
    "row, words",
    [
        ({"column": "limit", "operation": "multiply"}, "is blank"),
        ({"column": "limit", "operation": "set", "first_year": 2031}, "of its own first"),
        ({"first_year": 2050}, "would do nothing"),
        ({"column": "total", "operation": "set", "first_year": 2031}, "has no years"),
        ({"where": "supply = bazaar"}, "no row of supplies"),
        ({"where": "price = 20"}, "value for each year"),
        ({"table": "expansions", "column": "max_size"}, "before the future is known"),
        ({"table": "periods", "column": "years"}, "is no table a change can touch"),
        ({"column": "prise"}, "did you mean 'price'"),
    ],
)
def test_a_change_that_cannot_be_made_is_refused(row: dict[str, Any], words: str) -> None:
    with pytest.raises(CaseError, match=words):
        solve(priced(row), scenario="w")


def test_the_window_of_a_lane_that_is_opened_at_a_cost_is_decided() -> None:
    made = case(
        lane({"magnet": 1}, opening_cost=5),
        supplies=[offer("market", 20, location="mine")],
        demands=[need(10)],
        scenarios=[{"scenario": "w", "probability": 1}],
        disruptions=[{"scenario": "w", "table": "lanes", "column": "first_year", "operation": "set", "value": 2030}],
    )
    with pytest.raises(CaseError, match="opened at a cost"):
        solve(made, scenarios="all")


def test_two_changes_that_set_the_same_value_are_refused() -> None:
    same = [{"operation": "set", "value": 5}, {"operation": "set", "value": 6, "where": "supply = market"}]
    with pytest.raises(CaseError, match="sets the same value already"):
        solve(priced(*same), scenario="w")


def test_a_future_that_breaks_a_rule_is_refused_with_its_name() -> None:
    broken = {"column": "limit", "operation": "set", "value": 1}
    with pytest.raises(CaseError, match=r"\(w\).*minimum 5 is above limit 1"):
        solve(priced(broken, minimum=5, limit=10), scenarios="all")


def test_a_scenario_that_includes_itself_is_refused() -> None:
    made = priced(scenarios=[{"scenario": "w", "probability": 1, "includes": "w"}])
    assert any("includes itself" in p.message for p in made.check())


@pytest.mark.parametrize(
    "options, words",
    [
        ({"scenarios": "all", "scenario": "w"}, "not both"),
        ({"scenarios": ["x"]}, "not in the case"),
        ({"aim": "worst"}, "give scenarios"),
        ({"scenarios": "all", "aim": "best"}, "is not one of"),
        ({"scenarios": "all", "aim": "regret", "at_most": {"cost": 1}}, "one of them"),
        ({"scenarios": "all", "cvar": 2}, "from 0 to 1"),
        ({"scenarios": "all", "alpha": 1}, "less than 1"),
        ({"scenarios": "all", "adapt_from": 1999}, "is not a period"),
        ({"objective": "indx"}, "is no measure"),
        ({"objective": "index"}, "needs settings"),
        ({"at_most": {"impact CO2": 1}}, "no such impact"),
    ],
)
def test_what_cannot_be_asked_is_said(options: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        solve(priced({}), **options)


# ---------------------------------------------------------------- what is not of one period, or of one future only


EVEN = [{"scenario": "calm", "probability": 0.5}, {"scenario": "more", "probability": 0.5}]


def test_the_excess_over_a_limit_of_the_whole_horizon_is_that_of_each_future() -> None:
    """20 t may be bought in all, each tonne above costs 100: 10 above in one future, though it shows in 2031 only."""
    made = case(
        years=2, supplies=[offer("market", 10)], demands=[need(10)],
        limits=[{"limit": "cap", "sense": "at most", "scope": "horizon", "value": 20, "penalty": 100}],
        limit_terms=[{"limit": "cap", "metric": "bought"}], scenarios=EVEN,
        disruptions=[{"scenario": "more", "table": "demands", "column": "quantity", "operation": "set", "value": 20,
                      "first_year": 2031}],
    )  # fmt: skip
    assert over(made).costs == pytest.approx({"calm": 200, "more": 1300})


def test_a_quantity_that_only_one_future_needs() -> None:
    """Nothing moves under the contract; in one future 5 t must be paid for in 2031, at 5 a tonne."""
    made = case(
        years=2, supplies=[offer("market", 10)], demands=[need(10)], scenarios=EVEN,
        routes=[route("deal", must_sign=True, shortfall_cost=5, minimum=0, maximum=10, last_year=2030)],
        disruptions=[{"scenario": "more", "table": "routes", "column": "minimum", "operation": "set", "value": 5,
                      "first_year": 2031}],
    )  # fmt: skip
    assert over(made).costs == pytest.approx({"calm": 200, "more": 225})


def build_or_buy_chinese(price: float = 20) -> Case:
    """As `build_or_buy(0.1)`, where what is bought comes from the exposed country and is 1 t exposed a tonne."""
    return case(
        plant("maker", {"magnet": 1}),
        expansions=[{"expansion": "line", "facility": "maker", "sizing": "continuous", "max_size": 10, "unit_cost": 30}],
        elements=[{"element": "Nd", "weight": 1}],
        stages=[{"stage": "magnet", "order": 1, "weight": 1}],
        materials=[{"material": "magnet", "stage": "magnet"}],
        contents=[{"material": "magnet", "element": "Nd", "content": 1}],
        supplies=[offer("market", price, origin="China")],
        demands=[need(10)],
        settings={"exposed_country": "China", "home_country": "Home"},
        scenarios=[{"scenario": "cheap", "probability": 0.9}, {"scenario": "dear", "probability": 0.1}],
        disruptions=[{"scenario": "dear", "table": "supplies", "column": "price", "operation": "multiply", "value": 3}],
    )


def test_regret_is_of_cost_whatever_the_security_premium() -> None:
    """Regrets 10 x and 300 - 30 x are equal at 7.5 t: 75; the premium, 1 on each of 2.5 t bought, is no regret."""
    plan = over(build_or_buy_chinese(), aim="regret", china_price=1)
    assert plan.objective == pytest.approx(75 + 2.5, rel=1e-5)


def test_the_value_of_information_counts_the_security_premium_on_both_sides() -> None:
    """With 2 a tonne: 22 or 62, 26 on average, so all is bought: 260. Known: 0.9 x 220 + 0.1 x 300 = 228."""
    plan = over(build_or_buy_chinese(), china_price=2)
    value = value_of_scenarios(plan, gap=0)
    assert plan.objective == pytest.approx(260)
    assert value["evpi"] == pytest.approx((32, 32))
    assert value["vss"] == pytest.approx((0, 0), abs=1e-9)
    assert plan.scenarios()["regret"].isna().all()  # of the sum, not of the cost that is shown


# ---------------------------------------------------------------- the order of changes


def growing(*rows: dict[str, Any]) -> Case:
    """10 t in 2030, growing by half a year, at 20."""
    return case(
        years=2, supplies=[offer("market", 20)], demands=[need(10, growth=0.5)],
        scenarios=[{"scenario": "w", "probability": 1}, {"scenario": "x", "probability": 0, "includes": "w"}],
        disruptions=[{"scenario": "w", "table": "demands", **row} for row in rows],
    )  # fmt: skip


def test_growth_is_changed_before_quantities_of_single_years() -> None:
    """7 t in 2030, and 10 grown by 100 % in 2031."""
    rows = [{"column": "quantity", "operation": "set", "value": 7, "first_year": 2030, "last_year": 2030}]
    for growth in ({"operation": "multiply", "value": 2}, {"operation": "add", "value": 0.5},
                   {"operation": "set", "value": 1}):  # fmt: skip
        for order in ([*rows, {"column": "growth", **growth}], [{"column": "growth", **growth}, *rows]):
            assert solve(growing(*order), scenario="w", gap=0).objective == pytest.approx(20 * 27)


def test_growth_that_an_included_scenario_wrote_out_cannot_be_changed() -> None:
    """It would be a change that does nothing."""
    made = growing({"column": "quantity", "operation": "multiply", "value": 2, "first_year": 2031},
                   {"scenario": "x", "column": "growth", "operation": "multiply", "value": 2})  # fmt: skip
    with pytest.raises(CaseError, match="by year already"):
        solve(made, scenario="x")


def test_rows_are_chosen_by_what_they_were_before_the_changes() -> None:
    """x loses its low price with its total only if rows were chosen after other rows of the same scenario."""
    rows = [{"column": "total", "where": "supply = market", "operation": "set", "value": 15},
            {"column": "price", "where": "total = 30", "operation": "set", "value": 1}]  # fmt: skip
    for order in (rows, rows[::-1]):
        made = priced(*order, total=30)
        assert solve(made, scenario="w", gap=0).objective == pytest.approx(15 * 1 + 5 * 1000)


def test_there_is_a_mean_of_futures_in_which_growth_was_written_out() -> None:
    """10 and 15, or 10 and 30: 10 and 22.5 on average. All is bought in any case, so planning for all saves nothing."""
    made = growing({"column": "quantity", "operation": "multiply", "value": 2, "first_year": 2031})
    made.tables["scenarios"]["probability"] = 0.5
    made.tables["scenarios"]["includes"] = None
    value = value_of_scenarios(over(made), gap=0)
    assert "mean_fails" not in value
    assert value["vss"] == pytest.approx((0, 0), abs=1e-9)


def test_a_subsidy_is_a_share_of_what_was_planned() -> None:
    """Half of 300, granted before it is known that the line costs 150 in one future of two: 150 or nothing to pay."""
    made = case(
        plant("maker", {"magnet": 1}),
        expansions=[{"expansion": "line", "facility": "maker", "sizing": "continuous", "max_size": 10, "unit_cost": 30,
                     "subsidy": 0.5}],
        supplies=[offer("market", 100)], demands=[need(10)], scenarios=EVEN,
        disruptions=[{"scenario": "more", "table": "expansions", "column": "unit_cost", "operation": "multiply",
                      "value": 0.5}],
    )  # fmt: skip
    assert over(made).costs == pytest.approx({"calm": 150, "more": 0})


def test_decisions_that_wait_are_alike_until_the_future_shows() -> None:
    """A tonne must be decided in 2030, and need shows in 2031: waiting from 2030 on helps nobody, 30 are built. With
    foresight each future builds what it needs: 20."""
    made = case(
        plant("maker", {"magnet": 1}), years=2,
        expansions=[{"expansion": "line", "facility": "maker", "sizing": "continuous", "max_size": 100, "unit_cost": 1,
                     "last_year": 2030}],
        demands=[need({2030: 0, 2031: 10}, penalty=5)], scenarios=EVEN,
        disruptions=[{"scenario": "more", "table": "demands", "column": "quantity", "operation": "set", "value": 30,
                      "first_year": 2031}],
    )  # fmt: skip
    assert over(made, adapt_from=2030).objective == pytest.approx(30)
    assert over(made, adapt_from=2030, foresight=True).objective == pytest.approx(20)
