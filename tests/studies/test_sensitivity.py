"""Sensitivity: bars, switch-over points and ranging against arithmetic by hand; screening against solving in full."""

from __future__ import annotations

import json
from copy import copy
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from magnet_sourcing import Case, CaseError, Sensitivity, sensitivity, solve
from magnet_sourcing.changes import changed
from magnet_sourcing.cli import main
from magnet_sourcing.studies.runs.executing import Done
from magnet_sourcing.studies.sensitivity import studying
from magnet_sourcing.studies.sensitivity.bars import Bar, End, could_be_longer, proved_longest
from magnet_sourcing.studies.sensitivity.findings import findings, headline, tornado_text
from magnet_sourcing.studies.sensitivity.tables import changes_table, tables

from ..miniatures.cases import Row, case, need, offer, plant
from ..properties.random_cases import SETTINGS, Tables, cases

EXACT: dict[str, Any] = {"gap": 1e-7}
BARE: dict[str, Any] = {"gap": 1e-7, "spider": 0, "switch_over": 0, "ranging": 0}


def assumed(name: str, table: str, where: str, column: str, low: float, high: float, **more: Any) -> Row:
    return {"assumption": name, "table": table, "where": where, "column": column, "operation": "multiply",
            "low": low, "high": high, **more}  # fmt: skip


def price_of(name: str, low: float, high: float, **more: Any) -> Row:
    return assumed(f"price of {name}", "supplies", f"supply = {name}", "price", low, high, **more)


# 10 t at 7, 20 t at 5 and 1 t at 100, each bought: 70 + 100 + 100 = 270.
BASKET = {
    "supplies": [offer("a", 7.0, "A"), offer("b", 5.0, "B"), offer("c", 100.0, "C")],
    "demands": [need(10.0, "A"), need(20.0, "B"), need(1.0, "C")],
}
PRICES = [price_of("a", 0.5, 2.0), price_of("b", 0.9, 1.2), price_of("c", 0.2, 1.1)]


def make_or_buy(price: float, *rows: Row, build: Row | None = None, **more: Any) -> Case:
    """10 t/y for three years, bought at a price or made in a plant of 1,200 that can be built at once: even at 40."""
    line = {"expansion": "line", "facility": "works", "sizing": "all-or-nothing", "max_size": 10.0,
            "fixed_cost": 1200.0, "life": 3.0, **(build or {})}  # fmt: skip
    return case(
        plant("works", {"magnet": 1.0}),
        years=3, expansions=[line], supplies=[offer("market", price)], demands=[need(10)], assumptions=rows, **more,
    )  # fmt: skip


@pytest.fixture(scope="module")
def basket() -> Sensitivity:
    return sensitivity(case(BASKET, assumptions=PRICES), **BARE)


@pytest.fixture(scope="module")
def screened() -> Sensitivity:
    """Only the longest bar in full."""
    return sensitivity(case(BASKET, assumptions=PRICES), top=1, **BARE)


def bar(found: Sensitivity, name: str) -> Bar:
    return next(b for b in found.bars if b.range.name == name)


def said(found: Sensitivity) -> str:
    return "\n".join(line for lines in findings(found).values() for line in lines)


# ---------------------------------------------------------------- closed forms


def test_the_tornado_of_a_basket_is_price_times_quantity(basket: Sensitivity) -> None:
    rows = basket.tornado().set_index("range")
    assert list(rows.index) == ["price of a", "price of c", "price of b"]  # 105, 90 and 30 long
    assert rows["change_low"].tolist() == pytest.approx([-35.0, -80.0, -10.0])
    assert rows["change_high"].tolist() == pytest.approx([70.0, 10.0, 20.0])
    assert rows["length"].tolist() == pytest.approx([105.0, 90.0, 30.0])
    assert rows["length_least"].tolist() == pytest.approx([105.0, 90.0, 30.0])  # linear programmes leave no gap
    assert basket.plan.cost == pytest.approx(270.0)


def test_ranges_in_another_order_give_the_same_tornado(basket: Sensitivity) -> None:
    other = sensitivity(case(BASKET, assumptions=PRICES[::-1]), **BARE)
    pd.testing.assert_frame_equal(basket.tornado(), other.tornado())
    weak = basket.table("weak numbers")
    pd.testing.assert_frame_equal(weak, other.table("weak numbers").assign(cells=weak["cells"]))


def test_what_is_only_screened_is_proved_shorter(screened: Sensitivity) -> None:
    found = screened
    assert [b.range.name for b in found.bars if b.full] == ["price of a"]
    assert proved_longest(found.bars) == 1 and could_be_longer(found.bars) == []
    assert bar(found, "price of c").most == pytest.approx(90.0)
    assert "The longest bar is proved longer than those of all 2 ranges only screened" in said(found)
    assert "none of them can move cost by more than US$ 90.00" in said(found)


def test_a_decision_flips_at_its_break_even() -> None:
    made = make_or_buy(60.0, price_of("market", 0.5, 1.5))
    found = sensitivity(made, spider=0, tolerance=0.01, ranging=0, **EXACT)
    rows = found.tornado()
    assert rows["change_low"].iloc[0] == pytest.approx(-300.0)  # 900 for buying at 30, not 1,200 for the plant
    assert rows["change_high"].iloc[0] == pytest.approx(0.0)
    (turn,) = found.switch_overs[0].turns
    assert turn.answer == "changes" and turn.by == 2030
    multiples = [turn.range.value(p) for p in (turn.turns, turn.holds)]
    assert multiples[0] <= 40 / 60 <= multiples[1] and multiples[1] - multiples[0] < 0.01
    assert [d.text for d in turn.becomes] == ["do not build line (10 t/y in 2030 as things stand)"]
    assert turn.then == "do not build line (10 t/y in 2030 before)"
    changes = changes_table(found).set_index("end")
    assert changes.loc["low", "verdict"] == "decisions change"
    assert changes.loc["low", "staying_costs"] == pytest.approx(300.0)
    assert changes.loc["high", "verdict"] == "no decision needs to change"


def test_several_switch_over_points_on_one_range_are_found_in_turn() -> None:
    """Lines of 6 (480, life 3: even at 26.7 a tonne) and 4 t/y (480: even at 40): two turns as the price rises."""
    made = case(
        plant("small", {"magnet": 1.0}), plant("large", {"magnet": 1.0}), years=3,
        expansions=[
            {"expansion": f"{name} line", "facility": name, "sizing": "all-or-nothing", "max_size": size,
             "fixed_cost": 480.0, "life": 3.0}
            for name, size in (("small", 4.0), ("large", 6.0))
        ],
        supplies=[offer("market", 20.0)], demands=[need(10)], assumptions=[price_of("market", 0.9, 3.0)],
    )  # fmt: skip
    found = sensitivity(made, spider=0, tolerance=0.04, ranging=0, **EXACT)
    turns = [t for t in found.switch_overs[0].turns if t.answer == "changes"]
    at = [t.range.value(t.turns) * 20 for t in turns]
    assert at == pytest.approx([480 / 18, 40.0], rel=0.1)
    assert [[d.name for d in t.becomes] for t in turns] == [["large line"], ["small line"]]


def test_a_spider_shows_the_bend_where_a_decision_turns() -> None:
    """At 30, 45, 60, 75, 90 a tonne: bought for 900, else made for 1,200."""
    found = sensitivity(make_or_buy(60.0, price_of("market", 0.5, 1.5)), switch_over=0, ranging=0, **EXACT)
    rows = found.table("spider")
    assert rows["position"].tolist() == [-1.0, -0.5, 0.0, 0.5, 1.0]
    assert rows["cost"].tolist() == pytest.approx([900.0, 1200.0, 1200.0, 1200.0, 1200.0])


def test_ranging_ends_are_those_of_two_suppliers_and_a_plant() -> None:
    """10 t: 3 made at 5, 4 bought at 10 (its limit), 3 at 20 (8 at most), unmet at 50."""
    made = case(
        plant("works", {"magnet": 1.0}, capacity=3.0, cost=5.0),
        supplies=[offer("cheap", 10.0, limit=4.0), offer("dear", 20.0, limit=8.0)],
        demands=[need(10.0, penalty=50.0)], assumptions=[price_of("cheap", 0.9, 1.1)],
    )  # fmt: skip
    found = sensitivity(made, spider=0, switch_over=0, **EXACT)
    rows = found.table("ranging").set_index(["number", "name"])
    assert (rows["confirmed"] == "yes").all() and len(rows) == 4
    cheap, dear = rows.loc[("price", "cheap")], rows.loc[("price", "dear")]
    assert pd.isna(cheap["low"]) and cheap["high"] == pytest.approx(20.0)
    assert (dear["low"], dear["high"]) == pytest.approx((10.0, 50.0))
    works, magnet = rows.loc[("capacity", "works")], rows.loc[("demand", "magnet")]
    assert works["worth"] == pytest.approx(-15.0)  # a tonne more made, a tonne less bought dear
    assert works["high"] == pytest.approx(6.0) and pd.isna(works["low"])  # 8 t dear, if it made nothing, is too little
    assert magnet["worth"] == pytest.approx(20.0)
    assert (magnet["low"], magnet["high"]) == pytest.approx((7.0, 15.0))


def test_indices_that_cannot_be_had_do_not_take_the_rest_along() -> None:
    """Up to 11.5 t are needed and as few as 10.8 t offered: each end alone has a plan, many pairs of them have none."""
    rows = [
        assumed("need", "demands", "", "quantity", 0.9, 1.15, distribution="uniform"),
        assumed("offer", "supplies", "", "limit", 0.9, 1.1, distribution="uniform"),
    ]
    tight = case(supplies=[offer("a", 7.0, limit=12.0)], demands=[need(10.0)], assumptions=rows)
    found = sensitivity(tight, method="morris", samples=8, **BARE)
    assert found.status == "finished" and [b.range.name for b in found.bars] == ["need", "offer"]
    assert found.bars[0].length == pytest.approx(70 * 0.25) and not found.indices
    (said,) = findings(found)["Indices"]
    assert said.startswith("There are none: only ") and "infeasible" in said
    assert set(found.runs["status"]) == {"optimal", "infeasible"}


def test_morris_effects_of_a_basket_are_price_times_quantity() -> None:
    """Straight lines that do not act together: no spread; between the 5 % and 95 % points of a uniform number."""
    rows = [{**row, "distribution": "uniform"} for row in PRICES]
    found = sensitivity(case(BASKET, assumptions=rows), method="morris", samples=8, **BARE)
    table = found.table("morris").query("measure == 'cost'").set_index("factor")
    for name, length in (("a", 105.0), ("b", 30.0), ("c", 90.0)):
        assert table.loc[f"price of {name}", "mu_star"] == pytest.approx(0.9 * length)
        assert table.loc[f"price of {name}", "sigma"] == pytest.approx(0.0, abs=1e-6)
    assert len(found.runs) == 3 * 4 + 3 * 2 + 8 * 4


def test_ranges_that_were_not_solved_are_not_said_to_move_nothing(screened: Sensitivity) -> None:
    """Stopped before any end was solved: what they move is not known."""

    def unsolved(end: End) -> End:
        return End(end.position)

    stopped = copy(screened)
    stopped.bars = [replace(b, low=unsolved(b.low), high=unsolved(b.high)) for b in screened.bars]
    told = findings(stopped)
    assert told["What moves cost most"] == ["Not known: no range was solved in full at both ends."]
    assert "How sure the order is" not in told
    assert tornado_text(stopped) == ["Not known: no range was solved in full at both ends."]


def test_a_number_that_moves_nothing_has_a_sobol_index_of_nothing() -> None:
    """An offer dearer than its rival at both ends is never bought, so the other number makes all of the variance."""
    pytest.importorskip("SALib")
    made = case(
        BASKET, supplies=[offer("never", 90.0, "A")],
        assumptions=[price_of("a", 0.5, 1.5, distribution="uniform"), price_of("never", 0.5, 1.5, distribution="uniform")],
    )  # fmt: skip
    found = sensitivity(made, method="sobol", samples=8, **BARE)
    totals = found.table("sobol").set_index("factor")["total"]
    assert totals["price of never"] == pytest.approx(0.0, abs=1e-9) and totals["price of a"] > 0.5
    assert str(found.design) == "32 runs: 8 samples x (2 factors + 2)"


# ---------------------------------------------------------------- what holding and relaxing say


def test_a_plan_that_was_subsidised_is_held_where_its_capital_is_cheaper() -> None:
    """1,200 less 20 % is built at 960; at half the capital the same plant costs 480, with half the subsidy."""
    cheaper = assumed("capital", "expansions", "expansion = line", "fixed_cost", 0.5, 1.1)
    found = sensitivity(make_or_buy(60.0, cheaper, build={"subsidy": 0.2}), **BARE)
    low = bar(found, "capital").low
    assert low.held is not None and low.held.cost == pytest.approx(480.0)
    assert bar(found, "capital").staying(low) == pytest.approx((0.0, 0.0), abs=1e-3)


def test_a_decision_that_is_no_longer_on_offer_is_not_said_to_hold() -> None:
    late = {"assumption": "line late", "table": "expansions", "where": "expansion = line", "column": "lead_time",
            "operation": "add", "low": 0.0, "high": 3.0}  # fmt: skip
    found = sensitivity(make_or_buy(60.0, late), **BARE)
    row = changes_table(found).iloc[0]
    assert row["verdict"] == "not all decisions can be kept" and pd.isna(row["staying_costs"])
    assert "do not build line" in row["decision"]
    assert found.tornado()["change_high"].iloc[0] == pytest.approx(600.0)  # 30 t at 60


def test_a_size_beyond_what_is_allowed_cannot_be_held() -> None:
    smaller = assumed("size", "expansions", "expansion = line", "max_size", 0.4, 1.0)
    found = sensitivity(make_or_buy(60.0, smaller, build={"sizing": "range", "min_size": 1.0}), **BARE)
    low = bar(found, "size").low
    assert low.held is not None and low.held.status == "infeasible" and "cannot be held" in low.held.detail
    assert low.status == "solved" and low.cost == pytest.approx(1800.0)  # a third of the need is not worth 1,200


few = settings(max_examples=2, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)


@few
@given(cases())
def test_screening_holds_the_truth_between_its_ends(given_case: tuple[dict[str, Any], Tables]) -> None:
    given_settings, given_tables = given_case
    rows = [price_of("Chinese magnets", 0.4, 1.5), assumed("cars", "demands", "demand = cars", "quantity", 0.5, 1.6)]
    made = Case.from_rows(given_settings, {**given_tables, "assumptions": rows})
    found = sensitivity(made, top=1, **{**BARE, "gap": 1e-6})
    for b in found.bars:
        truths = [found.plan.cost]
        for e in b.ends:
            there = changed(made, b.range.changes(e.position), "there", decided=False)
            truth = solve(there, gap=0, tie_break=False).objective
            assert truth is not None
            slack = 1e-5 * max(1.0, abs(truth))
            assert e.bound - slack <= truth <= e.cost + slack, (b.range.name, e.position)
            truths.append(truth)
        length = max(truths) - min(truths)
        assert b.least - 1e-3 - 1e-5 * length <= length <= b.most + 1e-3 + 1e-4 * length
    assert SETTINGS["exposed_country"] and "index" in found.asked.measures


# ---------------------------------------------------------------- ends without an answer


def test_an_end_without_a_plan_is_shown_apart() -> None:
    made = case(BASKET, assumptions=[*PRICES, assumed("need", "demands", "demand = A", "quantity", 0.5, 3.0)],
                limits=[{"limit": "most", "sense": "at most", "value": 20.0}],
                limit_terms=[{"limit": "most", "metric": "bought", "material": "A"}])  # fmt: skip
    found = sensitivity(made, **BARE)
    assert "need" not in found.tornado()["range"].tolist()
    apart = found.table("apart")
    assert apart[["range", "end", "ending"]].to_numpy().tolist() == [["need", "high", "no plan"]]
    assert "Proved to have no plan: need (high" in said(found)
    assert "infeasible" in headline(found)


def test_an_end_that_is_no_valid_case_is_shown_apart() -> None:
    made = make_or_buy(60.0, price_of("market", 0.5, 1.5),
                       assumed("share", "expansions", "expansion = line", "subsidy", 1.0, 8.0),
                       build={"subsidy": 0.2})  # fmt: skip
    found = sensitivity(made, **BARE)
    assert found.table("apart")[["range", "end", "ending"]].to_numpy().tolist() == [["share", "high", "not valid"]]
    assert "subsidy" in found.table("apart")["why"].iloc[0]


def test_a_run_ended_by_the_clock_is_shown_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    execute = studying.execute

    def late(study: Any, *rest: Any) -> Done:
        done = execute(study, *rest)
        results = [
            replace(r, status="time limit") if r is not None and run.label["solve"] == "free" and run.label["position"] > 0
            else r
            for run, r in zip(done.study.runs, done.results, strict=True)
        ]  # fmt: skip
        return replace(done, results=results)

    monkeypatch.setattr(studying, "execute", late)
    found = sensitivity(case(BASKET, assumptions=PRICES), top=1, **BARE)
    assert found.table("apart")[["range", "end", "ending"]].to_numpy().tolist() == [
        ["price of a", "high", "time limit"]
    ]
    assert "price of a" not in found.tornado()["range"].tolist()
    assert "1 time limit" in headline(found) and "Ended by the clock: price of a" in said(found)


def test_an_interrupted_study_keeps_what_is_finished(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    execute = studying.execute

    def stopped(study: Any, *rest: Any) -> Done:
        done = execute(study, *rest)
        return replace(done, results=[*done.results[:-1], None]) if len(done.results) > 6 else done

    monkeypatch.setattr(studying, "execute", stopped)
    found = sensitivity(case(BASKET, assumptions=PRICES), **BARE)
    assert found.status == "interrupted" and len(found.bars) == 3
    assert bar(found, "price of c").apart == "not run" and not bar(found, "price of a").apart
    assert found.write(tmp_path / "s.xlsx").exists()


def test_a_case_without_a_plan_ends_as_it_is() -> None:
    made = case(
        supplies=[offer("a", 1.0, "A", limit=1.0)], demands=[need(2.0, "A")], assumptions=[price_of("a", 0.5, 2)]
    )
    found = sensitivity(made, **BARE)
    assert found.status == "infeasible" and found.bars == []
    assert "INFEASIBLE" in headline(found) and "No plan" in said(found)


# ---------------------------------------------------------------- what is asked


def test_all_that_is_wrong_is_said_at_once() -> None:
    made = case(BASKET, assumptions=PRICES)
    with pytest.raises(ValueError, match="did you mean 'price of a'"):
        sensitivity(made, only=["prise of a"])
    with pytest.raises(ValueError) as reason:
        sensitivity(made, top=-1, spider=-2, years=9, tolerance=3, samples=4)
    for part in ("top -1", "spider -2", "years 9", "tolerance 3", "samples 4"):
        assert part in str(reason.value)
    with pytest.raises(ValueError, match="method 'sobel' is not one of one-way, morris, sobol"):
        sensitivity(made, method="sobel")
    with pytest.raises(ValueError, match="'indx' is no measure; did you mean 'index'"):
        sensitivity(made, measures=["indx"])
    with pytest.raises(ValueError, match="no number of the case carries a range"):
        sensitivity(case(BASKET))


def test_too_many_runs_are_refused_before_any_is_started() -> None:
    """Screening 12, in full 6, half way 6, and 256 x (3 + 2) of the indices."""
    with pytest.raises(ValueError, match="1,304 runs are needed, more than max_runs 1,000"):
        sensitivity(case(BASKET, assumptions=PRICES), method="sobol", max_runs=1000)


def test_a_range_with_one_end_has_one_bar() -> None:
    found = sensitivity(case(BASKET, assumptions=[price_of("a", 1.0, 2.0)]), **BARE)
    row = found.tornado().iloc[0]
    assert (row["change_low"], row["change_high"]) == pytest.approx((0.0, 70.0))
    assert len(found.runs) == 3


# ---------------------------------------------------------------- written


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["sensitivity", *arguments, "--engine", "here"])


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Case.small().write(tmp_path_factory.mktemp("small") / "small.xlsx")


QUICK = ("--spider", "1", "--switch-over", "0", "--ranging", "0")


def test_the_verb_writes_a_workbook_with_charts(small: Path, tmp_path: Path) -> None:
    result = invoke(str(small), "-o", str(tmp_path / "s.xlsx"), *QUICK, "--only", "Chinese magnet price")
    assert result.exit_code == 0, result.output
    assert "FINISHED, " in result.stdout and "Tornado of cost" in result.stdout
    book = openpyxl.load_workbook(tmp_path / "s.xlsx")
    assert {"Answer", "charts", "tornado", "tornado index", "screening", "spider", "weak numbers", "runs"} <= set(
        book.sheetnames
    )
    assert len(book["Answer"]._charts) == 1 and len(book["charts"]._charts) == 3
    assert "Sensitivity" not in book["Answer"]["A1"].value and "which numbers matter" in book["Answer"]["A1"].value


def test_the_verb_answers_as_json_and_as_tables_and_takes_names_with_commas(tmp_path: Path) -> None:
    rows = [{**row, "assumption": name} for row, name in zip(PRICES, ("a, north", "b", "a"), strict=True)]
    path = case(BASKET, assumptions=rows).write(tmp_path / "c.xlsx")
    result = invoke(str(path), "--only", "b, a, north", "--json", "-o", str(tmp_path / "tables"), *QUICK)
    assert result.exit_code == 0, result.output
    answer = json.loads(result.stdout)
    assert answer["status"] == "finished" and [r["range"] for r in answer["tornado"]] == ["a, north", "b"]
    assert pd.read_csv(tmp_path / "tables" / "tornado.csv")["range"].tolist() == ["a, north", "b"]


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("--only", "Chinese magnet prices"), 2, "did you mean 'Chinese magnet price'?"),
        (("--measure", "indx"), 2, "did you mean 'index'?"),
        (("--method", "sobol", "--max-runs", "100"), 2, "runs are needed, more than max_runs 100"),
        (("--samples", "8"), 2, "go with method morris or sobol"),
        (("--method", "sobol", "--samples", "10"), 2, "power of two"),
        (("-o", "s.txt"), 2, "a study is written as .xlsx"),
    ],
)
def test_wrong_use_is_one_message(small: Path, arguments: tuple[str, ...], code: int, message: str) -> None:
    result = invoke(str(small), *QUICK, *arguments)
    assert result.exit_code == code and message in result.stderr, result.output


def test_the_study_never_replaces_its_case(small: Path) -> None:
    result = invoke(str(small), "-o", str(small))
    assert result.exit_code == 2 and "would replace the case" in result.stderr


def test_a_case_that_fails_its_checks_is_refused() -> None:
    made = case(BASKET, assumptions=[assumed("x", "supplies", "supply = nobody", "price", 0.5, 2)])
    with pytest.raises(CaseError):
        sensitivity(made)


def test_the_text_tornado_has_both_ends_on_a_line(screened: Sensitivity) -> None:
    lines = tornado_text(screened)
    assert lines[1].startswith("price of a") and "-35.0 " in lines[1] and " +70.0" in lines[1]
    drawn = lines[1].split("-35.0", 1)[1].rsplit("+70.0", 1)[0]
    assert drawn.count("+") == pytest.approx(2 * drawn.count("-"), abs=2)  # 70 is twice 35
    assert lines[2] == "only screened, decisions held:"
    assert tables(screened)["screening"][1]["verdict"].tolist().count("proved shorter than the longest bars") == 2
