"""Sobol' and Morris indices against functions whose indices are known, alone and through solved runs."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from magnet_sourcing.studies.ranges.indices import (
    Design,
    morris_design,
    morris_indices,
    sobol_design,
    sobol_indices,
)
from magnet_sourcing.studies.ranges.ranges import Range, ranges_of
from magnet_sourcing.studies.ranges.sampling import unit_cube
from magnet_sourcing.studies.runs.bench import study_options
from magnet_sourcing.studies.runs.executing import Where, execute
from magnet_sourcing.studies.runs.study import Study

from ..miniatures.cases import Row, case, need, offer

ANY = case(supplies=[offer("a", 1.0)], demands=[need(1.0)])  # that the ranges below move nothing of


def uncertain(name: str, group: str = "", correlation: float = 1.0) -> Range:
    return Range(name, "", 0.0, 0.5, 1.0, "low", "", "uniform", (), None, group, correlation)


def ended(design: Design, function: Callable[[np.ndarray], np.ndarray]) -> pd.DataFrame:
    """A merged table as if each run had given the function of its point."""
    values = function(design.points)
    return pd.DataFrame(
        {"run": range(len(values)), "status": "optimal", "cost": values, "bound": values, "gap": 0.0}
    )


def row(found: Any, factor: str) -> Any:
    return found.table.set_index("factor").loc[factor]


# ---------------------------------------------------------------- the estimators


def ishigami(points: np.ndarray) -> np.ndarray:
    """sin x1 + 7 sin^2 x2 + 0.1 x3^4 sin x1, x in -pi..pi (Ishigami and Homma, 1990)."""
    x = math.pi * (2 * points - 1)
    return np.asarray(np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0]))


def test_ishigami() -> None:
    """V1 = (1 + b pi^4/5)^2 / 2, V2 = a^2/8, V13 = 8 b^2 pi^8 / 225; a = 7, b = 0.1."""
    first, second, both = (1 + 0.1 * math.pi**4 / 5) ** 2 / 2, 49 / 8, 8 * 0.01 * math.pi**8 / 225
    variance = first + second + both
    design = sobol_design(ANY, [uncertain(n) for n in ("x1", "x2", "x3")], 1024, seed=1)
    assert str(design) == "5,120 runs: 1,024 samples x (3 factors + 2)"
    found = sobol_indices(design, ended(design, ishigami))
    for factor, single, total in (
        ("x1", first, first + both), ("x2", second, second), ("x3", 0.0, both),
    ):  # fmt: skip
        assert row(found, factor)["first"] == pytest.approx(single / variance, abs=0.04)
        assert row(found, factor)["total"] == pytest.approx(total / variance, abs=0.04)
    assert found.table["factor"].tolist() == ["x1", "x2", "x3"]
    assert (row(found, "x1")["total_low"] <= (first + both) / variance <= row(found, "x1")["total_high"])


A = [0.0, 1.0, 4.5, 9.0, 99.0]


def g_function(points: np.ndarray) -> np.ndarray:
    """Product of (|4x - 2| + a) / (1 + a) (Sobol', 1993)."""
    return np.asarray(np.prod((np.abs(4 * points - 2) + A) / (1 + np.array(A)), axis=1))


def test_g_function() -> None:
    """V_i = 1/3 (1 + a_i)^-2, V = prod(1 + V_i) - 1, ST_i = V_i prod_{j != i}(1 + V_j) / V."""
    parts = np.array([1 / 3 / (1 + a) ** 2 for a in A])
    variance = np.prod(1 + parts) - 1
    design = sobol_design(ANY, [uncertain(f"x{i}") for i in range(5)], 1024, seed=1)
    found = sobol_indices(design, ended(design, g_function))
    for i, part in enumerate(parts):
        assert row(found, f"x{i}")["first"] == pytest.approx(part / variance, abs=0.03)
        assert row(found, f"x{i}")["total"] == pytest.approx(part * variance_of_others(parts, i) / variance, abs=0.03)
    assert row(found, "x0")["place"] == "1"


def variance_of_others(parts: np.ndarray, i: int) -> float:
    return float(np.prod(1 + np.delete(parts, i)))


def test_morris_finds_the_linear_the_bent_and_the_useless() -> None:
    """Levels 0.05..0.95: of 3 x1 the effect over all of the way is 2.7 wherever; x2 (x2 - 1) bends; x3 does nothing."""
    design = morris_design(ANY, [uncertain(n) for n in ("x1", "x2", "x3")], 20, seed=2)
    assert str(design) == "80 runs: 20 trajectories x (3 factors + 1)"
    assert {round(float(x), 6) for x in design.points.ravel()} == {0.05, 0.35, 0.65, 0.95}
    found = morris_indices(design, ended(design, lambda p: 3 * p[:, 0] + p[:, 1] * (p[:, 1] - 1)))
    one, two, none = (row(found, n) for n in ("x1", "x2", "x3"))
    assert (one["mu"], one["mu_star"], one["sigma"]) == pytest.approx((2.7, 2.7, 0.0), abs=1e-9)
    # from 0.05 to 0.65 or 0.35 to 0.95: x(x-1) changes by -0.18 or +0.18 over 0.6, so over 0.9 by 0.27
    assert two["mu_star"] == pytest.approx(0.27) and abs(two["mu"]) < 0.27 and two["sigma"] > 0.2
    assert (none["mu_star"], none["place"]) == (0.0, "3")


def test_each_step_of_morris_moves_one_factor() -> None:
    design = morris_design(ANY, [uncertain(f"x{i}") for i in range(6)], 10, seed=0)
    for path in design.points.reshape(10, 7, 6):
        moved = [np.flatnonzero(a != b).tolist() for a, b in zip(path, path[1:], strict=False)]
        assert sorted(moved) == [[i] for i in range(6)]
        assert np.allclose(np.abs(np.diff(path, axis=0)).sum(axis=1), 0.6)


def test_a_group_is_one_factor() -> None:
    design = sobol_design(ANY, [uncertain("a", "g"), uncertain("b", "g", 0.5), uncertain("c", "g")], 8)
    assert design.factors == ("b apart from g", "g") and len(design.runs) == 8 * 4


def test_a_factor_has_the_name_of_its_range() -> None:
    """A group that some of its numbers have left to an assumption goes by the name of what is left."""
    design = morris_design(ANY, [uncertain("prices in 2025", "prices"), uncertain("a")], 8)
    assert design.factors == ("a", "prices in 2025")


# ---------------------------------------------------------------- honest about what is missing


def test_a_run_without_proof_drops_its_block() -> None:
    design = sobol_design(ANY, [uncertain("x"), uncertain("y")], 64, seed=0)
    runs = ended(design, lambda p: p[:, 0] + 2 * p[:, 1])
    runs.loc[[5, 6, 40], "status"] = ["time limit", "infeasible", "failed"]
    found = sobol_indices(design, runs)
    assert (found.used, found.dropped) == (62, 2)  # runs 5 and 6 are of the block 4..7
    assert found.sentences[0].startswith("2 of 64 blocks are left out")
    kept = [i for i in range(64) if i not in (1, 10)]
    again = Design("sobol", design.factors, design.points, 4, design.runs)
    whole = sobol_indices(again, ended(design, lambda p: p[:, 0] + 2 * p[:, 1]))
    assert row(found, "y")["total"] == pytest.approx(row(whole, "y")["total"], abs=0.1) and len(kept) == 62


def test_too_few_whole_blocks_are_refused_with_the_reason() -> None:
    design = morris_design(ANY, [uncertain("x")], 10)
    runs = ended(design, lambda p: p[:, 0])
    runs.loc[::4, "status"] = "time limit"
    with pytest.raises(ValueError, match=r"only 5 of 10 trajectories are whole, and 8 are needed \(5 time limit\)"):
        morris_indices(design, runs)


def test_what_overlaps_is_not_ranked() -> None:
    design = sobol_design(ANY, [uncertain("x"), uncertain("y"), uncertain("z")], 32, seed=0)
    found = sobol_indices(design, ended(design, lambda p: p[:, 0] + 1.02 * p[:, 1]))
    assert sorted(found.table["place"].tolist()[:2]) == ["1-2", "1-2"] and row(found, "z")["place"] == "3"
    assert found.sentences[0].startswith("Which number matters most is not known")
    assert "1 of 3 numbers cannot be told from no effect" in found.sentences[1]


def test_noise_of_the_gap_is_said() -> None:
    design = sobol_design(ANY, [uncertain("x")], 16, seed=0)
    runs = ended(design, lambda p: 1000 + p[:, 0])
    runs["bound"] = runs["cost"] - 0.5
    assert "part of the indices is that noise" in sobol_indices(design, runs).sentences[-1]


def test_a_result_that_does_not_move_has_no_indices() -> None:
    ranges = [uncertain("x"), uncertain("y")]
    for design, indices in ((sobol_design(ANY, ranges, 8), sobol_indices), (morris_design(ANY, ranges, 8), morris_indices)):
        found = indices(design, ended(design, lambda p: 5.0 + 0 * p[:, 0]))
        assert found.sentences == ["The cost is the same in every run: none of these numbers moves it."]
        assert found.table.drop(columns=["factor", "place"]).to_numpy().sum() == 0


def test_designs_and_measures_without_sense_are_refused() -> None:
    with pytest.raises(ValueError, match="need a power of two, such as 64 or 128"):
        sobol_design(ANY, [uncertain("x")], 100)
    with pytest.raises(ValueError, match="at least 8"):
        morris_design(ANY, [uncertain("x")], 4)
    with pytest.raises(ValueError, match="even number"):
        morris_design(ANY, [uncertain("x")], 8, levels=5)
    with pytest.raises(ValueError, match="no ranges"):
        sobol_design(ANY, [], 8)
    design = sobol_design(ANY, [uncertain("x")], 8)
    with pytest.raises(ValueError, match="no measure 'index'"):
        sobol_indices(design, ended(design, lambda p: p[:, 0]), "index")


# ---------------------------------------------------------------- through solved runs


def known(table: str, key: str, column: str, low: float, high: float) -> Row:
    return {"table": table, "row": key, "column": column, "low": low, "high": high, "distribution": "uniform",
            "confidence": "low"}  # fmt: skip


def solved(made: Any, design: Design) -> pd.DataFrame:
    study = Study("sensitivity", made, tuple(design.runs), study_options(1e-9, None, 0))
    return execute(study, Where("here")).runs()


def test_sobol_of_a_product_through_solved_runs() -> None:
    """Least cost = price x quantity, p in 2..6, q in 5..15: V_p = E[q]^2 Var p, V_q = E[p]^2 Var q, V_pq = Var p Var q."""
    made = case(
        supplies=[offer("a", 4.0)],
        demands=[need(10.0)],
        evidence=[known("supplies", "a", "price", 2, 6), known("demands", "magnet", "quantity", 5, 15)],
    )
    ranges = ranges_of(made)
    design = sobol_design(made, ranges, 16, seed=3)
    runs = solved(made, design)
    of = {name: design.points[:, i] for i, name in enumerate(design.factors)}
    cost = (2 + 4 * of["price of a"]) * (5 + 10 * of["quantity of magnet"])
    assert runs["cost"].to_numpy() == pytest.approx(cost)
    price, quantity = 16 / 12, 100 / 12
    single = {"price of a": 100 * price, "quantity of magnet": 16 * quantity}
    variance = sum(single.values()) + price * quantity
    found = sobol_indices(design, runs)
    for factor, part in single.items():
        got = row(found, factor)
        assert got["first_low"] <= part / variance <= got["first_high"]
        assert got["total_low"] <= (part + price * quantity) / variance <= got["total_high"]


def test_morris_of_a_sum_through_solved_runs() -> None:
    """Least cost = 10 x price of a + 5 x price of b: effects of 90 % of each width, the same wherever: no spread."""
    made = case(
        supplies=[offer("a", 4.0, "x"), offer("b", 4.0, "y")],
        demands=[need(10.0, "x"), need(5.0, "y")],
        evidence=[known("supplies", "a", "price", 3, 5), known("supplies", "b", "price", 2, 12)],
    )
    design = morris_design(made, ranges_of(made), 8, seed=1)
    found = morris_indices(design, solved(made, design))
    assert row(found, "price of b")["mu"] == pytest.approx(0.9 * 10 * 5)
    assert row(found, "price of a")["mu"] == pytest.approx(0.9 * 2 * 10)
    assert found.table["sigma"].max() == pytest.approx(0, abs=1e-6)
    assert found.table["factor"].tolist() == ["price of b", "price of a"] and found.sentences == ["price of b matters most."]


def test_what_is_not_installed_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("SALib.sample.sobol", "scipy.stats"):
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ValueError, match=r'pip install "magnet-sourcing\[sensitivity\]"'):
        sobol_design(ANY, [uncertain("x")], 8)
    with pytest.raises(ValueError, match=r'pip install "magnet-sourcing\[sensitivity\]"'):
        unit_cube(["x"], 8, "sobol")
    assert len(morris_design(ANY, [uncertain("x")], 8).runs) == 16 and len(unit_cube(["x"], 8)) == 8
