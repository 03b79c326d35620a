"""A bench whose runs misbehave as their label says, for tests of engines; importable by processes they start.

`python -m tests.studies.unruly FOLDER ENGINE WORKERS` executes the study of slow runs, to be killed from outside.
"""

from __future__ import annotations

import os
import signal
import sys
import time
import uuid
from pathlib import Path

from magnet_sourcing import Case
from magnet_sourcing.changes import Change
from magnet_sourcing.session import Options
from magnet_sourcing.studies.runs import executing
from magnet_sourcing.studies.runs.bench import Bench
from magnet_sourcing.studies.runs.executing import Where, execute
from magnet_sourcing.studies.runs.study import Result, Run, Study

TRIES = "UNRULY_TRIES"  # a folder in which every try of a run leaves a file


class Unruly(Bench):
    """Solves as a bench does, after doing what the label `do` says."""

    def result(self, run: Run) -> Result:
        do = run.label.get("do")
        before = tries().count(run.number)
        if TRIES in os.environ:
            (Path(os.environ[TRIES]) / f"{run.number}-{uuid.uuid4().hex}").touch()
        if do == "die" or (do == "die once" and not before):
            os.kill(os.getpid(), signal.SIGKILL)
        if do == "hang":
            time.sleep(600)
        if do in ("slow", "linger"):
            time.sleep(0.1 if do == "slow" else 2.0)
        return super().result(run)

    def _solved(self, run: Run) -> Result:
        if run.label.get("do") == "raise":
            raise RuntimeError("a deliberate mistake")
        return self.solution(run)

    def solution(self, run: Run) -> Result:
        return super()._solved(run)


class Pretending(Unruly):
    """Does not solve, so that a process starts sooner: the cost is the price."""

    def solution(self, run: Run) -> Result:
        price = run.changes[0].value
        return Result(run.number, "optimal", price, price / 3, 2 / 3, {"index": price / 7}, {("build", "a, b", 2030): price})


def tries() -> list[int]:
    """The number of each run that was tried, as often as it was."""
    folder = os.environ.get(TRIES)
    return sorted(int(p.name.split("-")[0]) for p in Path(folder).iterdir()) if folder else []


def study(runs: int = 12, **doing: int) -> Study:
    """Rising prices of Chinese magnets in the small case; doing: what the run of a number does (`hang=3`), or all."""
    does = {number: do.replace("_", " ") for do, number in doing.items()}
    made = []
    for i in range(runs):
        price = 30_000.0 + 5_000 * i
        change = Change("supplies", "supply = Chinese magnets", "price", "set", price)
        made.append(Run(i, (change,), {"price": price, "do": does.get(i, does.get(-1, ""))}))
    return Study("test", Case.small(), tuple(made), Options(gap=0.0, tie_break=False), measures=("cost", "index"))


if __name__ == "__main__":
    from tests.studies import unruly as itself  # the name under which other processes know the class

    executing.Bench, executing.QUICK = itself.Pretending, 0.0  # type: ignore[misc]
    execute(study(slow=-1), Where(sys.argv[2], int(sys.argv[3]), folder=Path(sys.argv[1])))
