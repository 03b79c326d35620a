"""The workbook of `why`: the brief on one printed page, the options with links to their rows, the accounts, the inputs."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from openpyxl import Workbook
from openpyxl.styles import Alignment
from openpyxl.worksheet.worksheet import Worksheet

from ... import cells
from ...book import add_table, finish
from ...files import replace_file, replace_folder
from ...plan_schema import PLAN_TABLES
from ...plan_writing import add_inputs
from ...saving import save
from ...schema import TABLES
from ...solving import solver_table
from ...writing import csv_files, print_setup
from .brief import lines
from .evidence import plans
from .tables import ACCOUNT_COLUMNS, COLUMNS, account_table

if TYPE_CHECKING:
    from .asking import Why

# Plan tables that are part of the evidence.
EVIDENCE = ("prices", "entry_prices", "capacity", "route_use")
# Width of the brief's one column, and how many letters of it fit on a line.
WIDTH, LETTERS = 86, 88
# What differs between two runs of the same question.
_TIMES = ("seconds", "solver seconds")

Tables = dict[str, tuple[str, pd.DataFrame, dict[str, str]]]


def write_why(why: Why, path: Path) -> Path:
    """Writes a workbook (.xlsx), or a folder of CSV tables with answer.txt; returns the path written."""
    if path.suffix and path.suffix.lower() != ".xlsx":
        raise ValueError(f"{path}: a study is written as .xlsx or as a folder (a path without ending)")
    tables = {name: table for name, table in _tables(why).items() if len(table[1])}
    if not path.suffix:
        files = {f"{name}.csv": frame.to_csv(index=False) for name, (_, frame, _) in tables.items()}
        files |= {f"in {name}": text for name, text in csv_files(why.case).items()}
        return replace_folder(path, files | {"answer.txt": "\n".join([_title(why), *lines(why)]) + "\n"})
    book = Workbook()
    currency = str(why.case.settings.get("currency") or "money")
    for name, (help, frame, units) in tables.items():
        add_table(book.create_sheet(name), help, frame, units, (), currency)
    add_inputs(book, why.case)
    if "why" in tables:
        _finish_why(book, book["why"], tables["why"][1])
    _brief_page(book, why, {name: help for name, (help, _, _) in tables.items()})
    finish(book)
    return replace_file(path, lambda temporary: save(book, temporary, _title(why)))


def _title(why: Why) -> str:
    return f"{why.case.settings['name']}: why this and not that"


def _tables(why: Why) -> Tables:
    found: Tables = {
        "why": (
            "Each option, taken or not: what the contrary costs (discounted), and why. table, name, cell: where it stands.",
            why.table(),
            COLUMNS,
        ),
        "accounts": (
            "How the cost of each forced plan found differs from the best plan's, by item and cause, discounted.",
            account_table(why.evidence),
            ACCOUNT_COLUMNS,
        ),
    }
    if why.turns is not None:
        from ..switching.tables import SIGNPOST_COLUMNS, SWITCHING_COLUMNS

        found["signposts"] = ("What to watch, and what to do then.", why.turns.signposts(), SIGNPOST_COLUMNS)
        found["switching"] = ("How far each assumption must move.", why.turns.table(), SWITCHING_COLUMNS)
    several = len(list(plans(why.plan))) > 1
    for name in EVIDENCE:
        frame = why.plan.tables.get(name)
        if frame is not None and name in PLAN_TABLES:
            units = {c.name: c.unit for c in PLAN_TABLES[name].columns}
            in_each = " In each future." if several else ""
            found[name] = (f"Of the plan: {PLAN_TABLES[name].help}{in_each}", frame, units)
    record = {k: v for k, v in why.plan.options.items() if k not in _TIMES} | dict(why.asked)
    found["solver"] = ("How the plan and the study were solved.", solver_table(record), {})
    return found


# ---------------------------------------------------------------- the options


def _finish_why(book: Workbook, sheet: Worksheet, frame: pd.DataFrame) -> None:
    """Sentences wrapped, and a link from each option to its row among the inputs of this workbook."""
    heads = next(row for row in range(1, 10) if sheet.cell(row, 1).value == "option")
    column = {str(name): i for i, name in enumerate(frame.columns, start=1)}
    letter = sheet.cell(heads, column["why"]).column_letter
    sheet.column_dimensions[letter].width = 90
    for name in ("kind", "country", "taken", "verdict", "low", "high", "share"):
        sheet.column_dimensions[sheet.cell(heads, column[name]).column_letter].width = 13
    sheet.print_area = f"A1:{sheet.cell(heads, column['place']).column_letter}{heads + 1 + len(frame)}"
    for offset, row in enumerate(frame.to_dict("records")):
        at = heads + 2 + offset
        sheet.cell(at, column["why"]).alignment = Alignment(wrap_text=True, vertical="top", indent=1)
        sheet.row_dimensions[at].height = 15.5 * math.ceil(len(row["why"]) / 88)
        for other in range(1, len(column) + 1):
            if other != column["why"]:
                sheet.cell(at, other).alignment = cells.TOP
        target = _input_cell(book, row["table"], row["name"])
        if target:
            for name in ("option", "place"):
                cell = sheet.cell(at, column[name])
                cell.hyperlink = f"#{target}"
                cell.font = cells.LINK


def _input_cell(book: Workbook, table: Any, name: Any) -> str:
    """''in routes'!A7' of the row with this key; empty if it is not among the inputs."""
    sheet_name = f"in {table}"
    if not isinstance(table, str) or sheet_name not in book.sheetnames:
        return ""
    sheet, key = book[sheet_name], TABLES[table].key[0]
    heads = next((c for row in sheet.iter_rows(max_row=10) for c in row if c.value == key), None)
    if heads is None:
        return ""
    for row in range(heads.row + 1, sheet.max_row + 1):
        if str(sheet.cell(row, heads.column).value) == str(name):
            return f"'{sheet_name}'!{heads.column_letter}{row}"
    return ""


# ---------------------------------------------------------------- the brief


def _brief_page(book: Workbook, why: Why, helps: dict[str, str]) -> None:
    """The first sheet, `Answer`: the brief, which prints on one A4 page, and links below what is printed."""
    sheet = book.worksheets[0]
    sheet.title = "Answer"
    sheet.sheet_view.showGridLines = False
    sheet.column_dimensions["A"].width = WIDTH
    row = _line(sheet, 1, _title(why), cells.TITLE)
    row = _line(sheet, row, why.headline, cells.BOLD)
    for heading, sentences in why.brief.items():
        sheet.row_dimensions[row].height = 6
        row = _line(sheet, row + 1, heading, cells.SUBTITLE)
        for text in sentences:
            row = _line(sheet, row, f"\u2022 {text}", cells.BODY)
    _print_on_one_page(sheet, row - 1)
    row = _line(sheet, row + 1, "Where to look next (not printed)", cells.SUBTITLE)
    for name, help in helps.items():
        cells.link(sheet.cell(row, 1), name, f"{name}: {help}")
        row += 1


def _line(sheet: Worksheet, row: int, text: str, font: Any) -> int:
    cell = sheet.cell(row, 1)
    cells.put(cell, text)
    cell.font, cell.alignment = font, cells.WRAP
    size = float(font.size or 11)
    sheet.row_dimensions[row].height = 1.4 * size * math.ceil(len(text) * size / 11 / LETTERS)
    return row + 1


def _print_on_one_page(sheet: Worksheet, last: int) -> None:
    print_setup(sheet, landscape=False)
    sheet.print_area = f"A1:A{last}"
    sheet.page_setup.fitToHeight = 1
    for side in ("left", "right", "top"):
        setattr(sheet.page_margins, side, 0.5)
