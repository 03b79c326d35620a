"""Bad input: one message naming the cell, the finding and the rule; all at once; never a traceback."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from magnet_sourcing import Case, CaseError

from .faulty import errors, folder_with, sound, workbook_with

# sheet, data row, column, what is put there, words of the message
FAULTS = [
    ("lanes", 1, "origin", "Chatrapr", "'Chatrapr' is not in locations; did you mean 'Chatrapur'?"),
    ("demands", 1, "quantity 2027", None, "no value for 2027"),
    ("freight", 1, "cost", None, "cost is blank; a value is needed"),
    ("facilities", 1, "capacity", -5, "capacity -5 t/y; must be 0 or more"),
    ("facilities", 1, "capacity", "many", "capacity 'many' is text; must be a number in t/y"),
    ("facilities", 1, "capacity", "inf", "capacity 'inf' is text"),
    ("facilities", 1, "capacity", "1,234.5", "thousands separators"),
    ("facilities", 1, "capacity", "1.234,5", "thousands separators and decimal commas"),
    ("facilities", 1, "capacity", "12 %", "percent signs are not read"),
    ("facilities", 1, "capacity", "__import__('os')", "is text"),
    ("contents", 2, "content", 1.2, "content 1.2 t element/t; must be from 0 to 1"),
    ("stages", 1, "weight", 0.5, "the weights of all stages add to 1.3"),
    ("routes", 1, "minimum", 900, "minimum 900 is above maximum 200 in 2027"),
    ("locations", 2, "location", "Chatrapur", "'Chatrapur' is already in row"),
    ("recipes", 2, "direction", "inwards", "is not one of input, output"),
    ("demands", 2, "reserved", "perhaps", "must be yes or no"),
    ("recipes", 5, "quantity", 0.01, "makes 0.3 t of NdPr out of 0.0085 t"),
    ("routes", 1, "kind", "offtake", "a toll needs one of kind 'tolling'"),
    ("periods", 2, "period", 2030, "'2030' is already"),
    ("expansions", 1, "life", None, "life is blank"),
    ("settings", 3, "value", "soon", "base_year 'soon' is text"),
    ("freight", 5, "duty", 0.1, None),  # a value that is in order must not be complained about
]


@pytest.mark.parametrize("sheet, row, column, value, words", FAULTS, ids=[f"{f[0]}-{f[2]}-{f[3]}" for f in FAULTS])
def test_faults_are_named_with_their_cell(
    tmp_path: Path, sheet: str, row: int, column: str, value: Any, words: str | None
) -> None:
    path, cell = workbook_with(tmp_path, sheet, row, column, value)
    found = errors(path)
    if words is None:
        assert not found
        return
    assert any(words in text for text in found), found
    if sheet not in ("stages", "routes", "periods", "locations", "recipes"):
        assert any(f"cell {cell}:" in text or f"cell {cell[0]}" in text for text in found), (cell, found)
    if sheet != "settings":
        in_csv = errors(folder_with(tmp_path, sheet, row, column, "" if value is None else value))
        assert any(words in text for text in in_csv), in_csv


def test_all_problems_at_once(tmp_path: Path) -> None:
    path, _ = workbook_with(tmp_path, "facilities", 1, "capacity", -5)
    book = openpyxl.load_workbook(path)
    book["lanes"]["B3"] = "Nowhere"
    book["freight"]["C3"] = "x"
    book.save(path)
    assert len(errors(path)) >= 3


def change(folder: Path, edit: Any) -> Path:
    path = folder / "case.xlsx"
    sound().write(path)
    book = openpyxl.load_workbook(path)
    edit(book)
    book.save(path)
    return path


def set_cell(sheet: str, cell: str, value: Any) -> Any:
    def edit(book: Any) -> None:
        book[sheet][cell] = value

    return edit


WORKBOOK_FAULTS = {
    "formula without a value": (set_cell("freight", "C3", "=1+1"), "no calculated value"),
    "error value": (set_cell("freight", "C3", "#DIV/0!"), "holds the error #DIV/0!"),
    "date for a year": (set_cell("periods", "A3", dt.datetime(2027, 1, 1)), "is a date"),
    "wrong unit": (set_cell("freight", "C2", "(kg)"), "unit 'kg'; cost is in 'money/t'"),
    "unknown sheet": (lambda book: book.create_sheet("Facilites"), "did you mean 'facilities'?"),
    "unknown column": (set_cell("facilities", "D1", "capasity"), "did you mean 'capacity'?"),
    "merged cells": (lambda book: book["freight"].merge_cells("A4:A5"), "cells A4:A5 are merged"),
    "boolean for a number": (set_cell("freight", "C3", True), "is a yes/no value"),
}


@pytest.mark.parametrize("name", WORKBOOK_FAULTS)
def test_faults_only_a_workbook_can_have(tmp_path: Path, name: str) -> None:
    edit, words = WORKBOOK_FAULTS[name]
    found = errors(change(tmp_path, edit))
    assert any(words in text for text in found), found


def defence_free(case: Case) -> None:
    case.tables["demands"]["min_free"] = [None, 0.5]


def asked(sense: str, **term: Any) -> Any:
    """A limit on free delivery."""

    def edit(case: Case) -> None:
        case.tables["limits"] = pd.DataFrame([{"limit": "ask", "sense": sense, "value": 0.0}])
        case.tables["limit_terms"] = pd.DataFrame([{"limit": "ask", "metric": "free delivered", **term}])

    return edit


def no_country(case: Case) -> None:
    case.settings["exposed_country"] = None
    case.tables["stages"]["weight"] = 0.0


def no_contents(case: Case) -> None:
    case.tables["contents"] = case.tables["contents"].query("material != 'magnet'")


CUSTODY_FAULTS = [
    ([defence_free, no_country], "column min_free: min_free needs exposed_country"),
    ([defence_free, no_contents], "column min_free: magnet holds no tracked element"),
    ([asked("at least"), no_country], "column metric: metric 'free delivered' needs exposed_country"),
    ([asked("at least", material="magnet"), no_contents], "column material: magnet holds no tracked element"),
    ([asked("at most")], "'at least' with a positive coefficient"),
    ([asked("at least", coefficient=-1.0)], "a limit can only ask for more free tonnes"),
    ([asked("equal")], "a limit can only ask for more free tonnes"),
    ([asked("at least", stage="magnet")], "cannot be filtered by stage"),
    ([lambda case: case.tables["demands"].__setitem__("segment", "all")], "how the plan names the sum"),
    ([defence_free], None),
    ([asked("at least")], None),
    ([asked("at most", coefficient=-1.0)], None),
]


@pytest.mark.parametrize("edits, words", CUSTODY_FAULTS)
def test_free_tonnes_are_asked_for_only_where_they_can_be_followed(edits: list[Any], words: str | None) -> None:
    case = sound()
    for edit in edits:
        edit(case)
    found = [str(p) for p in case.check() if p.severity == "error"]
    assert (words is None and not found) or any(words in text for text in found), found


def test_harmless_oddities_change_nothing(tmp_path: Path) -> None:
    """Trailing blanks, blank rows, numbers stored as text, hidden rows: read as they are meant."""

    def edit(book: Any) -> None:
        book["lanes"]["B3"] = "  Chatrapur "
        book["freight"]["C3"] = " 60 "
        book["freight"]["C3"].number_format = "@"
        book["freight"]["A40"] = "   "
        book["lanes"].row_dimensions[4].hidden = True

    path = change(tmp_path, edit)
    assert errors(path) == []
    assert Case.read(path).hash == sound().hash


def test_text_that_looks_like_a_formula_stays_text(tmp_path: Path) -> None:
    case = sound()
    case.tables["locations"]["note"] = ["=HYPERLINK(1)", "+1", "-1", "@x", "{=1}"]
    case.write(tmp_path / "case.xlsx")
    book = openpyxl.load_workbook(tmp_path / "case.xlsx")
    headers = {cell.value: cell.column for cell in book["locations"][1]}
    for row, text in enumerate(["=HYPERLINK(1)", "+1", "-1", "@x", "{=1}"], start=3):
        cell = book["locations"].cell(row, headers["note"])
        assert (cell.data_type, cell.value) == ("s", text)
    assert Case.read(tmp_path / "case.xlsx").tables["locations"]["note"].tolist()[0] == "=HYPERLINK(1)"


def rezipped(path: Path, change_part: Any) -> None:
    raw = path.read_bytes()
    with zipfile.ZipFile(io.BytesIO(raw)) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for item in source.infolist():
            target.writestr(item.filename, change_part(item.filename, source.read(item.filename)))


BOMB = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><workbook>&b;</workbook>'


def hostile(folder: Path, name: str) -> Path:
    path = folder / "case.xlsx"
    if name == "missing":
        return path
    if name == "old xls":
        path = folder / "case.xls"
        path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600)
        return path
    if name == "empty folder":
        (folder / "case").mkdir()
        return folder / "case"
    if name == "single csv":
        (folder / "case.csv").write_text("a,b")
        return folder / "case.csv"
    if name == "not utf-8":
        sound().write(folder / "case")
        (folder / "case" / "lanes.csv").write_bytes("lane\nür".encode("latin-1"))
        return folder / "case"
    sound().write(path)
    if name == "truncated":
        path.write_bytes(path.read_bytes()[:5000])
    elif name == "empty":
        path.write_bytes(b"")
    elif name == "text":
        path.write_text("hello")
    elif name == "password":
        path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600)
    elif name == "entity bomb":
        rezipped(path, lambda part, data: BOMB if part == "xl/workbook.xml" else data)
    elif name == "broken xml":
        rezipped(path, lambda part, data: data[:80] if part.startswith("xl/worksheets") else data)
    elif name == "far away cell":
        change(folder, set_cell("lanes", "A1000000", "x"))
    elif name == "wide sheet":
        change(folder, set_cell("lanes", "XFD3", "x"))
    elif name == "huge part":
        rezipped(path, lambda part, data: b" " * 600_000_000 if part == "xl/styles.xml" else data)
    return path


@pytest.mark.parametrize(
    "name",
    [
        "missing",
        "old xls",
        "empty folder",
        "single csv",
        "not utf-8",
        "truncated",
        "empty",
        "text",
        "password",
        "entity bomb",
        "broken xml",
        "far away cell",
        "wide sheet",
        "huge part",
    ],
)
def test_no_file_brings_a_traceback(tmp_path: Path, name: str) -> None:
    with pytest.raises(CaseError) as caught:
        Case.read(hostile(tmp_path, name))
    assert caught.value.problems


def test_workbook_and_csv_lose_nothing(tmp_path: Path) -> None:
    for case in (Case.small(), Case.reference()):
        book = Case.read(case.write(tmp_path / "a.xlsx"))
        tables = Case.read(book.write(tmp_path / "b"))
        again = Case.read(tables.write(tmp_path / "c.xlsx"))
        assert case.hash == book.hash == tables.hash == again.hash
        for name, frame in book.tables.items():
            given = frame.dropna(how="all").dropna(axis=1, how="all")
            back = again.tables[name].dropna(how="all").dropna(axis=1, how="all")
            assert list(given.columns) == list(back.columns)
            assert given.map(str).to_numpy().tolist() == back.map(str).to_numpy().tolist()
        for file in (tmp_path / "b").iterdir():
            file.unlink()


def test_the_blank_template_says_what_it_needs(tmp_path: Path) -> None:
    Case.blank().write(tmp_path / "blank.xlsx")
    found = errors(tmp_path / "blank.xlsx")
    assert any("base_year" in text for text in found) and any("a case needs periods" in text for text in found)


def test_a_row_switched_off_takes_those_that_need_it_with_it() -> None:
    case = sound()
    case.tables["routes"]["active"] = "no"
    assert case.rows("routes") == [] and case.rows("tolls") == []
    assert case.check() == [] or all(p.severity == "warning" for p in case.check())
