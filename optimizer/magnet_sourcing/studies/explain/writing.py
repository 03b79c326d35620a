"""The workbook of an explanation: what is wrong and the ways out, and the case again with each fix as a scenario."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from openpyxl.worksheet.worksheet import Worksheet

from ... import cells
from ...book import add_table, answer_page
from ...case import Case
from ...files import replace_file, replace_folder
from ...reading import EXPLAINED
from ...saving import save
from ...sheets import letter
from ...values import tidy
from ...writing import case_workbook, write_case
from .applying import application, scenario_names, with_fixes
from .findings import Number
from .tables import HELPS, tables_of

if TYPE_CHECKING:
    from .explaining import Explanation
    from .words import Words

CLASH_FILL = PatternFill("solid", fgColor="F8CBAD")
FIX_FILL = PatternFill("solid", fgColor="FFE699")
_NOTE = (
    "Cells are named as in the file that was explained. In this workbook its tables follow, with each fix as a scenario "
    "(sheets scenarios and disruptions): numbers that clash are red, others that a fix changes are yellow."
)


def write_explanation(found: Explanation, path: Path) -> Path:
    """See `Explanation.write`."""
    if found.status != "infeasible":
        raise ValueError(f"there is nothing to write: {found.headline}")
    origin = found.case.origin
    if origin != "<memory>" and path.resolve() == Path(origin).resolve():
        raise ValueError(f"{path}: the explanation would replace the case; give another output")
    if path.suffix and path.suffix.lower() != ".xlsx":
        raise ValueError(f"{path}: an explanation is written as .xlsx or as a folder (a path without ending)")
    if path.suffix:
        book = _book(found, path)
        title = f"Why there is no plan: {found.case.settings.get('name') or 'the case'}"
        return replace_file(path, lambda temporary: save(book, temporary, title))
    inside = path / "case"
    tables = tables_of(found, str(inside))
    said = [found.headline, *(x for head, lines in _sections(found, str(inside)).items() for x in ("", head, *lines))]
    files = {f"{name}.csv": frame.to_csv(index=False) for name, frame in tables.items() if len(frame)}
    replace_folder(path, files | {"answer.txt": "\n".join(said) + "\n"})
    write_case(with_fixes(found), inside)
    return path


def _sections(found: Explanation, book: str) -> dict[str, list[str]]:
    """The findings, and how each fix is made."""
    words = found.asked.words()
    made = [f"{i}. {application(found, i, words, book).text}" for i in range(1, len(found.fixes) + 1)]
    return found.findings | ({"How each is made": made} if made else {})


def _book(found: Explanation, path: Path) -> Workbook:
    case = with_fixes(found)
    book = case_workbook(case)
    book.create_sheet("Answer", 0)
    book.active = 0
    page = answer_page(book, f"{EXPLAINED['Answer']}: {found.case.settings.get('name') or 'the case'}")
    page.line(found.headline, cells.SUBTITLE)
    for head, lines in _sections(found, path.name).items():
        page.sentences(head, lines)
    page.line("", cells.BODY)
    page.line(_NOTE, cells.NOTE)
    tables = {name: frame for name, frame in tables_of(found, path.name).items() if len(frame)}
    places = _Copy(book, case)
    words = found.asked.words()
    for at, (name, frame) in enumerate(tables.items(), start=1):
        sheet = book.create_sheet(name, at)
        add_table(sheet, HELPS[name], frame, {"plan_cost": "money"}, (), words.currency)
        _show_in_full(sheet, frame)
        if name != "shortfalls":
            _link_cells(sheet, frame.columns.get_loc("cell") + 1, _numbers(found, name), places)
    page.contents({**{name: HELPS[name] for name in tables}, "Read me": "The case: how its tables are filled in."})
    _mark(found, words, places)
    for sheet in book.worksheets:
        sheet.sheet_view.tabSelected = sheet.title == "Answer"
    return book


def _numbers(found: Explanation, table: str) -> list[Number]:
    """The number of each row of a table."""
    if table == "fixes":
        return [step.number for fix in found.fixes for step in fix.steps]
    return [m.number for clash in found.clashes.found for m in clash.members]


def _show_in_full(sheet: Worksheet, frame: pd.DataFrame) -> None:
    """Numbers to be written into cells with all their digits, counts without any."""
    for at, name in enumerate(frame.columns, start=1):
        shown = "0" if name in ("fix", "clash", "year") else "#,##0" if name == "plan_cost" else "General"
        for row in range(6, 6 + len(frame)):
            sheet.cell(row, at).number_format = shown


def _link_cells(sheet: Worksheet, column: int, numbers: Iterable[Number], places: _Copy) -> None:
    for row, number in enumerate(numbers, start=6):
        if (target := places.cell(number)) is not None:
            cell = sheet.cell(row, column)
            cell.hyperlink = f"#'{target[0]}'!{target[1]}"
            cell.font = cells.LINK


def _mark(found: Explanation, words: Words, places: _Copy) -> None:
    """Colours the numbers that clash or change, each with a comment of what is said of it."""
    said: dict[tuple[str, str], list[str]] = {}
    red = set()
    for i, clash in enumerate(found.clashes.found, 1):
        for member in clash.members:
            if (at := places.cell(member.number)) is not None:
                said.setdefault(at, []).append(f"Part of clash {i} (sheet clash).")
                red.add(at)
    names = scenario_names(found)
    for i, fix in enumerate(found.fixes, 1):
        for step in fix.steps:
            if (at := places.cell(step.number)) is not None:
                name = names.get(i, "") if step.change is not None else ""
                told = words.step(step)
                said.setdefault(at, []).append(f"{name or f'Way out {i}'}: {told}")
    for at, lines in said.items():
        cell = places.book[at[0]][at[1]]
        cell.fill = CLASH_FILL if at in red else FIX_FILL
        text = "\n".join(dict.fromkeys(lines))
        cell.comment = Comment(text[:2000], "Magnet Sourcing")
        cell.comment.width, cell.comment.height = 360, 40 + 34 * min(8, len(lines))


class _Copy:
    """Where the numbers of a case stand in the workbook written of it."""

    def __init__(self, book: Workbook, case: Case) -> None:
        self.book = book
        self._rows: dict[str, dict[str, int]] = {}
        for name, records in case.parsed()[1].items():
            filled = [
                i
                for i, values in enumerate(case.tables[name].itertuples(index=False, name=None))
                if any(tidy(v) is not None for v in values)
            ]
            # evidence may also stand beside numbers; those records come after those of its own rows
            self._rows[name] = {record.key: 3 + i for i, record in zip(filled, records, strict=False)}

    def cell(self, number: Number) -> tuple[str, str] | None:
        """Sheet and cell; None of an option."""
        if number.table == "options":
            return None
        heads = [str(c.value) for c in self.book[number.table][1]]
        years = [h for h in heads if h.startswith(f"{number.column} ") and h[len(number.column) + 1 :].isdigit()]
        row = self._rows[number.table][number.name]
        header = number.column
        if header not in heads or (years and self.book[number.table].cell(row, heads.index(header) + 1).value is None):
            upto = [h for h in years if number.period is not None and int(h.split()[-1]) <= number.period]
            header = max(upto) if upto else years[0]
        return number.table, f"{letter(heads.index(header))}{row}"
