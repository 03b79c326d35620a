"""Stress tests: the decisions of a plan stand, a shock comes, operations adapt. What is not delivered, at what cost?

Up to the period in which a shock shows, operations are those of the plan in the calm, so nothing was stored up for it
(`foresight` lifts that). `docs/stress.md` defines every figure.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ...case import Case
from ...changes import target, years_of
from ...matrix import Matrix
from ...plan import Plan
from ...problem import Impossible, Problem
from ...scenario_plan import ScenarioPlan
from ...scenarios import changes_of, checked_futures, included, shows, summary_of
from ...session import Options, Outcome, Status
from .adapting import (
    NOISE,
    Adapted,
    Field,
    Key,
    abandoned,
    adapted,
    held_before,
    operations,
    reserve,
    with_leave,
    without_cap,
    without_minima,
)
from .cutoffs import Cut, Damage, Search, candidates, cut, periods_from
from .plans import Standing, with_decisions, with_stocks
from .summary import NO_MORE

if TYPE_CHECKING:
    from collections.abc import Iterable

Report = Callable[[int, int, str], None]
Given = Plan | ScenarioPlan | Case
# Decisions stand, so little is left to decide: operations are solved closer than plans, or extra costs would drown.
_ADAPT_GAP = 1e-6


@dataclass(frozen=True)
class Hit:
    """One plan in one disruption. Tonnes are over the horizon, money is discounted, unless said otherwise.

    status: 'met' (no more short than undisturbed), 'short', 'broken' (something that must be met is not, or minima of
    contracts and plants must be given up) or 'impossible' (no operation keeps the case's limits). unmet: (demand,
    period) -> t/y not delivered; further: the same above the undisturbed plan's. cost, extra_cost: of the disturbed
    plan, and above the undisturbed; penalties: the part of the extra cost that is the penalty on shortage. worst_year:
    (first year of the period, t/y further unmet). months: of need that stocks hold when the shock shows. recovery:
    years from then until nothing is further short, None if not within the horizon. reserve: (material, location) -> t
    that would have covered it; holding: what keeping it costs a year. regret: interval of what knowing the future and
    deciding again would have saved, None if not asked or unknown.
    """

    plan: str
    disruption: str
    what: str
    shows: int | None
    status: str
    detail: str = ""
    unmet: Mapping[Key, float] = field(default_factory=dict)
    further: Mapping[Key, float] = field(default_factory=dict)
    unmet_total: float = 0.0
    further_total: float = 0.0
    reserved_unmet: float = 0.0
    worst_year: tuple[int, float] | None = None
    cost: float | None = None
    extra_cost: float | None = None
    penalties: float | None = None
    gap: float | None = None
    months: float | None = None
    recovery: float | None = 0.0
    reserve: Mapping[tuple[str, str], float] | None = None
    reserve_why_not: str = ""
    holding: Mapping[tuple[str, str], float | None] = field(default_factory=dict)
    regret: tuple[float, float] | None = None

    @property
    def met(self) -> bool:
        return self.status == "met"


@dataclass(frozen=True)
class Undisturbed:
    """A plan without any shock: its cost as re-solved with decisions and stock levels held, and what it leaves unmet."""

    plan: str
    case: Case
    cost: float
    stated: float | None
    unmet: float
    seconds: float


@dataclass
class Stress:
    """What `stress` returns. `hits` in the order plan by plan; `cutoffs`: every set of cut-offs that was solved;
    `interrupted`: Ctrl-C came before all was tested, and what was finished is here."""

    plans: dict[str, Undisturbed]
    hits: list[Hit]
    cutoffs: pd.DataFrame
    seconds: float
    options: dict[str, Any]
    solved: list[str] = field(default_factory=list)
    interrupted: bool = False

    @property
    def disruptions(self) -> list[str]:
        return list(dict.fromkeys(h.disruption for h in self.hits))

    def of(self, disruption: str, plan: str | None = None) -> Hit:
        """One result. Raises KeyError if there is none."""
        for hit in self.hits:
            if hit.disruption == disruption and plan in (None, hit.plan):
                return hit
        raise KeyError(f"no result for '{disruption}'" + (f" of plan '{plan}'" if plan else ""))

    def table(self) -> pd.DataFrame:
        """One row a plan and disruption."""
        from .tables import results

        return results(self)

    def matrix(self, column: str = "further_unmet") -> pd.DataFrame:
        """Disruptions down, plans across: one column of `table`."""
        frame = self.table().pivot(index="disruption", columns="plan", values=column)
        return frame.loc[self.disruptions, list(self.plans)]

    def write(self, path: str | Path) -> Path:
        """Writes a workbook that opens on the answer (or a folder of CSV tables); returns the path."""
        from .writing import write_stress

        return write_stress(self, Path(path))

    def _repr_html_(self) -> str:
        from . import summary as words

        return "<br>".join([words.headline(self), *words.findings(self)])


def stress(
    plans: Given | Sequence[Given] | Mapping[str, Given | Standing],
    *,
    scenarios: str | Sequence[str] = "all",
    cutoffs: int = 1,
    cutoff_years: int = 2,
    cutoff_from: int | None = None,
    cutoff_share: float = 0.5,
    foresight: bool = False,
    regret: bool = False,
    keep_cap: bool = False,
    gap: float = 1e-4,
    time_limit: float | None = None,
    threads: int = 1,
    seed: int = 0,
    progress: Report | None = None,
) -> Stress:
    """What happens to plans in the disruptions of their cases, and in the worst cut-offs there are.

    plans: a plan, a case (which is solved first), several, or name -> plan. scenarios: 'all' that change something, or
    names; an empty list for none. cutoffs: up to how many (country, stage) cut-offs at once; 0 for none. cutoff_years,
    cutoff_from: how long, and from which year; without, from the period in which most scenarios of the case
    show themselves first, or the second period. cutoff_share: a source does a stage where more of it than that is done.
    foresight: operations know the shock from the first period. regret: also decide again with each future known.
    keep_cap: a cap on the index that was asked of the plan holds in the periods of a shock too.
    gap: of solving cases and of deciding again. time_limit: seconds for each solve. progress: called with how many of
    how many steps are done, and what.

    Raises ValueError if a plan holds no decisions or a name is unknown, CaseError if a future does not pass its checks.

    >>> import magnet_sourcing as ms
    >>> ms.stress(ms.solve(ms.Case.small())).of("embargo").status
    'met'
    """
    begun = time.perf_counter()
    if cutoffs < 0 or cutoff_years < 1 or not 0 <= cutoff_share < 1:
        raise ValueError("cutoffs must be 0 or more, cutoff_years 1 or more, cutoff_share from 0 to less than 1")
    options = Options(gap, time_limit, threads, seed, tie_break=True)
    named, solved = _named(plans, options)
    wanted = {name: _scenarios(standing.case, scenarios) for name, standing in named.items()}
    steps = _Steps(progress, sum(1 + len(w) + cutoffs for w in wanted.values()))
    hits: list[Hit] = []
    rows: list[dict[str, Any]] = []
    calm: dict[str, Undisturbed] = {}
    interrupted = False
    try:
        for name, standing in named.items():
            test = _Test(standing, options, foresight, regret, keep_cap, steps)
            calm[name] = test.undisturbed
            for s, future in checked_futures(standing.case, wanted[name]).items():
                hits.append(test.scenario(s, future))
            if cutoffs:
                start = cutoff_from if cutoff_from is not None else default_start(standing.case)
                found, tried = test.cut_offs(cutoffs, start, cutoff_years, cutoff_share)
                hits += found
                rows += tried
    except KeyboardInterrupt:
        if not hits:
            raise
        interrupted = True
        calm = {name: plan for name, plan in calm.items() if any(h.plan == name for h in hits)}
    record = {
        "scenarios": scenarios if isinstance(scenarios, str) else ", ".join(scenarios) or "none",
        "cut-offs at once": cutoffs, "cut-off years": cutoff_years,
        "cut-off from": cutoff_from if cutoff_from is not None else "first shock of most scenarios",
        "cut-off share": cutoff_share, "foresight": foresight, "regret": regret, "cap kept": keep_cap, "gap asked": gap,
        "gap of operations": _ADAPT_GAP, "time limit": time_limit or "none", "threads": threads, "seed": seed,
    }  # fmt: skip
    seconds = time.perf_counter() - begun
    tried_all = pd.DataFrame(rows, columns=CUTOFF_COLUMNS)
    return Stress(calm, hits, tried_all, seconds, record, solved, interrupted)


CUTOFF_COLUMNS = [
    "plan", "cut_off", "at_once", "from", "to", "status", "unmet", "further_unmet", "reserved_unmet", "extra_cost",
    "stops", "same_as", "worst",
]  # fmt: skip


def default_start(case: Case) -> int:
    """The period after the first in which most scenarios of the case show themselves first, the earliest of these;
    without scenarios the second (or only) period."""
    names = [r.scenario for r in case.rows("scenarios") if _changes(case, r.scenario)]
    first = list(shows(case, names).values())
    later = [t for t in case.periods[1:] if t in first]
    return max(later, key=first.count, default=case.periods[min(1, len(case.periods) - 1)])


def _changes(case: Case, name: str) -> bool:
    return any(changes_of(case, part) for part in included(case, name))


def shock_periods(case: Case, name: str) -> list[int]:
    """The periods for which a scenario's changes give years; a delay has none."""
    changes = [c for part in included(case, name) for c in changes_of(case, part)]
    return sorted({t for c in changes for t in years_of(c, target(c.table, c.column), case.periods)})


def _scenarios(case: Case, scenarios: str | Sequence[str]) -> list[str]:
    """Names to test. Raises ValueError for a name the case does not know."""
    if scenarios == "all":
        return [r.scenario for r in case.rows("scenarios") if _changes(case, r.scenario)]
    names = [scenarios] if isinstance(scenarios, str) else list(dict.fromkeys(scenarios))
    for name in names:
        included(case, name)
    return names


def _named(plans: Any, options: Options) -> tuple[dict[str, Standing], list[str]]:
    """Plans by name, cases solved; and which were cases."""
    if isinstance(plans, Plan | ScenarioPlan | Case | Standing):
        plans = [plans]
    if not isinstance(plans, Mapping):
        plans = {_title(p, i, len(plans)): p for i, p in enumerate(plans, start=1)}
    if not plans:
        raise ValueError("give at least one plan")
    named, solved = {}, []
    for name, given in plans.items():
        if isinstance(given, Case):
            from ...solving import solve

            solved.append(name)
            given = solve(
                given, gap=options.gap, time_limit=options.time_limit, threads=options.threads, seed=options.seed
            )
        named[name] = replace(given, name=name) if isinstance(given, Standing) else Standing.of(name, given)
    return named, solved


def _title(given: Given | Standing, number: int, of: int) -> str:
    """The case's name, with a number if there are several plans."""
    if isinstance(given, Standing):
        return given.name
    name = str(_case_of(given).settings["name"])
    return name if of == 1 else f"{number} {name}"


def _case_of(given: Given) -> Case:
    return given if isinstance(given, Case) else given.case


@dataclass
class _Steps:
    """Counts what is done for the caller."""

    report: Report | None
    of: int
    done: int = 0

    def __call__(self, what: str, more: int = 1) -> None:
        self.done += more
        if self.report:
            self.report(min(self.done, self.of), self.of, what)


class _Test:
    """One plan, ready to be hit."""

    def __init__(
        self, standing: Standing, options: Options, foresight: bool, regret: bool, keep_cap: bool, steps: _Steps
    ) -> None:
        begun, self._keep_cap = time.perf_counter(), keep_cap
        self.standing, self._foresight, self._regret, self._steps = standing, foresight, regret, steps
        self._options, self._close = options, replace(options, gap=min(options.gap, _ADAPT_GAP), tie_break=True)
        problem, outcome = self._calm()
        assert outcome.values is not None
        self._scenario = next(iter(problem.model.scenarios.values()))
        self._problem, self._values = problem, outcome.values
        self._field = Field(problem, with_decisions(problem, standing), self._scenario, self._close)
        self._past = {
            (name, key): float(outcome.values[v])
            for name, key, v in operations(self._scenario)
        }
        self._short = _all_short(self._field, outcome.values)
        self._cost = problem.value("cost", outcome.values)
        self._objective = float(problem.matrix.cost @ outcome.values) + problem.matrix.offset
        self._penalty = _penalties(self._field, outcome.values)
        unmet = sum(x * self._field.years[t] for (_, t), x in self._short.items())
        self.undisturbed = Undisturbed(
            standing.name, standing.case, self._cost, standing.stated, unmet, time.perf_counter() - begun
        )
        steps(f"{standing.name}, undisturbed")

    def _calm(self) -> tuple[Problem, Outcome]:
        """The plan without a shock: decisions and stock levels held, the rest as it was asked for. Raises ValueError."""
        name = self.standing.name
        try:
            problem = Problem(self.standing.case, self.standing.calm_wish)
        except Impossible as reason:
            raise ValueError(f"{name}: the plan cannot be carried out even undisturbed: {reason}") from reason
        goal = self.standing.calm_wish.goal
        held = with_decisions(problem, self.standing)
        scenario = next(iter(problem.model.scenarios.values()))
        for matrix in (with_stocks(problem, held, scenario, self.standing), held):
            then = ["cost"] if goal is not None else []
            outcome = problem.solve(self._close, matrix=matrix, then=then, prefer=not then)
            if outcome.values is not None:
                return problem, outcome
            if outcome.status is Status.INTERRUPTED:
                raise KeyboardInterrupt
        raise ValueError(
            f"{name}: the plan cannot be carried out even undisturbed ({outcome.status}); is it a plan of this case?"
        )

    # ------------------------------------------------------------ shocks

    def scenario(self, name: str, future: Case) -> Hit:
        """The plan in a scenario of its case."""
        self._steps(f"{self.standing.name}: {name}")
        case = self.standing.case
        first = shows(case, [name])[name]
        what = summary_of(case, name)
        wish = self.standing.wish
        base = Hit(self.standing.name, name, what, first, "impossible", recovery=None)
        try:
            problem = Problem(case, wish, {name: 1.0}, {name: future})
        except Impossible as reason:
            return replace(base, detail=str(reason))
        scenario = problem.model.scenarios[name]
        ground = Field(problem, with_decisions(problem, self.standing), scenario, self._close)
        never = first > case.periods[-1]
        matrix = ground.matrix if self._foresight and not never else held_before(ground, first, self._past)
        eased = [] if self._keep_cap else shock_periods(case, name)
        matrix = without_cap(ground, matrix, eased)
        found = adapted(ground, matrix, first)
        hit = self._judged(replace(base, shows=None if never else first), ground, matrix, found)
        if self._regret and found.values is not None and not found.broken and not found.forced:
            hit = replace(hit, regret=self._regretted(ground, without_cap(ground, problem.matrix, eased), found))
        return hit

    def cut_offs(self, most: int, start: int, years: int, share: float) -> tuple[list[Hit], list[dict[str, Any]]]:
        """The worst sets of 1, 2 ... cut-offs, and every set that was solved to prove it."""
        name = self.standing.name
        if self.standing.calm_wish != self.standing.wish:  # the objective in a shock is cost
            self._field = self._by_cost()
        periods = periods_from(self._field, start, years)
        matrix = self._field.matrix if self._foresight else held_before(self._field, periods[0], self._past)
        kept = without_cap(self._field, matrix, [] if self._keep_cap else periods)
        matrix = with_leave(self._field, kept, periods[0])
        stops = candidates(self._field, periods, share)
        search = Search(self._field, matrix, self._values, stops, periods[0])
        search.progress = lambda cuts: self._steps(f"{name}: {said(cuts)}", 0)
        until = min(start + years, periods[-1] + self._field.years[periods[-1]])
        span = f"{periods[0]}-{until - 1:g}" if until - 1 > periods[0] else f"{periods[0]}"
        hits, worst = [], set()
        for k in range(1, most + 1):
            self._steps(f"{name}: the worst {k} cut-off{'s' if k > 1 else ''}")
            base = Hit(name, f"worst cut-off {span}" if k == 1 else f"worst {k} cut-offs {span}", "", periods[0], "met")
            damage = search.worst(k)
            if damage is None:
                unused = "no cut-off touches what the plan does"
                hits.append(replace(base, what=unused, cost=self._cost, extra_cost=0.0, penalties=0.0, reserve={}))
                continue
            worst.add(damage.cuts)
            changed = cut(matrix, [stops[c] for c in damage.cuts])
            what = said(damage.cuts) + (f"; {NO_MORE}" if len(damage.cuts) < k else "")
            hits.append(self._judged(replace(base, what=what), self._field, changed, damage.adapted))
        rows = []
        for damage in search.damages.values():
            hit = self._judged(Hit(name, "", "", periods[0], "met"), self._field, None, damage.adapted)
            stopped = dict.fromkeys(x for c in damage.cuts for x in stops[c].names)
            same = [said((c,)) for c in search.alike(damage.cuts[0])] if len(damage.cuts) == 1 else []
            rows.append(
                dict(zip(CUTOFF_COLUMNS, (
                    name, said(damage.cuts), len(damage.cuts), periods[0], int(until - 1), hit.status, hit.unmet_total,
                    hit.further_total, hit.reserved_unmet, hit.extra_cost, "; ".join(stopped), "; ".join(same),
                    damage.cuts in worst,
                ), strict=True))
            )  # fmt: skip
        ordered = sorted(zip(search.damages.values(), rows, strict=True), key=lambda pair: _worst_first(pair[0]))
        return hits, [row for _, row in ordered]

    def _by_cost(self) -> Field:
        """The undisturbed plan's field with cost as the objective, its calm operations by their columns."""
        problem = Problem(self.standing.case, self.standing.wish)
        scenario = next(iter(problem.model.scenarios.values()))
        values = np.zeros(len(problem.matrix.cost))
        for name, key, variable in operations(scenario):
            values[variable] = self._past.get((name, key), 0.0)
        self._values = values
        return Field(problem, with_decisions(problem, self.standing), scenario, self._close)

    # ------------------------------------------------------------ figures

    def _judged(self, base: Hit, ground: Field, matrix: Matrix | None, found: Adapted) -> Hit:
        """The result with the figures of an adaptation. Without `matrix` no reserve is worked out."""
        first = base.shows
        if found.values is None:
            if found.outcome.status is Status.INTERRUPTED:
                raise KeyboardInterrupt
            detail = "no operation keeps the case's limits, whatever is left undelivered"
            if found.outcome.status is not Status.INFEASIBLE:
                detail = f"not solved: {found.outcome.status}"
            return replace(base, status="impossible", detail=detail, recovery=None)
        further = {k: x - self._short.get(k, 0.0) for k, x in found.unmet.items()}
        further = {k: x for k, x in further.items() if x > 10 * NOISE}
        years, reserved = ground.years, {r.demand for r in ground.scenario.demands.rows.values() if r.reserved}
        by_year: dict[int, float] = {}
        for (_, t), x in further.items():
            by_year[t] = by_year.get(t, 0.0) + x
        worst = max(by_year.items(), key=lambda item: item[1], default=None)
        stranded = 0.0 if matrix is None or first is None else abandoned(ground, matrix, first, found.values)
        assert found.cost is not None
        hit = replace(
            base,
            status="broken" if found.broken or found.forced else "short" if further else "met",
            detail=_detail(found, stranded),
            unmet=found.unmet,
            further=further,
            unmet_total=sum(x * years[t] for (_, t), x in found.unmet.items()),
            further_total=sum(x * years[t] for (_, t), x in further.items()),
            reserved_unmet=sum(x * years[t] for (d, t), x in found.unmet.items() if d in reserved),
            worst_year=worst,
            cost=found.cost,
            extra_cost=found.cost - self._cost,
            penalties=_penalties(ground, found.values) - self._penalty,
            gap=found.outcome.gap,
            months=None if first is None else self._months(first),
            recovery=_recovery(ground, first, further),
        )
        if matrix is None or first is None:
            return hit
        if not further:
            return replace(hit, reserve={})
        if found.forced:
            matrix = without_minima(ground, with_leave(ground, matrix, first), first)
        elif stranded > 10 * NOISE:
            matrix = with_leave(ground, matrix, first)
        needed, why = reserve(ground, matrix, first, self._short)
        holding = {place: _holding(ground, place, x, first) for place, x in (needed or {}).items()}
        return replace(hit, reserve=needed, reserve_why_not=why, holding=holding)

    def _months(self, first: int) -> float | None:
        """Months of need, at the rate of the first disrupted period in the calm, that stocks hold at its start."""
        data, stocks = self._scenario.data, self._scenario.stocks
        weight = {row.element: row.weight for row in data.tables["elements"]}
        content = {m: sum(weight[e] * x for e, x in of.items()) for m, of in data.content.items()}
        demands = self._scenario.demands.rows.values()
        if not any(content.get(d.material) for d in demands):  # nothing is tracked: tonnes of what is demanded
            content = {d.material: 1.0 for d in demands}
        needed = sum(content.get(d.material, 0.0) * data.needed(d, first) for d in demands)
        before = data.horizon.before(first)
        held = 0.0
        for name, row in stocks.rows.items():
            level = row.initial if before is None else self._past["store", (name, before)]
            held += content.get(row.material, 0.0) * level
        return 12 * held / needed if needed > 0 else None

    def _regretted(self, ground: Field, free: Matrix, found: Adapted) -> tuple[float, float] | None:
        """What deciding again with the future known would save: the stress objective less the best one, as an interval."""
        best = ground.problem.solve(self._options, matrix=free, start=found.values)
        spent = found.outcome
        if best.objective is None or best.bound is None or spent.objective is None or spent.bound is None:
            return None
        low, high = max(0.0, spent.bound - best.objective), max(0.0, spent.objective - best.bound)
        return min(low, high), high


def _worst_first(damage: Damage) -> tuple[Any, ...]:
    return (len(damage.cuts), *(-x for x in damage.rank), damage.cuts)


def said(cuts: Iterable[Cut]) -> str:
    """'China: magnet; Japan: alloy'."""
    return "; ".join(f"{country}: {stage}" for country, stage in cuts)


def _detail(found: Adapted, stranded: float) -> str:
    parts = ["minima of contracts and plants are given up"] if found.forced else []
    if stranded > 10 * NOISE:
        parts.append(f"{stranded:,.3g} t that have nowhere to go are abandoned")
    if found.outcome.status is not Status.OPTIMAL:
        parts.append(f"stopped early: {found.outcome.status}")
    return "; ".join(parts)


def _all_short(ground: Field, values: np.ndarray) -> dict[Key, float]:
    """t/y short, noise included, so that a shortage held at it can be reached."""
    return {k: max(0.0, float(values[v])) for k, v in ground.scenario.demands.short.items()}


def _penalties(ground: Field, values: np.ndarray) -> float:
    """Discounted penalties on shortage."""
    return sum(
        e.discounted * float(values[e.variable])
        for e in ground.scenario.costs
        if e.item == "shortage" and e.variable is not None
    )


def _recovery(ground: Field, first: int | None, further: Mapping[Key, float]) -> float | None:
    """Years from the start of the first disrupted period to the end of the last one that is further short."""
    if not further or first is None:
        return 0.0
    last = max(t for _, t in further)
    if last == ground.periods[-1]:
        return None
    return float(last + ground.years[last] - first)


def _holding(ground: Field, place: tuple[str, str], tonnes: float, first: int) -> float | None:
    """What holding a reserve for a year costs at the case's rate for a stock of the material there, undiscounted and
    escalated to the year the shock shows; None without such a stock."""
    rates = [k.cost[first] for k in ground.scenario.stocks.rows.values() if (k.material, k.location) == place]
    if not rates:
        return None
    return float(min(rates) * tonnes * ground.scenario.data.horizon.escalation[first])
