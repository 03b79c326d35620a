"""Partnerships: signing, lead time, duration, joint venture, foreign plant, licence, offtake, needs, groups."""

from __future__ import annotations

from typing import Any

from magnet_sourcing import Case
from pytest import approx, mark

from .cases import best, case, cost, infeasible, lane, need, offer, plant, route, yearly


def treaty(years: int = 1, price: float = 1, supply: dict[str, Any] | None = None, **columns: Any) -> Case:
    """10 t a year: `price` a tonne under a treaty, 5 without."""
    return case(years=years, routes=[route("treaty", **columns)], demands=[need(10)],
                supplies=[offer("treaty", price, route="treaty", **(supply or {})), offer("open", 5)])


FEES: dict[str, Any] = {"signing_cost": 7, "yearly_cost": 3, "unit_cost": 0.5, "lead_time": 1, "duration": 2}


def test_signing_lead_time_and_duration() -> None:
    """Of 5 years 2 are under the treaty, whenever signed: 3 x 50 + 2 x (10 + 3 + 5) + 7."""
    plan = best(treaty(5, **FEES))
    assert plan.objective == approx(193)
    assert sorted(yearly(plan, "route_use", "active")) == approx([0, 0, 0, 1, 1])


def test_not_signed_when_not_worth_it() -> None:
    """Two years save 2 x 32: not for 100."""
    assert cost(treaty(5, **FEES | {"signing_cost": 100})) == approx(250)


def test_must_sign() -> None:
    """An agreed contract is paid for though it is not worth it: 186 + 100."""
    assert cost(treaty(5, **FEES | {"signing_cost": 100, "must_sign": True})) == approx(286)


def test_signing_window() -> None:
    """Signed in 2032 at the earliest: two years open (100), one under the treaty."""
    assert cost(treaty(3, first_year=2032)) == approx(110)
    assert cost(treaty(3, last_year=2029)) == approx(150)


def test_maximum_quantity() -> None:
    """6 t at 1, 4 at 5."""
    assert cost(treaty(maximum=6)) == approx(26)


def test_maximum_in_a_year_of_half_activity() -> None:
    """Active for half of the year: 3 t at 1, 7 at 5."""
    assert cost(treaty(maximum=6, lead_time=0.5)) == approx(38)


@mark.parametrize("signed, expected", [(True, 58), (False, 50)])
def test_minimum_quantity(signed: bool, expected: float) -> None:
    """At least 8 t at 6 once signed, 2 at 5; nobody would sign freely."""
    assert cost(treaty(price=6, minimum=8, must_sign=signed)) == approx(expected)


def test_offtake_with_minimum_starts_with_its_route() -> None:
    """Offtake of at least 4 t at 6 once active, a year after signing: 50, then 24 + 30."""
    made = treaty(2, 6, {"minimum": 4}, kind="offtake", must_sign=True, lead_time=1)
    assert cost(made) == approx(104)


def test_lane_of_a_route() -> None:
    """A corridor open one year only: 10 t at 1, then 10 at 5 here."""
    made = case(lane({"magnet": 1}, route="corridor"), years=2, routes=[route("corridor", duration=1)],
                supplies=[offer("far", 0, location="mine"), offer("near", 5)], demands=[need(10)])
    assert cost(made) == approx(60)


def test_route_needs_another() -> None:
    """The contract at 1 needs an agreement for 20: 30 < 50."""
    made = case(routes=[route("agreement", signing_cost=20), route("treaty", needs="agreement")], demands=[need(10)],
                supplies=[offer("treaty", 1, route="treaty"), offer("open", 5)])
    assert cost(made) == approx(30)


@mark.parametrize("bounds, expected", [({"maximum": 1}, 5 + 25), ({"maximum": 2}, 10), ({"minimum": 2}, 10)])
def test_group_of_routes(bounds: dict[str, int], expected: float) -> None:
    """Two offers of 5 t at 1; the rest at 5."""
    made = case(
        groups=[{"group": "partners", **bounds}], routes=[route(r, group="partners") for r in "AB"], demands=[need(10)],
        supplies=[offer(r, 1, route=r, limit=5) for r in "AB"] + [offer("open", 5)],
    )
    assert cost(made) == approx(expected)


def test_exactly_one_partner() -> None:
    """A: sign 5, 5.5 a tonne; B: sign 20, 4.5. Without a partner 50, but one is wanted: A unused 5 + 50 = 55 < 65."""
    made = case(
        groups=[{"group": "partners", "minimum": 1, "maximum": 1}], demands=[need(10)],
        routes=[route("A", group="partners", signing_cost=5), route("B", group="partners", signing_cost=20)],
        supplies=[offer("A", 5.5, route="A"), offer("B", 4.5, route="B"), offer("open", 5)],
    )
    assert cost(made) == approx(55)


# ---------------------------------------------------------------- plants of a route


def venture(demand: float, contract: dict[str, Any], incentive: float = 0, kind: str = "joint venture") -> Case:
    """A plant of 10 t for 100 on the contract's terms; oxide at 1; cost 2 a tonne, 1 a t/y."""
    return case(
        plant("venture", {"magnet": 1}, {"oxide": 1}, cost=2, route="venture"),
        routes=[route("venture", kind, **contract)], supplies=[offer("oxide", 1, "oxide")], demands=[need(demand)],
        expansions=[{"expansion": "build", "facility": "venture", "sizing": "all-or-nothing", "max_size": 10,
                     "fixed_cost": 100, "running_cost": 1}],
        incentives=[{"incentive": "PLI", "rate": incentive}] if incentive else [],
    )


SHARES: dict[str, Any] = {"capital_share": 0.4, "cost_share": 0.4, "output_share": 0.3, "output_price": 9}


def test_joint_venture() -> None:
    """7 t for us take 10: capital 60, work 12, running 6, oxide 10, and the partner pays 3 x 9 = 27 for its 3 t: 61."""
    plan = best(venture(7, SHARES))
    assert plan.objective == approx(61)
    assert plan.total("partner") == approx(-27)
    assert list(plan.tables["builds"]["partner_capital"]) == approx([40])


def test_incentive_of_a_joint_venture_is_shared() -> None:
    """1 a tonne on 10 t, 60 % of it ours: 61 - 6."""
    assert cost(venture(7, SHARES, incentive=1)) == approx(55)


def test_royalty_on_the_plant_of_a_route() -> None:
    """10 t of value 20 at 5 %: 10 on top of 61, on the partner's share of the output too."""
    made = venture(7, SHARES | {"royalty": 0.05})
    made.tables["materials"]["value"] = [20 if m == "magnet" else None for m in made.tables["materials"]["material"]]
    assert cost(made) == approx(71)


OWNED_BY_PARTNER: dict[str, Any] = {"capital_share": 1, "cost_share": 1, "output_share": 0.5, "output_price": 5,
                    "supply_material": "oxide", "supply_minimum": 6}


def test_foreign_plant_with_supply_duty_met() -> None:
    """8 t run for 4 of ours use 8 of oxide at 1, more than 6; the partner pays 4 x 5 for its half."""
    assert cost(venture(4, OWNED_BY_PARTNER, kind="foreign plant")) == approx(8 - 20)


def test_foreign_plant_with_supply_duty_missed() -> None:
    """4 t run for 2 of ours use 4 of the 6 t of oxide; 2 missed at 3; the partner pays 10."""
    made = venture(2, OWNED_BY_PARTNER | {"supply_shortfall_cost": 3}, kind="foreign plant")
    plan = best(made)
    assert plan.objective == approx(4 + 6 - 10)
    assert yearly(plan, "route_use", "supply_shortfall") == approx([2])


def test_supply_duty_that_must_be_met() -> None:
    """Without a price for missing it 6 t must run, but only 2 of 3 t for us have a taker."""
    assert infeasible(venture(2, OWNED_BY_PARTNER, kind="foreign plant"))


def test_plant_of_a_route_stops_with_it() -> None:
    """Active one year: 10 t at 1, then bought at 5."""
    made = case(plant("theirs", {"magnet": 1}, capacity=10, cost=1, route="treaty"), years=2,
                routes=[route("treaty", "foreign plant", duration=1)], supplies=[offer("open", 5)], demands=[need(10)])
    assert cost(made) == approx(60)


# ---------------------------------------------------------------- licence


def licensed(years: int, royalty: float = 0, expansion: dict[str, Any] | None = None, capacity: float = 0,
             operation: dict[str, Any] | None = None, **contract: Any) -> Case:
    """Own work at 1, bought at 8; 10 t a year; magnets are worth 20."""
    return case(
        plant("press", {"magnet": 1}, capacity=capacity, cost=1, operation=operation), years=years,
        materials=[{"material": "magnet", "value": 20}], supplies=[offer("open", 8)], demands=[need(10)],
        routes=[route("licence", "technology licence", signing_cost=5, royalty=royalty, **contract)],
        expansions=[{"expansion": "build", "facility": "press", "sizing": "all-or-nothing", "max_size": 10,
                     "fixed_cost": 30, "route": "licence"} | (expansion or {})] if expansion is not None else [],
    )


def test_licence_with_transfer_years_and_royalty() -> None:
    """Two years to learn at 8 (160), then two at 1 + 10 % of 20 (60), signing 5."""
    made = licensed(4, 0.1, capacity=10, operation={"route": "licence"}, transfer_years=2)
    plan = best(made)
    assert plan.objective == approx(225)
    assert plan.total("route") == approx(40)


def test_build_after_the_transfer_years() -> None:
    """A year to learn at 8 (80), then build for 30 and two years at 1; signing 5."""
    plan = best(licensed(3, expansion={}, transfer_years=1))
    assert plan.objective == approx(135)
    assert list(plan.tables["builds"]["period"]) == [2031]


def test_no_build_once_the_licence_has_ended() -> None:
    """It ends before its transfer years are over: nothing is unlocked, and it is not signed: 3 x 80."""
    assert cost(licensed(3, expansion={}, transfer_years=1, duration=1)) == approx(240)
