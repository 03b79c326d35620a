"""Sweeps against arithmetic by hand: costs, regions, break-evens, and what is refused or kept apart."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st
from magnet_sourcing import Case, CaseError, Sweep, solve, sweep
from magnet_sourcing.changes import Change, changed
from magnet_sourcing.cli import main
from magnet_sourcing.studies.runs.executing import Where
from magnet_sourcing.studies.sweep import regions as regions_module
from magnet_sourcing.studies.sweep.break_even import Probe, narrowed
from magnet_sourcing.studies.sweep.grid import cells
from magnet_sourcing.studies.sweep.picture import picture
from magnet_sourcing.studies.sweep.regions import letters, regions_of
from magnet_sourcing.studies.sweep.words import findings, sentences

from ..miniatures.cases import case, need, offer, plant, route

PRICE = "supplies.price[market] = 20, 30, 45, 60"


def make_or_buy(price: float = 30.0, **supply: object) -> Case:
    """10 t/y for three years, bought at a price or made for nothing in a plant of 1,200 that can be built at once.

    Buying costs 30 p. Building in the first year costs 1,200; a year later 1,200 + 10 p, which is never less. So the
    plant is built from p = 40 on.
    """
    line = {"expansion": "line", "facility": "works", "sizing": "all-or-nothing", "max_size": 10.0,
            "fixed_cost": 1200.0, "life": 3.0}  # fmt: skip
    return case(
        plant("works", {"magnet": 1.0}),
        years=3,
        expansions=[line],
        supplies=[offer("market", price, **supply)],
        demands=[need(10)],
    )


@dataclass(frozen=True)
class Price:
    """What varies as an object of one's own."""

    values: Sequence[float]
    name: str = "price"
    unit: str = "a tonne"

    def changes(self, value: float) -> list[Change]:
        return [Change("supplies", "supply = market", "price", "set", value)]

    def shown(self, value: float) -> str:
        return f"{value:g}"


def ended(found: Sweep, run: int, **otherwise: object) -> None:
    """Makes a run end otherwise than it did."""
    results = list(found.done.results)
    results[run] = replace(results[run], **otherwise)  # type: ignore[type-var]
    found.done = replace(found.done, results=results)


def text(found: Sweep) -> str:
    return "\n".join(sentences(found))


# ---------------------------------------------------------------- costs


def test_costs_are_those_of_arithmetic() -> None:
    found = sweep(make_or_buy(), PRICE, gap=0)
    assert found.runs()["cost"].tolist() == pytest.approx([600, 900, 1200, 1200])
    assert found.table()["cost"].tolist() == pytest.approx([600, 900, 1200, 1200])
    assert found.base.cost == pytest.approx(900)


def test_every_cell_of_a_grid_is_the_single_solve_of_its_case() -> None:
    """Cost and bound of each combination hold the optimum of the changed case, solved on its own to no gap."""
    small = Case.small()
    vary = ["tolls.fee[Toll Japan] = 30000, 80000", "supplies.price[Chinese magnets] = 40000, 54000"]
    found = sweep(small, vary, regions=False)
    assert found.regions is None
    for i, (fee, price) in enumerate(cells(found.varies, False)):
        made = changed(
            small,
            [
                Change("tolls", "", "fee", "set", fee),
                Change("supplies", "supply = Chinese magnets", "price", "set", price),
            ],
            "by hand",
        )
        best = solve(made, gap=1e-6).objective
        row = found.runs().iloc[i]
        assert best is not None and row["bound"] * (1 - 1e-9) <= best * (1 + 1e-6) and best <= row["cost"] * (1 + 1e-6)
        assert found.table().loc[fee, price] == row["cost"]


def test_any_engine_gives_the_same_table() -> None:
    here = sweep(make_or_buy(), PRICE, where=Where("here")).runs()
    assert sweep(make_or_buy(), PRICE, where=None).runs().equals(here)


def test_paired_values_go_together() -> None:
    vary = [Price((20.0, 60.0)), "demands.quantity = 10, 5"]
    found = sweep(make_or_buy(), vary, paired=True, gap=0)
    assert found.runs()["cost"].tolist() == pytest.approx([600, 900])
    with pytest.raises(ValueError, match="price has 3, .* has 2"):
        sweep(make_or_buy(), [Price((1.0, 2.0, 3.0)), "demands.quantity = 10, 5"], paired=True)


def test_slope_is_told_with_its_unit() -> None:
    """30 t over the horizon: 30 for one a tonne more, as long as all is bought."""
    found = sweep(make_or_buy(), Price((10.0, 20.0, 30.0)), gap=0)
    assert "From 10 to 30 cost rises from US$ 300 to US$ 900: on average US$ 30 for each a tonne more." in text(found)


def test_a_change_that_the_gap_hides_is_no_change() -> None:
    found = sweep(make_or_buy(), Price((30.0, 30.001)), gap=0)
    ended(found, 1, bound=890.0)
    assert "which the gap does not tell from nothing" in text(found)


def test_a_scenario_holds_for_every_run() -> None:
    """The embargo takes most of the Chinese offer for two years: every cost is at least that of the calm."""
    vary = "tolls.fee[Toll Japan] = 30000, 90000"
    calm = sweep(Case.small(), vary, regions=False, gap=1e-2)
    embargo = sweep(Case.small(), vary, scenario="embargo", regions=False, gap=1e-2)
    assert (embargo.runs()["cost"] >= calm.runs()["bound"]).all()
    assert "embargo" in str(embargo.case.settings["name"])


# ---------------------------------------------------------------- which decisions hold where


def test_regions_of_two_numbers_are_those_of_arithmetic() -> None:
    """Built where 30 p > F, bought where 30 p < F; the case as it stands (900 < 1,200) buys."""
    found = sweep(
        make_or_buy(), ["supplies.price[market] = 10:70:4", "expansions.fixed_cost = 450, 1350, 1950"], gap=1e-5
    )
    assert found.regions is not None and len(found.regions.regions) == 2
    for i, (price, fixed) in enumerate(found.cells):
        region = found.regions[found.regions.letter[i]]
        assert bool(region.decisions) == (30 * price > fixed), (price, fixed)
    buys = next(r for r in found.regions.regions if not r.decisions)
    assert found.regions.name(buys) == f"{buys.letter}: as the case stands"
    builds = next(r for r in found.regions.regions if r.decisions)
    assert found.regions.said(builds) == ["build line 10 t/y in 2030"]
    assert f"{builds.letter}: build line 10 t/y in 2030. 6 runs" in text(found)


def test_a_plan_that_is_as_good_makes_no_new_region() -> None:
    """Two plants alike: whichever a run has built, the plan of the case as it stands is as good."""
    twin = {"sizing": "all-or-nothing", "max_size": 10.0, "fixed_cost": 300.0, "life": 3.0}
    made = case(
        plant("one", {"magnet": 1.0}), plant("two", {"magnet": 1.0}), years=3,
        expansions=[{"expansion": "first", "facility": "one", **twin}, {"expansion": "second", "facility": "two", **twin}],
        supplies=[offer("market", 30.0)], demands=[need(10)],
    )  # fmt: skip
    found = sweep(made, Price((30.0, 40.0)), gap=1e-6)
    (own,) = {name for _, name, _ in found.base.decisions}
    other = {"first": "second", "second": "first"}[own]
    ended(found, 1, decisions={(k, other, t): x for (k, _, t), x in found.base.decisions.items()})
    again = regions_of(found.done.study, found.done.base, found.done.results, 1e-6)
    assert dict(again.letter) == {0: "A", 1: "A"}


def test_worth_decides_what_is_as_good() -> None:
    """At 45 buying costs 1,350 against 1,200, an eighth more: as good only if an eighth does not count."""
    strict = sweep(make_or_buy(), Price((30.0, 45.0)), gap=1e-5)
    loose = sweep(make_or_buy(), Price((30.0, 45.0)), gap=1e-5, worth=0.13)
    assert strict.regions is not None and loose.regions is not None
    assert (len(strict.regions.regions), len(loose.regions.regions)) == (2, 1)


def test_letters_go_on_after_z() -> None:
    assert [letters(i) for i in (0, 25, 26, 27, 701, 702)] == ["A", "Z", "AA", "AB", "ZZ", "AAA"]


# ---------------------------------------------------------------- break-even


def test_break_even_price_of_a_plant() -> None:
    """30 p = 1,200 at p = 40. Both costs are straight lines in p, so the estimate is exact."""
    found = sweep(make_or_buy(), PRICE, decisions=["line"], gap=1e-6, tolerance=0.01)
    (row,) = found.break_evens().to_dict("records")
    assert row["low"] <= 40 <= row["high"] and row["high"] - row["low"] <= 0.01 * 40 + 1e-9
    assert row["estimate"] == pytest.approx(40, abs=1e-3)
    assert (row["up_to_low"], row["from_high"], row["settled"]) == ("out", "in", True)
    probes = found.probes().set_index("value")
    assert probes.loc[60, "saves_least"] == pytest.approx(600, rel=1e-4) and probes.loc[20, "answer"] == "out"
    assert "Break-even of line: it enters the best plan between" in text(found)


def test_the_switch_is_found_and_named() -> None:
    """From buying to building: the plan turns where buying costs more than the best by `worth`, at 30 p = 1,200 x 1.01,
    and the plant that enters has its break-even at 40."""
    found = sweep(make_or_buy(), PRICE, find_switch=True, gap=1e-6, worth=0.01, tolerance=0.02)
    (turn,) = found.turns
    assert turn.last <= 40.4 <= turn.first and turn.first - turn.last <= 0.02 * 40 + 1e-9
    assert turn.changes == ["build line 10 t/y in 2030"]
    assert [(t.decision, len(t.break_evens)) for t in found.traced] == [("line", 1)]
    b = found.traced[0].break_evens[0]
    assert b.low <= 40 <= b.high
    assert list(findings(found)) == [
        "Where the decision switches", "What it says", "Which decisions hold where", "What it rests on",
    ]  # fmt: skip


def test_break_even_of_a_contract_and_what_is_done_without_it() -> None:
    """Under the contract (signing 150) 10 t/y for 3 years cost 150 + 30 q instead of the plant's 300: even at q = 5."""
    line = {"expansion": "line", "facility": "works", "sizing": "all-or-nothing", "max_size": 10.0,
            "fixed_cost": 300.0, "life": 3.0}  # fmt: skip
    made = case(
        plant("works", {"magnet": 1.0}), years=3, expansions=[line],
        supplies=[offer("market", 90.0), offer("theirs", 1.0, route="deal")],
        routes=[route("deal", signing_cost=150.0)], demands=[need(10)],
    )  # fmt: skip
    found = sweep(made, "supplies.price[theirs] = 1, 4, 8", decisions=["deal"], gap=1e-6, tolerance=0.2)
    b = found.traced[0].break_evens[0]
    assert b.low <= 5 <= b.high and (b.below, b.above) == ("in", "out")
    assert b.instead == ["build line 10 t/y in 2030"]


def test_a_decision_without_a_break_even_is_said_so() -> None:
    found = sweep(make_or_buy(), Price((10.0, 20.0)), decisions=["line", "market"], gap=1e-6)
    line, market = found.traced
    assert (line.always, market.always, line.break_evens, market.break_evens) == ("out", "in", [], [])
    assert "line is not part of the best plan at every value that is proved, from 10 to 20" in text(found)


def test_what_is_impossible_without_it_is_in() -> None:
    """The market offers 4 of 10 t and shortage is not allowed: without the plant there is no plan."""
    found = sweep(make_or_buy(limit=4.0), Price((10.0, 20.0)), decisions=["line"], gap=1e-6)
    assert [p.answer for p in found.traced[0].probes] == ["in", "in"]
    assert found.traced[0].probes[0].without == (math.inf, math.inf)
    assert "no plan without it" in found.probes()["note"][0]


def test_what_the_gap_does_not_tell_apart_is_not_claimed() -> None:
    """At p = 40 exactly, with and without cost the same: no gap tells them apart, and the bracket says so."""
    found = sweep(make_or_buy(), Price((30.0, 40.0, 50.0)), decisions=["line"], gap=1e-4, tolerance=0.1)
    traced = found.traced[0]
    assert next(p for p in traced.probes if p.value == 40).answer == "not told apart"
    assert traced.break_evens[0].low < 40 < traced.break_evens[0].high
    assert "with and without it cannot be told apart at 40" in text(found)


@settings(max_examples=50, deadline=None, derandomize=True)
@given(st.floats(1, 99), st.floats(0, 20), st.floats(0.05, 5))
def test_a_bracket_holds_every_value_that_is_not_proved(turn: float, unclear: float, width: float) -> None:
    """Out below `turn`, in above `turn + unclear`, nothing between: the ends are proved, and near to what is not."""

    def answer(value: float) -> str:
        return "out" if value < turn else "in" if value > turn + unclear else "not told apart"

    low, high = narrowed(answer, 0.0, 120.0, width, False)
    assert answer(low) == "out" and answer(high) == "in" and low < high
    assert turn - low <= width + 1e-9 and high - (turn + unclear) <= width + 1e-9


def test_whole_values_are_tried_whole() -> None:
    tried = []

    def answer(value: float) -> str:
        tried.append(value)
        return "in" if value < 2031.5 else "out"

    assert narrowed(answer, 2027.0, 2040.0, 0.01, True) == (2031.0, 2032.0)
    assert all(v.is_integer() for v in tried)


def test_an_advantage_is_an_interval() -> None:
    probe = Probe(1.0, "in", (90.0, 100.0), (120.0, 150.0))
    assert probe.advantage == (20.0, 60.0) and probe.found == 50.0


# ---------------------------------------------------------------- what is kept apart, and what is refused


def test_no_plan_is_an_answer_and_no_number() -> None:
    """Half of the need at most: nothing to be bought beyond 4 t/y, and the plant may not be built."""
    made = case(years=1, supplies=[offer("market", 30.0, limit=10)], demands=[need(10)])
    found = sweep(made, "supplies.limit[market] = 4, 10, 12", gap=0)
    assert found.runs()["status"].tolist() == ["infeasible", "optimal", "optimal"]
    assert found.runs()["cost"].isna().tolist() == [True, False, False]
    assert "1 run of 3 (at 4 t/y): no plan can satisfy the case (proved)." in text(found)
    assert any("infeasible" in line for line in next(iter(picture(found).values())))


def test_a_case_that_fails_its_checks_is_an_answer() -> None:
    found = sweep(make_or_buy(), Price((30.0, math.nan)), gap=0)
    assert found.runs()["status"].tolist()[0] == "optimal" and found.runs()["status"][1] in ("invalid", "failed")


def test_a_run_ended_by_the_clock_is_kept_apart() -> None:
    found = sweep(make_or_buy(), Price((10.0, 20.0, 30.0)), gap=0)
    ended(found, 2, status="time limit")
    again = regions_of(found.done.study, found.done.base, found.done.results, 1e-6)
    assert 2 not in again.letter
    assert "From 10 to 20 cost rises" in text(found) and "ended by the clock" in text(found)


def test_a_clock_too_short_for_any_plan_is_told_so() -> None:
    """As if by the clock: a real one may let a plan through that is found before it is first looked at."""
    found = sweep(Case.small(), "supplies.price[Chinese magnets] = 54000, 60000", regions=False)
    for run in range(2):
        ended(found, run, status="time limit", cost=None, bound=None, gap=None, values={}, decisions={})
    assert found.runs()["cost"].isna().all() and "ended by the clock before a plan was found" in text(found)


def test_refusals_name_all_that_is_wrong() -> None:
    made = make_or_buy()
    two = [Price((1.0, 2.0)), "demands.quantity = 5, 10"]
    with pytest.raises(ValueError, match="searched along one thing that varies; here are 2.*tolerance 3"):
        sweep(made, two, find_switch=True, tolerance=3.0)
    with pytest.raises(ValueError, match="did you mean 'line'"):
        sweep(made, PRICE, decisions=["lime"])
    with pytest.raises(ValueError, match="'price' is varied twice"):
        sweep(made, [Price((1.0,)), Price((2.0,))])
    with pytest.raises(ValueError, match="'cost' is a column of the results"):
        sweep(made, Price((1.0,), name="cost"))
    with pytest.raises(ValueError, match="did you mean 'price'"):
        sweep(made, "supplies.prize[market] = 1, 2")
    with pytest.raises(ValueError, match="is no measure"):
        sweep(made, PRICE, measures=["indx"])
    with pytest.raises(ValueError, match="nothing varies"):
        sweep(made, [])
    with pytest.raises(CaseError):
        sweep(Case.blank(), PRICE)


def test_a_sweep_too_large_says_how_long_it_would_take() -> None:
    too_many = r"1,000 runs are more than 500: at .* about .* (seconds|minutes); .*--max-runs 1000"
    with pytest.raises(ValueError, match=too_many):
        sweep(make_or_buy(), [Price(tuple(map(float, range(1, 101)))), "demands.quantity = 1:10:10"])


def test_ctrl_c_keeps_what_is_finished(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(regions_module.Posed, "problem", interrupted)
    found = sweep(make_or_buy(), PRICE)
    assert found.status == "interrupted" and found.runs()["cost"].notna().all()
    assert found.write(tmp_path / "found.xlsx").exists()


# ---------------------------------------------------------------- what people see


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["sweep", *arguments, "--engine", "here"])


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Case.small().write(tmp_path_factory.mktemp("case") / "small")


def test_one_number_on_the_command_line(small: Path, tmp_path: Path) -> None:
    target = tmp_path / "found.xlsx"
    shown = run(str(small), "--vary", "tolls.fee[Toll Japan] = 30000, 90000", "--find-switch", "-o", str(target),
                "--tolerance", "20%")  # fmt: skip
    assert shown.exit_code == 0, shown.output
    assert shown.stdout.startswith("FINISHED, 2 of 2 runs solved") and "Break-even of Toll Japan" in shown.stdout
    book = openpyxl.load_workbook(target)
    assert {"Answer", "runs", "regions", "switches", "break-even", "probes", "decisions"} <= set(book.sheetnames)
    assert len(book["Answer"]._charts) == 2 and len(book["chart data"]._charts) == 1


def test_two_numbers_on_the_command_line(small: Path, tmp_path: Path) -> None:
    target = tmp_path / "found.xlsx"
    shown = run(
        str(small), "--vary", "tolls.fee[Toll Japan] = 30000, 90000", "--vary",
        "supplies.price[Chinese magnets] = 30000, 54000", "-o", str(target), "--measure", "not free",
    )  # fmt: skip
    assert shown.exit_code == 0, shown.output
    assert "Which plan: " in shown.stdout
    sheet = openpyxl.load_workbook(target)["Map"]
    assert sheet["B4"].value in "AB" and sheet["B4"].fill.fgColor.rgb != "00000000"
    assert len(sheet.conditional_formatting) == 3


def test_json_and_folder(small: Path, tmp_path: Path) -> None:
    shown = run(
        str(small), "--vary", "tolls.fee[Toll Japan] = 30000, 90000", "--json", "-o", str(tmp_path / "found"),
        "--decision", "Toll Japan", "--tolerance", "0.5",
    )  # fmt: skip
    answer = json.loads(shown.stdout)
    assert answer["status"] == "finished" and len(answer["runs"]) == 2 and answer["break_even"][0]["kind"] == "route"
    assert {"runs.csv", "decisions.csv", "answer.txt", "break-even.csv"} <= {
        f.name for f in (tmp_path / "found").iterdir()
    }


def test_three_numbers_have_a_table_and_no_picture(small: Path, tmp_path: Path) -> None:
    vary = [x for v in ("tolls.fee", "supplies.price", "operations.cost[press]") for x in ("--vary", f"{v} x 0.9, 1.1")]
    shown = run(str(small), *vary, "-o", str(tmp_path / "found"))
    assert shown.exit_code == 0, shown.output
    assert "3 things vary" in shown.stderr and "8 of 8 runs" in shown.stdout and "no picture can" in shown.stdout


def test_bad_use_is_told_without_a_traceback(small: Path) -> None:
    shown = run(str(small), "--vary", "supplies.prise[Chinese magnets] = 1, 2")
    assert shown.exit_code == 2 and "did you mean 'price'" in shown.stderr
    assert run(str(small), "--vary", "supplies.price = 1,2", "-o", str(small)).exit_code == 2


def test_nothing_but_ends_cannot_be_searched_between() -> None:
    """An assumption written without values takes its ends and the case as it stands; between these it has no value."""
    with pytest.raises(ValueError, match="give it values to search between"):
        sweep(Case.small(), "Chinese magnet price", find_switch=True)


def test_an_output_that_cannot_be_is_refused_before_anything_is_solved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("magnet_sourcing.studies.sweep.sweeping.sweep", lambda *_, **__: pytest.fail("solved"))
    Case.small().write(tmp_path / "small.xlsx")
    (tmp_path / "kept").write_text("not a folder")
    (tmp_path / "room.xlsx").mkdir()
    outputs = {"plan.pdf": "as .xlsx or as a folder", "kept": "is a file", "room.xlsx": "is a folder"}
    outputs["kept/x.xlsx"] = "nothing can be written"
    for name, said in outputs.items():
        result = run(str(tmp_path / "small.xlsx"), "--vary", "tolls.fee = 1, 2", "-o", str(tmp_path / name))
        assert result.exit_code == 2 and said in result.output
    assert (tmp_path / "kept").read_text() == "not a folder"
