"""Headline figures, and the decision in plain words."""

from __future__ import annotations

from typing import Any

from ... import summary
from ...plan import Plan


def headline(plan: Plan) -> dict[str, Any]:
    """figures: name, label, text as shown, value as the plan has it, note, bad; words: title and sentences."""
    return {
        "figures": [*_cost(plan), *_dependence(plan), *_free(plan), *_unmet(plan), *_audit(plan)],
        "words": [
            ("The decision", [*summary.decisions(plan), *summary.partners(plan)]),
            ("Where it comes from, and what it depends on", [
                *summary.sources(plan), *summary.dependence(plan), *summary.freedom(plan)
            ]),
            ("Demand, limits, proof", [
                *summary.unmet(plan), *summary.binding(plan), *summary.scenarios(plan), summary.verdict(plan.audit)
            ]),
            (summary.HELP_MOST, summary.priced(plan)),
        ],
    }  # fmt: skip


def _figure(name: str, label: str, text: str, value: float | None, note: str = "", bad: bool = False) -> dict[str, Any]:
    return {"name": name, "label": label, "text": text, "value": value, "note": note, "bad": bad}


def _cost(plan: Plan) -> list[dict[str, Any]]:
    assert plan.cost is not None
    base = plan.case.settings.get("base_year")
    note = f"discounted to {base}"
    if plan.options.get("objective measure", "cost") == "cost" and not plan.options.get("china price"):
        note += "" if plan.bound is None else f"; no plan costs less than {summary.money(plan, plan.bound)}"
    return [_figure("cost", "Cost over the horizon", summary.money(plan, plan.cost), plan.cost, note)]


def _dependence(plan: Plan) -> list[dict[str, Any]]:
    index, country = plan.index, plan.case.settings.get("exposed_country")
    return [
        _figure(f"index {which}", f"Dependence on {country}, {t}", f"{index[t]:.1%}", index[t], "index over all stages")
        for which, t in _ends(index)
    ]


def _free(plan: Plan) -> list[dict[str, Any]]:
    free, country = plan.free_share, plan.case.settings.get("exposed_country")
    return [
        _figure(
            f"free {which}", f"Free of {country}, {t}", f"{free[t]:.0%}", free[t], "of delivery, from mine to magnet"
        )
        for which, t in _ends(free)
    ]


def _ends(by_period: dict[int, float]) -> list[tuple[str, int]]:
    if len(by_period) < 2:
        return [("last", t) for t in by_period]
    return [("first", min(by_period)), ("last", max(by_period))]


def _unmet(plan: Plan) -> list[dict[str, Any]]:
    length = {r.period: r.years for r in plan.case.rows("periods")}
    demand = plan.tables["demand"]
    years = demand["period"].map(length)
    short, required = float((demand["short"] * years).sum()), float((demand["required"] * years).sum())
    note = f"{short / required:.1%} of what is needed, over the horizon" if required else ""
    return [_figure("unmet", "Demand not met", summary.tonnes(plan, short), short, note, bad=short > 1e-6)]


def _audit(plan: Plan) -> list[dict[str, Any]]:
    if plan.audit is None:
        return [_figure("audit", "Audit", "not audited", None, bad=True)]
    compared = sum(c.compared for c in plan.audit.checks)
    failed = len(plan.audit.failures)
    if plan.audit.passed:
        return [_figure("audit", "Audit", "passed", 0, f"{compared:,} comparisons recomputed independently")]
    return [_figure("audit", "Audit", "FAILED", failed, f"{failed} disagreements: do not use this plan", bad=True)]
