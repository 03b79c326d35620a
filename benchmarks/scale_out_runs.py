"""Studies of many runs in this process, in a pool and on a Dask cluster of this machine: what spreading costs.

Processor time is told, which other work on the machine disturbs least, and the clock beside it. Runs per second are
those of the clock; efficiency is the processor time of the runs in one process over that of the same runs spread, with
all it takes to start, hand out and take in. What a worker needs once (loading, recording its model) is told apart.
"""

from __future__ import annotations

import argparse
import pickle
import resource
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import psutil
from magnet_sourcing import Case
from magnet_sourcing.changes import Change
from magnet_sourcing.studies.runs.bench import AS_IT_STANDS, Bench, study_options, with_start
from magnet_sourcing.studies.runs.engines.dask import Dask
from magnet_sourcing.studies.runs.engines.here import Here
from magnet_sourcing.studies.runs.engines.pool import Pool
from magnet_sourcing.studies.runs.folder import make, opened
from magnet_sourcing.studies.runs.kept import Kept
from magnet_sourcing.studies.runs.reporting import Report
from magnet_sourcing.studies.runs.study import Result, Run, Study
from magnet_sourcing.studies.runs.work import Work

ENGINES = {
    "here": 1,
    "here, kept in a folder": 1,
    "pool of 1": 1,
    "pool of 2": 2,
    "dask, 1 worker": 1,
    "dask, 2 workers": 2,
}
# study: case, plan held, runs
STUDIES = {
    "nothing": ("small", "", 5000),
    "small case, free": ("small", "", 1000),
    "reference case, plan held": ("reference", AS_IT_STANDS, 1000),
    "reference case, free": ("reference", "", 60),
}
_GAP = 2e-3
_MILLION = 1e6


def add_options(asked: argparse.ArgumentParser) -> None:
    asked.add_argument("--studies", choices=STUDIES, nargs="+", default=[*STUDIES])
    asked.add_argument("--engines", choices=ENGINES, nargs="+", default=[*ENGINES])
    asked.add_argument("--share", type=float, default=1.0, help="of the runs of each study")


def measured(given: argparse.Namespace) -> pd.DataFrame:
    if given.quick:
        given.studies, given.share = given.studies[:3], min(given.share, 0.1)
    rows = []
    for name in given.studies:
        study, make_bench = _study(name, given.share)
        one = None
        for engine in given.engines:
            row = {"study": name, "engine": engine} | _spread(study, make_bench, engine, one)
            one = one or row["CPU s"]
            rows.append(row)
            print(pd.DataFrame(rows[-1:]).to_string(index=False), flush=True)
        print(_shipped(study, make_bench), _growth(study, make_bench), sep="\n", flush=True)
    return pd.DataFrame(rows)


class Nothing:
    """A bench whose runs do nothing."""

    def __init__(self, study: Study) -> None:
        pass

    def result(self, run: Run) -> Result:
        return Result(run.number, "optimal", 1.0, 1.0, 0.0, {"cost": 1.0})


def _study(name: str, share: float) -> tuple[Study, Any]:
    case_name, plan, count = STUDIES[name]
    case = Case.small() if case_name == "small" else Case.reference()
    factors = 0.9 + 0.4 * np.random.default_rng(0).random(max(2, round(share * count)))
    changes = [(Change("supplies", "", "price", "multiply", float(f)),) for f in factors]
    runs = tuple(Run(i, c, {"factor": c[0].value}, plan) for i, c in enumerate(changes))
    study, _ = with_start(Study("benchmark", case, runs, study_options(_GAP, 60.0, 0)))
    return study, partial(Nothing if name == "nothing" else Bench, study)


def _spread(study: Study, make_bench: Any, engine: str, one: float | None) -> dict[str, Any]:
    workers = ENGINES[engine]
    solver = Pool(workers) if engine.startswith("pool") else Dask(workers) if engine.startswith("dask") else Here()
    first = Work(study, list(range(workers)), {}, None, Report(workers, 0, None))
    with _folder(study, "folder" in engine) as kept:
        # An engine starts anew for each study: a few runs tell what starting and building the model take.
        begun, used = time.perf_counter(), _cpu()
        solver.solve(make_bench, first)
        start, start_cpu = time.perf_counter() - begun, _cpu() - used
        count = len(study.runs)
        work = Work(study, list(range(count)), {}, kept, Report(count, 0, None))
        begun, used, own = time.perf_counter(), _cpu(), time.process_time()
        solver.solve(make_bench, work)
        seconds, cpu, own = time.perf_counter() - begun, _cpu() - used, time.process_time() - own
    busy = sum(r.seconds for r in work.results.values())
    bad = sum(r.status != "optimal" for r in work.results.values())
    assert len(work.results) == count and not bad, f"{bad} runs did not end well"
    return {
        "runs": count,
        "start s": round(start, 2),
        "start CPU s": round(start_cpu, 2),
        "s": round(seconds, 2),
        "runs/s": round(count / seconds, 1),
        "CPU s": round(cpu, 2),
        "CPU ms/run": round(1e3 * (cpu - start_cpu) / count, 3),
        "of it asking": round(1e3 * own / count, 3),
        "efficiency, CPU": round((one or cpu) / cpu, 3),
        "workers busy": round(busy / (workers * seconds), 3),
    }


@contextmanager
def _folder(study: Study, wanted: bool) -> Iterator[Kept | None]:
    if not wanted:
        yield None
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "study"
        make(folder, study, study, Result(-1, "optimal", 1.0))
        kept = Kept(folder, opened(folder).key, len(study.runs))
        kept.begin()
        yield kept
        kept.end()


def _shipped(study: Study, make_bench: Any) -> str:
    """Bytes that travel: the study once to each worker, a task and an ending for each run."""
    bench = make_bench()
    some: Sequence[Run] = study.runs[:8]
    asked = len(pickle.dumps(list(some))) / len(some)
    answered = sum(len(pickle.dumps(bench.result(run))) for run in some) / len(some)
    once = len(pickle.dumps(make_bench)) / 1e3
    return f"shipped: {once:.0f} kB once to each worker; {asked:.0f} bytes a run there, {answered:.0f} back"


def _growth(study: Study, make_bench: Any) -> str:
    """MB of this process as one bench goes through the runs."""
    bench, told = make_bench(), []
    every = max(1, len(study.runs) // 4)
    for i, run in enumerate(study.runs):
        bench.result(run)
        if i % every == every - 1:
            told.append(f"{psutil.Process().memory_info().rss / _MILLION:.0f}")
    return f"memory after each quarter of the runs, MB: {', '.join(told)}\n"


def _cpu() -> float:
    """Of this process and those it started that have ended."""
    return sum(
        r.ru_utime + r.ru_stime for r in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )
