"""The free part of every flow of a plan: solved after the plan, with its flows as they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from magnet_models import Attribution, Provenance

from .matrix import to_matrix
from .session import Options, Session, Status

# Amounts below this (t, or a share of a unit) are solver noise and are not listed.
NOISE = 1e-7


@dataclass(frozen=True)
class Free:
    """Free tonnes by flow and key, and what is followed at all."""

    provenance: Provenance
    tonnes: Mapping[str, Mapping[Any, float]]

    def of(self, flow: str, key: Any, *materials: str | None) -> float | None:
        """Free part of a flow of these materials; None if they hold nothing tracked."""
        return self.tonnes[flow].get(key, 0.0) if self.provenance.carries(*materials) else None


def attribute(scenario: Any, values: np.ndarray) -> Free | None:
    """The most that can be called free in a solved scenario; None if the case has no exposed country or no contents."""
    if not scenario.data.settings["exposed_country"] or not scenario.data.content:
        return None

    amounts: list[float] = np.where(values >= NOISE, values, 0.0).tolist()

    def total(variable: int) -> float:
        return amounts[variable]

    decided = {} if scenario.custody is None else scenario.custody.deliver
    model = Attribution(scenario, total, {key: total(v) for key, v in decided.items()})
    programme = to_matrix(model.programme)
    outcome = Session(programme, Options(tie_break=False)).solve()
    if outcome.status is Status.INTERRUPTED:  # Ctrl-C came after the search: the plan is there, and this takes a moment
        outcome = Session(programme, Options(tie_break=False)).solve()
    if outcome.values is None:  # nothing free is always an answer
        raise RuntimeError(f"the free part of the flows was not found: {outcome.status} {outcome.detail}")
    tonnes: dict[str, dict[Any, float]] = {flow: {} for flow in model.custody.flows()}
    free = outcome.values.tolist()
    for flow, key, whole, part in model.custody.parts():
        amount = min(free[part], total(whole))
        tonnes[flow][key] = amount if amount >= NOISE else 0.0
    return Free(model.custody.provenance, tonnes)


def with_free(scenario: Any, values: np.ndarray, free: Free | None) -> np.ndarray:
    """The solver's values with its free parts replaced by the best ones, so that limits count what is reported."""
    if free is None or scenario.custody is None:
        return values
    values = values.copy()
    for flow, key, _, part in scenario.custody.parts():
        values[part] = free.tonnes[flow].get(key, 0.0)
    return values
