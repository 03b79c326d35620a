"""Weak numbers: how much of a result's movement rests on estimates, and which numbers to firm up first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ...case import Case
from ...problems import did_you_mean
from .ranges import CONFIDENCE, Range, ranges_of

WEAK = ("low", "estimate")


@dataclass(frozen=True)
class Weak:
    """What rests on weak numbers.

    by_confidence: confidence, ranges (how many), span (sum), share (of all movement). firm_up: the weak ranges that move
    the result most: place, name, span, share, confidence, low, base, high (as a planner writes them), distribution,
    source, note, numbers (which they are), cells (where their evidence stands). sentences: the findings in words.
    """

    by_confidence: pd.DataFrame
    firm_up: pd.DataFrame
    sentences: list[str]


def weak_numbers(case: Case, effects: pd.DataFrame, *, result: str = "cost", top: int = 10) -> Weak:
    """How much of the movement rests on ranges of confidence 'low' or 'estimate', and which `top` to firm up first.

    effects: columns name (of a range) and span (how far it alone moves the result: width of its tornado bar, a total
    index ...; the sign does not count; blank: not known, as when a run failed); and, if there is one, noise: how far two
    equal results may be apart, as runs are solved to a gap; spans within it count nothing. result: its name in sentences.
    Shares are of the sum of the spans, which one by one is not the range of the result when all move at once. Raises
    ValueError for a name that is no range of the case or stands twice.
    """
    known = {r.name: r for r in ranges_of(case)}
    wrong = [f"'{n}' is no range of the case{did_you_mean(str(n), known)}" for n in effects["name"] if n not in known]
    wrong += [f"'{n}' stands twice" for n in effects.loc[effects["name"].duplicated(), "name"].unique()]
    if wrong:
        raise ValueError("\n".join(wrong))
    spans = effects[["name"]].assign(span=pd.to_numeric(effects["span"]).abs())
    unknown = int(spans["span"].isna().sum())
    noise = pd.to_numeric(effects["noise"]) if "noise" in effects else pd.Series(0.0, effects.index)
    within = (spans["span"] > 0) & (spans["span"] <= np.maximum(noise.fillna(0.0), 1e-12 * spans["span"].sum()))
    spans.loc[within, "span"] = 0.0
    spans = spans.dropna().assign(confidence=lambda d: [known[n].confidence for n in d["name"]])
    total = float(spans["span"].sum())
    by_confidence = _by_confidence(spans, total)
    first = spans[spans["confidence"].isin(WEAK) & (spans["span"] > 0)]
    first = first.sort_values(["span", "name"], ascending=[False, True]).head(top)
    firm_up = _firm_up(case, [known[n] for n in first["name"]], first["span"].tolist(), total)
    return Weak(by_confidence, firm_up, _sentences(by_confidence, firm_up, total, unknown, int(within.sum()), result))


def _by_confidence(spans: pd.DataFrame, total: float) -> pd.DataFrame:
    rows = []
    for confidence in CONFIDENCE:
        chosen = spans[spans["confidence"] == confidence]
        span = float(chosen["span"].sum())
        rows.append((confidence, len(chosen), span, span / total if total else 0.0))
    return pd.DataFrame(rows, columns=["confidence", "ranges", "span", "share"])


def _firm_up(case: Case, ranges: Sequence[Range], spans: Sequence[float], total: float) -> pd.DataFrame:
    cells = _cells(case)
    rows = [
        {
            "place": i,
            "name": r.name,
            "span": span,
            "share": span / total,
            "confidence": r.confidence,
            "low": r.shown(-1),
            "base": r.shown(0),
            "high": r.shown(1),
            "distribution": r.distribution,
            "source": r.source,
            "note": r.note,
            "numbers": "; ".join(r.numbers),
            "cells": _runs_of(_cells_of(r, cells)),
        }
        for i, (r, span) in enumerate(zip(ranges, spans, strict=True), start=1)
    ]
    columns = [
        "place", "name", "span", "share", "confidence", "low", "base", "high", "distribution", "source", "note", "numbers",
        "cells",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _sentences(
    by_confidence: pd.DataFrame, firm_up: pd.DataFrame, total: float, unknown: int, within: int, result: str
) -> list[str]:
    said = []
    if not total:
        known = int(by_confidence["ranges"].sum())
        none = f"No range {'whose effect is known ' if unknown else ''}moves the {result}."
        said.append(none if known else f"What the {result} rests on is not known.")
    else:
        weak = by_confidence[by_confidence["confidence"].isin(WEAK)]
        share, n, of = float(weak["share"].sum()), int(weak["ranges"].sum()), int(by_confidence["ranges"].sum())
        said.append(
            f"{share:.0%} of the movement of the {result} rests on weak numbers: {n} of {of} ranges are estimates or of "
            "low confidence."
        )
        if len(firm_up):
            part = float(firm_up["share"].sum())
            which = "it makes" if len(firm_up) == 1 else f"these {len(firm_up)} make"
            said.append(f"To firm up first: {', '.join(firm_up['name'])}; {which} {part:.0%} of the movement.")
    if within:
        moves = "1 range moves" if within == 1 else f"{within} ranges move"
        said.append(f"{moves} the {result} by no more than what the runs are solved to; that counts as nothing.")
    if unknown:
        said.append(f"Of {unknown} range{'s' if unknown > 1 else ''} the effect is not known, and not counted here.")
    return said


# ---------------------------------------------------------------- where the evidence stands


def _cells(case: Case) -> dict[tuple[str, ...], tuple[str, int]]:
    """Sheet and row of each row of evidence (table, row, column) and of each row of assumptions (name)."""
    found: dict[tuple[str, ...], tuple[str, int]] = {}
    places = case.places("evidence")
    for row in case.rows("evidence"):
        if row.key in places:
            found[row.table, row.row, row.column] = places[row.key]
    assumed = case.places("assumptions")
    for row in case.rows("assumptions"):
        found[row.assumption, row.key] = assumed[row.key]
    return found


def _cells_of(r: Range, cells: dict[tuple[str, ...], tuple[str, int]]) -> list[tuple[str, int]]:
    if r.assumption is not None:
        return [cells[row.assumption, row.key] for row in r.assumption.rows]
    found = []
    for m in r.members:
        for column in (m.column, f"{m.column} {m.year}"):
            if (m.table, m.row, column) in cells:
                found.append(cells[m.table, m.row, column])
    return list(dict.fromkeys(found))


def _runs_of(places: Sequence[tuple[str, int]]) -> str:
    """'evidence rows 4-14, 20'."""
    said = []
    for sheet in dict.fromkeys(sheet for sheet, _ in places):
        rows = sorted(n for s, n in places if s == sheet)
        parts: list[list[int]] = []
        for n in rows:
            if parts and n == parts[-1][-1] + 1:
                parts[-1].append(n)
            else:
                parts.append([n])
        shown = ", ".join(str(p[0]) if len(p) == 1 else f"{p[0]}-{p[-1]}" for p in parts)
        said.append(f"{sheet} row{'s' if len(rows) > 1 else ''} {shown}")
    return "; ".join(said)
