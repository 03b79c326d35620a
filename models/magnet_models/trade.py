"""Purchases and sales: limits, minima, totals over the horizon, tiers that open one after the other."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from typing import Any

from pyomo.environ import Block

from .arithmetic import greatest, least
from .bounds import Useful
from .horizon import FOREVER
from .inputs import Inputs
from .relief import LESS, MORE
from .routes import Signings
from .rows import Row, Term, at_least, at_most, binaries, constrain, scaled, variables

Key = tuple[str, int]


class Purchases:
    """buy[s,t], buy_short[s,t], buy_full[s,t]."""

    def __init__(self, block: Block, data: Inputs, useful: Useful, signings: Signings) -> None:
        self._data, self._useful, self._signings = data, useful, signings
        rows = data.tables["supplies"]
        keys = [(s.supply, t) for s in rows for t in data.horizon.window(s)]
        self.buy = variables(block, "buy", keys, self._limit)
        limited = [k for k in keys if data.relief.asks("supplies", "limit") and data.supply[k[0]].limit is not None]
        constrain(block, "buy_most", ((k, self._buy_most(*k)) for k in limited))
        least = [k for k in keys if data.supply[k[0]].minimum[k[1]] > 0]
        payable = [k for k in least if data.supply[k[0]].shortfall_cost is not None]
        self.short = variables(block, "buy_short", payable, lambda s, t: data.supply[s].minimum[t])
        constrain(block, "buy_route", ((k, self._buy_route(*k)) for k in keys if data.supply[k[0]].route))
        constrain(block, "buy_least", ((k, self._buy_least(*k)) for k in least))
        _add_totals(block, data, "buy_total", rows, "supply", self.buy)
        self.full = _add_tiers(block, data, "buy", data.supply, self.buy, self._bound, self._larger)

    def _limit(self, s: str, t: int) -> float | None:
        """The offer's limit."""
        row = self._data.supply[s]
        return None if row.limit is None else self._data.most_bought(row, t)

    def _larger(self, s: str, t: int) -> list[Term]:
        """By how much the limit gives way."""
        data, row = self._data, self._data.supply[s]
        if row.limit is None or not data.relief.asks("supplies", "limit"):
            return []
        return data.relief.terms(MORE, "supplies", s, "limit", t, most=data.room.of_material(row.material))

    def _buy_most(self, s: str, t: int) -> Row:
        """buy <= limit + relief; where it does not give way it is a bound"""
        return at_most([(1.0, self.buy[s, t]), *scaled(-1.0, self._larger(s, t))], self._data.supply[s].limit[t])

    def _bound(self, s: str, t: int) -> float:
        """U: the offer's limit, or what can be used."""
        row = self._data.supply[s]
        known = self._limit(s, t)
        most = self._useful.at(row.location, row.material, t)
        bound = most if known is None else least(known, most)
        return greatest(bound, row.minimum[t])

    def shortfall(self, s: str, t: int) -> list[Term]:
        return [(1.0, self.short[s, t])] if (s, t) in self.short else []

    def _buy_route(self, s: str, t: int) -> Row:
        """buy <= U * active"""
        row = self._data.supply[s]
        route = self._data.route[row.route]
        maximum = None if route.maximum is None else self._data.most_under(route, t)
        known = [b for b in (self._limit(s, t), maximum) if b is not None]
        most = reduce(least, known, self._bound(s, t)) if row.minimum[t] == 0 else self._bound(s, t)
        most = self._useful.require(most, f"supply {s}")
        return at_most([(1.0, self.buy[s, t]), *scaled(-most, self._signings.active(row.route, t))], 0.0)

    def _buy_least(self, s: str, t: int) -> Row:
        """buy + buy_short (+ relief) >= minimum, times active if it has a route"""
        row = self._data.supply[s]
        active = self._signings.active(row.route, t) if row.route else []
        per = (0.0, active) if row.route else None
        less = self._data.relief.terms(LESS, "supplies", s, "minimum", t, most=row.minimum[t], per=per)
        left = [(1.0, self.buy[s, t]), *self.shortfall(s, t), *less]
        if not row.route:
            return at_least(left, row.minimum[t])
        return at_least(left + scaled(-row.minimum[t], active), 0.0)


class Sales:
    """sell[b,t], sell_full[b,t]."""

    def __init__(self, block: Block, data: Inputs, useful: Useful) -> None:
        rows = data.tables["sales"]
        keys = [(b.sale, t) for b in rows for t in data.horizon.window(b)]
        self._data = data
        self.sell = variables(block, "sell", keys, self._limit, self._least)
        limited = [k for k in keys if data.relief.asks("sales", "limit") and data.sale[k[0]].limit is not None]
        constrain(block, "sell_most", ((k, self._sell_most(*k)) for k in limited))
        asked = [k for k in keys if data.relief.asks("sales", "minimum") and data.sale[k[0]].minimum[k[1]] > 0]
        constrain(block, "sell_least", ((k, self._sell_least(*k)) for k in asked))
        _add_totals(block, data, "sell_total", rows, "sale", self.sell)

        def bound(b: str, t: int) -> float:
            limit = self._limit(b, t)
            return useful.require(FOREVER if limit is None else limit, f"sale {b}")

        self.full = _add_tiers(block, data, "sell", data.sale, self.sell, bound, self._larger)

    def _limit(self, b: str, t: int) -> float | None:
        """The outlet's limit."""
        row = self._data.sale[b]
        return None if row.limit is None else self._data.most_sold(row, t)

    def _least(self, b: str, t: int) -> float:
        """Its minimum, where that does not give way."""
        least: float = self._data.sale[b].minimum[t]
        return 0.0 if self._data.relief.asks("sales", "minimum") else least

    def _larger(self, b: str, t: int) -> list[Term]:
        """By how much the limit gives way."""
        data = self._data
        if data.sale[b].limit is None or not data.relief.asks("sales", "limit"):
            return []
        return data.relief.terms(MORE, "sales", b, "limit", t, most=data.room.any)

    def _sell_most(self, b: str, t: int) -> Row:
        """sell <= limit + relief; where it does not give way it is a bound"""
        return at_most([(1.0, self.sell[b, t]), *scaled(-1.0, self._larger(b, t))], self._data.sale[b].limit[t])

    def _sell_least(self, b: str, t: int) -> Row:
        """sell >= minimum - relief; where it does not give way it is a bound"""
        least = self._data.sale[b].minimum[t]
        less = self._data.relief.terms(LESS, "sales", b, "minimum", t, most=least)
        return at_least([(1.0, self.sell[b, t]), *less], least)


def _add_totals(block: Block, data: Inputs, name: str, rows: Any, key: str, amount: Mapping[Key, Any]) -> None:
    """sum_t L[t] amount <= total"""
    years, table = data.horizon.years, {"supply": "supplies", "sale": "sales"}[key]

    def total(row: Any) -> Row:
        terms = [(float(years[t]), amount[row[key], t]) for t in data.periods if (row[key], t) in amount]
        more = data.relief.terms(MORE, table, row[key], "total")
        return at_most(terms + scaled(-1.0, more), row.total)

    constrain(block, name, ((row[key], total(row)) for row in rows if row.total is not None))


def _add_tiers(
    block: Block, data: Inputs, verb: str, rows: Mapping[str, Any], amount: Mapping[Key, Any], bound: Any, larger: Any
) -> dict[Key, Any]:
    """A row with `after` opens only when that one is at its limit: a yes/no per period says so."""
    later = [(name, t) for name, t in amount if rows[name].after]
    firsts = {(rows[name].after, t) for name, t in later if (rows[name].after, t) in amount}
    full = binaries(block, f"{verb}_full", sorted(firsts))

    def tier(name: str, t: int) -> Row:
        """amount[name] <= U * full[after]; closed in periods in which the first is not offered"""
        first = (rows[name].after, t)
        gate = [(-bound(name, t), full[first])] if first in full else []
        return at_most([(1.0, amount[name, t]), *gate], 0.0)

    def filled(name: str, t: int) -> Row:
        """amount[after] >= limit * full[after]; the limit with its relief, which counts only when it is full"""
        limit, more = rows[name].limit[t], larger(name, t)
        if not more:
            return at_least([(1.0, amount[name, t]), (-limit, full[name, t])], 0.0)
        room = bound(name, t)
        return at_least([(1.0, amount[name, t]), *scaled(-1.0, more), (-limit - room, full[name, t])], -room)

    constrain(block, f"{verb}_tier", ((k, tier(*k)) for k in later))
    constrain(block, f"{verb}_filled", ((k, filled(*k)) for k in full))
    return full
