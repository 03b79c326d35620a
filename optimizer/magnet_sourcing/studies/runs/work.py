"""What is left of a study while an engine works on it: chunks of neighbours to hand out, endings to take in."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from .kept import Kept
from .reporting import Report
from .study import Result, Run, Study

# Neighbours go to one process, whose bench builds once and then changes what is built. More than this many would make
# the last process end long after the others.
CHUNK = 8
# Chunks for each process, so that all end about together.
_CHUNKS_EACH = 4

INTERRUPTED = "interrupted"


class Work:
    """The runs an engine has to solve.

    left: their numbers. results: endings by run, those of earlier tries included. kept: where they are kept, if they
    are. Results are those of any engine in any order: a run depends on nothing but the study and its own row.
    """

    def __init__(
        self, study: Study, left: Sequence[int], results: dict[int, Result], kept: Kept | None, report: Report
    ) -> None:
        self.study, self.results = study, results
        self._kept, self._report = kept, report
        self._left = dict.fromkeys(left)
        # Runs that are tried again have an ending already; it does not mean that another process is done with them.
        self._tried = {i: kept.attempts(i) for i in left} if kept is not None else {}
        self._queue = deque(left)

    def __len__(self) -> int:
        """Runs not finished."""
        return len(self._left)

    def chunk_size(self, workers: int) -> int:
        return max(1, min(CHUNK, len(self._left) // (_CHUNKS_EACH * workers)))

    def take(self, size: int) -> list[Run]:
        """The next runs that nobody has finished; none when all are handed out."""
        chunk: list[Run] = []
        if self._queue:
            self._look_at_others()
        while self._queue and len(chunk) < size:
            number = self._queue.popleft()
            if number in self._left:
                chunk.append(self.study.runs[number])
        return chunk

    def _look_at_others(self) -> None:
        """What other processes have finished in the same folder meanwhile is done."""
        if self._kept is None or not self._kept.refresh():
            return
        found = self._kept.results
        for number in [i for i in self._left if i in found and self._kept.attempts(i) > self._tried[i]]:
            self._done(found[number])

    def finished(self, result: Result, worker: str) -> bool:
        """Takes in an ending; whether the engine is to stop, because Ctrl-C ended the run."""
        if result.status == INTERRUPTED:
            return True  # no ending of the run, which is left for later
        if result.number in self._left:  # otherwise another process was first
            if self._kept is not None:
                self._kept.add(result, worker)
            self._done(result)
        return False

    def _done(self, result: Result) -> None:
        del self._left[result.number]
        self.results[result.number] = result
        self._report.finished(result)
