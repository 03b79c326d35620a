"""Cut-offs: a country stops doing a stage for us; and the worst of them, found exactly.

A cut-off of (country, stage) in some years means that every supply, plant and toll which does that stage there (for
the exposed country: there or under its control) delivers nothing in the periods that begin in these years. A source
does a stage in a country if, for any tracked element in what it gives, more than `share` of that stage is done there:
a magnet maker whose dysprosium all comes from one country stops with it. What was sent to a toll before comes back.
Nobody is held to a minimum by a source that is cut off: minimum loads, take-or-pay and supply duties of cut-off
sources, and of the routes they belong to, are lifted while it lasts.

The worst set of k cut-offs is a problem in two levels: choose the set with the greatest least damage. It is solved as
an exact search tree. Operations that are best against a set S stay possible against any larger set that adds only
cut-offs of sources they do not use, so a larger set does more damage only if it adds one they do use: from each set
the tree grows by these alone. (The search used for k-contingencies of grids: Salmeron, Wood and Baldick 2004 state the
problem; Scaparra and Church 2008 the tree, for facilities.)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ...matrix import INFINITY, Matrix
from .adapting import NOISE, Adapted, Field, Key, adapted

Cut = tuple[str, str]  # country, stage
# What is not more than this (t/y) is not used.
_USED = 1e-6
# Objectives that differ by less, relatively, are the same as far as operations are solved.
_ALIKE = 2e-6


@dataclass(frozen=True)
class Sources:
    """What a cut-off stops: columns held at 0, rows that ask for a minimum and are lifted, and the sources' names."""

    columns: frozenset[int]
    lifted: frozenset[int]
    closed: frozenset[int]
    names: tuple[str, ...]


@dataclass(frozen=True)
class Damage:
    """What a set of cut-offs does; ordered by whether minima must be given up, by what must be met and is not (reserved
    first), then by objective."""

    cuts: tuple[Cut, ...]
    adapted: Adapted
    reserved_unmet: float
    must_unmet: float

    @property
    def rank(self) -> tuple[float, ...]:
        objective = self.adapted.outcome.objective
        if objective is None:
            return (INFINITY,) * 4
        return (float(self.adapted.forced), _coarse(self.reserved_unmet), _coarse(self.must_unmet), objective)


def _coarse(tonnes: float) -> float:
    """Tonnes without the solver's noise, so that it does not decide which set is worse."""
    return round(tonnes / (10 * NOISE)) * 10 * NOISE


def periods_from(field: Field, start: int, years: int) -> list[int]:
    """The periods that begin in the years of a cut-off. Raises ValueError if there is none."""
    found = [t for t in field.periods if start <= t < start + years]
    if not found:
        raise ValueError(f"cut-off {start}-{start + years - 1}: no period begins then; periods are {field.periods}")
    return found


# ---------------------------------------------------------------- who does what where


def candidates(field: Field, periods: Iterable[int], share: float) -> dict[Cut, Sources]:
    """(country, stage) -> what its cut-off stops in the periods; only those that stop anything."""
    doing: dict[Cut, dict[tuple[str, int], str]] = {}
    finder = _Finder(field.scenario, share)
    for t in periods:
        for source, name, cuts in finder.sources(t):
            for cut in cuts:
                doing.setdefault(cut, {})[(source, t)] = name
    stopper = _Stopper(field)
    order = field.scenario.data.stage_order
    in_order = sorted(doing.items(), key=lambda item: (item[0][0], order[item[0][1]]))
    found = {cut: stopper.stopped(stops) for cut, stops in in_order}
    return {cut: sources for cut, sources in found.items() if sources.columns}


class _Finder:
    """Which source does which stage in which country."""

    def __init__(self, scenario: Any, share: float) -> None:
        self._s, self._data, self._share = scenario, scenario.data, share

    def sources(self, t: int) -> Iterable[tuple[str, str, set[Cut]]]:
        """(kind and name, name to show, what it does) of every supply, operation and toll."""
        for name in self._data.supply:
            row = self._data.supply[name]
            yield f"supply {name}", name, self._embedded("supply", name, row.material, t)
        for (f, p), _ in self._s.facilities.operation.items():
            stage = self._data.stage_of[p]
            if stage is not None:
                there = {c for c, x in self._data.control(f, t).items() if x > self._share and c != "other"}
                here = {self._data.country[self._data.facility[f].location]}
                yield f"operation {f}\n{p}", f, {(c, stage) for c in there | here}
        for name, row in self._s.tolls.rows.items():
            yield f"toll {name}", name, self._embedded("toll", name, row.returned, t)

    def _embedded(self, owner: str, name: str, material: str, t: int) -> set[Cut]:
        data = self._data
        if data.content.get(material):
            shares = data.embedded(owner, name, t)
            return {(country, stage) for (stage, _, country), x in shares.items() if x > self._share}
        stage = data.material[material].stage
        if stage is None or owner != "supply":
            return set()
        last = data.stage_order[stage]
        return {(data.origin(data.supply[name]), k) for k, n in data.stage_order.items() if n <= last}


class _Stopper:
    """Columns and rows of the sources that a cut-off stops."""

    def __init__(self, field: Field) -> None:
        self._field, self._s = field, field.scenario

    def stopped(self, sources: Mapping[tuple[str, int], str]) -> Sources:
        columns, lifted, closed = set[int](), set[int](), set[int]()
        for (source, t), _ in sources.items():
            kind, name = source.split(" ", 1)
            stop: Callable[[str, int], tuple[list[Any], set[str]]] = getattr(self, f"_{kind}")
            variables, routes = stop(name, t)
            columns |= set(variables)
            if kind == "supply":
                lifted |= self._rows("buy_least", (name, t))
            if kind == "operation":
                lifted |= self._rows("least_load", (name.split("\n")[0], t))
            for route in routes:
                for row in ("quantity_least", "quantity_split", "supply_duty"):
                    lifted |= self._rows(row, (route, t))
                if (route, t) in self._s.quantities.excess:
                    closed.add(self._s.quantities.excess[route, t])
        live = frozenset(c for c in columns if self._field.matrix.upper[c] > 0)
        return Sources(live, frozenset(lifted), frozenset(closed), tuple(dict.fromkeys(sources.values())))

    def _rows(self, name: str, key: Any) -> set[int]:
        place = getattr(self._s.block, name).place
        return {place[key]} if key in place else set()

    def _supply(self, name: str, t: int) -> tuple[list[Any], set[str]]:
        buy, route = self._s.purchases.buy, self._s.data.supply[name].route
        return [buy[name, t]] if (name, t) in buy else [], {route} - {None}

    def _operation(self, name: str, t: int) -> tuple[list[Any], set[str]]:
        f, p = name.split("\n")
        run = self._s.facilities.run
        return [run[f, p, t]] if (f, p, t) in run else [], self._s.routes_of(f, p)

    def _toll(self, name: str, t: int) -> tuple[list[Any], set[str]]:
        send = self._s.tolls.send
        return [send[name, t]] if (name, t) in send else [], {self._s.tolls.rows[name].route}


def cut(matrix: Matrix, stopped: Iterable[Sources]) -> Matrix:
    """The arrays with the sources stopped."""
    low, high, row_lower = matrix.lower.copy(), matrix.upper.copy(), matrix.row_lower.copy()
    for sources in stopped:
        columns = list(sources.columns | sources.closed)
        low[columns] = high[columns] = 0.0
        row_lower[list(sources.lifted)] = -INFINITY
    return replace(matrix, lower=low, upper=high, row_lower=row_lower)


# ---------------------------------------------------------------- the worst set


@dataclass
class Search:
    """The exact search for the worst sets; `damages` holds every set that was solved."""

    field: Field
    matrix: Matrix  # with what is past held and leave to abandon what is stranded, in all sets alike
    calm: np.ndarray
    stops: Mapping[Cut, Sources]
    shows: int
    most: int = 2000
    progress: Callable[[tuple[Cut, ...]], None] | None = None

    def __post_init__(self) -> None:
        self.damages: dict[frozenset[Cut], Damage] = {}
        self._leading = _leading(self.stops)

    def worst(self, k: int) -> Damage | None:
        """The worst set of at most k cut-offs; None if none touches what the plan does. Of sets that do the same harm,
        as far as the solver can tell, the smallest, then the first by country and stage.

        Raises ValueError if it would take more than `most` solves to prove it.
        """
        self._grow(frozenset(), self.calm, k)
        found = [d for s, d in self.damages.items() if len(s) <= k]
        if not found:
            return None
        most = max(d.rank for d in found)
        room = _ALIKE * max(1.0, abs(most[-1])) if most[-1] < INFINITY else 0.0
        same = [d for d in found if d.rank[:-1] == most[:-1] and d.rank[-1] >= most[-1] - room]
        place = {c: i for i, c in enumerate(self.stops)}  # countries by name, stages in their order
        return min(same, key=lambda d: (len(d.cuts), [place[c] for c in d.cuts]))

    def _grow(self, chosen: frozenset[Cut], values: np.ndarray | None, left: int) -> None:
        """Adds each cut-off that the operations against the chosen ones still use."""
        if not left or values is None:  # nothing can be done: no more damage is possible
            return
        for added in self._leading:
            if added not in chosen and self._uses(values, added):
                larger = chosen | {added}
                if larger not in self.damages:
                    self.damages[larger] = self._damage(larger)
                self._grow(larger, self.damages[larger].adapted.values, left - 1)

    def _uses(self, values: np.ndarray, cut: Cut) -> bool:
        return any(values[c] > _USED for c in self.stops[cut].columns | self.stops[cut].closed)

    def _damage(self, cuts: frozenset[Cut]) -> Damage:
        if len(self.damages) >= self.most:
            raise ValueError(
                f"the worst cut-offs need more than {self.most} solves to be proved; ask for fewer at once (--cutoffs) or "
                "fewer years (--cutoff-years)"
            )
        ordered = tuple(c for c in self.stops if c in cuts)
        if self.progress:
            self.progress(ordered)
        found = adapted(self.field, cut(self.matrix, [self.stops[c] for c in ordered]), self.shows)
        reserved, must = _must_unmet(self.field, found.unmet)
        return Damage(ordered, found, reserved, must)

    def alike(self, one: Cut) -> list[Cut]:
        """Cut-offs that stop exactly the same."""
        return [c for c, s in self.stops.items() if c != one and s.columns == self.stops[one].columns]


def _leading(stops: Mapping[Cut, Sources]) -> list[Cut]:
    """Without cut-offs that stop no more than another, which then does at least their damage: what they stop it
    stops, and it lifts no minimum that they do not lift. Of cut-offs that are the same, the first stage stands for all."""
    cuts = list(stops)

    def covered(one: Cut, by: Cut) -> bool:
        a, b = stops[one], stops[by]
        if not (a.columns <= b.columns and b.lifted <= a.lifted and b.closed >= a.closed):
            return False
        same = a.columns == b.columns and a.lifted == b.lifted and a.closed == b.closed
        return cuts.index(by) < cuts.index(one) if same else True

    return [c for c in cuts if not any(covered(c, other) for other in cuts if other != c)]


def _must_unmet(field: Field, unmet: Mapping[Key, float]) -> tuple[float, float]:
    """Tonnes beyond what the tables let go short: of reserved demand, and of the rest."""
    totals = {True: 0.0, False: 0.0}
    for (d, t), amount in unmet.items():
        row = field.scenario.demands.rows[d]
        allowed = 0.0 if row.penalty is None else (1 - row.min_service[t]) * field.scenario.data.needed(row, t)
        totals[bool(row.reserved)] += max(0.0, amount - allowed) * field.years[t]
    return totals[True], totals[False]
