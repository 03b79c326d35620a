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
    from .scenario_plan import ScenarioPlan
    from .session import Progress
    from .solving import solve
    from .studies.stress import Stress, stress

_PLACES = {
    "Case": ".case",
    "CaseError": ".problems",
    "Problem": ".problems",
    "Plan": ".plan",
    "ScenarioPlan": ".scenario_plan",
    "solve": ".solving",
    "Progress": ".session",
    "Stress": ".studies.stress",
    "stress": ".studies.stress",
}
__all__ = ["Case", "CaseError", "Plan", "Problem", "Progress", "ScenarioPlan", "Stress", "solve", "stress"]


def __getattr__(name: str) -> Any:
    if name in _PLACES:
        return getattr(import_module(_PLACES[name], __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
