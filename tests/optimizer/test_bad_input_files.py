"""Files that would lose something silently, or take for ever: each ends in a problem at its place, in seconds."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from magnet_sourcing import Case, CaseError
from openpyxl.chart import BarChart, Reference
from openpyxl.workbook import Workbook

from .faulty import sound

Edit = Callable[[Path], None]


def refused(path: Path) -> list[str]:
    with pytest.raises(CaseError) as caught:
        Case.read(path)
    return [str(p) for p in caught.value.problems]


# ---------------------------------------------------------------- CSV


def rewritten(file: str, old: str, new: str) -> Edit:
    def edit(folder: Path) -> None:
        text = (folder / file).read_text(encoding="utf-8")
        assert old in text
        (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")

    return edit


def appended(file: str, line: str) -> Edit:
    def edit(folder: Path) -> None:
        with (folder / file).open("a", encoding="utf-8") as out:
            out.write(line)

    return edit


def replaced(file: str, content: bytes) -> Edit:
    return lambda folder: (folder / file).write_bytes(content) and None


CSV_FAULTS: dict[str, tuple[Edit, str]] = {
    "a setting twice": (
        appended("settings.csv", "base_year,2031,\n"),
        "column setting: setting 'base_year' is already",
    ),
    "a value without setting": (appended("settings.csv", ",2031,\n"), "a value is given but no setting"),
    "a misspelt header of settings": (
        rewritten("settings.csv", "setting,value", "setting,vallue"),
        "row 1, column vallue: no column 'vallue' in settings; did you mean 'value'?",
    ),
    "one comma too many": (appended("materials.csv", "x,,,,,,,,,,,,y\n"), "'y' stands under no header"),
    "a column without header": (replaced("periods.csv", b"period,\n2027,7\n"), "row 2, column 2: '7' stands under no"),
    "semicolons": (replaced("periods.csv", b"period;years\n2027;1\n"), "periods.csv: is not a CSV table"),
    "UTF-16": (replaced("periods.csv", "period\n2027\n".encode("utf-16")), "periods.csv: is not UTF-8 text"),
    "null characters": (replaced("periods.csv", b"period\n20\x0027\n"), "null characters"),
    "an open quote": (appended("periods.csv", '"2040\n'), "periods.csv: is not a CSV table"),
    "a folder named as a table": (lambda folder: (folder / "stocks.csv").mkdir(), "stocks.csv: is not a CSV table"),
    "an unknown table": (replaced("facilites.csv", b"facility\nx\n"), "did you mean 'facilities'?"),
}


@pytest.mark.parametrize("name", CSV_FAULTS)
def test_nothing_in_a_folder_is_dropped_silently(tmp_path: Path, name: str) -> None:
    edit, words = CSV_FAULTS[name]
    sound().write(tmp_path / "case")
    edit(tmp_path / "case")
    found = refused(tmp_path / "case")
    assert any(words in text for text in found), found


def test_rows_are_counted_as_a_spreadsheet_counts_them(tmp_path: Path) -> None:
    """A note of two lines and a blank line are a row each: the bad weight stands in row 4."""
    sound().write(tmp_path / "case")
    (tmp_path / "case" / "elements.csv").write_text('element,weight,note\nNdPr,1,"two\nlines"\n\nDy,heavy,\n')
    found = [str(p) for p in Case.read(tmp_path / "case").check()]
    assert any("elements.csv, row 4, column weight: weight 'heavy' is text" in text for text in found), found


def test_a_byte_order_mark_is_no_part_of_a_header(tmp_path: Path) -> None:
    sound().write(tmp_path / "case")
    file = tmp_path / "case" / "periods.csv"
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    assert Case.read(tmp_path / "case").hash == sound().hash


def test_a_locked_table_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sound().write(tmp_path / "case")
    real = Path.read_bytes

    def locked(self: Path) -> bytes:
        if self.name == "lanes.csv":
            raise PermissionError(13, "Permission denied")
        return real(self)

    monkeypatch.setattr(Path, "read_bytes", locked)
    assert any(text.startswith("lanes.csv: it cannot be opened; is it open in") for text in refused(tmp_path / "case"))


def test_names_no_file_can_have() -> None:
    for path in ("a\0b.xlsx", "a" * 5000 + ".xlsx"):
        assert len(refused(Path(path))) == 1


# ---------------------------------------------------------------- workbooks


def edited(folder: Path, edit: Callable[[Workbook], object]) -> Path:
    path = folder / "case.xlsx"
    sound().write(path)
    book = openpyxl.load_workbook(path)
    edit(book)
    book.save(path)
    return path


def put(sheet: str, cell: str, value: object) -> Callable[[Workbook], object]:
    return lambda book: book[sheet].__setitem__(cell, value)


def chart_in_place_of_lanes(book: Workbook) -> None:
    book.remove(book["lanes"])
    chart = BarChart()
    chart.add_data(Reference(book["freight"], min_col=3, min_row=3, max_row=4))
    book.create_chartsheet("lanes").add_chart(chart)


WORKBOOK_FAULTS: dict[str, tuple[Callable[[Workbook], object], str]] = {
    "a value beside the table": (put("lanes", "Z30", "scratch"), "sheet lanes, cell Z30: 'scratch' stands under no"),
    "a wrong unit of a setting": (put("settings", "C4", "months"), "sheet settings, cell C4: unit 'months'; base_year"),
    "an error in the settings": (put("settings", "B4", "#REF!"), "sheet settings, cell B4: the cell holds the error"),
    "a formula in the settings": (put("settings", "B4", "=1+1"), "cell B4: the formula has no calculated value"),
    "a sheet twice but for its case": (lambda book: book.create_sheet("LANES "), "the sheet is there twice"),
    "a chart named as a table": (chart_in_place_of_lanes, "sheet lanes: is a chart; a table is needed"),
    "a value far below": (put("lanes", "A99999", "x"), "sheet lanes, cell A99999: lies far below the table"),
}


@pytest.mark.parametrize("name", WORKBOOK_FAULTS)
def test_nothing_in_a_workbook_is_dropped_silently(tmp_path: Path, name: str) -> None:
    edit, words = WORKBOOK_FAULTS[name]
    found = refused(edited(tmp_path, edit))
    assert any(words in text for text in found), found
    if "cell " in words:  # said once, not once by the reader and again by the checks
        cell = words.split("cell ")[1].split(":")[0]
        assert sum(f"cell {cell}:" in text for text in found) == 1, found


def parts_of(path: Path, part: str, change: Callable[[bytes], bytes]) -> Path:
    raw = path.read_bytes()
    with zipfile.ZipFile(io.BytesIO(raw)) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for item in source.infolist():
            data = source.read(item)
            target.writestr(item.filename, change(data) if item.filename.endswith(part) else data)
    return path


def parts_changed(folder: Path, part: str, change: Callable[[bytes], bytes]) -> Path:
    sound().write(folder / "case.xlsx")
    return parts_of(folder / "case.xlsx", part, change)


SHEET = "worksheets/sheet5.xml"
MAIN = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LATE_ENTITY = b'<?xml version="1.0"?><!--' + b"x" * 5000 + b'--><!DOCTYPE x [<!ENTITY a "a">]><workbook>&a;</workbook>'
PREFIXED = (
    b'<x:worksheet xmlns:x="' + MAIN + b"\"><x:sheetData><x:row r='9'><x:c r='XFD9'><x:v>1</x:v></x:c></x:row>"
    b"</x:sheetData></x:worksheet>"
)
HOSTILE: dict[str, tuple[str, Callable[[bytes], bytes], str]] = {
    "a merge of the whole sheet": (
        SHEET,
        lambda d: d.replace(b"</sheetData>", b'</sheetData><mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'),
        "cells A1:XFD1048576 are merged",
    ),
    "row tags that never end": (SHEET, lambda d: d.replace(b"<sheetData>", b"<sheetData>" + b"<row" * 400_000), ""),
    "rows within rows": (SHEET, lambda d: d.replace(b"<sheetData>", b"<sheetData>" + b"<row>" * 200_000), ""),
    "an entity after a long comment": ("xl/workbook.xml", lambda d: LATE_ENTITY, "declares entities"),
    "another encoding": ("xl/workbook.xml", lambda d: d.decode().encode("utf-16"), "not in UTF-8"),
    "a far cell under a namespace prefix": (SHEET, lambda d: PREFIXED, "beyond column"),
    "rows out of order": (SHEET, lambda d: d.replace(b'<row r="1"', b'<row r="7"', 1), "rows out of order"),
    "more cells than any case has": (
        SHEET,
        lambda d: d.replace(b"<sheetData>", b"<sheetData>" + b"<c/>" * 6_000_000),
        "",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_workbooks_end_quickly(tmp_path: Path, name: str) -> None:
    part, change, words = HOSTILE[name]
    path = parts_changed(tmp_path, part, change)
    begun = time.monotonic()
    found = refused(path)
    assert time.monotonic() - begun < 10
    assert any(words in text for text in found), found


def test_a_link_over_the_whole_sheet_costs_nothing(tmp_path: Path) -> None:
    link = b'</sheetData><hyperlinks><hyperlink ref="A1:XFD1048576" display="x"/></hyperlinks>'
    path = parts_changed(tmp_path, SHEET, lambda d: d.replace(b"</sheetData>", link))
    assert Case.read(path).hash == sound().hash


def test_blank_formatted_rows_far_below_are_harmless(tmp_path: Path) -> None:
    """LibreOffice writes the last row of a sheet when anything of it was formatted."""
    last = b'<row r="1048576" ht="12.8" hidden="1"/></sheetData>'
    path = parts_changed(tmp_path, SHEET, lambda d: d.replace(b"</sheetData>", last))
    assert Case.read(path).hash == sound().hash


def test_a_calculated_formula_counts_as_its_value(tmp_path: Path) -> None:
    """Excel keeps the value beside the formula: 30+30 stands for the 60 of the teaching case."""
    path = edited(tmp_path, put("freight", "C3", "=30+30"))
    with zipfile.ZipFile(path) as book:
        part = next(n for n in book.namelist() if b"30+30" in book.read(n))
    changed = parts_of(path, part, lambda d: d.replace(b"<v></v>", b"<v>60</v>").replace(b"<v />", b"<v>60</v>"))
    assert Case.read(changed).hash == sound().hash
