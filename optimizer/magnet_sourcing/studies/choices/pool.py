"""Many solves, one after the other or in several processes; answers come back in the order of the tasks.

Nothing here or below imports Pyomo, so that a worker process starts quickly: what is shipped are arrays.
"""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from ...matrix import Matrix
from ...session import Options, Outcome, Session, Status

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
    worker die, what it and its fellows had not finished is done here instead. What the function raises is raised.
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
    """Runs the tasks in processes; returns the tasks that died with a worker."""
    others = set(multiprocessing.active_children())
    # A forked process would inherit the solver's threads and hang.
    pool = ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), initializer=_leave_ctrl_c_to_parent)
    lost: list[int] = []
    stopped = True
    try:
        numbers = {pool.submit(function, task): i for i, task in enumerate(tasks)}
        for future in as_completed(numbers):
            try:
                answer = future.result()
            except BrokenProcessPool:
                lost.append(numbers[future])
                continue
            if take(numbers[future], answer):
                return []
        stopped = False
        return sorted(lost)
    finally:
        started = set(multiprocessing.active_children()) - others
        pool.shutdown(wait=not stopped, cancel_futures=True)
        if stopped:
            for process in started:
                process.terminate()


def _leave_ctrl_c_to_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
