"""Plans to hold in every world, as decisions by variable name: of files, and of worlds that stand for many."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ...case import Case
from ...matrix import Matrix
from ...problem import Impossible, Problem, Wish
from ...session import Options, Session
from .. import decisions
from ..decisions import Decision
from ..runs.programme import decided_by_name
from ..stress.plans import Standing, with_decisions


class NoHold(ValueError):
    """A plan cannot be held in a case; the message says which and why."""


def of_file(standing: Standing, case: Case, wish: Wish, options: Options) -> dict[str, float]:
    """The decisions of a plan, by variable name, in the case as it stands.

    Raises NoHold if the case does not offer what the plan decides, or has no plan with these decisions.
    """
    try:
        problem = Problem(case, wish)
        matrix = with_decisions(problem, standing)
    except Impossible as reason:
        raise NoHold(f"{standing.name}: the case as it stands has no plan: {reason}") from None
    except ValueError as reason:
        raise NoHold(f"{reason}; plans are held in the case that is given") from None
    return _completed(standing.name, problem, matrix, options)


def of_world(
    name: str, case: Case, wish: Wish, chosen: Mapping[tuple[str, str, int], float], options: Options
) -> dict[str, float]:
    """The decisions of a world's best plan, by variable name, with what follows from them (steps of cost, subsidies)."""
    problem = Problem(case, wish)
    named = {Decision(*key): x for key, x in chosen.items()}
    matrix = decisions.held(problem, named, case.periods)
    if matrix is None:
        raise NoHold(f"{name}: its decisions are not on offer in its own world")
    return _completed(name, problem, matrix, options)


def _completed(name: str, problem: Problem, matrix: Matrix, options: Options) -> dict[str, float]:
    """What is decided in the best plan of arrays whose decisions are held, without what is 0."""
    session = Session(matrix, replace(options, tie_break=False))
    outcome = session.solve()
    if session.asked_to_stop:
        raise KeyboardInterrupt
    if outcome.values is None:
        raise NoHold(f"{name}: its decisions cannot be kept in the case as it stands ({outcome.status})")
    return decided_by_name(problem, outcome.values)
