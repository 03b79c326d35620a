"""`runs`: how far a kept study is; solves runs of it, and gathers its tables."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .common import (
    EPILOG,
    OK,
    STOPPED_WITH_PLAN,
    STOPPED_WITHOUT,
    UNEXPECTED,
    echo_json,
    output_options,
    section,
    study_progress,
)
from .engines import solving_options, where_of

if TYPE_CHECKING:
    from ..studies.runs.done import Done

_AGAIN = {"failed": "failed", "time-limit": "time limit"}


@click.command(epilog=EPILOG)
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--task", multiple=True, help="Solve these runs: 7, 0-99, or both, joined by commas. Repeatable.")
@click.option("--unfinished", is_flag=True, help="Solve all runs that have no ending.")
@click.option(
    "--again",
    multiple=True,
    type=click.Choice(list(_AGAIN)),
    help="Solve runs again that failed, or that the clock ended. Repeatable.",
)
@click.option("--gather", is_flag=True, help="Write the merged tables, runs and decisions, as CSV and Parquet.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Folder for --gather. Default: FOLDER.")
@solving_options
@output_options
def runs(
    folder: Path,
    task: tuple[str, ...],
    unfinished: bool,
    again: tuple[str, ...],
    gather: bool,
    output: Path | None,
    engine: str,
    workers: int | None,
    cluster: str | None,
    as_json: bool,
    quiet: bool,
    debug: bool,
) -> None:
    """How far the study kept in FOLDER is; solves runs of it, and gathers its tables.

    A study gets a folder with --folder. Several processes, on several machines, may solve runs of one folder at once.
    """
    from ..studies.runs.executing import read, resume

    if output is not None and not gather:
        raise ValueError("--output goes with --gather")
    if task and unfinished:
        raise ValueError("--task and --unfinished: give one of them")
    done = read(folder)
    endings = [_AGAIN[a] for a in again]
    asked = _asked(done, task, unfinished, endings)
    if asked:
        where = where_of(engine, workers, cluster, folder)
        progress = study_progress(quiet or as_json)
        done = resume(folder, where, progress, asked, endings, begin_anywhere=unfinished)
    files, note = _gathered(done, output or folder) if gather else ([], "")
    if as_json:
        echo_json(_as_json(folder, done, files))
    else:
        _show(folder, done, files, note, quiet)
    raise click.exceptions.Exit(_ending(done, asked))


def _asked(done: Done, task: Sequence[str], unfinished: bool, again: Sequence[str]) -> set[int]:
    """Numbers of the runs to be solved, if they have no ending, or one that is tried again."""
    count = len(done.results)
    if task:
        return {n for text in task for part in text.split(",") for n in numbers(part, count)}
    asked = {i for i, r in enumerate(done.results) if r is not None and r.status in again}
    return asked | ({i for i, r in enumerate(done.results) if r is None} if unfinished else set())


def numbers(text: str, count: int) -> range:
    """'7' or '0-99' as run numbers of a study of `count` runs. Raises ValueError."""
    found = re.fullmatch(r"\s*(\d+)(?:\s*-\s*(\d+))?\s*", text)
    if found is None:
        raise ValueError(f"--task '{text.strip()}' is no run and no range of runs; write 7 or 0-99")
    first = int(found[1])
    last = int(found[2]) if found[2] else first
    if last < first:
        raise ValueError(f"--task {text.strip()}: the range ends before it begins")
    if last >= count:
        raise ValueError(f"--task {text.strip()}: the study has {count} runs, 0 to {count - 1}")
    return range(first, last + 1)


def _gathered(done: Done, folder: Path) -> tuple[list[Path], str]:
    from ..studies.runs.tidy import no_parquet, write_tidy

    return write_tidy(done, folder), no_parquet()


def _ending(done: Done, asked: set[int]) -> int:
    """Of the runs that were asked for: all have an ending, some failed, or some have none."""
    results = [done.results[i] for i in asked]
    if any(r is None for r in results):
        return STOPPED_WITH_PLAN if any(r is not None for r in results) else STOPPED_WITHOUT
    return UNEXPECTED if any(r is not None and r.status == "failed" for r in results) else OK


def _seconds_each(done: Done) -> float | None:
    seconds = [r.seconds for r in done.results if r is not None]
    return sum(seconds) / len(seconds) if seconds else None


def headline(done: Done) -> str:
    """'sweep: 120 of 200 runs done, 80 left; 0.31 s a run, so 25 s are left for one process'."""
    finished = sum(r is not None for r in done.results)
    left, each = len(done.results) - finished, _seconds_each(done)
    text = f"{done.study.kind}: {finished:,} of {len(done.results):,} runs done, {left:,} left"
    if each is not None:
        text += f"; {each:.2g} s a run" + (f", so {each * left:,.0f} s are left for one process" if left else "")
    return text


def _show(folder: Path, done: Done, files: Sequence[Path], note: str, quiet: bool) -> None:
    click.echo(headline(done))
    if not quiet:
        section("How the runs ended", list(done.summary))
    for file in files:
        click.echo(f"Table written to {file}")
    if note and not quiet:
        click.echo(note)
    if not done.complete and not quiet:
        click.echo(f"Solve what is left: magnet-sourcing runs {folder} --unfinished")


def _as_json(folder: Path, done: Done, files: Sequence[Path]) -> dict[str, Any]:
    endings = Counter(r.status if r is not None else "not run" for r in done.results)
    return {
        "kind": done.study.kind,
        "folder": str(folder),
        "runs": len(done.results),
        "done": len(done.results) - endings["not run"],
        "left": endings["not run"],
        "endings": dict(sorted(endings.items())),
        "seconds_each": _seconds_each(done),
        "headline": headline(done),
        "summary": done.summary,
        "base": {"status": done.base.status, "cost": done.base.cost, "bound": done.base.bound},
        "files": [str(f) for f in files],
    }
