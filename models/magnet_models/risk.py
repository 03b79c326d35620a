"""What is aimed at when the future is open: expected value, tail, worst case, regret, over the scenarios' sums.

Amounts are counted in a unit of the size of the largest coefficient, so that the rows are as well scaled as the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from pyomo.environ import Block

from .arithmetic import total
from .measures import Sum
from .programme import Linear
from .rows import Term, at_least, constrain, free_variables, scaled, variables

Aim = Literal["expected", "worst", "regret"]


@dataclass(frozen=True)
class Goal:
    """The objective: a measure, and how it is taken over scenarios.

    aim: 'expected' - (1 - beta) * expectation + beta * CVaR_alpha; 'worst' - the greatest of the scenarios;
    'regret' - the greatest excess over `best`, the least each scenario could have if it were known.
    """

    measure: str = "cost"
    aim: Aim = "expected"
    beta: float = 0.0
    alpha: float = 0.9
    best: Mapping[str, float] = field(default_factory=dict)


def aimed(block: Block, goal: Goal, sums: Mapping[str, Sum], probability: Mapping[str, float]) -> Sum:
    """Constant and terms of the objective; adds the variables and rows it needs to the block."""
    if goal.aim == "worst":
        return _greatest(block, "worst", sums)
    if goal.aim == "regret":
        return _greatest(block, "regret", {w: (c - goal.best[w], x) for w, (c, x) in sums.items()})
    constant, terms = expected(sums, probability)
    if not goal.beta:
        return constant, terms
    tail_constant, tail = _tail(block, goal.alpha, sums, probability)
    beta = goal.beta
    return (1 - beta) * constant + beta * tail_constant, [*scaled(1 - beta, terms), *scaled(beta, tail)]


def expected(sums: Mapping[str, Sum], probability: Mapping[str, float]) -> Sum:
    """sum_w probability[w] * sum of w"""
    constant = total(probability[w] * c for w, (c, _) in sums.items())
    return constant, Linear.joined(*(Linear.of(terms).times(probability[w]) for w, (_, terms) in sums.items()))


def _greatest(block: Block, name: str, sums: Mapping[str, Sum]) -> Sum:
    """worst >= sum of w (regret >= sum of w - best of w), for every scenario w"""
    unit = _unit(sums)
    top = free_variables(block, name, ["all"])["all"]
    rows = [
        (w, at_least([(1.0, top), *scaled(-1.0 / unit, terms)], constant / unit))
        for w, (constant, terms) in sums.items()
    ]
    constrain(block, f"{name}_of", rows)
    return 0.0, [(unit, top)]


def _tail(block: Block, alpha: float, sums: Mapping[str, Sum], probability: Mapping[str, float]) -> Sum:
    """CVaR_alpha = threshold + sum_w probability * over_threshold / (1 - alpha), over_threshold[w] >= sum of w - threshold

    Rockafellar and Uryasev, Optimization of conditional value-at-risk, Journal of Risk 2 (2000).
    """
    unit = _unit(sums)
    threshold = free_variables(block, "threshold", ["all"])["all"]
    over = variables(block, "over_threshold", list(sums))
    rows = [
        (w, at_least([(1.0, over[w]), (1.0, threshold), *scaled(-1.0 / unit, terms)], constant / unit))
        for w, (constant, terms) in sums.items()
    ]
    constrain(block, "over_threshold_of", rows)
    tail: list[Term] = [(unit * probability[w] / (1 - alpha), over[w]) for w in sums]
    return 0.0, [(unit, threshold), *tail]


def _unit(sums: Mapping[str, Sum]) -> float:
    """The largest coefficient; 1 if there is none."""
    return max((abs(c) for _, terms in sums.values() for c, _ in terms), default=1.0) or 1.0
