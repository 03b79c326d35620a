"""Worlds in which matter is conserved: where drawn numbers let a process make more of an element than goes in, its
outputs are cut to what goes in.

Assays and recoveries that are no group are drawn apart, each within its own evidence, but a recovery above 100 % is no
possible world. The cut is the least that makes one: every output that holds an element of which too much comes out is
made less by the factor at which input and output of that element are equal; nothing else moves. It follows from what was
drawn alone, so indices of how a result depends on the draws remain right.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from ...case import Case
from ...changes import OPERATIONS, Change, conditions, fits
from .evidence import where_of

CUT = "matter is conserved"  # where a cut is written
# Room for rounding: a factor nearer to 1 than this cuts nothing, and a cut goes this much further.
_ROOM = 1e-7


class Conserving:
    """Cuts the outputs of processes in the worlds of one case."""

    def __init__(self, case: Case) -> None:
        tables = case.resolved()
        self._periods = [r.period for r in tables["periods"]]
        self._rows = {name: tables[name] for name in ("contents", "recipes")}
        self._chosen: dict[tuple[str, str], list[Any]] = {}
        self._processes: dict[str, list[Any]] = defaultdict(list)
        for row in self._rows["recipes"]:
            self._processes[row.process].append(row)

    def cuts(self, changes: Iterable[Change]) -> list[Change]:
        """Changes to add to those of a world; none where all its processes conserve what they take."""
        asked = [c for c in changes if c.table in self._rows]
        if not asked:
            return []
        content: dict[str, dict[str, float]] = defaultdict(dict)
        for row in self._rows["contents"]:
            content[row.material][row.element] = row.content
        quantity = {row.key: dict(row.quantity) for row in self._rows["recipes"]}
        for change in sorted(asked, key=lambda c: OPERATIONS.index(c.operation)):
            for row in self._fitting(change):
                if change.table == "contents":
                    content[row.material][row.element] = _moved(change, content[row.material][row.element])
                else:
                    for t in self._years(change):
                        quantity[row.key][t] = _moved(change, quantity[row.key][t])
        found = []
        for rows in self._processes.values():
            found += self._of_process(rows, content, quantity)
        return found

    def _of_process(
        self, rows: Sequence[Any], content: dict[str, dict[str, float]], quantity: dict[str, dict[int, float]]
    ) -> list[Change]:
        outputs = [r for r in rows if r.direction == "output"]
        if not outputs or len(outputs) == len(rows):  # makes nothing, or out of nothing that is counted
            return []
        factors: dict[str, dict[int, float]] = {r.key: {} for r in outputs}
        known: dict[tuple[float, ...], dict[str, float]] = {}  # most processes are the same in all years
        for t in self._periods:
            now = tuple(quantity[r.key][t] for r in rows)
            if now not in known:
                known[now] = self._factors(rows, content, now)
            for row in outputs:
                factors[row.key][t] = min((known[now].get(e, 1.0) for e in content.get(row.material, {})), default=1.0)
        found = []
        for row in outputs:
            by_year = factors[row.key]
            if len(set(by_year.values())) == 1:
                by_year = {None: next(iter(by_year.values()))}  # type: ignore[dict-item]
            found += [
                Change("recipes", where_of("recipes", row), "quantity", "multiply", f, t, t, CUT)
                for t, f in by_year.items()
                if f < 1
            ]
        return found

    def _factors(
        self, rows: Sequence[Any], content: dict[str, dict[str, float]], quantity: Sequence[float]
    ) -> dict[str, float]:
        """Element -> by how much less of it may come out, where more comes out than goes in."""
        taken: dict[str, float] = defaultdict(float)
        made: dict[str, float] = defaultdict(float)
        for row, moved in zip(rows, quantity, strict=True):
            side = taken if row.direction == "input" else made
            for element, share in content.get(row.material, {}).items():
                side[element] += moved * share
        return {e: taken[e] / x * (1 - _ROOM) for e, x in made.items() if x > taken[e] * (1 + _ROOM)}

    def _fitting(self, change: Change) -> list[Any]:
        key = (change.table, change.where)
        if key not in self._chosen:
            wanted = conditions(change.table, change.where)
            self._chosen[key] = [row for row in self._rows[change.table] if fits(row, wanted)]
        return self._chosen[key]

    def _years(self, change: Change) -> list[int]:
        first, last = change.first_year or self._periods[0], change.last_year or self._periods[-1]
        return [t for t in self._periods if first <= t <= last]


def cut(changes: Iterable[Change]) -> float:
    """By what share the output of a world that is cut most is cut; 0 if none is."""
    return max((1 - c.value for c in changes if c.place == CUT), default=0.0)


def said_cut(shares: Sequence[float], what: str) -> str:
    """In a sentence. shares: of the worlds that were cut; what: how many those are, in words."""
    return (
        f"In {what} more of an element would have come out of a process than goes in: there its outputs were cut to what "
        f"goes in, by at most {100 * max(shares):.2g} %."
    )


def _moved(change: Change, value: float) -> float:
    return {"set": change.value, "multiply": value * change.value, "add": value + change.value}[change.operation]
