"""Reading plans back: the case, the tables and the solver's record of what `Plan.write` wrote, audited again."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from .audit import audit
from .case import Case
from .plan import Plan
from .plan_schema import BLANKS, PLAN_TABLES, PlanColumn, plan_frame
from .problems import CaseError, Problem, did_you_mean
from .reading import Layout, read_sheets
from .schema import TABLES, Column
from .sheets import UNREADABLE, Sheet
from .summary import ENDINGS
from .values import BadValue, convert, tidy

INPUT = "in "
# The solver's record is the sheet 'provenance' of a workbook and the file solver.csv of a folder.
RECORD = ("provenance", "solver")
PLAN = Layout(
    "plan",
    (
        *(name for name in PLAN_TABLES if name != "solver"),
        *RECORD,
        *(f"{INPUT}{name}" for name in (*TABLES, "settings")),
    ),
    ("Answer", "Charts", "audit"),
    f"{INPUT}settings",
    header_row=4,
)
# Fields of the record that stay text whatever they look like.
TEXT_FIELDS = {"status", "case", "case file", "case hash", "decisions hash", "china cap", "scenarios", "detail", "tie break"}
TEXT_FIELDS |= {"seal", "objective measure", "aim", "at most", "magnet-sourcing", "highspy", "pyomo", "python", "platform"}
_HELD = re.compile(r"(.+?): (-?[\d.]+(?:e[+-]?\d+)?)(?:, |$)")
_CAP = re.compile(r"\d{4}: [\d.]+(e-\d+)?(, \d{4}: [\d.]+(e-\d+)?)*")


def read_plan(path: Path) -> Plan:
    """The plan of a workbook or folder that `Plan.write` wrote, audited afresh against the case in the same file."""
    sheets, problems = read_sheets(path, PLAN)
    by_name = {sheet.name: sheet for sheet in sheets}
    refuse_other_results(path, by_name)
    problems += _missing(path, by_name)
    if problems:
        raise CaseError(problems)
    case = _case(path, sheets)
    record_sheet = next(by_name[name] for name in RECORD if name in by_name)
    record = _record(record_sheet, problems)
    tables = {
        name: _table(by_name[name], problems) if name in by_name else plan_frame(name, [])
        for name in PLAN_TABLES
        if name != "solver"
    }
    problems += _endings(record_sheet, record, tables)
    if problems:
        raise CaseError(problems)
    tables["solver"] = pd.DataFrame({"field": list(record), "value": pd.Series(list(record.values()), dtype=object)})
    plan = Plan(
        case,
        record["status"],
        record.get("objective"),
        None,
        record.get("bound"),
        record.get("gap"),
        record["seconds"],
        record,
        {name: tables[name] for name in PLAN_TABLES},
        record.get("detail") or "",
    )
    if plan.has_plan:
        _audit(plan, record)
    return plan


def _audit(plan: Plan, record: Mapping[str, Any]) -> None:
    """The audit with the options of the solve, and whether the case is still the one that was solved."""
    plan.cost = plan.total()
    plan.audit = audit(
        plan.case,
        plan.tables,
        objective=plan.objective,
        measure=record.get("objective measure") or "cost",
        china_price=record.get("china price") or 0.0,
        china_cap=index_caps(record.get("china cap")),
        at_most=measures_held(record.get("at most")),
    )
    said = "the inputs in the file are not those that were solved"
    plan.audit.true("case", said, plan.case.hash == record.get("case hash"))


# ---------------------------------------------------------------- what a plan must hold


def refuse_other_results(path: Path, by_name: Mapping[str, Sheet]) -> None:
    """Raises CaseError for a record without any input, which is a study: one message, not one for each sheet."""
    if any(name in by_name for name in RECORD) and not any(name.startswith(INPUT) for name in by_name):
        said = "this is no plan written by magnet-sourcing, which holds its inputs too"
        raise CaseError([Problem("error", path.name, "", "", said)])


def _missing(path: Path, by_name: Mapping[str, Sheet]) -> Iterator[Problem]:
    """Sheets without which there is no plan."""
    needed = [f"{INPUT}settings", *(f"{INPUT}{name}" for name, table in TABLES.items() if table.required)]
    lacking = [name for name in needed if name not in by_name]
    if not any(name in by_name for name in RECORD):
        lacking.append("solver" if path.is_dir() else "provenance")
    for name in lacking:
        said = f"the {'table' if path.is_dir() else 'sheet'} is missing; this is no plan written by magnet-sourcing"
        yield Problem("error", path.name, name, "", said)


def _case(path: Path, sheets: list[Sheet]) -> Case:
    """The case in the file, without errors."""
    inputs = [
        Sheet(s.name.removeprefix(INPUT), s.file, s.kind, s.headers, s.rows, s.header_row)
        for s in sheets
        if s.name.startswith(INPUT)
    ]
    case = Case._from_sheets(inputs, str(path))
    problems = [
        Problem(p.severity, p.file, f"{INPUT}{p.sheet}", p.cell, p.message)
        for p in case.check()
        if p.severity == "error"
    ]
    if problems:
        raise CaseError(problems)
    return case


def _endings(sheet: Sheet, record: Mapping[str, Any], tables: Mapping[str, pd.DataFrame]) -> Iterator[Problem]:
    """An ending that exists, and an objective if, and only if, there are decisions."""
    known = ("optimal", *ENDINGS)
    if record.get("status") not in known:
        yield _problem(sheet, "", f"status '{record.get('status')}'{did_you_mean(str(record.get('status')), known)}")
    if record.get("seconds") is None:
        yield _problem(sheet, "", "seconds is missing")
    filled = [name for name, frame in tables.items() if len(frame)]
    if record.get("objective") is None and (filled or record.get("status") == "optimal"):
        yield _problem(sheet, "", "objective is missing, yet there is a plan")


def _problem(sheet: Sheet, cell: str, message: str) -> Problem:
    return Problem("error", sheet.file, sheet.name, cell, message)


# ---------------------------------------------------------------- tables


def _table(sheet: Sheet, problems: list[Problem]) -> pd.DataFrame:
    """A plan table with the schema's columns and kinds; every cell that does not fit is a problem."""
    columns = PLAN_TABLES[sheet.name].columns
    at = {header: i for i, header in enumerate(sheet.headers) if header is not None}
    names = [c.name for c in columns]
    for header in at:
        if header not in names:
            said = f"no column '{header}' in {sheet.name}{did_you_mean(header, names)}"
            problems.append(_problem(sheet, sheet.place(sheet.header_row, at[header]), said))
    absent = [name for name in names if name not in at]
    if absent:
        problems.append(_problem(sheet, f"row {sheet.header_row}", f"column '{absent[0]}' is missing"))
        return plan_frame(sheet.name, [])
    rows = [[_value(sheet, number, at[c.name], c, cells, problems) for c in columns] for number, cells in sheet.rows]
    return plan_frame(sheet.name, rows)


def _value(
    sheet: Sheet, number: int, position: int, column: PlanColumn, cells: list[Any], problems: list[Problem]
) -> Any:
    raw = tidy(cells[position]) if position < len(cells) else None
    if raw is UNREADABLE:
        return None
    if raw is None:
        if column.kind != "text" and (sheet.name, column.name) not in BLANKS:
            problems.append(_problem(sheet, sheet.place(number, position), f"{column.name} is blank"))
        return None
    try:
        return convert(Column(column.name, column.kind, column.help, column.unit), raw)
    except BadValue as reason:
        problems.append(_problem(sheet, sheet.place(number, position), str(reason)))
        return None


# ---------------------------------------------------------------- the solver's record


def _record(sheet: Sheet, problems: list[Problem]) -> dict[str, Any]:
    """Field -> value, typed as it was written."""
    absent = [name for name in ("field", "value") if name not in sheet.headers]
    if absent:
        problems.append(_problem(sheet, f"row {sheet.header_row}", f"column '{absent[0]}' is missing"))
        return {}
    at, record = [sheet.headers.index(name) for name in ("field", "value")], {}
    for number, cells in sheet.rows:
        field, raw = (tidy(cells[i]) if i < len(cells) else None for i in at)
        value = None if raw is UNREADABLE else _field(str(field), raw)
        if field in ("objective", "bound", "gap", "seconds", "china price") and isinstance(value, str):
            problems.append(_problem(sheet, sheet.place(number, at[1]), f"{field} '{value}' is text, not a number"))
        if field == "china cap" and value not in (None, "none") and not _CAP.fullmatch(str(value)):
            said = f"china cap '{value}'; must be none, or a value by period as in '2027: 0.3, 2028: 0.25'"
            problems.append(_problem(sheet, sheet.place(number, at[1]), said))
        if field == "at most" and value not in (None, "none") and _HELD.sub("", str(value)):
            said = f"at most '{value}'; must be none, or measures with their values as in 'index: 0.5, unmet: 100'"
            problems.append(_problem(sheet, sheet.place(number, at[1]), said))
        record[str(field)] = value
    return record


def _field(name: str, raw: Any) -> Any:
    """A value of the record: a workbook keeps numbers, a CSV file makes them text."""
    if raw is None or name in TEXT_FIELDS:
        return None if raw is None else str(raw)
    if str(raw) in ("yes", "True", "no", "False"):
        return str(raw) in ("yes", "True")
    try:
        return raw if isinstance(raw, (int, float)) else (float(raw) if "." in raw or "e" in raw else int(raw))
    except ValueError:
        return raw


def index_caps(text: str | None) -> dict[int, float]:
    """'2025: 0.3, 2026: 0.25' as a dictionary; 'none' as an empty one."""
    if text is None or text == "none":
        return {}
    pairs = [part.split(":") for part in text.split(",")]
    return {int(year): float(value) for year, value in pairs}


def measures_held(text: str | None) -> dict[str, float]:
    """'index: 0.5, impact water: 100' as a dictionary; 'none' as an empty one."""
    if text is None or text == "none":
        return {}
    return {measure: float(value) for measure, value in _HELD.findall(text)}
