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
    from .report.writing import write_report
    from .scenario_plan import ScenarioPlan
    from .session import Options, Progress
    from .solving import solve
    from .studies.choices.alternatives import alternatives
    from .studies.choices.options import options
    from .studies.compare.comparing import Comparison, compare
    from .studies.explain.explaining import Explanation, explain
    from .studies.frontier.payoff import payoff
    from .studies.frontier.tracing import Frontier, frontier
    from .studies.information import value_of_scenarios
    from .studies.montecarlo.running import MonteCarlo, montecarlo
    from .studies.ranges.indices import morris_design, morris_indices, sobol_design, sobol_indices
    from .studies.ranges.ranges import ranges_of
    from .studies.ranges.sampling import sample_runs
    from .studies.ranges.vary import parse_vary
    from .studies.ranges.weak import weak_numbers
    from .studies.runs.executing import Where, execute
    from .studies.runs.study import Run, Study
    from .studies.runs.tidy import write_tidy
    from .studies.sensitivity.studying import Sensitivity, sensitivity
    from .studies.sheet.running import Studies, run_studies
    from .studies.stress.testing import Stress, stress
    from .studies.sweep.sweeping import Sweep, sweep
    from .studies.switching.searching import Switching, switching
    from .studies.verifying import Verification, verify
    from .studies.why.asking import Why, why


_PLACES = {
    "Case": ".case",
    "CaseError": ".problems",
    "Change": ".changes",
    "Comparison": ".studies.compare.comparing",
    "Explanation": ".studies.explain.explaining",
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
    "Sweep": ".studies.sweep.sweeping",
    "Switching": ".studies.switching.searching",
    "Verification": ".studies.verifying",
    "Where": ".studies.runs.executing",
    "Why": ".studies.why.asking",
    "alternatives": ".studies.choices.alternatives",
    "compare": ".studies.compare.comparing",
    "execute": ".studies.runs.executing",
    "explain": ".studies.explain.explaining",
    "frontier": ".studies.frontier.tracing",
    "montecarlo": ".studies.montecarlo.running",
    "morris_design": ".studies.ranges.indices",
    "morris_indices": ".studies.ranges.indices",
    "options": ".studies.choices.options",
    "parse_vary": ".studies.ranges.vary",
    "payoff": ".studies.frontier.payoff",
    "ranges_of": ".studies.ranges.ranges",
    "run_studies": ".studies.sheet.running",
    "sample_runs": ".studies.ranges.sampling",
    "sensitivity": ".studies.sensitivity.studying",
    "sobol_design": ".studies.ranges.indices",
    "sobol_indices": ".studies.ranges.indices",
    "solve": ".solving",
    "stress": ".studies.stress.testing",
    "sweep": ".studies.sweep.sweeping",
    "switching": ".studies.switching.searching",
    "value_of_scenarios": ".studies.information",
    "verify": ".studies.verifying",
    "weak_numbers": ".studies.ranges.weak",
    "why": ".studies.why.asking",
    "write_report": ".report.writing",
    "write_tidy": ".studies.runs.tidy",
}
__all__ = [
    "Case",
    "CaseError",
    "Change",
    "Comparison",
    "Explanation",
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
    "Sweep",
    "Switching",
    "Verification",
    "Where",
    "Why",
    "alternatives",
    "compare",
    "execute",
    "explain",
    "frontier",
    "montecarlo",
    "morris_design",
    "morris_indices",
    "options",
    "parse_vary",
    "payoff",
    "ranges_of",
    "run_studies",
    "sample_runs",
    "sensitivity",
    "sobol_design",
    "sobol_indices",
    "solve",
    "stress",
    "sweep",
    "switching",
    "value_of_scenarios",
    "verify",
    "weak_numbers",
    "why",
    "write_report",
    "write_tidy",
]


def __getattr__(name: str) -> Any:
    if name in _PLACES:
        return getattr(import_module(_PLACES[name], __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
