"""Marks: native conditional formats that point at what a reader must not overlook.

They follow the cell: change the number and the mark goes. A mark never says anything by colour alone: the cell's own
word or number says it, and marked cells are bold.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from openpyxl.formatting.rule import ColorScaleRule, FormulaRule
from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet.worksheet import Worksheet

from .sheets import letter

# Tonnes, or money, below this are arithmetic.
NOTHING = "0.000001"
_TIGHT = (PatternFill(bgColor="FFE699"), Font(bold=True, color="7F6000"))
_WRONG = (PatternFill(bgColor="F8CBAD"), Font(bold=True, color="9C0006"))


@dataclass(frozen=True)
class Mark:
    """Which columns, when (a formula over {cell}), how it looks, and how the sheet says it."""

    columns: frozenset[str]
    formula: str
    look: tuple[PatternFill, Font]
    said: str


def _mark(columns: Sequence[str], formula: str, look: tuple[PatternFill, Font], said: str) -> Mark:
    return Mark(frozenset(columns), formula, look, said)


_ABOVE = f"AND(ISNUMBER({{cell}}),{{cell}}>{NOTHING})"
SHORT = _mark(
    (
        "short", "excess", "unmet", "shortfall", "supply_shortfall", "further_unmet", "reserved_unmet", "reserved_short",
        "worst_unmet",
    ),
    _ABOVE, _WRONG, "{name} above 0",
)  # fmt: skip
PARTNER_WORTH = _mark((), f"AND(ISNUMBER({{cell}}),{{cell}}<-{NOTHING})", _WRONG, "worth to the partner below 0")
MARKS = (
    SHORT,
    _mark(("binding",), '{cell}="yes"', _TIGHT, "binding = yes"),
    _mark(("utilisation",), "AND(ISNUMBER({cell}),{cell}>=0.999)", _TIGHT, "utilisation of 99.9 % or more"),
    _mark(("result", "audit"), 'LEFT({cell},6)="FAILED"', _WRONG, "{name} FAILED"),
    _mark(
        ("status",),
        'OR({cell}="infeasible",{cell}="impossible",{cell}="time limit",{cell}="interrupted",{cell}="failed")',
        _TIGHT,
        "status other than optimal",
    ),
)


def mark_columns(sheet: Worksheet, names: Sequence[str], first: int, last: int) -> list[str]:
    """Marks the columns that have a mark, from row `first` to `last`; returns what is marked, in words.

    names: the table's columns in order, from column A on.
    """
    said = []
    for i, name in enumerate(names):
        for mark in MARKS:
            if name in mark.columns and last >= first:
                mark_area(sheet, mark, i, first, last)
                said.append(mark.said.format(name=name))
    return said


def mark_area(sheet: Worksheet, mark: Mark, column: int, first: int, last: int, width: int = 1) -> None:
    """Puts a mark on rows `first` to `last` of `width` columns from `column` (counted from 0) on."""
    fill, font = mark.look
    rule = FormulaRule([mark.formula.format(cell=f"{letter(column)}{first}")], fill=fill, font=font)
    sheet.conditional_formatting.add(f"{letter(column)}{first}:{letter(column + width - 1)}{last}", rule)


def heat(sheet: Worksheet, area: str) -> None:
    """White at 0 to orange at 1 over cells that show their number."""
    rule = ColorScaleRule(
        start_type="num", start_value=0, start_color="FFFFFF", end_type="num", end_value=1, end_color="F4B183"
    )
    sheet.conditional_formatting.add(area, rule)
