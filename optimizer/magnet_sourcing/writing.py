"""Writing cases: the workbook a planner fills in, or the same tables as CSV."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.worksheet import Worksheet

from . import cells
from .files import replace_file, replace_folder
from .long_rows import put_rows
from .numerals import column_of, shown, typed
from .parsing import BESIDE, number_beside
from .reading import unit_text
from .saving import save
from .schema import SETTINGS, TABLES, Column, Table, split_header
from .sheets import letter
from .values import tidy

if TYPE_CHECKING:
    from .case import Case

# Rows a drop-down reaches beyond those filled.
ROOM = 500


def write_case(case: Case, path: Path) -> Path:
    """Writes a workbook (.xlsx) or a folder of CSV tables, whole or not at all; returns the path written."""
    if path.suffix.lower() == ".xlsx":
        book = case_workbook(case)
        return replace_file(path, lambda temporary: save(book, temporary, _title(case)))
    if path.suffix:
        raise ValueError(f"{path}: a case is written as .xlsx or as a folder (a path without ending)")
    return replace_folder(path, csv_files(case))


def _title(case: Case) -> str:
    return str(case.settings.get("name") or "A new case")


# ---------------------------------------------------------------- CSV


def csv_files(case: Case) -> dict[str, str]:
    """File name -> text of every table that has rows, and of the settings."""
    files = {"settings.csv": _csv(["setting", "value", "note"], _setting_rows(case))}
    for name, frame in case.tables.items():
        if len(frame):
            rows = [list(values) for values in frame.itertuples(index=False, name=None)]
            files[f"{name}.csv"] = _csv([str(h) for h in frame.columns], rows)
    return files


def _setting_rows(case: Case) -> list[list[Any]]:
    known = [c.name for c in SETTINGS if c.name in case.settings]
    names = known + [name for name in case.settings if name not in known]
    return [[name, case.settings[name], case.setting_notes.get(name)] for name in names]


def _csv(headers: list[str], rows: list[list[Any]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(headers)
    for row in rows:
        writer.writerow(["" if (v := tidy(value)) is None else _csv_text(v) for value in row])
    return out.getvalue()


def _csv_text(value: Any) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return int(value)
    return value


# ---------------------------------------------------------------- workbook


def case_workbook(case: Case) -> Workbook:
    """Read me, settings, then every table, with help, units, drop-downs and frozen headers."""
    book = Workbook()
    _read_me(book.active, case)
    _settings_sheet(book.create_sheet("settings"), case)
    for table in TABLES.values():
        _table_sheet(book.create_sheet(table.name), table, case)
    return book


def _read_me(sheet: Worksheet, case: Case) -> None:
    sheet.title = "Read me"
    sheet.sheet_view.showGridLines = False
    sheet.column_dimensions["A"].width = 22
    sheet.column_dimensions["B"].width = 110
    cells.put(sheet["A1"], _title(case))
    sheet["A1"].font = cells.TITLE
    lines = [
        ("", str(case.settings.get("description") or "")),
        (
            "How to fill in",
            "One sheet for each table; one row for each thing. Start with settings, periods, locations and "
            "materials. The name of a column says what it holds; hover over it for its meaning, unit and limits.",
        ),
        (
            "",
            "A blank is not zero. A blank is either an error (dark yellow headers) or means what the header's comment says.",
        ),
        (
            "",
            "Yearly columns take one value for all years (price) or one column for each year (price 2027, price 2028 ...). "
            "The fill column says how missing years are filled: exact (none may be missing), hold or linear.",
        ),
        ("", "active = no takes a row out without deleting it, and with it every row that needs it."),
        (
            "",
            "Plain numbers only: 0.12 and not 12 %, 1234.5 and not 1,234.5. The grey row under the headers holds the "
            "units; leave it as it is.",
        ),
        (
            "Check",
            "magnet-sourcing check <this file> names every problem with its cell. magnet-sourcing solve <this file> "
            "finds the plan.",
        ),
    ]
    row = 2
    for head, text in lines:
        if not head and not text:
            continue
        sheet.cell(row, 1, head).font, sheet.cell(row, 1).alignment = cells.BOLD, cells.TOP
        cells.put(sheet.cell(row, 2), text)
        sheet.cell(row, 2).font, sheet.cell(row, 2).alignment = cells.BODY, cells.WRAP
        sheet.row_dimensions[row].height = _height(text, 110)
        row += 1
    row += 1
    sheet.cell(row, 1, "Sheets").font = cells.SUBTITLE
    cells.link(sheet.cell(row + 1, 1), "settings", "settings")
    sheet.cell(row + 1, 2, "Name, money, discount rate and rules of the case.").font = cells.BODY
    for i, table in enumerate(TABLES.values(), start=row + 2):
        cells.link(sheet.cell(i, 1), table.name, table.name)
        sheet.cell(i, 1).alignment = cells.TOP
        used = len(case.tables[table.name])
        text = table.help + (f"  [{used} rows]" if used else "")
        sheet.cell(i, 2, text).font, sheet.cell(i, 2).alignment = cells.BODY, cells.WRAP
        sheet.row_dimensions[i].height = _height(text, 110)
    print_setup(sheet, landscape=False)


def _height(text: str, width: int) -> float:
    """Height of a row whose wrapped text runs over several lines."""
    return 15.5 * (1 + len(text) // width)


def _settings_sheet(sheet: Worksheet, case: Case) -> None:
    for i, (header, width) in enumerate((("setting", 18), ("value", 40), ("unit", 18), ("help", 90), ("note", 60)), 1):
        cell = sheet.cell(1, i, header)
        cell.font, cell.fill = cells.HEADER, cells.HEADER_FILL
        sheet.column_dimensions[letter(i - 1)].width = width
    for row, column in enumerate(SETTINGS, start=2):
        sheet.cell(row, 1, column.name).font = cells.BOLD
        value = typed(column, case.settings.get(column.name))
        cells.put(sheet.cell(row, 2), value)
        sheet.cell(row, 2).number_format = shown(column, [value])
        sheet.cell(row, 3, column.unit).font = cells.UNIT
        sheet.cell(row, 4, _meaning(column)).font = cells.NOTE
        cells.put(sheet.cell(row, 5), case.setting_notes.get(column.name))
        for at in (2, 4, 5):
            sheet.cell(row, at).alignment = cells.WRAP_LEFT if at == 2 else cells.WRAP
        text, note = str(case.settings.get(column.name) or ""), case.setting_notes.get(column.name, "")
        sheet.row_dimensions[row].height = max(_height(text, 38), _height(_meaning(column), 85), _height(note, 55))
        if column.kind == "choice":
            _offer(sheet, f"B{row}", ",".join(column.choices))
    extra = [n for n in case.settings if n not in {c.name for c in SETTINGS}]
    for row, name in enumerate(extra, start=len(SETTINGS) + 2):
        cells.put(sheet.cell(row, 1), name)
        cells.put(sheet.cell(row, 2), tidy(case.settings[name]))
    cells.point(sheet["A1"], "Read me", font=cells.HEADER)
    sheet.freeze_panes = "B2"
    print_setup(sheet)


def _table_sheet(sheet: Worksheet, table: Table, case: Case) -> None:
    frame = case.tables[table.name]
    headers = _headers(case, table)
    for i, header in enumerate(headers):
        _head(sheet, i, header, table)
    columns: list[list[Any]] = [[None] * len(frame) for _ in headers]
    looks = ["General"] * len(headers)
    for j, header in enumerate(map(str, frame.columns)):
        column, i = column_of(table, header), headers.index(header)
        columns[i] = [typed(column, v) for v in frame.iloc[:, j].tolist()]
        looks[i] = shown(column, columns[i])

    def look(cell: Any, i: int) -> None:
        cell.font, cell.number_format = cells.BODY, looks[i]

    put_rows(sheet, 3, columns, look)
    last = len(frame) + 2
    for i, header in enumerate(headers):
        column = table.by_name.get(header) or table.by_name.get(split_header(header)[0])
        if column is not None:
            _drop_down(sheet, f"{letter(i)}3:{letter(i)}{last + ROOM}", column, case)
            sheet.column_dimensions[letter(i)].width = _width(frame, header, column)
            if column.kind == "year":  # of rows still to be filled in
                sheet.column_dimensions[letter(i)].number_format = "0"
    cells.point(sheet["A1"], "Read me", font=cells.HEADER)
    sheet.freeze_panes = f"{letter(min(len(table.key), 2))}3"  # a cell named, not made
    sheet.auto_filter.ref = f"A1:{letter(len(headers) - 1)}{max(last, 3)}"
    print_setup(sheet)


def _headers(case: Case, table: Table) -> list[str]:
    """All columns in the schema's order; a yearly column by its years where the case gives years."""
    given = [str(h) for h in case.tables[table.name].columns]
    headers: list[str] = []
    for column in table.columns:
        own = [h for h in given if h == column.name or (column.yearly and split_header(h)[0] == column.name)]
        for header in own or [column.name]:
            beside = [f"{header} {what}" for what in BESIDE]
            headers += [header, *(h for h in beside if h in given and number_beside(table, h))]
    return headers + [h for h in given if h not in headers]


def _head(sheet: Worksheet, i: int, header: str, table: Table) -> None:
    column = table.by_name.get(header) or table.by_name.get(split_header(header)[0])
    cell, unit = sheet.cell(1, i + 1), sheet.cell(2, i + 1)
    cells.put(cell, header)
    cell.font, cell.alignment = cells.HEADER, cells.WRAP
    cell.fill = cells.REQUIRED_FILL if column is not None and column.required else cells.HEADER_FILL
    unit.fill, unit.font = cells.UNIT_FILL, cells.UNIT
    if column is None:
        return
    unit.value = f"({unit_text(column.unit)})"
    comment = Comment(_meaning(column), "Magnet Sourcing")
    comment.width, comment.height = 320, 150
    cell.comment = comment


def _meaning(column: Column) -> str:
    """Help of a column: meaning, unit, range, what a blank means."""
    parts = [column.help]
    if column.unit:
        parts.append(f"Unit: {column.unit}.")
    if column.choices:
        parts.append(f"One of: {', '.join(column.choices)}.")
    if column.ref:
        parts.append(f"A name from the sheet {column.ref}.")
    if column.kind == "yes/no":
        parts.append("yes or no.")
    if column.numeric and column.low is not None and column.high is not None:
        parts.append(f"From {column.low:g} to {column.high:g}.")
    elif column.numeric and column.low is not None:
        parts.append(f"{column.low:g} or more.")
    if column.yearly:
        parts.append(f"Yearly: one value, or columns '{column.name} 2027', '{column.name} 2028' ...")
    if column.required:
        parts.append("Needed.")
    elif column.default not in (None, ""):
        shown = {True: "yes", False: "no"}.get(column.default, column.default)
        parts.append(f"Blank: {shown}.")
    elif column.blank:
        parts.append(f"Blank: {column.blank}.")
    return " ".join(parts)


def _drop_down(sheet: Worksheet, cells_range: str, column: Column, case: Case) -> None:
    if column.kind == "choice":
        _offer(sheet, cells_range, ",".join(column.choices))
    elif column.kind == "yes/no":
        _offer(sheet, cells_range, "yes,no")
    elif column.kind == "ref":
        last = len(case.tables[column.ref]) + 2 + ROOM
        at = _key_position(case, column.ref)
        validation = DataValidation("list", formula1=f"'{column.ref}'!${at}$3:${at}${last}", allow_blank=True)
        validation.errorStyle = "warning"
        validation.error = f"not in the sheet {column.ref}"
        validation.showErrorMessage = True
        sheet.add_data_validation(validation)
        validation.add(cells_range)


def _key_position(case: Case, table: str) -> str:
    """Column letter of a table's first key column in its sheet."""
    return letter(_headers(case, TABLES[table]).index(TABLES[table].key[0]))


def _offer(sheet: Worksheet, cells_range: str, choices: str) -> None:
    if len(choices) > 250:  # Excel's bound on a list written in place
        return
    validation = DataValidation("list", formula1=f'"{choices}"', allow_blank=True)
    validation.showErrorMessage = True
    validation.error = f"one of: {choices}"[:250]
    sheet.add_data_validation(validation)
    validation.add(cells_range)


def _width(frame: Any, header: str, column: Column) -> float:
    longest = len(header) + 3
    if header in frame.columns and len(frame):
        longest = max(longest, *(len(str(v)) for v in frame[header].tolist()[:200] if v is not None), 0)
    return float(min(max(longest + 2, len(column.unit) * 0.8 + 3, 9), 45))


def print_setup(sheet: Worksheet, landscape: bool = True) -> None:
    sheet.page_setup.orientation = "landscape" if landscape else "portrait"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_margins = PageMargins(left=0.5, right=0.5, top=0.5, bottom=0.65, header=0.3, footer=0.3)
    sheet.oddFooter.center.text = "&A - page &P of &N"
