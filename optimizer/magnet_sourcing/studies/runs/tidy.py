"""The merged tables of a study as files: CSV always, Parquet too where pyarrow is installed."""

from __future__ import annotations

from functools import partial
from importlib.util import find_spec
from pathlib import Path

import pandas as pd

from ...files import replace_file
from .done import Done

NO_PARQUET = 'CSV only; Parquet needs the extra: pip install "magnet-sourcing[parquet]"'


def write_tidy(done: Done, path: str | Path) -> list[Path]:
    """Writes `runs` and `decisions`, a row an observation, into a folder; returns the files written.

    Without pyarrow there is no Parquet: `no_parquet()` says so in words. Raises NotWritten.
    """
    folder, files = Path(path), []
    for name, frame in (("runs", done.runs()), ("decisions", done.decisions())):
        files.append(replace_file(folder / f"{name}.csv", partial(_csv, frame)))
        if not no_parquet():
            files.append(replace_file(folder / f"{name}.parquet", partial(_parquet, _one_type_a_column(frame))))
    return files


def _csv(frame: pd.DataFrame, path: Path) -> None:
    frame.to_csv(path, index=False, lineterminator="\n")


def _parquet(frame: pd.DataFrame, path: Path) -> None:
    frame.to_parquet(path, index=False)


def no_parquet() -> str:
    """What to say where Parquet cannot be written; empty where it can."""
    return "" if find_spec("pyarrow") is not None else NO_PARQUET


def _one_type_a_column(frame: pd.DataFrame) -> pd.DataFrame:
    """Parquet has one type a column: a label that is a number here and a text there becomes a text."""
    typed = frame.copy()
    for name in typed.columns:
        kinds = {type(x) for x in typed[name] if not pd.isna(x)}
        if len(kinds) > 1 and not kinds <= {int, float}:
            typed[name] = typed[name].map(lambda x: None if pd.isna(x) else str(x))
    return typed
