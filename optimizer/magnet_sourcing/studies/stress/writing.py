"""A stress test as a workbook that opens on the answer: who stands what, coloured, then the evidence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
from openpyxl.formatting.rule import ColorScaleRule

from ...book import Page, write_study
from ...sheets import letter
from . import summary as words
from .tables import CUTOFFS, RESERVES, RESULTS, SEGMENTS, reserves, results, segments
from .testing import Stress

_UNMET = "Further unmet demand, t over the horizon"
_COST = "Extra cost, discounted"
_RECOVERY = "Years until nothing is further short (blank: not within the horizon, or no way)"


def write_stress(stress: Stress, path: Path) -> Path:
    """Writes the study; returns the path written."""
    unit, divisor = words.money_unit(stress)
    first = {
        _UNMET: _shown(stress, "further_unmet", 1.0),
        f"{_COST}, {unit}": _shown(stress, "extra_cost", divisor),
        _RECOVERY: _shown(stress, "recovery", 1.0),
    }
    first = {head: frame for head, frame in first.items() if len(frame)}
    tables = {
        "results": ("One row a plan and disruption; docs/stress.md defines the columns.", results(stress), RESULTS),
        "segments": ("Unmet demand by segment.", segments(stress), SEGMENTS),
        "reserves": (
            "The smallest reserve, at hand when the shock shows, that would have covered it.", reserves(stress), RESERVES,
        ),
        "cutoffs": (
            "Every set of cut-offs that was solved to prove the worst; sets not listed do no more damage.",
            stress.cutoffs,
            CUTOFFS,
        ),
        "provenance": ("How it was found.", _record(stress), {}),
    }  # fmt: skip
    currency = str(next(iter(stress.plans.values())).case.settings.get("currency") or "money")
    title = f"Stress test: {', '.join(stress.plans)}"
    found = {"What it says": words.findings(stress), "The plans": _plans(stress)}
    return write_study(
        path, title, words.headline(stress), found, tables, first=first, currency=currency, decorate=_coloured
    )


def _shown(stress: Stress, column: str, divisor: float) -> pd.DataFrame:
    """Disruptions down, plans across, for the first page."""
    if not stress.hits:
        return pd.DataFrame()
    frame = (stress.matrix(column).astype(float) / divisor).reset_index()
    frame.columns = [str(c) for c in frame.columns]
    return frame


def _plans(stress: Stress) -> list[str]:
    unit, divisor = words.money_unit(stress)
    lines = []
    for name, p in stress.plans.items():
        stated = "" if p.stated is None else f" (the plan states {p.stated / divisor:,.2f})"
        solved = "; it was given as a case and solved first" if name in stress.solved else ""
        lines.append(f"{name}: undisturbed {p.cost / divisor:,.2f} {unit}{stated}, {p.unmet:,.0f} t unmet{solved}.")
    return lines


def _record(stress: Stress) -> pd.DataFrame:
    record = {**stress.options, "seconds": round(stress.seconds, 1)}
    record |= {f"case hash of {name}": p.case.hash for name, p in stress.plans.items()}
    return pd.DataFrame({"field": list(record), "value": pd.Series(list(record.values()), dtype=object)})


def _coloured(book: Any, page: Page) -> None:
    """White to red over each small table of the first page: the worse, the redder."""
    sheet = page.sheet
    heads = (_UNMET, _COST, _RECOVERY)
    for row in range(1, sheet.max_row + 1):
        if str(sheet.cell(row, 1).value or "").startswith(heads):
            last, width = row + 1, 1
            while sheet.cell(row + 1, width + 1).value is not None:
                width += 1
            while sheet.cell(last + 1, 1).border.bottom.style:
                last += 1
            area = f"B{row + 2}:{letter(width - 1)}{last}"
            rule = ColorScaleRule(
                start_type="num", start_value=0, start_color="FFFFFF", end_type="max", end_color="E06666"
            )
            sheet.conditional_formatting.add(area, rule)
