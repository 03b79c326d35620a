"""Samples of the ranges of a case: points of the unit cube, and what each makes of the case.

Each dimension of the cube is a factor: a group, or what a range does apart from its group. A range that follows its
group with correlation rho is drawn at the quantile of z = rho z_group + sqrt(1 - rho^2) z_own, the z standard normal: a
one-factor Gaussian copula (Clemen and Reilly, "Correlations and Copulas for Decision and Risk Analysis", Management
Science 45(2), 1999). rho is the correlation of the z; the rank correlation is 6/pi arcsin(rho/2) of it.

Drawn numbers may let a process make more of an element than goes in; such a world is cut to one that can be
(`conserving`), here, so that no sample of any study is without.

The factors are taken by name, so the order of rows means nothing; in the designs 'random' and 'lhs' each factor has a
stream of its own, so another range more leaves the samples of the others as they were.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from ...case import Case
from ...changes import Change
from ...problems import did_you_mean
from ..runs.study import Run
from .conserving import Conserving
from .distributions import NORMAL, standard
from .ranges import Range

DESIGNS = ("lhs", "random", "sobol")


def factors(ranges: Sequence[Range]) -> list[str]:
    """Names of the independent factors of the ranges, sorted."""
    return sorted({name for r in ranges for name, _ in _parts(r)})


def factor_names(ranges: Sequence[Range]) -> list[str]:
    """What the factors are called, in their order: the one range that a group is made of goes by its own name."""
    whole = {r.group: r.name for r in ranges if r.group and abs(r.correlation) == 1}
    members = Counter(r.group for r in ranges)
    return [whole[name] if name in whole and members[name] == 1 else name for name in factors(ranges)]


def _parts(r: Range) -> list[tuple[str, float]]:
    """The factors a range is made of, each with its weight in z."""
    if not r.group:
        return [(r.name, 1.0)]
    rho = r.correlation
    shared = [(r.group, rho)] if rho else []
    own = [(f"{r.name} apart from {r.group}", math.sqrt(1 - rho * rho))] if abs(rho) < 1 else []
    return shared + own


def unit_cube(names: Sequence[str], n: int, design: str = "lhs", seed: int = 0) -> np.ndarray:
    """n points in the unit cube, a column for each name.

    'lhs': Latin hypercube: in each column one point in each of n equal intervals (McKay, Beckman and Conover, 1979).
    'random': independent. 'sobol': a scrambled Sobol' sequence (needs scipy). Raises ValueError for another design, for
    n below 1, and for n that is no power of two with 'sobol', whose points are evenly spread only then.
    """
    if design not in DESIGNS:
        raise ValueError(f"'{design}' is no design{did_you_mean(design, DESIGNS)}")
    if n < 1:
        raise ValueError(f"{n} samples; at least 1 is needed")
    if design == "sobol":
        return _sobol(len(names), n, seed)
    return np.column_stack([_stratified(name, n, seed, design == "lhs") for name in names]) if names else np.empty((n, 0))


def _stratified(name: str, n: int, seed: int, latin: bool) -> np.ndarray:
    digest = hashlib.sha256(name.encode()).digest()
    stream = np.random.default_rng([seed, *np.frombuffer(digest, dtype=np.uint32).tolist()])
    points = stream.random(n)
    return np.asarray((stream.permutation(n) + points) / n if latin else points)


def _sobol(dimensions: int, n: int, seed: int) -> np.ndarray:
    if n & (n - 1):
        below = 1 << (n.bit_length() - 1)
        raise ValueError(f"{n} samples; a Sobol' design needs a power of two, such as {below} or {2 * below}")
    try:
        from scipy.stats import qmc
    except ImportError:
        raise ValueError('a Sobol\' design needs the extra: pip install "magnet-sourcing[sensitivity]"') from None
    if dimensions > qmc.Sobol.MAXDIM:
        raise ValueError(f"{dimensions} ranges; a Sobol' design has at most {qmc.Sobol.MAXDIM}")
    return np.asarray(qmc.Sobol(dimensions, scramble=True, rng=seed).random(n)) if dimensions else np.empty((n, 0))


def quantiles_of(ranges: Sequence[Range], names: Sequence[str], cube: np.ndarray) -> np.ndarray:
    """The quantile of each range (columns) at points of the cube (rows), whose columns are the factors named."""
    column = {name: i for i, name in enumerate(names)}
    found = np.empty((len(cube), len(ranges)))
    for j, r in enumerate(ranges):
        parts = _parts(r)
        if parts == [(parts[0][0], 1.0)]:
            found[:, j] = cube[:, column[parts[0][0]]]
            continue
        for i, point in enumerate(cube):
            found[i, j] = NORMAL.cdf(sum(weight * standard(float(point[column[name]])) for name, weight in parts))
    return found


def quantiles(ranges: Sequence[Range], n: int, design: str = "lhs", seed: int = 0) -> pd.DataFrame:
    """A row per sample, a column per range: the quantile drawn."""
    names = factors(ranges)
    found = quantiles_of(ranges, names, unit_cube(names, n, design, seed))
    return _frame(ranges, found)


def positions(ranges: Sequence[Range], n: int, design: str = "lhs", seed: int = 0) -> pd.DataFrame:
    """A row per sample, a column per range: its position, -1 low, 0 as the case stands, 1 high."""
    return positions_of(ranges, quantiles(ranges, n, design, seed).to_numpy())


def positions_of(ranges: Sequence[Range], drawn: np.ndarray) -> pd.DataFrame:
    """Positions of quantiles, a column per range."""
    found = np.empty(drawn.shape)
    for j, r in enumerate(ranges):
        found[:, j] = [r.position(float(q)) for q in drawn[:, j]]
    return _frame(ranges, found)


def _frame(ranges: Sequence[Range], values: np.ndarray) -> pd.DataFrame:
    index = pd.RangeIndex(len(values), name="sample")
    return pd.DataFrame(values, columns=[r.name for r in ranges], index=index)


def sample_runs(case: Case, ranges: Sequence[Range], n: int, design: str = "lhs", seed: int = 0) -> list[Run]:
    """n runs, each with every range of the case drawn; label {'sample': i}. The same for the same seed, whatever the order
    of ranges."""
    drawn = quantiles(ranges, n, design, seed).to_numpy()
    return [Run(i, changes, {"sample": i}) for i, changes in enumerate(worlds_at(case, ranges, drawn))]


def worlds_at(case: Case, ranges: Sequence[Range], drawn: np.ndarray) -> Iterator[tuple[Change, ...]]:
    """What each row of quantiles makes of the case, a column per range: a world in which matter is conserved.

    Changes in the order of the ranges' names, then what `Conserving` cuts.
    """
    conserving = Conserving(case)
    order = sorted(range(len(ranges)), key=lambda j: ranges[j].name)
    for row in drawn:
        changes = [change for j in order for change in ranges[j].drawn(float(row[j]))]
        yield (*changes, *conserving.cuts(changes))
