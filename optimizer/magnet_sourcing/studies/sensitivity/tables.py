"""A sensitivity study as tables."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from ...problems import did_you_mean
from ...solving import solver_table
from ..decisions import differences, module_sizes_of
from .bars import Bar, End, candidates, could_be_longer, longest

if TYPE_CHECKING:
    from .studying import Sensitivity

_MONEY = "money, discounted"
TORNADO_COLUMNS = {
    "range": "", "solved": "", "low": "as it reads", "base": "as it reads", "high": "as it reads",
    "change_low": "", "change_high": "", "length": "", "length_least": "", "length_most": "", "confidence": "", "note": "",
}  # fmt: skip
SCREENING_COLUMNS = {
    "range": "", "verdict": "", "length_held": _MONEY, "length_least": _MONEY, "length_most": _MONEY,
    "low": "as it reads", "held_low": _MONEY, "bound_low": _MONEY, "status_low": "",
    "high": "as it reads", "held_high": _MONEY, "bound_high": _MONEY, "status_high": "", "confidence": "", "source": "",
}  # fmt: skip
CHANGE_COLUMNS = {
    "range": "", "end": "", "value": "as it reads", "verdict": "", "staying_costs": _MONEY,
    "staying_costs_most": _MONEY, "year": "", "decision": "",
}  # fmt: skip
SWITCH_COLUMNS = {
    "range": "", "answer": "", "holds_at": "as it reads", "turns_at": "as it reads", "by": "year", "then": "",
    "staying_costs": _MONEY + ", just beyond", "note": "",
}  # fmt: skip
RANGING_COLUMNS = {
    "number": "", "name": "", "year": "", "now": "as in the case", "low": "as in the case", "high": "as in the case",
    "amount": "t/y", "worth": _MONEY + ", of one unit more", "confirmed": "",
}  # fmt: skip
APART_COLUMNS = {"range": "", "end": "", "value": "as it reads", "ending": "", "why": ""}


def table(found: Sensitivity, name: str) -> pd.DataFrame:
    known = tables(found)
    if name not in known:
        raise ValueError(f"'{name}' is no table of a sensitivity study{did_you_mean(name, known)}")
    return known[name][1]


def tables(found: Sensitivity) -> dict[str, tuple[str, pd.DataFrame, dict[str, str]]]:
    """Sheet -> what it holds, rows, units by column."""
    made: dict[str, tuple[str, pd.DataFrame, dict[str, str]]] = {}
    for measure in found.asked.measures:
        unit = _MONEY if measure == "cost" else "share" if not measure.startswith("impact") else "as the impact"
        units = TORNADO_COLUMNS | {c: unit for c in TORNADO_COLUMNS if c.startswith(("change", "length"))}
        made[sheet_of(measure)] = (
            f"How far {measure} moves between the ends of each range, the longest bar first; all of 'in full' before what "
            "was only screened with decisions held.",
            tornado(found, measure), units,
        )  # fmt: skip
    made |= {
        "screening": ("Every range at both ends: decisions held, and the bound of the relaxation. No bar is longer than "
                      "length_most.", screening_table(found), SCREENING_COLUMNS),
        "decision changes": ("At the ends solved in full: which decisions are other ones, if keeping the old ones costs "
                             "more than the solver's doubt.", changes_table(found), CHANGE_COLUMNS),
        "spider": ("Cost at positions between the ends of the longest bars.", spider_table(found),
                   {"cost": _MONEY, "bound": _MONEY}),
        "switch-over": ("Where on a range the first decisions change.", switch_table(found), SWITCH_COLUMNS),
        "ranging": ("With all decisions held: between low and high of one number of one year, the same basis of the linear "
                    "programme stays optimal; a price leaves the operations as they are, a capacity or demand keeps its "
                    "worth.", ranging_table(found), RANGING_COLUMNS),
        **_index_tables(found),
        **_weak_tables(found),
        "apart": ("Ends without a full answer, which no bar is drawn for.", apart_table(found), APART_COLUMNS),
        "runs": ("Every run.", found.runs, {"cost": _MONEY, "bound": _MONEY}),
        "plans": ("What each run decides.", found.decisions, {"amount": "1, or t/y"}),
        "provenance": ("What is needed to make this study again.", solver_table(found.record), {}),
    }  # fmt: skip
    return made


def sheet_of(measure: str) -> str:
    """The sheet of a measure's tornado: 31 characters, none that a sheet name may not have."""
    name = "tornado" if measure == "cost" else f"tornado {measure}"
    return "".join("-" if c in "[]:*?/\\" else c for c in name)[:31]


# ---------------------------------------------------------------- bars


def tornado(found: Sensitivity, measure: str) -> pd.DataFrame:
    drawn = longest(found.bars)
    if measure != "cost":
        drawn = sorted(
            (b for b in drawn if b.reach(measure) > 0), key=lambda b: (not b.full, -b.reach(measure), b.range.name)
        )
    return pd.DataFrame([_tornado_row(b, measure) for b in drawn], columns=list(TORNADO_COLUMNS))


def _tornado_row(b: Bar, measure: str) -> dict[str, Any]:
    cost = measure == "cost"
    return {
        "range": b.range.name,
        "solved": "in full" if b.full else "screened",
        "low": b.range.shown(-1.0),
        "base": b.range.shown(0.0),
        "high": b.range.shown(1.0),
        "change_low": b.change(b.low, measure) if b.low in b.ends else 0.0,
        "change_high": b.change(b.high, measure) if b.high in b.ends else 0.0,
        "length": b.reach(measure),
        "length_least": b.least if cost else None,
        "length_most": finite(b.most) if cost else None,
        "confidence": b.range.confidence,
        "note": note_of(b) if cost else None,
    }


def note_of(b: Bar) -> str | None:
    return "within the solver's gap: it may be nothing" if b.least <= 0 else None


def screening_table(found: Sensitivity) -> pd.DataFrame:
    longer = {b.range.name for b in could_be_longer(found.bars, found.asked.top)}
    rows = []
    for b in sorted(found.bars, key=lambda b: (-b.most, b.range.name)):
        held = [b.base.cost, *(e.held.cost for e in b.ends if e.held is not None and e.held.cost is not None)]
        rows.append(
            {
                "range": b.range.name,
                "verdict": _verdict(b, b.range.name in longer),
                "length_held": max(held) - min(held) if len(held) == len(b.ends) + 1 else None,
                "length_least": b.least,
                "length_most": finite(b.most),
                **_screened("low", b, b.low),
                **_screened("high", b, b.high),
                "confidence": b.range.confidence,
                "source": b.range.source or None,
            }
        )
    return pd.DataFrame(rows, columns=list(SCREENING_COLUMNS))


def _verdict(b: Bar, longer: bool) -> str:
    if b.apart and not b.full:
        return b.apart if b.apart != "open" else "the decisions cannot be held"
    if b.full:
        return "solved in full"
    return "could be longer than one of the longest bars" if longer else "proved shorter than the longest bars"


def _screened(name: str, b: Bar, e: End) -> dict[str, Any]:
    if e not in b.ends:
        return {name: b.range.shown(0.0), f"held_{name}": None, f"bound_{name}": None, f"status_{name}": "as it stands"}
    return {
        name: b.range.shown(e.position),
        f"held_{name}": e.held.cost if e.held is not None else None,
        f"bound_{name}": finite(e.bound),
        f"status_{name}": e.status,
    }


def finite(x: float) -> float | None:
    return x if math.isfinite(x) else None


def end_name(e: End) -> str:
    return "low" if e.position < 0 else "high"


def apart_table(found: Sensitivity) -> pd.DataFrame:
    rows = [
        (b.range.name, end_name(e), b.range.shown(e.position), e.status, e.detail or None)
        for b in found.bars
        if b.apart and (b.full or b.apart != "open" or b in candidates(found.bars))
        for e in b.ends
        if e.status not in ("solved", "screened")
    ]
    return pd.DataFrame(rows, columns=list(APART_COLUMNS))


# ---------------------------------------------------------------- decisions


def changed_at(found: Sensitivity, b: Bar, e: End) -> str:
    """'changes': holding the old decisions is proved to cost more than `worth`; 'no need'; 'not possible' to hold all."""
    staying = b.staying(e)
    if staying is None:
        return "not possible" if b.kept(e) is False and e.free is not None else ""
    return "changes" if staying[0] > found.worth else "no need"


def changes_table(found: Sensitivity) -> pd.DataFrame:
    rows = []
    for b in (b for b in longest(found.bars) if b.full):
        for e in b.ends:
            verdict = changed_at(found, b, e)
            least, most = b.staying(e) or (None, None)
            same = {
                "range": b.range.name, "end": end_name(e), "value": b.range.shown(e.position), "verdict": _CHANGE[verdict],
                "staying_costs": least, "staying_costs_most": finite(most) if most is not None else None,
            }  # fmt: skip
            told = decisions_changed(found, e) if verdict in ("changes", "not possible") else []
            rows += [same | {"year": d.year, "decision": d.text} for d in told] or [same]
    return pd.DataFrame(rows, columns=list(CHANGE_COLUMNS))


_CHANGE = {
    "changes": "decisions change",
    "no need": "no decision needs to change",
    "not possible": "not all decisions can be kept",
    "": "not known",
}


def decisions_changed(found: Sensitivity, e: End) -> list[Any]:
    """What is decided otherwise at an end, in any year."""
    base = found.bars[0].base.free
    if e.free is None or base is None:
        return []
    return differences(_keyed(base), _keyed(e.free), found.case.periods, module_sizes_of(found.case))


def _keyed(result: Any) -> dict[Any, float]:
    from ..decisions import Decision

    return {Decision(*key): x for key, x in result.decisions.items()}


def switch_table(found: Sensitivity) -> pd.DataFrame:
    rows = [
        {
            "range": s.range.name,
            "answer": s.answer if s.answer != "more" else "turns beyond were not looked for",
            "holds_at": s.range.shown(s.holds),
            "turns_at": s.range.shown(s.turns),
            "by": s.by,
            "then": s.then or None,
            "staying_costs": s.staying,
            "note": s.detail or None,
        }
        for w in found.switch_overs
        for s in w.turns
    ]
    return pd.DataFrame(rows, columns=list(SWITCH_COLUMNS))


# ---------------------------------------------------------------- the rest


def spider_table(found: Sensitivity) -> pd.DataFrame:
    rows = [
        {"range": r.name, "position": e.position, "value": r.shown(e.position), "status": e.status,
         "cost": finite(e.cost), "bound": finite(e.bound), **{m: e.value(m) for m in found.asked.measures[1:]}}
        for r, ends in found.spider
        for e in ends
    ]  # fmt: skip
    columns = ["range", "position", "value", "status", "cost", "bound", *found.asked.measures[1:]]
    return pd.DataFrame(rows, columns=columns)


def ranging_table(found: Sensitivity) -> pd.DataFrame:
    rows = [
        (i.kind, i.name, i.year, float(i.now), finite(float(i.low)), finite(float(i.high)), float(i.amount),
         float(i.worth), i.confirmed)
        for i in found.ranging.rows
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(RANGING_COLUMNS))


def _index_tables(found: Sensitivity) -> dict[str, tuple[str, pd.DataFrame, dict[str, str]]]:
    if not found.indices:
        return {}
    frame = _by_measure({i.measure: i.table for i in found.indices})
    kind = "Sobol' indices" if found.asked.method == "sobol" else "Morris' elementary effects"
    return {found.asked.method: (f"{kind} of the longest bars, from {found.design}.", frame, {})}


def _weak_tables(found: Sensitivity) -> dict[str, tuple[str, pd.DataFrame, dict[str, str]]]:
    if not found.weak:
        return {}
    return {
        "weak numbers": (
            "Estimates and numbers of low confidence that move the result most: firm these up first.",
            _by_measure({m: w.firm_up for m, w in found.weak.items()}), {"span": "as the measure"},
        ),
        "confidence": (
            "How much of the movement rests on numbers of which confidence.",
            _by_measure({m: w.by_confidence for m, w in found.weak.items()}), {"span": "as the measure"},
        ),
    }  # fmt: skip


def _by_measure(frames: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Tables of several measures below each other, the measure in the first column."""
    frame = pd.concat([f.assign(measure=m) for m, f in frames.items()], ignore_index=True)
    return frame[["measure", *(c for c in frame.columns if c != "measure")]]
