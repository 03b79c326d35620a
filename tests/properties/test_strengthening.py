"""Strengthening rows cut off no plan: with and without them, the optimum of any case is the same."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from magnet_sourcing import Case
from magnet_sourcing.problem import Problem
from magnet_sourcing.session import Options, Outcome, Session

from .random_cases import Tables, cases

FAMILIES = ("built_first", "together")
EXACT = Options(gap=0.0, time_limit=60.0, tie_break=False)
many = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)


@st.composite
def waiting(draw: st.DrawFn) -> tuple[dict[str, Any], Tables]:
    """A random case with one more plant that waits for a contract, or for a build that waits for one, of any length."""
    made, tables = draw(cases())
    by = {"fixed_cost": draw(st.sampled_from([1.0, 20.0, 90.0])), "unit_cost": 1.0}
    sizing = draw(st.sampled_from(["all-or-nothing", "modular", "range", "continuous"]))
    most = {"max_size": float(draw(st.integers(2, 12))), "sizing": sizing}
    most |= {"max_modules": 3} if sizing == "modular" else {}
    if sizing in ("all-or-nothing", "modular"):
        by["unit_cost"] = 0.0
    elif sizing == "continuous":
        by["fixed_cost"] = 0.0
    first = {"expansion": "first", "facility": "press shop", "sizing": "all-or-nothing", "max_size": 3.0, "fixed_cost": 5.0}
    then = {"expansion": "then", "facility": "press shop", "lead_time": draw(st.integers(0, 1)), **most, **by}
    licence = {
        "route": "licence",
        "kind": "technology licence",
        "country": "Japan",
        "lead_time": draw(st.integers(0, 1)),
        "transfer_years": draw(st.integers(0, 1)),
        "duration": draw(st.sampled_from([None, 1, 2, 4])),
        "signing_cost": float(draw(st.integers(0, 40))),
    }
    after = {"route": "after", "kind": "technology licence", "country": "Japan", "needs": "licence", "signing_cost": 0.0}
    (then if draw(st.booleans()) else first)["route"] = draw(st.sampled_from(["licence", "after"]))
    if draw(st.booleans()) and sizing != "continuous":
        then["needs"] = "first"
    tables["routes"] += [licence, after]
    tables["expansions"] += [first, then]
    return made, tables


def test_families_are_all_of_them() -> None:
    """What is switched off here is all that is called strengthening."""
    import magnet_models.strengthening as module

    assert {n.removeprefix("add_") for n in vars(module) if n.startswith("add_")} == set(FAMILIES)


def problem(case: tuple[dict[str, Any], Tables], without: tuple[str, ...] = ()) -> Problem:
    with ExitStack() as off:
        for family in without:
            off.enter_context(patch(f"magnet_models.model.add_{family}", lambda piece: None))
        return Problem(Case.from_rows(*case))


def same(one: Outcome, other: Outcome) -> None:
    assert one.status == other.status == "optimal"
    assert one.objective == pytest.approx(other.objective, rel=1e-6, abs=1e-6)


@many
@given(st.one_of(cases(), waiting()))
def test_the_optimum_is_the_same_without(case: tuple[dict[str, Any], Tables]) -> None:
    same(*(Session(problem(case, off).matrix, EXACT).solve() for off in ((), FAMILIES)))


@many
@given(waiting(), st.integers(0, 2**32 - 1))
def test_any_decisions_stay_possible(case: tuple[dict[str, Any], Tables], seed: int) -> None:
    """Whatever each decision is worth: an optimum alone shows only plans that somebody would want."""
    found = []
    for off in ((), FAMILIES):
        made = problem(case, off)
        worth = np.zeros(len(made.matrix.cost))
        decided = np.sort(made.decided())
        worth[decided] = np.random.default_rng(seed).integers(-6, 4, len(decided))
        # Money of subsidies has no bound of its own.
        worth[np.isinf(made.matrix.upper)] = 0.0
        found.append(Session(made.matrix.aiming(worth), EXACT).solve())
    same(*found)
