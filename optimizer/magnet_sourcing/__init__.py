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
    from .studies.alternatives import alternatives
    from .studies.frontier import Frontier, frontier
    from .studies.information import value_of_scenarios
    from .studies.options import options
    from .studies.payoff import payoff
    from .studies.stress import Stress, stress
    from .studies.switching import Switching, switching

_PLACES = {
    "Case": ".case",
    "CaseError": ".problems",
    "Frontier": ".studies.frontier",
    "Plan": ".plan",
    "Problem": ".problems",
    "Progress": ".session",
    "ScenarioPlan": ".scenario_plan",
    "Stress": ".studies.stress",
    "Switching": ".studies.switching",
    "alternatives": ".studies.alternatives",
    "frontier": ".studies.frontier",
    "options": ".studies.options",
    "payoff": ".studies.payoff",
    "solve": ".solving",
    "stress": ".studies.stress",
    "switching": ".studies.switching",
    "value_of_scenarios": ".studies.information",
}
__all__ = [
    "Case",
    "CaseError",
    "Frontier",
    "Plan",
    "Problem",
    "Progress",
    "ScenarioPlan",
    "Stress",
    "Switching",
    "alternatives",
    "frontier",
    "options",
    "payoff",
    "solve",
    "stress",
    "switching",
    "value_of_scenarios",
]


def __getattr__(name: str) -> Any:
    if name in _PLACES:
        return getattr(import_module(_PLACES[name], __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
