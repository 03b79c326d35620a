"""Demand met and not met, by segment and year."""

from __future__ import annotations

from typing import Any

from ... import summary
from ...plan import Plan


def demand(plan: Plan) -> dict[str, Any]:
    """periods, segments (largest first), and required, delivered, short [segment][period], t/y."""
    frame = summary.demand_by_segment(plan)
    if frame.empty:
        return {}
    size = frame.groupby("segment")["required"].sum().sort_values(ascending=False, kind="stable")
    segments, periods = [str(s) for s in size.index], [int(t) for t in plan.case.periods]
    by = frame.set_index(["segment", "period"])
    return {
        "periods": periods,
        "segments": segments,
        **{
            column: [[float(by[column].get((s, t), 0.0)) for t in periods] for s in segments]
            for column in ("required", "delivered", "short")
        },
    }
