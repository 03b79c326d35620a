"""Facilities: what they run, within capacity, contracts, minimum load, reserves and early closing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from pyomo.environ import Block

from .arithmetic import vector
from .bounds import Useful
from .expansions import Expansions
from .grids import NONE, Gathered, Grid, constrain_all, grid
from .inputs import Inputs
from .programme import INFINITY
from .relief import LESS, MORE
from .routes import Signings
from .rows import Row, Term, at_least, at_most, binaries, constrain, scaled, variables


class Facilities:
    """run[f,p,t], on[f,t], retire[f,t]."""

    def __init__(self, block: Block, data: Inputs, useful: Useful, signings: Signings, expansions: Expansions) -> None:
        self._data, self._useful, self._signings, self._expansions = data, useful, signings, expansions
        self.operation = {(o.facility, o.process): o for o in data.tables["operations"]}
        self._standing: dict[str, dict[int, float]] = {}
        self.run = self._add_run(block)
        self._running: dict[str, dict[str, int]] = {}  # facility -> process -> its line in `run`
        for i, (f, p) in enumerate(self.operation):
            self._running.setdefault(f, {})[p] = i
        loaded = self._used([f for f in self._running if data.facility[f].min_load > 0])
        stoppable = [k for k in loaded if data.facility[k[0]].min_load_rule == "when used"]
        self.on = binaries(block, "on", stoppable)
        retirable = [f for f, row in data.facility.items() if row.can_retire and not row.route]
        self.retire = variables(
            block,
            "retire",
            [(f, t) for f in retirable for t in data.periods],
            lambda f, t: data.facility[f].capacity[t],
        )
        self._add_capacity(block)
        ours = self._used([f for f in self._running if data.facility[f].route])
        added = ours if data.relief.asks("facilities", "capacity") else []
        constrain(block, "relief_active", ((k, self._relief_active(*k)) for k in added if self._given_way(*k)))
        capped = (
            [k for k, o in self.operation.items() if o.limit is not None]
            if data.relief.asks("operations", "limit")
            else []
        )
        constrain(block, "run_most", ((k, self._run_most(*k)) for k in self._keys(capped)))
        constrain(block, "contract", ((k, self._contract(*k)) for k in ours if self._limited_by_contract(*k)))
        constrain(block, "least_load", ((k, self._least_load(*k)) for k in loaded))
        constrain(block, "used_if_on", ((k, self._used_if_on(*k)) for k in stoppable))
        limited = [row for row in data.tables["facilities"] if row.reserve is not None]
        constrain(block, "reserve", ((row.facility, self._reserve(row)) for row in limited))
        constrain(block, "retired", ((k, self._retired(*k)) for k in self.retire))
        licensed = [k for k, o in self.operation.items() if o.route]
        constrain(block, "licensed", ((k, self._licensed(*k)) for k in self._keys(licensed)))

    # ------------------------------------------------------------ what can run

    def _add_run(self, block: Block) -> Grid:
        """run in the windows of facility and operation, where there can be capacity or none is taken"""
        data = self._data
        facilities = [data.facility[f] for f, _ in self.operation]
        there = data.open(facilities) & data.open(list(self.operation.values()))
        loads = vector([x for f, _ in self.operation for x in data.greatest_load(f).values()]).reshape(there.shape)
        there &= (loads > 0) | (vector([o.usage for o in self.operation.values()])[:, None] == 0)
        most = vector([x for o in self.operation.values() for x in self._useful.activity(o).values()])
        return grid(block, "run", list(self.operation), data.periods, there, most.reshape(there.shape)[there])

    def _used(self, facilities: Sequence[str]) -> list[tuple[str, int]]:
        """With the periods in which anything can run there."""
        there = self.run.column != NONE
        found = ((f, there[list(self._running[f].values())].any(axis=0)) for f in facilities)
        return [(f, t) for f, line in found for t, is_there in zip(self._data.periods, line, strict=True) if is_there]

    def _keys(self, operations: list[tuple[str, str]]) -> list[tuple[str, str, int]]:
        """With the periods in which they can run."""
        return [(f, p, t) for f, p in operations for t in self._data.periods if (f, p, t) in self.run]

    def _limited_by_contract(self, f: str, t: int) -> bool:
        """Whether the route may have ended, or not begun (capacity alone then does not stop the plant)."""
        route = self._data.facility[f].route
        return self._data.route[route].duration is not None or self._signings.late(route)

    # ------------------------------------------------------------ sums other pieces use

    def load(self, f: str, t: int) -> list[Term]:
        """Capacity used: sum_p usage * run."""
        return [(self.operation[f, p].usage, run) for p, run in self.runs(f, t) if self.operation[f, p].usage]

    def runs(self, f: str, t: int) -> list[tuple[str, int]]:
        """Processes that can run at a facility, and how much each runs."""
        k, column = self._data.periods.index(t), self.run.column
        return [(p, int(column[i, k])) for p, i in self._running.get(f, {}).items() if column[i, k] != NONE]

    def standing(self, f: str) -> Mapping[int, float]:
        """Existing capacity that hangs on no decision, by period: 0 outside its window, and of a route's facility."""
        if f not in self._standing:
            row, h = self._data.facility[f], self._data.horizon
            inside = set(h.window(row)) if not row.route else set()
            self._standing[f] = {t: row.capacity[t] if t in inside else 0.0 for t in h.periods}
        return self._standing[f]

    def existing(self, f: str, t: int) -> tuple[float, list[Term]]:
        """E[f,t]: existing capacity, less what was closed, or while the contract lasts; 0 outside its window."""
        row = self._data.facility[f]
        if not self._data.horizon.in_window(row, t):
            return 0.0, []
        if row.route:
            return 0.0, scaled(row.capacity[t], self._signings.active(row.route, t)) + self._given_way(f, t)
        closed: list[Term] = []
        if row.can_retire:
            closed = [(-1.0, self.retire[f, s]) for s in self._data.horizon.upto(t) if (f, s) in self.retire]
        return self.standing(f)[t], closed + self._given_way(f, t)

    def _given_way(self, f: str, t: int) -> list[Term]:
        """By how much existing capacity gives way (times active, of a facility that belongs to a route)."""
        if not self._data.relief.families:
            return []
        data, route = self._data, self._data.facility[f].route
        active = self._signings.active(route, t) if route else []
        if not data.relief.asks("facilities", "capacity") or (route and not active):
            return []
        per = (0.0, active) if route else None
        return data.relief.terms(MORE, "facilities", f, "capacity", t, most=data.room.of_facility(f), per=per)

    def given_way(self, facilities: Sequence[str], t: int) -> list[Term]:
        """By how much the existing capacity of our own facilities gives way."""
        return [x for f in facilities if not self._data.facility[f].route for x in self._given_way(f, t)]

    def available(self, f: str, t: int) -> tuple[float, list[Term]]:
        """availability * (E + added): the right side of capacity, as constant and terms."""
        share = self._data.facility[f].availability[t]
        fixed, terms = self.existing(f, t)
        return share * fixed, scaled(share, terms + self._expansions.added(f, t))

    def consumed(self, facilities: Sequence[str], material: str, t: int) -> list[Term]:
        return [
            (row.quantity[t], run)
            for f in facilities
            for p, run in self.runs(f, t)
            for row in self._data.recipe[p]
            if row.direction == "input" and row.material == material
        ]

    # ------------------------------------------------------------ constraints

    def _add_capacity(self, block: Block) -> None:
        """sum_p usage run <= availability * (E[f,t] + added), where anything can run"""
        data, used, line = self._data, list(self._running), {f: i for i, f in enumerate(self._running)}
        rows = Gathered(len(data.periods))
        loads = [(i, o) for i, o in enumerate(self.operation.values()) if o.usage]
        usage = vector([o.usage for _, o in loads])[:, None]
        rows.add([line[o.facility] for _, o in loads], usage, self.run.column[[i for i, _ in loads]])
        for f, t in self._used(list(filter(self.decided, used))):
            rows.add_terms(line[f], data.periods.index(t), scaled(-1.0, self.available(f, t)[1]))
        share = data.yearly([data.facility[f] for f in used], "availability")
        fixed = vector([x for f in used for x in self.standing(f).values()]).reshape(share.shape)
        there = np.zeros(share.shape, dtype=bool)
        for i, (f, _) in enumerate(self.run.heads):
            there[line[f]] |= self.run.column[i] != NONE
        most = np.where(there, share * fixed, INFINITY)
        constrain_all(block, "capacity", [(f,) for f in used], data.periods, rows, None, most)

    def decided(self, f: str) -> bool:
        """Whether a decision changes the facility's capacity."""
        row = self._data.facility[f]
        return bool(row.route or row.can_retire or f in self._data.expansions or self._data.relief.families)

    def _relief_active(self, f: str, t: int) -> Row:
        """relief of the capacity <= all it may be * active"""
        active = self._signings.active(self._data.facility[f].route, t)
        return at_most(self._given_way(f, t) + scaled(-self._data.room.of_facility(f), active), 0.0)

    def _run_most(self, f: str, p: str, t: int) -> Row:
        """run <= limit + relief; where the limit does not give way it is a bound"""
        relief, most = self._data.relief, self._data.room.of_facility(f)
        more = relief.terms(MORE, "operations", (f, p), "limit", t, most=most)
        return at_most([(1.0, self.run[f, p, t]), *scaled(-1.0, more)], self.operation[f, p].limit[t])

    def _contract(self, f: str, t: int) -> Row:
        """sum_p usage run <= greatest capacity * active"""
        most = self._data.greatest_load(f)[t]
        return at_most(self.load(f, t) + scaled(-most, self._signings.active(self._data.facility[f].route, t)), 0.0)

    def _least_load(self, f: str, t: int) -> Row:
        """sum_p usage run >= min_load * available; less min_load * greatest capacity * (1 - on) if it may stop"""
        row = self._data.facility[f]
        fixed, terms = self.available(f, t)
        relief, most = self._data.relief, row.min_load * self._data.greatest_load(f)[t]
        less = relief.terms(LESS, "facilities", f, "min_load", t, most=most, per=(fixed, terms))
        left = self.load(f, t) + less + scaled(-row.min_load, terms)
        if (f, t) not in self.on:
            return at_least(left, row.min_load * fixed)
        return at_least([*left, (-most, self.on[f, t])], row.min_load * fixed - most)

    def _used_if_on(self, f: str, t: int) -> Row:
        """sum_p usage run <= greatest capacity * on"""
        most = self._data.greatest_load(f)[t]
        return at_most([*self.load(f, t), (-most, self.on[f, t])], 0.0)

    def _reserve(self, row: Any) -> Row:
        """sum_t L[t] sum_p run <= reserve"""
        years = self._data.horizon.years
        lines = self._running.get(row.facility, {}).values()
        mined = [(float(years[t]), run) for i in lines for t, run in self.run.line(i)]
        more = self._data.relief.terms(MORE, "facilities", row.facility, "reserve")
        return at_most(mined + scaled(-1.0, more), row.reserve)

    def _retired(self, f: str, t: int) -> Row:
        """sum_{s<=t} retire[s] <= capacity[t]"""
        closed = [(1.0, self.retire[f, s]) for s in self._data.horizon.upto(t)]
        return at_most(closed, self._data.facility[f].capacity[t])

    def _licensed(self, f: str, p: str, t: int) -> Row:
        """run <= greatest activity * unlocked"""
        most = self._useful.require(self._useful.activity(self.operation[f, p])[t], f"operation {f}, {p}")
        unlocked = self._signings.unlocked(self.operation[f, p].route, t)
        return at_most([(1.0, self.run[f, p, t]), *scaled(-most, unlocked)], 0.0)
