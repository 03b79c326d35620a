"""One scenario's model with its first-stage variables as data: what decomposition by scenario works on.

The objectives of these models, weighted by probability, add to that of the model of all scenarios, and their
first-stage variables, held equal, are its first stage. So a solver of the whole, progressive hedging, or a program of
somebody else can take them as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .inputs import Inputs, Tables
from .model import Model, build
from .risk import Goal
from .timing import Timing

# What `risk.py` calls the variable that all scenarios share because of the aim.
_SHARED = ("threshold", "worst", "regret")


def common_timing(settings: Mapping[str, Any], planned: Tables, scenarios: Mapping[str, Tables]) -> Timing:
    """Decision years of use in some future: with them every scenario has the same first-stage variables."""
    return Timing.of([Inputs(settings, tables) for tables in (planned, *scenarios.values())])


def scenario_model(
    settings: Mapping[str, Any],
    name: str,
    tables: Tables,
    *,
    planned: Tables,
    timing: Timing,
    goal: Goal | None = None,
    china_price: float = 0.0,
    china_cap: Mapping[int, float] | None = None,
    adapt_from: int | None = None,
) -> tuple[Model, list[Any]]:
    """The model of one scenario, and its nonanticipative variables: the same, in the same order, for every scenario.

    They are `First.variables()`, and with a goal over scenarios (`Goal`: CVaR, worst case, regret) the last one is the
    variable its objective shares, counted in a unit of the scenario's own (its coefficient in the objective tells).
    """
    model = build(
        settings,
        {name: tables},
        {name: 1.0},
        planned=planned,
        timing=timing,
        goal=goal,
        china_price=china_price,
        china_cap=china_cap,
        adapt_from=adapt_from,
    )
    return model, [*model.first.variables(), *shared(model)]


def shared(model: Model) -> list[int]:
    """The variable of the aim that all scenarios share; none for plain expectation."""
    return [model.pyomo.component(n).place["all"] for n in _SHARED if model.pyomo.component(n) is not None]
