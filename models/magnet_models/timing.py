"""When what is decided: which decision years exist, which are common to all futures, which wait for the future."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .horizon import FOREVER
from .inputs import Inputs


@dataclass(frozen=True)
class Timing:
    """Decision years that are of use in some future: expansion -> years, route -> years.

    `start`, `end`: a block holds the decisions of periods from `start` on and before `end`; earlier ones it takes over
    from the block that is common to all futures.
    """

    expansions: dict[str, list[int]]
    routes: dict[str, list[int]]
    start: float = -FOREVER
    end: float = FOREVER

    @classmethod
    def of(cls, futures: Sequence[Inputs]) -> Timing:
        """A year is offered if the decision bears fruit within the horizon of any of the futures."""
        first = futures[0]
        return cls(
            {x: sorted({t for d in futures for t in d.decision_years(d.expansion[x])}) for x in first.expansion},
            {r: sorted({t for d in futures for t in d.signing_years(d.route[r])}) for r in first.route},
        )

    def until(self, year: float) -> Timing:
        """Decisions before a year."""
        return Timing(self.expansions, self.routes, self.start, year)

    def since(self, year: float) -> Timing:
        """Decisions from a year on, all earlier ones being known."""
        return Timing(self.expansions, self.routes, year, self.end)

    @property
    def whole(self) -> bool:
        """Whether every decision is in the block, so that rows over all decision years can be stated in it."""
        return self.end == FOREVER

    def has(self, t: int) -> bool:
        """Whether decisions of the period exist here, new or known."""
        return t < self.end

    def is_new(self, t: int) -> bool:
        return self.start <= t < self.end
