"""Which decisions hold where: every run of a sweep is given a plan that is as good as its best.

A solver that stops at a gap finds one of many plans that are as good, so the decisions of two neighbouring runs differ
for no reason. A plan already met therefore stands for a run too if its decisions, held there, cost no more than the
best found plus `worth`; only otherwise is the run's own plan a new one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from ...case import Case
from ...changes import Change, changed
from ...problem import Impossible, Problem, Wish
from ...problems import CaseError
from ...session import Options, Session, Status
from ...solving import check_case
from ..decisions import Decision, Decisions, differences, held
from ..runs.study import Result, Study
from ..switching.probing import Interrupted

# Two plans are one if all decisions agree to this share.
_SAME = 1e-6
# What the solver's tolerances alone make of one cost, relatively.
_NOISE = 1e-7


@dataclass(frozen=True)
class Region:
    """A plan's decisions and the runs for which it stands. letter: 'A', 'B' ... in the order in which they are met."""

    letter: str
    decisions: Decisions
    runs: tuple[int, ...]


@dataclass(frozen=True)
class Regions:
    """Every region, and the letter of each run that has one. base: decisions of the case as it stands, None without."""

    regions: tuple[Region, ...]
    base: Decisions | None
    years: Sequence[int]
    sizes: Mapping[str, float]
    letter: Mapping[int, str] = field(default_factory=dict)

    def __getitem__(self, letter: str) -> Region:
        return next(r for r in self.regions if r.letter == letter)

    def said(self, region: Region) -> list[str]:
        """Its decisions in words: what is other than in the case as it stands, or all where that has no plan."""
        if self.base is None:
            return self.whole(region.decisions) or ["nothing to build or sign"]
        return [d.text for d in differences(self.base, region.decisions, self.years, self.sizes)]

    def whole(self, decisions: Decisions) -> list[str]:
        return [d.text for d in differences({}, decisions, self.years, self.sizes)]

    def name(self, region: Region, most: int = 4) -> str:
        """'B: sign Toll Japan in 2027; ...'; what is not said of it is as the case stands."""
        said = self.said(region)
        more = f"; and {len(said) - most} more" if len(said) > most else ""
        return f"{region.letter}: " + ("; ".join(said[:most]) + more if said else "as the case stands")


def same(a: Decisions, b: Decisions) -> bool:
    return all(abs(a.get(d, 0.0) - b.get(d, 0.0)) <= _SAME * max(1.0, abs(b.get(d, 0.0))) for d in {*a, *b})


def decisions_of(result: Result) -> dict[Decision, float]:
    return {Decision(*key): amount for key, amount in result.decisions.items()}


def as_good(cost: float | None, best: float, worth: float) -> bool:
    """Whether a plan that costs so much is as good as the best found. worth: a share of its cost."""
    return cost is not None and cost - best <= (worth + _NOISE) * abs(best)


def letters(number: int) -> str:
    """0 'A', 25 'Z', 26 'AA'."""
    first, last = divmod(number, 26)
    return (letters(first - 1) if first else "") + chr(65 + last)


class Posed:
    """Changed cases of one study, posed and solved in this process, beginning from the plan of the case as it stands."""

    def __init__(self, case: Case, wish: Wish, options: Options, start: Mapping[str, float] | None) -> None:
        self.case, self.wish, self.options, self._start = case, wish, options, start

    def problem(self, changes: Sequence[Change], name: str) -> Problem:
        """Raises CaseError if the changed case does not pass its checks, Impossible if it can have no plan."""
        case = self.case
        if changes:
            case = changed(case, changes, name, decided=False)
            check_case(case)
        return Problem(case, self.wish)

    def start(self, problem: Problem, length: int) -> np.ndarray | None:
        if self._start is None:
            return None
        start = np.zeros(length)
        start[: len(problem.matrix.variables)] = [self._start.get(v.name, 0.0) for v in problem.matrix.variables]
        return start

    def cost_held(self, problem: Problem, decisions: Decisions) -> float | None:
        """Cost with all decisions held while operations adapt; None if that is not possible or nothing is known of it.

        Of a solve that the clock ended it is the bound: a plan is dearer only if that is proved.
        """
        matrix = held(problem, decisions, problem.case.periods)
        if matrix is None:
            return None
        outcome = Session(matrix, self.options, None, self.start(problem, len(matrix.cost))).solve()
        if outcome.status is Status.INTERRUPTED:
            raise Interrupted
        if outcome.status is Status.INFEASIBLE:
            return None
        return outcome.objective if outcome.status is Status.OPTIMAL else outcome.bound


def regions_of(study: Study, base: Result, results: Sequence[Result | None], worth: float) -> Regions:
    """Gives every proved run a region, walking through the runs in their order; the plan of the case as it stands is
    tried first, then the one that stood for the run before.

    worth: share of a run's cost by which a plan may be dearer than the best found and still be as good. Ctrl-C leaves
    the rest without a region.
    """
    posed = Posed(study.case, study.wish, study.options, study.start)
    as_it_stands = decisions_of(base) if base.cost is not None else None
    plans: list[Decisions] = [] if as_it_stands is None else [as_it_stands]
    stands: dict[int, int] = {}
    last = 0
    try:
        for result in results:
            if result is None or not result.proved or result.cost is None:
                continue
            last = _stands(posed, study, result, plans, last, worth)
            stands[result.number] = last
    except (Interrupted, KeyboardInterrupt):
        pass
    return _lettered(study, as_it_stands, plans, stands)


def _stands(posed: Posed, study: Study, result: Result, plans: list[Decisions], last: int, worth: float) -> int:
    """Number of the plan that stands for a run; its own is added if none of those met does."""
    assert result.cost is not None
    own = decisions_of(result)
    order = sorted(range(len(plans)), key=lambda i: (i != 0 or study.start is None, i != last, -i))
    for i in order:
        if same(own, plans[i]):
            return i
    if plans:
        try:
            problem = posed.problem(study.runs[result.number].changes, f"run {result.number}")
        except (CaseError, Impossible):  # a run that was solved poses well
            problem = None
        for i in order if problem is not None else ():
            if as_good(posed.cost_held(problem, plans[i]), result.cost, worth):  # type: ignore[arg-type]
                return i
    plans.append(own)
    return len(plans) - 1


def _lettered(study: Study, base: Decisions | None, plans: Sequence[Decisions], stands: Mapping[int, int]) -> Regions:
    """Letters in the order of the runs."""
    order = list(dict.fromkeys(stands[run] for run in sorted(stands)))
    regions = tuple(
        Region(letters(k), plans[i], tuple(run for run in sorted(stands) if stands[run] == i))
        for k, i in enumerate(order)
    )
    sizes = {x.expansion: x.max_size for x in study.case.rows("expansions") if x.max_size is not None}
    letter = {run: region.letter for region in regions for run in region.runs}
    return Regions(regions, base, study.case.periods, sizes, letter)
