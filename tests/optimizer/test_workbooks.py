"""The workbooks we write, as a reader of the file finds them: marks, links, units, print, text."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from magnet_sourcing import Case, Plan, solve
from magnet_sourcing import book as books
from magnet_sourcing.numerals import column_of, shown, typed
from magnet_sourcing.plan_writing import plan_workbook
from magnet_sourcing.schema import TABLES
from openpyxl import Workbook, load_workbook
from openpyxl.utils import range_boundaries
from pytest import fixture, mark

from ..miniatures.cases import best, case, need, offer, plant


@fixture(scope="module")
def small() -> Plan:
    return solve(Case.small())


@fixture(scope="module")
def small_book(small: Plan, tmp_path_factory: Any) -> Workbook:
    return load_workbook(small.write(tmp_path_factory.mktemp("books") / "plan.xlsx"))


def tight() -> Plan:
    """10 t needed, 6 t/y of capacity, at most 2 t bought: 2 t short, the plant full, the limit binding."""
    return best(
        case(
            plant("press", {"magnet": 1}, {"alloy": 1}, capacity=6, cost=1),
            supplies=[offer("buy", 3, origin="Away"), offer("alloy", 0, "alloy")],
            demands=[need(10, penalty=100)],
            limits=[{"limit": "cap", "sense": "at most", "value": 2}],
            limit_terms=[{"limit": "cap", "metric": "bought", "supply": "buy"}],
        )
    )


def marked(sheet: Any, head: str) -> list[tuple[int, str]]:
    """Rows of a column under a mark, each with the formula as it stands for that row."""
    column = next(c for c in sheet[4] if c.value == head)
    found = []
    for area in sheet.conditional_formatting:
        left, top, right, bottom = range_boundaries(str(area.sqref))
        if left <= column.column <= right:
            anchor = f"{column.column_letter}{top}"
            found += [
                (row, rule.formula[0].replace(anchor, f"{column.column_letter}{row}"))
                for rule in area.rules
                for row in range(top, bottom + 1)
            ]
    return found


def test_marks_cover_the_rows_and_read_their_own_cell(tmp_path: Path) -> None:
    book = load_workbook(tight().write(tmp_path / "plan.xlsx"))
    assert book["demand"]["H6"].value == 2
    assert marked(book["demand"], "short") == [(6, "AND(ISNUMBER(H6),H6>0.000001)")]
    assert book["limits"]["G6"].value == "yes"
    assert marked(book["limits"], "binding") == [(6, 'G6="yes"')]
    assert book["capacity"]["G6"].value == 1
    assert marked(book["capacity"], "utilisation") == [(6, "AND(ISNUMBER(G6),G6>=0.999)")]
    audited = [row for row, formula in marked(book["audit"], "result") if formula == f'LEFT(D{row},6)="FAILED"']
    assert audited == list(range(6, book["audit"].max_row + 1))
    assert book["demand"]["C2"].value == "Marked: short above 0."


def test_every_link_leads_to_the_name_it_stands_on(small: Plan, small_book: Workbook) -> None:
    followed = 0
    for sheet in small_book:
        for cell in (c for row in sheet.iter_rows() for c in row if c.hyperlink):
            name, _, at = cell.hyperlink.location.rpartition("!")
            target = small_book[name.strip("'")][at]  # KeyError if there is no such sheet
            if at != "A1":
                assert target.value, cell
                assert str(target.value) in str(cell.value) and (len(str(cell.value)) > 30 or target.value == cell.value)
                followed += 1
    decisions = sum(len(small.tables[t]) for t in ("signings", "builds", "lane_openings", "retirements"))
    names = sum(len(small.tables[t]) for t in ("activity", "capacity", "demand", "purchases"))
    assert followed > decisions + names
    lines = [c for c in small_book["Answer"]["A"] if str(c.value).startswith(("Sign ", "Build ")) and c.hyperlink]
    assert len(lines) == decisions


def test_every_sheet_leads_back(small_book: Workbook) -> None:
    for sheet in small_book.worksheets[1:]:
        places = [c.hyperlink.location for row in sheet.iter_rows(max_row=3, max_col=2) for c in row if c.hyperlink]
        assert places == ["'Answer'!A1"], sheet.title


def test_names_of_long_tables_are_not_linked(small: Plan, monkeypatch: Any) -> None:
    rows = len(small.tables["capacity"])
    monkeypatch.setattr(books, "LINKED_ROWS", rows)
    assert plan_workbook(small)["capacity"]["A6"].hyperlink is not None
    monkeypatch.setattr(books, "LINKED_ROWS", rows - 1)
    assert plan_workbook(small)["capacity"]["A6"].hyperlink is None


@mark.parametrize("made", [Case.small, Case.reference])
def test_a_case_holds_real_numbers_and_stays_the_same(made: Callable[[], Case], tmp_path: Path) -> None:
    given = made()
    path = given.write(tmp_path / "case.xlsx")
    assert Case.read(path).hash == given.hash
    book, numbers = load_workbook(path), 0
    for table in TABLES.values():
        sheet = book[table.name]
        for column in (c for c in sheet[1] if c.value):
            known = column_of(table, str(column.value))
            for row in range(3, sheet.max_row + 1):
                cell = sheet.cell(row, column.column)
                if known is not None and known.numeric and cell.value is not None:
                    assert cell.data_type == "n", (table.name, cell)
                    numbers += 1
    assert numbers > 100
    years = [c for c in book["periods"]["A"][2:] if c.value is not None]
    assert years and all(isinstance(c.value, int) and c.number_format == "0" for c in years)
    assert book["periods"]["A1"].hyperlink.location == "'Read me'!A1"


def test_numbers_from_text() -> None:
    column = TABLES["facilities"].by_name["capacity"]
    year = TABLES["facilities"].by_name["first_year"]
    assert [typed(column, x) for x in ("5000", "0.1", "1e3", "12 %", "", None, "0.30000000000000004")] == [
        5000, 0.1, 1000, "12 %", None, None, 0.30000000000000004,
    ]  # fmt: skip
    assert shown(column, [5000, 2]) == "#,##0"
    assert shown(column, [5000, 2.25]) == "#,##0.00"
    assert shown(column, [5000, 0.333]) == "General"
    assert shown(year, [2025]) == "0"


def test_every_sheet_prints_on_a4_one_page_wide(small_book: Workbook) -> None:
    for sheet in small_book:
        page = sheet.page_setup
        assert (page.paperSize, page.orientation, page.fitToWidth) == (9, "landscape", 1), sheet.title
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.oddFooter.center.text == "&A - page &P of &N"
        assert sheet.print_area, sheet.title
    for sheet in (s for s in small_book if s.title not in ("Answer", "Charts")):
        assert sheet.print_title_rows == "$4:$5"
        left, top, right, bottom = range_boundaries(sheet.print_area.rpartition("!")[2])
        heads = [c.column for c in sheet[4] if c.value]
        assert (left, top, bottom) == (1, 1, sheet.max_row) and right >= max(heads)


@mark.parametrize("rows, pages", [(10, 1), (60, 1), (61, 2), (120, 2)])
def test_pages_of_the_answer(rows: int, pages: int) -> None:
    page = books.answer_page(Workbook(), "Title")
    for _ in range(rows - 1):
        page.line("A line.")
    page.fit()
    assert page.sheet.page_setup.fitToHeight == pages
    assert page.sheet.print_area == f"'Answer'!$A$1:$M${rows}"
