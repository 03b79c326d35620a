"""Costs: every item, what causes it, and what a unit of the deciding variable costs.

Each item is a function giving entries; `COST_FUNCTIONS` lists them. The objective, the `cost` metric and the plan's
cost table are sums over the same entries. A new cost is one new function.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .arithmetic import greatest, mattering, matters, total, vector
from .grids import NONE, tabulated
from .horizon import Horizon, recovery_factor
from .inputs import Inputs
from .programme import Linear

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


@dataclass(frozen=True)
class Entries:
    """Entries of one item for many causes: arrays with a line for each cause and an entry for each period.

    Where `column` is NONE there is none; without `column` they are costs nothing can change.
    """

    item: str
    periods: Sequence[int]
    causes: Sequence[Cause]
    yearly: np.ndarray
    discounted: np.ndarray
    column: np.ndarray | None

    @cached_property
    def there(self) -> np.ndarray:
        """Which of them there are, those of 0 left out."""
        there = mattering(self.yearly) | mattering(self.discounted)
        return there if self.column is None else there & (self.column != NONE)

    @property
    def terms(self) -> Linear:
        """What they count in the objective; nothing if no decision changes them."""
        if self.column is None:
            return Linear.of([])
        return Linear(self.discounted[self.there], self.column[self.there])

    @property
    def constant(self) -> float:
        """What they count in the objective whatever is decided."""
        return total(self.discounted[self.there].tolist()) if self.column is None else 0.0

    def __iter__(self) -> Iterator[Entry]:
        lines, at = np.nonzero(self.there)
        numbers = (self.yearly[self.there].tolist(), self.discounted[self.there].tolist())
        columns = [None] * len(lines) if self.column is None else self.column[self.there].tolist()
        for i, k, yearly, discounted, v in zip(lines.tolist(), at.tolist(), *numbers, columns, strict=True):
            yield Entry(self.item, self.periods[k], self.causes[i], yearly, discounted, v)


class Costs:
    """All entries of a scenario whose items are included, those of 0 left out."""

    def __init__(self, s: Scenario) -> None:
        self.many: list[Entries] = []
        self.single: list[Entry] = []
        for function in COST_FUNCTIONS:
            for given in function(s):
                if not s.data.included.get(given.item, True):
                    continue
                if isinstance(given, Entries):
                    self.many.append(given)
                elif matters(given.yearly) or matters(given.discounted):
                    self.single.append(given)

    def __iter__(self) -> Iterator[Entry]:
        for many in self.many:
            yield from many
        yield from self.single

    @cached_property
    def terms(self) -> Linear:
        """What the objective counts: discounted terms; constants are left out (see `constant`)."""
        single = [(e.discounted, e.variable) for e in self.single if e.variable is not None]
        return Linear.joined(*(many.terms for many in self.many), single)

    @cached_property
    def constant(self) -> float:
        """Discounted cost that no decision changes."""
        return total([m.constant for m in self.many] + [e.discounted for e in self.single if e.variable is None])


def singly(given: Iterable[Entry | Entries]) -> Iterator[Entry]:
    """One entry at a time."""
    for x in given:
        if isinstance(x, Entries):
            yield from x
        else:
            yield x


# Part of a facility's money that an account bears: ours unless said otherwise (see partners.py).
Share = Callable[[str], float]


def _yearly(s: Scenario, item: str, t: int, cause: Cause, price: float, variable: Any) -> Entry:
    h = s.data.horizon
    money = price * h.escalation[t]
    return Entry(item, t, cause, money, money * h.weight[t], variable)


def _all_yearly(
    s: Scenario, item: str, causes: Sequence[Cause], prices: np.ndarray, column: np.ndarray | None
) -> Entries:
    """`_yearly` of each cause and period."""
    h = s.data.horizon
    money = prices * s.data.by_period(h.escalation)
    return Entries(item, s.data.periods, causes, money, money * s.data.by_period(h.weight), column)


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


def fixed_operation(s: Scenario, share: Share | None = None) -> Iterator[Entry | Entries]:
    """Existing capacity, and added capacity in service."""
    share, data, fs = share or s.data.ours, s.data, s.facilities
    rows = list(data.facility.values())
    causes = [_facility_cause(s, "facilities", row.facility, row.facility) for row in rows]
    prices = vector([share(row.facility) for row in rows])[:, None] * data.yearly(rows, "fixed_cost")
    standing = vector([x for row in rows for x in fs.standing(row.facility).values()]).reshape(prices.shape)
    yield _all_yearly(s, "fixed operation", causes, prices * standing, None)
    for i, row in enumerate(rows):
        for k, t in enumerate(data.periods) if fs.decided(row.facility) else ():
            for c, v in fs.existing(row.facility, t)[1] if matters(prices[i, k]) else ():
                yield _yearly(s, "fixed operation", t, causes[i], prices[i, k] * c, v)
    for x, decided in s.expansions.keys:
        row, cause = s.data.expansion[x], _expansion_cause(s, x)
        ours = share(row.facility)
        size, built = s.expansions.size(x, decided), s.expansions.built(x, decided)
        for t in s.data.periods:
            served = s.data.service(row, decided, t) * ours
            if served <= 0:
                continue
            for price, terms in ((row.running_cost[t], size), (row.running_fixed_cost[t], built)):
                for c, v in terms if matters(price) else ():
                    yield _yearly(s, "fixed operation", t, cause, served * price * c, v)


def operation(s: Scenario, share: Share | None = None) -> Iterator[Entries]:
    share, run = share or s.data.ours, s.facilities.run
    causes = [_facility_cause(s, "operations", f"{f}, {p}", f) for f, p in run.heads]
    cost = s.data.yearly(list(s.facilities.operation.values()), "cost")
    prices = vector([share(f) for f, _ in run.heads])[:, None] * cost
    yield _all_yearly(s, "operation", causes, prices, run.column)


def impact(s: Scenario, share: Share | None = None) -> Iterator[Entry]:
    share, run = share or s.data.ours, s.facilities.run
    price = {row.impact: row.cost for row in s.data.tables["impacts"]}
    for i, (f, p) in enumerate(run.heads):
        for row in s.data.intensity(f, p):
            cause = _facility_cause(s, "impacts", f"{f}, {p}, {row.impact}", f)
            for t, v in run.line(i):
                yield _yearly(s, "impact", t, cause, share(f) * price[row.impact][t] * row.quantity[t], v)


# ---------------------------------------------------------------- trade, lanes, tolls, stocks, demand


def trade(s: Scenario) -> Iterator[Entry | Entries]:
    """Purchases with their missed minima, sales."""
    data = s.data
    bought = [Cause("supplies", name, None, row.route, data.origin(row)) for name, row in data.supply.items()]
    yield _all_named(s, "purchase", bought, data.supply, "price", s.purchases.buy)
    for (name, t), missed in s.purchases.short.items():
        row = data.supply[name]
        cause = Cause("supplies", name, None, row.route, data.origin(row))
        yield _yearly(s, "shortfall", t, cause, row.shortfall_cost[t], missed)
    sold = [Cause("sales", name, None, None, data.country[row.location]) for name, row in data.sale.items()]
    yield _all_named(s, "sale", sold, data.sale, "price", s.sales.sell, -1.0)


def _all_named(
    s: Scenario,
    item: str,
    causes: Sequence[Cause],
    rows: Mapping[str, Any],
    column: str,
    flow: Mapping[tuple[str, int], int],
    sign: float = 1.0,
) -> Entries:
    """sign * column * flow, of every row by name and in every period in which there is the flow."""
    names = [name for name, row in rows.items() if row[column] is not None]  # without a price there is no flow
    known = [cause for cause, row in zip(causes, rows.values(), strict=True) if row[column] is not None]
    prices = s.data.yearly([rows[name] for name in names], column)
    return _all_yearly(s, item, known, prices if sign == 1.0 else sign * prices, tabulated(flow, names, s.data.periods))


def freight(s: Scenario) -> Iterator[Entry | Entries]:
    """Freight and duty per tonne loaded; opening and keeping lanes."""
    data, ship, rows = s.data, s.lanes.ship, list(s.lanes.freight.values())
    lanes = [data.lane[a] for a, _ in ship.heads]
    causes = [
        Cause("freight", f"{a}, {m}", None, lane.route, data.country[lane.destination])
        for (a, m), lane in zip(ship.heads, lanes, strict=True)
    ]
    yield _all_yearly(s, "freight", causes, data.yearly(rows, "cost"), ship.column)
    duty = data.yearly(rows, "duty")
    taxed = np.flatnonzero(mattering(duty).any(axis=1))
    taxed = np.array([i for i in taxed if data.material[rows[i].material].value is not None], dtype=np.int64)
    # checked: a duty above 0 has a value
    value = data.yearly([data.material[rows[i].material] for i in taxed], "value")
    yield _all_yearly(s, "duty", [causes[i] for i in taxed], duty[taxed] * value, ship.column[taxed])
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


def storage(s: Scenario) -> Iterator[Entries]:
    causes = [_place_cause(s, "stocks", k, row.location) for k, row in s.stocks.rows.items()]
    yield _all_named(s, "storage", causes, s.stocks.rows, "cost", s.stocks.store)


def _place_cause(s: Scenario, table: str, name: str, location: str) -> Cause:
    return Cause(table, name, None, None, s.data.country[location])


def collection(s: Scenario) -> Iterator[Entries]:
    causes = [_place_cause(s, "returns", e, row.location) for e, row in s.returns.rows.items()]
    yield _all_named(s, "collection", causes, s.returns.rows, "cost", s.returns.collect)


def disposal(s: Scenario) -> Iterator[Entries]:
    out = s.balances.dispose
    causes = [_place_cause(s, "materials", f"{m}, {place}", place) for place, m in out.heads]
    prices = s.data.yearly([s.data.material[m] for _, m in out.heads], "disposal_cost")
    yield _all_yearly(s, "disposal", causes, prices, out.column)


def shortage(s: Scenario) -> Iterator[Entries]:
    causes = [_place_cause(s, "demands", d, row.location) for d, row in s.demands.rows.items()]
    yield _all_named(s, "shortage", causes, s.demands.rows, "penalty", s.demands.short)


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
    run = s.facilities.run
    for i, (f, p) in enumerate(run.heads):
        for r in sorted(s.routes_of(f, p)):
            products = [(row, s.data.material[row.material].value) for row in s.data.products(p)]
            valued = all(value is not None for _, value in products)
            for t, v in run.line(i):
                share = s.data.route[r].royalty[t]
                if matters(share) if valued else share:  # checked: a royalty above 0 has values
                    value = total(row.quantity[t] * price[t] for row, price in products)
                    yield _yearly(s, "route", t, _route_cause(s, r), share * value, v)


def partner(s: Scenario) -> Iterator[Entry]:
    """What the partner pays for its share of the output."""
    run = s.facilities.run
    for i, (f, p) in enumerate(run.heads):
        route = s.data.route_of(f)
        if route is None:
            continue
        for t, v in run.line(i):
            if matters(route.output_share * route.output_price[t]):
                made = total(row.quantity[t] for row in s.data.products(p))
                price = -route.output_share * route.output_price[t] * made
                yield _yearly(s, "partner", t, _route_cause(s, route.route), price, v)


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


COST_FUNCTIONS: tuple[Callable[[Scenario], Iterator[Entry | Entries]], ...] = (
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
