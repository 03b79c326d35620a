"""Which ranges may move: all of the case, but for numbers that a scenario made certain has set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ...case import Case
from ..ranges.ranges import Range, ranges_of


def free_to_move(case: Case, asked: Case, only: Sequence[str] | None) -> tuple[list[Range], list[str]]:
    """The ranges to draw, and the names of those whose numbers a scenario has set.

    asked: the case, or the case with a scenario made certain. A range of the evidence sets numbers, so it would undo
    what the scenario says of them; an assumption moves what the scenario left. Raises ValueError if nothing can move.
    """
    ranges = ranges_of(case, only)
    if asked is not case:
        ranges = [_left(r, case, asked) for r in ranges]
    settled = [r.name for r in ranges if r.assumption is None and not r.members]
    free = [r for r in ranges if r.name not in settled]
    if not free:
        raise ValueError(
            "no range can move: give low and high in the sheet evidence, or rows in the sheet assumptions"
            + (f"; the scenario sets {', '.join(settled)}" if settled else "")
        )
    return free, settled


def _left(r: Range, case: Case, asked: Case) -> Range:
    """The range without the numbers that are not what they were."""
    if r.assumption is not None:
        return r
    return replace(r, members=tuple(m for m in r.members if _stands(m, case, asked)))


def _stands(member: Any, case: Case, asked: Case) -> bool:
    before, after = (
        next((row for row in c.rows(member.table) if row.key == member.row), None) for c in (case, asked)
    )
    if before is None or after is None:
        return False
    column, year = member.column, member.year
    columns = [column, "growth"] if member.table == "demands" and column == "quantity" else [column]
    return all(_value(before[c], year) == _value(after[c], year) for c in columns)


def _value(value: Any, year: int | None) -> Any:
    return value[year] if isinstance(value, dict) and year is not None else value
