"""Finished runs on disk: a small JSON line for each, in a file for each process that writes.

Several processes may write at once, on one machine or many. Appending to one shared file is not safe on network file
systems, where two machines can write to the same place and neither notices; so every process has a file of its own, and
they are merged when read. A line counts only if it is whole, ends, and belongs to the study.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
import time
from collections.abc import Collection
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from ...files import NotWritten
from .encoding import dumped, result_of, result_row
from .study import Result

# Endings that another try would not change. The others are kept too, but may be tried again when asked.
FINAL = ("optimal", "infeasible", "unbounded", "invalid")
_SYNC_SECONDS = 1.0


class Kept:
    """The finished runs of a folder's study.

    runs: how many the study has. `results` holds the ending of each finished run. A run with several endings (tried
    again, or done by two processes at once) has the final one, among equals the last attempt.
    """

    def __init__(self, folder: Path, key: str, runs: int) -> None:
        self._results, self._logs = folder / "results", folder / "log"
        self._key, self._runs = key, runs
        self._read_to: dict[Path, int] = {}
        self._ranked: dict[int, tuple[tuple[bool, int, str], Result]] = {}
        self._name = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}"
        self._out: Any = None
        self._log: Any = None
        self._synced = 0.0
        self.refresh()

    @property
    def results(self) -> dict[int, Result]:
        return {number: result for number, (_, result) in self._ranked.items()}

    # ------------------------------------------------------------ reading

    def refresh(self) -> bool:
        """Reads what others have written since; whether there was anything."""
        found = False
        for path in sorted(self._results.glob("*.jsonl")):
            if path.stem == self._name:
                continue
            with suppress(FileNotFoundError), path.open("rb") as lines:  # one that stayed empty is taken away
                before = lines.seek(self._read_to.get(path, 0))
                text = lines.read()
                whole = text[: text.rfind(b"\n") + 1]
                self._read_to[path] = before + len(whole)
                found = found or bool(whole)
                for line in whole.splitlines():
                    self._take(line)
        return found

    def _take(self, line: bytes) -> None:
        try:
            row = json.loads(line)
            if row["study"] != self._key or not 0 <= row["number"] < self._runs:
                return
            ranked = (row["status"] in FINAL, int(row["attempt"]), dumped(row)), result_of(row)
        except (ValueError, KeyError, TypeError):
            return  # cut off, or not ours
        number = ranked[1].number
        if number not in self._ranked or ranked[0] > self._ranked[number][0]:
            self._ranked[number] = ranked

    def attempts(self, number: int) -> int:
        return self._ranked[number][0][1] if number in self._ranked else 0

    # ------------------------------------------------------------ writing

    def begin(self) -> None:
        """Opens files to write in. Raises NotWritten if the folder takes none."""
        try:
            for folder in (self._results, self._logs):
                folder.mkdir(exist_ok=True)
            self._out = (self._results / f"{self._name}.jsonl").open("x", encoding="utf-8")
            self._log = (self._logs / f"{self._name}.txt").open("x", encoding="utf-8")
        except OSError as reason:
            raise NotWritten(f"nothing can be written in {self._results.parent} ({reason.strerror or reason})") from reason

    def add(self, result: Result, worker: str) -> None:
        """Keeps a finished run, and writes it down in the log."""
        row = result_row(result) | {"study": self._key, "attempt": self.attempts(result.number) + 1, "worker": worker}
        line = dumped(row) + "\n"
        try:
            self._out.write(line)
            self._out.flush()  # survives the end of this process
            if time.monotonic() > self._synced + _SYNC_SECONDS:
                os.fsync(self._out.fileno())  # survives the end of the machine
                self._synced = time.monotonic()
            ending = f"{result.status} in {result.seconds:.3f} s, {result.way}"
            self.log(f"run {result.number}: {ending}, {worker}{f'; {result.detail}' if result.detail else ''}")
        except OSError as reason:
            raise NotWritten(f"a finished run could not be kept ({reason.strerror or reason})") from reason
        self._take(line.encode())

    def log(self, text: str) -> None:
        stamp = datetime.now().astimezone().isoformat(timespec="seconds")
        self._log.write(f"{stamp}  {' '.join(text.split())}\n")
        self._log.flush()

    def end(self) -> None:
        """Closes the files; those without a run are taken away."""
        if self._out is None:
            return
        empty = self._out.tell() == 0
        self._out.close()
        self._log.close()
        if empty:
            Path(self._out.name).unlink(missing_ok=True)
        self._out = None


def left_of(results: dict[int, Result], runs: int, again: Collection[str] = ()) -> list[int]:
    """Runs without an ending, or with one that is to be tried again."""
    return [i for i in range(runs) if i not in results or results[i].status in again]
