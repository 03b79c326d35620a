"""A run over several processes: started by mpiexec, told its task by a file, watched, and stopped if it hangs."""

from __future__ import annotations

import os
import pickle
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from .request import Decomposed, MissingExtra, RanksFailed, Request, Step

# Seconds a run over several processes may take to start, and to end once its time is up.
_GRACE = 60.0
_POLL = 0.1
_LAST_LINES = 30


def over_ranks(request: Request, report: Callable[[Step], None]) -> Decomposed:
    """Runs the request on `request.hedging.ranks` processes. Raises MissingExtra, RanksFailed, and what ranks raise."""
    command = [str(_mpiexec()), "-n", str(request.hedging.ranks), sys.executable, "-m", __package__]
    with tempfile.TemporaryDirectory(prefix="magnet-sourcing-", ignore_cleanup_errors=True) as name:
        folder = Folder(Path(name))
        folder.write("request", replace(request, scenarios=Handed(folder, request.scenarios)))
        with open(folder.path / "output.txt", "wb") as output:
            process = subprocess.Popen(
                [*command, name],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=_environment(),
                start_new_session=True,
            )
            try:
                why = _watched(process, folder, request, report)
            finally:
                _end(process)
        if (result := folder.read("result")) is not None:
            return result
        if (error := folder.read("error")) is not None:
            raise error
        said = (folder.path / "output.txt").read_text(errors="replace").strip().splitlines()
        raise RanksFailed(
            "\n".join([f"{request.hedging.ranks} processes {why}; they last wrote:", *said[-_LAST_LINES:]])
        )


def _watched(process: subprocess.Popen[bytes], folder: Folder, request: Request, report: Callable[[Step], None]) -> str:
    """Waits for the end; returns how it came. Ctrl-C asks the ranks to end with the best they have."""
    h = request.hedging
    begun, shown = time.monotonic(), 0
    deadline = None if h.time_limit is None else begun + h.time_limit + _GRACE
    while True:
        try:
            code = process.poll()
            for step in folder.steps(shown):
                shown += 1
                report(step)
            if code is not None:
                return f"ended with code {code} and no result"
            if folder.read("result") is not None:
                deadline = min(deadline or float("inf"), time.monotonic() + _GRACE / 6)
            if deadline is not None and time.monotonic() > deadline:
                return "did not end in time and were stopped"
            if time.time() - folder.last_sign() > h.patience + _GRACE:
                return f"gave no sign of life for {h.patience:g} seconds and were stopped"
            time.sleep(_POLL)
        except KeyboardInterrupt:
            if (folder.path / "stop").exists():
                raise
            folder.ask_to_stop()
            deadline = time.monotonic() + _GRACE


def _end(process: subprocess.Popen[bytes]) -> None:
    """Stops mpiexec and every rank it has started; they share a process group of their own."""
    if process.poll() is not None:
        return
    if os.name == "nt":
        subprocess.run(["taskkill", "/F", "/T", "/PID", str(process.pid)], capture_output=True, check=False)
    else:
        for sign in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(process.pid, sign)
                process.wait(timeout=5)
                break
            except ProcessLookupError:
                break
            except subprocess.TimeoutExpired:
                continue
    process.wait(timeout=10)


def _mpiexec() -> Path:
    """mpiexec: the environment's own before any other. Raises MissingExtra."""
    beside = Path(sys.executable).parent
    places = [str(beside), str(Path(sys.prefix) / "Library" / "bin"), None]
    program = next((found for place in places if (found := shutil.which("mpiexec", path=place))), None)
    missing = [n for n, there in (("mpi4py", find_spec("mpi4py")), ("mpiexec", program)) if not there]
    if missing:
        raise MissingExtra(
            f'more than one rank needs {" and ".join(missing)}: pip install "magnet-sourcing[mpi]" brings both; '
            "one rank needs neither"
        )
    return Path(str(program))


def _environment() -> dict[str, str]:
    """That of this process; Open MPI is allowed more ranks than cores, as the others are anyway."""
    return os.environ | {
        "OMPI_MCA_rmaps_base_oversubscribe": "1",
        "PRTE_MCA_rmaps_default_mapping_policy": ":oversubscribe",
        "OMP_NUM_THREADS": "1",
    }


class Folder:
    """What the starting process and the ranks tell each other, as files in a temporary folder."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._begun = time.time()

    def write(self, name: str, content: Any) -> None:
        """Whole or not at all."""
        part = self.path / f"{name}.part{os.getpid()}"
        part.write_bytes(pickle.dumps(content))
        part.replace(self.path / f"{name}.pickle")

    def read(self, name: str) -> Any:
        """None if it has not been written."""
        file = self.path / f"{name}.pickle"
        return pickle.loads(file.read_bytes()) if file.exists() else None

    # ------------------------------------------------------------ steps

    def tell(self, step: Step, number: int) -> None:
        self.write(f"step{number}", step)

    def steps(self, since: int) -> list[Step]:
        found: list[Step] = []
        while (step := self.read(f"step{since + len(found)}")) is not None:
            found.append(step)
        return found

    # ------------------------------------------------------------ signs of life, stopping

    def alive(self, rank: int) -> None:
        (self.path / f"alive{rank}").touch()

    def last_sign(self) -> float:
        """When some rank last said that it had solved something; the start, before any has."""
        return max([self._begun, *(f.stat().st_mtime for f in self.path.glob("alive*"))])

    def ask_to_stop(self) -> None:
        (self.path / "stop").touch()

    def asked_to_stop(self) -> bool:
        return (self.path / "stop").exists()


class Handed(Mapping[str, Mapping[str, Sequence[Any]]]):
    """Tables of scenarios in a folder, a file each, read whenever they are asked for: a rank holds none but its own."""

    def __init__(self, folder: Folder, scenarios: Mapping[str, Mapping[str, Sequence[Any]]]) -> None:
        self._folder = folder
        self._numbers = {name: i for i, name in enumerate(scenarios)}
        for name, i in self._numbers.items():
            folder.write(f"scenario{i}", scenarios[name])

    def __getitem__(self, name: str) -> Mapping[str, Sequence[Any]]:
        return self._folder.read(f"scenario{self._numbers[name]}")  # type: ignore[no-any-return]

    def __iter__(self) -> Iterator[str]:
        return iter(self._numbers)

    def __len__(self) -> int:
        return len(self._numbers)
