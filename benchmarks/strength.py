"""How tight the model is, and what strengthening it or setting HiGHS otherwise brings: root gap, nodes, time.

    python benchmarks/strength.py                            # every case, families of rows on and off
    python benchmarks/strength.py --case reference --settings  # HiGHS settings instead of rows

A way is the model with some families of strengthening rows (`magnet_models/strengthening.py`), or HiGHS with some
settings. Ways take turns, one HiGHS seed after another, since the length of a search hangs on chance more than on
anything else; medians over seeds. Ways of one case must agree on its best plan within the gap, or it stops.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pandas as pd
from generator import SIZES, chain
from magnet_sourcing import Case
from magnet_sourcing.matrix import Matrix
from magnet_sourcing.problem import Problem, Wish
from magnet_sourcing.session import Options, Session
from magnet_sourcing.solving import asked_futures

FAMILIES = ("built_first", "together")
WAYS: dict[str, tuple[str, ...]] = {"none": (), **{f: (f,) for f in FAMILIES}, "all": FAMILIES}
_COMES: dict[str, object] = {"mip_heuristic_run_rins": True, "mip_heuristic_run_rens": True}
# RINS and RENS run wherever the name does not say otherwise; a session of ours leaves them out.
SETTINGS: dict[str, dict[str, object]] = {
    "as HiGHS comes": _COMES,
    "no RINS, no RENS": {},
    "no root reduced cost": _COMES | {"mip_heuristic_run_root_reduced_cost": False},
    "none of the three": {"mip_heuristic_run_root_reduced_cost": False},
    "no restarts": _COMES | {"mip_allow_restart": False},
    "no symmetry": _COMES | {"mip_detect_symmetry": False},
    "interior point at the root": _COMES | {"mip_lp_solver": "ipm"},
    "no presolve": _COMES | {"presolve": "off"},
}


@dataclass(frozen=True)
class Asked:
    """A case, the gap asked, and seconds after which it stops."""

    problem: Callable[[], Problem]
    gap: float
    limit: float = 120.0


def _futures() -> Problem:
    case, probability, futures = asked_futures(Case.reference(), None, "all")
    return Problem(case, Wish(), probability, futures)


def _chain(size: str, seed: int) -> Callable[[], Problem]:
    return lambda: Problem(chain(SIZES[size], seed))


def _published(name: str) -> Callable[[], Problem]:
    return lambda: Problem(Case.read(Path(__file__).parents[1] / "tests" / "published" / name))


PUBLISHED = ("orlib_cap41", "orlib_cap101", "ufl_b1_1", "fcnet_sp50x100", "fcnet_l61x114")
ASKED: dict[str, Asked] = {
    "reference": Asked(lambda: Problem(Case.reference()), 1e-4),
    "reference, 13 futures": Asked(_futures, 1e-3),
    **{f"generated 2k, seed {i}": Asked(_chain("2k", i), 1e-4) for i in range(3)},
    **{f"published {name}": Asked(_published(name), 1e-6) for name in PUBLISHED},
    "generated 50k, seed 0": Asked(_chain("50k", 0), 1e-3),
}


def built(asked: Asked, families: Iterable[str]) -> Matrix:
    """The programme with only these families of rows."""
    with ExitStack() as off:
        for family in set(FAMILIES) - set(families):
            off.enter_context(patch(f"magnet_models.model.add_{family}", lambda piece: None))
        return asked.problem().matrix


@dataclass(frozen=True)
class Found:
    plan: float
    bound: float
    nodes: int
    iterations: int
    seconds: float


def solved(m: Matrix, asked: Asked, seed: int, settings: dict[str, object]) -> Found:
    session = Session(m, Options(asked.gap, asked.limit, seed=seed, tie_break=False))
    for name, value in settings.items():
        session._h.setOptionValue(name, value)
    begun = time.process_time()
    outcome = session.solve()
    seconds = time.process_time() - begun
    assert outcome.objective is not None and outcome.bound is not None, outcome
    iterations = session._h.getInfo().simplex_iteration_count
    return Found(outcome.objective, outcome.bound, outcome.nodes, int(iterations), seconds)


def relaxed(m: Matrix) -> float:
    """Optimum without whole numbers."""
    outcome = Session(replace(m, whole=np.zeros(len(m.whole), dtype=bool)), Options(time_limit=120.0)).solve()
    assert outcome.objective is not None, outcome
    return outcome.objective


def table(name: str, asked: Asked, ways: dict[str, tuple[Matrix, dict[str, object]]], seeds: int) -> pd.DataFrame:
    runs: dict[str, list[Found]] = {way: [] for way in ways}
    for seed in range(seeds):
        for way, (m, settings) in ways.items():
            runs[way].append(solved(m, asked, seed, settings))
    found = [f for way in runs.values() for f in way]
    best = min(f.plan for f in found)
    proved = max(f.bound for f in found)
    assert proved <= best + 1e-6 * abs(best), (name, best, proved)  # no way cuts off another's plan
    rows = []
    for way, (m, _) in ways.items():
        middle = [statistics.median(getattr(f, what) for f in runs[way]) for what in ("nodes", "iterations", "seconds")]
        left = statistics.median((f.plan - f.bound) / abs(f.plan) for f in runs[way])
        root = (best - relaxed(m)) / abs(best)
        spread = f"{min(f.seconds for f in runs[way]):.1f}-{max(f.seconds for f in runs[way]):.1f}"
        rows.append((name, way, len(m.row_lower), 100 * root, 100 * left, *middle, spread))
    columns = ["case", "way", "rows", "root gap %", "gap left %", "nodes", "LP iterations", "CPU s", "from-to"]
    return pd.DataFrame(rows, columns=columns)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--case", action="append", choices=sorted(ASKED), help="several times; all without it")
    options.add_argument("--seeds", type=int, default=5)
    options.add_argument("--settings", action="store_true", help="HiGHS settings, with all families of rows")
    options.add_argument("--way", action="append", help="only this one, several times; all without it")
    asked = options.parse_args()
    for name in asked.case or ASKED:
        case = ASKED[name]
        if asked.settings:
            m = built(case, FAMILIES)
            ways = {way: (m, settings) for way, settings in SETTINGS.items() if not asked.way or way in asked.way}
        else:
            chosen = {way: families for way, families in WAYS.items() if not asked.way or way in asked.way}
            matrices = {way: built(case, families) for way, families in chosen.items()}
            # A family without rows of this case changes nothing.
            lengths = {way: len(m.row_lower) for way, m in matrices.items()}
            telling = {n: way for way, n in reversed(lengths.items())}
            ways = {way: (m, {}) for way, m in matrices.items() if way in telling.values()}
        print(table(name, case, ways, asked.seeds).round(3).to_string(index=False), "\n", flush=True)


if __name__ == "__main__":
    main()
