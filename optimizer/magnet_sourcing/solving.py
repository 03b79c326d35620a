"""`solve`: from a checked case to an audited plan, for the tables as they stand, for one future, or for several."""

from __future__ import annotations

import platform
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

import pandas as pd

from .audit import audit
from .case import Case
from .plan import Plan
from .plan_schema import PLAN_TABLES
from .problem import ALONE, Impossible, Problem, Wish, known_alone
from .problems import CaseError, did_you_mean
from .scenario_plan import ScenarioPlan
from .scenarios import checked_futures, chosen, future
from .seal import FIELD, seal_of
from .session import Options, Outcome, Progress, Status

if TYPE_CHECKING:
    from magnet_models import Goal


def solve(
    case: Case,
    *,
    scenario: str | Sequence[str] | None = None,
    scenarios: str | Sequence[str] | None = None,
    objective: str = "cost",
    aim: str = "expected",
    cvar: float = 0.0,
    alpha: float = 0.9,
    at_most: Mapping[str, float] | None = None,
    china_price: float = 0.0,
    china_cap: float | Mapping[int, float] | None = None,
    adapt_from: int | None = None,
    foresight: bool = False,
    method: str = "auto",
    ranks: int = 1,
    gap: float = 1e-4,
    time_limit: float | None = None,
    threads: int = 1,
    seed: int = 0,
    tie_break: bool = True,
    prices: bool | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Plan | ScenarioPlan:
    """Finds the best plan of a case, and audits it.

    scenario: plan as if this scenario were certain (several: all of them together). scenarios: 'all', or names: one
    plan for all of these futures; what is built and signed is common to them, everything else adapts.
    objective: the measure made least: 'cost', 'index', 'country share', 'not free', 'unmet', 'impact NAME', with years
    after it if not all count ('index 2030-2035'). aim: over scenarios, 'expected', 'worst' or 'regret'. cvar, alpha: the
    weight of the mean of the worst 1 - alpha of the futures against the expected value. at_most: measure -> greatest
    expected value. adapt_from: year from which builds and signings wait until the future is known. foresight: operations
    too know the future from the first year; without it they are the same until the futures differ.
    method: how several futures are solved: 'extensive', one model of all; 'decomposition', apart, by progressive
    hedging (an extra, see docs/decomposition.md), on `ranks` processes; 'auto' by size.
    china_price: money per tonne of stage- and element-weighted exposure, added to the objective (discounted).
    china_cap: greatest dependence index in every scenario, one value for every period or a value by period.
    gap: relative gap at which the solver may stop. time_limit: seconds. threads, seed: of HiGHS.
    tie_break: among plans of equal objective prefer less exposure, then fewer builds and signings (one future only).
    prices: whether to work out the tables `prices` and `entry_prices` (one future, least cost); by size if not told:
    not above 100,000 variables, where they would take longer than a plan should wait for them.
    progress: called with a `Progress` as the solver reports.

    Returns a `Plan`, or with `scenarios` a `ScenarioPlan`. Raises `CaseError` if the case does not pass its checks.
    The audit's verdict is in `plan.audit`; a plan whose audit fails must not be used.

    >>> import magnet_sourcing as ms
    >>> plan = ms.solve(ms.Case.small())
    >>> plan.status
    'optimal'
    """
    begun = time.perf_counter()
    options = Options(gap, time_limit, threads, seed, tie_break)
    check_options(options)
    case, probability, futures = asked_futures(case, scenario, scenarios)
    wish = _wish(case, objective, aim, cvar, alpha, at_most, china_price, china_cap, adapt_from, foresight)
    if futures is None:
        if aim != "expected" or cvar or adapt_from is not None:
            raise ValueError("aim, cvar and adapt_from are about several futures: give scenarios")
        if method != "auto" or ranks != 1:
            raise ValueError("method and ranks are about several futures: give scenarios")
        return solve_one(case, wish, options, begun=begun, progress=progress, priced=prices)
    if prices:
        raise ValueError("prices are of a plan for one future: without scenarios")
    if method not in METHODS:
        raise ValueError(f"method '{method}' is not one of {', '.join(METHODS)}")
    if ranks != 1 and method != "decomposition":
        raise ValueError(f"{ranks} ranks go with method decomposition")
    if method == "decomposition" or (method == "auto" and _too_large(case, probability, futures, wish)):
        return _decomposed(case, probability, wish, options, ranks, futures, progress)
    return solve_several(case, probability, wish, options, begun=begun, futures=futures, progress=progress)


METHODS = ("auto", "extensive", "decomposition")
# Columns above which one model of all futures is left to decomposition, if that is installed: ten times the reference
# case with its thirteen futures, which one model solves in a minute. A judgement; nothing that large was measured.
_LARGE = 350_000


def _too_large(case: Case, probability: Mapping[str, float], futures: Mapping[str, Case], wish: Wish) -> bool:
    """Whether 'auto' decomposes: too many columns, nothing that ties futures together, and the extra is there."""
    from importlib.util import find_spec

    if len(futures) < 20 or wish.at_most or find_spec("mpisppy") is None:
        return False
    name = next(iter(futures))
    return len(futures) * len(known_alone(case, name, futures[name], wish).matrix.cost) > _LARGE


def _decomposed(
    case: Case,
    probability: Mapping[str, float],
    wish: Wish,
    options: Options,
    ranks: int,
    futures: Mapping[str, Case],
    progress: Callable[[Progress], None] | None,
) -> ScenarioPlan:
    from .decomposition import Hedging, planned_by_decomposition

    hedging = Hedging(
        gap=options.gap, time_limit=options.time_limit, ranks=ranks, threads=options.threads, seed=options.seed
    )
    return planned_by_decomposition(case, probability, wish, hedging, futures=futures, progress=progress)


def solve_one(
    case: Case,
    wish: Wish,
    options: Options,
    *,
    begun: float | None = None,
    progress: Callable[[Progress], None] | None = None,
    priced: bool | None = False,
) -> Plan:
    """The plan of a checked case with one future. priced: with the tables `prices` and `entry_prices`;
    by size if None."""
    begun = time.perf_counter() if begun is None else begun
    try:
        problem = Problem(case, wish)
    except Impossible as reason:
        return unplanned(case, str(reason), wish, options, begun)
    built = time.perf_counter() - begun
    outcome = problem.solve(options, then=_then(wish.goal), prefer=not _then(wish.goal), progress=progress)
    return plan_of(problem, outcome, options, begun, {"build seconds": round(built, 3)}, priced=priced)


def solve_several(
    case: Case,
    probability: Mapping[str, float],
    wish: Wish,
    options: Options,
    *,
    begun: float | None = None,
    futures: Mapping[str, Case],
    progress: Callable[[Progress], None] | None = None,
) -> ScenarioPlan:
    """One plan of a checked case for several futures, as one model (the extensive form)."""
    begun = time.perf_counter() if begun is None else begun
    wish = with_best(case, futures, wish, options)
    try:
        problem = Problem(case, wish, probability, futures)
    except Impossible as reason:
        outcome = Outcome(Status.INFEASIBLE, None, None, None, None, 0.0, 0, str(reason))
        return scenario_plan_of(case, futures, probability, None, outcome, wish, options, begun)
    more = {"method": "extensive form", "build seconds": round(time.perf_counter() - begun, 3)}
    outcome = problem.solve(options, then=_then(wish.goal), progress=progress)
    return scenario_plan_of(case, futures, probability, problem, outcome, wish, options, begun, more)


def _then(goal: Goal | None) -> list[str]:
    """What is made least after the objective: cost, where the objective says nothing about it."""
    return ["cost"] if goal is not None and (goal.measure != "cost" or goal.aim != "expected") else []


def with_best(case: Case, futures: Mapping[str, Case], wish: Wish, options: Options) -> Wish:
    """For regret: the least each future could have if it were known."""
    if wish.goal is None or wish.goal.aim != "regret":
        return wish
    # Regret is counted without the security premium, so the least is too.
    alone = replace(wish, goal=replace(wish.goal, aim="expected"), china_price=0.0)
    best = {}
    for name, made in futures.items():
        outcome = known_alone(case, name, made, alone).solve(options)
        if outcome.bound is None:
            raise ValueError(f"regret needs a plan for scenario '{name}' alone, which ended {outcome.status}")
        best[name] = outcome.bound
    return replace(wish, goal=replace(wish.goal, best=best))


# ---------------------------------------------------------------- what is asked


def asked_futures(
    case: Case, scenario: str | Sequence[str] | None, scenarios: str | Sequence[str] | None
) -> tuple[Case, dict[str, float], dict[str, Case] | None]:
    """The checked case, changed if a scenario is to be certain, and the probabilities and cases of several futures.

    Without several futures there are no probabilities and None for the cases. Raises CaseError with every error of the
    case, ValueError for scenarios that are not in it.
    """
    if scenario is not None and scenarios is not None:
        raise ValueError("give scenario (as if certain) or scenarios (one plan for several), not both")
    check_case(case)
    if scenario is not None:
        case = future(case, [scenario] if isinstance(scenario, str) else list(scenario))
        check_case(case)
    if scenarios is None:
        return case, {}, None
    probability = chosen(case, scenarios)
    return case, probability, checked_futures(case, list(probability))


def _listed(periods: Sequence[int]) -> str:
    return ", ".join(map(str, periods))


def check_case(case: Case) -> None:
    """Raises CaseError with every error of the case."""
    problems = [p for p in case.check() if p.severity == "error"]
    if problems:
        raise CaseError(problems)


def checked_measure(case: Case, measure: str) -> str:
    """The measure's name; ValueError with the nearest valid name if there is no such measure in the case."""
    from magnet_models import MEASURES, Measure

    impacts = [r.impact for r in case.rows("impacts")]
    known = [*(m for m in MEASURES if m != "impact"), *(f"impact {name}" for name in impacts)]
    try:
        parsed = Measure.parse(measure)
    except ValueError:
        raise ValueError(f"'{measure}' is no measure{did_you_mean(measure, known)}") from None
    if parsed.kind == "impact" and parsed.subject not in impacts:
        raise ValueError(f"measure '{measure}': no such impact in the case{did_you_mean(measure, known)}")
    return measure.strip()


def check_options(options: Options) -> None:
    if options.gap < 0:
        raise ValueError(f"gap {options.gap}: must be 0 or more")
    if options.time_limit is not None and options.time_limit <= 0:
        raise ValueError(f"time limit {options.time_limit}: must be more than 0")


def _wish(
    case: Case,
    objective: str,
    aim: str,
    cvar: float,
    alpha: float,
    at_most: Mapping[str, float] | None,
    china_price: float,
    china_cap: float | Mapping[int, float] | None,
    adapt_from: int | None,
    foresight: bool,
) -> Wish:
    if china_price < 0:
        raise ValueError(f"china price {china_price}: must be 0 or more")
    if (china_price or china_cap is not None) and not case.settings["exposed_country"]:
        raise ValueError("a China price or cap needs settings: exposed_country, and stage weights")
    if not 0 <= cvar <= 1:
        raise ValueError(f"cvar {cvar}: a weight from 0 to 1")
    if not 0 <= alpha < 1:
        raise ValueError(f"alpha {alpha}: must be from 0 to less than 1")
    if aim not in ("expected", "worst", "regret"):
        raise ValueError(f"aim '{aim}' is not one of expected, worst, regret")
    if aim == "regret" and at_most:
        raise ValueError("aim regret compares futures one by one, at_most holds their mean: give one of them")
    if cvar and aim != "expected":
        raise ValueError(f"cvar goes with aim expected, not with {aim}")
    if adapt_from is not None and adapt_from not in case.periods:
        raise ValueError(f"adapt_from {adapt_from} is not a period of the case; its periods are {_listed(case.periods)}")
    for measure in {objective, *(at_most or {})} - {"cost"}:
        checked_measure(case, measure)
    goal = None
    if objective != "cost" or aim != "expected" or cvar:
        from magnet_models import Goal

        goal = Goal(objective, aim, cvar, alpha)  # type: ignore[arg-type]
    return Wish(goal, dict(at_most or {}), china_price, cap_by_period(case, china_cap), adapt_from, foresight)


def cap_by_period(case: Case, cap: float | Mapping[int, float] | None) -> dict[int, float]:
    """The cap as a value by period; years that are no period are refused."""
    if cap is None:
        return {}
    by_period = (
        {t: float(cap) for t in case.periods}
        if isinstance(cap, (int, float))
        else {int(t): float(x) for t, x in cap.items()}
    )
    for t, value in by_period.items():
        if t not in case.periods:
            raise ValueError(f"china cap: {t} is not a period of the case; its periods are {_listed(case.periods)}")
        if not value >= 0:
            raise ValueError(f"china cap {value} in {t}: must be 0 or more")
    return by_period


# ---------------------------------------------------------------- what was done


def record_of(case: Case, wish: Wish, options: Options) -> dict[str, Any]:
    """What is needed to solve the same again."""
    goal = wish.goal
    return {
        "case": case.settings["name"],
        "case file": case.origin,
        "case hash": case.hash,
        "objective measure": goal.measure if goal else "cost",
        "aim": goal.aim if goal else "expected",
        "cvar weight": goal.beta if goal else 0.0,
        "cvar alpha": goal.alpha if goal and goal.beta else "none",
        "at most": measures_asked(wish.at_most),
        "adapt from": wish.adapt_from or "none",
        "foresight": wish.foresight,
        "china price": wish.china_price,
        "china cap": ", ".join(f"{t}: {x:.15g}" for t, x in wish.china_cap.items()) or "none",
        "gap asked": options.gap,
        "time limit": options.time_limit if options.time_limit is not None else "none",
        "threads": options.threads,
        "seed": options.seed,
        "tie break asked": options.tie_break,
        "magnet-sourcing": _version("magnet-sourcing"),
        "highspy": _version("highspy"),
        "pyomo": _version("pyomo"),
        "python": platform.python_version(),
        "platform": platform.system(),
    }


def measures_asked(at_most: Mapping[str, float]) -> str:
    """'index: 0.5, unmet: 0'; 'none' without any. `plan_reading.measures_held` reads it."""
    return ", ".join(f"{m}: {x:.15g}" for m, x in at_most.items()) or "none"


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed as a package"


def _ending(outcome: Outcome, seconds: float) -> dict[str, Any]:
    return {
        "status": str(outcome.status),
        "objective": outcome.objective,
        "bound": outcome.bound,
        "gap": outcome.gap,
        "seconds": round(seconds, 3),
        "solver seconds": round(outcome.seconds, 3),
    }


def _size(outcome: Outcome) -> dict[str, Any]:
    return {
        "variables": outcome.columns,
        "whole-number variables": outcome.whole,
        "rows": outcome.rows,
        "nodes": outcome.nodes,
        "tie break": outcome.tie_break,
        "detail": outcome.detail or None,
    }


def _scenarios_note(case: Case) -> str:
    """Says plainly that scenarios are not what was solved."""
    count = len(case.rows("scenarios"))
    return f"{count} listed, not used: the plan is for the tables as they stand" if count else "none listed"


def unplanned(case: Case, why: str, wish: Wish, options: Options, begun: float) -> Plan:
    """The answer to a case that no plan can satisfy, seen before solving."""
    outcome = Outcome(Status.INFEASIBLE, None, None, None, None, 0.0, 0, why)
    return _plan(case, outcome, {**record_of(case, wish, options), "scenarios": _scenarios_note(case)}, {}, begun)


def plan_of(
    problem: Problem,
    outcome: Outcome,
    options: Options,
    begun: float,
    more: Mapping[str, Any] | None = None,
    *,
    priced: bool | None = False,
) -> Plan:
    """The audited plan of a problem with one future. priced: with the tables `prices` and `entry_prices`;
    by size if None."""
    case, wish = problem.case, problem.wish
    record = {**record_of(case, wish, options), "scenarios": _scenarios_note(case), **(more or {})}
    found = _tables(problem, ALONE, outcome)
    if priced is False:
        record["prices"] = "none: not asked"
    elif outcome.values is not None:
        record["prices"] = _add_prices(problem, outcome, options, found, whatever_size=bool(priced))
    plan = _plan(case, outcome, record, found, begun)
    if outcome.values is not None:
        plan.cost = problem.value("cost", outcome.values)
        plan.audit = audit(
            case,
            plan.tables,
            objective=plan.objective,
            cost=plan.cost,
            china_price=wish.china_price,
            china_cap=wish.china_cap,
            measure=wish.goal.measure if wish.goal else "cost",
            at_most=wish.at_most,
        )
    return plan


# Columns above which a plan has no prices unless they are asked for. The model is built once more for them, from numbers
# that note what is done with them, which costs about what the first build does.
_PRICED = 100_000


def _add_prices(
    problem: Problem, outcome: Outcome, options: Options, found: dict[str, pd.DataFrame], whatever_size: bool
) -> str:
    """Fills the tables of prices; returns what they are, or why there are none."""
    from .prices import price_tables, why_none

    assert outcome.values is not None
    if why := why_none(problem.wish):
        return f"none: {why}"
    if not whatever_size and len(outcome.values) > _PRICED:
        return f"none: more than {_PRICED:,} variables, where prices have to be asked for (--prices)"
    priced = price_tables(problem, outcome.values, options, found["capacity"], outcome.basis)
    if priced is None:
        return "none: the solver found no duals with the decisions held"
    found |= priced.tables
    return "; ".join(said for said in ("with the whole-number decisions held", priced.left_out) if said)


def _tables(problem: Problem, name: str, outcome: Outcome) -> dict[str, pd.DataFrame]:
    from .results import plan_tables

    if outcome.values is None:
        return {}
    return plan_tables(problem.model.scenarios[name], outcome.values)


def _plan(case: Case, outcome: Outcome, record: dict[str, Any], found: dict[str, pd.DataFrame], begun: float) -> Plan:
    seconds = time.perf_counter() - begun
    record = {**_ending(outcome, seconds), **record, **_size(outcome)}
    tables = {
        name: found.get(name, pd.DataFrame(columns=[c.name for c in table.columns]))
        for name, table in PLAN_TABLES.items()
    }
    record[FIELD] = seal_of(tables, record)
    tables["solver"] = solver_table(record)
    return Plan(
        case,
        str(outcome.status),
        outcome.objective,
        None,
        outcome.bound,
        outcome.gap,
        seconds,
        record,
        tables,
        outcome.detail,
    )


def solver_table(record: Mapping[str, Any]) -> pd.DataFrame:
    return pd.DataFrame({"field": list(record), "value": pd.Series(list(record.values()), dtype=object)})


def scenario_plan_of(
    case: Case,
    futures: Mapping[str, Case],
    probability: Mapping[str, float],
    problem: Problem | None,
    outcome: Outcome,
    wish: Wish,
    options: Options,
    begun: float,
    more: Mapping[str, Any] | None = None,
) -> ScenarioPlan:
    """The audited plan for several futures: a plan for each, with common decisions."""
    plans: dict[str, Plan] = {}
    if problem is not None and outcome.values is not None:
        for name, known in futures.items():
            plans[name] = _in_future(problem, name, known, outcome, wish, options, case)
    seconds = time.perf_counter() - begun
    said = ", ".join(f"{n}: {p:.4g}" for n, p in probability.items())
    record = {
        **_ending(outcome, seconds),
        **record_of(case, wish, options),
        "scenarios": said,
        **(more or {}),
        **_size(outcome),
    }
    return ScenarioPlan(case, dict(probability), plans, wish, outcome, seconds, record)


def _in_future(
    problem: Problem, name: str, known: Case, outcome: Outcome, wish: Wish, options: Options, planned: Case
) -> Plan:
    """What a plan for several futures does in one of them."""
    tables = _tables(problem, name, outcome)
    constant, terms = problem.model.sums("cost")[name]
    cost = constant + float(problem.matrix.vector(terms) @ outcome.values)
    record = {"status": str(outcome.status), "scenario": name, **record_of(known, wish, options)}
    tables["solver"] = solver_table(record)
    plan = Plan(known, str(outcome.status), cost, cost, None, None, outcome.seconds, record, tables)
    plan.audit = audit(
        known, tables, objective=None, cost=cost, china_cap=wish.china_cap, planned=planned, adapt_from=wish.adapt_from
    )
    return plan
