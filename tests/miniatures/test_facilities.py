"""Existing capacity: availability, minimum load, reserve, fixed cost, retirement, years."""

from __future__ import annotations

from pytest import approx, mark

from .cases import best, case, cost, need, offer, plant, yearly


def loaded(demand: float, rule: str) -> float:
    """Least cost with capacity 10, minimum load 0.6, made at 1 or bought at 2; surplus thrown away free."""
    return cost(case(
        plant("press", {"magnet": 1}, capacity=10, cost=1, min_load=0.6, min_load_rule=rule),
        materials=[{"material": "magnet", "disposal_cost": 0}], supplies=[offer("buy", 2)], demands=[need(demand)],
    ))


def test_minimum_load_when_used_and_worth_it() -> None:
    """For 4 t, making 6 at 1 beats buying 4 at 2 = 8."""
    assert loaded(4, "when used") == approx(6)


def test_minimum_load_when_used_and_not_worth_it() -> None:
    """For 2 t, buying at 2 = 4 beats making 6; the plant stands still."""
    assert loaded(2, "when used") == approx(4)


def test_minimum_load_always() -> None:
    """It may not stand still: 6 t at 1, though buying 2 would cost 4."""
    assert loaded(2, "always") == approx(6)


def test_availability() -> None:
    """Half of 10 can be used: 5 made at 1, 3 bought at 7."""
    made = case(plant("press", {"magnet": 1}, capacity=10, availability=0.5, cost=1),
                supplies=[offer("buy", 7)], demands=[need(8)])
    assert cost(made) == approx(5 + 21)


def test_reserve_is_kept_for_the_dear_years() -> None:
    """A mine of 40 t, 20 needed in each of 1 + 3 years, mined at 1. Ore costs 5, from 2031 on 9: mine in the second
    period 40 (40), buy 20 at 5 (100) and the other 20 of the 60 at 9 (180)."""
    made = case(
        plant("mine", {"ore": 1}, capacity=20, cost=1, reserve=40),
        periods=[{"period": 2030}, {"period": 2031, "years": 3}],
        supplies=[offer("buy", {2030: 5, 2031: 9}, "ore")], demands=[need(20, "ore")],
    )
    plan = best(made)
    assert plan.objective == approx(40 + 100 + 180)
    assert yearly(plan, "activity", "activity") == approx([0, 40 / 3])


def test_fixed_cost_is_paid_on_capacity() -> None:
    """10 t/y at 2 a year, whether used or not; 5 t made at 1: 25 a year."""
    made = case(plant("press", {"magnet": 1}, capacity=10, cost=1, fixed_cost=2), years=2, demands=[need(5)])
    assert cost(made) == approx(50)


def test_retirement_saves_fixed_cost() -> None:
    """Of 10 t/y (fixed cost 2), 4 are needed in 2030 only; closing costs 3. Close 6 at once (18), pay 8 for the 4, close
    them in 2031 (12 instead of 2 x 8): 38. Nothing closed would be 60."""
    made = case(
        plant("press", {"magnet": 1}, capacity=10, fixed_cost=2, can_retire=True, retirement_cost=3), years=3,
        supplies=[offer("buy", 100)], demands=[need({2030: 4, 2031: 0, 2032: 0})],
    )
    plan = best(made)
    assert plan.objective == approx(38)
    assert yearly(plan, "retirements", "capacity") == approx([6, 4, 0])


def test_retirement_is_for_good() -> None:
    """2 t needed in 2030 and 2032. Closing between would save 2 x 1 and cost a purchase: it stays: 2 x 2 x 3 = 12."""
    made = case(
        plant("press", {"magnet": 1}, capacity=2, fixed_cost=2, can_retire=True), years=3,
        supplies=[offer("buy", 100)], demands=[need({2030: 2, 2031: 0, 2032: 2})],
    )
    assert cost(made) == approx(12)


def test_facility_years() -> None:
    """It stands to 2030: 5 t at 1 and fixed cost 10, then 5 t bought at 7 and no fixed cost."""
    made = case(plant("press", {"magnet": 1}, capacity=5, cost=1, fixed_cost=2, last_year=2030), years=2,
                supplies=[offer("buy", 7)], demands=[need(5)])
    assert cost(made) == approx(15 + 35)


@mark.parametrize("active, expected", [(True, 5.0), (False, 35.0)])
def test_inactive_row_is_not_there(active: bool, expected: float) -> None:
    """5 t made at 1, or, with the plant taken out, bought at 7."""
    made = case(plant("press", {"magnet": 1}, capacity=5, cost=1, active=active),
                supplies=[offer("buy", 7)], demands=[need(5)])
    assert cost(made) == approx(expected)
