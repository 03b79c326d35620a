"""A comparison as tables: a row for each thing that can differ, a column for each side."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from .comparing import Comparison
    from .sides import Side

# What is less than this share of the larger is arithmetic, not a difference.
_EQUAL = 1e-9
# Two sizes that differ by less than this share are one decision, as everywhere.
_SAME_SIZE = 0.01
OWN_COLUMNS = (
    "by", "name", "difference", "spread", "stage", "period", "country", "segment", "decision", "kind", "same", "table",
    "row", "column", "year",
)  # fmt: skip


def status(found: Comparison) -> pd.DataFrame:
    """How each side ended, what it cost, and what no plan of its case can be below."""
    rows = []
    for side in found.sides:
        plan = side.plan
        rows.append(
            {
                "side": side.name,
                "status": plan.status,
                "cost": plan.cost,
                "bound": plan.bound,
                "gap": plan.gap,
                "objective": plan.objective,
                "made_least": plan.options.get("objective measure", "cost"),
                "seconds": plan.seconds,
                "solved_now": side.solved_now,
                "case": side.case.settings["name"],
                "file": side.case.origin,
            }
        )
    return pd.DataFrame(rows)


def decisions(found: Comparison) -> pd.DataFrame:
    """A row for each route, expansion and lane that a side signs, builds or opens; cells say when and how much."""
    verbs = {"sign": "sign", "size": "build", "open": "open"}
    by_side: list[dict[tuple[str, str], dict[int, float]]] = []
    for side in found.sides:
        amounts: dict[tuple[str, str], dict[int, float]] = {}
        for d, x in side.decisions().items():
            amounts.setdefault((verbs[d.kind], d.name), {})[d.year] = x
        by_side.append(amounts)
    rows = []
    for kind, name in sorted({key for amounts in by_side for key in amounts}, key=lambda k: (k[0] != "sign", k)):
        cells = [amounts.get((kind, name), {}) for amounts in by_side]
        said = [
            _when(kind, cell) if side.plan.has_plan else None for side, cell in zip(found.sides, cells, strict=True)
        ]
        there = [c for side, c in zip(found.sides, cells, strict=True) if side.plan.has_plan]
        rows.append((kind, name, *said, all(_alike(there[0], c) for c in there[1:])))
    return pd.DataFrame(rows, columns=["kind", "decision", *found.names, "same"])


def _when(kind: str, amounts: dict[int, float]) -> str:
    """'2027', '2027: 1,200 t/y, 2028: 600 t/y', '-' where it is not decided."""
    if not amounts:
        return "-"
    if kind != "build":
        return ", ".join(str(t) for t in sorted(amounts))
    return ", ".join(f"{t}: {x:,.0f} t/y" for t, x in sorted(amounts.items()))


def _alike(a: dict[int, float], b: dict[int, float]) -> bool:
    return all(
        abs(a.get(t, 0.0) - b.get(t, 0.0)) <= _SAME_SIZE * max(a.get(t, 0.0), b.get(t, 0.0)) + 1e-6 for t in {*a, *b}
    )


def costs(found: Comparison) -> pd.DataFrame:
    """Discounted cost of the whole horizon by item, period, country and route; the parts of each add up to the total."""
    rows: list[tuple[Any, ...]] = [
        ("total", "total", *_sums(found, lambda f: {"total": f["discounted"].sum()}, "total"))
    ]
    for by in ("item", "period", "country", "route"):
        sums = [_by(side, by) for side in found.sides]
        names: list[Any] = list(dict.fromkeys(name for s in sums for name in s))
        if by == "period":
            names.sort()
        else:
            names.sort(key=lambda n: -max(abs(s.get(n, 0.0)) for s in sums))
        for name in names:
            rows.append((by, str(name), *_cells(found, [s.get(name, 0.0) for s in sums])))
    return _with_difference(found, rows, ["by", "name"])


def _sums(found: Comparison, sums: Callable[[pd.DataFrame], dict[str, float]], name: str) -> list[float]:
    return _cells(found, [float(sums(side.plan.tables["costs"]).get(name, 0.0)) for side in found.sides])


def _by(side: Side, by: str) -> dict[Any, float]:
    frame = side.plan.tables["costs"]
    if frame.empty:
        return {}
    what = {"country": "no country", "route": "no route"}.get(by)
    keys = frame[by] if what is None else frame[by].map(lambda x: what if x is None or x != x else x)
    return {k: float(x) for k, x in frame["discounted"].astype(float).groupby(keys).sum().items()}


def dependence(found: Comparison) -> pd.DataFrame:
    """Share of the requirement exposed, by stage and period; 'index' is the weighted sum. 'all years': length-weighted
    mean of the index."""
    rows: list[tuple[Any, ...]] = []
    frames = [side.plan.tables["dependence"].dropna(subset=["share"]) for side in found.sides]
    shares = [{(str(r.stage), int(r.period)): float(r.share) for r in frame.itertuples()} for frame in frames]
    stages = list(dict.fromkeys(stage for s in shares for stage, _ in s))
    years = {r.period: r.years for r in found.case.rows("periods")}
    for stage in stages:
        for t in years:
            cells = [s.get((stage, t), math.nan) for s in shares]
            if any(x == x for x in cells):
                rows.append((stage, str(t), *cells))
    if "index" in stages:
        means = [sum(s.get(("index", t), math.nan) * n for t, n in years.items()) / sum(years.values()) for s in shares]
        rows.append(("index", "all years", *means))
    return _with_difference(found, rows, ["stage", "period"])


def mix(found: Comparison) -> pd.DataFrame:
    """Element tonnes of each stage over the horizon by the country where it is done or controlled: where supply comes
    from."""
    years = {r.period: r.years for r in found.case.rows("periods")}
    sums = []
    for side in found.sides:
        frame = side.plan.tables["exposure"]
        tonnes = frame["exposure"].astype(float) * frame["period"].map(years).astype(float)
        grouped = tonnes.groupby([frame["stage"], frame["country"]]).sum() if len(frame) else {}
        sums.append({key: float(x) for key, x in grouped.items()})
    order = [r.stage for r in found.case.rows("stages")]
    keys = sorted({k for s in sums for k in s}, key=lambda k: (order.index(k[0]) if k[0] in order else 99, k[1]))
    rows = [(stage, country, *_cells(found, [s.get((stage, country), 0.0) for s in sums])) for stage, country in keys]
    return _with_difference(found, rows, ["stage", "country"])


def shortage(found: Comparison) -> pd.DataFrame:
    """Tonnes a year not delivered, by segment and period; only where a side is short."""
    sums = []
    for side in found.sides:
        frame = side.plan.tables["demand"]
        segment = [r.segment or r.demand for r in frame.itertuples()]
        grouped = frame["short"].astype(float).groupby([pd.Series(segment, dtype=object), frame["period"]]).sum()
        sums.append({(str(k[0]), int(k[1])): float(x) for k, x in grouped.items()} if len(frame) else {})
    keys = sorted({k for s in sums for k, x in s.items() if x > 1e-6})
    rows = [(segment, t, *_cells(found, [s.get((segment, t), 0.0) for s in sums])) for segment, t in keys]
    return _with_difference(found, rows, ["segment", "period"])


def inputs(found: Comparison) -> pd.DataFrame:
    """Every input that differs: table, row, column, year, and the value in each."""
    rows = [
        (d.table, d.row or None, d.column or None, d.year, *("-" if v is None else v for v in d.values))
        for d in found.inputs
    ]
    frame = pd.DataFrame(rows, columns=["table", "row", "column", "year", *found.names])
    return frame.astype({name: object for name in found.names})


def steps(found: Comparison) -> pd.DataFrame:
    """From the first side to the second, one group of inputs after the other (or each alone)."""
    rows = [
        {
            "changed": s.what,
            "inputs": s.inputs,
            "status": s.status,
            "change": s.change,
            "at_least": s.low,
            "at_most": s.high,
            "within_the_gap": None if s.low is None or s.high is None else s.low <= 0 <= s.high,
            "cost": s.cost,
            "bound": s.bound,
            "decisions": "; ".join(s.decisions) or None,
            "note": s.detail or None,
        }
        for s in found.steps
    ]
    columns = ["changed", "inputs", "status", "change", "at_least", "at_most", "within_the_gap", "cost", "bound",
               "decisions", "note"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _cells(found: Comparison, values: Sequence[float]) -> list[float]:
    """Blank where a side has no plan: nothing is known, which is not zero."""
    return [x if side.plan.has_plan else math.nan for side, x in zip(found.sides, values, strict=True)]


def _with_difference(found: Comparison, rows: Sequence[Sequence[Any]], keys: list[str]) -> pd.DataFrame:
    """'difference': the second less the first, of two; 'spread': the greatest less the least, of more."""
    frame = pd.DataFrame(rows, columns=[*keys, *found.names])
    values = frame[found.names].astype(float)
    if len(found.names) == 2:
        frame["difference"] = values.iloc[:, 1] - values.iloc[:, 0]
    else:
        frame["spread"] = values.max(axis=1) - values.min(axis=1)
    last = frame.columns[-1]
    largest = values.abs().max(axis=1)
    frame[last] = frame[last].where(frame[last].isna() | (frame[last].abs() > _EQUAL * largest), 0.0)
    return frame


TABLES_OF: dict[str, Callable[[Comparison], pd.DataFrame]] = {
    f.__name__: f for f in (status, decisions, costs, dependence, mix, shortage, inputs, steps)
}
