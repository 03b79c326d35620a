"""One future of a case with scenarios, as a case of its own; and plans held at decisions made before it is known."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from magnet_sourcing import Case


def alone(case: Case, scenario: str) -> Case:
    """The case as it would be if this scenario were certain. Knows what the published cases use: operation 'set',
    columns of one value, no years."""
    single = case.copy()
    changes = case.tables["disruptions"]
    for change in changes[changes["scenario"] == scenario].to_dict("records"):
        assert change["operation"] == "set"
        column, value = (part.strip() for part in change["where"].split("="))
        frame = single.tables[change["table"]]
        chosen = frame[column] == value
        assert chosen.any()
        frame.loc[chosen, change["column"]] = change["value"]
    for table in ("scenarios", "disruptions"):
        single.tables[table] = single.tables[table].iloc[:0]
    return single


def held(case: Case, capacity: Mapping[str, float]) -> Case:
    """The case with the size of each expansion given, by equality limits."""
    fixed = case.copy()
    for expansion, size in capacity.items():
        name = f"held {expansion}"
        append(fixed, "limits", {"limit": name, "sense": "equal", "value": size})
        append(fixed, "limit_terms", {"limit": name, "metric": "added capacity", "expansion": expansion})
    return fixed


def append(case: Case, table: str, row: Mapping[str, object]) -> None:
    """A row more in a table of the case."""
    old = case.tables[table]
    headers = list(dict.fromkeys([*old.columns, *row]))
    records = [*old.to_dict("records"), dict(row)]
    case.tables[table] = pd.DataFrame(
        {h: pd.Series([r.get(h) for r in records], dtype=object) for h in headers}, columns=headers
    )
