"""A comparison as a workbook that opens on its findings, or as a folder of CSV tables."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from ...book import write_study
from ...solving import solver_table
from . import words
from .charts import ROWS, decorate
from .tables import costs, decisions, dependence, inputs, mix, shortage, status, steps

if TYPE_CHECKING:
    from .comparing import Comparison


def write_comparison(found: Comparison, path: Path) -> Path:
    """Writes the comparison, whole or not at all; returns the path written."""
    names = found.names
    return write_study(
        path,
        f"{' against '.join(names) if len(names) < 4 else f'{len(names)} plans side by side'}",
        words.headline(found),
        {"How each ended": words.endings(found), **words.findings(found)},
        _tables(found),
        first=_first(found),
        currency=str(found.case.settings.get("currency") or "money"),
        figure=ROWS if any(side.plan.has_plan for side in found.sides) else 0,
        decorate=lambda book, page: decorate(found, book, page),
    )


def _tables(found: Comparison) -> dict[str, tuple[str, pd.DataFrame, dict[str, str]]]:
    def units(unit: str) -> dict[str, str]:
        return dict.fromkeys((*found.names, "difference", "spread"), unit)

    money = dict.fromkeys(("cost", "bound", "objective", "change", "at_least", "at_most"), "money")
    return {
        "status": ("How each plan ended.", status(found), money | {"gap": "fraction", "seconds": "s"}),
        "steps": ("From the first to the second: what each group of inputs changes.", steps(found), money),
        "inputs": (
            "Every input that differs, with its value in each; '-' where it is blank.", inputs(found),
            units("as the column"),
        ),
        "decisions": ("When each signs, builds or opens what, and how much; '-' where it does not.", decisions(found), {}),
        "costs": ("Discounted cost by item, period, country and route; each adds up to the total.", costs(found),
                  units("money")),
        "dependence": ("Share of the requirement that is exposed, by stage and period.", dependence(found),
                       units("fraction")),
        "mix": ("Element tonnes over the horizon by stage and by the country where it is done or controlled.", mix(found),
                units("t element")),
        "shortage": ("Tonnes a year not delivered.", shortage(found), units("t/y")),
        "provenance": ("What is needed to make this comparison again.", solver_table(found.options), {}),
    }  # fmt: skip


def _first(found: Comparison) -> dict[str, pd.DataFrame]:
    """Cost by item and decisions, for the first page."""
    unit, divisor = words.money_unit(found)
    table = costs(found)
    table = table[table["by"].isin(("item", "total"))].drop(columns="by")
    table = pd.concat([table.iloc[1:], table.iloc[:1]]).rename(columns={"name": "item"})
    for name in table.columns[1:]:
        table[name] = table[name].astype(float) / divisor
    return {f"Cost by item, discounted, {unit}": table}
