"""A switching study as tables: switching values, signposts, probes, what wanted routes need."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from ..ranges.assumed import Assumption
    from .searching import Searched, Side, Switching

SWITCHING_COLUMNS = {
    "assumption": "", "direction": "", "answer": "", "holds_to": "as the unit", "turns_at": "as the unit", "unit": "",
    "number": "", "number_now": "as the number", "number_holds_to": "as the number", "number_turns_at": "as the number",
    "nearness": "share of the way to the end", "by": "year", "becomes": "", "end": "as the unit",
    "regret_at_end": "money, discounted", "regret_most": "money, discounted", "note": "",
}  # fmt: skip
SIGNPOST_COLUMNS = {"if": "", "by": "year", "then": "", "staying_costs": "money, discounted, at the end of the range"}
PROBE_COLUMNS = {
    "assumption": "", "value": "as the unit", "unit": "", "answer": "", "cost": "money", "bound": "money",
    "cost_held": "money, with the first decisions held", "regret": "money", "note": "",
}  # fmt: skip
WANTED_COLUMNS = {
    "wanted": "", "in_the_optimum": "", "lump_sum_least": "money, discounted", "lump_sum": "money, discounted",
    "lump_sum_most": "money, discounted", "year": "", "lump_sum_paid": "money, in that year", "term": "", "term_now": "",
    "before_the_turn": "", "after_the_turn": "", "note": "",
}  # fmt: skip


def _sides(found: Switching) -> list[tuple[Searched, Side]]:
    """Nearest switching value first, what holds last, in the order of the case."""
    pairs = [(s, side) for s in found.searched for side in s.sides]
    return sorted(pairs, key=lambda p: (p[1].turns is None, p[0].nearness(p[1])))


def switching_table(found: Switching) -> pd.DataFrame:
    rows = [_switching_row(s, side, found) for s, side in _sides(found)]
    return pd.DataFrame(rows, columns=list(SWITCHING_COLUMNS))


def _switching_row(s: Searched, side: Side, found: Switching) -> dict[str, Any]:
    a, year = s.assumption, side.by or found.years[0]
    has = a.number(a.neutral, year) is not None
    return {
        "assumption": a.name,
        "direction": side.direction,
        "answer": side.answer,
        "holds_to": side.holds,
        "turns_at": side.turns,
        "unit": a.unit,
        "number": f"{a.number_name}, {a.number_unit}".rstrip(", ") if has else None,
        "number_now": a.number(a.neutral, year) if has else None,
        "number_holds_to": a.number(side.holds, year) if has else None,
        "number_turns_at": a.number(side.turns, year) if has and side.turns is not None else None,
        "nearness": s.nearness(side) if side.turns is not None else None,
        "by": side.by,
        "becomes": "; ".join(d.text for d in side.becomes) or None,
        "end": side.end,
        "regret_at_end": side.regret,
        "regret_most": side.regret_most,
        "note": side.detail or None,
    }


def signposts(found: Switching) -> pd.DataFrame:
    rows = [
        {"if": trigger(s.assumption, side), "by": side.by, "then": then(side), "staying_costs": side.regret}
        for s, side in _sides(found)
        if side.turns is not None and side.answer == "changes"
    ]
    return pd.DataFrame(rows, columns=list(SIGNPOST_COLUMNS))


def then(side: Side) -> str:
    return "; ".join(d.text for d in side.becomes)


def trigger(a: Assumption, side: Side) -> str:
    """What is to be watched: the number beyond its switching value, and where it stands in the case."""
    assert side.turns is not None
    year = side.by or a.case.periods[0]
    if a.number(a.neutral, year) is None:
        return f"{a.name} {_beyond(a, side, a.shown(side.holds), a.shown(side.turns))}"
    holds, turns, now = (a.said(x, year) for x in (side.holds, side.turns, a.neutral))
    at = f" in {year}" if a.column.yearly else ""
    return f"{a.name}: {a.number_name}{at} {_beyond(a, side, holds, turns)} (now {now})"


def _beyond(a: Assumption, side: Side, holds: str, turns: str) -> str:
    """'below 47,250-48,094 US$/t', 'in 2030 or later', 'at 3 years or more'."""
    up = side.direction == "up"
    if a.whole and a.column.kind == "year":
        return f"in {turns} or {'later' if up else 'earlier'}"
    if a.whole:
        return f"at {turns} or {'more' if up else 'less'}"
    number, _, unit = turns.partition(" ")
    ends = (holds.partition(" ")[0], number) if up else (number, holds.partition(" ")[0])
    return f"{'above' if up else 'below'} {'-'.join(ends) if ends[0] != ends[1] else number} {unit}".strip()


def probes_table(found: Switching) -> pd.DataFrame:
    rows = [
        {
            "assumption": s.assumption.name,
            "value": p.value,
            "unit": s.assumption.unit,
            "answer": p.state,
            "cost": p.cost,
            "bound": p.bound,
            "cost_held": p.held,
            "regret": p.regret,
            "note": p.detail or None,
        }
        for s in found.searched
        for p in s.probes
    ]
    return pd.DataFrame(rows, columns=list(PROBE_COLUMNS))


def wanted_table(found: Switching) -> pd.DataFrame:
    rows = []
    for w in found.wanted:
        least, price, most = w.price or (None, None, None)
        shown = w.lever.shown if w.lever else str
        rows.append(
            {
                "wanted": w.name,
                "in_the_optimum": "yes" if w.inside else "no",
                "lump_sum_least": least,
                "lump_sum": price,
                "lump_sum_most": most,
                "year": w.year,
                "lump_sum_paid": w.paid,
                "term": w.lever.name if w.lever else None,
                "term_now": shown(w.lever.now) if w.lever else None,
                "before_the_turn": shown(w.before) if w.before is not None else None,
                "after_the_turn": shown(w.after) if w.after is not None else None,
                "note": w.note or None,
            }
        )
    return pd.DataFrame(rows, columns=list(WANTED_COLUMNS))
