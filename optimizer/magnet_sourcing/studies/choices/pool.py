"""Many solves, one after the other or in several processes; answers come back in the order of the tasks.

Nothing here or below imports Pyomo, so that a worker process starts quickly: what is shipped are arrays.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import numpy as np

from ...matrix import Matrix
from ...session import Options, Outcome, Session, Status
from ..processes import Processes

T = TypeVar("T")
A = TypeVar("A")


@dataclass(frozen=True)
class Task:
    """A programme to solve, as `Matrix.bare` gives it; `start` is a plan to begin from, or None."""

    matrix: Matrix
    options: Options
    start: np.ndarray | None = None


def solved(task: Task) -> Outcome:
    return Session(task.matrix, task.options, None, task.start).solve()


def was_interrupted(outcome: Outcome | None) -> bool:
    return outcome is not None and outcome.status is Status.INTERRUPTED


def in_order(
    function: Callable[[T], A],
    tasks: Sequence[T],
    workers: int = 1,
    finished: Callable[[int], None] | None = None,
    stop: Callable[[A], bool] = lambda _: False,
) -> list[A | None]:
    """The function's answer to each task; None for tasks left undone after Ctrl-C or once `stop` says so of an answer.

    workers: processes; the function and the tasks must then be picklable, and a script that calls this needs the usual
    `if __name__ == "__main__"`. finished: called with the number of each task that is done, as they end. Should a
    worker die, another does what it had not finished; what no worker survives is done here. What the function raises is
    raised.
    """
    answers: list[A | None] = [None] * len(tasks)
    left = list(range(len(tasks)))

    def take(i: int, answer: A) -> bool:
        answers[i] = answer
        if finished is not None:
            finished(i)
        return stop(answer)

    try:
        if workers > 1 and len(tasks) > 1:
            left = _spread(function, tasks, min(workers, len(tasks)), take)
        for i in left:
            if take(i, function(tasks[i])):
                break
    except KeyboardInterrupt:
        pass  # what is finished is kept
    return answers


def _spread(function: Callable[[T], A], tasks: Sequence[T], workers: int, take: Callable[[int, A], bool]) -> list[int]:
    """Runs the tasks in processes; returns the tasks that no process survived, none of them once `take` said stop."""
    numbered = iter([[(i, task)] for i, task in enumerate(tasks)])
    lost: list[int] = []
    stopped = False

    def finished(task: tuple[int, T], answer: A, _: str) -> bool:
        nonlocal stopped
        stopped = take(task[0], answer)
        return stopped

    Processes(
        partial(_second, function),
        workers,
        lambda: next(numbered, None),
        finished,
        lambda task, _: lost.append(task[0]),
    ).run()
    return [] if stopped else sorted(lost)


def _second(function: Callable[[T], A]) -> Callable[[tuple[int, T]], A]:
    """The function, of a task with its number."""
    return lambda task: function(task[1])
