"""Explaining cases without a plan: known answers in words and cells, and nothing said of cases that have one."""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import openpyxl
import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from magnet_models.inputs import Inputs
from magnet_sourcing import Case, Explanation, explain, solve
from magnet_sourcing.cli import main
from magnet_sourcing.problem import Problem, Wish
from magnet_sourcing.problems import CaseError
from magnet_sourcing.reading import EXPLAINED
from magnet_sourcing.session import Options, Session
from magnet_sourcing.studies.explain.conflict import Clash, Clashes, _smallest, clashes
from magnet_sourcing.studies.explain.explaining import Asked, standing
from magnet_sourcing.studies.explain.families import FAMILIES, number_of
from magnet_sourcing.studies.explain.findings import Number, Shortfall
from magnet_sourcing.studies.explain.shortfalls import shortfalls
from magnet_sourcing.studies.explain.words import years_in_words

from ..miniatures.cases import FIRST, case, need, offer, plant, route
from ..properties.random_cases import cases
from .test_ways_out import CHINA_LIMIT, three, tight

N = Number
Y = FIRST


@pytest.fixture(autouse=True)
def _in_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


def written(made: Case, name: str = "case.xlsx") -> Case:
    """The case as a planner has it: in a workbook."""
    return Case.read(made.write(name))


class Explained(NamedTuple):
    """The issue's case in a workbook, and what the verb made of it."""

    folder: Path
    case: Path
    book: Path
    found: Explanation
    ended: Result


@pytest.fixture(scope="module")
def explained(tmp_path_factory: pytest.TempPathFactory) -> Explained:
    folder = tmp_path_factory.mktemp("explained")
    path, book = folder / "case.xlsx", folder / "case-explained.xlsx"
    found = explain(written(three(**CHINA_LIMIT), str(path)))
    return Explained(folder, path, book, found, run("explain", str(path), "-o", str(book)))


def numbers_of(clash: Clash) -> set[Number]:
    return {m.number for m in clash.members}


def lines(found: Explanation) -> list[str]:
    return [line for told in found.findings.values() for line in told]


# ---------------------------------------------------------------- the example


def test_the_known_answers_in_words_and_cells(explained: Explained) -> None:
    """India 40, Malawi 20, China 100; 100 asked; China at most 30 %: 60 + 30 = 90. See test_ways_out for the amounts."""
    found = explained.found
    assert found.status == "infeasible" and found.headline.startswith("INFEASIBLE")
    said = lines(found)
    assert (
        "Too little magnet within limit China in 2030: 90 t/y can be had at most (limits, cell C3; facilities, cells D3, D4 "
        "and D5), 100 t/y are asked (demands, cell E3)." in said
    )
    assert (
        "These cannot hold together: demand magnet in 2030, 100 t/y (demands, cell E3); the capacity of India in 2030, at "
        "most 40 t/y (facilities, cell D3); the capacity of Malawi in 2030, at most 20 t/y (facilities, cell D4); limit "
        "China in 2030, at most 30 % (limits, cell C3)." in said
    )
    asked = "Ask for 14.2858 t/y less of demand magnet in 2030 (demands, cell E3: 85.7142 instead of 100)"
    assert any(asked in line for line in said)
    assert any("Raise limit China in 2030 from 30 % to 40 % (limits, cell C3)" in line for line in said)
    assert any("from 20 t/y to 30 t/y" in line or "from 40 t/y to 50 t/y" in line for line in said)


def test_cells_hold_the_numbers_that_are_said_to_stand_there(explained: Explained) -> None:
    found, book = explained.found, openpyxl.load_workbook(explained.case)
    clash = found.table("clash")
    assert len(clash) == 4
    for r in clash.itertuples():
        assert book[r.sheet][r.cell].value == r.value
    for r in found.table("fixes").itertuples():
        assert book[r.sheet][r.cell].value == r.before


def test_years_are_told_from_the_cell_they_are_filled_from() -> None:
    """10 t in 2030 to 2032, given for 2030 and 2032 and held between: the second year stands in the first cell."""
    periods = [{"period": Y + i} for i in range(3)]
    made = case(
        periods=periods,
        supplies=[offer("o", 1, limit=5)],
        demands=[{"demand": "d", "material": "magnet", f"quantity {Y}": 10, f"quantity {Y + 2}": 10, "fill": "hold"}],
    )
    found = explain(written(made), alternatives=0)
    table = openpyxl.load_workbook("case.xlsx")["demands"]
    heads = {c.value: c.column_letter for c in table[1]}
    (fix,) = [f for f in found.fixes if f.family == "demand"]
    places = {s.number.period: found.asked.words().places.of(s.number).cell for s in fix.steps}
    first, last = (f"{heads[f'quantity {y}']}3" for y in (Y, Y + 2))
    assert places == {Y: first, Y + 1: first, Y + 2: last}


def test_folders_are_told_by_row_and_column() -> None:
    made = Case.read(three(**CHINA_LIMIT).write("case"))
    assert any("(demands, row 2, column quantity)" in line for line in lines(explain(made, alternatives=0)))


# ---------------------------------------------------------------- feasible, not settled, refused


def test_a_feasible_case_is_not_explained() -> None:
    """Its plan costs what solve says, within the gap."""
    made = Case.small()
    found, cost = explain(made), solve(made, gap=0).cost
    assert found.status == "feasible" and found.findings == {} and found.fixes == []
    assert found.cost is not None and cost is not None and cost <= found.cost * (1 + 1e-9) <= cost * 1.0101
    with pytest.raises(ValueError, match="nothing to write"):
        found.write("out.xlsx")


@settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(tight())
def test_only_what_solve_cannot_plan_is_explained(made: Case) -> None:
    try:
        status = solve(made).status
    except CaseError:
        return
    found = explain(made, families=["demand"], alternatives=0)
    assert found.status == ("feasible" if status == "optimal" else "infeasible")
    assert bool(found.findings) == bool(found.clashes.found) == (found.status == "infeasible")


def test_money_without_end_is_a_plan() -> None:
    made = case(
        supplies=[offer("o", 1)], sales=[{"sale": "s", "material": "magnet", "price": 2}], demands=[need(10)]
    )
    found = explain(made)
    assert found.status == "feasible" and "without end" in found.headline


def test_a_time_limit_is_never_called_infeasible() -> None:
    found = explain(Case.reference(), time_limit=1e-3)
    assert found.status == "not settled" and "time limit" in found.headline
    assert found.findings == {}


def test_unknown_names_are_refused_also_for_a_feasible_case() -> None:
    with pytest.raises(ValueError, match="did you mean 'demand'"):
        explain(Case.small(), families=["demands"])
    with pytest.raises(ValueError, match="is not in the case"):
        explain(Case.small(), scenario="embargoo")
    with pytest.raises(ValueError, match="is no measure"):
        explain(Case.small(), at_most={"indx": 1})


def test_an_unknown_table_is_refused(explained: Explained) -> None:
    with pytest.raises(ValueError, match="no table 'fix'"):
        explained.found.table("fix")


# ---------------------------------------------------------------- clashes


@pytest.mark.parametrize("conflicts", [1, 2, 3])
def test_disjoint_clashes(conflicts: int) -> None:
    """A demand and an offer too small for it, at a place of their own each."""
    places = [{"location": f"place {i}", "country": "Home"} for i in range(conflicts)]
    made = case(
        locations=places,
        supplies=[offer(f"offer {i}", 1, location=f"place {i}", limit=6 - i) for i in range(conflicts)],
        demands=[need(10, demand=f"need {i}", location=f"place {i}") for i in range(conflicts)],
    )
    found = explain(made, families=["demand"])
    expected = {frozenset({N("demands", f"need {i}", "quantity", Y), N("supplies", f"offer {i}", "limit", Y)})
                for i in range(conflicts)}  # fmt: skip
    assert {frozenset(numbers_of(c)) for c in found.clashes.found} == expected
    assert all(c.irreducible and not c.whole for c in found.clashes.found) and not found.clashes.more
    have = sum(6 - i for i in range(conflicts))
    assert [(s.what, s.have, s.need) for s in found.shortfalls] == [("magnet", have, 10 * conflicts)]
    several = f"There are {conflicts} clashes that share no number; a plan needs all of them to be solved."
    assert (several in lines(found)) == (conflicts > 1)


def test_a_clash_of_whole_numbers() -> None:
    """6 asked; the mill runs at 8 or more, or not at all. With half a mill there would be a plan."""
    found = explain(case(plant("mill", {"magnet": 1}, capacity=10, min_load=0.8), demands=[need(6)]))
    (clash,) = found.clashes.found
    assert numbers_of(clash) == {N("demands", "magnet", "quantity", Y), N("facilities", "mill", "min_load")}
    assert clash.whole and clash.irreducible and not found.shortfalls
    assert any(line.startswith("It is the whole numbers that clash") for line in lines(found))
    (load,) = [f for f in found.fixes if f.family == "minimum load"]
    assert load.steps[0].after == pytest.approx(0.6)


def test_modules_that_come_whole() -> None:
    """Two modules of 4 t/y and nothing of the second may be wasted: exactly 6 are to be had only of one and a half."""
    made = case(
        plant("mill", {"magnet": 1}, min_load=1),
        expansions=[
            {"expansion": "more", "facility": "mill", "sizing": "modular", "max_size": 4, "max_modules": 2, "life": 9}
        ],
        demands=[need(6)],
    )
    found = explain(made)
    assert found.status == "infeasible" and all(c.whole for c in found.clashes.found)


def test_what_nothing_decided_can_change_is_explained_too() -> None:
    """Nothing is sold at all, so a limit that asks for 5 t sold has a row without decisions; the model is not even built."""
    made = written(
        case(
            supplies=[offer("o", 1)],
            demands=[need(10)],
            limits=[{"limit": "ask", "sense": "at least", "value": 5}],
            limit_terms=[{"limit": "ask", "metric": "sold"}],
        )
    )
    assert "nothing can change it" in solve(made).detail
    found = explain(made)
    cell = found.table("clash").cell.item()
    said = f"This cannot be met, whatever else is changed: limit ask in 2030, at least 5 t/y (limits, cell {cell})."
    assert said in lines(found)
    assert [(f.family, f.amount) for f in found.fixes] == [("limits", 5)]
    ended = run("solve", "case.xlsx")
    assert ended.exit_code == 4 and f"(limits, cell {cell})" in ended.output and "nothing can change" not in ended.output


def test_a_demand_that_nothing_meets() -> None:
    """No offer and no plant."""
    found = explain(written(case(demands=[need(10)])))
    assert lines(found)[0].startswith("Too little magnet in 2030: 0 t/y can be had at most, 10 t/y are asked")
    cell = found.table("clash").cell.item()
    said = f"This cannot be met, whatever else is changed: demand magnet in 2030, 10 t/y (demands, cell {cell})."
    assert said in lines(found)
    assert [f.family for f in found.fixes] == ["demand"]


def test_what_no_number_changes_is_told() -> None:
    words = Asked(Case.small(), Case.small(), (), Wish()).words()
    assert words.clashes(Clashes(unresolved="balance magnet: nothing can change it")) == [
        "Balance magnet: nothing can change it."
    ]


def test_years_in_words() -> None:
    assert years_in_words([2027, 2025, 2026, 2030]) == "2025-2027 and 2030"
    assert years_in_words([2030]) == "2030" and years_in_words([]) == ""


def arithmetic(made: Case) -> list[Shortfall]:
    tables = made.resolved()  # settles the settings
    return shortfalls(Inputs(made.settings, tables))


FREE = Options(gap=0.0, tie_break=False)


def has_plan(made: Case, held: set[tuple[Number, int]]) -> bool:
    """Independent of how the clash was found: all other numbers free, one solve of the whole model from nothing."""
    problem = Problem(made, Wish(), relief=list(FAMILIES))
    at = [
        r.variable
        for r in problem.model.relief.columns.values()
        if (number_of(r), r.sign) in held
    ]
    matrix = problem.matrix.held(np.array(at, dtype=int), 0.0).aiming(np.zeros(len(problem.matrix.cost)))
    return Session(matrix, FREE).solve().values is not None


@settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(tight())
def test_clashes_are_clashes_and_each_number_of_them_is_needed(made: Case) -> None:
    try:
        if solve(made).status == "optimal":
            return
    except CaseError:
        return
    found = clashes(made, Wish(), FREE)
    assert found.found and not found.unresolved
    seen: set[Number] = set()
    for clash in found.found:
        assert clash.irreducible
        assert not seen & numbers_of(clash)
        seen |= numbers_of(clash)
        signs = {"at most": (1,), "at least": (-1,), "equal": (1, -1)}
        held = {(m.number, sign) for m in clash.members for sign in signs[m.sense]}
        assert not has_plan(made, held)
        assert all(has_plan(made, held - {one}) for one in held)


class Hidden:
    """A judge that knows the clashes among the letters."""

    unsure = False

    def __init__(self, sets: list[set[str]]) -> None:
        self.sets = sets

    def judge(self, held: Sequence[Any]) -> list[Any] | None:
        clashing = [s for s in self.sets if s <= set(held)]
        return [x for x in held if x in clashing[0] or x in "xyz"] if clashing else None


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.lists(st.sets(st.sampled_from("abcdefghijklmnopqrstuvwxyz"), min_size=1, max_size=12), min_size=1, max_size=4))
def test_whatever_can_be_left_out_is(sets: list[set[str]]) -> None:
    core, proved = _smallest(list("abcdefghijklmnopqrstuvwxyz"), Hidden(sets), float("inf"))  # type: ignore[arg-type]
    assert proved and any(s == set(core) for s in sets)  # one of the sets, whole
    assert not any(s < set(core) for s in sets)


def test_a_clash_that_a_fix_does_not_touch_is_refuted(explained: Explained) -> None:
    """Each fix was solved; one that changes none of the numbers of a clash shows that they hold together."""
    found = explained.found
    assert standing(found.clashes, found.fixes) == found.clashes
    (clash,) = found.clashes.found
    other = replace(clash, members=clash.members[:1])  # the demand alone, which raising a capacity leaves as it is
    left = standing(Clashes((clash, other)), found.fixes)
    assert left == Clashes((clash,), more=True)


def test_no_time_gives_a_larger_clash_not_a_wrong_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock goes on by a second at each look: what is found is still a clash, and is not called irreducible."""
    made = case(
        plant("mine", {"ore": 1}, capacity=4), plant("mill", {"magnet": 1}, {"ore": 1}, capacity=5), demands=[need(10)]
    )
    ticks = count()
    monkeypatch.setattr("magnet_sourcing.studies.explain.conflict.time.monotonic", lambda: float(next(ticks)))
    found = clashes(made, Wish(), FREE, seconds=3.0)
    for clash in found.found:
        assert not clash.irreducible
        assert not has_plan(made, {(m.number, 1 if m.sense == "at most" else -1) for m in clash.members})


# ---------------------------------------------------------------- arithmetic


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(tight(), st.none() | st.sampled_from([0.0, 0.2]))
def test_a_shortfall_is_a_proof(made: Case, loss: float | None) -> None:
    if loss is not None:
        made.tables["freight"]["loss"] = loss
    try:
        if arithmetic(made):
            assert solve(made).status == "infeasible"
    except CaseError:
        return


@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(cases(), st.sampled_from([1.0, 0.5, 0.1]), st.none() | st.sampled_from([0.05, 0.3, 0.9]))
def test_a_shortfall_is_a_proof_with_contracts_stocks_and_tolls(
    random: tuple[dict[str, Any], dict[str, list[dict[str, Any]]]], service: float, cap: float | None
) -> None:
    """Most tables are in use, and a share of demand must be served."""
    made = Case.from_rows(*random)
    made.tables["demands"]["min_service"] = service
    wish = {t: cap for t in made.periods} if cap is not None else {}
    tables = made.resolved()
    if shortfalls(Inputs(made.settings, tables), wish):
        assert solve(made, china_cap=cap, gap=1.0).status == "infeasible"


def test_shortfalls_by_year_and_over_the_horizon() -> None:
    """Two years of 10 t: a pit of 6 t/y is 4 t/y short; a pit of 15 t in all is 5 t short over both years."""
    yearly = case(plant("pit", {"magnet": 1}, capacity=6), demands=[need(10)], years=2)
    reserve = case(plant("pit", {"magnet": 1}, capacity=99, reserve=15), demands=[need(10)], years=2)
    short = arithmetic(yearly)
    assert [(s.what, s.period, s.have, s.need) for s in short] == [("magnet", Y, 6, 10), ("magnet", Y + 1, 6, 10)]
    (over,) = arithmetic(reserve)
    assert (over.what, over.period, over.have, over.need) == ("magnet", None, 15, 20)
    assert N("facilities", "pit", "reserve") in over.numbers


def test_a_cap_that_tolling_adds_to_is_not_counted_from_below() -> None:
    """A limit that asks for a share of China, which only tolling can give, is no cap on anything else."""
    made = three(
        limits=[{"limit": "ask", "sense": "at least", "value": 0.4}],
        limit_terms=[{"limit": "ask", "metric": "share", "country": "China"}],
        routes=[route("deal", kind="tolling", maximum=99)],
        tolls=[{"toll": "q", "route": "deal", "sent": "oxide", "origin": "here", "returned": "magnet",
                "destination": "here", "yield": 1}],
    )  # fmt: skip
    assert arithmetic(made) == []


def test_a_shortfall_in_words() -> None:
    made = written(three())
    words = Asked(made, made, (), Wish()).words()
    short = Shortfall("magnet", Y, 60, 100, (N("demands", "magnet", "quantity", Y),))
    assert words.shortfall(short) == (
        "Too little magnet in 2030: 60 t/y can be had at most, 100 t/y are asked (demands, cell E3)."
    )


# ---------------------------------------------------------------- the workbook


def command_of(how: str) -> list[str]:
    """The command line of a way out, without what is to be written by hand before."""
    words = shlex.split(how[how.index("magnet-sourcing") :])
    assert words[:2] == ["magnet-sourcing", "solve"]
    return words[1:]


def test_the_workbook_is_a_case_and_each_fix_a_scenario_of_it(explained: Explained) -> None:
    assert explained.ended.exit_code == 4 and "'fix 1'" in explained.ended.output
    again = Case.read(explained.book)
    assert not [p for p in again.check() if p.severity == "error"]
    assert solve(again).status == "infeasible"  # the case itself is as it was
    fixes = explained.found.fixes
    assert len(again.rows("disruptions")) == sum(len(f.steps) for f in fixes)
    for i, fix in enumerate(fixes, 1):
        plan = solve(again, scenario=f"fix {i}")
        assert plan.status == "optimal" and plan.cost == pytest.approx(fix.cost, rel=1e-2)
    solved = run("solve", str(explained.book), "--scenario", "fix 1", "--quiet")
    assert solved.exit_code == 0, solved.output


def test_the_workbook_opens_on_the_answer_and_marks_cells(explained: Explained) -> None:
    found, book = explained.found, openpyxl.load_workbook(explained.book)
    assert book.active.title == "Answer" and book.sheetnames[:4] == ["Answer", "fixes", "clash", "shortfalls"]
    text = [c.value for c in book["Answer"]["A"] if c.value]
    assert text[1] == found.headline and set(lines(found)) <= set(text)
    for r, row in zip(found.table("fixes").itertuples(), book["fixes"].iter_rows(min_row=6), strict=True):
        link = next(c.hyperlink.location or c.hyperlink.target for c in row if c.hyperlink)
        sheet, cell = link.lstrip("#").replace("'", "").split("!")
        assert sheet == r.sheet and book[sheet][cell].value == r.before
        assert "fix" in book[sheet][cell].comment.text and book[sheet][cell].fill.fgColor.rgb != "00000000"


def test_options_are_part_of_how_a_fix_is_made() -> None:
    """A cap is raised where it was given; a scenario of other fixes keeps it."""
    written(three())
    ended = run("explain", "case.xlsx", "--china-cap", "0.3", "--json")
    assert ended.exit_code == 4
    answer = json.loads(ended.output)
    assert {r["family"] for r in answer["fixes"]} >= {"demand", "capacity", "cap"}
    assert {r["fix"]: r["scenario"] for r in answer["fixes"] if r["family"] == "cap"} == {3: ""}
    hows = {r["family"]: r["how"] for r in answer["fixes"]}
    assert hows["demand"].endswith('--scenario "fix 1" --china-cap 0.3') and hows["cap"].endswith("--china-cap 0.4")
    for how in (hows["demand"], hows["cap"]):
        solved = run(*command_of(how))
        assert solved.exit_code == 0, (how, solved.output)


def test_bounds_on_measures_give_way_as_options() -> None:
    """10 t at 2 each cost 20; at most 15 is 5 too little."""
    written(case(supplies=[offer("o", 2)], demands=[need(10)]))
    answer = json.loads(run("explain", "case.xlsx", "--at-most", "cost=15", "--family", "at most", "--json").output)
    (row,) = answer["fixes"]
    assert row["after"] == pytest.approx(20) and row["cell"] == "--at-most"
    assert run(*command_of(row["how"])).exit_code == 0


def test_what_no_scenario_can_change_is_told_to_be_written() -> None:
    """A contract that must be signed brings 10 t that nobody asks for."""
    made = case(
        routes=[route("deal", must_sign=True, minimum=10)],
        supplies=[offer("theirs", 1, route="deal"), offer("other", 5)],
        demands=[need(6)],
    )
    found = explain(written(made), families=["groups"])
    how = found.table("fixes").how.item()
    assert how.startswith("No scenario can change this: write no instead of yes (routes, cell ")
    book = openpyxl.load_workbook(found.write("out.xlsx"))
    book["routes"][found.table("fixes").cell.item()].value = "no"
    book.save("out.xlsx")
    assert run(*command_of(how.replace("case-explained", "out"))).exit_code == 0


SCENARIOS: dict[str, Sequence[dict[str, Any]]] = {
    "scenarios": [{"scenario": "calm", "probability": 1}, {"scenario": "fix 1", "probability": 0}],
    "disruptions": [
        {"scenario": "fix 1", "table": "demands", "column": "quantity", "operation": "multiply", "value": 2}
    ],
}


def test_a_case_explained_under_a_scenario() -> None:
    """Feasible as it stands, not when demand doubles: the fix includes the scenario, under a name that is free."""
    written(case(supplies=[offer("o", 1, limit=15)], demands=[need(10)], **SCENARIOS))
    assert run("explain", "case.xlsx").exit_code == 0
    assert not Path("case-explained.xlsx").exists()
    ended = run("explain", "case.xlsx", "--scenario", "fix 1", "--json")
    answer = json.loads(ended.output)
    assert any("changed by scenario fix 1" in x for x in answer["findings"]["What clashes"])
    assert [r["scenario"] for r in answer["fixes"]] == ["fix 2", "fix 3"]
    again = Case.read("case-explained.xlsx")
    assert {r.scenario: r.includes for r in again.rows("scenarios")}["fix 2"] == "fix 1"
    assert run(*command_of(answer["fixes"][0]["how"])).exit_code == 0


def test_the_folder_holds_tables_and_a_case(explained: Explained) -> None:
    explained.found.write("out")
    assert {p.name for p in Path("out").iterdir()} == {"answer.txt", "fixes.csv", "clash.csv", "shortfalls.csv", "case"}
    assert solve(Case.read("out/case"), scenario="fix 2").status == "optimal"


def test_only_our_own_sheets_pass_as_parts_of_a_case(explained: Explained) -> None:
    """A sheet of the same name that explain did not write is as unknown as any."""
    book = openpyxl.load_workbook(explained.book)
    assert {*EXPLAINED} <= {*book.sheetnames}
    for name in EXPLAINED:
        if name != "Answer":  # another Answer makes it a result, which test_bad_input knows
            book[name]["A1"].value = "mine"
    book.save("other.xlsx")
    with pytest.raises(CaseError) as reason:
        Case.read("other.xlsx")
    unknown = {p.sheet for p in reason.value.problems if p.message.startswith("no such sheet")}
    assert unknown == {*EXPLAINED} - {"Answer"}


def test_never_over_the_case(explained: Explained) -> None:
    path = str(explained.case)
    before = explained.case.read_bytes()
    refused = run("explain", path, "-o", path)
    assert refused.exit_code == 2 and "replace the case" in refused.output
    with pytest.raises(ValueError, match="replace the case"):
        explained.found.write(path)
    assert explained.case.read_bytes() == before


# ---------------------------------------------------------------- the command line


def test_endings() -> None:
    assert run("explain", "nothing.xlsx").exit_code == 3
    Case.small().write("small.xlsx")
    feasible = run("explain", "small.xlsx")
    assert feasible.exit_code == 0 and feasible.output.startswith("FEASIBLE")
    assert not list(Path().glob("*explained*"))
    assert run("explain", "small.xlsx", "--family", "demands").exit_code == 2
    stopped = run("explain", "--time-limit", "0.001", "--quiet")
    assert stopped.exit_code == 6 and "INFEASIBLE" not in stopped.output


def test_solve_says_what_clashes_and_what_to_do_next() -> None:
    written(three())
    ended = run("solve", "case.xlsx", "--china-cap", "0.3")
    assert ended.exit_code == 4
    assert "Too little magnet within the China cap in 2030: 90 t/y can be had at most" in ended.output
    assert "These cannot hold together: demand magnet in 2030" in ended.output
    assert "magnet-sourcing explain case.xlsx --china-cap 0.3" in ended.output
    answer = json.loads(run("solve", "case.xlsx", "--china-cap", "0.3", "--json").output)
    assert answer["status"] == "infeasible" and answer["next_step"].endswith("--china-cap 0.3")
    assert any("cannot hold together" in x for x in answer["why"]["What clashes"])
    assert "next_step" not in json.loads(run("solve", "case.xlsx", "--json").output)


def test_solve_names_the_future_that_has_no_plan_alone() -> None:
    tables = {**SCENARIOS, "scenarios": [{"scenario": s, "probability": 0.5} for s in ("calm", "fix 1")]}
    written(case(supplies=[offer("o", 1, limit=15)], demands=[need(10)], **tables))
    ended = run("solve", "case.xlsx", "--scenarios", "all")
    assert ended.exit_code == 4
    assert "have no plan even if they are known from the start: fix 1." in ended.output
    assert 'magnet-sourcing explain case.xlsx --scenario "fix 1"' in ended.output


def test_solve_says_if_only_common_decisions_clash() -> None:
    """Nobody can be left with 6 t of a contract in one future and need 10 in the other: the size is the same in both."""
    made = case(
        plant("mill", {"magnet": 1}, min_load=1, min_load_rule="always"),
        expansions=[{"expansion": "more", "facility": "mill", "sizing": "range", "min_size": 1, "max_size": 20, "life": 9}],
        demands=[need(10)],
        scenarios=[{"scenario": s, "probability": 0.5} for s in ("small", "large")],
        disruptions=[
            {"scenario": "small", "table": "demands", "column": "quantity", "operation": "multiply", "value": 0.5}
        ],
    )
    written(made)
    ended = run("solve", "case.xlsx", "--scenarios", "all")
    assert ended.exit_code == 4, ended.output
    assert "Each future has a plan if it is known from the start" in ended.output


def test_the_notebook_shows_sentences(explained: Explained) -> None:
    shown = explained.found._repr_html_()
    assert "These cannot hold together" in shown and "<script" not in shown


def test_repairs_already_told_are_not_told_twice(explained: Explained) -> None:
    fixes = explained.found.fixes
    assert len({fix.steps for fix in fixes}) == len(fixes)
