"""The arithmetic pre-check: what can come at most against what must be met at least, before any solving.

A cut is a set of materials, each with a weight, in all places or in one. Adding up the balances of its places, weighed,
every plan has: what must leave the cut <= what processes bring into it, and what is bought, shipped in, comes back from
tolling, is collected or taken from stock. Bounding each of these from above (`Greatest`) proves a shortage where the sum
is still too small. One limit at a time is counted too, as a fractional knapsack. What nothing bounds is left out, so a
shortfall is always a proof, and no shortfall proves nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from magnet_models.horizon import FOREVER
from magnet_models.inputs import Inputs

from .findings import Number, Shortfall
from .greatest import Greatest
from .policy import Cap, caps_of

# Relative and absolute: what the solver itself would let pass.
TOLERANCE = 1e-6


@dataclass(frozen=True)
class Cut:
    """What is reckoned: tonnes of a material, or of an element in everything at a stage and after it.

    weights: material -> what a tonne of it counts. location: only this place (None: all together).
    """

    stage: str
    element: str
    material: str
    location: str | None
    weights: Mapping[str, float] = field(hash=False)

    def __str__(self) -> str:
        if self.element:
            return f"{self.element} at stage {self.stage} or later"
        return f"{self.material} at {self.location}" if self.location else self.material


@dataclass(frozen=True)
class Flow:
    """One thing that brings something into a cut: at most `most` t/y of itself, `gain` into the cut per tonne of it.

    key: ('run', facility, process) or ('buy', supply), as limits count them; others limits do not bound here.
    shared: flows of one name share `room`, each tonne using `usage` of it (a facility's capacity).
    """

    key: tuple[str, ...]
    kind: str
    gain: float
    most: float
    number: Number
    shared: str = ""
    room: float = FOREVER
    usage: float = 0.0


@dataclass(frozen=True)
class Reckoning:
    """Supply, capacity and demand of a cut in a period (None: over the horizon, t).

    offers: bought, shipped in, back from tolling, collected, from stock. capacity: what plants can make of it. have: the
    most there can be, after the limit named `limit` if one makes it less. need: what must be met. All t/y of material or
    element.
    """

    cut: Cut
    period: int | None
    offers: float
    capacity: float
    have: float
    need: float
    limit: str
    numbers: tuple[Number, ...]

    @property
    def short(self) -> bool:
        return self.need - self.have > TOLERANCE * max(1.0, abs(self.need))


def reckonings(data: Inputs, china_cap: Mapping[int, float] | None = None) -> list[Reckoning]:
    """Every cut and period in which something is asked for and what can come is bounded."""
    most = Greatest(data)
    caps = {t: caps_of(data, most, t, china_cap or {}) for t in data.periods}
    found = []
    for cut in _cuts(data):
        by_period = [r for t in data.periods if (r := _reckoned(data, most, cut, t, caps[t])) is not None]
        whole = None if any(r.short for r in by_period) else _over_the_horizon(data, most, cut)
        found += [*by_period, *([whole] if whole is not None else [])]
    return found


def shortfalls(data: Inputs, china_cap: Mapping[int, float] | None = None) -> list[Shortfall]:
    """What is proved to be too little, earliest stages first; a place only where all places together have enough."""
    return shortfalls_in(reckonings(data, china_cap))


def shortfalls_in(found: Sequence[Reckoning]) -> list[Shortfall]:
    """See `shortfalls`."""
    short = [r for r in found if r.short]
    together = {(r.cut.material, r.period) for r in short if r.cut.location is None}
    return [
        Shortfall(_what(r), r.period, r.have, r.need, r.numbers)
        for r in short
        if r.cut.location is None or (r.cut.material, r.period) not in together
    ]


def _what(r: Reckoning) -> str:
    return f"{r.cut} within {r.limit}" if r.limit else str(r.cut)


# ---------------------------------------------------------------- cuts


def _cuts(data: Inputs) -> Iterator[Cut]:
    """By stage and element, then by material asked for, then by place."""
    order = {m: data.stage_order[row.stage] for m, row in data.material.items() if row.stage}
    for stage, n in sorted(data.stage_order.items(), key=lambda kv: kv[1]):
        for element in (row.element for row in data.tables["elements"]):
            inside = {m: data.content.get(m, {}).get(element, 0.0) for m, k in order.items() if k >= n}
            yield Cut(stage, element, "", None, {m: c for m, c in inside.items() if c > 0})
    asked = sorted({(d.material, d.location) for d in data.tables["demands"]})
    for material in dict.fromkeys(m for m, _ in asked):
        yield Cut(data.material[material].stage or "", "", material, None, {material: 1.0})
    if len(data.country) > 1:
        for material, location in asked:
            yield Cut(data.material[material].stage or "", "", material, location, {material: 1.0})


# ---------------------------------------------------------------- one cut


def _reckoned(data: Inputs, most: Greatest, cut: Cut, t: int, caps: Sequence[Cap]) -> Reckoning | None:
    need, asked = _need(data, most, cut, t)
    if need <= TOLERANCE:
        return None
    flows = list(_flows(data, most, cut, t))
    offers, capacity = _sum(f for f in flows if f.kind == "offer"), _sum(f for f in flows if f.kind == "capacity")
    have, limit, numbers = offers + capacity, "", [f.number for f in flows if f.gain * f.most > 0]
    for cap in caps:
        within = cap.greatest({f.key: (f.gain, f.most) for f in flows if f.key}, _sum(f for f in flows if not f.key))
        if within < have - TOLERANCE * max(1.0, within):
            have, limit = within, cap.name
            numbers = [cap.number, *(f.number for f in flows if f.gain * f.most > 0)]
    return None if have == FOREVER else Reckoning(cut, t, offers, capacity, have, need, limit, (*asked, *numbers))


def _over_the_horizon(data: Inputs, most: Greatest, cut: Cut) -> Reckoning | None:
    """The same summed over the years, with reserves of mines, totals of offers and stocks only once."""
    years = data.horizon.years
    need, offers, capacity = 0.0, 0.0, 0.0
    asked: list[Number] = []
    numbers: list[Number] = []
    by_key: dict[tuple[str, ...], float] = {}
    for t in data.periods:
        one, more = _need(data, most, cut, t, stocks=False)
        need, asked = need + years[t] * one, asked + list(more)
        groups: dict[str, list[Flow]] = {}
        for flow in _flows(data, most, cut, t, stocks=False):
            groups.setdefault(flow.shared or f"{flow.number.table} {flow.key} {flow.number.name}", []).append(flow)
        for name, flows in groups.items():
            key = (flows[0].kind, name)
            by_key[key] = by_key.get(key, 0.0) + years[t] * _sum(flows)
            numbers += [f.number for f in flows if f.gain * f.most > 0]
    once, totals = _totals(data, cut)
    for (kind, name), amount in by_key.items():
        amount = min(amount, once.get(name, FOREVER))
        offers, capacity = offers + amount * (kind == "offer"), capacity + amount * (kind == "capacity")
    for row in data.tables["stocks"]:
        if _inside(cut, row.location) and (weight := cut.weights.get(row.material, 0.0)) > 0:
            offers, need = offers + weight * row.initial, need + weight * most.closing(row, data.periods[-1])
    have = offers + capacity
    if have == FOREVER or need <= TOLERANCE or not once:
        return None  # without totals the years by themselves say the same
    return Reckoning(cut, None, offers, capacity, have, need, "", (*dict.fromkeys([*asked, *totals, *numbers]),))


def _totals(data: Inputs, cut: Cut) -> tuple[dict[str, float], list[Number]]:
    """Most that a facility's reserve or an offer's total can ever bring into the cut, by name of the group of flows."""
    once, numbers = {}, []
    for row in data.tables["facilities"]:
        if row.reserve is not None:
            gains = [_gain(data, cut, o, t) for o in data.operations.get(row.facility, []) for t in data.periods]
            if (gain := max(gains, default=0.0)) > 0:
                once[f"facility {row.facility}"] = row.reserve * gain
                numbers.append(Number("facilities", row.facility, "reserve"))
    for row in data.tables["supplies"]:
        weight = cut.weights.get(row.material, 0.0)
        if row.total is not None and weight > 0 and _inside(cut, row.location):
            once[f"supplies {('buy', row.supply)} {row.supply}"] = row.total * weight
            numbers.append(Number("supplies", row.supply, "total"))
    return once, numbers


def _inside(cut: Cut, location: str) -> bool:
    return cut.location in (None, location)


def _need(data: Inputs, most: Greatest, cut: Cut, t: int, stocks: bool = True) -> tuple[float, list[Number]]:
    """What must leave the cut: demand without shedding, sales and closing stocks that are asked for."""
    need, numbers = 0.0, []
    for row in data.tables["demands"]:
        weight = cut.weights.get(row.material, 0.0) if _inside(cut, row.location) else 0.0
        share = 1.0 if row.penalty is None else row.min_service[t]
        if (must := weight * share * data.needed(row, t)) > 0:
            need += must
            numbers.append(Number("demands", row.demand, "quantity", t))
    for row in data.tables["sales"]:
        weight = cut.weights.get(row.material, 0.0) if _inside(cut, row.location) else 0.0
        if data.horizon.in_window(row, t) and weight * row.minimum[t] > 0:
            need += weight * row.minimum[t]
            numbers.append(Number("sales", row.sale, "minimum", t))
    for row in data.tables["stocks"] if stocks else ():
        weight = cut.weights.get(row.material, 0.0) if _inside(cut, row.location) else 0.0
        if weight * (closing := most.closing(row, t)) > 0:
            need += weight * closing / data.horizon.years[t]
            final = row.final is not None and t == data.periods[-1] and row.final > row.minimum[t]
            numbers.append(Number("stocks", row.stock, "final" if final else "minimum", None if final else t))
    return need, numbers


def _gain(data: Inputs, cut: Cut, operation: Any, t: int) -> float:
    """What a tonne of activity brings into the cut, less what it takes out of it; 0 if it takes more."""
    facility, process = operation.facility, operation.process
    if not _inside(cut, data.facility[facility].location):
        return 0.0
    products = {row.material for row in data.products(process)}
    gain = 0.0
    for row in data.recipe[process]:
        kept = data.kept(facility) if row.direction == "output" and row.material in products else 1.0
        gain += (1 if row.direction == "output" else -1) * kept * row.quantity[t] * cut.weights.get(row.material, 0.0)
    return max(gain, 0.0)


def _flows(data: Inputs, most: Greatest, cut: Cut, t: int, stocks: bool = True) -> Iterator[Flow]:
    """Everything that can bring something into the cut in a period."""
    for row in data.tables["operations"]:
        if (gain := _gain(data, cut, row, t)) > 0 and (run := most.run(row, t)) > 0:
            number = Number("facilities", row.facility, "capacity", t)
            if not row.usage or (row.limit is not None and row.limit[t] < most.capacity(row.facility, t) / row.usage):
                number = Number("operations", f"{row.facility}, {row.process}", "limit", t)
            room = most.capacity(row.facility, t) if row.usage else FOREVER
            key = ("run", row.facility, row.process)
            yield Flow(key, "capacity", gain, run, number, f"facility {row.facility}", room, row.usage)
    for row in data.tables["supplies"]:
        weight = cut.weights.get(row.material, 0.0)
        if weight > 0 and _inside(cut, row.location) and (buy := most.buy(row, t)) > 0:
            yield Flow(("buy", row.supply), "offer", weight, buy, Number("supplies", row.supply, "limit", t))
    yield from _returning(data, most, cut, t)
    for row in data.tables["stocks"] if stocks else ():
        weight = cut.weights.get(row.material, 0.0)
        if weight > 0 and _inside(cut, row.location) and (opening := most.opening(row, t)) > 0:
            column = "initial" if data.horizon.before(t) is None else "capacity"
            number = Number("stocks", row.stock, column, None if column == "initial" else data.horizon.before(t))
            yield Flow((), "offer", weight, opening / data.horizon.years[t], number)
    if cut.location is not None:
        for row in data.tables["freight"]:
            lane, weight = data.lane[row.lane], cut.weights.get(row.material, 0.0)
            comes = lane.destination == cut.location and lane.origin != cut.location
            if comes and weight > 0 and (arrive := most.arrive(row, t)) > 0:
                own = row.capacity is not None and (lane.capacity is None or row.capacity[t] <= lane.capacity[t])
                name, table = (f"{row.lane}, {row.material}", "freight") if own else (row.lane, "lanes")
                yield Flow((), "offer", weight, arrive, Number(table, name, "capacity", t))


def _returning(data: Inputs, most: Greatest, cut: Cut, t: int) -> Iterator[Flow]:
    """Back from tolling, and collected at the end of life."""
    for row in data.tables["tolls"]:
        if not _inside(cut, row.destination):
            continue
        number = Number("tolls", row.toll, "capacity", t) if row.capacity else Number("routes", row.route, "maximum", t)
        returned = [(row.returned, row["yield"] * (1 - row.partner_share))]
        returned += [(row.swarf, row.swarf_yield * row.swarf_share)] if row.swarf else []
        for material, per_tonne in returned:
            weight = cut.weights.get(material, 0.0)
            if weight > 0 and (back := most.back(row, t, per_tonne)) > 0:
                yield Flow((), "offer", weight, back, number)
    for row in data.tables["returns"]:
        weight = cut.weights.get(row.material, 0.0)
        if weight > 0 and _inside(cut, row.location) and (collect := most.collect(row, t)) > 0:
            yield Flow((), "offer", weight, collect, Number("returns", row["return"], "base", t))


def _sum(flows: Any) -> float:
    """The most flows bring in together; those of one facility share its capacity, best use of it first."""
    total = 0.0
    shared: dict[str, list[Flow]] = {}
    for flow in flows:
        if flow.shared and flow.usage:
            shared.setdefault(flow.shared, []).append(flow)
        else:
            total += flow.gain * flow.most
    for members in shared.values():
        room = members[0].room
        for flow in sorted(members, key=lambda f: -f.gain / f.usage):
            used = min(flow.most, room / flow.usage)
            total, room = total + flow.gain * used, room - used * flow.usage
    return float(total)
