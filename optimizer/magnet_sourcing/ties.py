"""Among plans of equal objective, the one that is preferred: on the optimal face, found from the duals there are.

By complementary slackness a plan of a linear programme is optimal exactly if every column with a reduced cost stands at
the bound it is drawn to, and every row with a dual at the side that binds, whichever optimal duals one has. So what is
left to choose is a programme with those held, and the basis there is begins it: nothing has to find its way back to the
optimum, as it must where a row of all costs holds it.
"""

from __future__ import annotations

from collections.abc import Sequence

import highspy
import numpy as np

# Smaller duals and reduced costs are 0 to HiGHS (its dual_feasibility_tolerance).
_NOISE = 1e-7
# Simplex steps a preference may take beside as many as the solve took: a count ends alike on every machine.
_STEPS = 1000


def preferred(h: highspy.Highs, preferences: Sequence[np.ndarray], steps: int) -> np.ndarray | None:
    """Of all optima of a linear programme that was just solved, the one with the least first preference, then the least
    second, and so on; None if that was not found within the steps. Leaves the programme changed.

    steps: simplex iterations that the solve took.
    """
    everything = np.arange(h.getNumCol(), dtype=np.int32)
    h.setOptionValue("simplex_iteration_limit", steps + _STEPS)
    for vector in preferences:
        free = _hold_optimal_face(h)
        if not vector[free].any():  # the same in every plan that is left
            continue
        h.changeColsCost(len(everything), everything, vector * 1e3 / max(1.0, float(np.abs(vector[free]).max())))
        h.run()
        if h.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
    return np.array(h.getSolution().col_value)


def _hold_optimal_face(h: highspy.Highs) -> np.ndarray:
    """Holds what every optimum has in common; returns which columns may still differ."""
    found, lp = h.getSolution(), h.getLp()
    lower, upper = np.array(lp.col_lower_), np.array(lp.col_upper_)
    drawn = np.array(found.col_dual)
    bound = np.where(drawn > 0, lower, upper)
    held = (np.abs(drawn) > _NOISE) & (lower < upper) & (np.abs(bound) < highspy.kHighsInf)
    at = np.flatnonzero(held).astype(np.int32)
    h.changeColsBounds(len(at), at, bound[at], bound[at])
    low, high = np.array(lp.row_lower_), np.array(lp.row_upper_)
    dual = np.array(found.row_dual)
    side = np.where(dual > 0, low, high)
    binds = (np.abs(dual) > _NOISE) & (low < high) & (np.abs(side) < highspy.kHighsInf)
    for i in np.flatnonzero(binds).tolist():
        h.changeRowBounds(i, float(side[i]), float(side[i]))
    return ~held & (lower < upper)
