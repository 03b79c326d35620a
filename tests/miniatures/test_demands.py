"""Needs: growth, shortage, least service, reservation, incentives."""

from __future__ import annotations

from pytest import approx, mark

from .cases import best, case, cost, infeasible, need, offer, plant, yearly


def test_growth() -> None:
    """100, 110, 121 at 1."""
    assert cost(case(years=3, supplies=[offer("buy", 1)], demands=[need(100, growth=0.1)])) == approx(331)


def test_growth_from_the_base_year() -> None:
    """100 in 2029 are 110 in 2030."""
    made = case(settings={"base_year": 2029}, supplies=[offer("buy", 1)], demands=[need(100, growth=0.1)])
    assert cost(made) == approx(110)


def test_shortage_and_least_service() -> None:
    """A tonne costs 10, missing it 6, but three quarters of 8 must be served: 60 + 12."""
    made = case(supplies=[offer("buy", 10)], demands=[need(8, penalty=6, min_service=0.75)])
    plan = best(made)
    assert plan.objective == approx(72)
    assert yearly(plan, "demand", "short") == approx([2])


def test_unmet_is_a_measure() -> None:
    """A tonne costs 10, missing it 6: all 8 t/y of three years are missed, 24 t. If at
    most 6 t may be, 18 t are bought; if at most 1 t in the last year, 7 t."""
    made = case(
        periods=[{"period": 2030, "years": 2}, {"period": 2032}], supplies=[offer("buy", 10)], demands=[need(8, penalty=6)]
    )
    assert cost(made) == approx(24 * 6)
    assert cost(made, at_most={"unmet": 6}) == approx(18 * 10 + 6 * 6)
    assert cost(made, at_most={"unmet 2032-2032": 1}) == approx(16 * 6 + 7 * 10 + 1 * 6)
    assert best(made, objective="unmet").objective == approx(0, abs=1e-6)


def test_demand_without_penalty_must_be_met() -> None:
    """8 needed, 6 to be had."""
    assert infeasible(case(supplies=[offer("buy", 1, limit=6)], demands=[need(8)]))


def test_reserved_demand_is_served_first() -> None:
    """5 t for two needs of 4: defence gets 4, the market 1 and misses 3 at 20."""
    made = case(
        supplies=[offer("buy", 0, limit=5)],
        demands=[need(4, demand="market", penalty=20), need(4, demand="defence", penalty=50, reserved=True)],
    )
    plan = best(made)
    assert plan.objective == approx(60)
    assert yearly(plan, "demand", "delivered", demand="defence") == approx([4])


def test_reserved_demand_below_the_market_is_refused() -> None:
    """A reserved need cheaper to miss than the market's would not be served first."""
    made = case(
        supplies=[offer("buy", 0, limit=5)],
        demands=[need(4, demand="market", penalty=50), need(4, demand="defence", penalty=20, reserved=True)],
    )
    assert any(p.severity == "error" and "reserved" in p.message for p in made.check())


# ---------------------------------------------------------------- incentives


def test_incentive_limits() -> None:
    """8 t a year at 3 for 3 years; 2 a tonne on 5 t a year is 10 a year, 14 in all: 72 - 14."""
    made = case(plant("press", {"magnet": 1}, capacity=8, cost=3), years=3, demands=[need(8)],
                incentives=[{"incentive": "PLI", "rate": 2, "limit": 5, "total": 14}])
    plan = best(made)
    assert plan.objective == approx(58)
    assert plan.total("incentive") == approx(-14)


def test_incentive_only_in_its_country_and_years() -> None:
    """Two plants of 4 t at 3; 2 a tonne at home, in 2031 only: 48 - 8."""
    made = case(
        plant("home", {"magnet": 1}, capacity=4, cost=3), plant("away", {"magnet": 1}, capacity=4, cost=3, location="there"),
        years=2, locations=[{"location": "there", "country": "Away"}, {"location": "here"}],
        lanes=[{"lane": "lane", "origin": "there", "destination": "here"}],
        freight=[{"lane": "lane", "material": "magnet", "cost": 0}], demands=[need(8)],
        incentives=[{"incentive": "PLI", "rate": 2, "country": "Home", "first_year": 2031}],
    )
    assert cost(made) == approx(40)


@mark.parametrize("column", ["facility", "process", "stage"])
def test_incentive_filters(column: str) -> None:
    """Two plants of 4 t at 3; 2 a tonne on one of them: 24 - 8."""
    made = case(
        plant("a", {"magnet": 1}, capacity=4, cost=3, stage="a"), plant("b", {"magnet": 1}, capacity=4, cost=3, stage="b"),
        stages=[{"stage": "a", "order": 1}, {"stage": "b", "order": 2}], demands=[need(8)],
        materials=[{"material": "magnet"}], incentives=[{"incentive": "PLI", "rate": 2, column: "a"}],
    )
    assert cost(made) == approx(16)
