"""A plan for several futures with something wrong in it, on purpose: the audit must notice."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from magnet_sourcing import Case, ScenarioPlan, solve


@pytest.fixture(scope="module")
def plan() -> ScenarioPlan:
    found = solve(Case.small(), scenarios="all", gap=0, cvar=0.4, alpha=0.8)
    assert isinstance(found, ScenarioPlan)
    return found


def another_size(p: ScenarioPlan) -> None:
    builds = p.plans["embargo"].tables["builds"]
    builds["size"] = builds["size"] * 1.01


def a_signing_in_one_future_only(p: ScenarioPlan) -> None:
    tables = p.plans["embargo"].tables
    tables["signings"] = tables["signings"].iloc[:0]


def foresight(p: ScenarioPlan) -> None:
    bought = p.plans["embargo"].tables["purchases"]
    first = bought["period"] == p.case.periods[0]
    assert first.any()
    bought.loc[first, "bought"] += 1.0


def another_objective(p: ScenarioPlan) -> None:
    assert p.outcome.objective is not None
    p.outcome = replace(p.outcome, objective=p.outcome.objective * 1.001)


def other_probabilities(p: ScenarioPlan) -> None:
    p.probability = {**p.probability, "calm": p.probability["calm"] + 0.1}


def another_cost(p: ScenarioPlan) -> None:
    p.plans["embargo"].cost = (p.plans["embargo"].cost or 0.0) * 1.2


CORRUPTIONS: tuple[tuple[Callable[[ScenarioPlan], None], str], ...] = (
    (another_size, "size of"),
    (a_signing_in_one_future_only, "signings of"),
    (foresight, "as in"),
    (another_objective, "objective"),
    (other_probabilities, "probabilities"),
    (another_cost, "objective"),
)


def test_the_plan_as_it_is_passes(plan: ScenarioPlan) -> None:
    assert plan.audit is not None and plan.audit.passed, plan.audit.failures[:3]


@pytest.mark.parametrize("corrupt, words", CORRUPTIONS, ids=lambda x: getattr(x, "__name__", x))
def test_it_is_noticed(plan: ScenarioPlan, corrupt: Any, words: str) -> None:
    wrong = replace(plan, plans=copy.deepcopy(plan.plans))
    corrupt(wrong)
    assert wrong.audit is not None and not wrong.audit.passed
    assert any(words in failure for failure in wrong.audit.failures), wrong.audit.failures[:5]
