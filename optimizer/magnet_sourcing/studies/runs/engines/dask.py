"""On a Dask cluster: one that runs already, or processes of this machine.

The study is the argument of one task whose answer the scheduler keeps: a worker that needs it fetches it once, and if
all workers that had it are lost, it is made again from what the scheduler knows.
"""

from __future__ import annotations

import hashlib
import logging
import os
import pickle
import signal
import socket
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from ...processes import DEATHS, DIED, OVERRAN
from ..study import Result, Run
from ..work import Work
from . import MakeBench, Solves, limit_of
from .pool import given_up

NEEDS = 'engine dask needs the extra: pip install "magnet-sourcing[cluster]"'
_CONNECT_SECONDS = 10
# What a worker that hangs leaves for its last answer to be fetched, before it ends.
_FAREWELL_SECONDS = 5.0


@dataclass(frozen=True)
class Dask:
    """cluster: address of a scheduler, whose workers have this package installed; None: `workers` processes here.

    A lost worker's runs are done by others. Runs that no worker survives are given up.
    """

    workers: int
    cluster: str | None = None

    def __post_init__(self) -> None:
        if find_spec("distributed") is None:
            raise ValueError(NEEDS)

    def solve(self, make: MakeBench, work: Work) -> None:
        with self._client(min(self.workers, len(work))) as client:
            size = work.chunk_size(max(1, len(client.nthreads())))
            _Chunks(client, make, work).solve(size)

    @contextmanager
    def _client(self, workers: int) -> Iterator[Any]:
        import dask
        from distributed import Client, LocalCluster

        if self.cluster is not None:
            try:
                client = Client(self.cluster, timeout=_CONNECT_SECONDS)
            except (OSError, ValueError) as reason:
                raise ValueError(f"no Dask scheduler answers at {self.cluster} ({reason})") from reason
            with client:
                yield client
            return
        # What Dask says of processes that come and go is told by the endings of the runs.
        quiet = {"silence_logs": logging.CRITICAL, "dashboard_address": None}
        with (
            dask.config.set({"distributed.scheduler.allowed-failures": DEATHS - 1}),
            LocalCluster(n_workers=workers, threads_per_worker=1, processes=True, preload=__name__, **quiet) as local,
            Client(local) as client,
        ):
            yield client


class _Chunks:
    """The chunks of one study on a cluster."""

    def __init__(self, client: Any, make: MakeBench, work: Work) -> None:
        self._client, self._work = client, work
        packed = pickle.dumps(make)
        self._name = hashlib.sha256(packed).hexdigest()[:16]
        self._packed = client.submit(_same, packed, key=f"study-{self._name}")
        self._limit = limit_of(work.study.options.time_limit)
        self._chunks: dict[str, Sequence[Run]] = {}

    def solve(self, size: int) -> None:
        from distributed import as_completed

        first = []
        while chunk := self._work.take(size):
            first.append(self._submitted(chunk))
        answered = as_completed(first)
        for future in answered:
            for again in self._answer(future):
                answered.add(self._submitted(again))

    def _submitted(self, runs: Sequence[Run]) -> Any:
        future = self._client.submit(solved, self._name, self._packed, runs, self._limit, pure=False)
        self._chunks[future.key] = runs
        return future

    def _answer(self, future: Any) -> list[Sequence[Run]]:
        """Takes in a chunk's endings; returns what has to be done again, in chunks."""
        from distributed import CancelledError, KilledWorker

        runs = self._chunks.pop(future.key)
        try:
            results, worker = future.result()
        except KilledWorker:
            if len(runs) > 1:  # one of them does it: each alone
                return [[run] for run in runs]
            self._work.finished(given_up(runs[0], DIED), "nobody")
            return []
        except CancelledError:
            if self._client.status != "running":
                raise ValueError("the Dask cluster is gone; finished runs are kept if a folder is given") from None
            return [runs]
        except Exception as reason:
            raise ValueError(
                f"the workers of the Dask cluster cannot solve runs ({type(reason).__name__}: {reason}); they need this "
                "version of magnet-sourcing"
            ) from reason
        for result in results:
            if self._work.finished(result, worker):
                raise KeyboardInterrupt
        return [left] if (left := runs[len(results) :]) else []


# ---------------------------------------------------------------- in the worker

_LOCK = threading.Lock()
_BENCHES: dict[str, tuple[Solves, ThreadPoolExecutor]] = {}


def dask_setup(_: Any) -> None:
    """Called by Dask in each worker of ours as it starts: Ctrl-C is for the process that asks."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _same(packed: bytes) -> bytes:
    return packed


def solved(name: str, packed: bytes, runs: Sequence[Run], limit: float | None) -> tuple[list[Result], str]:
    """The endings of the runs, and where; fewer than runs if one hung, in which case the worker ends itself soon after.

    A worker keeps its bench for its life. One run at a time in one thread, however many threads the worker has: HiGHS
    has one scheduler for each process.
    """
    here = f"Dask worker {socket.gethostname()} {os.getpid()}"
    with _LOCK:
        bench, thread = _bench(name, packed)
        results: list[Result] = []
        for run in runs:
            try:
                results.append(thread.submit(bench.result, run).result(limit))
            except TimeoutError:
                end_soon()
                return [*results, given_up(run, OVERRAN)], here
        return results, here


def _bench(name: str, packed: bytes) -> tuple[Solves, ThreadPoolExecutor]:
    if name not in _BENCHES:
        _BENCHES.clear()  # the study before this one is over
        _BENCHES[name] = pickle.loads(packed)(), ThreadPoolExecutor(1)
    return _BENCHES[name]


def end_soon() -> None:
    """A thread that hangs in the solver cannot be ended, only its process; Dask starts another."""
    timer = threading.Timer(_FAREWELL_SECONDS, os._exit, [1])
    timer.daemon = True
    timer.start()
