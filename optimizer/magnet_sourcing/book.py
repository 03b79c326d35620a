"""Pages and tables of the workbooks we write: plans and studies look alike because both are made here."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from . import cells
from .files import replace_file, replace_folder
from .long_rows import LONG, MOST_ROWS, put_rows
from .marks import mark_columns
from .saving import save
from .sheets import letter
from .units import unit_of
from .values import tidy
from .writing import print_setup

# Columns that hold fractions and are shown as percentages.
_SHARES = {
    "share", "utilisation", "largest_share", "active", "probability", "mean_index", "index", "gap", "cap", "free_share",
    "nearness",
}  # fmt: skip

_MANY = 8  # sheets, from which the list of them stands in two columns
_PRINTED_ROWS = 60  # of a first page, on one sheet of paper
_ROOM = 60  # characters of a sheet's help there
HEADS = 4  # row of the headers of a table, the units below them
FIRST_ROW = HEADS + 2  # of the rows themselves
# Rows of a table up to which its names are linked: a link costs more than the cell it is on.
LINKED_ROWS = LONG
# Sheet and cell of a name: where it is explained.
Targets = Mapping[str, tuple[str, str]]


class Area(NamedTuple):
    """Where a small table stands: the row of its heads, its last row, and how many columns it has from A on."""

    heads: int
    last: int
    columns: int


class Page:
    """A page of text and small tables, written downwards."""

    WIDTH = 13  # columns a sentence may run over

    def __init__(self, sheet: Worksheet) -> None:
        self.sheet, self.row, self.figure = sheet, 1, 1
        self.tables: dict[str, Area] = {}  # small tables by heading

    def line(self, text: str, font: Any = cells.BODY, to: tuple[str, str] | None = None) -> None:
        """A line of text; to: sheet and cell that it leads to."""
        cell = self.sheet.cell(self.row, 1)
        cells.put(cell, text)
        cell.font = font
        if to is not None:
            cells.point(cell, *to, cells.LINE_LINK)
        if font in (cells.BODY, cells.NOTE, cells.BOLD):
            self.sheet.merge_cells(start_row=self.row, start_column=1, end_row=self.row, end_column=self.WIDTH)
            cell.alignment = cells.WRAP
            self.sheet.row_dimensions[self.row].height = 15.5 * (1 + len(text) // 165)
        self.row += 1

    def heading(self, text: str) -> None:
        self.row += 1
        self.line(text, cells.SUBTITLE)

    def heads(self, texts: list[Any]) -> None:
        for i, text in enumerate(texts, start=1):
            cell = self.sheet.cell(self.row, i)
            cells.put(cell, text)
            cell.font, cell.fill, cell.alignment = cells.HEADER, cells.HEADER_FILL, cells.WRAP
        if any(len(str(text)) > 9 for text in texts[2:]):
            self.sheet.row_dimensions[self.row].height = 31
        self.row += 1

    def cells(self, values: list[Any], formats: list[str], font: Any = cells.BODY) -> None:
        for i, (value, shown) in enumerate(zip(values, formats, strict=True), start=1):
            cell = self.sheet.cell(self.row, i)
            cells.put(cell, value)
            cell.font, cell.number_format, cell.border = font, shown, cells.THIN
        self.row += 1

    def sentences(self, title: str, lines: Sequence[str], to: Sequence[tuple[str, str] | None] = ()) -> None:
        """A heading and sentences below it; nothing without sentences. to: sheet and cell that each leads to."""
        if lines:
            self.heading(title)
            for i, text in enumerate(lines):
                self.line(text, cells.BODY, to[i] if i < len(to) else None)

    def small_table(self, title: str, frame: pd.DataFrame, formats: Sequence[str] = ()) -> None:
        """A heading and a table of a few rows."""
        self.heading(title)
        self.tables[title] = Area(self.row, self.row + len(frame), len(frame.columns))
        self.heads([str(c).replace("_", " ") for c in frame.columns])
        for i, column in enumerate(frame.columns, start=1):
            if pd.api.types.is_numeric_dtype(frame[column]):  # a head stands over its numbers
                self.sheet.cell(self.row - 1, i).alignment = cells.WRAP_RIGHT
        formats = formats or [number_format(str(c), frame[c]) for c in frame.columns]
        for values in frame.itertuples(index=False, name=None):
            self.cells([tidy(v) for v in values], list(formats))

    def contents(self, helps: Mapping[str, str]) -> None:
        """Links to the other sheets, each with what it holds; many of them side by side, in short."""
        self.heading("Where to look next")
        beside = len(helps) > _MANY
        rows = -(-len(helps) // 2) if beside else len(helps)
        for i, (name, help) in enumerate(helps.items()):
            row, column = self.row + i % rows, 1 if i < rows else 7
            cells.link(self.sheet.cell(row, column), name, name)
            note = self.sheet.cell(row, column + (1 if column == 1 else 2))
            cells.put(note, _short(help) if beside else help)
            note.font = cells.NOTE
        self.row += rows

    def fit(self) -> None:
        """Sets the page up to be printed on as few sheets of paper as stay legible; to be called when it is full."""
        last = max(self.row - 1, self.sheet.max_row)
        self.sheet.page_setup.fitToHeight = -(-last // _PRINTED_ROWS)
        self.sheet.print_area = f"A1:{letter(self.WIDTH - 1)}{last}"


def _short(help: str) -> str:
    """The first sentence, cut where the column ends."""
    said = re.split(r"(?<=\w)[:;.](?: |$)", help)[0]
    return said if len(said) <= _ROOM else said[: _ROOM - 2].rsplit(" ", 1)[0] + " ..."


def answer_page(book: Workbook, title: str) -> Page:
    """The first sheet of a book, `Answer`, set up to be read and printed."""
    sheet = book.active
    sheet.title = "Answer"
    sheet.sheet_view.showGridLines = False
    for column, width in (("A", 30), ("B", 20), *((letter(i), 10.5) for i in range(2, 14))):
        sheet.column_dimensions[column].width = width
    page = Page(sheet)
    page.line(title, cells.TITLE)
    print_setup(sheet, landscape=True)
    sheet.freeze_panes = "A3"
    return page


def write_study(
    path: Path,
    title: str,
    headline: str,
    findings: Mapping[str, Sequence[str]],
    tables: Mapping[str, tuple[str, pd.DataFrame, Mapping[str, str]]],
    *,
    first: Mapping[str, pd.DataFrame] | None = None,
    currency: str = "money",
    figure: int = 0,
    decorate: Any = None,
) -> Path:
    """Writes a study as a workbook that opens on its findings, or as a folder of CSV tables; returns the path.

    findings: heading -> sentences. tables: sheet -> (what it holds, rows, units by column). first: small tables shown
    on the first page, by heading. figure: rows left free below the headline, from `page.figure` on, for a chart.
    decorate: called with the book and the first page, to add charts.
    """
    if path.suffix and path.suffix.lower() != ".xlsx":
        raise ValueError(f"{path}: a study is written as .xlsx or as a folder (a path without ending)")
    if not path.suffix:
        files = {f"{name}.csv": frame.to_csv(index=False) for name, (_, frame, _) in tables.items()}
        said = [title, headline, *(x for head, lines in findings.items() for x in ("", head, *lines))]
        return replace_folder(path, files | {"answer.txt": "\n".join(said) + "\n"})
    book = Workbook()
    page = answer_page(book, title)
    page.line(headline, cells.SUBTITLE)
    page.figure = page.row + 1
    page.row += figure
    for head, lines in findings.items():
        page.sentences(head, lines)
    for head, frame in (first or {}).items():
        page.small_table(head, frame)
    filled = {name: table for name, table in tables.items() if len(table[1])}
    for name, (help, frame, units) in filled.items():
        add_table(book.create_sheet(name), help, frame, units, (), currency)
    page.contents({name: help for name, (help, _, _) in filled.items()})
    if decorate is not None:
        decorate(book, page)
    page.fit()
    finish(book)
    return replace_file(path, lambda temporary: save(book, temporary, title))


def finish(book: Workbook) -> None:
    """Sheets that were not made as tables, for charts, get a way back to the answer and are set up for print too."""
    for sheet in book.worksheets[1:]:
        if not sheet.print_title_rows:
            print_setup(sheet)
            if sheet["A2"].value is None:
                cells.link(sheet["A2"], book.worksheets[0].title, "back to the answer")


# ---------------------------------------------------------------- tables


def add_table(
    sheet: Worksheet,
    help: str,
    frame: pd.DataFrame,
    units: Mapping[str, str] | None = None,
    totals: tuple[str, ...] = (),
    currency: str = "money",
    *,
    links: Mapping[str, Targets] | None = None,
    formats: Mapping[str, str] | None = None,
    final: bool = False,
) -> None:
    """Help, headers with units, rows, and live totals that follow the filter.

    links: column -> name -> sheet and cell where the name is explained; for tables of up to LINKED_ROWS rows.
    formats: column -> number format, where it is not what the name and the numbers tell. final: nobody looks at the
    rows before the book is saved, so that long ones need no cells.
    """
    units = units or {}
    cells.put(sheet["A1"], help)
    sheet["A1"].font = cells.NOTE
    cells.link(sheet.cell(2, 1), "Answer", "back to the answer")
    numeric = [_holds_numbers(frame.iloc[:, i]) for i in range(frame.shape[1])]
    for i, name in enumerate(frame.columns, start=1):
        cell, unit = sheet.cell(HEADS, i), sheet.cell(HEADS + 1, i)
        cells.put(cell, str(name))
        cell.font, cell.fill, cell.alignment = cells.HEADER, cells.HEADER_FILL, cells.WRAP
        cells.put(unit, unit_of(str(name), units, currency) or None)
        unit.font, unit.fill = cells.UNIT, cells.UNIT_FILL
        if numeric[i - 1]:  # heads stand over their numbers
            cell.alignment, unit.alignment = cells.WRAP_RIGHT, cells.RIGHT
        sheet.column_dimensions[letter(i - 1)].width = _width(str(name), frame.iloc[:, i - 1])
    given = formats or {}
    looks = [given.get(str(n)) or number_format(str(n), frame.iloc[:, i]) for i, n in enumerate(frame.columns)]
    for i in range(len(looks) - 1):
        if numeric[i] and not numeric[i + 1] and looks[i] != "General":
            looks[i] += "_)"  # keeps a number off the text beside it

    def look(cell: Any, i: int) -> None:
        cell.number_format = looks[i]

    columns = [[tidy(v) for v in frame.iloc[:, i].tolist()] for i in range(frame.shape[1])]
    put_rows(sheet, FIRST_ROW, columns, look, LONG if final else MOST_ROWS)
    last = HEADS + 1 + len(frame)
    if links and len(frame) <= LINKED_ROWS:
        _link_names(sheet, frame, FIRST_ROW, links)
    if totals and len(frame):
        sheet.cell(3, 1, "total of the rows shown").font = cells.BOLD
        for name in (n for n in totals if frame[n].notna().any()):
            i = list(frame.columns).index(name)
            cell = sheet.cell(3, i + 1, f"=SUBTOTAL(9,{letter(i)}{FIRST_ROW}:{letter(i)}{last})")
            cell.font, cell.fill, cell.number_format = cells.BOLD, cells.TOTAL_FILL, looks[i]
    if said := mark_columns(sheet, [str(n) for n in frame.columns], FIRST_ROW, last):
        sheet.cell(2, 3, f"Marked: {', '.join(said)}.").font = cells.NOTE
    sheet.freeze_panes = f"B{FIRST_ROW}"  # a cell named, not made
    sheet.auto_filter.ref = f"A{HEADS}:{letter(len(frame.columns) - 1)}{max(last, HEADS + 1)}"
    sheet.print_title_rows = f"{HEADS}:{HEADS + 1}"
    sheet.print_area = f"A1:{letter(max(len(frame.columns), 3) - 1)}{max(last, HEADS + 1)}"
    print_setup(sheet)


def _link_names(sheet: Worksheet, frame: pd.DataFrame, first: int, links: Mapping[str, Targets]) -> None:
    for i, name in enumerate(frame.columns, start=1):
        targets = links.get(str(name), {})
        for r, value in enumerate(frame[name] if targets else (), start=first):
            if isinstance(value, str) and value in targets:
                cells.point(sheet.cell(r, i), *targets[value])


def _holds_numbers(column: pd.Series) -> bool:
    """Numbers and blanks, nothing else."""
    if pd.api.types.is_bool_dtype(column):
        return False
    if pd.api.types.is_numeric_dtype(column):
        return True
    values = [v for v in map(tidy, column) if v is not None]
    return bool(values) and all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in values)


def number_format(name: str, column: pd.Series) -> str:
    if name in ("by", "year", "run", "runs"):
        return "0"
    if name in ("period", "available_from", "active_from", "active_to", "banked_in", "used_in"):
        return "0.##" if name not in ("period", "banked_in", "used_in") else "0"
    if name in _SHARES:
        return "0.0%"
    if name in ("hhi", "worst relative difference"):
        return "0.000" if name == "hhi" else "0.0E+00"
    values = [abs(float(v)) for v in column if isinstance(v, (int, float)) and not isinstance(v, bool) and v == v]
    return "#,##0" if values and max(values) >= 1000 else "#,##0.00"


def _width(name: str, column: pd.Series) -> float:
    longest = max((len(str(v)) for v in column.head(200) if isinstance(v, str)), default=0)
    return float(min(max(len(name) + 4, longest + 2, 12), 60))
