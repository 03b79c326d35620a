"""In several processes of this machine, with one HiGHS thread each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from ... import processes
from ..study import Result, Run
from ..work import Work
from . import DIED, OVERRAN, MakeBench, limit_of


@dataclass(frozen=True)
class Pool:
    """A process that dies is replaced and its runs are done again; one that hangs far over the time limit is ended.

    limit: seconds a run may take before that, from the study's time limit unless given.
    """

    workers: int
    limit: float | None = None

    def solve(self, make: MakeBench, work: Work) -> None:
        workers = min(self.workers, len(work))
        size = work.chunk_size(workers)
        interrupted = False

        def finished(run: Run, result: Result, process: str) -> bool:
            nonlocal interrupted
            interrupted = work.finished(result, process)
            return interrupted

        def lost(run: Run, why: str) -> None:
            work.finished(given_up(run, why), "nobody")

        limit = self.limit or limit_of(work.study.options.time_limit)
        processes.Processes(partial(_solver, make), workers, lambda: work.take(size), finished, lost, limit).run()
        if interrupted:
            raise KeyboardInterrupt


def _solver(make: MakeBench) -> Callable[[Run], Result]:
    return make().result


def given_up(run: Run, why: str) -> Result:
    """The ending of a run that no process survived, or that did not end."""
    if why == processes.OVERRAN:
        return Result(run.number, "time limit", detail=OVERRAN)
    return Result(run.number, "failed", detail=f"{DIED} {processes.DEATHS} times")
