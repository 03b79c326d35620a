"""Where a better plan may be: planes that no scenario's cost is ever below, as functions of the common decisions.

Every solve of a scenario gives one. With prices w on the common decisions x and a proven minimum b, the scenario costs at
least b - w.x wherever x is. With the decisions held at y, the reduced costs d of the programme with fractions allowed say
that it costs at least f(y) + d.(x - y). These are the cuts of Benders, several a step; here they are not followed to their
end, which is far with whole numbers, but searched near the best plan (local branching, Fischetti and Lodi 2003).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from ..matrix import INFINITY, Matrix
from ..session import Session
from .clock import Clock
from .subproblem import Plane, Subproblem

# Scenarios are put into so many groups at most, and the planes of a group are added up: the search must not grow with the
# number of scenarios, for it is one process's work. Planes kept of each group, the newest.
_GROUPS = 16
_KEPT = 100
# The largest height of a plane, in units of the programme: without units, costs would be far above the decisions.
_LARGEST = 1e4
# Seconds of one search, at most.
_LONGEST = 20.0


class Master:
    """Planes of every group of scenarios, and the common decisions that are best by them."""

    def __init__(self, some: Subproblem, probability: Mapping[str, float]) -> None:
        self._some, self._p = some, probability
        names = list(probability)
        count = min(_GROUPS, len(names))
        self._groups = [names[i::count] for i in range(count)]
        self._planes: list[deque[Plane]] = [deque(maxlen=_KEPT) for _ in self._groups]

    def learn(self, planes: Mapping[str, Plane | None]) -> None:
        """Planes of scenarios, weighed with their probabilities; of a group only if all its scenarios have one."""
        for group, known in zip(self._groups, self._planes, strict=True):
            found = [(self._p[n], planes.get(n)) for n in group]
            weighed = [(p * x.height, p * x.slope) for p, x in found if x is not None]
            if len(weighed) == len(group):
                known.append(Plane(sum(h for h, _ in weighed), np.sum([s for _, s in weighed], axis=0)))

    def best(self, near: np.ndarray, within: int, clock: Clock) -> tuple[np.ndarray | None, float]:
        """The decisions that are best by all planes among those that differ from `near` in 1 to `within` yes-or-no
        decisions, if any are found; and what they cost at least."""
        if not all(self._planes):  # nothing would hold the cost of a group from below
            return None, INFINITY
        matrix = self._programme()
        at = np.flatnonzero(matrix.whole & (matrix.lower == 0) & (matrix.upper == 1))
        if not len(at):
            return None, INFINITY
        passed = near[at] > 0.5
        distance = np.zeros(len(matrix.cost))
        distance[at] = np.where(passed, -1.0, 1.0)
        matrix = matrix.with_row(distance, 1 - passed.sum(), within - passed.sum())
        options = clock.options(close=True)
        outcome = Session(matrix, replace(options, time_limit=min(options.time_limit or _LONGEST, _LONGEST))).solve()
        clock.saw(outcome)
        if outcome.values is None or outcome.objective is None:
            return None, INFINITY
        return outcome.values[: len(near)], outcome.objective

    def _programme(self) -> Matrix:
        """Columns: the common decisions, then the cost of each group. Rows: those of the model about nothing but common
        decisions, then the planes."""
        own, groups = _own_rows(self._some), len(self._groups)
        count = len(own.cost)
        unit = max(1.0, max(abs(p.height) for planes in self._planes for p in planes) / _LARGEST)
        lengths, indices, numbers, least = [np.diff(own.start)], [own.index], [own.value], [own.row_lower]
        for place, planes in enumerate(self._planes):
            for plane in planes:
                at = np.flatnonzero(plane.slope)
                indices.append(np.append(at, count + place))
                numbers.append(np.append(-plane.slope[at] / unit, 1.0))
                lengths.append(np.array([len(at) + 1]))
                least.append(np.array([plane.height / unit]))
        rows = sum(map(len, least)) - len(own.row_lower)
        free = np.full(groups, INFINITY)
        return replace(
            own,
            cost=np.append(own.cost, np.full(groups, unit)),
            lower=np.append(own.lower, -free),
            upper=np.append(own.upper, free),
            whole=np.append(own.whole, np.zeros(groups, dtype=bool)),
            start=np.append(0, np.cumsum(np.concatenate(lengths))).astype(np.int32),
            index=np.concatenate(indices).astype(np.int32),
            value=np.concatenate(numbers),
            row_lower=np.concatenate(least),
            row_upper=np.append(own.row_upper, np.full(rows, INFINITY)),
        )


def _own_rows(some: Subproblem) -> Matrix:
    """The common decisions, at no cost, and the rows that hold nothing else.

    They are those of one scenario; decisions must suit every scenario, so they must suit this one. The shared variable of
    an aim counts in units of each scenario's own, so its rows are left out.
    """
    matrix, first = some.matrix, some.first
    number = np.full(len(matrix.cost), -1)
    number[first] = np.arange(len(first))
    if some.has_shared:
        number[first[-1]] = -1
    count = np.diff(matrix.start)
    row = np.repeat(np.arange(len(count)), count)
    own = np.ones(len(count), dtype=bool)
    own[row[number[matrix.index] < 0]] = False
    entry = own[row]
    lower, upper = some.bounds()
    return Matrix(
        [], [], np.zeros(len(first)), 0.0, lower, upper, some.whole(),
        np.append(0, np.cumsum(count[own])), number[matrix.index[entry]],
        matrix.value[entry], matrix.row_lower[own], matrix.row_upper[own],
    )  # fmt: skip
