"""Which runs a sensitivity study needs, and which run answers what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ..ranges.ranges import Range
from ..runs.bench import AS_IT_STANDS, RELAXED
from ..runs.study import Result, Run
from .bars import Bar, End, moves

# What a run of the study is for: column 'solve' of the table `runs`.
HELD, BOUNDED, FREE = "decisions held", "relaxed", "free"
PLANS = {HELD: AS_IT_STANDS, BOUNDED: RELAXED, FREE: ""}
# Positions of a spider besides the ends and the case as it stands.
BETWEEN = (-0.5, 0.5)


@dataclass(frozen=True)
class Ask:
    """One solve that is wanted: a range at a position, and how it is solved."""

    range: Range
    position: float
    solve: str


Answers = Mapping[tuple[str, float, str], Result | None]


def screening(ranges: Iterable[Range]) -> list[Ask]:
    """Both ends of every range, with the decisions held and as a relaxation."""
    return [Ask(r, p, how) for r in ranges for p in (-1.0, 1.0) if moves(r, p) for how in (HELD, BOUNDED)]


def in_full(ranges: Iterable[Range]) -> list[Ask]:
    """Both ends, decisions free."""
    return [Ask(r, p, FREE) for r in ranges for p in (-1.0, 1.0) if moves(r, p)]


def between(ranges: Iterable[Range]) -> list[Ask]:
    """The positions of a spider that are not known yet; one for each value of a range in whole numbers."""
    return [Ask(r, p, FREE) for r in ranges for p in BETWEEN if moves(r, p) and r.value(p) != r.value(2 * p)]


def runs_of(asks: Sequence[Ask], first: int = 0) -> tuple[Run, ...]:
    """The runs of a study, numbered from `first` on. A run of a range follows its neighbour."""
    return tuple(
        Run(
            first + i,
            tuple(a.range.changes(a.position)),
            {"range": a.range.name, "value": a.range.shown(a.position), "position": a.position, "solve": a.solve},
            PLANS[a.solve],
        )
        for i, a in enumerate(asks)
    )


def answers_of(asks: Sequence[Ask], results: Sequence[Result | None]) -> dict[tuple[str, float, str], Result | None]:
    return {(a.range.name, a.position, a.solve): r for a, r in zip(asks, results, strict=True)}


def end(name: str, position: float, answers: Answers) -> End:
    """What the answers say about a range at a position."""
    held, relaxed, free = (answers.get((name, position, how)) for how in (HELD, BOUNDED, FREE))
    return End(position, held, relaxed, free)


def bars_of(ranges: Iterable[Range], base: Result, answers: Answers) -> list[Bar]:
    """A bar for each range that moves at all."""
    here = End(0.0, held=base, free=base)
    return [
        Bar(r, end(r.name, -1.0, answers), here, end(r.name, 1.0, answers))
        for r in ranges
        if moves(r, -1.0) or moves(r, 1.0)
    ]
