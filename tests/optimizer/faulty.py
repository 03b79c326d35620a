"""A small sound case as a workbook and as CSV, and ways to put one fault into a named cell."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import openpyxl
from magnet_sourcing import Case


def sound() -> Case:
    return Case.small()


def workbook_with(folder: Path, sheet: str, row: int, column: str, value: Any) -> tuple[Path, str]:
    """Writes the case with a value in data row `row` (from 1) of a column; returns the path and the cell's name."""
    path = folder / "case.xlsx"
    sound().write(path)
    book = openpyxl.load_workbook(path)
    target = book[sheet]
    headers = {cell.value: cell.column for cell in target[1]}
    first = 2 if sheet == "settings" else 3
    cell = target.cell(first + row - 1, headers[column])
    cell.value = value
    book.save(path)
    return path, cell.coordinate


def folder_with(folder: Path, table: str, row: int, column: str, value: Any) -> Path:
    """The same as CSV."""
    path = folder / "case"
    sound().write(path)
    file = path / f"{table}.csv"
    rows = list(csv.reader(file.read_text(encoding="utf-8").splitlines()))
    rows[row][rows[0].index(column)] = str(value)
    with file.open("w", newline="", encoding="utf-8") as out:
        csv.writer(out).writerows(rows)
    return path


def errors(path: Path) -> list[str]:
    """Every error of a case, whether reading or checking finds it."""
    from magnet_sourcing import CaseError

    try:
        return [str(p) for p in Case.read(path).check() if p.severity == "error"]
    except CaseError as reason:
        return [str(p) for p in reason.problems if p.severity == "error"]
