"""Magnet Sourcing: where a country's rare-earth magnets come from, year by year.

    from magnet_sourcing import Case, solve
    case = Case.read("case.xlsx")
    plan = solve(case)
    plan.write("plan.xlsx")

The names here are those of the command line. Heavy parts are imported when first used, so that checking a case or
asking for help stays quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .case import Case
    from .plan import Plan
    from .problems import CaseError, Problem
    from .session import Progress
    from .solving import solve
    from .studies.frontier import Frontier, frontier
    from .studies.payoff import payoff

_PLACES = {
    "Case": ".case",
    "CaseError": ".problems",
    "Problem": ".problems",
    "Plan": ".plan",
    "solve": ".solving",
    "Frontier": ".studies.frontier",
    "frontier": ".studies.frontier",
    "payoff": ".studies.payoff",
    "Progress": ".session",
}
__all__ = ["Case", "CaseError", "Frontier", "Plan", "Problem", "Progress", "frontier", "payoff", "solve"]


def __getattr__(name: str) -> Any:
    if name in _PLACES:
        return getattr(import_module(_PLACES[name], __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
