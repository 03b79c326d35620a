"""How given plans do in all worlds: cost, what is not delivered, and regret against the best of each world."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ..runs.study import Result


class Span(NamedTuple):
    """What a figure is at least and at most, since every solve stops at a gap."""

    low: float
    high: float


@dataclass(frozen=True)
class Fate:
    """A plan whose decisions are held in every world while operations adapt.

    worlds: numbers of those where both the plan and the best of the world are known to the gap; cost, unmet (t), least
    and most regret, and the bound of the best cost by world. impossible: worlds in which the held decisions leave no
    plan; why: what they cannot be kept for ('limit Scheme size') -> in how many of these, '' where no single row tells.
    unknown: worlds in which how the plan does was not found (clock, failure).
    """

    plan: str
    worlds: Sequence[int]
    cost: np.ndarray
    unmet: np.ndarray
    least: np.ndarray
    most: np.ndarray
    bound: np.ndarray
    impossible: Sequence[int]
    unknown: Sequence[int]
    why: Mapping[str, int]

    def mean(self) -> Span:
        return Span(float(self.least.mean()), float(self.most.mean()))

    def at(self, q: float) -> Span:
        """A quantile of regret."""
        return Span(float(np.quantile(self.least, q)), float(np.quantile(self.most, q)))

    def worst(self) -> Span:
        return Span(float(self.least.max()), float(self.most.max()))

    def worst_world(self) -> int:
        return int(self.worlds[int(np.argmax(self.most))])

    def near(self, within: float = 0.01) -> Span:
        """Share of worlds in which the plan is within a share of the best: surely, and possibly."""
        allowed = within * np.abs(self.bound)
        return Span(float((self.most <= allowed).mean()), float((self.least <= allowed).mean()))


def fates(best: Mapping[int, Result], held: Mapping[str, Mapping[int, Result]]) -> list[Fate]:
    """A fate for each plan, over the worlds whose best is known. best: proved results by world; held: plan -> world.

    The decisions' own best operations cost between the run's bound and its cost; the best of the world lies between
    the bound of the free run and the least cost any run found there, so regret is never less than 0.
    """
    least_known = {
        w: min([r.cost for r in (free, *(of[w] for of in held.values() if w in of)) if r.cost is not None])
        for w, free in best.items()
    }
    return [_fate(plan, best, results, least_known) for plan, results in held.items()]


def _fate(plan: str, best: Mapping[int, Result], held: Mapping[int, Result], least_known: Mapping[int, float]) -> Fate:
    rows, impossible, unknown = [], [], []
    for w, free in best.items():
        r = held.get(w)
        if r is None or (not r.proved and r.status != "infeasible"):
            unknown.append(w)
        elif not r.proved:
            impossible.append(w)
        else:
            assert r.cost is not None and r.bound is not None and free.bound is not None
            least = max(0.0, min(r.bound, r.cost) - least_known[w])
            rows.append((w, r.cost, r.values.get("unmet", 0.0), least, max(least, r.cost - free.bound), free.bound))
    numbers = np.array([row[1:] for row in rows], dtype=float).reshape(len(rows), 5)
    cost, unmet, least_by, most_by, bound = numbers.T
    why = Counter(_cause(held[w].detail) for w in impossible)
    worlds = [row[0] for row in rows]
    return Fate(plan, worlds, cost, unmet, least_by, most_by, bound, impossible, unknown, dict(why.most_common()))


def _cause(detail: str) -> str:
    """'limit Scheme size' of 'limit Scheme size, 2025: 3,600 with the decisions held, 3,410 allowed'."""
    return re.sub(r", \d+$", "", detail.partition(":")[0])


def least_greatest(found: Sequence[Fate]) -> tuple[Fate | None, bool]:
    """The plan of least greatest regret among those that can be kept in every world, and whether that is proved:
    its regret at most is not above what any other's is at least."""
    whole = [f for f in found if len(f.worlds) and not f.impossible and not f.unknown]
    if not whole:
        return None, False
    chosen = min(whole, key=lambda f: f.worst().high)
    return chosen, all(chosen.worst().high <= f.worst().low for f in whole if f is not chosen)
