"""Cases as grids of cells that can be spoiled and written again in a moment, as a workbook or as a folder of CSV files.

A workbook is written here with nothing but its cells, so that a fault is what the file says and no library in between
mends it. A sheet that no fault has touched keeps the bytes of its first writing.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple
from xml.sax.saxutils import escape, quoteattr

from magnet_sourcing import Case
from magnet_sourcing.numerals import typed
from magnet_sourcing.schema import SETTINGS, TABLES, Column, split_header
from magnet_sourcing.sheets import letter
from openpyxl import load_workbook

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"


@dataclass(frozen=True)
class Formula:
    """A formula, and what it came to when the file was last calculated; None if it never was."""

    text: str
    value: Any = None


@dataclass(frozen=True)
class ErrorValue:
    """An error of Excel's, such as #REF!."""

    text: str


class Raw(bytes):
    """The bytes of a CSV file as they are to stand in the folder."""


@dataclass
class Grid:
    """A sheet: its rows from the first on, the position of the first row of data, and what a workbook adds to cells."""

    name: str
    rows: list[list[Any]]
    first: int
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    merged: list[str] = field(default_factory=list)
    filtered: bool = False
    state: str = "visible"

    @property
    def headers(self) -> list[Any]:
        return self.rows[0]

    def copy(self) -> Grid:
        return replace(
            self,
            rows=[list(row) for row in self.rows],
            hidden_rows=set(self.hidden_rows),
            hidden_columns=set(self.hidden_columns),
            merged=list(self.merged),
        )


class At(NamedTuple):
    """A cell of data: where it is, what its column asks for, and what stands in it."""

    sheet: str
    row: int
    col: int
    header: str
    column: Column
    year: int | None
    value: Any


@dataclass
class Book:
    """A case as grids by sheet. `kind` is 'xlsx' or 'csv'; `name` says which case it is."""

    name: str
    kind: str
    grids: dict[str, Grid]
    _kept: dict[int, bytes] = field(default_factory=dict)  # bytes of grids that no fault has touched, by their identity
    raw: dict[str, bytes] = field(default_factory=dict)  # CSV files given as bytes

    def spoilable(self) -> Book:
        """A copy whose sheets may be changed by way of `edit`."""
        copy = replace(self, grids=dict(self.grids), raw={})
        copy.__dict__["cells"] = self.cells  # as they were before the fault
        return copy

    def edit(self, sheet: str) -> Grid:
        self.grids[sheet] = self.grids[sheet].copy()
        return self.grids[sheet]

    def put(self, at: At, value: Any) -> None:
        self.edit(at.sheet).rows[at.row][at.col] = value

    def place(self, sheet: str, row: int, col: int) -> tuple[str, str]:
        """Sheet and cell as messages name them."""
        if self.kind == "xlsx":
            return sheet, f"{letter(col)}{row + 1}"
        headers = self.grids[sheet].headers
        return sheet, f"row {row + 1}, column {headers[col] if col < len(headers) and headers[col] else col + 1}"

    # ------------------------------------------------------------ what there is to spoil

    def column_of(self, sheet: str, name: str) -> int | None:
        headers = self.grids[sheet].headers
        return headers.index(name) if name in headers else None

    @cached_property
    def cells(self) -> list[At]:
        """Every cell of the tables below a header that the schema knows, blank ones too."""
        return [at for grid in self.grids.values() if grid.name in TABLES for at in _cells_of(grid)]

    @cached_property
    def settings(self) -> list[At]:
        grid, known = self.grids["settings"], {c.name: c for c in SETTINGS}
        name, value = grid.headers.index("setting"), grid.headers.index("value")
        return [
            At("settings", r, value, "value", known[row[name]], None, row[value])
            for r, row in enumerate(grid.rows)
            if r >= grid.first and row[name] in known
        ]

    def keys(self, table: str) -> list[str]:
        """The names that references to a table may use."""
        if table not in self.grids:
            return []
        col = self.column_of(table, TABLES[table].key[0])
        grid = self.grids[table]
        return [] if col is None else [str(row[col]) for row in grid.rows[grid.first :] if row[col] is not None]

    def key_of(self, sheet: str, row: int) -> str:
        """The key of a row, as evidence names it."""
        cells = [self.column_of(sheet, name) for name in TABLES[sheet].key]
        values = [self.grids[sheet].rows[row][c] for c in cells if c is not None]
        return ", ".join(_text(v) for v in values if v is not None)

    # ------------------------------------------------------------ writing

    def write(self, folder: Path) -> Path:
        """The case as a file `case.xlsx` or a folder `case` below this folder."""
        return (
            self._write_workbook(folder / "case.xlsx") if self.kind == "xlsx" else self._write_folder(folder / "case")
        )

    def _bytes(self, grid: Grid) -> bytes:
        made = self._kept.get(id(grid))
        return made if made is not None else (_sheet_xml(grid) if self.kind == "xlsx" else _csv_text(grid).encode())

    def _write_folder(self, folder: Path) -> Path:
        folder.mkdir(exist_ok=True)
        files = {name: self._bytes(grid) for name, grid in self.grids.items()} | self.raw
        for file in folder.iterdir():
            if file.stem not in files:
                file.unlink()
        for name, content in files.items():
            (folder / f"{name}.csv").write_bytes(content)
        return folder

    def _write_workbook(self, path: Path) -> Path:
        with zipfile.ZipFile(path, "w") as archive:
            for part, text in _frame_of(list(self.grids.items())).items():
                archive.writestr(part, text)
            for i, grid in enumerate(self.grids.values(), start=1):
                archive.writestr(f"xl/worksheets/sheet{i}.xml", self._bytes(grid))
        return path


def _cells_of(grid: Grid) -> Iterator[At]:
    table = TABLES[grid.name]
    for c, header in enumerate(grid.headers):
        if header is None:
            continue
        name, year = (header, None) if header in table.by_name else split_header(header)
        if name in table.by_name:
            for r in range(grid.first, len(grid.rows)):
                yield At(grid.name, r, c, header, table.by_name[name], year, grid.rows[r][c])


def _text(value: Any) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


# ---------------------------------------------------------------- from a case to grids


def books(name: str, case: Case, folder: Path) -> list[Book]:
    """The case as a workbook and as CSV, both by way of what the product writes."""
    made = []
    for kind, path in (("xlsx", folder / f"{name}.xlsx"), ("csv", folder / name)):
        case.write(path)
        grids = _workbook_grids(path) if kind == "xlsx" else _folder_grids(path)
        book = Book(name, kind, grids)
        book._kept = {id(grid): book._bytes(grid) for grid in grids.values()}
        made.append(book)
    return made


def _workbook_grids(path: Path) -> dict[str, Grid]:
    grids = {}
    for sheet in load_workbook(path):
        if sheet.title != "Read me":
            rows = [[c if c != "" else None for c in row] for row in sheet.iter_rows(values_only=True)]
            grids[sheet.title] = Grid(sheet.title, rows, 1 if sheet.title == "settings" else 2)
    return grids


def _folder_grids(path: Path) -> dict[str, Grid]:
    grids = {}
    for name in ("settings", *TABLES):
        file = path / f"{name}.csv"
        if not file.exists():
            continue
        with file.open(encoding="utf-8", newline="") as text:
            rows = [[c or None for c in row] for row in csv.reader(text)]
        table, settings = TABLES.get(name), {c.name: c for c in SETTINGS}
        for row in rows[1:]:
            if table is None:
                row[1] = typed(settings.get(row[0] or ""), row[1])
            for c, header in enumerate(rows[0]):
                if table is not None and header is not None:
                    row[c] = typed(table.by_name.get(header) or table.by_name.get(split_header(header)[0]), row[c])
        grids[name] = Grid(name, rows, 1)
    return grids


# ---------------------------------------------------------------- from grids to bytes


def _csv_text(grid: Grid) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows([_csv_cell(c) for c in row] for row in grid.rows)
    return out.getvalue()


def _csv_cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Formula):
        return _csv_cell(value.value)
    if isinstance(value, ErrorValue):
        return value.text
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return repr(value) if isinstance(value, float) else str(value)


def _frame_of(grids: list[tuple[str, Grid]]) -> dict[str, str]:
    """Every part of a workbook but its sheets. The second style is that of dates."""
    numbers = range(1, len(grids) + 1)
    sheets = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{i}" state="{grid.state}" r:id="rId{i}"/>'
        for i, (name, grid) in zip(numbers, grids, strict=True)
    )
    links = "".join(
        f'<Relationship Id="rId{i}" Type="{OFFICE}/worksheet" Target="worksheets/sheet{i}.xml"/>' for i in numbers
    )
    types = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    overrides = "".join(
        f'<Override PartName="/xl/worksheets/sheet{i}.xml" ContentType="{types}.worksheet+xml"/>' for i in numbers
    )
    return {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{types}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{types}.styles+xml"/>{overrides}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{sheets}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">{links}'
        f'<Relationship Id="styles" Type="{OFFICE}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}"><fonts count="1"><font/></fonts>'
        '<fills count="1"><fill><patternFill/></fill></fills>'
        '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf numFmtId="0"/></cellStyleXfs><cellXfs count="2">'
        '<xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>',
    }


def _sheet_xml(grid: Grid) -> bytes:
    width = max((len(row) for row in grid.rows), default=1)
    columns = "".join(f'<col min="{c + 1}" max="{c + 1}" width="9" hidden="1"/>' for c in sorted(grid.hidden_columns))
    rows = []
    for r, row in enumerate(grid.rows):
        cells = "".join(_cell_xml(f"{letter(c)}{r + 1}", value) for c, value in enumerate(row) if value is not None)
        rows.append(
            f'<row r="{r + 1}"{" hidden=" + chr(34) + "1" + chr(34) if r in grid.hidden_rows else ""}>{cells}</row>'
        )
    filtered = ""
    if grid.filtered:
        filtered = (
            f'<autoFilter ref="A1:{letter(width - 1)}{len(grid.rows)}"><filterColumn colId="0"><filters><filter val="x"/>'
            "</filters></filterColumn></autoFilter>"
        )
    merged = "".join(f'<mergeCell ref="{ref}"/>' for ref in grid.merged)
    return (
        f'<worksheet xmlns="{MAIN}">{f"<cols>{columns}</cols>" if columns else ""}<sheetData>{"".join(rows)}</sheetData>'
        f"{filtered}{f'<mergeCells>{merged}</mergeCells>' if merged else ''}</worksheet>"
    ).encode()


def _cell_xml(name: str, value: Any) -> str:
    if isinstance(value, Formula):
        kept = "" if value.value is None else f"<v>{escape(str(value.value))}</v>"
        kind = ' t="str"' if isinstance(value.value, str) else ""
        return f'<c r="{name}"{kind}><f>{escape(value.text)}</f>{kept}</c>'
    if isinstance(value, ErrorValue):
        return f'<c r="{name}" t="e"><v>{value.text}</v></c>'
    if isinstance(value, bool):
        return f'<c r="{name}" t="b"><v>{int(value)}</v></c>'
    if isinstance(value, dt.datetime):
        return f'<c r="{name}" s="1"><v>{(value - dt.datetime(1899, 12, 30)).days}</v></c>'
    if isinstance(value, (int, float)):
        return f'<c r="{name}"><v>{value!r}</v></c>'
    return f'<c r="{name}" t="inlineStr"><is><t xml:space="preserve">{escape(str(value))}</t></is></c>'
