"""A case whose chosen numbers are recorded: what checks it and what is built of it is worked out again by `Recording`.

    recording = Recording(changing, [], cells)
    problem = Problem(recording.case, wish, flat=recording.flat)    # builds the model once, from recorded numbers
    recording.compile()
    arrays = recording.arrays(changing.rows(changes, "run 1"))      # what a build of the changed case would give
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..case import Case, Row, rows_of
from ..changes import Cell, Change, Changing, write_out_growth
from ..checks import check_content
from ..parsing import Record
from ..problems import CaseError
from ..schema import TABLES, Column
from . import number
from .rebuild import Kind, Rebuild
from .replay import Flipped, Replay
from .tape import Tape

RowKey = tuple[str, int]  # table, position among the active rows


class Recording:
    """The arrays of a case as a function of some of its numbers.

    case: for `Problem`; its rows hold the recorded numbers. Raises CaseError if the case does not pass its checks.
    """

    def __init__(self, changing: Changing, base: Sequence[Change], cells: Iterable[Cell]) -> None:
        """base: changes that are made to the case before anything is recorded. cells: what may change afterwards."""
        self._changing, self._tape = changing, Tape()
        cells = {c for cell in cells for c in self._grown(cell)}
        self._grows = {i for table, i, column, _ in cells if (table, column) == ("demands", "quantity")}
        self._base = changing.rows(base, "the case")
        for i in self._grows:
            self._base.setdefault(("demands", i), dict(changing.before["demands"][i]))
        self._base = {key: self._written_out(key, row) for key, row in self._base.items()}
        cells = {cell for cell in cells if self._recordable(cell)}
        self._leaves: dict[Cell, int] = {}
        self._cells: dict[int, Cell] = {}
        self.case: Case = self._recorded(cells)
        self._arrays: dict[str, np.ndarray] = {}
        self._places: dict[str, tuple[np.ndarray, np.ndarray]] = {}
        self._replay: Replay | None = None

    # ------------------------------------------------------------ which numbers

    def _grown(self, cell: Cell) -> list[Cell]:
        """Growth is written out by year, so what may change is every year's quantity."""
        table, i, column, _ = cell
        if (table, column) != ("demands", "growth"):
            return [cell]
        return [(table, i, "quantity", t) for t in self._changing.periods]

    def _recordable(self, cell: Cell) -> bool:
        table, i, column, t = cell
        known, value = TABLES[table].by_name[column], self._before((table, i))[column]
        return known.kind == "number" and column not in TABLES[table].key and value is not None

    def _written_out(self, key: RowKey, row: dict[str, Any]) -> dict[str, Any]:
        """The row with its growth written out, where quantities are recorded. (Growth 0 changes no number.)"""
        if key[0] == "demands" and key[1] in self._grows and row["growth"]:
            row = dict(row)
            write_out_growth(row, self._changing.base_year)
        return row

    def _before(self, key: RowKey) -> Mapping[str, Any]:
        return self._base.get(key) or self._changing.before[key[0]][key[1]]

    # ------------------------------------------------------------ recording

    def _recorded(self, cells: Iterable[Cell]) -> Case:
        """The case with its records recorded, checked, so that what the checks compare is on the tape too."""
        made = self._changing.case_of(self._base, "as recorded")
        settings, records, found = made.parsed()
        if not any(p.severity == "error" for p in found.problems):
            for cell in sorted(cells, key=str):
                self._record(records[cell[0]][cell[1]], cell)
            check_content(settings, records, found, advice=False)
        if errors := [p for p in found.sorted() if p.severity == "error"]:
            raise CaseError(errors)
        made.settings = settings
        return RecordedCase(made, rows_of(records))

    def _record(self, record: Record, cell: Cell) -> None:
        table, i, column, t = cell
        given = record.values[column]
        if t is None:
            value = given
        else:
            if None in given:
                given = record.values[column] = dict.fromkeys(self._changing.periods, given[None])
            value = given[t]
        leaf = number.leaf(self._tape, value)
        if t is None:
            record.values[column] = leaf
        else:
            given[t] = leaf
        self._leaves[cell] = leaf.node
        self._cells[leaf.node] = cell

    def flat(self, name: str, numbers: np.ndarray) -> np.ndarray:
        """For `Problem`: makes an array, and notes where recorded numbers stand in it."""
        self._arrays[name], at, nodes = number.parted(numbers)
        if len(at):
            self._places[name] = (at, nodes)
        return self._arrays[name]

    def compile(self) -> None:
        """Call once, when every array is made."""
        self._replay = Replay(self._tape, [n for _, nodes in self._places.values() for n in nodes.tolist()])

    @property
    def size(self) -> tuple[int, int, int]:
        """Leaves, steps and groups of steps."""
        assert self._replay is not None
        return len(self._leaves), self._replay.steps, self._replay.depth

    # ------------------------------------------------------------ other numbers

    def arrays(self, rows: Mapping[RowKey, dict[str, Any]]) -> dict[str, np.ndarray]:
        """The arrays that are not the same for certain, for changed rows. Raises Rebuild."""
        assert self._replay is not None
        leaves, others = self._changed(rows)
        try:
            values = self._replay.values(leaves)
        except Flipped as flip:
            raise Rebuild(Kind.STRUCTURE, self._flipped(flip, leaves), (others, flip.answers)) from None
        except ArithmeticError as reason:
            raise Rebuild(Kind.STRUCTURE, str(reason)) from None
        for kind, words, *_ in others:
            raise Rebuild(kind, words, (others, b""))
        found, begin = {}, 0
        for name, (at, nodes) in self._places.items():
            array = self._arrays[name].copy()
            array[at] = values[begin : begin + len(nodes)]
            found[name], begin = array, begin + len(nodes)
        return found

    def _changed(self, rows: Mapping[RowKey, dict[str, Any]]) -> tuple[dict[int, float], tuple[_Other, ...]]:
        """Values of leaves that are others than recorded, and what differs that is no leaf."""
        leaves: dict[int, float] = {}
        others: list[_Other] = []
        # What it was recorded with and is not changed now is as the case has it.
        back = {key: dict(self._changing.before[key[0]][key[1]]) for key in self._base if key not in rows}
        for key, row in (*rows.items(), *back.items()):
            base = self._before(key)
            if key[0] == "demands" and not _fits(TABLES["demands"].by_name["growth"], row["growth"]):
                raise Rebuild(Kind.RANGE, f"growth of {row['demand']} is {row['growth']:g}")
            for column, value in self._written_out(key, row).items():
                was = base[column]
                if value is was or value == was:
                    continue
                known = TABLES[key[0]].by_name[column]
                for t, x in value.items() if isinstance(value, dict) else ((None, value),):
                    before = was[t] if isinstance(was, dict) else was
                    if x == before:
                        continue
                    cell = (*key, column, t)
                    if not _fits(known, x):
                        raise Rebuild(Kind.RANGE, f"{self._said(cell)} is {x:g}")
                    if (leaf := self._leaves.get(cell)) is not None:
                        leaves[leaf] = x
                    else:
                        kind = Kind.WHOLE if known.kind != "number" else Kind.BLANK if before is None else Kind.NOT_RECORDED
                        others.append(_Other(kind, self._said(cell), x))
        return leaves, tuple(others)

    def _said(self, cell: Cell) -> str:
        table, i, column, t = cell
        return f"{column} of {self._changing.before[table][i].key}" + (f" in {t}" if t is not None else "") + f" ({table})"

    def _flipped(self, flip: Flipped, leaves: Mapping[int, float]) -> str:
        """The first changed number that the comparison hangs on, and the comparison."""
        guard = flip.guard
        under = sorted(self._tape.leaves_under([guard.left, guard.right]) & set(leaves))
        named = self._said(self._cells[under[0]]) + (f" and {len(under) - 1} more" if len(under) > 1 else "")
        denied = "" if self._tape.guards[guard] else "not "
        was = f"{self._tape.values[guard.left]:.6g} {guard.relation} {self._tape.values[guard.right]:.6g}"
        return f"{named}: {denied}{was} as recorded, now {flip.left:.6g} and {flip.right:.6g}"


class _Other(NamedTuple):
    """A number that differs and is no leaf: why not, what it is, and its value."""

    kind: Kind
    words: str
    value: float


class RecordedCase(Case):
    """A case whose resolved rows hold recorded numbers."""

    def __init__(self, case: Case, rows: dict[str, list[Row]]) -> None:
        super().__init__(case.settings, case.tables, case.origin)
        self._rows = rows

    def resolved(self) -> dict[str, list[Row]]:
        return self._rows


def _fits(column: Column, value: float) -> bool:
    """Whether a case of its own could have the value."""
    low, high = column.low, column.high
    return math.isfinite(value) and (low is None or value >= low) and (high is None or value <= high)
