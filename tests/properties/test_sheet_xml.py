"""Cells read straight from XML are those that openpyxl reads, whatever program wrote the sheet and however it did."""

from __future__ import annotations

import io
import warnings
import zipfile
from typing import Any
from xml.sax.saxutils import escape

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from magnet_sourcing import sheet_xml
from magnet_sourcing.sheet_xml import ERRORS, Error, Refused, Workbook
from magnet_sourcing.sheets import letter

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
PART = "xl/worksheets/sheet1.xml"
# Styles by number: plain, two decimals, a date, a duration, a format of one's own that is a date.
STYLES = (
    f'<styleSheet xmlns="{MAIN}">'
    '<numFmts count="1"><numFmt numFmtId="170" formatCode="yyyy\\-mm\\-dd hh:mm"/></numFmts>'
    '<fonts count="1"><font/></fonts><fills count="1"><fill><patternFill/></fill></fills>'
    '<borders count="1"><border/></borders>'
    '<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="5"><xf numFmtId="0"/><xf numFmtId="2"/>'
    '<xf numFmtId="14"/><xf numFmtId="46"/><xf numFmtId="170"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


def package(sheet: str, strings: str = "", since_1904: bool = False) -> bytes:
    """A workbook of one sheet, from the XML of the sheet and of the items of its shared texts."""
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{KIND}.sheet.main+xml"/>'
        f'<Override PartName="/{PART}" ContentType="{KIND}.worksheet+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{KIND}.styles+xml"/>'
        f'<Override PartName="/xl/sharedStrings.xml" ContentType="{KIND}.sharedStrings+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="a" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><workbookPr date1904="{int(since_1904)}"/>'
        '<sheets><sheet name="one" sheetId="1" r:id="s"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="s" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="t" Type="{OFFICE}/styles" Target="styles.xml"/>'
        f'<Relationship Id="u" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
        "xl/styles.xml": STYLES,
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{strings}</sst>',
        PART: sheet,
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return out.getvalue()


def sheet(rows: str, behind: str = "") -> str:
    return f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData>{behind}</worksheet>'


def ours(content: bytes) -> sheet_xml.Cells:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return Workbook(content, {PART: archive.read(PART)}).cells("one")


def theirs(content: bytes) -> dict[tuple[int, int], Any]:
    """What openpyxl reads, said as we say it: errors as such, text of blanks only as a blank."""
    found = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # numbers shown as dates that do not exist
        one = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)["one"]
        one.reset_dimensions()
        rows = list(one.iter_rows())
    for number, row in enumerate(rows, start=1):
        for i, cell in enumerate(row):
            value = cell.value
            if cell.data_type == "e" or (isinstance(value, str) and value in ERRORS):
                value = Error(str(value))
            if value is not None and not (isinstance(value, str) and not value.strip()):
                found[number, i] = value
    return found


def filled(cells: sheet_xml.Cells) -> dict[tuple[int, int], Any]:
    return {(n, i): v for n, row in cells.rows for i, v in enumerate(row) if v is not None}


def same(content: bytes) -> dict[tuple[int, int], Any]:
    """Asserts that both read the same values of the same types; returns them."""
    found, expected = filled(ours(content)), theirs(content)
    assert {k: (type(v), v) for k, v in found.items()} == {k: (type(v), v) for k, v in expected.items()}
    return found


# ---------------------------------------------------------------- any sheet

# Escapes of openpyxl's own making and of Excel's, blanks of all kinds, errors as text, other scripts.
texts = st.sampled_from(
    [
        "",
        " ",
        "a",
        " a ",
        "<&>\"'",
        "line\nbreak",
        "\u00a0",
        "ümläut",
        "磁石",
        "\U0001f9f2",
        "#N/A",
        "#N/A ",
        "_x000D_",
        "_x005F_x",
        "5",
    ]
) | st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"]), max_size=8)
numbers = st.one_of(
    st.integers(-(10**18), 10**18).map(str),
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.sampled_from(
        ["1E3", "1e-7", "-0", "0.0", "+5", " 7 ", "44927", "44927.75", "60", "59", "-1", "2958466", "1e300"]
    ),
)


def plain(text: str) -> str:
    return f'<t xml:space="preserve">{escape(text)}</t>'


def in_runs(parts: list[str]) -> str:
    """A text in several fonts, with a hint of how to say it, which is no part of it."""
    runs = "".join(f"<r><rPr><b/></rPr>{plain(p)}</r>" for p in parts)
    return f'{runs}<rPh sb="0" eb="1">{plain("hint")}</rPh><phoneticPr fontId="1"/>'


items = texts.map(plain) | st.lists(texts, max_size=3).map(in_runs)


@st.composite
def cell_xml(draw: st.DrawFn, place: str, shared: int) -> str:
    style = draw(st.sampled_from(["", *(f' s="{i}"' for i in range(5))]))
    formula = draw(st.sampled_from(["", "", "<f>A1+1</f>", '<f t="shared" si="0"/>']))
    kind = draw(st.sampled_from(["n", "", "s", "inlineStr", "str", "b", "e", "d", "blank", "empty"]))
    value = {
        "n": numbers.map(lambda v: f' t="n">{formula}<v>{v}</v>'),
        "": numbers.map(lambda v: f">{formula}<v>{v}</v>"),
        "s": st.integers(0, shared - 1).map(lambda v: f' t="s"><v>{v}</v>'),
        "inlineStr": items.map(lambda v: f' t="inlineStr"><is>{v}</is>'),
        "str": texts.map(lambda v: f' t="str">{formula}<v>{escape(v)}</v>'),
        "b": st.sampled_from("01").map(lambda v: f' t="b">{formula}<v>{v}</v>'),
        "e": st.sampled_from(ERRORS).map(lambda v: f' t="e">{formula}<v>{v}</v>'),
        "d": st.datetimes().map(lambda v: f' t="d"><v>{v.replace(microsecond=0).isoformat()}</v>'),
        "blank": st.just(f">{formula}"),
        "empty": st.sampled_from([f">{formula}<v/>", f">{formula}<v></v>", ' t="s">', ' t="inlineStr">']),
    }[kind]
    return f"<c{place}{style}{draw(value)}</c>"


@st.composite
def sheets(draw: st.DrawFn) -> tuple[str, str, bool]:
    """XML of a sheet and of its texts: places said or left out, gaps, hidden rows, notes of other programs."""
    strings = draw(st.lists(items, min_size=1, max_size=5))
    rows, number = "", 0
    for _ in range(draw(st.integers(0, 5))):
        gap = draw(st.integers(0, 3))
        number += 1 + gap
        named = gap > 0 or draw(st.booleans())
        cells, position = "", -1
        for _ in range(draw(st.integers(0, 4))):
            jump = draw(st.sampled_from([0, 0, 0, 1, 30]))
            position += 1 + jump
            said = jump > 0 or draw(st.booleans())
            cells += draw(cell_xml(f' r="{letter(position)}{number}"' if said else "", len(strings)))
        more = draw(st.sampled_from(["", ' hidden="1"', ' spans="1:3" ht="12.8" customHeight="1"']))
        attributes = (f' r="{number}"' if named else "") + more
        rows += f"<row{attributes}>{cells}{draw(st.sampled_from(['', '<extLst/>', '<!-- a note -->']))}</row>\n"
    size = draw(st.sampled_from(["", '<dimension ref="A1"/>', '<dimension ref="A1:XFD1048576"/>']))
    whole = f'<worksheet xmlns="{MAIN}">{size}<sheetData>{rows}</sheetData><mergeCells/></worksheet>'
    return whole, "".join(f"<si>{item}</si>" for item in strings), draw(st.booleans())


@settings(max_examples=300, deadline=None)
@given(sheets(), st.sampled_from([1, 7, 1 << 16]))
def test_cells_are_those_that_openpyxl_reads(made: tuple[str, str, bool], piece: int) -> None:
    """Also where XML is cut into pieces of one or seven characters."""
    before, sheet_xml._PIECE = sheet_xml._PIECE, piece
    try:
        same(package(*made))
    finally:
        sheet_xml._PIECE = before


# ---------------------------------------------------------------- how programs write the same table

TABLE = {
    (1, 0): "site",
    (1, 1): "capacity",
    (2, 0): "Chatrapur",
    (2, 1): 5.5,
    (3, 0): "Kollam",
    (3, 1): 12,
    (3, 2): True,
}
SHARED = "<si><t>site</t></si><si><t>capacity</t></si><si><t>Chatrapur</t></si><si><t>Kollam</t></si>"
EXCEL = f"""<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<worksheet xmlns="{MAIN}" xmlns:r="{OFFICE}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"
 mc:Ignorable="x14ac" xmlns:x14ac="http://schemas.microsoft.com/office/spreadsheetml/2009/9/ac"><dimension ref="A1:C3"/>
<sheetViews><sheetView tabSelected="1" workbookViewId="0"/></sheetViews>
<sheetFormatPr defaultRowHeight="15" x14ac:dyDescent="0.25"/>
<cols><col min="1" max="1" width="9.1" customWidth="1"/></cols><sheetData>
<row r="1" spans="1:3" x14ac:dyDescent="0.25"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row>
<row r="2" spans="1:3"><c r="A2" t="s"><v>2</v></c><c r="B2" s="1"><f>B3-6.5</f><v>5.5</v></c><c r="C2" s="1"/></row>
<row r="3" spans="1:3" hidden="1"><c r="A3" t="s"><v>3</v></c><c r="B3"><v>12</v></c>
<c r="C3" t="b"><f>TRUE()</f><v>1</v></c></row>
</sheetData><pageMargins left="0.7" right="0.7" top="0.75" bottom="0.75" header="0.3" footer="0.3"/></worksheet>"""
LIBREOFFICE = f"""<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<worksheet xmlns="{MAIN}"><dimension ref="A1:C3"/><sheetData>
<row r="1" customFormat="false" ht="12.8" hidden="false" collapsed="false">
<c r="A1" s="0" t="s"><v>0</v></c><c r="B1" s="0" t="s"><v>1</v></c></row>
<row r="2" ht="12.8"><c r="A2" s="0" t="s"><v>2</v></c><c r="B2" s="1" t="n">
<f aca="false">B3-6.5</f><v>5.5</v></c></row>
<row r="3" ht="12.8"><c r="A3" s="0" t="s"><v>3</v></c><c r="B3" s="0" t="n"><v>12</v></c><c r="C3" s="0" t="b">
<f aca="false">TRUE()</f><v>1</v></c></row>
<row r="1048576" ht="12.8"/></sheetData></worksheet>"""
GOOGLE_SHEETS = f"""<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<worksheet xmlns="{MAIN}" xmlns:mx="http://schemas.microsoft.com/office/mac/excel/2008/main"><sheetData>
<row r="1"><c r="A1" s="1" t="s"><v>0</v></c><c r="B1" s="1" t="s"><v>1</v></c><c r="C1" s="1"/></row>
<row r="2"><c r="A2" s="1" t="s"><v>2</v></c><c r="B2" s="1"><f t="shared" ref="B2" si="1">B3-6.5</f><v>5.5</v></c></row>
<row r="3"><c r="A3" s="1" t="s"><v>3</v></c><c r="B3" s="1"><v>12.0</v></c><c r="C3" s="1" t="b"><v>1</v></c></row>
<row r="4"><c r="A4" s="1"/></row></sheetData><drawing r:id="rId1" xmlns:r="{OFFICE}"/></worksheet>"""
WPS = f"""<worksheet xmlns="{MAIN}"
 xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"><sheetPr/>
<dimension ref="A1:C3"/><sheetData><row r="1" spans="1:3"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row>
<row r="2" spans="1:3"><c r="A2" t="s"><v>2</v></c><c r="B2"><f>B3-6.5</f><v>5.5</v></c></row>
<row r="3" spans="1:3"><c r="A3" t="s"><v>3</v></c><c r="B3"><v>12</v></c><c r="C3" t="b"><v>1</v></c></row>
</sheetData></worksheet>"""
# No places and texts in the cells, as scripts write them; another prefix, other quotes, blanks wherever XML allows them.
SCRIPT = sheet(
    '<row><c t="inlineStr"><is><t>site</t></is></c><c t="str"><v>capacity</v></c></row>'
    '<row><c t="inlineStr"><is><r><t>Chat</t></r><r><t>rapur</t></r></is></c><c><v>5.5</v></c></row>'
    '<row><c t="inlineStr"><is><t>Kol<![CDATA[lam]]></t></is></c><c><v>1&#50;</v></c><c t="b"><v>1</v></c></row>'
)
PREFIXED = (
    EXCEL.replace("<", "<x:")
    .replace("<x:/", "</x:")
    .replace("<x:?", "<?")
    .replace("xmlns=", "xmlns:x=")
    .replace('"', "'")
).replace("'>", "'\n >")


@pytest.mark.parametrize("xml", [EXCEL, LIBREOFFICE, GOOGLE_SHEETS, WPS, SCRIPT, PREFIXED, "\ufeff" + EXCEL])
def test_programs_write_the_same_table_in_their_ways(xml: str) -> None:
    assert same(package(xml, SHARED)) == TABLE


def test_days_count_from_1900_or_1904() -> None:
    """Day 1 is 1 January 1900, or 2 January 1904 in workbooks of the old Macintosh; openpyxl says the same."""
    rows = '<row><c s="2"><v>1</v></c><c s="2"><v>44927</v></c><c s="3"><v>1.5</v></c><c s="2"><v>1e9</v></c></row>'
    first, later = same(package(sheet(rows))), same(package(sheet(rows), since_1904=True))
    assert str(first[1, 0]) == "1900-01-01 00:00:00" and str(later[1, 0]) == "1904-01-02 00:00:00"
    assert (later[1, 1] - first[1, 1]).days == 1462
    assert str(first[1, 2]) == "1 day, 12:00:00" and first[1, 3] == Error("#VALUE!")


def test_formulas_without_a_value_are_noted_and_others_are_their_values() -> None:
    rows = (
        '<row><c><f>1+1</f></c><c><f>1+1</f><v>2</v></c><c t="str"><f>A1</f><v></v></c><c t="e"><v>#N/A</v></c></row>'
    )
    cells = ours(package(sheet(rows)))
    assert cells.formulas == {(1, 0), (1, 2)} and cells.odd == {1}
    assert cells.rows == [(1, [None, 2, None, Error("#N/A")])]


def test_merged_ranges_are_listed() -> None:
    merged = '<mergeCells count="2"><mergeCell ref="A1:B2"/><mergeCell ref="C1:C9"/></mergeCells>'
    assert ours(package(sheet("<row><c><v>1</v></c></row>", merged))).merged == ["A1:B2", "C1:C9"]


# ---------------------------------------------------------------- what is refused

REFUSED = {
    "rows out of order": ('<row r="2"/><row r="2"/>', "sheet one has rows out of order"),
    "a row below the last": ('<row r="1048577"/>', "more rows than a sheet can have"),
    "a row between rows": ('<row r="1.5"/>', "rows out of order"),
    "a cell far to the right": ('<row><c r="BXY1"/></row>', "has a cell beyond column BXX; delete what lies"),
    "many cells in a row": ("<row>" + "<c/>" * 2_000 + "<c><v>1</v></c></row>", "has a cell beyond column BXX"),
    "a row that never ends": ("<row>" + "<c/>" * 300_000 + "</row>", "an element that is far too long"),
    "deep XML": ("<row>" * 200 + "</row>" * 200, "elements nested too deeply"),
    "cells outside of rows": ("<c><v>1</v></c>", "has cells outside of rows"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_sheets_beyond_bounds_are_refused(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rows, words = REFUSED[name]
    monkeypatch.setattr(sheet_xml, "_PIECE", 400)  # so that bounds are looked at on the way
    with pytest.raises(Refused, match=words):
        ours(package(sheet(rows)))


def test_room_is_counted_over_all_sheets(monkeypatch: pytest.MonkeyPatch) -> None:
    """A cell far to the right in each row needs room for all before it."""
    monkeypatch.setattr(sheet_xml, "MAX_CELLS", 500)
    content = package(sheet('<row><c r="CV1"><v>1</v></c></row>' * 3))  # 100 columns
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        workbook = Workbook(content, {PART: archive.read(PART)})
    assert workbook.cells("one").room == 303
    with pytest.raises(Refused, match="too many cells"):
        workbook.cells("one")


@pytest.mark.parametrize(
    "bad", ['<row r="x"/>', '<row><c r="5"/></row>', '<row><c r="ABCD1"/></row>', "<row><c><v>five</v></c></row>"]
)
def test_what_makes_no_sense_is_no_cell(bad: str) -> None:
    """As openpyxl, which raises the same."""
    with pytest.raises(ValueError):
        ours(package(sheet(bad)))
    with pytest.raises(ValueError):
        theirs(package(sheet(bad)))


def test_a_size_that_is_only_claimed_costs_nothing() -> None:
    claimed = sheet("<row><c><v>1</v></c></row>").replace("<sheetData>", '<dimension ref="A1:XFD1048576"/><sheetData>')
    assert same(package(claimed)) == {(1, 0): 1}
