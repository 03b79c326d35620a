"""Every cost item has a switch: in a case where nothing can be chosen, switching one off takes its amount away."""

from __future__ import annotations

from magnet_sourcing import Case
from magnet_sourcing.schema import COST_ITEMS
from pytest import approx, mark

from .cases import best, case, lane, need, offer, outlet, plant, route

# 10 t of magnets from 10 t of oxide brought by lane, with 0.5 t/t of residue and 0.2 t/t of lanthanum, and one thing
# beside for each item that these do not cause.
AMOUNTS = {
    "capital": 160,  # two halls that must be built, 100 and 60
    "salvage": -30,  # the second has a life of 2 years; one is left
    "capital subsidy": -20,  # a fifth of the first
    "retirement": 30,  # 10 t/y that must close, at 3
    "fixed operation": 20,  # 10 t/y at 2
    "operation": 10,  # 10 t at 1
    "impact": 10,  # 10 t x 2 MWh at 0.5
    "purchase": 20,  # 10 t of oxide at 2
    "freight": 30,  # at 3
    "duty": 20,  # a tenth of 20
    "lane": 15,  # opened for 8, used for 7
    "signing": 5,
    "route": 6,  # a year of the tolling contract
    "toll": 6,  # 2 t of alloy needed, 4 t of ore sent at 1.5
    "partner": -4,  # half of 2 t of parts, at 4
    "shortfall": 10,  # 5 t of junk not taken, at 2
    "storage": 4,  # 1 t that must stay
    "collection": 2.5,  # 1 t of scrap needed
    "disposal": 5,  # 5 t of residue at 1
    "shortage": 21,  # 3 t that nobody offers, at 7
    "limit penalty": 3,  # 2 t of work above 8, at 1.5
    "sale": -18,  # 2 t of lanthanum at 9
    "incentive": -10,  # 10 t at 1
}


def everything() -> Case:
    hall = {"facility": "halls", "sizing": "all-or-nothing", "max_size": 1, "group": "halls"}
    return case(
        plant("press", {"magnet": 1, "residue": 0.5, "lanthanum": 0.2}, {"oxide": 1}, capacity=10, cost=1, fixed_cost=2),
        plant("halls", {"nothing": 1}),
        plant("old", {"nothing else": 1}, capacity=10, can_retire=True, retirement_cost=3),
        plant("venture", {"part": 1}, capacity=2, route="venture"),
        lane({"oxide": 3}, {"duty": 0.1}, opening_cost=8, yearly_cost=7),
        settings={"salvage": "straight-line"},
        materials=[{"material": "oxide", "value": 20}, {"material": "residue", "disposal_cost": 1}],
        expansions=[{"expansion": "first", "fixed_cost": 100, "subsidy": 0.2, **hall},
                    {"expansion": "second", "fixed_cost": 60, "life": 2, **hall}],
        groups=[{"group": "halls", "minimum": 2}],
        limits=[{"limit": "close", "sense": "at most", "value": 0},
                {"limit": "work", "sense": "at most", "value": 8, "penalty": 1.5}],
        limit_terms=[{"limit": "close", "metric": "capacity", "facility": "old"},
                     {"limit": "work", "metric": "activity", "facility": "press"}],
        impacts=[{"impact": "power", "unit": "MWh", "cost": 0.5}],
        intensities=[{"process": "press", "impact": "power", "quantity": 2}],
        incentives=[{"incentive": "PLI", "facility": "press", "rate": 1}],
        routes=[route("partner", "tolling", must_sign=True, signing_cost=5, yearly_cost=6),
                route("venture", "joint venture", must_sign=True, output_share=0.5, output_price=4)],
        tolls=[{"toll": "toll", "route": "partner", "sent": "ore", "origin": "here", "returned": "alloy",
                "destination": "here", "yield": 0.5, "fee": 1.5, "capacity": 99}],
        supplies=[offer("oxide", 2, "oxide", location="mine"), offer("ore", 0, "ore"),
                  offer("junk", 1, "junk", minimum=5, shortfall_cost=2)],
        sales=[outlet("lanthanum", 9, "lanthanum")],
        stocks=[{"stock": "store", "material": "reserve", "initial": 1, "final": 1, "cost": 4}],
        returns=[{"return": "scrap", "delivered": "magnet", "material": "scrap", "share": 0, "lag": 1, "base": 1,
                  "cost": 2.5}],
        demands=[need(10), need(2, "alloy"), need(1, "part"), need(1, "scrap"), need(3, "rare", penalty=7)],
    )


def test_all_items_together() -> None:
    """The sum of the amounts, each reported under its item."""
    plan = best(everything())
    assert plan.objective == approx(sum(AMOUNTS.values()))
    assert {item: plan.total(item) for item in COST_ITEMS} == approx(AMOUNTS)


@mark.parametrize("item", COST_ITEMS)
def test_switched_off_item_counts_nothing(item: str) -> None:
    """All but the item."""
    made = everything()
    made.tables["cost_items"] = case(cost_items=[{"item": item, "include": False}]).tables["cost_items"]
    assert best(made).objective == approx(sum(AMOUNTS.values()) - AMOUNTS[item])
