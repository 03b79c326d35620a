"""The case and the plan as plain look-ups, and the arithmetic of time, written afresh for the audit.

Nothing here or beside it imports the model, Pyomo or the solver session: the audit must be able to disagree.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

if TYPE_CHECKING:
    from ..case import Case

Lines = list[dict[str, Any]]


def columns(frame: pd.DataFrame) -> dict[str, list[Any]]:
    """Columns as lists, blanks (NaN) as None."""
    return {
        str(name): [None if isinstance(v, float) and v != v else v for v in frame.iloc[:, i].tolist()]
        for i, name in enumerate(frame.columns)
    }


def lines(frame: pd.DataFrame) -> Lines:
    """Rows as dictionaries, blanks (NaN) as None."""
    return _lines(columns(frame))


def _lines(listed: Mapping[str, list[Any]]) -> Lines:
    return [dict(zip(listed, values, strict=True)) for values in zip(*listed.values(), strict=True)]


def _by(column: str, found: Lines) -> dict[Any, Lines]:
    """Rows by what stands in a column; none for anything else."""
    groups: dict[Any, Lines] = defaultdict(list)
    for r in found:
        groups[r[column]].append(r)
    return groups


class Clock(NamedTuple):
    """How someone discounts: the rate, the factor of a year, what a yearly amount counts over a period."""

    rate: float
    factor: Callable[[int], float]
    counted: Mapping[int, float]


class Facts:
    """What case and plan say, by name."""

    def __init__(
        self,
        case: Case,
        tables: Mapping[str, pd.DataFrame],
        tolerance: float,
        planned: Case | None = None,
        adapt_from: int | None = None,
    ) -> None:
        self.rows = case.resolved()
        self.settings = case.settings  # typed once the rows are resolved
        self.columns = {name: columns(frame) for name, frame in tables.items() if name != "solver"}
        self.plan: dict[str, Lines] = {name: _lines(listed) for name, listed in self.columns.items()}
        self.tolerance = tolerance
        self.named = {
            name: {r[key]: r for r in self.rows[name]}
            for name, key in (
                ("facilities", "facility"),
                ("expansions", "expansion"),
                ("routes", "route"),
                ("lanes", "lane"),
                ("supplies", "supply"),
                ("sales", "sale"),
                ("demands", "demand"),
                ("stocks", "stock"),
                ("tolls", "toll"),
                ("materials", "material"),
                ("returns", "return"),
                ("incentives", "incentive"),
                ("limits", "limit"),
                ("locations", "location"),
                ("processes", "process"),
                ("impacts", "impact"),
                ("stages", "stage"),
            )
        }
        self._of_period: dict[str, dict[int, Lines]] = {}
        self._adapt_from = adapt_from
        self._before = Facts(planned, tables, tolerance) if planned else self
        self._read_time()
        self._read_recipes()

    # ------------------------------------------------------------ time

    def _read_time(self) -> None:
        rows = self.rows["periods"]
        self.periods = [r.period for r in rows]
        self.length = {r.period: r.years for r in rows}
        self.given_weight = {r.period: r.weight for r in rows}
        self.end = self.periods[-1] + self.length[self.periods[-1]]
        base, rate = self.settings["base_year"], 1 + self.settings["escalation"]
        self.dearer = {t: rate ** (t - base) for t in self.periods}
        self.counted = {t: sum(self.factor(t + k) for k in range(self.length[t])) for t in self.periods}

    def holding(self, year: float) -> int:
        """The period a year falls in (the last one after the horizon)."""
        found = self.periods[0]
        for t in self.periods:
            if year >= t:
                found = t
        return found

    def factor(self, year: int) -> float:
        """Discount factor of a year."""
        t = self.holding(year)
        if self.given_weight[t] is not None:
            return self.given_weight[t] / self.length[t]
        return 1 / (1 + self.settings["discount_rate"]) ** (year - self.settings["base_year"])

    def clock(self, rate: float | None) -> Clock:
        """Discounting at a rate, or as the case does if that is None."""
        if rate is None:
            return Clock(self.settings["discount_rate"], self.factor, self.counted)
        base = self.settings["base_year"]
        counted = {t: sum((1 + rate) ** (base - t - k) for k in range(self.length[t])) for t in self.periods}
        return Clock(rate, lambda year: (1 + rate) ** (base - year), counted)

    def part(self, start: float, stop: float, t: int) -> float:
        """Share of a period that lies between two points in time."""
        first, last = max(start, t), min(stop, t + self.length[t])
        return (last - first) / self.length[t] if last > first else 0.0

    def arriving(self, lag: float, sent: int, t: int) -> float:
        return self.part(sent + lag, sent + self.length[sent] + lag, t)

    def previous(self, t: int) -> int | None:
        i = self.periods.index(t)
        return None if i == 0 else self.periods[i - 1]

    @staticmethod
    def within(row: Any, t: int) -> bool:
        return not (
            (row.first_year is not None and t < row.first_year) or (row.last_year is not None and t > row.last_year)
        )

    # ------------------------------------------------------------ recipes, contents

    def _read_recipes(self) -> None:
        self.inputs: dict[str, dict[str, dict[int, float]]] = defaultdict(dict)
        self.outputs: dict[str, dict[str, dict[int, float]]] = defaultdict(dict)
        for r in self.rows["recipes"]:
            (self.inputs if r.direction == "input" else self.outputs)[r.process][r.material] = r.quantity
        self.content: dict[str, dict[str, float]] = defaultdict(dict)
        for r in self.rows["contents"]:
            self.content[r.material][r.element] = r.content
        self._own_products: dict[str, dict[str, dict[int, float]]] = {}
        self.operation = {(r.facility, r.process): r for r in self.rows["operations"]}
        self.freight = {(r.lane, r.material): r for r in self.rows["freight"]}
        self.stage_order = {r.stage: r.order for r in self.rows["stages"]}
        self.element_weight = {r.element: r.weight for r in self.rows["elements"]}

    def own_products(self, process: str) -> dict[str, dict[int, float]]:
        """Outputs of the process's own stage."""
        if process not in self._own_products:
            stage = self.named["processes"][process].stage
            self._own_products[process] = {
                m: q
                for m, q in self.outputs[process].items()
                if stage is None or self.named["materials"][m].stage == stage
            }
        return self._own_products[process]

    def intensity_rows(self, facility: str, process: str) -> list[Any]:
        """Impacts of a process at a facility; its own rows go before the general ones."""
        local = self._intensities.get((process, facility), [])
        taken = [r.impact for r in local]
        return local + [r for r in self._intensities.get((process, None), []) if r.impact not in taken]

    @cached_property
    def _intensities(self) -> dict[tuple[str, str | None], list[Any]]:
        found: dict[tuple[str, str | None], list[Any]] = defaultdict(list)
        for r in self.rows["intensities"]:
            found[r.process, r.facility].append(r)
        return found

    # ------------------------------------------------------------ partnership shares

    def contract(self, facility: str) -> Any | None:
        return self._contracts[facility]

    @cached_property
    def _contracts(self) -> dict[str, Any | None]:
        routes = self.named["routes"]
        return {name: routes[row.route] if row.route else None for name, row in self.named["facilities"].items()}

    def kept(self, facility: str) -> float:
        contract = self.contract(facility)
        return 1.0 if contract is None else 1.0 - contract.output_share

    def ours(self, facility: str) -> float:
        contract = self.contract(facility)
        return 1.0 if contract is None else 1.0 - contract.cost_share

    def country(self, location: str) -> str:
        return self.named["locations"][location].country

    def origin(self, supply: Any) -> str:
        return supply.origin or self.country(supply.location)

    def toll_country(self, toll: Any) -> str:
        return toll.country or self.named["routes"][toll.route].country

    def needed(self, demand: Any, t: int) -> float:
        return demand.quantity[t] * (1 + demand.growth) ** (t - self.settings["base_year"])

    # ------------------------------------------------------------ what the plan decided

    def signed(self, route: str) -> list[int]:
        return [r["period"] for r in self._signings[route]]

    @cached_property
    def _signings(self) -> dict[str, Lines]:
        return _by("route", self.plan["signings"])

    def active(self, route: str, t: int, delay: float = 0.0) -> float:
        """Share of the period in which a route, as signed in the plan, is active."""
        r = self.named["routes"][route]
        total = 0.0
        for s in self.signed(route):
            start = s + r.lead_time
            stop = float("inf") if r.duration is None else start + r.duration
            total += self.part(start + delay, stop, t)
        return total

    def running_at(self, route: str, year: int, delay: float) -> bool:
        """Whether a route is active at a year, as far as it was known when that year's decisions were made."""
        r = self.when_decided(year).named["routes"][route]
        for s in self.signed(route):
            start = s + r.lead_time
            stop = float("inf") if r.duration is None else start + r.duration
            if start + delay <= year < stop:
                return True
        return False

    def when_decided(self, year: int) -> Facts:
        """The facts as they were known when that year's decisions were made."""
        return self if self._adapt_from is not None and year >= self._adapt_from else self._before

    def age_share(self, ramp: str | None, age: int) -> float:
        if ramp is None:
            return 1.0
        shares = self._ramps[ramp]
        return shares[max(a for a in shares if a <= age)]

    @cached_property
    def _ramps(self) -> dict[str, dict[int, float]]:
        found: dict[str, dict[int, float]] = defaultdict(dict)
        for r in self.rows["ramps"]:
            found[r.ramp][r.age] = r.share
        return found

    def available_share(self, expansion: Any, decided: int, t: int, ramped: bool = True) -> float:
        """Share of the decided size that can be used in a period."""
        start = decided + expansion.lead_time
        stop = float("inf") if expansion.life is None else start + expansion.life
        if expansion.ramp is None or not ramped:
            return self.part(start, stop, t)
        total, age = 0.0, 0
        while start + age < t + self.length[t]:
            total += self.age_share(expansion.ramp, age) * self.part(start + age, min(start + age + 1, stop), t)
            age += 1
        return total

    def existing(self, facility: str, t: int) -> float:
        row = self.named["facilities"][facility]
        if not self.within(row, t):
            return 0.0
        if row.route:
            return row.capacity[t] * self.active(row.route, t)
        closed = sum(r["capacity"] for r in self._retired[facility] if r["period"] <= t)
        return row.capacity[t] - closed

    def added(self, facility: str, t: int, expansion: str | None = None) -> float:
        return sum(
            r["size"] * self.available_share(self.named["expansions"][r["expansion"]], r["period"], t)
            for r in self._built[facility]
            if expansion is None or r["expansion"] == expansion
        )

    @cached_property
    def _retired(self) -> dict[str, Lines]:
        return _by("facility", self.plan["retirements"])

    @cached_property
    def _built(self) -> dict[str, Lines]:
        return _by("facility", self.plan["builds"])

    @cached_property
    def embedded(self) -> dict[tuple[str, str], list[Any]]:
        """Rows of the table `embedded` by what they are about: ('supply', name) or ('toll', name)."""
        found: dict[tuple[str, str], list[Any]] = defaultdict(list)
        for r in self.rows["embedded"]:
            found[("supply", r.supply) if r.supply else ("toll", r.toll)].append(r)
        return found

    @cached_property
    def stages_at(self) -> dict[str, set[str | None]]:
        """The stages a facility can work in."""
        found: dict[str, set[str | None]] = defaultdict(set)
        for facility, process in self.operation:
            found[facility].add(self.named["processes"][process].stage)
        return found

    def of_period(self, table: str, t: int) -> Lines:
        """The rows of a plan table in a period."""
        if table not in self._of_period:
            self._of_period[table] = _by("period", self.plan[table])
        return self._of_period[table][t]

    def runs_of(self, t: int) -> list[tuple[str, str, float]]:
        """Facility, process and activity in a period."""
        return [(r["facility"], r["process"], r["activity"]) for r in self.of_period("activity", t)]

    @cached_property
    def runs(self) -> dict[tuple[str, str, int], float]:
        """Activity by facility, process and period."""
        return {(r["facility"], r["process"], r["period"]): r["activity"] for r in self.plan["activity"]}
