"""Plans side by side: what is decided, what it costs, how it depends, and the inputs that differ."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from ...studies.compare import words
from ..section import Section
from .plain import column, plain, records

if TYPE_CHECKING:
    from ...studies.compare.comparing import Comparison

# Table -> heading and what the numbers of its sides are. Decisions, inputs and steps are told in words.
_TABLES = {
    "decisions": ("What is decided", "text"),
    "costs": ("Cost by item, period, country and route, discounted", "money"),
    "dependence": ("Dependence: share of the requirement exposed", "percent"),
    "mix": ("Where each stage is done or controlled: element tonnes over the horizon", "number"),
    "shortage": ("Not delivered, tonnes a year", "number"),
    "inputs": ("Inputs that differ", "text"),
    "steps": ("What explains the difference, input by input", "money"),
}
_WORDS = ("period", "year", "same", "inputs", "within_the_gap")


def compare_section(found: Comparison) -> Section:
    """Every table of the comparison that has rows; findings above."""
    tables = []
    for name, (title, kind) in _TABLES.items():
        frame = found.table(name)
        if len(frame):
            tables.append({"name": name, "title": title, **_table(found, frame, kind)})
    said = [line for lines in words.findings(found).values() for line in lines]
    data = {"names": found.names, "tables": tables, "said": said}
    return Section("compare", "Plans side by side", [words.headline(found)], data)


def _table(found: Comparison, frame: pd.DataFrame, kind: str) -> dict[str, Any]:
    """Numbers of the sides in the table's unit, money in millions where costs are; words as they are."""
    unit, divisor = words.money_unit(found)
    columns, shown = [], frame.copy()
    for name in map(str, frame.columns):
        if kind == "text" or name in _WORDS or not pd.api.types.is_numeric_dtype(frame[name].dtype):
            columns.append(column(name.replace("_", " ")))
            shown[name] = [None if (x := plain(value)) is None else _said(x) for value in frame[name]]
        elif kind == "money":
            columns.append(column(name, "number", unit, 2))
            shown[name] = frame[name] / divisor
        else:
            columns.append(column(name, "percent" if kind == "percent" else "number"))
    return {"columns": columns, "rows": records(shown)}


def _said(value: Any) -> str:
    return (
        {True: "yes", False: "no"}[value]
        if isinstance(value, bool)
        else f"{value:,.6g}"
        if isinstance(value, float)
        else str(value)
    )
