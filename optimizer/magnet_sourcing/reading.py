"""Reading cases: a workbook or a folder of CSV files becomes raw sheets; whatever the file, no traceback.

Workbooks are read cell by cell (`sheet_xml`; pandas blanks texts such as NA and errors such as #DIV/0!), row after row
as they stand in the file, so that merged or linked ranges and cells far away cost nothing. Files are bounded
before they are parsed: unpacked size, number of cells, XML without entities, how far a sheet may reach. What would be
lost on the way into tables (cells without header, a setting given twice) is a problem here, where it can be seen.
"""

from __future__ import annotations

import csv
import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .problems import CaseError, Problem, did_you_mean
from .schema import SETTINGS, TABLES, split_header
from .sheet_xml import MAX_CELLS, Cells, Error, Refused, Workbook
from .sheets import UNREADABLE, Sheet, column_number
from .values import tidy

MEGABYTE = 1024 * 1024
MAX_UNPACKED = 128 * MEGABYTE
# Parts of a workbook that are neither sheets nor texts: styles, comments, drawings.
MAX_SMALL_PART = 32 * MEGABYTE
# Blank rows after which a value counts as left behind by accident.
MAX_BLANK_ROWS = 50_000
MAX_MERGED_SHOWN = 20
SETTINGS_HEADERS = ("setting", "value", "unit", "help", "note")


@dataclass(frozen=True)
class Layout:
    """What a kind of file holds: its tables by name, the sheets or files that explain and hold no data, the name of
    the settings, and the row its headers stand in if something else stands above them."""

    kind: str
    known: tuple[str, ...]
    ignored: tuple[str, ...]
    settings: str
    header_row: int | None = None

    def data(self, rows: Iterable[tuple[int, list[Any]]]) -> list[tuple[int, list[Any]]]:
        """Rows of the table itself: without what stands above the headers, and the units under them there."""
        if self.header_row is None:
            return list(rows)
        return [(n, cells) for n, cells in rows if n == self.header_row or n > self.header_row + 1]


# What every plan and study has, and no case.
RESULT_SHEETS = ("Answer", "provenance", "solver")
CASE = Layout("case", (*TABLES, "settings"), ("Read me",), "settings")
# What `explain` adds to a case, which stays a case: sheet -> how its first cell begins. Other sheets of these names
# are not ours and are unknown as any.
EXPLAINED = {
    "Answer": "Why there is no plan",
    "fixes": "Ways out",
    "clash": "Numbers that cannot hold together",
    "shortfalls": "What can be had at most",
}


def read_sheets(path: str | Path, layout: Layout = CASE) -> tuple[list[Sheet], list[Problem]]:
    """Sheets of a workbook or folder, with the problems that concern the file itself.

    Raises CaseError when nothing can be read at all.
    """
    path = Path(path)
    try:
        sheets, problems = _read(path, layout)
    except OSError as reason:
        raise _unreadable(path, _why_closed(reason)) from None
    except ValueError as reason:  # a name no file can have
        raise _unreadable(path, f"it cannot be opened ({reason})") from None
    if layout is CASE and any(p.sheet in RESULT_SHEETS and p.message.startswith("no such") for p in problems):
        raise _unreadable(path, "this is a result (a plan or a study), not a case; give the case that it is about")
    for sheet in sheets:
        problems += _outside_the_table(sheet)
        if sheet.name == layout.settings:
            problems += _settings_structure(sheet)
    return sheets, problems


def _read(path: Path, layout: Layout) -> tuple[list[Sheet], list[Problem]]:
    if path.is_dir():
        return _read_folder(path, layout)
    path.stat()
    if path.suffix.lower() not in (".xlsx", ".xlsm") or not path.is_file():
        raise _unreadable(path, _wrong_kind(path, layout))
    return _read_workbook(path, layout)


def _wrong_kind(path: Path, layout: Layout) -> str:
    ending = path.suffix.lower()
    if ending == ".xls":
        return "the old .xls format is not read; save it as .xlsx"
    if ending == ".csv":
        return f"a {layout.kind} is a folder of CSV files, one for each table; give the folder"
    return f"a {layout.kind} is an .xlsx workbook or a folder of CSV files"


def _why_closed(reason: OSError) -> str:
    if isinstance(reason, FileNotFoundError):
        return "there is no such file or folder"
    if isinstance(reason, PermissionError):
        return "it cannot be opened; is it open in another program, or are you not allowed to read it?"
    return f"it cannot be read ({reason.strerror or reason})"


def _unreadable(path: Path, why: str) -> CaseError:
    return CaseError([Problem("error", path.name or str(path), "", "", why)])


# ---------------------------------------------------------------- what every kind of file has in common


def _outside_the_table(sheet: Sheet) -> list[Problem]:
    """Values that stand under no header: they would belong to nothing."""
    problems = []
    for number, cells in sheet.rows:
        for i, value in enumerate(cells):
            if value is not None and (i >= len(sheet.headers) or sheet.headers[i] is None):
                cell = sheet.place(number, i)
                problems.append(_problem(sheet, cell, f"'{str(value)[:40]}' stands under no header"))
                break
    return problems


def _settings_structure(sheet: Sheet) -> list[Problem]:
    """What a dictionary of settings could not show: headers, repeated and nameless settings, units."""
    problems = []
    for i, header in enumerate(sheet.headers):
        if header is not None and header not in SETTINGS_HEADERS:
            hint = did_you_mean(header, SETTINGS_HEADERS)
            problems.append(
                _problem(sheet, sheet.place(sheet.header_row, i), f"no column '{header}' in settings{hint}")
            )
    missing = [h for h in ("setting", "value") if h not in sheet.headers]
    if missing:
        return [*problems, _problem(sheet, f"row {sheet.header_row}", f"column '{missing[0]}' is missing")]
    units, seen = {c.name: c.unit for c in SETTINGS}, dict[str, int]()
    for number, cells in sheet.rows:
        at = {h: (i, tidy(cells[i]) if i < len(cells) else None) for i, h in enumerate(sheet.headers) if h}
        (position, name), unit = at["setting"], at.get("unit", (0, None))
        if name is None:
            if at["value"][1] is not None:
                problems.append(_problem(sheet, sheet.place(number, position), "a value is given but no setting"))
        elif str(name) in seen:
            said = f"setting '{name}' is already in row {seen[str(name)]}"
            problems.append(_problem(sheet, sheet.place(number, position), said))
        elif unit[1] is not None and unit[1] != units.get(str(name), unit[1]):
            said = f"unit '{unit[1]}'; {name} is in '{units[str(name)]}'"
            problems.append(_problem(sheet, sheet.place(number, unit[0]), said))
        seen.setdefault(str(name), number)
    return problems


def _problem(sheet: Sheet, cell: str, message: str) -> Problem:
    return Problem("error", sheet.file, sheet.name, cell, message)


# ---------------------------------------------------------------- CSV


def _read_folder(folder: Path, layout: Layout) -> tuple[list[Sheet], list[Problem]]:
    known = {f"{name}.csv" for name in layout.known}
    sheets, problems = [], []
    files = sorted(p for p in folder.iterdir() if p.suffix.lower() == ".csv")
    if not files:
        raise _unreadable(folder, "the folder holds no CSV tables")
    for file in files:
        if file.stem in layout.ignored:
            continue
        try:
            if file.name not in known:
                said = f"no such table{did_you_mean(file.stem, layout.known)}"
                problems.append(Problem("error", file.name, "", "", said))
            else:
                sheets.append(_read_csv(file, MAX_CELLS if layout is CASE else None))
        except UnicodeDecodeError:
            problems.append(Problem("error", file.name, "", "", "is not UTF-8 text; save it as 'CSV UTF-8'"))
        except csv.Error as reason:
            problems.append(Problem("error", file.name, "", "", f"is not a CSV table ({reason})"))
        except OSError as reason:
            problems.append(Problem("error", file.name, "", "", _why_closed(reason)))
    return sheets, problems


def _read_csv(file: Path, most: int | None) -> Sheet:
    """A table; `most`: cells it may have, each row counting as one more."""
    if not file.is_file():
        raise csv.Error("it is no file")
    if file.stat().st_size > MAX_UNPACKED:
        raise csv.Error(f"it is larger than {MAX_UNPACKED // MEGABYTE} MB")
    text = file.read_bytes().decode("utf-8-sig")
    if "\0" in text:
        raise csv.Error("it holds null characters")
    sheet, count = Sheet(file.stem, file.name, "csv"), 0
    # A row is counted as a spreadsheet counts it: a text of several lines is one row, a blank line is one too.
    for number, cells in enumerate(csv.reader(io.StringIO(text, newline=""), strict=True), start=1):
        count += 1 + len(cells)
        if most is not None and count > most:
            raise csv.Error(f"it holds more than {most:,} cells")
        tidied: list[Any] = [c if c.strip() else None for c in cells]
        if not any(c is not None for c in tidied):
            continue
        if sheet.headers:
            sheet.rows.append((number, tidied))
            continue
        sheet.header_row = number
        sheet.headers = [c.strip() if c else None for c in tidied]
        wrong = next((mark for mark in (";", "\t", "|") if len(cells) == 1 and mark in cells[0]), None)
        if wrong:
            raise csv.Error(f"columns are separated by {'tabs' if wrong == chr(9) else wrong}; commas are needed")
    return sheet


# ---------------------------------------------------------------- workbooks


@dataclass
class _Scan:
    """What a look at the bytes of a workbook's parts tells before any of it is parsed: how many sheets it lists, and
    the parts that are sheets."""

    listed: int = 0
    sheets: dict[str, bytes] = field(default_factory=dict)


@dataclass
class _Raw:
    """A sheet as the parser gives it."""

    name: str
    rows: list[tuple[int, list[Any]]]
    cells: Cells


def _read_workbook(path: Path, layout: Layout) -> tuple[list[Sheet], list[Problem]]:
    content = path.read_bytes()
    scan = _scan(path, content)
    sheets: list[Sheet] = []
    problems: list[Problem] = []
    for raw in _parse(path, content, scan, layout, problems):
        sheet = Sheet(raw.name, path.name, "xlsx")
        _fill(sheet, raw, problems)
        sheets.append(sheet)
    return sheets, problems


def _scan(path: Path, content: bytes) -> _Scan:
    """Refuses what is no plain, bounded workbook before any XML is parsed."""
    if content[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise _unreadable(
            path,
            "it is protected by a password or an old .xls file under another name; save it as an .xlsx "
            "without password",
        )
    scan = _Scan()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            if sum(m.file_size for m in members) > MAX_UNPACKED:
                raise _unreadable(path, f"it unpacks to more than {MAX_UNPACKED // MEGABYTE} MB")
            for member in members:
                _scan_part(path, member.filename, archive.read(member), scan)
    except zipfile.BadZipFile:
        raise _unreadable(path, "it is not a workbook, or it is damaged or cut short") from None
    except (NotImplementedError, RuntimeError, EOFError, ValueError, zlib.error):
        raise _unreadable(path, "it is packed or encrypted in a way that is not read") from None
    return scan


# Allows for either quote and stops at the next tag, so that it cannot be made slow.
_ENCODING = re.compile(rb"^[^<]{0,3}<\?xml[^<>]{0,200}?encoding\s*=\s*[\"']([^\"'<>]+)")


def _scan_part(path: Path, name: str, data: bytes, scan: _Scan) -> None:
    """One part: no entities, no other encoding, and only sheets and texts may be large."""
    if name.startswith("xl/media/") or name.endswith(".bin"):
        return
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise _unreadable(path, "its XML declares entities, which workbooks never do")
    encoding = _ENCODING.search(data[:300])
    if b"\0" in data[:200] or (encoding and encoding.group(1).lower() not in (b"utf-8", b"us-ascii", b"ascii")):
        raise _unreadable(path, f"{name} is not in UTF-8, as workbooks are")
    if _has_a_long_tag(data):
        raise _unreadable(path, f"{name} has a tag of more than {_LONG_TAG // 1024} kB")
    if b"sheetData" not in data:
        if len(data) > MAX_SMALL_PART and not name.endswith("sharedStrings.xml"):
            raise _unreadable(path, f"{name} is larger than {MAX_SMALL_PART // MEGABYTE} MB")
        scan.listed += len(re.findall(rb"<(?:\w+:)?sheet\s", data)) if name.endswith("workbook.xml") else 0
        return
    scan.sheets[name] = data


# A tag that goes on for longer than this is no program's: parsers take the square of its length.
_LONG_TAG = 1 << 16


def _has_a_long_tag(data: bytes) -> bool:
    """Whether a stretch of that length lies wholly within a tag."""
    inside = False
    for start in range(0, len(data), _LONG_TAG):
        stretch = data[start : start + _LONG_TAG]
        opened, closed = stretch.rfind(b"<"), stretch.rfind(b">")
        if inside and closed < 0 and len(stretch) == _LONG_TAG:
            return True
        inside = opened > closed if max(opened, closed) >= 0 else inside
    return False


def _parse(path: Path, content: bytes, scan: _Scan, layout: Layout, problems: list[Problem]) -> list[_Raw]:
    """The cells of the sheets that are tables; other sheets are problems."""
    try:
        import defusedxml  # noqa: F401  openpyxl parses with it when it is there: no entities, no external DTDs

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl's notes on styles and extensions say nothing about the data
            workbook = Workbook(content, scan.sheets)
            found = []
            for name in _table_sheets(path, workbook, scan, layout, problems):
                cells = workbook.cells(name)
                found.append(_Raw(name.strip().lower(), layout.data(cells.rows), cells))
            return found
    except CaseError:
        raise
    except Refused as reason:
        why = str(reason)
    except MemoryError:
        why = "it is too large to read"
    except RecursionError:
        why = "its XML is nested too deeply"
    except Exception as reason:  # whatever a damaged file makes the parser raise
        why = f"it is not a readable workbook ({type(reason).__name__})"
    raise _unreadable(path, why)


def _table_sheets(
    path: Path, workbook: Workbook, scan: _Scan, layout: Layout, problems: list[Problem]
) -> Iterator[str]:
    if len(workbook.names) < scan.listed:
        raise _unreadable(path, "it is damaged: a sheet that it lists is not in the file")
    seen = set()
    for name in workbook.names:
        known = name.strip().lower()
        if name in layout.ignored or (layout is CASE and name in workbook.tables and _is_explanation(workbook, name)):
            continue
        if known not in layout.known:
            said = f"no such sheet{did_you_mean(name, layout.known)}"
            problems.append(Problem("error", path.name, name, "", said))
        elif name not in workbook.tables:
            problems.append(Problem("error", path.name, name, "", "is a chart; a table is needed"))
        elif known in seen:
            problems.append(Problem("error", path.name, name, "", "the sheet is there twice"))
        else:
            seen.add(known)
            yield name


def _is_explanation(workbook: Workbook, name: str) -> bool:
    """Whether `explain` wrote the sheet: by its name and its first cell."""
    rows = workbook.cells(name).rows if name in EXPLAINED else []
    return bool(rows) and rows[0][0] == 1 and str(rows[0][1][0]).startswith(EXPLAINED[name])


# ---------------------------------------------------------------- from parsed cells to a sheet


def _fill(sheet: Sheet, raw: _Raw, problems: list[Problem]) -> None:
    """Headers, rows and the problems that only a workbook can have: formulas, errors, merged cells, units."""
    merged = _merged_areas(sheet, raw.cells.merged, problems)
    last = 0
    for number, cells in raw.rows:
        if number in raw.cells.odd:
            cells = _without_unreadable(sheet, number, cells, raw.cells.formulas, problems)
        _hide_merged(number, cells, merged)
        if not any(c is not None for c in cells):
            continue
        if number - last > MAX_BLANK_ROWS:
            far = sheet.place(number, next(i for i, c in enumerate(cells) if c is not None))
            problems.append(_problem(sheet, far, "lies far below the table; delete what is down there"))
            return
        last = number
        if not sheet.headers:
            sheet.header_row = number
            sheet.headers = [None if c is None or c is UNREADABLE else str(c).strip() for c in cells]
        elif number == sheet.header_row + 1 and _is_unit_row(cells):
            problems += _wrong_units(sheet, number, cells)
        else:
            sheet.rows.append((number, cells))


def _without_unreadable(
    sheet: Sheet, number: int, cells: list[Any], formulas: set[tuple[int, int]], problems: list[Problem]
) -> list[Any]:
    """Cells with a mark where one cannot be read, each of which is a problem."""
    for i, value in enumerate(cells):
        if isinstance(value, Error):
            complaint = f"the cell holds the error {value.text}"
        elif value is None and (number, i) in formulas:
            complaint = (
                "the formula has no calculated value; open the workbook, recalculate and save it, or write the value"
            )
        else:
            continue
        problems.append(_problem(sheet, sheet.place(number, i), complaint))
        cells[i] = UNREADABLE
    return cells


def _merged_areas(sheet: Sheet, refs: list[str], problems: list[Problem]) -> list[tuple[int, int, int, int]]:
    """Merged ranges as (first row, last row, first column, last column), each of which is a problem."""
    areas = []
    for ref in refs[:MAX_MERGED_SHOWN]:
        first, _, last = ref.partition(":")
        said = f"cells {ref} are merged; every cell of a table must stand for itself"
        problems.append(_problem(sheet, first, said))
        ends = [re.fullmatch(r"([A-Z]{1,3})(\d{1,7})", end) for end in (first, last or first)]
        if ends[0] and ends[1]:
            (a, b), (c, d) = ends[0].groups(), ends[1].groups()
            areas.append((int(b), int(d), column_number(a) - 1, column_number(c) - 1))
    if len(refs) > MAX_MERGED_SHOWN:
        problems.append(_problem(sheet, "", f"{len(refs) - MAX_MERGED_SHOWN} more ranges are merged"))
    return areas


def _hide_merged(number: int, cells: list[Any], areas: list[tuple[int, int, int, int]]) -> None:
    """Cells inside a merged range are no blanks: nothing more is said about them."""
    for top, bottom, left, right in areas:
        if top <= number <= bottom:
            for i in range(left + (number == top), min(right + 1, len(cells))):
                cells[i] = UNREADABLE


def _is_unit_row(cells: list[Any]) -> bool:
    """The row under the headers in which every filled cell is in brackets: the units."""
    filled = [c for c in cells if c is not None]
    return all(isinstance(c, str) and c.strip().startswith("(") and c.strip().endswith(")") for c in filled)


def _wrong_units(sheet: Sheet, number: int, cells: list[Any]) -> Iterator[Problem]:
    table = TABLES.get(sheet.name)
    for i, cell in enumerate(cells):
        header = sheet.headers[i] if i < len(sheet.headers) else None
        column = table.by_name.get(split_header(header)[0]) if table and header else None
        if cell is None or column is None:
            continue
        found, asked = cell.strip()[1:-1].strip(), unit_text(column.unit)
        if found != asked:
            yield _problem(sheet, sheet.place(number, i), f"unit '{found}'; {header} is in '{asked}'")


def unit_text(unit: str) -> str:
    """What stands between brackets in the unit row."""
    return unit or "-"
