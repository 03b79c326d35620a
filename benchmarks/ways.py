"""One measurement of one way, in a process of its own: `python benchmarks/ways.py WAY FOLDER OPTIONS` prints a line of JSON.

FOLDER holds what `make` wrote beforehand, so that a way pays, in time and memory, for nothing but its own: the case for
ours, prepared frames for peers, arrays for the floor.
"""

from __future__ import annotations

import gc
import json
import pickle
import resource
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, fields, replace
from functools import wraps
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

ARRAYS = ("cost", "lower", "upper", "whole", "start", "index", "value", "row_lower", "row_upper")


@dataclass
class Measured:
    """cpu, wall: seconds by step. peak: MB, of the whole process after each step (memory never shrinks)."""

    cpu: dict[str, float] = field(default_factory=dict)
    wall: dict[str, float] = field(default_factory=dict)
    peak: dict[str, float] = field(default_factory=dict)
    objective: float | None = None
    said: dict[str, Any] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        cpu, wall = time.process_time(), time.perf_counter()
        yield
        self.cpu[name] = self.cpu.get(name, 0.0) + time.process_time() - cpu
        self.wall[name] = self.wall.get(name, 0.0) + time.perf_counter() - wall
        self.peak[name] = peak()

    def watch(self, module: Any, function: str, name: str) -> None:
        """Counts every call of a function of ours as a step."""
        whole = getattr(module, function)

        @wraps(whole)
        def watched(*given: Any, **named: Any) -> Any:
            with self.step(name):
                return whole(*given, **named)

        setattr(module, function, watched)


def peak() -> float:
    """Largest memory so far, MB. What getrusage says may, on Linux, be that of the process that started this one."""
    status = Path("/proc/self/status")
    if status.exists():
        return next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM")) / 1024
    largest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return largest / (2**20 if sys.platform == "darwin" else 1024)


@dataclass(frozen=True)
class Asked:
    """gap, limit (seconds of HiGHS): as in `solve`. solve: else only built and handed over. write, prices: of ours.
    peers: whether `make` prepares frames."""

    gap: float = 1e-3
    limit: float = 600.0
    solve: bool = True
    write: bool = True
    prices: bool = False
    peers: bool = True

    def highs(self) -> dict[str, Any]:
        """What a session of ours sets."""
        return {
            "output_flag": False,
            "mip_rel_gap": self.gap,
            "mip_abs_gap": 1e-6,
            "mip_heuristic_run_rins": False,
            "mip_heuristic_run_rens": False,
            "threads": 1,
            "random_seed": 0,
            "time_limit": float(self.limit),
        }


# ---------------------------------------------------------------- making the inputs


def save(case: Any, folder: Path) -> None:
    """The case, for the others to start from."""
    (folder / "case.pickle").write_bytes(pickle.dumps((case.settings, case.tables)))


def make(folder: Path, asked: Asked) -> Measured:
    """Writes what the floor and the peers start from; says the size of the programme and the seconds frames took."""
    from magnet_sourcing import Case
    from magnet_sourcing.problem import Problem
    from magnet_sourcing.session import Session

    case, m = Case(*_read(folder, "case")), Measured()
    if asked.peers:
        from peers.data import prepare

        with m.step("prepare"):
            data = prepare(case)
        (folder / "data.pickle").write_bytes(pickle.dumps(data))
    matrix = Problem(case).matrix
    arrays = {name: getattr(matrix, name) for name in ARRAYS}
    arrays |= {"offset": matrix.offset, "scale": Session.scale_of(matrix)}
    (folder / "arrays.pickle").write_bytes(pickle.dumps(arrays))
    m.said = {"columns": len(matrix.cost), "rows": len(matrix.row_lower), "prepare": m.cpu.get("prepare")}
    m.said |= {"entries": len(matrix.value), "whole": int(matrix.whole.sum())}
    return m


def _read(folder: Path, name: str) -> Any:
    return pickle.loads((folder / f"{name}.pickle").read_bytes())


# ---------------------------------------------------------------- ours and the floor


def ours(folder: Path, asked: Asked) -> Measured:
    """Step by step, without tie-breaking; `solve` brings the values back too."""
    import magnet_models  # noqa: F401  its import, Pyomo's most of all, is measured apart
    from magnet_sourcing import Case, Options, solving
    from magnet_sourcing.problem import Problem
    from magnet_sourcing.session import Session

    case, m = Case(*_read(folder, "case")), Measured()
    gc.collect()
    m.peak["inputs"] = peak()
    begun = time.perf_counter()
    with m.step("parse"):
        case.resolved()
    with m.step("check"):
        solving.check_case(case)
    with m.step("build"):
        problem = Problem(case)
    options = Options(gap=asked.gap, time_limit=asked.limit, tie_break=False)
    with m.step("hand over"):
        session = Session(problem.matrix, options)
    if not asked.solve:
        return m
    with m.step("solve"):
        outcome = session.solve()
    m.said = {"status": str(outcome.status), "gap": outcome.gap}
    if outcome.values is None:
        return m
    m.watch(solving, "_tables", "tables")
    m.watch(solving, "audit", "audit")
    m.watch(solving, "_add_prices", "prices")
    plan = solving.plan_of(problem, outcome, options, begun, priced=asked.prices)
    assert plan.audit is not None and plan.audit.passed, plan.audit
    m.objective = plan.objective
    if asked.write:
        with TemporaryDirectory() as place, m.step("write"):
            plan.write(Path(place, "plan.xlsx"))
    return m


def ours_by_default(folder: Path, asked: Asked) -> Measured:
    """`solve` as anyone calls it: ties broken, prices worked out."""
    import magnet_models  # noqa: F401
    from magnet_sourcing import Case, solve

    case, m = Case(*_read(folder, "case")), Measured()
    with m.step("everything"):
        plan = solve(case, gap=asked.gap, time_limit=asked.limit)
    m.objective, m.said = plan.objective, {"status": plan.status}  # type: ignore[union-attr]
    return m


def floor(folder: Path, asked: Asked) -> Measured:
    """HiGHS alone, on arrays that are already in memory."""
    import highspy
    import numpy as np

    a, m = _read(folder, "arrays"), Measured()
    h = highspy.Highs()
    for name, value in asked.highs().items():
        h.setOptionValue(name, value)
    m.peak["inputs"] = peak()
    with m.step("hand over"):
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = len(a["cost"]), len(a["row_lower"])
        lp.col_cost_, lp.offset_ = a["cost"] * a["scale"], a["offset"] * a["scale"]
        lp.col_lower_, lp.col_upper_ = a["lower"], a["upper"]
        lp.row_lower_, lp.row_upper_ = a["row_lower"], a["row_upper"]
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = a["start"], a["index"], a["value"]
        if a["whole"].any():
            kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
            lp.integrality_ = [kinds[int(w)] for w in a["whole"]]
        h.passModel(lp)
    if asked.solve:
        with m.step("solve"):
            h.run()
            np.array(h.getSolution().col_value)
        m.said = {"status": _ending(h)}
        if m.said["status"] == "optimal":
            m.objective = h.getInfo().objective_function_value / a["scale"]
    return m


def _ending(h: Any) -> str:
    said: str = h.modelStatusToString(h.getModelStatus()).lower()
    return said.replace("time limit reached", "time limit")


# ---------------------------------------------------------------- peers


def _peer(folder: Path, asked: Asked, build: Callable, hand_over: Callable | None, solve: Callable) -> Measured:
    data, m = _read(folder, "data"), Measured()
    gc.collect()
    m.peak["inputs"] = peak()
    with m.step("build"):
        model = build(data)
    handed = model
    if hand_over is not None:
        with m.step("hand over"):
            handed = hand_over(model, asked.highs())
    if asked.solve:
        with m.step("solve"):
            found = solve(model, handed)
        m.objective = (found + data.fixed) * 1e6
    return m


def _linopy(folder: Path, asked: Asked, sparse: bool = False) -> Measured:
    from peers import with_linopy as peer

    return _peer(folder, asked, lambda d: peer.build(d, sparse), peer.hand_over, peer.solve)


def _pyomo(folder: Path, asked: Asked, interface: str = "") -> Measured:
    from peers import with_pyomo as peer

    hand_over, solve = getattr(peer, f"hand_over{interface}"), getattr(peer, f"solve{interface}")
    return _peer(folder, asked, peer.build, hand_over, solve)


def _loops(folder: Path, asked: Asked, layer: str) -> Measured:
    from peers import with_loops as peer

    made = getattr(peer, layer)(asked.highs())
    return _peer(folder, asked, lambda d: peer.build(d, made), None, lambda model, _: model.solve())


WAYS: dict[str, Callable[[Path, Asked], Measured]] = {
    "ours": ours,
    "ours, by default": ours_by_default,
    "floor": floor,
    "linopy": _linopy,
    "linopy, sparse": lambda f, a: _linopy(f, a, sparse=True),
    "Pyomo, appsi": _pyomo,
    "Pyomo, contrib.solver": lambda f, a: _pyomo(f, a, "_contrib"),
    "Pyomo, LP file": lambda f, a: _pyomo(f, a, "_lp"),
    "pyoptinterface": lambda f, a: _loops(f, a, "Poi"),
    "highspy expressions": lambda f, a: _loops(f, a, "Highspy"),
    "make": make,
}
PEERS = [way for way in WAYS if way not in ("ours", "ours, by default", "floor", "make")]
PLAIN_PYOMO = [way for way in PEERS if way.startswith("Pyomo")]


def asked_of(text: str) -> Asked:
    given = json.loads(text)
    return replace(Asked(), **{f.name: given[f.name] for f in fields(Asked) if f.name in given})


def main() -> None:
    way, folder, options = sys.argv[1:]
    print("\n" + json.dumps(asdict(WAYS[way](Path(folder), asked_of(options)))))


if __name__ == "__main__":
    main()
