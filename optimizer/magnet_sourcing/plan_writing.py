"""Writing plans: a workbook that opens on the answer, with the evidence behind it, or the same tables as CSV."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
from openpyxl import Workbook

from . import cells, summary
from .book import FIRST_ROW, Page, Targets, add_table, answer_page
from .files import replace_file, replace_folder
from .marks import PARTNER_WORTH, SHORT, heat, mark_area
from .numerals import column_of, shown, typed
from .plan_charts import add_charts
from .plan_schema import PLAN_TABLES
from .saving import save
from .schema import SETTINGS, TABLES, Column, Table
from .sheets import letter
from .values import tidy
from .writing import csv_files

if TYPE_CHECKING:
    from .case import Case
    from .plan import Plan
    from .scenario_plan import ScenarioPlan

# Columns that add up: they get a total that follows the filter.
TOTALS = {
    "builds": ("capital", "partner_capital", "subsidy"),
    "flows": ("loaded", "arrived", "free"),
    "purchases": ("bought", "free"),
    "sales": ("sold",),
    "tolling": ("sent", "returned"),
    "demand": ("required", "delivered", "short", "free"),
    "costs": ("amount", "discounted"),
    "partners": ("amount", "discounted"),
    "disposal": ("disposed",),
    "incentives": ("amount",),
    "activity": ("activity",),
}
# Columns of plan tables that name a row of an input table, whose key has the same name.
_NAMED = {
    "expansion": "expansions", "facility": "facilities", "process": "processes", "route": "routes", "supply": "supplies",
    "sale": "sales", "toll": "tolls", "lane": "lanes", "stock": "stocks", "return": "returns", "demand": "demands",
    "limit": "limits", "incentive": "incentives", "impact": "impacts", "material": "materials", "stage": "stages",
    "scenario": "scenarios",
}  # fmt: skip
_BESIDE = 4  # column of the first page from which a table stands beside the costs
ORDER = (
    "builds",
    "signings",
    "costs",
    "partners",
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
    "prices",
    "entry_prices",
    "exposure",
    "lane_openings",
    "lane_use",
    "retirements",
    "credits",
)


def write_plan(plan: Plan, path: Path) -> Path:
    """Writes the plan, whole or not at all; returns the path written (beside a target that is open elsewhere)."""
    return write_result(plan, path, lambda: plan_workbook(plan), lambda: summary.sentences(plan))


def write_result(
    plan: Plan | ScenarioPlan, path: Path, workbook: Callable[[], Workbook], sentences: Callable[[], list[str]]
) -> Path:
    """A workbook or a folder of CSV tables with the inputs, never over the case itself; returns the path written."""
    if plan.case.origin != "<memory>" and path.resolve() == Path(plan.case.origin).resolve():
        raise ValueError(f"{path}: the plan would replace the case; give another output")
    if path.suffix.lower() == ".xlsx":
        book = workbook()
        return replace_file(path, lambda temporary: save(book, temporary, str(plan.case.settings.get("name") or "Plan")))
    if path.suffix:
        raise ValueError(f"{path}: a plan is written as .xlsx or as a folder (a path without ending)")
    files = {f"{name}.csv": frame.to_csv(index=False) for name, frame in plan.tables.items()}
    if plan.audit is not None:
        files["audit.csv"] = plan.audit.table().to_csv(index=False)
    files |= {f"in {name}": text for name, text in csv_files(plan.case).items()}
    files["answer.txt"] = "\n".join(sentences()) + "\n"
    return replace_folder(path, files)


def plan_workbook(plan: Plan) -> Workbook:
    """Answer, charts, plan tables, inputs used, provenance, audit."""
    book = Workbook()
    page = answer_page(book, str(plan.case.settings.get("name") or "Plan"))
    chart_sheet = book.create_sheet("Charts") if plan.has_plan else None
    filled = add_plan_tables(book, plan.tables, _currency(plan), input_targets(plan.case))
    add_inputs(book, plan.case)
    add_provenance(book, plan)
    _answer(page, plan, filled)
    page.fit()
    if chart_sheet is not None:
        add_charts(chart_sheet, plan)
    return book


def add_plan_tables(
    book: Workbook, tables: Mapping[str, pd.DataFrame], currency: str, links: Mapping[str, Targets] | None = None
) -> list[str]:
    """A sheet for each plan table that has rows, its names linked to where they are explained; returns their names."""
    filled = [name for name in ORDER if name in tables and len(tables[name])]
    for name in filled:
        units = {c.name: c.unit for c in PLAN_TABLES[name].columns}
        sheet = book.create_sheet(name)
        about, totals = PLAN_TABLES[name].help, TOTALS.get(name, ())
        add_table(sheet, about, tables[name], units, totals, currency, links=links, final=True)
    return filled


def input_targets(case: Case) -> dict[str, Targets]:
    """Column of a plan table -> name in it -> sheet and cell of the input it comes from."""
    found: dict[str, Targets] = {}
    for column, table in _NAMED.items():
        frame = case.tables[table]
        if len(frame):
            used = list(frame.dropna(axis=1, how="all").columns)
            at = letter(used.index(column))
            names = (str(tidy(v)) for v in frame[column])
            found[column] = {name: (f"in {table}", f"{at}{r}") for r, name in enumerate(names, start=FIRST_ROW)}
    return found


def add_provenance(book: Workbook, plan: Plan | ScenarioPlan) -> None:
    """How the plan was found, and what the audit says."""
    add_table(
        book.create_sheet("provenance"),
        "How the plan was found, and what is needed to find it again.",
        plan.tables["solver"],
    )
    if plan.audit is not None:
        add_table(book.create_sheet("audit"), summary.verdict(plan.audit), plan.audit.table())


def _currency(plan: Plan) -> str:
    return str(plan.case.settings.get("currency") or "money")


def other_sheets(plan: Plan | ScenarioPlan) -> dict[str, str]:
    """The sheets behind the plan's own, and what they hold."""
    audit = {} if plan.audit is None else {"audit": "What was recomputed, and whether it agrees."}
    return {"provenance": "How the plan was found.", **audit, "in settings": "The inputs, from this sheet on."}


# ---------------------------------------------------------------- the answer


def _answer(page: Page, plan: Plan, filled: list[str]) -> None:
    """One page: how it ended, what to do, what it costs, how dependent it is, what is missing, can it be trusted."""
    page.line(summary.headline(plan), cells.SUBTITLE)
    if summary.ending(plan):
        page.line(summary.ending(plan), cells.BOLD)
    if not plan.has_plan:
        return
    page.line(summary.verdict(plan.audit), cells.BODY)
    rows = summary.decision_rows(plan)
    to = [(table, f"A{FIRST_ROW + at}") for _, table, at in rows]
    page.sentences("The decision", [*summary.decisions(plan), *summary.partners(plan)], to)
    page.sentences("Where it comes from", [*summary.sources(plan), *summary.dependence(plan), *summary.freedom(plan)])
    page.sentences(
        "Demand and limits", [*summary.unmet(plan), *summary.binding(plan), *summary.scenarios(plan)]
    )
    if priced := summary.priced(plan):
        page.sentences(summary.HELP_MOST, priced)
    _cost_items(page, plan)
    _dependence(page, plan)
    _segments(page, plan)
    helps = {name: PLAN_TABLES[name].help for name in filled}
    page.contents({"Charts": "Cost, dependence, demand, sources", **helps, **other_sheets(plan)})
    empty = [name for name in ORDER if name not in filled]
    if empty:
        page.line(f"Nothing of this kind in the plan: {', '.join(empty)}.", cells.NOTE)


def _cost_items(page: Page, plan: Plan) -> None:
    """Cost by item, and beside it what each signed route is worth to its partner."""
    unit, divisor = summary.money_unit(plan)
    page.heading(f"Cost by item, discounted, {unit}")
    _partner_worth(page, plan, unit, divisor)
    page.heads(["item", "cost"])
    page.sheet.cell(page.row - 1, 2).alignment = cells.WRAP_RIGHT
    first = page.row
    for r in summary.cost_by_item(plan).itertuples():
        page.cells([r.item, r.discounted / divisor], ["General", "#,##0.00"])
    page.cells(["total", cells.Total(f"=SUM(B{first}:B{page.row - 1})")], ["General", "#,##0.00"], cells.BOLD)
    page.row = max(page.row, first + len(plan.tables["signings"]))


def _partner_worth(page: Page, plan: Plan, unit: str, divisor: float) -> None:
    """Routes signed and what they leave the partner, at its own rate; below 0 it has no reason to sign."""
    worth = summary.partner_worth(plan)
    if not worth:
        return
    sheet, row = page.sheet, page.row
    cells.put(sheet.cell(row - 1, _BESIDE), f"Worth to the partner, discounted at its rate, {unit}")
    sheet.cell(row - 1, _BESIDE).font = cells.SUBTITLE
    for column, head in ((_BESIDE, "route"), (_BESIDE + 4, "worth")):
        cell = sheet.cell(row, column, head)
        cell.font, cell.alignment = cells.HEADER, cells.WRAP if head == "route" else cells.WRAP_RIGHT
    for column in range(_BESIDE, _BESIDE + 5):
        sheet.cell(row, column).fill = cells.HEADER_FILL
    for r, (route, amount) in enumerate(worth.items(), start=row + 1):
        cells.put(sheet.cell(r, _BESIDE), route)
        sheet.cell(r, _BESIDE + 4, amount / divisor).number_format = "#,##0.00"
        for column in range(_BESIDE, _BESIDE + 5):
            sheet.cell(r, column).border = cells.THIN
    mark_area(sheet, PARTNER_WORTH, _BESIDE + 3, row + 1, row + len(worth))


def _dependence(page: Page, plan: Plan) -> None:
    shares = summary.dependence_by_year(plan)
    if shares.empty:
        return
    page.heading(f"Dependence on {plan.case.settings['exposed_country']}: share of the year's requirement, by stage")
    page.heads(["stage", *[int(t) for t in shares.columns]])
    first = page.row
    for stage, values in zip(shares.index, shares.to_numpy(), strict=True):
        font = cells.BOLD if stage == "index" else cells.BODY
        page.cells([stage, *[None if v != v else float(v) for v in values]], ["General"] + ["0%"] * len(values), font)
    heat(page.sheet, f"B{first}:{letter(len(shares.columns))}{page.row - 1}")
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
            mark_area(page.sheet, SHORT, 1, page.row - 1, page.row - 1, len(need.columns))


def add_inputs(book: Workbook, case: Case) -> None:
    """The case as it was solved, so that the plan can be understood, and solved again, from this file alone."""
    currency = str(case.settings.get("currency") or "money")
    by_name = {c.name: c for c in SETTINGS}
    rows = [(k, typed(by_name.get(k), v), _unit(by_name.get(k))) for k, v in case.settings.items() if v is not None]
    settings = pd.DataFrame(rows, columns=["setting", "value", "unit"], dtype=object)
    add_table(book.create_sheet("in settings"), "Input: the settings used.", settings, formats={"value": "General"})
    for name, frame in case.tables.items():
        if len(frame):
            _add_input(book, TABLES[name], frame.dropna(axis=1, how="all"), currency)


def _add_input(book: Workbook, table: Table, used: pd.DataFrame, currency: str) -> None:
    """A table of the case: numbers as numbers, in the units of the schema."""
    columns = {str(h): column_of(table, str(h)) for h in used.columns}
    values = {h: [typed(c, v) for v in used[h]] for h, c in columns.items()}
    add_table(
        book.create_sheet(f"in {table.name}"),
        f"Input: {table.help}",
        pd.DataFrame(values, dtype=object),
        {h: _unit(c) for h, c in columns.items()},
        (),
        currency,
        formats={h: shown(c, values[h]) for h, c in columns.items()},
        final=True,
    )


def _unit(column: Column | None) -> str:
    return "" if column is None else column.unit
