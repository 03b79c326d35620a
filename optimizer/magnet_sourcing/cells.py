"""How our workbooks look, and how text from outside is kept text."""

from __future__ import annotations

import re
from typing import Any

from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.worksheet.hyperlink import Hyperlink

FONT = "Calibri"
BODY = Font(name=FONT, size=11)
BOLD = Font(name=FONT, size=11, bold=True)
HEADER = Font(name=FONT, size=11, bold=True, color="FFFFFF")
TITLE = Font(name=FONT, size=18, bold=True, color="1F3864")
SUBTITLE = Font(name=FONT, size=13, bold=True, color="1F3864")
UNIT = Font(name=FONT, size=9, italic=True, color="595959")
NOTE = Font(name=FONT, size=10, italic=True, color="595959")
LINK = Font(name=FONT, size=11, underline="single", color="0563C1")
LINE_LINK = Font(name=FONT, size=11, color="0563C1")  # a sentence that is a link
HEADER_FILL = PatternFill("solid", fgColor="1F3864")
REQUIRED_FILL = PatternFill("solid", fgColor="7F6000")
UNIT_FILL = PatternFill("solid", fgColor="F2F2F2")
TOTAL_FILL = PatternFill("solid", fgColor="DDEBF7")
THIN = Border(bottom=Side(style="thin", color="BFBFBF"))
WRAP = Alignment(wrap_text=True, vertical="top")
WRAP_RIGHT = Alignment(horizontal="right", wrap_text=True, vertical="top")
WRAP_LEFT = Alignment(horizontal="left", wrap_text=True, vertical="top")
RIGHT = Alignment(horizontal="right")
TOP = Alignment(vertical="top")


_UNFIT = re.compile(rf"{ILLEGAL_CHARACTERS_RE.pattern}|[\ud800-\udfff\ufffe\uffff]")


class Total(str):
    """A formula of ours; no other text is ever run as one."""


def clean(text: str) -> str:
    """Text without the characters that no workbook can hold."""
    return _UNFIT.sub("", text)


def fit(text: str) -> str:
    """Text as a cell can hold it."""
    return clean(text)[:32_000]


def put(cell: Any, value: Any) -> None:
    """Writes a value; text that a spreadsheet would run as a formula stays text."""
    if isinstance(value, Total):
        cell.value = str(value)
        return
    if isinstance(value, str):
        value = fit(value)
        cell.value = value
        cell.data_type = "s"  # also where openpyxl takes it for a formula ('=1+1') or an error ('#N/A')
        if value[:1] in ("=", "+", "-", "@", "\t", "{"):
            cell.quotePrefix = True
        return
    cell.value = value.item() if hasattr(value, "item") else value


def link(cell: Any, sheet: str, text: str, to: str = "A1") -> None:
    """A link to a cell of another sheet of the workbook; the text is put as text."""
    put(cell, text)
    point(cell, sheet, to)


def point(cell: Any, sheet: str, to: str = "A1", font: Font = LINK) -> None:
    """Makes what a cell shows a link to a cell of another sheet of the workbook."""
    quoted = sheet.replace("'", "''")
    cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"'{quoted}'!{to}")
    cell.font = font
