"""The cells of a workbook's sheets, straight from their XML: several times as fast as openpyxl's objects.

openpyxl still reads the book around them: its sheets, styles and dates. What a cell says is decided as openpyxl decides
it, and a test compares the two. The XML is parsed by Python's own ElementTree, a piece at a time; what has been read is
thrown away, so that a file takes little more memory than its values.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import Element, XMLPullParser

from openpyxl.reader.excel import ExcelReader
from openpyxl.utils.datetime import from_excel, from_ISO8601
from openpyxl.xml.constants import SHARED_STRINGS, SHEET_MAIN_NS

from .sheets import column_number, letter

# Cells of a workbook, each row counted up to its last one and one more for itself.
MAX_CELLS = 5_000_000
# How far to the right a cell may lie, and how far down (no program has more rows).
MAX_COLUMNS, MAX_ROWS = 2_000, 1_048_576
# Errors that stand in a cell as its value.
ERRORS = ("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#GETTING_DATA", "#SPILL!", "#CALC!")
# Characters parsed at once.
_PIECE = 1 << 16
# What one row or text may hold, and how deep elements may stand in each other: far more than any program writes.
_MOST_PARTS, _DEEPEST = 200_000, 100


class Refused(ValueError):
    """A sheet is not read; the message says what it has."""


@dataclass(frozen=True)
class Error:
    """An Excel error in a cell."""

    text: str


@dataclass(frozen=True)
class Book:
    """What a sheet needs of its workbook: texts by number, how styles show dates, the day that dates count from."""

    strings: Sequence[str]
    dates: frozenset[int]
    durations: frozenset[int]
    epoch: Any


@dataclass
class Cells:
    """rows: (row number, cells by position) of every row that has a cell. formulas: places (row, position) of formulas
    without a value. odd: rows with such a formula or an error. merged: ranges. room: see MAX_CELLS."""

    rows: list[tuple[int, list[Any]]] = field(default_factory=list)
    formulas: set[tuple[int, int]] = field(default_factory=set)
    odd: set[int] = field(default_factory=set)
    merged: list[str] = field(default_factory=list)
    room: int = 0


def _tag(name: str) -> str:
    return f"{{{SHEET_MAIN_NS}}}{name}"


_SHEET_DATA, _ROW, _CELL, _VALUE, _FORMULA = map(_tag, ("sheetData", "row", "c", "v", "f"))
_INLINE, _TEXT, _RUN = map(_tag, ("is", "t", "r"))
_MERGES, _MERGE = map(_tag, ("mergeCells", "mergeCell"))


# ---------------------------------------------------------------- XML by the piece


def _growing(data: bytes) -> Iterator[tuple[Element, bool]]:
    """The main element after each piece that was parsed, and whether it is whole; to be emptied with `_take`.

    Decoded here, as UTF-8 and nothing else, whatever the document says of itself.
    """
    text = io.TextIOWrapper(io.BytesIO(data), encoding="utf-8", newline="")
    parser: Any = XMLPullParser(["start"])
    root: Any = None
    while piece := text.read(_PIECE):
        parser.feed(piece)
        for event in parser.read_events():  # the first is the main element's; the others are not needed
            root = event[1] if root is None else root
        if root is not None:
            yield root, False
            _check_bounds(root)
    parser.close()
    if root is not None:
        yield root, True


def _take(element: Element, whole: bool) -> list[Element]:
    """Takes out of an element what is whole in it: all but the last, which may still be open unless all is whole."""
    end = len(element) if whole else max(len(element) - 1, 0)
    taken = element[:end]
    del element[:end]
    return taken


def _check_bounds(root: Element) -> None:
    """What is still open has grown neither too large nor too deep."""
    element = root
    for _ in range(_DEEPEST):
        if not len(element):
            return
        if len(element) > _MOST_PARTS:
            raise Refused("has an element that is far too long")
        element = element[-1]
    raise Refused("has elements nested too deeply")


# ---------------------------------------------------------------- texts


def read_strings(data: bytes) -> list[str]:
    """The texts that cells point at, by number."""
    strings: list[str] = []
    for root, whole in _growing(data):
        # openpyxl takes out what escapes an underscore, and so do we.
        strings += [_text(item).replace("x005F_", "") for item in _take(root, whole)]
    return strings


def _text(item: Element) -> str:
    """A text; one in several fonts is its runs together. Phonetic hints are no part of it."""
    if len(item) == 1 and item[0].tag == _TEXT:
        return item[0].text or ""
    parts = [part.text or "" for part in item if part.tag == _TEXT]
    return "".join(parts + [part.findtext(_TEXT) or "" for part in item if part.tag == _RUN])


# ---------------------------------------------------------------- sheets


class _Columns(dict[str, int]):
    """Position of a column by its letters."""

    def __missing__(self, letters: str) -> int:
        position = column_number(letters) - 1
        if position >= MAX_COLUMNS:
            raise _too_far()
        self[letters] = position
        return position


def _too_far() -> Refused:
    return Refused(
        f"has a cell beyond column {letter(MAX_COLUMNS - 1)}; delete what lies far to the right of the table"
    )


def read_cells(data: bytes, book: Book, most: int) -> Cells:
    """The cells of a sheet that takes room for `most` at most."""
    found, columns, number = Cells(), _Columns(), 0
    for root, whole in _growing(data):
        for part in root:
            members = _take(part, whole or part is not root[-1])
            if part.tag == _MERGES:
                found.merged += [str(m.get("ref", ""))[:40] for m in members if m.tag == _MERGE]
            elif part.tag == _SHEET_DATA:
                for row in members:
                    number = _number(row, number)
                    cells = _cells(row, number, book, columns, found)
                    found.room += 1 + len(cells)
                    if cells:
                        found.rows.append((number, cells))
                if found.room > most:
                    raise Refused(f"has too many cells; a workbook may have {MAX_CELLS:,}")
        _take(root, whole)
    return found


def _number(row: Element, before: int) -> int:
    """Number of a row; without one it follows the row before."""
    if row.tag != _ROW:
        raise Refused("has cells outside of rows")
    said = row.get("r")
    number = before + 1 if said is None else int(float(said))
    if number <= before or (said is not None and number != float(said)):
        raise Refused("has rows out of order")
    if number > MAX_ROWS:
        raise Refused("has more rows than a sheet can have")
    return number


def _cells(row: Element, number: int, book: Book, columns: _Columns, found: Cells) -> list[Any]:
    """The cells of a row by position; what cannot be read of them is noted in `found`."""
    cells: list[Any] = []
    position = -1
    for cell in row:
        if cell.tag != _CELL:
            continue
        place, kind = cell.get("r"), cell.get("t", "n")
        position = columns[place.rstrip("0123456789")] if place else position + 1
        value, formula = None, False
        for part in cell:
            tag = part.tag
            if tag == _VALUE:
                value = None if kind == "inlineStr" else part.text
            elif tag == _INLINE:
                value = _text(part) if kind == "inlineStr" else value
            elif tag == _FORMULA:
                formula = True
        content = _content(kind, value, cell, book) if value else None
        if content is None or type(content) is Error:
            if formula and content is None:
                found.formulas.add((number, position))
            if formula or content is not None:
                found.odd.add(number)
        if position == len(cells):
            cells.append(content)
        else:
            cells += [None] * (position + 1 - len(cells))
            cells[position] = content
    if len(cells) > MAX_COLUMNS:
        raise _too_far()
    return cells


def _content(kind: str, value: str, cell: Element, book: Book) -> Any:
    """What a cell of such a kind says; text that says nothing is a blank."""
    if kind == "n":
        number = float(value) if "." in value or "e" in value or "E" in value else int(value)
        style = int(cell.get("s", 0))
        return number if style not in book.dates else _date(number, style in book.durations, book)
    if kind == "b":
        return bool(int(value))
    if kind == "d":
        return from_ISO8601(value)
    if kind == "s":
        value = book.strings[_index(value)]
    if kind == "e" or (value[:1] == "#" and value in ERRORS):
        return Error(value)
    return value if value.strip() else None


def _index(value: str) -> int:
    """Number of a text; there is none before the first, where Python would count from the last."""
    index = int(value)
    if index < 0:
        raise Refused(f"has a cell that points at text {index}, of which there is none")
    return index


def _date(number: float, duration: bool, book: Book) -> Any:
    try:
        return from_excel(number, book.epoch, timedelta=duration)
    except (OverflowError, ValueError):  # shown as a date, and none that exists
        return Error("#VALUE!")


# ---------------------------------------------------------------- workbooks


class _Reader(ExcelReader):  # type: ignore[misc]
    """openpyxl's reader of workbooks, with texts read faster."""

    def read_strings(self) -> None:
        part = self.package.find(SHARED_STRINGS)
        if part is not None:
            self.shared_strings = read_strings(self.archive.read(part.PartName[1:]))


class Workbook:
    """What openpyxl knows of a workbook, and the cells of its sheets as they are asked for.

    parts: the XML of its sheets by the names of their parts. names: all sheets. tables: those that are no charts.
    """

    def __init__(self, content: bytes, parts: Mapping[str, bytes]) -> None:
        reader = _Reader(io.BytesIO(content), read_only=True, data_only=True)
        reader.read()
        book = self._book = reader.wb
        self.names: list[str] = book.sheetnames
        self.tables = {sheet.title for sheet in book.worksheets}
        dates, durations = frozenset(book._date_formats), frozenset(book._timedelta_formats)
        self._shared = Book(reader.shared_strings, dates, durations, book.epoch)
        self._parts, self._left = parts, MAX_CELLS

    def cells(self, name: str) -> Cells:
        """Raises what a damaged sheet makes the parser raise, and Refused."""
        # The part's name is the only link between a sheet and its XML in this mode of openpyxl.
        part = self._book[name]._worksheet_path
        try:
            cells = read_cells(self._parts.get(part, b"<worksheet/>"), self._shared, self._left)
        except Refused as reason:
            raise Refused(f"sheet {name} {reason}") from None
        self._left -= cells.room
        return cells
