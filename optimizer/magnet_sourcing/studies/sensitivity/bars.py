"""What is known of the least cost at a position of a range, and how far it moves over the range: always intervals.

The least cost z at a position lies between two numbers: no plan is cheaper than the *bound* (of the free solve, or of
the relaxation, in which whole numbers may be fractions), and none needs to be dearer than the *cost* of the best plan
known (of the free solve, or with the decisions of the case as it stands held). So a swing has a least and a most, too.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from ..ranges.ranges import Range
from ..runs.study import Result

# Endings of an end about which a bar cannot be drawn.
APART = ("no plan", "not valid", "failed", "not run", "time limit", "interrupted", "open")


def moves(r: Range, position: float) -> bool:
    """Whether a position of a range is another case than the one that stands."""
    if r.assumption is not None:
        return r.value(position) != r.base
    return any(m.at(position) != m.base for m in r.members)


@dataclass(frozen=True)
class End:
    """The case with a range at a position.

    held: with the decisions of the case as it stands, operations adapting. relaxed: whole numbers as fractions. free:
    solved in full. Each None where it was not asked for or not finished.
    """

    position: float
    held: Result | None = None
    relaxed: Result | None = None
    free: Result | None = None

    @property
    def status(self) -> str:
        """'solved' in full, 'screened', 'no plan' (proved), 'not valid' (the changed case fails its checks), 'failed',
        'not run', 'time limit', or 'open': the old decisions cannot be held and it was not solved in full."""
        found = [r for r in (self.free, self.relaxed, self.held) if r is not None]
        endings = {r.status for r in found}
        if "invalid" in endings:
            return "not valid"
        if any(r is not None and r.status == "infeasible" for r in (self.free, self.relaxed)):
            return "no plan"
        if self.free is not None:
            return "solved" if self.free.proved else self.free.status
        for ending in ("failed", "unbounded", "time limit", "interrupted"):
            if ending in endings:
                return ending
        if self.held is None or self.relaxed is None:
            return "not run"
        return "screened" if self.held.cost is not None else "open"

    @property
    def detail(self) -> str:
        return next((r.detail for r in (self.free, self.relaxed, self.held) if r is not None and r.detail), "")

    @property
    def cost(self) -> float:
        """Of the best plan known; infinite without one."""
        return min((r.cost for r in (self.free, self.held) if r is not None and r.cost is not None), default=math.inf)

    @property
    def bound(self) -> float:
        """No plan is cheaper; minus infinity if nothing is proved. Never above `cost`."""
        known = [r.bound for r in (self.free, self.relaxed) if r is not None and r.bound is not None]
        return min(max(known, default=-math.inf), self.cost)

    def value(self, measure: str) -> float | None:
        """A measure of the plan that was found: the free one, else the one with the decisions held."""
        if measure == "cost":
            return self.cost if math.isfinite(self.cost) else None
        found = self.free if self.free is not None and self.free.cost is not None else self.held
        return None if found is None else found.values.get(measure)


@dataclass(frozen=True)
class Bar:
    """A range with its two ends and the case as it stands between them."""

    range: Range
    low: End
    base: End
    high: End

    @property
    def ends(self) -> Sequence[End]:
        """The ends that differ from the case as it stands."""
        return [e for e in (self.low, self.high) if moves(self.range, e.position)]

    @property
    def full(self) -> bool:
        """Whether every end was solved in full."""
        return all(e.free is not None for e in self.ends)

    @property
    def apart(self) -> str:
        """Why the bar cannot be drawn: the first ending that is no cost. Empty if it can."""
        return next((e.status for e in self.ends if e.status in APART or e.status == "unbounded"), "")

    @property
    def length(self) -> float:
        """From the cheapest to the dearest of low, base and high, by the plans found."""
        costs = [e.cost for e in (self.base, *self.ends)]
        return max(costs) - min(costs) if all(map(math.isfinite, costs)) else math.inf

    @property
    def least(self) -> float:
        """The length is at least this: proved."""
        return max(0.0, *self._between(lambda a, b: a.bound - b.cost))

    @property
    def most(self) -> float:
        """The length is at most this: proved. Infinite where nothing is."""
        return max(0.0, *self._between(lambda a, b: a.cost - b.bound))

    def _between(self, difference: Callable[[End, End], float]) -> list[float]:
        points = [self.base, *self.ends]
        found = [difference(a, b) for a in points for b in points if a is not b]
        return [x for x in found if not math.isnan(x)] or [0.0]

    def change(self, end: End, measure: str = "cost") -> float | None:
        """How much more of a measure than as the case stands."""
        there, here = end.value(measure), self.base.value(measure)
        return None if there is None or here is None else there - here

    def kept(self, end: End) -> bool | None:
        """Whether all old decisions can be held at an end: what is no longer on offer cannot. None if it is not known."""
        if end.held is None or self.base.free is None or end.status in ("failed", "not run"):
            return None
        old, held = self.base.free.decisions, end.held.decisions
        return end.held.cost is not None and all(
            abs(held.get(d, 0.0) - x) <= 1e-6 * max(1.0, abs(x)) for d, x in old.items()
        )

    def staying(self, end: End) -> tuple[float, float] | None:
        """What holding the old decisions costs at the least and at the most; None if they cannot be held."""
        if not self.kept(end) or end.free is None or end.held is None or end.held.cost is None:
            return None
        return max(0.0, end.held.cost - end.cost), max(0.0, end.held.cost - end.bound)

    def reach(self, measure: str) -> float:
        """Length in another measure, by the plans found; 0 if it is not known."""
        values = [x for e in (self.base, *self.ends) if (x := e.value(measure)) is not None]
        return max(values) - min(values) if len(values) > 1 else 0.0


def longest(bars: Iterable[Bar]) -> list[Bar]:
    """Bars that can be drawn, those solved in full first, each part by length; names settle ties."""
    return sorted((b for b in bars if not b.apart), key=lambda b: (not b.full, -b.length, b.range.name))


def candidates(bars: Iterable[Bar]) -> list[Bar]:
    """Bars in the order in which they deserve to be solved in full: by how long they could be.

    What a screening cannot say anything about comes first; what is proved impossible or not valid is left out.
    """
    solvable = [b for b in bars if b.ends and b.apart not in ("no plan", "not valid", "failed", "unbounded")]
    return sorted(solvable, key=lambda b: (-b.most, b.range.name))


def proved_longest(bars: Sequence[Bar]) -> int:
    """How many of the longest bars solved in full are proved longer than every bar that was only screened."""
    drawn = longest(bars)
    rest = max((b.most for b in bars if not b.full and b.ends and b.apart in ("", "open", "not run")), default=0.0)
    lengths = [b.least for b in drawn if b.full]
    return next((i for i, least in enumerate(lengths) if least < rest), len(lengths))


def could_be_longer(bars: Sequence[Bar], top: int = 0) -> list[Bar]:
    """Screened bars not proved shorter than the `top` longest solved in full (0: than all), the longest possible first."""
    full = [b.least for b in longest(bars) if b.full]
    shortest = min(full[: top or None], default=0.0)
    return [b for b in candidates(bars) if not b.full and b.most > shortest]
