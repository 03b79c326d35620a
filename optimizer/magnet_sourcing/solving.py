"""`solve`: from a checked case to an audited plan."""

from __future__ import annotations

import platform
import time
from collections.abc import Callable, Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import pandas as pd

from .audit import audit
from .case import Case
from .plan import Plan
from .plan_schema import PLAN_TABLES
from .problems import CaseError, Problem
from .schema import TABLES
from .session import Options, Outcome, Progress, Session, Status


def solve(
    case: Case,
    *,
    china_price: float = 0.0,
    china_cap: float | Mapping[int, float] | None = None,
    gap: float = 1e-4,
    time_limit: float | None = None,
    threads: int = 1,
    seed: int = 0,
    tie_break: bool = True,
    progress: Callable[[Progress], None] | None = None,
) -> Plan:
    """Finds the cheapest plan of a case, and audits it.

    china_price: money per tonne of stage- and element-weighted exposure, added to the objective (discounted).
    china_cap: greatest dependence index, one value for every period or a value by period.
    gap: relative gap at which the solver may stop. time_limit: seconds. threads, seed: of HiGHS.
    tie_break: among plans of equal objective prefer less exposure, then fewer builds and signings.
    progress: called with a `Progress` as the solver reports.

    Raises `CaseError` if the case does not pass its checks. The audit's verdict is in `plan.audit`; a plan whose
    audit fails must not be used.

    >>> import magnet_sourcing as ms
    >>> plan = ms.solve(ms.Case.small())
    >>> plan.status
    'optimal'
    """
    begun = time.perf_counter()
    options = Options(gap, time_limit, threads, seed, tie_break)
    _check_options(case, options, china_price, china_cap)
    tables = {name: case.rows(name) for name in TABLES}
    cap = _cap_by_period(case, china_cap)
    record = _record(case, options, china_price, cap)

    from magnet_models import (  # Pyomo takes a second to import: only when solving
        Contradiction,
        Refused,
        build,
    )

    from .matrix import to_matrix
    from .results import plan_tables

    try:
        model = build(case.settings, tables, china_price=china_price, china_cap=cap)
    except Contradiction as reason:
        outcome = Outcome(Status.INFEASIBLE, None, None, None, None, 0.0, 0, str(reason))
        return _plan(case, outcome, record, {}, begun)
    except Refused as reason:
        raise CaseError([Problem("error", case.origin, "", "", str(reason))]) from reason
    matrix = to_matrix(model.pyomo)
    record |= {"build seconds": round(time.perf_counter() - begun, 3)}
    preferences = [matrix.vector(terms) for terms in (model.exposure, model.decisions()) if terms]
    outcome = Session(matrix, options, progress).solve(preferences)
    found: dict[str, pd.DataFrame] = {}
    if outcome.values is not None:
        found = plan_tables(model.scenarios["base"], matrix, outcome.values)
    plan = _plan(case, outcome, record, found, begun)
    if plan.has_plan:
        plan.cost = float(matrix.vector(model.cost) @ outcome.values) + model.constant
        plan.audit = audit(case, plan.tables, objective=plan.objective, china_price=china_price, china_cap=cap)
    return plan


def _check_options(case: Case, options: Options, china_price: float, china_cap: Any) -> None:
    problems = [p for p in case.check() if p.severity == "error"]
    if problems:
        raise CaseError(problems)
    if options.gap < 0:
        raise ValueError(f"gap {options.gap}: must be 0 or more")
    if options.time_limit is not None and options.time_limit <= 0:
        raise ValueError(f"time limit {options.time_limit}: must be more than 0")
    if china_price < 0:
        raise ValueError(f"china price {china_price}: must be 0 or more")
    if (china_price or china_cap is not None) and not case.settings["exposed_country"]:
        raise ValueError("a China price or cap needs settings: exposed_country, and stage weights")


def _cap_by_period(case: Case, cap: float | Mapping[int, float] | None) -> dict[int, float]:
    """The cap as a value by period; years that are no period are refused."""
    if cap is None:
        return {}
    by_period = (
        {t: float(cap) for t in case.periods}
        if isinstance(cap, (int, float))
        else {int(t): float(x) for t, x in cap.items()}
    )
    for t, value in by_period.items():
        if t not in case.periods:
            raise ValueError(f"china cap: {t} is not a period of the case; periods are {case.periods}")
        if not value >= 0:
            raise ValueError(f"china cap {value} in {t}: must be 0 or more")
    return by_period


def _record(case: Case, options: Options, china_price: float, cap: Mapping[int, float]) -> dict[str, Any]:
    """What is needed to solve the same again."""
    return {
        "case": case.settings["name"],
        "case file": case.origin,
        "case hash": case.hash,
        "china price": china_price,
        "china cap": ", ".join(f"{t}: {x:.15g}" for t, x in cap.items()) or "none",
        "scenarios": _scenarios_note(case),
        "gap asked": options.gap,
        "time limit": options.time_limit if options.time_limit is not None else "none",
        "threads": options.threads,
        "seed": options.seed,
        "tie break asked": options.tie_break,
        "magnet-sourcing": _version("magnet-sourcing"),
        "highspy": _version("highspy"),
        "pyomo": _version("pyomo"),
        "python": platform.python_version(),
        "platform": platform.system(),
    }


def _scenarios_note(case: Case) -> str:
    """Says plainly that scenarios are not what was solved."""
    count = len(case.rows("scenarios"))
    return f"{count} listed, not used: the plan is for the tables as they stand" if count else "none listed"


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed as a package"


def _plan(case: Case, outcome: Outcome, record: dict[str, Any], found: dict[str, pd.DataFrame], begun: float) -> Plan:
    seconds = time.perf_counter() - begun
    record = {
        "status": str(outcome.status),
        "objective": outcome.objective,
        "bound": outcome.bound,
        "gap": outcome.gap,
        "seconds": round(seconds, 3),
        "solver seconds": round(outcome.seconds, 3),
        **record,
        "variables": outcome.columns,
        "whole-number variables": outcome.whole,
        "rows": outcome.rows,
        "nodes": outcome.nodes,
        "tie break": outcome.tie_break,
        "detail": outcome.detail or None,
    }
    tables = {
        name: found.get(name, pd.DataFrame(columns=[c.name for c in table.columns]))
        for name, table in PLAN_TABLES.items()
    }
    tables["solver"] = pd.DataFrame({"field": list(record), "value": pd.Series(list(record.values()), dtype=object)})
    return Plan(
        case,
        str(outcome.status),
        outcome.objective,
        None,
        outcome.bound,
        outcome.gap,
        seconds,
        record,
        tables,
        outcome.detail,
    )
