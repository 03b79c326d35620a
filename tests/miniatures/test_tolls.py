"""Tolling: oxide out, magnets back."""

from __future__ import annotations

from typing import Any

from magnet_sourcing import Case
from pytest import approx, mark

from .cases import best, case, cost, need, offer, outlet, route, yearly


def tolled(demand: Any, years: int = 1, *, gives: float, contract: dict[str, Any] | None = None, price: float = 1000,
           tables: dict[str, Any] | None = None, **toll: Any) -> Case:
    """Oxide at 1; a signed tolling contract for up to 50 t; magnets bought at `price`; swarf sells at 2."""
    row = {"toll": "toll", "route": "partner", "sent": "oxide", "origin": "here", "returned": "magnet",
           "destination": "here", "yield": gives, "fee": 4, "capacity": 50}
    return case(
        years=years, routes=[route("partner", "tolling", **({"must_sign": True} | (contract or {})))], tolls=[row | toll],
        supplies=[offer("oxide", 1, "oxide"), offer("buy", price)], sales=[outlet("swarf", 2, "swarf")],
        demands=[need(demand)], **(tables or {}),
    )


def test_yield_and_fee() -> None:
    """4 t back at 0.4 take 10 t of oxide at 1 and 4 a tonne sent."""
    assert cost(tolled(4, gives=0.4)) == approx(50)


def test_partner_share_lag_and_swarf() -> None:
    """10 t sent in 2030 make 5, of which the partner keeps a fifth: 4 in 2031; of 3 t of swarf half is ours, 1.5 sold at
    2 in 2031: 10 + 40 - 3."""
    made = tolled({2030: 0, 2031: 4}, 2, gives=0.5, partner_share=0.2, lag=1, swarf="swarf", swarf_yield=0.3,
                  swarf_share=0.5)
    plan = best(made)
    assert plan.objective == approx(47)
    assert yearly(plan, "tolling", "sent") == approx([10, 0])
    assert yearly(plan, "tolling", "returned") == approx([0, 4])
    assert yearly(plan, "tolling", "swarf") == approx([0, 1.5])


def test_nothing_returns_before_its_lag() -> None:
    """Needed in 2030, back only in 2031: bought at 20."""
    assert cost(tolled({2030: 4, 2031: 0}, 2, price=20, gives=0.5, lag=1)) == approx(80)


def test_lag_of_half_a_year() -> None:
    """10 t sent in 2030 return 2 t in each of two years: 10 + 40 for 2 t a year."""
    plan = best(tolled(2, 2, gives=0.4, lag=0.5))
    assert plan.objective == approx(50)
    assert yearly(plan, "tolling", "returned") == approx([2, 2])


def test_capacity() -> None:
    """6 t sent at 1 + 4 return 2.4; 1.6 bought at 100."""
    assert cost(tolled(4, price=100, gives=0.4, capacity=6)) == approx(30 + 160)


def test_take_or_pay_counts_what_is_sent() -> None:
    """Minimum 15 t sent, 10 sent, 5 missed at 3: 50 + 15."""
    made = tolled(4, gives=0.4, contract={"minimum": 15, "shortfall_cost": 3})
    assert cost(made) == approx(65)


@mark.parametrize("fee, expected", [(25, 75), (31, 80)])
def test_signed_only_if_worth_it(fee: float, expected: float) -> None:
    """Tolling 4 t costs 50, buying at 20 costs 80: worth signing for 25, not for 31."""
    made = tolled(4, price=20, gives=0.4, contract={"must_sign": False, "signing_cost": fee})
    assert cost(made) == approx(expected)


def test_handed_over_and_back_elsewhere() -> None:
    """Oxide here, magnets back at the port, 1 t of freight each: 50 + 4."""
    sea: dict[str, Any] = {"lanes": [{"lane": "sea", "origin": "port", "destination": "here"}],
           "freight": [{"lane": "sea", "material": "magnet", "cost": 1}]}
    assert cost(tolled(4, tables=sea, destination="port", gives=0.4)) == approx(54)
