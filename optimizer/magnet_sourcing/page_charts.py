"""Bars drawn from a small table of a study's first page."""

from __future__ import annotations

from typing import Any

from openpyxl.chart import BarChart, Reference

from .book import Page
from .cells import clean
from .plan_charts import COLOURS

ROWS = 19  # of the page, kept for the bars


def draw_bars(page: Page, table: str, columns: tuple[int, int], title: str, unit: str, number: str) -> None:
    """Bars of the columns (first, last, from 1) of a small table by its first column, in the space left for a figure.

    A table that is not on the page draws nothing. number: format of the axis.
    """
    area = page.tables.get(table)
    if area is None or area.last == area.heads:
        return
    first, last = columns
    chart: Any = BarChart()
    chart.type, chart.grouping, chart.gapWidth = "bar", "clustered", 60
    chart.title, chart.height, chart.width = clean(title), 9.6, 30
    chart.add_data(
        Reference(page.sheet, min_col=first, max_col=last, min_row=area.heads, max_row=area.last), titles_from_data=True
    )
    chart.set_categories(Reference(page.sheet, min_col=1, min_row=area.heads + 1, max_row=area.last))
    chart.y_axis.title, chart.y_axis.number_format = clean(unit), number
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.x_axis.scaling.orientation, chart.y_axis.crosses, chart.x_axis.tickLblSkip = "maxMin", "max", 1
    chart.legend.position = "b"
    if first == last:
        chart.legend = None
    for i, series in enumerate(chart.series):
        series.graphicalProperties.solidFill = COLOURS[i % len(COLOURS)]
    page.sheet.add_chart(chart, f"A{page.figure}")
