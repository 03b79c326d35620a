"""What limits can count: one function per metric, each giving the terms of a period under a filter.

A term of a limit names a metric and filters (country, stage, facility ...). `METRICS` maps the metric's name, as in
the case's limit_terms, to the function.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from .arithmetic import total
from .costs import cash_share
from .rows import Term, scaled

if TYPE_CHECKING:
    from .model import Scenario

Counted = tuple[float, Sequence[Term]]  # constant, terms


def _fits(term: Any, **tags: Any) -> bool:
    """Whether every filter of the term agrees with the tags of an entity (a set of tags: any of them)."""
    for name, tag in tags.items():
        wanted = term[name]
        if wanted is None:
            continue
        if isinstance(tag, (set, frozenset)):
            if wanted not in tag:
                return False
        elif wanted != tag:
            return False
    return True


def _site(s: Scenario, facility: str) -> dict[str, Any]:
    row = s.data.facility[facility]
    return {"facility": facility, "location": row.location, "owner": row.owner, "country": s.data.country[row.location]}


def _runs(s: Scenario, term: Any, t: int) -> Iterable[tuple[str, str, Any]]:
    """Facility, process and activity that the term's filters let through."""
    for (f, p, period), run in s.facilities.run.items():
        if period != t:
            continue
        routes = frozenset(r for r in (s.data.facility[f].route, s.facilities.operation[f, p].route) if r)
        if _fits(term, **_site(s, f), process=p, stage=s.data.stage_of[p], route=routes):
            yield f, p, run


def activity(s: Scenario, term: Any, t: int) -> Counted:
    return 0.0, [(1.0, run) for _, _, run in _runs(s, term, t)]


def _recipe(s: Scenario, term: Any, t: int, direction: str) -> Counted:
    terms: list[Term] = []
    for f, p, run in _runs(s, term, t):
        products = {row.material for row in s.data.products(p)}
        for row in s.data.recipe[p]:
            if row.direction == direction and term.material in (None, row.material):
                share = s.data.kept(f) if direction == "output" and row.material in products else 1.0
                terms.append((share * row.quantity[t], run))
    return 0.0, terms


def output(s: Scenario, term: Any, t: int) -> Counted:
    return _recipe(s, term, t, "output")


def input_(s: Scenario, term: Any, t: int) -> Counted:
    return _recipe(s, term, t, "input")


def impact(s: Scenario, term: Any, t: int) -> Counted:
    terms: list[Term] = []
    for f, p, run in _runs(s, term, t):
        for row in s.data.intensity(f, p):
            if term.impact in (None, row.impact):
                terms.append((row.quantity[t], run))
    return 0.0, terms


def _facilities(s: Scenario, term: Any) -> Iterable[str]:
    for f in s.data.facility:
        stages = frozenset(s.data.stage_of[o.process] for o in s.data.operations.get(f, []))
        if _fits(term, **_site(s, f), stage=stages):
            yield f


def capacity(s: Scenario, term: Any, t: int) -> Counted:
    """Existing and added capacity before availability; with an expansion filter only what that added."""
    constant, terms = 0.0, []
    for f in _facilities(s, term):
        if term.expansion is None:
            fixed, existing = s.facilities.existing(f, t)
            constant += fixed
            terms += existing
        for row in s.data.expansions.get(f, []):
            if term.expansion in (None, row.expansion):
                for year in s.expansions.years[row.expansion]:
                    terms += scaled(s.data.available(row, year, t), s.expansions.size(row.expansion, year))
    return constant, terms


def previous_capacity(s: Scenario, term: Any, t: int) -> Counted:
    before = s.data.horizon.before(t)
    if before is not None:
        return capacity(s, term, before)
    if term.expansion is not None:
        return 0.0, []
    facilities = list(_facilities(s, term))
    return total(s.data.facility[f].capacity[t] for f in facilities), s.facilities.given_way(facilities, t)


def _expansions(s: Scenario, term: Any) -> Iterable[Any]:
    for f in _facilities(s, term):
        for row in s.data.expansions.get(f, []):
            if term.expansion in (None, row.expansion):
                yield row


def added_capacity(s: Scenario, term: Any, t: int) -> Counted:
    return 0.0, [x for row in _expansions(s, term) for x in s.expansions.size(row.expansion, t)]


def builds(s: Scenario, term: Any, t: int) -> Counted:
    return 0.0, [x for row in _expansions(s, term) for x in s.expansions.built(row.expansion, t)]


def subsidy(s: Scenario, term: Any, t: int) -> Counted:
    return 0.0, [
        (1.0, s.expansions.subsidy[row.expansion, t])
        for row in _expansions(s, term)
        if (row.expansion, t) in s.expansions.subsidy
    ]


def capital(s: Scenario, term: Any, t: int) -> Counted:
    """Our cash for expansions by their spending profile, before subsidy, per year of the period."""
    h = s.data.horizon
    terms: list[Term] = []
    for row in _expansions(s, term):
        for year in s.expansions.years[row.expansion]:
            share = cash_share(s.data, row, year, t) * h.escalation[year] / h.years[t]
            terms += scaled(share * s.data.equity(row.facility), s.expansions.capital(row.expansion, year))
    return 0.0, terms


def signings(s: Scenario, term: Any, t: int) -> Counted:
    return 0.0, [
        x
        for r, row in s.data.route.items()
        if _fits(term, route=r, country=row.country)
        for x in s.signings.signed(r, t)
    ]


def quantity(s: Scenario, term: Any, t: int) -> Counted:
    return 0.0, [
        (1.0, v)
        for (r, period), v in s.quantities.quantity.items()
        if period == t and _fits(term, route=r, country=s.data.route[r].country)
    ]


def bought(s: Scenario, term: Any, t: int) -> Counted:
    return 0.0, [
        (1.0, v)
        for (name, period), v in s.purchases.buy.items()
        if period == t
        and _fits(
            term,
            supply=name,
            location=(row := s.data.supply[name]).location,
            material=row.material,
            route=row.route,
            country=s.data.origin(row),
        )
    ]


def sold(s: Scenario, term: Any, t: int) -> Counted:
    return 0.0, [
        (1.0, v)
        for (name, period), v in s.sales.sell.items()
        if period == t
        and _fits(
            term,
            sale=name,
            location=(row := s.data.sale[name]).location,
            material=row.material,
            country=s.data.country[row.location],
        )
    ]


def shipped(s: Scenario, term: Any, t: int) -> Counted:
    return 0.0, [
        (1.0, v)
        for (a, m, period), v in s.lanes.ship.items()
        if period == t
        and _fits(
            term, lane=a, material=m, location=(there := s.data.lane[a].destination), country=s.data.country[there]
        )
    ]


def _tolls(s: Scenario, term: Any, column: str) -> Iterable[Any]:
    for name, row in s.tolls.rows.items():
        country = row.country or s.data.route[row.route].country
        if _fits(term, toll=name, route=row.route, material=row[column], country=country):
            yield row


def tolled(s: Scenario, term: Any, t: int) -> Counted:
    return 0.0, [(1.0, s.tolls.send[q.toll, t]) for q in _tolls(s, term, "sent") if (q.toll, t) in s.tolls.send]


def returned(s: Scenario, term: Any, t: int) -> Counted:
    return 0.0, [x for row in _tolls(s, term, "returned") for x in s.tolls.returned(row, t)]


def stored(s: Scenario, term: Any, t: int) -> Counted:
    return 0.0, [
        (1.0, s.stocks.store[k, t])
        for k, row in s.stocks.rows.items()
        if _fits(term, stock=k, location=row.location, material=row.material, country=s.data.country[row.location])
    ]


def disposed(s: Scenario, term: Any, t: int) -> Counted:
    return 0.0, [
        (1.0, v)
        for (place, m, period), v in s.balances.dispose.items()
        if period == t and _fits(term, location=place, material=m, country=s.data.country[place])
    ]


def _demands(s: Scenario, term: Any) -> Iterable[str]:
    for d, row in s.demands.rows.items():
        if _fits(
            term,
            demand=d,
            segment=row.segment,
            location=row.location,
            material=row.material,
            country=s.data.country[row.location],
        ):
            yield d


def delivered(s: Scenario, term: Any, t: int) -> Counted:
    return 0.0, [(1.0, s.demands.deliver[d, t]) for d in _demands(s, term)]


def free_delivered(s: Scenario, term: Any, t: int) -> Counted:
    assert s.custody is not None, "a limit that counts free tonnes brings their equations in"
    return 0.0, s.custody.delivered(t, _demands(s, term))


def short(s: Scenario, term: Any, t: int) -> Counted:
    return 0.0, [(1.0, s.demands.short[d, t]) for d in _demands(s, term) if (d, t) in s.demands.short]


def exposure(s: Scenario, term: Any, t: int) -> Counted:
    return 0.0, s.exposure.weighted(t, [term.country], term.stage, term.element)


def share(s: Scenario, term: Any, t: int) -> Counted:
    required = s.exposure.requirement(t, term.element)
    if required <= 0:
        return 0.0, []
    return 0.0, s.exposure.weighted(t, [term.country], term.stage, term.element).times(1 / required)


def index(s: Scenario, term: Any, t: int) -> Counted:
    return 0.0, s.exposure.index(t, term.country)


def cost(s: Scenario, term: Any, t: int) -> Counted:
    """Undiscounted yearly amounts of all items or one."""
    counted = [e for e in s.costs if e.period == t and term.item in (None, e.item)]
    constant = total(e.yearly for e in counted if e.variable is None)
    return constant, [(e.yearly, e.variable) for e in counted if e.variable is not None]


METRICS: dict[str, Callable[[Any, Any, int], Counted]] = {
    "activity": activity,
    "output": output,
    "input": input_,
    "impact": impact,
    "capacity": capacity,
    "previous capacity": previous_capacity,
    "added capacity": added_capacity,
    "builds": builds,
    "signings": signings,
    "quantity": quantity,
    "bought": bought,
    "sold": sold,
    "shipped": shipped,
    "tolled": tolled,
    "returned": returned,
    "stored": stored,
    "disposed": disposed,
    "delivered": delivered,
    "free delivered": free_delivered,
    "short": short,
    "exposure": exposure,
    "share": share,
    "index": index,
    "capital": capital,
    "subsidy": subsidy,
    "cost": cost,
}

# Counted once per period, not per year: not multiplied by the period's length over the horizon.
PER_PERIOD = {"added capacity", "builds", "signings", "subsidy"}
