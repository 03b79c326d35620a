"""`decompose`: from scenario tables to common decisions with a bound; and to a whole audited plan."""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import redirect_stdout
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..session import Options, Outcome, Progress, Status, relative_gap
from .clock import Clock
from .ranks import over_ranks
from .request import Decomposed, Hedging, Request, Step
from .sppy import loaded

if TYPE_CHECKING:
    from magnet_models import Goal

    from ..case import Case
    from ..problem import Wish
    from ..scenario_plan import ScenarioPlan


# Relative gap of the last solve, with all common decisions held: little is left to decide.
_LAST_GAP = 1e-6
_WITHOUT_FORESIGHT = (
    "the gap includes what operations lose by not knowing a future before it shows: decomposition plans with foresight"
)


def decompose(
    settings: Mapping[str, Any],
    scenarios: Mapping[str, Mapping[str, Sequence[Any]]],
    probability: Mapping[str, float],
    *,
    planned: Mapping[str, Sequence[Any]],
    goal: Goal | None = None,
    china_price: float = 0.0,
    china_cap: Mapping[int, float] | None = None,
    adapt_from: int | None = None,
    hedging: Hedging | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Decomposed:
    """Finds decisions common to all scenarios by progressive hedging, with a proven bound.

    scenarios: name -> tables (`Case.resolved()` of each future). planned: the tables before any scenario changes them.
    goal, china_price, china_cap, adapt_from: as for `magnet_models.build`. A limit on an expected measure (`at_most`)
    ties the scenarios together in another way than common decisions do, and cannot be asked for here.
    progress: called with a `Progress` after every iteration.

    Raises MissingExtra without mpi-sppy (or, for several ranks, MPI), RanksFailed if processes end without a result,
    `Refused` when the tables leave something open.
    """
    from magnet_models.creator import common_timing

    request = Request(
        settings,
        dict(scenarios),
        dict(probability),
        planned,
        goal,
        china_price,
        dict(china_cap or {}),
        adapt_from,
        hedging or Hedging(),
        timing=common_timing(settings, planned, scenarios),
    )
    if request.hedging.ranks > 1:
        return over_ranks(request, _telling(progress))
    return _in_this_process(request, _telling(progress))


def planned_by_decomposition(
    case: Case,
    probability: Mapping[str, float],
    wish: Wish,
    hedging: Hedging,
    *,
    futures: Mapping[str, Case] | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> ScenarioPlan:
    """One audited plan of a checked case for several futures, with common decisions and bound from `decompose`.

    What happens in each future is solved once more with those decisions held, in one model of all futures.
    """
    from ..problem import Problem
    from ..scenarios import checked_futures
    from ..solving import scenario_plan_of, with_best

    begun = time.perf_counter()
    if wish.at_most:
        raise ValueError("at_most limits an expected value, which ties futures together: plan without decomposition")
    futures = futures or checked_futures(case, list(probability))
    options = Options(_LAST_GAP, hedging.patience, hedging.threads, hedging.seed, tie_break=False)
    wish = with_best(case, futures, wish, options)
    found = decompose(
        case.settings,
        {name: known.resolved() for name, known in futures.items()},
        probability,
        planned=case.resolved(),
        goal=wish.goal,
        china_price=wish.china_price,
        china_cap=wish.china_cap,
        adapt_from=wish.adapt_from,
        hedging=hedging,
        progress=progress,
    )
    more = {"method": "progressive hedging", "iterations": found.iterations, "ranks": hedging.ranks}
    outcome = Outcome(found.status, None, None, found.bound, None, found.seconds, 0, found.detail)
    problem = None
    if found.first_stage:
        problem = Problem(case, wish, probability, futures)
        values = [found.first_stage[problem.matrix.variables[j].name] for j in problem.decided()]
        held = problem.solve(options, matrix=problem.matrix.held(problem.decided(), values))
        outcome = replace(held, status=found.status, bound=found.bound, detail=found.detail)
        outcome.seconds += found.seconds
        if held.values is None:
            outcome.status = Status.FAILED
            outcome.detail = "the common decisions found could not be held in all futures together"
        elif held.objective is not None:
            outcome.gap = relative_gap(held.objective, found.bound)
            if found.status is Status.OPTIMAL and (outcome.gap is None or outcome.gap > hedging.gap):
                outcome.status = Status.TIME_LIMIT
                outcome.detail = "" if wish.foresight else _WITHOUT_FORESIGHT
    return scenario_plan_of(case, futures, probability, problem, outcome, wish, options, begun, more)


def _in_this_process(request: Request, report: Callable[[Step], None]) -> Decomposed:
    progressive = loaded(with_mpi=False)
    return finished(progressive, request, Clock(request.hedging), report)


def finished(progressive: Any, request: Request, clock: Clock, report: Callable[[Step], None]) -> Decomposed:
    """The run, with its early endings made results."""
    from magnet_models import Contradiction

    from .watch import NoPlan

    try:
        with redirect_stdout(io.StringIO()):
            return progressive.hedge(request, clock, report)
    except NoPlan as reason:
        return Decomposed(reason.status, {}, None, None, 0, clock.seconds, detail=reason.detail)
    except Contradiction as reason:
        return Decomposed(Status.INFEASIBLE, {}, None, None, 0, clock.seconds, detail=str(reason))


def _telling(progress: Callable[[Progress], None] | None) -> Callable[[Step], None]:
    """Progress from steps, with standard output as it was before anybody silenced it."""
    heard = sys.stdout

    def tell(step: Step) -> None:
        if progress is not None:
            with redirect_stdout(heard):
                progress(Progress(step.seconds, step.objective, step.bound, step.gap))

    return tell
