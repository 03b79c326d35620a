"""Periods, discounting, explicit weights, escalation, filling of years."""

from __future__ import annotations

from typing import Any

from magnet_sourcing import Case
from pytest import approx, mark

from .cases import case, cost, need, offer, plant, route


def bought(price: Any, *, years: int = 1, settings: dict[str, Any] | None = None, fill: str | None = None,
           **tables: Any) -> Case:
    """10 t a year bought at the price."""
    return case(years=years, settings=settings, supplies=[offer("buy", price, fill=fill)], demands=[need(10)], **tables)


def test_discounting() -> None:
    """10 a year at year starts, 10 %: 10 (1 + 1/1.1 + 1/1.21)."""
    assert cost(bought(1, years=3, settings={"discount_rate": 0.1})) == approx(10 * (1 + 1 / 1.1 + 1 / 1.21))


def test_discounting_to_an_earlier_base_year() -> None:
    """2030 seen from 2028: 10 / 1.21."""
    assert cost(bought(1, settings={"discount_rate": 0.1, "base_year": 2028})) == approx(10 / 1.21)


def test_long_periods_count_each_of_their_years() -> None:
    """2 years from 2030 and 3 from 2032 at 10 %, 10 a year: the sum over five years."""
    made = bought(1, settings={"discount_rate": 0.1},
                  periods=[{"period": 2030, "years": 2}, {"period": 2032, "years": 3}])
    assert cost(made) == approx(10 * sum(1.1**-i for i in range(5)))


def test_explicit_weights() -> None:
    """Weights 2.5 and 7 replace the discounting: 10 x 9.5."""
    made = bought(1, settings={"discount_rate": 0.1},
                  periods=[{"period": 2030, "years": 3, "weight": 2.5}, {"period": 2033, "years": 9, "weight": 7}])
    assert cost(made) == approx(95)


def test_one_off_cost_under_an_explicit_weight() -> None:
    """A period of 5 years with weight 4 counts a year 0.8: signing for 100 counts 80, 10 a year 40."""
    made = bought(1, periods=[{"period": 2030, "years": 5, "weight": 4}],
                  routes=[route("treaty", must_sign=True, signing_cost=100)])
    assert cost(made) == approx(120)


def test_escalating_prices() -> None:
    """5 % a year from the base year: 100 + 105."""
    assert cost(bought(10, years=2, settings={"escalation": 0.05})) == approx(205)


def test_escalating_capital() -> None:
    """A plant for 100 that can only be decided in 2031 costs 105."""
    made = case(plant("press", {"magnet": 1}), years=2, settings={"escalation": 0.05},
                expansions=[{"expansion": "build", "facility": "press", "sizing": "all-or-nothing", "max_size": 10,
                             "fixed_cost": 100, "first_year": 2031}],
                demands=[need({2030: 0, 2031: 10})])
    assert cost(made) == approx(105)


@mark.parametrize("fill, prices", [("linear", 10 + 12 + 14 + 16 + 18), ("hold", 10 * 4 + 18)])
def test_years_between_are_filled_as_the_row_says(fill: str, prices: float) -> None:
    """10 in 2030 and 18 in 2034, 10 t a year."""
    assert cost(bought({2030: 10, 2034: 18}, years=5, fill=fill)) == approx(10 * prices)


# ---------------------------------------------------------------- what falls inside long periods

LONG = [{"period": 2030, "years": 5}, {"period": 2035, "years": 5}]


def test_annuity_in_long_periods() -> None:
    """1000 over 20 years, lead time 2: 3 + 5 payments of 50. In the first period 3/5 of 10 t; the other 4 at 20 for 5
    years."""
    made = case(
        plant("press", {"magnet": 1}), periods=LONG, settings={"capital": "annuity"}, supplies=[offer("buy", 20)],
        expansions=[{"expansion": "build", "facility": "press", "sizing": "all-or-nothing", "max_size": 10,
                     "fixed_cost": 1000, "life": 20, "lead_time": 2, "last_year": 2030}],
        demands=[need(10)],
    )
    assert cost(made) == approx(8 * 50 + 4 * 20 * 5)


def test_salvage_after_long_periods() -> None:
    """Life 25 from 2030; 15 of it are left in 2040, at 1.04^-10: 1000 - 600 x 1.04^-10."""
    made = case(
        plant("press", {"magnet": 1}), periods=LONG, settings={"salvage": "straight-line", "discount_rate": 0.04},
        expansions=[{"expansion": "build", "facility": "press", "sizing": "all-or-nothing", "max_size": 10,
                     "fixed_cost": 1000, "life": 25}],
        demands=[need(10)],
    )
    assert cost(made) == approx(1000 - 600 * 1.04**-10)


def test_contract_active_for_part_of_a_long_period() -> None:
    """Active from 2032 for 4 years: 3/5 of the first period, 1/5 of the second. 6 and 2 t at 1, the rest at 5; 3 a year
    while active: (6 + 4 x 5) x 5 + (2 + 8 x 5) x 5 + 4 x 3."""
    made = case(
        periods=LONG, routes=[route("treaty", must_sign=True, last_year=2030, lead_time=2, duration=4, yearly_cost=3)],
        supplies=[offer("treaty", 1, route="treaty", limit=10), offer("open", 5)], demands=[need(10)],
    )
    assert cost(made) == approx(130 + 210 + 12)


def test_retirement_in_long_periods() -> None:
    """10 t/y, fixed cost 2 a year, not needed after 2035: closed for 30 once instead of 5 x 20."""
    made = case(
        plant("press", {"magnet": 1}, capacity=10, fixed_cost=2, can_retire=True, retirement_cost=3), periods=LONG,
        supplies=[offer("buy", 100)], demands=[need({2030: 10, 2035: 0})],
    )
    assert cost(made) == approx(100 + 30)


def test_lag_of_tolling_across_long_periods() -> None:
    """Sent in 2030-34, back 2 years later: 3/5 in the first period, 2/5 in the second. 10 t a year sent at 1 bring 3 and
    2 of 5 t; 5 needed a year, else 100: what is sent in the second period brings 3 more."""
    made = case(
        periods=LONG, routes=[route("partner", "tolling", must_sign=True)],
        tolls=[{"toll": "toll", "route": "partner", "sent": "oxide", "origin": "here", "returned": "magnet",
                "destination": "here", "yield": 0.5, "lag": 2, "capacity": 10}],
        supplies=[offer("oxide", 1, "oxide"), offer("buy", 100)], demands=[need(5)],
    )
    assert cost(made) == approx(5 * (10 + 2 * 100) + 5 * 10)
