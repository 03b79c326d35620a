"""In this process, one run after the other."""

from __future__ import annotations

from ..work import CHUNK, Work
from . import MakeBench


class Here:
    """Needs nothing and starts at once. A run that kills its process ends the study with it; what is kept stays."""

    def solve(self, make: MakeBench, work: Work) -> None:
        bench = make()
        while chunk := work.take(CHUNK):
            for run in chunk:
                if work.finished(bench.result(run), "this process"):
                    raise KeyboardInterrupt
