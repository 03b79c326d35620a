"""`options`: what it costs to insist on, or to ban, each mine, plant, route, offer and country.

Each price is an interval: the forced plan and the optimum are each known between a bound and a plan, and so is the
difference of their costs.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd

from ...case import Case
from ...plan import Plan
from ...problem import Impossible, Problem
from ...problems import did_you_mean
from ...scenario_plan import ScenarioPlan
from ...session import Options, Outcome, Status
from ...solving import check_options
from .choices import Option, options_of
from .pool import Task, in_order, solved, was_interrupted
from .question import Question
from .yes_no import Choices

# The optimum is on one side of every price, and a price across the threshold is worth a second look: both are known
# ten times better than the rest.
_FINER = 0.1


@dataclass(frozen=True)
class Entry:
    """The price of one option. Money is discounted, of the case's unit.

    in_optimum: whether the optimum has it; then the price is that of banning it, otherwise that of insisting on it.
    status: how the forced solve ended; 'not finished' after Ctrl-C. low, high: the forced plan costs at least and at
    most so much more than the optimum; infinite if it is proved that there is no such plan, None if not known.
    free_below: a price that may be as small as nothing and is at most this cannot be told from none at the gap asked.
    index: mean dependence index of the forced plan found, None without one. idle: whether that plan signs the route
    asked for and then does nothing under it. values: the forced plan found, by column of the ledger's problem.
    """

    option: Option
    in_optimum: bool
    status: str
    low: float | None = None
    high: float | None = None
    gap: float | None = None
    index: float | None = None
    idle: bool = False
    worth: float = 0.0
    free_below: float = 0.0
    values: np.ndarray | None = field(default=None, repr=False, compare=False)

    @property
    def impossible(self) -> bool:
        """Proved: it cannot be banned, or cannot be insisted on."""
        return self.status == Status.INFEASIBLE

    @property
    def ban(self) -> tuple[float | None, float | None]:
        """Price of banning it; nothing if the optimum does without it."""
        return (self.low, self.high) if self.in_optimum else (0.0, 0.0)

    @property
    def insist(self) -> tuple[float | None, float | None]:
        """Price of insisting on it; nothing if the optimum has it."""
        return (0.0, 0.0) if self.in_optimum else (self.low, self.high)

    @property
    def verdict(self) -> str:
        """'must-do', 'never-do', 'free', 'not settled' (between, at this gap) or 'not finished'."""
        if self.low is None:
            return "not finished"
        if self.low > self.worth:
            return "must-do" if self.in_optimum else "never-do"
        if self.high is not None and (self.high <= self.worth or (self.low == 0 and self.high <= self.free_below)):
            return "free"
        return "not settled"


@dataclass(frozen=True)
class Ledger:
    """What `options` returns: the audited optimum, and an entry for each option asked about, in order of the case.

    worth: prices up to this (money) make an option a free choice. use: see `options`. problem, values: what was solved
    and its best plan, by column, against which the values of the entries can be read; None without a plan.
    """

    case: Case
    optimum: Plan | ScenarioPlan
    entries: Sequence[Entry]
    worth: float
    use: float
    mean_index: float | None = None
    seconds: float = 0.0
    asked: Mapping[str, object] = field(default_factory=dict)
    problem: Problem | None = field(default=None, repr=False, compare=False)
    values: np.ndarray | None = field(default=None, repr=False, compare=False)

    @property
    def finished(self) -> bool:
        return all(e.verdict != "not finished" for e in self.entries)

    def of(self, verdict: str) -> list[Entry]:
        """The entries of one class, dearest first."""
        return sorted((e for e in self.entries if e.verdict == verdict), key=lambda e: -(e.low or 0.0))

    def __getitem__(self, name: str) -> Entry:
        """The entry of that name (of the first kind that has it)."""
        for entry in self.entries:
            if entry.option.name == name:
                return entry
        raise KeyError(f"{name}{did_you_mean(name, (e.option.name for e in self.entries))}")

    @property
    def table(self) -> pd.DataFrame:
        """One row an entry; columns as in the workbook."""
        from .options_report import ledger_table

        return ledger_table(self)

    def write(self, path: str | Path) -> Path:
        """Writes a workbook that opens on the answer (or a folder of CSV tables); returns the path."""
        from .options_report import write_ledger

        return write_ledger(self, Path(path))

    def _repr_html_(self) -> str:
        from .options_report import sentences

        return "<br>".join(sentences(self))


def options(
    case: Case,
    *,
    only: Sequence[str] | None = None,
    use: float = 0.5,
    earnest: float | None = None,
    worth: float = 0.001,
    scenario: str | Sequence[str] | None = None,
    scenarios: str | Sequence[str] | None = None,
    at_most: Mapping[str, float] | None = None,
    china_cap: float | Mapping[int, float] | None = None,
    gap: float = 1e-3,
    time_limit: float | None = None,
    threads: int = 1,
    seed: int = 0,
    workers: int = 1,
    progress: Callable[[int, int, str], None] | None = None,
) -> Ledger:
    """Prices every option of a case: what banning it costs if the cheapest plan has it, or insisting on it if not.

    Options are routes, expansions, facilities with existing capacity, purchase offers, and countries with all of these
    in them. only: names; all without. use: share of its capacity (an offer: its limit), on average over its years and
    the futures, at which a facility counts as insisted on. earnest: a route or an expansion insisted on must also be
    used for this share of what it could be, as in `alternatives`; without it, signed or built is enough, and idle is
    said. worth: share of the optimum's cost up to which a price is
    none. scenario, scenarios, at_most, china_cap: as in `solve`; they hold for every plan of the study.
    gap, time_limit: of each forced solve; the optimum, and prices across the threshold, to a tenth of the gap.
    workers: processes.
    progress: called with how many of how many solves are finished, and what the last one was.

    Raises CaseError for a case with errors, ValueError for wrong options and unknown names. After Ctrl-C what is
    finished is returned, the rest as 'not finished'.

    >>> import magnet_sourcing as ms
    >>> ledger = ms.options(ms.Case.small())
    >>> ledger["Toll Japan"].verdict
    'must-do'
    """
    begun = time.perf_counter()
    _check(use, earnest, worth, workers)
    forced = Options(gap, time_limit, threads, seed, tie_break=False)
    at_first = replace(forced, gap=gap * _FINER, tie_break=scenarios is None)
    check_options(forced)
    question = Question.about(case, scenario, scenarios, at_most, china_cap)
    asked: dict[str, object] = {
        "only": ", ".join(only) if only else "all",
        "workers": workers,
        "gap": gap,
        "earnest": earnest if earnest is not None else "not asked",
        "use": use,
    }

    try:
        problem = question.posed(question.measures)
    except Impossible as reason:
        ending = Outcome(Status.INFEASIBLE, None, None, None, None, 0.0, 0, str(reason))
        return Ledger(question.case, question.plan(None, ending, at_first, begun), [], 0.0, use)
    chosen = named(options_of(problem, use), only)
    best = problem.solve(at_first, prefer=scenarios is None)
    plan = question.plan(problem, best, at_first, begun, priced=True)
    if best.values is None or best.bound is None or best.objective is None:
        return Ledger(question.case, plan, [], 0.0, use)
    if progress is not None:
        progress(1, len(chosen) + 1, "the optimum")

    study = _Study(problem, best, worth * abs(best.objective), gap, Choices.of(problem, earnest) if earnest else None)
    tasks = [study.task(option, forced) for option in chosen]
    outcomes: list[Outcome | None] = [None] * len(tasks)
    if best.status is not Status.INTERRUPTED:
        outcomes = in_order(solved, tasks, workers, study.told(progress, chosen, 1), was_interrupted)
    entries = study.entries(chosen, outcomes)
    again = [i for i, e in enumerate(entries) if e.verdict == "not settled" and e.status == Status.OPTIMAL]
    if again and not any(e.status == "not finished" for e in entries):
        finer = replace(forced, gap=gap * _FINER)
        tasks = [study.task(chosen[i], finer, outcomes[i]) for i in again]
        told = study.told(progress, [chosen[i] for i in again], 1 + len(chosen), ", again")
        for i, outcome in zip(again, in_order(solved, tasks, workers, told, was_interrupted), strict=True):
            if outcome is not None and outcome.values is not None:
                outcomes[i] = outcome
        entries = study.entries(chosen, outcomes)
    mean = study.index(best.values)
    seconds = time.perf_counter() - begun
    return Ledger(question.case, plan, entries, study.worth, use, mean, seconds, asked, problem, best.values)


def _check(use: float, earnest: float | None, worth: float, workers: int) -> None:
    if not 0 < use <= 1:
        raise ValueError(f"use {use}: a share of capacity, more than 0 and at most 1")
    if earnest is not None and not 0 < earnest <= 1:
        raise ValueError(f"earnest {earnest}: a share of the greatest use, more than 0 and at most 1")
    if not worth >= 0:
        raise ValueError(f"worth {worth}: a share of the cost, 0 or more")
    if workers < 1:
        raise ValueError(f"workers {workers}: at least 1")


def named(found: Sequence[Option], only: Sequence[str] | None) -> list[Option]:
    """The options of these names, all without names. Raises ValueError for an unknown name."""
    if only is None:
        return list(found)
    known = {option.name for option in found}
    for name in only:
        if name not in known:
            raise ValueError(f"'{name}' is no option of the case{did_you_mean(name, known)}")
    if not only:
        raise ValueError("only: give at least one name")
    return [option for option in found if option.name in only]


@dataclass(frozen=True)
class _Study:
    """The optimum of a problem, and prices against it. worth: in money. gap: asked of forced plans.
    choices: how to insist on them in earnest, if so asked."""

    problem: Problem
    best: Outcome
    worth: float
    gap: float
    choices: Choices | None = None

    @property
    def values(self) -> np.ndarray:
        assert self.best.values is not None
        return self.best.values

    def index(self, values: np.ndarray) -> float | None:
        """Mean dependence index of a plan, if the case has an exposed country."""
        if not self.problem.case.settings["exposed_country"]:
            return None
        return self.problem.value("index", values[: len(self.values)])

    def task(self, option: Option, options: Options, earlier: Outcome | None = None) -> Task:
        """The forced programme, begun from an earlier plan of it, else from the optimum, of which HiGHS mends what it
        can."""
        matrix = self.problem.matrix
        if option.is_in(self.values):
            matrix = option.banned(matrix)
        elif self.choices is not None:
            matrix = self.choices.insisted_on(matrix, option)
        else:
            matrix = option.insisted_on(matrix)
        known = self.values if earlier is None or earlier.values is None else earlier.values
        start = np.zeros(len(matrix.cost))
        start[: len(known)] = known
        return Task(matrix.bare(), options, np.clip(start, matrix.lower, matrix.upper))

    def told(
        self, progress: Callable[[int, int, str], None] | None, chosen: Sequence[Option], before: int, more: str = ""
    ) -> Callable[[int], None] | None:
        """Turns the number of a finished task into a line of progress."""
        if progress is None:
            return None
        done = before

        def finished(i: int) -> None:
            nonlocal done
            done += 1
            forced = "without" if chosen[i].is_in(self.values) else "with"
            progress(done, before + len(chosen), f"{forced} {chosen[i].name}{more}")

        return finished

    def entries(self, chosen: Sequence[Option], outcomes: Sequence[Outcome | None]) -> list[Entry]:
        # A forced plan is a plan of the case: one that is cheaper than the optimum found stands in its place.
        costs = [o.objective for o in (self.best, *outcomes) if o is not None and o.objective is not None]
        return [self._entry(option, outcome, min(costs)) for option, outcome in zip(chosen, outcomes, strict=True)]

    def _entry(self, option: Option, outcome: Outcome | None, cost: float) -> Entry:
        is_in = option.is_in(self.values)
        if outcome is None or was_interrupted(outcome):
            return Entry(option, is_in, "not finished", worth=self.worth)
        if outcome.status is Status.INFEASIBLE:
            return Entry(option, is_in, str(outcome.status), math.inf, math.inf, worth=self.worth)
        assert self.best.bound is not None
        # Forcing never costs less than nothing: the forced programme is a restriction of the free one.
        low = max(0.0, outcome.bound - cost) if outcome.bound is not None else 0.0
        high = max(0.0, outcome.objective - self.best.bound) if outcome.objective is not None else None
        return Entry(
            option,
            is_in,
            str(outcome.status),
            low,
            high,
            outcome.gap,
            None if outcome.values is None else self.index(outcome.values),
            outcome.values is not None and option.is_idle(outcome.values),
            self.worth,
            # what two solves leave open between them
            self.gap * (1 + _FINER) * max(abs(cost), abs(outcome.objective or 0.0)),
            None if outcome.values is None else outcome.values[: len(self.values)],
        )
