"""Every plan table that has rows."""

from __future__ import annotations

from typing import Any

from ...plan import Plan
from ...plan_schema import PLAN_TABLES
from ..packing import packed_plan_table, units_of


def tables(plan: Plan) -> dict[str, Any]:
    """tables: name, help and the packed rows of each."""
    units = units_of(plan.case.settings)
    return {
        "tables": [
            {
                "name": name,
                "help": table.help,
                "rows": len(plan.tables[name]),
                "table": packed_plan_table(name, plan.tables[name], units),
            }
            for name, table in PLAN_TABLES.items()
            if name in plan.tables and len(plan.tables[name])
        ]
    }
