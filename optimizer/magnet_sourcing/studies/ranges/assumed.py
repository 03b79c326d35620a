"""Assumptions of a case: rows that move together by one value, and how that value reads in the number it moves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ...case import Case
from ...changes import Change, changed, conditions, fits, target, years_of
from ...problems import did_you_mean
from ...schema import TABLES


@dataclass(frozen=True)
class Assumption:
    """Rows of the table `assumptions` of one name. A value acts on all of them; `neutral` is the case as it stands."""

    case: Case
    name: str
    rows: Sequence[Any]

    @property
    def operation(self) -> str:
        return str(self.rows[0].operation)

    @property
    def low(self) -> float:
        return float(self.rows[0].low)

    @property
    def high(self) -> float:
        return float(self.rows[0].high)

    @property
    def unit(self) -> str:
        return str(self.rows[0].unit or ("times" if self.operation == "multiply" else self.column.unit))

    @property
    def neutral(self) -> float:
        return 1.0 if self.operation == "multiply" else 0.0

    @property
    def column(self) -> Any:
        return target(self.rows[0].table, self.rows[0].column, decided=False)

    @cached_property
    def whole(self) -> bool:
        """Years and counts move by whole numbers, unless an end of the range says that halves are meant."""
        columns = [TABLES[r.table].by_name[r.column] for r in self.rows]
        timed = self.operation == "add" and any(c.kind in ("year", "whole") or c.unit == "years" for c in columns)
        return timed and self.low.is_integer() and self.high.is_integer()

    def changes(self, value: float) -> list[Change]:
        """What the value makes of the tables; a row's factor says how much of the move it takes."""
        return [
            Change(
                r.table, r.where or "", r.column, r.operation, _part(r, value), r.first_year, r.last_year,
                f"assumptions, {self.name}",
            )
            for r in self.rows
        ]  # fmt: skip

    def at(self, value: float) -> Case:
        """The case with the assumption at a value. Raises CaseError if no such case can be."""
        return changed(self.case, self.changes(value), f"{self.name} {self.shown(value)}", decided=False)

    # ------------------------------------------------------------ how a value reads

    def shown(self, value: float) -> str:
        sign = "+" if self.operation == "add" and value > 0 else ""
        return f"{sign}{figure(value)} {self.unit}".strip()

    @cached_property
    def _touched(self) -> list[Any]:
        first = self.rows[0]
        wanted = conditions(first.table, first.where)
        return [row for row in self.case.rows(first.table) if fits(row, wanted)]

    def number(self, value: float, year: int) -> float | None:
        """The number of the first row's column at a value, in a year; None if the rows it touches differ."""
        first, column = self.rows[0], self.column
        change = self.changes(value)[0]
        if column.yearly:
            touched = years_of(change, column, self.case.periods)
            year = min(touched, key=lambda t: abs(t - year))
        found = {row[column.name][year] if column.yearly else row[column.name] for row in self._touched}
        if len(found) != 1 or (base := found.pop()) is None:
            return None
        if column.yearly and first.table == "demands" and self._touched[0].growth:
            return None  # the number written is that of the base year, not of this one
        return float(base * change.value if change.operation == "multiply" else base + change.value)

    @property
    def number_name(self) -> str:
        """What `number` is: 'price of Chinese NdPr oxide'."""
        first = self.rows[0]
        named = ", ".join(value for _, value in conditions(first.table, first.where))
        of = self._touched[0].key if len(self._touched) == 1 else (named or first.table)
        return f"{first.column.replace('_', ' ')} of {of}"

    @property
    def number_unit(self) -> str:
        unit = "" if self.column.kind == "year" else self.column.unit
        return str(unit.replace("money", str(self.case.settings.get("currency") or "money")))

    def said(self, value: float, year: int) -> str:
        """A value as a planner would write it down: the number it moves if there is one, else the value itself."""
        number = self.number(value, year)
        if number is None:
            return self.shown(value)
        unit = "year" if self.number_unit == "years" and number == 1 else self.number_unit
        return f"{number:.0f}" if self.column.kind == "year" else f"{figure(number)} {unit}".strip()


def figure(value: float) -> str:
    """A number to four digits, thousands whole."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def _part(row: Any, value: float) -> float:
    return 1 + row.factor * (value - 1) if row.operation == "multiply" else row.factor * value


def assumptions(case: Case, only: Sequence[str] | None = None) -> list[Assumption]:
    """The assumptions of a case, or the named ones. Raises ValueError if there is none or a name is unknown."""
    by_name: dict[str, list[Any]] = {}
    for row in case.rows("assumptions"):
        by_name.setdefault(row.assumption, []).append(row)
    if not by_name:
        raise ValueError("the case lists no assumptions (sheet assumptions)")
    for name in only or ():
        if name not in by_name:
            raise ValueError(f"assumption '{name}' is not in the case{did_you_mean(name, by_name)}")
    return [Assumption(case, name, by_name[name]) for name in only or by_name]
