"""Finished solves on disk, so that a study that was stopped goes on where it was.

A folder holds `run.jsonl` - a line that says what the study is about, then a line a solve - and the plans as arrays. A
line counts only if it is whole and its array is there, unchanged; a folder of another study is begun anew.
"""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import suppress
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np

from ...files import replace_file
from ...session import Outcome, Status
from .tradeoff import Solved, Tradeoff

_LIST = "run.jsonl"
# What is stored of an outcome beside its plan.
_OUTCOME = [f.name for f in fields(Outcome) if f.name not in ("values", "record", "status", "basis", "iterations")]


class Kept:
    """The finished solves of one study. Without a folder they are only remembered."""

    def __init__(self, folder: Path | None, key: str) -> None:
        self._folder, self._key = folder, key
        self._lines: dict[tuple[str, float], dict[str, Any]] = {}
        self.note = ""
        self.taken_over = 0
        if folder is not None and (folder / _LIST).exists():
            self._read(folder)
        if folder is not None:
            self._rewrite(folder)

    # ------------------------------------------------------------ reading

    def _read(self, folder: Path) -> None:
        first, *lines = [_parsed(x) for x in (folder / _LIST).read_text(encoding="utf-8", errors="replace").split("\n")]
        if first.get("key") != self._key:
            for old in (folder / _LIST, *folder.glob("solve-*.npy"), *folder.glob("point-[0-9][0-9].xlsx")):
                with suppress(PermissionError):  # open in Excel on Windows
                    old.unlink()
            self.note = f"{folder} held plans of another case or other options; they were removed and the run began anew."
            return
        for line in lines:
            if line and _sound(folder, line):
                self._lines[line["role"], line["level"]] = line
        if self._lines:
            self.note = f"{len(self._lines)} finished solves of an earlier run were taken over from {folder}."

    def _rewrite(self, folder: Path) -> None:
        """The list with whole lines only, so that what is appended stands on a line of its own."""
        text = "".join(json.dumps(x) + "\n" for x in ({"key": self._key}, *self._lines.values()))
        replace_file(folder / _LIST, lambda path: _write(path, text))

    def get(self, role: str, level: float) -> Solved | None:
        line = self._lines.get((role, level))
        if line is None or self._folder is None:
            return None
        values = np.load(self._folder / line["file"], allow_pickle=False) if line["file"] else None
        outcome = Outcome(values=values, status=Status(line["outcome status"]), **{k: line[k] for k in _OUTCOME})
        self.taken_over += 1
        plain = {f.name: line[f"solve {f.name}"] for f in fields(Solved) if f.name != "outcome"}
        return Solved(**plain, outcome=outcome)

    # ------------------------------------------------------------ writing

    def add(self, asked: float, solved: Solved) -> None:
        """Keeps a finished solve under its role and the level it was asked for."""
        if self._folder is None:
            return
        name, values = "", solved.outcome.values
        if values is not None:
            name = f"solve-{hashlib.sha256(f'{solved.role} {asked!r}'.encode()).hexdigest()[:12]}.npy"
            replace_file(self._folder / name, lambda path: np.save(path, values))
        line = {
            "role": solved.role,
            "level": asked,
            "file": name,
            "sha256": _digest(self._folder / name) if name else "",
            "outcome status": str(solved.outcome.status),
            **{k: getattr(solved.outcome, k) for k in _OUTCOME},
            **{f"solve {f.name}": getattr(solved, f.name) for f in fields(Solved) if f.name != "outcome"},
        }
        self._lines[solved.role, asked] = line
        with (self._folder / _LIST).open("a", encoding="utf-8") as out:
            out.write(json.dumps(line) + "\n")
            out.flush()
            os.fsync(out.fileno())


def key_of(tradeoff: Tradeoff, case_hash: str, versions: dict[str, Any]) -> str:
    """The same for the same case, futures, measures, options and versions, and only then.

    The arrays are part of it: a case with its rows in another order has the same hash, and its columns elsewhere.
    """
    m, mark = tradeoff.matrix, hashlib.sha256()
    vectors = [tradeoff.problem.vector(name) for name in (tradeoff.measure, tradeoff.against)]
    for array in (m.lower, m.upper, m.whole, m.start, m.index, m.value, m.row_lower, m.row_upper, *(v for v, _ in vectors)):
        mark.update(np.ascontiguousarray(array).tobytes())
    said = [tradeoff.measure, tradeoff.against, *(c for _, c in vectors), repr(tradeoff.options), case_hash, versions]
    mark.update(json.dumps(said).encode())
    return mark.hexdigest()


def _parsed(line: str) -> dict[str, Any]:
    """The object on a line; empty for a line that was not finished."""
    try:
        found = json.loads(line)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _sound(folder: Path, line: dict[str, Any]) -> bool:
    needed = {"role", "level", "file", "sha256", "outcome status", *_OUTCOME}
    if not needed <= set(line):
        return False
    return not line["file"] or ((folder / line["file"]).exists() and _digest(folder / line["file"]) == line["sha256"])


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
