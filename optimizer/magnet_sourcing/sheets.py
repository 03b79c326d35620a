"""Raw sheets: headers and rows of cells with their places, from a workbook or from CSV files alike."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


class Unreadable:
    """Stands in a cell whose content could not be read; the reason is noted already."""

    def __repr__(self) -> str:
        return "unreadable"


UNREADABLE = Unreadable()


def letter(column: int) -> str:
    """Excel's name of a column counted from 0: 0 -> A, 27 -> AB."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def column_number(letters: str) -> int:
    """The column of such a name, counted from 1: A -> 1, AA -> 27. Raises ValueError if there is none."""
    if not (letters.isascii() and letters.isalpha() and len(letters) <= 3):
        raise ValueError(f"'{letters}' is no column")
    number = 0
    for character in letters.upper():
        number = number * 26 + ord(character) - 64
    return number


@dataclass
class Sheet:
    """A table as it stands in the file.

    headers: text by position (None for a column without header). rows: (row number in the file, cells by position).
    kind: 'xlsx' or 'csv', which decides how a place is named. file: the file's name.
    """

    name: str
    file: str
    kind: str
    headers: list[str | None] = field(default_factory=list)
    rows: list[tuple[int, list[Any]]] = field(default_factory=list)
    header_row: int = 1

    def place(self, row: int, column: int) -> str:
        """Name of a cell: 'F14', or 'row 14, column capacity' in a CSV file."""
        if self.kind == "xlsx":
            return f"{letter(column)}{row}"
        header = self.headers[column] if column < len(self.headers) else None
        return f"row {row}, column {header or column + 1}"
