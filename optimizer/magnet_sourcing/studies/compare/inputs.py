"""Which inputs of cases differ: table, row, column and year, with the value in each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...case import Case, Row
from ...schema import SETTINGS, TABLES

# Books about the case, and text about a row: no plan for one future depends on them.
UNUSED_TABLES = ("sources", "evidence", "scenarios", "disruptions", "assumptions", "studies")
UNUSED_COLUMNS = ("source", "note", "fill", "active", "name", "description", "latitude", "longitude")
PRESENT, ABSENT = "there", "not there"
ASKED = ("objective measure", "at most", "china price", "china cap")


@dataclass(frozen=True)
class InputDifference:
    """One input that is not the same everywhere. table: 'asked' for what was asked of the plan, 'settings', or a table
    of the case. row: its key; column blank where the row as a whole is there or not. year: None if all years differ
    alike, or it has none. values: in the order of the cases, None where blank."""

    table: str
    row: str
    column: str
    year: int | None
    values: tuple[Any, ...]

    @property
    def place(self) -> str:
        """'supplies.price[NdPr oxide, China] 2027', as a range or a sweep would name it."""
        year = f" {self.year}" if self.year is not None else ""
        column = f".{self.column}" if self.column else ""
        return f"{self.table}{column}" + (f"[{self.row}]" if self.row else "") + year


def differences_of(cases: Sequence[Case], asked: Sequence[Mapping[str, Any]]) -> list[InputDifference]:
    """Every input that differs, what was asked of the plans first, then settings, then tables in sheet order."""
    found = [
        InputDifference("asked", "", field, None, values)
        for field in ASKED
        if _differ(values := tuple(options.get(field) for options in asked))
    ]
    resolved = [case.resolved() for case in cases]
    for column in SETTINGS:
        values = tuple(case.settings.get(column.name) for case in cases)
        if column.name not in UNUSED_COLUMNS and _differ(values):
            found.append(InputDifference("settings", "", column.name, None, values))
    for table in TABLES:
        if table not in UNUSED_TABLES:
            found += _of_table(table, [{row.key: row for row in rows[table]} for rows in resolved])
    return found


def _of_table(table: str, rows: Sequence[Mapping[str, Row]]) -> Iterator[InputDifference]:
    for key in dict.fromkeys(key for side in rows for key in side):
        there = [key in side for side in rows]
        if not all(there):
            yield InputDifference(table, key, "", None, tuple(PRESENT if x else ABSENT for x in there))
        present = [side.get(key) for side in rows]
        for column in TABLES[table].columns:
            if column.name not in UNUSED_COLUMNS and sum(there) > 1:
                yield from _of_column(table, key, column.name, present)


def _of_column(table: str, key: str, column: str, rows: Sequence[Row | None]) -> Iterator[InputDifference]:
    """A difference for each year, or one if the value is the same throughout in each row."""
    cells = [None if row is None else row[column] for row in rows]
    there = [row is not None for row in rows]
    years = sorted({t for cell in cells if isinstance(cell, Mapping) for t in cell})
    flat = [_flat(cell) for cell in cells]
    if not years or all(isinstance(x, tuple) for x in flat):
        values = tuple(x[0] if isinstance(x, tuple) else x for x in flat)
        if _differ(tuple(v for v, present in zip(values, there, strict=True) if present)):
            yield InputDifference(table, key, column, None, _absent(values, there))
        return
    for t in years:
        values = tuple(cell[t] if isinstance(cell, Mapping) else cell for cell in cells)
        if _differ(tuple(v for v, present in zip(values, there, strict=True) if present)):
            yield InputDifference(table, key, column, t, _absent(values, there))


def _absent(values: tuple[Any, ...], there: Sequence[bool]) -> tuple[Any, ...]:
    return tuple(v if present else ABSENT for v, present in zip(values, there, strict=True))


def _flat(cell: Any) -> Any:
    """A value throughout as (value,), a yearly one that changes as it is."""
    if isinstance(cell, Mapping):
        return (next(iter(cell.values())),) if len(set(cell.values())) == 1 else cell
    return (cell,)


def _differ(values: tuple[Any, ...]) -> bool:
    return any(not _same(values[0], x) for x in values[1:])


def _same(a: Any, b: Any) -> bool:
    """Equal as a case counts it: numbers to the fifteen digits a spreadsheet keeps."""
    if isinstance(a, (int, float)) and isinstance(b, (int, float)) and not isinstance(a, bool):
        return f"{float(a):.15g}" == f"{float(b):.15g}"
    return bool(a == b)
