"""Kept studies: what a folder holds, what counts, what is refused, and the verb that works on it."""

from __future__ import annotations

import csv
import json
import pickle
import random
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner
from click.testing import Result as Ran
from hypothesis import given
from hypothesis import strategies as st
from magnet_sourcing.changes import Change
from magnet_sourcing.cli import main
from magnet_sourcing.commands.runs import numbers
from magnet_sourcing.files import NotWritten
from magnet_sourcing.problem import Wish
from magnet_sourcing.session import Options
from magnet_sourcing.studies.runs import executing, tidy
from magnet_sourcing.studies.runs import folder as folders
from magnet_sourcing.studies.runs.bench import AS_IT_STANDS, with_start
from magnet_sourcing.studies.runs.changesets import distinct, packed
from magnet_sourcing.studies.runs.done import Done
from magnet_sourcing.studies.runs.encoding import study_files
from magnet_sourcing.studies.runs.executing import Where, execute, read, resume
from magnet_sourcing.studies.runs.folder import opened
from magnet_sourcing.studies.runs.kept import Kept
from magnet_sourcing.studies.runs.reporting import Report
from magnet_sourcing.studies.runs.study import Result, Run, Study
from magnet_sourcing.studies.runs.tidy import write_tidy
from magnet_sourcing.studies.runs.work import Work
from magnet_sourcing.studies.runs.worlds import sets_of, tables_of

from .test_engines import ROOT, environment, same
from .unruly import TRIES, Pretending, study, tries

HERE = Where("here")


@pytest.fixture
def pretending(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing but the case as it stands is solved; every try of a run is counted."""
    monkeypatch.setenv(TRIES, str(tmp_path_factory.mktemp("tries")))
    monkeypatch.setattr(executing, "Bench", Pretending)


def kept(tmp_path: Path, asked: Study | None = None, **more: Any) -> Path:
    """A folder with an executed study."""
    folder = tmp_path / "kept"
    execute(asked or study(4), Where("here", folder=folder), **more)
    return folder


def call(*arguments: str | Path) -> Ran:
    return CliRunner().invoke(main, ["runs", *map(str, arguments)])


def test_the_case_as_it_stands_is_solved_once_for_studies_that_follow(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = replace(study(2), runs=(Run(0, (), {}, AS_IT_STANDS), *(replace(r, number=r.number + 1) for r in study(2).runs)))
    alone = execute(asked, HERE)
    first = execute(replace(asked, runs=()), Where("here", folder=tmp_path / "first"))
    monkeypatch.setattr(executing, "with_start", lambda _: pytest.fail("solved again"))
    for begun in (first, read(tmp_path / "first")):
        same(execute(asked, HERE, after=begun), alone)
    with pytest.raises(ValueError, match="not of the same case, options"):
        execute(replace(asked, options=Options(gap=0.5)), HERE, after=first)


# ---------------------------------------------------------------- the folder


def test_a_study_comes_back_from_its_folder_as_it_was(pretending: None, tmp_path: Path) -> None:
    asked = study(3)
    label = {"a; b": 'x, "y"\n=z', "n": 0.1 + 0.2, "whole": 3, "yes": True, "none": None}
    odd = Run(3, asked.runs[1].changes, label, "mine")
    asked = replace(
        asked,
        runs=(*asked.runs, odd, Run(4, (), {}, AS_IT_STANDS)),
        wish=Wish(at_most={"index": 1 / 3}, china_price=0.1, china_cap={2030: 0.7}, foresight=True),
        options=Options(1e-7, 12.5, 1, 3, False),
        plans={"mine": {"sign[a,2027]": 1.0}},
    )
    started, base = with_start(asked)
    folders.make(tmp_path / "kept", asked, started, base)
    found = opened(tmp_path / "kept")
    assert found.study.case.hash == asked.case.hash and found.study.case.origin == asked.case.origin
    assert found.study.case.resolved() == asked.case.resolved()
    assert replace(found.study, case=asked.case) == replace(started, case=asked.case)
    assert found.base == base


def test_the_manifest_can_be_read_by_a_person(pretending: None, tmp_path: Path) -> None:
    folder = kept(tmp_path)
    with (folder / "manifest.csv").open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert [row["run"] for row in rows] == ["0", "1", "2", "3"]
    assert rows[2]["label"] == "price: 40000.0; do: "
    assert rows[2]["changes"] == "supplies where supply = Chinese magnets: price = 40000"
    assert (rows[2]["gap"], rows[2]["seed"], rows[2]["output"]) == ("0.0", "0", "cost, index")
    assert rows[2]["case"] == study(4).case.hash[:12]


def many_changes(seed: int, count: int = 200) -> tuple[Change, ...]:
    stream = random.Random(seed)
    return tuple(
        Change("supplies", f"supply = s{i}", "price", "set", stream.random(), 2025, 2025, "evidence, price")
        for i in range(count)
    )


def test_a_kept_study_is_no_larger_than_its_distinct_values(tmp_path: Path) -> None:
    """20 worlds of 200 numbers, 5 plans in each: 20,000 changes, 4,000 values. A value takes up to 20 characters as text,
    9 bytes pickled. Equal changes are one, also where they were made apart."""
    runs = tuple(Run(5 * w + p, many_changes(w), {"world": w}, f"plan {p}") for w in range(20) for p in range(5))
    asked = replace(study(1), runs=runs)
    assert asked.runs == runs and len({id(run.changes) for run in asked.runs}) == 20
    files = study_files(asked)
    assert len(files["worlds.csv"]) < 4_000 * 23 + 200 * 80
    assert len(files["manifest.csv"]) < 100 * 450
    assert len(pickle.dumps(asked)) - len(pickle.dumps(replace(asked, runs=()))) < 4_000 * 10 + 200 * 40 + 100 * 150
    assert pickle.loads(pickle.dumps(asked)).runs == runs


number = st.sampled_from([1, 1.0, 0.0, -0.0, 1 / 3, -2, 5e-324, 1.7976931348623157e308, 12345678901234567890])
cell = st.builds(
    Change,
    st.sampled_from(["supplies", "demands"]),
    st.sampled_from(["", "supply = A, B; material = x", 'supply = "quoted"', "supply = two\nlines"]),
    st.just("price"),
    st.sampled_from(["set", "multiply", "add"]),
    number,
    st.sampled_from([None, 2025, 2030]),
    st.sampled_from([None, 2030]),
    st.sampled_from(["", "evidence, 10 % more"]),
)


@given(st.lists(st.lists(cell, max_size=5), max_size=6))
def test_changes_come_back_to_the_last_digit_and_in_their_order(sets: list[list[Change]]) -> None:
    """Also of a world that moves one number twice, and of worlds that move the same numbers in another order."""
    runs = packed(Run(i, tuple(changes)) for i, changes in enumerate(sets))
    found = iter(sets_of(tables_of(distinct(runs))))
    known: dict[int, Any] = {}
    for run, changes in zip(runs, sets, strict=True):
        if changes:
            if id(run.changes) not in known:
                known[id(run.changes)] = next(found)
            assert repr(known[id(run.changes)]) == repr(tuple(changes)) == repr(run.changes)
    assert next(found, None) is None


def test_worlds_can_be_read_by_a_person(pretending: None, tmp_path: Path) -> None:
    """Two prices in three worlds, one of which moves only the second, and one both in the other order."""
    one, two = (Change("supplies", "supply = Chinese magnets", "price", "multiply", 2.0, t, t) for t in (2027, 2028))
    three = (replace(two, value=4), replace(one, value=0.1))
    asked = replace(study(1), runs=(Run(0, (one, two)), Run(1, (two,)), Run(2), Run(3, (one, two)), Run(4, three)))
    folder = kept(tmp_path, asked)
    assert (folder / "worlds.csv").read_text().splitlines() == [
        "world,order,1 supplies where supply = Chinese magnets: price x in 2027,"
        "2 supplies where supply = Chinese magnets: price x in 2028",
        "1,,2.0,2.0",
        "2,,,2.0",
        "3,2 1,0.1,4",
    ]
    with (folder / "manifest.csv").open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert [row["world"] for row in rows] == ["1", "2", "", "1", "3"]
    assert rows[2]["changes"] == "the case as it stands"
    assert read(folder).study.runs == asked.runs


def test_a_folder_is_whole_or_not_there(pretending: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken, pytest.raises(NotWritten, match="No space left"):
        broken.setattr(folders.os, "rename", full)
        kept(tmp_path)
    assert list(tmp_path.iterdir()) == []
    assert len(tries()) == 0, "nothing is solved that cannot be kept"
    (tmp_path / "kept").mkdir()
    kept(tmp_path)  # an empty folder will do


def test_who_comes_second_finds_the_folder_of_the_first(pretending: None, tmp_path: Path) -> None:
    asked = study(4)
    started, base = with_start(asked)
    folders.make(tmp_path / "kept", asked, started, base)
    folders.make(tmp_path / "kept", asked, started, replace(base, seconds=99.0))
    assert opened(tmp_path / "kept").base.seconds == base.seconds
    assert [p.name for p in tmp_path.iterdir()] == ["kept"]


# ---------------------------------------------------------------- another study


def test_the_folder_of_another_study_is_refused_and_left_alone(pretending: None, tmp_path: Path) -> None:
    folder = kept(tmp_path)
    before = {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    other = study(4).case
    other.tables["supplies"]["price"] = 54_001
    asked = study(4)
    for different, said in (
        (study(5), r"runs \(4 there, 5 here\)"),
        (replace(asked, runs=(*asked.runs[:3], replace(asked.runs[3], changes=()))), "what differs: the runs"),
        (replace(asked, options=Options(gap=1e-3)), r"options \(gap 0.0, .* there, gap 0.001"),
        (replace(asked, case=other), r"the case \(supplies.csv\)"),
        (replace(asked, measures=("cost",)), "measures"),
        (replace(asked, kind="sweep"), r"kind \(test there, sweep here\)"),
    ):
        with pytest.raises(ValueError, match=said):
            execute(different, Where("here", folder=folder))
    assert {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()} == before


def test_a_folder_with_other_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "to-the-minister.txt").write_text("Sir,")
    for folder in (tmp_path / "letters", tmp_path / "letters" / "to-the-minister.txt"):
        with pytest.raises(ValueError, match="holds other files and no study"):
            execute(study(4), Where("here", folder=folder))
    assert (tmp_path / "letters" / "to-the-minister.txt").read_text() == "Sir,"


@pytest.mark.parametrize("name", ["manifest.csv", "worlds.csv", "case/supplies.csv", "study.json"])
def test_a_study_that_was_edited_is_refused(name: str, pretending: None, tmp_path: Path) -> None:
    folder = kept(tmp_path)
    text = (folder / name).read_text()
    (folder / name).write_text(text.replace("54000", "55000").replace("40000", "41000").replace('"gap": 0.0', '"gap": 1.0'))
    assert (folder / name).read_text() != text
    with pytest.raises(ValueError, match="were changed after the study was made"):
        read(folder)


def test_results_of_other_versions_are_not_added_to(
    pretending: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "kept"
    asked = study(4)
    folders.make(folder, asked, *with_start(asked))
    resume(folder, HERE, only=[0])
    monkeypatch.setattr("magnet_sourcing.solving._version", lambda name: "99")
    assert sum(r is not None for r in read(folder).results) == 1  # reading is no harm
    with pytest.raises(ValueError, match="highspy .* then, 99 now"):
        resume(folder, HERE)


def test_a_folder_that_takes_nothing_says_so_before_anything_is_solved(pretending: None, tmp_path: Path) -> None:
    asked = study(4)
    folder = tmp_path / "kept"
    folders.make(folder, asked, *with_start(asked))
    (folder / "results").write_text("a file where the folder is to be")
    with pytest.raises(NotWritten, match="nothing can be written in .*kept"):
        resume(folder, HERE)
    assert tries() == []
    with pytest.raises(NotWritten, match="nothing can be written in"):
        execute(asked, Where("here", folder=folder / "manifest.csv" / "below"))


# ---------------------------------------------------------------- what counts


def test_a_line_counts_only_if_it_is_whole_and_the_studys(pretending: None, tmp_path: Path) -> None:
    folder = kept(tmp_path)
    expected = read(folder)
    lines = next((folder / "results").iterdir()).read_text().splitlines(keepends=True)
    for path in (folder / "results").iterdir():
        path.unlink()
    foreign = json.loads(lines[1]) | {"study": "of another", "cost": 1.0}
    beyond = json.loads(lines[1]) | {"number": 4}
    cut, nothing = lines[2][: len(lines[2]) // 2], "\0" * 40 + "\n"
    (folder / "results" / "a.jsonl").write_text(lines[0] + nothing + json.dumps(foreign) + "\n" + json.dumps(beyond) + "\n")
    (folder / "results" / "b.jsonl").write_text("[1, 2]\n" + lines[3].rstrip("\n"))  # whole, but perhaps only so far
    (folder / "results" / "c.jsonl").write_text(lines[1] + cut)
    assert [r is not None for r in read(folder).results] == [True, True, False, False]
    same(execute(study(4), Where("here", folder=folder)), expected)
    assert [tries().count(i) for i in range(4)] == [1, 1, 2, 2]


def test_of_two_endings_the_final_one_counts_and_else_the_last(pretending: None, tmp_path: Path) -> None:
    asked = study(2)
    folder = tmp_path / "kept"
    folders.make(folder, asked, *with_start(asked))
    first, second, third, last = (Kept(folder, opened(folder).key, 2) for _ in range(4))
    for writer, ending in ((first, "time limit"), (second, "optimal"), (third, "failed")):
        writer.begin()
        writer.add(Result(0, ending), "a test")
        writer.end()
    last.begin()
    last.add(Result(1, "failed", detail="first"), "a test")
    last.add(Result(1, "failed", detail="second"), "a test")
    last.end()
    found = read(folder).results
    assert found[0] is not None and found[0].status == "optimal"
    assert found[1] is not None and found[1].detail == "second"


def test_a_run_done_twice_gives_the_same_row(tmp_path: Path) -> None:
    """Without a pretence: the real solver, in another order, in another process's place."""
    folder = kept(tmp_path)
    expected, rows = read(folder), next((folder / "results").iterdir())
    rows.unlink()
    resume(folder, HERE, only=[2])
    resume(folder, HERE, only=[3, 2, 0])
    resume(folder, HERE)
    same(read(folder), expected)
    tried = [json.loads(line)["number"] for p in (folder / "results").iterdir() for line in p.read_text().splitlines()]
    assert sorted(tried) == [0, 1, 2, 3]


def test_what_others_finish_meanwhile_is_not_done_again(pretending: None, tmp_path: Path) -> None:
    asked = study(4)
    folder = tmp_path / "kept"
    folders.make(folder, asked, *with_start(asked))
    key = opened(folder).key
    ours, theirs = Kept(folder, key, 4), Kept(folder, key, 4)
    work = Work(asked, range(4), {}, ours, Report(4, 0, None))
    assert [run.number for run in work.take(2)] == [0, 1]
    theirs.begin()
    theirs.add(Result(2, "optimal", 5.0), "elsewhere")
    theirs.end()
    assert [run.number for run in work.take(2)] == [3]
    assert work.results[2].cost == 5.0 and len(work) == 3


def test_two_processes_share_a_folder(tmp_path: Path) -> None:
    asked = study(10)
    folder = tmp_path / "kept"
    folders.make(folder, asked, *with_start(asked))
    command = [sys.executable, "-m", "magnet_sourcing", "runs", str(folder), "--unfinished", "--engine", "here", "--json"]
    both = [subprocess.Popen(command, cwd=ROOT, env=environment(), stdout=subprocess.PIPE) for _ in range(2)]
    said = [json.loads(process.communicate()[0]) for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert all(answer["left"] == 0 and answer["endings"] == {"optimal": 10} for answer in said)
    same(read(folder), execute(asked, HERE))


# ---------------------------------------------------------------- tried again


def test_failed_runs_are_kept_apart_until_they_are_asked_for_again(
    pretending: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = kept(tmp_path, study(4, **{"raise": 2}))
    assert execute(study(4, **{"raise": 2}), Where("here", folder=folder)).notes == (
        f"4 finished runs were taken over from {folder}.",
    )
    assert tries().count(2) == 1
    monkeypatch.setattr(Pretending, "_solved", Pretending.solution)  # the mistake is corrected
    ran = call(folder, "--again", "failed", "--engine", "here")
    assert ran.exit_code == 0 and "4 of 4 runs done, 0 left" in ran.output, ran.output
    assert tries().count(2) == 2 and len(tries()) == 5
    assert all(r is not None and r.proved for r in read(folder).results)


# ---------------------------------------------------------------- the tables


def done(*results: Result | None) -> Done:
    runs = tuple(Run(i, (), {"value": v}) for i, v in enumerate([1.5, "low", None, 2.0, 3.0, 4.0, 5.0][: len(results)]))
    return Done(Study("test", study(1).case, runs, Options(gap=1e-3)), Result(-1, "optimal", 1.0), results)


def test_runs_that_are_not_proved_are_told_apart() -> None:
    found = done(
        Result(0, "optimal", 3.0),
        Result(1, "time limit", 4.0, 2.0),
        Result(2, "infeasible", detail="demand d: cannot be met"),
        Result(3, "invalid", detail="x.xlsx (run 3): price -1"),
        Result(4, "invalid", detail="x.xlsx (run 4): price -1"),
        None,
        Result(6, "infeasible"),
    )
    assert [r.number for r in found.proved] == [0]
    assert [(run.number, how) for run, how in found.apart] == [
        (1, "time limit"), (2, "infeasible"), (3, "invalid"), (4, "invalid"), (5, "not run"), (6, "infeasible"),
    ]  # fmt: skip
    assert found.summary == [
        "7 runs to a gap of 0.001: 1 optimal, 2 infeasible, 2 invalid, 1 ended by the clock, 1 not run.",
        "Infeasible: run 2 (value: None): demand d: cannot be met",
        "Infeasible: run 6 (value: 5.0)",
        "Invalid: run 3 (value: 2.0) and 1 more: x.xlsx (the run): price -1",
        "Ended by the clock, and kept apart: run 1 (value: low).",
        "Not run: run 5 (value: 4.0).",
    ]


def test_tidy_tables_are_written_as_csv_and_parquet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = done(
        Result(0, "optimal", 3.0, 2.5, 1 / 6, {"cost": 3.0, "index": 0.1}, {("build", "a, b", 2030): 12.5}),
        Result(1, "infeasible"),
        None,
    )
    files = write_tidy(found, tmp_path / "tables")
    assert [f.name for f in files] == ["runs.csv", "runs.parquet", "decisions.csv", "decisions.parquet"]
    table = pd.read_parquet(tmp_path / "tables" / "runs.parquet")
    assert list(table["value"][:2]) == ["1.5", "low"] and pd.isna(table["value"][2])  # one type a column
    assert table["cost"][0] == 3.0 and list(table["status"]) == ["optimal", "infeasible", "not run"]
    text = (tmp_path / "tables" / "runs.csv").read_text().splitlines()
    assert text[:2] == ["run,value,status,cost,bound,gap,index,way,why,detail", f"0,1.5,optimal,3.0,2.5,{1 / 6},0.1,built,,"]
    assert pd.read_csv(tmp_path / "tables" / "decisions.csv").to_dict("records") == [
        {"run": 0, "kind": "build", "name": "a, b", "year": 2030, "amount": 12.5}
    ]
    monkeypatch.setattr(tidy, "find_spec", lambda _: None)
    assert [f.name for f in write_tidy(found, tmp_path / "plain")] == ["runs.csv", "decisions.csv"]
    assert 'pip install "magnet-sourcing[parquet]"' in tidy.no_parquet()


# ---------------------------------------------------------------- progress


def test_progress_is_told_at_growing_intervals() -> None:
    """200 runs, one a second, the sixth failed: told after 1, then 1.5 times as long each time, at the end again."""
    now, told = [0.0], []
    report = Report(250, 50, lambda done, of, how: told.append((done, of, how)), lambda: now[0])
    for i in range(200):
        now[0] += 1.0
        report.finished(Result(i, "failed" if i == 5 else "optimal"))
    report.end()
    report.end()
    moments = [done - 50 for done, _, _ in told]
    assert moments == [1, 3, 6, 10, 16, 24, 36, 54, 80, 119, 177, 200]  # 1, 1.5, 2.25, 3.375, 5.06 ..., in whole runs
    assert told[2][:2] == (56, 250) and told[2][2].startswith("194 left, 1.0 a second, done about ")
    assert told[2][2].endswith("; 1 failed") and told[-1] == (250, 250, "0 left, 1.0 a second; 1 failed")


# ---------------------------------------------------------------- the verb


def test_the_verb_shows_solves_and_gathers(pretending: None, tmp_path: Path) -> None:
    asked = study(12, **{"raise": 9})
    folder = tmp_path / "kept"
    folders.make(folder, asked, *with_start(asked))
    shown = call(folder)
    assert shown.exit_code == 0 and "test: 0 of 12 runs done, 12 left" in shown.output
    assert f"magnet-sourcing runs {folder} --unfinished" in shown.output
    assert call(folder, "--task", "0-3", "--task", "7,5", "--engine", "here", "--quiet").exit_code == 0
    answer = json.loads(call(folder, "--json").output)
    assert (answer["done"], answer["left"], answer["endings"]) == (6, 6, {"not run": 6, "optimal": 6})
    failed = call(folder, "--task", "9", "--engine", "here")
    assert failed.exit_code == 1 and "Failed: run 9 (price: 75000.0, do: raise)" in failed.output
    ran = call(folder, "--unfinished", "--engine", "here", "--gather", "-o", tmp_path / "tables", "--json")
    assert ran.exit_code == 0 and len(json.loads(ran.stdout)["files"]) == 4
    assert sorted(tries()) == list(range(12))
    table = pd.read_csv(tmp_path / "tables" / "runs.csv")
    assert list(table["run"]) == list(range(12)) and list(table["cost"].isna()) == [i == 9 for i in range(12)]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--task", "4"], "--task 4: the study has 4 runs, 0 to 3"),
        (["--task", "3-1"], "--task 3-1: the range ends before it begins"),
        (["--task", "two"], "--task 'two' is no run and no range of runs; write 7 or 0-99"),
        (["--task", "1", "--unfinished"], "--task and --unfinished: give one of them"),
        (["-o", "x"], "--output goes with --gather"),
    ],
)
def test_wrong_use_of_the_verb(arguments: list[str], said: str, pretending: None, tmp_path: Path) -> None:
    ran = call(kept(tmp_path), *arguments)
    assert ran.exit_code == 2 and said in ran.output


def test_a_folder_without_a_study(tmp_path: Path) -> None:
    ran = call(tmp_path / "nothing")
    assert ran.exit_code == 2 and "holds no study; a study is kept in a folder with --folder" in ran.output


def test_ranges_of_runs() -> None:
    assert list(numbers(" 3-5 ", 6)) == [3, 4, 5] and list(numbers("0", 1)) == [0]
