"""Cells read straight from XML are those that openpyxl reads, whatever program wrote the sheet and however it did."""

from __future__ import annotations

import io
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
    f'<styleSheet xmlns="{MAIN}"><numFmts count="1"><numFmt numFmtId="170" formatCode="yyyy\\-mm\\-dd hh:mm"/></numFmts>'
    '<fonts count="1"><font/></fonts><fills count="1"><fill/></fills><borders count="1"><border/></borders>'
    '<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="5"><xf numFmtId="0"/><xf numFmtId="2"/>'
    '<xf numFmtId="14"/><xf numFmtId="46"/><xf numFmtId="170"/></cellXfs></styleSheet>'
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
    one = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)["one"]
    one.reset_dimensions()
    for number, row in enumerate(one.iter_rows(), start=1):
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
    ["", " ", "a", " a ", "<&>\"'", "line\nbreak", "\u00a0", "ümläut", "磁石", "\U0001f9f2", "#N/A", "#N/A ", "_x000D_", "_x005F_x", "5"]
) | st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"]), max_size=8)
numbers = st.one_of(
    st.integers(-(10**18), 10**18).map(str),
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.sampled_from(["1E3", "1e-7", "-0", "0.0", "+5", " 7 ", "44927", "44927.75", "60", "59", "-1", "2958466", "1e300"]),
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
