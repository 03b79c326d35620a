"""Native Excel charts of a plan: two abreast, and below them the small tables they are drawn from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd
from openpyxl.chart import BarChart, LineChart, Reference
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.drawing.line import LineProperties
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.worksheet import Worksheet

from . import cells, summary
from .writing import print_setup

if TYPE_CHECKING:
    from .plan import Plan

# Told apart by colour-blind readers (Okabe and Ito, 2008).
COLOURS = ("0072B2", "E69F00", "009E73", "CC79A7", "56B4E9", "D55E00", "F0E442", "000000", "999999")
_TOP, _ROWS, _COLUMNS = 4, 18, ("A", "G")  # first row of the charts, rows of each, columns they start in
_HEIGHT, _STEP, _WIDTH, _WHOLE = 9.0, 9.5, 20.5, 41.9  # cm: of a chart, from one to the next below, of two abreast
_SHORT = 8  # bars of a timeline that fit the height of one chart
_MOST_BARS = 30  # of the timeline; the earliest are drawn


@dataclass(frozen=True)
class Figure:
    """A chart and its table. kind: 'stack' (columns), 'line' (shares) or 'time' (bars from year to year)."""

    title: str
    unit: str
    table: pd.DataFrame
    kind: str


def add_charts(sheet: Worksheet, plan: Plan) -> None:
    """Cost, dependence, timeline, demand, sources, purchases and capacity over the periods."""
    sheet.sheet_view.showGridLines = False
    sheet.column_dimensions["A"].width = 26
    for column in "BCDEFGHIJKLMN":
        sheet.column_dimensions[column].width = 14
    cells.put(sheet["A1"], "The plan in charts; the tables they are drawn from stand below them.")
    sheet["A1"].font = cells.NOTE
    cells.link(sheet["A2"], "Answer", "back to the answer")
    figures = [f for f in _figures(plan) if not f.table.empty]
    places, slots = _places(figures)
    row = _TOP + _ROWS * slots
    for figure, (down, across) in zip(figures, places, strict=True):
        row, chart = _drawn(sheet, row, figure)
        sheet.add_chart(chart, f"{_COLUMNS[across]}{_TOP + down * _ROWS}")
    for down in range(2, slots + 1, 2):  # two on a page, then the tables
        sheet.row_breaks.append(Break(_TOP + down * _ROWS - 1))
    print_setup(sheet)
    sheet.print_area = f"A1:N{row - 1}"


def _places(figures: list[Figure]) -> tuple[list[tuple[int, int]], int]:
    """Row and column of each chart, and how many rows there are: two abreast; a timeline has the whole width."""
    places, taken = [], 0
    for figure in figures:
        taken += taken % 2 if figure.kind == "time" else 0
        places.append(divmod(taken, 2))
        taken += 2 * _slots(figure) if figure.kind == "time" else 1
    return places, -(-taken // 2)


def _slots(figure: Figure) -> int:
    """Rows of charts that it is high."""
    return 2 if figure.kind == "time" and len(figure.table) > _SHORT else 1


def _figures(plan: Plan) -> list[Figure]:
    money, divisor = summary.money_unit(plan)
    country = plan.case.settings.get("exposed_country") or "the exposed country"
    return [
        Figure("Cost a year by item", f"{money}/y", _costs(plan, "item") / divisor, "stack"),
        Figure(f"Dependence on {country} by stage", "share of requirement", _dependence(plan), "line"),
        Figure(f"Index, and what is free of {country}", "share", _index_and_free(plan), "line"),
        Figure("Demand delivered and short", "t/y", _demand(plan), "stack"),
        Figure("Builds and contracts: lead time, then use", "year", _timeline(plan), "time"),
        Figure("First stage by country", "t element/y", _first_stage(plan), "stack"),
        Figure("Purchases by origin", f"{money}/y", _costs(plan, "country", "purchase") / divisor, "stack"),
        Figure("Capacity by facility in use", "t/y", _capacity(plan), "stack"),
    ]


# ---------------------------------------------------------------- the tables


def _wide(rows: pd.DataFrame, by: str, value: str) -> pd.DataFrame:
    """Periods down, the largest of `by` across; empty without rows."""
    if rows.empty:
        return pd.DataFrame()
    return _largest(rows.pivot_table(index="period", columns=by, values=value, aggfunc="sum").fillna(0))


def _costs(plan: Plan, by: str, item: str = "") -> pd.DataFrame:
    """What is spent each year, undiscounted, of all items or of one."""
    costs = plan.tables["costs"]
    return _wide(costs[costs["item"] == item] if item else costs, by, "amount")


def _dependence(plan: Plan) -> pd.DataFrame:
    wide = summary.dependence_by_year(plan).T
    return wide.loc[:, (wide.abs() > 1e-9).any()] if not wide.empty else wide


def _index_and_free(plan: Plan) -> pd.DataFrame:
    """The index and the free share of delivery, in which both are known."""
    if not plan.index or not plan.free_share:
        return pd.DataFrame()
    return pd.DataFrame({"index": pd.Series(plan.index), "free share of delivery": pd.Series(plan.free_share)})


def _demand(plan: Plan) -> pd.DataFrame:
    rows = summary.demand_by_segment(plan)
    wide = rows.pivot_table(index="period", columns="segment", values="delivered", aggfunc="sum")
    wide["short"] = rows.groupby("period")["short"].sum()
    return _largest(wide)


def _first_stage(plan: Plan) -> pd.DataFrame:
    exposure = plan.tables["exposure"]
    first = next((r.stage for r in plan.case.rows("stages") if r.stage in set(exposure["stage"])), None)
    return _wide(exposure[exposure["stage"] == first], "country", "exposure")


def _capacity(plan: Plan) -> pd.DataFrame:
    return _wide(plan.tables["capacity"], "facility", "used")


def _timeline(plan: Plan) -> pd.DataFrame:
    """What is decided, in the order of time: year decided, years until it works, years it works within the horizon."""
    last = plan.case.rows("periods")[-1]
    end = float(last.period + last.years)
    bars = []
    for r in plan.tables["signings"].itertuples():
        until = end if r.active_to is None or r.active_to != r.active_to else min(float(r.active_to), end)
        bars.append((f"{r.route}", float(r.period), float(r.active_from), until))
    for r in plan.tables["builds"].itertuples():
        bars.append((f"{r.expansion}, {r.size:,.0f} t/y", float(r.period), float(r.available_from), end))
    bars.sort(key=lambda bar: (bar[1], bar[2], bar[0]))
    rows = [
        (decided, max(0.0, min(works, end) - decided), max(0.0, until - works)) for _, decided, works, until in bars
    ]
    frame = pd.DataFrame(rows, columns=["decided", "lead time", "in use"], index=[name for name, *_ in bars])
    return frame.head(_MOST_BARS)


def _largest(wide: pd.DataFrame, most: int = 8) -> pd.DataFrame:
    """The columns that matter; the rest as 'other'."""
    wide = wide.loc[:, (wide.abs() > 1e-9).any()]
    order = wide.abs().sum().sort_values(ascending=False).index
    kept = wide[list(order[:most])].copy()
    if len(order) > most:
        kept["other"] = wide[list(order[most:])].sum(axis=1)
    return kept


# ---------------------------------------------------------------- the charts


def _drawn(sheet: Worksheet, row: int, figure: Figure) -> tuple[int, Any]:
    """Writes the table; returns the row after it, and the chart."""
    table = figure.table
    head, last = row + 1, row + 1 + len(table)
    _write(sheet, row, figure)
    chart: Any = {"line": LineChart, "stack": BarChart, "time": BarChart}[figure.kind]()
    chart.title, chart.width = figure.title, _WHOLE if figure.kind == "time" else _WIDTH
    chart.height = _HEIGHT + (_slots(figure) - 1) * _STEP
    chart.add_data(
        Reference(sheet, min_col=2, max_col=1 + len(table.columns), min_row=head, max_row=last), titles_from_data=True
    )
    chart.set_categories(Reference(sheet, min_col=1, min_row=head + 1, max_row=last))
    chart.y_axis.title, chart.x_axis.title = figure.unit, None if figure.kind == "time" else "year"
    chart.y_axis.delete = chart.x_axis.delete = False
    chart.y_axis.majorGridlines.spPr = GraphicalProperties(ln=LineProperties(solidFill="D9D9D9", w=6_000))
    chart.x_axis.tickLblPos = "low"
    chart.legend.position = "r"
    shape: Callable[[Any, Figure], None] = {"line": _lines, "stack": _stacked, "time": _bars}[figure.kind]
    shape(chart, figure)
    return last + 2, chart


def _write(sheet: Worksheet, row: int, figure: Figure) -> None:
    cells.put(sheet.cell(row, 1), f"{figure.title} ({figure.unit})")
    sheet.cell(row, 1).font = cells.SUBTITLE
    for j, name in enumerate(("" if figure.kind == "time" else "period", *figure.table.columns), start=1):
        cell = sheet.cell(row + 1, j)
        cells.put(cell, str(name))
        cell.font, cell.alignment = cells.BOLD, cells.WRAP if j == 1 else cells.WRAP_RIGHT
    if any(len(str(name)) > 13 for name in figure.table.columns):
        sheet.row_dimensions[row + 1].height = 31
    shown = {"line": "0%", "stack": "#,##0.0", "time": "0.##"}[figure.kind]
    for i, (name, values) in enumerate(zip(figure.table.index, figure.table.to_numpy(), strict=True), start=row + 2):
        cells.put(sheet.cell(i, 1), str(name))
        for j, value in enumerate(values, start=2):
            cell = sheet.cell(i, j, None if value != value else float(value))
            cell.number_format = shown


def _lines(chart: Any, figure: Figure) -> None:
    """Shares over the years; the last of several, or the index, is drawn thick, and dashes help where colours do not."""
    chart.y_axis.number_format, chart.x_axis.number_format = "0%", "0"
    chart.y_axis.scaling.min = 0
    if figure.table.max().max() <= 1:
        chart.y_axis.scaling.max = 1
    for i, (series, name) in enumerate(zip(chart.series, figure.table.columns, strict=True)):
        line = series.graphicalProperties.line
        series.smooth = False
        line.solidFill, line.width = COLOURS[i % len(COLOURS)], 38_000 if name == "index" else 19_000
        line.dashStyle = None if name == "index" else ("solid", "dash", "sysDot")[i % 3]


def _stacked(chart: Any, figure: Figure) -> None:
    chart.type, chart.grouping, chart.overlap, chart.gapWidth = "col", "stacked", 100, 40
    chart.y_axis.number_format, chart.x_axis.number_format = "#,##0", "0"
    for i, series in enumerate(chart.series):
        series.graphicalProperties.solidFill = COLOURS[i % len(COLOURS)]


def _bars(chart: Any, figure: Figure) -> None:
    """Bars from the year of decision on: stacked on an invisible one that reaches up to it."""
    chart.type, chart.grouping, chart.overlap, chart.gapWidth = "bar", "stacked", 100, 30
    first = int(figure.table["decided"].min())
    end = figure.table.sum(axis=1).max()
    chart.y_axis.scaling.min, chart.y_axis.scaling.max = first, -(-end // 1)
    chart.y_axis.majorUnit = 1 if end - first <= 12 else 5
    chart.y_axis.number_format = "0"
    chart.x_axis.scaling.orientation = "maxMin"  # the first decision on top
    chart.y_axis.crosses = "max"  # the years below
    hidden, lead, used = chart.series
    hidden.graphicalProperties.noFill = True
    hidden.graphicalProperties.line.noFill = True
    lead.graphicalProperties.solidFill, used.graphicalProperties.solidFill = COLOURS[8], COLOURS[0]
    chart.x_axis.tickLblSkip = 1
