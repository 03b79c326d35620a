"""What solves prove about the frontier between them: two staircases, and the plans that stand on the upper one.

With least(x) the least objective of any plan of value at most x, for every x
max{bound of k: level of k >= x} <= least(x) <= min{objective of k: value of k <= x}.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from .tradeoff import Solved

# Two values nearer than this, relatively, are one: ten times the room a held row has.
SAME = 1e-6


class Step(NamedTuple):
    """For every x from `low` to `high`: at_least <= least(x) <= at_most (inf where no plan is known)."""

    low: float
    high: float
    at_least: float
    at_most: float


def efficient(solved: Sequence[Solved]) -> list[Solved]:
    """The plans no other found plan equals or betters in both measures, cheapest first."""
    found = sorted((s for s in solved if s.found), key=lambda s: (s.value, s.objective))
    kept: list[Solved] = []
    for s in found:
        if kept and not s.objective < kept[-1].objective - room(kept[-1].objective):
            continue
        if kept and s.value <= kept[-1].value + room(kept[-1].value):
            kept.pop()  # as low, and dearer
        kept.append(s)
    return kept[::-1]


def room(value: float) -> float:
    """Within which two amounts are one."""
    return SAME * max(1.0, abs(value))


def least(solved: Sequence[Solved], x: float) -> float:
    """No plan of value at most x has a smaller objective."""
    return max((s.bound for s in solved if s.level >= x - room(x)), default=-math.inf)


def most(solved: Sequence[Solved], x: float) -> float:
    """A plan of value at most x with this objective is known; inf if none is."""
    return min((s.objective for s in solved if s.found and s.value <= x + room(x)), default=math.inf)


def floor(solved: Sequence[Solved]) -> float:
    """No plan has a smaller value."""
    known = [s.floor for s in solved] + [s.level for s in solved if s.bound == math.inf]
    return max(known, default=-math.inf)


def steps(solved: Sequence[Solved]) -> list[Step]:
    """The region between the staircases, from the lowest possible value to that of the cheapest plan."""
    kept = efficient(solved)
    if not kept:
        return []
    top, bottom = kept[0].value, kept[-1].value
    if math.isfinite(lowest := floor(solved)):
        bottom = min(bottom, lowest)
    marks = [bottom, *sorted(x for s in solved for x in (s.value, s.level) if bottom < x < top), top]
    apart = marks[:1]
    for x in marks[1:]:
        if x > apart[-1] + room(x):
            apart.append(x)
    found: list[Step] = []
    for low, high in pairwise(apart):
        step = Step(low, high, least(solved, high), most(solved, low))
        if found and found[-1][2:] == step[2:]:
            step = Step(found.pop().low, *step[1:])
        found.append(step)
    return found


def widest(solved: Sequence[Solved], gap: float) -> float | None:
    """The middle of the step with the largest area, both measures brought to 0-1; None if nothing is left to find.

    A step no higher than the gap is settled, and so is one that a solve has covered, whatever gap it ended with (it may
    have run out of time): another solve could not tell more.
    """
    kept = efficient(solved)
    if len(kept) < 2:
        return None
    width, height = kept[0].value - kept[-1].value, kept[-1].objective - kept[0].objective
    best, where = 1e-4, None
    for s in steps(solved):
        if not math.isfinite(s.at_most) or not math.isfinite(s.at_least) or s.high - s.low < 1e-3 * width:
            continue
        if answered(solved, (s.low + s.high) / 2):
            continue
        tall = s.at_most - s.at_least
        area = (s.high - s.low) / width * tall / height
        if tall > 2 * gap * abs(s.at_most) and area > best:
            best, where = area, (s.low + s.high) / 2
    return where


def answered(solved: Sequence[Solved], level: float) -> bool:
    """A solve that allowed more found a plan that needs no more than this; or no plan can exist."""
    near = room(level)
    return least(solved, level) == math.inf or any(
        s.found and s.value <= level + near and s.level >= level - near for s in solved
    )


def knee(kept: Sequence[Solved]) -> int | None:
    """Where the frontier bends most: the plan farthest below the chord between the ends, both measures brought to 0-1.

    Das, On characterizing the "knee" of the Pareto curve based on Normal-Boundary Intersection, Structural
    Optimization 18 (1999). None if no plan is below the chord.
    """
    if len(kept) < 3:
        return None
    width, height = kept[0].value - kept[-1].value, kept[-1].objective - kept[0].objective
    below = [1 - (s.value - kept[-1].value) / width - (s.objective - kept[0].objective) / height for s in kept]
    at = max(range(len(kept)), key=lambda i: below[i])
    return at if below[at] > SAME else None


def price(loose: Solved, tight: Solved, loose_bound: float, tight_bound: float) -> tuple[float, float]:
    """What one unit of value less costs between two neighbours, at least and at most.

    The least objectives at the two values lie between bound and plan, so their difference does between these.
    """
    avoided = loose.value - tight.value
    return max(0.0, tight_bound - loose.objective) / avoided, (tight.objective - loose_bound) / avoided
