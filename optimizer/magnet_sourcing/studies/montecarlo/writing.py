"""A Monte Carlo study as a workbook that opens on its findings, or as a folder of CSV tables."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from ...book import Page, write_study
from .charts import ROWS, add_charts
from .summary import findings, headline, money_unit, percent
from .tables import tables

if TYPE_CHECKING:
    from .running import MonteCarlo

_SHARES = {"share", "share_low", "share_high", "share_below", "share_above", "share_up_to", "sorted_right", "guessing",
           "near_share_low", "near_share_high"}  # fmt: skip
_PLAIN = {"world", "worst_world", "nearest_world", "usual_year", "year", "run", "sample", "worlds", "worlds_for_1_percent"}
_CORRELATION = {"drivers": {"correlation", "low", "high"}}


def write_montecarlo(found: MonteCarlo, path: Path) -> Path:
    """Writes the study; returns the path written."""
    name = found.asked.settings.get("name") or "Case"
    described = tables(found, whole=not path.suffix)
    return write_study(
        path,
        f"{name}: Monte Carlo over {found.samples} worlds",
        headline(found),
        findings(found),
        described,
        first=_first(found),
        currency=str(found.asked.settings.get("currency") or "money"),
        figure=ROWS if found.best else 0,
        decorate=lambda book, page: _decorated(found, book, page),
    )


def _first(found: MonteCarlo) -> dict[str, pd.DataFrame]:
    """The plans side by side, in the unit of the sentences."""
    money, divisor = money_unit(found)
    rows = [
        (
            f.plan, float(f.cost.mean()) / divisor, f.mean().high / divisor, f.at(0.9).high / divisor,
            f.worst().high / divisor, percent(f.near().low), len(f.impossible), float(f.unmet.mean()),
        )
        for f in found.fates
        if len(f.worlds)
    ]  # fmt: skip
    heads = [
        "plan", "mean cost", "mean regret", "regret, 9 of 10", "worst regret", "within 1 %", "cannot be kept", "unmet, t",
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=heads)
    return {f"Plans held in every world: {money}, regret at most": frame} if rows else {}


def _decorated(found: MonteCarlo, book: Any, page: Page) -> None:
    """Formats that depend on the column's meaning, and the charts."""
    for sheet in book.worksheets[1:]:
        for head in sheet[4]:
            name = str(head.value)
            shown = "0%" if name in _SHARES else "0" if name in _PLAIN else None
            shown = "0.00" if name in _CORRELATION.get(sheet.title, ()) else shown
            for row in range(6, sheet.max_row + 1) if shown else ():
                sheet.cell(row, head.column).number_format = shown
        if sheet.title in ("summary", "thresholds", "distribution", "drivers"):
            _by_measure(sheet)
    if found.best:
        add_charts(found, book, page)


def _by_measure(sheet: Any) -> None:
    """Values of a measure that is a share are shown as percentages, row by row."""
    heads = {str(c.value): c.column for c in sheet[4]}
    amounts = {"value", "first_half", "moved", "standard_error", "from", "to", "above", "mean_below", "mean_above",
               "difference", "difference_low", "difference_high"}  # fmt: skip
    amounts |= set() if sheet.title == "drivers" else {"low", "high"}
    for row in range(6, sheet.max_row + 1):
        measure = str(sheet.cell(row, heads["measure"]).value)
        fraction = measure.split(" ")[0] not in ("cost", "unmet", "impact")
        for name in amounts & heads.keys():
            cell = sheet.cell(row, heads[name])
            large = isinstance(cell.value, (int, float)) and abs(cell.value) >= 1000
            cell.number_format = "0.0%" if fraction else "#,##0" if large else "#,##0.00"
