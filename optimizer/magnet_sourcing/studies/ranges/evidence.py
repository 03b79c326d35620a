"""From the table `evidence` to the numbers that can be moved, and what cannot be, with the reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...changes import FIXED_TABLES, Change, as_text, conditions, fits, target, years_of
from ...range_rules import between
from ...schema import TABLES, Column, split_header
from .distributions import quantile

# A number of the case: table, key of the row, column, year (None: not by year).
Number = tuple[str, str, str, int | None]


@dataclass(frozen=True)
class Member:
    """One number of a range: rows of a table chosen by `where`, a column, a year (None: all years, or not by year).

    opposite: it is high when its range is low. growing: a quantity written for the base year only, which grows; it is
    moved by a factor.
    """

    table: str
    row: str
    where: str
    column: str
    year: int | None
    low: float
    base: float
    high: float
    distribution: str = "triangular"
    opposite: bool = False
    growing: bool = False

    @property
    def kind(self) -> Column:
        return TABLES[self.table].by_name[self.column]

    def at(self, position: float) -> float:
        """Its value between low (-1), base (0) and high (1), straight lines between and beyond."""
        position = -position if self.opposite else position
        end = self.high if position > 0 else self.low
        return self._allowed(self.base + abs(position) * (end - self.base))

    def drawn(self, q: float) -> float:
        """Its value at a quantile of its range."""
        return self._allowed(quantile(self.distribution, self.low, self.base, self.high, 1 - q if self.opposite else q))

    def change(self, value: float, place: str) -> Change:
        if self.growing:
            return Change(self.table, self.where, self.column, "multiply", value / self.base, self.year, self.year, place)
        return Change(self.table, self.where, self.column, "set", value, self.year, self.year, place)

    def _allowed(self, value: float) -> float:
        """Within what the column allows (a normal number has no end of its own), and whole where it must be."""
        column = self.kind
        if column.low is not None:
            value = max(value, column.low)
        if column.high is not None:
            value = min(value, column.high)
        ends = (self.low, self.base, self.high)
        counted = column.unit == "years" and all(float(x).is_integer() for x in ends)
        return float(round(value)) if counted or column.kind in ("whole", "year") else value


@dataclass(frozen=True)
class Piece:
    """A row of evidence that can be moved: the row, and the numbers it speaks of."""

    row: Any
    members: tuple[Member, ...]


@dataclass(frozen=True)
class LeftOut:
    """A row of evidence that is no range of its own: the number it speaks of, and why."""

    number: str
    reason: str


BY_ASSUMPTION = "moved by an assumption"
FIXED = "marked as fixed"
NO_RANGE = "low or high is blank"
NO_WIDTH = "low and high are the same"
OFF = "the row is switched off"
BLANK = "the case has no such number"
OUTSIDE = "the range does not hold the case's own number"
NOT_CHANGED = "no study changes this table"
UNNAMED = "its name holds a ';', so that it cannot be chosen"


# All tables of a case as `Case.resolved` gives them: asked once, since each time it looks through the case for changes.
Tables = Mapping[str, Sequence[Any]]


def pieces(tables: Tables, base_year: int, moved: set[Number]) -> tuple[list[Piece], list[LeftOut]]:
    """The rows of evidence that can be moved, and the others. moved: numbers that assumptions move already."""
    rows = {name: {r.key: r for r in rows} for name, rows in tables.items()}
    years: dict[tuple[str, str, str], dict[int, Any]] = {}
    for row in tables["evidence"]:
        name, year = _column_of(row)
        if year is not None and row.low is not None and row.high is not None:
            years.setdefault((row.table, row.row, name), {})[year] = row
    found, left = [], []
    for row in tables["evidence"]:
        same = years.get((row.table, row.row, _column_of(row)[0]), {})
        members = _members(base_year, row, rows.get(row.table, {}), same, moved)
        if isinstance(members, str):
            left.append(LeftOut(f"{row.table}: {row.row}, {row.column}", members))
        else:
            found.append(Piece(row, members))
    return found, left


def _column_of(evidence: Any) -> tuple[str, int | None]:
    known = TABLES[evidence.table].by_name if evidence.table in TABLES else {}
    return (evidence.column, None) if evidence.column in known else split_header(evidence.column)


def _members(
    base_year: int, evidence: Any, rows: Mapping[str, Any], years: Mapping[int, Any], moved: set[Number]
) -> tuple[Member, ...] | str:
    """The numbers of a row of evidence, or why there are none. years: the evidence of its row and column by year."""
    why = _not_varied(evidence)
    if why:
        return why
    row = rows.get(evidence.row)
    if row is None:
        return OFF
    table = evidence.table
    name, year = _column_of(evidence)
    numbers = numbers_of(base_year, table, row, name, year)
    if not numbers:
        return BLANK
    if not all(between(evidence.low, x, evidence.high) for x in numbers.values()):
        return OUTSIDE
    where = where_of(table, row)
    if sum(fits(r, conditions(table, where)) for r in rows.values()) != 1:
        return UNNAMED
    ends = dict.fromkeys(numbers, (evidence.low, evidence.high))
    if year is not None:
        filled = _filled_from(year, years, numbers_of(base_year, table, row, name), row["fill"])
        ends |= {t: end for t, end in filled.items() if t not in numbers}
        numbers |= {t: row[name][t] for t in filled if t not in numbers}
    periods = list(row[name]) if TABLES[table].by_name[name].yearly else []
    left = {t: x for t, x in numbers.items() if not _is_moved(periods, (table, row.key, name, t), moved)}
    if not left:
        return BY_ASSUMPTION
    growing = (table, name) == ("demands", "quantity") and bool(row.growth) and year is None
    if len(left) == len(numbers) and year is None and len(set(left.values())) == 1:
        left, ends = {None: next(iter(left.values()))}, {None: (evidence.low, evidence.high)}
    return tuple(
        Member(
            table, row.key, where, name, t, min(ends[t][0], x), x, max(ends[t][1], x), evidence.distribution,
            evidence.correlation == -1, growing and x != 0,
        )
        for t, x in left.items()
    )  # fmt: skip


def _not_varied(evidence: Any) -> str:
    if evidence.table in FIXED_TABLES or evidence.table not in TABLES:
        return NOT_CHANGED
    if evidence.low is None or evidence.high is None:
        return NO_RANGE
    if evidence.distribution == "fixed":
        return FIXED
    return NO_WIDTH if evidence.low == evidence.high else ""


def _filled_from(
    year: int, years: Mapping[int, Any], numbers: Mapping[int | None, float], fill: str
) -> dict[int | None, tuple[float, float]]:
    """Low and high of the later years without evidence whose number follows from that of this year, as the row fills."""
    later = [y for y in years if y > year]
    after = min(later) if later else None
    found: dict[int | None, tuple[float, float]] = {}
    for t, x in numbers.items():
        if t is None or t <= year or (after is not None and t >= after):
            continue
        low, high = years[year].low, years[year].high
        if fill == "hold" and x == numbers[year]:
            found[t] = (low, high)
        elif fill == "linear" and after is not None:
            share = (t - year) / (after - year)
            if abs(numbers[year] + share * (numbers[after] - numbers[year]) - x) <= 1e-9 * max(1.0, abs(x)):
                found[t] = (low + share * (years[after].low - low), high + share * (years[after].high - high))
    return found


def _is_moved(periods: Sequence[int], number: Number, moved: set[Number]) -> bool:
    table, key, column, year = number
    return number in moved or (year is None and any((table, key, column, t) in moved for t in periods))


def numbers_of(
    base_year: int, table: str, row: Any, column: str, year: int | None = None
) -> dict[int | None, float]:
    """The case's own numbers of a column of a row, by period (None: not by year), or of one year; none if blank.

    A quantity that grows is written for the base year: asked for one year, what it has grown to.
    """
    value = row[column]
    if value is None:
        return {}
    if not TABLES[table].by_name[column].yearly:
        return {None: value}
    if year is None:
        return dict(value)
    growth = row.growth if (table, column) == ("demands", "quantity") else 0
    return {year: value[year] * (1 + growth) ** (year - base_year)} if year in value else {}


def where_of(table: str, row: Any) -> str:
    """The condition that chooses a row by its key."""
    return "; ".join(f"{name} = {as_text(row[name])}" for name in TABLES[table].key)


def numbers_moved(tables: Tables, rows: Sequence[Any]) -> set[Number]:
    """The numbers that rows of the table `assumptions` move."""
    found: set[Number] = set()
    periods = [r.period for r in tables["periods"]]
    for r in rows:
        column = target(r.table, r.column, decided=False)
        change = Change(r.table, r.where or "", r.column, r.operation, 0.0, r.first_year, r.last_year)
        years: list[int | None] = [*years_of(change, column, periods)] if column.yearly else [None]
        wanted = conditions(r.table, r.where)
        found |= {(r.table, row.key, r.column, t) for row in tables[r.table] if fits(row, wanted) for t in years}
    return found
