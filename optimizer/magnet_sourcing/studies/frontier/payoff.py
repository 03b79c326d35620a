"""The payoff table: what each measure can be at best, and what the others then are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from ...problem import Impossible, Problem, solved_in_order
from ...session import Options
from ...solving import check_case, check_options, checked_measure

if TYPE_CHECKING:
    from ...case import Case


def payoff(
    case: Case,
    measures: Sequence[str],
    *,
    gap: float = 1e-4,
    time_limit: float | None = None,
    threads: int = 1,
    seed: int = 0,
) -> pd.DataFrame:
    """Lexicographic payoff table: a row for each measure, made least first, then the others in the order given.

    The lexicographic order keeps a row from showing a plan that could be better in another measure at no cost.
    Raises ValueError if a measure is unknown or no plan is found.
    """
    options = Options(gap, time_limit, threads, seed, tie_break=False)
    check_options(options)
    check_case(case)
    names = list(dict.fromkeys(checked_measure(case, m) for m in measures))
    try:
        problem = Problem(case, measures=names)
    except Impossible as reason:
        raise ValueError(f"payoff table: the case has no plan: {reason}") from reason
    rows = []
    for first in names:
        order = [first, *(m for m in names if m != first)]
        outcomes = solved_in_order(problem.matrix, [problem.vector(m) for m in order], options)
        values = next((o.values for o in reversed(outcomes) if o.values is not None), None)
        if values is None:
            raise ValueError(f"payoff table: no plan with the least {first}; the solve ended {outcomes[0].status}")
        rows.append([problem.value(m, values) for m in names])
    return pd.DataFrame(rows, index=pd.Index(names, name="least"), columns=names)
