"""How good the evidence is under the decisions that matter: the grades of the sheet evidence."""

from __future__ import annotations

from collections.abc import Sequence

from ...case import Case
from ...schema import split_header
from ..ranges.weak import WEAK
from .evidence import Place


def weakest(case: Case, places: Sequence[Place]) -> list[str]:
    """How many numbers of the case are weak, and which of these options rest on such numbers."""
    rows = case.rows("evidence")
    if not rows:
        return ["The case says of none of its numbers how sure it is (sheet evidence)."]
    weak = [row for row in rows if row.confidence in WEAK]
    said = [f"{len(weak):,} of the {len(rows):,} numbers with evidence are estimates or of low confidence."]
    under: dict[str, list[str]] = {}
    for place in places:
        columns = [_column(row.column) for row in weak if (row.table, row.row) == (place.table, place.name)]
        if columns:
            under[place.name] = list(dict.fromkeys(columns))
    if under:
        named = [f"{name} ({', '.join(columns[:3])})" for name, columns in list(under.items())[:4]]
        said.append(f"Must-dos that rest on such a number in their own row: {', '.join(named)}.")
    return said


def _column(header: str) -> str:
    """The column of a header that may name a year, in words."""
    return (split_header(header)[0] or header).replace("_", " ")
