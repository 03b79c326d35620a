"""Ranges: what moves as one uncertain number, between a low end, the case as it stands, and a high end.

A range is an assumption of the case, or the numbers of the table `evidence` that belong together: the years of one
column of one row, or all numbers of one group. A number that an assumption moves is moved by nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ...case import Case
from ...changes import Change, conditions, fits
from ...problems import did_you_mean
from ...schema import TABLES, split_header
from ..switching.assumed import Assumption, assumptions, figure


@dataclass(frozen=True)
class Member:
    """One number of a range: rows of a table chosen by `where`, a column, a year (None: not by year)."""

    table: str
    where: str
    column: str
    year: int | None
    low: float
    base: float
    high: float

    def at(self, position: float) -> float:
        """Its value between low (-1), base (0) and high (1)."""
        end = self.high if position > 0 else self.low
        return self.base + abs(position) * (end - self.base)


@dataclass(frozen=True)
class Range:
    """One uncertain number, or several that move as one.

    name: as a planner would say it. unit: how its values read. low, base, high: ends in that unit (of the first member;
    of an assumption its value). confidence: the weakest of its evidence ('high', 'medium', 'low', 'estimate').
    distribution: 'triangular', 'uniform', 'normal', 'lognormal', or 'fixed' (shown, never varied).
    """

    name: str
    unit: str
    low: float
    base: float
    high: float
    confidence: str
    source: str
    distribution: str
    members: tuple[Member, ...] = ()
    assumption: Assumption | None = None

    def value(self, position: float) -> float:
        """The value at a position: -1 low, 0 as the case stands, 1 high, straight lines between; whole where it must."""
        end = self.high if position > 0 else self.low
        found = self.base + abs(position) * (end - self.base)
        return float(round(found)) if self.assumption is not None and self.assumption.whole else found

    def changes(self, position: float) -> list[Change]:
        """What a position makes of the case; nothing at 0."""
        if position == 0:
            return []
        if self.assumption is not None:
            return self.assumption.changes(self.value(position))
        return [
            Change(m.table, m.where, m.column, "set", m.at(position), m.year, m.year, f"evidence, {self.name}")
            for m in self.members
        ]

    def position(self, quantile: float) -> float:
        """The position of a quantile (0-1) of its distribution."""
        return 2 * quantile - 1

    def shown(self, position: float) -> str:
        """Its value as a planner would write it down."""
        if self.assumption is not None:
            return self.assumption.shown(self.value(position))
        return f"{figure(self.value(position))} {self.unit}".strip()


def ranges_of(case: Case, only: Sequence[str] | None = None) -> list[Range]:
    """The ranges of a case, assumptions first, or the named ones. Raises ValueError for a name that is not there."""
    found = [
        Range(a.name, a.unit, a.low, a.neutral, a.high, "estimate", "estimate", "triangular", (), a)
        for a in (assumptions(case) if case.rows("assumptions") else [])
    ]
    found += _of_evidence(case)
    known = {r.name: r for r in found}
    for name in only or ():
        if name not in known:
            raise ValueError(f"'{name}' is no range of the case{did_you_mean(name, known)}")
    return [known[name] for name in only] if only is not None else found


def _of_evidence(case: Case) -> list[Range]:
    """Evidence by row and column; years of one column move together."""
    grouped: dict[tuple[str, str, str], list[tuple[int | None, Any]]] = {}
    for row in case.rows("evidence"):
        column, year = split_header(row.column)
        if row.low is not None and row.high is not None and row.low < row.high:
            grouped.setdefault((row.table, row.row, column), []).append((year, row))
    found = []
    for (table, key, column), rows in grouped.items():
        members = [m for year, row in rows if (m := _member(case, table, key, column, year, row)) is not None]
        if members and TABLES[table].by_name[column].kind == "number":
            m, row = members[0], rows[0][1]
            unit = TABLES[table].by_name[column].unit
            found.append(
                Range(
                    f"{column} of {key} ({table})", unit, m.low, m.base, m.high, row.confidence, row.source or "",
                    "triangular", tuple(members),
                )
            )  # fmt: skip
    return found


def _member(case: Case, table: str, key: str, column: str, year: int | None, row: Any) -> Member | None:
    names = TABLES[table].key
    parts = key.split(", ")
    if len(parts) != len(names):
        return None
    where = "; ".join(f"{n} = {v}" for n, v in zip(names, parts, strict=True))
    rows = [r for r in case.rows(table) if fits(r, conditions(table, where))]
    if len(rows) != 1:
        return None
    base = rows[0][column]
    if isinstance(base, dict):
        base = base.get(year) if year is not None else next(iter(base.values()))
    return None if base is None else Member(table, where, column, year, row.low, base, row.high)
