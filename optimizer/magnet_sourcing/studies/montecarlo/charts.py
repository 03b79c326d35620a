"""Native Excel charts of a Monte Carlo study, each drawn from a small table on the sheet `charts`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from openpyxl.chart import BarChart, LineChart, Reference
from openpyxl.worksheet.worksheet import Worksheet

from ... import cells
from ...book import Page
from ...plan_charts import COLOURS
from ...writing import print_setup
from . import statistics
from .summary import money_unit

if TYPE_CHECKING:
    from .running import MonteCarlo

ROWS = 19  # of the first page, kept for two charts
_BARS = 10  # decisions drawn


def add_charts(found: MonteCarlo, book: Any, page: Page) -> None:
    """How cost spreads and what is decided on the first page; the others on the sheet of the tables."""
    sheet = book.create_sheet("charts")
    sheet.sheet_view.showGridLines = False
    sheet.column_dimensions["A"].width = 34
    for column in "BCDE":
        sheet.column_dimensions[column].width = 15
    cells.put(sheet["A1"], "What the charts are drawn from.")
    sheet["A1"].font = cells.NOTE
    row = 4  # the way back to the answer above
    money, divisor = money_unit(found)
    row = _spread(found, sheet, row, "cost", f"Cost, {money}", divisor, "#,##0.0", page)
    row = _frequencies(found, sheet, row, page)
    if "index" in found.measures:
        row = _spread(found, sheet, row, "index", "Dependence index", 1.0, "0%", None)
    _regret(found, sheet, row, money, divisor)
    print_setup(sheet, landscape=True)


def _spread(
    found: MonteCarlo, sheet: Worksheet, row: int, measure: str, title: str, divisor: float, shown: str, page: Page | None
) -> int:
    """Histogram, and the share of worlds up to each bin's end on an axis of its own."""
    values = found.values(measure)
    bins = statistics.histogram(values)
    done = np.cumsum([n for _, _, n in bins]) / len(values)
    rows = [(high / divisor, n, share) for (_, high, n), share in zip(bins, done, strict=True)]
    head, last = _table(sheet, row, f"{title}: worlds in bins of equal width", ("up to", "worlds", "share of worlds up to"),
                        rows, (shown, "0", "0%"))  # fmt: skip
    bars = _bars(title, "worlds", "col")
    bars.add_data(Reference(sheet, min_col=2, min_row=head, max_row=last), titles_from_data=True)
    bars.set_categories(Reference(sheet, min_col=1, min_row=head + 1, max_row=last))
    bars.series[0].graphicalProperties.solidFill = COLOURS[0]
    bars.gapWidth, bars.x_axis.number_format = 5, shown
    curve: Any = LineChart()
    curve.add_data(Reference(sheet, min_col=3, min_row=head, max_row=last), titles_from_data=True)
    curve.series[0].smooth = False
    curve.series[0].graphicalProperties.line.solidFill = COLOURS[1]
    curve.y_axis.axId, curve.y_axis.crosses, curve.y_axis.delete = 200, "max", False
    curve.y_axis.scaling.min, curve.y_axis.scaling.max, curve.y_axis.number_format = 0, 1, "0%"
    curve.y_axis.majorGridlines = None
    bars += curve
    bars.legend.position = "b"
    return _placed(bars, sheet, row, last, page, "A")


def _frequencies(found: MonteCarlo, sheet: Worksheet, row: int, page: Page) -> int:
    overall = [f for f in found.frequencies[0] if f.worlds or f.stands][:_BARS]
    if not overall:
        return row
    rows = [(f"{f.kind} {f.name}", f.share.value, f.share.low, f.share.high) for f in overall]
    heads = ("decision", "share of worlds", "at least", "at most")
    head, last = _table(sheet, row, "Decisions: share of worlds whose best plan takes them", heads, rows,
                        ("@", "0%", "0%", "0%"))  # fmt: skip
    bars = _bars("What is decided, share of worlds", "", "bar")
    bars.add_data(Reference(sheet, min_col=2, min_row=head, max_row=last), titles_from_data=True)
    bars.set_categories(Reference(sheet, min_col=1, min_row=head + 1, max_row=last))
    bars.series[0].graphicalProperties.solidFill = COLOURS[2]
    bars.x_axis.scaling.orientation = "maxMin"  # the most frequent on top
    bars.x_axis.tickLblSkip = 1
    bars.y_axis.scaling.min, bars.y_axis.scaling.max, bars.y_axis.number_format = 0, 1, "0%"
    bars.legend = None
    return _placed(bars, sheet, row, last, page, "G")


def _regret(found: MonteCarlo, sheet: Worksheet, row: int, money: str, divisor: float) -> None:
    told = [f for f in found.fates if len(f.worlds)]
    if not told:
        return
    rows = [(f.plan, *(span.high / divisor for span in (f.mean(), f.at(0.9), f.worst()))) for f in told]
    heads = ("plan", "mean", "nine of ten below", "worst world")
    head, last = _table(sheet, row, f"Regret of plans at most, {money}", heads, rows, ("@", *["#,##0.0"] * 3))
    bars = _bars("Regret of plans, at most", money, "col")
    bars.add_data(Reference(sheet, min_col=2, max_col=4, min_row=head, max_row=last), titles_from_data=True)
    bars.set_categories(Reference(sheet, min_col=1, min_row=head + 1, max_row=last))
    for series, colour in zip(bars.series, COLOURS, strict=False):
        series.graphicalProperties.solidFill = colour
    bars.y_axis.number_format = "#,##0"
    bars.legend.position = "b"
    _placed(bars, sheet, row, last, None, "")


def _bars(title: str, unit: str, kind: str) -> Any:
    chart: Any = BarChart()
    chart.type, chart.title, chart.gapWidth = kind, title, 40
    chart.height, chart.width = 9.0, 17.5
    if unit:
        chart.y_axis.title = unit
    chart.y_axis.delete = chart.x_axis.delete = False
    chart.x_axis.tickLblPos = "low"
    chart.title.overlay = False if hasattr(chart.title, "overlay") else None
    return chart


def _placed(chart: Any, sheet: Worksheet, row: int, last: int, page: Page | None, column: str) -> int:
    """On the first page at a column, or beside its table; returns the row after both."""
    if page is not None:
        page.sheet.add_chart(chart, f"{column}{page.figure}")
        return last + 3
    sheet.add_chart(chart, f"G{row}")
    return max(last, row + 19) + 3


def _table(
    sheet: Worksheet, row: int, title: str, heads: Sequence[str], rows: Sequence[Sequence[Any]], formats: Sequence[str]
) -> tuple[int, int]:
    """Writes a table; returns the row of its heads and its last row."""
    cells.put(sheet.cell(row, 1), title)
    sheet.cell(row, 1).font = cells.SUBTITLE
    head = row + 1
    for j, text in enumerate(heads, start=1):
        cell = sheet.cell(head, j, text)
        cell.font, cell.alignment = cells.BOLD, cells.WRAP
    for i, values in enumerate(rows, start=head + 1):
        for j, (value, shown) in enumerate(zip(values, formats, strict=True), start=1):
            cell = sheet.cell(i, j)
            cells.put(cell, value)
            cell.font, cell.number_format = cells.BODY, shown
    return head, head + len(rows)
