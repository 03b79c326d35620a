"""The seal of a plan: a mark of all it says, by which a plan that was edited since is told from one that was not.

It is no signature: whoever wants to deceive can work it out again. It tells slips and corrections by hand from what the
solver found, also where they add up and pass the audit.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

FIELD = "seal"
_MIX = np.uint64(0x9E3779B97F4A7C15)  # an odd constant whose multiples are spread over all 64 bits


def seal_of(tables: Mapping[str, pd.DataFrame], record: Mapping[str, Any]) -> str:
    """The mark of the tables and the solver's record (but for the seal in it); whatever the order of rows and fields."""
    said = {field: _text(value) for field, value in record.items() if field != FIELD}
    written = json.dumps(said, sort_keys=True) + tables_mark(tables)
    return hashlib.sha256(written.encode()).hexdigest()


def tables_mark(tables: Mapping[str, pd.DataFrame]) -> str:
    """The mark of the tables alone: two solves that found the same plan have the same."""
    marks = {name: _rows(frame) for name, frame in sorted(tables.items()) if name != "solver" and len(frame)}
    return hashlib.sha256(json.dumps(marks).encode()).hexdigest()


def _rows(frame: pd.DataFrame) -> str:
    """The mark of a table's rows, in any order."""
    row = np.zeros(len(frame), dtype=np.uint64)
    for name in frame.columns:
        row = (row ^ (row >> np.uint64(29))) * _MIX + _column(frame[name])
    return hashlib.sha256(",".join(frame.columns).encode() + np.sort(row).tobytes()).hexdigest()


def _column(values: pd.Series) -> np.ndarray:
    """64 bits for each value; blanks are alike."""
    if pd.api.types.is_numeric_dtype(values):
        different, place = np.unique(values.to_numpy(dtype=float), return_inverse=True)
        return np.array([_kept(x) for x in different.tolist()]).view(np.uint64)[place]
    place, different = pd.factorize(values.map(_text), use_na_sentinel=False)
    marks = [int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little") for text in different]
    return np.array(marks, dtype=np.uint64)[place]


def _kept(number: float) -> float:
    """A number as a workbook keeps it, to sixteen digits; 0 without a sign."""
    return float(f"{number:.16g}") + 0.0


def _text(value: Any) -> str:
    """A value as it is after a file has kept it, where a whole number and 12.0 look the same."""
    if value is None or value != value:
        return ""
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    return repr(_kept(value)) if isinstance(value, int | float) else str(value)
