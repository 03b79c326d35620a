"""The frontier of small random cases equals what enumeration of all decisions finds."""

from __future__ import annotations

import itertools
import math
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from magnet_sourcing import Case, frontier
from magnet_sourcing.problem import Problem, held_row
from magnet_sourcing.session import Options, Session

from .random_cases import Tables, cases

few = settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
EXACT = Options(gap=0, tie_break=False)
# With gap 0 the second measure may take a millionth of the objective (docs/frontier.md).
CLOSE = 3e-6


def small(case: tuple[dict[str, Any], Tables]) -> Case:
    """Two periods and few enough decisions to try all: one expansion, two routes, no lane to open."""
    given_settings, tables = case
    tables = {name: [dict(row) for row in rows] for name, rows in tables.items()}
    tables["periods"] = tables["periods"][:2]
    tables["expansions"] = [row for row in tables["expansions"] if row["expansion"] == "new press"]
    for row in tables["lanes"]:
        row.pop("opening_cost", None)
    return Case.from_rows(given_settings, tables)


class Enumerated:
    """Every combination of yes/no decisions, each with the best of what is left."""

    def __init__(self, case: Case) -> None:
        self.problem = Problem(case, measures=("cost", "index"))
        matrix = self.problem.matrix
        columns = np.array([c for c in self.problem.decided() if matrix.whole[c]], dtype=int)
        ranges = [range(int(matrix.lower[c]), int(matrix.upper[c]) + 1) for c in columns]
        every = [matrix.held(columns, np.array(values, dtype=float)) for values in itertools.product(*ranges)]
        assert 1 < len(every) <= 256
        self.every = [m for m in every if Session(m, EXACT).solve().values is not None]

    def least(self, measure: str, held: str, level: float) -> float:
        """The least of one measure with the other at most a level, inf if no combination has such a plan."""
        row = held_row(*self._less_constant(held, level)) if math.isfinite(level) else None
        aim, found = self.problem.vector(measure), math.inf
        for matrix in self.every:
            changed = matrix.aiming(*aim) if row is None else matrix.aiming(*aim).with_row(*row)
            outcome = Session(changed, EXACT).solve()
            if outcome.values is not None:
                found = min(found, self.problem.value(measure, outcome.values))
        return found

    def _less_constant(self, measure: str, level: float) -> tuple[np.ndarray, float]:
        vector, constant = self.problem.vector(measure)
        return vector, level - constant


def room(amount: float) -> float:
    return CLOSE * max(1.0, abs(amount))


@few
@given(cases())
def test_points_are_the_nondominated_ones_that_enumeration_finds(case: tuple[dict[str, Any], Tables]) -> None:
    made = small(case)
    every, found = Enumerated(made), frontier(made, points=4, gap=0, deliver=False)
    assert found.status == "optimal" and found.audited
    cheapest, tightest = found.solved[:2]
    lowest = every.least("index", "cost", math.inf)
    assert abs(tightest.value - lowest) <= 1e-6 and found.floor <= lowest + 1e-6
    for s in found.solved:
        truth = every.least("cost", "index", s.level)
        assert abs(s.objective - truth) <= room(truth)
        assert s.bound <= truth + 1e-6 * max(1.0, abs(truth))
    for p in found.points:  # nothing as cheap has less
        assert every.least("index", "cost", p.objective) >= p.value - 1e-4


@few
@given(cases(), st.floats(0.05, 0.95))
def test_the_region_holds_the_truth_between_the_points(case: tuple[dict[str, Any], Tables], part: float) -> None:
    """At a level nobody solved, and with a gap, so that bounds and plans differ."""
    made = small(case)
    found = frontier(made, points=3, gap=0.02, deliver=False)
    low, high = found.points[-1].value, found.points[0].value
    level = low + part * (high - low)
    at_least, at_most = found.between(level)
    truth = Enumerated(made).least("cost", "index", level)
    assert at_least <= truth + room(truth) and truth <= at_most + room(truth)
    for step in found.region:
        if step.low <= level <= step.high:
            assert step.at_least <= truth + room(truth) and truth <= step.at_most + room(truth)


@few
@given(cases())
def test_points_are_in_order_and_none_is_dominated(case: tuple[dict[str, Any], Tables]) -> None:
    found = frontier(Case.from_rows(*case), points=5, deliver=False)
    assert found.audited
    for a, b in itertools.pairwise(found.points):
        assert a.objective < b.objective and a.value > b.value
        assert b.price[0] <= b.price[1] and b.changes
    for s in found.region:
        assert s.at_least <= s.at_most + room(s.at_most)
    for tight, loose in itertools.pairwise(found.region):
        assert tight.at_least >= loose.at_least and tight.at_most >= loose.at_most
    for p in found.points:
        assert p.gap <= 1.01e-3 and p.bound <= p.objective


@few
@given(cases())
def test_delivering_as_much_is_never_cheaper_and_never_leaves_more_unmet(case: tuple[dict[str, Any], Tables]) -> None:
    made = Case.from_rows(*case)
    free, held = (frontier(made, points=3, gap=0, deliver=d) for d in (False, True))
    unmet = held.table()["unmet"]
    assert (unmet <= unmet.iloc[0] + 1e-4 * max(1.0, unmet.iloc[0])).all()
    for p in held.points:
        assert free.between(p.value)[0] <= p.objective + room(p.objective)


@few
@given(cases())
def test_going_on_gives_the_same_table_and_solves_nothing_twice(case: tuple[dict[str, Any], Tables]) -> None:
    made = Case.from_rows(*case)
    with TemporaryDirectory() as name:
        folder = Path(name)
        first = frontier(made, points=4, keep=folder)
        second = frontier(made, points=4, keep=folder)
        assert second.solves == 0 and second.taken_over == first.solves
        assert second.table().equals(first.table())
        lines = (folder / "run.jsonl").read_text().splitlines(keepends=True)
        (folder / "run.jsonl").write_text("".join(lines[:-1]) + lines[-1][:20])  # killed while it was writing
        third = frontier(made, points=4, keep=folder)
        assert third.solves == 1 and third.table().drop(columns="seconds").equals(first.table().drop(columns="seconds"))
