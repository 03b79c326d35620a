"""Added capacity: sizing, cost curves, lead time, ramp-up, windows, groups, needs, life, running cost."""

from __future__ import annotations

from typing import Any

from magnet_sourcing import Case
from pytest import approx, mark

from .cases import best, case, cost, infeasible, need, offer, plant, yearly


def growing(demand: Any, price: Any, *expansions: dict[str, Any], years: int = 1, **tables: Any) -> Case:
    """A plant that can be built; magnets can be bought at the price instead."""
    rows = [{"expansion": f"build {i}", "facility": "press", **x} for i, x in enumerate(expansions)]
    return case(plant("press", {"magnet": 1}), years=years, expansions=rows, supplies=[offer("buy", price)],
                demands=[need(demand)], **tables)


WHOLE: dict[str, Any] = {"sizing": "all-or-nothing", "max_size": 10}


@mark.parametrize("demand, expected", [(4, 80), (3, 75)])
def test_all_or_nothing(demand: float, expected: float) -> None:
    """The plant costs 50 + 3 x 10 = 80 whatever is needed: worth it for 4 t at 25 (100), not for 3 t (75)."""
    assert cost(growing(demand, 25, {**WHOLE, "fixed_cost": 50, "unit_cost": 3})) == approx(expected)


@mark.parametrize("demand, expected", [(10, 28 + 12), (11, 42), (20, 42 + 48)])
def test_modular(demand: float, expected: float) -> None:
    """A module of 4 costs 10 + 4 = 14, buying 6 a tonne. 10 t: two modules and 2 bought (40 < 42); 11 t: three (42 <
    46); 20 t: three is all there may be, 8 bought."""
    module = {"sizing": "modular", "max_size": 4, "max_modules": 3, "fixed_cost": 10, "unit_cost": 1}
    assert cost(growing(demand, 6, module)) == approx(expected)


@mark.parametrize("demand, size, expected", [(3, 5, 20), (12, 12, 34), (30, 20, 50 + 70)])
def test_range(demand: float, size: float, expected: float) -> None:
    """10 + 2 a t/y from 5 to 20, buying 7. 3 t: the least size, 20 < 21; 12 t: 34; 30 t: the greatest, 50, and 70."""
    plan = best(growing(demand, 7, {"sizing": "range", "min_size": 5, "max_size": 20, "fixed_cost": 10, "unit_cost": 2}))
    assert plan.objective == approx(expected)
    assert list(plan.tables["builds"]["size"]) == approx([size])


def test_continuous() -> None:
    """Need 4, 9, 12; capacity grows by any sizes at 5 a t/y, 10 in all: 50, and 2 bought at 100."""
    made = growing({2030: 4, 2031: 9, 2032: 12}, 100, {"sizing": "continuous", "max_size": 10, "unit_cost": 5}, years=3)
    assert cost(made) == approx(50 + 200)


def curve(*points: tuple[float, float]) -> list[dict[str, Any]]:
    return [{"expansion": "build 0", "size": size, "cost": money} for size, money in points]


@mark.parametrize("demand, expected", [(15, 5 + 120), (8, 72)])
def test_economies_of_scale(demand: float, expected: float) -> None:
    """Size 10 costs 100, size 20 140, and 5 on top. 15 t: 100 + 5 x 4 + 5 = 125 < 135 bought at 9. 8 t: 85 built, 72
    bought; the second piece's 4 a tonne is not to be had without the first."""
    made = growing(demand, 9, {"sizing": "range", "max_size": 20, "fixed_cost": 5},
                   expansion_costs=curve((0, 0), (10, 100), (20, 140)))
    assert cost(made) == approx(expected)


def test_rising_unit_cost() -> None:
    """5 a t/y up to 10, then 15: build 10 (50), buy the other 5 at 9 (45)."""
    made = growing(15, 9, {"sizing": "range", "max_size": 20}, expansion_costs=curve((0, 0), (10, 50), (20, 200)))
    assert cost(made) == approx(95)


def test_curve_that_falls_and_rises() -> None:
    """Pieces at 10, 2, 9 a t/y to 10, 20, 30; buying 8. 25 t: 100 + 20 = 120 for 20 and 5 bought = 160."""
    made = growing(25, 8, {"sizing": "range", "max_size": 30},
                   expansion_costs=curve((0, 0), (10, 100), (20, 120), (30, 210)))
    assert cost(made) == approx(160)


def test_lead_time() -> None:
    """Decided in 2030, there in 2032: two years bought at 5 (100), then 60 for two years instead of 100."""
    assert cost(growing(10, 5, {**WHOLE, "fixed_cost": 60, "lead_time": 2}, years=4)) == approx(160)


def test_lead_time_of_half_a_year() -> None:
    """Half of the first year's capacity is there: 5 t bought at 5 (25) and 60; buying all would be 100."""
    assert cost(growing(10, 5, {**WHOLE, "fixed_cost": 60, "lead_time": 0.5}, years=2)) == approx(85)


def test_ramp_up() -> None:
    """A quarter, a half, then all of 10: buy 7.5 + 5 at 5 = 62.5, build 60."""
    ramps = [{"ramp": "slow", "age": a, "share": s} for a, s in enumerate((0.25, 0.5, 1))]
    assert cost(growing(10, 5, {**WHOLE, "fixed_cost": 60, "ramp": "slow"}, years=4, ramps=ramps)) == approx(122.5)


def test_ramp_up_in_long_periods() -> None:
    """Periods of 2 and 2 years: half in the first year, all after: 0.75 of 10 in the first period. Buy 2.5 x 2 at 9 (45),
    build 60."""
    made = growing(10, 9, {**WHOLE, "fixed_cost": 60, "ramp": "slow"},
                   ramps=[{"ramp": "slow", "age": 0, "share": 0.5}, {"ramp": "slow", "age": 1, "share": 1}],
                   periods=[{"period": 2030, "years": 2}, {"period": 2032, "years": 2}])
    assert cost(made) == approx(105)


def test_build_window() -> None:
    """Only in 2031: one year bought at 5 (50), then 60."""
    made = growing(10, 5, {**WHOLE, "fixed_cost": 60, "first_year": 2031, "last_year": 2031}, years=4)
    plan = best(made)
    assert plan.objective == approx(110)
    assert list(plan.tables["builds"]["period"]) == [2031]


def test_exactly_one_of_a_group() -> None:
    """4 t for 25, or 10 t for 60; buying all 10 at 5 would be 50, but one must be built: 25 + 30 = 55 < 60."""
    made = growing(10, 5, {**WHOLE, "max_size": 4, "fixed_cost": 25, "group": "site"},
                   {**WHOLE, "fixed_cost": 60, "group": "site"}, groups=[{"group": "site", "minimum": 1, "maximum": 1}])
    assert cost(made) == approx(55)


def test_at_most_one_of_a_group() -> None:
    """Two plants of 10 t for 10 each, worth 50 each; only one may be: 10 + 50."""
    made = growing(20, 5, {**WHOLE, "fixed_cost": 10, "group": "site"}, {**WHOLE, "fixed_cost": 10, "group": "site"},
                   groups=[{"group": "site", "maximum": 1}])
    assert cost(made) == approx(60)


def test_one_build_needs_another() -> None:
    """A line of 9 t for 10 needs a hall of 1 t for 30: 40 < 50 bought. The line alone would be 15."""
    made = growing(10, 5, {**WHOLE, "max_size": 1, "fixed_cost": 30},
                   {**WHOLE, "max_size": 9, "fixed_cost": 10, "needs": "build 0"})
    assert cost(made) == approx(40)


def test_capacity_ends_with_its_life() -> None:
    """Two years of 10 t for 30, and only one build: then 100 for two years bought at 5."""
    assert cost(growing(10, 5, {**WHOLE, "fixed_cost": 30, "life": 2}, years=4)) == approx(130)


def test_running_cost_by_size_once_available() -> None:
    """Lead time 1. 2030: 10 t at 20 (200); capital 2 x 10; then 2 years of 10 x 1 + 4."""
    made = growing(10, 20, {"sizing": "range", "max_size": 50, "unit_cost": 2, "running_cost": 1, "running_fixed_cost": 4,
                            "lead_time": 1}, years=3)
    plan = best(made)
    assert plan.objective == approx(200 + 20 + 28)
    assert yearly(plan, "costs", "amount", item="fixed operation") == approx([0, 14, 14])


def test_availability_counts_for_added_capacity() -> None:
    """Half of the 10 t/y built for 20 can be used: 5 t made, 5 bought at 9; buying all would be 90."""
    made = case(plant("press", {"magnet": 1}, availability=0.5), supplies=[offer("buy", 9)], demands=[need(10)],
                expansions=[{"expansion": "build", "facility": "press", **WHOLE, "fixed_cost": 20}])
    assert cost(made) == approx(65)


def test_nothing_is_built_for_years_beyond_the_horizon() -> None:
    """With lead time 1 and one year nothing can be built, and nothing bought: no plan."""
    made = case(plant("press", {"magnet": 1}), demands=[need(10)],
                expansions=[{"expansion": "build", "facility": "press", **WHOLE, "lead_time": 1}])
    assert infeasible(made)
