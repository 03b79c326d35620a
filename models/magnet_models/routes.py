"""Routes: signing, what is active when, quantities with take-or-pay and make-up credit, supply duties, groups.

Signing is decided before the future is known (`Signings`); quantities belong to a scenario (`Quantities`).
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from typing import Any

from pyomo.environ import Block

from .bounds import Useful
from .horizon import FOREVER
from .inputs import Inputs
from .relief import LESS, MORE
from .rows import Contradiction, Row, Term, at_least, at_most, binaries, constrain, equal, scaled, variables
from .timing import Timing

Key = tuple[str, int]
MANY = 10_000  # the most that a group's maximum may say


class Signings:
    """sign[r,t] and the sums over it."""

    def __init__(self, block: Block, data: Inputs, timing: Timing, known: Signings | None = None) -> None:
        self._data = data
        self._planned: Inputs = known._planned if known else data
        rows = data.tables["routes"]
        self.years: dict[str, list[int]] = {
            r.route: [t for t in timing.routes[r.route] if timing.has(t)] for r in rows
        }
        self.keys: list[Key] = [(r, t) for r, years in self.years.items() for t in years]
        self.sign: dict[Key, Any] = binaries(block, "sign", self.keys, known.sign if known else None)
        once = [r for r in rows if timing.whole and self._can_sign(r)]
        constrain(block, "signed_once", ((r.route, self._signed_once(r)) for r in once))
        needy = [k for k in self.keys if data.route[k[0]].needs and timing.is_new(k[1])]
        constrain(block, "sign_needs", ((k, self._sign_needs(*k)) for k in needy))

    def _can_sign(self, route: Any) -> bool:
        if route.must_sign and not self.years[route.route]:
            if self._data.relief.asks("routes", "must_sign"):
                return True
            raise Contradiction(
                f"route {route.route} must be signed, but no signing year makes it active before the horizon ends"
            )
        return bool(self.years[route.route])

    def seen_by(self, data: Inputs) -> Signings:
        """The same decisions with the lead times and durations of another scenario."""
        view = copy(self)
        view._data = data
        return view

    def late(self, route: str) -> bool:
        """Whether the route becomes active later in this future than was planned when it was signed."""
        return self._data.route[route].lead_time > self._planned.route[route].lead_time

    def signed(self, route: str, t: int) -> list[Term]:
        return [(1.0, self.sign[route, t])] if (route, t) in self.sign else []

    def active(self, route: str, t: int) -> list[Term]:
        """active[r,t]: share of the period in which the route is active."""
        row = self._data.route[route]
        return self._sum(route, lambda s: self._data.active_share(row, s, t))

    def unlocked(self, route: str, t: int) -> list[Term]:
        """unlocked[r,t]: the same, after its transfer years."""
        row = self._data.route[route]
        return self._sum(route, lambda s: self._data.active_share(row, s, t, row.transfer_years))

    def at(self, route: str, t: int, delay: float) -> list[Term]:
        """startable[r,t] (delay 0) or decidable[r,t]: active at the start of the period."""
        row = self._data.route[route]
        return self._sum(route, lambda s: float(self._data.active_at(row, s, t, delay)))

    def _sum(self, route: str, share: Any) -> list[Term]:
        return [(a, self.sign[route, s]) for s in self.years[route] if (a := share(s)) > 0]

    def _signed_once(self, route: Any) -> Row:
        """sum_t sign <= 1, = 1 if it must be signed (relief: 1 if it need not)"""
        total = [(1.0, self.sign[route.route, t]) for t in self.years[route.route]]
        if route.must_sign:
            total += self._data.relief.terms(LESS, "routes", route.route, "must_sign", most=1.0, whole=True)
        return Row(1.0 if route.must_sign else None, total, 1.0)

    def _sign_needs(self, route: str, t: int) -> Row:
        """sign[r,t] <= sum_{s<=t} sign[needs,s]"""
        earlier = [term for s in self._data.horizon.upto(t) for term in self.signed(self._data.route[route].needs, s)]
        return at_most(self.signed(route, t) + scaled(-1.0, earlier), 0.0)


def add_groups(block: Block, data: Inputs, signings: Signings, expansions: Any) -> None:
    """group[g]: minimum <= builds + signings of the members <= maximum."""

    relief = data.relief

    def group(g: Any) -> Row:
        terms: list[Term] = []
        if g.maximum is not None:
            terms += scaled(-1.0, relief.terms(MORE, "groups", g.group, "maximum", most=MANY, whole=True))
        if g.minimum > 0:
            terms += relief.terms(LESS, "groups", g.group, "minimum", most=g.minimum, whole=True)
        for t in data.periods:
            for x in data.tables["expansions"]:
                if x.group == g.group:
                    terms += expansions.built(x.expansion, t)
            for r in data.tables["routes"]:
                if r.group == g.group:
                    terms += signings.signed(r.route, t)
        return Row(g.minimum, terms, g.maximum)

    bounded = [g for g in data.tables["groups"] if g.minimum > 0 or g.maximum is not None]
    constrain(block, "group", ((g.group, group(g)) for g in bounded))


class Quantities:
    """quantity[r,t] with its minimum, maximum and credit, and supply duties."""

    def __init__(self, block: Block, data: Inputs, useful: Useful, signings: Signings, pieces: Any) -> None:
        self._data, self._useful, self._signings, self._pieces = data, useful, signings, pieces
        rows = data.tables["routes"]
        live = {(r.route, t): terms for r in rows for t in data.periods if (terms := signings.active(r.route, t))}
        self._active: Mapping[Key, list[Term]] = live
        self.keys: list[Key] = [k for k in live if self._needs_quantity(k[0])]
        self.quantity = variables(block, "quantity", self.keys, self._most)
        least = [k for k in self.keys if self._row(k).minimum[k[1]] > 0]
        payable = [k for k in least if self._row(k).shortfall_cost is not None]
        self.short = variables(block, "route_short", payable, lambda r, t: data.route[r].minimum[t])
        self._add_credit(block, [k for k in self.keys if self._row(k).credit_rate > 0])
        self._add_duties(block, list(live))
        constrain(block, "quantity_of", ((k, self._quantity_of(*k)) for k in self.keys))
        bounded = [k for k in self.keys if self._row(k).maximum is not None]
        constrain(block, "quantity_most", ((k, self._quantity_most(*k)) for k in bounded))
        constrain(block, "quantity_least", ((k, self._quantity_least(*k)) for k in least if k not in self.excess))
        constrain(block, "quantity_split", ((k, self._quantity_split(*k)) for k in self.excess))

    def _row(self, key: Key) -> Any:
        return self._data.route[key[0]]

    def _needs_quantity(self, route: str) -> bool:
        """Whether anything can be handled under the route or is asked of it."""
        row = self._data.route[route]
        return any(self._pieces.under(route, t) or row.minimum[t] > 0 for t in self._data.periods)

    def _most(self, route: str, t: int) -> float | None:
        row = self._data.route[route]
        return None if row.maximum is None else self._data.most_under(row, t)

    # ------------------------------------------------------------ quantity, minimum, maximum

    def _quantity_of(self, route: str, t: int) -> Row:
        """quantity = capacity used by its facilities and licensed operations + buy of its supplies + send of its tolls"""
        return equal([(1.0, self.quantity[route, t]), *scaled(-1.0, self._pieces.under(route, t))], 0.0)

    def _quantity_most(self, route: str, t: int) -> Row:
        """quantity <= maximum * active (+ relief)"""
        row, relief, active = self._data.route[route], self._data.relief, self._active[route, t]
        more: list[Term] = []
        if relief.asks("routes", "maximum"):
            more = relief.terms(MORE, "routes", route, "maximum", t, most=self._data.room.any, per=(0.0, active))
        left = [(1.0, self.quantity[route, t]), *scaled(-1.0, more)]
        return at_most(left + scaled(-row.maximum[t], active), 0.0)

    def _quantity_least(self, route: str, t: int) -> Row:
        """quantity + route_short (+ relief) >= minimum * active"""
        asked = scaled(-self._data.route[route].minimum[t], self._active[route, t])
        less = self._less(route, "minimum", t)
        return at_least([(1.0, self.quantity[route, t]), *self.shortfall(route, t), *less, *asked], 0.0)

    def _less(self, route: str, column: str, t: int) -> list[Term]:
        """By how much a minimum gives way, times active."""
        most, per = self._data.route[route][column][t], (0.0, self._active[route, t])
        return self._data.relief.terms(LESS, "routes", route, column, t, most=most, per=per)

    def shortfall(self, route: str, t: int) -> list[Term]:
        return [(1.0, self.short[route, t])] if (route, t) in self.short else []

    # ------------------------------------------------------------ make-up credit

    def _add_credit(self, block: Block, keys: list[Key]) -> None:
        data = self._data
        self.excess = variables(block, "excess", keys)
        self.bank = variables(block, "bank", keys)
        self.credit_keys = [(r, s, t) for r, s in keys for t in data.periods if self._usable(r, s, t)]
        self.credit = variables(block, "credit", self.credit_keys)
        over = [k for k in keys if self._row(k).minimum[k[1]] > 0]
        self.over = binaries(block, "over", over)
        constrain(block, "only_over", ((k, self._only_over(*k)) for k in over))
        constrain(block, "only_under", ((k, self._only_under(*k)) for k in over))
        constrain(block, "bank_rate", ((k, self._bank_rate(*k)) for k in keys))
        constrain(block, "credit_from", ((k, self._credit_from(*k)) for k in keys))
        constrain(
            block, "credit_held", ((k, self._credit_held(*k)) for k in keys if self._row(k).credit_cap is not None)
        )

    def _usable(self, route: str, s: int, t: int) -> bool:
        """Whether credit banked in s can be used in t."""
        years = self._data.route[route].credit_years
        return s < t and (route, t) in self._active and (years is None or t <= s + years)

    def used(self, route: str, t: int) -> list[Term]:
        """Credit used in t, whenever banked."""
        return [(1.0, self.credit[k]) for k in self.credit_keys if k[0] == route and k[2] == t]

    def _quantity_split(self, route: str, t: int) -> Row:
        """quantity - minimum * active = excess - route_short - credit used"""
        asked = scaled(-self._data.route[route].minimum[t], self._active[route, t])
        under = [*self.shortfall(route, t), *self.used(route, t)]
        if self._data.route[route].minimum[t] > 0:
            under += self._less(route, "minimum", t)
        return equal([(1.0, self.quantity[route, t]), *asked, (-1.0, self.excess[route, t]), *under], 0.0)

    def _only_over(self, route: str, t: int) -> Row:
        """excess <= maximum * over"""
        most = self._useful.require(
            FOREVER if (row := self._data.route[route]).maximum is None else self._data.most_under(row, t),
            f"make-up credit of route {route}",
        )
        return at_most([(1.0, self.excess[route, t]), (-most, self.over[route, t])], 0.0)

    def _only_under(self, route: str, t: int) -> Row:
        """route_short + credit used <= minimum * (1 - over)"""
        least = self._data.route[route].minimum[t]
        return at_most([*self.shortfall(route, t), *self.used(route, t), (least, self.over[route, t])], least)

    def _bank_rate(self, route: str, t: int) -> Row:
        """bank <= credit_rate * excess"""
        rate = self._data.route[route].credit_rate
        return at_most([(1.0, self.bank[route, t]), (-rate, self.excess[route, t])], 0.0)

    def _credit_from(self, route: str, s: int) -> Row:
        """sum_t L[t] credit[s,t] <= L[s] bank[s]"""
        years = self._data.horizon.years
        out = [(float(years[t]), self.credit[r, b, t]) for r, b, t in self.credit_keys if (r, b) == (route, s)]
        return at_most([*out, (-float(years[s]), self.bank[route, s])], 0.0)

    def _credit_held(self, route: str, t: int) -> Row:
        """sum over s <= t not yet expired of (L[s] bank[s] - sum_{u<=t} L[u] credit[s,u]) <= credit_cap"""
        row, years = self._data.route[route], self._data.horizon.years
        terms: list[Term] = []
        for s in self._data.horizon.upto(t):
            expired = row.credit_years is not None and t > s + row.credit_years
            if (route, s) in self.bank and not expired:
                terms.append((float(years[s]), self.bank[route, s]))
                terms += [
                    (-float(years[u]), self.credit[r, b, u])
                    for r, b, u in self.credit_keys
                    if (r, b) == (route, s) and u <= t
                ]
        return at_most(terms, row.credit_cap)

    # ------------------------------------------------------------ supply duty

    def _add_duties(self, block: Block, live: list[Key]) -> None:
        due = [k for k in live if self._row(k).supply_material and self._row(k).supply_minimum[k[1]] > 0]
        payable = [k for k in due if self._row(k).supply_shortfall_cost is not None]
        self.duty_short = variables(block, "duty_short", payable, lambda r, t: self._data.route[r].supply_minimum[t])
        constrain(block, "supply_duty", ((k, self._supply_duty(*k)) for k in due))

    def _supply_duty(self, route: str, t: int) -> Row:
        """consumption of supply_material at its facilities + duty_short >= supply_minimum * active"""
        row = self._data.route[route]
        short = [(1.0, self.duty_short[route, t])] if (route, t) in self.duty_short else []
        asked = scaled(-row.supply_minimum[t], self._active[route, t])
        less = self._less(route, "supply_minimum", t)
        return at_least([*self._pieces.consumed(route, row.supply_material, t), *short, *less, *asked], 0.0)
