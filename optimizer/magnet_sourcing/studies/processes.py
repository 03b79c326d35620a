"""Tasks spread over processes, such that losing a process loses no task.

A process that dies is replaced, and its tasks are handed out again; a task that kills its process three times, or does
not end by far, is given up and the others go on. Nothing here imports the solver: what a process loads is up to `make`.

The standard library's pool is not enough: one dead process breaks it for good, it does not tell which task was running
when the process died, and it cannot end a single process that hangs.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import sys
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, Generic, TypeVar

T = TypeVar("T")
A = TypeVar("A")

DIED, OVERRAN = "died", "overran"
# A task whose process died this often is what kills it.
DEATHS = 3
# Processes that end before they begin, one after the other, until the pool gives up.
_FALSE_STARTS = 3


class NoProcess(ValueError):
    """No process could be started; the message says what to do."""


@dataclass
class _Worker:
    """A process, and the numbered tasks it has been given; the first is the one it is at once `begun` is set."""

    process: BaseProcess
    pipe: Connection
    tasks: deque[tuple[int, Any]] = field(default_factory=deque)
    begun: float | None = None
    ready: bool = False


class Processes(Generic[T, A]):
    """Processes that answer tasks.

    make: called once in each process, gives the function from task to answer; it and the tasks must be picklable.
    take: the next tasks for one process, None when there are none left. finished: told of each task, its answer and
    the process; True stops everything. lost: told of each task that is given up, and why: DIED or OVERRAN. limit:
    seconds a task may take before its process is ended.
    """

    def __init__(
        self,
        make: Callable[[], Callable[[T], A]],
        workers: int,
        take: Callable[[], Sequence[T] | None],
        finished: Callable[[T, A, str], bool],
        lost: Callable[[T, str], None],
        limit: float | None = None,
    ) -> None:
        self._make, self._wanted, self._take, self._limit = make, workers, take, limit
        self._finished, self._lost = finished, lost
        self._workers: list[_Worker] = []
        self._waiting: deque[deque[tuple[int, T]]] = deque()
        self._numbers = 0
        self._deaths: Counter[int] = Counter()
        self._false_starts = 0
        self._stopped = False

    def run(self) -> None:
        """Until every task is answered or given up, or `finished` stops it. What the function raises is raised."""
        try:
            for _ in range(self._wanted if self._more() else 0):
                self._start()
            while not self._stopped and (self._more() or any(w.tasks for w in self._workers)):
                self._replace_dead()
                self._hand_out()
                self._listen()
        finally:
            self._end()

    # ------------------------------------------------------------ tasks

    def _more(self) -> bool:
        """Whether tasks wait to be handed out."""
        if not self._waiting and (tasks := self._take()):
            self._waiting.append(self._numbered(tasks))
        return bool(self._waiting)

    def _numbered(self, tasks: Sequence[T]) -> deque[tuple[int, T]]:
        self._numbers += len(tasks)
        return deque(enumerate(tasks, self._numbers - len(tasks)))

    def _hand_out(self) -> None:
        for worker in self._workers:
            if worker.ready and not worker.tasks and self._more():
                worker.tasks = self._waiting.popleft()
                with suppress(OSError):  # it has just died; its end is heard next
                    worker.pipe.send([task for _, task in worker.tasks])

    # ------------------------------------------------------------ processes

    def _replace_dead(self) -> None:
        """A process for tasks that wait while none is free."""
        free = sum(not w.tasks for w in self._workers)
        while len(self._workers) < self._wanted and self._more() and free < len(self._waiting):
            if self._false_starts >= _FALSE_STARTS:
                if not self._workers:
                    raise NoProcess(
                        "the processes end before they begin. A script that spreads its runs needs "
                        '`if __name__ == "__main__":` around the call; or solve in this process (engine here)'
                    )
                return  # those that did start go on alone
            self._start()
            free += 1

    def _start(self) -> None:
        # A forked process would inherit the solver's threads and hang.
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=_serve, args=(self._make, theirs), daemon=True)
        try:
            with _deaf_to_ctrl_c():
                process.start()
        except OSError:  # it died while it was being told what to do
            self._false_starts += 1
            ours.close()
        else:
            self._workers.append(_Worker(process, ours))
        finally:
            theirs.close()

    def _listen(self) -> None:
        """Waits for the next messages or deaths, at most until a task has overrun its limit."""
        if not self._workers:
            return
        heard = wait([x for w in self._workers for x in (w.pipe, w.process.sentinel)], self._patience())
        for worker in list(self._workers):
            if worker.pipe in heard or worker.process.sentinel in heard:
                if not self._hear(worker):
                    self._bury(worker, DIED)
            elif self._limit is not None and worker.begun is not None and time.monotonic() > worker.begun + self._limit:
                worker.process.kill()
                self._bury(worker, OVERRAN)
            if self._stopped:
                return

    def _patience(self) -> float | None:
        begun = [w.begun for w in self._workers if w.begun is not None]
        if self._limit is None or not begun:
            return None
        return max(0.0, min(begun) + self._limit - time.monotonic()) + 0.01

    def _hear(self, worker: _Worker) -> bool:
        """Takes what a process says; whether it lives on."""
        while not self._stopped:
            try:
                if not worker.pipe.poll():
                    return worker.process.is_alive()
                kind, what = worker.pipe.recv()
            except (EOFError, OSError, pickle.UnpicklingError):  # cut off, perhaps in the middle of a message
                return False
            if kind == "ready":
                worker.ready, self._false_starts = True, 0
            elif kind == "begun":
                worker.begun = time.monotonic()
            elif kind == "raised":
                raise what
            else:
                _, task = worker.tasks.popleft()
                worker.begun = time.monotonic() if worker.tasks else None  # at the next already
                self._stopped = self._finished(task, what, f"process {worker.process.pid}")
        return True

    def _bury(self, worker: _Worker, why: str) -> None:
        """Gives the tasks of a process that is gone to others."""
        self._workers.remove(worker)
        worker.process.kill()
        worker.process.join()
        worker.pipe.close()
        self._false_starts += not worker.ready
        if worker.begun is not None and worker.tasks:
            number, task = worker.tasks.popleft()
            self._deaths[number] += 1
            if why == OVERRAN or self._deaths[number] >= DEATHS:
                self._lost(task, why)
            else:  # alone, so that it holds up no other
                self._waiting.append(deque([(number, task)]))
        if worker.tasks:
            self._waiting.appendleft(worker.tasks)

    def _end(self) -> None:
        for worker in self._workers:
            if worker.tasks or not worker.ready:
                worker.process.terminate()
            else:
                with suppress(OSError):
                    worker.pipe.send(None)
        for worker in self._workers:
            worker.process.join(2.0)
            worker.process.kill()
            worker.process.join()
            worker.pipe.close()
        self._workers.clear()


@contextmanager
def _deaf_to_ctrl_c() -> Iterator[None]:
    """A process started in here never hears Ctrl-C, which is for the process that asks and would end the loading of
    modules with a traceback on the terminal. This process hears it on leaving: the signal waits.

    On Windows, where signals cannot wait, a new process hears it until `_serve` begins.
    """
    if sys.platform == "win32":
        yield
        return
    resource_tracker.ensure_running()  # started by the first process, it would let the signal through
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


# ---------------------------------------------------------------- in the process


def _serve(make: Callable[[], Callable[[Any], Any]], pipe: Connection) -> None:
    """Answers tasks until told to end, or until the process that asks is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that asks
    threading.Thread(target=_end_with_parent, daemon=True).start()
    if sys.platform != "win32":
        # Pyomo makes a lock when imported. Of those made for spawned children Python keeps a book, in which the locks
        # of a process that was ended stand as leaks, and are complained of; this process has no children.
        multiprocessing.set_start_method("fork", force=True)
    with suppress(EOFError, BrokenPipeError, ConnectionResetError):
        function = make()
        pipe.send(("ready", None))
        while (tasks := pipe.recv()) is not None:
            pipe.send(("begun", None))
            for task in tasks:
                pipe.send(_answer(function, task))


def _answer(function: Callable[[Any], Any], task: Any) -> tuple[str, Any]:
    try:
        return "answer", function(task)
    except Exception as reason:
        try:
            pickle.loads(pickle.dumps(reason))
        except Exception:
            return "raised", RuntimeError(f"{type(reason).__name__}: {reason}")
        return "raised", reason


def _end_with_parent() -> None:
    """A process whose parent was killed would otherwise solve on for nobody."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
