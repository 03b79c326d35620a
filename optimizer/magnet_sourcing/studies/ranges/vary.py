"""What a person wants to vary, written in a line: `supplies.price[NdPr oxide, China] = 40000:160000:13`.

    expression  = numbers [years] [ "[" rows "]" ] change   |   name of a range [ change ]
    numbers     = table.column
    years       = 2027 or 2027-2030
    rows        = part, part ...   a part: a name that stands in the row, or column = value
    change      = "=" values (become), "x" values (times), "+" values (plus), or percents
    values      = low:high:count   |   value, value ...

A name with a comma, a bracket or an equals sign is put in double quotes. Without a change a range takes its low end, the
case as it stands and its high end. docs/ranges.md tells it with examples.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from ...case import Case
from ...changes import BadChange, Change, as_text, conditions, fits, target, years_of
from ...problems import did_you_mean
from ...schema import TABLES, Column
from ...values import BadValue, convert
from .assumed import figure
from .evidence import Tables, numbers_of, where_of
from .ranges import Range, in_currency, ranges_of, written

MOST_VALUES = 1000
LONGEST = 1000

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?")
_TARGET = re.compile(r"(\w+)\s*\.\s*(\w+)")
_YEARS = re.compile(r"(\d{4})(?:\s*-\s*(\d{4}))?(?!\d)")
_SIGNS = {"=": "set", "x": "multiply", "×": "multiply", "+": "add"}


@dataclass(frozen=True)
class Vary:
    """Numbers to vary and the values they take.

    name: what is varied, as a planner would say it. unit: of the values ('times' and '%' are of the case as it stands).
    values: in the order given. base: the value at which the case stands as it is; None if its numbers differ.
    """

    text: str
    name: str
    unit: str
    values: tuple[float, ...]
    base: float | None
    _changes: Callable[[float], list[Change]]
    _shown: Callable[[float], str]

    def changes(self, value: float) -> list[Change]:
        """What a value makes of the case."""
        return self._changes(value)

    def shown(self, value: float) -> str:
        """A value as a planner would write it down."""
        return self._shown(value)


@dataclass(frozen=True)
class _Values:
    """The right side: 'set', 'multiply' or 'add', the numbers, and whether they are percents."""

    operation: str
    numbers: tuple[float, ...]
    percent: bool


def parse_vary(case: Case, text: str) -> Vary:
    """Reads an expression against a case.

    Raises ValueError that names the expression and, a line each, every piece at fault, with what is allowed.
    """
    stripped = text.strip()
    faults: list[str] = []
    found: Vary | None = None
    if not stripped:
        faults.append("nothing is written; write 'table.column[rows] = low:high:count' or the name of a range")
    elif len(stripped) > LONGEST:
        faults.append(f"{len(stripped)} characters; at most {LONGEST} are read")
    else:
        found = _read(case, stripped, faults)
    if faults or found is None:
        short = stripped if len(stripped) <= 80 else stripped[:77] + "..."
        raise ValueError("\n".join(f"'{short}': {fault}" for fault in dict.fromkeys(faults)))
    return found


def _read(case: Case, text: str, faults: list[str]) -> Vary | None:
    match = _TARGET.match(text)
    if match and match[1] in TABLES:
        return _of_table(case, text, match, faults)
    ranges = {r.name: r for r in ranges_of(case)}
    name, rest = _range_name(text, ranges)
    if name is not None:
        return _of_range(ranges[name], text, rest, faults)
    said = re.split(r"[=\[]", text.strip('"'))[0].strip()
    if match:
        faults.append(f"'{match[1]}' is no table{did_you_mean(match[1], TABLES)}")
    else:
        faults.append(
            f"'{said}' is neither 'table.column' nor the name of a range"
            + (did_you_mean(said, ranges) if ranges else "; the case has no ranges")
        )
    return None


# ---------------------------------------------------------------- ranges and assumptions


def _range_name(text: str, ranges: Iterable[str]) -> tuple[str | None, str]:
    """The longest name of a range that the text begins with, quoted or not, and what follows it."""
    for name in sorted(ranges, key=len, reverse=True):
        for written_name in (f'"{name}"', name):
            if text.startswith(written_name):
                rest = text[len(written_name) :]
                if not rest.strip() or rest.lstrip()[0] in "=×+-" or re.match(r"\s+(x\b|x[\d.])|\s+[\d.]", rest):
                    return name, rest.strip()
    return None, ""


def _of_range(r: Range, text: str, rest: str, faults: list[str]) -> Vary | None:
    if not rest:
        values = tuple(dict.fromkeys((r.value(-1), r.value(0), r.value(1))))
        positions = {r.value(p): float(p) for p in (1, -1, 0)}
        return Vary(
            text, r.name, r.unit, values, r.value(0),
            lambda v: r.changes(positions[v]), lambda v: r.shown(positions[v]),
        )  # fmt: skip
    given = _values(rest, faults)
    if given is None:
        return None
    if r.assumption is not None:
        if given.operation != "set" or given.percent:
            faults.append(f"{r.name} is an assumption, whose values are given with '=', in {r.unit or 'its unit'}")
            return None
        if r.assumption.whole and not all(v.is_integer() for v in given.numbers):
            faults.append(f"{r.name} moves by whole numbers")
            return None
        return Vary(text, r.name, r.unit, given.numbers, r.base, r.assumption.changes, r.assumption.shown)
    if r.single is None and given.operation != "multiply" and not given.percent:
        faults.append(f"{r.name} is {len(r.members)} numbers that differ; move them by 'x' or by percents")
        return None
    if any(m.opposite for m in r.members):
        faults.append(f"some numbers of {r.name} go against the others, so it has only ends: leave the values away")
        return None
    if any(m.growing for m in r.members) and given.operation == "set":
        faults.append(f"{r.name} grows from year to year; move it by 'x' or by percents")
        return None
    chosen = [_Chosen(m.table, m.where, m.kind, m.year, m.year, {m.year: m.base}, m.row) for m in r.members]
    return _moved(text, r.name, r.unit, chosen, given, faults)


# ---------------------------------------------------------------- numbers of a table


@dataclass(frozen=True)
class _Chosen:
    """A row whose column moves in some years, and the numbers that stand there (none: blank)."""

    table: str
    where: str
    column: Column
    first: int | None
    last: int | None
    numbers: dict[int | None, float]
    key: str

    def change(self, operation: str, value: float, place: str) -> Change:
        return Change(self.table, self.where, self.column.name, operation, value, self.first, self.last, place)


def _of_table(case: Case, text: str, match: re.Match[str], faults: list[str]) -> Vary | None:
    table, name = match[1], match[2]
    rest = text[match.end() :].lstrip()
    years = _YEARS.match(rest)
    first = int(years[1]) if years else None
    last = int(years[2] or years[1]) if years else None
    rest = rest[years.end() :].lstrip() if years else rest
    parts, rest = _filter(rest, faults)
    tables = case.resolved()
    column = _column(table, name, first, last, [r.period for r in tables["periods"]], faults)
    given = _values(rest, faults) if rest else None
    if not rest:
        faults.append("no values; write '= low:high:count', '= a, b, c', 'x 0.5:1.5:5' or '+ -10%:10%:5' after it")
    rows = _rows(tables, table, parts, faults) if parts is not None else []
    if faults or column is None or given is None:
        return None
    chosen = []
    for row in rows:
        where = where_of(table, row)
        if sum(fits(other, conditions(table, where)) for other in tables[table]) != 1:
            faults.append(f"the row {row.key} cannot be chosen: its name holds a ';'")
        numbers = numbers_of(case.settings["base_year"], table, row, name)
        if first is not None or last is not None:
            numbers = {t: x for t, x in numbers.items() if t is not None and (first or 0) <= t <= (last or 9999)}
        chosen.append(_Chosen(table, where, column, first, last, numbers, row.key))
    unit = in_currency(str(case.settings.get("currency") or "money"), column)
    return _moved(text, _named(column, table, chosen, first, last), unit, chosen, given, faults)


def _column(
    table: str, name: str, first: int | None, last: int | None, periods: Sequence[int], faults: list[str]
) -> Column | None:
    """The number column that moves, if a change may touch it in these years."""
    try:
        column = target(table, name, decided=False)
        if first is not None and last is not None and first > last:
            raise BadChange("first_year", f"{first} is after {last}")
        years_of(Change(table, "", name, "set", 0.0, first, last), column, periods)
    except BadChange as reason:
        faults.append(str(reason))
        return None
    return column


def _filter(rest: str, faults: list[str]) -> tuple[list[tuple[str, str]] | None, str]:
    """The parts between brackets, each (column or '', value), and what follows; None if they cannot be read."""
    if not rest.startswith("["):
        return [], rest
    end = _outside(rest, "]")
    if end is None:
        faults.append("the bracket '[' is not closed by ']' (a quoted name needs both quotes)")
        return None, ""
    parts = []
    for piece in _split(rest[1:end], ","):
        equals = _outside(piece, "=")
        column, value = ("", piece) if equals is None else (piece[:equals].strip(), piece[equals + 1 :])
        value = value.strip()
        value = value[1:-1] if len(value) >= 2 and value[0] == value[-1] == '"' else value
        if not value:
            faults.append("an empty part stands between the brackets; name a row, or column = value")
        else:
            parts.append((column, value))
    return parts, rest[end + 1 :].strip()


def _outside(text: str, wanted: str) -> int | None:
    """Where a character first stands outside of quotes."""
    quoted = False
    for i, character in enumerate(text):
        if character == '"':
            quoted = not quoted
        elif character == wanted and not quoted:
            return i
    return None


def _split(text: str, at: str) -> list[str]:
    pieces, rest = [], text
    while (i := _outside(rest, at)) is not None:
        pieces.append(rest[:i])
        rest = rest[i + 1 :]
    return [*pieces, rest]


def _rows(tables: Tables, table: str, parts: Sequence[tuple[str, str]], faults: list[str]) -> list[Any]:
    """Rows that every part fits: a name that stands in the row, is its key, or is the country of a place in it."""
    countries = {r.location: r.country for r in tables["locations"]}
    rows = tables[table]
    if not rows:
        faults.append(f"the case has no rows in {table}")
        return []
    names = {row.key: _names(table, row, countries) for row in rows}
    fitting, failed = [list(rows)], False
    for column, value in parts:
        if column:
            known = TABLES[table].by_name.get(column)
            if known is None or known.yearly:
                columns = [c.name for c in TABLES[table].columns if not c.yearly]
                faults.append(f"rows of {table} cannot be chosen by '{column}'{did_you_mean(column, columns)}")
                failed = True
                continue
            found = [r for r in rows if as_text(r[column]).casefold() == value.casefold()]
            near = {as_text(r[column]) for r in rows}
        else:
            found = [r for r in rows if value.casefold() in names[r.key]]
            near = {name for known_names in names.values() for name in known_names.values()}
        if not found:
            said = f"{column} = {value}" if column else f"'{value}'"
            faults.append(f"no row of {table} has {said}{did_you_mean(value, near)}")
            failed = True
        fitting.append(found)
    if failed:
        return []
    keys = set.intersection(*({r.key for r in found} for found in fitting))
    if not keys:
        each = "; ".join(
            f"{column + ' = ' if column else ''}{value}: {_some([r.key for r in found])}"
            for (column, value), found in zip(parts, fitting[1:], strict=True)
        )
        faults.append(f"no row of {table} has all of it ({each})")
    return [r for r in rows if r.key in keys]


def _names(table: str, row: Any, countries: dict[str, str]) -> dict[str, str]:
    """What a row can be called by, by its folded form: its key, its texts, and the countries of its places."""
    texts = [row.key]
    for column in TABLES[table].columns:
        value = row[column.name]
        if column.kind in ("text", "ref", "choice") and value and column.name not in ("note", "source", "fill"):
            texts.append(value)
            if column.ref == "locations":
                texts.append(countries.get(value, ""))
    return {t.casefold(): t for t in texts if t}


def _named(column: Column, table: str, chosen: Sequence[_Chosen], first: int | None, last: int | None) -> str:
    years = "" if first is None else f" in {first}" if first == last else f" in {first}-{last}"
    what = column.name.replace("_", " ")
    if len(chosen) == 1:
        return f"{what} of {chosen[0].key}{years}"
    return f"{what} of {len(chosen)} rows of {table} ({_some([c.key for c in chosen])}){years}"


def _some(names: Sequence[str]) -> str:
    return "; ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


# ---------------------------------------------------------------- values


def _values(text: str, faults: list[str]) -> _Values | None:
    """'= 40:160:13', 'x 0.5, 1, 2', '+ -10:10:5', '-20%:20%:5'."""
    sign = text[0] if text[0] in _SIGNS else ""
    body = text[len(sign) :].strip()
    percent = "%" in body
    before = len(faults)
    if not sign and not percent:
        faults.append(f"'{text}': write '=' (become), 'x' (times) or '+' (plus) before the values")
    if sign == "=" and percent:
        faults.append(
            f"'{text}': is it a share or a change of what stands? Write 0.2 for a share of 20 %, '+ 20%' for a fifth more, "
            "'x 20%' for a fifth of it"
        )
    numbers = _list(body, percent, faults)
    if len(faults) > before:
        return None
    operation = _SIGNS.get(sign, "add")
    if percent:
        shares = [x / 100 for x in numbers]
        return _Values("multiply", tuple(1 + s if operation == "add" else s for s in shares), operation == "add")
    return _Values(operation, tuple(numbers), False)


def _list(body: str, percent: bool, faults: list[str]) -> list[float]:
    if not body:
        faults.append("no values; write low:high:count, or values with commas between")
        return []
    if ":" in body:
        pieces = body.split(":")
        if len(pieces) != 3:
            faults.append(f"'{body}': a series is low:high:count, such as 40:160:13")
            return []
        low, high = (_number(p, percent, faults) for p in pieces[:2])
        count = pieces[2].strip()
        if not (count.isascii() and count.isdigit() and len(count) < 9 and 2 <= int(count) <= MOST_VALUES):
            faults.append(f"count '{count}'; must be a whole number from 2 to {MOST_VALUES}")
            return []
        if low is None or high is None:
            return []
        if low >= high:
            faults.append(f"low {low:g} is not below high {high:g}")
            return []
        return _series(low, high, int(count), faults)
    pieces = body.split(",")
    if len(pieces) > MOST_VALUES:
        faults.append(f"{len(pieces)} values; at most {MOST_VALUES}")
        return []
    numbers = [_number(p, percent, faults) for p in pieces]
    if any(re.fullmatch(r"\s*0\d+\s*", p) for p in pieces[1:]):
        faults.append(f"'{body}': thousands separators are not read; write 20000, not 20,000")
    found = [x for x in numbers if x is not None]
    twice = sorted({x for x in found if found.count(x) > 1})
    if twice:
        faults.append(f"{', '.join(f'{x:g}' for x in twice)} stands twice")
    return found


def _series(low: float, high: float, n: int, faults: list[str]) -> list[float]:
    """n values at equal distances, without the last digits that arithmetic leaves behind."""
    digits = 12 - math.floor(math.log10(max(abs(low), abs(high))))
    found = [round(low + (high - low) * i / (n - 1), digits) for i in range(n - 1)] + [high]
    if len(set(found)) < n:
        faults.append(f"{low:g} and {high:g} are too near for {n} values between them")
    return found


def _number(text: str, percent: bool, faults: list[str]) -> float | None:
    plain = text.strip()
    if percent:
        if not plain.endswith("%"):
            faults.append(f"'{plain}' is no percent while others are: give all values in percent, or none")
            return None
        plain = plain[:-1].strip()
    if not _NUMBER.fullmatch(plain) or abs(float(plain)) > 1e30:
        faults.append(f"'{text.strip()}' is no number; write 1234.5 (decimal point, no blanks, no units)")
        return None
    return float(plain)


def _moved(
    text: str, name: str, unit: str, chosen: Sequence[_Chosen], given: _Values, faults: list[str]
) -> Vary | None:
    """The values, once each of them is one that every chosen number can take."""
    held = [x for c in chosen for x in c.numbers.values()]
    blank = [c.key for c in chosen if not c.numbers]
    if given.operation != "set" and blank:
        column = chosen[0].column
        faults.append(f"{column.name} of {_some(blank)} is blank ({column.blank}), so it can only be set with '='")
        return None
    for value in given.numbers:
        for c in chosen:
            ends = (min(c.numbers.values()), max(c.numbers.values())) if c.numbers else (None,)
            for x in ends:
                became = value if given.operation == "set" or x is None else x * value
                became = x + value if given.operation == "add" and x is not None else became
                fault = _not_allowed(c.column, became)
                if fault:
                    faults.append(f"{_written(given, unit, value)} of {c.key}: {fault}")
                    break
            if faults:
                return None
    place = f"--vary {name}"
    shown = partial(_written, given, unit)
    same = set(held) if not blank else set()
    base = {"multiply": 1.0, "add": 0.0}.get(given.operation, same.pop() if len(same) == 1 else None)
    if given.percent:
        unit, base = "%", 0.0
        return Vary(
            text, name, unit, tuple(round(100 * (v - 1), 10) for v in given.numbers), base,
            lambda v: [c.change("multiply", 1 + v / 100, place) for c in chosen], lambda v: f"{v:+.4g} %",
        )  # fmt: skip
    said_unit = "times" if given.operation == "multiply" else unit
    return Vary(
        text, name, said_unit, given.numbers, base,
        lambda v: [c.change(given.operation, v, place) for c in chosen], shown,
    )  # fmt: skip


def _not_allowed(column: Column, value: float) -> str:
    try:
        convert(column, value)
    except BadValue as reason:
        return str(reason)
    return ""


def _written(given: _Values, unit: str, value: float) -> str:
    if given.percent:
        return f"{100 * (value - 1):+.4g} %"
    if given.operation == "multiply":
        return f"x {figure(value)}"
    sign = "+" if given.operation == "add" and value > 0 else ""
    return sign + written(value, unit)
