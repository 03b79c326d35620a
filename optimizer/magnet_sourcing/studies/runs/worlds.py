"""Sets of changes as two tables that a person can read, and back to the last digit.

    numbers.csv   a row for each number that may change: table, rows, column, operation, years, where that is written
    worlds.csv    a row for each world, the case with some changes; a column for each number, blank where it stands

A world that moves one number several times has a column for each time. The order of a world's changes is that of the
columns; where it is not, the column `order` gives it.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from .changesets import Changes, Number

NUMBERS, WORLDS = "numbers.csv", "worlds.csv"
_FIXED = ("world", "order")  # columns of worlds.csv before those of numbers


def tables_of(sets: Sequence[Changes]) -> dict[str, str]:
    """File name -> text."""
    columns: dict[tuple[Number, int], int] = {}
    orders: dict[int, list[int]] = {}  # by id: of all sets that move the same
    for changes in sets:
        if id(changes.numbers) not in orders:
            keys = list(_told_apart(changes.numbers))
            orders[id(changes.numbers)] = [columns.setdefault(key, len(columns)) for key in keys]
    numbers = [number for number, _ in columns]
    heads = [f"{i} {_words(number)}" for i, number in enumerate(numbers, start=1)]
    worlds = [_row(i, c, orders[id(c.numbers)], len(numbers)) for i, c in enumerate(sets, start=1)]
    return {
        NUMBERS: _text([("number", *Number._fields), *((i, *n) for i, n in enumerate(numbers, start=1))]),
        WORLDS: _text([(*_FIXED, *heads), *worlds]),
    }


def _told_apart(numbers: Iterable[Number]) -> Iterator[tuple[Number, int]]:
    """Each with how often it came before."""
    met: Counter[Number] = Counter()
    for number in numbers:
        yield number, met[number]
        met[number] += 1


def _words(number: Number) -> str:
    """'supplies where supply = market: price =', as a change reads."""
    text = str(number.at(0.0))
    return text.replace(" 0 in ", " in ") if number.first_year or number.last_year else text.removesuffix(" 0")


def _row(world: int, changes: Changes, order: Sequence[int], width: int) -> list[object]:
    cells = [""] * width
    for j, value in zip(order, changes.values, strict=True):
        cells[j] = repr(value)
    aside = "" if list(order) == sorted(order) else " ".join(str(j + 1) for j in order)
    return [world, aside, *cells]


def _text(rows: Iterable[Iterable[object]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


# ---------------------------------------------------------------- reading


def sets_of(files: Mapping[str, str]) -> list[Changes]:
    """The sets of changes, in the order of their worlds."""
    numbers = [_number(row) for row in csv.DictReader(io.StringIO(files[NUMBERS]))]
    rows = csv.reader(io.StringIO(files[WORLDS]))
    next(rows)
    shapes: dict[tuple[int, ...], tuple[Number, ...]] = {}
    found = []
    for _, aside, *cells in rows:
        order = tuple(int(j) - 1 for j in aside.split()) if aside else tuple(j for j, x in enumerate(cells) if x)
        shape = shapes.setdefault(order, tuple(numbers[j] for j in order))
        found.append(Changes(shape, tuple(_value(cells[j]) for j in order)))
    return found


def _number(row: Mapping[str, str]) -> Number:
    first, last = (int(row[name]) if row[name] else None for name in ("first_year", "last_year"))
    return Number(row["table"], row["where"], row["column"], row["operation"], first, last, row["place"])


def _value(text: str) -> float:
    """Whole numbers stay whole."""
    return int(text) if text.lstrip("-").isdigit() else float(text)
