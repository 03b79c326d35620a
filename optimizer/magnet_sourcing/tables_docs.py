"""The reference pages: tables rendered from the schemas here, commands and Python names from their own modules.

`python -m magnet_sourcing.tables_docs` rewrites all of them.
"""

from __future__ import annotations

from pathlib import Path

from .plan_schema import PLAN_TABLES
from .schema import FILTERS, METRICS, SETTINGS, TABLES, Column


def render_case_tables() -> str:
    """docs/tables.md"""
    parts = [
        "# The tables of a case",
        "",
        "Rendered from the schema (`optimizer/magnet_sourcing/schema.py`). One sheet of the workbook, or one CSV file, for "
        "each table. A blank is not zero: it is an error, or means what the last column says. A *yearly* column is given as "
        "one value (`price`) or by year (`price 2027`, `price 2028` ...); `fill` says how gaps are filled.",
        "",
        "## settings",
        "",
        "One row for each setting: setting, value, note.",
        "",
        *_columns(SETTINGS),
    ]
    for table in TABLES.values():
        key = [k for k in table.key if k not in FILTERS or table.name != "limit_terms"]
        needed = " Needed in every case." if table.required else ""
        parts += [
            "",
            f"## {table.name}",
            "",
            f"{table.help} Key: {', '.join(key)}.{needed}",
            "",
            *_columns(table.columns),
        ]
    parts += ["", "## Metrics of limit_terms", "", "| metric | unit | filters | meaning |", "|---|---|---|---|"]
    parts += [f"| {name} | {unit} | {', '.join(filters)} | {help} |" for name, (unit, filters, help) in METRICS.items()]
    return "\n".join(parts) + "\n"


def render_plan_tables() -> str:
    """docs/plan-tables.md"""
    parts = [
        "# The tables of a plan",
        "",
        "Rendered from `optimizer/magnet_sourcing/plan_schema.py`: `plan.tables[name]`, the "
        "sheets of the plan workbook, or CSV files.",
    ]
    for table in PLAN_TABLES.values():
        parts += ["", f"## {table.name}", "", table.help, "", "| column | unit | meaning |", "|---|---|---|"]
        parts += [f"| {c.name} | {c.unit} | {c.help} |" for c in table.columns]
    return "\n".join(parts) + "\n"


def _columns(columns: tuple[Column, ...]) -> list[str]:
    lines = ["| column | kind | unit | meaning | blank |", "|---|---|---|---|---|"]
    return lines + [f"| {c.name} | {_kind(c)} | {c.unit} | {c.help} | {_blank(c)} |" for c in columns]


def _kind(column: Column) -> str:
    kind = {"ref": f"name in {column.ref}", "choice": " / ".join(column.choices)}.get(column.kind, column.kind)
    if column.kind == "choice" and len(column.choices) > 8:
        kind = "one of a list"
    return kind + (", yearly" if column.yearly else "")


def _blank(column: Column) -> str:
    if column.required:
        return "error"
    if column.default is None or column.default == "":
        return column.blank or "nothing"
    return (
        {True: "yes", False: "no"}.get(column.default, str(column.default))
        if isinstance(column.default, bool)
        else (f"{column.default:g}" if isinstance(column.default, (int, float)) else str(column.default))
    )


def generated() -> dict[str, str]:
    """Each reference page by the name of its file."""
    from .command_docs import render_command_line
    from .python_docs import render_python

    return {
        "tables.md": render_case_tables(),
        "plan-tables.md": render_plan_tables(),
        "command-line.md": render_command_line(),
        "python.md": render_python(),
    }


def write(folder: Path) -> None:
    for name, text in generated().items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write(Path("docs"))
