"""The partner's side: what a route gives its partner at the partner's own rate, and the hurdle a route must clear."""

from __future__ import annotations

from typing import Any

from magnet_models import build
from magnet_sourcing import Case, Plan
from magnet_sourcing.schema import TABLES
from magnet_sourcing.summary import partners
from pytest import approx, mark

from .cases import best, case, cost, infeasible, need, offer, plant, route, yearly
from .test_tolls import tolled


def npv(plan: Plan, name: str = "partner") -> float:
    frame = plan.tables["partners"]
    return float(frame.loc[frame["route"] == name, "discounted"].sum())


def shown(plan: Plan, component: str) -> list[float]:
    return yearly(plan, "partners", "amount", component=component)


# ---------------------------------------------------------------- tolls


def test_toll() -> None:
    """10 t sent a year at a fee of 4 and a cost of 1.5, 5 on signing: at 10 %, 5 + 25 (1 + 1/1.1)."""
    made = tolled(4, 2, gives=0.4, partner_cost=1.5, contract={"hurdle_rate": 0.1, "signing_cost": 5})
    plan = best(made)
    assert npv(plan) == approx(5 + 25 * (1 + 1 / 1.1))
    assert (shown(plan, "tolling"), shown(plan, "own cost"), shown(plan, "fee")) == ([40, 40], [-15, -15], [5, 0])
    assert partners(plan) == ["partner gives its partner US$ 52.7273, discounted at 10 %."]


def test_what_a_toller_keeps_comes_with_its_lag_and_counts_0_without_a_value() -> None:
    """10 t sent in 2030 make 5 in 2031, of which a fifth, 1 t at 30, is the partner's; of 3 t of swarf half is, with no
    value: 40 + 30/1.1, and the plan says so."""
    made = tolled(
        {2030: 0, 2031: 4}, 2, gives=0.5, partner_share=0.2, lag=1, swarf="swarf", swarf_yield=0.3, swarf_share=0.5,
        contract={"hurdle_rate": 0.1}, tables={"materials": [{"material": "magnet", "value": 30}]},
    )
    plan = best(made)
    assert npv(plan) == approx(40 + 30 / 1.1)
    assert shown(plan, "output") == approx([0, 30])
    assert set(plan.tables["partners"]["note"].dropna()) == {"no value given, counted 0: swarf"}
    assert "swarf" in partners(plan)[0]


@mark.parametrize("fee, expected", [(4, 80), (5, 60)])
def test_a_toll_that_pays_less_than_it_costs_its_partner_is_not_signed(fee: float, expected: float) -> None:
    """4 t of magnets cost 10 + 10 fee by toll and 80 bought. The partner's own cost is 5 a tonne sent: 4 is refused."""
    made = tolled(4, price=20, gives=0.4, fee=fee, partner_cost=5, contract={"must_sign": False, "clears_hurdle": True})
    plan = best(made)
    assert plan.objective == approx(expected)
    assert len(plan.tables["signings"]) == (fee == 5)


def test_a_hurdle_can_make_a_case_infeasible() -> None:
    """The toll must be signed and must take its 10 t, at a loss for its partner."""
    terms = {"clears_hurdle": True, "minimum": 10}
    assert infeasible(tolled(4, gives=0.4, partner_cost=5, contract=terms))


def test_a_hurdle_weighs_years_at_the_partners_rate() -> None:
    """The partner loses 2 a tonne in 2030 and gains 1.5 in 2031, when 10 t are sent: at 25 % that bears 15/1.25/2 = 6 t in
    2030, 2.4 of the 4 t needed; 1.6 are bought at 20. 6 (1 + 3) + 32 + 10 (1 + 6.5); without the hurdle 40 + 75."""
    terms = {"must_sign": False, "clears_hurdle": True, "hurdle_rate": 0.25}
    free = {"must_sign": False, "hurdle_rate": 0.25}
    fees = {2030: 3, 2031: 6.5}
    assert cost(tolled(4, 2, price=20, gives=0.4, fee=fees, partner_cost=5, contract=terms)) == approx(131)
    assert cost(tolled(4, 2, price=20, gives=0.4, fee=fees, partner_cost=5, contract=free)) == approx(115)


# ---------------------------------------------------------------- joint ventures


def venture(capital: str, **contract: Any) -> Case:
    """Two years, 6 t a year needed. A plant of 10 t/y at 1000, life 4; running costs 3 a tonne. The partner bears half
    of the capital and a quarter of the costs, takes 0.4 of the output at 2 a tonne, and values it at 20."""
    terms = {"must_sign": True, "capital_share": 0.5, "cost_share": 0.25, "output_share": 0.4, "output_price": 2,
             "hurdle_rate": 0.1}
    return case(
        plant("works", {"magnet": 1}, cost=3, route="partner"), years=2,
        settings={"capital": capital, "salvage": "straight-line" if capital == "cash" else "none"},
        expansions=[{"expansion": "hall", "facility": "works", "sizing": "all-or-nothing", "max_size": 10,
                     "fixed_cost": 1000, "life": 4, "first_year": 2030, "last_year": 2030}],
        routes=[route("partner", "joint venture", **(terms | contract))],
        materials=[{"material": "magnet", "value": 20}], demands=[need(6)],
    )  # fmt: skip


# 80 of output less 8 paid for it and 7.5 of costs, in 2030 and 2031 at 10 %.
WORK = 64.5 * (1 + 1 / 1.1)


def test_joint_venture_in_cash() -> None:
    """500 paid in 2030; half of the life is left at the end of 2031: 250 back, at 1.1^-2."""
    plan = best(venture("cash"))
    assert npv(plan) == approx(WORK - 500 + 250 / 1.1**2)
    assert shown(plan, "output") == approx([80, 80])
    assert shown(plan, "output price") == approx([-8, -8])
    assert shown(plan, "operation") == approx([-7.5, -7.5])
    assert shown(plan, "capital") == approx([-500, 250])


def test_joint_venture_in_annuities_at_the_partners_rate() -> None:
    """500 over 4 years at 10 %: 0.1 / (1 - 1.1^-4) a year, in the two years of the horizon."""
    payment = 500 * 0.1 / (1 - 1.1**-4)
    plan = best(venture("annuity"))
    assert npv(plan) == approx(WORK - payment * (1 + 1 / 1.1))
    assert shown(plan, "capital") == approx([-payment, -payment])


def test_no_flow_is_constant() -> None:
    """Existing capacity of a route's facility costs only while the route is active, so that unsigned means 0."""
    made = venture("cash")
    made.tables["facilities"]["capacity"] = 5
    made.tables["facilities"]["fixed_cost"] = 1
    made.tables["routes"]["must_sign"] = False
    tables = {name: made.rows(name) for name in TABLES}
    model = build(made.settings, tables)
    flows = model.scenarios["base"].partners.flows
    assert {f.component for f in flows} == {"output", "output price", "capital", "operation"}
    assert all(f.variable is not None for f in flows)


# ---------------------------------------------------------------- contracts


def test_licence() -> None:
    """8 t are made under licence at a value of 100: a royalty of 5 % is 40, 2 a tonne are 16; 2 t under the minimum of
    10 cost 3 each: 6. The items count for the partner even where the case leaves them out of our cost."""
    made = case(
        plant("works", {"magnet": 1}, capacity=20, operation={"route": "partner"}),
        routes=[route("partner", "technology licence", must_sign=True, royalty=0.05, unit_cost=2, minimum=10,
                      shortfall_cost=3)],
        materials=[{"material": "magnet", "value": 100}], demands=[need(8)],
        cost_items=[{"item": "route", "include": False}],
    )  # fmt: skip
    plan = best(made)
    assert plan.objective == approx(6)
    assert (shown(plan, "royalty"), shown(plan, "fee"), shown(plan, "shortfall")) == ([40], [16], [6])
    assert npv(plan) == approx(62)


def test_offtake() -> None:
    """6 t bought at 9 under the contract, 2 short of the minimum at 4, and 7 a tonne of cost: 54 + 8 - 42."""
    made = case(
        routes=[route("partner", "offtake", must_sign=True, partner_cost=7)],
        supplies=[offer("theirs", 9, route="partner", minimum=8, shortfall_cost=4), offer("buy", 50)],
        demands=[need(6)],
    )
    assert npv(best(made)) == approx(20)


def test_incentive_goes_by_the_share_of_costs() -> None:
    """10 t rewarded at 4: the partner, who bears a quarter of the costs, receives 10 of the 40."""
    made = venture("cash")
    made.tables["incentives"] = Case.from_rows({}, {"incentives": [{"incentive": "scheme", "rate": 4}]}).tables["incentives"]
    assert shown(best(made), "incentive") == approx([10, 10])


# ---------------------------------------------------------------- rates


def paid(**contract: Any) -> Case:
    """One period of three years from 2030, prices of 2028: 6 on signing, 10 a year."""
    return case(
        settings={"base_year": 2028, "discount_rate": 0.05},
        periods=[{"period": 2030, "years": 3, "weight": 2}],
        routes=[route("partner", must_sign=True, signing_cost=6, yearly_cost=10, **contract)], demands=[need(0)],
        supplies=[offer("buy", 1)],
    )  # fmt: skip


def test_the_partners_rate_is_not_ours() -> None:
    """At 20 %: 6/1.2^2 + 10 (1.2^-2 + 1.2^-3 + 1.2^-4); our weight of the period says nothing about the partner."""
    plan = best(paid(hurdle_rate=0.2))
    assert npv(plan) == approx(6 / 1.2**2 + 10 * (1.2**-2 + 1.2**-3 + 1.2**-4))
    assert shown(plan, "fee") == approx([12])


def test_without_a_hurdle_rate_the_partner_discounts_as_the_case_does() -> None:
    """Weight 2 of 3 years: 10 * 2 + 6 * 2/3, what it costs us."""
    plan = best(paid())
    assert npv(plan) == approx(24) == plan.objective


# ---------------------------------------------------------------- checks


def test_a_hurdle_needs_the_value_of_what_the_partner_gets() -> None:
    made = venture("cash", clears_hurdle=True)
    made.tables["materials"]["value"] = None
    assert ["value of magnet" in p.message for p in made.check() if p.severity == "error"] == [True]
    kept = tolled(4, gives=0.4, partner_share=0.1, contract={"clears_hurdle": True})
    assert ["value of magnet" in p.message for p in kept.check() if p.severity == "error"] == [True]
