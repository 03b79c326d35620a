"""Whether tables still hold what they held: by the cells themselves, without reading them again.

A cell of a table points at its value, and values do not change: a changed cell points elsewhere. So the pointers are
compared, all of a table at once. The copy kept here holds on to every value, so that no other can come to stand in its
place in memory. Where cells are no pointers (a column of machine numbers) or a value could change in itself (a list),
nothing is taken for unchanged.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

_FIXED = {type(None), str, float, int, bool, dt.date, dt.datetime, dt.time, Decimal, pd.Timestamp, type(pd.NaT)} | {
    np.float64, np.float32, np.int64, np.int32, np.bool_, np.str_
}  # fmt: skip


class Standing:
    """What settings and tables held when this was made."""

    def __init__(self, settings: Mapping[str, Any], tables: Mapping[str, pd.DataFrame]) -> None:
        self._settings = dict(settings)
        self._tables = {name: (_headers(frame), _kept(frame)) for name, frame in tables.items()}
        self._fixed = all(type(v) in _FIXED for v in self._settings.values())

    def holds(self, settings: Mapping[str, Any], tables: Mapping[str, pd.DataFrame]) -> bool:
        """Whether these are certainly the same still."""
        return (
            self._fixed
            and list(settings) == list(self._settings)
            and all(settings[name] is value for name, value in self._settings.items())
            and list(tables) == list(self._tables)
            and all(_same(frame, *self._tables[name]) for name, frame in tables.items())
        )


def _headers(frame: pd.DataFrame) -> list[Any]:
    return list(frame.columns)


def _kept(frame: pd.DataFrame) -> np.ndarray | None:
    """A copy of the cells' pointers; None where a cell is none, or points at what could change."""
    cells = frame.to_numpy()
    if cells.dtype != object or not set(map(type, cells.ravel(order="K").tolist())) <= _FIXED:
        return None if cells.size else cells
    return cells.copy(order="K")


def _same(frame: pd.DataFrame, headers: list[Any], kept: np.ndarray | None) -> bool:
    if kept is None or frame.shape != kept.shape or _headers(frame) != headers:
        return False
    return frame.size == 0 or frame.to_numpy().tobytes(order="A") == kept.tobytes(order="A")
