"""Ranges: what moves as one uncertain number, between a low end, the case as it stands, and a high end.

A range is an assumption of the case, or the numbers of the table `evidence` that belong together: the years of one
column of one row, or all numbers of one group that follow it wholly. A number that an assumption moves is moved by
nothing else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from ...case import Case
from ...changes import Change
from ...problems import did_you_mean
from ...schema import TABLES, Column, split_header
from .assumed import Assumption, assumptions, figure
from .distributions import quantile
from .evidence import FIXED, LeftOut, Member, Piece, Tables, numbers_moved, pieces

# From the surest to the least sure.
CONFIDENCE = ("high", "medium", "low", "estimate")


@dataclass(frozen=True)
class Range:
    """One uncertain number, or several that move as one.

    name: as a planner would say it. unit: how its values read. low, base, high: ends in that unit; of several numbers
    that differ, how many times the case's own they are, on average (unit 'times'); of an assumption its value.
    confidence: the weakest of its evidence ('high', 'medium', 'low', 'estimate'). distribution: 'triangular',
    'uniform', 'normal' or 'lognormal'. group, correlation: what it follows when samples are drawn, and how closely.
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
    group: str = ""
    correlation: float = 1.0
    note: str = ""

    # ------------------------------------------------------------ one at a time

    def value(self, position: float) -> float:
        """The value at a position: -1 low, 0 as the case stands, 1 high, straight lines between; whole where it must."""
        if self.single is not None:
            return self.single.at(position)
        end = self.high if position > 0 else self.low
        found = self.base + abs(position) * (end - self.base)
        return float(round(found)) if self.assumption is not None and self.assumption.whole else found

    def changes(self, position: float) -> list[Change]:
        """What a position makes of the case; nothing at 0."""
        if position == 0:
            return []
        if self.assumption is not None:
            return self.assumption.changes(self.value(position))
        return [m.change(m.at(position), self._place) for m in self.members]

    def shown(self, position: float) -> str:
        """Its value as a planner would write it down; of numbers that differ, how many times the case's own."""
        if self.assumption is not None:
            return self.assumption.shown(self.value(position))
        if self.single is not None:
            return written(self.value(position), self.unit, self.single.kind.kind == "year")
        times = sorted(m.at(position) / m.base for m in self.members if m.base)
        if not times:
            return written(self.value(position), self.unit)
        least, most = f"{times[0]:.3g}", f"{times[-1]:.3g}"
        return f"x {least}" if least == most else f"x {least} to {most}"

    # ------------------------------------------------------------ drawn as samples

    def drawn(self, q: float) -> list[Change]:
        """What a quantile (0-1) makes of the case: each number at that quantile of its own distribution."""
        if self.assumption is not None:
            return self.assumption.changes(self._assumed(q))
        return [m.change(m.drawn(q), self._place) for m in self.members]

    def position(self, q: float) -> float:
        """The position of a quantile of its distribution; beyond -1 and 1 in the tails of a normal number."""
        value = self._value_drawn(q)
        end = self.high if value > self.base else self.low
        if value == self.base or end == self.base:
            return 0.0
        return abs((value - self.base) / (end - self.base)) * (1 if value > self.base else -1)

    def _value_drawn(self, q: float) -> float:
        if self.assumption is not None:
            return self._assumed(q)
        if self.single is not None:
            return self.single.drawn(q)
        return _average(self.members, [m.drawn(q) for m in self.members])

    def _assumed(self, q: float) -> float:
        assert self.assumption is not None
        value = quantile(self.distribution, self.low, self.base, self.high, q)
        return float(round(value)) if self.assumption.whole else value

    # ------------------------------------------------------------ what it is made of

    @property
    def numbers(self) -> list[str]:
        """The numbers it moves: 'supplies: Chinese magnets, price'."""
        if self.assumption is not None:
            rows = self.assumption.rows
            return [f"{r.table}: {r.where or 'all rows'}, {r.column}{_years(r.first_year, r.last_year)}" for r in rows]
        years: dict[tuple[str, str, str], list[int]] = {}
        for m in self.members:
            years.setdefault((m.table, m.row, m.column), []).extend([m.year] if m.year is not None else [])
        return [
            f"{table}: {row}, {column}{_years(min(t), max(t)) if t else ''}" for (table, row, column), t in years.items()
        ]

    @cached_property
    def single(self) -> Member | None:
        """The number that speaks for all: there is one, or all are the same."""
        if not self.members:
            return None
        looks = {
            (m.low, m.base, m.high, m.distribution, m.opposite, m.kind.unit, m.kind.kind == "year") for m in self.members
        }
        return self.members[0] if len(looks) == 1 and not self.members[0].opposite else None

    @property
    def _place(self) -> str:
        return f"evidence, {self.name}"


def ranges_of(case: Case, only: Iterable[str] | None = None) -> list[Range]:
    """The ranges of a case, assumptions first, or the named ones.

    Raises ValueError for a name that is not there, CaseError for a case that cannot be read.
    """
    found = _all_ranges(case)[0]
    if only is None:
        return found
    known = {r.name: r for r in found}
    only = list(only)
    unknown = [f"'{name}' is no range of the case{did_you_mean(name, known)}" for name in only if name not in known]
    if unknown:
        raise ValueError("\n".join(unknown))
    return [known[name] for name in dict.fromkeys(only)]


def left_out(case: Case) -> list[LeftOut]:
    """Rows of evidence that are no range of their own, and why."""
    return _all_ranges(case)[1]


def said_left_out(case: Case) -> list[str]:
    """The same in sentences, one for each reason: '92 numbers of the evidence are not varied: ...'."""
    left = left_out(case)
    counted = Counter(item.reason for item in left)
    first = {item.reason: item.number for item in reversed(left)}
    return [
        f"{n} number{'s' if n > 1 else ''} of the evidence {'are' if n > 1 else 'is'} not varied alone: {reason} "
        f"({'such as ' if n > 1 else ''}{first[reason]})."
        for reason, n in counted.most_common()
    ]


# ---------------------------------------------------------------- making ranges


def _all_ranges(case: Case) -> tuple[list[Range], list[LeftOut]]:
    tables = case.resolved()
    assumed = assumptions(case) if tables["assumptions"] else []
    found, left = pieces(tables, case.settings["base_year"], numbers_moved(tables, tables["assumptions"]))
    varied = [a for a in assumed if a.rows[0].distribution != "fixed"]
    left += [LeftOut(f"assumptions: {a.name}", FIXED) for a in assumed if a not in varied]
    currency = str(case.settings.get("currency") or "money")
    ranges = [_assumed_range(tables, a) for a in varied]
    return ranges + _of_evidence(tables, currency, found, {a.name for a in assumed}), left


def _assumed_range(tables: Tables, a: Assumption) -> Range:
    row = a.rows[0]
    return Range(
        a.name, a.unit, a.low, a.neutral, a.high, _confidence_of(tables, a), row.source or "", row.distribution, (), a,
        row.group or "", row.correlation if row.group else 1.0, row.note or "",
    )  # fmt: skip


def _confidence_of(tables: Tables, a: Assumption) -> str:
    """An assumption without a document is an estimate; else as sure as the weakest evidence on what it moves."""
    if any(not r.source or str(r.source).casefold().startswith("estimate") for r in a.rows):
        return "estimate"
    moved = {(table, row, column) for table, row, column, _ in numbers_moved(tables, a.rows)}
    said = [e.confidence for e in tables["evidence"] if (e.table, e.row, split_header(e.column)[0]) in moved]
    return _weakest(said or ["medium"])


def _of_evidence(tables: Tables, currency: str, found: Sequence[Piece], taken: set[str]) -> list[Range]:
    """Pieces that move as one, made into ranges with names of their own."""
    together: dict[tuple[Any, ...], list[Piece]] = {}
    for piece in found:
        row, member = piece.row, piece.members[0]
        key: tuple[Any, ...] = (member.table, member.row, member.column, row.group, row.correlation)
        if row.group and abs(row.correlation) == 1:
            key = (row.group,)
        together.setdefault(key, []).append(piece)
    rows = {name: {r.key: r for r in tables[name]} for name in TABLES}
    periods = [r.period for r in tables["periods"]]
    named = [
        key[0] + _years_of(group, periods) if len(key) == 1 else _name(group, rows, periods)
        for key, group in together.items()
    ]
    times = Counter([*named, *taken])
    made = []
    for name, (key, group) in zip(named, together.items(), strict=True):
        unique = times[name] == 1 or len(key) == 1
        made.append(_range(currency, name if unique else _full_name(group, periods), group))
    return made


def _name(group: Sequence[Piece], rows: Mapping[str, Mapping[str, Any]], periods: Sequence[int]) -> str:
    """'price of Chinese NdPr oxide', with the years if they are not all. Without commas, which part names in lists."""
    first = group[0].members[0]
    phrase = _PHRASES.get((first.table, first.column))
    row = rows[first.table][first.row]
    name = phrase.format(**row) if phrase else ""
    if not all(str(row[k]) in name for k in TABLES[first.table].key if k != "direction" and row[k] is not None):
        name = f"{first.column.replace('_', ' ')} of {first.row}"
    return name.replace(", ", " / ") + _years_of(group, periods)


def _full_name(group: Sequence[Piece], periods: Sequence[int]) -> str:
    """By table, key and column, where the short name is another's too."""
    first = group[0].members[0]
    row = first.row.replace(", ", " / ")
    return f"{first.column.replace('_', ' ')} of {row} ({first.table}){_years_of(group, periods)}"


def _years_of(group: Sequence[Piece], periods: Sequence[int]) -> str:
    """' in 2025' if the numbers are all of some years only."""
    years = {m.year for piece in group for m in piece.members if m.year is not None}
    if len(years) == len(periods) or any(m.year is None for piece in group for m in piece.members):
        return ""
    between = [t for t in periods if min(years) <= t <= max(years)]
    if len(between) == len(years):
        return _years(min(years), max(years), " in ")
    return f" in {' and '.join(map(str, sorted(years)))}"


# How numbers are called whose column says too little.
_PHRASES: Mapping[tuple[str, str], str] = {
    ("contents", "content"): "{element} in {material}",
    ("freight", "cost"): "freight of {material} on {lane}",
    ("freight", "duty"): "duty on {material} on {lane}",
    ("intensities", "quantity"): "{impact} of {process}",
    ("operations", "cost"): "cost of {process} at {facility}",
    ("recipes", "quantity"): "{material} {direction} of {process}",
}


def _range(currency: str, name: str, group: Sequence[Piece]) -> Range:
    members = tuple(sorted((m for piece in group for m in piece.members), key=lambda m: m.opposite))
    rows = [piece.row for piece in group]
    row, first = rows[0], members[0]
    wholly = bool(row.group) and abs(row.correlation) == 1
    made = Range(
        name, in_currency(currency, first.kind), first.low, first.base, first.high, _weakest([r.confidence for r in rows]),
        "; ".join(dict.fromkeys(r.source for r in rows if r.source)), first.distribution, members, None,
        row.group or "", 1.0 if wholly or not row.group else row.correlation,
        "; ".join(dict.fromkeys(r.note for r in rows if r.note)),
    )  # fmt: skip
    if made.single is not None or not any(m.base for m in members):
        return made
    low, high = (_average(members, [m.at(p) for m in members]) for p in (-1, 1))
    return replace(made, unit="times", low=low, base=1.0, high=high)


def _average(members: Sequence[Member], values: Sequence[float]) -> float:
    """How many times the case's own the values are, on average, of members that follow (not those that go against)."""
    times = [x / m.base for m, x in zip(members, values, strict=True) if m.base and not m.opposite]
    times = times or [x / m.base for m, x in zip(members, values, strict=True) if m.base]
    return sum(times) / len(times) if times else values[0]


def _weakest(confidences: Sequence[str]) -> str:
    return max(confidences, key=CONFIDENCE.index)


# ---------------------------------------------------------------- how numbers read


def in_currency(currency: str, column: Column) -> str:
    """The column's unit, in the case's currency; years have none."""
    return "" if column.kind == "year" else column.unit.replace("money", currency)


def written(value: float, unit: str, year: bool = False) -> str:
    """A number with its unit; fractions as percent."""
    if year:
        return f"{value:.0f}"
    if unit.startswith("fraction"):
        return f"{figure(100 * value)} %{' a year' if 'year' in unit else ''}"
    return f"{figure(value)} {'year' if unit == 'years' and value == 1 else unit}".strip()


def _years(first: int | None, last: int | None, before: str = " ") -> str:
    if first is None and last is None:
        return ""
    return f"{before}{first}" if first == last else f"{before}{first or ''}-{last or ''}"
