"""By which method HiGHS solves a linear programme that has no basis to begin from. Measured in docs/solver-options.md."""

from __future__ import annotations

import highspy

# From so many columns on the interior point method with crossover is several times as fast as the simplex method; below,
# either takes no time.
LARGE = 20_000
_ENDED = (
    highspy.HighsModelStatus.kOptimal,
    highspy.HighsModelStatus.kInfeasible,
    highspy.HighsModelStatus.kTimeLimit,
    highspy.HighsModelStatus.kInterrupt,
)


def run(h: highspy.Highs, linear: bool) -> None:
    """Runs what is loaded. linear: it has no whole numbers."""
    if not linear or h.getNumCol() < LARGE or h.getBasis().valid:
        h.run()
        return
    h.setOptionValue("solver", "ipm")
    h.run()
    h.setOptionValue("solver", "choose")  # what follows begins from the basis there now is
    if h.getModelStatus() not in _ENDED:
        h.run()
