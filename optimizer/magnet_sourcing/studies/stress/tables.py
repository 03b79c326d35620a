"""The tables of a stress test, from its results."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from .testing import Stress

RESULTS = {
    "plan": "", "disruption": "", "changes": "", "shows": "year", "status": "", "further_unmet": "t", "unmet": "t",
    "reserved_unmet": "t", "worst_year": "year", "worst_unmet": "t/y", "extra_cost": "money", "penalties": "money",
    "cost": "money", "months_of_stock": "months", "recovery": "years", "reserve": "t", "holding": "money/y",
    "regret_low": "money", "regret_high": "money", "gap": "fraction", "detail": "",
}  # fmt: skip
SEGMENTS = {
    "plan": "", "disruption": "", "segment": "", "reserved": "", "unmet": "t", "further_unmet": "t", "worst_year": "year",
    "worst_unmet": "t/y",
}  # fmt: skip
RESERVES = {
    "plan": "", "disruption": "", "material": "", "location": "", "reserve": "t", "shows": "year", "holding": "money/y",
}  # fmt: skip
CUTOFFS = {"from": "year", "to": "year", "unmet": "t", "further_unmet": "t", "reserved_unmet": "t", "extra_cost": "money"}


def results(stress: Stress) -> pd.DataFrame:
    """One row a plan and disruption."""
    rows = []
    for h in stress.hits:
        low, high = h.regret or (None, None)
        priced = [x for x in h.holding.values() if x is not None]
        impossible = h.status == "impossible"
        rows.append(
            (
                h.plan, h.disruption, h.what, h.shows, h.status,
                None if impossible else h.further_total,
                None if impossible else h.unmet_total,
                None if impossible else h.reserved_unmet,
                h.worst_year[0] if h.worst_year else None,
                h.worst_year[1] if h.worst_year else None,
                h.extra_cost, h.penalties, h.cost, h.months, h.recovery,
                None if h.reserve is None else sum(h.reserve.values()),
                sum(priced) if priced else None,
                low, high, h.gap, h.detail or h.reserve_why_not,
            )
        )  # fmt: skip
    return pd.DataFrame(rows, columns=list(RESULTS))


def segments(stress: Stress) -> pd.DataFrame:
    """Unmet demand by segment, where there is any: over the horizon, and in the worst year."""
    rows = []
    cases = {name: calm.case.resolved() for name, calm in stress.plans.items()}
    for h in stress.hits:
        years = {r.period: r.years for r in cases[h.plan]["periods"]}
        demands = {r.demand: r for r in cases[h.plan]["demands"]}
        named = dict.fromkeys(demands[d].segment or d for d, _ in h.unmet)
        for segment in named:
            own = {k: x for k, x in h.unmet.items() if (demands[k[0]].segment or k[0]) == segment}
            more = sum(x * years[t] for (d, t), x in h.further.items() if (d, t) in own)
            by_year: dict[int, float] = {}
            for (_, t), x in own.items():
                by_year[t] = by_year.get(t, 0.0) + x
            worst = max(by_year, key=lambda t: by_year[t])
            reserved = any(demands[d].reserved for d, _ in own)
            total = sum(x * years[t] for (_, t), x in own.items())
            rows.append((h.plan, h.disruption, segment, reserved, total, more, worst, by_year[worst]))
    return pd.DataFrame(rows, columns=list(SEGMENTS))


def reserves(stress: Stress) -> pd.DataFrame:
    """The reserve that would have covered each disruption, by material and place."""
    rows = [
        (h.plan, h.disruption, material, location, tonnes, h.shows, h.holding.get((material, location)))
        for h in stress.hits
        for (material, location), tonnes in (h.reserve or {}).items()
    ]
    return pd.DataFrame(rows, columns=list(RESERVES))
