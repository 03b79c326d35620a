"""Exposure: element tonnes whose stages are done in, or under control of, a country; the dependence index."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING

from .arithmetic import matters, total
from .inputs import Inputs, Refused
from .relief import MORE
from .rows import Row, Term, at_most, constrain, scaled

if TYPE_CHECKING:
    from .model import Scenario

Key = tuple[str, str, str, int]  # stage, element, country, period


class Exposure:
    """E[k,e,c,t] as sums of terms; nothing here is a variable."""

    def __init__(self, s: Scenario) -> None:
        self._s, self._data = s, s.data
        self.terms: dict[Key, list[Term]] = defaultdict(list)
        self._from_processes()
        self._from_purchases()
        self._from_tolls()
        self.element_weight = {row.element: row.weight for row in s.data.tables["elements"]}
        self.stage_weight = {row.stage: row.weight for row in s.data.tables["stages"]}

    def _from_processes(self) -> None:
        data = self._data
        made = {p: self._content_made(p) for p in data.stage_of}
        for (f, p, t), run in self._s.facilities.run.items():
            stage = data.stage_of[p]
            if stage is None or not made[p]:
                continue
            for country, share in data.control(f, t).items():
                for element, by_period in made[p].items():
                    factor = share * data.kept(f) * by_period[t]
                    if matters(factor):
                        self.terms[stage, element, country, t].append((factor, run))

    def _content_made(self, process: str) -> dict[str, dict[int, float]]:
        """t of element in the products of a tonne of activity, by period."""
        made: dict[str, dict[int, float]] = defaultdict(lambda: defaultdict(float))
        for row in self._data.products(process):
            for element, content in self._data.content.get(row.material, {}).items():
                for t in self._data.periods:
                    made[element][t] += content * row.quantity[t]
        return made

    def _from_purchases(self) -> None:
        data = self._data
        for (name, t), buy in self._s.purchases.buy.items():
            content = data.content.get(data.supply[name].material)
            if content:
                self._embed("supply", name, t, content, [(1.0, buy)])

    def _from_tolls(self) -> None:
        for name, row in self._s.tolls.rows.items():
            content = self._data.content.get(row.returned)
            if content:
                for t in self._data.periods:
                    self._embed("toll", name, t, content, self._s.tolls.returned(row, t))

    def _embed(self, owner: str, name: str, t: int, content: dict[str, float], amount: list[Term]) -> None:
        for (stage, element, country), share in self._data.embedded(owner, name, t).items():
            self.terms[stage, element, country, t] += scaled(share * content[element], amount)

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

    def weighted(self, t: int, countries: Iterable[str | None], stage: str | None, element: str | None) -> list[Term]:
        """sum of element weight * E over the given filter (None: all)."""
        countries = set(countries)
        terms: list[Term] = []
        for (k, e, c, period), added in self.terms.items():
            if period == t and stage in (None, k) and element in (None, e) and (None in countries or c in countries):
                terms += scaled(self.element_weight[e], added)
        return terms

    def exposed(self, t: int, country: str | None = None) -> list[Term]:
        """Stage- and element-weighted exposure to a country (the exposed country unless named)."""
        country = country or self._data.settings["exposed_country"]
        terms: list[Term] = []
        for stage, weight in self.stage_weight.items():
            if matters(weight):
                terms += scaled(weight, self.weighted(t, [country], stage, None))
        return terms

    def index(self, t: int, country: str | None = None) -> list[Term]:
        """index[t]: weighted exposure over requirement."""
        required = self.requirement(t)
        if required <= 0:
            raise Refused(f"the dependence index of {t} has no meaning: the demand of {t} holds none of the elements")
        return scaled(1 / required, self.exposed(t, country))


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
