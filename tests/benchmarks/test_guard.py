"""Work that must not grow faster than the case: counted, not timed, so that no machine is too slow or too busy for it.

Calls of functions, Python's and C's, are counted: the same code on the same case makes the same number (to a few in a
thousand). A step that is linear adds as many for each row that a case is larger, however large it is already; one that
looks through all rows for each row adds more and more.
"""

from __future__ import annotations

import cProfile
import gc
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import pytest
from generator import Size, chain
from magnet_sourcing import Case, Options, solving
from magnet_sourcing.audit import audit
from magnet_sourcing.loaded import Loaded
from magnet_sourcing.problem import Problem
from magnet_sourcing.session import Session

# Each twice the one before. Linear programmes, so that the search of HiGHS plays no part.
SIZES = [Size(plants=n, lanes=3, markets=6 * n // 8, years=8, builds=10 * n // 8, whole=False) for n in (6, 12, 24)]
# What a row more costs, from the second to the third, against from the first to the second. Measured when set
# (2026-11-25): 1.01 to 1.05.
# Looking through all rows for each row makes it 2 where that is all there is.
GROWTH = 1.15


@dataclass
class Calls:
    """How many calls each step makes, by name, and the size of what it works on."""

    calls: dict[str, int]
    units: dict[str, int]

    def more(self, other: Calls, step: str) -> float:
        """Calls for each unit by which this is larger than the other."""
        return (self.calls[step] - other.calls[step]) / (self.units[step] - other.units[step])


def calls_of(work: Callable[[], Any]) -> tuple[int, Any]:
    """Number of calls of functions, and what the work returns."""
    profile = cProfile.Profile()
    gc.disable()  # what it frees may call back, at any time
    try:
        result = profile.runcall(work)
    finally:
        gc.enable()
    return sum(entry.callcount for entry in profile.getstats()), result


@cache
def counted(size: Size) -> Calls:
    case, calls, units = chain(size), {}, {}
    rows = sum(map(len, case.tables.values()))
    calls["check"], _ = calls_of(case.check)
    case.resolved()
    calls["build and hand over"], (problem, session) = calls_of(lambda: built(case))
    outcome = session.solve()
    calls["tables"], found = calls_of(lambda: solving._tables(problem, "base", outcome))
    plan = solving.plan_of(problem, outcome, OPTIONS, 0.0)
    assert plan.audit is not None and plan.audit.passed
    calls["audit"], _ = calls_of(lambda: audit(case, plan.tables, objective=plan.objective, cost=plan.cost))
    filled = sum(map(len, found.values()))
    units |= {"check": rows, "build and hand over": len(problem.matrix.cost), "tables": filled, "audit": filled}
    return Calls(calls, units)


OPTIONS = Options(tie_break=False, time_limit=60)


def built(case: Case) -> tuple[Problem, Session]:
    problem = Problem(case)
    return problem, Session(problem.matrix, OPTIONS)


@pytest.fixture(scope="module", autouse=True)
def warmed() -> None:
    """Imports, and look-ups made once for a process, are no part of any step."""
    counted.__wrapped__(replace(SIZES[0], plants=4, builds=4, years=3))


@pytest.mark.parametrize("step", ["check", "build and hand over", "tables", "audit"])
def test_work_grows_no_faster_than_the_case(step: str) -> None:
    small, middle, large = map(counted, SIZES)
    assert large.units[step] > 3 * small.units[step]
    assert large.more(middle, step) <= GROWTH * middle.more(small, step)


# Calls for each row more of a table read, column of the programme, or row of a plan's tables. Twice what was measured when
# set
# (2026-11-25): a way that calls for each number what was called once for a row shows, a new check or column does not.
MOST = {"check": 280.0, "build and hand over": 560.0, "tables": 240.0, "audit": 210.0}


@pytest.mark.parametrize("step", MOST)
def test_work_for_a_row_stays_as_small_as_it_was(step: str) -> None:
    assert counted(SIZES[-1]).more(counted(SIZES[0]), step) <= MOST[step]


def test_solving_again_in_place_is_a_fraction_of_building_again() -> None:
    """Another price in a loaded programme: few calls, and from the basis it ended with few steps of the simplex."""
    case = chain(SIZES[0])
    case.resolved()
    calls, (problem, _) = calls_of(lambda: built(case))
    loaded = Loaded(problem.matrix, OPTIONS)
    first = loaded.solve()
    dearer = replace(problem.matrix, cost=problem.matrix.cost * 1.001)

    def again() -> Any:
        loaded.begin(dearer, basis=loaded.basis)
        return loaded.solve()

    calls_again, second = calls_of(again)
    assert second.objective == pytest.approx(1.001 * (first.objective - problem.matrix.offset) + problem.matrix.offset)
    # Measured when set: about 1 in 1,000.
    assert calls_again < calls / 20
    # With the basis kept the optimum is where it was.
    assert loaded._h.getInfo().simplex_iteration_count <= 5
