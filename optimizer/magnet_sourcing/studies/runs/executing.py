"""Executing a study: every run once, on an engine, kept in a folder if one is given."""

from __future__ import annotations

import os
import secrets
from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module
from pathlib import Path

from ...problems import did_you_mean
from .bench import AS_IT_STANDS, Bench, with_start
from .done import Done
from .engines import Engine
from .folder import check_same, holds_study, make, opened
from .kept import Kept, left_of
from .reporting import Progress, Report
from .study import RELAXED, Result, Study
from .work import INTERRUPTED, Work

__all__ = ["ENGINES", "Done", "Where", "execute", "read", "resume"]

ENGINES = ("here", "pool", "dask", "array")
# Seconds a study may take in one process before others are started: they load for a second or two before they solve.
QUICK = 4.0


@dataclass(frozen=True)
class Where:
    """Where runs are solved and kept.

    engine: 'here' (this process), 'pool' (processes of this machine), 'dask' or 'array'; None: the pool for several
    workers, else here. workers: processes; None: one for each core in a pool or on Dask of this machine. cluster: address
    of a Dask scheduler. folder: kept there and resumed from there; None: only remembered. A pool is not started for a
    study that is over sooner than its processes have loaded.
    """

    engine: str | None = None
    workers: int | None = None
    cluster: str | None = None
    folder: str | Path | None = None

    @property
    def chosen(self) -> str:
        return self.engine or ("pool" if (self.workers or 1) > 1 else "here")

    @property
    def processes(self) -> int:
        """How many processes of this machine solve."""
        if self.workers is not None:
            return self.workers
        return (os.cpu_count() or 1) if self.chosen in ("pool", "dask") else 1


def execute(
    study: Study, where: Where | None = None, progress: Progress | None = None, after: Done | None = None
) -> Done:
    """Solves the case as it stands, then every run that the folder does not hold already.

    after: another study of the same case, options, wish and measures: its solve of the case as it stands serves this one
    too. progress: called with done, of how many, and how it goes, at growing intervals. Ctrl-C keeps what is finished.
    Raises ValueError if the engine cannot be had or the folder holds something else, NotWritten if it takes nothing,
    CaseError for a case that does not pass its checks, HandedOver once an array of jobs is prepared.
    """
    where = where or Where()
    _check(where)
    if [run.number for run in study.runs] != list(range(len(study.runs))):
        raise ValueError("runs are numbered from 0 in their order")
    import_module("magnet_models")  # so that the seconds of the case as it stands are those of its solve
    asked = replace(study, start=None, plans={k: p for k, p in study.plans.items() if k != AS_IT_STANDS})
    folder = Path(where.folder) if where.folder is not None else None
    if folder is not None and holds_study(folder):
        check_same(folder, asked)
        return resume(folder, where, progress)
    started, base = with_start(asked) if after is None else _as_before(asked, after)
    if base.status == INTERRUPTED:
        return Done(started, base, [None] * len(started.runs))
    if folder is not None:
        make(folder, asked, started, base)
        check_same(folder, asked)  # another process may have been first
        return resume(folder, where, progress)
    count = len(started.runs)
    return _solved(started, base, where, list(range(count)), {}, None, Report(count, 0, progress))


def _as_before(study: Study, after: Done) -> tuple[Study, Result]:
    """As `with_start`, taken over from a study of the same."""
    before = after.study
    if before.case.hash != study.case.hash or any(
        getattr(before, name) != getattr(study, name) for name in ("options", "wish", "measures")
    ):
        raise ValueError("the study before is not of the same case, options, wish and measures")
    stands = {k: p for k, p in before.plans.items() if k == AS_IT_STANDS}
    return replace(study, start=before.start, plans={**study.plans, **stands}), after.base


def read(folder: Path) -> Done:
    """A folder's study as far as it is. Raises ValueError if there is none."""
    found = opened(folder)
    results = Kept(folder, found.key, len(found.study.runs)).results
    return Done(found.study, found.base, [results.get(run.number) for run in found.study.runs])


def resume(
    folder: Path,
    where: Where,
    progress: Progress | None = None,
    only: Collection[int] | None = None,
    again: Collection[str] = (),
    begin_anywhere: bool = False,
) -> Done:
    """Solves the runs of a folder's study that are not finished.

    only: of these runs alone. again: endings ('failed', 'time limit') whose runs are tried again. begin_anywhere: start
    at any run, so that processes that share a folder do not all do the same. Raises as `execute`.
    """
    _check(replace(where, folder=folder))
    found = opened(folder)
    count = len(found.study.runs)
    kept = Kept(folder, found.key, count)
    left = [i for i in left_of(kept.results, count, again) if only is None or i in only]
    taken = len(kept.results)
    notes = (f"{taken:,} finished runs were taken over from {folder}.",) if taken and only is None else ()
    if not left:
        return Done(found.study, found.base, [kept.results.get(i) for i in range(count)], notes)
    if found.changed:
        raise ValueError(
            f"{folder} was made with other versions ({found.changed}): its results would not be one study's. Use those "
            "versions, or make the study anew in another folder"
        )
    if begin_anywhere:
        at = secrets.randbelow(len(left))
        left = left[at:] + left[:at]
    report = Report(count, count - len(left), progress) if only is None else Report(len(left), 0, progress)
    done = _solved(found.study, found.base, where, left, kept.results, kept, report)
    return replace(done, notes=(*notes, *done.notes))


def _solved(
    study: Study,
    base: Result,
    where: Where,
    left: list[int],
    results: dict[int, Result],
    kept: Kept | None,
    report: Report,
) -> Done:
    missing = {run.plan for run in study.runs} - {"", RELAXED, *study.plans}
    if missing:
        detail = f": the case as it stands is {base.status}" if AS_IT_STANDS in missing else ""
        raise ValueError(f"no plan '{', '.join(sorted(missing))}' for the runs that hold it{detail}")
    if where.chosen == "array":
        _hand_over(study, base, where, left)
    engine = _engine(where, base.seconds * len(left))
    notes = []
    if kept is not None:
        kept.begin()
        kept.log(f"{study.kind}: {len(left)} of {len(study.runs)} runs left, engine {where.chosen}")
    try:
        work = Work(study, left, results, kept, report)
        engine.solve(partial(Bench, study), work)
    except KeyboardInterrupt:
        notes.append("Interrupted" + ("; finished runs are kept." if kept is not None else "."))
    finally:
        report.end()
        if kept is not None:
            kept.log(f"ended: {report.words()}")
            kept.end()
    return Done(study, base, [work.results.get(i) for i in range(len(study.runs))], tuple(notes))


def _engine(where: Where, seconds: float) -> Engine:
    """seconds: what all runs would take in one process."""
    from .engines.here import Here

    if where.chosen == "dask":
        from .engines.dask import Dask

        return Dask(where.processes, where.cluster)
    if where.chosen == "pool" and seconds > QUICK:
        from .engines.pool import Pool

        return Pool(where.processes)
    return Here()


def _hand_over(study: Study, base: Result, where: Where, left: list[int]) -> None:
    from .engines.array import Array

    assert where.folder is not None
    Array(Path(where.folder)).hand_over(study.kind, len(study.runs), left, base.seconds, study.options.time_limit)


def _check(where: Where) -> None:
    if where.engine is not None and where.engine not in ENGINES:
        raise ValueError(f"engine '{where.engine}' is not one of {', '.join(ENGINES)}{did_you_mean(where.engine, ENGINES)}")
    if where.processes < 1:
        raise ValueError(f"workers {where.workers}: must be 1 or more")
    if where.chosen == "here" and where.processes > 1:
        raise ValueError(f"workers {where.workers}: engine here is one process; several go with engine pool or dask")
    if where.cluster is not None and where.chosen != "dask":
        raise ValueError(f"cluster {where.cluster}: goes with engine dask, not {where.chosen}")
    if where.chosen == "array" and where.folder is None:
        raise ValueError("engine array needs a folder that all machines see: give --folder")
    if where.chosen == "dask":
        from .engines.dask import Dask

        Dask(where.processes, where.cluster)  # says so if the extra is missing
