"""Exposure: element tonnes whose stages are done in, or under control of, a country; the dependence index."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import numpy as np

from .arithmetic import mattering, matters, total, vector
from .grids import NONE, layers, tabulated
from .inputs import Inputs, Refused
from .programme import Linear
from .relief import MORE
from .rows import Row, Term, at_most, constrain, scaled

if TYPE_CHECKING:
    from .model import Scenario

Key = tuple[str, str, str, int]  # stage, element, country, period
Part = tuple[np.ndarray, np.ndarray]  # of each period, value and variable


class Exposure:
    """E[k,e,c,t] as sums of terms; nothing here is a variable."""

    def __init__(self, s: Scenario) -> None:
        self._s, self._data = s, s.data
        self.element_weight = {row.element: row.weight for row in s.data.tables["elements"]}
        self.stage_weight = {row.stage: row.weight for row in s.data.tables["stages"]}

    @cached_property
    def terms(self) -> dict[Key, Linear]:
        """All of them that have a term."""
        parts: dict[tuple[str, str, str], list[Part]] = defaultdict(list)
        for added in (self._from_processes(), self._from_purchases(), self._from_tolls()):
            for key, part in added:
                parts[key].append(part)
        found: dict[Key, Linear] = {}
        for key, listed in parts.items():
            values, columns = (np.array(lines) for lines in zip(*listed, strict=True))
            there = (columns != NONE) & mattering(values)
            for k, t in enumerate(self._data.periods):
                if (at := there[:, k]).any():
                    found[(*key, t)] = Linear(values[at, k], columns[at, k])
        return found

    @cached_property
    def _in_period(self) -> dict[int, dict[tuple[str, str, str], Linear]]:
        found: dict[int, dict[tuple[str, str, str], Linear]] = defaultdict(dict)
        for (*key, t), terms in self.terms.items():
            found[t][tuple(key)] = terms  # type: ignore[index]
        return found

    def _from_processes(self) -> Iterator[tuple[tuple[str, str, str], Part]]:
        data, run = self._data, self._s.facilities.run
        made = {p: self._content_made(p) for p in data.stage_of}
        for i, (f, p) in enumerate(run.heads):
            stage = data.stage_of[p]
            if stage is None or not made[p]:
                continue
            kept = vector([data.kept(f)])
            for country, shares in self._by_period(data.control_changes(f), partial(data.control, f)).items():
                for element, content in made[p].items():
                    yield (stage, element, country), (shares * kept * content, run.column[i])

    def _content_made(self, process: str) -> dict[str, np.ndarray]:
        """t of element in the products of a tonne of activity, by period."""
        made: dict[str, np.ndarray] = {}
        for row in self._data.products(process):
            quantity = self._data.by_period(row.quantity)
            for element, content in self._data.content.get(row.material, {}).items():
                made[element] = made.get(element, 0.0) + vector([content]) * quantity
        return made

    def _from_purchases(self) -> Iterator[tuple[tuple[str, str, str], Part]]:
        data = self._data
        columns = tabulated(self._s.purchases.buy, list(data.supply), data.periods)
        for (name, row), column in zip(data.supply.items(), columns, strict=True):
            yield from self._embedded("supply", name, row.material, np.ones(len(column)), column)

    def _from_tolls(self) -> Iterator[tuple[tuple[str, str, str], Part]]:
        tolls, periods = self._s.tolls, self._data.periods
        for name, row in tolls.rows.items():
            for value, column in layers([tolls.returned(row, t) for t in periods]):
                yield from self._embedded("toll", name, row.returned, value, column)

    def _embedded(
        self, owner: str, name: str, material: str, value: np.ndarray, column: np.ndarray
    ) -> Iterator[tuple[tuple[str, str, str], Part]]:
        """What is embedded in a material that comes: value * variable in each period."""
        content = self._data.content.get(material)
        if not content:
            return
        changes = self._data.embedded_changes(owner, name)
        for key, shares in self._by_period(changes, partial(self._data.embedded, owner, name)).items():
            yield key, (shares * vector([content[key[1]]]) * value, column)

    def _by_period(self, changes: bool, shares: Callable[[int], Mapping[Any, float]]) -> dict[Any, np.ndarray]:
        """Shares of each period as one line for each key, of one number if they do not change between periods."""
        periods = self._data.periods
        if not changes:
            return {key: vector([share]) for key, share in shares(periods[0]).items()}
        found = [shares(t) for t in periods]
        keys = dict.fromkeys(key for x in found for key in x)
        return {key: vector([x.get(key, 0.0) for x in found]) for key in keys}

    # ------------------------------------------------------------ sums

    def requirement(self, t: int, element: str | None = None) -> float:
        """Weighted element content of the year's demand."""
        return requirement(self._data, t, element)

    def given_way(self, t: int, element: str | None = None) -> list[Term]:
        """Share of the requirement that is gone because demand gives way."""
        required, demands = self.requirement(t, element), self._s.demands
        if required <= 0:
            return []
        weight = self.element_weight
        return [
            x
            for d, row in demands.rows.items()
            for e, content in self._data.content.get(row.material, {}).items()
            if element in (None, e)
            for x in scaled(weight[e] * content / required, demands.less(d, t))
        ]

    def weighted(self, t: int, countries: Iterable[str | None], stage: str | None, element: str | None) -> Linear:
        """sum of element weight * E over the given filter (None: all)."""
        countries = set(countries)
        return Linear.joined(
            *(
                added.times(self.element_weight[e])
                for (k, e, c), added in self._in_period.get(t, {}).items()
                if stage in (None, k) and element in (None, e) and (None in countries or c in countries)
            )
        )

    def exposed(self, t: int, country: str | None = None) -> Linear:
        """Stage- and element-weighted exposure to a country (the exposed country unless named)."""
        country = country or self._data.settings["exposed_country"]
        return Linear.joined(
            *(
                self.weighted(t, [country], stage, None).times(weight)
                for stage, weight in self.stage_weight.items()
                if matters(weight)
            )
        )

    def index(self, t: int, country: str | None = None) -> Linear:
        """index[t]: weighted exposure over requirement."""
        required = self.requirement(t)
        if required <= 0:
            raise Refused(f"the dependence index of {t} has no meaning: the demand of {t} holds none of the elements")
        return self.exposed(t, country).times(1 / required)


def requirement(data: Inputs, t: int, element: str | None = None) -> float:
    """requirement[t] = sum over demands and elements of element weight * content * quantity."""
    weight = {row.element: row.weight for row in data.tables["elements"]}
    return total(
        weight[e] * content * data.needed(row, t)
        for row in data.tables["demands"]
        for e, content in data.content.get(row.material, {}).items()
        if element in (None, e)
    )


def cap_index(s: Scenario, cap: dict[int, float]) -> None:
    """index_cap[t]: index[t] <= cap."""

    def index_cap(t: int) -> Row:
        """index[t] <= cap, (1 - the share of the requirement that gives way) * cap + relief"""
        more = s.data.relief.terms(MORE, "options", "index", "china_cap", t)
        return at_most([*s.exposure.index(t), *scaled(cap[t], s.exposure.given_way(t)), *scaled(-1.0, more)], cap[t])

    constrain(s.block, "index_cap", ((t, index_cap(t)) for t in cap))
