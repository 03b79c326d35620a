"""U: the greatest useful amount of each material at each place and period, worked out from the tables.

Used wherever a yes/no decision switches a flow: the tighter U, the stronger the relaxation. Infinite where the
tables bound it nowhere.
"""

from __future__ import annotations

from collections import defaultdict
from functools import reduce
from typing import Any

from .arithmetic import greatest, least, total
from .horizon import FOREVER
from .inputs import Inputs, Refused

Place = tuple[str, str, int]


class Useful:
    """Greatest useful arrivals by (location, material, period)."""

    def __init__(self, data: Inputs) -> None:
        self._data = data
        self._local = self._local_uses()
        self._endless = {(k.location, k.material): k for k in data.tables["stocks"] if k.capacity is None}
        self._lanes: dict[tuple[str, str], list[tuple[str, float]]] = defaultdict(list)
        for lane in data.tables["lanes"]:
            for row in data.freight.get(lane.lane, []):
                self._lanes[lane.origin, row.material].append((lane.destination, row.loss))
        self._known: dict[Place, float] = {}

    def at(self, location: str, material: str, t: int) -> float:
        """What can be consumed, sold, delivered, stored or tolled at the place itself or anywhere downstream."""
        key = (location, material, t)
        if key not in self._known:
            self._known[key] = self._downstream(location, material, t)
        return self._known[key]

    def require(self, amount: float, what: str) -> float:
        """The amount, or a refusal naming the row if nothing in the tables bounds it."""
        if amount == FOREVER:
            raise Refused(
                f"{what}: a yes/no decision depends on it but nothing in the tables bounds the amount; "
                "give it a limit or capacity"
            )
        return amount

    def _downstream(self, origin: str, material: str, t: int) -> float:
        """Local uses of every place that can be reached, blown up by the greatest loss on the longest simple path."""
        reached, queue, worst = {origin}, [origin], 0.0
        while queue:
            for there, loss in self._lanes.get((queue.pop(), material), []):
                worst = greatest(worst, loss)
                if there not in reached:
                    reached.add(there)
                    queue.append(there)
        uses = total(self._local.get((p, material, t), 0.0) + self._kept_for_later(p, material, t) for p in sorted(reached))
        if worst == 0 or uses == 0:
            return uses
        return uses / (1 - worst) ** (len(reached) - 1) if worst < 1 else FOREVER

    def _kept_for_later(self, place: str, material: str, t: int) -> float:
        """What a stock without capacity can usefully hold at the end of t, per year of t: what later periods can use."""
        stock = self._endless.get((place, material))
        if stock is None:
            return 0.0
        h = self._data.horizon
        after = next((u for u in h.periods if u > t), None)
        if after is None:
            return greatest(stock.minimum[t], stock.final or 0.0) / h.years[t]
        kept = (1 - stock.loss) ** h.years[after]
        later = self.at(place, material, after) * h.years[after]
        needed = later / kept if kept > 0 else (FOREVER if later else 0.0)
        return greatest(needed, stock.minimum[t]) / h.years[t]

    def _local_uses(self) -> dict[Place, float]:
        data, uses = self._data, defaultdict[Place, float](float)
        h = data.horizon
        for name, facility in data.facility.items():
            for t in data.periods:
                greatest = data.greatest_capacity(name, t) * facility.availability[t]
                for operation in data.operations.get(name, []):
                    run = self.activity(operation, greatest, t)
                    for row in data.recipe[operation.process]:
                        if row.direction == "input":
                            uses[facility.location, row.material, t] += run * row.quantity[t]
        for demand in data.tables["demands"]:
            for t in data.periods:
                uses[demand.location, demand.material, t] += data.needed(demand, t)
        for sale in data.tables["sales"]:
            for t in data.periods:
                uses[sale.location, sale.material, t] += FOREVER if sale.limit is None else data.most_sold(sale, t)
        for stock in data.tables["stocks"]:
            if stock.capacity is not None:
                for t in data.periods:
                    uses[stock.location, stock.material, t] += data.most_stored(stock, t) / h.years[t]
        for toll in data.tables["tolls"]:
            for t in data.periods:
                uses[toll.origin, toll.sent, t] += self.toll(toll, t)
        # What may be thrown away has no greatest useful amount: a limit or a minimum may force it through.
        for name, material in data.material.items():
            if material.disposal_cost is not None:
                for location in data.country:
                    for t in data.periods:
                        uses[location, name, t] = FOREVER
        return uses

    def activity(self, operation: Any, greatest: float, t: int) -> float:
        """Greatest activity of an operation: its share of the facility's greatest capacity, and its own limit."""
        usage = operation.usage
        bound = greatest / usage if usage else FOREVER
        return bound if operation.limit is None else least(bound, self._data.most_run(operation, t))

    def toll(self, toll: Any, t: int) -> float:
        """Greatest amount that can be sent to a toll."""
        data, route = self._data, self._data.route[toll.route]
        bounds = [] if toll.capacity is None else [data.most_tolled(toll, t)]
        if route.maximum is not None:
            bounds.append(data.most_under(route, t))
        return reduce(least, bounds, FOREVER)
