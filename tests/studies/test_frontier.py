"""The frontier: the staircases by hand, its refusals, stopping and going on, and the command."""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner, Result
from magnet_sourcing import Case, frontier
from magnet_sourcing.cli import main
from magnet_sourcing.session import Outcome, Status
from magnet_sourcing.studies.frontier import staircase
from magnet_sourcing.studies.frontier.tradeoff import Solved, Tradeoff


@pytest.fixture(autouse=True)
def _in_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def solved(level: float, objective: float, value: float, bound: float, floor: float = -math.inf) -> Solved:
    nothing = Outcome(Status.OPTIMAL, None, objective, bound, None, 0.0, 0)
    return Solved("within", level, "optimal", bound, floor, objective, value, 0.0, nothing)


# Cheapest 100 at 10, least 2 at 300; at most 6: 120 at 5, proved to 115.
ENDS = [solved(math.inf, 100.0, 10.0, 99.0), solved(2.0, 300.0, 2.0, 290.0, 2.0)]
MIDDLE = solved(6.0, 120.0, 5.0, 115.0)


# ---------------------------------------------------------------- what solves prove


def test_between_the_staircases() -> None:
    """A level of 4 forbids the middle plan (value 5): the tight end is the best known; the middle's bound holds, since it
    was proved for all plans of at most 6."""
    known = [*ENDS, MIDDLE]
    assert (staircase.least(known, 4.0), staircase.most(known, 4.0)) == (115.0, 300.0)
    assert (staircase.least(known, 5.5), staircase.most(known, 5.5)) == (115.0, 120.0)
    assert (staircase.least(known, 7.0), staircase.most(known, 7.0)) == (99.0, 120.0)
    assert (staircase.least(known, 1.0), staircase.most(known, 1.0)) == (290.0, math.inf)
    assert staircase.steps(known) == [(2.0, 5.0, 115.0, 300.0), (5.0, 6.0, 115.0, 120.0), (6.0, 10.0, 99.0, 120.0)]


def test_a_plan_equalled_in_one_and_bettered_in_the_other_is_left_out_and_its_bound_stays() -> None:
    weak = solved(8.0, 120.0, 7.0, 118.0)
    known = [*ENDS, MIDDLE, weak]
    assert staircase.efficient(known) == [ENDS[0], MIDDLE, ENDS[1]]
    assert staircase.least(known, 8.0) == 118.0
    dear = solved(8.0, 125.0, 5.0, 100.0)
    assert dear not in staircase.efficient([*ENDS, dear, MIDDLE])


def test_the_next_level_is_where_most_is_open() -> None:
    """2-5 is 3 wide and 185 high, 6-10 is 4 wide and 21 high."""
    assert staircase.widest([*ENDS, MIDDLE], 0.0) == 3.5
    assert staircase.widest(ENDS, 0.0) == 6.0
    assert staircase.widest(ENDS[:1], 0.0) is None


def test_a_solve_that_ran_out_of_time_is_not_asked_again() -> None:
    """Its wide gap is left open: the search goes on elsewhere, and ends where nothing else is left."""
    late = solved(10.0, 120.0, 2.5, 101.0)
    assert staircase.answered([*ENDS, late], 6.0) and not staircase.answered([*ENDS, MIDDLE], 4.0)
    assert staircase.widest([*ENDS, late], 0.0) == 2.25
    assert staircase.widest([ENDS[0], late], 0.0) is None


def test_the_knee_is_the_point_farthest_below_the_chord() -> None:
    """Brought to 0-1 the middle is at (3/8, 20/200): 1 - 0.375 - 0.1 below the chord, the other at (7/8, 15/200)."""
    other = solved(9.0, 115.0, 9.0, 114.0)
    assert staircase.knee([ENDS[0], other, MIDDLE, ENDS[1]]) == 2
    assert staircase.knee([ENDS[0], solved(6.0, 290.0, 6.0, 280.0), ENDS[1]]) is None


def test_the_price_is_an_interval_from_plans_and_bounds() -> None:
    """5 less for 15 to 21 more: the cheap plan may cost 99 to 100, the other 115 to 120."""
    assert staircase.price(ENDS[0], MIDDLE, 99.0, 115.0) == (3.0, 4.2)


# ---------------------------------------------------------------- what is asked


@pytest.mark.parametrize(
    "asked, message",
    [
        ({"against": "indx"}, "'indx' is no measure; did you mean 'index'"),
        ({"measure": "impact watr"}, "no such impact in the case"),
        ({"against": "cost"}, "cannot be traded against itself"),
        ({"points": 1}, "points 1: must be 2 or more"),
        ({"levels": []}, "give one or more numbers"),
        ({"levels": [0.3, math.nan]}, "give one or more numbers"),
        ({"gap": -1.0}, "gap -1.0: must be 0 or more"),
        ({"scenario": "a", "scenarios": "all"}, "not both"),
    ],
)
def test_refused(asked: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        frontier(Case.small(), **asked)


def test_a_case_without_a_plan_is_infeasible() -> None:
    case = Case.small()
    case.tables["demands"]["penalty"] = None
    case.tables["supplies"]["limit"] = 1
    found = frontier(case)
    assert found.status == "infeasible" and not found.points and found.table().empty


def test_expected_values_over_scenarios() -> None:
    """The cheapest end is the plan that `solve` finds for the same futures; every point is audited in all of them."""
    from magnet_sourcing import solve

    case = Case.small()
    found = frontier(case, scenarios="all", points=3, gap=1e-4)
    best = solve(case, scenarios="all", gap=1e-4)
    assert found.points[0].objective == pytest.approx(best.cost, rel=2e-4)
    assert found.audited and len(found.points) == 3
    assert set(found.points[1].plan.plans) == set(best.plans)


def test_one_point_where_nothing_can_be_traded() -> None:
    """If the foreign magnets are Australian, nothing is exposed: the cheapest plan is also the least dependent one."""
    case = Case.small()
    case.tables["supplies"]["origin"] = "Australia"
    for table in ("scenarios", "disruptions"):
        case.tables[table] = case.tables[table].iloc[:0]
    found = frontier(case)
    assert len(found.points) == 1 and found.knee is None and found.region == []


# ---------------------------------------------------------------- stopping, going on


def test_stopped_points_are_kept_and_it_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fourth solve is interrupted: three are kept, the next run needs only the others."""
    within, calls = Tradeoff.within, []

    def stopping(self: Tradeoff, level: float, start: Any) -> Solved:
        calls.append(level)
        found = within(self, level, start)
        return replace(found, status="interrupted") if len(calls) == 2 else found

    whole = frontier(Case.small(), points=5)
    monkeypatch.setattr(Tradeoff, "within", stopping)
    stopped = frontier(Case.small(), points=5, keep="kept")
    assert stopped.status == "interrupted" and len(stopped.points) == 4
    again = frontier(Case.small(), points=5, keep="kept")
    assert again.status == "optimal" and again.taken_over == 3 and again.solves == 2
    assert again.table().drop(columns="seconds").equals(whole.table().drop(columns="seconds"))


def test_ctrl_c_between_two_solves(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: Any) -> Solved:
        raise KeyboardInterrupt

    monkeypatch.setattr(Tradeoff, "within", interrupted)
    found = frontier(Case.small(), points=5)
    assert found.status == "interrupted" and len(found.points) == 2


def test_another_case_or_other_options_begin_anew() -> None:
    frontier(Case.small(), points=3, keep="kept")
    dearer = Case.small()
    dearer.tables["supplies"]["limit"] = 1000
    for case, options in ((dearer, {}), (dearer, {"gap": 1e-2}), (dearer, {"gap": 1e-2, "deliver": False})):
        found = frontier(case, points=3, keep="kept", **options)
        assert found.taken_over == 0 and "began anew" in found.notes[0]


def test_a_plan_changed_on_disk_is_solved_again() -> None:
    first = frontier(Case.small(), points=3, keep="kept")
    array = Path("kept") / json.loads(Path("kept/run.jsonl").read_text().splitlines()[2])["file"]  # the second solve
    array.write_bytes(array.read_bytes()[:-8])
    second = frontier(Case.small(), points=3, keep="kept")
    assert (second.taken_over, second.solves) == (2, 1)
    assert second.table().drop(columns="seconds").equals(first.table().drop(columns="seconds"))


# ---------------------------------------------------------------- the command


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


def test_the_command_writes_a_workbook_and_a_plan_for_each_point() -> None:
    assert run("new", "small.xlsx", "--small").exit_code == 0
    result = run("frontier", "small.xlsx", "-o", "out.xlsx", "--points", "4", "--allow-shortage")
    assert result.exit_code == 0, result.output
    assert re.match(r"OPTIMAL, 4 plans, each proved within 0\.\d+% of the least cost", result.stdout)
    assert "per percentage point" in result.stdout and "demand unmet" in result.stdout
    book = openpyxl.load_workbook("out.xlsx")
    assert book.sheetnames == ["Answer", "points", "region", "levers", "provenance", "chart"]
    assert len(book["Answer"]._charts) == 1
    links = [c.hyperlink.target for row in book["Answer"].iter_rows() for c in row if c.hyperlink]
    links = [x for x in links if x and x.endswith(".xlsx")]
    assert links == [f"out-points/point-0{n}.xlsx" for n in (1, 2, 3, 4)]
    for link in links:
        assert openpyxl.load_workbook(link).sheetnames[0] == "Answer"


def test_fewer_points_leave_no_old_plan() -> None:
    Case.small().write("case")
    run("frontier", "case", "-o", "out", "--points", "4", "--quiet")
    result = run("frontier", "case", "-o", "out", "--points", "2", "--quiet")
    assert result.exit_code == 0 and "2 taken over" in result.stdout
    assert sorted(p.name for p in Path("out-points").glob("point*")) == ["point-01.xlsx", "point-02.xlsx"]
    assert {p.name for p in Path("out").iterdir()} >= {"points.csv", "region.csv", "levers.csv", "answer.txt"}


def test_json_and_levels_and_deliver() -> None:
    """Delivering everything, the small case cannot come below an index of about 0.31: 0.2 is proved impossible."""
    Case.small().write("case")
    result = run("frontier", "case", "--levels", "0.2,0.35", "--deliver", "--json")
    answer = json.loads(result.stdout)
    assert result.exit_code == 0 and answer["impossible"] == [0.2] and answer["audit"]["passed"]
    assert [round(p["index"], 3) for p in answer["points"]] == [0.374, 0.35]
    assert all(p["unmet"] == 0 for p in answer["points"])


def test_wrong_use_ends_with_2_and_no_plan_with_4() -> None:
    case = Case.small()
    case.write("case")
    assert run("frontier", "case", "--levels", "low").exit_code == 2
    assert "did you mean 'index'" in run("frontier", "case", "--against", "indx").stderr
    case.tables["demands"]["penalty"] = None
    case.tables["supplies"]["limit"] = 1
    case.write("case")
    assert run("frontier", "case").exit_code == 4


@pytest.mark.parametrize(
    ("step", "share", "shown"),
    [
        (50.0, False, "#,##0"),
        (0.25, False, "#,##0.00"),
        (0.2, False, "#,##0.0"),
        (0.05, True, "0%"),
        (0.0025, True, "0.00%"),
    ],
)
def test_axes_show_as_many_decimals_as_tell_gridlines_apart(step: float, share: bool, shown: str) -> None:
    from magnet_sourcing.studies.frontier.writing import _shown

    assert _shown(step, share) == shown
