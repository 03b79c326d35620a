"""Lanes: what is shipped, joint capacities, opening, minimum loads. No lane where none is listed."""

from __future__ import annotations

from functools import reduce
from typing import Any

from pyomo.environ import Block

from .arithmetic import least
from .bounds import Useful
from .horizon import FOREVER
from .inputs import Inputs
from .relief import LESS, MORE
from .routes import Signings
from .rows import Row, Term, at_least, at_most, binaries, constrain, scaled, variables
from .timing import Timing

Key = tuple[str, int]


class Openings:
    """open[a,t], decided before the future is known."""

    def __init__(self, block: Block, data: Inputs, timing: Timing, known: Openings | None = None) -> None:
        priced = {a.lane: a for a in data.tables["lanes"] if any(a.opening_cost[t] > 0 for t in data.periods)}
        self._data = data
        self.lanes = set(priced)
        years = [t for t in data.periods if timing.has(t)]
        keys = [(a, t) for a, row in priced.items() for t in years if data.horizon.in_window(row, t)]
        self.open: dict[Key, Any] = binaries(block, "open", keys, known.open if known else None)
        once = [a for a in priced if timing.whole and self.opened(a, data.periods[-1])]
        constrain(block, "open_once", ((a, self._open_once(a)) for a in once))

    def opened(self, lane: str, t: int) -> list[Term]:
        """Opened in t or earlier."""
        return [(1.0, self.open[lane, s]) for s in self._data.horizon.upto(t) if (lane, s) in self.open]

    def _open_once(self, lane: str) -> Row:
        """sum_t open <= 1"""
        return at_most(self.opened(lane, self._data.periods[-1]), 1.0)


class Lanes:
    """ship[a,m,t] and use[a,t]."""

    def __init__(self, block: Block, data: Inputs, useful: Useful, signings: Signings, openings: Openings) -> None:
        self._data, self._useful, self._signings, self._openings = data, useful, signings, openings
        self.freight = {(row.lane, row.material): row for row in data.tables["freight"]}
        open_in = {a: data.horizon.window(lane) for a, lane in data.lane.items()}
        keys = [(a, m, t) for a, m in self.freight for t in open_in[a]]
        self.ship = variables(block, "ship", keys, self._own_capacity)
        self._loads: dict[Key, list[str]] = {}
        for a, m, t in keys:
            self._loads.setdefault((a, t), []).append(m)
        moving = list(self._loads)
        self.use = binaries(block, "use", [k for k in moving if self._switched(*k)])
        gated = [k for k in moving if k in self.use or k[0] in openings.lanes]
        capped = [k for k in keys if data.relief.asks("freight", "capacity") and self.freight[k[:2]].capacity is not None]
        constrain(block, "ship_most", ((k, self._ship_most(*k)) for k in capped))
        constrain(block, "lane_capacity", ((k, self._lane_capacity(*k)) for k in moving if self._joint(*k)))
        constrain(
            block, "lane_open", (((a, m, t), self._lane_open(a, m, t)) for a, t in gated for m in self._loads[a, t])
        )
        constrain(block, "lane_total_open", ((k, self._lane_total_open(*k)) for k in gated if self._joint(*k)))
        constrain(block, "use_open", ((k, self._use_open(*k)) for k in self.use if k[0] in openings.lanes))
        constrain(
            block, "lane_least", ((k, self._lane_least(*k)) for k in self.use if data.lane[k[0]].minimum[k[1]] > 0)
        )
        tied = [k for k in keys if data.lane[k[0]].route]
        constrain(block, "lane_route", ((k, self._lane_route(*k)) for k in tied))

    def _own_capacity(self, a: str, m: str, t: int) -> float | None:
        row = self.freight[a, m]
        return None if row.capacity is None else self._data.most_freight(row, t)

    def _most(self, a: str, m: str, t: int) -> float:
        """U: the least of the material's and the lane's capacity and what the destination can take."""
        row, lane = self.freight[a, m], self._data.lane[a]
        bounds = [] if row.capacity is None else [self._data.most_freight(row, t)]
        if lane.capacity is not None:
            bounds.append(self._data.most_shipped(lane, t))
        if row.loss < 1:
            bounds.append(self._useful.at(lane.destination, m, t) / (1 - row.loss))
        return reduce(least, bounds, FOREVER)

    def _switched(self, a: str, t: int) -> bool:
        lane = self._data.lane[a]
        return lane.minimum[t] > 0 or lane.yearly_cost[t] > 0

    def _joint(self, a: str, t: int) -> bool:
        return self._data.lane[a].capacity is not None

    def total(self, a: str, t: int) -> list[Term]:
        return [(1.0, self.ship[a, m, t]) for m in self._loads[a, t]]

    def _opening(self, a: str, t: int) -> list[Term]:
        return [(1.0, self.use[a, t])] if (a, t) in self.use else self._openings.opened(a, t)

    def _lane_capacity(self, a: str, t: int) -> Row:
        """sum_m ship <= capacity (+ relief)"""
        return at_most(self.total(a, t) + scaled(-1.0, self._wider(a, t)), self._data.lane[a].capacity[t])

    def _wider(self, a: str, t: int) -> list[Term]:
        """By how much the lane's capacity gives way."""
        relief = self._data.relief
        if not relief.asks("lanes", "capacity"):
            return []
        return relief.terms(MORE, "lanes", a, "capacity", t, most=self._data.room.any)

    def _ship_most(self, a: str, m: str, t: int) -> Row:
        """ship <= capacity of the material + relief; where it does not give way it is a bound"""
        relief, most = self._data.relief, self._data.room.of_material(m)
        more = relief.terms(MORE, "freight", (a, m), "capacity", t, most=most)
        return at_most([(1.0, self.ship[a, m, t]), *scaled(-1.0, more)], self.freight[a, m].capacity[t])

    def _lane_open(self, a: str, m: str, t: int) -> Row:
        """ship <= U * use, or U * sum_{s<=t} open"""
        most = self._useful.require(self._most(a, m, t), f"lane {a}, {m}")
        return at_most([(1.0, self.ship[a, m, t]), *scaled(-most, self._opening(a, t))], 0.0)

    def _lane_total_open(self, a: str, t: int) -> Row:
        """sum_m ship <= capacity * use, or capacity * sum_{s<=t} open (+ relief; closed, lane_open holds)"""
        gate = scaled(-self._data.lane[a].capacity[t], self._opening(a, t))
        return at_most(self.total(a, t) + gate + scaled(-1.0, self._wider(a, t)), 0.0)

    def _use_open(self, a: str, t: int) -> Row:
        """use <= sum_{s<=t} open"""
        return at_most([(1.0, self.use[a, t]), *scaled(-1.0, self._openings.opened(a, t))], 0.0)

    def _lane_least(self, a: str, t: int) -> Row:
        """sum_m ship >= minimum * use"""
        least = self._data.lane[a].minimum[t]
        less = self._data.relief.terms(LESS, "lanes", a, "minimum", t, most=least)
        return at_least([*self.total(a, t), *less, (-least, self.use[a, t])], 0.0)

    def _lane_route(self, a: str, m: str, t: int) -> Row:
        """ship <= U * active"""
        most = self._useful.require(self._most(a, m, t), f"lane {a}, {m}")
        active = self._signings.active(self._data.lane[a].route, t)
        return at_most([(1.0, self.ship[a, m, t]), *scaled(-most, active)], 0.0)
