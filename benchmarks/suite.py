"""The whole benchmark: ours, step by step, beside HiGHS alone and the same model in other modelling languages.

    python benchmarks/suite.py                                    # 2k and 50k variables; a few minutes
    python benchmarks/suite.py --sizes 2k,50k,300k,1.5M           # everything; hours, of HiGHS most
    python benchmarks/suite.py --render                           # the page again, from what was measured

Each measurement is a process of its own; ways take turns within each round; medians are shown. Measurements are kept in
benchmarks/results.json, a run replacing those it repeats, and the page docs/performance.md is written from them.
"""

from __future__ import annotations

import argparse
import json
import platform
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import asdict, replace
from datetime import date
from importlib.metadata import version
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import rendering
from generator import SIZES, chain
from magnet_sourcing import Case
from ways import PEERS, PLAIN_PYOMO, Asked, save

HERE = Path(__file__).parent
RESULTS = HERE / "results.json"
PUBLISHED = HERE.parent / "tests" / "published"
# The larger ones; the others are over before they can be timed.
PUBLISHED_CASES = ("orlib_cap101", "ufl_b1_1", "fcnet_sp50x100", "fcnet_l61x114", "netdes_materials")


def measure(way: str, folder: Path, asked: Asked, limit: float) -> dict[str, Any]:
    """What the process of one way says; {'stopped': seconds} if it took longer than the limit."""
    command = [sys.executable, str(HERE / "ways.py"), way, str(folder), json.dumps(asdict(asked))]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=limit)
    except subprocess.TimeoutExpired:
        return {"stopped": limit}
    if done.returncode:
        if done.returncode == -9:
            return {"stopped": "out of memory"}
        raise SystemExit(f"{way} failed:\n{done.stderr[-3000:]}")
    return json.loads(done.stdout.splitlines()[-1])  # type: ignore[no-any-return]


def compare(said: dict[str, dict[str, Any]], tolerance: float) -> None:
    """Stops unless all that were solved reached the same objective."""
    found = {way: m["objective"] for way, m in said.items() if m.get("objective") is not None}
    if found and max(found.values()) - min(found.values()) > tolerance * abs(min(found.values())):
        raise SystemExit(f"objectives differ: {found}")


def median(rounds: list[dict[str, Any]]) -> dict[str, Any]:
    """Of each step; what a run says besides is that of the last round."""
    if any("stopped" in m for m in rounds):
        return next(m for m in rounds if "stopped" in m)
    merged = dict(rounds[-1])
    for what in ("cpu", "wall", "peak"):
        merged[what] = {step: statistics.median(m[what][step] for m in rounds) for step in rounds[-1][what]}
    return merged


def one_case(
    case: Case, ways: Iterable[str], rounds: int, asked: Asked, limit: float, unsolved: Iterable[str], tolerance: float
) -> dict[str, Any]:
    """Every way on one case, taking turns. unsolved: ways that only build and hand over."""
    folder, unsolved, ways = Path(mkdtemp()), set(unsolved), list(ways)
    try:
        print(f"{case.settings['name']}: making", file=sys.stderr, flush=True)
        save(case, folder)
        made = measure("make", folder, replace(asked, peers=any(w in PEERS for w in ways)), limit)["said"]
        found: dict[str, list[dict[str, Any]]] = {way: [] for way in ways}
        for turn in range(rounds):
            for way in ways:
                if any("stopped" in m for m in found[way]):
                    continue  # once is enough
                begun = time.perf_counter()
                m = measure(way, folder, replace(asked, solve=asked.solve and way not in unsolved), limit)
                found[way].append(m)
                spent = f"{time.perf_counter() - begun:.1f} s"
                print(f"  round {turn + 1}: {way}: {spent}", file=sys.stderr, flush=True)
            compare({way: m[-1] for way, m in found.items()}, tolerance)
        return {"made": made, "ways": {way: median(m) for way, m in found.items()}, "rounds": rounds}
    finally:
        shutil.rmtree(folder)


def about() -> dict[str, str]:
    """When, where and with what."""
    packages = ("highspy", "pyomo", "linopy", "pyoptinterface", "numpy", "pandas")
    return {
        "date": str(date.today()),
        "python": platform.python_version(),
        **{name: version(name) for name in packages},
        "command": "python " + " ".join(["benchmarks/suite.py", *sys.argv[1:]]),
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0], formatter_class=argparse.ArgumentDefaultsHelpFormatter
    )
    parser.add_argument("--sizes", default="2k,50k", help="of 2k, 50k, 300k, 1.5M")
    parser.add_argument("--kinds", default="lp,mip")
    parser.add_argument("--rounds", type=int, default=3, help="up to 50k; larger ones have one")
    parser.add_argument("--gap", type=float, default=1e-3)
    parser.add_argument("--solve-limit", type=float, default=600.0, help="seconds HiGHS may take")
    parser.add_argument("--limit", type=float, default=1800.0, help="seconds a measurement may take")
    parser.add_argument("--no-published", action="store_true", help="neither the reference case nor published ones")
    parser.add_argument("--render", action="store_true", help="measure nothing")
    parser.add_argument("--out", type=Path, default=HERE.parent / "docs" / "performance.md")
    asked = parser.parse_args()
    results: dict[str, Any] = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}

    def keep(name: str, found: dict[str, Any]) -> None:
        results[name] = found | {"about": about()}
        RESULTS.write_text(json.dumps(results, indent=1) + "\n")
        rendering.write(results, asked.out)

    plain = Asked(asked.gap, asked.solve_limit)
    for size in () if asked.render else asked.sizes.split(","):
        large = SIZES[size].plants > SIZES["50k"].plants
        for kind in asked.kinds.split(","):
            ways = ["ours", "floor", *PEERS, *([] if large else ["ours, by default"])]
            if SIZES[size].plants > SIZES["300k"].plants:
                ways = [w for w in ways if w not in PLAIN_PYOMO[1:]]  # one of them will do
            case = chain(replace(SIZES[size], whole=kind == "mip"))
            # Peers solve what all solve alike in little time: the programme is the same, and so is HiGHS.
            unsolved = [w for w in PEERS if large or (kind == "mip" and size != "2k" and w != "linopy")]
            rounds, tolerance = 1 if large else asked.rounds, 2 * asked.gap if kind == "mip" else 1e-6
            options = replace(plain, write=SIZES[size].plants <= SIZES["300k"].plants)  # more rows than Excel has
            keep(f"{size} {kind}", one_case(case, ways, rounds, options, asked.limit, unsolved, tolerance))
    if not asked.no_published and not asked.render:
        named = {"reference case": (Case.reference(), asked.gap)}
        named |= {name: (Case.read(PUBLISHED / name), 0.0) for name in PUBLISHED_CASES}
        for name, (case, gap) in named.items():
            tolerance = max(2 * gap, 1e-6)
            found = one_case(case, ["ours", "floor"], asked.rounds, replace(plain, gap=gap), asked.limit, (), tolerance)
            keep(name, found)
    rendering.write(results, asked.out)


if __name__ == "__main__":
    main()
