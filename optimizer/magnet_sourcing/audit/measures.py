"""Measures recomputed from a plan's tables: what was made least, or held below a value, beside cost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from .dependence import exposures, index, requirement
from .facts import Facts

if TYPE_CHECKING:
    from ..case import Case


def measured(case: Case, tables: Mapping[str, pd.DataFrame], name: str, tolerance: float = 2e-6) -> float:
    """The value of a measure, other than cost, in a plan."""
    f = Facts(case, tables, tolerance)
    what, first, last = _parsed(name)
    counted = [t for t in f.periods if (first is None or t >= first) and (last is None or t <= last)]
    if what.startswith("impact "):
        wanted = what.removeprefix("impact ")
        return sum(
            f.length[t] * i.quantity[t] * run
            for (facility, process, t), run in f.runs.items()
            if t in counted
            for i in f.intensity_rows(facility, process)
            if i.impact == wanted
        )
    if what == "unmet":
        return sum(f.length[r["period"]] * r["short"] for r in f.plan["demand"] if r["period"] in counted)
    if what == "not free":
        return 1 - _free(f, counted)
    found = exposures(f)
    needing = [t for t in counted if requirement(f, t) > 0]
    if what == "index":
        by_year = {t: index(f, found, f.settings["exposed_country"], t) for t in needing}
    elif what == "country share":
        abroad = {c for _, _, c, _ in found} - {f.settings["home_country"]}
        by_year = {t: max((index(f, found, c, t) for c in abroad), default=0.0) for t in needing}
    else:
        raise KeyError(name)
    years = sum(f.length[t] for t in needing)
    return sum(f.length[t] * x / requirement(f, t) for t, x in by_year.items()) / years


def _free(f: Facts, counted: list[int]) -> float:
    """Free share of the requirement, by the weighted element content of what is delivered."""
    weight = {
        r.demand: sum(f.element_weight[e] * x for e, x in f.content.get(r.material, {}).items()) for r in f.rows["demands"]
    }
    free = sum(
        f.length[r["period"]] * weight[r["demand"]] * (r["free"] or 0.0)
        for r in f.plan["demand"]
        if r["period"] in counted
    )
    return free / sum(f.length[t] * requirement(f, t) for t in counted)


def _parsed(name: str) -> tuple[str, int | None, int | None]:
    """Name without its years, and the years: 'index 2030-2035'."""
    head, _, tail = name.strip().rpartition(" ")
    first, dash, last = tail.partition("-")
    if head and dash and len(first) == len(last) == 4 and (first + last).isdigit():
        return head.strip(), int(first), int(last)
    return name.strip(), None, None
