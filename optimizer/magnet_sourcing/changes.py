"""Changes to a case: a table, the rows, a number column, an operation, years. Scenarios and studies are made of these.

`changed` gives the changed case as a case of its own, which is checked, solved, written and audited like any other.
Within one set of changes 'set' comes first, then 'multiply', then 'add'; growth is changed before what grows; rows are
chosen by what they were before any of the changes. So the order of rows means nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .problems import CaseError, Problem, did_you_mean
from .schema import TABLES, Column
from .values import tidy

if TYPE_CHECKING:
    from .case import Case

OPERATIONS = ("set", "multiply", "add")

# What a change may not touch: time itself, the meaning of the index, and the books kept about the case.
FIXED_TABLES = (
    "periods", "stages", "elements", "cost_items", "expansion_costs", "groups", "scenarios", "disruptions",
    "assumptions", "studies", "sources", "evidence",
)  # fmt: skip
# Decided before a future is known, so no future can change them.
FIXED_COLUMNS = {
    "expansions": ("min_size", "max_size", "max_modules", "subsidy", "subsidy_cap", "first_year", "last_year"),
    "routes": ("first_year", "last_year", "transfer_years"),
    "lanes": ("opening_cost",),
}


@dataclass(frozen=True)
class Change:
    """One change. `where`: 'column = value; column = value', blank for all rows; `first_year`, `last_year`: the
    periods of a yearly column it touches (None: open). `place` says where the change itself is written."""

    table: str
    where: str
    column: str
    operation: str
    value: float
    first_year: int | None = None
    last_year: int | None = None
    place: str = ""

    def __str__(self) -> str:
        rows = f" where {self.where}" if self.where else ""
        first, last = self.first_year or "", self.last_year or ""
        years = "" if not (first or last) else f" in {first}" if first == last else f" in {first}-{last}"
        sign = {"set": "=", "multiply": "x", "add": "+"}[self.operation]
        return f"{self.table}{rows}: {self.column} {sign} {self.value:g}{years}"


class BadChange(Exception):
    """The change cannot be made; `column` is the column of the change that is at fault."""

    def __init__(self, column: str, message: str) -> None:
        self.column = column
        super().__init__(message)


# ---------------------------------------------------------------- what a change names


def target(table: str, column: str, *, decided: bool = True) -> Column:
    """The number column a change names. `decided` False allows what is decided before the future is known."""
    known = TABLES.get(table)
    changeable = [name for name in TABLES if name not in FIXED_TABLES]
    if known is None or table in FIXED_TABLES:
        raise BadChange("table", f"'{table}' is no table a change can touch{did_you_mean(table, changeable)}")
    found = known.by_name.get(column)
    if found is None or not found.numeric:
        numbers = [c.name for c in known.columns if c.numeric]
        raise BadChange("column", f"'{column}' is no number column of {table}{did_you_mean(column, numbers)}")
    if decided and column in FIXED_COLUMNS.get(table, ()):
        raise BadChange(
            "column",
            f"{column} of {table} is decided on before the future is known, so no scenario can change it; a delay is "
            "lead_time, a smaller plant is availability",
        )
    return found


def conditions(table: str, where: str | None) -> list[tuple[str, str]]:
    """Columns and values that the rows of a change have."""
    found = []
    for part in str(where).split(";") if where else ():
        name, equals, value = (x.strip() for x in part.partition("="))
        column = TABLES[table].by_name.get(name)
        if not equals or column is None:
            raise BadChange(
                "where",
                f"'{part.strip()}' is not 'column = value' with a column of {table}"
                + did_you_mean(name, TABLES[table].by_name),
            )
        if column.yearly:
            raise BadChange("where", f"rows cannot be chosen by {name}, which has a value for each year")
        found.append((name, value))
    return found


def fits(row: Any, wanted: Iterable[tuple[str, str]]) -> bool:
    return all(as_text(row[name]) == value for name, value in wanted)


def as_text(value: Any) -> str:
    """A cell as a person would write it in a condition."""
    value = tidy(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)


def years_of(change: Change, column: Column, periods: Sequence[int]) -> list[int]:
    """Periods a change touches; all of them when no years are given."""
    if not column.yearly:
        if change.first_year is not None or change.last_year is not None:
            raise BadChange(
                "first_year", f"{column.name} has one value, not one for each year: a change of it has no years"
            )
        return []
    first, last = change.first_year or min(periods), change.last_year or max(periods)
    touched = [t for t in periods if first <= t <= last]
    if not touched:
        raise BadChange("first_year", f"no period begins in {first}-{last}: the change would do nothing")
    return touched


# ---------------------------------------------------------------- changing


def changed(case: Case, changes: Sequence[Change], name: str, *, decided: bool = True) -> Case:
    """The case with the changes made, as a case of its own (without evidence, scenarios, assumptions and studies).

    name: what the changed case is called in messages. decided: see `target`. Raises CaseError, naming the place of
    each change that cannot be made.
    """
    from .case import Case

    resolved = case.resolved()
    tables = {t: [dict(row) for row in rows] for t, rows in resolved.items() if t not in ("evidence", *_BOOKS)}
    periods = [row["period"] for row in tables["periods"]]
    problems: list[Problem] = []
    touched: dict[tuple[str, int, str, int | None], Change] = {}
    for change in sorted(changes, key=lambda c: (not _is_growth(c), OPERATIONS.index(c.operation))):
        try:
            _make(tables, resolved, change, periods, touched, case.settings["base_year"], decided)
        except BadChange as reason:
            problems.append(Problem("error", case.origin, "", change.place, f"{name}: {change}: {reason}"))
    if problems:
        raise CaseError(problems)
    made = Case.from_rows(case.settings, {t: [_compact(row, t) for row in rows] for t, rows in tables.items()})
    made.origin = f"{case.origin} ({name})"
    return made


_BOOKS = ("scenarios", "disruptions", "assumptions", "studies")


def _is_growth(change: Change) -> bool:
    return (change.table, change.column) == ("demands", "growth")


def _make(
    tables: Mapping[str, list[dict[str, Any]]],
    before: Mapping[str, Sequence[Any]],
    change: Change,
    periods: Sequence[int],
    touched: dict[tuple[str, int, str, int | None], Change],
    base_year: int,
    decided: bool,
) -> None:
    """Applies one change to the rows, chosen by what they were before."""
    column = target(change.table, change.column, decided=decided)
    wanted = conditions(change.table, change.where)
    years: list[int | None] = [*years_of(change, column, periods)] if column.yearly else [None]
    chosen = [(i, tables[change.table][i]) for i, row in enumerate(before[change.table]) if fits(row, wanted)]
    if not chosen:
        raise BadChange("where", f"no active row of {change.table} has {change.where}")
    for i, row in chosen:
        if change.table == "demands" and change.column == "quantity":
            write_out_growth(row, base_year)
        if _is_growth(change) and len(set(row["quantity"].values())) > 1:
            raise BadChange("column", f"the quantity of {row['demand']} is given by year already, so it has no growth")
        if decided and change.table == "lanes" and column.kind == "year" and any(row["opening_cost"].values()):
            raise BadChange("column", f"{row['lane']} is opened at a cost, and when is decided before the future is known")
        for t in years:
            other = touched.get((change.table, i, change.column, t))
            if change.operation == "set" and other is not None:
                raise BadChange("value", f"'{other}' sets the same value already")
            if change.operation == "set":
                touched[change.table, i, change.column, t] = change
            _put(row, change, column, t, periods)


def _put(row: dict[str, Any], change: Change, column: Column, t: int | None, periods: Sequence[int]) -> None:
    old = row[column.name]
    value = old if t is None or old is None else old[t]
    if value is None and change.operation != "set":
        raise BadChange("operation", f"{column.name} is blank ({column.blank}), so it can only be set")
    new = {"set": change.value, "multiply": (value or 0) * change.value, "add": (value or 0) + change.value}
    result: Any = new[change.operation]
    if column.kind in ("whole", "year") and float(result).is_integer():
        result = int(result)
    if t is None:
        row[column.name] = result
    elif old is not None:
        row[column.name] = {**old, t: result}
    elif len(touched := years_of(change, column, periods)) < len(periods):
        raise BadChange(
            "operation",
            f"{column.name} is blank ({column.blank}) and {', '.join(map(str, touched))} are not all years: give the row "
            f"a {column.name} of its own first",
        )
    else:
        row[column.name] = dict.fromkeys(periods, result)


def write_out_growth(row: dict[str, Any], base_year: int) -> None:
    """A quantity that grows becomes one for each year, so that single years can be changed."""
    if row["growth"]:
        row["quantity"] = {t: q * (1 + row["growth"]) ** (t - base_year) for t, q in row["quantity"].items()}
        row["growth"] = 0.0


def _compact(row: Mapping[str, Any], table: str) -> dict[str, Any]:
    """Yearly columns with one value throughout are written as that value."""
    out = {}
    for column in TABLES[table].columns:
        value = row[column.name]
        if column.yearly and value is not None and len(set(value.values())) == 1:
            value = next(iter(value.values()))
        out[column.name] = value
    return out
