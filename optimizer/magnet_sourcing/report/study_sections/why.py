"""Why this and not that: the one-page brief, and the evidence for each option."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from ...studies.frontier.amounts import amounts_of
from ..section import Section
from .plain import column, records

if TYPE_CHECKING:
    import pandas as pd

    from ...case import Case


class Reasons(Protocol):
    """What `why` returns, as far as the page needs it. brief: heading -> sentences. table: option, kind, taken, verdict,
    low, high (what forcing the other choice costs, discounted money), why, and the place in the case: table, name, cell."""

    @property
    def headline(self) -> str: ...
    @property
    def brief(self) -> Mapping[str, Sequence[str]]: ...
    def table(self) -> pd.DataFrame: ...


def brief_section(why: Reasons) -> Section:
    """The one-page brief, for the top of the page."""
    data = {"parts": [[heading, list(lines)] for heading, lines in why.brief.items()]}
    return Section("brief", "Brief", [why.headline], data)


def why_section(why: Reasons, case: Case) -> Section:
    """A row an option, with its evidence."""
    frame = why.table().copy()
    money = amounts_of(
        case, "cost", float(frame[["low", "high"]].abs().max(axis=None, skipna=True)) if len(frame) else 0.0
    )
    frame[["low", "high"]] = frame[["low", "high"]].astype(float) / money.divisor
    frame["place"] = [_place(row) for row in frame.to_dict("records")]
    frame["taken"] = [_taken(x) for x in frame["taken"]]
    columns = [
        column("option"), column("kind"), column("taken"), column("verdict"),
        column("the other choice costs at least", "number", money.unit, 2), column("at most", "number", money.unit, 2),
        column("why"), column("where in the case"),
    ]  # fmt: skip
    rows = records(frame, ["option", "kind", "taken", "verdict", "low", "high", "why", "place"])
    return Section("why", "Why this and not that", [why.headline], {"columns": columns, "rows": rows})


def _taken(value: Any) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) or hasattr(value, "item") else str(value)


def _place(row: Mapping[str, Any]) -> str:
    """'routes: Toll Japan (routes!A3)'."""
    cell = row.get("cell")
    told = f"{row.get('table')}: {row.get('name')}"
    return f"{told} ({cell})" if isinstance(cell, str) and cell else told
