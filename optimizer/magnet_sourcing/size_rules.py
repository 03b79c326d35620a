"""Numbers that stand far off from their like: a slip of the unit or the comma, most likely. Rules as in `checks.py`.

All of these only warn: a case may hold one plant that is a thousand times as large as the others. A number with a range
in `evidence` is told by that as well (`range_rules`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from .parsing import Record
from .schema import TABLES, Column

if TYPE_CHECKING:
    from .checks import Content

# So many times beyond all others is far. A thousand (kilograms for tonnes) is to be seen, and what mines differ by is not.
FAR = 50.0
# A column of fewer other rows than this is set beside all numbers of the same unit.
_FEW = 3
# Tables whose numbers speak about numbers, or whose unit differs from row to row.
_LEFT_OUT = (
    "evidence",
    "assumptions",
    "disruptions",
    "studies",
    "limits",
    "limit_terms",
    "scenarios",
    "sources",
    "impacts",
)
_NO_UNIT = ("", "years", "degrees", "unit/t activity")
# A money column that may be negative: a credit. One among costs is more likely a sign too many.
_MONEY = ("price", "cost", "unit_cost")


class _Held(NamedTuple):
    """The numbers of a row in one column, by year (None: all years): those that are given, not 0 and no default."""

    record: Record
    column: Column
    numbers: dict[int | None, float]
    least: float
    most: float


def far_from_its_like(c: Content) -> None:
    """A number is no more than FAR times beyond the other rows of its column (or unit), and the other years of its row."""
    columns: dict[tuple[str, str], list[_Held]] = defaultdict(list)
    units: dict[str, list[_Held]] = defaultdict(list)
    for held in _all_held(c):
        columns[held.record.table, held.column.name].append(held)
        units[held.column.unit].append(held)
        _among_years(c, held)
    for rows in columns.values():
        if len(rows) > _FEW:
            _among(c, rows, rows, "the others of its column")
        else:
            _among(c, rows, units[rows[0].column.unit], f"all other numbers in {rows[0].column.unit}")


def _all_held(c: Content) -> Iterator[_Held]:
    for name, table in TABLES.items():
        wanted = [
            x for x in table.columns if x.kind == "number" and x.unit not in _NO_UNIT and not x.unit.startswith("as ")
        ]
        if name in _LEFT_OUT:
            continue
        for column in wanted:
            key, default = column.name, column.default
            for r in c.table(name):
                value = r.values.get(key)
                if not value or value == default or key in r.bad:
                    continue
                given = value if isinstance(value, dict) else {None: value}
                numbers = {t: x for t, x in given.items() if x and x != default}
                if numbers:
                    sizes = [abs(x) for x in numbers.values()]
                    yield _Held(r, column, numbers, min(sizes), max(sizes))


def _among_years(c: Content, held: _Held) -> None:
    if held.most <= FAR * held.least:
        return
    ranked = sorted((abs(x), t) for t, x in held.numbers.items())
    for (x, t), (other, _), beyond in ((ranked[-1], ranked[-2], "largest"), (ranked[0], ranked[1], "smallest")):
        if x > FAR * other or x * FAR < other:
            _warn(c, held, t, f"{_times(x, other)} the {beyond} of its row's other years, {other:g}")


def _among(c: Content, rows: Sequence[_Held], like: Sequence[_Held], others: str) -> None:
    """Each row against all rows like it but itself: for that the two greatest and the two least of these are enough."""
    greatest = sorted(((h.most, id(h.record)) for h in like), reverse=True)
    least = sorted((h.least, id(h.record)) for h in like)
    if len(like) <= _FEW or len({i for _, i in greatest}) <= _FEW:
        return
    for held in rows:
        if held.most <= FAR * greatest[1][0] and held.least * FAR >= least[1][0] and len(rows) == len(like):
            continue
        most = next(x for x, i in greatest if i != id(held.record))
        fewest = next(x for x, i in least if i != id(held.record))
        for t, x in held.numbers.items():
            if abs(x) > FAR * most:
                _warn(c, held, t, f"{_times(abs(x), most)} the largest of {others}, {most:g}")
            elif abs(x) * FAR < fewest:
                _warn(c, held, t, f"{_times(abs(x), fewest)} the smallest of {others}, {fewest:g}")


def _times(x: float, other: float) -> str:
    return f"{x / other:,.0f} times" if x > other else f"1/{other / x:,.0f} of"


def _warn(c: Content, held: _Held, year: int | None, how_far: str) -> None:
    name = held.column.name if year is None else f"{held.column.name} {year}"
    c.warn(held.record, name, f"{name} {held.numbers[year]:g} is {how_far}; is it in {held.column.unit}?")


def negative_among_costs(c: Content) -> None:
    """A price or cost below 0 where every other of its column is above."""
    for name, table in TABLES.items():
        for column in (x for x in table.columns if x.name in _MONEY and x.low is None):
            below: list[Record] = []
            above = 0
            for r in c.table(name):
                numbers = list((r[column.name] or {}).values()) if column.name not in r.bad else []
                below += [r] if any(x < 0 for x in numbers) else []
                above += any(x > 0 for x in numbers)
            if len(below) == 1 and above + (len(below[0][column.name]) > 1) > 0:
                r = below[0]
                year, x = next((t, x) for t, x in r[column.name].items() if x < 0)
                header = column.name if year is None else f"{column.name} {year}"
                c.warn(r, header, f"{header} {x:g} is the only one below 0: is it money received?")


def more_than_the_value(c: Content) -> None:
    """A duty or royalty of more than the whole value: percent for a fraction, most likely."""
    for name, column in (("freight", "duty"), ("routes", "royalty")):
        for r in c.table(name):
            for t, x in (r[column] or {}).items() if column not in r.bad else ():
                if x > 1:
                    header = column if t is None else f"{column} {t}"
                    c.warn(r, header, f"{header} {x:g} is {x:.0%} of the value; write 0.05 for 5 %")
