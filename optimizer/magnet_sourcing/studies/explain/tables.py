"""The tables of an explanation: fixes, clash and shortfalls, a row for each number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from ...reading import EXPLAINED
from .applying import application
from .findings import Number

if TYPE_CHECKING:
    from .explaining import Explanation
    from .words import Words

HELPS = {
    "fixes": f"{EXPLAINED['fixes']}: a row for each number to change; all rows of one fix are made together.",
    "clash": f"{EXPLAINED['clash']}: a row each; proved_needed: without it the others of its clash can.",
    "shortfalls": f"{EXPLAINED['shortfalls']} is less than what is asked, by arithmetic alone.",
}
_COLUMNS = {
    "fixes": [
        "fix", "family", "sheet", "row", "column", "year", "before", "after", "unit", "cell", "in_all", "in_all_unit",
        "bound", "plan_cost", "plan_status", "scenario", "how",
    ],
    "clash": ["clash", "sheet", "row", "column", "year", "sense", "value", "unit", "cell", "proved_needed", "whole_numbers"],
    "shortfalls": ["what", "year", "can_be_had", "asked", "missing", "unit", "cells"],
}  # fmt: skip


def tables_of(found: Explanation, book: str = "") -> dict[str, pd.DataFrame]:
    """See `Explanation.tables`. Units stand in the column `unit` of each row; plan_cost is discounted money.
    book: as in `application`."""
    words = found.asked.words()
    rows = {"fixes": _fixes(found, words, book), "clash": _clash(found, words), "shortfalls": _shortfalls(found, words)}
    return {name: pd.DataFrame(made, columns=_COLUMNS[name]) for name, made in rows.items()}


def _fixes(found: Explanation, words: Words, book: str) -> list[dict[str, Any]]:
    rows = []
    for number, fix in enumerate(found.fixes, 1):
        how = application(found, number, words, book)
        rows += [
            {
                "fix": number,
                "family": fix.family,
                **_number(step.number, words),
                "before": step.before,
                "after": step.after,
                "unit": step.unit,
                "in_all": fix.amount,
                "in_all_unit": fix.unit,
                "bound": fix.bound,
                "plan_cost": fix.cost,
                "plan_status": fix.status,
                "scenario": how.scenario,
                "how": how.text,
            }
            for step in fix.steps
        ]
    return rows


def _clash(found: Explanation, words: Words) -> list[dict[str, Any]]:
    return [
        {
            "clash": i,
            **_number(m.number, words),
            "sense": m.sense,
            "value": m.value,
            "unit": m.unit,
            "proved_needed": "yes" if clash.irreducible else "with whole numbers let go" if clash.linear else "no",
            "whole_numbers": clash.whole,
        }
        for i, clash in enumerate(found.clashes.found, 1)
        for m in clash.members
    ]


def _shortfalls(found: Explanation, words: Words) -> list[dict[str, Any]]:
    return [
        {
            "what": s.what,
            "year": s.period,
            "can_be_had": s.have,
            "asked": s.need,
            "missing": s.need - s.have,
            "unit": "t" if s.period is None else "t/y",
            "cells": _cells(s.numbers, words),
        }
        for s in found.shortfalls
    ]


def _number(number: Number, words: Words) -> dict[str, Any]:
    place = words.places.of(number)
    return {
        "sheet": place.sheet or "options",
        "row": number.name,
        "column": number.column,
        "year": number.period,
        "cell": place.cell + (f" (changed by scenario {place.scenarios})" if place.scenarios else ""),
    }


def _cells(numbers: Sequence[Number], words: Words) -> str:
    return "; ".join(dict.fromkeys(str(words.places.of(n)) for n in numbers))
