"""U: the greatest useful amount of each material at each place and period, worked out from the tables.

Used wherever a yes/no decision switches a flow: the tighter U, the stronger the relaxation. Infinite where the
tables bound it nowhere.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property, reduce
from typing import Any

from .arithmetic import greatest, least, total
from .horizon import FOREVER
from .inputs import Inputs, Refused

Place = tuple[str, str, int]


class Useful:
    """Greatest useful arrivals by (location, material, period)."""

    def __init__(self, data: Inputs) -> None:
        self._data = data
        self._local: dict[Place, float] = {}
        self._activity: dict[tuple[str, str], dict[int, float]] = {}
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
        uses = total(self._used_at(p, material, t) + self._kept_for_later(p, material, t) for p in sorted(reached))
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

    def _used_at(self, location: str, material: str, t: int) -> float:
        """What can be consumed, delivered, sold, stored or tolled at the place itself."""
        key = (location, material, t)
        if key not in self._local:
            # What may be thrown away has no greatest useful amount: a limit or a minimum may force it through.
            thrown = self._data.material[material].disposal_cost is not None
            self._local[key] = FOREVER if thrown else total(self._uses(location, material, t))
        return self._local[key]

    def _uses(self, location: str, material: str, t: int) -> Iterator[float]:
        data, h = self._data, self._data.horizon
        for operation, row in self._takers["operations"].get((location, material), []):
            yield self.activity(operation)[t] * row.quantity[t]
        for demand in self._takers["demands"].get((location, material), []):
            yield data.needed(demand, t)
        for sale in self._takers["sales"].get((location, material), []):
            yield FOREVER if sale.limit is None else data.most_sold(sale, t)
        for stock in self._takers["stocks"].get((location, material), []):
            if stock.capacity is not None:
                yield data.most_stored(stock, t) / h.years[t]
        for toll in self._takers["tolls"].get((location, material), []):
            yield self.toll(toll, t)

    @cached_property
    def _takers(self) -> dict[str, dict[tuple[str, str], list[Any]]]:
        """Rows that take a material, by table, location and material; of operations with the row of the recipe."""
        data = self._data
        found: dict[str, dict[tuple[str, str], list[Any]]] = defaultdict(lambda: defaultdict(list))
        for name, facility in data.facility.items():
            for operation in data.operations.get(name, []):
                for row in data.recipe[operation.process]:
                    if row.direction == "input":
                        found["operations"][facility.location, row.material].append((operation, row))
        for table in ("demands", "sales", "stocks"):
            for row in data.tables[table]:
                found[table][row.location, row.material].append(row)
        for row in data.tables["tolls"]:
            found["tolls"][row.origin, row.sent].append(row)
        return found

    def activity(self, operation: Any) -> dict[int, float]:
        """Greatest activity of an operation by period: all its facility's greatest load, and its own limit."""
        key = (operation.facility, operation.process)
        if key not in self._activity:
            usage, most = operation.usage, self._data.greatest_load(operation.facility)
            bound = {t: most[t] / usage if usage else FOREVER for t in self._data.periods}
            if operation.limit is not None:
                bound = {t: least(x, self._data.most_run(operation, t)) for t, x in bound.items()}
            self._activity[key] = bound
        return self._activity[key]

    def toll(self, toll: Any, t: int) -> float:
        """Greatest amount that can be sent to a toll."""
        data, route = self._data, self._data.route[toll.route]
        bounds = [] if toll.capacity is None else [data.most_tolled(toll, t)]
        if route.maximum is not None:
            bounds.append(data.most_under(route, t))
        return reduce(least, bounds, FOREVER)
