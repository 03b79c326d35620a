"""Native Excel charts of a sensitivity study: tornados and a spider, each beside the small table it is drawn from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from openpyxl.chart import BarChart, LineChart, Reference
from openpyxl.chart.layout import Layout, ManualLayout
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.drawing.line import LineProperties
from openpyxl.worksheet.worksheet import Worksheet

from ... import cells
from ...plan_charts import COLOURS
from ...sheets import letter
from ...writing import print_setup
from .findings import amounts, drawn

if TYPE_CHECKING:
    from ...book import Page
    from .studying import Sensitivity

# Bars of a chart: more cannot be read on a page.
MOST = 20
# Height of a row of a sheet, in cm.
_ROW = 0.53
_HEAD = 3


def rows_for(found: Sensitivity) -> int:
    """Rows of the first page that the tornado of cost covers."""
    return round(_height(len(drawn(found, "cost")[:MOST])) / _ROW) + 1 if found.bars else 0


def _height(bars: int) -> float:
    """In cm, of a tornado."""
    return max(6.0, min(13.0, 3.4 + 0.6 * bars))


def decorate(found: Sensitivity, book: Any, page: Page) -> None:
    """The tornado of cost on the first page, all charts and their numbers on the sheet `charts`."""
    if not found.bars:
        return
    sheet = book.create_sheet("charts", 1)
    sheet.sheet_view.showGridLines = False
    cells.put(sheet["A1"], "What the charts are drawn from.")
    sheet["A1"].font = cells.NOTE
    sheet.column_dimensions["A"].width = 44
    row = _HEAD
    for measure in found.asked.measures:
        bars = drawn(found, measure)[:MOST]
        if bars:
            last = _tornado_rows(sheet, found, measure, row)
            sheet.add_chart(_tornado(sheet, found, measure, row, last), f"F{row}")
            if measure == "cost":
                page.sheet.add_chart(_tornado(sheet, found, measure, row, last), f"A{page.figure}")
            row = max(last, row + round(_height(len(bars)) / _ROW)) + 3
    if found.spider:
        last = _spider_rows(sheet, found, row)
        sheet.add_chart(_spider(sheet, found, row, last), f"{letter(len(found.spider) + 2)}{row}")
    print_setup(sheet)


def _head(sheet: Worksheet, row: int, title: str, heads: Sequence[str]) -> None:
    cells.put(sheet.cell(row, 1), title)
    sheet.cell(row, 1).font = cells.SUBTITLE
    for j, text in enumerate(heads, start=1):
        cell = sheet.cell(row + 1, j)
        cells.put(cell, text)
        cell.font, cell.alignment = cells.BOLD, cells.WRAP


def _tornado_rows(sheet: Worksheet, found: Sensitivity, measure: str, row: int) -> int:
    """Range, change at the low and at the high end, in the unit of the axis; the last row."""
    as_ = amounts(found, measure)
    unit = "percentage points" if as_.share else as_.unit
    title = f"Change of {measure}, {unit}".rstrip(", ")
    _head(sheet, row, title, ("range", "low end", "high end"))
    r = row + 1
    for r, b in enumerate(drawn(found, measure)[:MOST], start=row + 2):
        note = "" if b.full else " (screened)"
        cells.put(sheet.cell(r, 1), f"{_short(b.range.name)}: {b.range.shown(-1.0)} to {b.range.shown(1.0)}{note}")
        for j, e in ((2, b.low), (3, b.high)):
            change = b.change(e, measure) if e in b.ends else 0.0
            cell = sheet.cell(r, j, None if change is None else change / as_.divisor)
            cell.number_format = "#,##0.00"
    return r


def _short(name: str) -> str:
    return name if len(name) <= 44 else name[:41] + "..."


def _tornado(sheet: Worksheet, found: Sensitivity, measure: str, row: int, last: int) -> Any:
    """Both ends on one line of each range, from the case as it stands; the longest bar on top.

    Not stacked but laid over each other, so that two ends on the same side are both drawn from the middle.
    """
    chart: Any = BarChart()
    chart.type, chart.grouping, chart.overlap, chart.gapWidth = "bar", "clustered", 100, 35
    chart.add_data(Reference(sheet, min_col=2, max_col=3, min_row=row + 1, max_row=last), titles_from_data=True)
    chart.set_categories(Reference(sheet, min_col=1, min_row=row + 2, max_row=last))
    for series, colour in zip(chart.series, (COLOURS[0], COLOURS[1]), strict=True):
        series.graphicalProperties.solidFill = colour
        series.invertIfNegative = False
    chart.title = str(sheet.cell(row, 1).value) + ", against the case as it stands"
    chart.title.overlay = False
    chart.x_axis.scaling.orientation = "maxMin"
    chart.x_axis.tickLblPos = "low"
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.y_axis.number_format = "#,##0.##" if amounts(found, measure).share else "#,##0"
    # With the order of ranges turned round the axis of money would stand on top.
    chart.y_axis.crosses = "max"
    chart.y_axis.majorGridlines.spPr = GraphicalProperties(ln=LineProperties(solidFill="D9D9D9", w=6_000))
    chart.legend.position = "b"
    chart.height, chart.width = _height(last - row - 1), 30
    return chart


def _spider_rows(sheet: Worksheet, found: Sensitivity, row: int) -> int:
    """Position and, for each range, cost at it, in the unit of the axis; blank where there is no plan."""
    as_ = amounts(found, "cost")
    _head(sheet, row, f"Cost along each range, {as_.unit}", ("position", *(_short(r.name) for r, _ in found.spider)))
    positions = sorted({e.position for _, ends in found.spider for e in ends})
    names = {-1.0: "low", 0.0: "as it stands", 1.0: "high"}
    for i, position in enumerate(positions, start=row + 2):
        cells.put(sheet.cell(i, 1), names.get(position, "half way to low" if position < 0 else "half way to high"))
        for j, (_, ends) in enumerate(found.spider, start=2):
            cost = next((e.value("cost") for e in ends if e.position == position), None)
            cell = sheet.cell(i, j, None if cost is None else cost / as_.divisor)
            cell.number_format = "#,##0.0"
    return row + 1 + len(positions)


def _spider(sheet: Worksheet, found: Sensitivity, row: int, last: int) -> Any:
    chart: Any = LineChart()
    chart.add_data(
        Reference(sheet, min_col=2, max_col=1 + len(found.spider), min_row=row + 1, max_row=last), titles_from_data=True
    )
    chart.set_categories(Reference(sheet, min_col=1, min_row=row + 2, max_row=last))
    for i, series in enumerate(chart.series):
        series.smooth = False
        series.marker.symbol = "circle"
        series.marker.graphicalProperties = GraphicalProperties(solidFill=COLOURS[i % len(COLOURS)])
        series.graphicalProperties.line.solidFill = COLOURS[i % len(COLOURS)]
        series.graphicalProperties.line.width = 22_000
    chart.title = str(sheet.cell(row, 1).value)
    chart.title.overlay = False
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.x_axis.tickLblPos = "low"
    chart.y_axis.number_format = "#,##0"
    chart.display_blanks = "span"
    chart.legend.position = "r"
    chart.height, chart.width = 10.5, 28
    chart.layout = Layout(manualLayout=ManualLayout(xMode="edge", yMode="edge", x=0.07, y=0.12, w=0.6, h=0.74))
    return chart
