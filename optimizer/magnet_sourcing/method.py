"""By which method HiGHS solves a linear programme. Measured in docs/strength.md.

Only an optimum that stands on a basis is taken from the interior point method: prices, ranges, ties and the next solve
all begin there. Whatever else it ends with - imprecise, unknown, no basis, infeasible by its own judgement - is not
believed: the simplex method decides.
"""

from __future__ import annotations

import highspy

# From so many columns on the interior point method with crossover is mostly several times as fast as the simplex method;
# below, either takes a second or two.
LARGE = 20_000
_STOPPED = (highspy.HighsModelStatus.kTimeLimit, highspy.HighsModelStatus.kInterrupt)


def run(h: highspy.Highs, linear: bool) -> None:
    """Runs what is loaded. linear: it has no whole numbers. A basis that is there is where the simplex method begins."""
    if linear and h.getNumCol() >= LARGE and not h.getBasis().valid:
        h.setOptionValue("solver", "ipm")
        h.run()
        h.setOptionValue("solver", "choose")
        status = h.getModelStatus()
        if status in _STOPPED or (status == highspy.HighsModelStatus.kOptimal and h.getBasis().valid):
            return
        h.clearSolver()  # the clock goes on, so a time limit is one for both
    h.run()


def steps(h: highspy.Highs) -> int:
    """Simplex steps that the last solve took; by the interior point method, as many as there are rows."""
    info = h.getInfo()
    return h.getNumRow() if info.ipm_iteration_count > 0 else max(0, int(info.simplex_iteration_count))
