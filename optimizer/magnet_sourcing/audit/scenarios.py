"""What only several futures together show: that decisions are common to them, and the objective over them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from .dependence import exposures, index
from .facts import Facts, lines
from .measures import measured
from .report import AuditReport

if TYPE_CHECKING:
    from ..case import Case

TOLERANCE = 2e-6
_DECIDED = {"signings": ("route", "period"), "builds": ("expansion", "period"), "lane_openings": ("lane", "period")}


def check_scenarios(
    tables: Mapping[str, Mapping[str, pd.DataFrame]],
    audits: Mapping[str, AuditReport],
    probability: Mapping[str, float],
    costs: Mapping[str, float],
    *,
    objective: float | None,
    aim: str,
    beta: float,
    alpha: float,
    best: Mapping[str, float],
    china_price: float,
    cases: Mapping[str, Case],
    adapt_from: int | None = None,
    shows: Mapping[str, int] | None = None,
    measure: str = "cost",
    at_most: Mapping[str, float] | None = None,
) -> AuditReport:
    """Joins the audits of the scenarios and adds the checks over all of them."""
    out = AuditReport()
    for name, report in audits.items():
        out.join(name, report)
    out.true("scenarios", "the probabilities add to 1", abs(sum(probability.values()) - 1) <= 1e-9)
    _common(out, tables, adapt_from, shows)
    if shows is not None:
        _lived_alike(out, tables, shows)
    for name, most in (at_most or {}).items():
        mean = sum(probability[w] * x for w, x in _sums(name, costs, cases, tables).items())
        out.at_most("measures held", f"expected {name}", mean, most, TOLERANCE * 10)
    if objective is not None:
        premium = china_price * sum(probability[w] * _exposed(cases[w], tables[w]) for w in costs) if china_price else 0.0
        value = _over_scenarios(_sums(measure, costs, cases, tables), probability, aim, beta, alpha, best)
        if measure.startswith("not free"):  # what is reported as free is the most that can be, and may be more
            out.at_most("total cost", "objective over the scenarios", value + premium, objective, TOLERANCE * 10)
        else:
            out.same("total cost", "objective over the scenarios", objective, value + premium, TOLERANCE * 10)
    return out


def _common(
    out: AuditReport,
    tables: Mapping[str, Mapping[str, pd.DataFrame]],
    adapt_from: int | None,
    shows: Mapping[str, int] | None,
) -> None:
    """The same decisions in every scenario, except those that wait for the future once it has shown itself."""
    first = max(tables, key=lambda w: shows[w]) if shows else next(iter(tables))  # others are like it until they show
    for table, key in _DECIDED.items():
        for w in (w for w in tables if w != first):
            until = adapt_from if adapt_from is None or shows is None else max(adapt_from, shows[w])
            chosen = {name: _rows(tables[name][table], key, until) for name in (w, first)}
            out.true("scenarios", f"{table} of {w} differ from those of {first}", set(chosen[w]) == set(chosen[first]))
            for what in set(chosen[w]) & set(chosen[first]):
                for column in ("size", "modules"):
                    a, b = chosen[w][what].get(column), chosen[first][what].get(column)
                    if a is not None and b is not None:
                        out.same("scenarios", f"{column} of {what} in {w}", a, b, TOLERANCE)


_LIVED = {
    "activity": (("facility", "process"), "activity"),
    "purchases": (("supply",), "bought"),
    "stocks": (("stock",), "closing"),
    "flows": (("lane", "material"), "loaded"),
    "demand": (("demand",), "delivered"),
    "tolling": (("toll",), "sent"),
}


def _lived_alike(out: AuditReport, tables: Mapping[str, Mapping[str, pd.DataFrame]], shows: Mapping[str, int]) -> None:
    """Until a future shows itself, it is lived like the others that have not."""
    last = max(tables, key=lambda w: shows[w])  # it looks like every other one until that one shows
    for name in tables:
        if name == last:
            continue
        for table, (key, column) in _LIVED.items():
            own, twin = (_amounts(tables[w][table], key, column, shows[name]) for w in (name, last))
            for what in set(own) | set(twin):
                said = f"{column} of {', '.join(map(str, what))} in {name}, as in {last}"
                out.same("scenarios", said, own.get(what, 0.0), twin.get(what, 0.0), TOLERANCE)


def _amounts(frame: pd.DataFrame, key: tuple[str, ...], column: str, before: int) -> dict[tuple[Any, ...], float]:
    return {(*(r[k] for k in key), r["period"]): r[column] for r in lines(frame) if r["period"] < before}


def _rows(frame: pd.DataFrame, key: tuple[str, ...], before: int | None) -> dict[tuple[Any, ...], dict[str, Any]]:
    return {tuple(r[k] for k in key): r for r in lines(frame) if before is None or r["period"] < before}


def _over_scenarios(
    costs: Mapping[str, float],
    probability: Mapping[str, float],
    aim: str,
    beta: float,
    alpha: float,
    best: Mapping[str, float],
) -> float:
    """The objective, by sorting instead of by optimising."""
    if aim == "worst":
        return max(costs.values())
    if aim == "regret":
        return max(c - best[w] for w, c in costs.items())
    mean = sum(probability[w] * c for w, c in costs.items())
    if not beta:
        return mean
    # CVaR is the least over thresholds of threshold + expected excess / (1 - alpha); one of the costs attains it.
    tail = min(
        z + sum(probability[w] * max(0.0, c - z) for w, c in costs.items()) / (1 - alpha) for z in costs.values()
    )
    return (1 - beta) * mean + beta * tail


def _sums(
    measure: str,
    costs: Mapping[str, float],
    cases: Mapping[str, Case],
    tables: Mapping[str, Mapping[str, pd.DataFrame]],
) -> Mapping[str, float]:
    """A measure by scenario."""
    return costs if measure == "cost" else {w: measured(cases[w], tables[w], measure) for w in cases}


def _exposed(case: Case, tables: Mapping[str, pd.DataFrame]) -> float:
    facts = Facts(case, tables, TOLERANCE)
    found = exposures(facts)
    country = case.settings["exposed_country"]
    return sum(facts.counted[t] * index(facts, found, country, t) for t in facts.periods)
