"""From solver values to plan tables: one function per table of `plan_schema`, nothing recomputed that was decided."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from .attribution import NOISE, Free, attribute, with_free
from .collector import collector_off
from .plan_schema import PLAN_TABLES, plan_frame

Key = TypeVar("Key")


class Reader:
    """Values of a solved model, by variable and by sum of terms; noise is 0."""

    def __init__(self, scenario: Any, values: np.ndarray, free: Free | None) -> None:
        self.s, self._free = scenario, free
        self._values: list[float] = np.where(np.abs(values) < NOISE, 0.0, values).tolist()

    def __call__(self, variable: int) -> float:
        return self._values[variable]

    def happening(self, variables: Mapping[Key, int]) -> Iterator[tuple[Key, float]]:
        """Key and value of each variable that is not 0."""
        values = self._values
        for key, variable in variables.items():
            if value := values[variable]:
                yield key, value

    def sum(self, terms: Iterable[tuple[float, Any]]) -> float:
        return sum(c * self(v) for c, v in terms)

    def free(self, flow: str, key: Any, *materials: str | None) -> float | None:
        """Free part of a flow of these materials; None if it is not followed."""
        return None if self._free is None else self._free.of(flow, key, *materials)


Rows = Iterator[tuple[Any, ...]]


def builds(r: Reader) -> Rows:
    s = r.s
    for x, t in s.expansions.keys:
        size = r.sum(s.expansions.size(x, t))
        modules = r.sum(s.expansions.built(x, t))
        if size <= NOISE and modules <= NOISE:
            continue
        row = s.data.expansion[x]
        place = s.data.facility[row.facility].location
        money = s.data.horizon.escalation[t]
        capital = r.sum(s.expansions.capital(x, t)) * money
        granted = s.expansions.subsidy.get((x, t))
        yield (
            x,
            row.facility,
            place,
            s.data.country[place],
            t,
            t + row.lead_time,
            None if row.sizing == "continuous" else modules,
            size,
            capital,
            capital * (1 - s.data.equity(row.facility)),
            r(granted) * money if granted is not None else 0.0,
        )


def signings(r: Reader) -> Rows:
    for (name, t), sign in r.s.signings.sign.items():
        if r(sign) > 0.5:
            row = r.s.data.route[name]
            start = t + row.lead_time
            end = None if row.duration is None else start + row.duration
            yield name, row.kind, row.partner, row.country, t, start, end


def lane_openings(r: Reader) -> Rows:
    for (lane, t), opened in r.s.openings.open.items():
        if r(opened) > 0.5:
            yield lane, t


def retirements(r: Reader) -> Rows:
    for (f, t), closed in r.happening(r.s.facilities.retire):
        yield f, t, closed


def activity(r: Reader) -> Rows:
    for (f, p, t), run in r.happening(r.s.facilities.run):
        materials = (row.material for row in r.s.data.recipe[p])
        yield f, p, t, run, r.free("run", (f, p, t), *materials)


def capacity(r: Reader) -> Rows:
    fs = r.s.facilities
    built: dict[str, list[tuple[Any, int, float]]] = defaultdict(list)
    for x, t in r.s.expansions.keys:
        if size := r.sum(r.s.expansions.size(x, t)):
            built[r.s.data.expansion[x].facility].append((r.s.data.expansion[x], t, size))
    load: dict[Any, float] = defaultdict(float)
    for (f, p, t), run in r.happening(fs.run):
        load[f, t] += fs.operation[f, p].usage * run
    for f, row in r.s.data.facility.items():
        for t in r.s.data.periods:
            constant, terms = fs.existing(f, t)
            existing, here = constant + r.sum(terms), r.s.data.horizon.in_window(row, t)
            added = sum(size * r.s.data.available(x, decided, t) for x, decided, size in built[f]) if here else 0.0
            available = (existing + added) * row.availability[t]
            used = load.get((f, t), 0.0)
            if available > NOISE or used > NOISE:
                yield f, t, existing, added, available, used, used / available if available > NOISE else None


def flows(r: Reader) -> Rows:
    for (a, m, t), loaded in r.happening(r.s.lanes.ship):
        arrived = loaded * (1 - r.s.lanes.freight[a, m].loss)
        yield a, m, t, loaded, arrived, r.free("ship", (a, m, t), m)


def lane_use(r: Reader) -> Rows:
    for (a, t), use in r.s.lanes.use.items():
        yield a, t, round(r(use))


def purchases(r: Reader) -> Rows:
    for (name, t), buy in r.s.purchases.buy.items():
        shortfall = r.sum(r.s.purchases.shortfall(name, t))
        if r(buy) or shortfall:
            row = r.s.data.supply[name]
            free = r.free("buy", (name, t), row.material)
            yield name, row.material, row.location, r.s.data.origin(row), t, r(buy), shortfall, free


def sales(r: Reader) -> Rows:
    for (name, t), sold in r.happening(r.s.sales.sell):
        row = r.s.data.sale[name]
        yield name, row.material, row.location, t, sold


def tolling(r: Reader) -> Rows:
    for row in r.s.tolls.rows.values():
        for t in r.s.data.periods:
            sent = r(r.s.tolls.send[row.toll, t]) if (row.toll, t) in r.s.tolls.send else 0.0
            returned, swarf = r.sum(r.s.tolls.returned(row, t)), r.sum(r.s.tolls.swarf(row, t))
            if sent or returned or swarf:
                free = r.free("send", (row.toll, t), row.sent, row.returned, row.swarf)
                yield row.toll, row.route, t, sent, returned, swarf, free


def route_use(r: Reader) -> Rows:
    q = r.s.quantities
    for name in r.s.data.route:
        for t in r.s.data.periods:
            active = r.sum(r.s.signings.active(name, t))
            if active <= NOISE:
                continue
            key = (name, t)
            banked = r(q.bank[key]) if key in q.bank else 0.0
            duty = r(q.duty_short[key]) if key in q.duty_short else 0.0
            quantity = r(q.quantity[key]) if key in q.quantity else 0.0
            yield name, t, active, quantity, r.sum(q.shortfall(name, t)), banked, r.sum(q.used(name, t)), duty


def credits(r: Reader) -> Rows:
    for (name, banked_in, used_in), used in r.happening(r.s.quantities.credit):
        yield name, banked_in, used_in, used


def collections(r: Reader) -> Rows:
    for (e, t), collect in r.s.returns.collect.items():
        collectable = r.sum(r.s.returns.potential(e, t)) + r.s.returns.rows[e].base[t]
        if r(collect) or collectable:
            yield e, t, collectable, r(collect), r.free("collect", (e, t), r.s.returns.rows[e].material)


def stocks(r: Reader) -> Rows:
    st = r.s.stocks
    for k, row in st.rows.items():
        for t in r.s.data.periods:
            before = r.s.data.horizon.before(t)
            opening = row.initial if before is None else r(st.store[k, before])
            free = r.free("store", (k, t), row.material)
            yield k, t, opening, opening * (1 - st.kept(row, t)), r(st.store[k, t]), free


def disposal(r: Reader) -> Rows:
    for (place, m, t), out in r.happening(r.s.balances.dispose):
        yield m, place, t, out


def demand(r: Reader) -> Rows:
    for (d, t), deliver in r.s.demands.deliver.items():
        row = r.s.demands.rows[d]
        short = r(r.s.demands.short[d, t]) if (d, t) in r.s.demands.short else 0.0
        free = r.free("deliver", (d, t), row.material)
        yield d, row.segment, row.material, row.location, t, r.s.data.needed(row, t), r(deliver), short, free


def incentives(r: Reader) -> Rows:
    for (i, f, p, t), rewarded in r.happening(r.s.incentives.reward):
        rate = r.s.incentives.rows[i].rate[t] * r.s.data.horizon.escalation[t] * r.s.data.ours(f)
        yield i, f, p, t, rewarded, rewarded * rate


def impacts(r: Reader) -> Rows:
    for (f, p, t), run in r.happening(r.s.facilities.run):
        for row in r.s.data.intensity(f, p):
            yield row.impact, f, p, t, row.quantity[t] * run


def limits(r: Reader) -> Rows:
    lim = r.s.limits
    over: dict[Any, float] = defaultdict(float)
    for name, period, violation in lim.violations():
        over[name, period] += r(violation)
    for n, t in lim.keys:
        row = lim.rows[n]
        constant, terms = lim.amount(n, t)
        amount, value = constant + r.sum(terms), row.value[t]
        excess = over.get((n, t), 0.0)
        binding = abs(amount - value) <= 1e-6 * max(1.0, abs(value)) or excess > NOISE
        yield n, None if row.scope == "horizon" else t, row.sense, amount, value, excess, binding


def costs(r: Reader) -> Rows:
    totals: dict[Any, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for e in r.s.costs:
        amount = 1.0 if e.variable is None else r(e.variable)
        if amount:
            cause = e.cause._replace(facility=None, route=None, country=None) if e.item == "incentive" else e.cause
            total = totals[e.item, e.period, cause]
            total[0] += e.yearly * amount
            total[1] += e.discounted * amount
    for (item, t, cause), (yearly, discounted) in totals.items():
        yield item, t, cause.table, cause.name, cause.facility, cause.route, cause.country, yearly, discounted


def partners(r: Reader) -> Rows:
    totals: dict[Any, list[float]] = defaultdict(lambda: [0.0, 0.0])
    unvalued: dict[Any, set[str]] = defaultdict(set)
    for flow in r.s.partners.flows:
        amount = r(flow.variable)
        if amount:
            key = flow.route, flow.component, flow.period
            totals[key][0] += flow.yearly * amount
            totals[key][1] += flow.discounted * amount
            if flow.unvalued:
                unvalued[key].add(flow.unvalued)
    for key, (yearly, discounted) in totals.items():
        (name, component, t), row = key, r.s.data.route[key[0]]
        note = f"no value given, counted 0: {', '.join(sorted(unvalued[key]))}" if unvalued[key] else None
        yield name, row.partner, row.country, component, t, yearly, discounted, note


def exposure(r: Reader) -> Rows:
    for (stage, element, country, t), terms in sorted(r.s.exposure.terms.items()):
        tonnes = r.sum(terms)
        if abs(tonnes) > NOISE:
            yield stage, element, country, t, tonnes


def dependence(r: Reader) -> Rows:
    data, ex = r.s.data, r.s.exposure
    exposed = data.settings["exposed_country"]
    if not exposed:
        return
    for t in data.periods:
        required = ex.requirement(t)
        lines = [(stage, ex.weighted(t, [exposed], stage, None)) for stage in data.stage_order]
        lines.append(("index", ex.exposed(t)))
        for name, terms in lines:
            tonnes = r.sum(terms)
            yield t, name, tonnes, required, tonnes / required if required > 0 else None


def free_delivery(r: Reader) -> Rows:
    delivered: dict[tuple[int, str], list[float]] = defaultdict(lambda: [0.0, 0.0])
    for (d, t), deliver in r.s.demands.deliver.items():
        row = r.s.demands.rows[d]
        free = r.free("deliver", (d, t), row.material)
        if free is not None:
            for segment in ("all", row.segment or d):
                delivered[t, segment][0] += r(deliver)
                delivered[t, segment][1] += free
    for (t, segment), (whole, part) in sorted(delivered.items(), key=lambda kv: kv[0][0]):
        yield t, segment, whole, part, part / whole if whole > NOISE else None


def concentration(r: Reader) -> Rows:
    ex = r.s.exposure
    by_country: dict[tuple[str, int], dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for (stage, element, country, t), terms in ex.terms.items():
        by_country[stage, t][country] += ex.element_weight[element] * r.sum(terms)
    order = r.s.data.stage_order
    for (stage, t), tonnes in sorted(by_country.items(), key=lambda kv: (order[kv[0][0]], kv[0][1])):
        total = sum(tonnes.values())
        if total <= NOISE:
            continue
        shares = {c: x / total for c, x in tonnes.items()}
        largest = max(sorted(shares), key=lambda c: shares[c])
        yield stage, t, sum(x * x for x in shares.values()), largest, shares[largest]


READERS: dict[str, Callable[[Reader], Rows]] = {
    function.__name__: function
    for function in (
        builds,
        signings,
        lane_openings,
        retirements,
        activity,
        capacity,
        flows,
        lane_use,
        purchases,
        sales,
        tolling,
        route_use,
        credits,
        collections,
        stocks,
        disposal,
        demand,
        incentives,
        impacts,
        limits,
        costs,
        partners,
        exposure,
        dependence,
        free_delivery,
        concentration,
    )
}


@collector_off()
def plan_tables(scenario: Any, values: np.ndarray) -> dict[str, pd.DataFrame]:
    """All plan tables but `solver`, with the columns `plan_schema` declares; those without a reader here are empty."""
    free = attribute(scenario, values)
    reader = Reader(scenario, with_free(scenario, values, free), free)
    return {
        name: plan_frame(name, READERS[name](reader) if name in READERS else [])
        for name in PLAN_TABLES
        if name != "solver"
    }
