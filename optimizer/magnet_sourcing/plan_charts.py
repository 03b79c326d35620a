"""Native Excel charts of a plan, each beside the small table it is drawn from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
from openpyxl.chart import BarChart, LineChart, Reference
from openpyxl.worksheet.worksheet import Worksheet

from . import cells, summary
from .writing import print_setup

if TYPE_CHECKING:
    from .plan import Plan

# Told apart by colour-blind readers (Okabe and Ito, 2008).
COLOURS = ("0072B2", "E69F00", "009E73", "CC79A7", "56B4E9", "D55E00", "F0E442", "000000", "999999")


def add_charts(sheet: Worksheet, plan: Plan) -> None:
    """Cost, dependence, demand, first-stage sources and capacity over the periods."""
    sheet.sheet_view.showGridLines = False
    sheet.column_dimensions["A"].width = 26
    for column in "BCDEFGHIJ":
        sheet.column_dimensions[column].width = 14
    money, divisor = summary.money_unit(plan)
    cells.put(sheet["A1"], "The plan in charts, each beside the table it is drawn from.")
    sheet["A1"].font = cells.NOTE
    cells.link(sheet["A2"], "Answer", "back to the answer")
    row = 4
    for title, unit, table, kind in (
        ("Cost a year by item", money, _cost_by_year(plan) / divisor, "stack"),
        ("Dependence by stage", "share of requirement", _dependence(plan), "line"),
        ("Demand delivered and short", "t/y", _demand(plan), "stack"),
        ("First stage by country", "t element/y", _first_stage(plan), "stack"),
        ("Capacity by facility in use", "t/y", _capacity(plan), "stack"),
    ):
        if not table.empty:
            row = _chart(sheet, row, title, unit, table, kind)
    print_setup(sheet)
    sheet.print_area = f"A1:U{row}"


def _cost_by_year(plan: Plan) -> pd.DataFrame:
    costs = plan.tables["costs"]
    if costs.empty:
        return pd.DataFrame()
    wide = costs.pivot_table(index="period", columns="item", values="amount", aggfunc="sum").fillna(0)
    return _largest(wide)


def _dependence(plan: Plan) -> pd.DataFrame:
    wide = summary.dependence_by_year(plan).T
    return wide.loc[:, (wide.abs() > 1e-9).any()] if not wide.empty else wide


def _demand(plan: Plan) -> pd.DataFrame:
    rows = summary.demand_by_segment(plan)
    wide = rows.pivot_table(index="period", columns="segment", values="delivered", aggfunc="sum")
    wide["short"] = rows.groupby("period")["short"].sum()
    return _largest(wide)


def _first_stage(plan: Plan) -> pd.DataFrame:
    exposure = plan.tables["exposure"]
    first = next((r.stage for r in plan.case.rows("stages") if r.stage in set(exposure["stage"])), None)
    rows = exposure[exposure["stage"] == first]
    if rows.empty:
        return pd.DataFrame()
    return _largest(rows.pivot_table(index="period", columns="country", values="exposure", aggfunc="sum").fillna(0))


def _capacity(plan: Plan) -> pd.DataFrame:
    rows = plan.tables["capacity"]
    if rows.empty:
        return pd.DataFrame()
    return _largest(rows.pivot_table(index="period", columns="facility", values="used", aggfunc="sum").fillna(0))


def _largest(wide: pd.DataFrame, most: int = 8) -> pd.DataFrame:
    """The columns that matter; the rest as 'other'."""
    wide = wide.loc[:, (wide.abs() > 1e-9).any()]
    order = wide.abs().sum().sort_values(ascending=False).index
    kept = wide[list(order[:most])].copy()
    if len(order) > most:
        kept["other"] = wide[list(order[most:])].sum(axis=1)
    return kept


def _chart(sheet: Worksheet, row: int, title: str, unit: str, table: pd.DataFrame, kind: str) -> int:
    """Writes the table, draws it beside, and returns the row after both."""
    cells.put(sheet.cell(row, 1), f"{title} ({unit})")
    sheet.cell(row, 1).font = cells.SUBTITLE
    head = row + 1
    sheet.cell(head, 1, "period").font = cells.BOLD
    for j, name in enumerate(table.columns, start=2):
        cell = sheet.cell(head, j)
        cells.put(cell, str(name))
        cell.font, cell.alignment = cells.BOLD, cells.WRAP
    share = kind == "line"
    for i, (period, values) in enumerate(zip(table.index, table.to_numpy(), strict=True), start=head + 1):
        sheet.cell(i, 1, str(period)).font = cells.BODY
        for j, value in enumerate(values, start=2):
            cell = sheet.cell(i, j, None if value != value else float(value))
            cell.number_format, cell.font = ("0%" if share else "#,##0.0"), cells.BODY
    last = head + len(table)
    chart: Any = LineChart() if share else BarChart()
    if not share:
        chart.type, chart.grouping, chart.overlap, chart.gapWidth = "col", "stacked", 100, 40
    chart.title, chart.height, chart.width = title, 8.5, 20
    chart.y_axis.title, chart.y_axis.number_format = unit, "0%" if share else "#,##0"
    chart.x_axis.number_format = "0"
    chart.y_axis.delete = chart.x_axis.delete = False
    chart.x_axis.tickLblPos = "low"
    chart.legend.position = "r"
    chart.title.overlay = False if hasattr(chart.title, "overlay") else None
    chart.add_data(
        Reference(sheet, min_col=2, max_col=1 + len(table.columns), min_row=head, max_row=last), titles_from_data=True
    )
    chart.set_categories(Reference(sheet, min_col=1, min_row=head + 1, max_row=last))
    for i, series in enumerate(chart.series):
        colour = COLOURS[i % len(COLOURS)]
        if share:
            series.smooth = False
            series.graphicalProperties.line.solidFill = colour
            series.graphicalProperties.line.width = 38_000 if i == len(chart.series) - 1 else 19_000
        else:
            series.graphicalProperties.solidFill = colour
    sheet.add_chart(chart, f"{_after(table)}{row}")
    return max(last, row + 18) + 2


def _after(table: pd.DataFrame) -> str:
    from .sheets import letter

    return letter(len(table.columns) + 2)
