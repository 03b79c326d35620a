"""Why, as tables: a row an option, and the accounts behind it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from ..choices.options_report import CLASSES, share_of
from .words import sentences

if TYPE_CHECKING:
    from ..choices.options import Ledger
    from .evidence import Evidence

COLUMNS = {
    "option": "", "kind": "", "country": "", "taken": "", "verdict": "", "low": "money", "high": "money",
    "share": "fraction", "why": "", "place": "", "table": "", "name": "", "cell": "",
}  # fmt: skip
ACCOUNT_COLUMNS = {
    "option": "", "kind": "", "forced": "", "item": "", "cause_table": "", "cause": "", "change": "money",
}  # fmt: skip


def ordered(found: Sequence[Evidence]) -> list[Evidence]:
    """By class as in `options`, dearest first."""
    order = list(CLASSES)
    return sorted(found, key=lambda e: (order.index(e.entry.verdict), -(e.entry.low or 0.0)))


def why_table(ledger: Ledger, found: Sequence[Evidence]) -> pd.DataFrame:
    """A row an option; low, high: what the contrary costs, discounted; blank where there is no such plan, or it is not
    known. why: the two sentences. table, name, cell: where it stands in the case; blank for a country."""
    rows = []
    for evidence in ordered(found):
        e, place = evidence.entry, evidence.place
        rows.append(
            (
                evidence.name,
                evidence.kind,
                e.option.country,
                evidence.taken,
                e.verdict,
                None if e.impossible else e.low,
                None if e.impossible else e.high,
                share_of(ledger, e),
                " ".join(sentences(ledger, evidence)),
                str(place) if place else None,
                place.table if place else None,
                place.name if place else None,
                place.cell if place else None,
            )
        )
    return pd.DataFrame(rows, columns=list(COLUMNS))


def account_table(found: Sequence[Evidence]) -> pd.DataFrame:
    """How the cost of each forced plan found differs from the optimum's, by item and cause; discounted."""
    rows = [
        (evidence.name, evidence.kind, "banned" if evidence.taken else "insisted on", d.item, table, name, change)
        for evidence in ordered(found)
        for d in evidence.differences or ()
        for table, name, change in d.causes
    ]
    return pd.DataFrame(rows, columns=list(ACCOUNT_COLUMNS))
