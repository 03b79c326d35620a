"""The mathematics of Magnet Sourcing: a Pyomo model of a case, and nothing else.

No file format, no solver, no command line: see `magnet_sourcing` for those and `docs/formulation.md` for the
equations. `build` is the way in.
"""

from .attribution import Attribution
from .custody import Provenance
from .inputs import Refused
from .measures import MEASURES, Measure
from .model import Model, Scenario, build
from .risk import Goal
from .rows import Contradiction

__all__ = [
    "MEASURES",
    "Attribution",
    "Contradiction",
    "Goal",
    "Measure",
    "Model",
    "Provenance",
    "Refused",
    "Scenario",
    "build",
]
