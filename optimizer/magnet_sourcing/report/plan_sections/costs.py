"""What the plan costs: by item and year, and by item over the horizon."""

from __future__ import annotations

from typing import Any

from ... import summary
from ...plan import Plan


def costs(plan: Plan) -> dict[str, Any]:
    """periods, items (largest first), yearly[item][period] in money/y undiscounted, totals[item] discounted."""
    frame = plan.tables["costs"]
    if frame.empty:
        return {}
    totals = summary.cost_by_item(plan)
    items = [str(item) for item in totals["item"]]
    periods = [int(t) for t in plan.case.periods]
    yearly = frame.groupby(["item", "period"])["amount"].sum()
    return {
        "periods": periods,
        "items": items,
        "yearly": [[float(yearly.get((item, t), 0.0)) for t in periods] for item in items],
        "totals": [float(x) for x in totals["discounted"]],
    }
