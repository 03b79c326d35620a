"""Sensitivity: which numbers move cost and dependence, which decisions change at their ends, what rests on weak numbers.

Every range is screened at both ends by two linear programmes: with the decisions held, which needs no less than the
optimum, and with whole numbers as fractions, which needs no more. What could be longest is then solved in full.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ...case import Case
from ...plan import Plan
from ...problem import Impossible, Problem, Wish
from ...session import Options, Status
from ...solving import check_case, check_options, checked_measure, plan_of, record_of, unplanned
from ..ranges.ranges import Range, ranges_of
from ..runs.bench import study_options
from ..runs.executing import Done, Where, execute
from ..runs.study import Study
from ..switching.probing import Decided, Interrupted
from .bars import Bar, End, candidates, longest
from .designing import Answers, Ask, answers_of, bars_of, between, end, in_full, runs_of, screening
from .ranging import Intervals, intervals
from .switch_over import Walked, switch_overs

if TYPE_CHECKING:
    from ..ranges.indices import Design, Indices
    from ..ranges.weak import Weak

Report = Callable[[int, int, str], None]
METHODS = ("one-way", "morris", "sobol")
# Trajectories or samples of a method, unless said otherwise.
SAMPLES = {"morris": 20, "sobol": 256}


@dataclass(frozen=True)
class Asked:
    """What a study was asked for; see `sensitivity`."""

    top: int
    spider: int
    switch_over: int
    ranging: int
    method: str
    samples: int
    measures: tuple[str, ...]
    years: int
    tolerance: float
    max_runs: int
    only: tuple[str, ...] | None = None


@dataclass
class Sensitivity:
    """What `sensitivity` returns.

    plan: the audited plan of the case as it stands. bars: a bar for each range that moves. spider: a range with the
    positions solved in full. switch_overs: where first decisions turn, for the longest bars. ranging: single numbers with
    decisions held. indices: of `morris` or `sobol`, one for each measure; no_indices: why there are none where they were
    asked for. weak: what rests on weak numbers, by measure. runs, decisions: merged tables of all runs. worth: discounted
    money a change of decisions must save to count.
    status: 'finished', 'interrupted' (what is finished is there), or the ending of a plan that could not be found.
    """

    case: Case
    asked: Asked
    options: Options
    plan: Plan = field(init=False, repr=False)
    bars: list[Bar] = field(default_factory=list)
    spider: list[tuple[Range, list[End]]] = field(default_factory=list)
    switch_overs: list[Walked] = field(default_factory=list)
    ranging: Intervals = field(default_factory=Intervals)
    indices: list[Indices] = field(default_factory=list)
    no_indices: str = ""
    design: Design | None = None
    weak: dict[str, Weak] = field(default_factory=dict)
    runs: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)
    decisions: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)
    worth: float = 0.0
    status: str = "finished"
    seconds: float = 0.0
    record: dict[str, Any] = field(default_factory=dict, repr=False)

    @property
    def years(self) -> list[int]:
        """The first periods, whose decisions a switch-over point is about."""
        return self.case.periods[: self.asked.years]

    @property
    def headline(self) -> str:
        """The answer in a line, as at the terminal."""
        from .findings import headline

        return headline(self)

    @property
    def findings(self) -> dict[str, list[str]]:
        """Heading -> sentences, as at the terminal."""
        from .findings import findings

        return findings(self)

    def tornado(self, measure: str = "cost") -> pd.DataFrame:
        """A row for each range that can be drawn, those solved in full first, the longest bar first."""
        from .tables import tornado

        return tornado(self, measure)

    def table(self, name: str) -> pd.DataFrame:
        """A table of the study by the name of its sheet. Raises ValueError for another name."""
        from .tables import table

        return table(self, name)

    def write(self, path: str | Path) -> Path:
        """Writes the study workbook (or a folder of CSV tables, if the path has no .xlsx ending); returns the path."""
        from .writing import write_sensitivity

        return write_sensitivity(self, Path(path))


def sensitivity(
    case: Case,
    *,
    top: int = 20,
    only: Sequence[str] | None = None,
    spider: int = 6,
    switch_over: int = 3,
    ranging: int = 6,
    method: str = "one-way",
    samples: int | None = None,
    measures: Sequence[str] = (),
    years: int | None = None,
    tolerance: float = 0.02,
    max_runs: int = 10_000,
    gap: float = 1e-3,
    time_limit: float | None = None,
    seed: int = 0,
    where: Where | None = None,
    progress: Report | None = None,
) -> Sensitivity:
    """Moves every number of a case that carries a range to its low and its high end, one at a time.

    top: ranges solved in full, decisions free, at both ends: those that could move cost most by the screening, and as
    many that move each other measure most (0: all).
    only: names of ranges (None: all). spider: of how many of the longest bars cost is also found half way. switch_over:
    for how many of them the values are found at which the first decisions change; years: first periods whose decisions
    count (None: 3, or all of a shorter case); tolerance: width of such a value, as a share of the way to the end.
    ranging: single prices, capacities and demands (of each so many) for which it is told how far they may move with
    decisions held. method: 'one-way', or in addition 'morris' or 'sobol' indices of the `top` longest bars, from
    `samples` trajectories or samples. measures: reported beside cost, and beside 'index' where there is an exposed
    country. max_runs: refuse to start more.
    gap, time_limit, seed: of each solve. where: engine, processes and folder. progress: called with (done, of, what).

    Raises CaseError if the case fails its checks, ValueError for unknown names or options without sense.

    >>> import magnet_sourcing as ms
    >>> found = ms.sensitivity(ms.Case.small(), spider=0, switch_over=0, ranging=0)
    >>> found.tornado()["range"].iloc[0]
    'Chinese magnet price'
    """
    begun = time.perf_counter()
    options = study_options(gap, time_limit, seed)
    check_options(options)
    check_case(case)
    chosen = tuple(only) if only is not None else None
    asked = Asked(
        top, spider, switch_over, ranging, method, SAMPLES.get(method, 0) if samples is None else samples,
        _measures(case, measures), min(3, len(case.periods)) if years is None else years, tolerance, max_runs, chosen,
    )  # fmt: skip
    ranges = ranges_of(case, asked.only)
    _check(case, asked, samples, ranges)
    found = Sensitivity(case, asked, options)
    study = _Studying(found, where, progress or (lambda done, of, what: None))
    if study.base(begun):
        try:
            study.one_way(ranges)
            study.beyond_one_way()
        except (Interrupted, KeyboardInterrupt):
            found.status = "interrupted"
        study.gathered()
    found.seconds = time.perf_counter() - begun
    found.record = record_of(case, Wish(), options) | {
        "top": top or "all", "only": ", ".join(asked.only) if asked.only is not None else "all", "method": method,
        "samples": asked.samples or "none", "measures": ", ".join(asked.measures), "years": asked.years,
        "tolerance": tolerance, "worth": found.worth,
    }  # fmt: skip
    return found


def _measures(case: Case, measures: Sequence[str]) -> tuple[str, ...]:
    exposed = ["index"] if case.settings.get("exposed_country") else []
    return tuple(dict.fromkeys(["cost", *exposed, *(checked_measure(case, m) for m in measures)]))


def _check(case: Case, asked: Asked, samples: int | None, ranges: Sequence[Range]) -> None:
    wrong = [
        f"{name} {value}: must be 0 or more"
        for name in ("top", "spider", "switch_over", "ranging")
        if (value := getattr(asked, name)) < 0
    ]
    if asked.method not in METHODS:
        wrong.append(f"method '{asked.method}' is not one of {', '.join(METHODS)}")
    if asked.method == "one-way" and samples is not None:
        wrong.append(f"samples {samples}: go with method morris or sobol, not with one-way")
    if not 1 <= asked.years <= len(case.periods):
        wrong.append(f"years {asked.years}: must be from 1 to the {len(case.periods)} periods of the case")
    if not 0 < asked.tolerance < 1:
        wrong.append(f"tolerance {asked.tolerance:g}: a share of the way to an end, more than 0 and less than 1")
    if not ranges:
        wrong.append(
            "no range is named to be moved"
            if asked.only is not None
            else "no number of the case carries a range: fill in low and high in the sheet evidence, or assumptions"
        )
    elif asked.method in ("morris", "sobol"):
        _design_of(asked.method, case, ranges[:1], asked.samples, 0)  # whether there can be one at all
    runs = planned(ranges, asked)
    if runs > asked.max_runs:
        wrong.append(
            f"{runs:,} runs are needed, more than max_runs {asked.max_runs:,}: give a smaller top, fewer samples, or a "
            "larger max_runs"
        )
    if wrong:
        raise ValueError("\n".join(wrong))


def _design_of(method: str, case: Case, ranges: Sequence[Range], samples: int, seed: int) -> Design:
    from ..ranges.indices import morris_design, sobol_design

    return (morris_design if method == "morris" else sobol_design)(case, ranges, samples, seed)


def planned(ranges: Sequence[Range], asked: Asked) -> int:
    """Runs at the most, without the switch-over points, whose number is not known beforehand."""
    one_way = len(screening(ranges))
    full = min(asked.top * len(asked.measures) or len(ranges), len(ranges))
    top = min(asked.top or len(ranges), len(ranges))
    factors = {"morris": top + 1, "sobol": top + 2}.get(asked.method, 0)
    return one_way + 2 * full + 2 * min(asked.spider, full) + asked.samples * factors


def _mark(study: Study) -> str:
    """A few letters of their own for each set of runs, so that a folder can keep studies that asked for more or less."""
    said = repr([(sorted(run.label.items(), key=str), run.changes, run.plan) for run in study.runs])
    return hashlib.sha256(said.encode()).hexdigest()[:8]


# ---------------------------------------------------------------- the steps


class _Studying:
    """The steps of a study, each adding to what was found."""

    def __init__(self, found: Sensitivity, where: Where | None, report: Report) -> None:
        self._found, self._where, self._report = found, where, report
        self._study = Study("sensitivity", found.case, (), found.options, measures=found.asked.measures)
        self._done: list[tuple[str, Done]] = []
        self._answers: Answers = {}
        self._ranges: Sequence[Range] = ()
        self._count = 0

    def base(self, begun: float) -> bool:
        """The plan of the case as it stands, audited. Whether there is one."""
        found = self._found
        try:
            self._problem = Problem(found.case, measures=found.asked.measures)
        except Impossible as reason:
            found.plan = unplanned(found.case, str(reason), Wish(), found.options, begun)
            found.status = "infeasible"
            return False
        outcome = self._problem.solve(found.options)
        found.plan = plan_of(self._problem, outcome, found.options, begun)
        if outcome.values is None or outcome.status is Status.INTERRUPTED:
            found.status = str(outcome.status)
            return False
        self._values: np.ndarray = outcome.values
        assert outcome.objective is not None
        found.worth = 2 * found.options.gap * abs(outcome.objective)
        return True

    def one_way(self, ranges: Sequence[Range]) -> None:
        """Screens all ranges, solves the ends of those that could be longest in full, and positions between."""
        found, asked = self._found, self._found.asked
        self._ranges = ranges
        self._solve("screening", screening(ranges))
        self._solve("in full", in_full([b.range for b in self._chosen()]))
        shown = [b.range for b in longest(found.bars) if b.full][: asked.spider]
        self._solve("spider", between(shown))
        found.spider = [(r, self._positions(r)) for r in shown]

    def _chosen(self) -> list[Bar]:
        """The ranges that could move cost most, and those that move the other measures most while decisions are held."""
        asked, solvable = self._found.asked, candidates(self._found.bars)
        chosen = solvable[: asked.top or None]
        for measure in asked.measures[1:]:
            moving = sorted(
                (b for b in solvable if b.reach(measure) > 0), key=lambda b: (-b.reach(measure), b.range.name)
            )
            chosen += [b for b in moving[: asked.top or None] if b not in chosen]
        return chosen

    def _positions(self, r: Range) -> list[End]:
        base = self._found.bars[0].base
        ends = [end(r.name, p, self._answers) for p in (-1.0, -0.5, 0.5, 1.0)]
        return sorted([base, *(e for e in ends if e.free is not None)], key=lambda e: e.position)

    def _solve(self, step: str, asks: Sequence[Ask]) -> None:
        """Solves what is asked, and draws the bars anew."""
        if asks:
            done = self._execute(step, replace(self._study, runs=runs_of(asks)))
            self._answers = {**self._answers, **answers_of(asks, done.results)}
            self._found.bars = bars_of(self._ranges, done.base, self._answers)
            if any(r is None for r in done.results):
                raise Interrupted

    def _execute(self, step: str, study: Study) -> Done:
        where = self._where
        if where is not None and where.folder is not None:
            where = replace(where, folder=Path(where.folder) / f"{step.replace(' ', '-')}-{_mark(study)}")
        before = self._done[0][1] if self._done else None
        done = execute(study, where, lambda n, of, what: self._report(n, of, f"{step}: {what}"), before)
        self._done.append((step, done))
        return done

    def beyond_one_way(self) -> None:
        """Switch-over points, ranging, indices."""
        found, asked = self._found, self._found.asked
        drawn = [b.range for b in longest(found.bars) if b.full]
        self._switch_overs(drawn[: asked.switch_over])
        if asked.ranging:
            found.ranging = intervals(self._problem, self._values, found.options, asked.ranging)
        if asked.method != "one-way":
            self._indices(drawn[: asked.top or None])

    def _switch_overs(self, ranges: Sequence[Range]) -> None:
        found = self._found
        decided = Decided(self._problem, self._values, found.years)

        def report(what: str) -> None:
            self._report(len(found.switch_overs), len(ranges), f"switch-over: {what}")

        for r in ranges:
            found.switch_overs.append(
                switch_overs(found.case, r, decided, found.worth, found.asked.tolerance, found.options, report)
            )

    def _indices(self, ranges: Sequence[Range]) -> None:
        """Morris or Sobol' indices of the ranges solved in full."""
        from ..ranges.indices import morris_indices, sobol_indices

        found, asked = self._found, self._found.asked
        indices_of = morris_indices if asked.method == "morris" else sobol_indices
        design = found.design = _design_of(asked.method, found.case, ranges, asked.samples, found.options.seed)
        self._report(0, len(design.runs), f"{asked.method}: {design}")
        done = self._execute(asked.method, replace(self._study, runs=tuple(design.runs)))
        if any(r is None for r in done.results):
            raise Interrupted
        table = done.runs()
        try:
            found.indices = [indices_of(design, table, m) for m in asked.measures]
        except ValueError as reason:  # too few runs are proved; what was found before stands
            found.no_indices = str(reason)

    def gathered(self) -> None:
        """The merged tables, and what rests on weak numbers."""
        from ..ranges.weak import weak_numbers

        found = self._found
        frames: list[pd.DataFrame] = []
        decided: list[pd.DataFrame] = []
        first = 0
        for step, done in self._done:
            for frames_of, frame in ((frames, done.runs()), (decided, done.decisions())):
                frame["run"] += first
                frame.insert(1, "step", step)
                frames_of.append(frame)
            first += len(done.results)
        found.runs = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()
        found.decisions = pd.concat(decided, ignore_index=True) if decided else pd.DataFrame()
        for measure in found.asked.measures if found.bars else ():
            spans = [(b.range.name, None if b.apart else b.reach(measure)) for b in found.bars]
            found.weak[measure] = weak_numbers(
                found.case, pd.DataFrame(spans, columns=["name", "span"]), result=measure
            )
