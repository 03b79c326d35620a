"""Writing a frontier: a workbook that opens on the answer and its chart, and every plan as a workbook beside it."""

from __future__ import annotations

import math
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from openpyxl.chart import Reference, ScatterChart, Series
from openpyxl.chart.layout import Layout, ManualLayout
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.drawing.line import LineProperties
from openpyxl.styles import Alignment
from openpyxl.worksheet.worksheet import Worksheet

from ... import cells
from ...book import Page, write_study
from ...plan_charts import COLOURS
from . import summary as words

if TYPE_CHECKING:
    from .tracing import Frontier, Point

_ROWS = 20  # of the first page, kept for the chart
_INDENTED = Alignment(horizontal="left", vertical="top", wrap_text=True, indent=1)


def points_folder(target: Path) -> Path:
    """Where the plans of a frontier go: <output>-points, beside it."""
    return target.with_name(f"{target.stem}-points")


def write_frontier(f: Frontier, target: Path) -> Path:
    """Writes plans and frontier; returns the path of the frontier."""
    if target.suffix and target.suffix.lower() != ".xlsx":
        raise ValueError(f"{target}: a frontier is written as .xlsx or as a folder (a path without ending)")
    folder = points_folder(target)
    for old in folder.glob("point-[0-9][0-9]*.xlsx"):
        with suppress(PermissionError):  # open in Excel on Windows; it is written beside, or stays
            old.unlink()  # of a run with more points
    files = {p.number: f"{folder.name}/{p.plan.write(folder / _name(p)).name}" for p in f.points}
    return write_study(
        target,
        f"{f.case.settings.get('name') or 'Case'}: {f.measure} against {f.against}",
        words.headline(f),
        {"What it says": words.findings(f)},
        _tables(f, files),
        first={_first_title(f): _first(f)} if f.points else {},
        currency=str(f.case.settings.get("currency") or "money"),
        figure=_ROWS if len(f.points) > 1 else 0,
        decorate=lambda book, page: _decorate(f, files, book, page),
    )


def _name(p: Point) -> str:
    """A plan whose audit failed is written under a name that says so."""
    passed = p.plan.audit is not None and p.plan.audit.passed
    return f"point-{p.number:02d}{'' if passed else '-FAILED-AUDIT'}.xlsx"


# ---------------------------------------------------------------- tables


def _tables(f: Frontier, files: dict[int, str]) -> dict[str, tuple[str, pd.DataFrame, dict[str, str]]]:
    money, share = words.units(f)
    objective = "money" if f.measure == "cost" else money.unit
    value = "fraction" if share.share else share.unit
    points = f.table()
    points.insert(1, "plan", [files[n] for n in points["point"]])
    points = points[[*(c for c in points.columns if c != "lever"), "lever"]]
    per = f"{objective} per {share.step_name}"
    return {
        "points": (
            "Plans no other found plan equals or betters in both measures. bound: no plan at this level has less. "
            f"price: of one {share.step_name} less, from the point above, at least and at most; lever: what buys it.",
            points,
            {
                f.measure: objective, f.against: value, "bound": objective, "gap": "fraction", "unmet": "t",
                "price_low": per, "price_high": per, "seconds": "s", "plan": "file",
            },
        ),
        "region": (
            f"For every greatest {f.against} in a row, the least {f.measure} lies between at_least (proved) and at_most "
            "(a plan is known; blank: none is).",
            f.region_table(),
            {"from": value, "to": value, "at_least": objective, "at_most": objective},
        ),
        "levers": ("What each plan does otherwise than the next cheaper one.", _levers(f), {"money": "money"}),
        "provenance": ("What is needed to find the frontier again.", _provenance(f), {}),
    }  # fmt: skip


def _levers(f: Frontier) -> pd.DataFrame:
    rows = [(p.number - 1, p.number, c.words, c.money) for p in f.points for c in p.changes]
    return pd.DataFrame(rows, columns=["from_point", "to_point", "change", "money"])


def _provenance(f: Frontier) -> pd.DataFrame:
    said = {
        "case": f.case.settings.get("name"), "case file": f.case.origin, "case hash": f.case.hash, "measure": f.measure,
        "against": f.against, "deliver": f.deliver, "gap asked": f.options.gap, "time limit": f.options.time_limit,
        "threads": f.options.threads, "seed": f.options.seed, "status": f.status, "solves": f.solves,
        "taken over": f.taken_over, "seconds": round(f.seconds, 1),
    }  # fmt: skip
    if f.points:
        kept = ("magnet-sourcing", "highspy", "pyomo", "python", "scenarios")
        record = f.points[0].plan.options
        said |= {k: record[k] for k in kept if k in record}
    values = pd.Series(["none" if v is None else v for v in said.values()], dtype=object)
    return pd.DataFrame({"field": list(said), "value": values})


def _first_title(f: Frontier) -> str:
    money, share = words.units(f)
    per = ", ".join(x for x in (f"price of one {share.step_name} less, from the plan above", words.prices(f).unit) if x)
    return f"The plans: {', '.join(x for x in (f.measure, money.unit) if x)}; {per}"


def _first(f: Frontier) -> pd.DataFrame:
    """The points in the units they are shown in."""
    money, share = words.units(f)
    paid = words.prices(f).divisor
    rows = []
    for p, unmet in zip(f.points, f.table()["unmet"], strict=True):
        low, high = p.price or (None, None)
        mark = " (bend)" if p.number == f.knee else "" if p.status == "optimal" else f" ({p.status})"
        rows.append(
            (
                f"Point {p.number}{mark}",
                p.objective / money.divisor,
                p.value / share.divisor,
                p.gap * 100,
                unmet,
                None if low is None else low / paid,
                None if high is None else high / paid,
                words.lever(p, 2) if p.price else "the least without a level",
            )
        )
    value = f"{f.against}, %" if share.share else f.against
    heads = ["open the plan", f.measure, value, "gap, %", "unmet, t", "at least", "at most", "what buys it"]
    return pd.DataFrame(rows, columns=heads)


# ---------------------------------------------------------------- links, formats, the chart


def _decorate(f: Frontier, files: dict[int, str], book: Any, page: Page) -> None:
    if not f.points:
        return
    _finish_first(files, page)
    _, share = words.units(f)
    formats = {"point": "0", "from_point": "0", "to_point": "0", "gap": "0.000%", "unmet": "#,##0", "seconds": "0.0"}
    if share.share:
        formats |= dict.fromkeys((f.against, "from", "to"), "0.0%")
    for name in ("points", "region", "levers"):
        if name in book.sheetnames:
            _finish(book[name], formats)
    if len(f.points) > 1:
        page.sheet.add_chart(_chart(f, book.create_sheet("chart")), f"A{page.figure}")


def _finish_first(files: dict[int, str], page: Page) -> None:
    """The points on the first page: links, and levers over the free columns."""
    sheet, last = page.sheet, Page.WIDTH
    for row in sheet.iter_rows(min_col=1, max_col=8):
        first, _, _, gap, unmet, *_, buys = row
        text = str(first.value or "")
        if text == "open the plan":
            buys.alignment = Alignment(horizontal="left", indent=1)
            for cell in row[1:7]:
                cell.alignment = Alignment(horizontal="right")
            for column in range(9, last + 1):
                sheet.cell(first.row, column).fill = cells.HEADER_FILL
        if text.startswith("Point ") and text.split()[1].isdigit():
            _open(first, files[int(text.split()[1])])
            gap.number_format, unmet.number_format = "0.000", "#,##0"
            sheet.merge_cells(start_row=first.row, end_row=first.row, start_column=8, end_column=last)
            for cell in row:
                cell.alignment = cells.TOP
            buys.alignment = _INDENTED
            sheet.row_dimensions[first.row].height = 15.5 * (1 + len(str(buys.value or "")) // 72)


def _finish(sheet: Worksheet, formats: dict[str, str]) -> None:
    """Formats that depend on the measures, links, and long text wrapped."""
    heads = {str(c.value): c.column for c in sheet[4]}
    for r in range(6, sheet.max_row + 1):
        for name, shown in formats.items():
            if name in heads:
                sheet.cell(r, heads[name]).number_format = shown
        if "plan" in heads:
            _open(sheet.cell(r, heads["plan"]), str(sheet.cell(r, heads["plan"]).value))
        if "lever" in heads:
            cell = sheet.cell(r, heads["lever"])
            sheet.row_dimensions[r].height = 15.5 * (1 + len(str(cell.value or "")) // 58)
        for cell in sheet[r]:
            cell.alignment = _INDENTED if isinstance(cell.value, str) else cells.TOP


def _open(cell: Any, file: str) -> None:
    """A link to a workbook beside this one."""
    cell.hyperlink = file
    cell.font = cells.LINK


def _chart(f: Frontier, sheet: Worksheet) -> Any:
    """Plans, the best known for every level, and what no plan can be below; the region between the stairs is open."""
    money, share = words.units(f)
    plans = [(p.value, p.objective) for p in f.points if p.number != f.knee]
    known = [(x, s.at_most) for s in f.region for x in (s.low, s.high) if math.isfinite(s.at_most)]
    proved = [(x, s.at_least) for s in f.region for x in (s.low, s.high) if math.isfinite(s.at_least)]
    bend = [(p.value, p.objective) for p in f.points if p.number == f.knee]
    drawn = [("best plan known", known), ("no plan is below", proved), ("plans", plans), ("bend", bend)]
    cells.put(sheet["A1"], "What the chart on the first page is drawn from.")
    sheet["A1"].font = cells.NOTE
    chart: Any = ScatterChart()
    chart.style, chart.scatterStyle = 13, "lineMarker"
    chart.height, chart.width = 10.2, 34
    for i, (title, line) in enumerate(drawn):
        if line:
            chart.series.append(_series(sheet, 1 + 3 * i, title, line, money.divisor, share.number))
    lowest = min(y for _, y in [*plans, *proved]) / money.divisor
    highest = max(y for _, y in [*plans, *known]) / money.divisor
    _axes(chart, f, (lowest, highest), (min(x for x, _ in [*proved, *plans]), max(x for x, _ in plans)))
    return chart


def _series(sheet: Worksheet, column: int, title: str, line: list[tuple[float, float]], divisor: float, shown: str) -> Any:
    cells.put(sheet.cell(3, column), title)
    sheet.cell(3, column).font = cells.BOLD
    for r, (x, y) in enumerate(line, start=4):
        sheet.cell(r, column, x).number_format = shown
        sheet.cell(r, column + 1, y / divisor).number_format = "#,##0.00"
    last = 3 + len(line)
    xs = Reference(sheet, min_col=column, min_row=4, max_row=last)
    ys = Reference(sheet, min_col=column + 1, min_row=4, max_row=last)
    series: Any = Series(ys, xs, title=title)
    series.smooth = False
    stair, marked = series.graphicalProperties.line, title in ("plans", "bend")
    if marked:
        colour = COLOURS[0] if title == "plans" else COLOURS[5]
        stair.noFill = True
        series.marker.symbol, series.marker.size = ("circle", 8) if title == "plans" else ("diamond", 13)
        series.marker.graphicalProperties.solidFill = colour
        series.marker.graphicalProperties.line.solidFill = colour
    else:
        series.marker.symbol = "none"
        stair.solidFill, stair.width = (COLOURS[0], 19_000) if title == "best plan known" else (COLOURS[8], 15_000)
        stair.dashStyle = None if title == "best plan known" else "dash"
    return series


def _axes(chart: Any, f: Frontier, tall: tuple[float, float], wide: tuple[float, float]) -> None:
    money, share = words.units(f)
    chart.x_axis.title = f"{f.against} (at most)" + ("" if share.share or not share.unit else f", {share.unit}")
    chart.y_axis.title = ", ".join(x for x in (f"least {f.measure}", money.unit) if x)
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.x_axis.tickLblPos = chart.y_axis.tickLblPos = "low"
    chart.x_axis.majorGridlines = None
    chart.y_axis.majorGridlines.spPr = GraphicalProperties(ln=LineProperties(solidFill="D9D9D9", w=6_000))
    (chart.y_axis.scaling.min, chart.y_axis.scaling.max, chart.y_axis.majorUnit) = _rounded(*tall)
    (chart.x_axis.scaling.min, chart.x_axis.scaling.max, chart.x_axis.majorUnit) = _rounded(*wide)
    chart.x_axis.number_format = _shown(chart.x_axis.majorUnit, share.share)
    chart.y_axis.number_format = _shown(chart.y_axis.majorUnit, money.share)
    chart.legend.position = "b"
    chart.layout = Layout(manualLayout=ManualLayout(xMode="edge", yMode="edge", x=0.07, y=0.03, w=0.9, h=0.78))


def _shown(step: float, share: bool) -> str:
    """A format with the decimals that tell one gridline from the next."""
    step = step * 100 if share else step
    decimals = next(d for d in range(13) if d == 12 or abs(step * 10**d - round(step * 10**d)) < 1e-6 * step * 10**d)
    return ("0" if share else "#,##0") + ("." + "0" * decimals if decimals else "") + ("%" if share else "")


def _rounded(low: float, high: float) -> tuple[float, float, float]:
    """Ends and step of an axis, in round numbers, with all data inside."""
    rough = max(high - low, 1e-9 * max(1.0, abs(high))) / 8
    size = 10 ** math.floor(math.log10(rough))
    step = next(size * m for m in (1, 2, 2.5, 5, 10) if size * m >= rough)
    return math.floor(low / step) * step, math.ceil(high / step) * step, step
