"""The partner's side: what each route gives its partner, and the hurdle a signed route must clear.

Each flow is a function over the route's partner, positive when the partner receives. What we pay the partner is the
same entry as in our own cost; what it pays itself is the same cost function with the partner's share. Flows count
whether or not the case's cost_items leave the item out of our cost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from . import costs
from .arithmetic import matters
from .costs import Entry
from .relief import LESS, middle
from .rows import Row, Term, at_least, constrain

if TYPE_CHECKING:
    from .model import Scenario


class Flow(NamedTuple):
    """A unit of the variable gives the partner `yearly` in each year of the period, `discounted` at its hurdle rate.

    unvalued: the material whose value is missing in the tables and therefore counts 0 here.
    """

    route: str
    component: str
    period: int
    yearly: float
    discounted: float
    variable: Any
    unvalued: str | None = None


class Partners:
    """npv[r] as terms, and partner_hurdle[r]."""

    def __init__(self, s: Scenario) -> None:
        self._s = s
        asked = [r for r, row in s.data.route.items() if row.clears_hurdle and s.signings.years[r]]
        constrain(s.block, "partner_hurdle", ((r, self._partner_hurdle(r)) for r in asked))

    @cached_property
    def flows(self) -> list[Flow]:
        """All flows of all routes. None is constant: each hangs on the signing or on what only a signing allows."""
        return [flow for function in FLOWS for flow in function(self._s) if matters(flow.yearly) or flow.unvalued]

    def npv(self, route: str) -> list[Term]:
        """npv[r]: discounted flows of a route."""
        return [(flow.discounted, flow.variable) for flow in self.flows if flow.route == route]

    def _partner_hurdle(self, route: str) -> Row:
        """npv[r] (+ relief) >= 0"""
        npv = self.npv(route)
        missing = self._s.data.relief.terms(LESS, "routes", route, "clears_hurdle", unit=middle(npv))
        return at_least([*npv, *missing], 0.0)


def _flow(
    s: Scenario, route: str, component: str, t: int, price: float, variable: Any, unvalued: str | None = None
) -> Flow:
    """A price of the period's year, in each of its years."""
    money = price * s.data.horizon.escalation[t]
    weight = s.data.partners_horizon[route].weight[t]
    return Flow(route, component, t, money, money * weight, variable, unvalued)


def _of(s: Scenario, component: str, sign: float, e: Entry) -> Flow:
    """The partner's side of a cost entry: sign +1 if it receives what we pay, -1 if it bears the cost."""
    assert e.cause.route is not None
    h = s.data.partners_horizon[e.cause.route]
    counted = h.years[e.period] * h.discount(e.period) if e.item == "signing" else h.weight[e.period]
    return Flow(e.cause.route, component, e.period, sign * e.yearly, sign * e.yearly * counted, e.variable)


# ---------------------------------------------------------------- what we pay the partner


def fees(s: Scenario) -> Iterator[Flow]:
    """signing_cost, yearly_cost, unit_cost; missed minima and supply duties"""
    for e in costs.routes(s):
        yield _of(s, "shortfall" if e.item == "shortfall" else "fee", 1.0, e)


def royalty(s: Scenario) -> Iterator[Flow]:
    """royalty * value * products made by its facilities and licensed operations"""
    for e in costs.royalty(s):
        yield _of(s, "royalty", 1.0, e)


def tolling(s: Scenario) -> Iterator[Flow]:
    """fee * send"""
    for e in costs.toll(s):
        yield _of(s, "tolling", 1.0, e)


def purchase(s: Scenario) -> Iterator[Flow]:
    """price * buy of the route's supplies, and their missed minima"""
    for e in costs.singly(costs.trade(s)):
        if e.cause.route:
            yield _of(s, "shortfall" if e.item == "shortfall" else "purchase", 1.0, e)


# ---------------------------------------------------------------- what the partner gets of the work


def output(s: Scenario) -> Iterator[Flow]:
    """value * output_share * products * run"""
    for (f, p, t), run in s.facilities.run.items():
        route = s.data.route_of(f)
        if route and matters(route.output_share):
            for row in s.data.products(p):
                yield _kept(s, route.route, row.material, t, route.output_share * row.quantity[t], run)


def kept(s: Scenario) -> Iterator[Flow]:
    """value * (partner_share of what is made + (1 - swarf_share) of the swarf), with the lag of what comes back"""
    for toll in s.tolls.rows.values():
        for t in s.data.periods:
            for material, terms in s.tolls.kept(toll, t).items():
                for tonnes, sent in terms:
                    yield _kept(s, toll.route, material, t, tonnes, sent)


def _kept(s: Scenario, route: str, material: str, t: int, tonnes: float, variable: Any) -> Flow:
    """Material that becomes the partner's, at its value; without one it counts 0 and is named."""
    value = s.data.material[material].value
    unvalued = material if value is None and tonnes else None
    return _flow(s, route, "output", t, tonnes * (0.0 if value is None else value[t]), variable, unvalued)


def output_price(s: Scenario) -> Iterator[Flow]:
    """- output_price * output_share * products * run"""
    for e in costs.partner(s):
        yield _of(s, "output price", 1.0, e)


def incentive(s: Scenario) -> Iterator[Flow]:
    """cost_share * rate * reward"""
    for e in costs.incentive(s, lambda f: 1 - s.data.ours(f)):
        if e.cause.route:
            yield _of(s, "incentive", -1.0, e)


# ---------------------------------------------------------------- what the partner bears


def capital(s: Scenario) -> Iterator[Flow]:
    """- capital_share * capital(x,s), charged as the case says, at the partner's rate; subsidies are ours alone"""
    for x, decided in s.expansions.keys:
        row = s.data.expansion[x]
        route, share = s.data.route_of(row.facility), 1 - s.data.equity(row.facility)
        if route is None or not matters(share):
            continue
        for _, t, yearly, discounted in costs.charges(s.data, row, decided, s.data.partners_horizon[route.route]):
            for c, v in s.expansions.capital(x, decided):
                yield Flow(route.route, "capital", t, -share * c * yearly, -share * c * discounted, v)


def operation(s: Scenario) -> Iterator[Flow]:
    """- cost_share * (fixed operation + operation + impact)"""
    for function in (costs.fixed_operation, costs.operation, costs.impact):
        for e in costs.singly(function(s, lambda f: 1 - s.data.ours(f))):
            if e.cause.route:
                yield _of(s, "operation", -1.0, e)


def own_cost(s: Scenario) -> Iterator[Flow]:
    """- partner_cost * quantity - partner_cost * send"""
    for (r, t), quantity in s.quantities.quantity.items():
        yield _flow(s, r, "own cost", t, -s.data.route[r].partner_cost[t], quantity)
    for (q, t), sent in s.tolls.send.items():
        toll = s.tolls.rows[q]
        yield _flow(s, toll.route, "own cost", t, -toll.partner_cost[t], sent)


FLOWS: tuple[Callable[[Scenario], Iterator[Flow]], ...] = (
    fees,
    royalty,
    tolling,
    purchase,
    output,
    kept,
    output_price,
    incentive,
    capital,
    operation,
    own_cost,
)
