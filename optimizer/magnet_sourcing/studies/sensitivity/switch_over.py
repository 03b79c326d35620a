"""Switch-over points: the values along a range at which other first decisions become the better ones.

From the case as it stands towards each end: the first decisions are held until holding them costs more than `worth`
above the best plan; the value between is found by bisection. From there the plan with the fewest other decisions that is as
good as the best is held in turn, until one holds to the end. Between two values at which the same decisions hold
nothing is claimed: they might turn and turn back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ...case import Case
from ...changes import changed
from ...session import Options
from ..decisions import Difference
from ..ranges.ranges import Range
from ..switching.bisection import between
from ..switching.probing import Decided, Prober
from .bars import moves

# Turns looked for on the way to one end.
MOST = 4


@dataclass(frozen=True)
class SwitchOver:
    """One turn of the first decisions, or what stands in the way of finding one.

    answer: 'changes', 'no plan' (proved), 'not valid', 'not solved', or 'more': turns beyond were not looked for.
    holds, turns: positions of the range between which it lies. becomes: the fewest decisions that change. staying: what
    it costs to stay with the decisions that held before, at `turns`, discounted; None if they cannot be held.
    """

    range: Range
    answer: str
    holds: float
    turns: float
    becomes: Sequence[Difference] = ()
    staying: float | None = None
    detail: str = ""

    @property
    def then(self) -> str:
        """The decisions that change, against those that held just before; empty if none is known."""
        return "; ".join(d.text.replace(" as things stand)", " before)") for d in self.becomes)

    @property
    def by(self) -> int | None:
        """Year of the first decision that is another one."""
        return self.becomes[0].year if self.becomes else None


@dataclass(frozen=True)
class Walked:
    """A range with its switch-over points, from its low end to its high one. probes: positions tried."""

    range: Range
    turns: Sequence[SwitchOver]
    probes: int


class _At:
    """The case with a range at a position."""

    def __init__(self, case: Case, r: Range) -> None:
        self._case, self._range = case, r

    def at(self, position: float) -> Case:
        changes = self._range.changes(position)
        if not changes:
            return self._case
        return changed(self._case, changes, f"{self._range.name} {self._range.shown(position)}", decided=False)


def switch_overs(
    case: Case, r: Range, decided: Decided, worth: float, tolerance: float, options: Options,
    report: Callable[[str], None],
) -> Walked:  # fmt: skip
    """All turns found along a range. worth: money a change must save to count. tolerance: share of the way to an end.

    Raises Interrupted on Ctrl-C.
    """
    low, down = _walk(case, r, decided, -1.0, worth, tolerance, options, report)
    high, up = _walk(case, r, decided, 1.0, worth, tolerance, options, report)
    return Walked(r, [*reversed(low), *high], down + up)


def _walk(
    case: Case, r: Range, decided: Decided, end: float, worth: float, tolerance: float, options: Options,
    report: Callable[[str], None],
) -> tuple[list[SwitchOver], int]:  # fmt: skip
    found: list[SwitchOver] = []
    here, probes = 0.0, 0
    while moves(r, end) and abs(end - here) > 1e-9 and r.value(here) != r.value(end):
        prober = Prober(decided, _At(case, r), worth, options)
        holds = _holding(prober, r, report)
        if holds(end):
            return found, probes + len(prober.probes)
        inside, outside = between(holds, here, end, tolerance)
        turn = prober.at(outside)
        probes += len(prober.probes)
        after = prober.then(outside) if turn.state == "changes" else None
        if after is None:
            found.append(SwitchOver(r, turn.state, inside, outside, detail=turn.detail))
            return found, probes
        found.append(SwitchOver(r, "changes", inside, outside, decided.unlike(after.all), turn.regret, turn.detail))
        if len(found) == MOST:
            return [*found, SwitchOver(r, "more", outside, end)], probes
        here, decided = outside, after
    return found, probes


def _holding(prober: Prober, r: Range, report: Callable[[str], None]) -> Callable[[float], bool]:
    """Whether the decisions hold at a position; positions with the same value (whole years) are one."""
    known: dict[float, bool] = {}

    def holds(position: float) -> bool:
        value = r.value(position)
        if value not in known:
            known[value] = prober.holds(position)
            report(f"{r.name} {r.shown(position)}: {prober.at(position).state}")
        return known[value]

    return holds
