"""Switching values: how far an assumption must move before the decisions of the first years change.

The decision changes at a value if holding the base plan's first decisions costs more than `worth` above the free
optimum there. With the default, twice the solver's gap of the cost, a change found is one beyond the solver's doubt:
the held plan is then proved dearer than the free one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from ..case import Case
from ..plan import Plan
from ..problem import Impossible, Problem
from ..session import Options
from ..solving import check_case, check_options, plan_of, record_of, unplanned
from .assumed import Assumption, assumptions
from .bisection import between
from .first_decisions import Difference
from .probing import Decided, Interrupted, Probe, Prober
from .wanted import Wanted, wanted_in

Report = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Side:
    """One direction of an assumption.

    answer: 'holds' (at the end of the range; between the values probed nothing is claimed), 'changes', 'no plan',
    'not valid' or 'not solved' (what stands beyond the last value that holds). holds, turns: last value found that
    holds, first that does not (None if all hold). regret: of the decision at the end of the range, discounted money.
    """

    direction: str
    end: float
    answer: str
    holds: float
    turns: float | None
    regret: float | None
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
    plan: Plan
    years: list[int]
    worth: float
    tolerance: float
    searched: list[Searched]
    wanted: list[Wanted]
    status: str
    seconds: float
    options: dict[str, Any]

    def table(self) -> pd.DataFrame:
        """A row for each assumption and direction, the nearest switching value first."""
        from .switching_tables import switching_table

        return switching_table(self)

    def signposts(self) -> pd.DataFrame:
        """Trigger, by when, then: a row for each switching value found, the nearest first."""
        from .switching_tables import signposts

        return signposts(self)

    def probes(self) -> pd.DataFrame:
        """Every value probed."""
        from .switching_tables import probes_table

        return probes_table(self)

    def write(self, path: str | Path) -> Path:
        """Writes the study workbook (or a folder of CSV tables, if the path has no .xlsx ending); returns the path."""
        from .switching_writing import write_switching

        return write_switching(self, Path(path))


def switching(
    case: Case,
    *,
    years: int = 3,
    only: Sequence[str] | None = None,
    want: Sequence[str] = (),
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
    base = replace(options, gap=gap / 10)
    periods = case.periods[:years]
    found = Switching(
        case, _nothing(case, base, begun), periods, worth or 0.0, tolerance, [], [], "finished", 0.0, {}
    )
    try:
        problem = Problem(case)
    except Impossible as reason:
        found.plan, found.status = unplanned(case, str(reason), _wish(), base, begun), "infeasible"
        return _ended(found, options, begun)
    outcome = problem.solve(base)
    found.plan = plan_of(problem, outcome, base, begun)
    if outcome.values is None or outcome.status == "interrupted":
        found.status = str(outcome.status)
        return _ended(found, options, begun)
    assert outcome.objective is not None
    found.worth = 2 * gap * abs(outcome.objective) if worth is None else worth
    decided = Decided(problem, outcome.values, periods)
    report = progress or (lambda done, of, what: None)
    report(0, 2 * len(asked), f"the plan as the tables stand: {outcome.objective:,.6g}")
    try:
        for name in want:
            found.wanted.append(wanted_in(problem, name, outcome.values, tolerance, base, report))
        for assumption in asked:
            result = Searched(assumption)
            found.searched.append(result)
            _search(result, Prober(decided, assumption, found.worth, options), tolerance, report, len(asked), found)
    except (Interrupted, KeyboardInterrupt):
        found.status = "interrupted"
        found.searched = [s for s in found.searched if s.sides]
    return _ended(found, options, begun)


def _check(case: Case, years: int, worth: float | None, tolerance: float) -> None:
    check_case(case)
    if years < 1 or years > len(case.periods):
        raise ValueError(f"years {years}: must be from 1 to the {len(case.periods)} periods of the case")
    if worth is not None and worth <= 0:
        raise ValueError(f"worth {worth:g}: must be more than 0")
    if not 0 < tolerance < 1:
        raise ValueError(f"tolerance {tolerance:g}: a share of the range, more than 0 and less than 1")


def _wish() -> Any:
    from ..problem import Wish

    return Wish()


def _nothing(case: Case, options: Options, begun: float) -> Plan:
    return unplanned(case, "", _wish(), options, begun)


def _ended(found: Switching, options: Options, begun: float) -> Switching:
    found.seconds = time.perf_counter() - begun
    found.options = {
        **record_of(found.case, _wish(), options),
        "years": ", ".join(map(str, found.years)),
        "worth": found.worth,
        "tolerance": found.tolerance,
        "base gap asked": options.gap / 10,
    }
    return found


# ---------------------------------------------------------------- the search


def _search(
    result: Searched, prober: Prober, tolerance: float, report: Report, of: int, found: Switching
) -> None:
    """Both directions of an assumption; sides are added as they are finished."""
    a = result.assumption
    for direction, end in (("down", a.low), ("up", a.high)):
        if end == a.neutral:
            continue
        done = sum(len(s.sides) for s in found.searched)

        def holds(value: float, done: int = done) -> bool:
            answer = prober.holds(value)
            report(done, 2 * of, f"{a.name} {a.shown(value)}: {prober.at(value).state}")
            return answer

        side = _side(a, prober, holds, direction, end, tolerance * (a.high - a.low))
        result.sides.append(side)
        result.probes = sorted(prober.probes.values(), key=lambda p: p.value)


def _side(
    a: Assumption, prober: Prober, holds: Callable[[float], bool], direction: str, end: float, width: float
) -> Side:
    if holds(end):
        at_end = prober.at(end)
        return Side(direction, end, "holds", end, None, at_end.regret, (), at_end.detail)
    last, first = between(holds, a.neutral, end, width, a.whole)
    at_end, turn = prober.at(end), prober.at(first)
    becomes = prober.becomes(first) if turn.state == "changes" else []
    return Side(direction, end, turn.state, last, first, at_end.regret, becomes, turn.detail)


def decisions_said(found: Switching) -> list[str]:
    """The base plan's decisions of the first years, in sentences."""
    from .. import summary

    kept = {
        name: frame[frame["period"].isin(found.years)] if name in ("signings", "builds", "lane_openings") else frame
        for name, frame in found.plan.tables.items()
    }
    kept["retirements"] = kept["retirements"].iloc[:0]
    return summary.decisions(replace(found.plan, tables=kept))

