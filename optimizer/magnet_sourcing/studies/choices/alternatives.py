"""`alternatives`: plans that cost little more than the cheapest and differ from it, and from each other, in what is
chosen.

Modelling to generate alternatives: Brill, Chang and Hopkins, Modeling to generate alternatives: the HSJ approach and
an illustration using a problem in land use planning, Management Science 28 (1982); DeCarolis, Using modeling to
generate alternatives (MGA) to expand our thinking on energy futures, Energy Economics 33 (2011). Here the least
distance to the plans found so far is made greatest, so that every plan is new, and then the choices are held and cost
is made least, so that no plan is dearer than its choices need. Something a plan adds counts as a difference only if
the plan has it in earnest; see `yes_no.py`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd

from ...case import Case
from ...matrix import INFINITY, Matrix
from ...plan import Plan
from ...problem import Impossible, Problem, held_row
from ...scenario_plan import ScenarioPlan
from ...session import Options, Outcome, Session, Status, relative_gap
from ...solving import check_options
from .choices import Option, options_of
from .question import Question
from .yes_no import Choices

# The greatest distance is a means, not an answer: a plan that is nearly as different will do.
_SEARCH_GAP = 0.1
# Among plans at the greatest least distance, those farther from all others together; never worth a whole choice.
_ALL_TOGETHER = 0.1


@dataclass(frozen=True)
class Alternative:
    """One plan. chosen: option -> whether the plan has it. distance: choices in which it differs from the nearest of
    the plans before it (weighted; None for the cheapest plan). gap: of its cost, its choices held. used: countries in
    which anything is run, bought, built or signed.
    """

    plan: Plan | ScenarioPlan
    chosen: Mapping[str, bool]
    distance: float | None
    gap: float | None
    mean_index: float | None
    used: tuple[str, ...]


@dataclass(frozen=True)
class Alternatives:
    """What `alternatives` returns: the cheapest plan first, then the others in the order found.

    kinds: option -> route, expansion or country. budget: greatest cost allowed, money. complete: proved that no plan
    within the budget has other choices than those found. status: 'complete', 'found as many as asked',
    'no more found in time', 'interrupted', or how the cheapest plan's solve ended if there is none.
    """

    case: Case
    plans: Sequence[Alternative]
    kinds: Mapping[str, str]
    within: float
    budget: float
    status: str
    optimum: Plan | ScenarioPlan
    seconds: float = 0.0
    asked: Mapping[str, object] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        return self.status == "complete"

    def shared(self, has: bool = True) -> list[str]:
        """Options that every plan found has (or, with has False, that none has)."""
        return [o for o in self.kinds if all(a.chosen[o] is has for a in self.plans)]

    def differing(self) -> list[str]:
        """Options that some plans have and others do not."""
        return [o for o in self.kinds if len({a.chosen[o] for a in self.plans}) == 2]

    @property
    def table(self) -> pd.DataFrame:
        """Options down, plans across."""
        from .alternatives_report import choices_table

        return choices_table(self)

    @property
    def summary(self) -> pd.DataFrame:
        """One row a plan: cost, bounds, dependence, distance."""
        from .alternatives_report import plans_table

        return plans_table(self)

    def write(self, path: str | Path) -> list[Path]:
        """Writes a workbook that opens on the answer (or a folder of CSV tables), and every plan in full to a folder
        beside it, named as the workbook with '-plans'. Returns the paths, the study's first."""
        from .alternatives_report import write_alternatives

        return write_alternatives(self, Path(path))

    def _repr_html_(self) -> str:
        from .alternatives_report import sentences

        return "<br>".join(sentences(self))


def alternatives(
    case: Case,
    within: float = 0.03,
    count: int = 5,
    *,
    use: float = 0.25,
    weights: Mapping[str, float] | None = None,
    scenario: str | Sequence[str] | None = None,
    scenarios: str | Sequence[str] | None = None,
    at_most: Mapping[str, float] | None = None,
    china_cap: float | Mapping[int, float] | None = None,
    gap: float = 1e-3,
    time_limit: float | None = 120.0,
    threads: int = 1,
    seed: int = 0,
    progress: Callable[[int, int, str], None] | None = None,
) -> Alternatives:
    """Plans that cost at most `within` (a share) more than the least possible cost, as different as can be found.

    count: plans wanted beside the cheapest. use: what a plan adds counts as a difference from this share of its
    greatest use on: a route by the tonnes under it, an expansion by its years in service and its plant's load.
    weights: what a difference counts by kind of choice: 'route' (signed or not), 'expansion' (built or not), 'country'
    (any of its routes or expansions); 1 each without. scenario, scenarios, at_most, china_cap: as in `solve`; they
    hold for every plan. gap, time_limit: of each solve; a search for the next plan stops at a tenth from the greatest
    distance. progress: called with how many of how many steps are done, and what the last one was.

    The budget is counted from the bound, so that every plan is truly within the tolerance; the cheapest plan found is
    always allowed. Raises CaseError for a case with errors, ValueError for wrong options.

    >>> import magnet_sourcing as ms
    >>> found = ms.alternatives(ms.Case.small(), within=0.05)
    >>> [round(a.plan.cost / 1e6) for a in found.plans]
    [180, 184]
    """
    begun = time.perf_counter()
    weight = _weights(weights)
    if not within >= 0:
        raise ValueError(f"within {within}: a share of the cost, 0 or more")
    if count < 1:
        raise ValueError(f"count {count}: at least 1")
    if not 0 <= use <= 1:
        raise ValueError(f"use {use}: a share from 0 to 1")
    options = Options(gap, time_limit, threads, seed, tie_break=scenarios is None)
    check_options(options)
    question = Question.about(case, scenario, scenarios, at_most, china_cap)
    asked: dict[str, object] = {
        "within": within,
        "count": count,
        "use": use,
        **{f"weight of {k}": w for k, w in weight.items()},
    }

    try:
        problem = question.posed(question.measures)
    except Impossible as reason:
        ending = Outcome(Status.INFEASIBLE, None, None, None, None, 0.0, 0, str(reason))
        plan = question.plan(None, ending, options, begun)
        return Alternatives(question.case, [], {}, within, 0.0, plan.status, plan, asked=asked)
    at_first = replace(options, gap=min(gap, 1e-4))
    best = problem.solve(at_first, prefer=scenarios is None)
    plan = question.plan(problem, best, at_first, begun)
    if best.values is None or best.bound is None or best.objective is None:
        return Alternatives(question.case, [], {}, within, 0.0, plan.status, plan, asked=asked)
    if progress is not None:
        progress(1, count + 1, "the cheapest plan")

    search = _Search(question, problem, best, within, use, options, weight)
    found = [search.alternative(plan, best.values, None, best.gap)]
    status = "interrupted" if best.status is Status.INTERRUPTED else "found as many as asked"
    while status == "found as many as asked" and len(found) <= count:
        try:
            ended, following = search.following(begun)
        except KeyboardInterrupt:  # between two solves; within one the session ends it
            ended, following = "interrupted", None
        if following is None:
            status = ended
            break
        found.append(following)
        if progress is not None:
            progress(len(found), count + 1, f"a plan at a distance of {following.distance:g}")
        if ended == "interrupted":
            status = ended
    seconds = time.perf_counter() - begun
    return Alternatives(question.case, found, search.choices.kinds, within, search.budget, status, plan, seconds, asked)


def _weights(given: Mapping[str, float] | None) -> dict[str, float]:
    weight = {"route": 1.0, "expansion": 1.0, "country": 1.0} | dict(given or {})
    for kind, w in weight.items():
        if kind not in ("route", "expansion", "country"):
            raise ValueError(f"weights: '{kind}' is no kind of choice; allowed: route, expansion, country")
        if not w >= 0:
            raise ValueError(f"weight {w} of {kind}: must be 0 or more")
    if not any(weight.values()):
        raise ValueError("weights: at least one must be more than 0")
    return weight


class _Search:
    """The plans found so far, and the programme that looks for the next."""

    def __init__(
        self,
        question: Question,
        problem: Problem,
        best: Outcome,
        within: float,
        use: float,
        options: Options,
        weight: Mapping[str, float],
    ) -> None:
        assert best.objective is not None and best.bound is not None and best.values is not None
        self._question, self._problem, self._options = question, problem, options
        self._bound, self._all = best.bound, options_of(problem)
        self.choices = Choices.of(problem, use)
        self.budget = max(best.objective, best.bound + within * abs(best.bound))
        self._weight = np.array([weight[kind] for kind in self.choices.kinds.values()])
        self._found = [self.choices.made_in(best.values)]
        self._matrix, self._has, self._earnest = self.choices.added_to(problem.matrix)
        self._within = self._matrix.with_row(*held_row(self._matrix.cost, self.budget - self._matrix.offset))

    def following(self, begun: float) -> tuple[str, Alternative | None]:
        """The next plan, or none and why the search ends; the plan too may come with 'interrupted'."""
        if not self._has.size:
            return "complete", None
        far = Session(self._farthest(), replace(self._options, gap=_SEARCH_GAP)).solve()
        enough = self._smallest * (1 - 1e-6)
        if far.status is Status.INFEASIBLE or (far.bound is not None and -far.bound < enough):
            return "complete", None
        ended = "interrupted" if far.status is Status.INTERRUPTED else "no more found in time"
        if far.values is None:
            return ended, None
        has, earnest = (np.round(far.values[at]).astype(bool) for at in (self._has, self._earnest))
        distance = min(self._distance(has, earnest, known) for known in self._found)
        if distance < enough:
            return ended, None
        cheap = self._cheapest(has, earnest, far.values)
        if cheap.values is None or cheap.objective is None:  # a plan is known: the one the search found
            cheap = replace(far, objective=None, bound=None)
        assert cheap.values is not None
        self._found.append(self.choices.made_in(cheap.values))
        interrupted = Status.INTERRUPTED in (far.status, cheap.status)
        return "interrupted" if interrupted else "found", self._told(cheap, distance, begun)

    def _distance(self, has: np.ndarray, earnest: np.ndarray, known: np.ndarray) -> float:
        """What a plan lacks of the other, and what it has in earnest that the other lacks."""
        return float(self._weight[np.where(known, ~has, earnest)].sum())

    def _farthest(self) -> Matrix:
        """Makes D + a little * sum of all distances greatest, D <= distance to each plan found, within the budget.

        distance = sum over what the other has of w (1 - z) + sum over what it lacks of w y
        """
        total = float(self._weight.sum())
        matrix, at = self._within.with_columns(1, total, False)
        aim = np.zeros(len(matrix.cost))
        aim[at] = -1.0
        constant = 0.0
        share = _ALL_TOGETHER * self._smallest / (total * len(self._found))
        for known in self._found:
            row = np.zeros(len(matrix.cost))
            row[self._has] = np.where(known, self._weight, 0.0)
            row[self._earnest] = np.where(known, 0.0, -self._weight)
            aim += share * row
            constant -= share * float(self._weight[known].sum())
            row[at] = 1.0
            matrix = matrix.with_row(row, -INFINITY, float(self._weight[known].sum()))
        return matrix.aiming(aim, constant)

    def _cheapest(self, has: np.ndarray, earnest: np.ndarray, start: np.ndarray) -> Outcome:
        """The least cost of a plan that lacks what this one lacks, and has in earnest what makes it differ."""
        new = earnest & ~np.all(self._found, axis=0)
        matrix = self._matrix.within(self._has[~has], -INFINITY, 0.0).within(self._earnest[new], 1.0, INFINITY)
        return Session(matrix, self._options, None, start[: len(matrix.cost)]).solve()

    @property
    def _smallest(self) -> float:
        return float(self._weight[self._weight > 0].min())

    def _told(self, outcome: Outcome, distance: float, begun: float) -> Alternative:
        """The audited plan; its bound is that of the case, since its choices are ours."""
        gap = outcome.gap
        assert outcome.values is not None
        outcome.values = outcome.values[: len(self._problem.matrix.cost)]
        outcome.objective = float(self._problem.matrix.cost @ outcome.values) + self._problem.matrix.offset
        outcome.bound, outcome.gap = self._bound, relative_gap(outcome.objective, self._bound)
        outcome.detail = "an alternative: the least cost for its choices, not the least of all"
        plan = self._question.plan(self._problem, outcome, self._options, begun)
        return self.alternative(plan, outcome.values, distance, gap)

    def alternative(
        self, plan: Plan | ScenarioPlan, values: np.ndarray, distance: float | None, gap: float | None
    ) -> Alternative:
        made = self.choices.made_in(values).tolist()
        index = self._problem.value("index", values) if "index" in self._question.measures else None
        used = tuple(sorted({o.country for o in self._all if o.kind != "country" and _used(o, values)}))
        return Alternative(plan, dict(zip(self.choices.kinds, made, strict=True)), distance, gap, index, used)


def _used(option: Option, values: np.ndarray) -> bool:
    return option.is_in(values) and not option.is_idle(values)
