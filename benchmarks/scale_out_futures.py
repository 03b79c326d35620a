"""One plan for many made-up futures: the extensive form against decomposition on one and two ranks.

Every way solves in a process of its own, and says what it knew at which second since `solve` was called: what is built
and checked before the search counts. Seconds are processor time, of this process and the busiest rank, which are those
of the clock on a machine with nothing else to do; all get the same, and are then interrupted as by Ctrl-C. Memory is
that of all processes at once.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import resource
import signal
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import psutil
from generator import SIZES, chain
from magnet_sourcing import Case, solve

WAYS = {
    "extensive": {"method": "extensive"},
    "decomposition": {"method": "decomposition"},
    "decomposition, 2 ranks": {"method": "decomposition", "ranks": 2},
}
_MILLION = 1e6
# Seconds of the clock for each processor second, at most.
_CLOCK = 8.0


def add_options(asked: argparse.ArgumentParser) -> None:
    asked.add_argument("--case", choices=("small", "reference", *SIZES), default="reference")
    asked.add_argument("--futures", type=int, nargs="+", default=[16, 64, 256])
    asked.add_argument("--ways", choices=WAYS, nargs="+", default=[*WAYS])
    asked.add_argument("--limit", type=float, default=300.0, help="processor seconds until it is interrupted")
    asked.add_argument("--gap", type=float, default=1e-3)
    asked.add_argument("--at", type=float, nargs="+", default=[60.0, 120.0, 300.0], help="seconds to tell of")


def measured(given: argparse.Namespace) -> pd.DataFrame:
    if given.quick:
        given.futures, given.limit, given.at = given.futures[:1], min(given.limit, 30.0), [10.0, 20.0, 30.0]
    rows = []
    for count in given.futures:
        for way in given.ways:
            rows.append({"futures": count, "way": way} | _solved_apart(given, count, way))
            print(pd.DataFrame(rows[-1:]).to_string(index=False), flush=True)
    return pd.DataFrame(rows)


# ---------------------------------------------------------------- cases


def case_of(name: str) -> Case:
    return {"small": Case.small, "reference": Case.reference}.get(name, lambda: chain(SIZES[name]))()


def with_futures(case: Case, count: int, seed: int = 0) -> Case:
    """The case with `count` equally likely futures in the place of its own.

    In each, every segment of demand that can go unmet, and prices and limits of every origin abroad, stand at a factor
    of their own from the third period on, and half of the futures suffer one of the disruptions the case lists. What
    must be met stays as it is, so that every future has a plan.
    """
    draw = np.random.default_rng(seed)
    year = case.periods[min(2, len(case.periods) - 1)]
    known = [r.scenario for r in case.rows("disruptions")]
    can_wait: dict[str, bool] = {}
    for r in case.rows("demands"):
        if r.segment:
            can_wait[r.segment] = can_wait.get(r.segment, True) and r.penalty is not None
    segments = sorted(s for s, waits in can_wait.items() if waits)
    offers = [r for r in case.rows("supplies") if r.origin and r.origin != case.settings["home_country"]]
    origins = sorted({r.origin for r in offers})
    limited = sorted(set(origins) - {r.origin for r in offers if r.limit is None})
    spread = [("demands", "segment", s, "quantity", 0.25) for s in segments]
    spread += [("supplies", "origin", o, "price", 0.20) for o in origins]
    spread += [("supplies", "origin", o, "limit", 0.30) for o in limited]
    names = [f"future {i:03d}" for i in range(count)]
    suffers = [str(draw.choice(known)) if known and draw.random() < 0.5 else None for _ in names]
    scenarios = [{"scenario": n, "probability": 1 / count, "includes": s} for n, s in zip(names, suffers, strict=True)]
    own = case.tables["scenarios"].assign(probability=0.0) if known else None
    disruptions = [
        {"scenario": n, "table": table, "where": f"{by} = {what}", "column": column, "operation": "multiply",
         "value": round(float(np.exp(draw.normal(0.0, wide))), 3), "first_year": year}
        for n in names
        for table, by, what, column, wide in spread
    ]  # fmt: skip
    made = case.copy()
    for name, rows, before in (
        ("scenarios", scenarios, own),
        ("disruptions", disruptions, case.tables["disruptions"] if known else None),
    ):
        new = pd.DataFrame(rows, dtype=object)
        made.tables[name] = new if before is None else pd.concat([before.astype(object), new], ignore_index=True)
    return made


# ---------------------------------------------------------------- solving and watching


def _solved_apart(given: argparse.Namespace, count: int, way: str) -> dict[str, Any]:
    """What a process of its own found and needed."""
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "told.json"
        arguments = (given.case, count, way, given.limit, given.gap, str(told))
        process = multiprocessing.get_context("spawn").Process(target=_solve, args=arguments)
        process.start()
        most = _peak(process)
        process.join()
        if process.exitcode:
            return {"ended": f"exit code {process.exitcode}", "peak MB": round(most)}
        said = json.loads(told.read_text())
    row = {"variables": said["variables"]} | {f"at {at:g} s": _words(said["steps"], at) for at in given.at}
    return row | {k: said[k] for k in ("plan", "bound", "gap", "ended", "s", "CPU s")} | {"peak MB": round(most)}


def _peak(process: Any) -> float:
    """MB that the process and all it started held at most, together; looked at twice a second."""
    most = 0.0
    ours = psutil.Process(process.pid)
    while process.is_alive():
        held = 0.0
        try:
            for p in (ours, *ours.children(recursive=True)):
                held += p.memory_info().rss
        except psutil.Error:
            pass  # one of them has just ended
        most = max(most, held / _MILLION)
        process.join(0.5)
    return most


def _words(steps: list[tuple[float, float | None, float | None]], at: float) -> str:
    """Plan, bound and gap known by a second."""
    known = [s for s in steps if s[0] <= at]
    if not known:
        return "nothing"
    _, plan, bound = known[-1]
    if plan is None:
        return "no plan" if bound is None else f"no plan, {bound / _MILLION:.1f}"
    low = "no bound" if bound is None else f"{bound / _MILLION:.1f}, {(plan - bound) / abs(plan):.2%}"
    return f"{plan / _MILLION:.1f}, {low}"


def _solve(name: str, count: int, way: str, limit: float, gap: float, told: str) -> None:
    case = with_futures(case_of(name), count)
    steps: list[tuple[float, float | None, float | None]] = []
    begun, clock, used = _path(), time.perf_counter(), _cpu()
    over = threading.Event()

    def note(p: Any) -> None:
        steps.append((_path() - begun, p.incumbent, p.bound))

    def stop() -> None:
        while not over.wait(0.5):
            if _path() - begun > limit:
                os.kill(os.getpid(), signal.SIGINT)
                return

    threading.Thread(target=stop, daemon=True).start()
    plan = solve(
        case, scenarios="all", foresight=True, gap=gap, time_limit=_CLOCK * limit, tie_break=False, progress=note,
        **WAYS[way],
    )  # fmt: skip
    over.set()
    ended = _path() - begun
    objective, bound = plan.outcome.objective, plan.outcome.bound
    failed = plan.audit is not None and not plan.audit.passed
    found = {
        "variables": plan.outcome.columns,
        "steps": [*steps, (ended, objective, bound)],
        "plan": None if objective is None else round(objective / _MILLION, 1),
        "bound": None if bound is None else round(bound / _MILLION, 1),
        "gap": "none" if plan.outcome.gap is None else f"{plan.outcome.gap:.2%}",
        "ended": str(plan.outcome.status) + (", AUDIT FAILED" if failed else ""),
        "s": round(time.perf_counter() - clock),
        "CPU s": round(_cpu() - used),
    }
    Path(told).write_text(json.dumps(found))


def _path() -> float:
    """Processor seconds of this process and the busiest of those it has started."""
    ours = psutil.Process()
    spent = [0.0]
    for p in ours.children(recursive=True):
        with suppress(psutil.Error):  # it has just ended
            spent.append(sum(p.cpu_times()[:2]))
    return time.process_time() + max(spent)


def _cpu() -> float:
    """Of this process and those it started that have ended."""
    return sum(
        r.ru_utime + r.ru_stime for r in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )
