"""A sweep as a workbook that opens on its findings, or as a folder of CSV tables."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from ...book import write_study
from ...solving import solver_table
from . import words
from .charts import decorate
from .tables import (
    BREAK_EVEN_COLUMNS,
    PROBE_COLUMNS,
    REGION_COLUMNS,
    TURN_COLUMNS,
    break_even_table,
    probes_table,
    regions_table,
    turns_table,
)

if TYPE_CHECKING:
    from .sweeping import Sweep

_ROWS = 19  # of the first page, kept for the charts of one that varies


def write_sweep(found: Sweep, path: Path) -> Path:
    """Writes the study, whole or not at all; returns the path written."""
    line = len(found.varies) == 1 or found.paired
    names = " and ".join(v.name for v in found.varies)
    return write_study(
        path,
        f"{found.case.settings['name']}: {names}",
        words.headline(found),
        words.findings(found),
        _tables(found),
        first=_first(found) if line else {},
        currency=str(found.case.settings.get("currency") or "money"),
        figure=_ROWS if line else 0,
        decorate=lambda book, page: decorate(found, book, page),
    )


def _tables(found: Sweep) -> dict[str, tuple[str, pd.DataFrame, dict[str, str]]]:
    units = {v.name: v.unit for v in found.varies} | {"cost": "money", "bound": "money", "gap": "fraction"}
    units |= {m: "fraction" for m in found.done.study.measures if m.startswith("index") or "share" in m}
    return {
        "runs": (
            "A row for each run: its values, how it ended, the plan's cost, what no plan can be below, measures, and the "
            "plan that stands for it.",
            found.runs(),
            units,
        ),
        "regions": ("What each plan decides otherwise than as the case stands.", regions_table(found), REGION_COLUMNS),
        "switches": ("Values at which a plan stops being as good as the best.", turns_table(found), TURN_COLUMNS),
        "break-even": (
            "Values at which a decision enters or leaves the best plan: proved up to low and from high on.",
            break_even_table(found),
            BREAK_EVEN_COLUMNS,
        ),
        "probes": (
            "Every value at which a decision was insisted on and banned, and what it saves there.",
            probes_table(found),
            PROBE_COLUMNS,
        ),
        "decisions": (
            "What each run's own plan decides. sign, open: 1; build: modules; size: t/y.",
            found.decisions(),
            {"amount": "as the kind"},
        ),
        "provenance": ("What is needed to make this study again.", solver_table(found.options), {}),
    }


def _first(found: Sweep) -> dict[str, pd.DataFrame]:
    """The runs in short, for the first page of a line."""
    unit, divisor = words.money_unit(found)
    frame = found.runs()
    short = pd.DataFrame({"value": [" and ".join(_cell(found, i)) for i in range(len(found.cells))]})
    short["ended"] = frame["status"].to_numpy()
    short["cost"] = frame["cost"].astype(float).to_numpy() / divisor
    for measure in found.done.study.measures:
        if measure in frame and measure != "cost":
            short[measure] = frame[measure].astype(float).to_numpy()
    if "region" in frame:
        short["plan"] = frame["region"].to_numpy()
    return {f"The runs; cost in {unit}": short}


def _cell(found: Sweep, i: int) -> list[str]:
    return [v.shown(x) for v, x in zip(found.varies, found.cells[i], strict=True)]
