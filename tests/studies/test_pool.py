"""The pool: answers in order, a dead worker survived, what is finished kept."""

from __future__ import annotations

import multiprocessing
import os

import pytest
from magnet_sourcing.studies.choices.pool import in_order


def double(x: int) -> int:
    return 2 * x


def die_in_a_worker(x: int) -> int:
    if x == 1 and multiprocessing.parent_process() is not None:
        os._exit(1)
    return 2 * x


def fail(x: int) -> int:
    raise RuntimeError(f"task {x}")


@pytest.mark.parametrize("workers", [1, 2])
def test_answers_come_in_the_order_of_the_tasks(workers: int) -> None:
    told: list[int] = []
    assert in_order(double, [3, 1, 2], workers, told.append) == [6, 2, 4]
    assert sorted(told) == [0, 1, 2]


def test_what_a_dead_worker_left_is_done_here() -> None:
    assert in_order(die_in_a_worker, [0, 1, 2], 2) == [0, 2, 4]


@pytest.mark.parametrize("workers", [1, 2])
def test_an_error_is_raised(workers: int) -> None:
    with pytest.raises(RuntimeError, match="task"):
        in_order(fail, [0, 1], workers)


def test_stop_leaves_the_rest_undone() -> None:
    assert in_order(double, [1, 2, 3], stop=lambda answer: answer == 4) == [2, 4, None]


def test_ctrl_c_keeps_what_is_finished() -> None:
    def interrupted(x: int) -> int:
        if x == 2:
            raise KeyboardInterrupt
        return x

    assert in_order(interrupted, [1, 2, 3]) == [1, None, None]
