"""Tables as plain JSON values: no not-a-number, no infinity, no numpy."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd

from ...studies.frontier.amounts import Amounts


def plain(value: Any) -> Any:
    """None for a blank and for what is not finite; numpy's numbers as Python's; text and truth values as they are."""
    if value is None or isinstance(value, (str, bool)):
        return value
    value = value.item() if hasattr(value, "item") else value
    if isinstance(value, (int, bool, str)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return None if pd.isna(value) else str(value)


def records(frame: pd.DataFrame, columns: Sequence[str] | None = None) -> list[list[Any]]:
    """The rows of a table, cell by cell."""
    chosen = frame if columns is None else frame[list(columns)]
    return [[plain(value) for value in row] for row in chosen.itertuples(index=False, name=None)]


def column(
    title: str, kind: str = "text", unit: str = "", digits: int | None = None, wide: bool = False
) -> dict[str, Any]:
    """A column as the page's tables take it. kind: 'text', 'number', 'whole', 'year', 'percent' or 'link'."""
    more = {"unit": unit or None, "digits": digits, "wide": wide or None}
    return {"title": title, "kind": kind} | {name: value for name, value in more.items() if value is not None}


def axis(amounts: Amounts) -> dict[str, Any]:
    """How the values of a measure are written. title: 'cost, million US$'. divisor: of a value, for what is shown."""
    unit = "%" if amounts.share else amounts.unit
    return {
        "title": ", ".join(x for x in (amounts.measure, unit) if x),
        "measure": amounts.measure,
        "unit": unit,
        "divisor": amounts.divisor,
        "share": amounts.share,
    }
