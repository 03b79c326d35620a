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
    from .changes import Change
    from .plan import Plan
    from .problems import CaseError, Problem
    from .scenario_plan import ScenarioPlan
    from .session import Options, Progress
    from .solving import solve
    from .studies.choices.alternatives import alternatives
    from .studies.choices.options import options
    from .studies.frontier.payoff import payoff
    from .studies.frontier.tracing import Frontier, frontier
    from .studies.information import value_of_scenarios
    from .studies.montecarlo.running import MonteCarlo, montecarlo
    from .studies.runs.executing import Where, execute
    from .studies.runs.study import Run, Study
    from .studies.runs.tidy import write_tidy
    from .studies.sensitivity.studying import Sensitivity, sensitivity
    from .studies.sheet.running import Studies, run_studies
    from .studies.stress.testing import Stress, stress
    from .studies.switching.searching import Switching, switching

_PLACES = {
    "Case": ".case",
    "CaseError": ".problems",
    "Change": ".changes",
    "Frontier": ".studies.frontier.tracing",
    "MonteCarlo": ".studies.montecarlo.running",
    "Options": ".session",
    "Plan": ".plan",
    "Problem": ".problems",
    "Progress": ".session",
    "Run": ".studies.runs.study",
    "ScenarioPlan": ".scenario_plan",
    "Sensitivity": ".studies.sensitivity.studying",
    "Stress": ".studies.stress.testing",
    "Studies": ".studies.sheet.running",
    "Study": ".studies.runs.study",
    "Switching": ".studies.switching.searching",
    "Where": ".studies.runs.executing",
    "alternatives": ".studies.choices.alternatives",
    "execute": ".studies.runs.executing",
    "frontier": ".studies.frontier.tracing",
    "montecarlo": ".studies.montecarlo.running",
    "options": ".studies.choices.options",
    "payoff": ".studies.frontier.payoff",
    "run_studies": ".studies.sheet.running",
    "sensitivity": ".studies.sensitivity.studying",
    "solve": ".solving",
    "stress": ".studies.stress.testing",
    "switching": ".studies.switching.searching",
    "value_of_scenarios": ".studies.information",
    "write_tidy": ".studies.runs.tidy",
}
__all__ = [
    "Case",
    "CaseError",
    "Change",
    "Frontier",
    "MonteCarlo",
    "Options",
    "Plan",
    "Problem",
    "Progress",
    "Run",
    "ScenarioPlan",
    "Sensitivity",
    "Stress",
    "Studies",
    "Study",
    "Switching",
    "Where",
    "alternatives",
    "execute",
    "frontier",
    "montecarlo",
    "options",
    "payoff",
    "run_studies",
    "sensitivity",
    "solve",
    "stress",
    "switching",
    "value_of_scenarios",
    "write_tidy",
]


def __getattr__(name: str) -> Any:
    if name in _PLACES:
        return getattr(import_module(_PLACES[name], __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
