"""Stocks between periods, strategic reserves included."""

from __future__ import annotations

from typing import Any

from pyomo.environ import Block

from .arithmetic import greatest
from .inputs import Inputs
from .rows import Contradiction, Term, variables


class Stocks:
    """store[k,t]: t in stock at the end of the period."""

    def __init__(self, block: Block, data: Inputs) -> None:
        self._data = data
        self.rows = {row.stock: row for row in data.tables["stocks"]}
        keys = [(k, t) for k in self.rows for t in data.periods]
        self.store = variables(block, "store", keys, self._most, self._least)

    def _most(self, k: str, t: int) -> float | None:
        capacity = self.rows[k].capacity
        return None if capacity is None else capacity[t]

    def _least(self, k: str, t: int) -> float:
        row = self.rows[k]
        least = row.minimum[t]
        if t == self._data.periods[-1] and row.final is not None:
            least = greatest(least, row.final)
        most = self._most(k, t)
        if most is not None and least > most:
            raise Contradiction(f"stock {k} must hold {least} t at the end of {t} but has room for {most} t")
        return least

    def kept(self, row: Any, t: int) -> float:
        """Share of the opening stock still there at the end of the period."""
        return (1 - row.loss) ** self._data.horizon.years[t]

    def change(self, row: Any, t: int) -> tuple[float, list[Term]]:
        """What the stock gives to the balance of t, per year: (keep * opening - closing) / L, as constant and terms."""
        length = self._data.horizon.years[t]
        before = self._data.horizon.before(t)
        keep = self.kept(row, t) / length
        closing = (-1.0 / length, self.store[row.stock, t])
        if before is None:
            return keep * row.initial, [closing]
        return 0.0, [(keep, self.store[row.stock, before]), closing]
