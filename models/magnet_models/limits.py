"""Limits: policy and physical bounds on sums of metrics, hard or at a penalty, each year or over the horizon."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from .arithmetic import total
from .metrics import METRICS, PER_PERIOD
from .relief import LESS, MORE, middle
from .rows import Row, Term, constrain, scaled, variables

if TYPE_CHECKING:
    from .model import Scenario

Key = tuple[str, int]


class Limits:
    """violation[n,t], violation_below[n,t] and limit[n,t]; a limit over the horizon has one key, its first period."""

    def __init__(self, s: Scenario) -> None:
        self._s = s
        self.rows = {row.limit: row for row in s.data.tables["limits"]}
        self._terms: dict[str, list[Any]] = defaultdict(list)
        for row in s.data.tables["limit_terms"]:
            self._terms[row.limit].append(row)
        self.keys: list[Key] = [(n, t) for n, row in self.rows.items() for t in self._starts(row)]
        soft = [k for k in self.keys if self.rows[k[0]].penalty is not None]
        self.violation = variables(s.block, "violation", soft)
        self.below = variables(s.block, "violation_below", [k for k in soft if self.rows[k[0]].sense == "equal"])

    def _window(self, row: Any) -> list[int]:
        return self._s.data.horizon.window(row)

    def _starts(self, row: Any) -> list[int]:
        window = self._window(row)
        return window[:1] if row.scope == "horizon" else window

    def violations(self) -> Iterator[tuple[str, int, Any]]:
        for (n, t), over in [*self.violation.items(), *self.below.items()]:
            yield n, t, over

    def add_rows(self) -> None:
        """States the limits; called last, since limits may count any variable, penalties included."""
        constrain(self._s.block, "limit", ((k, self._limit(*k)) for k in self.keys))

    def amount(self, n: str, t: int) -> tuple[float, list[Term]]:
        """Left side: constant and terms."""
        row = self.rows[n]
        if row.scope == "horizon":
            parts = [
                self._counted(term, u, self._length(term, u)) for u in self._window(row) for term in self._terms[n]
            ]
        else:
            parts = [self._counted(term, t, 1.0) for term in self._terms[n]]
        return total(c for c, _ in parts), [x for _, terms in parts for x in terms]

    def _length(self, term: Any, t: int) -> float:
        return 1.0 if term.metric in PER_PERIOD else float(self._s.data.horizon.years[t])

    def _counted(self, term: Any, t: int, length: float) -> tuple[float, list[Term]]:
        constant, terms = METRICS[term.metric](self._s, term, t)
        factor = term.coefficient * length
        return factor * constant, scaled(factor, terms)

    def _limit(self, n: str, t: int) -> Row:
        """sum of coefficient * metric (- violation) <= value, >= or ="""
        row = self.rows[n]
        constant, terms = self.amount(n, t)
        value = row.value[t] - constant
        if (n, t) in self.violation:
            sign = 1.0 if row.sense == "at least" else -1.0
            terms = [*terms, (sign, self.violation[n, t])]
        if (n, t) in self.below:
            terms = [*terms, (1.0, self.below[n, t])]
        if row.penalty is None and self._s.data.relief.families:
            terms = [*terms, *self._relief(n, t, middle(terms))]
        lower = None if row.sense == "at most" else value
        upper = None if row.sense == "at least" else value
        return Row(lower, terms, upper)

    def _relief(self, n: str, t: int, unit: float) -> list[Term]:
        """The value may give way; and a bound on a share of the requirement moves with a demand that does."""
        row, relief = self.rows[n], self._s.data.relief
        terms: list[Term] = []
        if row.sense != "at least":
            terms += scaled(-1.0, relief.terms(MORE, "limits", n, "value", t, unit=unit))
        if row.sense != "at most":
            terms += relief.terms(LESS, "limits", n, "value", t, unit=unit)
        if relief.asks("demands", "quantity"):
            for u, element in self._required(n, t):
                terms += scaled(row.value[t], self._s.exposure.given_way(u, element))
        return terms

    def _required(self, n: str, t: int) -> list[tuple[int, str | None]]:
        """Requirements (year, element; None: of all elements) with which the bound of a limit on shares moves.

        One requirement: sum x / a <= value, where a of it is left, is sum x + (1 - a) * value <= value. Several, that
        is over the horizon or of several elements: of 'at least' with nothing negative, sum x[i] / a[i] >= value implies
        sum x[i] + sum (1 - a[i]) * value >= value (its left side is linear in each a[i] and holds at 0 and at 1), so
        it lets more through than it should. So does an 'at most' that moves with none. Not so where terms are negative
        or the sense is 'equal': these move with none, and a change of the demand that would do may not be found.
        """
        row, terms = self.rows[n], self._terms[n]
        if not all(term.metric in ("share", "index") for term in terms):
            return []
        elements = dict.fromkeys(term.element if term.metric == "share" else None for term in terms)
        years = self._window(row) if row.scope == "horizon" else [t]
        found = [(u, element) for u in years for element in elements]
        positive = row.value[t] >= 0 and all(term.coefficient >= 0 for term in terms)
        return found if len(found) == 1 or (row.sense == "at least" and positive) else []
