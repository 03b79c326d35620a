"""Material balances: every piece adds what it brings to, or takes from, a place.

A new kind of flow is one more function here and in `CONTRIBUTIONS`; no other file changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from pyomo.environ import Block

from .arithmetic import vector
from .grids import NONE, Gathered, Grid, constrain_all, grid, layers, tabulated
from .rows import Term

if TYPE_CHECKING:
    from .model import Scenario

Site = tuple[str, str]  # location, material


class Contribution(NamedTuple):
    """What comes to (or, below 0, goes from) some sites in each period: value * variable + constant, in t/y.

    Arrays have a line for each site and an entry for each period; where nothing comes, the variable is NONE. always:
    the place counts as one where something comes in every period, whatever the numbers are that say how much.
    """

    sites: Sequence[Site]
    value: np.ndarray
    column: np.ndarray
    constant: np.ndarray | None = None
    always: bool = False


def production(s: Scenario) -> Iterator[Contribution]:
    """Outputs of processes; products of a partnership's facility only in our share."""
    data = s.data
    products = {p: {row.material for row in data.products(p)} for p in data.stage_of}

    def made(f: str, p: str, row: Any) -> float:
        return data.kept(f) if row.material in products[p] else 1.0

    yield from _recipes(s, "output", made)


def consumption(s: Scenario) -> Iterator[Contribution]:
    """Inputs of processes."""
    yield from _recipes(s, "input", lambda f, p, row: -1.0)


def _recipes(s: Scenario, direction: str, share: Callable[[str, str, Any], float]) -> Iterator[Contribution]:
    """Rows of recipes at every facility that runs the process; share: of a row's quantity at a facility."""
    data, run = s.data, s.facilities.run
    listed = {p: [row for row in data.recipe[p] if row.direction == direction] for p in data.stage_of}
    quantity = {p: data.yearly(rows, "quantity") for p, rows in listed.items() if rows}
    used = [(i, f, p, j) for i, (f, p) in enumerate(run.heads) for j in range(len(listed[p]))]
    if used:
        shares = vector([share(f, p, listed[p][j]) for _, f, p, j in used])
        yield Contribution(
            [(data.facility[f].location, listed[p][j].material) for _, f, p, j in used],
            shares[:, None] * np.array([quantity[p][j] for _, _, p, j in used]),
            run.column[[i for i, _, _, _ in used]],
        )


def shipping(s: Scenario) -> Iterator[Contribution]:
    """Loaded at the origin; arrives at the destination less the loss."""
    ship, lane = s.lanes.ship, s.data.lane
    kept = vector([1.0 - row.loss for row in s.lanes.freight.values()])
    yield Contribution([(lane[a].origin, m) for a, m in ship.heads], np.array(-1.0), ship.column)
    yield Contribution([(lane[a].destination, m) for a, m in ship.heads], kept[:, None], ship.column)


def trade(s: Scenario) -> Iterator[Contribution]:
    """Purchases in, sales out."""
    for sign, flow, rows in ((1.0, s.purchases.buy, s.data.supply), (-1.0, s.sales.sell, s.data.sale)):
        sites = {name: (row.location, row.material) for name, row in rows.items()}
        yield _moved(s, sign, flow, sites)


def _moved(s: Scenario, sign: float, flow: Mapping[tuple[str, int], int], sites: Mapping[str, Site]) -> Contribution:
    """The same sign times the flow of each name, at its site."""
    return Contribution(list(sites.values()), np.array(sign), tabulated(flow, list(sites), s.data.periods))


def tolling(s: Scenario) -> Iterator[Contribution]:
    """Sent out; product and our swarf back with their lag."""
    yield sent(s)
    for row in s.tolls.rows.values():
        yield from listed((row.destination, row.returned), [s.tolls.returned(row, t) for t in s.data.periods])
        if row.swarf:
            yield from listed((row.destination, row.swarf), [s.tolls.swarf(row, t) for t in s.data.periods])


def sent(s: Scenario) -> Contribution:
    """Sent out to partners."""
    return _moved(s, -1.0, s.tolls.send, {q: (row.origin, row.sent) for q, row in s.tolls.rows.items()})


def collection(s: Scenario) -> Iterator[Contribution]:
    """End-of-life material collected."""
    yield _moved(s, 1.0, s.returns.collect, {e: (row.location, row.material) for e, row in s.returns.rows.items()})


def delivery(s: Scenario) -> Iterator[Contribution]:
    """Demand met."""
    yield _moved(s, -1.0, s.demands.deliver, {d: (row.location, row.material) for d, row in s.demands.rows.items()})


def storage(s: Scenario) -> Iterator[Contribution]:
    """What stocks give up or take in."""
    yield from stored(s, lambda row: 1.0)


def stored(s: Scenario, counted: Callable[[Any], float]) -> Iterator[Contribution]:
    """(keep * opening - closing) / L; of what a stock holds to begin with, the share that is counted."""
    rows, periods = s.stocks.rows, s.data.periods
    sites = [(row.location, row.material) for row in rows.values()]
    years, closing = s.data.by_period(s.data.horizon.years), tabulated(s.stocks.store, list(rows), periods)
    keep = vector([s.stocks.kept(row, t) for row in rows.values() for t in periods]).reshape(closing.shape) / years
    nothing = np.full((len(rows), 1), NONE)
    initial = vector([counted(row) * row.initial for row in rows.values()])
    held = np.concatenate((keep[:, :1] * initial[:, None], np.zeros((len(rows), len(periods) - 1))), axis=1)
    yield Contribution(sites, keep, np.concatenate((nothing, closing[:, :-1]), axis=1), held)
    yield Contribution(sites, -1.0 / years, closing)


def listed(site: Site, terms: Sequence[Sequence[Term]]) -> Iterator[Contribution]:
    """What comes to one site, as a list of terms for each period."""
    nothing = np.full((1, len(terms)), NONE)
    yield Contribution([site], np.array(0.0), nothing, always=True)
    for value, column in layers(terms):
        yield Contribution([site], value[None, :], column[None, :])


CONTRIBUTIONS: tuple[Callable[[Scenario], Iterator[Contribution]], ...] = (
    production,
    consumption,
    shipping,
    trade,
    tolling,
    collection,
    delivery,
    storage,
)


class Balances:
    """balance[l,m,t] and dispose[l,m,t], for every place where anything can come, go or be thrown away."""

    def __init__(self, s: Scenario) -> None:
        gathered = Sum(s.data.periods)
        for contribution in CONTRIBUTIONS:
            for added in contribution(s):
                gathered.add(added)
        self.dispose = self._add_dispose(s, gathered)
        gathered.add(Contribution(self.dispose.heads, np.array(-1.0), self.dispose.column))
        gathered.constrain(s.block, "balance", exact=True)

    @staticmethod
    def _add_dispose(s: Scenario, gathered: Sum) -> Grid:
        """Where the material may be thrown away for a price, and there is anything."""
        sites = sorted(k for k in gathered.sites if s.data.material[k[1]].disposal_cost is not None)
        there = gathered.filled()[np.array([gathered.sites[k] for k in sites], dtype=np.int64)]
        return grid(s.block, "dispose", sites, s.data.periods, there)


class Sum:
    """Contributions added up by site and period."""

    def __init__(self, periods: Sequence[int]) -> None:
        self._periods, self._terms = periods, Gathered(len(periods))
        self.sites: dict[Site, int] = {}  # its line
        self._constant: list[tuple[Sequence[int], np.ndarray]] = []
        self._always: list[int] = []

    def add(self, added: Contribution) -> None:
        lines = [self.sites.setdefault(site, len(self.sites)) for site in added.sites]
        self._terms.add(lines, added.value, added.column)
        if added.always:
            self._always += lines
        if added.constant is not None:
            self._constant.append((lines, added.constant))

    def filled(self) -> np.ndarray:
        """Of each line and period, whether anything comes or goes there."""
        there = np.zeros((len(self.sites), len(self._periods)), dtype=bool)
        there.flat[self._terms.rows()] = True
        there[self._always] = True
        return there

    def constrain(self, block: Block, name: str, exact: bool) -> None:
        """what comes - what goes = 0, or at least 0; in the order of the sites' names."""
        order = sorted(self.sites)
        place = np.empty(len(order), dtype=np.int64)
        place[[self.sites[site] for site in order]] = np.arange(len(order))
        constant = np.zeros((len(order), len(self._periods)))
        for lines, added in self._constant:
            constant = constant.astype(np.result_type(constant, added))
            np.add.at(constant, place[lines], added)
        self._terms.move(place)
        constrain_all(block, name, order, self._periods, self._terms, -constant, -constant if exact else None)
