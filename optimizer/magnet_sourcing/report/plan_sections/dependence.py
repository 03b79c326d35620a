"""Dependence on the exposed country by stage and year, with the index and the free share of delivery."""

from __future__ import annotations

from typing import Any

from ... import summary
from ...plan import Plan


def dependence(plan: Plan) -> dict[str, Any]:
    """country, periods, lines (name, shares by period); the index and the free share come last."""
    frame = summary.dependence_by_year(plan)
    if frame.empty:
        return {}
    lines = [
        {"name": str(name), "kind": "index" if name == "index" else "stage", "shares": [float(x) for x in row]}
        for name, row in zip(frame.index, frame.to_numpy(), strict=True)
    ]
    name, free = summary.free_by_year(plan)
    if free:
        lines.append({"name": name, "kind": "free", "shares": free})
    country = plan.case.settings.get("exposed_country")
    return {"country": country, "periods": [int(t) for t in frame.columns], "lines": lines}
