"""Reading back what is common to a plan for several futures: its case, its record and its tables in one future."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from .case import Case
from .plan_reading import PLAN, RECORD, _case, _missing, _record, _table, refuse_other_results
from .plan_schema import PLAN_TABLES, plan_frame
from .problems import CaseError, Problem
from .reading import Layout, read_sheets
from .scenario_plan import decisions_mark
from .scenarios import shows
from .sheets import Sheet

SCENARIO_PLAN = Layout("plan", ("scenarios", *PLAN.known), PLAN.ignored, PLAN.settings, PLAN.header_row)


def read_common(path: Path) -> tuple[Case, dict[str, Any], dict[str, pd.DataFrame]] | None:
    """Case, solver's record and plan tables of the future that differs last from the tables as they stand.

    None if the file is a plan for one future (see `Plan.read`). Tables the file leaves out for their size are empty.
    Raises CaseError if it is neither.
    """
    sheets, problems = read_sheets(path, SCENARIO_PLAN)
    by_name = {sheet.name: sheet for sheet in sheets}
    if "scenarios" not in by_name:
        return None
    refuse_other_results(path, by_name)
    problems += _missing(path, by_name)
    if problems:
        raise CaseError(problems)
    case = _case(path, sheets)
    record = _record(next(by_name[name] for name in RECORD if name in by_name), problems)
    chosen = _calmest(case, by_name["scenarios"], problems)
    tables = {
        name: _table(_in_future(by_name[name], chosen), problems) if name in by_name else plan_frame(name, [])
        for name in PLAN_TABLES
        if name != "solver"
    }
    common_only = record.get("adapt from") in (None, "none")
    if not problems and common_only and record.get("decisions hash") != decisions_mark(tables):
        said = "signings, builds or lane openings are not those that were planned: was the file edited?"
        problems.append(Problem("error", path.name, "builds", "", said))
    if problems:
        raise CaseError(problems)
    return case, record, tables


def _calmest(case: Case, sheet: Sheet, problems: list[Problem]) -> str:
    """The scenario of the file that differs last (best: never) from the tables as they stand."""
    known = {r.scenario: r.probability for r in case.rows("scenarios")}
    at = sheet.headers.index("scenario") if "scenario" in sheet.headers else None
    names = [] if at is None else [str(cells[at]) for _, cells in sheet.rows]
    strange = [n for n in names if n not in known]
    if strange or not names:
        said = f"scenario '{strange[0]}' is not among the inputs" if strange else "no scenarios are listed"
        problems.append(Problem("error", sheet.file, sheet.name, "", said))
        return ""
    first = shows(case, names)
    return max(names, key=lambda name: (first[name], known[name]))


def _in_future(sheet: Sheet, name: str) -> Sheet:
    """The rows of one scenario, as a plan's own sheet; places of cells stay what they are."""
    if "scenario" not in sheet.headers:
        return sheet
    at = sheet.headers.index("scenario")
    headers = [None if i == at else header for i, header in enumerate(sheet.headers)]
    rows = [(number, cells) for number, cells in sheet.rows if str(cells[at]) == name]
    return Sheet(sheet.name, sheet.file, sheet.kind, headers, rows, sheet.header_row)
