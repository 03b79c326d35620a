"""Stocks between periods, strategic reserves included."""

from __future__ import annotations

from typing import Any

from pyomo.environ import Block

from .arithmetic import greatest
from .inputs import Inputs
from .relief import LESS, MORE
from .rows import Contradiction, Row, at_least, at_most, constrain, scaled, variables


class Stocks:
    """store[k,t]: t in stock at the end of the period."""

    def __init__(self, block: Block, data: Inputs) -> None:
        self._data = data
        self.rows = {row.stock: row for row in data.tables["stocks"]}
        keys = [(k, t) for k in self.rows for t in data.periods]
        self.store = variables(block, "store", keys, self._most, self._least)
        # Where they give way they are rows, otherwise bounds.
        giving = keys if data.relief.asks("stocks", "capacity") else []
        roomy = [k for k in giving if self.rows[k[0]].capacity is not None]
        constrain(block, "store_most", ((k, self._store_most(*k)) for k in roomy))
        asked = [k for k in giving if self.rows[k[0]].minimum[k[1]] > 0]
        constrain(block, "store_least", ((k, self._store_least(*k)) for k in asked))
        last = data.periods[-1]
        ended = [k for k in giving if k[1] == last and self.rows[k[0]].final is not None]
        constrain(block, "store_final", ((k, self._store_final(*k)) for k in ended))

    def _most(self, k: str, t: int) -> float | None:
        row = self.rows[k]
        return None if row.capacity is None else self._data.most_stored(row, t)

    def _least(self, k: str, t: int) -> float:
        row = self.rows[k]
        if self._data.relief.asks("stocks", "minimum"):
            return 0.0
        least = row.minimum[t]
        if t == self._data.periods[-1] and row.final is not None:
            least = greatest(least, row.final)
        most = self._most(k, t)
        if most is not None and least > most:
            raise Contradiction(f"stock {k} must hold {least} t at the end of {t} but has room for {most} t")
        return least

    def _store_most(self, k: str, t: int) -> Row:
        """store <= capacity + relief"""
        relief, row = self._data.relief, self.rows[k]
        more = relief.terms(MORE, "stocks", k, "capacity", t, most=self._data.room.of_stock(row.material))
        return at_most([(1.0, self.store[k, t]), *scaled(-1.0, more)], row.capacity[t])

    def _store_least(self, k: str, t: int) -> Row:
        """store >= minimum - relief"""
        least = self.rows[k].minimum[t]
        less = self._data.relief.terms(LESS, "stocks", k, "minimum", t, most=least)
        return at_least([(1.0, self.store[k, t]), *less], least)

    def _store_final(self, k: str, t: int) -> Row:
        """store >= final - relief, in the last period"""
        final = self.rows[k].final
        less = self._data.relief.terms(LESS, "stocks", k, "final", most=final)
        return at_least([(1.0, self.store[k, t]), *less], final)

    def kept(self, row: Any, t: int) -> float:
        """Share of the opening stock still there at the end of the period."""
        return (1 - row.loss) ** self._data.horizon.years[t]
