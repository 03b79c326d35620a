"""Purchases and sales: tiers, quantity discounts, totals, take-or-pay, minima."""

from __future__ import annotations

from pytest import approx, mark

from .cases import best, case, cost, infeasible, need, offer, outlet, plant, yearly


def test_rising_price_tiers() -> None:
    """10 t at 1, then 5 at 3."""
    assert cost(case(supplies=[offer("first", 1, limit=10), offer("then", 3)], demands=[need(15)])) == approx(25)


@mark.parametrize("demand, expected", [(8, 36), (11, 49.5), (12, 54), (14, 58)])
def test_quantity_discount(demand: float, expected: float) -> None:
    """2 a tonne, but only after 10 t at 5; elsewhere 4.5. 8 t: 36 there (the second tier alone would be 16); 14 t: 50 + 8
    = 58 < 63. Even at 12, 54."""
    made = case(supplies=[offer("first", 5, limit=10), offer("then", 2, after="first"), offer("else", 4.5)],
                demands=[need(demand)])
    assert cost(made) == approx(expected)


def test_total_over_the_horizon_counts_years() -> None:
    """15 t in all at 1, else 5; 10 a year for 1 + 2 years: 15 + 15 x 5."""
    made = case(periods=[{"period": 2030}, {"period": 2031, "years": 2}],
                supplies=[offer("mine", 1, total=15), offer("buy", 5)], demands=[need(10)])
    assert cost(made) == approx(90)


def test_take_or_pay_at_a_price() -> None:
    """Minimum 10 at 4, 3 a tonne missed; 6 needed, elsewhere 2. A tonne of the contract costs 4 - 3 = 1 less 2: take 6
    (24), miss 4 (12)."""
    made = case(supplies=[offer("contract", 4, minimum=10, shortfall_cost=3), offer("else", 2)], demands=[need(6)])
    plan = best(made)
    assert plan.objective == approx(36)
    assert plan.total("shortfall") == approx(12)


def test_take_or_pay_that_must_be_taken() -> None:
    """Without a price for missing it all 10 t are bought at 4, 4 of them thrown away; without disposal no plan."""
    supplies = [offer("contract", 4, minimum=10)]
    assert cost(case(supplies=supplies, demands=[need(6)],
                     materials=[{"material": "magnet", "disposal_cost": 0}])) == approx(40)
    assert infeasible(case(supplies=supplies, demands=[need(6)]))


def test_years_of_an_offer() -> None:
    """Offered from 2031 at 1, before 5."""
    made = case(years=2, supplies=[offer("new", 1, first_year=2031), offer("old", 5)], demands=[need(10)])
    assert cost(made) == approx(60)


def test_outlet_with_limit_and_total() -> None:
    """Made at 1, sold at 5: 5 a year at most, 7 in all over 2 years: 7 x 4."""
    made = case(plant("press", {"magnet": 1}, capacity=50, cost=1), years=2, sales=[outlet("shop", 5, limit=5, total=7)])
    assert cost(made) == approx(-28)


def test_minimum_sale_at_a_loss() -> None:
    """3 t must be sold at -2, made at 1."""
    made = case(plant("press", {"magnet": 1}, capacity=50, cost=1), sales=[outlet("gate", -2, minimum=3)])
    assert cost(made) == approx(9)


@mark.parametrize("capacity, expected", [(10, -5), (6, 0)])
def test_outlet_that_opens_after_another(capacity: float, expected: float) -> None:
    """Made at 2, sold 5 t at 1 and only then at 4. 10 t: 20 - 5 - 20 = -5. 6 t: 12 - 5 - 4 = 3, so nothing is made."""
    made = case(plant("press", {"magnet": 1}, capacity=capacity, cost=2),
                sales=[outlet("first", 1, limit=5), outlet("then", 4, limit=50, after="first")])
    assert cost(made) == approx(expected)


def test_limit_shared_by_offers_in_two_places() -> None:
    """1 a tonne in each of two places, 12 t together; 10 needed in each; else 4: 12 + 8 x 4."""
    made = case(
        supplies=[offer(f"{kind} {place}", price, location=place)
                  for place in ("north", "south") for kind, price in (("cheap", 1), ("dear", 4))],
        limits=[{"limit": "group", "sense": "at most", "value": 12}],
        limit_terms=[{"limit": "group", "metric": "bought", "supply": f"cheap {place}"} for place in ("north", "south")],
        demands=[need(10, demand=place, location=place) for place in ("north", "south")],
    )
    assert cost(made) == approx(44)


def test_purchase_table_shows_what_was_bought() -> None:
    """Price 1 in 2030, 9 in 2031; own work at 5: buy 10, then 0."""
    made = case(plant("press", {"magnet": 1}, capacity=10, cost=5), years=2,
                supplies=[offer("buy", {2030: 1, 2031: 9})], demands=[need(10)])
    assert yearly(best(made), "purchases", "bought") == approx([10, 0])
