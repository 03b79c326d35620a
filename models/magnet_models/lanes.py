"""Lanes: what is shipped, joint capacities, opening, minimum loads. No lane where none is listed."""

from __future__ import annotations

from functools import reduce
from typing import Any

import numpy as np
from pyomo.environ import Block

from .arithmetic import least, vector
from .bounds import Useful
from .grids import Grid, grid
from .horizon import FOREVER
from .inputs import Inputs
from .programme import INFINITY
from .relief import LESS, MORE
from .routes import Signings
from .rows import Row, Term, at_least, at_most, binaries, constrain, scaled
from .timing import Timing

Key = tuple[str, int]


class Openings:
    """open[a,t], decided before the future is known."""

    def __init__(self, block: Block, data: Inputs, timing: Timing, known: Openings | None = None) -> None:
        rows = list(data.tables["lanes"])
        costly = np.flatnonzero((data.yearly(rows, "opening_cost") > 0).any(axis=1))
        priced = {rows[i].lane: rows[i] for i in costly}
        self._data = data
        self.lanes = set(priced)
        keys = [(a, t) for a, row in priced.items() for t in data.horizon.window(row) if timing.has(t)]
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
        self._materials: dict[str, list[str]] = {}
        for a, m in self.freight:
            self._materials.setdefault(a, []).append(m)
        carrying = [data.lane[a] for a in self._materials]
        self.ship = self._add_ship(block)
        self.use = binaries(block, "use", self._switched(carrying))
        joint = [(lane.lane, t) for lane in carrying if lane.capacity is not None for t in data.horizon.window(lane)]
        switched = openings.lanes | {a for a, _ in self.use}
        gated = [
            (lane.lane, t)
            for lane in carrying
            if lane.lane in switched
            for t in data.horizon.window(lane)
            if lane.lane in openings.lanes or (lane.lane, t) in self.use
        ]
        both = set(joint) & set(gated)
        constrain(block, "ship_most", ((k, self._ship_most(*k)) for k in self._keys(self._capped())))
        constrain(block, "lane_capacity", ((k, self._lane_capacity(*k)) for k in joint))
        constrain(
            block, "lane_open", (((a, m, t), self._lane_open(a, m, t)) for a, t in gated for m in self._materials[a])
        )
        constrain(block, "lane_total_open", ((k, self._lane_total_open(*k)) for k in gated if k in both))
        constrain(block, "use_open", ((k, self._use_open(*k)) for k in self.use if k[0] in openings.lanes))
        constrain(
            block, "lane_least", ((k, self._lane_least(*k)) for k in self.use if data.lane[k[0]].minimum[k[1]] > 0)
        )
        tied = [k for k in self.freight if data.lane[k[0]].route]
        constrain(block, "lane_route", ((k, self._lane_route(*k)) for k in self._keys(tied)))

    def _add_ship(self, block: Block) -> Grid:
        """ship within the material's own capacity; no capacity is no bound"""
        data, open_in = self._data, self._data.open([self._data.lane[a] for a, _ in self.freight])
        upper = np.full(open_in.shape, INFINITY)
        limited = [i for i, row in enumerate(self.freight.values()) if row.capacity is not None]
        if limited:
            rows = [row for row in self.freight.values() if row.capacity is not None]
            most = vector([data.most_freight(row, t) for row in rows for t in data.periods])
            upper = upper.astype(most.dtype)
            upper[limited] = most.reshape(len(rows), len(data.periods))
        return grid(block, "ship", list(self.freight), data.periods, open_in, upper[open_in])

    def _switched(self, lanes: list[Any]) -> list[Key]:
        """Lanes and periods in which a yes/no says whether the lane is used: it has a least load, or costs to be kept."""
        data = self._data
        asked = (data.yearly(lanes, "minimum") > 0) | (data.yearly(lanes, "yearly_cost") > 0)
        lines, at = np.nonzero(asked & data.open(lanes))
        return [(lanes[i].lane, data.periods[k]) for i, k in zip(lines.tolist(), at.tolist(), strict=True)]

    def _capped(self) -> list[tuple[str, str]]:
        """Materials on lanes whose own capacity gives way."""
        if not self._data.relief.asks("freight", "capacity"):
            return []
        return [k for k, row in self.freight.items() if row.capacity is not None]

    def _keys(self, freight: list[tuple[str, str]]) -> list[tuple[str, str, int]]:
        """With the periods in which the lane is open."""
        return [(a, m, t) for a, m in freight for t in self._data.horizon.window(self._data.lane[a])]

    def _most(self, a: str, m: str, t: int) -> float:
        """U: the least of the material's and the lane's capacity and what the destination can take."""
        row, lane = self.freight[a, m], self._data.lane[a]
        bounds = [] if row.capacity is None else [self._data.most_freight(row, t)]
        if lane.capacity is not None:
            bounds.append(self._data.most_shipped(lane, t))
        if row.loss < 1:
            bounds.append(self._useful.at(lane.destination, m, t) / (1 - row.loss))
        return reduce(least, bounds, FOREVER)

    def total(self, a: str, t: int) -> list[Term]:
        return [(1.0, self.ship[a, m, t]) for m in self._materials[a]]

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
