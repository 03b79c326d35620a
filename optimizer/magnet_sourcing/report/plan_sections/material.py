"""The tracked elements from mine to segment, by year: boxes and links as `chain` adds them up."""

from __future__ import annotations

from typing import Any

from ...audit.facts import Facts
from ...plan import Plan
from ..chain import Box, links

_TOLERANCE = 1e-6
_COMES = {"ground", "bought", "collected", "from stock", "from later"}


def material(plan: Plan) -> dict[str, Any]:
    """boxes: label, the same in short lines, column, kind. elements: element -> period -> links.

    A link is [source, target, custody, t element/y], source and target boxes by number. The element with most tonnes
    comes first.
    """
    facts = Facts(plan.case, plan.tables, _TOLERANCE)
    found = {r.element: {t: links(facts, t, r.element) for t in facts.periods} for r in facts.rows["elements"]}
    size = {e: sum(x.amount for rows in by.values() for x in rows) for e, by in found.items()}
    order = sorted((e for e in found if size[e] > 0), key=lambda e: -size[e])
    if not order:
        return {}
    boxes = sorted(
        {b for e in order for rows in found[e].values() for x in rows for b in (x.source, x.target)}, key=_key
    )
    number = {box: i for i, box in enumerate(boxes)}
    columns = _columns(boxes)
    return {
        "exposed": facts.settings.get("exposed_country"),
        "periods": facts.periods,
        "boxes": [{"label": label(b), "lines": lines(b), "column": columns[b], "kind": b.kind} for b in boxes],
        "elements": {
            e: {
                str(t): [[number[x.source], number[x.target], x.custody, x.amount] for x in rows]
                for t, rows in found[e].items()
            }
            for e in order
        },
    }


def _key(box: Box) -> tuple[int, str, str, str]:
    return box.order, box.kind, box.name, box.country


def label(box: Box) -> str:
    if box.kind == "bought":
        return f"bought, {box.name}: {box.country}"
    return f"{box.name}, {box.country}" if box.country else box.name


def lines(box: Box) -> list[str]:
    """The label in short lines, for the narrow columns of the picture."""
    name = {"bought": f"bought {box.name}", "toller": "kept or held\nby tollers"}.get(box.kind, box.name)
    return [name, box.country] if box.country else [name]


def _columns(boxes: list[Box]) -> dict[Box, int]:
    """Where a box stands from left to right: what comes in first, stages in their order, ends last."""
    orders = sorted({b.order for b in boxes if b.kind in ("work", "toll", "bought")})
    column = {order: i + 1 for i, order in enumerate(orders)}
    return {
        b: 0 if b.kind in _COMES - {"bought"} else column.get(b.order, len(orders) + 1) if b.order else 0 for b in boxes
    }
