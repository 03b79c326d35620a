"""How capital is charged: annuity cut at the horizon, cash with spending profile, salvage, subsidy."""

from __future__ import annotations

from typing import Any

from magnet_sourcing import Case
from pytest import approx, mark

from .cases import best, case, cost, need, plant, yearly

PROFILE = [{"profile": "halves", "offset": i, "share": 0.5} for i in (0, 1)]


def built(years: int, money: float = 1000, *, demand: Any = 10, settings: dict[str, Any] | None = None,
          **expansion: Any) -> Case:
    """A plant of 10 t/y that must be built for `money`, the only source of magnets."""
    row = {"expansion": "build", "facility": "press", "sizing": "all-or-nothing", "max_size": 10, "fixed_cost": money}
    return case(plant("press", {"magnet": 1}), years=years, settings=settings, expansions=[row | expansion],
                demands=[need(demand)], spending=PROFILE if "spending" in expansion else [])


def recovery(interest: float, life: float) -> float:
    return interest / (1 - (1 + interest) ** -life)


def last_year_only(years: int) -> dict[int, float]:
    return {2030 + i: 10 if i == years - 1 else 0 for i in range(years)}


# ---------------------------------------------------------------- annuity

ANNUITY = {"capital": "annuity"}


def test_annuity_is_cut_at_the_horizon() -> None:
    """Five of twenty payments of 1000 x 0.08 / (1 - 1.08^-20) = 101.852: 509.26."""
    assert cost(built(5, settings=ANNUITY, life=20, interest=0.08)) == approx(509.2610, rel=1e-6)


def test_annuity_discounted_at_its_own_rate() -> None:
    """Payments at year starts: 1000 CRF(8 %, 20) (1 + 1.08^-1 + ... + 1.08^-4)."""
    made = built(5, settings=ANNUITY | {"discount_rate": 0.08}, life=20)
    assert cost(made) == approx(1000 * recovery(0.08, 20) * sum(1.08**-i for i in range(5)))


def test_annuity_without_interest() -> None:
    """1000 / 20 a year for 5 years."""
    assert cost(built(5, settings=ANNUITY, life=20)) == approx(250)


def test_annuity_begins_with_service() -> None:
    """Lead time 2 of 5 years: three payments of 50."""
    plan = best(built(5, settings=ANNUITY, life=20, lead_time=2, demand=last_year_only(5), last_year=2030))
    assert yearly(plan, "costs", "amount", item="capital") == approx([0, 0, 50, 50, 50])


def test_annuity_ends_with_life() -> None:
    """Life 2: two payments of 500 and no more."""
    made = built(4, settings=ANNUITY, life=2, demand={2030: 10, 2031: 10, 2032: 0, 2033: 0})
    assert yearly(best(made), "costs", "amount", item="capital") == approx([500, 500, 0, 0])


def test_spending_before_service_bears_interest() -> None:
    """Halves in 2030 and 2031 for service in 2032 at 10 %: v = 0.5 x 1.21 + 0.5 x 1.1 = 1.155; one payment of
    1000 x 1.155 x CRF(10 %, 10) in 2032, discounted by 1.21."""
    made = built(3, settings=ANNUITY | {"discount_rate": 0.1}, life=10, lead_time=2, spending="halves",
                 demand=last_year_only(3))
    assert cost(made) == approx(1000 * 1.155 * recovery(0.1, 10) / 1.21)


# ---------------------------------------------------------------- cash


def test_cash_is_charged_when_spent() -> None:
    """Halves of 1100 in 2030 and 2031 at 10 %: 550 + 500."""
    made = built(3, 1100, settings={"discount_rate": 0.1}, lead_time=2, spending="halves", demand=last_year_only(3))
    plan = best(made)
    assert plan.objective == approx(1050)
    assert yearly(plan, "costs", "amount", item="capital") == approx([550, 550, 0])


def test_payment_after_the_horizon_still_counts() -> None:
    """One year; the second half of 1100 falls due in 2031: 550 + 550 / 1.1."""
    made = built(1, 1100, settings={"discount_rate": 0.1}, spending="halves")
    assert cost(made) == approx(1050)


SALVAGE = {"salvage": "straight-line", "discount_rate": 0.05}


@mark.parametrize("life, lead, left", [(10, 0, 6 / 10), (10, 1, 7 / 10), (4, 0, 0), (None, 0, 0)])
def test_salvage(life: float | None, lead: float, left: float) -> None:
    """Decided in 2030, horizon end 2034: of 10 years 6 are left (7 with lead time 1), credited at 1.05^-4; a life that is
    over, or none given, leaves nothing."""
    demand = last_year_only(4)
    made = built(4, settings=SALVAGE, life=life, lead_time=lead, demand=demand, last_year=2030)
    assert cost(made) == approx(1000 - 1000 * left * 1.05**-4)


# ---------------------------------------------------------------- subsidy


@mark.parametrize("cap, expected", [(None, 600), (300, 700)])
def test_subsidy(cap: float | None, expected: float) -> None:
    """40 % of 1000 is paid by the state, at most 300 where capped."""
    plan = best(built(1, subsidy=0.4, subsidy_cap=cap))
    assert plan.objective == approx(expected)
    assert plan.total("capital") == approx(1000)
    assert plan.total("capital subsidy") == approx(expected - 1000)


def test_subsidy_lowers_the_annuity() -> None:
    """60 % of 1000 / 20 a year, two years."""
    assert cost(built(2, settings=ANNUITY, life=20, subsidy=0.4)) == approx(60)


def test_salvage_is_of_our_net_cost() -> None:
    """1000 less 40 % subsidy; half of a life of 4 is left after 2 years: 600 - 300."""
    assert cost(built(2, settings={"salvage": "straight-line"}, life=4, subsidy=0.4)) == approx(300)
