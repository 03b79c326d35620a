"""Limits: every metric, filters, senses, scopes, penalties, years.

Most cases need 10 t: made at 1, or bought at 3; a limit moves tonnes from one to the other.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from magnet_sourcing import Case
from magnet_sourcing.schema import METRICS
from pytest import approx, mark

from .cases import Tables, best, case, cost, infeasible, lane, need, offer, outlet, plant, route, yearly


def limit(value: Any, *terms: Mapping[str, Any], sense: str = "at most", **columns: Any) -> Tables:
    """One limit with its terms."""
    return {"limits": [{"limit": "limit", "sense": sense, "value": value, **columns}],
            "limit_terms": [{"limit": "limit", **term} for term in terms]}


def made_or_bought(bound: Tables, years: int = 1, **facility: Any) -> Case:
    """10 t a year: made at 1 with 5 units of power a tonne, or bought at 3 from Away."""
    return case(
        plant("press", {"magnet": 1}, {"alloy": 2}, capacity=10, cost=1, stage="magnet", **facility), bound, years=years,
        stages=[{"stage": "magnet", "order": 1}], materials=[{"material": "magnet", "stage": "magnet"}],
        impacts=[{"impact": "power", "unit": "MWh"}],
        intensities=[{"process": "press", "impact": "power", "quantity": 5}],
        supplies=[offer("buy", 3, origin="Away"), offer("alloy", 0, "alloy")], demands=[need(10, segment="EV")],
    )


@mark.parametrize(
    "term, value",
    [
        ({"metric": "activity"}, 4), ({"metric": "output", "material": "magnet"}, 4),
        ({"metric": "input", "material": "alloy"}, 8), ({"metric": "impact", "impact": "power"}, 20),
        ({"metric": "activity", "facility": "press"}, 4), ({"metric": "activity", "process": "press"}, 4),
        ({"metric": "activity", "stage": "magnet"}, 4), ({"metric": "activity", "owner": "State"}, 4),
        ({"metric": "activity", "country": "Home"}, 4), ({"metric": "activity", "location": "here"}, 4),
        ({"metric": "cost", "item": "operation"}, 4), ({"metric": "activity", "coefficient": 2.5}, 10),
    ],
)
def test_work_limited_to_4_t(term: dict[str, Any], value: float) -> None:
    """4 t made at 1, 6 bought at 3, however the 4 t are counted: 22."""
    assert cost(made_or_bought(limit(value, term), owner="State")) == approx(22)


@mark.parametrize("term", [{"metric": "activity", "country": "Away"}, {"metric": "activity", "owner": "Private"}])
def test_work_elsewhere_is_not_limited(term: dict[str, Any]) -> None:
    """The limit speaks of another country, or another owner, which have no work here: 10."""
    made = case(
        plant("press", {"magnet": 1}, capacity=10, cost=1, owner="State"),
        plant("idle", {"ore": 1}, location="there", owner="Private"), limit(4, term),
        locations=[{"location": "there", "country": "Away"}, {"location": "here"}],
        supplies=[offer("buy", 3)], demands=[need(10)],
    )
    assert cost(made) == approx(10)


@mark.parametrize(
    "term, value",
    [({"metric": "bought", "material": "magnet"}, 4), ({"metric": "bought", "country": "Away"}, 4),
     ({"metric": "bought", "supply": "buy"}, 4), ({"metric": "cost", "item": "purchase"}, 12)],
)
def test_least_purchase(term: dict[str, Any], value: float) -> None:
    """At least 4 t bought at 3, 6 made at 1: 18."""
    assert cost(made_or_bought(limit(value, term, sense="at least"))) == approx(18)


def test_at_a_penalty() -> None:
    """4 t of work allowed, 1.5 a tonne above: work at 2.5 still beats buying at 3: 10 + 6 x 1.5."""
    plan = best(made_or_bought(limit(4, {"metric": "activity"}, penalty=1.5)))
    assert plan.objective == approx(19)
    assert yearly(plan, "limits", "excess") == approx([6])


def test_at_too_high_a_penalty() -> None:
    """At 2.5 a tonne above, buying at 3 is cheaper: 22."""
    assert cost(made_or_bought(limit(4, {"metric": "activity"}, penalty=2.5))) == approx(22)


@mark.parametrize("value, expected", [(4, 22), (12, 10 + 2 * 1.5)])
def test_equal_at_a_penalty(value: float, expected: float) -> None:
    """Exactly 4 t of work at 2.5 a tonne away: 22. Exactly 12 cannot be with 10 needed: 2 t below at 1.5."""
    penalty = 2.5 if value == 4 else 1.5
    assert cost(made_or_bought(limit(value, {"metric": "activity"}, sense="equal", penalty=penalty))) == approx(expected)


def test_equal() -> None:
    """Exactly 4 t of work: 22, and no plan where 12 are asked."""
    assert cost(made_or_bought(limit(4, {"metric": "activity"}, sense="equal"))) == approx(22)
    assert infeasible(made_or_bought(limit(12, {"metric": "activity"}, sense="equal")))


def test_over_the_horizon() -> None:
    """8 t of work in 2 years: 8 + 12 x 3."""
    assert cost(made_or_bought(limit(8, {"metric": "activity"}, scope="horizon"), years=2)) == approx(44)


def test_over_a_horizon_of_long_periods() -> None:
    """8 t of work in 1 + 3 years: 8 + 32 x 3."""
    made = made_or_bought(limit(8, {"metric": "activity"}, scope="horizon"))
    made.tables["periods"] = case(periods=[{"period": 2030}, {"period": 2031, "years": 3}]).tables["periods"]
    assert cost(made) == approx(104)


def test_years_of_a_limit() -> None:
    """4 t of work in 2031 only: 10 + 22."""
    assert cost(made_or_bought(limit(4, {"metric": "activity"}, first_year=2031), years=2)) == approx(32)


def test_limit_by_year() -> None:
    """4 t, then 6: 22 + 18."""
    assert cost(made_or_bought(limit({2030: 4, 2031: 6}, {"metric": "activity"}), years=2)) == approx(40)


def test_share_by_negative_coefficient() -> None:
    """At most 65 % of purchases from Away at 1, the rest at 3: 6.5 + 10.5."""
    made = case(
        limit(0, {"metric": "bought", "country": "Away"}, {"metric": "bought", "coefficient": -0.65}),
        supplies=[offer("away", 1, origin="Away"), offer("home", 3)], demands=[need(10)],
    )
    assert cost(made) == approx(17)


# ---------------------------------------------------------------- capacity and capital


def grown(bound: Tables, years: int = 1, capacity: float = 0, price: float = 10, **expansion: Any) -> Case:
    """20 t a year: capacity at 1 a t/y, no cost of work, or bought."""
    row = {"expansion": "build", "facility": "press", "sizing": "continuous", "max_size": 100, "unit_cost": 1}
    return case(plant("press", {"magnet": 1}, capacity=capacity), bound, years=years, expansions=[row | expansion],
                supplies=[offer("buy", price)], demands=[need(20)])


def test_least_capacity() -> None:
    """25 t/y asked, 3 there: 22 built though 17 would do."""
    assert cost(grown(limit(25, {"metric": "capacity"}, sense="at least"), capacity=3)) == approx(22)


def test_capacity_of_an_expansion() -> None:
    """At most 5 t/y from the expansion, beside 3: 5 + 12 x 10."""
    assert cost(grown(limit(5, {"metric": "capacity", "expansion": "build"}), capacity=3)) == approx(125)


def test_growth_on_the_previous_capacity() -> None:
    """Half as much again each year from 4: 6, 9, 13.5 t/y; buy 14 + 11 + 6.5 at 10, build 9.5."""
    growth = limit(0, {"metric": "capacity"}, {"metric": "previous capacity", "coefficient": -1.5})
    plan = best(grown(growth, 3, capacity=4))
    assert plan.objective == approx(315 + 9.5)
    assert yearly(plan, "capacity", "added") == approx([2, 5, 9.5])


def test_yearly_addition() -> None:
    """5 t/y a year: 5, 10, 15 t made; buy 15 + 10 + 5 at 10, build 15."""
    assert cost(grown(limit(5, {"metric": "added capacity"}), 3)) == approx(315)


def test_addition_over_the_horizon_is_not_multiplied_by_years() -> None:
    """8 t/y in all, in a period of 3 years: 8 + 12 x 3 x 10."""
    made = grown(limit(8, {"metric": "added capacity"}, scope="horizon"))
    made.tables["periods"] = case(periods=[{"period": 2030, "years": 3}]).tables["periods"]
    assert cost(made) == approx(368)


def test_weighted_sum_of_builds() -> None:
    """Modules of 4 weigh 3 and of 5 weigh 4; at most 10: three of 4 (9) make 12, two of 5 (8) 10, two of 4 and one of 5
    (10) 13. Build 13, buy 7 at 10."""
    made = case(
        plant("a", {"magnet": 1}), plant("b", {"magnet": 1}),
        limit(10, {"metric": "builds", "expansion": "build a", "coefficient": 3},
              {"metric": "builds", "expansion": "build b", "coefficient": 4}, scope="horizon"),
        expansions=[{"expansion": f"build {f}", "facility": f, "sizing": "modular", "max_size": s, "max_modules": 5,
                     "unit_cost": 1} for f, s in (("a", 4), ("b", 5))],
        supplies=[offer("buy", 10)], demands=[need(20)],
    )
    assert cost(made) == approx(83)


def test_capital_budget_by_year() -> None:
    """Half is paid at once, half a year later; 6 a year. 2030: 12 t/y (6). 2031: its second half, so nothing more.
    12 for 12 t/y, buy 8 at 10 in each of 2 years; building later would serve one year only."""
    made = grown(limit(6, {"metric": "capital"}), 2, spending="halves")
    made.tables["spending"] = case(
        spending=[{"profile": "halves", "offset": i, "share": 0.5} for i in (0, 1)]).tables["spending"]
    assert cost(made) == approx(172)


def test_subsidy_budget() -> None:
    """Half of 20 would be paid by the state, but 4 at most in all: 20 - 4."""
    assert cost(grown(limit(4, {"metric": "subsidy"}, scope="horizon"), subsidy=0.5)) == approx(16)


# ---------------------------------------------------------------- routes and tolls


@mark.parametrize("term, value", [({"metric": "signings"}, 1), ({"metric": "signings", "country": "Away"}, 1)])
def test_signings(term: dict[str, Any], value: float) -> None:
    """Two offers of 5 t at 1 under routes, one may be signed: 5 + 25."""
    made = case(limit(value, term, scope="horizon"), routes=[route(r) for r in "AB"], demands=[need(10)],
                supplies=[offer(r, 1, route=r, limit=5) for r in "AB"] + [offer("open", 5)])
    assert cost(made) == approx(30)


@mark.parametrize("term", [{"metric": "quantity", "route": "A"}, {"metric": "bought", "route": "A"}])
def test_quantity_of_a_route(term: dict[str, Any]) -> None:
    """4 t at 1 under the route, 6 at 5."""
    made = case(limit(4, term), routes=[route("A")], demands=[need(10)],
                supplies=[offer("A", 1, route="A"), offer("open", 5)])
    assert cost(made) == approx(34)


@mark.parametrize("term, value", [({"metric": "tolled", "material": "oxide"}, 10), ({"metric": "returned"}, 4),
                                  ({"metric": "returned", "country": "Away"}, 4),
                                  ({"metric": "tolled", "toll": "toll"}, 10)])
def test_tolling(term: dict[str, Any], value: float) -> None:
    """10 t sent at 1 bring 4 back; 6 bought at 5."""
    made = case(
        limit(value, term), routes=[route("A", "tolling")],
        tolls=[{"toll": "toll", "route": "A", "sent": "oxide", "origin": "here", "returned": "magnet",
                "destination": "here", "yield": 0.4, "capacity": 99}],
        supplies=[offer("oxide", 1, "oxide"), offer("open", 5)], demands=[need(10)],
    )
    assert cost(made) == approx(40)


# ---------------------------------------------------------------- movements, stocks, trade, demand


@mark.parametrize("term", [{"metric": "shipped"}, {"metric": "shipped", "lane": "lane", "material": "magnet"},
                           {"metric": "shipped", "location": "here"}])
def test_shipments(term: dict[str, Any]) -> None:
    """4 t brought at 1, 6 bought here at 5."""
    made = case(lane({"magnet": 1}), limit(4, term), supplies=[offer("far", 0, location="mine"), offer("near", 5)],
                demands=[need(10)])
    assert cost(made) == approx(34)


def test_shipments_are_counted_by_destination() -> None:
    """A limit on what reaches the mine does not touch what leaves it: 10."""
    made = case(lane({"magnet": 1}), limit(4, {"metric": "shipped", "location": "mine"}),
                supplies=[offer("far", 0, location="mine"), offer("near", 5)], demands=[need(10)])
    assert cost(made) == approx(10)


def test_sales_in_two_places_together() -> None:
    """Free magnets sell at 2 in two outlets, 4 t in all."""
    made = case(limit(4, {"metric": "sold", "material": "magnet"}), supplies=[offer("buy", 0, limit=10)],
                sales=[outlet("a", 2), outlet("b", 2)])
    assert cost(made) == approx(-8)


def test_strategic_reserve() -> None:
    """5 t to be kept beside 10 needed: 15 at 3."""
    made = case(limit(5, {"metric": "stored", "stock": "store"}, sense="at least"), supplies=[offer("buy", 3)],
                stocks=[{"stock": "store", "material": "magnet"}], demands=[need(10)])
    assert cost(made) == approx(45)


def test_disposal() -> None:
    """Half a tonne of residue a tonne, thrown away free, 2 t at most: 4 t made at 1, 6 bought at 3."""
    made = case(plant("press", {"magnet": 1, "residue": 0.5}, capacity=10, cost=1),
                limit(2, {"metric": "disposed", "material": "residue"}),
                materials=[{"material": "residue", "disposal_cost": 0}], supplies=[offer("buy", 3)], demands=[need(10)])
    assert cost(made) == approx(22)


@mark.parametrize("term, value, sense", [({"metric": "delivered", "segment": "EV"}, 6, "at least"),
                                         ({"metric": "short", "demand": "cars"}, 4, "at most")])
def test_service(term: dict[str, Any], value: float, sense: str) -> None:
    """Missing a tonne costs 1, buying 3; at least 6 of 10 EV tonnes: 18 + 4, and 5 of wind missed."""
    made = case(limit(value, term, sense=sense), supplies=[offer("buy", 3)],
                demands=[need(10, demand="cars", segment="EV", penalty=1),
                         need(5, demand="mills", segment="wind", penalty=1)])
    assert cost(made) == approx(27)


# ---------------------------------------------------------------- exposure


@mark.parametrize(
    "term, value",
    [
        # 0.3 t of NdPr in a tonne, two stages: 0.6 t exposed a tonne
        ({"metric": "exposure"}, 2.4), ({"metric": "exposure", "stage": "magnet"}, 1.2),
        ({"metric": "exposure", "country": "China", "stage": "magnet", "element": "NdPr"}, 1.2),
        ({"metric": "share", "stage": "separation"}, 0.4), ({"metric": "index"}, 0.4),
        ({"metric": "index", "country": "China"}, 0.4),
    ],
)
def test_dependence(term: dict[str, Any], value: float) -> None:
    """4 t of Chinese magnets at 1, 6 others at 3, however the 40 % are counted."""
    assert cost(two_origins(limit(value, {"country": "China", **term}))) == approx(22)


@mark.parametrize("term", [{"metric": "free delivered"}, {"metric": "free delivered", "demand": "magnet"}])
def test_free_delivered(term: dict[str, Any]) -> None:
    """At least 6 t free of China: 4 t at 1, 6 at 3."""
    assert cost(two_origins(limit(6, term, sense="at least"))) == approx(22)


def two_origins(*parts: Tables) -> Case:
    return case(
        *parts, settings={"exposed_country": "China"},
        stages=[{"stage": "separation", "order": 1, "weight": 0.5}, {"stage": "magnet", "order": 2, "weight": 0.5}],
        elements=[{"element": "NdPr"}], materials=[{"material": "magnet", "stage": "magnet"}],
        contents=[{"material": "magnet", "element": "NdPr", "content": 0.3}],
        supplies=[offer("china", 1, origin="China"), offer("other", 3)], demands=[need(10)],
    )


def test_every_metric_has_a_miniature() -> None:
    named = re.findall(r'"metric": "([a-z ]+)"', Path(__file__).read_text(encoding="utf-8"))
    assert set(named) == set(METRICS)
