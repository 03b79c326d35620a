"""Plans side by side: what is decided, what it costs, how it depends, and the inputs that differ."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...studies.compare import words
from ..section import Section
from .plain import records

if TYPE_CHECKING:
    import pandas as pd

    from ...studies.compare.comparing import Comparison

# Table -> heading and the kind of its sides' columns. Dependence is a share; decisions and inputs are told in words.
_TABLES = {
    "decisions": ("What is decided", "text"),
    "costs": ("Cost by item, period, country and route, discounted", "money"),
    "dependence": ("Dependence: share of the requirement exposed", "percent"),
    "mix": ("Where each stage is done or controlled: element tonnes over the horizon", "tonnes"),
    "shortage": ("Not delivered, tonnes a year", "tonnes"),
    "inputs": ("Inputs that differ", "text"),
    "steps": ("From the first to the second, input by input", "number"),
}
_WORDS = {"by", "name", "stage", "period", "country", "segment", "kind", "decision", "same", "table", "row", "column",
          "year", "status", "step", "input", "place"}  # fmt: skip


def compare_section(found: Comparison) -> Section:
    """Every table of the comparison that has rows; findings above."""
    tables = []
    for name, (title, kind) in _TABLES.items():
        frame = found.table(name)
        if len(frame):
            tables.append({"name": name, "title": title, **_table(frame, kind)})
    lead = [words.headline(found), *(line for lines in words.findings(found).values() for line in lines)]
    return Section("compare", "Plans side by side", lead, {"names": found.names, "tables": tables})


def _table(frame: pd.DataFrame, kind: str) -> dict[str, Any]:
    columns = [{"title": str(c).replace("_", " "), "kind": _kind(frame[c], str(c), kind)} for c in frame.columns]
    return {"columns": columns, "rows": records(frame)}


def _kind(column: pd.Series, name: str, kind: str) -> str:
    """Of a column: text stays text; a number is of the table's kind."""
    if name in _WORDS or column.dtype == object or column.dtype == bool:
        return "text"
    return kind
