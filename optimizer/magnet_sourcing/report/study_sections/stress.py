"""The stress matrix: disruptions down, plans across, the worst first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from ...studies.stress import summary as words
from ...studies.stress.tables import reserves, segments
from ..section import Section
from .plain import plain

if TYPE_CHECKING:
    from ...studies.stress.testing import Hit, Stress

_ORDER = ("met", "short", "broken", "impossible")


def stress_section(stress: Stress) -> Section:
    """Each figure of each plan in each disruption; the worst disruption first. Without results it says so."""
    unit, divisor = words.money_unit(stress)
    frame = stress.table()
    disruptions = _worst_first(stress)
    by_segment, held = segments(stress), reserves(stress)
    data = {
        "figures": [
            _figure("further_unmet", "further unmet demand, t over the horizon", 1.0, 0, harm=True),
            _figure("extra_cost", f"extra cost, {unit}, discounted", divisor, 2, harm=True),
            _figure("months_of_stock", "months of need that stocks hold", 1.0, 1, harm=False),
        ],
        "money": {"unit": unit, "divisor": divisor},
        "said": words.findings(stress) if stress.hits else [],
        "plans": list(stress.plans),
        "disruptions": disruptions,
        "cells": {
            name: {
                str(row["plan"]): _cell(row, by_segment, held)
                for row in frame[frame["disruption"] == name].to_dict("records")
            }
            for name in disruptions
        },
    }
    return Section("stress", "What happens to plans when things go wrong", [words.headline(stress)], data)


def _figure(column: str, title: str, divisor: float, digits: int, *, harm: bool) -> dict[str, Any]:
    """A column of the results to colour the matrix by. harm: the more, the worse."""
    return {"column": column, "title": title, "divisor": divisor, "digits": digits, "harm": harm}


def _worst_first(stress: Stress) -> list[str]:
    """By the harm to the plan that suffers most; names settle ties."""
    harm: dict[str, tuple[float, ...]] = {}
    for hit in stress.hits:
        harm[hit.disruption] = max(harm.get(hit.disruption, ()), _harm(hit))
    return sorted(harm, key=lambda name: (*(-x for x in harm[name]), name))


def _harm(hit: Hit) -> tuple[float, ...]:
    """What is broken before what is short, then tonnes, then what is dearer."""
    return _ORDER.index(hit.status), hit.further_total, hit.extra_cost or 0.0


def _cell(row: dict[str, Any], by_segment: pd.DataFrame, held: pd.DataFrame) -> dict[str, Any]:
    """Every column of the table, and what is behind it: unmet by segment, the reserve that would have covered it."""
    cell = {key: plain(value) for key, value in row.items() if key not in ("plan", "disruption")}
    own = _of(by_segment, row)
    cell["segments"] = [[s.segment, plain(s.further_unmet), plain(s.worst_year)] for s in own.itertuples()]
    kept = _of(held, row)
    cell["reserves"] = [[r.material, r.location, plain(r.reserve), plain(r.holding)] for r in kept.itertuples()]
    return cell


def _of(frame: pd.DataFrame, row: dict[str, Any]) -> pd.DataFrame:
    return frame[(frame["plan"] == row["plan"]) & (frame["disruption"] == row["disruption"])]
