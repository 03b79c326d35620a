"""Time and stopping: how long one solve may take, and whether the run has been asked to end."""

from __future__ import annotations

import time
from collections.abc import Callable

from ..session import Options, Outcome, Status
from .request import Hedging

# What a scenario's solve may leave open, as a share of what is open between plan and bound: it is missing from the bound.
_SHARE = 0.3


class Clock:
    """Started when made. alive: called after every solve. asked: whether somebody outside wants the run to end."""

    def __init__(
        self, hedging: Hedging, alive: Callable[[], None] = lambda: None, asked: Callable[[], bool] = lambda: False
    ) -> None:
        self._hedging, self._alive, self._asked = hedging, alive, asked
        self._begun = time.perf_counter()
        self._interrupted = False
        self._alone = hedging.coarse

    @property
    def seconds(self) -> float:
        return time.perf_counter() - self._begun

    @property
    def timed_out(self) -> bool:
        limit = self._hedging.time_limit
        return limit is not None and self.seconds >= limit

    @property
    def interrupted(self) -> bool:
        return self._interrupted or self._asked()

    @property
    def over(self) -> bool:
        return self.timed_out or self.interrupted

    def narrow(self, reached: float | None) -> None:
        """From here on scenarios are solved as closely as the gap reached between plan and bound is worth."""
        h = self._hedging
        if reached is not None:
            self._alone = max(h.alone, min(self._alone, _SHARE * reached))

    def options(self, close: bool = False) -> Options:
        """Of one scenario's solve, which is given what time is left. close: to the gap that is aimed at in the end."""
        h = self._hedging
        limit = h.patience / 2
        if h.time_limit is not None:
            limit = min(limit, max(0.1, h.time_limit - self.seconds))
        return Options(h.alone if close else self._alone, limit, h.threads, h.seed, tie_break=False)

    def saw(self, outcome: Outcome) -> None:
        """A solve has ended."""
        self._alive()
        if outcome.status is Status.INTERRUPTED:
            self.interrupt()

    def interrupt(self) -> None:
        self._interrupted = True
