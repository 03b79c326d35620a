"""Pictures of a sweep as a workbook draws them: lines along one that varies, heat maps and a map of plans for two."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from openpyxl import Workbook
from openpyxl.chart import Reference, ScatterChart, Series
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.drawing.line import LineProperties
from openpyxl.formatting.rule import ColorScaleRule
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.worksheet import Worksheet

from ... import cells
from ...plan_charts import COLOURS
from ...sheets import letter
from ...writing import print_setup
from . import words
from .tables import wide

if TYPE_CHECKING:
    from ...book import Page
    from ..runs.study import Result
    from .regions import Region
    from .sweeping import Sweep

# Pale shades of the plan colours, on which black letters are read; more regions than these take turns.
SHADES = ("9EC5E8", "F7D08A", "99D8C5", "E8BFD4", "C6E6F7", "F2B48C", "F7F0A1", "C9C9C9", "E3D5C3", "D5E8B5")
_CENTRE = Alignment(horizontal="center", vertical="center", wrap_text=True)
Point = tuple[float, float]


def decorate(found: Sweep, book: Workbook, page: Page) -> None:
    """Adds what suits the number of things that vary; links it from the first page."""
    if len(found.varies) == 1 or found.paired:
        _lines(found, book, page)
    elif len(found.varies) == 2:
        sheet = book.create_sheet("Map", 1)
        _map(found, sheet)
        cells.link(page.sheet.cell(page.row, 1), "Map", "Map")
        page.sheet.cell(page.row, 2, "Cost and dependence as heat maps, and which plan holds where.").font = cells.NOTE


# ---------------------------------------------------------------- lines


def _lines(found: Sweep, book: Workbook, page: Page) -> None:
    """Cost and dependence on the first page; what the traced decisions save on a sheet of its own."""
    sheet = book.create_sheet("chart data")
    cells.put(sheet["A1"], "What the charts are drawn from.")
    sheet["A1"].font = cells.NOTE
    unit, divisor = words.money_unit(found)
    column = 1
    drawn = [("Least cost", unit, "#,##0.0", {"cost": _series(found, lambda r: _over(r.cost, divisor)),
                                            "bound": _series(found, lambda r: _over(r.bound, divisor))})]  # fmt: skip
    for measure in found.done.study.measures:
        if measure != "cost":
            shown = "0%" if measure.startswith("index") or "share" in measure else "#,##0.0"
            points = _series(found, lambda r, m=measure: r.values.get(m))  # type: ignore[misc]
            drawn.append((words.measure_name(found, measure), "", shown, {measure: points}))
    for i, (title, y, shown, lines) in enumerate(drawn[:2]):
        chart, column = _chart(found, sheet, column, title, y, shown, lines)
        page.sheet.add_chart(chart, f"{'AF'[i]}{page.figure}")
    for traced in found.traced:
        saves = [(p.value, p.advantage) for p in traced.probes if p.advantage is not None]
        both = {
            name: [(x, ends[i] / divisor) for x, ends in saves if math.isfinite(ends[i])]
            for i, name in enumerate(("saves at least", "saves at most"))
        }
        if all(both.values()):
            chart, column = _chart(found, sheet, column, f"What {traced.decision} saves", unit, "#,##0.0", both)
            sheet.add_chart(chart, f"A{_row_below(sheet)}")
    print_setup(sheet)


def _row_below(sheet: Worksheet) -> int:
    """A row free of data and of the charts already on the sheet."""
    return max(sheet.max_row, 24) + 2 + 20 * len(sheet._charts)


def _over(value: float | None, divisor: float) -> float | None:
    return None if value is None else value / divisor


def _series(found: Sweep, value: Callable[[Result], float | None]) -> list[Point]:
    """Values of the proved runs against the first thing that varies, lowest first."""
    points = []
    for cell, r in zip(found.cells, found.done.results, strict=True):
        if r is not None and r.proved and (y := value(r)) is not None:
            points.append((cell[0], y))
    return sorted(points)


def _chart(
    found: Sweep, sheet: Worksheet, column: int, title: str, unit: str, shown: str, lines: dict[str, list[Point]]
) -> tuple[Any, int]:
    """A chart of lines through points that are written to the sheet from `column` on; and the next free column."""
    chart: Any = ScatterChart()
    chart.style, chart.scatterStyle = 13, "lineMarker"
    chart.height, chart.width = 8.6, 15
    chart.title = title
    chart.title.overlay = False if hasattr(chart.title, "overlay") else None
    vary = found.varies[0]
    paired = " (and what is paired with it)" if found.paired else ""
    chart.x_axis.title = ", ".join(x for x in (f"{vary.name}{paired}", vary.unit) if x)
    chart.y_axis.title = unit or None
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.x_axis.tickLblPos = chart.y_axis.tickLblPos = "low"
    chart.x_axis.number_format, chart.y_axis.number_format = "#,##0.###", shown
    chart.x_axis.majorGridlines = None
    chart.y_axis.majorGridlines.spPr = GraphicalProperties(ln=LineProperties(solidFill="D9D9D9", w=6_000))
    chart.legend.position = "b"
    if len(lines) == 1:
        chart.legend = None
    _frame(chart, vary.values)
    for i, (name, points) in enumerate(lines.items()):
        chart.series.append(_line(sheet, column, name, points, COLOURS[i], shown))
        column += 3
    return chart, column


def _frame(chart: Any, values: Sequence[float]) -> None:
    """The axis begins and ends with the values."""
    if len(values) > 1:
        chart.x_axis.scaling.min, chart.x_axis.scaling.max = min(values), max(values)


def _line(sheet: Worksheet, column: int, name: str, points: list[Point], colour: str, shown: str) -> Any:
    cells.put(sheet.cell(3, column), name)
    sheet.cell(3, column).font = cells.BOLD
    for r, (x, y) in enumerate(points, start=4):
        sheet.cell(r, column, x)
        sheet.cell(r, column + 1, y).number_format = shown
    last = 3 + max(1, len(points))
    xs = Reference(sheet, min_col=column, min_row=4, max_row=last)
    ys = Reference(sheet, min_col=column + 1, min_row=4, max_row=last)
    series: Any = Series(ys, xs, title=name)
    series.smooth = False
    line = series.graphicalProperties.line
    line.solidFill, line.width = colour, 25_000
    if name == "bound":  # what no plan can be below: a thin line under the cost
        line.width, line.dashStyle = 12_000, "dash"
        series.marker.symbol = "none"
    else:
        series.marker.symbol, series.marker.size = "circle", 6
        series.marker.graphicalProperties.solidFill = colour
        series.marker.graphicalProperties.line.solidFill = colour
    return series


# ---------------------------------------------------------------- maps


def _map(found: Sweep, sheet: Worksheet) -> None:
    """Two heat maps and the map of plans with its legend, one below the other."""
    sheet.sheet_view.showGridLines = False
    sheet.column_dimensions["A"].width = 24
    for j in range(1, 1 + len(found.varies[1].values)):
        sheet.column_dimensions[letter(j)].width = 13
    unit, divisor = words.money_unit(found)
    row = 1
    if found.regions is not None:
        row = _plan_map(found, sheet, row)
    row = _heat(found, sheet, row, f"Least cost, {unit}", "cost", 1 / divisor, "#,##0.0")
    for measure in found.done.study.measures:
        if measure != "cost":
            share = measure.startswith("index") or "share" in measure
            name = words.measure_name(found, measure)
            row = _heat(found, sheet, row, name, measure, 1.0, "0.0%" if share else "#,##0.0")
    print_setup(sheet, landscape=True)


def _heads(found: Sweep, sheet: Worksheet, row: int, title: str) -> int:
    """Title, what stands across, and the values across; returns the first row of cells."""
    (down, sides), (across, heads) = (words.short(v) for v in found.varies)
    cells.put(sheet.cell(row, 1), title)
    sheet.cell(row, 1).font = cells.SUBTITLE
    cells.put(sheet.cell(row + 1, 1), f"{down} down; {across} across")
    sheet.cell(row + 1, 1).font = cells.NOTE
    for j, text in enumerate(heads, start=2):
        _head(sheet, row + 2, j, text)
    _head(sheet, row + 2, 1, "")
    for i, text in enumerate(sides, start=row + 3):
        _head(sheet, i, 1, text)
    return row + 3


def _head(sheet: Worksheet, row: int, column: int, text: str) -> None:
    cell = sheet.cell(row, column)
    cells.put(cell, text)
    cell.font, cell.fill, cell.alignment = cells.HEADER, cells.HEADER_FILL, _CENTRE


def _heat(found: Sweep, sheet: Worksheet, row: int, title: str, column: str, scale: float, shown: str) -> int:
    """A table with a colour scale, light where it is least; a cell without a proved plan says why."""
    first = _heads(found, sheet, row, title)
    frame = wide(found, column) if column in found.runs() else None
    down, across = (len(v.values) for v in found.varies)
    for i in range(down):
        for j in range(across):
            r = found.done.results[i * across + j]
            cell = sheet.cell(first + i, 2 + j)
            cell.alignment = _CENTRE
            if r is None or not r.proved or frame is None:
                cells.put(cell, "not run" if r is None else words.unproved(r))
                cell.font = cells.NOTE
            else:
                cell.value, cell.number_format, cell.font = float(frame.iloc[i, j]) * scale, shown, cells.BODY
    area = f"B{first}:{letter(across)}{first + down - 1}"
    rule = ColorScaleRule(
        start_type="min", start_color="FFFFFF", mid_type="percentile", mid_value=50, mid_color="FCE8B2",
        end_type="max", end_color="E67C73",
    )  # fmt: skip
    sheet.conditional_formatting.add(area, rule)
    return first + down + 1


def _plan_map(found: Sweep, sheet: Worksheet, row: int) -> int:
    """The letter and colour of the plan in each cell, and below what each plan decides."""
    assert found.regions is not None
    first = _heads(found, sheet, row, "Which plan holds where")
    across = len(found.varies[1].values)
    shade = {region.letter: _shade(i) for i, region in enumerate(found.regions.regions)}
    for k, r in enumerate(found.done.results):
        cell = sheet.cell(first + k // across, 2 + k % across)
        cell.alignment = _CENTRE
        known = found.regions.letter.get(k)
        if known is None:
            cells.put(cell, "not run" if r is None else words.unproved(r) if not r.proved else "not told")
            cell.font = cells.NOTE
        else:
            cell.value, cell.fill, cell.font = known, shade[known], cells.BOLD
    row = first + len(found.varies[0].values)
    for region in found.regions.regions:
        row = _legend(found, sheet, row, region, shade[region.letter])
    return row + 1


def _legend(found: Sweep, sheet: Worksheet, row: int, region: Region, shade: PatternFill) -> int:
    assert found.regions is not None
    cell = sheet.cell(row, 1, region.letter)
    cell.fill, cell.font, cell.alignment = shade, cells.BOLD, _CENTRE
    said = found.regions.name(region, most=12).removeprefix(f"{region.letter}: ")
    cells.put(sheet.cell(row, 2), said)
    sheet.cell(row, 2).font = Font(name=cells.FONT, size=11)
    last = max(9, 1 + len(found.varies[1].values))
    sheet.merge_cells(start_row=row, end_row=row, start_column=2, end_column=last)
    sheet.cell(row, 2).alignment = cells.WRAP
    sheet.row_dimensions[row].height = 15.5 * (1 + len(said) // (12 * (last - 1)))
    return row + 1


def _shade(i: int) -> PatternFill:
    return PatternFill("solid", fgColor=SHADES[i % len(SHADES)])
