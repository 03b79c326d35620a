"""Custody: the part of each flow that is free of the exposed country, followed from the mine to the delivery.

Every flow of a material with tracked elements has a free part, a flow of its own; so "this tonne is free from mine to
magnet" is exact, and linear. Free tonnes may at any place be counted with the others (sold, disposed of, blended);
never the other way round.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from pyomo.environ import Block

from .arithmetic import total
from .balances import (
    Contribution,
    Sum,
    collection,
    consumption,
    delivery,
    listed,
    production,
    sent,
    shipping,
    stored,
    trade,
)
from .exposure import requirement
from .grids import NONE
from .inputs import Inputs, Refused
from .relief import LESS
from .rows import Row, Term, at_least, at_most, constrain, scaled, variables

if TYPE_CHECKING:
    from .model import Scenario

Key = tuple[Any, ...]


class Provenance:
    """What carries custody, and which work and purchases are free, period by period."""

    def __init__(self, data: Inputs) -> None:
        self._data, self._exposed = data, data.settings["exposed_country"]
        self._stages = {row.stage for row in data.tables["stages"] if row.custody}
        self._carrying = {m for m, content in data.content.items() if any(x > 0 for x in content.values())}
        self._followed = {p for p in data.stage_of if self.carries(*(row.material for row in data.recipe[p]))}
        self._tolls = {row.toll: row for row in data.tables["tolls"]}
        self._returns = {row["return"]: row for row in data.tables["returns"]}

    def carries(self, *materials: str | None) -> bool:
        """Whether any of the materials holds a tracked element."""
        return any(m in self._carrying for m in materials)

    def follows(self, process: str) -> bool:
        """Whether a process takes or makes such a material."""
        return process in self._followed

    def free_run(self, f: str, p: str, t: int) -> bool:
        """No part of a custody stage's work under the exposed country's control; part control is not free."""
        if not self.follows(p):
            return False
        return self._data.stage_of[p] not in self._stages or not self._data.control(f, t).get(self._exposed)

    def free_supply(self, name: str, t: int) -> bool:
        """Nothing of a custody stage done in the exposed country, for any element.

        A material outside the chain says nothing of its stages: it is free if it was not made in the exposed country.
        """
        row = self._data.supply[name]
        if self._data.material[row.material].stage is None and self._data.origin(row) == self._exposed:
            return False
        return self.carries(row.material) and not self._embedded("supply", name, row.material, t)

    def free_toll(self, name: str, t: int) -> bool:
        """What comes back in t had no custody stage done in the exposed country, additions of the partner included."""
        return not self._embedded("toll", name, self._tolls[name].returned, t)

    def free_return(self, name: str) -> bool:
        row = self._returns[name]
        return bool(row.free) and self.carries(row.material)

    def _embedded(self, owner: str, name: str, material: str, t: int) -> bool:
        content = self._data.content.get(material, {})
        return any(
            share > 0
            for (stage, element, country), share in self._data.embedded(owner, name, t).items()
            if country == self._exposed and stage in self._stages and content[element] > 0
        )


class Custody:
    """run_free, ship_free, buy_free, store_free, send_free, collect_free, deliver_free: the free part of each flow.

    `total` gives the number of a flow that is decided already; without it the flows are the scenario's variables.
    """

    def __init__(self, s: Scenario, block: Block, total: Callable[[Any], float] | None = None) -> None:
        if not s.data.settings["exposed_country"]:
            raise Refused("free tonnes are asked for, but settings have no exposed_country: free of which country?")
        self._s, self._data, self._total = s, s.data, total
        self.provenance = Provenance(s.data)
        self.run = variables(block, "run_free", *self._part(s.facilities.run, self.provenance.free_run))
        self.ship = variables(block, "ship_free", *self._part(s.lanes.ship, lambda a, m, t: self._carries(m)))
        self.buy = variables(block, "buy_free", *self._part(s.purchases.buy, self.provenance.free_supply))
        self.store = variables(block, "store_free", *self._part(s.stocks.store, self._stored))
        self.send = variables(block, "send_free", *self._part(s.tolls.send, self._sent))
        self.collect = variables(block, "collect_free", *self._part(s.returns.collect, self._collected))
        self.deliver = variables(block, "deliver_free", *self._part(s.demands.deliver, self._delivered))
        self._free = {whole: part for _, _, whole, part in self.parts()}
        if total is None:
            constrain(block, "free_part", (((flow, *k), self._free_part(w, x)) for flow, k, w, x in self.parts()))
            asked = [k for k in s.demands.deliver if self._least(*k) > 0]
            constrain(block, "free_least", ((k, self._free_least(*k)) for k in asked))
        self._add_free_balances(block)

    # ------------------------------------------------------------ which flows have a free part

    def _part(
        self, totals: Mapping[Key, Any], may_be_free: Callable[..., bool]
    ) -> tuple[list[Key], Callable[..., float] | None]:
        """Keys of the free part, and its bound where the whole is a number. Sparse: nothing where that is 0."""
        total = self._total
        if total is None:
            return [k for k in totals if may_be_free(*k)], None
        return [k for k, v in totals.items() if total(v) > 0 and may_be_free(*k)], lambda *k: total(totals[k])

    def _carries(self, material: str) -> bool:
        return self.provenance.carries(material)

    def _stored(self, k: str, t: int) -> bool:
        return self._carries(self._s.stocks.rows[k].material)

    def _sent(self, q: str, s: int) -> bool:
        """Anything that carries custody comes back free in some period."""
        row, h = self._s.tolls.rows[q], self._data.horizon
        back = (t for t in h.periods if h.lagged(row.lag, s, t) > 0 and self.provenance.free_toll(q, t))
        return self.provenance.carries(row.returned, row.swarf) and next(back, None) is not None

    def _collected(self, e: str, t: int) -> bool:
        return self.provenance.free_return(e)

    def _delivered(self, d: str, t: int) -> bool:
        return self._carries(self._s.demands.rows[d].material)

    def flows(self) -> dict[str, tuple[Mapping[Key, Any], Mapping[Key, Any]]]:
        """The whole and the free part of each kind of flow."""
        s = self._s
        return {
            "run": (s.facilities.run, self.run),
            "ship": (s.lanes.ship, self.ship),
            "buy": (s.purchases.buy, self.buy),
            "store": (s.stocks.store, self.store),
            "send": (s.tolls.send, self.send),
            "collect": (s.returns.collect, self.collect),
            "deliver": (s.demands.deliver, self.deliver),
        }

    def parts(self) -> Iterator[tuple[str, Key, Any, Any]]:
        """Flow, key, whole and free part."""
        for flow, (wholes, parts) in self.flows().items():
            for key, part in parts.items():
                yield flow, key, wholes[key], part

    # ------------------------------------------------------------ sums

    def delivered(self, t: int, demands: Iterable[str] | None = None) -> list[Term]:
        """t/y delivered free, to all demands or some."""
        named = set(self._s.demands.rows if demands is None else demands)
        return [(1.0, v) for (d, u), v in self.deliver.items() if u == t and d in named]

    def free_share(self, periods: Iterable[int]) -> list[Term]:
        """sum_t L[t] sum_d weight[d] deliver_free / sum_t L[t] requirement, weight = sum_e weight[e] content.

        Comparable with the index: what is short counts as not free.
        """
        periods, years = list(periods), self._data.horizon.years
        required = total(years[t] * requirement(self._data, t) for t in periods)
        if required <= 0:
            raise Refused("the free share has no meaning: the demand holds none of the elements")
        return [
            x
            for t in periods
            for d in self._s.demands.rows
            for x in scaled(years[t] * self._element_weight(d) / required, self.delivered(t, [d]))
        ]

    def _element_weight(self, d: str) -> float:
        weight = {row.element: row.weight for row in self._data.tables["elements"]}
        return total(weight[e] * x for e, x in self._data.content.get(self._s.demands.rows[d].material, {}).items())

    # ------------------------------------------------------------ constraints

    @staticmethod
    def _free_part(whole: Any, part: Any) -> Row:
        """x_free <= x"""
        return at_most([(1.0, part), (-1.0, whole)], 0.0)

    def _least(self, d: str, t: int) -> float:
        return self._s.demands.rows[d].min_free[t]  # type: ignore[no-any-return]

    def _free_least(self, d: str, t: int) -> Row:
        """deliver_free (+ relief) >= min_free * deliver"""
        free = [(1.0, self.deliver[d, t])] if (d, t) in self.deliver else []
        least, delivered = self._least(d, t), self._s.demands.deliver[d, t]
        most, per = least * self._data.needed(self._s.demands.rows[d], t), (0.0, [(1.0, delivered)])
        less = self._data.relief.terms(LESS, "demands", d, "min_free", t, most=most, per=per)
        return at_least([*free, *less, (-least, delivered)], 0.0)

    def _add_free_balances(self, block: Block) -> None:
        """The balance of each place with its free parts alone, at least 0: what is left over counts with the others."""
        free_of = np.full(max(self._free, default=0) + 1, NONE)  # NONE: it has no free part
        free_of[list(self._free)] = list(self._free.values())
        gathered = Sum(self._data.periods)
        for contribution in (*_UNCHANGED, _tolling_free, _storage_free):
            for whole in contribution(self._s):
                lines = [i for i, (_, material) in enumerate(whole.sites) if self._carries(material)]
                gathered.add(_free_contribution(whole, lines, free_of))
        gathered.constrain(block, "free_balance", exact=False)


def _free_contribution(whole: Contribution, lines: list[int], free_of: np.ndarray) -> Contribution:
    """Some lines of a contribution, with the free parts in place of the flows."""
    value, column = np.broadcast_to(whole.value, whole.column.shape)[lines], whole.column[lines]
    known = (column != NONE) & (column < len(free_of))
    free = np.where(known, free_of[np.where(known, column, 0)], NONE)
    constant = None if whole.constant is None else whole.constant[lines]
    return Contribution([whole.sites[i] for i in lines], value, free, constant)


# A run takes all its inputs and makes all its outputs free, or none; what is not in `_free` has no free part.
_UNCHANGED: tuple[Callable[[Scenario], Iterator[Contribution]], ...] = (
    production,
    consumption,
    shipping,
    trade,
    collection,
    delivery,
)


def _tolling_free(s: Scenario) -> Iterator[Contribution]:
    """As tolling, but only what comes back in a period in which the partner's work is free."""
    provenance = Provenance(s.data)
    yield sent(s)
    for q, row in s.tolls.rows.items():
        free = [provenance.free_toll(q, t) for t in s.data.periods]
        for material, back in ((row.returned, s.tolls.returned), (row.swarf, s.tolls.swarf)):
            if material:
                terms = [back(row, t) if is_free else [] for t, is_free in zip(s.data.periods, free, strict=True)]
                yield from listed((row.destination, material), terms)


def _storage_free(s: Scenario) -> Iterator[Contribution]:
    """As storage; of the opening stock the share that is known to be free."""
    yield from stored(s, lambda row: row.initial_free)


def needs_custody(data: Inputs) -> bool:
    """Whether a demand asks for free tonnes, or a limit counts them."""
    asked = any(x > 0 for row in data.tables["demands"] for x in row.min_free.values())
    return asked or any(row.metric == "free delivered" for row in data.tables["limit_terms"])
