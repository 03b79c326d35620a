"""A sweep as tables."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from .break_even import Interval, Probe
    from .sweeping import Sweep

TURN_COLUMNS = {
    "before": "region", "after": "region", "as_good_at": "as the values", "no_more_at": "as the values",
    "then": "",
}  # fmt: skip
BREAK_EVEN_COLUMNS = {
    "decision": "", "kind": "", "low": "as the values", "high": "as the values", "estimate": "as the values",
    "up_to_low": "", "from_high": "", "settled": "", "without_it": "",
}  # fmt: skip
PROBE_COLUMNS = {
    "decision": "", "value": "as the values", "answer": "", "saves_least": "money, discounted",
    "saves_most": "money, discounted", "cost_with": "money", "bound_with": "money", "cost_without": "money",
    "bound_without": "money", "note": "",
}  # fmt: skip
REGION_COLUMNS = {"region": "", "runs": "", "decision": ""}


def runs_table(found: Sweep) -> pd.DataFrame:
    """The merged table, with the region of each run behind its values."""
    frame = found.done.runs()
    for name in ("cost", "bound", "gap"):
        if name not in frame:
            frame[name] = math.nan
    if found.regions is not None:
        letter = pd.Series([found.regions.letter.get(n) for n in frame["run"]], dtype=object)
        frame.insert(1 + len(found.varies), "region", letter)
    return frame


def wide(found: Sweep, column: str) -> pd.DataFrame:
    """One column against the values; rows and columns in the order in which the values were given."""
    from ...problems import did_you_mean

    frame = runs_table(found)
    if column not in frame:
        raise ValueError(f"'{column}' is no column of the runs{did_you_mean(column, map(str, frame.columns))}")
    first = found.varies[0]
    if len(found.varies) == 1 or found.paired:
        return pd.DataFrame(
            {column: frame[column].to_numpy()}, index=pd.Index([c[0] for c in found.cells], name=first.name)
        )
    if len(found.varies) > 2:
        raise ValueError(f"{len(found.varies)} things vary: a table is of one or two; see runs()")
    second = found.varies[1]
    values = frame[column].to_numpy().reshape(len(first.values), len(second.values))
    return pd.DataFrame(
        values, index=pd.Index(first.values, name=first.name), columns=pd.Index(second.values, name=second.name)
    )


def regions_table(found: Sweep) -> pd.DataFrame:
    """A row for each decision of each region, in words; what is not listed is as the case stands."""
    rows = []
    if found.regions is not None:
        for region in found.regions.regions:
            for said in found.regions.said(region) or ["as the case stands"]:
                rows.append((region.letter, len(region.runs), said))
    return pd.DataFrame(rows, columns=list(REGION_COLUMNS))


def turns_table(found: Sweep) -> pd.DataFrame:
    rows = [(t.before, t.after, t.last, t.first, "; ".join(t.changes)) for t in found.turns]
    return pd.DataFrame(rows, columns=list(TURN_COLUMNS))


def break_even_table(found: Sweep) -> pd.DataFrame:
    rows = [
        (t.decision, t.kind, b.low, b.high, b.estimate, b.below, b.above, b.settled, "; ".join(b.instead) or None)
        for t in found.traced
        for b in t.break_evens
    ]
    return pd.DataFrame(rows, columns=list(BREAK_EVEN_COLUMNS))


def probes_table(found: Sweep) -> pd.DataFrame:
    rows = [_probe_row(t.decision, p) for t in found.traced for p in t.probes]
    return pd.DataFrame(rows, columns=list(PROBE_COLUMNS))


def _probe_row(decision: str, p: Probe) -> dict[str, Any]:
    least, most = p.advantage or (None, None)
    return {
        "decision": decision,
        "value": p.value,
        "answer": p.answer,
        "saves_least": _finite(least),
        "saves_most": _finite(most),
        "cost_with": _end(p.with_it, 1),
        "bound_with": _end(p.with_it, 0),
        "cost_without": _end(p.without, 1),
        "bound_without": _end(p.without, 0),
        "note": "; ".join(x for x in (p.detail, _impossible(p)) if x) or None,
    }


def _impossible(p: Probe) -> str:
    """Which of the two is proved to have no plan."""
    said = [
        f"no plan {word} it"
        for word, interval in (("with", p.with_it), ("without", p.without))
        if interval is not None and interval[0] == math.inf
    ]
    return ", ".join(said)


def _end(interval: Interval | None, i: int) -> float | None:
    return None if interval is None else _finite(interval[i])


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
