"""How far a study is: done, left, rate, what did not end well, and when it will be done."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

from .study import Result

Progress = Callable[[int, int, str], None]
_FIRST, _GROWTH, _LONGEST = 1.0, 1.5, 60.0


class Report:
    """Counts endings and tells `progress` (done, of how many, how it goes) at growing intervals, and at the end.

    of: runs of the study. done: those that were finished before.
    """

    def __init__(self, of: int, done: int, progress: Progress | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._of, self._before, self._progress, self._clock = of, done, progress, clock
        self._begun = self._told = clock()
        self._interval = _FIRST
        self._now = 0
        self._said = -1
        self._others: Counter[str] = Counter()

    def finished(self, result: Result) -> None:
        self._now += 1
        if not result.proved:
            self._others[result.status] += 1
        if self._clock() >= self._told + self._interval:
            self._interval = min(self._interval * _GROWTH, _LONGEST)
            self._tell()

    def end(self) -> None:
        """Tells how it ended, unless that has just been told."""
        if self._now > self._said:
            self._tell()

    def _tell(self) -> None:
        self._told, self._said = self._clock(), self._now
        if self._progress is not None:
            self._progress(self._before + self._now, self._of, self.words())

    def words(self) -> str:
        """'160 left, 3.2 a second, done about 14:32:10; 2 infeasible, 1 failed'."""
        left, seconds = self._of - self._before - self._now, self._clock() - self._begun
        said = [f"{left} left"]
        if self._now and seconds > 0:
            rate = self._now / seconds
            said.append(f"{rate:.1f} a second" if rate >= 1 else f"{1 / rate:.1f} s each")
            if left > 0:
                said.append(f"done about {datetime.now() + timedelta(seconds=left / rate):%H:%M:%S}")
        others = ", ".join(f"{n} {status}" for status, n in sorted(self._others.items()))
        return ", ".join(said) + (f"; {others}" if others else "")
