"""Demand: delivered or short, and end-of-life material coming back from deliveries."""

from __future__ import annotations

from typing import Any

from pyomo.environ import Block

from .inputs import Inputs
from .relief import LESS
from .rows import Row, Term, at_most, constrain, equal, scaled, variables


class Demands:
    """deliver[d,t] and short[d,t]."""

    def __init__(self, block: Block, data: Inputs) -> None:
        self._data = data
        self.rows = {row.demand: row for row in data.tables["demands"]}
        keys = [(d, t) for d in self.rows for t in data.periods]
        self.deliver = variables(block, "deliver", keys, lambda d, t: data.needed(self.rows[d], t))
        sheddable = [k for k in keys if self.rows[k[0]].penalty is not None]
        self.short = variables(block, "short", sheddable, self._most_short)
        constrain(block, "demand", ((k, self._demand(*k)) for k in keys))
        served = [k for k in sheddable if self.rows[k[0]].min_service[k[1]] > 0 and self._may_give_way()]
        constrain(block, "short_most", ((k, self._short_most(*k)) for k in served))

    def _most_short(self, d: str, t: int) -> float:
        row = self.rows[d]
        served = 0.0 if self._data.relief.asks("demands", "min_service") else row.min_service[t]
        return (1 - served) * self._data.needed(row, t)

    def _may_give_way(self) -> bool:
        return any(self._data.relief.asks("demands", column) for column in ("quantity", "min_service"))

    def less(self, d: str, t: int) -> list[Term]:
        """By how much the need gives way."""
        return self._data.relief.terms(LESS, "demands", d, "quantity", t, most=self._data.needed(self.rows[d], t))

    def _short_most(self, d: str, t: int) -> Row:
        """short <= (1 - min_service) * (needed - relief) + relief of the service"""
        row, needed = self.rows[d], self._data.needed(self.rows[d], t)
        less = self.less(d, t)
        per, most = (needed, scaled(-1.0, less)), row.min_service[t] * needed
        worse = self._data.relief.terms(LESS, "demands", d, "min_service", t, most=most, per=per)
        share = 1 - row.min_service[t]
        return at_most([(1.0, self.short[d, t]), *scaled(share, less), *scaled(-1.0, worse)], share * needed)

    def _demand(self, d: str, t: int) -> Row:
        """deliver + short (+ relief) = needed"""
        short = [(1.0, self.short[d, t])] if (d, t) in self.short else []
        return equal([(1.0, self.deliver[d, t]), *short, *self.less(d, t)], self._data.needed(self.rows[d], t))


class Returns:
    """collect[e,t]."""

    def __init__(self, block: Block, data: Inputs, demands: Demands) -> None:
        self._data, self._demands = data, demands
        self.rows = {row["return"]: row for row in data.tables["returns"]}
        keys = [(e, t) for e in self.rows for t in data.periods]
        self.collect = variables(block, "collect", keys)
        constrain(block, "collectable", ((k, self._collectable(*k)) for k in keys))

    def potential(self, e: str, t: int) -> list[Term]:
        """What earlier deliveries let us collect: sum_s lag[g,s,t] share deliver[d,s]"""
        row, h = self.rows[e], self._data.horizon
        return [
            (h.lagged(row.lag, s, t) * row.share, self._demands.deliver[d, s])
            for d, demand in self._demands.rows.items()
            if self._counts(row, demand)
            for s in h.upto(t)
            if h.lagged(row.lag, s, t) > 0
        ]

    def _collectable(self, e: str, t: int) -> Row:
        """collect <= base + sum_s lag[g,s,t] share deliver[d,s]"""
        return at_most([(1.0, self.collect[e, t]), *scaled(-1.0, self.potential(e, t))], self.rows[e].base[t])

    @staticmethod
    def _counts(row: Any, demand: Any) -> bool:
        return demand.material == row.delivered and (row.segment is None or demand.segment == row.segment)
