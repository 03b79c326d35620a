"""Reading cases: a workbook or a folder of CSV files becomes raw sheets; whatever the file, no traceback.

Workbooks are read cell by cell with openpyxl (pandas blanks texts such as NA and errors such as #DIV/0!). Files are
bounded before they are parsed: unpacked size, XML without entities, and how far a sheet may reach.
"""

from __future__ import annotations

import csv
import io
import warnings
import zipfile
from pathlib import Path
from typing import Any

from .problems import CaseError, Problem, did_you_mean
from .schema import TABLES
from .sheets import UNREADABLE, Sheet, letter

MAX_UNPACKED = 512 * 1024 * 1024
MAX_ROWS = 1_048_576
MAX_COLUMNS = 2_000
# Cells a sheet may span for each cell it really holds, before it counts as damaged or hostile.
MAX_EMPTY_ROWS = 100_000
# Sheets that explain and hold no data.
IGNORED_SHEETS = ("Read me",)
ERRORS = ("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#GETTING_DATA", "#SPILL!", "#CALC!")


def read_sheets(path: str | Path) -> tuple[list[Sheet], list[Problem]]:
    """Sheets of a workbook or folder, with the problems that concern the file itself.

    Raises CaseError when nothing can be read at all.
    """
    path = Path(path)
    try:
        if path.is_dir():
            return _read_folder(path)
        if not path.exists():
            raise _unreadable(path, "there is no such file or folder")
        if path.suffix.lower() in (".xlsx", ".xlsm"):
            return _read_workbook(path)
    except PermissionError:
        raise _unreadable(
            path, "it cannot be opened; is it open in another program, or are you not allowed to read it?"
        ) from None
    except OSError as reason:
        raise _unreadable(path, f"it cannot be read ({reason.strerror or reason})") from None
    raise _unreadable(path, _wrong_kind(path))


def _wrong_kind(path: Path) -> str:
    ending = path.suffix.lower()
    if ending == ".xls":
        return "the old .xls format is not read; save it as .xlsx"
    if ending == ".csv":
        return "a case is a folder of CSV files, one for each table; give the folder"
    return "a case is an .xlsx workbook or a folder of CSV files"


def _unreadable(path: Path, why: str) -> CaseError:
    return CaseError([Problem("error", path.name or str(path), "", "", why)])


# ---------------------------------------------------------------- CSV


def _read_folder(folder: Path) -> tuple[list[Sheet], list[Problem]]:
    known = {f"{name}.csv" for name in (*TABLES, "settings")}
    sheets, problems = [], []
    files = sorted(p for p in folder.iterdir() if p.suffix.lower() == ".csv")
    if not files:
        raise _unreadable(folder, "the folder holds no CSV tables")
    for file in files:
        if file.name not in known:
            problems.append(Problem("error", file.name, "", "", f"no such table{did_you_mean(file.stem, TABLES)}"))
            continue
        try:
            sheets.append(_read_csv(file))
        except UnicodeDecodeError:
            problems.append(Problem("error", file.name, "", "", "is not UTF-8 text; save it as 'CSV UTF-8'"))
        except csv.Error as reason:
            problems.append(Problem("error", file.name, "", "", f"is not a CSV table ({reason})"))
    return sheets, problems


def _read_csv(file: Path) -> Sheet:
    text = file.read_bytes().decode("utf-8-sig")
    if "\0" in text:
        raise csv.Error("it holds null characters")
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    sheet = Sheet(file.stem, file.name, "csv")
    for cells in reader:
        tidy: list[Any] = [c if c.strip() else None for c in cells]
        if not any(c is not None for c in tidy):
            continue
        if not sheet.headers:
            sheet.header_row = reader.line_num
            sheet.headers = [c.strip() if c else None for c in tidy]
        else:
            sheet.rows.append((reader.line_num, tidy))
    return sheet


# ---------------------------------------------------------------- workbooks


def _read_workbook(path: Path) -> tuple[list[Sheet], list[Problem]]:
    content = path.read_bytes()
    _check_container(path, content)
    try:
        import defusedxml  # noqa: F401  openpyxl parses with it when it is there: no entities, no external DTDs
        import openpyxl

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl's notes on styles and extensions say nothing about the data
            values = openpyxl.load_workbook(io.BytesIO(content), data_only=True, read_only=False)
            formulas = openpyxl.load_workbook(io.BytesIO(content), data_only=False, read_only=False)
    except MemoryError:
        raise _unreadable(path, "it is too large to read") from None
    except RecursionError:
        raise _unreadable(path, "its XML is nested too deeply") from None
    except Exception as reason:  # whatever a damaged file makes the parser raise
        raise _unreadable(path, f"it is not a readable workbook ({type(reason).__name__})") from None
    sheets: list[Sheet] = []
    problems: list[Problem] = []
    for name in values.sheetnames:
        if name in IGNORED_SHEETS:
            continue
        table = name.strip().lower()
        if table not in TABLES and table != "settings":
            problems.append(
                Problem("error", path.name, name, "", f"no such sheet{did_you_mean(name, [*TABLES, 'settings'])}")
            )
            continue
        if any(s.name == table for s in sheets):
            problems.append(Problem("error", path.name, name, "", "the sheet is there twice"))
            continue
        sheet = Sheet(table, path.name, "xlsx")
        _read_cells(sheet, values[name], formulas[name], problems)
        sheets.append(sheet)
    return sheets, problems


def _check_container(path: Path, content: bytes) -> None:
    """Refuses what is no plain, bounded workbook before any XML is parsed."""
    if content[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise _unreadable(
            path,
            "it is protected by a password or an old .xls file under another name; save it as "
            "an .xlsx without password",
        )
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            if sum(m.file_size for m in members) > MAX_UNPACKED:
                raise _unreadable(path, "it unpacks to more than 512 MB")
            for member in members:
                if member.filename.endswith((".xml", ".rels")):
                    with archive.open(member) as part:
                        _check_part(path, member.filename, part)
    except zipfile.BadZipFile:
        raise _unreadable(path, "it is not a workbook, or it is damaged or cut short") from None
    except (NotImplementedError, RuntimeError, EOFError, zipfile.zlib.error):  # type: ignore[attr-defined]
        raise _unreadable(path, "it is packed or encrypted in a way that is not read") from None


def _check_part(path: Path, name: str, part: Any) -> None:
    """No entity declarations, and no row or cell numbered beyond what a table needs."""
    import re

    start = part.read(4096)
    if b"<!DOCTYPE" in start or b"<!ENTITY" in start:
        raise _unreadable(path, "its XML declares entities, which workbooks never do")
    if not re.match(r"xl/worksheets/[^/]+\.xml$", name):
        return
    rest = start + part.read()
    rows = [int(n) for n in re.findall(rb'<row[^>]*?\br="(\d{1,9})"', rest)]
    if rows and max(rows) - len(rows) > MAX_EMPTY_ROWS:
        raise _unreadable(
            path,
            f"{name} has a cell in row {max(rows)} but only {len(rows)} rows with content; "
            "delete what lies far below the table",
        )
    far = re.search(rb'<c[^>]*?\br="[A-Z]{3,}\d+"', rest)
    if far and _too_far(far.group().decode()):
        raise _unreadable(
            path,
            f"{name} has a cell beyond column {letter(MAX_COLUMNS - 1)}; delete what lies far to "
            "the right of the table",
        )


def _too_far(cell: str) -> bool:
    name = "".join(c for c in cell.split('r="')[1] if c.isalpha())
    number = 0
    for c in name:
        number = number * 26 + ord(c) - 64
    return number > MAX_COLUMNS


def _read_cells(sheet: Sheet, values: Any, formulas: Any, problems: list[Problem]) -> None:
    """Headers, rows and the problems that only a workbook can have: formulas, errors, merged cells, units."""

    def complain(place: str, message: str) -> None:
        problems.append(Problem("error", sheet.file, sheet.name, place, message))

    for area in values.merged_cells.ranges:
        complain(str(area).split(":")[0], f"cells {area} are merged; every cell of a table must stand for itself")
    for row_values, row_formulas in zip(values.iter_rows(), formulas.iter_rows(), strict=True):
        cells: list[Any] = []
        number = row_values[0].row if row_values else 0
        for cell, formula in zip(row_values, row_formulas, strict=True):
            value, complaint = _cell_value(cell, formula)
            if complaint:
                complain(cell.coordinate, complaint)
            cells.append(value)
        if not any(c is not None for c in cells):
            continue
        if not sheet.headers:
            sheet.header_row = number
            sheet.headers = [str(c).strip() if c is not None else None for c in cells]
        elif number == sheet.header_row + 1 and _is_unit_row(cells):
            _check_units(sheet, number, cells, problems)
        else:
            sheet.rows.append((number, cells))


def _cell_value(cell: Any, formula: Any) -> tuple[Any, str]:
    """What stands in a cell, and why it cannot be read ('' if it can)."""
    from openpyxl.cell.cell import MergedCell

    if isinstance(cell, MergedCell):
        return UNREADABLE, ""
    value = cell.value
    if formula.data_type == "f" and value is None:
        return UNREADABLE, (
            "the formula has no calculated value; open the workbook, recalculate and save it, or write the value"
        )
    if cell.data_type == "e" or (isinstance(value, str) and value in ERRORS):
        return UNREADABLE, f"the cell holds the error {value}"
    return (None if isinstance(value, str) and not value.strip() else value), ""


def _is_unit_row(cells: list[Any]) -> bool:
    """The row under the headers in which every filled cell is in brackets: the units."""
    filled = [c for c in cells if c is not None]
    return all(isinstance(c, str) and c.strip().startswith("(") and c.strip().endswith(")") for c in filled)


def _check_units(sheet: Sheet, number: int, cells: list[Any], problems: list[Problem]) -> None:
    from .schema import split_header

    table = TABLES.get(sheet.name)
    if table is None:
        return
    for i, cell in enumerate(cells):
        header = sheet.headers[i] if i < len(sheet.headers) else None
        column = table.by_name.get(split_header(header)[0]) if header else None
        if cell is None or column is None:
            continue
        found, asked = cell.strip()[1:-1].strip(), unit_text(column.unit)
        if found != asked:
            problems.append(
                Problem(
                    "error", sheet.file, sheet.name, sheet.place(number, i), f"unit '{found}'; {header} is in '{asked}'"
                )
            )


def unit_text(unit: str) -> str:
    """What stands between brackets in the unit row."""
    return unit or "-"
