"""A plan for several futures: decisions common to all, and what happens in each, as one `Plan` for each scenario."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from .audit import AuditReport, check_scenarios
from .scenarios import shows

if TYPE_CHECKING:
    from .case import Case
    from .plan import Plan
    from .problem import Wish
    from .session import Outcome


@dataclass
class ScenarioPlan:
    """What `solve` returns when several scenarios are planned for.

    plans: scenario -> the plan as it unfolds there, with its tables and audit. objective: what was made least (with
    CVaR the weighted sum, with aim 'worst' or 'regret' the greatest). cost: expected discounted cost. value: what is
    known of the worth of information, see `value.py`; empty until `value_of_scenarios` has been asked.
    """

    case: Case
    probability: Mapping[str, float]
    plans: dict[str, Plan]
    wish: Wish
    outcome: Outcome = field(repr=False)
    seconds: float
    options: dict[str, Any]
    value: dict[str, Any] = field(default_factory=dict)

    @property
    def status(self) -> str:
        return str(self.outcome.status)

    @property
    def objective(self) -> float | None:
        return self.outcome.objective

    @property
    def bound(self) -> float | None:
        return self.outcome.bound

    @property
    def gap(self) -> float | None:
        return self.outcome.gap

    @property
    def detail(self) -> str:
        return self.outcome.detail

    @property
    def has_plan(self) -> bool:
        return bool(self.plans)

    @property
    def costs(self) -> dict[str, float]:
        """Discounted cost by scenario."""
        return {name: plan.cost or 0.0 for name, plan in self.plans.items()}

    @property
    def cost(self) -> float | None:
        """Expected discounted cost."""
        return sum(self.probability[n] * c for n, c in self.costs.items()) if self.plans else None

    def tail(self, alpha: float = 0.9) -> float:
        """CVaR: mean discounted cost of the worst 1 - alpha of the futures."""
        return tail_mean(self.costs, self.probability, alpha)

    @property
    def decided(self) -> Plan:
        """A plan that shows the common decisions and no others; all else is that of the likeliest scenario."""
        likeliest = self.plans[max(self.plans, key=lambda name: self.probability[name])]
        common = {name: self._common(likeliest.tables[name]) for name in ("builds", "signings", "lane_openings")}
        own = {"retirements": likeliest.tables["retirements"].iloc[:0]}  # closing early adapts to the future
        return replace(likeliest, tables=likeliest.tables | common | own)

    def _common(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Decisions that do not wait for the future."""
        return frame if self.wish.adapt_from is None else frame[frame["period"] < self.wish.adapt_from]

    @property
    def index(self) -> dict[int, float]:
        """Expected dependence index by period."""
        by_scenario = {name: plan.index for name, plan in self.plans.items()}
        periods = next(iter(by_scenario.values()), {})
        return {t: sum(self.probability[n] * x.get(t, 0.0) for n, x in by_scenario.items()) for t in periods}

    @cached_property
    def audit(self) -> AuditReport | None:
        """All scenarios' audits in one, with what only they together show: common decisions, the objective."""
        if not self.plans:
            return None
        goal = self.wish.goal
        return check_scenarios(
            {name: plan.tables for name, plan in self.plans.items()},
            {name: plan.audit for name, plan in self.plans.items() if plan.audit is not None},
            self.probability,
            self.costs,
            objective=self.objective,
            aim=goal.aim if goal else "expected",
            beta=goal.beta if goal else 0.0,
            alpha=goal.alpha if goal else 0.9,
            best=goal.best if goal else {},
            china_price=self.wish.china_price,
            cases={name: plan.case for name, plan in self.plans.items()},
            adapt_from=self.wish.adapt_from,
            measure=goal.measure if goal else "cost",
            at_most=self.wish.at_most,
            shows=None if self.wish.foresight else shows(self.case, self.plans),
        )

    @cached_property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The plan tables of all scenarios with the scenario in the first column, `scenarios`, and `solver`."""
        from .solving import solver_table

        joined: dict[str, pd.DataFrame] = {"scenarios": self.scenarios()}
        for table in next(iter(self.plans.values())).tables if self.plans else ():
            if table != "solver":
                parts = [p.tables[table].assign(scenario=n) for n, p in self.plans.items()]
                frame = pd.concat([f for f in parts if len(f)] or parts[:1], ignore_index=True)
                joined[table] = frame[["scenario", *(c for c in frame.columns if c != "scenario")]]
        mark = {"decisions hash": decisions_mark(self.decided.tables)} if self.plans else {}
        joined["solver"] = solver_table(self.options | mark)
        return joined

    def scenarios(self) -> pd.DataFrame:
        """One row a scenario: probability, cost, dependence, what is not delivered; best and regret where known."""
        best = self.value.get("best", {})
        rows = []
        for name, plan in self.plans.items():
            need = plan.tables["demand"]
            years = {r.period: r.years for r in plan.case.rows("periods")}
            length = need["period"].map(years)
            reserved = {r.demand for r in plan.case.rows("demands") if r.reserved}
            of_reserved = need["demand"].isin(reserved)
            index = plan.index
            rows.append(
                (
                    name,
                    self.probability[name],
                    plan.cost,
                    sum(index[t] * years[t] for t in index) / sum(years[t] for t in index) if index else None,
                    float((need["required"] * length).sum()),
                    float((need["short"] * length).sum()),
                    float((need["short"] * length)[of_reserved].sum()),
                    best.get(name),
                    _over(plan.cost, best[name]) if name in best and plan.cost is not None else None,
                )
            )
        return pd.DataFrame(rows, columns=list(SCENARIO_COLUMNS))

    def write(self, path: str | Path) -> Path:
        """Writes a workbook that opens on the answer (or a folder of CSV tables); returns the path."""
        from .scenario_writing import write_scenario_plan

        return write_scenario_plan(self, Path(path))

    def _repr_html_(self) -> str:
        from .scenario_summary import sentences

        return "<br>".join(sentences(self))


def _over(cost: float, best: float) -> float:
    """Cost above the best known; what the solver's arithmetic cannot tell from nothing is nothing."""
    return cost - best if abs(cost - best) > 1e-9 * abs(best) else 0.0


SCENARIO_COLUMNS = {
    "scenario": "",
    "probability": "fraction",
    "cost": "money",
    "mean_index": "fraction",
    "required": "t",
    "short": "t",
    "reserved_short": "t",
    "best_if_known": "money",
    "regret": "money",
}


_DECIDED = {"signings": ("route", "period"), "builds": ("expansion", "period", "modules", "size"),
            "lane_openings": ("lane", "period")}  # fmt: skip


def decisions_mark(tables: Mapping[str, pd.DataFrame]) -> str:
    """The same decisions, the same mark, whatever the order of rows; numbers to the nine digits that matter."""
    rows = [
        (name, *(f"{x:.9g}" if isinstance(x, (int, float)) else str(x) for x in row))
        for name, columns in _DECIDED.items()
        for row in tables[name][list(columns)].astype(object).itertuples(index=False, name=None)
    ]
    return hashlib.sha256(json.dumps(sorted(rows)).encode()).hexdigest()


def tail_mean(costs: Mapping[str, float], probability: Mapping[str, float], alpha: float) -> float:
    """Mean of the worst 1 - alpha, counting part of a scenario where the tail ends inside it."""
    left, total = 1 - alpha, 0.0
    for name in sorted(costs, key=lambda n: -costs[n]):
        taken = min(left, probability[name])
        total += taken * costs[name]
        left -= taken
    return total / (1 - alpha)
