"""Stocks: holding cost, loss, capacity, initial, final and least levels, long periods."""

from __future__ import annotations

from typing import Any

from magnet_sourcing import Case
from pytest import approx

from .cases import best, case, cost, infeasible, need, offer, yearly


def stored(price: Any, demand: Any, years: int = 2, periods: Any = None, **stock: Any) -> Case:
    tables = {"periods": periods} if periods else {}
    return case(years=years, supplies=[offer("buy", price)], demands=[need(demand)],
                stocks=[{"stock": "store", "material": "magnet", **stock}], **tables)


def test_stock_carries_cheap_years_into_dear_ones() -> None:
    """1 then 5 a tonne, keeping costs 2: buy 20 in 2030, keep 10 for 20: 40 < 60."""
    plan = best(stored({2030: 1, 2031: 5}, 10, cost=2))
    assert plan.objective == approx(40)
    assert yearly(plan, "stocks", "closing") == approx([10, 0])


def test_no_row_no_stock() -> None:
    """1 then 5 a tonne without a store: 10 + 50."""
    made = case(years=2, supplies=[offer("buy", {2030: 1, 2031: 5})], demands=[need(10)])
    assert cost(made) == approx(60)


def test_loss_in_store() -> None:
    """A fifth is lost: 12.5 t kept for 10; 22.5 t at 1."""
    assert cost(stored({2030: 1, 2031: 5}, 10, loss=0.2)) == approx(22.5)


def test_initial_and_final_stock() -> None:
    """4 t there, 6 to be left, 10 needed: buy 12 at 3."""
    assert cost(stored(3, 10, years=1, initial=4, final=6)) == approx(36)


def test_reserve_and_capacity() -> None:
    """At least 3, at most 5 t. 1 then 5 a tonne: buy 10 + 5, use 2 of the 5, buy 8: 15 + 40."""
    assert cost(stored({2030: 1, 2031: 5}, 10, minimum=3, capacity=5)) == approx(55)


def test_reserve_that_cannot_be_filled() -> None:
    """3 t must be kept but only the 10 needed can be bought."""
    made = case(supplies=[offer("buy", 1, limit=10)], demands=[need(10)],
                stocks=[{"stock": "store", "material": "magnet", "minimum": 3}])
    assert infeasible(made)


def test_stock_between_long_periods() -> None:
    """Two periods of 2 years, 8 t of store, keeping 0.1 a year. Buy 10 + 8/2 a year at 1 (28), then 10 - 8/2 at 5 (60);
    the closing 8 t of the first cost 0.8 in each of its years (1.6)."""
    made = stored({2030: 1, 2032: 5}, 10, capacity=8, cost=0.1,
                  periods=[{"period": 2030, "years": 2}, {"period": 2032, "years": 2}])
    assert cost(made) == approx(89.6)


def test_loss_over_a_long_period() -> None:
    """100 t lose 10 % a year for 2 years: 81 are left, 40.5 a year; 41.5 are needed: 1 a year bought at 1."""
    made = stored(1, 41.5, periods=[{"period": 2030, "years": 2}], initial=100, loss=0.1)
    assert cost(made) == approx(2)
