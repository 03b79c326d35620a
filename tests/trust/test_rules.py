"""No rule stumbles over a cell that an earlier check found wrong, or over a column, sheet or row that is not there."""

from __future__ import annotations

from functools import cache

import pytest
from magnet_sourcing import Case
from magnet_sourcing.schema import TABLES

from .score import crowded

COLUMNS = [(name, column.name) for name, table in TABLES.items() for column in table.columns if column.name != "note"]
# Text where a number is asked for, a number for a name, and a blank.
WRONG = ("?", -1, None)


@cache
def full() -> Case:
    return crowded()


def headers(case: Case, table: str, column: str) -> list[str]:
    """Headers of a column: its own, or those of its years."""
    found = [h for h in case.tables[table].columns if h == column or str(h).startswith(f"{column} 2")]
    return [str(h) for h in found]


@pytest.mark.parametrize("table, column", COLUMNS, ids=[f"{t}.{c}" for t, c in COLUMNS])
def test_rules_leave_out_what_is_wrong_already(table: str, column: str) -> None:
    for value in WRONG:
        for rows in ("one", "all"):
            case = full().copy()
            frame = case.tables[table]
            for header in headers(case, table, column) or [column]:
                if rows == "all" or header not in frame:
                    frame[header] = [value] * len(frame)
                elif len(frame):
                    frame.loc[0, header] = value
            case.check()


@pytest.mark.parametrize("table", TABLES)
def test_rules_do_without_any_table_or_column(table: str) -> None:
    case = full().copy()
    case.tables[table] = case.tables[table].iloc[:0]
    case.check()
    for column in full().tables[table].columns:
        case = full().copy()
        case.tables[table] = case.tables[table].drop(columns=[column])
        case.check()
