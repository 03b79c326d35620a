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
from .routes import Signings
from .rows import Row, Term, at_least, at_most, binaries, constrain, scaled, variables

Key = tuple[str, int]


class Purchases:
    """buy[s,t], buy_short[s,t], buy_full[s,t]."""

    def __init__(self, block: Block, data: Inputs, useful: Useful, signings: Signings) -> None:
        self._data, self._useful, self._signings = data, useful, signings
        rows = data.tables["supplies"]
        keys = [(s.supply, t) for s in rows for t in data.periods if data.horizon.in_window(s, t)]
        self.buy = variables(block, "buy", keys, lambda s, t: _limit(data.supply[s], t))
        least = [k for k in keys if data.supply[k[0]].minimum[k[1]] > 0]
        payable = [k for k in least if data.supply[k[0]].shortfall_cost is not None]
        self.short = variables(block, "buy_short", payable, lambda s, t: data.supply[s].minimum[t])
        constrain(block, "buy_route", ((k, self._buy_route(*k)) for k in keys if data.supply[k[0]].route))
        constrain(block, "buy_least", ((k, self._buy_least(*k)) for k in least))
        _add_totals(block, data, "buy_total", rows, "supply", self.buy)
        self.full = _add_tiers(block, data, "buy", data.supply, self.buy, self._bound)

    def _bound(self, s: str, t: int) -> float:
        """U: the offer's limit, or what can be used."""
        row = self._data.supply[s]
        known = _limit(row, t)
        most = self._useful.at(row.location, row.material, t)
        bound = most if known is None else least(known, most)
        return greatest(bound, row.minimum[t])

    def shortfall(self, s: str, t: int) -> list[Term]:
        return [(1.0, self.short[s, t])] if (s, t) in self.short else []

    def _buy_route(self, s: str, t: int) -> Row:
        """buy <= U * active"""
        row = self._data.supply[s]
        route = self._data.route[row.route]
        known = [b for b in (_limit(row, t), None if route.maximum is None else route.maximum[t]) if b is not None]
        most = reduce(least, known, self._bound(s, t)) if row.minimum[t] == 0 else self._bound(s, t)
        most = self._useful.require(most, f"supply {s}")
        return at_most([(1.0, self.buy[s, t]), *scaled(-most, self._signings.active(row.route, t))], 0.0)

    def _buy_least(self, s: str, t: int) -> Row:
        """buy + buy_short >= minimum, times active if it has a route"""
        row = self._data.supply[s]
        left = [(1.0, self.buy[s, t]), *self.shortfall(s, t)]
        if not row.route:
            return at_least(left, row.minimum[t])
        return at_least(left + scaled(-row.minimum[t], self._signings.active(row.route, t)), 0.0)


class Sales:
    """sell[b,t], sell_full[b,t]."""

    def __init__(self, block: Block, data: Inputs, useful: Useful) -> None:
        rows = data.tables["sales"]
        keys = [(b.sale, t) for b in rows for t in data.periods if data.horizon.in_window(b, t)]
        self.sell = variables(
            block, "sell", keys, lambda b, t: _limit(data.sale[b], t), lambda b, t: data.sale[b].minimum[t]
        )
        _add_totals(block, data, "sell_total", rows, "sale", self.sell)

        def bound(b: str, t: int) -> float:
            limit = _limit(data.sale[b], t)
            return useful.require(FOREVER if limit is None else limit, f"sale {b}")

        self.full = _add_tiers(block, data, "sell", data.sale, self.sell, bound)


def _limit(row: Any, t: int) -> float | None:
    return None if row.limit is None else row.limit[t]


def _add_totals(block: Block, data: Inputs, name: str, rows: Any, key: str, amount: Mapping[Key, Any]) -> None:
    """sum_t L[t] amount <= total"""
    years = data.horizon.years

    def total(row: Any) -> Row:
        terms = [(float(years[t]), amount[row[key], t]) for t in data.periods if (row[key], t) in amount]
        return at_most(terms, row.total)

    constrain(block, name, ((row[key], total(row)) for row in rows if row.total is not None))


def _add_tiers(
    block: Block, data: Inputs, verb: str, rows: Mapping[str, Any], amount: Mapping[Key, Any], bound: Any
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
        """amount[after] >= limit * full[after]"""
        return at_least([(1.0, amount[name, t]), (-rows[name].limit[t], full[name, t])], 0.0)

    constrain(block, f"{verb}_tier", ((k, tier(*k)) for k in later))
    constrain(block, f"{verb}_filled", ((k, filled(*k)) for k in full))
    return full
