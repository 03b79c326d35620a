"""Rows of a long table as the XML of its sheet: several times as fast as through openpyxl, cell by cell.

openpyxl makes an object of each cell and an element of each object. What a long table needs is less: numbers and
texts, with one style a column. Its rows are kept as text and put into the sheet when the workbook is saved
(`saving`); everything else of the sheet stays openpyxl's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from math import isfinite
from typing import Any
from weakref import WeakKeyDictionary
from xml.sax.saxutils import escape

from openpyxl.cell.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet

from . import cells
from .sheets import letter

# Rows from which a table is long. Shorter ones are cells, which can be linked and read again before they are saved.
LONG = 300
# Rows of a sheet in Excel.
MOST_ROWS = 1_048_576

_kept: WeakKeyDictionary[Worksheet, tuple[str, str]] = WeakKeyDictionary()  # last cell and XML of the rows of a sheet


class TooLong(ValueError):
    """A table has more rows than a sheet can hold."""


def check_length(table: str, rows: int, first: int) -> None:
    """Raises TooLong if a table whose rows begin at `first` does not end within a sheet."""
    if first + rows - 1 > MOST_ROWS:
        raise TooLong(
            f"table {table} has {rows:,} rows and a sheet of a workbook {MOST_ROWS:,} at most; "
            "write it as a folder of CSV tables instead (a path without ending)"
        )


def put_rows(
    sheet: Worksheet,
    first: int,
    columns: Sequence[list[Any]],
    style: Callable[[Any, int], None],
    most_cells: int = LONG,
) -> None:
    """Puts columns of tidied values below what a sheet holds, from row `first` on.

    style: gives a cell the look of a column, counted from 0. Blanks (None) become no cell. most_cells: rows up to which
    they are cells of the sheet.
    """
    count = len(columns[0]) if columns else 0
    check_length(sheet.title, count, first)
    if count <= most_cells or not all(_plain(v) for values in columns for v in values):
        for i, values in enumerate(columns):
            for r, value in enumerate(values, start=first):
                if value is not None:
                    cell = sheet.cell(r, i + 1)
                    cells.put(cell, _said(value))
                    style(cell, i)
        return
    columns_xml = [_column(sheet, i, values, first, style) for i, values in enumerate(columns)]
    rows = (f'<row r="{r}">{"".join(row)}</row>' for r, row in enumerate(zip(*columns_xml, strict=True), start=first))
    _kept[sheet] = f"{letter(len(columns) - 1)}{first + count - 1}", "".join(rows)


def _plain(value: Any) -> bool:
    return value is None or isinstance(value, (str, bool, int, float))


def _said(value: Any) -> Any:
    return ("yes" if value else "no") if isinstance(value, bool) else value


def _column(
    sheet: Worksheet, i: int, values: list[Any], first: int, style: Callable[[Any, int], None]
) -> Iterator[str]:
    """The XML of each cell of a column, from row `first` on."""
    name, known, number = letter(i), dict[str, str](), f' s="{_style(sheet, i, "", style)}"><v>'
    for r, value in enumerate(values, start=first):
        if value is None:
            yield ""
        elif isinstance(value, (str, bool)):
            text = str(_said(value))
            if text not in known:  # names come again and again
                known[text] = _text(text, _style(sheet, i, text, style))
            yield f'<c r="{name}{r}{known[text]}'
        elif not isfinite(value):
            yield ""
        else:
            yield f'<c r="{name}{r}"{number}{value:.16g}</v></c>'  # as openpyxl writes numbers


def _style(sheet: Worksheet, i: int, text: str, style: Callable[[Any, int], None]) -> int:
    """The number of a column's style for such a text, by way of a cell that is in no sheet."""
    cell = Cell(sheet, row=1, column=1)
    cells.put(cell, text or None)
    style(cell, i)
    return int(cell.style_id)


def _text(text: str, style: int) -> str:
    text = cells.fit(text)
    space = ' xml:space="preserve"' if text.strip() != text else ""
    return f'" s="{style}" t="inlineStr"><is><t{space}>{escape(text)}</t></is></c>'


def with_rows(sheet: Worksheet, xml: bytes) -> bytes:
    """The XML of a sheet as openpyxl writes it, with the rows put into it."""
    if sheet not in _kept:
        return xml
    last, rows = _kept[sheet]
    head, size = xml[:2000], f'<dimension ref="{sheet.dimensions}"'.encode()
    head = head.replace(size, f'<dimension ref="A1:{last}"'.encode(), 1)
    return (head + xml[2000:]).replace(b"</sheetData>", rows.encode() + b"</sheetData>", 1)
