"""What it is worth to know the future, and to plan for all futures instead of one.

EVPI, the expected value of perfect information: the plan's expected cost less the mean of what each future would cost
if it were known. VSS, the value of the stochastic solution: what the plan made for the mean of the futures costs in
expectation, less the plan's own. Birge and Louveaux, Introduction to Stochastic Programming, sec. 4.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..case import Case, Row
from ..changes import write_out_growth
from ..problem import Impossible, Problem, Wish, decisions, hold, known_alone
from ..problems import CaseError
from ..schema import TABLES
from ..session import Options, Outcome, Status

if TYPE_CHECKING:
    from ..scenario_plan import ScenarioPlan

Span = tuple[float, float]
Report = Callable[[int, int, str], None]


def value_of_scenarios(
    plan: ScenarioPlan, *, gap: float = 1e-4, time_limit: float | None = None, progress: Report | None = None
) -> dict[str, Any]:
    """Fills and returns `plan.value`.

    best: scenario -> least cost if it were known (empty with a security premium, which then counts on both sides of the
    other figures). evpi, vss, standing: intervals (low, high), money, proved by the
    bounds of the solves; vss is None where the plan for the mean fails in some future (mean_fails: which, or why there
    is no mean), standing likewise for the plan made for the tables as they stand (standing_fails).
    Raises ValueError unless the plan is one of least expected cost without at_most.
    """
    goal = plan.wish.goal
    if goal is not None and (goal.measure != "cost" or goal.aim != "expected" or goal.beta):
        raise ValueError("the value of information is about plans of least expected cost: no cvar, aim or other objective")
    if plan.wish.at_most:
        raise ValueError("the value of information compares futures one by one, at_most holds their mean: leave it out")
    if plan.objective is None or plan.bound is None:
        raise ValueError(f"there is no plan to value: it ended {plan.status}")
    options = Options(gap=gap, time_limit=time_limit, tie_break=False)
    study = _Study(plan, options, progress)
    known = study.known()
    # With a security premium the spans are of cost and premium; what a future costs alone is then no least cost.
    value: dict[str, Any] = {"best": {} if plan.wish.china_price else {name: high for name, (_, high) in known.items()}}
    own = (plan.bound, plan.objective)
    low = sum(plan.probability[n] * x for n, (x, _) in known.items())
    high = sum(plan.probability[n] * x for n, (_, x) in known.items())
    value["evpi"] = _difference(own, (low, high))
    for name, made in (("vss", study.mean_case()), ("standing", plan.case)):
        spent, fails = study.followed(made, name) if isinstance(made, Case) else (None, made)
        value[name] = None if spent is None else _difference(spent, own)
        if fails:
            value["mean_fails" if name == "vss" else "standing_fails"] = fails
    plan.value.clear()
    plan.value.update(value)
    return plan.value


def _difference(a: Span, b: Span) -> Span:
    """a - b as an interval; it cannot be negative by theory."""
    low, high = sorted((max(0.0, a[0] - b[1]), max(0.0, a[1] - b[0])))  # solved exactly, the ends differ by noise
    return low, high


class _Study:
    """The solves behind the values."""

    def __init__(self, plan: ScenarioPlan, options: Options, progress: Report | None) -> None:
        self._plan, self._options, self._progress = plan, options, progress
        self._wish: Wish = replace(plan.wish, goal=None)
        self._done, self._of = 0, len(plan.plans) + 4

    def _report(self, what: str) -> None:
        self._done += 1
        if self._progress:
            self._progress(self._done, self._of, what)

    def known(self) -> dict[str, Span]:
        """Least cost of each future if it were known, as bound and cost."""
        found = {}
        for name, plan in self._plan.plans.items():
            outcome = self._solved(known_alone(self._plan.case, name, plan.case, self._wish))
            if outcome.bound is None or outcome.objective is None:
                raise ValueError(f"no plan was found for scenario '{name}' alone: {outcome.status}")
            found[name] = (outcome.bound, outcome.objective)
            self._report(f"{name}, if it were known")
        return found

    def _solved(self, problem: Problem, matrix: Any = None) -> Outcome:
        return problem.solve(self._options, matrix=matrix)

    # ------------------------------------------------------------ the mean of the futures

    def mean_case(self) -> Case | list[str]:
        """The case whose numbers are the means over the futures; or why there is none."""
        futures = {name: plan.case for name, plan in self._plan.plans.items()}
        try:
            made = mean_case(futures, self._plan.probability)
        except ValueError as reason:
            return [str(reason)]
        problems = [str(p) for p in made.check() if p.severity == "error"]
        return problems[:1] or made

    # ------------------------------------------------------------ following a plan made for something else

    def followed(self, made: Case, what: str) -> tuple[Span | None, list[str]]:
        """Expected cost over the futures of the decisions that are best for a case; or the futures where they fail."""
        try:
            planner = Problem(made, replace(self._wish, adapt_from=None))
        except (Impossible, CaseError) as reason:
            return None, [str(reason)]
        outcome = self._solved(planner)
        self._report("plan for the mean" if what == "vss" else "plan for the tables as they stand")
        if outcome.values is None:
            return None, [f"no plan: {outcome.status}"]
        decided = decisions(planner, outcome.values)
        everything = self._follow(dict(self._plan.probability), decided)
        self._report("what it costs in the futures")
        if everything.objective is not None and everything.bound is not None:
            return (everything.bound, everything.objective), []
        fails = [n for n in self._plan.plans if self._follow({n: 1.0}, decided).status is Status.INFEASIBLE]
        return None, fails or [str(everything.status)]

    def _follow(self, probability: Mapping[str, float], decided: Mapping[str, float]) -> Outcome:
        futures = {name: self._plan.plans[name].case for name in probability}
        try:
            problem = Problem(self._plan.case, self._wish, probability, futures)
        except Impossible as reason:
            return Outcome(Status.INFEASIBLE, None, None, None, None, 0.0, 0, str(reason))
        return self._solved(problem, hold(problem, decided))


def mean_case(futures: Mapping[str, Case], probability: Mapping[str, float]) -> Case:
    """The case with each number the mean over the futures; years and counts are rounded.

    Raises ValueError if a number is blank in some futures only, since there is no mean of a bound and no bound.
    """
    first, *_ = futures.values()
    resolved = {name: _written_out(case) for name, case in futures.items()}
    tables: dict[str, list[dict[str, Any]]] = {}
    for table in TABLES:
        tables[table] = [
            {c.name: _mean(table, c, [resolved[n][table][i] for n in futures], list(probability.values()))
             for c in TABLES[table].columns}
            for i in range(len(resolved[next(iter(futures))][table]))
        ]  # fmt: skip
    made = Case.from_rows(first.settings, tables)
    made.origin = "the mean of the futures"
    return made


def _written_out(case: Case) -> dict[str, list[Any]]:
    """The tables with what grows given by year, as a future that changes single years has it."""
    tables: dict[str, list[Any]] = {name: list(rows) for name, rows in case.resolved().items()}
    grown = [(dict(row), row.key) for row in tables["demands"]]
    for row, _ in grown:
        write_out_growth(row, case.settings["base_year"])
    tables["demands"] = [Row(row, key) for row, key in grown]
    return tables


def _mean(table: str, column: Any, rows: list[Row], weights: list[float]) -> Any:
    values = [row[column.name] for row in rows]
    if not column.numeric or all(v is None for v in values):
        return values[0]
    if any(v is None for v in values):
        raise ValueError(f"{column.name} of {table} {rows[0].key} is blank in some futures only: they have no mean")
    if all(v == values[0] for v in values):
        return values[0]
    if column.yearly:
        return {t: sum(w * v[t] for w, v in zip(weights, values, strict=True)) for t in values[0]}
    mean = sum(w * v for w, v in zip(weights, values, strict=True))
    return round(mean) if column.kind in ("whole", "year") else mean
