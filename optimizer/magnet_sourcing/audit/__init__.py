"""The independent audit: plain arithmetic on the case and the plan's tables.

It imports neither Pyomo nor the model nor the solver session, and recomputes balances, capacities, build and contract
logic, integrality, every cost, exposure, index and free tonne. A plan that does not pass must not be used.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from .custody import check_custody
from .decisions import DECISIONS
from .dependence import check_exposure, check_impacts, exposures, index
from .facts import Facts
from .measures import measured
from .money import check_costs, ledger
from .partners import check_partners
from .physics import PHYSICS
from .policy import check_limits
from .prices import check_prices
from .report import AuditReport
from .scenarios import check_scenarios

if TYPE_CHECKING:
    from ..case import Case

# HiGHS respects rows to 1e-6 or 1e-7 in absolute terms; relative to the size of the amounts (at least 1) this allows
# for that and for the noise floor of the plan's tables, and nothing a planner could see.
TOLERANCE = 2e-6


def audit(
    case: Case,
    tables: Mapping[str, pd.DataFrame],
    *,
    objective: float | None,
    cost: float | None = None,
    china_price: float = 0.0,
    china_cap: Mapping[int, float] | None = None,
    planned: Case | None = None,
    adapt_from: int | None = None,
    measure: str = "cost",
    at_most: Mapping[str, float] | None = None,
    tolerance: float = TOLERANCE,
) -> AuditReport:
    """Recomputes a plan and reports every disagreement.

    objective, cost: what the solver reported, or None to leave it out. china_price, china_cap: the options of the
    solve. planned: the case before a scenario changed it, if the plan was made for several: decisions before
    `adapt_from` (all, if None) were made on its tables. measure: what the objective is. at_most: measures held below
    a value.
    """
    out = AuditReport()
    try:
        facts = Facts(case, tables, tolerance, planned, adapt_from)
        PHYSICS[0](facts, out)
        if not out.passed:  # a plan that names what is not there cannot be counted any further
            return out
        for check in (*PHYSICS[1:], *DECISIONS):
            check(facts, out)
        found = exposures(facts)
        check_exposure(facts, out, found, dict(china_cap or {}))
        check_custody(facts, out)
        check_impacts(facts, out)
        book = ledger(facts)
        total = check_costs(facts, out, book)
        check_limits(facts, out, found, book)
        check_partners(facts, out)
        check_prices(facts, out)
    except KeyError as missing:
        out.true("names", f"the plan speaks of {missing}, which the case does not know", False)
        return out
    held = {name: total if name == "cost" else measured(case, tables, name) for name in {*(at_most or {}), measure}}
    for name, most in (at_most or {}).items():
        out.at_most("measures held", name, held[name], most, tolerance)
    if cost is not None:
        out.same("total cost", "cost", cost, total, tolerance)
    if objective is not None:
        exposed = case.settings["exposed_country"]
        premium = china_price * sum(facts.counted[t] * index(facts, found, exposed, t) for t in facts.periods)
        if measure.startswith("not free"):  # what is reported as free is the most that can be, and may be more
            out.at_most("total cost", "objective", held[measure] + premium, objective, tolerance)
        else:
            out.same("total cost", "objective", objective, held[measure] + premium, tolerance)
    return out


__all__ = ["AuditReport", "audit", "check_scenarios"]
