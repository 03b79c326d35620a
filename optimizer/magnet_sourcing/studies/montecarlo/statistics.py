"""What a sample says of what it was drawn from, with how sure that is. Plain arithmetic on arrays.

Every interval is of 95 % and holds for independent draws. Latin hypercube and Sobol samples spread more evenly, so
their means are usually nearer than the intervals say, never known to be.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist
from typing import NamedTuple

import numpy as np

CONFIDENCE = 0.95
Z = NormalDist().inv_cdf(0.5 + CONFIDENCE / 2)


class Estimate(NamedTuple):
    """A figure of a sample and its interval; None where the sample is too small for that end."""

    value: float
    low: float | None
    high: float | None

    @property
    def margin(self) -> float | None:
        """The farther end from the value."""
        if self.low is None or self.high is None:
            return None
        return max(self.value - self.low, self.high - self.value)


def share(hits: int, of: int) -> Estimate:
    """A share, with the score interval of Wilson (1927, doi:10.1080/01621459.1927.10502953). of: more than 0."""
    p, z = hits / of, Z
    middle = (p + z * z / (2 * of)) / (1 + z * z / of)
    half = z / (1 + z * z / of) * math.sqrt(p * (1 - p) / of + z * z / (4 * of * of))
    # At 0 and 1 an end of the interval is the share itself, but for rounding.
    return Estimate(p, max(0.0, min(p, middle - half)), min(1.0, max(p, middle + half)))


def mean(values: Sequence[float] | np.ndarray) -> Estimate:
    """The mean and 1.96 standard errors; no interval for a single value. Values that are never negative have no
    negative mean."""
    found = float(np.mean(values))
    if len(values) < 2:
        return Estimate(found, None, None)
    half = Z * standard_error(values)
    low = found - half
    return Estimate(found, max(0.0, low) if np.min(values) >= 0 else low, found + half)


def standard_error(values: Sequence[float] | np.ndarray) -> float:
    """Of the mean; values: two or more."""
    return float(np.std(values, ddof=1) / math.sqrt(len(values)))


def quantile(values: Sequence[float] | np.ndarray, q: float) -> Estimate:
    """A quantile, with the interval between two order statistics that holds whatever the distribution.

    Source: David and Nagaraja, Order Statistics (2003), 7.1: the q-quantile is below the k-th smallest of n with the
    probability that fewer than k of n draws are below it, a binomial one.
    """
    ordered = np.sort(np.asarray(values, dtype=float))
    below = np.cumsum(_binomial(len(ordered), q))  # below[k]: probability that at most k draws are below
    tail = (1 - CONFIDENCE) / 2
    low = int(np.searchsorted(below, tail, side="right"))  # the low-th smallest: below[low - 1] <= tail
    high = int(np.searchsorted(below, 1 - tail)) + 1  # below[high - 1] >= 1 - tail
    return Estimate(
        float(np.quantile(ordered, q)),
        float(ordered[low - 1]) if low >= 1 else None,
        float(ordered[high - 1]) if high <= len(ordered) else None,
    )


def _binomial(n: int, p: float) -> np.ndarray:
    """Probabilities of 0 ... n hits; 0 < p < 1."""
    k = np.arange(n + 1)
    factorials = np.concatenate(([0.0], np.cumsum(np.log(np.arange(1, n + 1)))))
    return np.exp(factorials[n] - factorials[k] - factorials[n - k] + k * math.log(p) + (n - k) * math.log1p(-p))


def needed(n: int, estimate: Estimate, within: float = 0.01) -> int | None:
    """Worlds until the interval is within a share of the value, as margins shrink with the root of the number.

    None where the margin is not known or the value is 0.
    """
    if estimate.margin is None or estimate.value == 0:
        return None
    return max(2, math.ceil(n * (estimate.margin / (within * abs(estimate.value))) ** 2))


def histogram(values: Sequence[float] | np.ndarray, bins: int = 20) -> list[tuple[float, float, int]]:
    """(from, to, how many) in bins of equal width; one bin if all values are alike."""
    values = np.asarray(values, dtype=float)
    if np.ptp(values) <= 1e-9 * max(1.0, float(np.abs(values).max())):
        return [(float(values.min()), float(values.max()), len(values))]
    counts, edges = np.histogram(values, bins=bins)
    return [(float(a), float(b), int(k)) for a, b, k in zip(edges, edges[1:], counts, strict=False)]


# ---------------------------------------------------------------- ranks


def ranks(values: np.ndarray) -> np.ndarray:
    """Ranks from 1 along the first axis; ties share their mean rank."""
    import pandas as pd

    return pd.DataFrame(values).rank().to_numpy().reshape(np.shape(values))


def correlations(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Pearson's correlation of each column of x with y; of ranks, Spearman's. 0 where a column does not move."""
    x, y = x - x.mean(axis=0), y - y.mean()
    spread = np.sqrt((x * x).sum(axis=0) * (y * y).sum())
    return np.divide(x.T @ y, spread, out=np.zeros(x.shape[1]), where=spread > 0)


def correlation_intervals(x: np.ndarray, y: np.ndarray, seed: int, rounds: int = 500) -> tuple[np.ndarray, np.ndarray]:
    """Low and high of the correlation of each column of x with y: rows drawn again with replacement, 95 % between.

    Source: percentile bootstrap, Efron and Tibshirani, An Introduction to the Bootstrap (1993), 13.
    """
    dice = np.random.default_rng(seed)
    found = np.empty((rounds, x.shape[1]))
    for i in range(rounds):
        rows = dice.integers(0, len(y), len(y))
        found[i] = correlations(x[rows], y[rows])
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(found, (tail, 1 - tail), axis=0)
    return low, high


def by_chance(n: int, of: int) -> float:
    """Rank correlation that the largest of `of` ranges without any effect stays below, in 95 of 100 samples of n worlds.

    The normal limit 1 / root(n - 1) of Spearman's correlation, for as many ranges as are looked at (Bonferroni).
    """
    return min(1.0, beyond_chance(of) / math.sqrt(max(1, n - 1)))


def beyond_chance(of: int) -> float:
    """Standard scores beyond which one of `of` comparisons is not chance, at 95 %."""
    return NormalDist().inv_cdf(1 - (1 - CONFIDENCE) / (2 * max(1, of)))
