"""The linear programme that is left of a problem when the whole numbers of a plan are held."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from ..matrix import Matrix
from ..session import Duals, Options, Session, Status

# Sweeps over the rows that look for what is closed; a chain of stages is closed in one sweep a stage.
_SWEEPS = 20


class Held(NamedTuple):
    """matrix: with the whole numbers held. session: in which it was solved. duals: in units of the objective. values: of
    the plan. noise: a dual, or a reduced cost, that the solver cannot tell from 0."""

    matrix: Matrix
    session: Session
    duals: Duals
    values: np.ndarray
    noise: float


def held_at(matrix: Matrix, values: np.ndarray, options: Options, basis: Any = None) -> Held | None:
    """Solves what is left for the objective of the arrays; None if that does not end with an optimum.

    basis: one to begin from: that of the solve which gave the values leaves nothing to do.
    """
    whole = np.flatnonzero(matrix.whole)
    left = replace(matrix.held(whole, np.round(values[whole])), whole=np.zeros(len(matrix.cost), dtype=bool))
    session = Session(left, replace(options, gap=0.0, time_limit=None, tie_break=False), basis=basis)
    if session.solve().status is not Status.OPTIMAL:
        return None
    return Held(left, session, session.duals(), values, 1e-6 / Session.scale_of(matrix))


def weights(held: Held) -> dict[str, np.ndarray]:
    """What one more of each entry of the arrays does to the optimum, by the envelope theorem: an entry of a row counts
    its dual times its column's value, a bound the dual or reduced cost of the side that binds."""
    m, (rows, columns), values = held.matrix, (held.duals.rows, held.duals.columns), held.values
    row_of = np.repeat(np.arange(len(m.row_lower)), np.diff(m.start))
    return {
        "cost": values,
        "offset": np.ones(1),
        "value": -rows[row_of] * values[m.index],
        "row_lower": np.maximum(rows, 0.0),
        "row_upper": np.minimum(rows, 0.0),
        "lower": np.maximum(columns, 0.0),
        "upper": np.minimum(columns, 0.0),
    }


def reduced_cost_weights(held: Held, chosen: np.ndarray) -> dict[str, np.ndarray]:
    """What one more of each entry does to the reduced costs of the chosen columns, the duals staying as they are."""
    m = held.matrix
    row_of = np.repeat(np.arange(len(m.row_lower)), np.diff(m.start))
    return {"cost": chosen.astype(float), "value": np.where(chosen[m.index], -held.duals.rows[row_of], 0.0)}


def fed_columns(m: Matrix, values: np.ndarray) -> np.ndarray:
    """Which columns take, at a place and in a period, only materials that the plan has there."""
    row_of = np.repeat(np.arange(len(m.row_lower)), np.diff(m.start))
    balance = np.array([row.family == "balance" for row in m.rows], dtype=bool)
    come = np.maximum(-m.row_lower, 0.0)  # what stands on the side of a balance is an opening stock
    np.add.at(come, row_of, np.maximum(m.value * values[m.index], 0.0))
    lacking = balance[row_of] & (m.value < 0) & ~(come[row_of] > 1e-6)
    fed = np.ones(len(values), dtype=bool)
    fed[m.index[lacking]] = False
    return fed


def open_columns(m: Matrix) -> np.ndarray:
    """Which columns can be more than 0 at all: not those that a held decision, or a chain of them, closes.

    A row bounds each of its columns by what the others leave; sweeps over the rows carry that on, from a plant that is
    not built to what only it makes and to the lanes that only move that.
    """
    row_of, upper = np.repeat(np.arange(len(m.row_lower)), np.diff(m.start)), m.upper.copy()
    for _ in range(_SWEEPS):
        tighter = np.minimum(
            _implied(m, row_of, upper, m.value, m.row_upper), _implied(m, row_of, upper, -m.value, -m.row_lower)
        )
        tighter = np.maximum(np.minimum(upper, tighter), m.lower)
        # Only what is closed is carried on: bounds that merely shrink could go on shrinking for ever.
        closed = (tighter <= 1e-9) & (upper > 1e-9)
        if not closed.any():
            break
        upper[closed] = 0.0
    return upper > 1e-9


def _implied(m: Matrix, row_of: np.ndarray, upper: np.ndarray, value: np.ndarray, side: np.ndarray) -> np.ndarray:
    """The upper bound of each column by rows `sum value * x <= side`."""
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        least = np.where(value > 0, value * m.lower[m.index], np.where(value < 0, value * upper[m.index], 0.0))
        endless = ~np.isfinite(least)
        finite = np.where(endless, 0.0, least)
        together, without = np.zeros(len(side)), np.zeros(len(side), dtype=int)
        np.add.at(together, row_of, finite)
        np.add.at(without, row_of, endless)
        # What the others come to at least: unknown if one of them has no end.
        known = np.isfinite(side[row_of]) & (without[row_of] == endless) & (value > 1e-12)
        rest = together[row_of] - finite
        room = side[row_of] - rest
        room = np.where(np.abs(room) <= 1e-9 * np.maximum(1.0, np.abs(rest)), 0.0, room)
        bound = np.where(known, room / np.where(known, value, 1.0), np.inf)
    found = np.full(len(upper), np.inf)
    np.minimum.at(found, m.index, bound)
    return found
