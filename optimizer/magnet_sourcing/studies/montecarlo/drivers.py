"""Which ranges drive the spread: rank correlations, worlds above and below a value, what separates a decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from . import statistics
from .statistics import Estimate

_SHOWN = 30  # ranges with bootstrap intervals: those with the strongest correlations


@dataclass(frozen=True)
class Driver:
    """A range and a measure over the worlds.

    range: its place among the ranges. correlation: Spearman's, with its interval. beyond: whether more than chance
    gives among as many ranges. above, below: mean of the measure where the range is above or below the case as it
    stands, None without such worlds. apart: above less below, with its interval.
    """

    range: int
    measure: str
    correlation: Estimate
    beyond: bool
    above: float | None
    below: float | None
    apart: Estimate | None


def drivers(positions: np.ndarray, values: np.ndarray, measure: str, seed: int) -> list[Driver]:
    """The ranges with the strongest rank correlation with a measure, the strongest first.

    positions: worlds x ranges. values: of the measure by world. Nothing for fewer than four worlds or no spread.
    """
    n, m = positions.shape
    if n < 4 or m == 0 or np.ptp(values) <= 1e-9 * max(1.0, float(np.abs(values).max())):
        return []
    x, y = statistics.ranks(positions), statistics.ranks(values)
    found = statistics.correlations(x, y)
    strongest = np.argsort(-np.abs(found), kind="stable")[:_SHOWN]
    low, high = statistics.correlation_intervals(x[:, strongest], y, seed)
    limit = statistics.by_chance(n, m)
    return [
        Driver(
            int(j),
            measure,
            Estimate(float(found[j]), float(low[k]), float(high[k])),
            bool(abs(found[j]) > limit),
            *_halves(positions[:, j], values),
        )
        for k, j in enumerate(strongest)
        if found[j]
    ]


def _halves(position: np.ndarray, values: np.ndarray) -> tuple[float | None, float | None, Estimate | None]:
    above, below = values[position > 0], values[position < 0]
    means = tuple(float(part.mean()) if len(part) else None for part in (above, below))
    if len(above) < 2 or len(below) < 2:
        return *means, None  # type: ignore[return-value]
    apart = float(above.mean() - below.mean())
    half = statistics.Z * float(np.hypot(statistics.standard_error(above), statistics.standard_error(below)))
    return *means, Estimate(apart, apart - half, apart + half)  # type: ignore[return-value]


@dataclass(frozen=True)
class Split:
    """The range that best tells worlds that take a decision from those that do not, and where.

    at: position. above, below: share of worlds that take it on either side. right: share of worlds sorted right by
    it. guess: share right if always the commoner were said.
    """

    kind: str
    name: str
    range: int
    at: float
    above: float
    below: float
    right: float
    guess: float


def separating(
    positions: np.ndarray, taken: Mapping[tuple[str, str], np.ndarray], least: int = 5
) -> list[Split]:
    """For each decision taken in some worlds and not in others, the split of one range that tells them apart best.

    taken: (kind, name) -> whether, by world. Decisions with fewer than `least` worlds on a side, and those that no
    range tells apart beyond chance (Mann-Whitney over all ranges and decisions, Bonferroni), have none.
    """
    n, m = positions.shape
    asked = {key: yes for key, yes in taken.items() if least <= yes.sum() <= n - least}
    if not asked or not m:
        return []
    x = statistics.ranks(positions)
    limit = statistics.beyond_chance(m * len(asked))
    found = []
    for (kind, name), yes in asked.items():
        ones, zeros = int(yes.sum()), int(n - yes.sum())
        score = (x[yes].mean(axis=0) - x[~yes].mean(axis=0)) / np.sqrt((n + 1) * n * n / (12 * ones * zeros))
        j = int(np.argmax(np.abs(score)))
        if abs(score[j]) > limit and (split := _split(positions[:, j], yes)) is not None:
            at, above, below, right = split
            found.append(Split(kind, name, j, at, above, below, right, max(ones, zeros) / n))
    return sorted(found, key=lambda s: -s.right)


def _split(position: np.ndarray, yes: np.ndarray) -> tuple[float, float, float, float] | None:
    """Between which positions the two shares differ most; None if the range stands still."""
    order = np.argsort(position, kind="stable")
    at, hit = position[order], yes[order]
    cuts = np.flatnonzero(np.diff(at) > 0)  # a cut after each of these
    if not len(cuts):
        return None
    before = np.cumsum(hit)[cuts]
    n, ones = len(hit), int(hit.sum())
    j = int(np.argmax(np.abs(before / ones - (cuts + 1 - before) / (n - ones))))
    low, k = int(before[j]), int(cuts[j] + 1)
    right = max(low + (n - k) - (ones - low), (k - low) + (ones - low)) / n
    return float(at[cuts[j]] + at[cuts[j] + 1]) / 2, (ones - low) / (n - k), low / k, right


def distances(positions: np.ndarray) -> Sequence[float]:
    """How far each world is from the case as it stands: root of the mean square of its positions."""
    return list(np.sqrt((positions**2).mean(axis=1))) if positions.size else [0.0] * len(positions)
