"""Samples: spread as asked, the same whatever the order, correlated as asked."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from magnet_sourcing import Case
from magnet_sourcing.studies.ranges.distributions import NORMAL, quantile
from magnet_sourcing.studies.ranges.ranges import Range, ranges_of
from magnet_sourcing.studies.ranges.sampling import (
    factors,
    positions,
    positions_of,
    quantiles,
    sample_runs,
    unit_cube,
)

CASE = Case.small()
SMALL = ranges_of(CASE)


def uncertain(name: str, group: str = "", correlation: float = 1.0, distribution: str = "uniform") -> Range:
    """A range of its own, which moves nothing."""
    return Range(name, "", 0.0, 0.3, 1.0, "low", "", distribution, (), None, group, correlation)


def scores(frame: Any, name: str) -> np.ndarray:
    """Standard normal numbers of the quantiles drawn."""
    return np.array([NORMAL.inv_cdf(q) for q in frame[name]])


# ---------------------------------------------------------------- designs


def test_latin_hypercube_has_one_point_in_each_slice() -> None:
    cube = unit_cube(["a", "b", "c"], 50, "lhs", 7)
    for column in cube.T:
        assert sorted((column * 50).astype(int)) == list(range(50))


def test_sobol_points_are_evenly_spread_in_every_half_and_quarter() -> None:
    """Of a (0, m, 2)-net of 16 points, one lies in each of the 16 boxes of 4 x 4 (the first two dimensions)."""
    cube = unit_cube(["a", "b"], 16, "sobol", 3)
    boxes = {(int(4 * x), int(4 * y)) for x, y in cube}
    assert len(boxes) == 16


def test_designs_without_sense_are_refused() -> None:
    with pytest.raises(ValueError, match="needs a power of two, such as 64 or 128"):
        unit_cube(["a"], 100, "sobol")
    with pytest.raises(ValueError, match="'lsh' is no design; did you mean 'lhs'"):
        unit_cube(["a"], 100, "lsh")
    with pytest.raises(ValueError, match="at least 1"):
        sample_runs(CASE, SMALL, 0)


@pytest.mark.parametrize("design", ["lhs", "random", "sobol"])
def test_samples_follow_from_the_seed_whatever_the_order(design: str) -> None:
    runs = sample_runs(CASE, SMALL, 8, design, 5)
    assert runs == sample_runs(CASE, list(reversed(SMALL)), 8, design, 5)
    assert runs != sample_runs(CASE, SMALL, 8, design, 6)
    assert [(r.number, dict(r.label)) for r in runs] == [(i, {"sample": i}) for i in range(8)]


@pytest.mark.parametrize("design", ["lhs", "random"])
def test_another_range_leaves_the_samples_of_the_others(design: str) -> None:
    alone = quantiles(SMALL[:3], 20, design, 1)
    more = quantiles(SMALL, 20, design, 1)
    assert alone.equals(more[alone.columns])


# ---------------------------------------------------------------- what is drawn


def test_samples_have_the_mean_of_their_distribution() -> None:
    """Of a triangle (low + base + high) / 3, of a uniform number (low + high) / 2; a hypercube is close to both."""
    chosen = {r.name: r for r in SMALL}
    runs = sample_runs(CASE, SMALL, 400)
    tariff = [c.value for run in runs for c in run.changes if c.column == "disposal_cost"]
    fee = [c.value for run in runs for c in run.changes if c.column == "fee"]
    assert np.mean(tariff) == pytest.approx((100 + 200 + 400) / 3, rel=1e-3)
    assert np.mean(fee) == pytest.approx((45000 + 80000) / 2, rel=1e-3)
    middle = np.median([c.value for run in runs for c in run.changes if c.column == "unit_cost"])
    assert middle == pytest.approx(chosen["unit cost of first magnet line"].base, rel=5e-3)


def test_each_number_of_a_group_is_drawn_from_its_own_distribution() -> None:
    run = sample_runs(CASE, SMALL, 1, seed=3)[0]
    (freight,) = [r for r in SMALL if r.name == "freight rates"]
    q = quantiles(SMALL, 1, seed=3)["freight rates"][0]
    found = {c.where: c.value for c in run.changes if c.table == "freight"}
    assert len(found) == 5
    for m in freight.members:
        assert found[m.where] == pytest.approx(quantile("triangular", m.low, m.base, m.high, q))


def test_positions_are_those_of_the_values_drawn() -> None:
    table = positions(SMALL, 30, seed=2)
    runs = sample_runs(CASE, SMALL, 30, seed=2)
    (fee,) = [r for r in SMALL if r.name.startswith("fee")]
    drawn = [c.value for run in runs for c in run.changes if c.column == "fee"]
    assert list(table.columns) == [r.name for r in SMALL]
    assert [fee.value(p) for p in table[fee.name]] == pytest.approx(drawn)
    assert table["toll talks"].between(0, 1).all()  # its base is its low end


# ---------------------------------------------------------------- what moves together


def test_factors_are_groups_and_what_is_apart_from_them() -> None:
    ranges = [uncertain("b", "g", 0.5), uncertain("a"), uncertain("c", "g"), uncertain("d", "g", 0.0)]
    assert factors(ranges) == ["a", "b apart from g", "d apart from g", "g"]


@pytest.mark.parametrize("rho", [0.8, 0.3, -0.6])
def test_samples_are_correlated_as_asked(rho: float) -> None:
    """n = 4000: the standard error of a correlation is (1 - rho^2) / sqrt(n); rank correlation 6/pi arcsin(rho/2)."""
    ranges = [uncertain("lead", "g"), uncertain("follower", "g", rho)]
    table = quantiles(ranges, 4000, "random", 11)
    error = 4 * (1 - rho * rho) / math.sqrt(4000)
    assert np.corrcoef(scores(table, "lead"), scores(table, "follower"))[0, 1] == pytest.approx(rho, abs=error)
    ranks = table.rank().corr().iloc[0, 1]
    assert ranks == pytest.approx(6 / math.pi * math.asin(rho / 2), abs=4 / math.sqrt(4000))
    for name in table:  # each by itself is still uniform: Kolmogorov's distance, 0.1 % point
        assert np.abs(np.sort(table[name]) - (np.arange(4000) + 0.5) / 4000).max() < 1.95 / math.sqrt(4000)


def test_two_followers_are_correlated_by_the_product() -> None:
    ranges = [uncertain("one", "g", 0.8), uncertain("two", "g", -0.5)]
    table = quantiles(ranges, 4000, "random", 4)
    assert np.corrcoef(scores(table, "one"), scores(table, "two"))[0, 1] == pytest.approx(-0.4, abs=0.06)


def test_whole_followers_are_at_the_same_quantile_or_the_opposite() -> None:
    ranges = [uncertain("one", "g"), uncertain("two", "g", -1.0), uncertain("three", "g")]
    table = quantiles(ranges, 50)
    assert table["three"].equals(table["one"])
    assert np.allclose(table["two"], 1 - table["one"])


def test_a_fixed_step_of_positions_needs_no_members() -> None:
    (r,) = [x for x in SMALL if x.name == "toll talks"]
    found = positions_of([r], np.array([[0.0], [1.0]]))["toll talks"].tolist()
    assert found == [0.0, 1.0]
    assert replace(r, distribution="uniform").position(0.5) == pytest.approx(2 / 3)  # 1.5 years is 2, of 3
