"""Costs: every item, what causes it, and what a unit of the deciding variable costs.

Each item is a function giving entries; `COST_FUNCTIONS` lists them. The objective, the `cost` metric and the plan's
cost table are sums over the same entries. A new cost is one new function.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from .arithmetic import greatest, matters, total
from .horizon import Horizon, recovery_factor
from .inputs import Inputs
from .rows import Term

if TYPE_CHECKING:
    from .model import Scenario


class Cause(NamedTuple):
    """What a cost is due to: a row of a table, and where it belongs in reports."""

    table: str
    name: str
    facility: str | None = None
    route: str | None = None
    country: str | None = None


class Entry(NamedTuple):
    """A unit of the variable costs `yearly` in each year of the period, and counts `discounted` in the objective.

    `variable` is None for costs nothing can change; they count once.
    """

    item: str
    period: int
    cause: Cause
    yearly: float
    discounted: float
    variable: Any


# Part of a facility's money that an account bears: ours unless said otherwise (see partners.py).
Share = Callable[[str], float]


def _yearly(s: Scenario, item: str, t: int, cause: Cause, price: float, variable: Any) -> Entry:
    h = s.data.horizon
    money = price * h.escalation[t]
    return Entry(item, t, cause, money, money * h.weight[t], variable)


def _once(s: Scenario, item: str, t: int, cause: Cause, price: float, variable: Any) -> Entry:
    h = s.data.horizon
    money = price * h.escalation[t]
    return Entry(item, t, cause, money / h.years[t], money * h.discount(t), variable)


# ---------------------------------------------------------------- capital


def cash_share(data: Inputs, row: Any, s: int, t: int) -> float:
    """Share of the capital decided in s that is paid in period t; payments after the horizon fall in the last one."""
    return total(share for year, share in _payments(data, row, s) if data.horizon.period_of(year) == t)


def _payments(data: Inputs, row: Any, s: int) -> list[tuple[int, float]]:
    profile = data.spending[row.spending] if row.spending else [(0, 1.0)]
    return [(s + offset, share) for offset, share in profile]


def _annuity(data: Inputs, row: Any, h: Horizon) -> float:
    """Yearly payment per unit of overnight capital: value at first capacity times the recovery factor."""
    interest = h.rate if row.interest is None else row.interest
    value = 1.0
    if row.spending:
        value = total(share * (1 + interest) ** (row.lead_time - offset) for offset, share in data.spending[row.spending])
    return value * recovery_factor(interest, row.life)


def charges(data: Inputs, row: Any, s: int, h: Horizon) -> Iterator[tuple[str, int, float, float]]:
    """Item, period, yearly and discounted charge per unit of net capital of an expansion decided in s."""
    money = h.escalation[s]
    if data.settings["capital"] == "annuity":
        if row.life is None:  # only expansions that cost nothing may go without a life
            return
        payment = _annuity(data, row, h) * money
        for t in data.periods:
            if (served := data.service(row, s, t)) > 0:
                yield "capital", t, payment * served, payment * served * h.weight[t]
        return
    for year, share in _payments(data, row, s):
        t = h.period_of(year)
        yield "capital", t, money * share / h.years[t], money * share * h.discount(year)
    if data.settings["salvage"] == "straight-line" and row.life is not None:
        start = s + row.lead_time
        left = greatest(0.0, start + row.life - greatest(h.end, start)) / row.life
        last = data.periods[-1]
        if left > 0:
            yield "salvage", last, -money * left / h.years[last], -money * left * h.discount(h.end)


def _expansion_cause(s: Scenario, x: str) -> Cause:
    facility = s.data.expansion[x].facility
    return Cause("expansions", x, facility, s.data.facility[facility].route, _country(s, facility))


def capital(s: Scenario) -> Iterator[Entry]:
    """Our share of capital, net of subsidy, as annuities or cash with salvage."""
    for x, t in s.expansions.keys:
        row = s.data.expansion[x]
        equity, cause = s.data.equity(row.facility), _expansion_cause(s, x)
        terms = [(equity * c, v) for c, v in s.expansions.capital(x, t) if matters(equity * c)]
        granted = s.expansions.subsidy.get((x, t))
        for item, period, yearly, discounted in charges(s.data, row, t, s.data.horizon):
            for c, v in terms:
                yield Entry(item, period, cause, c * yearly, c * discounted, v)
            if granted is not None:
                yield Entry("capital subsidy", period, cause, -yearly, -discounted, granted)


# ---------------------------------------------------------------- running facilities


def _country(s: Scenario, facility: str) -> str:
    return s.data.country[s.data.facility[facility].location]


def _facility_cause(s: Scenario, table: str, name: str, facility: str) -> Cause:
    return Cause(table, name, facility, s.data.facility[facility].route, _country(s, facility))


def retirement(s: Scenario) -> Iterator[Entry]:
    for (f, t), closed in s.facilities.retire.items():
        cause = _facility_cause(s, "facilities", f, f)
        yield _once(s, "retirement", t, cause, s.data.facility[f].retirement_cost, closed)


def fixed_operation(s: Scenario, share: Share | None = None) -> Iterator[Entry]:
    """Existing capacity, and added capacity in service."""
    share = share or s.data.ours
    for f, row in s.data.facility.items():
        ours, cause = share(f), _facility_cause(s, "facilities", f, f)
        for t in s.data.periods:
            price = ours * row.fixed_cost[t]
            if not matters(price):
                continue
            constant, terms = s.facilities.existing(f, t)
            if constant:
                yield _yearly(s, "fixed operation", t, cause, price * constant, None)
            for c, v in terms:
                yield _yearly(s, "fixed operation", t, cause, price * c, v)
    for x, decided in s.expansions.keys:
        row, cause = s.data.expansion[x], _expansion_cause(s, x)
        ours = share(row.facility)
        for t in s.data.periods:
            served = s.data.service(row, decided, t) * ours
            if served <= 0:
                continue
            for price, terms in (
                (row.running_cost[t], s.expansions.size(x, decided)),
                (row.running_fixed_cost[t], s.expansions.built(x, decided)),
            ):
                for c, v in terms:
                    yield _yearly(s, "fixed operation", t, cause, served * price * c, v)


def operation(s: Scenario, share: Share | None = None) -> Iterator[Entry]:
    share = share or s.data.ours
    for (f, p, t), run in s.facilities.run.items():
        cause = _facility_cause(s, "operations", f"{f}, {p}", f)
        price = share(f) * s.facilities.operation[f, p].cost[t]
        yield _yearly(s, "operation", t, cause, price, run)


def impact(s: Scenario, share: Share | None = None) -> Iterator[Entry]:
    share = share or s.data.ours
    price = {row.impact: row.cost for row in s.data.tables["impacts"]}
    for (f, p, t), run in s.facilities.run.items():
        for row in s.data.intensity(f, p):
            cause = _facility_cause(s, "impacts", f"{f}, {p}, {row.impact}", f)
            yield _yearly(s, "impact", t, cause, share(f) * price[row.impact][t] * row.quantity[t], run)


# ---------------------------------------------------------------- trade, lanes, tolls, stocks, demand


def trade(s: Scenario) -> Iterator[Entry]:
    """Purchases with their missed minima, sales."""
    for (name, t), buy in s.purchases.buy.items():
        row = s.data.supply[name]
        cause = Cause("supplies", name, None, row.route, s.data.origin(row))
        yield _yearly(s, "purchase", t, cause, row.price[t], buy)
        for c, missed in s.purchases.shortfall(name, t):
            yield _yearly(s, "shortfall", t, cause, c * row.shortfall_cost[t], missed)
    for (name, t), sell in s.sales.sell.items():
        row = s.data.sale[name]
        cause = Cause("sales", name, None, None, s.data.country[row.location])
        yield _yearly(s, "sale", t, cause, -row.price[t], sell)


def _carried(s: Scenario, a: str, m: str) -> tuple[Cause, Any, Any, Any]:
    """Of a material on a lane: the cause of its costs; freight, duty and value by period."""
    row, lane = s.lanes.freight[a, m], s.data.lane[a]
    cause = Cause("freight", f"{a}, {m}", None, lane.route, s.data.country[lane.destination])
    return cause, row.cost, row.duty, s.data.material[m].value


def freight(s: Scenario) -> Iterator[Entry]:
    """Freight and duty per tonne loaded; opening and keeping lanes."""
    carried = {(a, m): _carried(s, a, m) for a, m in s.lanes.freight}
    escalation, weight = s.data.horizon.escalation, s.data.horizon.weight
    for (a, m, t), ship in s.lanes.ship.items():
        cause, cost, duty, value = carried[a, m]
        money = cost[t] * escalation[t]  # as `_yearly`; there are more of these than of all others together
        yield Entry("freight", t, cause, money, money * weight[t], ship)
        if duty[t] if value is None else matters(duty[t]):  # checked: a duty above 0 has a value
            yield _yearly(s, "duty", t, cause, duty[t] * value[t], ship)
    for (a, t), opened in s.openings.open.items():
        yield _once(s, "lane", t, _lane_cause(s, a), s.data.lane[a].opening_cost[t], opened)
    for (a, t), used in s.lanes.use.items():
        yield _yearly(s, "lane", t, _lane_cause(s, a), s.data.lane[a].yearly_cost[t], used)


def _lane_cause(s: Scenario, a: str) -> Cause:
    lane = s.data.lane[a]
    return Cause("lanes", a, None, lane.route, s.data.country[lane.destination])


def toll(s: Scenario) -> Iterator[Entry]:
    for (q, t), sent in s.tolls.send.items():
        row = s.tolls.rows[q]
        country = row.country or s.data.route[row.route].country
        yield _yearly(s, "toll", t, Cause("tolls", q, None, row.route, country), row.fee[t], sent)


def storage(s: Scenario) -> Iterator[Entry]:
    for (k, t), store in s.stocks.store.items():
        row = s.stocks.rows[k]
        yield _yearly(s, "storage", t, _place_cause(s, "stocks", k, row.location), row.cost[t], store)


def _place_cause(s: Scenario, table: str, name: str, location: str) -> Cause:
    return Cause(table, name, None, None, s.data.country[location])


def collection(s: Scenario) -> Iterator[Entry]:
    for (e, t), collected in s.returns.collect.items():
        row = s.returns.rows[e]
        yield _yearly(s, "collection", t, _place_cause(s, "returns", e, row.location), row.cost[t], collected)


def disposal(s: Scenario) -> Iterator[Entry]:
    for (place, m, t), out in s.balances.dispose.items():
        cause = _place_cause(s, "materials", f"{m}, {place}", place)
        yield _yearly(s, "disposal", t, cause, s.data.material[m].disposal_cost[t], out)


def shortage(s: Scenario) -> Iterator[Entry]:
    for (d, t), missed in s.demands.short.items():
        row = s.demands.rows[d]
        yield _yearly(s, "shortage", t, _place_cause(s, "demands", d, row.location), row.penalty[t], missed)


# ---------------------------------------------------------------- routes, incentives, limits


def _route_cause(s: Scenario, r: str) -> Cause:
    return Cause("routes", r, None, r, s.data.route[r].country)


def routes(s: Scenario) -> Iterator[Entry]:
    """Signing, yearly fee, fee per tonne, missed minima and supply duties."""
    for (r, t), signed in s.signings.sign.items():
        yield _once(s, "signing", t, _route_cause(s, r), s.data.route[r].signing_cost[t], signed)
    for r, row in s.data.route.items():
        for t in s.data.periods:
            if matters(row.yearly_cost[t]):
                for share, signed in s.signings.active(r, t):
                    yield _yearly(s, "route", t, _route_cause(s, r), share * row.yearly_cost[t], signed)
    for (r, t), quantity in s.quantities.quantity.items():
        yield _yearly(s, "route", t, _route_cause(s, r), s.data.route[r].unit_cost[t], quantity)
    for (r, t), missed in s.quantities.short.items():
        yield _yearly(s, "shortfall", t, _route_cause(s, r), s.data.route[r].shortfall_cost[t], missed)
    for (r, t), missed in s.quantities.duty_short.items():
        yield _yearly(s, "shortfall", t, _route_cause(s, r), s.data.route[r].supply_shortfall_cost[t], missed)


def royalty(s: Scenario) -> Iterator[Entry]:
    """On the value of what a route's facilities and licensed operations make."""
    for (f, p, t), run in s.facilities.run.items():
        for r in sorted(s.routes_of(f, p)):
            share = s.data.route[r].royalty[t]
            products = [(row, s.data.material[row.material].value) for row in s.data.products(p)]
            valued = all(value is not None for _, value in products)
            if matters(share) if valued else share:  # checked: a royalty above 0 has values
                value = total(row.quantity[t] * price[t] for row, price in products)
                yield _yearly(s, "route", t, _route_cause(s, r), share * value, run)


def partner(s: Scenario) -> Iterator[Entry]:
    """What the partner pays for its share of the output."""
    for (f, p, t), run in s.facilities.run.items():
        route = s.data.route_of(f)
        if route and matters(route.output_share * route.output_price[t]):
            made = total(row.quantity[t] for row in s.data.products(p))
            price = -route.output_share * route.output_price[t] * made
            yield _yearly(s, "partner", t, _route_cause(s, route.route), price, run)


def incentive(s: Scenario, share: Share | None = None) -> Iterator[Entry]:
    share = share or s.data.ours
    for (i, f, _, t), rewarded in s.incentives.reward.items():
        cause = Cause("incentives", i, f, s.data.facility[f].route, _country(s, f))
        rate = s.incentives.rows[i].rate[t] * share(f)
        yield _yearly(s, "incentive", t, cause, -rate, rewarded)


def limit_penalty(s: Scenario) -> Iterator[Entry]:
    for n, t, over in s.limits.violations():
        row = s.limits.rows[n]
        price = _once if row.scope == "horizon" else _yearly
        yield price(s, "limit penalty", t, Cause("limits", n), row.penalty[t], over)


COST_FUNCTIONS: tuple[Callable[[Scenario], Iterator[Entry]], ...] = (
    capital,
    retirement,
    fixed_operation,
    operation,
    impact,
    trade,
    freight,
    toll,
    storage,
    collection,
    disposal,
    shortage,
    routes,
    royalty,
    partner,
    incentive,
    limit_penalty,
)


def cost_entries(s: Scenario) -> list[Entry]:
    """All entries of the items that are included and not zero."""
    return [
        entry
        for function in COST_FUNCTIONS
        for entry in function(s)
        if (matters(entry.yearly) or matters(entry.discounted)) and s.data.included.get(entry.item, True)
    ]


def cost_terms(s: Scenario) -> list[Term]:
    """What the objective counts: discounted terms; constants are left out (see `constant_cost`)."""
    return [(e.discounted, e.variable) for e in s.costs if e.variable is not None]


def constant_cost(s: Scenario) -> float:
    """Discounted cost that no decision changes."""
    return total(e.discounted for e in s.costs if e.variable is None)
