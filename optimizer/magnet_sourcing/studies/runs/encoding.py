"""A study as text: the files of its folder, and back. What is read is the study that was written, to the last digit.

The case is a folder of CSV tables, the runs a manifest with a row each, what they change two tables (`worlds`), everything
else one JSON object. The study's key is a hash over all of it, so that finished runs are never taken over by a study
they do not belong to.
"""

from __future__ import annotations

import csv
import hashlib
import io
import itertools
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from ...case import Case
from ...changes import Change
from ...problem import Wish
from ...session import Options
from ...solving import record_of
from ...writing import csv_files
from .changesets import Changes, distinct
from .study import Result, Run, Study
from .worlds import NUMBERS, WORLDS, sets_of, tables_of

MANIFEST, CASE = "manifest.csv", "case"
RUNS = (MANIFEST, NUMBERS, WORLDS)
_HEADS = ["run", "label", "changes", "world", "plan held", "case", "gap", "time limit", "seed", "output", "label data"]
_TOLD = 3  # changes told in the manifest; more are a row of the worlds
VERSIONS = ("magnet-sourcing", "highspy", "pyomo")


# ---------------------------------------------------------------- writing


def study_files(study: Study) -> dict[str, str]:
    """File name -> text of the case, the worlds and the manifest."""
    study.case.resolved()  # settles the settings, so that a case gives the same text however it was made
    files = {f"{CASE}/{name}": text for name, text in csv_files(study.case).items()}
    sets = distinct(study.runs)
    return files | {MANIFEST: _manifest(study, sets)} | tables_of(sets)


def _manifest(study: Study, sets: Sequence[Changes]) -> str:
    world = {id(changes): i for i, changes in enumerate(sets, start=1)}
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_HEADS)
    case, options = study.case.hash[:12], study.options
    for run in study.runs:
        writer.writerow(
            [
                run.number,
                "; ".join(f"{k}: {v}" for k, v in run.label.items()),
                _words(run.changes),
                world.get(id(run.changes), ""),
                run.plan,
                case,
                options.gap,
                options.time_limit,
                options.seed,
                ", ".join(dict.fromkeys(("cost", *study.measures))),
                dumped(dict(run.label)),
            ]
        )
    return out.getvalue()


def _words(changes: Sequence[Change]) -> str:
    told = [str(c) for c in itertools.islice(changes, _TOLD)]
    more = [f"and {len(changes) - _TOLD} more"] if len(changes) > _TOLD else []
    return "; ".join(told + more) or "the case as it stands"


def head(study: Study) -> dict[str, Any]:
    """What makes a study beside its case and its runs."""
    if study.wish.goal is not None:
        raise ValueError("a study of many runs makes cost least: its wish has no goal")
    record = record_of(study.case, study.wish, study.options)
    wish = {f.name: getattr(study.wish, f.name) for f in fields(Wish) if f.name != "goal"}
    made: dict[str, Any] = {
        "kind": study.kind,
        "runs": len(study.runs),
        "options": asdict(study.options),
        "wish": wish | {"china_cap": [[t, x] for t, x in study.wish.china_cap.items()]},
        "measures": list(study.measures),
        "plans": {name: dict(plan) for name, plan in study.plans.items()},
        "versions": {name: record[name] for name in VERSIONS},
    }
    return json.loads(dumped(made))  # type: ignore[no-any-return]


def key_of(files: Mapping[str, str], head: Mapping[str, Any]) -> str:
    """The same for the same case, runs, options, measures, plans and versions, and only then."""
    mark = hashlib.sha256(json.dumps(head, sort_keys=True).encode())
    for name in sorted(files):
        mark.update(f"\n{name}\n{files[name]}".encode())
    return mark.hexdigest()


def dumped(content: Any) -> str:
    """JSON; numbers of numpy as numbers."""
    return json.dumps(content, ensure_ascii=False, default=lambda x: x.item())


# ---------------------------------------------------------------- reading


def files_on_disk(folder: Path) -> dict[str, str]:
    """The files that `study_files` gave, as they stand now."""
    paths = [*(folder / name for name in RUNS), *sorted((folder / CASE).glob("*.csv"))]
    return {p.relative_to(folder).as_posix(): p.read_bytes().decode("utf-8", "replace") for p in paths if p.exists()}


def read_study(folder: Path, files: Mapping[str, str], said: Mapping[str, Any], origin: str) -> Study:
    """The study of a folder. files: as they stand; origin: what its case is called in messages."""
    case = Case.read(folder / CASE)
    case.origin = origin
    wish = dict(said["wish"])
    sets = sets_of(files)
    return Study(
        said["kind"],
        case,
        tuple(_run(row, sets) for row in csv.DictReader(io.StringIO(files[MANIFEST]))),
        Options(**said["options"]),
        Wish(**wish | {"china_cap": {int(t): x for t, x in wish["china_cap"]}}),
        tuple(said["measures"]),
        said["plans"],
    )


def _run(row: Mapping[str, str], sets: Sequence[Changes]) -> Run:
    changes = sets[int(row["world"]) - 1] if row["world"] else ()
    return Run(int(row["run"]), changes, json.loads(row["label data"]), row["plan held"])


# ---------------------------------------------------------------- results


def result_row(result: Result) -> dict[str, Any]:
    row = {f.name: getattr(result, f.name) for f in fields(Result) if f.name != "decisions"}
    decided = [[kind, name, int(year), float(x)] for (kind, name, year), x in result.decisions.items()]
    return row | {"values": dict(result.values), "decisions": decided}


def result_of(row: Mapping[str, Any]) -> Result:
    """Raises KeyError or TypeError for a row that is no result."""
    plain = {f.name: row[f.name] for f in fields(Result) if f.name != "decisions"}
    return Result(**plain, decisions={(kind, name, year): x for kind, name, year, x in row["decisions"]})
