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
    from .studies.choices.alternatives import alternatives
    from .studies.choices.options import options
    from .studies.compare.comparing import Comparison, compare
    from .studies.frontier.payoff import payoff
    from .studies.frontier.tracing import Frontier, frontier
    from .studies.information import value_of_scenarios
    from .studies.ranges.indices import morris_design, morris_indices, sobol_design, sobol_indices
    from .studies.ranges.ranges import ranges_of
    from .studies.ranges.sampling import sample_runs
    from .studies.ranges.vary import parse_vary
    from .studies.ranges.weak import weak_numbers
    from .studies.stress.testing import Stress, stress
    from .studies.sweep.sweeping import Sweep, sweep
    from .studies.switching.searching import Switching, switching

_PLACES = {
    "Case": ".case",
    "CaseError": ".problems",
    "Comparison": ".studies.compare.comparing",
    "Frontier": ".studies.frontier.tracing",
    "Plan": ".plan",
    "Problem": ".problems",
    "Progress": ".session",
    "ScenarioPlan": ".scenario_plan",
    "Stress": ".studies.stress.testing",
    "Sweep": ".studies.sweep.sweeping",
    "Switching": ".studies.switching.searching",
    "alternatives": ".studies.choices.alternatives",
    "compare": ".studies.compare.comparing",
    "frontier": ".studies.frontier.tracing",
    "morris_design": ".studies.ranges.indices",
    "morris_indices": ".studies.ranges.indices",
    "options": ".studies.choices.options",
    "parse_vary": ".studies.ranges.vary",
    "payoff": ".studies.frontier.payoff",
    "ranges_of": ".studies.ranges.ranges",
    "sample_runs": ".studies.ranges.sampling",
    "sobol_design": ".studies.ranges.indices",
    "sobol_indices": ".studies.ranges.indices",
    "solve": ".solving",
    "stress": ".studies.stress.testing",
    "sweep": ".studies.sweep.sweeping",
    "switching": ".studies.switching.searching",
    "value_of_scenarios": ".studies.information",
    "weak_numbers": ".studies.ranges.weak",
}
__all__ = [
    "Case",
    "CaseError",
    "Comparison",
    "Frontier",
    "Plan",
    "Problem",
    "Progress",
    "ScenarioPlan",
    "Stress",
    "Sweep",
    "Switching",
    "alternatives",
    "compare",
    "frontier",
    "morris_design",
    "morris_indices",
    "options",
    "parse_vary",
    "payoff",
    "ranges_of",
    "sample_runs",
    "sobol_design",
    "sobol_indices",
    "solve",
    "stress",
    "sweep",
    "switching",
    "value_of_scenarios",
    "weak_numbers",
]


def __getattr__(name: str) -> Any:
    if name in _PLACES:
        return getattr(import_module(_PLACES[name], __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
