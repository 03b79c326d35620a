"""Engines: the same table from each, and nothing lost when processes die, hang or are told to stop."""

from __future__ import annotations

import logging
import os
import pickle
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import pandas as pd
import pytest
from magnet_sourcing import Case
from magnet_sourcing.problem import Problem
from magnet_sourcing.session import Options
from magnet_sourcing.studies.runs import executing
from magnet_sourcing.studies.runs.bench import Bench, with_start
from magnet_sourcing.studies.runs.engines import dask as dask_engine
from magnet_sourcing.studies.runs.engines import limit_of
from magnet_sourcing.studies.runs.engines.array import SCRIPT, ranges_text
from magnet_sourcing.studies.runs.engines.pool import Pool
from magnet_sourcing.studies.runs.executing import Done, Where, execute, read
from magnet_sourcing.studies.runs.handed import HandedOver
from magnet_sourcing.studies.runs.reporting import Report
from magnet_sourcing.studies.runs.work import Work

from .unruly import TRIES, Pretending, Unruly, study, tries

ROOT = Path(__file__).parents[2]


@pytest.fixture(params=[Unruly])
def unruly(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every bench is unruly, and even a quick study is spread."""
    monkeypatch.setenv(TRIES, str(tmp_path_factory.mktemp("tries")))
    monkeypatch.setattr(executing, "Bench", request.param)
    monkeypatch.setattr(executing, "QUICK", 0.0)


pretending = pytest.mark.parametrize("unruly", [Pretending], indirect=True, ids=[""])


def same(a: Done, b: Done) -> None:
    pd.testing.assert_frame_equal(a.runs(), b.runs(), check_exact=True)
    pd.testing.assert_frame_equal(a.decisions(), b.decisions(), check_exact=True)


def alone(kind: type[Bench] = Bench, **asked: int) -> Done:
    """What the runs are when nothing goes wrong: one bench, one after the other, no engine at all."""
    started, base = with_start(study(**asked))
    bench = kind(started)
    return Done(started, base, [bench.result(run) for run in started.runs])


# ---------------------------------------------------------------- the same from every engine


def test_every_engine_gives_the_same_table(unruly: None, tmp_path: Path) -> None:
    """One worker of the pool and one of Dask is killed in mid-run; the table is that of a plain loop all the same."""
    expected = alone(die_once=5)
    assert expected.runs()["cost"].is_monotonic_increasing and expected.runs()["cost"].is_unique
    same(execute(study(die_once=5), Where("pool", 2)), expected)
    assert tries().count(5) == 2, "the run that lost its worker was done once more, in another"
    for path in Path(os.environ[TRIES]).iterdir():
        path.unlink()
    same(execute(study(die_once=5), Where("dask", 2, folder=tmp_path / "kept")), expected)
    assert tries().count(5) == 2
    same(execute(study(die_once=5), Where("here", folder=tmp_path / "kept")), expected)
    same(execute(study(), Where("here")), alone())


@pretending
def test_a_running_dask_cluster_is_used(unruly: None, monkeypatch: pytest.MonkeyPatch) -> None:
    from distributed import LocalCluster

    quiet = {"silence_logs": logging.CRITICAL, "dashboard_address": None}
    with LocalCluster(n_workers=1, threads_per_worker=2, processes=False, protocol="tcp", **quiet) as cluster:
        same(execute(study(), Where("dask", cluster=cluster.scheduler_address)), alone(Pretending))
    monkeypatch.setattr(dask_engine, "_CONNECT_SECONDS", 1)
    with pytest.raises(ValueError, match="no Dask scheduler answers at tcp://127.0.0.1:9"):
        execute(study(), Where("dask", cluster="tcp://127.0.0.1:9"))


@pretending
def test_a_dask_worker_that_hangs_gives_up_the_run_and_ends(unruly: None, monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[int] = []
    monkeypatch.setattr(dask_engine, "end_soon", lambda: ended.append(1))
    asked = study(3, linger=1)
    packed = pickle.dumps(partial(Pretending, asked))
    assert len(dask_engine.solved("x", packed, asked.runs[:1], None)[0]) == 1
    results, _ = dask_engine.solved("x", packed, asked.runs, 1.0)
    assert [r.status for r in results] == ["optimal", "time limit"] and ended == [1]
    assert "ended from outside" in results[1].detail  # and the third is for another worker
    dask_engine._BENCHES.clear()


# ---------------------------------------------------------------- runs that misbehave


@pretending
def test_a_run_that_kills_every_process_is_given_up_and_the_others_go_on(unruly: None) -> None:
    done = execute(study(die=2, **{"raise": 4}), Where("pool", 2))
    assert tries().count(2) == 3
    statuses = [r.status if r else None for r in done.results]
    assert statuses == ["optimal", "optimal", "failed", "optimal", "failed", *["optimal"] * 7]
    assert [run.number for run, _ in done.apart] == [2, 4] and len(done.proved) == 10
    assert done.summary == [
        "12 runs to a gap of 0: 10 optimal, 2 failed.",
        "Failed: run 2 (price: 40000.0, do: die): its process died 3 times",
        "Failed: run 4 (price: 50000.0, do: raise): RuntimeError: a deliberate mistake",
    ]


@pretending
def test_a_run_that_hangs_far_over_its_limit_is_ended_from_outside(unruly: None) -> None:
    asked = replace(study(6, hang=3), options=Options(gap=0.0, time_limit=30.0, tie_break=False))
    assert limit_of(30.0) == 105.0 and limit_of(None) is None
    started, base = with_start(asked)
    work = Work(started, list(range(6)), {}, None, Report(6, 0, None))
    Pool(2, limit=2.0).solve(partial(Pretending, started), work)
    done = Done(started, base, [work.results.get(i) for i in range(6)])
    assert [r.status for r in done.results if r] == ["optimal"] * 3 + ["time limit"] + ["optimal"] * 2
    assert "Ended by the clock, and kept apart: run 3 (price: 45000.0, do: hang)." in done.summary


def test_ctrl_c_keeps_what_is_finished(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    class Interrupted(Pretending):
        def result(self, run):  # type: ignore[no-untyped-def]
            if run.number == 3:
                raise KeyboardInterrupt
            return super().result(run)

    class InTheSolver(Pretending):
        def result(self, run):  # type: ignore[no-untyped-def]
            found = super().result(run)
            return replace(found, status="interrupted") if run.number == 5 else found

    for bench, first, finished in ((Interrupted, 0, 3), (InTheSolver, 3, 5)):
        monkeypatch.setattr(executing, "Bench", bench)
        if first:  # the run that stopped the study before is solved now
            monkeypatch.setattr(Interrupted, "result", Pretending.result)
        done = execute(study(), Where("here", folder=tmp_path / "kept"))
        assert [i for i, r in enumerate(done.results) if r] == list(range(finished))
        assert not done.complete and "Interrupted; finished runs are kept." in done.summary
        assert list(done.runs()["status"][finished:]) == ["not run"] * (12 - finished)
    monkeypatch.setattr(executing, "Bench", Pretending)
    same(execute(study(), Where("here", folder=tmp_path / "kept")), alone(Pretending))


# ---------------------------------------------------------------- a coordinator that is killed


@pytest.mark.skipif(sys.platform == "win32", reason="kills as POSIX does")
@pretending
@pytest.mark.parametrize(("engine", "workers", "moments"), [("here", 1, (1, 3)), ("pool", 2, (3,))])
def test_a_killed_coordinator_goes_on_where_it_was(
    engine: str, workers: int, moments: Sequence[int], unruly: None, tmp_path: Path
) -> None:
    """Killed as soon as so many more runs are kept; what is kept then is never solved again."""
    folder, started = tmp_path / "kept", 0
    tried: dict[int, int] = {}
    for moment in moments:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.studies.unruly", str(folder), engine, str(workers)], cwd=ROOT, env=environment()
        )
        while kept(folder) < started + moment:
            assert process.poll() is None, "it ended before it was killed"
            time.sleep(0.01)
        process.kill()
        process.wait()
        assert all(tries().count(i) == n for i, n in tried.items())
        started = kept(folder)
        tried = {i: tries().count(i) for i, r in enumerate(read(folder).results) if r is not None}
    assert sum(moments) <= len(tried) < 12
    gone = re.findall(r"process (\d+)", "".join(p.read_text() for p in (folder / "log").iterdir()))
    done = execute(study(slow=-1), Where("here", folder=folder))
    assert all(tries().count(i) == n for i, n in tried.items())
    assert set(tries()) == set(range(12))
    same(done, alone(Pretending, slow=-1))
    deadline = time.monotonic() + 5
    while any(Path(f"/proc/{pid}").exists() for pid in gone):  # its processes do not solve on for nobody
        assert time.monotonic() < deadline
        time.sleep(0.05)


def kept(folder: Path) -> int:
    return sum(p.read_bytes().count(b"\n") for p in folder.glob("results/*.jsonl"))


def environment() -> dict[str, str]:
    """Children find the packages as this process does, from any folder."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(os.path.abspath(p) for p in sys.path if p)}


# ---------------------------------------------------------------- an array of jobs


@pytest.mark.skipif(sys.platform == "win32", reason="SLURM's script is for bash")
def test_the_jobs_of_an_array_solve_everything(tmp_path: Path) -> None:
    """Each job of the script is run as SLURM would, all at the same time, in one folder."""
    folder = tmp_path / "with a blank" / "kept"
    with pytest.raises(HandedOver, match=r"12 runs are left to an array of jobs(.|\n)*sbatch(.|\n)*--gather"):
        execute(study(), Where("array", folder=folder))
    script = folder / SCRIPT
    assert "#SBATCH --array=0-1\n" in script.read_text()
    jobs = [
        subprocess.Popen(
            ["bash", str(script)],
            cwd=tmp_path,
            env=environment() | {"SLURM_ARRAY_TASK_ID": str(job), "MAGNET_SOURCING": f"{sys.executable} -m magnet_sourcing"},
            stdout=subprocess.PIPE,
            text=True,
        )
        for job in range(2)
    ]
    said = [job.communicate()[0] for job in jobs]
    assert [job.returncode for job in jobs] == [0, 0], said
    same(read(folder), alone())
    same(execute(study(), Where("array", folder=folder)), alone())  # nothing is left to hand over


def test_an_array_is_for_the_runs_that_are_left(tmp_path: Path) -> None:
    asked = replace(study(20), options=Options(gap=0.0, time_limit=7200, tie_break=False))
    with pytest.raises(HandedOver):
        execute(asked, Where("array", folder=tmp_path / "kept"))
    executing.resume(tmp_path / "kept", Where("here"), only=range(8, 16))
    with pytest.raises(HandedOver, match="12 runs are left"):
        execute(asked, Where("array", folder=tmp_path / "kept"))
    text = (tmp_path / "kept" / SCRIPT).read_text()
    assert "#SBATCH --array=0,2\n" in text
    assert "#SBATCH --time=25:00:00\n" in text  # 8 runs that may take 1.5 x 2 h and a minute before they are ended
    assert ranges_text([0, 1, 2, 5, 7, 8]) == "0-2,5,7-8"


# ---------------------------------------------------------------- wrong use


@pytest.mark.parametrize(
    ("where", "said"),
    [
        (Where("pol", 2), r"engine 'pol' is not one of here, pool, dask, array; did you mean 'pool'\?"),
        (Where("pool", 0), "workers 0: must be 1 or more"),
        (Where("here", 2), "workers 2: engine here is one process"),
        (Where("array"), "engine array needs a folder that all machines see"),
        (Where("pool", 2, cluster="tcp://a:1"), "cluster tcp://a:1: goes with engine dask, not pool"),
    ],
)
def test_wrong_use_is_told_before_anything_is_solved(where: Where, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executing, "with_start", lambda _: pytest.fail("it was solved"))
    with pytest.raises(ValueError, match=said):
        execute(study(), where)


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dask_engine, "find_spec", lambda _: None)
    with pytest.raises(ValueError, match=r'pip install "magnet-sourcing\[cluster\]"'):
        execute(study(), Where("dask", 2))


def test_without_an_engine_several_workers_are_a_pool() -> None:
    assert Where().chosen == "here" and Where(workers=2).chosen == "pool"


def test_the_pool_of_a_script_without_a_guard_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(
        "from magnet_sourcing.studies.processes import Processes\n"
        "tasks = iter([[1], [2]])\n"
        "Processes(list, 2, lambda: next(tasks, None), print, print).run()\n"
    )
    ran = subprocess.run([sys.executable, str(tmp_path / "script.py")], env=environment(), capture_output=True, text=True)
    assert ran.returncode == 1 and 'needs `if __name__ == "__main__":`' in ran.stderr.splitlines()[-1]


# ---------------------------------------------------------------- the start


def test_the_case_as_it_stands_is_solved_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    execute(study(2), Where("here", folder=tmp_path / "kept"))
    monkeypatch.setattr(executing, "with_start", lambda _: pytest.fail("it was solved again"))
    done = execute(study(2), Where("here", folder=tmp_path / "kept"))
    problem = Problem(Case.small())
    assert done.base.cost == pytest.approx(problem.solve(Options(gap=0.0)).objective)
