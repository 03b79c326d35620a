"""Engines: ways to get the runs of a study solved, each in a module of its own behind one small interface."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from ..study import Result, Run

if TYPE_CHECKING:
    from ..work import Work

# Made once in each process, and kept for its life; picklable, so that it can be sent there.
MakeBench = Callable[[], "Solves"]


class Solves(Protocol):
    """What solves runs one after the other: a `Bench`."""

    def result(self, run: Run) -> Result: ...


class Engine(Protocol):
    """Takes runs from the work until none is left, and hands their endings back to it."""

    def solve(self, make: MakeBench, work: Work) -> None:
        """Every run of the work that can be finished is finished. Ctrl-C is raised as KeyboardInterrupt, after what
        the engine started has ended."""


def limit_of(time_limit: float | None) -> float | None:
    """Seconds after which a run that was to end by itself is ended from outside; None where it has no limit.

    HiGHS looks at its clock only between steps and overruns it, and building the model is not counted in it.
    """
    return None if time_limit is None else 1.5 * time_limit + 60.0


OVERRAN = "ended from outside: the solver ran far over its time limit"
DIED = "its process died"
