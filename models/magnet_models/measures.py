"""Measures: what can be least, or held below a value, besides cost. Each is a sum over one scenario's decisions.

A measure is named as a planner writes it: `cost`, `index`, `country share`, `not free`, `unmet`, or `impact CO2` with
the name of an impact; `index 2030-2035` counts those years only. All are better the smaller they are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from .programme import Linear
from .rows import Term, at_least, constrain, scaled, variables

if TYPE_CHECKING:
    from .model import Scenario

Sum = tuple[float, Sequence[Term]]  # constant, terms

_YEARS = re.compile(r"(?P<name>.+?) (?P<first>\d{4})-(?P<last>\d{4})")


class NoMeasure(ValueError):
    """What was asked for is no measure of the case; the message says what is allowed."""


class Measure(NamedTuple):
    """A parsed name. `subject` is the impact counted, if any; years are inclusive."""

    kind: str
    subject: str | None = None
    first: int | None = None
    last: int | None = None

    @classmethod
    def parse(cls, text: str) -> Measure:
        """Raises NoMeasure if it is none."""
        first = last = None
        if found := _YEARS.fullmatch(text.strip()):
            text, first, last = found["name"], int(found["first"]), int(found["last"])
        text = text.strip()
        kind, _, subject = text.partition(" ")
        if kind == "impact" and subject:
            return cls(kind, subject, first, last)
        if text in MEASURES and text != "impact":
            return cls(text, None, first, last)
        raise NoMeasure(f"'{text}' is no measure; allowed: {', '.join(m for m in MEASURES if m != 'impact')}, impact NAME")

    def periods(self, s: Scenario) -> list[int]:
        """Periods counted; NoMeasure if there is none."""
        counted = [
            t
            for t in s.data.periods
            if (self.first is None or t >= self.first) and (self.last is None or t <= self.last)
        ]
        if not counted:
            raise NoMeasure(f"measure '{self.kind}': no period begins in {self.first}-{self.last}")
        return counted


def cost(s: Scenario, m: Measure) -> Sum:
    """Discounted cost, all included items (of all years: capital is not a matter of single ones)."""
    if m.first is not None:
        raise NoMeasure("measure 'cost' is over the whole horizon; it takes no years")
    return s.costs.constant, s.costs.terms


def index(s: Scenario, m: Measure) -> Sum:
    """mean of index[t], weighted by the length of the periods"""
    return 0.0, _mean(s, m, s.exposure.index)


def country_share(s: Scenario, m: Measure) -> Sum:
    """mean of largest[t], the greatest index[c,t] of any country but the settings' home country"""
    largest = _largest(s)
    return 0.0, _mean(s, m, lambda t: [(1.0, largest[t])])


def not_free(s: Scenario, m: Measure) -> Sum:
    """1 - free share: the part of the requirement not delivered free of the exposed country from mine to magnet"""
    if s.custody is None:
        raise NoMeasure("measure 'not free' needs settings: exposed_country, and materials with tracked elements")
    return 1.0, scaled(-1.0, s.custody.free_share(m.periods(s)))


def unmet(s: Scenario, m: Measure) -> Sum:
    """sum_t L[t] * sum_d short[d,t]: tonnes of demand not delivered"""
    years, counted = s.data.horizon.years, set(m.periods(s))
    return 0.0, [(years[t], short) for (_, t), short in s.demands.short.items() if t in counted]


def impact(s: Scenario, m: Measure) -> Sum:
    """sum_t L[t] * impact of the processes"""
    if m.subject not in {row.impact for row in s.data.tables["impacts"]}:
        raise NoMeasure(f"measure 'impact {m.subject}': no such impact in the case")
    years, counted = s.data.horizon.years, set(m.periods(s))
    terms: list[Term] = []
    for (f, p, t), run in s.facilities.run.items():
        for row in s.data.intensity(f, p) if t in counted else ():
            if row.impact == m.subject:
                terms.append((years[t] * row.quantity[t], run))
    return 0.0, terms


def _mean(s: Scenario, m: Measure, of: Callable[[int], Iterable[Term]]) -> Linear:
    years, counted = s.data.horizon.years, m.periods(s)
    if not s.data.settings["exposed_country"]:
        raise NoMeasure(f"measure '{m.kind}' needs settings: exposed_country, and stage weights")
    counted = [t for t in counted if s.exposure.requirement(t) > 0]
    total = sum(years[t] for t in counted)
    return Linear.joined(*(Linear.of(of(t)).times(years[t] / total) for t in counted))


def _largest(s: Scenario) -> dict[int, Any]:
    """largest[t] >= index[c,t] for every country c but the home country; made once for a scenario."""
    if s.largest is None:
        home = s.data.settings["home_country"]
        needed = [t for t in s.data.periods if s.exposure.requirement(t) > 0]
        countries = sorted({c for _, _, c, _ in s.exposure.terms} - {home})
        s.largest = variables(s.block, "largest", needed)
        rows = [
            ((c, t), at_least([(1.0, s.largest[t]), *scaled(-1.0, s.exposure.index(t, c))], 0.0))
            for t in needed
            for c in countries
        ]
        constrain(s.block, "largest_of", rows)
    return s.largest


MEASURES: dict[str, Callable[[Scenario, Measure], Sum]] = {
    "cost": cost,
    "index": index,
    "country share": country_share,
    "not free": not_free,
    "unmet": unmet,
    "impact": impact,
}


def measured(s: Scenario, m: Measure) -> Sum:
    """The measure of one scenario: constant and terms."""
    return MEASURES[m.kind](s, m)
