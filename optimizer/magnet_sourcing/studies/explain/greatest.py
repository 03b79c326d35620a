"""Upper bounds on what can flow in a period, from the tables alone: never less than any plan can do."""

from __future__ import annotations

from typing import Any

from magnet_models.horizon import FOREVER
from magnet_models.inputs import Inputs


class Greatest:
    """What can be run, bought, got back, collected or taken from stock at most, in t/y. FOREVER: nothing says."""

    def __init__(self, data: Inputs) -> None:
        self.data = data

    # ------------------------------------------------------------ contracts

    def active(self, route: str | None, t: int, delay: float = 0.0) -> float:
        """Greatest share of the period in which a route can be active; 1 without a route."""
        if route is None:
            return 1.0
        row = self.data.route[route]
        years = self.data.signing_years(row)
        return max((self.data.active_share(row, s, t, delay) for s in years), default=0.0)

    def _ever(self, route: str | None, t: int) -> bool:
        return self.active(route, t) > 0

    # ------------------------------------------------------------ facilities

    def capacity(self, facility: str, t: int) -> float:
        """Existing capacity and all that could be added by then, as far as it can be used."""
        row, data = self.data.facility[facility], self.data
        if not data.horizon.in_window(row, t) or not self._ever(row.route, t):
            return 0.0
        existing = row.capacity[t]
        added = data.greatest_capacity(facility)[t] - existing
        return row.availability[t] * (existing * self.active(row.route, t) + added)

    def run(self, operation: Any, t: int) -> float:
        """Greatest activity of an operation."""
        h = self.data.horizon
        if not (h.in_window(self.data.facility[operation.facility], t) and h.in_window(operation, t)):
            return 0.0
        most = self.capacity(operation.facility, t) / operation.usage if operation.usage else FOREVER
        if operation.limit is not None:
            most = min(most, operation.limit[t])
        transfer = self.data.route[operation.route].transfer_years if operation.route else 0.0
        unlocked = self.active(operation.route, t, transfer)
        return most if unlocked > 0 else 0.0

    # ------------------------------------------------------------ the rest

    def buy(self, supply: Any, t: int) -> float:
        """Greatest purchase of an offer."""
        if not self.data.horizon.in_window(supply, t) or not self._ever(supply.route, t):
            return 0.0
        bounds = [] if supply.limit is None else [supply.limit[t]]
        if supply.route and self.data.route[supply.route].maximum is not None:
            bounds.append(self.data.route[supply.route].maximum[t])
        return min(bounds, default=FOREVER)

    def send(self, toll: Any, t: int) -> float:
        """Greatest amount sent for tolling."""
        if not self._ever(toll.route, t):
            return 0.0
        columns = (toll.capacity, self.data.route[toll.route].maximum)
        return min((c[t] for c in columns if c is not None), default=FOREVER)

    def back(self, toll: Any, t: int, per_tonne: float) -> float:
        """Greatest return of a toll in t, of what was sent in t and before."""
        h = self.data.horizon
        shares = ((h.lagged(toll.lag, s, t), self.send(toll, s)) for s in h.upto(t))
        return sum((share * per_tonne * sent for share, sent in shares if share > 0 and per_tonne > 0 and sent > 0), 0.0)

    def collect(self, row: Any, t: int) -> float:
        """Greatest collection: the base, and what comes back if every demand is met in full."""
        h = self.data.horizon
        later = (
            h.lagged(row.lag, s, t) * row.share * self.data.needed(d, s)
            for d in self.data.tables["demands"]
            if d.material == row.delivered and row.segment in (None, d.segment)
            for s in h.upto(t)
        )
        return float(row.base[t]) + sum(later)

    def opening(self, stock: Any, t: int) -> float:
        """Greatest stock at the start of a period, after its losses, t."""
        before, keep = self.data.horizon.before(t), (1 - stock.loss) ** self.data.horizon.years[t]
        if before is None:
            return float(keep * stock.initial)
        if stock.capacity is None:
            return FOREVER if keep > 0 else 0.0
        return float(keep * stock.capacity[before])

    def closing(self, stock: Any, t: int) -> float:
        """Least stock at the end of a period, t."""
        final = stock.final if stock.final is not None and t == self.data.periods[-1] else 0.0
        return max(float(stock.minimum[t]), final)

    def arrive(self, freight: Any, t: int) -> float:
        """Greatest arrival by a lane."""
        lane = self.data.lane[freight.lane]
        if not self.data.horizon.in_window(lane, t) or not self._ever(lane.route, t):
            return 0.0
        bounds = (c[t] for c in (freight.capacity, lane.capacity) if c is not None)
        return min(bounds, default=FOREVER) * (1 - freight.loss) if freight.loss < 1 else 0.0
