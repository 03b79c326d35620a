"""How much of a result's spread each uncertain number makes: Sobol' indices and Morris' elementary effects.

Sobol': S_i is the share of the variance that would go if factor i were known; ST_i the share that would be left if all
others were known. Estimated from N (k + 2) runs for k factors (Saltelli et al., "Variance based sensitivity analysis of
model output", Computer Physics Communications 181, 2010), by SALib.

Morris: the effect of moving one factor while the others stand anywhere; from r (k + 1) runs for r trajectories. mu* is
the mean size of the effect, mu the mean, sigma its spread: large where factors act together or not in straight lines
(Morris, Technometrics 33(2), 1991; mu*: Campolongo, Cariboni and Saltelli, 2007).

Both are about independent factors: a group is one, and a range that follows it in part has a factor of its own for the
rest. A run that did not end in a proved plan breaks its block, which is dropped and counted, never filled in.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from ...case import Case
from ..runs.study import Run
from .conserving import cut, said_cut
from .ranges import Range
from .sampling import factor_names, factors, quantiles_of, worlds_at

# Fewest whole blocks or trajectories that indices are computed from.
FEWEST = 8
# Morris' levels: quantiles from the 5 % to the 95 % point, so that a distribution without ends has some.
LOWEST, HIGHEST = 0.05, 0.95


@dataclass(frozen=True)
class Design:
    """The runs an index needs, and how they belong together.

    kind: 'sobol' or 'morris'. factors: names, a column of `points` (unit cube) each: of ranges, but for a group that others
    follow in part, and what those do apart from it. size: runs in a block. runs: in
    order of the blocks; numbered from 0.
    """

    kind: str
    factors: Sequence[str]
    points: np.ndarray
    size: int
    runs: Sequence[Run]

    @property
    def blocks(self) -> int:
        return len(self.points) // self.size

    def __str__(self) -> str:
        k = len(self.factors)
        if self.kind == "sobol":
            return f"{len(self.points):,} runs: {self.blocks:,} samples x ({k} factors + 2)"
        return f"{len(self.points):,} runs: {self.blocks:,} trajectories x ({k} factors + 1)"


@dataclass(frozen=True)
class Indices:
    """Indices of one measure, a row per factor, the largest first.

    Sobol': factor, first, first_low, first_high, total, total_low, total_high, place. Morris: factor, mu_star,
    mu_star_low, mu_star_high, mu, sigma, place. Intervals are bootstrap intervals at the level asked; place is the rank
    that the intervals leave open, '1' or '2-4'. used, dropped: blocks or trajectories.
    """

    kind: str
    measure: str
    table: pd.DataFrame
    used: int
    dropped: int
    sentences: list[str] = field(default_factory=list)


# ---------------------------------------------------------------- Sobol'


def sobol_design(case: Case, ranges: Sequence[Range], n: int, seed: int = 0) -> Design:
    """Saltelli's design of n (k + 2) runs; n a power of two from 8 on. Raises ValueError otherwise, or without SALib."""
    names = _factors(ranges)
    if n < FEWEST or n & (n - 1):
        below = max(FEWEST, 1 << (max(n, 1).bit_length() - 1))
        raise ValueError(f"{n} samples; Sobol' indices need a power of two, such as {below} or {2 * below}")
    sample = _salib("sample.sobol").sample
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        points = sample(_problem(names), n, calc_second_order=False, seed=seed)
    return _design("sobol", case, ranges, names, np.asarray(points), len(names) + 2)


def sobol_indices(
    design: Design, runs: pd.DataFrame, measure: str = "cost", *, level: float = 0.95, seed: int = 0
) -> Indices:
    """First-order and total indices of a measure, from the merged table of the design's runs.

    Raises ValueError for an unknown measure, or if fewer than 8 whole blocks are left.
    """
    values, used, dropped = _blocks(design, runs, measure)
    names = list(design.factors)
    columns = ["first", "first_low", "first_high", "total", "total_low", "total_high"]
    if np.ptp(values) <= 1e-12 * np.abs(values).max():
        table = pd.DataFrame({"factor": names} | dict.fromkeys(columns, 0.0))
        said = [f"The {measure} is the same in every run: none of these numbers moves it."]
    else:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = _salib("analyze.sobol").analyze(
                _problem(names), values.ravel(), calc_second_order=False, num_resamples=500, conf_level=level, seed=seed
            )
        table = pd.DataFrame({"factor": names, "first": found["S1"], "total": found["ST"]})
        for column, half in (("first", "S1_conf"), ("total", "ST_conf")):
            table[f"{column}_low"] = table[column] - found[half]
            table[f"{column}_high"] = table[column] + found[half]
        table = table[["factor", *columns]]
        said = []
    table = _ranked(table, "total")
    said += _said(design, table, "total", dropped, runs, values, measure)
    return Indices("sobol", measure, table, used, dropped, said)


# ---------------------------------------------------------------- Morris


def morris_design(case: Case, ranges: Sequence[Range], trajectories: int, seed: int = 0, levels: int = 4) -> Design:
    """Morris' design of r (k + 1) runs: trajectories on a grid of levels from the 5 % to the 95 % point.

    A trajectory starts anywhere and moves one factor after the other, each once, by levels/2 steps of the grid. Raises
    ValueError for fewer than 8 trajectories, or for levels that are not even.
    """
    names = _factors(ranges)
    if trajectories < FEWEST:
        raise ValueError(f"{trajectories} trajectories; at least {FEWEST} are needed")
    if levels < 2 or levels % 2:
        raise ValueError(f"{levels} levels; an even number is needed, such as 4")
    stream = np.random.default_rng(seed)
    paths = [_trajectory(len(names), levels, stream) for _ in range(trajectories)]
    points = LOWEST + (HIGHEST - LOWEST) * np.concatenate(paths)
    return _design("morris", case, ranges, names, points, len(names) + 1)


def _trajectory(k: int, levels: int, stream: np.random.Generator) -> np.ndarray:
    """k + 1 points of the grid 0..1; each differs from the one before in one coordinate, by levels / (2 (levels - 1))."""
    step = levels / (2 * (levels - 1))
    start = stream.integers(0, levels // 2, k) / (levels - 1)
    down = stream.random(k) < 0.5
    point = np.where(down, start + step, start)
    path = [point]
    for i in stream.permutation(k):
        point = point.copy()
        point[i] += -step if down[i] else step
        path.append(point)
    return np.array(path)


def morris_indices(
    design: Design, runs: pd.DataFrame, measure: str = "cost", *, level: float = 0.95, seed: int = 0
) -> Indices:
    """Elementary effects of a measure, in its unit: what moving a factor from its 5 % to its 95 % point does.

    (The step is part of that way; the effect is scaled up to all of it.) Raises ValueError as `sobol_indices`.
    """
    values, used, dropped = _blocks(design, runs, measure)
    kept = _points_of(design, runs, measure)
    effects = np.array([_effects(points, y) for points, y in zip(kept, values, strict=True)])
    size = np.abs(effects)
    stream = np.random.default_rng(seed)
    drawn = size[stream.integers(0, used, (1000, used))].mean(axis=1)
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2], axis=0)
    table = pd.DataFrame(
        {
            "factor": list(design.factors),
            "mu_star": size.mean(axis=0),
            "mu_star_low": low,
            "mu_star_high": high,
            "mu": effects.mean(axis=0),
            "sigma": effects.std(axis=0, ddof=1),
        }
    )
    table = _ranked(table, "mu_star")
    said = [f"The {measure} is the same in every run: none of these numbers moves it."] if not np.ptp(values) else []
    said += _said(design, table, "mu_star", dropped, runs, values, measure)
    return Indices("morris", measure, table, used, dropped, said)


def _effects(points: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Of one trajectory: the change of y over the change of the factor that moved, times all of its way."""
    found = np.empty(points.shape[1])
    for before, after, change in zip(points, points[1:], np.diff(y), strict=False):
        (moved,) = np.flatnonzero(before != after)
        found[moved] = change / (after[moved] - before[moved]) * (HIGHEST - LOWEST)
    return found


# ---------------------------------------------------------------- runs and their blocks


def _design(
    kind: str, case: Case, ranges: Sequence[Range], names: Sequence[str], points: np.ndarray, size: int
) -> Design:
    worlds = worlds_at(case, ranges, quantiles_of(ranges, names, points))
    runs = [Run(i, changes, {"block": i // size, "point": i % size}) for i, changes in enumerate(worlds)]
    return Design(kind, tuple(factor_names(ranges)), points, size, tuple(runs))


def _whole(design: Design, runs: pd.DataFrame, measure: str) -> np.ndarray:
    """Whether each run of the design ended in a proved plan, and the block is whole: a flag per block."""
    if measure not in runs:
        known = ", ".join(c for c in runs.columns if c not in ("run", "status", "way", "why", "detail"))
        raise ValueError(f"the runs have no measure '{measure}'; there are {known}")
    good = runs["status"].eq("optimal") & runs[measure].notna()
    proved = set(runs.loc[good, "run"])
    flags = np.array([run.number in proved for run in design.runs]).reshape(-1, design.size)
    return np.asarray(flags.all(axis=1))


def _blocks(design: Design, runs: pd.DataFrame, measure: str) -> tuple[np.ndarray, int, int]:
    """Values of the whole blocks, a row each; how many those are, and how many were dropped."""
    whole = _whole(design, runs, measure)
    used, dropped = int(whole.sum()), int((~whole).sum())
    unit = "blocks" if design.kind == "sobol" else "trajectories"
    if used < FEWEST:
        bad = runs.loc[runs["run"].isin([r.number for r in design.runs]) & runs["status"].ne("optimal"), "status"]
        why = ", ".join(f"{n} {status}" for status, n in bad.value_counts().items()) or "too few were asked for"
        raise ValueError(
            f"only {used} of {len(whole)} {unit} are whole, and {FEWEST} are needed ({why}): take more samples, a longer "
            "time limit, or fewer ranges"
        )
    by_number = runs.set_index("run")[measure].astype(float)
    numbers = np.array([run.number for run in design.runs]).reshape(-1, design.size)[whole]
    return by_number.loc[numbers.ravel()].to_numpy().reshape(-1, design.size), used, dropped


def _points_of(design: Design, runs: pd.DataFrame, measure: str) -> np.ndarray:
    blocks: np.ndarray = design.points.reshape(-1, design.size, len(design.factors))[_whole(design, runs, measure)]
    return blocks


def _factors(ranges: Sequence[Range]) -> list[str]:
    names = factors(ranges)
    if not names:
        raise ValueError("no ranges: give low and high in the sheet evidence, or rows in the sheet assumptions")
    return names


def _problem(names: Sequence[str]) -> dict[str, Any]:
    return {"num_vars": len(names), "names": list(names), "bounds": [[0.0, 1.0]] * len(names)}


def _salib(module: str) -> Any:
    try:
        from importlib import import_module

        return import_module(f"SALib.{module}")
    except ImportError:
        raise ValueError('Sobol\' indices need the extra: pip install "magnet-sourcing[sensitivity]"') from None


# ---------------------------------------------------------------- what the intervals say


def _ranked(table: pd.DataFrame, column: str) -> pd.DataFrame:
    """Largest first, with the places that overlapping intervals leave open."""
    table = table.sort_values([column, "factor"], ascending=[False, True], ignore_index=True)
    low, high = table[f"{column}_low"].to_numpy(), table[f"{column}_high"].to_numpy()
    places = []
    for i in range(len(table)):
        best = 1 + int((low > high[i]).sum())
        worst = len(table) - int((high < low[i]).sum())
        places.append(str(best) if best == worst else f"{best}-{worst}")
    return table.assign(place=places)


def _said(
    design: Design, table: pd.DataFrame, column: str, dropped: int, runs: pd.DataFrame, values: np.ndarray, measure: str
) -> list[str]:
    said = []
    unit = "blocks" if design.kind == "sobol" else "trajectories"
    if dropped:
        said.append(f"{dropped} of {design.blocks} {unit} are left out: a run in each did not end in a proved plan.")
    if cuts := [share for run in design.runs if (share := cut(run.changes))]:
        said.append(said_cut(cuts, f"{len(cuts)} of {len(design.runs)} runs"))
    if np.ptp(values) == 0:
        return said
    first = table.iloc[0]
    open_first = [row.factor for row in table.itertuples() if str(row.place).startswith("1-")]
    if len(open_first) > 1:
        named = ", ".join(open_first[:5]) + (f" and {len(open_first) - 5} more" if len(open_first) > 5 else "")
        said.append(f"Which number matters most is not known: the intervals of {named} overlap. Take more samples.")
    else:
        said.append(f"{first.factor} matters most.")
    none = [row.factor for row in table.itertuples() if getattr(row, f"{column}_low") <= 0]
    if none:
        said.append(f"{len(none)} of {len(table)} numbers cannot be told from no effect at all.")
    noise = _noise(runs, measure)
    if noise and noise > 0.1 * float(np.std(values)):
        said.append(
            f"The runs are solved only to within {noise:,.0f} of the least {measure}, which is "
            f"{noise / float(np.std(values)):.0%} of its spread: part of the indices is that noise. Solve to a smaller gap."
        )
    return said


def _noise(runs: pd.DataFrame, measure: str) -> float:
    """Typical width between the cost found and its bound; 0 for other measures, whose bounds are not known."""
    if measure != "cost" or "bound" not in runs:
        return 0.0
    proved = runs[runs["status"].eq("optimal")]
    return float((proved["cost"].astype(float) - proved["bound"].astype(float)).mean()) if len(proved) else 0.0
