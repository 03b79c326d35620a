"""Switching values: how far an assumption must move before the decisions of the first years change.

The decision changes at a value if holding the base plan's first decisions costs more than `worth` above the free
optimum there. Both are solved to half of `worth`, so a change found is beyond the solver's doubt: the held plan is then
proved dearer than the free one. The default of `worth` is twice the solver's gap of the cost.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from ...case import Case
from ...plan import Plan
from ...problem import Impossible, Problem, Wish
from ...session import Options, Outcome, Status
from ...solving import check_case, check_options, plan_of, record_of, unplanned
from ..decisions import Difference
from ..ranges.assumed import Assumption, assumptions
from .bisection import between
from .probing import Decided, Interrupted, Probe, Prober
from .wanted import Wanted, wanted_in

Report = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Side:
    """One direction of an assumption.

    answer: 'holds' (at the end of the range; between the values probed nothing is claimed), 'changes', 'no plan',
    'not valid' or 'not solved' (what stands beyond the last value that holds). holds, turns: last value found that
    holds, first that does not (None if all hold). regret: of the decision at the end of the range, discounted money, and the
    most it can be.
    """

    direction: str
    end: float
    answer: str
    holds: float
    turns: float | None
    regret: float | None
    regret_most: float | None
    becomes: Sequence[Difference] = ()
    detail: str = ""

    @property
    def by(self) -> int | None:
        """Year of the first decision that is another one: by then the planner must know."""
        return self.becomes[0].year if self.becomes else None


@dataclass
class Searched:
    """An assumption with both its sides and every value probed."""

    assumption: Assumption
    sides: list[Side] = field(default_factory=list)
    probes: list[Probe] = field(default_factory=list)

    def nearness(self, side: Side) -> float:
        """How far on the way from the case as it stands to the end of the range the decision turns; 1 if it holds."""
        a = self.assumption
        return 1.0 if side.turns is None else (side.turns - a.neutral) / (side.end - a.neutral)


@dataclass
class Switching:
    """What `switching` returns.

    plan: the audited plan of the case as it stands. years: periods whose decisions count. worth: discounted money a
    change must save. searched: a result by assumption. wanted: routes and expansions asked for. status: 'finished',
    'interrupted' (what is finished is there) or the ending of a base plan that could not be found.
    """

    case: Case
    years: list[int]
    tolerance: float
    worth: float = 0.0
    searched: list[Searched] = field(default_factory=list)
    wanted: list[Wanted] = field(default_factory=list)
    status: str = "finished"
    seconds: float = 0.0
    options: dict[str, Any] = field(default_factory=dict)
    plan: Plan = field(init=False, repr=False)

    def table(self) -> pd.DataFrame:
        """A row for each assumption and direction, the nearest switching value first."""
        from .tables import switching_table

        return switching_table(self)

    def signposts(self) -> pd.DataFrame:
        """Trigger, by when, then: a row for each switching value found, the nearest first."""
        from .tables import signposts

        return signposts(self)

    def probes(self) -> pd.DataFrame:
        """Every value probed."""
        from .tables import probes_table

        return probes_table(self)

    def write(self, path: str | Path) -> Path:
        """Writes the study workbook (or a folder of CSV tables, if the path has no .xlsx ending); returns the path."""
        from .writing import write_switching

        return write_switching(self, Path(path))


def switching(
    case: Case,
    *,
    years: int = 3,
    only: Sequence[str] | None = None,
    want: Sequence[str] = (),
    want_by: int | None = None,
    worth: float | None = None,
    tolerance: float = 0.02,
    gap: float = 2e-3,
    time_limit: float | None = None,
    threads: int = 1,
    seed: int = 0,
    progress: Report | None = None,
) -> Switching:
    """How far each assumption must move before the first decisions change, and what wanted routes would need.

    years: number of first periods whose signings, builds and lane openings are the decision. only: names of
    assumptions (None: all, unless `want` is given alone). want: routes and expansions whose price is asked for.
    want_by: year by which what is wanted must be decided (None: any, even a token one at the end of the horizon).
    worth: discounted money a change must save to count (None: 2 x gap x cost of the plan). tolerance: width to which
    a switching value is searched, as a share of the range; years and counts are searched to whole numbers. gap,
    time_limit, threads, seed: of each solve; the plan of the case as it stands is solved to a tenth of the gap.
    progress: called with (sides done, of all, what) after each solve.

    Raises CaseError if the case fails its checks, ValueError for unknown names or options without sense. A value at
    which the changed case is not valid or has no plan is an answer, not an error.

    >>> import magnet_sourcing as ms
    >>> found = ms.switching(ms.Case.small(), only=["Chinese magnet price"])
    >>> found.signposts()["by"].tolist()
    [2027]
    """
    begun = time.perf_counter()
    options = Options(gap, time_limit, threads, seed, tie_break=False)
    check_options(options)
    _check(case, years, worth, tolerance)
    asked = assumptions(case, only) if only or not want else []
    found = Switching(case, case.periods[:years], tolerance)
    base = replace(options, gap=gap / 10)
    problem, outcome = _base(found, base, begun)
    if problem is not None and outcome is not None and outcome.values is not None and found.status == "finished":
        assert outcome.objective is not None
        found.worth = 2 * gap * abs(outcome.objective) if worth is None else worth
        report = progress or (lambda done, of, what: None)
        report(0, 2 * len(asked), f"the plan as the case stands: {outcome.objective:,.6g}")
        try:
            for name in want:
                found.wanted.append(wanted_in(problem, name, want_by, outcome.values, tolerance, base, report))
            decided = Decided(problem, outcome.values, found.years)
            for assumption in asked:
                found.searched.append(Searched(assumption))
                _search(found, Prober(decided, assumption, found.worth, options), len(asked), report)
        except (Interrupted, KeyboardInterrupt):
            found.status = "interrupted"
            found.searched = [s for s in found.searched if s.sides]
    found.seconds = time.perf_counter() - begun
    found.options = record_of(case, Wish(), options) | {
        "years": ", ".join(map(str, found.years)),
        "wanted by": want_by if want and want_by is not None else "none",
        "worth": found.worth,
        "tolerance": tolerance,
        "base gap asked": base.gap,
    }
    return found


def _base(found: Switching, options: Options, begun: float) -> tuple[Problem | None, Outcome | None]:
    """The case as it stands: its plan, and what is needed to start from it."""
    try:
        problem = Problem(found.case)
    except Impossible as reason:
        found.plan, found.status = unplanned(found.case, str(reason), Wish(), options, begun), "infeasible"
        return None, None
    outcome = problem.solve(options)
    found.plan = plan_of(problem, outcome, options, begun)
    if outcome.values is None or outcome.status is Status.INTERRUPTED:
        found.status = str(outcome.status)
    return problem, outcome


def _check(case: Case, years: int, worth: float | None, tolerance: float) -> None:
    check_case(case)
    if years < 1 or years > len(case.periods):
        raise ValueError(f"years {years}: must be from 1 to the {len(case.periods)} periods of the case")
    if worth is not None and worth <= 0:
        raise ValueError(f"worth {worth:g}: must be more than 0")
    if not 0 < tolerance < 1:
        raise ValueError(f"tolerance {tolerance:g}: a share of the range, more than 0 and less than 1")


# ---------------------------------------------------------------- the search


def _search(found: Switching, prober: Prober, of: int, report: Report) -> None:
    """Both directions of the assumption listed last; sides are added as they are finished."""
    result = found.searched[-1]
    a = result.assumption
    for direction, end in (("down", a.low), ("up", a.high)):
        if end == a.neutral:
            continue
        done = sum(len(s.sides) for s in found.searched)

        def holds(value: float, done: int = done) -> bool:
            answer = prober.holds(value)
            report(done, 2 * of, f"{a.name} {a.shown(value)}: {prober.at(value).state}")
            return answer

        result.sides.append(_side(a, prober, holds, direction, end, found.tolerance * (a.high - a.low)))
        result.probes = sorted(prober.probes.values(), key=lambda p: p.value)


def _side(
    a: Assumption, prober: Prober, holds: Callable[[float], bool], direction: str, end: float, width: float
) -> Side:
    if holds(end):
        at_end = prober.at(end)
        return Side(direction, end, "holds", end, None, at_end.regret, at_end.regret_most, (), at_end.detail)
    last, first = between(holds, a.neutral, end, width, a.whole)
    at_end, turn = prober.at(end), prober.at(first)
    becomes = prober.becomes(first) if turn.state == "changes" else []
    return Side(direction, end, turn.state, last, first, at_end.regret, at_end.regret_most, becomes, turn.detail)


def decisions_said(found: Switching) -> list[str]:
    """The base plan's decisions of the first years, in sentences."""
    from ... import summary

    kept = {
        name: frame[frame["period"].isin(found.years)] if name in ("signings", "builds", "lane_openings") else frame
        for name, frame in found.plan.tables.items()
    }
    kept["retirements"] = kept["retirements"].iloc[:0]
    return summary.decisions(replace(found.plan, tables=kept))
