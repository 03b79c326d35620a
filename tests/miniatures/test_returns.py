"""End-of-life material coming back from earlier deliveries."""

from __future__ import annotations

from typing import Any

from magnet_sourcing import Case
from pytest import approx

from .cases import best, case, cost, need, offer, outlet, plant, yearly


def scrapped(price: float, periods: Any, demands: Any = None, **back: Any) -> Case:
    """10 t a year bought at 2; what comes back is sold as scrap."""
    return case(periods=periods, supplies=[offer("buy", 2)], demands=demands or [need(10)],
                returns=[{"return": "scrap", "delivered": "magnet", "material": "scrap", **back}],
                sales=[outlet("scrap", price, "scrap")])


YEARS = [{"period": 2030 + i} for i in range(4)]


def test_recycled_after_their_life() -> None:
    """3 of 10 t come back after 2 years, collected at 1 and remade: 6 t less of 40 to buy at 10: 340 + 6."""
    made = case(plant("remake", {"magnet": 1}, {"scrap": 1}, capacity=10), years=4, supplies=[offer("buy", 10)],
                demands=[need(10)],
                returns=[{"return": "scrap", "delivered": "magnet", "material": "scrap", "share": 0.3, "lag": 2, "cost": 1}])
    plan = best(made)
    assert plan.objective == approx(346)
    assert yearly(plan, "collections", "collected") == approx([0, 0, 3, 3])


def test_collecting_is_a_choice() -> None:
    """Scrap that sells for less than nothing stays where it is."""
    assert cost(scrapped(-1, YEARS[:2], share=1, lag=0)) == approx(40)


def test_lag_of_a_quarter_year() -> None:
    """4 t a year come back a quarter later: 3 in 2030, 4 in 2031, sold at 5: 40 - 35."""
    assert cost(scrapped(5, YEARS[:2], share=0.4, lag=0.25)) == approx(5)


def test_lag_across_long_periods() -> None:
    """Two periods of 5 years, lag 3, half comes back: 2/5 of the 5 t a year in the same period (2), 3/5 in the next (3),
    where 2 of its own join: 5 x (2 + 5) t at 1; bought 100 t at 2."""
    made = scrapped(1, [{"period": 2030, "years": 5}, {"period": 2035, "years": 5}], share=0.5, lag=3)
    plan = best(made)
    assert plan.objective == approx(200 - 35)
    assert yearly(plan, "collections", "collectable") == approx([2, 5])


def test_deliveries_before_the_horizon_and_segments() -> None:
    """Only EV magnets come back, a tenth after a year: 1 t in 2031; from before, 2 and 1 t. 60 t at 2, 4 t sold at 5."""
    made = scrapped(5, YEARS[:2], [need(10, demand="cars", segment="EV"), need(20, demand="mills", segment="wind")],
                    segment="EV", share=0.1, lag=1, base={2030: 2, 2031: 1})
    assert cost(made) == approx(120 - 20)
