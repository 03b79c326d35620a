"""Changes to a case: a table, the rows, a number column, an operation, years. Scenarios and studies are made of these.

`changed` gives the changed case as a case of its own, which is checked, solved, written and audited like any other.
Within one set of changes 'set' comes first, then 'multiply', then 'add'; growth is changed before what grows; rows are
chosen by what they were before any of the changes. So the order of rows means nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

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


Cell = tuple[str, int, str, int | None]  # table, position of the row among the active ones, column, year


def changed(case: Case, changes: Sequence[Change], name: str, *, decided: bool = True) -> Case:
    """The case with the changes made, as a case of its own (without evidence, scenarios, assumptions and studies).

    name: what the changed case is called in messages. decided: see `target`. Raises CaseError, naming the place of
    each change that cannot be made.
    """
    return Changing(case, decided=decided).case(changes, name)


class Changing:
    """Makes changes of a case again and again. What a change names is looked up once, however often it comes back."""

    def __init__(self, case: Case, *, decided: bool = True) -> None:
        """decided: see `target`."""
        self.before = case.resolved()
        self._case, self._decided = case, decided
        self.base_year: int = case.settings["base_year"]
        self.periods = [row["period"] for row in self.before["periods"]]
        self._named: dict[tuple[Any, ...], _Named] = {}

    def case(self, changes: Sequence[Change], name: str) -> Case:
        """As `changed`."""
        return self.case_of(self.rows(changes, name), name)

    def case_of(self, made: Mapping[tuple[str, int], Mapping[str, Any]], name: str) -> Case:
        """The case with these rows in the place of its own, as `rows` gives them."""
        from .case import Case

        tables = {
            t: [_compact(made.get((t, i), row), t) for i, row in enumerate(rows)]
            for t, rows in self.before.items()
            if t not in _BOOKS
        }
        result = Case.from_rows(self._case.settings, tables)
        result.origin = f"{self._case.origin} ({name})"
        return result

    def rows(self, changes: Sequence[Change], name: str) -> dict[tuple[str, int], dict[str, Any]]:
        """The rows that change, by table and position, as they are after the changes. Raises as `changed`."""
        made: dict[tuple[str, int], dict[str, Any]] = {}
        problems: list[Problem] = []
        touched: dict[Cell, Change] = {}
        for change in sorted(changes, key=lambda c: (not _is_growth(c), OPERATIONS.index(c.operation))):
            try:
                self._make(made, change, touched)
            except BadChange as reason:
                problems.append(Problem("error", self._case.origin, "", change.place, f"{name}: {change}: {reason}"))
        if problems:
            raise CaseError(problems)
        return made

    def column(self, change: Change) -> Column:
        """The column a change names. Raises BadChange, as the next."""
        return self._lookup(change).column

    def cells(self, change: Change) -> list[Cell]:
        """What a change touches."""
        named = self._lookup(change)
        return [(change.table, i, change.column, t) for i in named.rows for t in named.years]

    def _lookup(self, change: Change) -> _Named:
        key = (change.table, change.where, change.column, change.first_year, change.last_year)
        if (found := self._named.get(key)) is None:
            column = target(change.table, change.column, decided=self._decided)
            wanted = conditions(change.table, change.where)
            years: list[int | None] = [*years_of(change, column, self.periods)] if column.yearly else [None]
            rows = [i for i, row in enumerate(self.before[change.table]) if fits(row, wanted)]
            if not rows:
                raise BadChange("where", f"no active row of {change.table} has {change.where}")
            found = self._named[key] = _Named(column, rows, years)
        return found

    def _make(
        self, made: dict[tuple[str, int], dict[str, Any]], change: Change, touched: dict[Cell, Change]
    ) -> None:
        """Applies one change to the rows, chosen by what they were before."""
        column, rows, years = self._lookup(change)
        for i in rows:
            if (row := made.get((change.table, i))) is None:
                row = made[change.table, i] = dict(self.before[change.table][i])
            if change.table == "demands" and change.column == "quantity":
                write_out_growth(row, self.base_year)
            if _is_growth(change) and len(set(row["quantity"].values())) > 1:
                raise BadChange("column", f"the quantity of {row['demand']} is given by year already, so it has no growth")
            if self._decided and change.table == "lanes" and column.kind == "year" and any(row["opening_cost"].values()):
                raise BadChange(
                    "column", f"{row['lane']} is opened at a cost, and when is decided before the future is known"
                )
            if change.operation == "set":
                for t in years:
                    if (other := touched.setdefault((change.table, i, change.column, t), change)) is not change:
                        raise BadChange("value", f"'{other}' sets the same value already")
            _put(row, change, column, years, self.periods)


class _Named(NamedTuple):
    """What a change names: the column, positions of the rows among the active ones, periods ([None]: not by year)."""

    column: Column
    rows: list[int]
    years: list[int | None]


_BOOKS = ("evidence", "scenarios", "disruptions", "assumptions", "studies")


def _is_growth(change: Change) -> bool:
    return (change.table, change.column) == ("demands", "growth")


def _put(
    row: dict[str, Any], change: Change, column: Column, years: Sequence[int | None], periods: Sequence[int]
) -> None:
    """Changes a row's column in the years, [None] if it has one value."""
    old = row[column.name]
    if old is None and change.operation != "set":
        raise BadChange("operation", f"{column.name} is blank ({column.blank}), so it can only be set")
    if not column.yearly:
        row[column.name] = _new(old, change, column)
    elif old is not None:
        row[column.name] = {**old, **{t: _new(old[t], change, column) for t in years}}
    elif len(years) < len(periods):
        raise BadChange(
            "operation",
            f"{column.name} is blank ({column.blank}) and {', '.join(map(str, years))} are not all years: give the row "
            f"a {column.name} of its own first",
        )
    else:
        row[column.name] = dict.fromkeys(periods, _new(None, change, column))


def _new(old: Any, change: Change, column: Column) -> Any:
    new: Any = change.value
    if change.operation != "set":
        new = old * change.value if change.operation == "multiply" else old + change.value
    return int(new) if column.kind in ("whole", "year") and float(new).is_integer() else new


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
