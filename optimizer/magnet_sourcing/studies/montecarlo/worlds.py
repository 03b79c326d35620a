"""Which ranges move, and the worlds drawn from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ...case import Case
from ..ranges.conserving import cut
from ..ranges.ranges import Range, ranges_of
from ..ranges.sampling import positions, sample_runs
from ..runs.changesets import packed
from ..runs.study import Run

SCENARIO = "the scenario sets their numbers"


@dataclass(frozen=True)
class Drawing:
    """The ranges that move, and those that stand still, by reason."""

    ranges: list[Range]
    still: dict[str, list[str]] = field(default_factory=dict)


def drawing(case: Case, asked: Case, only: Sequence[str] | None) -> Drawing:
    """Which ranges to draw. asked: the case, or the case with a scenario made certain.

    A range of the evidence sets numbers, so it would undo what a scenario says of them; an assumption moves what the
    scenario left. Raises ValueError for unknown names, and if nothing is left to move.
    """
    ranges, still = ranges_of(case, only), {}
    if asked is not case:
        left = [_left(r, case, asked) for r in ranges]
        still[SCENARIO] = [r.name for r in left if _empty(r)]
        ranges = [r for r in left if not _empty(r)]
    still = {reason: names for reason, names in still.items() if names}
    if not ranges:
        raise ValueError(
            "no range can move: give low and high in the sheet evidence, or rows in the sheet assumptions"
            + "".join(f"; {', '.join(names[:5])}: {reason}" for reason, names in still.items())
        )
    return Drawing(ranges, still)


def worlds(case: Case, ranges: Sequence[Range], samples: int, design: str, seed: int) -> tuple[list[Run], Any, list[float]]:
    """The worlds as runs, their positions (worlds x ranges), and by how much outputs were cut in those that were cut."""
    drawn = packed(sample_runs(case, ranges, samples, design, seed))
    cuts = [share for run in drawn if (share := cut(run.changes))]
    return list(drawn), positions(ranges, samples, design, seed).to_numpy(), cuts


def _empty(r: Range) -> bool:
    return r.assumption is None and not r.members


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
