"""Native charts of a comparison: cost by item side by side, dependence by year, and the steps from one to the other."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pandas as pd
from openpyxl import Workbook
from openpyxl.chart import BarChart, LineChart, Reference
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.drawing.line import LineProperties
from openpyxl.worksheet.worksheet import Worksheet

from ... import cells
from ...plan_charts import COLOURS
from . import words
from .explaining import IN_ORDER
from .tables import costs, dependence

if TYPE_CHECKING:
    from ...book import Page
    from .comparing import Comparison

ROWS = 20  # of the first page, kept for the charts
_ITEMS = 7  # drawn apart; the rest are 'other'


def decorate(found: Comparison, book: Workbook, page: Page) -> None:
    """Charts on the first page, drawn from tables on a sheet of their own; shares of `dependence` as per cent."""
    sheet = book.create_sheet("chart data")
    cells.put(sheet["A1"], "What the charts are drawn from.")
    sheet["A1"].font = cells.NOTE
    sheet.column_dimensions["A"].width = 30
    row, places = 3, ["A", "F"]
    by_item = _by_item(found)
    if not by_item.empty:
        unit, _ = words.money_unit(found)
        chart, row = _stacked(sheet, row, f"Cost by item, {unit}", by_item)
        page.sheet.add_chart(chart, f"{places.pop(0)}{page.figure}")
    if found.order == IN_ORDER and all(s.change is not None for s in found.steps) and len(found.steps) > 1:
        chart, row = _waterfall(found, sheet, row)
        page.sheet.add_chart(chart, f"{places.pop(0)}{page.figure}")
    index = _index(found)
    if not index.empty:
        chart, row = _lines(sheet, row, f"Dependence on {found.case.settings['exposed_country']}, index", index)
        target = page.sheet if places else sheet
        target.add_chart(chart, f"{places[0]}{page.figure}" if places else f"H{3}")
    if "dependence" in book.sheetnames:
        for cells_of_row in book["dependence"].iter_rows(min_row=6, min_col=3):
            for cell in cells_of_row:
                cell.number_format = "0.0%"


def _by_item(found: Comparison) -> pd.DataFrame:
    """Sides down, the largest items across, in the unit of the chart."""
    _, divisor = words.money_unit(found)
    table = costs(found)
    wide = table[table["by"] == "item"].set_index("name")[found.names].astype(float).T / divisor
    wide = wide.dropna(how="all")
    kept = list(wide.columns[:_ITEMS])
    rest = wide[wide.columns[_ITEMS:]]
    wide = wide[kept].copy()
    if rest.shape[1]:
        wide["other"] = rest.sum(axis=1)
    return wide


def _index(found: Comparison) -> pd.DataFrame:
    """Periods down, sides across."""
    table = dependence(found)
    table = table[(table["stage"] == "index") & (table["period"] != "all years")]
    return table.set_index("period")[found.names].astype(float).dropna(axis=1, how="all")


def _written(sheet: Worksheet, row: int, title: str, table: pd.DataFrame, shown: str) -> int:
    """Puts a table on the sheet; returns its last row."""
    cells.put(sheet.cell(row, 1), title)
    sheet.cell(row, 1).font = cells.SUBTITLE
    for j, name in enumerate(table.columns, start=2):
        cells.put(sheet.cell(row + 1, j), str(name))
        sheet.cell(row + 1, j).font = cells.BOLD
    for i, (name, values) in enumerate(zip(table.index, table.to_numpy(), strict=True), start=row + 2):
        cells.put(sheet.cell(i, 1), str(name))
        for j, value in enumerate(values, start=2):
            cell = sheet.cell(i, j, None if value != value else float(value))
            cell.number_format = shown
    return row + 1 + len(table)


def _drawn(chart: Any, sheet: Worksheet, row: int, last: int, table: pd.DataFrame, title: str, shown: str) -> None:
    chart.title, chart.height, chart.width = title, 9.4, 15.4
    chart.title.overlay = False if hasattr(chart.title, "overlay") else None
    chart.y_axis.number_format = shown
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.x_axis.tickLblPos = "low"
    chart.y_axis.majorGridlines.spPr = GraphicalProperties(ln=LineProperties(solidFill="D9D9D9", w=6_000))
    chart.legend.position = "r"
    data = Reference(sheet, min_col=2, max_col=1 + table.shape[1], min_row=row + 1, max_row=last)
    chart.add_data(data, titles_from_data=True)
    chart.set_categories(Reference(sheet, min_col=1, min_row=row + 2, max_row=last))


def _stacked(sheet: Worksheet, row: int, title: str, table: pd.DataFrame) -> tuple[Any, int]:
    last = _written(sheet, row, title, table, "#,##0.0")
    chart: Any = BarChart()
    chart.type, chart.grouping, chart.overlap, chart.gapWidth = "col", "stacked", 100, 60
    _drawn(chart, sheet, row, last, table, title, "#,##0")
    for i, series in enumerate(chart.series):
        series.graphicalProperties.solidFill = COLOURS[i % len(COLOURS)]
    return chart, last + 2


def _lines(sheet: Worksheet, row: int, title: str, table: pd.DataFrame) -> tuple[Any, int]:
    last = _written(sheet, row, title, table, "0.0%")
    chart: Any = LineChart()
    _drawn(chart, sheet, row, last, table, title, "0%")
    for i, series in enumerate(chart.series):
        series.smooth = False
        series.graphicalProperties.line.solidFill = COLOURS[i % len(COLOURS)]
        series.graphicalProperties.line.width = 25_000
    return chart, last + 2


def _waterfall(found: Comparison, sheet: Worksheet, row: int) -> tuple[Any, int]:
    """Both ends as whole bars, each step hanging between what was before it and what is after."""
    unit, divisor = words.money_unit(found)
    start, end = (float(side.cost or 0.0) / divisor for side in found.sides)
    rows = [(found.names[0], 0.0, start, 0.0, 0.0)]
    level = start
    for s in found.steps:
        change = float(s.change or 0.0) / divisor
        rows.append((s.what, min(level, level + change), 0.0, max(change, 0.0), max(-change, 0.0)))
        level += change
    rows.append((found.names[1], 0.0, end, 0.0, 0.0))
    table = pd.DataFrame(
        [r[1:] for r in rows], index=[r[0] for r in rows], columns=["below", "cost", "dearer", "cheaper"]
    )
    title = f"From {found.names[0]} to {found.names[1]}, {unit}"
    last = _written(sheet, row, title, table, "#,##0.00")
    chart: Any = BarChart()
    chart.type, chart.grouping, chart.overlap, chart.gapWidth = "col", "stacked", 100, 40
    _drawn(chart, sheet, row, last, table, title, "#,##0")
    chart.legend = None
    for series, colour in zip(chart.series, (None, COLOURS[0], COLOURS[5], COLOURS[2]), strict=True):
        if colour is None:
            series.graphicalProperties.noFill = True
            series.graphicalProperties.line.noFill = True
        else:
            series.graphicalProperties.solidFill = colour
    # steps are small beside the whole: the axis begins near them
    levels = [start, end, *(r[1] for r in rows[1:-1])]
    spread = max(levels) - min(levels)
    if min(levels) > 0 and spread > 0:
        step = 10.0 ** math.floor(math.log10(spread))
        chart.y_axis.scaling.min = max(0.0, math.floor((min(levels) - spread) / step) * step)
    return chart, last + 2
