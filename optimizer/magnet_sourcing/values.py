"""One cell: from what stands in it to a typed value, or a sentence saying why not."""

from __future__ import annotations

import datetime as dt
import math
import re
from typing import Any

from .problems import did_you_mean
from .schema import Column

PLAIN_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
# Blanks of other widths, and characters that do not show.
_BLANKS = dict.fromkeys([0xA0, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000], " ") | dict.fromkeys(
    [0xAD, 0x200B, 0x2060, 0xFEFF]
)
# Beyond this a number is no amount of anything, and a solver takes it for infinite.
LARGEST = 1e15
_YES = {"yes": True, "y": True, "true": True, "1": True}
_NO = {"no": False, "n": False, "false": False, "0": False}


class BadValue(Exception):
    """The cell does not hold what its column asks for; the message says what was found and what is allowed."""


def tidy(raw: Any) -> Any:
    """Text without surrounding or invisible characters, every blank a plain one; empty text and NaN are a blank (None)."""
    kind = type(raw)
    if raw is None or kind is int or kind is bool or (kind is float and raw == raw):
        return raw
    if isinstance(raw, str):
        text = raw.strip()
        # Joiners (U+200C, U+200D) mean something within words of Indian scripts, and nothing around them.
        return (text if text.isascii() else text.translate(_BLANKS).strip(" \u200c\u200d")) or None
    if isinstance(raw, float) and math.isnan(raw):
        return None
    return raw.item() if hasattr(raw, "item") else raw


def convert(column: Column, raw: Any) -> Any:
    """The typed value of a cell that is not blank. References are checked elsewhere. Raises BadValue."""
    if column.kind in ("text", "ref"):
        return _text(column, raw)
    if column.kind == "choice":
        return _choice(column, raw)
    if column.kind == "yes/no":
        return _yes_no(column, raw)
    return _number(column, raw)


def _text(column: Column, raw: Any) -> str:
    if isinstance(raw, str):
        return raw
    if isinstance(raw, (dt.date, dt.time)):
        raise BadValue(f"{column.name} {raw}: is a date; a name is asked for (format the cell as text)")
    if isinstance(raw, bool):
        return "yes" if raw else "no"
    if isinstance(raw, float) and raw.is_integer():
        return str(int(raw))
    return str(raw)


def _choice(column: Column, raw: Any) -> str:
    text = str(raw)
    for choice in column.choices:
        if text.casefold() == choice.casefold():
            return choice
    raise BadValue(
        f"{column.name} '{text}' is not one of {', '.join(column.choices)}"
        + (did_you_mean(text, column.choices) if len(column.choices) > 1 else "")
    )


def _yes_no(column: Column, raw: Any) -> bool:
    if isinstance(raw, bool):
        return raw
    text = str(int(raw)) if isinstance(raw, float) and raw.is_integer() else str(raw)
    answer = {**_YES, **_NO}.get(text.casefold())
    if answer is None:
        raise BadValue(f"{column.name} '{raw}'; must be yes or no")
    return answer


def _number(column: Column, raw: Any) -> float | int:
    value = _as_float(column, raw)
    if column.kind in ("whole", "year"):
        if not value.is_integer():
            raise BadValue(f"{column.name} {value:g}; must be a whole number")
        _in_range(column, value)
        return int(value)
    _in_range(column, value)
    return value


def _as_float(column: Column, raw: Any) -> float:
    if isinstance(raw, bool):
        raise BadValue(f"{column.name} '{raw}' is a yes/no value; must be a number{_in_unit(column)}")
    if isinstance(raw, (dt.date, dt.time)):
        hint = f" (as a year: {raw.year})" if column.kind == "year" and isinstance(raw, dt.date) else ""
        raise BadValue(f"{column.name} {raw} is a date; must be a number{_in_unit(column)}{hint}")
    try:
        value = float(raw) if isinstance(raw, (int, float)) else _from_text(column, str(raw))
    except OverflowError:  # a whole number of more than three hundred digits
        value = math.inf
    if not math.isfinite(value):
        raise BadValue(
            f"{column.name} {raw} is not finite; must be a number{_in_unit(column)}, or blank where the column allows it"
        )
    if abs(value) > LARGEST:
        raise BadValue(f"{column.name} {value:g} is too large; must be from {-LARGEST:g} to {LARGEST:g}")
    return value


def _from_text(column: Column, text: str) -> float:
    if PLAIN_NUMBER.fullmatch(text):
        return float(text)
    if "%" in text:
        reason = "percent signs are not read; write 0.12 for 12 %"
    elif re.fullmatch(r"[+-]?\d{1,3}([,. '\u2019]\d{3})+([.,]\d+)?|[+-]?\d+,\d+", text):
        reason = "thousands separators and decimal commas are not read; write 1234.5"
    else:
        reason = f"must be a number{_in_unit(column)}"
    raise BadValue(f"{column.name} '{text}' is text; {reason}")


def _in_range(column: Column, value: float) -> None:
    low, high = column.low, column.high
    if column.kind == "year" and low is None:
        low, high = 1900, 2200
    if (low is not None and value < low) or (high is not None and value > high):
        if low is not None and high is not None:
            rule = f"from {low:g} to {high:g}"
        else:
            rule = f"{low:g} or more" if low is not None else f"{high:g} or less"
        raise BadValue(f"{column.name} {value:g}{_unit(column)}; must be {rule}")


def _in_unit(column: Column) -> str:
    if not column.unit:
        return ""
    return f", {column.unit}" if column.unit.startswith("as ") else f" in {column.unit}"


def _unit(column: Column) -> str:
    return f" {column.unit}" if column.unit else ""
