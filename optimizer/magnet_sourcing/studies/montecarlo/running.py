"""`montecarlo`: worlds drawn from the ranges of a case; what is best in each, and how given plans do in all of them.

Two studies of runs. The first frees all decisions in every world, and holds the plan of the case as it stands and the
plans given. Only then is it known which first decisions are the most frequent; the second holds those.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ...case import Case
from ...changes import changed
from ...problem import Impossible, Wish
from ...problems import CaseError
from ...session import Options
from ...solving import asked_futures, cap_by_period, check_case, check_options, checked_measure, record_of
from ..ranges.ranges import Range
from ..ranges.sampling import worlds_at
from ..ranges.weak import Weak, weak_numbers
from ..runs.bench import AS_IT_STANDS, study_options, with_start
from ..runs.executing import Done, Where, execute
from ..runs.study import Result, Run, Study
from . import drivers as driving
from . import frequencies as counting
from .keeping import NoHold, of_file, of_world
from .regret import Fate, fates
from .worlds import drawing as drawing_of
from .worlds import worlds

if TYPE_CHECKING:
    from ..stress.plans import Standing

Report = Callable[[int, int, str], None]
BEST = "best of the world"  # label of the runs that decide freely
_LEAST = 2  # worlds that make a set of decisions frequent enough to be tried as a plan


@dataclass(repr=False)
class MonteCarlo:
    """What `montecarlo` returns.

    case: the case drawn from; asked: the same, with a scenario made certain in it if one was asked. ranges: what was
    drawn; positions: worlds x ranges, -1 low, 0 as the case stands, 1 high. free: the runs with all decisions free
    (and, after each, the plans known beforehand held); held: those that hold the most frequent decisions, None
    without. medians: the case with every range at its median, None if there can be no such case. plans: name -> what it
    is, in words. years: periods whose decisions make a set. thresholds: (measure, value). still: reason -> ranges that
    were not drawn. cut: by what share outputs of processes were cut to what goes in, of each world where they had to be.
    notes: what could not be done. stopped: Ctrl-C came before plans of the most frequent sets were tried.
    """

    case: Case
    asked: Case
    ranges: list[Range]
    positions: np.ndarray
    free: Done
    held: Done | None
    medians: Result | None
    plans: dict[str, str]
    years: list[int]
    thresholds: list[tuple[str, float]] = field(default_factory=list)
    still: dict[str, list[str]] = field(default_factory=dict)
    cut: list[float] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    options: dict[str, Any] = field(default_factory=dict)
    seed: int = 0
    seconds: float = 0.0
    stopped: bool = False

    def __repr__(self) -> str:
        return f"MonteCarlo({self.headline})"

    # ------------------------------------------------------------ runs by world

    @property
    def samples(self) -> int:
        return len(self.positions)

    @property
    def base(self) -> Result:
        """The case as it stands."""
        return self.free.base

    @cached_property
    def results(self) -> dict[str, dict[int, Result]]:
        """BEST or the name of a plan -> world -> ending. Runs that were not finished are missing."""
        found: dict[str, dict[int, Result]] = {name: {} for name in (BEST, *self.plans)}
        for done in (self.free, self.held):
            for run, result in zip(done.study.runs, done.results, strict=True) if done is not None else ():
                if result is not None:
                    found[run.plan or BEST][int(run.label["world"] or 0)] = result
        return found

    @cached_property
    def best(self) -> dict[int, Result]:
        """World -> its best plan, where that is known to the gap: what every figure is counted over."""
        return {w: r for w, r in sorted(self.results[BEST].items()) if r.proved}

    @property
    def finished(self) -> bool:
        done = [d for d in (self.free, self.held) if d is not None]
        return not self.stopped and all(r is not None for d in done for r in d.results)

    def endings(self) -> dict[str, int]:
        """How many worlds ended how, with all decisions free."""
        found: dict[str, int] = {}
        for world in range(self.samples):
            result = self.results[BEST].get(world)
            ending = "not run" if result is None else result.status
            found[ending] = found.get(ending, 0) + 1
        return found

    # ------------------------------------------------------------ figures

    @property
    def measures(self) -> tuple[str, ...]:
        return self.free.study.measures

    def values(self, measure: str) -> np.ndarray:
        """A measure of the best plan by world, in the order of `best`."""
        return np.array([r.cost if measure == "cost" else r.values[measure] for r in self.best.values()], dtype=float)

    @property
    def bounds(self) -> np.ndarray:
        """What no plan can be cheaper than, by world."""
        return np.array([r.bound for r in self.best.values()], dtype=float)

    def above(self, measure: str, value: float) -> tuple[int, int]:
        """Worlds in which a measure is above a value: by the plans found, and those in which the bound of the cost is
        (of other measures there is no bound, so the same)."""
        found = int((self.values(measure) > value).sum())
        return found, int((self.bounds > value).sum()) if measure == "cost" else found

    @cached_property
    def drawn(self) -> np.ndarray:
        """Positions of the worlds in `best`."""
        return self.positions[list(self.best)]

    @cached_property
    def sizes(self) -> dict[str, float]:
        """t/y of a module (or of the whole) by expansion."""
        return {x.expansion: x.max_size for x in self.asked.rows("expansions") if x.max_size is not None}

    @cached_property
    def frequencies(self) -> tuple[list[counting.Frequency], list[counting.Frequency]]:
        """Of each decision in any year, and in each year."""
        decided = {w: counting.named(r.decisions) for w, r in self.best.items()}
        return counting.frequencies(decided, counting.named(self.base.decisions), self.sizes) if decided else ([], [])

    @cached_property
    def clusters(self) -> list[counting.Cluster]:
        """Sets of first decisions, the most frequent first."""
        return _clusters(self.best, self.years, self.positions)

    @cached_property
    def drivers(self) -> dict[str, list[driving.Driver]]:
        """Measure -> the ranges that drive it, the strongest first."""
        return {m: driving.drivers(self.drawn, self.values(m), m, self.seed) for m in self.measures}

    @cached_property
    def splits(self) -> list[driving.Split]:
        """For each decision, the range that separates the worlds with it from those without."""
        told = [counting.amounts(counting.named(r.decisions), self.sizes) for r in self.best.values()]
        keys = dict.fromkeys((kind, name) for found in told for kind, name, _ in found)
        taken = {k: np.array([any(key[:2] == k for key in found) for found in told]) for k in keys}
        return driving.separating(self.drawn, taken)

    @cached_property
    def weak(self) -> Weak:
        """How much of the movement of cost rests on weak numbers. Of ranges whose correlation with cost chance could
        give, nothing is known; of the others, how far cost moves with two standard deviations."""
        spread = 2 * float(np.std(self.values("cost"))) if self.best else 0.0
        told = {self.ranges[d.range].name: abs(d.correlation.value) for d in self.drivers["cost"] if d.beyond}
        spans = [spread * told[r.name] if r.name in told else None for r in self.ranges]
        return weak_numbers(self.case, pd.DataFrame({"name": [r.name for r in self.ranges], "span": spans}))

    @cached_property
    def fates(self) -> list[Fate]:
        """How the plans do in all worlds."""
        return fates(self.best, {name: self.results[name] for name in self.plans})

    @cached_property
    def planless(self) -> driving.Split | None:
        """The range that separates worlds that have a plan from those proved to have none."""
        ended = {w: r for w, r in sorted(self.results[BEST].items()) if r.proved or r.status == "infeasible"}
        has = np.array([r.proved for r in ended.values()], dtype=bool)
        return next(iter(driving.separating(self.positions[list(ended)], {("have", "a plan"): has})), None)

    @cached_property
    def kept(self) -> dict[str, driving.Split]:
        """Plan -> the range that separates the worlds in which it can be kept from those in which it cannot."""
        found = {}
        for f in self.fates:
            told = [w for w in self.best if w not in f.unknown]
            can = np.array([w not in f.impossible for w in told], dtype=bool)
            for split in driving.separating(self.positions[told], {("keep", f.plan): can}):
                found[f.plan] = split
        return found

    # ------------------------------------------------------------ views

    @property
    def headline(self) -> str:
        """The answer in a line."""
        from .summary import headline

        return headline(self)

    @property
    def findings(self) -> dict[str, list[str]]:
        """Heading -> sentences."""
        from .summary import findings

        return findings(self)

    @cached_property
    def tables(self) -> dict[str, pd.DataFrame]:
        """Name -> rows: summary, distribution, frequencies, sets, regret, drivers ... docs/montecarlo.md defines them."""
        from .tables import tables

        return {name: frame for name, (_, frame, _) in tables(self).items()}

    def write(self, path: str | Path) -> Path:
        """Writes the study workbook (or a folder of CSV tables, if the path has no .xlsx ending); returns the path."""
        from .writing import write_montecarlo

        return write_montecarlo(self, Path(path))


def montecarlo(
    case: Case,
    samples: int = 1000,
    *,
    design: str = "lhs",
    only: Sequence[str] | None = None,
    plans: Mapping[str, Standing] | None = None,
    sets: int = 3,
    years: int = 3,
    thresholds: Sequence[tuple[str, float]] = (),
    scenario: str | Sequence[str] | None = None,
    at_most: Mapping[str, float] | None = None,
    china_cap: float | Mapping[int, float] | None = None,
    gap: float = 2e-3,
    time_limit: float | None = None,
    seed: int = 0,
    where: Where | None = None,
    progress: Report | None = None,
) -> MonteCarlo:
    """Draws worlds from the ranges of a case and solves each for least cost, decisions free and decisions held.

    samples: worlds, 2 or more. design: 'lhs' (Latin hypercube), 'sobol' or 'random'. only: names of ranges that move;
    all others stand as the case has them. plans: name -> plan whose decisions are held in every world, besides the
    plan of the case as it stands. sets: how many of the most frequent sets of first decisions are tried as plans.
    years: number of first periods whose decisions make a set (all, if there are fewer). thresholds: (measure, value)
    whose exceedance is counted.
    scenario, at_most, china_cap: as in `solve`, for every run. gap, time_limit, seed: of each solve; the seed also
    draws the worlds. where: engine, workers and folder. progress: called with (done, of how many, what).

    Raises CaseError if the case fails its checks, ValueError for unknown names or options without sense. A world that
    has no plan, or is not found in time, is counted, not raised.

    >>> import magnet_sourcing as ms
    >>> found = ms.montecarlo(ms.Case.small(), 20)
    >>> found.endings()
    {'optimal': 20}
    """
    begun = time.perf_counter()
    options = study_options(gap, time_limit, seed)
    check_options(options)
    asked, _, _ = asked_futures(case, scenario, None)
    asked.resolved()  # settles the settings
    _check(asked, samples, sets, years, plans)
    wish = Wish(at_most=_measured(asked, at_most), china_cap=_cap(asked, china_cap))
    drawing = drawing_of(case, asked, only)
    drawn, place, cut = worlds(asked, drawing.ranges, samples, design, seed)
    measures = _measures(asked, thresholds)
    study = Study("montecarlo", asked, (), options, wish, measures)
    notes: list[str] = []
    kept = {name: of_file(standing, asked, wish, options) for name, standing in (plans or {}).items()}
    stands = execute(study)
    if stands.base.cost is None:
        notes.append(f"The case as it stands has no plan ({stands.base.status}), so none of it is held in the worlds.")
    known = [*([AS_IT_STANDS] if stands.base.cost is not None else []), *kept]
    free = execute(replace(study, runs=_runs(drawn, ["", *known]), plans=kept), _where(where, "free"), progress, stands)
    named = dict.fromkeys(known, "")
    found = MonteCarlo(
        case, asked, drawing.ranges, place, free, None, _medians(study, drawing.ranges), named, asked.periods[:years],
        list(thresholds), drawing.still, cut, notes, seed=seed,
    )  # fmt: skip
    try:
        tried = _frequent(found, sets, wish, options, drawn) if found.finished else {}
        if tried:
            held_in = replace(study, runs=_runs(drawn, list(tried)), plans=tried)
            held = execute(held_in, _where(where, "held"), progress, stands)
            found = replace(found, held=held, plans=named | dict.fromkeys(tried, ""))
    except KeyboardInterrupt:  # between the worlds and the plans tried in them: what is solved stands
        found.stopped = True
        notes.append("Interrupted before plans of the most frequent sets were tried; all worlds drawn are here.")
    found.plans.update(_described(found, kept))
    found.options = record_of(asked, wish, options) | {
        "samples": samples,
        "design": design,
        "ranges": len(drawing.ranges),
        "scenario": _joined(scenario),
    }
    found.notes += [note for done in (found.free, found.held) if done is not None for note in done.notes]
    found.seconds = time.perf_counter() - begun
    return found


def _check(case: Case, samples: int, sets: int, years: int, plans: Mapping[str, Standing] | None) -> None:
    if samples < 2:
        raise ValueError(f"samples {samples}: must be 2 or more")
    if sets < 0:
        raise ValueError(f"sets {sets}: must be 0 or more")
    if years < 1:
        raise ValueError(f"years {years}: must be 1 or more")
    for name in plans or ():
        if name in (BEST, AS_IT_STANDS) or name.startswith("set "):
            raise ValueError(f"a plan cannot be called '{name}': the study calls a plan of its own so")


def _medians(study: Study, ranges: Sequence[Range]) -> Result | None:
    """The case with every range at its median: whether the case as it stands is in the middle of what is drawn."""
    (changes,) = worlds_at(study.case, ranges, np.full((1, len(ranges)), 0.5))
    try:
        middle = changed(study.case, changes, "every range at its median", decided=False)
        check_case(middle)
        return with_start(replace(study, case=middle))[1]
    except (CaseError, Impossible):
        return None


def _measured(case: Case, at_most: Mapping[str, float] | None) -> dict[str, float]:
    return {m if m == "cost" else checked_measure(case, m): x for m, x in (at_most or {}).items()}


def _cap(case: Case, cap: float | Mapping[int, float] | None) -> dict[int, float]:
    if cap is not None and not case.settings["exposed_country"]:
        raise ValueError("a China cap needs settings: exposed_country, and stage weights")
    return cap_by_period(case, cap)


def _measures(case: Case, thresholds: Sequence[tuple[str, float]]) -> tuple[str, ...]:
    """Cost, dependence if there is an exposed country, unmet demand, and what thresholds are about."""
    found = ["cost", *(["index"] if case.settings["exposed_country"] else []), "unmet"]
    asked = [m if m == "cost" else checked_measure(case, m) for m, _ in thresholds]
    return tuple(dict.fromkeys([*found, *asked]))


def _runs(drawn: Sequence[Run], plans: Sequence[str]) -> tuple[Run, ...]:
    """Every world with each plan, '' for free decisions; those of a world follow each other."""
    made = [(i, run.changes, plan) for i, run in enumerate(drawn) for plan in plans]
    return tuple(
        Run(n, changes, {"world": world, "plan": plan or BEST}, plan) for n, (world, changes, plan) in enumerate(made)
    )


def _where(where: Where | None, part: str) -> Where | None:
    """The two studies are kept apart in a folder."""
    return where if where is None or where.folder is None else replace(where, folder=Path(where.folder) / part)


def _clusters(best: Mapping[int, Result], years: Sequence[int], place: np.ndarray) -> list[counting.Cluster]:
    far = driving.distances(place)
    return counting.clusters({w: counting.named(r.decisions) for w, r in best.items()}, years, dict(enumerate(far)))


def _frequent(
    found: MonteCarlo, sets: int, wish: Wish, options: Options, drawn: Sequence[Run]
) -> dict[str, dict[str, float]]:
    """The most frequent sets of first decisions as plans: each is the best plan of the world that stands for it.

    The set of the plan as it stands is held already.
    """
    stands = counting.taken(counting.named(found.base.decisions), found.years) if found.base.cost is not None else None
    wanted = [c for c in found.clusters if c.taken != stands and len(c.worlds) >= _LEAST][:sets]
    tried = {}
    for c in wanted:
        try:
            changes = drawn[c.nearest].changes
            world = changed(found.asked, changes, f"world {c.nearest}", decided=False) if changes else found.asked
            tried[c.name] = of_world(c.name, world, wish, found.best[c.nearest].decisions, options)
        except NoHold as reason:
            found.notes.append(f"Not tried as a plan: {reason}.")
    return tried


def _described(found: MonteCarlo, kept: Mapping[str, Any]) -> dict[str, str]:
    """What each plan is, in words."""
    stands = counting.taken(counting.named(found.base.decisions), found.years)
    said = {name: "given as a file" for name in kept}
    for c in found.clusters:
        if c.name in found.plans:
            said[c.name] = f"the best plan of world {c.nearest}: {counting.against(c.taken, stands)}"
    if AS_IT_STANDS in found.plans:
        said[AS_IT_STANDS] = "the plan of the case as it stands"
    return said


def _joined(scenario: str | Sequence[str] | None) -> str:
    return "none" if not scenario else scenario if isinstance(scenario, str) else ", ".join(scenario)
