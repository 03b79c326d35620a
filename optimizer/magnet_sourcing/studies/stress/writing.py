"""A stress test as a workbook that opens on the answer: who stands what, coloured, then the evidence."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from openpyxl.formatting.rule import ColorScaleRule

from ...book import Page, write_study
from ...page_charts import ROWS, draw_bars
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
        path,
        title,
        words.headline(stress),
        found,
        tables,
        first=first,
        currency=currency,
        figure=ROWS if first else 0,
        decorate=lambda book, page: _decorated(page, unit),
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


def _decorated(page: Page, unit: str) -> None:
    _coloured(page)
    _drawn(page, unit)


def _coloured(page: Page) -> None:
    """White to red over each small table of the first page: the worse, the redder."""
    for area in page.tables.values():
        rule = ColorScaleRule(start_type="num", start_value=0, start_color="FFFFFF", end_type="max", end_color="E06666")
        page.sheet.conditional_formatting.add(f"B{area.heads + 1}:{letter(area.columns - 1)}{area.last}", rule)


def _drawn(page: Page, unit: str) -> None:
    """Bars of what is not met, or, where every plan meets everything, of what the shocks cost more."""
    short = page.tables.get(_UNMET)
    if short is None:
        return
    rows, columns = range(short.heads + 1, short.last + 1), range(2, short.columns + 1)
    if any(page.sheet.cell(r, c).value for r in rows for c in columns):
        draw_bars(page, _UNMET, (2, short.columns), _UNMET, "t over the horizon", "#,##0")
    else:
        draw_bars(page, f"{_COST}, {unit}", (2, short.columns), f"{_COST} (nothing further is unmet)", unit, "#,##0.0")
