"""Small linear programmes with many optima, and a solver of their own for each."""

from __future__ import annotations

import highspy
import numpy as np


def solver(
    cost: np.ndarray,
    rows: np.ndarray,
    lower: np.ndarray,
    upper: np.ndarray,
    most: np.ndarray,
    least: np.ndarray | None = None,
) -> highspy.Highs:
    """Solved: lower <= rows x <= upper, least (0) <= x <= most."""
    h, lp = highspy.Highs(), highspy.HighsLp()
    h.setOptionValue("output_flag", False)
    lp.num_col_, lp.num_row_ = len(cost), len(rows)
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = cost, np.zeros(len(cost)) if least is None else least, most
    lp.row_lower_, lp.row_upper_ = lower, upper
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = np.arange(0, rows.size + 1, rows.shape[1]).astype(np.int32)
    lp.a_matrix_.index_ = np.tile(np.arange(rows.shape[1]), len(rows)).astype(np.int32)
    lp.a_matrix_.value_ = rows.ravel()
    h.passModel(lp)
    h.run()
    assert h.getModelStatus() == highspy.HighsModelStatus.kOptimal
    return h


def transport(seed: int) -> dict[str, np.ndarray]:
    """From 6 places to 8, with costs of 1 to 3: many optima. Rows of ranges, least and most, bounds on lanes."""
    draw = np.random.default_rng(seed)
    need, lanes = draw.integers(1, 9, 8).astype(float), [(i, j) for i in range(6) for j in range(8)]
    out, into = ([[float(lane[end] == a) for lane in lanes] for a in range(n)] for end, n in ((0, 6), (1, 8)))
    rows = np.array(out + into)
    offered = need.sum() / 6 * draw.uniform(1.0, 1.6, 6)
    return {
        "cost": draw.integers(1, 4, len(lanes)).astype(float),
        "rows": rows,
        "lower": np.concatenate([draw.uniform(0, 0.5, 6) * offered, need]),
        "upper": np.concatenate([offered, np.where(draw.random(8) < 0.5, need, np.inf)]),
        "most": np.where(draw.random(len(lanes)) < 0.3, 2.0, np.inf),
    }


def assignment(seed: int) -> dict[str, np.ndarray]:
    """Seven to seven, each once, at costs of 1 to 20: at every vertex most of what is basic stands at 0."""
    cost = np.random.default_rng(seed).integers(1, 21, 49).astype(float)
    ends = [divmod(k, 7) for k in range(49)]
    rows = np.array([[float(lane[end] == a) for lane in ends] for end in (0, 1) for a in range(7)])
    return {"cost": cost, "rows": rows, "lower": np.ones(14), "upper": np.ones(14), "most": np.full(49, np.inf)}
