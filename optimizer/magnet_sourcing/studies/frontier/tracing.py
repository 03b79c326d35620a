"""`frontier`: the plans between the cheapest and the least dependent one, and what is proved about those not found."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ...problem import Impossible, Problem, Wish
from ...scenario_plan import ScenarioPlan
from ...session import Options, Progress, Status, relative_gap
from ...solving import (
    asked_futures,
    check_options,
    checked_measure,
    measures_asked,
    plan_of,
    record_of,
    scenario_plan_of,
)
from . import staircase
from .amounts import amounts_of
from .kept import Kept, key_of
from .levers import Change, changes, unmet
from .staircase import Step
from .tradeoff import Solved, Tradeoff

if TYPE_CHECKING:
    from ...case import Case
    from ...plan import Plan


@dataclass(frozen=True)
class Point:
    """A plan no other found plan equals or betters in both measures.

    objective: of the measure made least; value: of the other. level: the greatest value that was allowed (inf: any).
    bound: no plan of this value or a lower one has a smaller objective. price: what one step less of the value costs (a
    percentage point of a share, a unit of an impact), from the next cheaper point to this one, at least and at most.
    changes: what this plan does otherwise than that one.
    """

    number: int
    objective: float
    value: float
    level: float
    bound: float
    gap: float
    status: str
    seconds: float
    plan: Plan | ScenarioPlan = field(repr=False)
    price: tuple[float, float] | None = None
    changes: tuple[Change, ...] = ()


@dataclass
class Frontier:
    """What `frontier` returns. `points` from the cheapest to the least dependent. With `deliver`, everything said is
    about plans that leave no more demand unmet than the cheapest one.

    status: 'optimal' if every solve ended with its proof, else how the first other one ended; 'infeasible' if the case
    has no plan. region: between which objectives the least one lies, for every value. knee: number of the point where
    the frontier bends most, None without one. floor: no plan has a smaller value (-inf: not known). impossible: levels
    proved to be below what any plan can reach. solves: how many were run; taken_over: how many came from an earlier run.
    """

    case: Case
    measure: str
    against: str
    deliver: bool
    options: Options
    status: str
    detail: str
    points: list[Point]
    region: list[Step]
    knee: int | None
    floor: float
    impossible: list[float]
    seconds: float
    solves: int = 0
    taken_over: int = 0
    notes: list[str] = field(default_factory=list)
    solved: list[Solved] = field(default_factory=list, repr=False)

    def between(self, value: float) -> tuple[float, float]:
        """The least objective of plans of at most this value: at least, at most (inf: no plan is known; inf, inf: none
        exists)."""
        return staircase.least(self.solved, value), staircase.most(self.solved, value)

    def table(self) -> pd.DataFrame:
        """A row a point: both measures, bound, gap, status, unmet demand (t), price as in `Point`, the lever, seconds."""
        rows = [
            (
                p.number,
                p.objective,
                p.value,
                p.bound,
                p.gap,
                p.status,
                _short(p.plan),
                *(p.price or (None, None)),
                "; ".join(c.words for c in p.changes),
                "knee" if p.number == self.knee else "",
                round(p.seconds, 3),
            )
            for p in self.points
        ]
        heads = ["point", self.measure, self.against, "bound", "gap", "status", "unmet", "price_low", "price_high"]
        frame = pd.DataFrame(rows, columns=[*heads, "lever", "mark", "seconds"])
        return frame.loc[:, ~frame.columns.duplicated()]  # of a frontier against unmet demand there is one such column

    def region_table(self) -> pd.DataFrame:
        """Steps in which the least objective is known to lie between at_least and at_most (blank: no plan known)."""
        frame = pd.DataFrame(self.region, columns=["from", "to", "at_least", "at_most"]).astype(float)
        return frame.replace([math.inf, -math.inf], np.nan)

    @property
    def audited(self) -> bool:
        """Every plan passed its audit."""
        return all(p.plan.audit is not None and p.plan.audit.passed for p in self.points)

    def write(self, path: str | Path) -> Path:
        """Writes the frontier (.xlsx, or a folder of CSV tables) and every plan beside it; returns the path."""
        from .writing import write_frontier

        return write_frontier(self, Path(path))

    def _repr_html_(self) -> str:
        from .summary import sentences

        return "<br>".join(sentences(self))


def frontier(
    case: Case,
    *,
    measure: str = "cost",
    against: str = "index",
    points: int = 9,
    levels: Sequence[float] | None = None,
    deliver: bool = True,
    scenario: str | Sequence[str] | None = None,
    scenarios: str | Sequence[str] | None = None,
    gap: float = 1e-3,
    time_limit: float | None = None,
    threads: int = 1,
    seed: int = 0,
    keep: str | Path | None = None,
    progress: Callable[[int, int, str], None] | None = None,
    solver_progress: Callable[[Progress], None] | None = None,
) -> Frontier:
    """The plans that trade one measure against another, each with its bound, and the region the bounds leave open.

    measure is made least, `against` is held below level after level: from the least it can be to what the cheapest
    plan has, first evenly, then where a better plan could still hide. points: how many plans, ends included (fewer are
    found if fewer exist; at most twice as many solves are run). levels: these levels only, and the plan without one.
    deliver: no plan leaves more demand unmet than the cheapest one: less dependence must not come from delivering less.
    scenario, scenarios: as in `solve`; measures are then expected values. gap: relative, between each plan and its
    bound. time_limit: seconds for each solve. keep: a folder in which finished solves are kept: a run that was stopped
    goes on from there. progress: called with done, of, what after each solve.

    Ctrl-C ends the search; what is found is returned, with status 'interrupted'.

    >>> import magnet_sourcing as ms
    >>> len(ms.frontier(ms.Case.small(), points=3).points)
    3
    """
    begun = time.perf_counter()
    options = Options(gap, time_limit, threads, seed, tie_break=False)
    check_options(options)
    wanted = _checked_levels(points, levels)
    case, probability, futures = asked_futures(case, scenario, scenarios)
    measure, against = checked_measure(case, measure), checked_measure(case, against)
    if measure == against:
        raise ValueError(f"'{measure}' cannot be traded against itself: give another measure or against")
    try:
        problem = Problem(case, _wish(measure), probability or None, futures, (measure, against))
    except Impossible as reason:
        seconds = time.perf_counter() - begun
        return Frontier(
            case, measure, against, deliver, options, "infeasible", str(reason), [], [], None, -math.inf, [], seconds
        )
    tradeoff = Tradeoff(problem, measure, against, options, solver_progress)
    kept = Kept(Path(keep) if keep is not None else None, _key(tradeoff, case, probability, deliver))
    search = Search(tradeoff, kept, points if wanted is None else len(wanted) + 1, deliver, progress)
    search.run(wanted)
    return _frontier(search, probability, futures, begun)


def _checked_levels(points: int, levels: Sequence[float] | None) -> list[float] | None:
    if levels is None:
        if points < 2:
            raise ValueError(f"points {points}: must be 2 or more, the two ends")
        return None
    if not levels or not all(math.isfinite(x) for x in levels):
        raise ValueError("levels: give one or more numbers, such as 0.4 0.5 0.6")
    return sorted({float(x) for x in levels})


def _wish(measure: str) -> Wish:
    if measure == "cost":
        return Wish()
    from magnet_models import Goal

    return Wish(Goal(measure))


def _key(tradeoff: Tradeoff, case: Case, probability: Mapping[str, float], deliver: bool) -> str:
    record = record_of(case, tradeoff.problem.wish, tradeoff.options)
    versions = {k: record[k] for k in ("magnet-sourcing", "highspy", "pyomo")}
    return key_of(tradeoff, case.hash, versions | {"probability": dict(probability), "deliver": deliver})


# ---------------------------------------------------------------- the search


class Search:
    """Solve after solve; what is in `solved` is always a valid statement about the frontier."""

    def __init__(
        self,
        tradeoff: Tradeoff,
        kept: Kept,
        points: int,
        deliver: bool,
        progress: Callable[[int, int, str], None] | None,
    ) -> None:
        self.tradeoff, self.kept, self.points, self.deliver = tradeoff, kept, points, deliver
        self._progress = progress
        self.solved: list[Solved] = []
        self.stopped = False

    def run(self, levels: Sequence[float] | None) -> None:
        """The ends and what is between them, or the given levels and the cheapest plan."""
        try:
            cheapest = self._done("cheapest", math.inf, self.tradeoff.cheapest)
            if not cheapest.found or self.stopped:
                return
            if self.deliver and cheapest.outcome.values is not None:
                self.tradeoff.deliver(cheapest.outcome.values)
            if levels is not None:
                self.tradeoff.weigh(cheapest, levels[0])
                self._at(levels)
                return
            tightest = self._done("tightest", -math.inf, lambda: self.tradeoff.tightest(cheapest.outcome.values))
            if not tightest.found or self.stopped:
                return
            self.tradeoff.weigh(cheapest, tightest.value)
            self._spread(tightest.value, cheapest.value)
            self._refine()
        except KeyboardInterrupt:  # between two solves; within one the session ends it
            self.stopped = True

    def _spread(self, low: float, high: float) -> None:
        """Half of the inner points, evenly, from tight to loose: a tighter plan is a first plan for a looser level."""
        count = (self.points - 2) // 2
        if high - low > staircase.room(high):
            self._at([low + (high - low) * (i + 1) / (count + 1) for i in range(count)])

    def _refine(self) -> None:
        """The rest, each where the region in which a better plan could hide is largest."""
        while not self.stopped and len(staircase.efficient(self.solved)) < self.points:
            level = staircase.widest(self.solved, self.tradeoff.options.gap)
            if level is None or len(self.solved) >= 2 * self.points:
                return
            self._at([level])

    def _at(self, levels: Sequence[float]) -> None:
        for level in levels:
            if self.stopped:
                return
            if not staircase.answered(self.solved, level):
                self._done("within", level, lambda at=level: self.tradeoff.within(at, self._start(at)))  # type: ignore[misc]

    def _start(self, level: float) -> np.ndarray | None:
        """The best plan known that keeps to the level."""
        fit = [s for s in self.solved if s.found and s.value <= level]
        return min(fit, key=lambda s: s.objective).outcome.values if fit else None

    def _done(self, role: str, level: float, solve: Callable[[], Solved]) -> Solved:
        """The solve, from an earlier run if it is there."""
        solved = self.kept.get(role, level)
        if solved is None:
            solved = solve()
            if solved.status == Status.INTERRUPTED:
                self.stopped = True
            else:
                self.kept.add(level, solved)
        self.solved.append(solved)
        if self._progress is not None:
            found, asked = self._said(solved), role
            if role == "within":
                against = self.tradeoff.against
                asked = f"{against} at most {amounts_of(self.tradeoff.problem.case, against, level).say(level)}"
            of = max(self.points, len(self.solved))
            self._progress(len(self.solved), of, f"{asked}: {found} ({solved.seconds:.1f} s)")
        return solved

    def _said(self, solved: Solved) -> str:
        """'US$ 180.36 million with index 37.4%', or how the solve ended."""
        if not solved.found:
            return str(solved.status)
        case, least, against = self.tradeoff.problem.case, self.tradeoff.measure, self.tradeoff.against
        made_least = amounts_of(case, least, solved.objective).say(solved.objective)
        return f"{made_least} with {against} {amounts_of(case, against, solved.value).say(solved.value)}"


# ---------------------------------------------------------------- the answer


def _frontier(
    search: Search, probability: Mapping[str, float], futures: Mapping[str, Case] | None, begun: float
) -> Frontier:
    tradeoff, solved = search.tradeoff, search.solved
    line = staircase.efficient(solved)
    bounds = [staircase.least(solved, s.value) for s in line]
    points: list[Point] = []
    step = amounts_of(tradeoff.problem.case, tradeoff.against, 0.0).step
    for i, (s, bound) in enumerate(zip(line, bounds, strict=True)):
        plan = _plan(tradeoff, s, bound, probability, futures)
        gap = relative_gap(s.objective, bound) or 0.0
        point = Point(i + 1, s.objective, s.value, s.level, bound, gap, s.status, s.seconds, plan)
        if points:
            low, high = staircase.price(line[i - 1], s, bounds[i - 1], bound)
            lever = changes(_shown(points[-1].plan), _shown(plan))
            point = replace(point, price=(low * step, high * step), changes=tuple(lever))
        points.append(point)
    at = staircase.knee(line)
    return Frontier(
        tradeoff.problem.case,
        tradeoff.measure,
        tradeoff.against,
        search.deliver,
        tradeoff.options,
        _status(search),
        next((s.outcome.detail for s in solved if s.outcome.detail), ""),
        points,
        staircase.steps(solved),
        None if at is None else at + 1,
        staircase.floor(solved),
        [s.level for s in solved if s.bound == math.inf],
        time.perf_counter() - begun,
        len(solved) - search.kept.taken_over,
        search.kept.taken_over,
        [search.kept.note] if search.kept.note else [],
        solved,
    )


def _status(search: Search) -> str:
    """Of all solves; a level below what any plan can reach is an answer, not a failure."""
    if search.stopped:
        return str(Status.INTERRUPTED)
    first, *others = search.solved
    endings = [first.status, *(s.status for s in others if s.bound != math.inf)]
    return next((s for s in endings if s != Status.OPTIMAL), str(Status.OPTIMAL))


def _shown(plan: Plan | ScenarioPlan) -> Plan:
    """The plan whose tables are compared: of several futures, the likeliest."""
    return plan.decided if isinstance(plan, ScenarioPlan) else plan


def _short(plan: Plan | ScenarioPlan) -> float:
    """Tonnes of demand not delivered over the horizon, expected."""
    if isinstance(plan, ScenarioPlan):
        return sum(plan.probability[name] * unmet(p) for name, p in plan.plans.items())
    return unmet(plan)


def _plan(
    tradeoff: Tradeoff, s: Solved, bound: float, probability: Mapping[str, float], futures: Mapping[str, Case] | None
) -> Plan | ScenarioPlan:
    """The audited plan of a point, its bound that of the frontier at its value."""
    problem, options = tradeoff.problem, tradeoff.options
    outcome = replace(
        s.outcome,
        status=Status(s.status),
        objective=s.objective,
        bound=bound if math.isfinite(bound) else None,
        gap=relative_gap(s.objective, bound) if math.isfinite(bound) else None,
        seconds=s.seconds,
    )
    held = {} if math.isinf(s.level) else {tradeoff.against: s.level}
    if held and tradeoff.unmet is not None:
        held["unmet"] = tradeoff.unmet
    more = {"at most": measures_asked(held), tradeoff.against: s.value}
    begun = time.perf_counter() - s.seconds
    if futures is None:
        return plan_of(problem, outcome, options, begun, more)
    return scenario_plan_of(problem.case, futures, probability, problem, outcome, problem.wish, options, begun, more)
