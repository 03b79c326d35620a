"""From raw cells to typed records: columns, types, ranges, keys and references, every problem noted at its cell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .problems import Problem, did_you_mean
from .schema import SETTINGS, TABLES, Column, Table, split_header
from .sheets import UNREADABLE, Sheet
from .values import BadValue, convert, tidy


@dataclass
class Record:
    """A row: `values` by column; a yearly column holds {None: value} or {year: value}. `bad` columns had an error."""

    table: str
    row: int
    values: dict[str, Any]
    bad: set[str] = field(default_factory=set)

    @property
    def key(self) -> str:
        return ", ".join(str(self.values[c]) for c in TABLES[self.table].key if self.values.get(c) is not None)

    def __getitem__(self, column: str) -> Any:
        return self.values.get(column)

    def place(self, column: str | None) -> tuple[str, int, str | None]:
        """Sheet, row and header of a column, for messages."""
        return self.table, self.row, column


@dataclass
class Beside(Record):
    """A row of `evidence` written beside its number: columns `price low`, `price high` ... of the number's own sheet."""

    sheet: str = ""

    def place(self, column: str | None) -> tuple[str, int, str | None]:
        number = self.values["column"]
        return self.sheet, self.row, f"{number} {column}" if column in BESIDE else number


# What may stand beside a number, as the columns of `evidence`.
BESIDE = ("low", "high", "distribution", "confidence")


# Problems of a sheet that are listed; nobody reads on, and a file of a million wrong rows must not fill the memory.
MOST_LISTED = 1000


class Findings:
    """Problems gathered while checking, each placed by table, row and header."""

    def __init__(self, sheets: Mapping[str, Sheet], origin: str) -> None:
        self._sheets, self._origin = sheets, origin
        self.problems: list[Problem] = []
        self._order: dict[int, tuple[int, int, int]] = {}
        self._listed: Counter[tuple[str, str]] = Counter()

    def copy(self) -> Findings:
        """What was found so far, to be added to without touching this."""
        other = Findings(self._sheets, self._origin)
        other.problems, other._order, other._listed = list(self.problems), dict(self._order), self._listed.copy()
        return other

    def error(self, table: str, row: int | None, column: str | None, message: str) -> None:
        self._add("error", table, row, column, message)

    def warning(self, table: str, row: int | None, column: str | None, message: str) -> None:
        self._add("warning", table, row, column, message)

    def setting(self, severity: str, name: str, message: str) -> None:
        """A problem of a setting, at its value if it is given."""
        sheet = self._sheets.get("settings")
        at = sheet.headers.index("setting") if sheet is not None and "setting" in sheet.headers else 0
        rows = sheet.rows if sheet is not None else []
        row = next((n for n, cells in rows if at < len(cells) and tidy(cells[at]) == name), None)
        self._add(severity, "settings", row, None if row is None else "value", message)

    def _add(self, severity: Any, table: str, row: int | None, column: str | None, message: str) -> None:
        self._listed[table, severity] += 1
        if self._listed[table, severity] > MOST_LISTED:
            if self._listed[table, severity] > MOST_LISTED + 1:
                return
            row, column, message = None, None, f"more than {MOST_LISTED:,} {severity}s in this table; mend these first"
        sheet = self._sheets.get(table)
        cell, position = "", -1
        if sheet is not None and row is not None:
            position = _position(sheet, column)
            cell = sheet.place(row, position) if position >= 0 else f"row {row}"
        elif row is not None:
            cell = f"row {row}" + (f", column {column}" if column else "")
        file = sheet.file if sheet is not None else self._origin
        problem = Problem(severity, file, table, cell, message)
        names = list(TABLES)
        rank = names.index(table) if table in names else -1
        self._order[len(self.problems)] = (rank, row or 0, position)
        self.problems.append(problem)

    def sorted(self) -> list[Problem]:
        """Errors before warnings, then by sheet, row and column; each finding once."""
        ranked = sorted(
            range(len(self.problems)), key=lambda i: (self.problems[i].severity != "error", *self._order[i], i)
        )
        return list(dict.fromkeys(self.problems[i] for i in ranked))


def _position(sheet: Sheet, column: str | None) -> int:
    """Position of a header; a yearly column without a plain header is found by its first year, a year by its column."""
    if column is None:
        return -1
    if column in sheet.headers:
        return sheet.headers.index(column)
    for i, header in enumerate(sheet.headers):
        if header and split_header(header)[0] == column:
            return i
    name, year = split_header(column)
    return -1 if year is None else _position(sheet, name)


# ---------------------------------------------------------------- tables


def parse_table(table: Table, sheet: Sheet, found: Findings) -> list[Record]:
    """Typed records of a sheet. Rows with a bad key are left out."""
    columns = _columns(table, sheet, found)
    records: list[Record] = []
    seen: dict[tuple[Any, ...], int] = {}
    for number, cells in sheet.rows:
        record = _record(table, number, cells, columns, sheet, found)
        if any(k in record.bad for k in table.key):
            continue
        key = tuple(record.values.get(k) for k in table.key)
        if key in seen:
            named = ", ".join(str(k) for k in key if k is not None)
            found.error(
                table.name,
                number,
                table.key[0],
                f"'{named}' is already in row {seen[key]}; a row of "
                f"{table.name} must differ in {', '.join(table.key[:4])}",
            )
            continue
        seen[key] = number
        records.append(record)
    return records


def _columns(table: Table, sheet: Sheet, found: Findings) -> list[tuple[Column, int | None] | None]:
    """Column and year of each header; unknown and repeated headers are errors."""
    columns: list[tuple[Column, int | None] | None] = []
    taken: set[str] = set()
    for i, header in enumerate(sheet.headers):
        columns.append(None)
        if header is None:
            if any(i < len(cells) and tidy(cells[i]) is not None for _, cells in sheet.rows):
                found.error(table.name, sheet.header_row, None, f"column {i + 1} has values but no header")
            continue
        name, year = split_header(header)
        if header in table.by_name:
            name, year = header, None
        column = table.by_name.get(name)
        if column is None and number_beside(table, header) and header not in taken:
            taken.add(header)  # read by `parse_beside`
        elif column is None:
            found.error(
                table.name,
                sheet.header_row,
                header,
                f"no column '{header}' in {table.name}{did_you_mean(name, table.by_name)}",
            )
        elif year is not None and not column.yearly:
            found.error(table.name, sheet.header_row, header, f"'{header}': {name} takes one value, not one per year")
        elif header in taken:
            found.error(table.name, sheet.header_row, header, f"column '{header}' is there twice")
        else:
            taken.add(header)
            columns[i] = (column, year)
    if sheet.headers:
        present = {c.name for item in columns if item for c in (item[0],)}
        for column in table.columns:
            if column.required and column.name not in present:
                found.error(table.name, sheet.header_row, None, f"column '{column.name}' is missing")
    return columns


def number_beside(table: Table, header: str) -> tuple[str, str] | None:
    """The number and the column of evidence that a header such as 'price 2027 low' speaks of; None for any other."""
    if header in table.by_name or table.name == "evidence":
        return None
    number, _, what = header.rpartition(" ")
    column = table.by_name.get(number) or table.by_name.get(split_header(number)[0])
    return (number, what) if what in BESIDE and column is not None and column.numeric else None


def parse_beside(table: Table, sheet: Sheet, records: Iterable[Record], found: Findings) -> list[Beside]:
    """Rows of evidence that stand beside their numbers; source and note are those of the number's row."""
    at: dict[str, dict[str, int]] = {}
    for i, header in enumerate(sheet.headers):
        beside = number_beside(table, header) if header else None
        if beside is not None:
            at.setdefault(beside[0], {})[beside[1]] = i
    cells = dict(sheet.rows)
    rows: list[Beside] = []
    for number, places in at.items():
        for record in records:
            made = _beside(table, number, places, record, cells[record.row], found)
            if made is not None:
                rows.append(made)
    return rows


def _beside(
    table: Table, number: str, places: Mapping[str, int], record: Record, cells: list[Any], found: Findings
) -> Beside | None:
    columns = TABLES["evidence"].by_name
    made = Beside(
        "evidence", record.row, {c.name: c.default for c in columns.values() if not c.required}, set(), table.name
    )
    made.values |= {"table": table.name, "row": record.key, "column": number, "confidence": "estimate"}
    made.values |= {"source": record["source"], "note": record["note"]}
    given = False
    for what, i in places.items():
        raw = tidy(cells[i]) if i < len(cells) else None
        if raw is None or raw is UNREADABLE:
            continue
        given = True
        try:
            made.values[what] = convert(columns[what], raw)
        except BadValue as reason:
            made.bad.add(what)
            found.error(*made.place(what), str(reason))
    return made if given else None


def _record(table: Table, number: int, cells: list[Any], columns: list[Any], sheet: Sheet, found: Findings) -> Record:
    record = Record(table.name, number, {})
    if len(cells) > len(columns) and any(tidy(c) is not None for c in cells[len(columns) :]):
        found.error(table.name, number, None, f"the row has {len(cells)} cells but the table {len(columns)} columns")
    for item, raw in zip(columns, cells, strict=False):
        raw = tidy(raw)
        if item is None or raw is None:
            continue
        column, year = item
        if raw is UNREADABLE:
            record.bad.add(column.name)
            continue
        try:
            value = convert(column, raw)
        except BadValue as reason:
            header = column.name if year is None else f"{column.name} {year}"
            found.error(table.name, number, header, str(reason))
            record.bad.add(column.name)
            continue
        if column.yearly:
            record.values.setdefault(column.name, {})[year] = value
        else:
            record.values[column.name] = value
    for column in table.columns:
        if column.name in record.values or column.name in record.bad:
            continue
        if column.required:
            found.error(table.name, number, column.name, f"{column.name} is blank; a value is needed")
            record.bad.add(column.name)
        elif column.default is not None:
            record.values[column.name] = {None: column.default} if column.yearly else column.default
        else:
            record.values[column.name] = None
    return record


# ---------------------------------------------------------------- references


def check_references(records: Mapping[str, list[Record]], found: Findings) -> None:
    """Every reference names a row that exists."""
    known = {
        name: {r.values.get(_reference_key(name)) for r in rows} for name, rows in records.items() if name in TABLES
    }
    hints: dict[tuple[str, str], str] = {}  # one misspelt name may stand in ten thousand rows
    for name, rows in records.items():
        references = [c for c in TABLES[name].columns if c.kind == "ref"]
        for record in rows:
            for column in references:
                value = record[column.name]
                if value is None or column.name in record.bad or value in known[column.ref]:
                    continue
                if column.ref == "sources" and str(value).casefold().startswith("estimate"):
                    continue
                record.bad.add(column.name)
                if (column.ref, str(value)) not in hints:
                    few = len(hints) < MOST_LISTED
                    hints[column.ref, str(value)] = did_you_mean(str(value), map(str, known[column.ref])) if few else ""
                hint = hints[column.ref, str(value)]
                found.error(name, record.row, column.name, f"{column.name} '{value}' is not in {column.ref}{hint}")


def _reference_key(table: str) -> str:
    return TABLES[table].key[0]


# ---------------------------------------------------------------- yearly columns


def check_years(records: Iterable[Record], periods: list[int], found: Findings) -> None:
    """Yearly columns: one value or yearly ones, and no gap that `fill` does not say how to close."""
    for record in records:
        fill = record["fill"] or "exact"
        for column in TABLES[record.table].yearly:
            given = record[column.name]
            if not given or column.name in record.bad:
                continue
            message, year = _year_problem(given, fill, periods)
            if message:
                record.bad.add(column.name)
                header = column.name if year is None else f"{column.name} {year}"
                found.error(record.table, record.row, header, f"{column.name}: {message}")


def _year_problem(given: dict[int | None, Any], fill: str, periods: list[int]) -> tuple[str, int | None]:
    """What is wrong, and with which year first."""
    years = sorted(y for y in given if y is not None)
    if not years:
        return "", None
    if None in given:
        return "give one value or yearly values, not both", None
    if fill == "exact":
        missing = [t for t in periods if t not in given]
        unused = [y for y in years if y not in periods]
        if missing:
            rule = "give it, or say in the fill column how gaps are filled (hold or linear)"
            return f"no value for {_listed(missing)}; {rule}", missing[0]
        return (f"{_listed(unused)} is not the first year of a period", unused[0]) if unused else ("", None)
    early = [t for t in periods if t < years[0]]
    if early:
        return f"no value for {_listed(early)}: fill '{fill}' starts at the first given year, {years[0]}", early[0]
    late = [t for t in periods if t > years[-1]]
    if fill == "linear" and late:
        return f"no value for {_listed(late)}: fill 'linear' ends at the last given year, {years[-1]}", late[0]
    return "", None


def _listed(years: list[int]) -> str:
    return ", ".join(map(str, years))


def fill_years(given: dict[int | None, float] | None, fill: str, periods: list[int]) -> dict[int, float] | None:
    """The value of each period of a yearly column that passed its checks."""
    if given is None:
        return None
    if None in given:
        return dict.fromkeys(periods, given[None])
    years = sorted(y for y in given if y is not None)
    filled = {}
    for t in periods:
        if t in given:
            filled[t] = given[t]
            continue
        before = max(y for y in years if y < t)
        if fill == "hold":
            filled[t] = given[before]
        else:
            after = min(y for y in years if y > t)
            filled[t] = given[before] + (given[after] - given[before]) * (t - before) / (after - before)
    return filled


# ---------------------------------------------------------------- settings


def parse_settings(sheet: Sheet | None, found: Findings) -> dict[str, Any]:
    """Typed settings with defaults; unknown and missing ones are errors."""
    if sheet is None:
        found.error("settings", None, None, "the settings sheet is missing")
        return {c.name: c.default for c in SETTINGS if not c.required}
    by_name = {c.name: c for c in SETTINGS}
    for asked in ("setting", "value"):
        if asked not in sheet.headers:
            found.error("settings", sheet.header_row, None, f"column '{asked}' is missing")
            return {c.name: c.default for c in SETTINGS if not c.required}
    for header in sheet.headers:
        if header and header not in ("setting", "value", "note", "unit", "help"):
            found.error(
                "settings",
                sheet.header_row,
                header,
                f"no column '{header}' in settings"
                + did_you_mean(header, ("setting", "value", "note", "unit", "help")),
            )
    name_at, value_at = sheet.headers.index("setting"), sheet.headers.index("value")
    settings: dict[str, Any] = {}
    for number, cells in sheet.rows:
        name = tidy(cells[name_at]) if name_at < len(cells) else None
        raw = tidy(cells[value_at]) if value_at < len(cells) else None
        if name is None and raw is None:
            continue
        column = by_name.get(str(name))
        if column is None:
            found.error("settings", number, "setting", f"no setting '{name}'{did_you_mean(str(name), by_name)}")
        elif column.name in settings:
            found.error("settings", number, "setting", f"setting '{name}' is there twice")
        elif raw is not None:
            try:
                settings[column.name] = convert(column, raw)
            except BadValue as reason:
                settings[column.name] = None
                found.error("settings", number, "value", str(reason))
    for column in SETTINGS:
        if column.name in settings:
            continue
        if column.required:
            found.setting("error", column.name, f"setting '{column.name}' is missing or blank: {column.help}")
        settings[column.name] = None if column.required else column.default
    return settings
