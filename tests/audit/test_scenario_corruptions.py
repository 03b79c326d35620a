"""A plan for several futures with something wrong in it, on purpose: the audit must notice."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from magnet_sourcing import Case, ScenarioPlan, solve

from ..miniatures.cases import case, need, offer


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


def test_futures_that_agree_with_each_other_but_not_with_the_calm_one_are_noticed() -> None:
    """Two futures that show in the same year buy otherwise before it than the one that never shows, which is last."""
    names = ("embargo", "strike", "calm")
    made = case(
        years=2, supplies=[offer("market", 10)], demands=[need(10, penalty=100)],
        scenarios=[{"scenario": n, "probability": p} for n, p in zip(names, (0.25, 0.25, 0.5), strict=True)],
        disruptions=[{"scenario": n, "table": "supplies", "column": "price", "operation": "multiply", "value": 2,
                      "first_year": 2031} for n in names[:2]],
    )  # fmt: skip
    found = solve(made, scenarios="all", gap=0)
    assert isinstance(found, ScenarioPlan) and found.audit is not None and found.audit.passed
    wrong = replace(found, plans=copy.deepcopy(found.plans))
    for name in names[:2]:
        bought = wrong.plans[name].tables["purchases"]
        bought.loc[bought["period"] == 2030, "bought"] += 1.0
    assert wrong.audit is not None
    assert any("as in" in failure for failure in wrong.audit.failures), wrong.audit.failures[:5]
