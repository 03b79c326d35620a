"""What a recording says of changes, beside what a build of the changed case says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from magnet_sourcing import Case
from magnet_sourcing.changes import FIXED_TABLES, Change, Changing
from magnet_sourcing.problem import Impossible, Problem
from magnet_sourcing.problems import CaseError
from magnet_sourcing.recording import Kind, Rebuild, Recording
from magnet_sourcing.schema import TABLES
from magnet_sourcing.solving import check_case
from magnet_sourcing.studies.runs.programme import Programme

EXACT = "exact"


class Compared:
    """A case recorded for some changes."""

    def __init__(self, case: Case, touched: Sequence[Change], at: Sequence[Change] = ()) -> None:
        """at: changes it is recorded at."""
        exposed = bool(case.settings.get("exposed_country") and case.rows("contents"))
        weighed = exposed and any(row.weight for row in case.rows("stages"))
        self.measures = ("cost", "index") if weighed else ("cost",)
        self.changing = Changing(case, decided=False)
        cells = {cell for change in touched for cell in self.changing.cells(change)}
        self.recording = Recording(self.changing, at, cells)
        problem = Problem(self.recording.case, measures=self.measures, flat=self.recording.flat)
        self.recording.compile()
        self.base = Programme.of(problem, self.measures)

    def ending(self, changes: Sequence[Change], build: bool = True) -> str:
        """'exact' if the arrays are those of a build, else the kind of rebuild; fails if they are not those.

        build: compare with one.
        """
        try:
            rows = self.changing.rows(changes, "run")
            programme = self.base.with_arrays(self.recording.arrays(rows))
        except Rebuild as reason:
            assert reason.what
            return str(reason.kind)
        apart = programme.difference(self.built(changes)) if build else ""
        assert not apart, f"{[str(c) for c in changes]}: {apart}"
        return EXACT

    def built(self, changes: Sequence[Change]) -> Programme:
        case = self.changing.case(changes, "run")
        check_case(case)
        return Programme.of(Problem(case, measures=self.measures), self.measures)

    def fails(self, changes: Sequence[Change]) -> bool:
        """Whether there is no model of the changed case."""
        try:
            self.built(changes)
        except (CaseError, Impossible):
            return True
        return False


def numbers(case: Case) -> Iterator[tuple[str, Any, str]]:
    """Table, row and column of every number of a case that a change can touch and that is not blank."""
    for table, rows in case.resolved().items():
        if table in FIXED_TABLES:
            continue
        for row in rows:
            for column in TABLES[table].columns:
                if column.numeric and column.name not in TABLES[table].key and row[column.name] is not None:
                    yield table, row, column.name


def where(table: str, row: Any) -> str:
    """The condition that chooses a row."""
    return "; ".join(f"{k} = {row[k]}" for k in TABLES[table].key if row[k] is not None)


def multiplied(table: str, row: Any, column: str, by: float) -> Change:
    return Change(table, where(table, row), column, "multiply", by)


__all__ = ["EXACT", "Compared", "Kind", "multiplied", "numbers", "where"]
