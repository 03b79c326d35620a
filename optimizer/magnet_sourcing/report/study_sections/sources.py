"""Where the numbers come from, how sure they are, and which weak ones to firm up first."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ...schema import SETTINGS, TABLES, split_header
from ...studies.ranges.ranges import Range, in_currency, ranges_of
from ...studies.ranges.weak import WEAK
from ...studies.sensitivity.findings import amounts
from ..section import Section
from .plain import axis, plain

if TYPE_CHECKING:
    from ...case import Case, Row
    from ...studies.sensitivity.studying import Sensitivity

ESTIMATE = "estimate"
_NO_SOURCE = "no source given"


def sources_section(case: Case, sensitivity: Sensitivity | None = None) -> Section:
    """Sources with what rests on them, every number of the evidence, and the weak numbers, ranked.

    With a sensitivity of the same case, weak numbers are ranked by how far they move cost; without, by how wide their
    range is beside the number, which says nothing of what they move.
    """
    lead = []
    if sensitivity is not None and sensitivity.case.hash != case.hash:
        lead.append("The sensitivity is of another case: what weak numbers move is not told here.")
        sensitivity = None
    numbers, reasons = _numbers(case)
    weak = _weak(case, sensitivity)
    data = {"sources": _sources(case), "numbers": numbers, "reasons": reasons, "weak": weak}
    return Section("sources", "Sources and weak numbers", [*lead, *_lead(case, numbers, weak, sensitivity)], data)


def _lead(
    case: Case, numbers: Sequence[Sequence[Any]], weak: dict[str, Any], sensitivity: Sensitivity | None
) -> list[str]:
    said = []
    if not case.rows("sources"):
        said.append("The case names no sources: its table sources is empty.")
    if not numbers:
        said.append("The case has no evidence: nothing says how sure its numbers are.")
    else:
        grades = Counter(row[-3] for row in numbers)
        said.append(
            f"{len(numbers):,} numbers carry evidence: {', '.join(f'{n:,} {grade}' for grade, n in grades.most_common())}. "
            "An estimate is reasoned, not sourced; its reasoning stands beside it."
        )
    if sensitivity is not None and sensitivity.weak:
        said += [line for found in sensitivity.weak.values() for line in found.sentences[:2]]
    elif weak["rows"]:
        said.append(
            f"{len(weak['rows'])} ranges are estimates or of low confidence, the widest beside their number first. What "
            "they move is not known without a sensitivity."
        )
    elif numbers:
        said.append("No range is an estimate or of low confidence.")
    return said


# ---------------------------------------------------------------- sources


def _sources(case: Case) -> list[dict[str, Any]]:
    """Every source with how many numbers rest on it, by grade and by sheet, the most used first; also those that rows
    name and the table does not have, and what has no document."""
    grades: dict[str, Counter[str]] = defaultdict(Counter)
    sheets: dict[str, Counter[str]] = defaultdict(Counter)
    for row in case.rows("evidence"):
        grades[row.source or _NO_SOURCE][row.confidence or ESTIMATE] += 1
    for name, table in TABLES.items():
        if name != "evidence" and "source" in table.by_name and name != "sources":
            for row in case.rows(name):
                if row.source:
                    sheets[row.source][name] += 1
    known = {row.source: row for row in case.rows("sources")}
    names = dict.fromkeys([*known, *grades, *sheets])
    made = [_source(name, known.get(name), grades[name], sheets[name]) for name in names]
    return sorted(made, key=lambda s: (-s["numbers"], -s["rows"], s["source"]))


def _source(name: str, row: Row | None, grades: Counter[str], sheets: Counter[str]) -> dict[str, Any]:
    untitled = "reasoned, no document" if name == ESTIMATE else "" if name == _NO_SOURCE else "not in the table sources"
    return {
        "source": name,
        "title": row.title if row is not None else untitled,
        "year": plain(row.year) if row is not None else None,
        "url": (row.url or "") if row is not None else "",
        "note": (row.note or "") if row is not None else "",
        "numbers": sum(grades.values()),
        "grades": ", ".join(f"{n} {grade}" for grade, n in grades.most_common()),
        "rows": sum(sheets.values()),
        "sheets": _first([f"{sheet} {n}" for sheet, n in sheets.most_common()], ", ", 6),
    }


# ---------------------------------------------------------------- numbers


def _numbers(case: Case) -> tuple[list[list[Any]], list[str]]:
    """A row for each row of the evidence: sheet, row, column, value, low, high, unit, grade, source, place of its
    reasoning in the list of reasons (many rows share one)."""
    rows = {name: {row.key: row for row in rows} for name, rows in case.resolved().items()}
    currency = str(case.settings.get("currency") or "money")
    reasons: dict[str, int] = {}
    made = []
    for e in case.rows("evidence"):
        value, unit = _value(case, rows, e, currency)
        reason = reasons.setdefault(e.note or "", len(reasons))
        made.append(
            [e.table, e.row, e.column, value, plain(e.low), plain(e.high), unit, e.confidence or ESTIMATE,
             e.source or _NO_SOURCE, reason]
        )  # fmt: skip
    return made, list(reasons)


def _value(case: Case, rows: dict[str, dict[str, Row]], e: Row, currency: str) -> tuple[Any, str]:
    """The number in the case (of several years: the first; None: the row is switched off or blank) and its unit."""
    if e.table == "settings":
        column = next((c for c in SETTINGS if c.name == e.row), None)
        return plain(case.settings.get(e.row)), column.unit if column is not None else ""
    known = TABLES[e.table].by_name
    name, year = (e.column, None) if e.column in known else split_header(e.column)
    unit = in_currency(currency, known[name])
    row = rows[e.table].get(e.row)
    value = None if row is None else row[name]
    if isinstance(value, dict):
        value = value.get(year) if year is not None else next(iter(value.values()), None)
    return plain(value), unit


# ---------------------------------------------------------------- weak numbers


def _weak(case: Case, sensitivity: Sensitivity | None) -> dict[str, Any]:
    """Ranges of confidence 'low' or 'estimate'. moves: by measure, None where it is not known."""
    weak = [r for r in ranges_of(case) if r.confidence in WEAK]
    measures = sensitivity.asked.measures if sensitivity is not None and sensitivity.bars else ()
    moves = {m: _moves(sensitivity, m) for m in measures} if sensitivity is not None else {}
    if measures:
        first = moves[measures[0]]
        weak.sort(key=lambda r: (-(first.get(r.name) or 0.0), r.name))
    else:
        weak.sort(key=lambda r: (-_width(r), r.name))
    return {
        "measures": [axis(amounts(sensitivity, m)) for m in measures] if sensitivity is not None else [],
        "rows": [
            {
                "name": r.name,
                "confidence": r.confidence,
                "low": r.shown(-1.0),
                "base": r.shown(0.0),
                "high": r.shown(1.0),
                "width": plain(_width(r)),
                "numbers": _first(r.numbers, "; ", 4),
                "source": r.source,
                "note": r.note,
                "moves": [plain(moves[m].get(r.name)) for m in measures],
            }
            for r in weak
        ],
    }


def _first(names: Sequence[str], between: str, most: int) -> str:
    """The first few, and how many more there are."""
    return between.join([*names[:most], *([f"{len(names) - most} more"] if len(names) > most else [])])


def _moves(sensitivity: Sensitivity, measure: str) -> dict[str, float | None]:
    return {b.range.name: None if b.apart else b.reach(measure) for b in sensitivity.bars}


def _width(r: Range) -> float:
    """How wide a range is beside its number; infinite beside nothing (a delay of 0 years)."""
    return (r.high - r.low) / abs(r.base) if r.base else math.inf
