"""Every kind of workbook: no empty sheet, a help line and a way back on each, units under every column of numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import magnet_sourcing as ms
from magnet_sourcing import Case
from magnet_sourcing.plan_schema import PLAN_TABLES
from magnet_sourcing.studies.ranges.listing import write_ranges
from magnet_sourcing.units import has_unit
from openpyxl import Workbook, load_workbook
from pytest import fixture, mark

CASES = ("case", "template")
STUDIES = (
    "plan", "futures", "frontier", "stress", "alternatives", "options", "switching", "compare", "sensitivity",
    "montecarlo", "sweep", "ranges", "why",
)  # fmt: skip


@fixture(scope="module")
def written(tmp_path_factory: Any) -> dict[str, Path]:
    """One workbook of each kind, of the small case."""
    folder, small = tmp_path_factory.mktemp("kinds"), Case.small()
    plan = ms.solve(small)
    made = {
        "plan": plan,
        "futures": ms.solve(small, scenarios="all"),
        "frontier": ms.frontier(small, points=3),
        "stress": ms.stress({"plan": plan}),
        "alternatives": ms.alternatives(small, count=1),
        "options": ms.options(small, only=["Toll Japan"]),
        "switching": ms.switching(small, only=["Chinese magnet price"], want=["Toll Japan"]),
        "compare": ms.compare(small, scenarios=["embargo", "Japan late"]),
        "sensitivity": ms.sensitivity(small, top=3, spider=1, switch_over=1),
        "montecarlo": ms.montecarlo(small, 4, sets=1),
        "sweep": ms.sweep(small, "supplies.price[Chinese magnets] x 0.5:2:3"),
        "why": ms.why(small, ["Toll Japan"]),
        "case": small,
    }
    paths = {name: folder / f"{name}.xlsx" for name in (*made, "ranges", "template")}
    for name, result in made.items():
        result.write(paths[name])
    write_ranges(small, paths["ranges"])
    Case.blank().write(paths["template"])
    return paths


@fixture(scope="module")
def kinds(written: dict[str, Path]) -> dict[str, Workbook]:
    return {name: load_workbook(path) for name, path in written.items()}


def tables_of(book: Workbook) -> list[Any]:
    return [s for s in book.worksheets if s.auto_filter.ref and s.print_title_rows == "$4:$5"]


@mark.parametrize("kind", STUDIES)
def test_every_column_of_numbers_has_a_unit(kinds: dict[str, Workbook], kind: str) -> None:
    seen = 0
    for sheet in (s for s in tables_of(kinds[kind]) if not s.title.startswith("in ")):
        for head in (c for c in sheet[4] if c.value is not None):
            values = [sheet.cell(r, head.column).value for r in range(6, sheet.max_row + 1)]
            values = [v for v in values if v is not None]
            if values and all(isinstance(v, (int, float)) for v in values):
                unit = sheet.cell(5, head.column).value
                assert has_unit(str(head.value), str(unit or "")), (kind, sheet.title, head.value)
                seen += 1
    assert seen or kind == "options"


def test_every_number_of_a_plan_has_a_unit() -> None:
    for table in PLAN_TABLES.values():
        for column in table.columns:
            assert column.kind == "text" or has_unit(column.name, column.unit), (table.name, column.name)


@mark.parametrize("kind", (*STUDIES, *CASES))
def test_no_sheet_is_empty_and_each_says_what_it_holds(kinds: dict[str, Workbook], kind: str) -> None:
    book = kinds[kind]
    for sheet in book.worksheets:
        assert len(str(sheet["A1"].value or "")) > 3, (kind, sheet.title)
        assert sheet.page_setup.paperSize == 9 and sheet.page_setup.fitToWidth == 1, (kind, sheet.title)
        if kind not in CASES and sheet is not book.worksheets[0]:
            filled = any(c.value is not None for row in sheet.iter_rows(min_row=4) for c in row)
            assert filled or sheet._charts, (kind, sheet.title)  # type: ignore[attr-defined]
            assert sheet["A2"].hyperlink.location == "'Answer'!A1", (kind, sheet.title)
        if kind not in CASES and sheet.title not in ("Answer", "Charts", "charts", "chart", "chart data"):
            assert sheet.freeze_panes == "B6" and sheet.auto_filter.ref, (kind, sheet.title)


@mark.parametrize("kind", (*STUDIES, *CASES))
def test_properties_say_nothing_about_the_moment(kinds: dict[str, Workbook], kind: str) -> None:
    found = kinds[kind].properties
    assert found.creator == "Magnet Sourcing" and found.title
    assert found.created == found.modified and found.created.year == 2000


def test_the_same_content_gives_the_same_bytes(tmp_path: Path) -> None:
    first, again = (Case.small().write(tmp_path / f"{i}.xlsx").read_bytes() for i in range(2))
    assert first == again
