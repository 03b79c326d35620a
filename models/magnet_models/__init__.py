"""The mathematics of Magnet Sourcing: a Pyomo model of a case, and nothing else.

No file format, no solver, no command line: see `magnet_sourcing` for those and `docs/formulation.md` for the
equations. `build` is the way in.
"""

from .attribution import Attribution
from .custody import Provenance
from .inputs import Refused
from .model import Model, Scenario, build
from .rows import Contradiction

__all__ = ["Attribution", "Contradiction", "Model", "Provenance", "Refused", "Scenario", "build"]
