"""A plan for several futures in plain words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import summary
from .scenarios import summary_of

if TYPE_CHECKING:
    from .scenario_plan import ScenarioPlan


def sentences(plan: ScenarioPlan) -> list[str]:
    """The whole answer, most important first."""
    lines = [summary.headline(plan)]
    if summary.ending(plan):
        lines.append(summary.ending(plan))
    if plan.has_plan:
        lines += [*summary.decisions(plan.decided), *findings(plan), summary.verdict(plan.audit)]
    return lines


def findings(plan: ScenarioPlan) -> list[str]:
    """Expected cost, the tail, the worst case, what is not delivered where, and what information is worth."""
    costs = plan.costs
    worst = max(costs, key=lambda n: costs[n])
    alpha = plan.wish.goal.alpha if plan.wish.goal else 0.9
    lines = [
        f"Expected cost over {len(costs)} futures: {summary.money(plan, plan.cost or 0.0)}; mean of the worst "
        f"{1 - alpha:.0%}: {summary.money(plan, plan.tail(alpha))}; worst: {summary.money(plan, costs[worst])} ({worst})."
    ]
    table = plan.scenarios()
    short = table[table["short"] > 1e-6].sort_values("short", ascending=False)
    if len(short):
        said = ", ".join(f"{r.scenario} {summary.tonnes(plan, r.short)}" for r in short.itertuples())
        lines.append(f"Demand is not met over the horizon in: {said}.")
    else:
        lines.append("Demand is met in every future.")
    reserved = table[table["reserved_short"] > 1e-6]
    if len(reserved):
        lines.append(f"Reserved demand is not met in: {', '.join(reserved['scenario'])}.")
    return [*lines, *worth(plan)]


def worth(plan: ScenarioPlan) -> list[str]:
    """Value of perfect information and of planning for all futures, as intervals; nothing if not asked for."""
    value = plan.value
    if not value:
        return []

    def span(name: str) -> str:
        low, high = value[name]
        if high <= 1e-6 * abs(plan.cost or 0.0):
            return "nothing"
        if high - low <= 1e-6 * high:
            return summary.money(plan, high)
        return f"{summary.money(plan, low)} to {summary.money(plan, high)}"

    lines = [f"Perfect information would save {span('evpi')} in expectation (EVPI)."]
    if value.get("vss") is not None:
        lines.append(
            f"Planning for all futures instead of their mean saves {span('vss')} in expectation (value of the "
            "stochastic solution)."
        )
    else:
        lines.append(f"The plan for the mean of the futures fails in: {', '.join(value['mean_fails'])}.")
    if value.get("standing") is not None:
        lines.append(f"The plan for the tables as they stand costs {span('standing')} more in expectation.")
    else:
        lines.append(f"The plan for the tables as they stand fails in: {', '.join(value['standing_fails'])}.")
    return lines


def table(plan: ScenarioPlan) -> list[str]:
    """Scenarios down; probability, cost, mean index, tonnes short."""
    frame = plan.scenarios()
    unit, divisor = summary.money_unit(plan)
    width = max(len(n) for n in frame["scenario"]) + 2
    heads = f"{'':<{width}}{'prob.':>7}{'cost, ' + unit:>22}{'mean index':>12}{'short, t':>10}"
    lines = [heads]
    for r in frame.itertuples():
        index = f"{r.mean_index:>12.1%}" if r.mean_index == r.mean_index and r.mean_index is not None else f"{'-':>12}"
        lines.append(f"{r.scenario:<{width}}{r.probability:>7.2f}{r.cost / divisor:>22,.2f}{index}{r.short:>10,.0f}")
    return lines


def what_changes(plan: ScenarioPlan) -> list[str]:
    """What each scenario changes, in a line."""
    return [f"{name}: {summary_of(plan.case, name)}." for name in plan.plans]
