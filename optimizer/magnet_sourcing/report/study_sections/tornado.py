"""The tornado: how far each number moves a measure between its ends, what is proved of it, which decisions change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...studies.ranges.weak import WEAK
from ...studies.sensitivity.bars import longest, proved_longest
from ...studies.sensitivity.findings import amounts
from ...studies.sensitivity.tables import apart_table
from ..section import Section
from .plain import axis, column, plain, records

if TYPE_CHECKING:
    import pandas as pd

    from ...studies.sensitivity.studying import Sensitivity

# What the chart and the table of decisions do not tell.
_SURE, _REST = "How sure the order is", ("Shown apart", "What it stands on")


def tornado_section(found: Sensitivity) -> Section:
    """The bars of every measure that was asked for. A study without bars says why there are none."""
    changes = _changes(found)
    measures = [_measure(found, name, changes) for name in found.asked.measures]
    said = found.findings
    lead = [found.headline, *said.get(_SURE, ())]
    if not found.bars:
        lead += [line for lines in said.values() for line in lines]
    rest = [line for head in _REST for line in said.get(head, ())] if found.bars else []
    data = {"measures": measures, "apart": _apart(found), "said": rest}
    return Section("tornado", "Which numbers matter", lead, data)


def _apart(found: Sensitivity) -> dict[str, Any]:
    """Ends no bar is drawn for, and why."""
    frame = apart_table(found)
    return {"columns": [column(str(c)) for c in frame.columns], "rows": records(frame)}


def _measure(found: Sensitivity, measure: str, changes: dict[tuple[str, str], dict[str, Any]]) -> dict[str, Any]:
    """proved: how many of the longest bars are proved longer than all that were only screened; told of cost alone."""
    frame = found.tornado(measure)
    base = longest(found.bars)[0].base.value(measure) if longest(found.bars) else None
    return {
        "axis": axis(amounts(found, measure)),
        "base": plain(base),
        "proved": _proved(found, frame) if measure == "cost" else None,
        "bars": [_bar(row, changes) for row in frame.to_dict("records")],
    }


def _proved(found: Sensitivity, frame: pd.DataFrame) -> int:
    return min(proved_longest(found.bars), len(frame))


def _bar(row: dict[str, Any], changes: dict[tuple[str, str], dict[str, Any]]) -> dict[str, Any]:
    name = str(row["range"])
    bar = {key: plain(value) for key, value in row.items()}
    bar |= {"weak": row["confidence"] in WEAK}
    bar |= {f"decisions_{end}": changes.get((name, end)) for end in ("low", "high")}
    return bar


def _changes(found: Sensitivity) -> dict[tuple[str, str], dict[str, Any]]:
    """Range and end -> whether decisions change there, and which. Nothing for ends not solved in full."""
    made: dict[tuple[str, str], dict[str, Any]] = {}
    if not found.bars:
        return made
    for row in found.table("decision changes").to_dict("records"):
        at = made.setdefault((str(row["range"]), str(row["end"])), {"verdict": row["verdict"], "told": []})
        if plain(row.get("decision")):
            at["told"].append(row["decision"])
    return made
