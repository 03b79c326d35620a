"""The ranges of a case as a list: what can be varied, by what name, and what cannot."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from ...book import write_study
from ...case import Case
from ...files import replace_file
from .ranges import CONFIDENCE, left_out, ranges_of, said_left_out


def ranges_table(case: Case) -> pd.DataFrame:
    """A row per range: name, low, base, high, unit, distribution, group, correlation, confidence, count, numbers, source,
    note. Numbers in the range's own unit; of several that differ, how many times the case's own they are, on average."""
    rows = [
        (
            r.name, r.low, r.base, r.high, r.unit, r.distribution, r.group, r.correlation if r.group else None, r.confidence,
            len(r.numbers), "; ".join(r.numbers), r.source, r.note,
        )
        for r in ranges_of(case)
    ]  # fmt: skip
    columns = [
        "name", "low", "base", "high", "unit", "distribution", "group", "correlation", "confidence", "count", "numbers",
        "source", "note",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def left_out_table(case: Case) -> pd.DataFrame:
    """A row per number of the evidence that is not varied alone: number, reason."""
    return pd.DataFrame([(x.number, x.reason) for x in left_out(case)], columns=["number", "reason"])


def headline(case: Case) -> str:
    """'11 ranges: 9 of them estimates or of low confidence.'"""
    weak = [r.confidence in CONFIDENCE[2:] for r in ranges_of(case)]
    return f"{len(weak)} range{'' if len(weak) == 1 else 's'}, {sum(weak)} of them estimates or of low confidence"


def write_ranges(case: Case, path: Path) -> Path:
    """The list as a workbook (.xlsx), a folder of CSV tables, or one CSV file; returns the path."""
    if path.suffix.lower() == ".csv":
        text = ranges_table(case).to_csv(index=False)
        return replace_file(path, lambda temporary: _write_text(temporary, text))
    # Units differ from row to row, so in the workbook each value stands with its own.
    shown = ranges_table(case).drop(columns="unit")
    for column, position in (("low", -1), ("base", 0), ("high", 1)):
        shown[column] = [r.shown(position) for r in ranges_of(case)]
    tables: dict[str, tuple[str, pd.DataFrame, dict[str, str]]] = {
        "ranges": ("One row a range: what moves as one. docs/ranges.md defines the columns.", shown, {}),
        "left out": ("Numbers of the evidence that are not varied alone, and why.", left_out_table(case), {}),
    }
    title = f"Ranges: {case.settings.get('name') or 'a case'}"
    return write_study(path, title, headline(case), {"What is not varied alone": said_left_out(case)}, tables)


def _write_text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
