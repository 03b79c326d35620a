"""Facilities: what they run, within capacity, contracts, minimum load, reserves and early closing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pyomo.environ import Block

from .bounds import Useful
from .expansions import Expansions
from .inputs import Inputs
from .relief import LESS, MORE
from .routes import Signings
from .rows import Row, Term, at_least, at_most, binaries, constrain, scaled, variables


class Facilities:
    """run[f,p,t], on[f,t], retire[f,t]."""

    def __init__(self, block: Block, data: Inputs, useful: Useful, signings: Signings, expansions: Expansions) -> None:
        self._data, self._useful, self._signings, self._expansions = data, useful, signings, expansions
        self._greatest = {(f, t): data.greatest_capacity(f, t) for f in data.facility for t in data.periods}
        self.operation = {(o.facility, o.process): o for o in data.tables["operations"]}
        keys = [(f, p, t) for f, p in self.operation for t in self._open_in(f, p) if self._can_run(f, p, t)]
        self.run = variables(block, "run", keys, self._most)
        self._running: dict[tuple[str, int], list[str]] = {}
        for f, p, t in keys:
            self._running.setdefault((f, t), []).append(p)
        used = list(self._running)
        stoppable = [k for k in used if self._loaded(k) and data.facility[k[0]].min_load_rule == "when used"]
        self.on = binaries(block, "on", stoppable)
        retirable = [f for f, row in data.facility.items() if row.can_retire and not row.route]
        self.retire = variables(
            block,
            "retire",
            [(f, t) for f in retirable for t in data.periods],
            lambda f, t: data.facility[f].capacity[t],
        )
        constrain(block, "capacity", ((k, self._capacity(*k)) for k in used))
        added = [k for k in used if data.relief.asks("facilities", "capacity") and data.facility[k[0]].route]
        constrain(block, "relief_active", ((k, self._relief_active(*k)) for k in added if self._given_way(*k)))
        capped = [k for k in keys if data.relief.asks("operations", "limit") and self.operation[k[:2]].limit is not None]
        constrain(block, "run_most", ((k, self._run_most(*k)) for k in capped))
        ending = [k for k in used if data.facility[k[0]].route and self._limited_by_contract(*k)]
        constrain(block, "contract", ((k, self._contract(*k)) for k in ending))
        constrain(block, "least_load", ((k, self._least_load(*k)) for k in used if self._loaded(k)))
        constrain(block, "used_if_on", ((k, self._used_if_on(*k)) for k in stoppable))
        limited = [row for row in data.tables["facilities"] if row.reserve is not None]
        constrain(block, "reserve", ((row.facility, self._reserve(row)) for row in limited))
        constrain(block, "retired", ((k, self._retired(*k)) for k in self.retire))
        licensed = [k for k in keys if self.operation[k[:2]].route]
        constrain(block, "licensed", ((k, self._licensed(*k)) for k in licensed))

    # ------------------------------------------------------------ what can run

    def _can_run(self, f: str, p: str, t: int) -> bool:
        availability = self._data.facility[f].availability[t]
        return self._greatest[f, t] * availability > 0 or self.operation[f, p].usage == 0

    def _open_in(self, f: str, p: str) -> list[int]:
        """Periods in the windows of facility and operation."""
        h = self._data.horizon
        within = h.window(self.operation[f, p])
        return [t for t in h.window(self._data.facility[f]) if t in within]

    def _most(self, f: str, p: str, t: int) -> float:
        """Bound on run: the operation's limit, and all the capacity there could be."""
        greatest = self._greatest[f, t] * self._data.facility[f].availability[t]
        return self._useful.activity(self.operation[f, p], greatest, t)

    def _loaded(self, key: tuple[str, int]) -> bool:
        return self._data.facility[key[0]].min_load > 0

    def _limited_by_contract(self, f: str, t: int) -> bool:
        """Whether the route may have ended, or not begun (capacity alone then does not stop the plant)."""
        route = self._data.facility[f].route
        return self._data.route[route].duration is not None or self._signings.late(route)

    # ------------------------------------------------------------ sums other pieces use

    def load(self, f: str, t: int) -> list[Term]:
        """Capacity used: sum_p usage * run."""
        return [
            (self.operation[f, p].usage, self.run[f, p, t])
            for p in self._running.get((f, t), [])
            if self.operation[f, p].usage
        ]

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
        return row.capacity[t], closed + self._given_way(f, t)

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
            (row.quantity[t], self.run[f, p, t])
            for f in facilities
            for p in self._running.get((f, t), [])
            for row in self._data.recipe[p]
            if row.direction == "input" and row.material == material
        ]

    # ------------------------------------------------------------ constraints

    def _capacity(self, f: str, t: int) -> Row:
        """sum_p usage run <= availability * (E[f,t] + added)"""
        fixed, terms = self.available(f, t)
        return at_most(self.load(f, t) + scaled(-1.0, terms), fixed)

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
        most = self._greatest[f, t] * self._data.facility[f].availability[t]
        return at_most(self.load(f, t) + scaled(-most, self._signings.active(self._data.facility[f].route, t)), 0.0)

    def _least_load(self, f: str, t: int) -> Row:
        """sum_p usage run >= min_load * available; less min_load * greatest capacity * (1 - on) if it may stop"""
        row = self._data.facility[f]
        fixed, terms = self.available(f, t)
        relief, most = self._data.relief, row.min_load * self._greatest[f, t] * row.availability[t]
        less = relief.terms(LESS, "facilities", f, "min_load", t, most=most, per=(fixed, terms))
        left = self.load(f, t) + less + scaled(-row.min_load, terms)
        if (f, t) not in self.on:
            return at_least(left, row.min_load * fixed)
        return at_least([*left, (-most, self.on[f, t])], row.min_load * fixed - most)

    def _used_if_on(self, f: str, t: int) -> Row:
        """sum_p usage run <= greatest capacity * on"""
        most = self._greatest[f, t] * self._data.facility[f].availability[t]
        return at_most([*self.load(f, t), (-most, self.on[f, t])], 0.0)

    def _reserve(self, row: Any) -> Row:
        """sum_t L[t] sum_p run <= reserve"""
        years = self._data.horizon.years
        processes = [o.process for o in self._data.operations.get(row.facility, [])]
        keys = [(row.facility, p, t) for p in processes for t in self._data.periods]
        mined = [(float(years[k[2]]), self.run[k]) for k in keys if k in self.run]
        more = self._data.relief.terms(MORE, "facilities", row.facility, "reserve")
        return at_most(mined + scaled(-1.0, more), row.reserve)

    def _retired(self, f: str, t: int) -> Row:
        """sum_{s<=t} retire[s] <= capacity[t]"""
        closed = [(1.0, self.retire[f, s]) for s in self._data.horizon.upto(t)]
        return at_most(closed, self._data.facility[f].capacity[t])

    def _licensed(self, f: str, p: str, t: int) -> Row:
        """run <= greatest activity * unlocked"""
        most = self._useful.require(self._most(f, p, t), f"operation {f}, {p}")
        unlocked = self._signings.unlocked(self.operation[f, p].route, t)
        return at_most([(1.0, self.run[f, p, t]), *scaled(-most, unlocked)], 0.0)
