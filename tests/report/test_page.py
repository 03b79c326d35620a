"""The page of a plan, opened in a browser."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from magnet_sourcing import Case, Plan, solve
from magnet_sourcing.report.writing import write_report

from .conftest import Opened

Open = Callable[[Path], Opened]


@pytest.fixture(scope="module")
def plan() -> Plan:
    return solve(Case.small())


@pytest.fixture(scope="module")
def shown(plan: Plan, opened: Open, tmp_path_factory: Any) -> Opened:
    return opened(write_report(tmp_path_factory.mktemp("report") / "small.html", plan))


def figure(shown: Opened, name: str) -> float:
    return float(shown.page.locator(f'[data-figure="{name}"]').get_attribute("data-value"))


def test_headline_figures_are_those_of_the_plan(plan: Plan, shown: Opened) -> None:
    demand = plan.tables["demand"]
    dependence = plan.tables["dependence"]
    index = dependence[dependence["stage"] == "index"].sort_values("period")["share"]
    assert figure(shown, "cost") == pytest.approx(plan.tables["costs"]["discounted"].sum(), rel=1e-9)
    assert figure(shown, "index first") == pytest.approx(index.iloc[0], rel=1e-9)
    assert figure(shown, "index last") == pytest.approx(index.iloc[-1], rel=1e-9)
    assert figure(shown, "unmet") == pytest.approx(float(demand["short"].sum()), abs=1e-9)
    assert shown.page.locator("p.status").text_content().startswith("OPTIMAL, objective US$ 180.36 million")


def test_nothing_went_wrong(shown: Opened) -> None:
    assert shown.trouble == []
