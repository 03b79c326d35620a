"""Writing a plan for several futures: a workbook that opens on the common decisions and what each future brings."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from openpyxl import Workbook

from . import cells, scenario_summary, summary
from .book import add_table, answer_page
from .plan_schema import PLAN_TABLES
from .plan_writing import add_inputs, add_plan_tables, add_provenance, input_targets, other_sheets, write_result
from .scenario_plan import SCENARIO_COLUMNS

if TYPE_CHECKING:
    from .scenario_plan import ScenarioPlan

# Tables whose rows are the same for all futures or say little beside the others are left to Python and CSV.
_LEFT_OUT = ("capacity", "concentration", "exposure", "impacts", "flows", "costs", "activity", "lane_use")


def write_scenario_plan(plan: ScenarioPlan, path: Path) -> Path:
    """Writes the plan, whole or not at all; returns the path written."""
    return write_result(plan, path, lambda: scenario_workbook(plan), lambda: scenario_summary.sentences(plan))


def scenario_workbook(plan: ScenarioPlan) -> Workbook:
    """Answer, the scenarios, plan tables with the scenario in the first column, inputs, provenance, audit."""
    book = Workbook()
    currency = str(plan.case.settings.get("currency") or "money")
    page = answer_page(book, f"{plan.case.settings['name']}: one plan for {len(plan.plans)} futures")
    page.line(summary.headline(plan), cells.SUBTITLE)
    if summary.ending(plan):
        page.line(summary.ending(plan), cells.BOLD)
    page.line(summary.verdict(plan.audit), cells.BODY)
    page.sentences("The decision, the same whatever happens", summary.decisions(plan.decided))
    page.sentences(f"Decided from {plan.wish.adapt_from} on, when the future is known", scenario_summary.later(plan))
    page.sentences("In sum", scenario_summary.findings(plan))
    unit, divisor = summary.money_unit(plan)
    frame = plan.scenarios()
    for column in ("cost", "best_if_known", "regret"):
        frame[column] = frame[column].astype(float) / divisor
    page.small_table(f"The futures (money in {unit}, tonnes over the horizon)", frame.dropna(axis=1, how="all"))
    page.sentences("What each future changes", scenario_summary.what_changes(plan))
    add_table(
        book.create_sheet("scenarios"),
        "The futures: probability, discounted cost, dependence, what is not delivered.",
        plan.scenarios(),
        SCENARIO_COLUMNS,
        (),
        currency,
    )
    tables = {n: f for n, f in plan.tables.items() if n not in _LEFT_OUT}
    filled = add_plan_tables(book, tables, currency, input_targets(plan.case))
    add_inputs(book, plan.case)
    add_provenance(book, plan)
    helps = {name: PLAN_TABLES[name].help for name in filled}
    page.contents({"scenarios": "one row a future", **helps, **other_sheets(plan)})
    page.line(f"In Python and CSV only, for their size: {', '.join(_LEFT_OUT)}.", cells.NOTE)
    page.fit()
    return book
