"""Where a number stands: the sheet and cell of the planner's own file, or the option of the run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...case import Case
from ...parsing import Record
from ...problem import Wish
from ...schema import TABLES
from .families import Numbers
from .findings import Number

OPTIONS = {"china_cap": "--china-cap", "at_most": "--at-most"}


@dataclass(frozen=True)
class Place:
    """sheet: '' for an option. cell: 'E4', or 'row 3, column quantity' in a CSV table. header: the column's own.
    scenarios: those that make the number what it is ('' if it stands as in the cell). shared: other years follow the
    cell, so that writing into it changes more than the number."""

    sheet: str
    cell: str
    header: str
    scenarios: str = ""
    shared: bool = False

    def __str__(self) -> str:
        if not self.sheet:
            return f"option {self.cell}"
        where = self.cell if " " in self.cell else f"cell {self.cell}"
        return f"{self.sheet}, {where}" + (f", changed by scenario {self.scenarios}" if self.scenarios else "")


class Places:
    """Places of the numbers of a case in the file it was read from."""

    def __init__(self, given: Case, changed: Case, scenarios: Sequence[str] = ()) -> None:
        """given: as it was read. changed: as it is under the scenarios."""
        self._given, self._changed, self._scenarios = given, changed, " and ".join(scenarios)
        _, records, _ = given.parsed()
        self._records = {name: {r.key: r for r in rows} for name, rows in records.items()}
        self._before = Numbers(given, Wish()), Numbers(changed, Wish())

    def of(self, number: Number) -> Place:
        """The place of a number; of a year that is filled in, that of the year it is filled from."""
        if number.table == "options":
            return Place("", OPTIONS[number.column], number.name)
        record = self._records[number.table][number.name]
        header = _header(record, number)
        found = self._given.findings()
        found.error(number.table, record.row, header, "")
        cell = found.problems[-1].cell
        if cell == f"row {record.row}":  # the column is not there and has its default
            cell += f", column {number.column}"
        scenarios = self._scenarios if self._is_changed(number) else ""
        return Place(number.table, cell, header, scenarios, self._is_shared(record, number))

    def _is_shared(self, record: Record, number: Number) -> bool:
        """Whether not every year has a value of its own in the row."""
        given = record[number.column]
        if number.period is None or not isinstance(given, dict):
            return False
        periods = self._given.periods
        return len(periods) > 1 and any(t not in given for t in periods)

    def _is_changed(self, number: Number) -> bool:
        if not self._scenarios or TABLES[number.table].by_name[number.column].kind == "yes/no":
            return False
        given, changed = self._before
        try:
            return given.before(number) != changed.before(number)
        except TypeError:  # blank as it was read
            return True


def _header(record: Record, number: Number) -> str:
    """The header a number is under: of its year, of all years, or of the year before (or after) that was given."""
    given = record[number.column]
    if number.period is None or not isinstance(given, dict) or None in given or not given:
        return number.column
    years = sorted(given)
    return f"{number.column} {max((y for y in years if y <= number.period), default=years[0])}"
