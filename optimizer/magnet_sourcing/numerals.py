"""Numbers of a case as a spreadsheet holds them: real numbers, shown with the digits they have."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from .parsing import number_beside
from .schema import Column, Table, split_header
from .values import PLAIN_NUMBER, tidy

# A column in which a number has more decimals is left to the spreadsheet, which shows each with those it has.
_MOST_DECIMALS = 2


def column_of(table: Table, header: str) -> Column | None:
    """The column a header speaks of: itself, a year of it ('price 2027'), or its range ('price 2027 low')."""
    column = table.by_name.get(header) or table.by_name.get(split_header(header)[0])
    if column is None and (beside := number_beside(table, header)) and beside[1] in ("low", "high"):
        column = table.by_name.get(beside[0]) or table.by_name.get(split_header(beside[0])[0])
    return column


def typed(column: Column | None, value: Any) -> Any:
    """The number that text in a column of numbers stands for; anything else as it is, a blank as None.

    The identity of the case stays: `Case.hash` takes '5000' and 5000 for the same.
    """
    value = tidy(value)
    if column is None or not column.numeric or not isinstance(value, str) or not PLAIN_NUMBER.fullmatch(value):
        return value
    number = float(value)
    if not math.isfinite(number):
        return value
    return int(number) if number.is_integer() and abs(number) < 1e15 else number


def shown(column: Column | None, values: Iterable[Any]) -> str:
    """The number format of a column: years plain, others with the decimals that the longest of them has, if few."""
    if column is None or not column.numeric:
        return "General"
    if column.kind == "year":
        return "0"
    numbers = [v for v in values if isinstance(v, (int, float)) and not isinstance(v, bool)]
    needed = max((_decimals(v) for v in numbers), default=0)
    if not numbers or needed > _MOST_DECIMALS:
        return "General"
    return "#,##0" + ("." + "0" * needed if needed else "")


def _decimals(number: float) -> int:
    """Decimals needed to show a number in full; more than _MOST_DECIMALS if that takes more."""
    if isinstance(number, int):
        return 0
    return next((d for d in range(_MOST_DECIMALS + 1) if round(number, d) == number), _MOST_DECIMALS + 1)
