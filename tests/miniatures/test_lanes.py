"""Movements: freight, duty, loss, joint capacity, opening and yearly cost, minimum load, years."""

from __future__ import annotations

from typing import Any

from magnet_sourcing import Case
from pytest import approx, mark

from .cases import case, cost, infeasible, lane, need, offer


def shipped(demand: Any, price: float, local: float | None, years: int = 1, freight: float = 1,
            surplus: float | None = None, **columns: Any) -> Case:
    """Magnets from the mine at a price, brought here on a lane; here they can be bought at `local`."""
    supplies = [offer("far", price, location="mine")]
    if local is not None:
        supplies.append(offer("near", local))
    return case(lane({"magnet": freight}, **columns), years=years, supplies=supplies, demands=[need(demand)],
                materials=[{"material": "magnet", "disposal_cost": surplus, "value": 20}])


def test_freight() -> None:
    """10 t at 2 + 3."""
    assert cost(shipped(10, 2, None, freight=3)) == approx(50)


def test_no_movement_without_a_lane() -> None:
    """The offer is elsewhere and no lane leads here."""
    assert infeasible(case(supplies=[offer("far", 2, location="mine")], demands=[need(10)]))


def test_a_lane_carries_only_what_is_listed() -> None:
    """The lane is for alloy."""
    made = case(lane({"alloy": 1}), supplies=[offer("far", 2, location="mine")], demands=[need(10)])
    assert infeasible(made)


def test_duty_by_value() -> None:
    """10 t at price 2, freight 3, and 7.5 % of the value 20: 20 + 30 + 15."""
    made = case(lane({"magnet": 3}, {"duty": 0.075}), supplies=[offer("far", 2, location="mine")], demands=[need(10)],
                materials=[{"material": "magnet", "value": 20}])
    assert cost(made) == approx(65)


def test_loss_is_paid_for() -> None:
    """For 8 t, 10 are loaded: 10 x (2 + 3), and duty 10 % of 20 on all 10."""
    made = case(lane({"magnet": 3}, {"loss": 0.2, "duty": 0.1}), supplies=[offer("far", 2, location="mine")],
                demands=[need(8)], materials=[{"material": "magnet", "value": 20}])
    assert cost(made) == approx(70)


@mark.parametrize("own, expected", [(None, 8 + 2 + 6 * 5), (3, 3 + 7 + 5 * 9 + 1 * 5)])
def test_capacity_over_all_materials_and_of_one(own: float | None, expected: float) -> None:
    """10 t on the lane at 1; magnets cost 9 here, alloy 5; 8 of each needed: ship 8 magnets and 2 alloy, buy 6 alloy.
    With 3 t of magnets at most: 3 and 7, buy 5 magnets and 1 alloy."""
    parts = lane({"magnet": 1, "alloy": 1}, capacity=10)
    parts["freight"][0]["capacity"] = own
    made = case(
        parts, demands=[need(8), need(8, "alloy")],
        supplies=[offer("far", 0, location="mine"), offer("far alloy", 0, "alloy", location="mine"),
                  offer("near", 9), offer("near alloy", 5, "alloy")],
    )
    assert cost(made) == approx(expected)


@mark.parametrize("years, expected", [(1, 25), (2, 40)])
def test_opening_cost_is_paid_once(years: int, expected: float) -> None:
    """Opening 30, freight 1, here 5; 5 t a year. One year: 25 < 35. Two: 40 < 50."""
    assert cost(shipped(5, 0, 5, years, opening_cost=30)) == approx(expected)


def test_opening_cost_is_for_all_materials_together() -> None:
    """2 t of each of two materials at 5 here, 20; opening once for 12 and freight 4: 16."""
    made = case(
        lane({"magnet": 1, "alloy": 1}, opening_cost=12), demands=[need(2), need(2, "alloy")],
        supplies=[offer("far", 0, location="mine"), offer("far alloy", 0, "alloy", location="mine"),
                  offer("near", 5), offer("near alloy", 5, "alloy")],
    )
    assert cost(made) == approx(16)


def test_yearly_cost_only_when_used() -> None:
    """6 a year; 2 t then 1 t, 5 a tonne here: 6 < 10, then 5 < 6."""
    assert cost(shipped({2030: 2, 2031: 1}, 0, 5, 2, freight=0, yearly_cost=6)) == approx(11)


@mark.parametrize("surplus, expected", [(0, 5), (None, 12)])
def test_minimum_when_used(surplus: float | None, expected: float) -> None:
    """At least 5 t at 1; 3 needed, here 4. With free disposal 5 < 12; without, 2 t too many cannot come."""
    assert cost(shipped(3, 0, 4, surplus=surplus, minimum=5, capacity=50)) == approx(expected)


def test_minimum_does_not_force_use() -> None:
    """1 t needed at 4 here: no shipment of 5."""
    assert cost(shipped(1, 0, 4, surplus=0, minimum=5, capacity=50)) == approx(4)


def test_years_of_a_lane() -> None:
    """From 2031: 2 t at 5 here, then 2 at 1."""
    assert cost(shipped(2, 0, 5, 2, first_year=2031)) == approx(12)


def test_transshipment() -> None:
    """Mine to port (1) to plant (2); nothing is needed at the port."""
    made = case(
        lanes=[{"lane": "rail", "origin": "mine", "destination": "port"},
               {"lane": "sea", "origin": "port", "destination": "here"}],
        freight=[{"lane": "rail", "material": "ore", "cost": 1}, {"lane": "sea", "material": "ore", "cost": 2}],
        supplies=[offer("ore", 3, "ore", location="mine")], demands=[need(10, "ore")],
    )
    assert cost(made) == approx(60)
