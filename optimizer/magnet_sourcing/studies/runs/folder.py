"""A folder that holds a study: made once, whole or not at all, and never changed after.

    study.json     what was asked, and the plan of the case as it stands from which every run begins
    case/          the case, as CSV tables
    manifest.csv   a row for each run: its label, its first changes in words, its world, how it is solved
    worlds.csv     a row for each world, the case with some changes: the value of each number that may change
    numbers.csv    a row for each of these numbers
    results/       finished runs, a file for each process that solved some
    log/           when which run ended where
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ...files import NotWritten
from .bench import AS_IT_STANDS
from .encoding import (
    RUNS,
    VERSIONS,
    dumped,
    files_on_disk,
    head,
    key_of,
    read_study,
    result_of,
    result_row,
    study_files,
)
from .study import Result, Study

_STUDY = "study.json"


@dataclass(frozen=True)
class Opened:
    """A study as its folder holds it. base: the case as it stands. key: names the study in its results. changed:
    versions that are others now than when the folder was made."""

    folder: Path
    study: Study
    base: Result
    key: str
    changed: str = ""


def holds_study(folder: Path) -> bool:
    """Whether there is a study in the folder. Raises ValueError if there is something else."""
    if (folder / _STUDY).is_file():
        return True
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ValueError(
            f"{folder} holds other files and no study: a study is kept in a folder of its own, new or empty at first"
        )
    return False


def make(folder: Path, study: Study, started: Study, base: Result) -> None:
    """Writes a study into a new folder. started: the study with its start, base: the case as it stands.

    All is written beside and put in place in one step, so that a folder is never half a study; if another process was
    first, its folder stays. Raises NotWritten.
    """
    files, said = study_files(study), head(study)
    content = said | {
        "key": key_of(files, said),
        "case file": study.case.origin,
        "base": result_row(base),
        "as it stands": started.plans.get(AS_IT_STANDS) if base.cost is not None else None,
        "start": started.start,
    }
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    except OSError as reason:
        raise NotWritten(f"nothing can be written in {folder.parent} ({reason.strerror or reason})") from reason
    try:
        for name, text in (files | {_STUDY: dumped(content)}).items():
            (staging / name).parent.mkdir(exist_ok=True)
            (staging / name).write_text(text, encoding="utf-8", newline="")
        os.chmod(staging, 0o777 & ~_mask())
        _put(staging, folder)
    except OSError as reason:
        raise NotWritten(f"{folder} could not be written ({reason.strerror or reason})") from reason
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _mask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _put(staging: Path, folder: Path) -> None:
    try:
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
        os.rename(staging, folder)
    except OSError:
        if not (folder / _STUDY).is_file():  # otherwise another process was first
            raise


def opened(folder: Path) -> Opened:
    """The study of a folder. Raises ValueError if there is none, or if its case or its runs were changed since."""
    if not holds_study(folder):
        raise ValueError(f"{folder} holds no study; a study is kept in a folder with --folder")
    said = _said(folder)
    files = files_on_disk(folder)
    asked = {k: said[k] for k in _HEAD}
    if key_of(files, asked) != said["key"]:
        raise ValueError(
            f"{folder}: case, study.json or a table of its runs were changed after the study was made, so that its results "
            "would not be one study's; make a new study of the changed case"
        )
    study = read_study(folder, files, said, said["case file"])
    if said["as it stands"] is not None:
        study = replace(study, start=said["start"], plans={**study.plans, AS_IT_STANDS: said["as it stands"]})
    now = head(study)["versions"]
    changed = [f"{v} {said['versions'][v]} then, {now[v]} now" for v in VERSIONS if said["versions"][v] != now[v]]
    return Opened(folder, study, result_of(said["base"]), said["key"], ", ".join(changed))


_HEAD = ("kind", "runs", "options", "wish", "measures", "plans", "versions")


def _said(folder: Path) -> Mapping[str, Any]:
    try:
        said = json.loads((folder / _STUDY).read_text(encoding="utf-8"))
        return {k: said[k] for k in (*_HEAD, "key", "case file", "base", "as it stands", "start")}
    except (ValueError, KeyError, TypeError) as reason:
        raise ValueError(f"{folder / _STUDY} cannot be read as a study ({reason})") from reason


def check_same(folder: Path, study: Study) -> None:
    """Raises ValueError, saying what differs, if the folder holds another study."""
    said, files, asked = _said(folder), study_files(study), head(study)
    if key_of(files, asked) == said["key"]:
        return
    there = files_on_disk(folder)
    apart = [f"{k} ({_short(said[k])} there, {_short(asked[k])} here)" for k in _HEAD if said[k] != asked[k]]
    others = {n for n in {*there, *files} if there.get(n) != files.get(n)}
    apart += ["the runs"] if others & {*RUNS} and said["runs"] == asked["runs"] else []
    names = sorted(others - {*RUNS})
    apart += [f"the case ({', '.join(n.removeprefix('case/') for n in names)})"] if names else []
    raise ValueError(
        f"{folder} holds another study; what differs: {'; '.join(apart)}. Its results are left alone: give another folder"
    )


def _short(value: Any) -> str:
    text = ", ".join(f"{k} {v}" for k, v in value.items()) if isinstance(value, dict) else str(value)
    return text if len(text) < 120 else f"{text[:117]}..."
