"""Switching values, signposts and the price of what is wanted, against arithmetic by hand."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from magnet_sourcing import Case, CaseError, Switching, switching
from magnet_sourcing.cli import main
from magnet_sourcing.problem import Problem
from magnet_sourcing.session import Options, Status
from magnet_sourcing.studies.ranges.assumed import assumptions
from magnet_sourcing.studies.switching import probing
from magnet_sourcing.studies.switching.bisection import between
from magnet_sourcing.studies.switching.probing import Decided, Prober
from magnet_sourcing.studies.switching.searching import Side
from magnet_sourcing.studies.switching.tables import wanted_table
from magnet_sourcing.studies.switching.writing import sentences

from ..miniatures.cases import Row, case, need, offer, plant, route
from ..properties.random_cases import Tables, cases
from ..properties.test_properties import few

EXACT = {"gap": 1e-7, "tolerance": 0.001}


def assumed(
    name: str, table: str, where: str, column: str, operation: str, low: float, high: float, **more: Any
) -> Row:
    return {"assumption": name, "table": table, "where": where, "column": column, "operation": operation,
            "low": low, "high": high, **more}  # fmt: skip


PRICE = assumed("price", "supplies", "supply = market", "price", "multiply", 0.5, 2)


def make_or_buy(price: float, *rows: Row, build: Row | None = None, **more: Any) -> Case:
    """10 t/y for three years, bought at a price or made in a plant of 1,200 that can be built at once."""
    line = {"expansion": "line", "facility": "works", "sizing": "all-or-nothing", "max_size": 10.0,
            "fixed_cost": 1200.0, "life": 3.0, **(build or {})}  # fmt: skip
    return case(
        plant("works", {"magnet": 1.0}, cost=more.pop("cost", 0)),
        years=3,
        expansions=[line],
        supplies=[offer("market", price)],
        demands=[need(10)],
        assumptions=rows,
        **more,
    )


def deal(price: float = 10.0, rows: Any = (), **terms: Any) -> Case:
    """10 t/y for three years at 20, or under a contract at another price."""
    return case(
        years=3,
        supplies=[offer("market", 20.0), offer("theirs", price, route="deal")],
        routes=[route("deal", **terms)],
        demands=[need(10)],
        assumptions=rows,
    )


def side(found: Switching, direction: str) -> Side:
    return next(s for s in found.searched[0].sides if s.direction == direction)


def brackets(found: Side, value: float) -> bool:
    """Whether a switching value lies in the interval reported."""
    assert found.turns is not None
    return min(found.holds, found.turns) - 1e-6 <= value <= max(found.holds, found.turns) + 1e-6


# ---------------------------------------------------------------- closed forms


def test_the_price_at_which_a_plant_pays() -> None:
    """Bought at 30: 3 x 10 x 30 = 900 against 1,200. Holding 'do not build in 2030' costs 30 p - 1,200 too much (a
    plant of 2031 would cost 1,200 + 10 p, more as long as p < 60), which is worth 3 at p = 40.1."""
    found = switching(make_or_buy(30.0, PRICE), years=1, worth=3.0, **EXACT)
    up, down = side(found, "up"), side(found, "down")
    assert up.answer == "changes" and brackets(up, 40.1 / 30) and abs(up.turns - up.holds) <= 0.0015
    assert up.becomes[0].text == "build line 10 t/y in 2030" and up.by == 2030
    assert up.regret == pytest.approx(min(30 * 60, 1200 + 10 * 60) - 1200)
    assert down.answer == "holds" and down.holds == 0.5 and down.regret == 0 and down.turns is None


def test_the_price_at_which_an_annuity_pays() -> None:
    """An annuity falls in the year it serves: waiting a year loses 10 p - 1,200 CRF(10 %, 3 years), worth 5."""
    yearly = 1200 * 0.1 / (1 - 1.1**-3)
    built = make_or_buy(40.0, PRICE, build={"interest": 0.1}, settings={"capital": "annuity", "discount_rate": 0.1})
    found = switching(built, years=1, worth=5.0, **EXACT)
    assert brackets(side(found, "up"), (yearly + 5) / 10 / 40)


def test_years_are_probed_whole() -> None:
    """A contract of 150 saves 100 a year: a delay of one year leaves 200, of two 100, which is not enough."""
    late = assumed("talks", "routes", "route = deal", "lead_time", "add", 0, 3)
    found = switching(deal(rows=[late], signing_cost=150.0), years=1, worth=1.0, **EXACT)
    up = side(found, "up")
    assert (up.holds, up.turns) == (1, 2)
    assert [p.value for p in found.searched[0].probes] == [1, 2, 3]
    assert up.becomes[0].text == "do not sign deal (in 2030 as things stand)"
    assert up.regret is None  # three years late, signing in 2030 would never bear fruit: the decision is not offered
    assert found.signposts()["if"][0] == "talks: lead time of deal at 2 years or more (now 0 years)"


def test_a_start_is_told_as_a_date() -> None:
    """An offer at 10 instead of 20 needs a contract of 150: from 2030 it saves 300, from 2031 200, from 2032 100."""
    late = assumed("start", "supplies", "supply = theirs", "first_year", "add", 0, 2)
    made = deal(rows=[late], signing_cost=150.0)
    made.tables["supplies"]["first_year"] = [None, 2030]
    found = switching(made, years=1, worth=1.0, **EXACT)
    assert found.signposts()["if"][0] == "start: first year of theirs in 2032 or later (now 2030)"


def test_rows_of_one_name_move_together() -> None:
    """Buying costs 30 (20 + v), making 1,200 + 30 (5 + v/2): equal at v = 50, worth 3 at 50.2."""
    rows = (
        assumed("energy", "supplies", "supply = market", "price", "add", 0, 75),
        assumed("energy", "operations", "facility = works", "cost", "add", 0, 75, factor=0.5),
    )
    made = make_or_buy(20.0, *rows, cost=5.0)
    found = switching(made, years=1, worth=3.0, **EXACT)
    assert brackets(side(found, "up"), 50.2)
    assert found.table()["number_turns_at"][0] == pytest.approx(20 + side(found, "up").turns)


def test_a_decision_that_waits_is_told_as_waiting() -> None:
    """Demand begins in 2031 at the latest price: what moves is the year of the plant."""
    late = assumed("need", "demands", "demand = magnet", "quantity", "multiply", 0, 1, first_year=2030, last_year=2030)
    made = make_or_buy(100.0, late, build={"interest": 0.0}, settings={"capital": "annuity", "discount_rate": 0.0})
    found = switching(made, years=1, worth=3.0, **EXACT)
    assert side(found, "down").becomes[0].text == "build line 10 t/y in 2031 instead of 10 t/y in 2030"


def test_no_change_within_the_range_is_an_answer() -> None:
    row = PRICE | {"low": 0.9, "high": 1.1}
    found = switching(make_or_buy(30.0, row), worth=3.0)
    assert [s.answer for s in found.searched[0].sides] == ["holds", "holds"]
    assert found.signposts().empty
    assert any("price: holds at 0.9 times" in line for line in sentences(found))


def test_where_the_case_is_not_valid_is_an_answer() -> None:
    """A subsidy of 60 % cannot be more than 1/0.6 times as large."""
    row = assumed("subsidy", "expansions", "expansion = line", "subsidy", "multiply", 1, 2)
    found = switching(make_or_buy(30.0, row, build={"subsidy": 0.6}), worth=3.0, **EXACT)
    up = side(found, "up")
    assert up.answer == "not valid" and brackets(up, 1 / 0.6) and "subsidy" in up.detail
    assert any("not valid at" in line for line in sentences(found))


def test_where_no_plan_exists_is_an_answer() -> None:
    """Demand of 10 must be met, and nothing can be built: less than 10 on offer and there is no plan."""
    row = assumed("offer", "supplies", "supply = market", "limit", "multiply", 0.5, 1)
    made = case(supplies=[offer("market", 1.0, limit=12.5)], demands=[need(10)], assumptions=[row])
    found = switching(made, years=1, worth=1.0, **EXACT)
    down = side(found, "down")
    assert down.answer == "no plan" and brackets(down, 0.8)


def test_bisection_ends_at_neighbours() -> None:
    assert between(lambda x: x < 5, 0, 9, 1, whole=True) == (4, 5)
    assert between(lambda x: x > -3, 0, -7, 1, whole=True) == (-2, -3)
    low, high = between(lambda x: x < 0.3, 0, 1, 0.01)
    assert low < 0.3 <= high <= low + 0.01


# ---------------------------------------------------------------- what is wanted


def test_the_lump_sum_of_a_contract() -> None:
    """400 to sign for savings of 300: insisting costs 100; at three quarters of the signing cost it is as good."""
    found = switching(deal(signing_cost=400.0), want=["deal"], **EXACT)
    wanted = found.wanted[0]
    assert not wanted.inside and wanted.price == pytest.approx((100, 100, 100), abs=1e-3)
    assert (wanted.year, wanted.paid) == (2030, pytest.approx(100))
    assert wanted.lever.name == "signing cost" and wanted.after <= 0.75 + 1e-6 <= wanted.before + 2e-6


def test_the_lump_sum_is_paid_in_the_year_of_signing() -> None:
    """A contract that begins in 2031 saves 100 in 2031 and 2032, at 25 %: 80 + 64 - 300 x 0.8 = -96, paid 120."""
    made = deal(signing_cost=300.0, first_year=2031)
    made.settings["discount_rate"] = 0.25
    wanted = switching(made, want=["deal"], **EXACT).wanted[0]
    assert wanted.price[1] == pytest.approx(96) and wanted.paid == pytest.approx(120)


def test_a_token_signing_can_be_ruled_out() -> None:
    """A contract that must buy 10 t a year at 30 loses 300 from 2030, but 100 if signed for 2032 alone."""
    made = deal(price=30.0, minimum=10.0, maximum=10.0)
    assert switching(made, want=["deal"], **EXACT).wanted[0].price[1] == pytest.approx(100)
    assert switching(made, want=["deal"], want_by=2030, **EXACT).wanted[0].price[1] == pytest.approx(300)
    assert "up to 2029" in switching(made, want=["deal"], want_by=2029).wanted[0].note


def tolled(fee: float) -> Case:
    return case(
        years=3,
        supplies=[offer("market", 20.0), offer("oxide", 0.0, "oxide")],
        routes=[route("toller", "tolling", signing_cost=60.0)],
        tolls=[{"toll": "out and back", "route": "toller", "sent": "oxide", "origin": "here", "returned": "magnet",
                "destination": "here", "yield": 1.0, "capacity": 10.0, "fee": fee}],
        demands=[need(10)],
    )  # fmt: skip


def test_the_greatest_fee_of_a_toller() -> None:
    """30 t at 20 less 60 to sign leave 18 a tonne for the fee: 0.72 of 25. At 25 nothing would be sent: it costs 60."""
    wanted = switching(tolled(25.0), want=["toller"], **EXACT).wanted[0]
    assert wanted.price[1] == pytest.approx(60)
    assert wanted.lever.name == "toll fee" and wanted.after <= 0.72 <= wanted.before


def test_how_far_a_fee_may_rise() -> None:
    """Signed at a fee of 12, worth 180; it leaves at 18, one and a half times the fee."""
    found = switching(tolled(12.0), want=["toller"], **EXACT)
    wanted = found.wanted[0]
    assert wanted.inside and wanted.price[1] == pytest.approx(-180)
    assert wanted.before <= 1.5 + 1e-6 and wanted.after >= 1.5 - 1e-6
    assert any("already in the optimum" in line for line in sentences(found))
    assert wanted_table(found)["in_the_optimum"][0] == "yes"


@pytest.mark.parametrize("capped", [None, 10.0])
def test_the_least_subsidy_of_a_plant(capped: float | None) -> None:
    """1,200 against purchases of 900: a quarter of the capital; a cap in money is lifted with it."""
    build = {"subsidy_cap": capped} if capped else {}
    wanted = switching(make_or_buy(30.0, build=build), want=["line"], **EXACT).wanted[0]
    assert wanted.price[1] == pytest.approx(300) and wanted.before <= 0.25 + 1e-6 <= wanted.after + 2e-6


def test_how_dear_a_plant_may_be() -> None:
    """1,200 against purchases of 1,500: a quarter more."""
    wanted = switching(make_or_buy(50.0), want=["line"], **EXACT).wanted[0]
    assert wanted.inside and wanted.before <= 1.25 + 1e-6 and wanted.after >= 1.25 - 1e-6


def test_what_cannot_be_wanted() -> None:
    made = deal(first_year=2050)
    assert "within the horizon" in switching(made, want=["deal"]).wanted[0].note
    assert "without it" in switching(deal(must_sign=True), want=["deal"]).wanted[0].note
    assert "no fee" in switching(deal(price=30.0), want=["deal"]).wanted[0].note
    dear = switching(deal(price=30.0, signing_cost=1.0, minimum=10.0, maximum=10.0), want=["deal"]).wanted[0]
    assert "not even" in dear.note
    with pytest.raises(ValueError, match="did you mean 'deal'"):
        switching(made, want=["deel"])


# ---------------------------------------------------------------- properties


@few
@given(cases())
def test_regret_is_nothing_as_things_stand_and_never_negative(drawn: tuple[dict[str, Any], Tables]) -> None:
    settings, tables = drawn
    tables = copy.deepcopy(tables)
    tables["assumptions"] = [assumed("price", "supplies", "supply = Chinese magnets", "price", "multiply", 0.5, 2)]
    made = Case.from_rows(settings, tables)
    options = Options(gap=1e-6, tie_break=False)
    problem = Problem(made)
    outcome = problem.solve(options)
    assert outcome.values is not None and outcome.objective is not None
    worth = 1e-5 * max(1.0, abs(outcome.objective))
    prober = Prober(Decided(problem, outcome.values, made.periods[:2]), assumptions(made)[0], worth, options)
    assert prober.at(1.0).state == "holds"
    for value in (0.5, 1.0, 2.0):
        probe = prober.at(value)
        assert probe.state in ("holds", "changes")
        assert probe.regret is not None and probe.regret >= 0
        assert probe.bound <= probe.cost + worth and probe.cost <= probe.held + 1e-9 * max(1.0, abs(probe.held))


# ---------------------------------------------------------------- the assumptions table


@pytest.mark.parametrize(
    "rows, words",
    [
        ([PRICE, PRICE | {"column": "limit", "high": 3}], "high '3.0' differs from '2.0' in an earlier row of price"),
        ([assumed("start", "supplies", "supply = market", "first_year", "multiply", 0.5, 2)], "can only be added to"),
        ([assumed("start", "supplies", "supply = market", "first_year", "add", 0, 1.5)], "moves by whole numbers"),
        ([PRICE | {"low": 1.5}], "does not hold the case as it stands"),
        ([PRICE | {"where": "supply = nobody"}], "no row of supplies"),
    ],
)
def test_assumptions_are_checked(rows: list[Row], words: str) -> None:
    with pytest.raises(CaseError, match=words):
        switching(make_or_buy(30.0, *rows))


def test_options_without_sense_are_refused() -> None:
    made = make_or_buy(30.0, PRICE)
    for wrong in ({"years": 0}, {"years": 9}, {"worth": 0.0}, {"tolerance": 0.0}, {"gap": -1.0}, {"only": ["prise"]}):
        with pytest.raises(ValueError):
            switching(made, **wrong)
    with pytest.raises(ValueError, match="lists no assumptions"):
        switching(make_or_buy(30.0))


def test_an_interrupt_keeps_what_is_finished() -> None:
    second = PRICE | {"assumption": "again"}

    def stop(done: int, of: int, what: str) -> None:
        if what.startswith("again"):
            raise KeyboardInterrupt

    found = switching(make_or_buy(30.0, PRICE, second), worth=3.0, progress=stop)
    assert found.status == "interrupted" and [s.assumption.name for s in found.searched] == ["price"]


def test_a_case_without_a_plan_is_no_crash() -> None:
    found = switching(
        case(demands=[need(10)], supplies=[offer("market", 1.0, limit=1.0)], assumptions=[PRICE]), years=1
    )
    assert found.status == "infeasible" and not found.plan.has_plan and not found.searched


# ---------------------------------------------------------------- the command


@pytest.fixture
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Case.small().write("case")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["switching", *arguments])


@pytest.mark.usefixtures("_here")
def test_the_command_opens_on_the_answer() -> None:
    result = run("case", "--only", "toll talks", "-o", "study.xlsx")
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("FINISHED, 1 of 1 assumptions change what is decided in 2027-2029")
    assert "lead time of Toll Japan at 3 years or more" in result.stdout
    assert Path("study.xlsx").exists()


@pytest.mark.usefixtures("_here")
def test_json_and_csv() -> None:
    answer = json.loads(run("case", "--only", "toll talks", "--want", "Toll Japan", "--json", "-o", "study").stdout)
    assert answer["status"] == "finished" and answer["audit"]["passed"] and answer["files"] == ["study"]
    assert answer["wanted"][0]["in_the_optimum"] == "yes"
    assert {"signposts.csv", "switching.csv", "probes.csv", "answer.txt"} <= {p.name for p in Path("study").iterdir()}


@pytest.mark.usefixtures("_here")
def test_wrong_names_are_2_with_the_nearest_right_one() -> None:
    result = run("case", "--only", "tol talks")
    assert result.exit_code == 2 and "did you mean 'toll talks'?" in result.stderr
    assert run("case", "--want", "Toll Japn").exit_code == 2
    assert run("case", "-o", "study.csv").exit_code == 2
    assert run("case", "--years", "20").exit_code == 2


def test_a_held_plan_that_ran_out_of_time_proves_no_change(monkeypatch: pytest.MonkeyPatch) -> None:
    """At twice the price buying costs 1,800 against 1,200; found when time is up without a bound, it says nothing."""
    made = make_or_buy(30, PRICE)
    options = Options(gap=0)
    problem = Problem(made)
    outcome = problem.solve(options)
    assert outcome.values is not None
    prober = Prober(Decided(problem, outcome.values, made.periods[:2]), assumptions(made)[0], 1.0, options)
    right, solves = probing.solved, []

    def late(*given: Any, **how: Any) -> Any:
        found = right(*given, **how)
        solves.append(found)
        return found if len(solves) == 1 else replace(found, status=Status.TIME_LIMIT, bound=0.0)

    monkeypatch.setattr(probing, "solved", late)
    assert prober.at(2.0).state == "not solved"
    monkeypatch.setattr(probing, "solved", right)
    prober.probes.clear()
    assert prober.at(2.0).state == "changes"
