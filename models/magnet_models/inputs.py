"""The case as the mathematics sees it: the tables' rows, and look-ups worked out once from them.

`Inputs` takes any mapping from table name to rows with the columns of the case tables as attributes, yearly columns
being dictionaries by period. It knows no file, workbook or solver.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cached_property, reduce
from itertools import chain
from operator import attrgetter, itemgetter
from typing import Any

import numpy as np

from .arithmetic import greatest, least, matters, total, vector
from .horizon import FOREVER, Horizon
from .relief import Relief, Room

Tables = Mapping[str, Sequence[Any]]
OTHER = "other"


class Refused(Exception):
    """The tables leave something open that the mathematics needs; the message names the row."""


class Inputs:
    """Tables of one case or scenario, with the look-ups every piece shares."""

    def __init__(self, settings: Mapping[str, Any], tables: Tables, relief: Relief | None = None) -> None:
        """relief: the numbers that may give way (none in an ordinary build)."""
        self.relief = relief or Relief()
        self.settings = settings
        self.tables = tables
        self.horizon = Horizon(tables["periods"], settings)
        self.periods = self.horizon.periods

        first, *others = self.periods
        # The numbers of a dictionary by period, as a tuple in the order of the periods.
        self._each_period = itemgetter(first, *others) if others else lambda numbers: (numbers[first],)

        self.country = {row.location: row.country for row in tables["locations"]}
        self.material = self._by("materials", "material")
        self.stage_of = {row.process: row.stage for row in tables["processes"]}
        self.stage_order = {row.stage: row.order for row in tables["stages"]}
        self.facility = self._by("facilities", "facility")
        self.expansion = self._by("expansions", "expansion")
        self.lane = self._by("lanes", "lane")
        self.route = self._by("routes", "route")
        self.partners_horizon = {r: self.horizon.at(row.hurdle_rate) for r, row in self.route.items()}
        self.supply = self._by("supplies", "supply")
        self.sale = self._by("sales", "sale")

        self.recipe = self._grouped("recipes", "process")
        self.operations = self._grouped("operations", "facility")
        self.expansions = self._grouped("expansions", "facility")
        self.freight = self._grouped("freight", "lane")
        self.content = self._contents()
        self.ramp = self._ramps()
        self.spending = self._profiles()
        self.included = {row.item: row.include for row in tables["cost_items"]}
        self._intensity = self._intensities()
        # Asked for by several pieces, and worked out once.
        self._service: dict[tuple[str, int, int], float] = {}
        self._available: dict[tuple[str, int, int], float] = {}
        self._greatest_capacity: dict[str, Mapping[int, float]] = {}
        self._greatest_load: dict[str, Mapping[int, float]] = {}
        self._control: dict[tuple[str, int | None], dict[str, float]] = {}  # None: in every period
        self._embedded: dict[tuple[str, str, int | None], dict[tuple[str, str, str], float]] = {}
        self._embedded_rows = self._grouped_embedded()

    @cached_property
    def room(self) -> Room:
        """By how much numbers that give way may be raised; asked only where some are."""
        return Room(self)

    # ------------------------------------------------------------ look-ups

    def _by(self, table: str, key: str) -> dict[str, Any]:
        return {row[key]: row for row in self.tables[table]}

    def yearly(self, rows: Sequence[Any], column: str) -> np.ndarray:
        """A yearly column of rows: of each row the number of each period."""
        given = list(map(attrgetter(column), rows))
        # Rows with the same number in every period share their dictionary, so that few are looked into.
        different = {id(numbers): numbers for numbers in given}
        lines = vector(list(chain.from_iterable(map(self._each_period, different.values()))))
        place = {i: k for k, i in enumerate(different)}
        at = np.array([place[id(numbers)] for numbers in given], dtype=np.int64)
        return lines.reshape(len(different), len(self.periods))[at]

    def by_period(self, numbers: Mapping[int, float]) -> np.ndarray:
        """A number of each period, as a line."""
        return vector(self._each_period(numbers))

    def open(self, rows: Sequence[Any]) -> np.ndarray:
        """Of each row and period, whether the period is in the window of the row."""
        there = np.ones((len(rows), len(self.periods)), dtype=bool)
        for i, row in enumerate(rows):
            if row.first_year is not None or row.last_year is not None:
                there[i] = [self.horizon.in_window(row, t) for t in self.periods]
        return there

    def _grouped(self, table: str, key: str) -> dict[str, list[Any]]:
        groups: dict[str, list[Any]] = defaultdict(list)
        for row in self.tables[table]:
            groups[row[key]].append(row)
        return groups

    def _contents(self) -> dict[str, dict[str, float]]:
        content: dict[str, dict[str, float]] = defaultdict(dict)
        for row in self.tables["contents"]:
            content[row.material][row.element] = row.content
        return content

    def _ramps(self) -> dict[str, list[float]]:
        """Shares by age; ages that are not listed take the share of the last listed age before them."""
        listed: dict[str, dict[int, float]] = defaultdict(dict)
        for row in self.tables["ramps"]:
            listed[row.ramp][row.age] = row.share
        ramps = {}
        for name, shares in listed.items():
            held = [shares.get(0, 0.0)]
            for age in range(1, max(shares) + 1):
                held.append(shares.get(age, held[-1]))
            ramps[name] = held
        return ramps

    def _profiles(self) -> dict[str, list[tuple[int, float]]]:
        profiles: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for row in self.tables["spending"]:
            profiles[row.profile].append((row.offset, row.share))
        return profiles

    def _intensities(self) -> dict[tuple[str, str | None], list[Any]]:
        groups: dict[tuple[str, str | None], list[Any]] = defaultdict(list)
        for row in self.tables["intensities"]:
            groups[row.process, row.facility].append(row)
        return groups

    def _grouped_embedded(self) -> dict[tuple[str, str], list[Any]]:
        groups: dict[tuple[str, str], list[Any]] = defaultdict(list)
        for row in self.tables["embedded"]:
            owner = "supply" if row.supply else "toll"
            groups[owner, row[owner]].append(row)
        return groups

    def intensity(self, facility: str, process: str) -> list[Any]:
        """Impact rows of a process at a facility: its own rows replace the general ones, impact by impact."""
        own = self._intensity.get((process, facility), [])
        named = {row.impact for row in own}
        return own + [row for row in self._intensity.get((process, None), []) if row.impact not in named]

    # ------------------------------------------------------------ what processes make, and for whom

    def products(self, process: str) -> list[Any]:
        """Outputs of the process's own stage; all outputs if it has no stage."""
        stage = self.stage_of[process]
        outputs = [row for row in self.recipe[process] if row.direction == "output"]
        if stage is None:
            return outputs
        return [row for row in outputs if self.material[row.material].stage == stage]

    def route_of(self, facility: str) -> Any | None:
        name = self.facility[facility].route
        return self.route[name] if name else None

    def kept(self, facility: str) -> float:
        """Our share of a facility's products."""
        route = self.route_of(facility)
        return 1 - route.output_share if route else 1.0

    def ours(self, facility: str) -> float:
        """Our share of a facility's operating costs."""
        route = self.route_of(facility)
        return 1 - route.cost_share if route else 1.0

    def equity(self, facility: str) -> float:
        """Our share of a facility's capital."""
        route = self.route_of(facility)
        return 1 - route.capital_share if route else 1.0

    def needed(self, demand: Any, t: int) -> float:
        """t/y of a demand in a period."""
        return demand.quantity[t] * (1 + demand.growth) ** (t - self.horizon.base)

    # ------------------------------------------------------------ expansions in time

    def service(self, expansion: Any, s: int, t: int) -> float:
        """serv: share of period t in which capacity decided in s exists."""
        # Periods of equal length see the same expansion alike, so many years after the decision.
        key = expansion.expansion, t - s, self.horizon.years[t]
        if key not in self._service:
            start = s + expansion.lead_time
            self._service[key] = self.horizon.overlap(start, start + self.life(expansion), t)
        return self._service[key]

    def available(self, expansion: Any, s: int, t: int) -> float:
        """cap: service, with ramp-up by age."""
        key = expansion.expansion, t - s, self.horizon.years[t]  # as in `service`
        if key not in self._available:
            self._available[key] = self._ramped(expansion, s, t)
        return self._available[key]

    def _ramped(self, expansion: Any, s: int, t: int) -> float:
        if expansion.ramp is None:
            return self.service(expansion, s, t)
        start, end = s + expansion.lead_time, s + expansion.lead_time + self.life(expansion)
        ramp = self.ramp[expansion.ramp]
        available = 0.0
        for age, share in enumerate(ramp):
            until = start + age + 1 if age + 1 < len(ramp) else FOREVER
            available += share * self.horizon.overlap(start + age, least(until, end), t)
        return available

    @staticmethod
    def life(expansion: Any) -> float:
        return FOREVER if expansion.life is None else expansion.life

    def decision_years(self, expansion: Any) -> list[int]:
        """Periods in which an expansion may be decided and still gives capacity within the horizon."""
        return self._in_time(expansion)

    @staticmethod
    def modules(expansion: Any) -> int:
        return expansion.max_modules if expansion.sizing == "modular" else 1

    def greatest_capacity(self, facility: str) -> Mapping[int, float]:
        """Existing capacity and all that could have been added by then, by period, before availability."""
        if facility not in self._greatest_capacity:
            self._greatest_capacity[facility] = self._capacities(facility)
        return self._greatest_capacity[facility]

    def greatest_load(self, facility: str) -> Mapping[int, float]:
        """The same, of which as much is available as can be used."""
        if facility not in self._greatest_load:
            capacity, share = self.greatest_capacity(facility), self.facility[facility].availability
            self._greatest_load[facility] = {t: capacity[t] * share[t] for t in self.periods}
        return self._greatest_load[facility]

    def _capacities(self, facility: str) -> Mapping[int, float]:
        if facility in self.expansions or self.relief.families:
            return {t: self._capacity_and_added(facility, t) for t in self.periods}
        return self.facility[facility].capacity  # type: ignore[no-any-return]

    def _capacity_and_added(self, facility: str, t: int) -> float:
        capacity: float = self.facility[facility].capacity[t]
        if self.relief.asks("facilities", "capacity"):
            capacity += self.room.of_facility(facility)
        for row in self.expansions.get(facility, []):
            shares = [self.available(row, s, t) for s in self.decision_years(row)]
            greatest_share = reduce(greatest, shares) if shares else 0.0
            capacity += self.most_size(row) * self.most_modules(row) * greatest_share
        return capacity

    def most_size(self, expansion: Any) -> float:
        """Greatest size of a build; with all it may give way by, where it is chosen."""
        size: float = expansion.max_size
        if self.size_gives_way(expansion):
            size += self.room.of_facility(expansion.facility)
        return size

    def size_gives_way(self, expansion: Any) -> bool:
        """Whether the greatest size may change: not that of a module, nor the end of a cost curve."""
        curved = any(row.expansion == expansion.expansion for row in self.tables["expansion_costs"])
        chosen = expansion.sizing in ("range", "continuous") and not curved
        return chosen and self.relief.asks("expansions", "max_size")

    def most_modules(self, expansion: Any) -> int:
        """Most modules; with all they may give way by."""
        modules = self.modules(expansion)
        if expansion.sizing == "modular" and self.relief.asks("expansions", "max_modules"):
            modules += self.extra_modules(expansion)
        return modules

    def extra_modules(self, expansion: Any) -> int:
        """By how many modules an expansion may give way: what its facility has room for."""
        return int(self.room.of_facility(expansion.facility) / expansion.max_size) + 1 if expansion.max_size > 0 else 0

    # ------------------------------------------------------------ bounds, with all they may give way by

    def most_run(self, operation: Any, t: int) -> float:
        limit: float = operation.limit[t]
        asked = self.relief.asks("operations", "limit")
        return limit + self.room.of_facility(operation.facility) if asked else limit

    def most_bought(self, supply: Any, t: int) -> float:
        limit: float = supply.limit[t]
        return limit + self.room.of_material(supply.material) if self.relief.asks("supplies", "limit") else limit

    def most_sold(self, sale: Any, t: int) -> float:
        limit: float = sale.limit[t]
        return limit + self.room.any if self.relief.asks("sales", "limit") else limit

    def most_shipped(self, lane: Any, t: int) -> float:
        capacity: float = lane.capacity[t]
        return capacity + self.room.any if self.relief.asks("lanes", "capacity") else capacity

    def most_freight(self, freight: Any, t: int) -> float:
        capacity: float = freight.capacity[t]
        asked = self.relief.asks("freight", "capacity")
        return capacity + self.room.of_material(freight.material) if asked else capacity

    def most_stored(self, stock: Any, t: int) -> float:
        capacity: float = stock.capacity[t]
        asked = self.relief.asks("stocks", "capacity")
        return capacity + self.room.of_stock(stock.material) if asked else capacity

    def most_tolled(self, toll: Any, t: int) -> float:
        capacity: float = toll.capacity[t]
        return capacity + self.room.of_material(toll.sent) if self.relief.asks("tolls", "capacity") else capacity

    def most_under(self, route: Any, t: int) -> float:
        maximum: float = route.maximum[t]
        return maximum + self.room.any if self.relief.asks("routes", "maximum") else maximum

    # ------------------------------------------------------------ routes in time

    def signing_years(self, route: Any) -> list[int]:
        """Periods in which a route may be signed and still becomes active within the horizon."""
        return self._in_time(route)

    def _in_time(self, row: Any) -> list[int]:
        """Periods in the window of a row from which its lead time ends within the horizon."""
        return [t for t in self.horizon.window(row) if t + row.lead_time < self.horizon.end]

    def active_share(self, route: Any, s: int, t: int, delay: float = 0.0) -> float:
        """act (or unl, with the transfer years as delay): share of period t in which a route signed in s is active."""
        end = s + route.lead_time + (FOREVER if route.duration is None else route.duration)
        return self.horizon.overlap(s + route.lead_time + delay, end, t)

    def active_at(self, route: Any, s: int, t: int, delay: float = 0.0) -> bool:
        """Whether a route signed in s is active at the start of period t."""
        end = s + route.lead_time + (FOREVER if route.duration is None else route.duration)
        return s + route.lead_time + delay <= t < end

    # ------------------------------------------------------------ where the work is done

    def control_changes(self, facility: str) -> bool:
        """Whether the shares of its control differ between periods."""
        return self.facility[facility].china_share is not None

    def embedded_changes(self, owner: str, name: str) -> bool:
        """Whether what is embedded in a supply or a toll differs between periods."""
        return (owner, name) in self._embedded_rows

    def control(self, facility: str, t: int) -> dict[str, float]:
        """Share of a facility's work by country of location or control."""
        key = facility, t if self.control_changes(facility) else None
        if key not in self._control:
            self._control[key] = self._controlled(facility, t)
        return self._control[key]

    def _controlled(self, facility: str, t: int) -> dict[str, float]:
        row = self.facility[facility]
        home, exposed = self.country[row.location], self.settings["exposed_country"]
        if not exposed:
            return {home: 1.0}
        share = row.china_share[t] if row.china_share is not None else float(home == exposed)
        rest = OTHER if home == exposed else home
        return {c: x for c, x in ((exposed, share), (rest, 1 - share)) if matters(x)}

    def embedded(self, owner: str, name: str, t: int) -> dict[tuple[str, str, str], float]:
        """emb: (stage, element, country) -> share of the element content, for a supply or a toll."""
        key = (owner, name, t if self.embedded_changes(owner, name) else None)
        if key not in self._embedded:
            self._embedded[key] = self._worked_in(owner, name, t)
        return self._embedded[key]

    def _worked_in(self, owner: str, name: str, t: int) -> dict[tuple[str, str, str], float]:
        material, stages, home = self._embedded_default(owner, name)
        given: dict[tuple[str, str | None], dict[str, float]] = defaultdict(dict)
        for row in self._embedded_rows.get((owner, name), []):
            given[row.stage, row.element][row.country] = row.share[t]
        shares: dict[tuple[str, str, str], float] = {}
        for element in self.content.get(material, {}):
            for stage in self.stage_order:
                named = given.get((stage, element)) or given.get((stage, None)) or {}
                for country, share in named.items():
                    shares[stage, element, country] = share
                if stage in stages:
                    rest = 1 - total(named.values())
                    shares[stage, element, home] = shares.get((stage, element, home), 0.0) + rest
        return {key: share for key, share in shares.items() if abs(share) > 1e-12}

    def _embedded_default(self, owner: str, name: str) -> tuple[str, set[str], str]:
        """Material whose content counts, stages done by default, and the country that does them."""
        if owner == "supply":
            row = self.supply[name]
            last = self._order(row.material)
            stages = {k for k, n in self.stage_order.items() if last is not None and n <= last}
            return row.material, stages, self.origin(row)
        row = next(q for q in self.tables["tolls"] if q.toll == name)
        first, last = self._order(row.sent), self._order(row.returned)
        stages = {
            k for k, n in self.stage_order.items() if last is not None and n <= last and (first is None or n > first)
        }
        return row.returned, stages, row.country or self.route[row.route].country

    def _order(self, material: str) -> int | None:
        stage = self.material[material].stage
        return None if stage is None else self.stage_order[stage]

    def origin(self, supply: Any) -> str:
        return supply.origin or self.country[supply.location]
