"""Periods, overlaps and discounting: how a year, a life or a lag falls on the periods of a case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from typing import Any

from .arithmetic import greatest, least, total

FOREVER = float("inf")


class Horizon:
    """The planning periods of a case. A period is named by its first year."""

    def __init__(self, periods: Sequence[Any], settings: Mapping[str, Any]) -> None:
        self.periods: list[int] = [row.period for row in periods]
        self.years: dict[int, int] = {row.period: row.years for row in periods}
        self.base: int = settings["base_year"]
        self.rate: float = settings["discount_rate"]
        self._given = {row.period: row.weight for row in periods if row.weight is not None}
        self.end: int = self.periods[-1] + self.years[self.periods[-1]]
        self.escalation = {t: (1 + settings["escalation"]) ** (t - self.base) for t in self.periods}
        self.weight = {t: total(self.discount(t + i) for i in range(self.years[t])) for t in self.periods}

    def period_of(self, year: float) -> int:
        """The period that holds a year; the last one for years after the horizon."""
        return max((t for t in self.periods if t <= year), default=self.periods[0])

    def discount(self, year: int) -> float:
        """D(y): what one unit of money in that year counts in the objective."""
        t = self.period_of(year)
        if t in self._given:
            return self._given[t] / self.years[t]
        return (1 + self.rate) ** -(year - self.base)

    def at(self, rate: float | None) -> Horizon:
        """The same periods seen by someone who discounts at another rate; this horizon itself if that is None."""
        if rate is None:
            return self
        view = copy(self)
        view.rate, view._given = rate, {}
        view.weight = {t: total(view.discount(t + i) for i in range(view.years[t])) for t in view.periods}
        return view

    def overlap(self, start: float, end: float, t: int) -> float:
        """ov(start, end; t): share of period t inside [start, end)."""
        return greatest(0.0, least(end, t + self.years[t]) - greatest(start, t)) / self.years[t]

    def lagged(self, lag: float, s: int, t: int) -> float:
        """Share by which the yearly rate of period s arrives in period t after `lag` years."""
        return self.overlap(s + lag, s + self.years[s] + lag, t)

    def in_window(self, row: Any, t: int) -> bool:
        """first_year <= t <= last_year, a blank being open."""
        return (row.first_year is None or row.first_year <= t) and (row.last_year is None or t <= row.last_year)

    def window(self, row: Any) -> list[int]:
        """The periods in the window of a row."""
        if row.first_year is None and row.last_year is None:
            return self.periods
        return [t for t in self.periods if self.in_window(row, t)]

    def upto(self, t: int) -> list[int]:
        return [s for s in self.periods if s <= t]

    def before(self, t: int) -> int | None:
        """The period before t, None for the first."""
        i = self.periods.index(t)
        return self.periods[i - 1] if i else None


def recovery_factor(interest: float, life: float) -> float:
    """Capital recovery factor: the yearly payment over `life` years that repays 1 at `interest`."""
    if interest == 0:
        return 1 / life
    return interest / (1 - (1 + interest) ** -life)
