"""Generated chains pass the checks, have plans worth solving for, and are as large as they are called."""

from __future__ import annotations

from dataclasses import replace

import pytest
from generator import SIZES, chain
from magnet_sourcing import Case, Plan, ScenarioPlan, solve


def columns(case: Case) -> int:
    """Variables of the model, counted from the rows of the tables: one a year each; a demand has two; builds and
    signings one for each year in which they can still bear fruit (the others, a few, are not counted)."""
    rows = {name: len(frame) for name, frame in case.tables.items()}
    yearly = rows["operations"] + rows["freight"] + rows["supplies"] + rows["stocks"] + 2 * rows["demands"]
    return rows["periods"] * yearly


@pytest.mark.parametrize("whole", [False, True], ids=["lp", "mip"])
def test_the_smallest_chain_has_a_sensible_plan(whole: bool) -> None:
    case = chain(replace(SIZES["2k"], whole=whole))
    assert case.check() == []
    plan = solve(case, gap=1e-3, time_limit=60, tie_break=False)
    assert isinstance(plan, Plan)
    assert plan.status == "optimal"
    assert plan.audit is not None and plan.audit.passed, plan.audit
    assert plan.options["variables"] == pytest.approx(columns(case), rel=0.1)
    demand = plan.tables["demand"]
    assert demand["delivered"].sum() > 0.9 * demand["required"].sum()
    assert len(plan.tables["builds"])
    # The limit on dependence costs something, and can be kept.
    limits = plan.tables["limits"]
    assert limits["binding"].any() and limits["excess"].max() < 0.05
    assert 0.2 < min(plan.index.values()) < max(plan.index.values()) < 0.95
    assert (len(plan.tables["tolling"]) > 0) == whole


@pytest.mark.parametrize("name", SIZES)
def test_a_chain_is_as_large_as_it_is_called(name: str) -> None:
    said = float(name[:-1]) * {"k": 1e3, "M": 1e6}[name[-1]]
    assert columns(chain(SIZES[name])) == pytest.approx(said, rel=0.15)


def test_every_place_is_reached_and_the_same_arguments_give_the_same_case() -> None:
    size = SIZES["50k"]
    case = chain(size)
    assert case.hash == chain(size).hash != chain(size, seed=1).hash
    assert case.check() == []
    last = set(case.tables["locations"]["location"]) - set(case.tables["lanes"]["destination"])
    assert {place.split()[0] for place in last} == {"beneficiation"}


def test_futures_are_listed_and_pass_the_checks() -> None:
    case = chain(SIZES["2k"], scenarios=3)
    assert case.check() == []
    plan = solve(case, scenarios="all", gap=1e-2, time_limit=60)
    assert isinstance(plan, ScenarioPlan)
    costs = {name: p.cost for name, p in plan.plans.items()}
    assert len(set(costs.values())) == len(costs) == 3
    assert all(p.audit is not None and p.audit.passed for p in plan.plans.values())
