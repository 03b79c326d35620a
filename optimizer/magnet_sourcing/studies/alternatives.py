"""`alternatives`: plans that cost little more than the cheapest and differ from it, and from each other, in what is
chosen.

Modelling to generate alternatives: Brill, Chang and Hopkins, Modeling to generate alternatives: the HSJ approach and
an illustration using a problem in land use planning, Management Science 28 (1982); DeCarolis, Using modeling to
generate alternatives (MGA) to expand our thinking on energy futures, Energy Economics 33 (2011). Here the least
distance to the plans found so far is made greatest, so that every plan is new, and then the choices are held and cost
is made least, so that no plan is dearer than its choices need.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd

from ..case import Case
from ..matrix import INFINITY, Matrix
from ..plan import Plan
from ..problem import Impossible, Problem, held_row
from ..scenario_plan import ScenarioPlan
from ..session import Options, Outcome, Session, Status, relative_gap
from ..solving import check_options
from .choices import Choices, Option, options_of
from .question import Question

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

    count: plans wanted beside the cheapest. weights: what a difference counts by kind of choice: 'route' (signed or
    not), 'expansion' (built or not), 'country' (any of its routes or expansions); 1 each without. scenario, scenarios,
    at_most, china_cap: as in `solve`; they hold for every plan. gap, time_limit: of each solve; a search for the next
    plan stops at a tenth from the greatest distance. progress: called with how many of how many steps are done.

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
    options = Options(gap, time_limit, threads, seed, tie_break=scenarios is None)
    check_options(options)
    question = Question.about(case, scenario, scenarios, at_most, china_cap)
    asked: dict[str, object] = {"within": within, "count": count, **{f"weight of {k}": w for k, w in weight.items()}}

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

    search = _Search(question, problem, best, within, options, weight)
    found = [search.alternative(plan, best.values, None, best.gap)]
    status = "interrupted" if best.status is Status.INTERRUPTED else "found as many as asked"
    while status == "found as many as asked" and len(found) <= count:
        ended, following = search.following(begun)
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
        options: Options,
        weight: Mapping[str, float],
    ) -> None:
        assert best.objective is not None and best.bound is not None and best.values is not None
        self._question, self._problem, self._options = question, problem, options
        self._bound, self._all = best.bound, options_of(problem)
        self.choices = Choices.of(problem)
        self.budget = max(best.objective, best.bound + within * abs(best.bound))
        self._weight = np.array([weight[kind] for kind in self.choices.kinds.values()])
        self._found = [self.choices.made_in(best.values)]
        self._matrix, self._at = self.choices.added_to(problem.matrix)
        affordable = held_row(
            np.append(problem.matrix.cost, np.zeros(len(self._at))), self.budget - problem.matrix.offset
        )
        self._within = self._matrix.with_row(*affordable)

    def following(self, begun: float) -> tuple[str, Alternative | None]:
        """The next plan, or none and why the search ends; the plan too may come with 'interrupted'."""
        if not self._at.size:
            return "complete", None
        matrix = self._farthest()
        options = replace(self._options, gap=_SEARCH_GAP)
        far = Session(matrix, options).solve()
        least = float(self._weight[self._weight > 0].min())
        if far.status is Status.INFEASIBLE or (far.bound is not None and -far.bound < least * (1 - 1e-6)):
            return "complete", None
        if far.values is None:
            return "interrupted" if far.status is Status.INTERRUPTED else "no more found in time", None
        made = np.round(far.values[self._at]).astype(bool)
        distance = min(self._distance(made, known) for known in self._found)
        if distance < least * (1 - 1e-6):
            return "interrupted" if far.status is Status.INTERRUPTED else "no more found in time", None
        cheap = self._cheapest(made, far.values)
        if cheap.values is None or cheap.objective is None:  # a plan is known: the one the search found
            cheap = replace(far, objective=None, bound=None)
        self._found.append(made)
        ended = "interrupted" if Status.INTERRUPTED in (far.status, cheap.status) else str(cheap.status)
        return ended, self._told(cheap, made, distance, begun)

    def _distance(self, made: np.ndarray, known: np.ndarray) -> float:
        return float(self._weight[made != known].sum())

    def _farthest(self) -> Matrix:
        """Makes D + a little * sum of all distances greatest, D <= distance to each plan found, within the budget."""
        total = float(self._weight.sum())
        matrix, at = self._within.with_columns(1, total, False)
        least = at[0]
        aim = np.zeros(len(matrix.cost))
        aim[least] = -1.0
        constant = 0.0
        for known in self._found:
            # distance = sum over what it has of w (1 - z) + sum over the rest of w z
            signs = np.where(known, -self._weight, self._weight)
            row = np.zeros(len(matrix.cost))
            row[self._at], row[least] = -signs, 1.0
            matrix = matrix.with_row(row, -INFINITY, float(self._weight[known].sum()))
            share = _ALL_TOGETHER * self._smallest / (total * len(self._found))
            aim[self._at] -= share * signs
            constant -= share * float(self._weight[known].sum())
        return matrix.aiming(aim, constant)

    @property
    def _smallest(self) -> float:
        return float(self._weight[self._weight > 0].min())

    def _cheapest(self, made: np.ndarray, start: np.ndarray) -> Outcome:
        """The least cost with these choices."""
        matrix = self._matrix.held(self._at, made.astype(float))
        return Session(matrix, self._options, None, start[: len(matrix.cost)]).solve()

    def _told(self, outcome: Outcome, made: np.ndarray, distance: float, begun: float) -> Alternative:
        """The audited plan; its bound is that of the case, since its choices are ours."""
        gap = outcome.gap
        values = outcome.values
        assert values is not None
        outcome.values = values[: len(self._problem.matrix.cost)]
        outcome.objective = float(self._problem.matrix.cost @ outcome.values) + self._problem.matrix.offset
        outcome.bound, outcome.gap = self._bound, relative_gap(outcome.objective, self._bound)
        outcome.detail = "an alternative: the least cost for its choices, not the least of all"
        plan = self._question.plan(self._problem, outcome, self._options, begun)
        return self.alternative(plan, outcome.values, distance, gap, made)

    def alternative(
        self,
        plan: Plan | ScenarioPlan,
        values: np.ndarray,
        distance: float | None,
        gap: float | None,
        made: np.ndarray | None = None,
    ) -> Alternative:
        made = self.choices.made_in(values) if made is None else made
        index = self._problem.value("index", values) if "index" in self._question.measures else None
        used = tuple(sorted({o.country for o in self._all if o.kind != "country" and _used(o, values)}))
        return Alternative(plan, dict(zip(self.choices.kinds, made.tolist(), strict=True)), distance, gap, index, used)


def _used(option: Option, values: np.ndarray) -> bool:
    return option.is_in(values) and not option.is_idle(values)
