"""Material balances: every piece adds what it brings to, or takes from, a place.

A new kind of flow is one more function here and in `CONTRIBUTIONS`; no other file changes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from .rows import Row, Term, constrain, variables

if TYPE_CHECKING:
    from .model import Scenario

Place = tuple[str, str, int]  # location, material, period
Contribution = tuple[Place, float, list[Term]]  # place, constant t/y, terms


def production(s: Scenario) -> Iterator[Contribution]:
    """Outputs of processes; products of a partnership's facility only in our share."""
    data = s.data
    outputs = {p: [row for row in data.recipe[p] if row.direction == "output"] for p in data.stage_of}
    products = {p: {row.material for row in data.products(p)} for p in data.stage_of}
    for (f, p, t), run in s.facilities.run.items():
        place, kept = data.facility[f].location, data.kept(f)
        for row in outputs[p]:
            share = kept if row.material in products[p] else 1.0
            yield (place, row.material, t), 0.0, [(share * row.quantity[t], run)]


def consumption(s: Scenario) -> Iterator[Contribution]:
    """Inputs of processes."""
    for (f, p, t), run in s.facilities.run.items():
        for row in s.data.recipe[p]:
            if row.direction == "input":
                yield (s.data.facility[f].location, row.material, t), 0.0, [(-row.quantity[t], run)]


def shipping(s: Scenario) -> Iterator[Contribution]:
    """Loaded at the origin; arrives at the destination less the loss."""
    lanes = s.data.lane
    ends = {k: (lanes[k[0]].origin, lanes[k[0]].destination, 1.0 - row.loss) for k, row in s.lanes.freight.items()}
    for (a, m, t), ship in s.lanes.ship.items():
        origin, destination, kept = ends[a, m]
        yield (origin, m, t), 0.0, [(-1.0, ship)]
        yield (destination, m, t), 0.0, [(kept, ship)]


def trade(s: Scenario) -> Iterator[Contribution]:
    """Purchases in, sales out."""
    for (name, t), buy in s.purchases.buy.items():
        row = s.data.supply[name]
        yield (row.location, row.material, t), 0.0, [(1.0, buy)]
    for (name, t), sell in s.sales.sell.items():
        row = s.data.sale[name]
        yield (row.location, row.material, t), 0.0, [(-1.0, sell)]


def tolling(s: Scenario) -> Iterator[Contribution]:
    """Sent out; product and our swarf back with their lag."""
    for (q, t), send in s.tolls.send.items():
        row = s.tolls.rows[q]
        yield (row.origin, row.sent, t), 0.0, [(-1.0, send)]
    for row in s.tolls.rows.values():
        for t in s.data.periods:
            yield (row.destination, row.returned, t), 0.0, s.tolls.returned(row, t)
            if row.swarf:
                yield (row.destination, row.swarf, t), 0.0, s.tolls.swarf(row, t)


def collection(s: Scenario) -> Iterator[Contribution]:
    """End-of-life material collected."""
    for (e, t), collect in s.returns.collect.items():
        row = s.returns.rows[e]
        yield (row.location, row.material, t), 0.0, [(1.0, collect)]


def delivery(s: Scenario) -> Iterator[Contribution]:
    """Demand met."""
    for (d, t), deliver in s.demands.deliver.items():
        row = s.demands.rows[d]
        yield (row.location, row.material, t), 0.0, [(-1.0, deliver)]


def storage(s: Scenario) -> Iterator[Contribution]:
    """What stocks give up or take in."""
    for row in s.stocks.rows.values():
        for t in s.data.periods:
            constant, terms = s.stocks.change(row, t)
            yield (row.location, row.material, t), constant, terms


CONTRIBUTIONS: tuple[Callable[[Scenario], Iterator[Contribution]], ...] = (
    production,
    consumption,
    shipping,
    trade,
    tolling,
    collection,
    delivery,
    storage,
)


class Balances:
    """balance[l,m,t] and dispose[l,m,t], for every place where anything can come, go or be thrown away."""

    def __init__(self, s: Scenario) -> None:
        terms: dict[Place, list[Term]] = defaultdict(list)
        constant: dict[Place, float] = defaultdict(float)
        for contribution in CONTRIBUTIONS:
            for place, fixed, added in contribution(s):
                terms[place] += added
                constant[place] += fixed
        places = sorted(terms)
        disposable = [k for k in places if s.data.material[k[1]].disposal_cost is not None]
        self.dispose = variables(s.block, "dispose", disposable)
        for place, out in self.dispose.items():
            terms[place].append((-1.0, out))
        self._terms, self._constant = terms, constant
        constrain(s.block, "balance", ((k, self._balance(k)) for k in places))

    def _balance(self, place: Place) -> Row:
        """what comes - what goes = 0"""
        value = -self._constant[place]
        return Row(value, self._terms[place], value)
