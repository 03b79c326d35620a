"""Turns: values, along one that varies, at which a plan stops being as good as the best."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ...problem import Impossible
from ...problems import CaseError
from ...session import Session, Status
from ..decisions import Decisions, differences
from ..runs.study import Result
from ..switching.bisection import between
from ..switching.probing import Interrupted
from .grid import Varied
from .regions import Posed, Regions, as_good


@dataclass(frozen=True)
class Turn:
    """The plan of region `before` is as good as the best at `last`, and no more at `first`; `after` is the region of
    the next value of the sweep. changes: what is decided otherwise there. enters_or_leaves: (kind, name) of routes and
    expansions that only one of the two has."""

    before: str
    after: str
    last: float
    first: float
    changes: Sequence[str]
    enters_or_leaves: Sequence[tuple[str, str]]


def turns_of(
    regions: Regions,
    posed: Posed,
    vary: Varied,
    results: Sequence[Result | None],
    worth: float,
    width: float,
    whole: bool,
    report: Callable[[str], None],
) -> list[Turn]:
    """A turn for each two neighbouring values with other regions, searched by bisection between them.

    Where several plans follow one another between two values, one of their turns is found: more values tell them apart.
    """
    lettered = sorted((vary.values[i], letter) for i, letter in regions.letter.items())
    costs = {vary.values[r.number]: r.cost for r in results if r is not None and r.cost is not None}
    found = []
    for (left, before), (right, after) in pairwise(lettered):
        if before == after:
            continue
        plan = regions[before].decisions

        def holds(value: float, plan: Decisions = plan, before: str = before) -> bool:
            answer = _as_good(posed, vary, value, plan, worth, costs)
            report(f"plan {before} at {vary.shown(value)}: {'as good' if answer else 'dearer'}")
            return answer

        last, first = between(holds, left, right, width, whole)
        found.append(_turn(regions, before, after, last, first))
    return found


def _as_good(
    posed: Posed, vary: Varied, value: float, plan: Decisions, worth: float, costs: dict[float, float]
) -> bool:
    """Whether the plan's decisions cost no more than the best found there plus `worth`."""
    try:
        problem = posed.problem(vary.changes(value), f"{vary.name} {vary.shown(value)}")
    except (CaseError, Impossible):
        return False
    if value not in costs:
        outcome = Session(problem.matrix, posed.options, None, posed.start(problem, len(problem.matrix.cost))).solve()
        if outcome.status is Status.INTERRUPTED:
            raise Interrupted
        if outcome.objective is None:
            return False
        costs[value] = outcome.objective
    return as_good(posed.cost_held(problem, plan), costs[value], worth)


def _turn(regions: Regions, before: str, after: str, last: float, first: float) -> Turn:
    old, new = regions[before].decisions, regions[after].decisions
    changes = [
        d.text.replace("as things stand)", "before)") for d in differences(old, new, regions.years, regions.sizes)
    ]
    kinds = {"sign": "route", "build": "expansion"}
    has = [{(kinds[d.kind], d.name) for d in plan if d.kind in kinds} for plan in (old, new)]
    # an expansion of a chosen size without modules is known by its size alone
    has = [
        h | {("expansion", d.name) for d in plan if d.kind == "size"} for h, plan in zip(has, (old, new), strict=True)
    ]
    return Turn(before, after, last, first, changes, sorted(has[0] ^ has[1]))
