"""Writing plans: a workbook that opens on the answer, with the evidence behind it, or the same tables as CSV."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from . import cells, summary
from .files import replace_file, replace_folder
from .plan_charts import add_charts
from .plan_schema import PLAN_TABLES
from .schema import TABLES
from .sheets import letter
from .values import tidy
from .writing import print_setup

if TYPE_CHECKING:
    from .plan import Plan

# Columns that add up: they get a total that follows the filter.
TOTALS = {
    "builds": ("capital", "partner_capital", "subsidy"),
    "flows": ("loaded", "arrived", "free"),
    "purchases": ("bought", "free"),
    "sales": ("sold",),
    "tolling": ("sent", "returned"),
    "demand": ("required", "delivered", "short", "free"),
    "costs": ("amount", "discounted"),
    "disposal": ("disposed",),
    "incentives": ("amount",),
    "activity": ("activity",),
}
ORDER = (
    "builds",
    "signings",
    "costs",
    "dependence",
    "free_delivery",
    "concentration",
    "demand",
    "activity",
    "capacity",
    "purchases",
    "tolling",
    "route_use",
    "flows",
    "stocks",
    "sales",
    "disposal",
    "collections",
    "incentives",
    "impacts",
    "limits",
    "exposure",
    "lane_openings",
    "lane_use",
    "retirements",
    "credits",
)


def write_plan(plan: Plan, path: Path) -> Path:
    """Writes the plan, whole or not at all; returns the path written (beside a target that is open elsewhere)."""
    if plan.case.origin != "<memory>" and path.resolve() == Path(plan.case.origin).resolve():
        raise ValueError(f"{path}: the plan would replace the case; give another output")
    if path.suffix.lower() == ".xlsx":
        book = plan_workbook(plan)
        return replace_file(path, lambda temporary: book.save(temporary))
    if path.suffix:
        raise ValueError(f"{path}: a plan is written as .xlsx or as a folder (a path without ending)")
    files = {f"{name}.csv": frame.to_csv(index=False) for name, frame in plan.tables.items()}
    if plan.audit is not None:
        files["audit.csv"] = plan.audit.table().to_csv(index=False)
    files["answer.txt"] = "\n".join(summary.sentences(plan)) + "\n"
    return replace_folder(path, files)


def plan_workbook(plan: Plan) -> Workbook:
    """Answer, charts, plan tables, inputs used, provenance, audit."""
    book = Workbook()
    answer = book.active
    filled = [name for name in ORDER if len(plan.tables[name])]
    chart_sheet = book.create_sheet("Charts") if plan.has_plan else None
    for name in filled:
        help = PLAN_TABLES[name].help
        units = {c.name: c.unit for c in PLAN_TABLES[name].columns}
        _table(book.create_sheet(name), help, plan.tables[name], units, TOTALS.get(name, ()), plan)
    _inputs(book, plan)
    _table(
        book.create_sheet("provenance"),
        "How the plan was found, and what is needed to find it again.",
        plan.tables["solver"],
        {},
        (),
        plan,
    )
    if plan.audit is not None:
        _table(book.create_sheet("audit"), summary.verdict(plan), plan.audit.table(), {}, (), plan)
    _answer(answer, plan, filled)
    if chart_sheet is not None:
        add_charts(chart_sheet, plan)
    return book


# ---------------------------------------------------------------- the answer


def _answer(sheet: Worksheet, plan: Plan, filled: list[str]) -> None:
    """One page: how it ended, what to do, what it costs, how dependent it is, what is missing, can it be trusted."""
    sheet.title = "Answer"
    sheet.sheet_view.showGridLines = False
    for column, width in (("A", 30), ("B", 20), *((letter(i), 10.5) for i in range(2, 14))):
        sheet.column_dimensions[column].width = width
    page = Page(sheet)
    page.line(str(plan.case.settings.get("name") or "Plan"), cells.TITLE)
    page.line(summary.headline(plan), cells.SUBTITLE)
    if summary.ending(plan):
        page.line(summary.ending(plan), cells.BOLD)
    if not plan.has_plan:
        return
    page.line(summary.verdict(plan), cells.BODY)
    page.heading("The decision")
    for sentence in (
        *summary.decisions(plan),
        *summary.sources(plan),
        *summary.dependence(plan),
        *summary.freedom(plan),
    ):
        page.line(sentence, cells.BODY)
    page.heading("Demand and limits")
    for sentence in (*summary.unmet(plan), *summary.binding(plan), *summary.scenarios(plan)):
        page.line(sentence, cells.BODY)
    _cost_items(page, plan)
    _dependence(page, plan)
    _segments(page, plan)
    page.heading("Where to look next")
    for name in ("Charts", *filled, "provenance", "audit"):
        cells.link(sheet.cell(page.row, 1), name, name)
        help = PLAN_TABLES[name].help if name in PLAN_TABLES else ""
        sheet.cell(page.row, 2, help).font = cells.NOTE
        page.row += 1
    empty = [name for name in ORDER if name not in filled]
    if empty:
        page.line(f"Nothing of this kind in the plan: {', '.join(empty)}.", cells.NOTE)
    print_setup(sheet, landscape=True)
    sheet.freeze_panes = "A3"


class Page:
    """Writes downwards."""

    WIDTH = 13  # columns a sentence may run over

    def __init__(self, sheet: Worksheet) -> None:
        self.sheet, self.row = sheet, 1

    def line(self, text: str, font: Any) -> None:
        cell = self.sheet.cell(self.row, 1)
        cells.put(cell, text)
        cell.font = font
        if font in (cells.BODY, cells.NOTE, cells.BOLD):
            self.sheet.merge_cells(start_row=self.row, start_column=1, end_row=self.row, end_column=self.WIDTH)
            cell.alignment = cells.WRAP
            self.sheet.row_dimensions[self.row].height = 15.5 * (1 + len(text) // 150)
        self.row += 1

    def heading(self, text: str) -> None:
        self.row += 1
        self.line(text, cells.SUBTITLE)

    def heads(self, texts: list[Any]) -> None:
        for i, text in enumerate(texts, start=1):
            cell = self.sheet.cell(self.row, i, text)
            cell.font, cell.fill = cells.HEADER, cells.HEADER_FILL
        self.row += 1

    def cells(self, values: list[Any], formats: list[str], font: Any = cells.BODY) -> None:
        for i, (value, number_format) in enumerate(zip(values, formats, strict=True), start=1):
            cell = self.sheet.cell(self.row, i)
            cells.put(cell, value)
            if isinstance(value, str) and value.startswith("=SUM"):  # our own total, not text from outside
                cell.value = value
                cell.quotePrefix = False
            cell.font, cell.number_format, cell.border = font, number_format, cells.THIN
        self.row += 1


def _cost_items(page: Page, plan: Plan) -> None:
    unit, divisor = summary.money_unit(plan)
    page.heading(f"Cost by item, discounted, {unit}")
    page.heads(["item", "cost"])
    first = page.row
    for r in summary.cost_by_item(plan).itertuples():
        page.cells([r.item, r.discounted / divisor], ["General", "#,##0.00"])
    page.cells(["total", f"=SUM(B{first}:B{page.row - 1})"], ["General", "#,##0.00"], cells.BOLD)


def _dependence(page: Page, plan: Plan) -> None:
    shares = summary.dependence_by_year(plan)
    if shares.empty:
        return
    page.heading(f"Dependence on {plan.case.settings['exposed_country']}: share of the year's requirement, by stage")
    page.heads(["stage", *[int(t) for t in shares.columns]])
    for stage, values in zip(shares.index, shares.to_numpy(), strict=True):
        font = cells.BOLD if stage == "index" else cells.BODY
        page.cells([stage, *[None if v != v else float(v) for v in values]], ["General"] + ["0%"] * len(values), font)
    name, free = summary.free_by_year(plan)
    if free:
        page.cells([f"{name}, of delivery", *[None if v != v else v for v in free]], ["General"] + ["0%"] * len(free))


def _segments(page: Page, plan: Plan) -> None:
    rows = summary.demand_by_segment(plan)
    short = rows.pivot(index="segment", columns="period", values="short")
    need = rows.pivot(index="segment", columns="period", values="required")
    page.heading(f"Demand met, {plan.case.settings.get('mass_unit') or 't'}/y of the demand (and what is short)")
    page.heads(["segment", *[int(t) for t in need.columns]])
    for segment in need.index:
        page.cells(
            [segment, *[float(n - s) for n, s in zip(need.loc[segment], short.loc[segment], strict=True)]],
            ["General"] + ["#,##0"] * len(need.columns),
        )
        if (short.loc[segment] > 1e-6).any():
            page.cells(
                [f"{segment}, short", *[float(s) for s in short.loc[segment]]],
                ["General"] + ["#,##0"] * len(need.columns),
                cells.NOTE,
            )


# ---------------------------------------------------------------- tables


def _table(
    sheet: Worksheet, help: str, frame: pd.DataFrame, units: dict[str, str], totals: tuple[str, ...], plan: Plan
) -> None:
    """Help, headers with units, rows, and live totals that follow the filter."""
    cells.put(sheet["A1"], help)
    sheet["A1"].font = cells.NOTE
    cells.link(sheet.cell(2, 1), "Answer", "back to the answer")
    heads = 4
    currency = str(plan.case.settings.get("currency") or "money")
    for i, name in enumerate(frame.columns, start=1):
        cell, unit = sheet.cell(heads, i, str(name)), sheet.cell(heads + 1, i)
        cell.font, cell.fill, cell.alignment = cells.HEADER, cells.HEADER_FILL, cells.WRAP
        unit.value = units.get(str(name), "").replace("money", currency)
        unit.font, unit.fill = cells.UNIT, cells.UNIT_FILL
        sheet.column_dimensions[letter(i - 1)].width = _width(str(name), frame.iloc[:, i - 1])
    formats = [_format(str(name), frame.iloc[:, i]) for i, name in enumerate(frame.columns)]
    for r, values in enumerate(frame.itertuples(index=False, name=None), start=heads + 2):
        for i, value in enumerate(values, start=1):
            value = tidy(value)
            if value is not None:
                cell = sheet.cell(r, i)
                cells.put(cell, ("yes" if value else "no") if isinstance(value, bool) else value)
                cell.number_format = formats[i - 1]
    last = heads + 1 + len(frame)
    if totals and len(frame):
        sheet.cell(3, 1, "total of the rows shown").font = cells.BOLD
        for name in (n for n in totals if frame[n].notna().any()):
            i = list(frame.columns).index(name)
            cell = sheet.cell(3, i + 1, f"=SUBTOTAL(9,{letter(i)}{heads + 2}:{letter(i)}{last})")
            cell.font, cell.fill, cell.number_format = cells.BOLD, cells.TOTAL_FILL, formats[i]
    sheet.freeze_panes = sheet.cell(heads + 2, 2)
    sheet.auto_filter.ref = f"A{heads}:{letter(len(frame.columns) - 1)}{max(last, heads + 1)}"
    sheet.print_title_rows = f"{heads}:{heads + 1}"
    print_setup(sheet)


def _format(name: str, column: pd.Series) -> str:
    if name in ("period", "available_from", "active_from", "active_to", "banked_in", "used_in"):
        return "0.##" if name not in ("period", "banked_in", "used_in") else "0"
    if name in ("share", "utilisation", "largest_share", "active"):
        return "0.0%"
    if name in ("hhi", "worst relative difference"):
        return "0.000" if name == "hhi" else "0.0E+00"
    values = [abs(float(v)) for v in column if isinstance(v, (int, float)) and not isinstance(v, bool) and v == v]
    return "#,##0" if values and max(values) >= 1000 else "#,##0.00"


def _width(name: str, column: pd.Series) -> float:
    longest = max((len(str(v)) for v in column.head(200) if isinstance(v, str)), default=0)
    return float(min(max(len(name) + 4, longest + 2, 12), 60))


def _inputs(book: Workbook, plan: Plan) -> None:
    """The case as it was solved, so that the plan can be understood, and solved again, from this file alone."""
    rows = [(k, v) for k, v in plan.case.settings.items() if v is not None]
    _table(
        book.create_sheet("in settings"),
        "Input: the settings used.",
        pd.DataFrame(rows, columns=["setting", "value"]),
        {},
        (),
        plan,
    )
    for name, frame in plan.case.tables.items():
        if len(frame):
            units = {c.name: c.unit for c in TABLES[name].columns}
            used = frame.dropna(axis=1, how="all")
            _table(
                book.create_sheet(f"in {name}"),
                f"Input: {TABLES[name].help}",
                used,
                {str(h): units.get(str(h).rsplit(" ", 1)[0], units.get(str(h), "")) for h in used.columns},
                (),
                plan,
            )
