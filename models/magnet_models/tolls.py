"""Tolling: oxide out, magnet back. What returns is tied to what was sent; nothing else may return."""

from __future__ import annotations

from typing import Any

from pyomo.environ import Block

from .arithmetic import matters
from .bounds import Useful
from .inputs import Inputs
from .relief import MORE
from .routes import Signings
from .rows import Row, Term, at_most, constrain, scaled, variables


class Tolls:
    """send[q,t] and what comes back."""

    def __init__(self, block: Block, data: Inputs, useful: Useful, signings: Signings) -> None:
        self._data, self._useful, self._signings = data, useful, signings
        self.rows = {row.toll: row for row in data.tables["tolls"]}
        keys = [(q, t) for q, row in self.rows.items() for t in data.periods if signings.active(row.route, t)]
        self.send = variables(block, "send", keys, lambda q, t: self._own_capacity(self.rows[q], t))
        capped = [k for k in keys if data.relief.asks("tolls", "capacity") and self.rows[k[0]].capacity is not None]
        constrain(block, "send_most", ((k, self._send_most(*k)) for k in capped))
        constrain(block, "toll_route", ((k, self._toll_route(*k)) for k in keys))

    def _own_capacity(self, row: Any, t: int) -> float | None:
        return None if row.capacity is None else self._data.most_tolled(row, t)

    def _send_most(self, q: str, t: int) -> Row:
        """send <= capacity + relief; where it does not give way it is a bound"""
        relief, row = self._data.relief, self.rows[q]
        more = relief.terms(MORE, "tolls", q, "capacity", t, most=self._data.room.of_material(row.sent))
        return at_most([(1.0, self.send[q, t]), *scaled(-1.0, more)], row.capacity[t])

    def _toll_route(self, q: str, t: int) -> Row:
        """send <= U * active"""
        row = self.rows[q]
        most = self._useful.require(self._useful.toll(row, t), f"toll {q}")
        return at_most([(1.0, self.send[q, t]), *scaled(-most, self._signings.active(row.route, t))], 0.0)

    def returned(self, row: Any, t: int) -> list[Term]:
        """Product that comes back to us in t."""
        return self._back(row, t, row["yield"] * (1 - row.partner_share))

    def swarf(self, row: Any, t: int) -> list[Term]:
        """Our swarf that comes back in t."""
        return self._back(row, t, row.swarf_yield * row.swarf_share) if row.swarf else []

    def kept(self, row: Any, t: int) -> dict[str, list[Term]]:
        """What the partner has of its own in t, by material: its share of what is made and of the swarf."""
        kept = {row.returned: self._back(row, t, row["yield"] * row.partner_share)}
        if row.swarf:
            swarf = self._back(row, t, row.swarf_yield * (1 - row.swarf_share))
            kept[row.swarf] = kept.get(row.swarf, []) + swarf
        return kept

    def _back(self, row: Any, t: int, per_tonne: float) -> list[Term]:
        h = self._data.horizon
        return [
            (share * per_tonne, self.send[row.toll, s])
            for s in h.upto(t)
            if (row.toll, s) in self.send and matters(per_tonne) and (share := h.lagged(row.lag, s, t)) > 0
        ]
