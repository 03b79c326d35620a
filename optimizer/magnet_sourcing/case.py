"""A case: everything one run needs, as tables. Read from a workbook or a folder of CSV tables; the two are equal."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from .collector import collector_off
from .parsing import (
    Findings,
    Record,
    check_references,
    check_years,
    fill_years,
    parse_beside,
    parse_settings,
    parse_table,
)
from .problems import CaseError, Problem
from .schema import SETTINGS, TABLES
from .sheets import Sheet
from .standing import Standing
from .values import tidy


class Row(Mapping[str, Any]):
    """A resolved row: attributes or items by column; yearly columns are dictionaries by period. Read-only."""

    # The values are the attributes: nothing Python has is read faster, and rows are read millions of times.
    __slots__ = ("__dict__", "key")

    def __init__(self, values: dict[str, Any], key: str) -> None:
        object.__setattr__(self, "__dict__", values)
        object.__setattr__(self, "key", key)

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError("rows are read-only; change case.tables")

    def __getitem__(self, name: str) -> Any:
        return self.__dict__[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.__dict__)

    def __len__(self) -> int:
        return len(self.__dict__)

    def __reduce__(self) -> Any:
        return Row, (self.__dict__, self.key)

    def __repr__(self) -> str:
        return f"Row({self.key!r}, {self.__dict__!r})"


class Case:
    """Tables and settings of one case.

    tables: every table of the schema as a DataFrame with the headers as given (`price`, or `price 2027` ...), blanks
    as None. Change them freely; `check` and `rows` always look at what stands there now. settings: by name.
    origin: the file it was read from, or '<memory>'.
    """

    def __init__(
        self,
        settings: Mapping[str, Any],
        tables: Mapping[str, pd.DataFrame],
        origin: str = "<memory>",
        setting_notes: Mapping[str, str] | None = None,
        sheets: Mapping[str, Sheet] | None = None,
    ) -> None:
        self.settings: dict[str, Any] = dict(settings)
        self.setting_notes: dict[str, str] = dict(setting_notes or {})
        self.tables: dict[str, pd.DataFrame] = {
            name: tables[name] if name in tables else _empty(name) for name in TABLES
        }
        self.origin = origin
        self._sheets = dict(sheets or {})
        self._kept: _Kept | None = None

    # ------------------------------------------------------------ making cases

    @classmethod
    @collector_off()
    def read(cls, path: str | Path) -> Case:
        """Reads an .xlsx workbook or a folder of CSV tables.

        Raises CaseError, with every problem found, if the file cannot be read as tables. Problems of the content are
        left to `check`, except that they are listed too when there is anything to raise.
        """
        from .reading import read_sheets

        sheets, problems = read_sheets(path)
        case = cls._from_sheets(sheets, str(path))
        if problems:
            said = {(p.sheet, p.cell) for p in problems}
            more = [p for p in case.check() if p.severity == "error" and (p.sheet, p.cell) not in said]
            raise CaseError(problems + more)
        return case

    @classmethod
    def _from_sheets(cls, sheets: Sequence[Sheet], origin: str) -> Case:
        by_name = {s.name: s for s in sheets}
        settings, notes = _raw_settings(by_name.get("settings"))
        tables = {s.name: _frame(s) for s in sheets if s.name != "settings"}
        return cls(settings, tables, origin, notes, by_name)

    @classmethod
    def from_rows(cls, settings: Mapping[str, Any], tables: Mapping[str, Sequence[Mapping[str, Any]]]) -> Case:
        """A case from dictionaries: `from_rows({"name": ...}, {"periods": [{"period": 2030}], ...})`.

        Yearly columns may be one value, `"price 2027": ...` items, or a dictionary by year.
        """
        frames = {}
        for name, rows in tables.items():
            flat = [_flat(row) for row in rows]
            headers = list(dict.fromkeys(h for row in flat for h in row))
            frame = pd.DataFrame(
                {h: pd.Series([row.get(h) for row in flat], dtype=object) for h in headers}, columns=headers
            )
            if name not in TABLES:
                raise KeyError(f"no table {name!r}; tables are {', '.join(TABLES)}")
            frames[name] = frame
        return cls(settings, frames)

    @classmethod
    def blank(cls) -> Case:
        """The empty template."""
        return cls({}, {})

    @classmethod
    def reference(cls) -> Case:
        """The embedded reference case, India's magnets 2025-2035."""
        import magnet_data

        return cls.read(magnet_data.reference())

    @classmethod
    def small(cls) -> Case:
        """The embedded teaching case of a page."""
        import magnet_data

        return cls.read(magnet_data.small())

    def copy(self) -> Case:
        """A case that can be changed without touching this one."""
        tables = {name: frame.copy() for name, frame in self.tables.items()}
        return Case(self.settings, tables, self.origin, self.setting_notes, self._sheets)

    def write(self, path: str | Path) -> Path:
        """Writes a workbook (path ending .xlsx) or a folder of CSV tables; returns the path."""
        from .writing import write_case

        return write_case(self, Path(path))

    # ------------------------------------------------------------ looking at cases

    def check(self) -> list[Problem]:
        """Every problem of the content: errors first, then warnings, in sheet and row order."""
        from .checks import check_content

        kept = self._as_it_stands()
        if kept.problems is None:
            settings, records, found = kept.parsed
            found = found.copy()
            check_content(settings, records, found)
            kept.problems = found.sorted()
        return list(kept.problems)

    @property
    def periods(self) -> list[int]:
        return [row.period for row in self.rows("periods")]

    def rows(self, name: str) -> list[Row]:
        """Resolved rows of a table: active ones only, defaults filled, yearly columns by period.

        A row that refers to a row taken out by active = no is taken out too. Raises CaseError if the case has errors
        of type, key or reference.
        """
        if name not in TABLES:
            raise KeyError(f"no table {name!r}; tables are {', '.join(TABLES)}")
        return self.resolved()[name]

    def resolved(self) -> dict[str, list[Row]]:
        """All tables as `rows` gives them; kept until the content changes."""
        kept = self._as_it_stands()
        if kept.resolved is None:
            settings, records, found = kept.parsed
            if errors := [p for p in found.sorted() if p.severity == "error"]:
                raise CaseError(errors)
            kept.resolved = rows_of(records)
            self.settings = dict(settings)
            kept.standing = Standing(self.settings, self.tables)
        return kept.resolved

    def _as_it_stands(self) -> _Kept:
        """What was made of the content, from scratch if that is not certain to be the same still."""
        kept = self._kept
        if kept is None or kept.origin != self.origin or not kept.standing.holds(self.settings, self.tables):
            kept = self._kept = _Kept(self.origin, Standing(self.settings, self.tables), self.parsed())
        return kept

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_kept": None}

    def findings(self) -> Findings:
        """Where what is found elsewhere can be noted, each at its cell."""
        return self._findings(self._current_sheets())

    def _findings(self, sheets: Mapping[str, Sheet]) -> Findings:
        return Findings(sheets, Path(self.origin).name if self.origin != "<memory>" else self.origin)

    def places(self, name: str) -> dict[str, tuple[str, int]]:
        """Sheet and row number in the file (or in the table, headers being row 1) by key of the row."""
        return {record.key: record.place(None)[:2] for record in self._as_it_stands().parsed[1][name]}

    @collector_off()
    def parsed(self) -> tuple[dict[str, Any], dict[str, list[Record]], Findings]:
        """Typed settings and records, with the findings of types, keys, references and years; all new each time."""
        sheets = self._current_sheets()
        found = self._findings(sheets)
        settings = parse_settings(sheets.get("settings"), found)
        records = {name: parse_table(table, sheets[name], found) for name, table in TABLES.items()}
        for name, table in TABLES.items():
            if table.required and not self.tables[name].shape[0]:
                found.error(name, None, None, f"the table is missing or empty; a case needs {name}")
        check_references(records, found)
        periods = sorted(r["period"] for r in records["periods"])
        for rows in records.values():
            check_years(rows, periods, found)
        for name, table in TABLES.items():
            records["evidence"] += parse_beside(table, sheets[name], records[name], found)
        return settings, records, found

    def _current_sheets(self) -> dict[str, Sheet]:
        """The tables as they stand now, placed as in the file they came from where they still fit it."""
        sheets = {}
        for name, frame in self.tables.items():
            source = self._sheets.get(name)
            numbers = [n for n, _ in source.rows] if source else []
            if source is None or len(numbers) != len(frame):
                numbers = list(range(2, len(frame) + 2))
            headers: list[str | None] = [str(h) for h in frame.columns]
            # The positions of a file are kept so that a message names the right cell.
            layout = source.headers if source and [h for h in source.headers if h] == headers else headers
            at = [i for i, h in enumerate(layout) if h is not None]
            rows = []
            for number, values in zip(numbers, frame.itertuples(index=False, name=None), strict=True):
                cells: list[Any] = [None] * len(layout)
                for i, value in zip(at, values, strict=True):
                    cells[i] = value
                if any(tidy(c) is not None for c in cells):
                    rows.append((number, cells))
            file = source.file if source else f"{name} table"
            sheets[name] = Sheet(
                name,
                file if source else self.origin,
                source.kind if source else "csv",
                list(layout),
                rows,
                source.header_row if source else 1,
            )
        sheets["settings"] = self._settings_sheet()
        return sheets

    def _settings_sheet(self) -> Sheet:
        source = self._sheets.get("settings")
        numbers = {}
        if source and "setting" in source.headers:
            at = source.headers.index("setting")
            numbers = {tidy(cells[at]): n for n, cells in source.rows if at < len(cells)}
        rows: list[tuple[int, list[Any]]] = [
            (numbers.get(name, i + 2), [name, value]) for i, (name, value) in enumerate(self.settings.items())
        ]
        file, kind = (source.file, source.kind) if source else (self.origin, "csv")
        return Sheet("settings", file, kind, ["setting", "value"], rows, source.header_row if source else 1)

    # ------------------------------------------------------------ futures

    def future(self, *scenarios: str) -> Case:
        """The case as it would be if these scenarios were certain (together, if several), as a case of its own.

        Raises ValueError for an unknown scenario, CaseError for a disruption that cannot be made.
        """
        from .scenarios import future

        return future(self, scenarios)

    # ------------------------------------------------------------ identity

    @property
    def hash(self) -> str:
        """Same content, same hash: whatever the order of rows, columns or sheets, and however it was stored.

        The table studies does not count: it asks about the case and is no part of it, so that a study can be added to
        the workbook of a plan.
        """
        kept = self._as_it_stands()
        if kept.hash is None:
            kept.hash = hashlib.sha256(self._content().encode()).hexdigest()
        return kept.hash

    def _content(self) -> str:
        defaults = {c.name: _plain(None if c.required else c.default) for c in SETTINGS}
        given = {name: plain for name, value in self.settings.items() if (plain := _plain(value)) is not None}
        content: dict[str, Any] = {"settings": defaults | given}
        for name, frame in self.tables.items():
            if name == "studies":
                continue
            headers = [str(h) for h in frame.columns]
            rows = []
            for values in frame.to_numpy(dtype=object).tolist():  # several times as fast as itertuples
                cells = {h: p for h, v in zip(headers, values, strict=True) if (p := _plain(v)) is not None}
                if cells:
                    rows.append(json.dumps(cells, sort_keys=True))
            content[name] = sorted(rows)
        return json.dumps(content, sort_keys=True)

    def __repr__(self) -> str:
        rows = sum(len(f) for f in self.tables.values())
        return f"Case({self.settings.get('name')!r}, {rows} rows, from {self.origin})"


# ---------------------------------------------------------------- helpers


@dataclass
class _Kept:
    """What was made of a case's content, and of which content."""

    origin: str
    standing: Standing
    parsed: tuple[dict[str, Any], dict[str, list[Record]], Findings]
    problems: list[Problem] | None = None
    resolved: dict[str, list[Row]] | None = None
    hash: str | None = None


def _plain(value: Any) -> Any:
    """A value as it counts for identity: 5, 5.0 and '5' are one, True and 'yes' too; numbers to the 15 digits a
    spreadsheet keeps."""
    value = tidy(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:
        return None
    if isinstance(value, (int, float)):
        return f"{float(value):.15g}"
    text = str(value)
    try:
        return f"{float(text):.15g}" if text[:1] in "+-.0123456789" else text
    except ValueError:
        return text


def _empty(name: str) -> pd.DataFrame:
    return pd.DataFrame(columns=[c.name for c in TABLES[name].columns], dtype=object)


def _frame(sheet: Sheet) -> pd.DataFrame:
    at = [(i, h) for i, h in enumerate(sheet.headers) if h is not None]
    data = [[tidy(cells[i]) if i < len(cells) else None for i, _ in at] for _, cells in sheet.rows]
    frame = pd.DataFrame(index=range(len(data)), dtype=object)
    columns = [pd.Series([row[j] for row in data], dtype=object) for j in range(len(at))]
    frame = pd.concat(columns, axis=1) if columns else frame
    frame.columns = pd.Index([h for _, h in at], dtype=object)
    return frame


def _flat(row: Mapping[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for header, value in row.items():
        if isinstance(value, Mapping):
            flat |= {f"{header} {year}": v for year, v in value.items()}
        else:
            flat[header] = value
    return flat


def _raw_settings(sheet: Sheet | None) -> tuple[dict[str, Any], dict[str, str]]:
    """Settings as they stand, and their notes."""
    if sheet is None or "setting" not in sheet.headers or "value" not in sheet.headers:
        return {}, {}
    at = {h: sheet.headers.index(h) for h in ("setting", "value", "note") if h in sheet.headers}
    settings, notes = {}, {}
    for _, cells in sheet.rows:
        got = {h: tidy(cells[i]) if i < len(cells) else None for h, i in at.items()}
        if got["setting"] is not None:
            settings[str(got["setting"])] = got["value"]
            if got.get("note") is not None:
                notes[str(got["setting"])] = str(got["note"])
    return settings, notes


def _living(records: Mapping[str, list[Record]]) -> dict[str, list[Record]]:
    """Records without those switched off, and without those that refer to one that is not there any more."""
    living = {name: [r for r in rows if r["active"] is not False] for name, rows in records.items()}
    while True:
        names = {name: {r[TABLES[name].key[0]] for r in rows} for name, rows in living.items()}
        left = {name: [r for r in rows if _refers_to_living(r, names)] for name, rows in living.items()}
        if all(len(left[name]) == len(living[name]) for name in living):
            return left
        living = left


def rows_of(records: Mapping[str, list[Record]]) -> dict[str, list[Row]]:
    """Resolved rows of records without errors, periods in their order."""
    periods = sorted(r["period"] for r in records["periods"])
    alike: dict[float, dict[int, float] | None] = {}
    resolved = {name: [_row(r, periods, alike) for r in rows] for name, rows in _living(records).items()}
    resolved["periods"].sort(key=lambda row: row.period)
    return resolved


def _refers_to_living(record: Record, names: Mapping[str, set[Any]]) -> bool:
    return all(
        record[c.name] is None or c.ref == "sources" or record[c.name] in names[c.ref]
        for c in TABLES[record.table].columns
        if c.kind == "ref"
    )


def _row(record: Record, periods: list[int], alike: dict[float, dict[int, float] | None]) -> Row:
    """alike: dictionaries by period that hold one number, by that number; there is one for all rows."""
    table = TABLES[record.table]
    values = dict(record.values)
    fill = values.get("fill", "exact")
    for column in table.yearly:
        given = values[column.name]
        number = given.get(None) if given is not None else None
        if type(number) is float:
            if number not in alike:
                alike[number] = fill_years(given, fill, periods)
            values[column.name] = alike[number]
        else:
            values[column.name] = fill_years(given, fill, periods)
    return Row(values, record.key)
