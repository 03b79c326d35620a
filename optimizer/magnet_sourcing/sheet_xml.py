"""The cells of a workbook's sheets, straight from their XML: several times as fast as openpyxl's objects.

openpyxl still reads the book around them: its sheets, styles and dates. The parser refuses what workbooks never hold
and attackers use, entities and document types, as `defusedxml` does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import IO, Any, NoReturn
from xml.parsers import expat

from openpyxl.utils.datetime import from_excel, from_ISO8601
from openpyxl.xml.constants import SHEET_MAIN_NS

from .sheets import column_number

MAX_COLUMNS = 2_000
# Errors that stand in a cell as its value.
ERRORS = ("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#GETTING_DATA", "#SPILL!", "#CALC!")


@dataclass(frozen=True)
class Error:
    """An Excel error in a cell."""

    text: str


@dataclass
class Cells:
    """rows: (row number, cells by position) of every row that has a cell. odd: rows with an error, or with a formula
    that has no value. formulas: places (row, position) of such formulas."""

    rows: list[tuple[int, list[Any]]] = field(default_factory=list)
    odd: set[int] = field(default_factory=set)
    formulas: set[tuple[int, int]] = field(default_factory=set)


@dataclass(frozen=True)
class Book:
    """What a sheet needs of its workbook: texts by number, how styles show dates, the day that dates count from."""

    strings: Sequence[str]
    dates: frozenset[int]
    durations: frozenset[int]
    epoch: Any


def _tag(name: str) -> str:
    return f"{SHEET_MAIN_NS} {name}"


def _parser() -> Any:
    def refuse(*_: Any) -> NoReturn:
        raise ValueError("entities and document types are not read")

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = parser.ExternalEntityRefHandler = refuse
    return parser


# ---------------------------------------------------------------- texts


def read_strings(source: IO[bytes]) -> list[str]:
    """The texts that cells point at; of a text in several fonts its parts together, without phonetic hints."""
    strings: list[str] = []
    parts: list[str] = []
    hints = 0  # how deep in phonetic hints
    item, text, hint = _tag("si"), _tag("t"), _tag("rPh")
    keeping = False
    parser = _parser()

    def start(name: str, _: dict[str, str]) -> None:
        nonlocal keeping, hints
        if name == text:
            keeping = not hints
        elif name == item:
            parts.clear()
        elif name == hint:
            hints += 1

    def end(name: str) -> None:
        nonlocal keeping, hints
        keeping = False
        if name == item:
            strings.append("".join(parts).replace("x005F_", ""))  # as openpyxl does
        elif name == hint:
            hints -= 1

    def characters(data: str) -> None:
        if keeping:
            parts.append(data)

    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, characters
    parser.ParseFile(source)
    return strings


# ---------------------------------------------------------------- sheets


def read_cells(source: IO[bytes], book: Book) -> Cells:
    """The cells of a sheet."""
    found = Cells()
    _Reader(found, book).parser.ParseFile(source)
    return found


class _Reader:
    """Follows the XML: rows (row), cells (c) with a kind (t) and a style (s), and in them a value (v), a formula (f)
    or a text (is, t). What it keeps is in variables of one function, since it is called for every tag."""

    def __init__(self, found: Cells, book: Book) -> None:
        self.parser = _parser()
        row_tag, cell_tag, value_tag, text_tag = _tag("row"), _tag("c"), _tag("v"), _tag("t")
        formula_tag, hint_tag, data_tag = _tag("f"), _tag("rPh"), _tag("sheetData")
        strings, dates, columns = book.strings, book.dates, dict[str, int]()
        row: list[Any] = []
        parts: list[str] = []
        number = position = style = hints = 0
        kind = ""
        value: str | None = None
        text: str | None = None
        formula = False

        def start(name: str, attributes: dict[str, str]) -> None:
            nonlocal row, number, position, kind, style, value, text, formula, hints
            if name == value_tag or name == text_tag:
                parts.clear()
            elif name == cell_tag:
                place = attributes.get("r")
                if place is None:
                    position += 1
                else:
                    letters = place.rstrip("0123456789")
                    if letters not in columns:
                        columns[letters] = _column(letters)
                    position = columns[letters]
                kind, style = attributes.get("t", "n"), int(attributes.get("s", 0))
                value, text, formula = None, None, False
            elif name == row_tag:
                place = attributes.get("r")
                number = number + 1 if place is None else _whole(place)
                row, position = [], -1
            elif name == formula_tag:
                formula = True
            elif name == hint_tag:
                hints += 1

        def end(name: str) -> None:
            nonlocal value, text, hints
            if name == value_tag:
                value = "".join(parts)
            elif name == cell_tag:
                if position >= len(row):
                    row.extend([None] * (position + 1 - len(row)))
                if kind == "inlineStr":
                    content: Any = None if text is None or not text.strip() else text
                elif not value:
                    content = None
                elif kind == "n" and style not in dates:
                    content = float(value) if "." in value or "e" in value or "E" in value else int(value)
                elif kind == "s":
                    content = strings[int(value)]
                    if not content.strip():
                        content = None
                else:
                    content = _other(kind, value, style, book)
                if kind == "e" or (type(content) is str and content in ERRORS):
                    content = Error(str(content))
                if type(content) is Error:
                    found.odd.add(number)
                elif formula and content is None:
                    found.odd.add(number)
                    found.formulas.add((number, position))
                row[position] = content
            elif name == text_tag:
                if not hints:
                    text = (text or "") + "".join(parts)
            elif name == row_tag:
                if row:
                    found.rows.append((number, row))
            elif name == hint_tag:
                hints -= 1
            elif name == data_tag:  # what stands behind the cells is openpyxl's
                self.parser.StartElementHandler = self.parser.EndElementHandler = None
                self.parser.CharacterDataHandler = None

        self.parser.StartElementHandler, self.parser.EndElementHandler = start, end
        self.parser.CharacterDataHandler = parts.append


def _column(letters: str) -> int:
    number = column_number(letters)
    if number > MAX_COLUMNS:
        raise ValueError(f"column {letters} is too far to the right")
    return number - 1


def _whole(text: str) -> int:
    number = float(text)
    if not number.is_integer():
        raise ValueError(f"{text} is not a valid row number")
    return int(number)


def _other(kind: str, value: str, style: int, book: Book) -> Any:
    """Values that are neither numbers nor shared texts; text that says nothing is a blank."""
    if kind == "n":
        number = float(value)
        try:
            return from_excel(number, book.epoch, timedelta=style in book.durations)
        except (OverflowError, ValueError):  # marked as a date, and none that exists
            return Error("#VALUE!")
    if kind == "b":
        return bool(int(value))
    if kind == "d":
        return from_ISO8601(value)
    return value if value.strip() else None
