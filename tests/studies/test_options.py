"""`options`: prices worked out by hand, properties on random cases, the command line."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from magnet_sourcing import Case, options
from magnet_sourcing.cli import main
from magnet_sourcing.studies.choices.options import Entry

from ..miniatures.cases import case, need, offer, plant, route
from ..properties.random_cases import Tables, cases

few = settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)


def three_ways(**more: Any) -> Case:
    """Ten magnets: through East (2 each, 5 to sign), through West (3 each, 1 to sign), or pressed at home (4 each).

    The cheapest plan is East, 25. West alone costs 31, the press alone 40.
    """
    return case(
        plant("press", {"magnet": 1}, capacity=10, cost=4),
        demands=[need(10)],
        routes=[route("East", signing_cost=5), route("West", signing_cost=1)],
        supplies=[offer("eastern", 2, route="East"), offer("western", 3, route="West")],
        **more,
    )


def prices(made: Case, **asked: Any) -> dict[str, Entry]:
    return {e.option.name: e for e in options(made, gap=0, **asked).entries}


def exactly(entry: Entry, price: float, chosen: bool) -> bool:
    return entry.in_optimum is chosen and (entry.low, entry.high) == pytest.approx((price, price), abs=1e-6)


def test_two_routes_and_a_plant() -> None:
    """Without East: West, 31 - 25. With West signed too: 1 (it lies idle). Half of the press: 5*4 + 5*2 + 5 - 25.

    Without the country of both routes: the press, 40 - 25. Something at home: half of the press.
    """
    found = prices(three_ways())
    assert exactly(found["East"], 6, True)
    assert exactly(found["West"], 1, False) and found["West"].idle
    assert exactly(found["press"], 10, False)
    assert exactly(found["Away"], 15, True)
    assert exactly(found["Home"], 10, False)
    assert {n for n, e in found.items() if e.verdict == "must-do"} == {"East", "Away"}
    assert {n for n, e in found.items() if e.verdict == "never-do"} == {"West", "press", "Home"}


def test_offers_of_a_route_are_chosen_with_it() -> None:
    assert set(prices(three_ways())) == {"East", "West", "press", "Away", "Home"}


def test_the_side_the_optimum_is_on_costs_nothing() -> None:
    found = prices(three_ways())
    assert found["East"].insist == (0, 0) and found["press"].ban == (0, 0)
    assert found["East"].ban == pytest.approx((6, 6)) and found["press"].insist == pytest.approx((10, 10))


def test_use_says_how_much_of_a_plant_is_insisted_on() -> None:
    """All of the press: 10*4 + nothing else - 25 = 15; a fifth: 2*4 + 8*2 + 5 - 25 = 4."""
    assert exactly(prices(three_ways(), use=1.0)["press"], 15, False)
    assert exactly(prices(three_ways(), use=0.2)["press"], 4, False)


def test_a_route_insisted_on_in_earnest_is_used() -> None:
    """A quarter of West's ten tonnes: 5 + 1 + 2.5*3 + 7.5*2 - 25 = 3.5, instead of 1 for signing it to lie idle; the
    press is priced as before, and Away is in the plan anyway."""
    made = three_ways()
    made.tables["supplies"]["limit"] = 10.0
    found = prices(made, earnest=0.25)
    assert exactly(found["West"], 3.5, False) and not found["West"].idle
    assert exactly(found["press"], 10, False) and exactly(found["East"], 6, True)


def test_a_country_with_nothing_but_an_idle_contract_is_idle() -> None:
    """Signing costs 1 and what it brings 10 each; a quarter of its 8 t in earnest costs 1 + 2*10 - 2*2 = 17."""
    made = case(
        demands=[need(10)],
        routes=[route("Far", signing_cost=1)],
        supplies=[offer("far", 10, route="Far", limit=8), offer("market", 2)],
    )
    assert exactly(prices(made)["Away"], 1, False) and prices(made)["Away"].idle
    assert exactly(prices(made, earnest=0.25)["Away"], 17, False)


def test_what_no_plan_can_do_without_is_a_must() -> None:
    """The demand has no penalty and the press is its only source."""
    found = prices(case(plant("press", {"magnet": 1}, capacity=10, cost=4), demands=[need(10)]))
    assert found["press"].impossible and found["press"].verdict == "must-do" and math.isinf(found["press"].low)
    assert found["Home"].impossible and found["Home"].in_optimum


def test_what_no_plan_can_have_is_never_done() -> None:
    """Two magnets are needed and nothing may be thrown away: half of a press of ten cannot be used."""
    made = case(
        plant("press", {"magnet": 1}, capacity=10, cost=4), demands=[need(2)], supplies=[offer("cheap", 1, limit=2)]
    )
    found = prices(made)
    assert found["press"].impossible and found["press"].verdict == "never-do" and not found["press"].in_optimum


def test_an_expansion_is_insisted_on_by_a_module_or_its_least_size() -> None:
    """Bought, ten magnets cost 20. A line of 10 t/y for 30 that makes them for nothing: 30 - 20. Of a range from 5 t/y
    at 4 each, 5*4 + 5*2 - 20 = 10. Continuous up to 20 t/y at 4 each, a twentieth, one tonne: 4 + 9*2 - 20 = 2."""
    for sizing, sizes, price in (
        ("all-or-nothing", {"max_size": 10, "fixed_cost": 30}, 10),
        ("modular", {"max_size": 10, "max_modules": 2, "fixed_cost": 30}, 10),
        ("range", {"min_size": 5, "max_size": 20, "unit_cost": 4}, 10),
        ("continuous", {"max_size": 20, "unit_cost": 4}, 2),
    ):
        made = case(
            plant("press", {"magnet": 1}),
            demands=[need(10)],
            supplies=[offer("market", 2)],
            expansions=[{"expansion": "line", "facility": "press", "sizing": sizing, **sizes}],
        )
        assert exactly(prices(made)["line"], price, False), sizing


def test_an_offer_is_insisted_on_by_half_of_its_limit() -> None:
    """Four of eight dear ones: 4*3 + 6*1 - 10. Without the cheap ones ten cannot be had."""
    made = case(demands=[need(10)], supplies=[offer("cheap", 1, limit=10), offer("dear", 3, limit=8)])
    found = prices(made)
    assert exactly(found["dear"], 8, False)
    assert found["cheap"].impossible and found["cheap"].verdict == "must-do"


def test_a_tie_is_a_free_choice() -> None:
    made = case(demands=[need(10)], supplies=[offer("one", 2, limit=10), offer("other", 2, limit=10)])
    found = prices(made)
    assert {found["one"].verdict, found["other"].verdict} == {"free"}
    assert found["one"].high == pytest.approx(0, abs=1e-6)


def test_a_route_that_must_be_signed_cannot_be_banned() -> None:
    made = three_ways()
    made.tables["routes"]["must_sign"] = ["no", "yes"]
    found = prices(made)
    assert found["West"].verdict == "must-do" and found["West"].impossible


def test_several_futures_are_priced_in_expectation() -> None:
    """Cheap magnets are gone in one of two equally likely futures: 0.5*10 + 0.5*30 = 20; without them always 30."""
    made = case(
        demands=[need(10)],
        supplies=[offer("cheap", 1), offer("dear", 3)],
        scenarios=[{"scenario": "calm", "probability": 0.5}, {"scenario": "embargo", "probability": 0.5}],
        disruptions=[
            {"scenario": "embargo", "table": "supplies", "where": "supply = cheap", "column": "limit",
             "operation": "set", "value": 0},
        ],
    )  # fmt: skip
    ledger = options(made, gap=0, scenarios="all")
    assert ledger.optimum.cost == pytest.approx(20)
    assert exactly(ledger["cheap"], 10, True)


def test_limits_hold_for_forced_plans_too() -> None:
    """One future as if certain: without the cheap offer the press and West remain, whatever the tables say."""
    made = three_ways(
        scenarios=[{"scenario": "no East", "probability": 1}],
        disruptions=[
            {"scenario": "no East", "table": "supplies", "where": "supply = eastern", "column": "limit",
             "operation": "set", "value": 0},
        ],
    )  # fmt: skip
    found = prices(made, scenario="no East")
    assert exactly(found["West"], 9, True)


def test_worth_separates_free_from_costly() -> None:
    found = prices(three_ways(), worth=0.25)  # 6.25 of 25
    assert found["East"].verdict == "free" and found["Away"].verdict == "must-do"


def test_only_names_what_is_asked() -> None:
    assert set(prices(three_ways(), only=["Away", "press"])) == {"Away", "press"}


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"only": ["pres"]}, "did you mean 'press'"),
        ({"only": []}, "at least one"),
        ({"use": 0}, "use 0"),
        ({"worth": -1}, "worth -1"),
        ({"earnest": 0}, "earnest 0"),
        ({"workers": 0}, "workers 0"),
        ({"gap": -1}, "gap -1"),
        ({"scenario": "x", "scenarios": "all"}, "not both"),
        ({"china_cap": 0.5}, "exposed_country"),
    ],
)
def test_wrong_options_are_refused(asked: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        options(three_ways(), **asked)


def test_a_case_without_a_plan_says_so() -> None:
    ledger = options(case(demands=[need(10)]))
    assert ledger.optimum.status == "infeasible" and not ledger.entries


def test_two_workers_give_the_same_ledger() -> None:
    one, two = (options(Case.small(), workers=n).table for n in (1, 2))
    assert one.equals(two)


def test_ctrl_c_keeps_what_is_finished(monkeypatch: pytest.MonkeyPatch) -> None:
    from magnet_sourcing.studies.choices import options as module

    calls = iter(range(10))
    really = module.solved

    def interrupted(task: Any) -> Any:
        if next(calls) == 2:
            raise KeyboardInterrupt
        return really(task)

    monkeypatch.setattr(module, "solved", interrupted)
    ledger = options(three_ways())
    assert [e.verdict == "not finished" for e in ledger.entries] == [False, False, True, True, True]
    assert not ledger.finished


def test_a_price_across_the_threshold_is_looked_at_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """West costs 1, the threshold is 0.5. With a bound 10 too low at first, the price is 0 to 1; a second look with a
    tenth of the gap finds 1."""
    from magnet_sourcing.studies.choices import options as module

    really = module.solved

    def loose(task: Any) -> Any:
        outcome = really(task)
        if task.options.gap == 1e-3:
            outcome.bound -= 10
        return outcome

    monkeypatch.setattr(module, "solved", loose)
    told: list[str] = []
    ledger = options(three_ways(), worth=0.02, only=["West"], progress=lambda done, of, what: told.append(what))
    assert told == ["the optimum", "with West", "with West, again"]
    assert ledger["West"].verdict == "never-do" and ledger["West"].low == pytest.approx(1)


def test_verdicts() -> None:
    option = options(three_ways(), only=["West"]).entries[0].option

    def verdict(low: float | None, high: float | None, in_optimum: bool = False) -> str:
        return Entry(option, in_optimum, "optimal", low, high, worth=10, free_below=20).verdict

    assert verdict(11, 12) == "never-do" and verdict(11, None, True) == "must-do"
    assert verdict(0, 9) == verdict(5, 10) == verdict(0, 20) == "free"
    assert verdict(5, 15) == verdict(0, 21) == verdict(0, None) == "not settled"
    assert verdict(None, None) == "not finished"


@few
@given(cases())
def test_forcing_never_gains_and_contains_the_truth(made: tuple[dict[str, Any], Tables]) -> None:
    """The interval of a coarse gap holds the price found exactly, where both look at the same side."""
    read = Case.from_rows(*made)
    exact, coarse = options(read, gap=0), options(read, gap=0.02)
    assert exact.optimum.audit.passed
    for a, b in zip(exact.entries, coarse.entries, strict=True):
        assert a.low >= 0 and a.high >= a.low - 1e-6
        assert (0, 0) in (a.ban, a.insist)
        if a.in_optimum is b.in_optimum and not a.impossible:
            slack = 1e-6 * max(1.0, abs(exact.optimum.cost))
            assert b.low - slack <= a.high and a.low <= b.high + slack, a.option.name


# ---------------------------------------------------------------- the command line


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Case.small().write("case.xlsx")
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


def test_the_command_says_status_first_and_writes_the_ledger(folder: Path) -> None:
    result = run("options", "case.xlsx")
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("OPTIMAL, objective US$")
    assert "Why Toll Japan? Doing without it costs US$ 3.59-3.60 million more (2.0%)" in result.stdout
    book = openpyxl.load_workbook("case-options.xlsx")
    assert book.sheetnames[0] == "Answer" and {"ledger", "solver"} <= set(book.sheetnames)
    assert "1/9" in result.stderr


def test_json_only_and_folders(folder: Path) -> None:
    result = run("options", "case.xlsx", "--only", "Toll Japan, Japan", "--json", "-o", "ledger")
    answer = json.loads(result.stdout)
    assert [o["name"] for o in answer["options"]] == ["Toll Japan", "Japan"] and answer["finished"]
    assert Path("ledger/ledger.csv").exists() and Path("ledger/answer.txt").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--only", "Toll Japn"), 2, "did you mean 'Toll Japan'"),
        (("--use", "much"), 2, "give a share"),
        (("--worth", "-1"), 2, "worth"),
        (("--workers", "0"), 2, "workers"),
        (("-o", "case.xlsx"), 2, "would replace the case"),
        (("--scenarios", "embrago"), 2, "did you mean 'embargo'"),
    ],
)
def test_wrong_use_is_2(folder: Path, arguments: tuple[str, ...], code: int, said: str) -> None:
    result = run("options", "case.xlsx", *arguments)
    assert result.exit_code == code and said in result.stderr


def test_an_infeasible_case_is_4(folder: Path) -> None:
    made = Case.small()
    made.tables["demands"]["penalty"] = None
    made.tables["supplies"]["limit"] = 1
    made.write("bad")
    result = run("options", "bad")
    assert result.exit_code == 4 and not Path("bad-options.xlsx").exists()
