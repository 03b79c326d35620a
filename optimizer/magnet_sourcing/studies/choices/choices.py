"""What a planner can choose: routes, expansions, existing facilities, purchase offers, and countries as a whole.

Each option is a linear sum over the columns of a problem, so that banning it, insisting on it, and telling whether a
plan has it are bounds, a row and a product.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ...matrix import INFINITY, Matrix

if TYPE_CHECKING:
    from magnet_models.model import Scenario

    from ...problem import Problem

# An expansion without a least size counts as built from this share of its greatest size on: less is no plant.
MEANINGFUL = 0.05
# A plan has an option if it has more of it than the solver's tolerance can make of nothing.
TRACE = 1e-6


@dataclass(frozen=True)
class Option:
    """One thing to choose. kind: route, expansion, facility, supply or country.

    columns: all at 0 when it is banned. amount: coefficients by column; insisted on, amount.x >= least. most: the
    greatest amount.x can be.
    parts: the options of a country, of which at least one is insisted on. carried: what shows by
    being more than 0 that a route is made use of.
    """

    kind: str
    name: str
    country: str
    columns: frozenset[int]
    amount: dict[int, float]
    least: float
    most: float = INFINITY
    parts: tuple[Option, ...] = ()
    carried: dict[int, float] | None = None

    def amount_in(self, values: np.ndarray) -> float:
        return sum(c * float(values[j]) for j, c in self.amount.items())

    def is_in(self, values: np.ndarray) -> bool:
        """Whether a plan has any of it."""
        if self.parts:
            return any(part.is_in(values) for part in self.parts)
        return self.amount_in(values) > TRACE * self.least

    def is_idle(self, values: np.ndarray) -> bool:
        """Whether it is a route that is signed in a plan without anything moving, or being made, under it; of a country,
        whether nothing else is had there than such routes."""
        if self.parts:
            had = [part for part in self.parts if part.is_in(values)]
            return bool(had) and all(part.is_idle(values) for part in had)
        if self.carried is None or not self.is_in(values):
            return False
        return sum(c * float(values[j]) for j, c in self.carried.items()) <= TRACE

    # ------------------------------------------------------------ forced

    def banned(self, matrix: Matrix) -> Matrix:
        """The programme without it."""
        return matrix.within(np.array(sorted(self.columns), dtype=int), -INFINITY, 0.0)

    def insisted_on(self, matrix: Matrix) -> Matrix:
        """The programme with it; of a country, with at least one of its options."""
        if not self.parts:
            return matrix.with_row(dense(matrix, self.amount), self.least, INFINITY)
        matrix, at = matrix.with_columns(len(self.parts), 1.0, True)
        for part, j in zip(self.parts, at, strict=True):
            matrix = matrix.with_row(dense(matrix, part.amount, {j: -part.least}), 0.0, INFINITY)
        return matrix.with_row(dense(matrix, dict.fromkeys(at.tolist(), 1.0)), 1.0, INFINITY)


def dense(matrix: Matrix, *sums: dict[int, float]) -> np.ndarray:
    vector = np.zeros(len(matrix.cost))
    for coefficients in sums:
        for j, c in coefficients.items():
            vector[j] += c
    return vector


# ---------------------------------------------------------------- of a problem


def options_of(problem: Problem, use: float = 0.5) -> list[Option]:
    """Every option of a problem, countries last.

    use: share of its capacity (of an offer: its limit) at which an existing facility is insisted on, on average over
    its years and the futures. A facility or an offer that belongs to a route is chosen with the route.
    """
    found = [*_routes(problem), *_expansions(problem), *_facilities(problem, use), *_supplies(problem, use)]
    return [*found, *_countries(problem, found)]


def first_stage(problem: Problem) -> list[Option]:
    """Routes and expansions only."""
    return [*_routes(problem), *_expansions(problem)]


def _routes(problem: Problem) -> Iterator[Option]:
    """Signed in some year."""
    signings = problem.model.first.signings
    for row in problem.case.rows("routes"):
        at = [signings.sign[row.route, t] for t in signings.years.get(row.route, [])]
        if at:
            carried = _carried(problem, row.route)
            signed = dict.fromkeys(at, 1.0)
            yield Option("route", row.route, row.country, frozenset(at), signed, 1.0, 1.0, carried=carried)


def _carried(problem: Problem, route: str) -> dict[int, float]:
    """What a route is good for: tonnes under it, movements on its lanes, expansions and routes that wait for it."""
    case, model = problem.case, problem.model
    waiting = [r.expansion for r in case.rows("expansions") if r.route == route]
    found = [v for (x, _), v in model.first.expansions.build.items() if x in waiting]
    found += [v for (x, _), v in model.first.expansions.continuous_sizes().items() if x in waiting]
    following = [r.route for r in case.rows("routes") if r.needs == route]
    found += [v for (r, _), v in model.first.signings.sign.items() if r in following]
    lanes = [r.lane for r in case.rows("lanes") if r.route == route]
    for s in model.scenarios.values():
        found += [v for t in s.data.periods for _, v in s.under(route, t)]
        found += [v for key, v in s.lanes.ship.items() if key[0] in lanes]
    return dict.fromkeys(found, 1.0)


def _expansions(problem: Problem) -> Iterator[Option]:
    """Built in some year: one module, or the least size, or a meaningful part of the greatest."""
    expansions = problem.model.first.expansions
    country = _country_of_facility(problem)
    for row in problem.case.rows("expansions"):
        years = expansions.years.get(row.expansion, [])
        built = [v for t in years for _, v in expansions.built(row.expansion, t)]
        sizes = [v for t in years for _, v in expansions.size(row.expansion, t)]
        columns = frozenset([*built, *sizes])
        if not columns:
            continue
        if row.sizing in ("range", "continuous"):
            least = row.min_size or MEANINGFUL * row.max_size
            amount, most = dict.fromkeys(sizes, 1.0), row.max_size
        else:
            most = row.max_modules if row.sizing == "modular" else 1
            amount, least = dict.fromkeys(built, 1.0), 1.0
        yield Option("expansion", row.expansion, country[row.facility], columns, amount, least, float(most))


def _facilities(problem: Problem, use: float) -> Iterator[Option]:
    """Existing capacity used: sum_w p sum_t L load >= use * sum_w p sum_t L availability * capacity."""
    country = _country_of_facility(problem)
    for row in problem.case.rows("facilities"):
        if row.route:
            continue
        amount: dict[int, float] = {}
        capacity = 0.0
        for name, s in problem.model.scenarios.items():
            if row.facility not in s.data.facility:
                continue
            known = s.data.facility[row.facility]
            for t in s.data.periods:
                weight = problem.probability[name] * s.data.horizon.years[t]
                if s.data.horizon.in_window(known, t):
                    capacity += weight * known.availability[t] * known.capacity[t]
                for usage, run in s.facilities.load(row.facility, t):
                    amount[run] = weight * usage
        if capacity > 0 and amount:
            columns = frozenset(_runs(problem, {row.facility}))
            yield Option("facility", row.facility, country[row.facility], columns, amount, use * capacity)


def _supplies(problem: Problem, use: float) -> Iterator[Option]:
    """Bought: sum_w p sum_t L buy >= use * sum_w p sum_t L limit; an offer without a limit from the first tonne on."""
    country = {r.location: r.country for r in problem.case.rows("locations")}
    for row in problem.case.rows("supplies"):
        if row.route:
            continue
        amount: dict[int, float] = {}
        offered = 0.0
        for name, s in problem.model.scenarios.items():
            share, buy = problem.probability[name], s.purchases.buy
            for t in [t for t in s.data.periods if (row.supply, t) in buy]:
                amount[buy[row.supply, t]] = share * s.data.horizon.years[t]
            offered += share * _offered(s, row.supply)
        if amount and offered > 0:
            origin = row.origin or country[row.location]
            least = use * offered if offered < INFINITY else 1.0
            yield Option("supply", row.supply, origin, frozenset(amount), amount, least)


def _offered(s: Scenario, supply: str) -> float:
    """Tonnes on offer over the horizon in one future."""
    if supply not in s.data.supply:
        return 0.0
    row, total = s.data.supply[supply], 0.0
    for t in s.data.periods:
        if (supply, t) in s.purchases.buy:
            total += s.data.horizon.years[t] * (INFINITY if row.limit is None else row.limit[t])
    return total if row.total is None else min(total, row.total)


def _countries(problem: Problem, options: Sequence[Option]) -> Iterator[Option]:
    """Everything in or with a country. Banned, its plants without existing capacity stand still too."""
    members: dict[str, list[Option]] = {}
    for option in options:
        members.setdefault(option.country, []).append(option)
    country = _country_of_facility(problem)
    for name, parts in sorted(members.items()):
        columns = {j for part in parts for j in part.columns}
        columns |= set(_runs(problem, {f for f, c in country.items() if c == name}))
        yield Option("country", name, name, frozenset(columns), {}, 1.0, parts=tuple(parts))


def _runs(problem: Problem, facilities: set[str]) -> list[int]:
    scenarios = problem.model.scenarios.values()
    return [v for s in scenarios for (f, _, _), v in s.facilities.run.items() if f in facilities]


def _country_of_facility(problem: Problem) -> dict[str, str]:
    country = {r.location: r.country for r in problem.case.rows("locations")}
    return {r.facility: country[r.location] for r in problem.case.rows("facilities")}
