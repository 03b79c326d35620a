"""`montecarlo`: distributions, decision frequencies and regret known in closed form, and what must be kept apart."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest
from click.testing import CliRunner
from magnet_sourcing import Case, MonteCarlo, montecarlo, solve
from magnet_sourcing.changes import Change
from magnet_sourcing.cli import main
from magnet_sourcing.studies.montecarlo import drivers, statistics
from magnet_sourcing.studies.montecarlo.regret import fates, least_greatest
from magnet_sourcing.studies.ranges.conserving import Conserving
from magnet_sourcing.studies.runs import executing
from magnet_sourcing.studies.runs.executing import Where
from magnet_sourcing.studies.runs.study import Result
from magnet_sourcing.studies.stress.plans import Standing

from ..miniatures.cases import case, need, offer, plant, route
from ..miniatures.test_limits import grown, limit

AS_IT_STANDS = "as it stands"


def ranged(table: str, row: str, column: str, low: float, high: float, **more: Any) -> dict[str, Any]:
    """A row of evidence: anything between low and high alike."""
    return {
        "table": table, "row": row, "column": column, "low": low, "high": high, "distribution": "uniform",
        "confidence": "estimate", **more,
    }  # fmt: skip


def price(low: float, high: float, supply: str = "market") -> dict[str, Any]:
    return ranged("supplies", supply, "price", low, high)


def one_supplier(*others: dict[str, Any], evidence: Sequence[dict[str, Any]] = ()) -> Case:
    """Ten magnets at a price anywhere from 5 to 25: a cost of 50 to 250."""
    return case(supplies=[offer("market", 10), *others], demands=[need(10)], evidence=[price(5, 25), *evidence])


def one_route(evidence: Sequence[dict[str, Any]] = (), **more: Any) -> Case:
    """Ten magnets: from the market at a price of 5 to 15 (10 as it stands), or through East, 2 each and 50 to sign.

    East costs 70, so it is signed where the price is above 7: in 80 of 100 worlds.
    """
    return case(
        demands=[need(10)],
        routes=[route("East", signing_cost=50)],
        supplies=[offer("market", 10), offer("eastern", 2, route="East")],
        evidence=[price(5, 15), *evidence],
        **more,
    )


def drawn(made: Case, samples: int, **options: Any) -> MonteCarlo:
    return montecarlo(made, samples, **{"gap": 0.0, "sets": 0, "where": Where("here"), **options})


@pytest.fixture(scope="module")
def routed() -> MonteCarlo:
    """Twenty worlds in twenty equal slices of the price: 7 is the border between the fourth and the fifth."""
    return drawn(one_route(), 20, sets=2, thresholds=[("cost", 60.0), ("unmet", 1.0)])


# ---------------------------------------------------------------- distributions


def test_a_uniform_price_gives_a_uniform_cost() -> None:
    """Latin hypercube: every slice of 5 holds one world. So quantiles are right to two slices (10), and the mean to five
    standard errors of a mean of 40 points uniform in slices: 5 * 5 / sqrt(12 * 40), 1.2."""
    rows = drawn(one_supplier(), 40).tables["summary"].set_index(["measure", "figure"])["value"]["cost"]
    assert rows["mean"] == pytest.approx(150, abs=1.2)
    assert rows["5 % quantile"] == pytest.approx(60, abs=10)
    assert rows["50 % quantile"] == pytest.approx(150, abs=10)
    assert rows["95 % quantile"] == pytest.approx(240, abs=10)


def test_histogram_counts_every_world_once(routed: MonteCarlo) -> None:
    rows = routed.tables["distribution"]
    cost = rows[rows["measure"] == "cost"]
    assert cost["worlds"].sum() == 20 and cost["share_up_to"].iloc[-1] == 1
    assert cost["worlds"].iloc[-1] >= 16  # all worlds that sign cost 70


def test_share_above_a_threshold(routed: MonteCarlo) -> None:
    """Cost is above 60 where the price is above 6: in nine of ten slices. Nothing is ever unmet."""
    rows = routed.tables["thresholds"]
    assert rows["in_worlds"].tolist() == [18, 0]
    said = routed.findings["What it costs, and how much that depends"]
    assert "Cost is above 60.00 US$ in 90 % of worlds" in " ".join(said)


def test_a_cost_above_a_threshold_only_within_the_gap_is_said_to_be_so(routed: MonteCarlo) -> None:
    """No cost is above 70, so with bounds 15 lower none is surely above 60."""
    loose = [None if r is None or r.bound is None else replace(r, bound=r.bound - 15) for r in routed.free.results]
    found = replace(routed, free=replace(routed.free, results=loose))
    assert found.tables["thresholds"]["in_worlds"].tolist() == [18, 0]
    assert found.tables["thresholds"]["surely_in"].tolist() == [0, 0]
    said = " ".join(found.findings["What it costs, and how much that depends"])
    assert "in 18 of these worlds a plan within the gap may be below it" in said


def test_a_monotone_cost_has_rank_correlation_one() -> None:
    made = one_supplier(offer("dear", 1000), evidence=[price(900, 1100, "dear")])
    found = drawn(made, 20)
    first, *others = found.drivers["cost"]
    assert found.ranges[first.range].name == "price of market"
    assert first.correlation == pytest.approx((1, 1, 1)) and first.beyond
    assert not any(d.beyond for d in others)  # a price nobody pays
    assert found.weak.firm_up["name"].tolist() == ["price of market"]


# ---------------------------------------------------------------- decisions


def test_how_often_a_decision_is_taken(routed: MonteCarlo) -> None:
    overall, yearly = routed.frequencies
    assert [(f.kind, f.name, f.worlds, f.stands) for f in overall] == [("sign", "East", 16, True)]
    assert [(f.year, f.worlds) for f in yearly] == [(2030, 16)]
    assert routed.frequencies[0][0].share == statistics.share(16, 20)


def test_decisions_that_go_together(routed: MonteCarlo) -> None:
    assert [(c.taken, len(c.worlds)) for c in routed.clusters] == [
        (frozenset({("sign", "East", 2030)}), 16), (frozenset(), 4),
    ]  # fmt: skip


def test_what_separates_worlds_with_and_without() -> None:
    """Taken above -0.6 of the second of three ranges: found between the two worlds on either side of it."""
    positions = np.random.default_rng(1).uniform(-1, 1, (40, 3))
    yes = positions[:, 1] > -0.6
    (split,) = drivers.separating(positions, {("sign", "East"): yes})
    assert positions[~yes, 1].max() < split.at < positions[yes, 1].min()
    assert (split.range, split.above, split.below, split.right, split.guess) == (1, 1, 0, 1, yes.mean())


def test_a_decision_that_nothing_explains_has_no_split() -> None:
    dice = np.random.default_rng(1)
    positions = dice.uniform(-1, 1, (60, 200))
    assert drivers.separating(positions, {("sign", "coin"): dice.random(60) < 0.5}) == []


# ---------------------------------------------------------------- regret


def test_regret_in_closed_form(routed: MonteCarlo) -> None:
    """Signed, it costs 70 and loses 70 - 10 p below p = 7: 2 on average, 20 at most. Unsigned, it costs 10 p and loses
    10 p - 70 above: 32 on average, 80 at most. A slice is 0.5 wide: the worst is known to 5, and a mean of 20 points,
    each uniform in its slice, to five standard errors, 5 * 5 / sqrt(12 * 20), 1.7."""
    by_plan = {f.plan: f for f in routed.fates}
    signed, unsigned = by_plan[AS_IT_STANDS], by_plan["set 2"]
    for fate, average, worst in ((signed, 2, 20), (unsigned, 32, 80)):
        assert fate.mean() == pytest.approx((average, average), abs=1.7)
        assert fate.worst() == pytest.approx((worst, worst), abs=5)
        assert not fate.impossible and not fate.unknown
    assert signed.cost.tolist() == pytest.approx([70] * 20)
    assert signed.near().low in (0.8, 0.85)  # 1 % of 70 is less than a slice
    assert "Least greatest regret: as it stands" in " ".join(routed.findings["How plans do in all worlds"])


def test_regret_is_an_interval_where_solves_stop_at_a_gap() -> None:
    """Free: found 100, at least 90. One plan costs 95 (proved 94), so the best is 90 to 95: its regret is 0 to 5. The
    other costs 120 to 121: 25 to 31."""
    best = {0: Result(0, "optimal", 100.0, 90.0)}
    held = {"a": {0: Result(1, "optimal", 95.0, 94.0)}, "b": {0: Result(2, "optimal", 121.0, 120.0)}}
    found = fates(best, held)
    assert [f.worst() for f in found] == [(0, 5), (25, 31)]
    assert found[0].near() == (0, 1)
    chosen, sure = least_greatest(found)
    assert chosen is not None and chosen.plan == "a" and sure


def test_plans_that_the_gap_cannot_tell_apart_are_not_called_sure() -> None:
    best = {0: Result(0, "optimal", 100.0, 90.0)}
    found = fates(best, {p: {0: Result(1, "optimal", x, x)} for p, x in (("a", 95.0), ("b", 96.0))})
    chosen, sure = least_greatest(found)
    assert chosen is not None and chosen.plan == "a" and not sure


def test_a_plan_of_a_file_is_held(tmp_path: Path) -> None:
    """The plan of the case at a price of 5 signs nothing: as set 2 above."""
    cheap = one_route()
    cheap.tables["supplies"].loc[0, "price"] = 5.0
    path = solve(cheap, gap=0).write(tmp_path / "buy.xlsx")
    found = drawn(one_route(), 10, plans={"buy": Standing.read(path)})
    fate = next(f for f in found.fates if f.plan == "buy")
    assert fate.worst().high == pytest.approx(80, abs=10)  # a slice is 1 wide


def test_a_plan_of_another_case_is_refused() -> None:
    made = one_route()
    made.tables["routes"].loc[0, "route"] = "West"
    made.tables["supplies"].loc[1, "route"] = "West"
    with pytest.raises(ValueError, match="signing West in 2030 is no decision its case offers"):
        drawn(one_route(), 2, plans={"west": Standing.of("west", solve(made, gap=0))})


def test_a_case_that_is_not_in_the_middle_of_its_ranges_is_said_to_be_so() -> None:
    """10 as it stands in 5 to 25, whose median is 15: ten cost 100 as they stand, 150 at the median."""
    found = drawn(one_supplier(), 10)
    assert found.medians is not None and found.medians.cost == pytest.approx(150)
    (said,) = [x for x in found.findings["What it costs, and how much that depends"] if x.startswith("The ranges lean up")]
    assert "would be 150.00 US$, 50 % more than as the case stands (above all price of market: 10" in said
    assert "median 15" in said and "(100.00 US$ as the case stands)" in found.headline


def test_a_case_in_the_middle_of_its_ranges_is_not_said_to_lean() -> None:
    found = drawn(case(supplies=[offer("market", 10)], demands=[need(10)], evidence=[price(5, 15)]), 4)
    assert "the same within the gap" in found.findings["What it costs, and how much that depends"][2]


# ---------------------------------------------------------------- kept apart


def scarce(*others: dict[str, Any], **more: Any) -> Case:
    """The market has 5 to 15 (12 as it stands), ten are needed whatever happens: half of the worlds cannot be."""
    return case(
        demands=[need(10)], supplies=[offer("market", 1, limit=12), *others],
        evidence=[ranged("supplies", "market", "limit", 5, 15)], **more,
    )  # fmt: skip


def test_worlds_without_a_plan_are_counted_apart() -> None:
    found = drawn(scarce(), 20)
    assert found.endings() == {"infeasible": 10, "optimal": 10}
    assert found.headline.startswith("FINISHED, 10 of 20 worlds solved")
    said = found.findings
    assert "over the 10 worlds solved, without the 10 that were not" in said["What it costs, and how much that depends"][0]
    assert "10 of 20 worlds were solved to the gap; 10 ended infeasible" in said["What it stands on"][0]


def test_worlds_in_which_a_plan_cannot_be_kept_are_counted_apart() -> None:
    """As it stands nothing is signed; where the market has less than ten, East must be: 10 + 50 a world."""
    made = scarce(offer("eastern", 1, route="East"), routes=[route("East", signing_cost=50)])
    found = drawn(made, 20, sets=1)
    fate, signed = found.fates
    assert (len(fate.worlds), len(fate.impossible)) == (10, 10)
    assert fate.mean() == pytest.approx((0, 0), abs=1e-6)
    assert signed.plan == "set 1" or signed.plan == "set 2"
    assert (len(signed.worlds), len(signed.impossible)) == (20, 0)
    said = " ".join(found.findings["How plans do in all worlds"])
    assert "In 10 worlds its decisions cannot be kept; they can in 100 % of worlds where limit of market is above" in said
    assert f"Least greatest regret: {signed.plan}" in said  # the only one that can be kept everywhere


def test_what_rules_held_decisions_out_is_named() -> None:
    """Building is cheap, so the plan builds the 8 t/y allowed; in four of ten worlds fewer are, 4 to 8."""
    made = grown(limit(8, {"metric": "capacity", "expansion": "build"}))
    made.tables["evidence"] = pd.DataFrame([ranged("limits", "limit", "value", 4, 14)])
    found = drawn(made, 10)
    (fate,) = found.fates
    assert fate.why == {"limit limit": 4} and len(fate.worlds) == 6
    details = [found.results[fate.plan][w].detail for w in fate.impossible]
    assert all(re.fullmatch(r"limit limit, \d{4}: 8 with the decisions held, [4-7]\.?\d* allowed", d) for d in details)
    said = " ".join(found.findings["How plans do in all worlds"])
    assert "In 4 worlds its decisions cannot be kept, for limit limit in 4" in said and "simply impossible" in said


def test_nothing_solved_is_said_not_averaged() -> None:
    made = scarce()
    made.tables["evidence"] = made.tables["evidence"].assign(low=5, high=12)
    made.tables["demands"] = made.tables["demands"].assign(quantity=100)
    found = drawn(made, 4)
    assert found.endings() == {"infeasible": 4} and found.fates == []
    assert list(found.findings) == ["What it stands on"]
    assert "has no plan (infeasible)" in " ".join(found.findings["What it stands on"])
    assert found.tables["summary"].empty


# ---------------------------------------------------------------- worlds that can be


def refinery() -> Case:
    """A plant that makes 0.8 t of oxide (all Nd) out of a tonne of ore (0.9 Nd)."""
    return case(
        plant("refine", {"oxide": 0.8}, {"ore": 1}, capacity=10, cost=1),
        elements=[{"element": "Nd"}],
        contents=[{"material": m, "element": "Nd", "content": x} for m, x in (("oxide", 1), ("ore", 0.9))],
        supplies=[offer("mine", 1, "ore")],
        demands=[need(1, "oxide")],
        evidence=[ranged("recipes", "refine, oxide, output", "quantity", 0.6, 1.2)],
    )


def test_no_more_comes_out_than_goes_in() -> None:
    """Of 1.2 t of oxide out of 0.9 t of neodymium 0.9 are left; 0.85 t are what they are."""
    conserving = Conserving(refinery())
    where = "process = refine; material = oxide; direction = output"
    (cut,) = conserving.cuts([Change("recipes", where, "quantity", "set", 1.2)])
    assert (cut.operation, cut.value) == ("multiply", pytest.approx(0.75, rel=1e-6))
    assert conserving.cuts([Change("recipes", where, "quantity", "set", 0.85)]) == []
    assert conserving.cuts([Change("supplies", "", "price", "set", 1.2)]) == []


def test_worlds_that_would_make_matter_are_cut_and_said() -> None:
    """Half of the worlds draw more than 0.9: they make 0.9, so a tonne of oxide costs 2 / 0.9; at 0.6 it costs 2 / 0.6."""
    found = drawn(refinery(), 10)
    assert found.endings() == {"optimal": 10} and len(found.cut) == 5
    assert found.values("cost").min() == pytest.approx(2.0 / 0.9, rel=1e-5)
    assert "In 5 worlds" in " ".join(found.findings["What it stands on"])


def test_what_a_scenario_sets_is_not_drawn() -> None:
    dear = {"table": "supplies", "where": "supply = market", "column": "price", "operation": "set", "value": 20}
    made = one_route(
        evidence=[price(1, 3, "eastern")],
        scenarios=[{"scenario": "dear", "probability": 1}],
        disruptions=[{"scenario": "dear", **dear}],
    )
    found = drawn(made, 10, scenario="dear")
    assert [r.name for r in found.ranges] == ["price of eastern"]
    assert sum(found.still.values(), []) == ["price of market"]
    assert found.values("cost").max() < 81  # East in every world: 50 and ten at 1 to 3


# ---------------------------------------------------------------- the same from any engine


def test_every_engine_gives_the_same_answer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(executing, "QUICK", 0.0)
    here = drawn(one_route(), 6, sets=1)
    pool = drawn(one_route(), 6, sets=1, where=Where("pool", 1, folder=tmp_path / "runs"))
    for name in ("summary", "frequencies", "regret", "runs", "decisions"):
        assert here.tables[name].to_csv() == pool.tables[name].to_csv()
    again = drawn(one_route(), 6, sets=1, where=Where("here", folder=tmp_path / "runs"))
    assert again.tables["runs"].to_csv() == here.tables["runs"].to_csv()
    assert any("taken over" in note for note in again.notes)


def test_the_same_seed_draws_the_same_worlds() -> None:
    first, again, other = (drawn(one_supplier(), 5, seed=seed).positions for seed in (3, 3, 4))
    assert (first == again).all() and not (first == other).all()


# ---------------------------------------------------------------- statistics


def test_share_has_the_interval_of_wilson() -> None:
    """8 of 10: 0.4902 to 0.9433 (Wilson's formula worked out by hand with z = 1.96)."""
    assert statistics.share(8, 10) == pytest.approx((0.8, 0.4902, 0.9433), abs=5e-5)
    assert statistics.share(0, 10)[:2] == (0, 0) and statistics.share(10, 10)[::2] == (1, 1)


def test_quantile_lies_between_order_statistics() -> None:
    """The median of 100 values: between the 40th and the 61st, as tabulated for 95 %."""
    assert statistics.quantile(np.arange(1.0, 101.0), 0.5) == (50.5, 40, 61)


def test_few_values_leave_a_quantile_open() -> None:
    """Of 20 values none is below the 5 % point with probability 0.95^20, 0.36: no lower end is to be had."""
    found = statistics.quantile(np.arange(20.0), 0.05)
    assert found.low is None and found.high is not None and found.margin is None


def test_worlds_needed_grow_with_the_square() -> None:
    """A margin of 10 on 100 is ten times what 1 % is: a hundred times the worlds."""
    assert statistics.needed(50, statistics.Estimate(100, 90, 110)) == 5000


def test_correlation_by_chance() -> None:
    """1.96 / sqrt(n - 1) for one range; with 100 ranges the largest stays below 3.48 / sqrt(n - 1)."""
    assert statistics.by_chance(101, 1) == pytest.approx(0.196, abs=1e-3)
    assert statistics.by_chance(101, 100) == pytest.approx(0.348, abs=1e-3)


# ---------------------------------------------------------------- options and outputs


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"samples": 1}, "samples 1: must be 2 or more"),
        ({"sets": -1}, "sets -1: must be 0 or more"),
        ({"years": 0}, "years 0: must be 1 or more"),
        ({"only": ["price of markt"]}, "did you mean 'price of market'"),
        ({"design": "lsh"}, "did you mean 'lhs'"),
        ({"design": "sobol", "samples": 20}, "power of two"),
        ({"thresholds": [("indx", 1.0)]}, "'indx' is no measure; did you mean 'index'"),
        ({"gap": -1.0}, "gap -1"),
        ({"plans": {AS_IT_STANDS: None}}, "cannot be called 'as it stands'"),
        ({"china_cap": 0.5}, "exposed_country"),
    ],
)
def test_options_without_sense(options: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        montecarlo(one_route(), **{"samples": 4, "where": Where("here"), **options})


def test_a_case_without_ranges_is_refused() -> None:
    with pytest.raises(ValueError, match="no range can move: give low and high in the sheet evidence"):
        montecarlo(case(supplies=[offer("market", 10)], demands=[need(10)]), 4)


def run(*arguments: str) -> Any:
    return CliRunner().invoke(main, list(arguments))


def test_the_command_and_its_workbook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    one_route().write("case.xlsx")
    asked = ("montecarlo", "case.xlsx", "--samples", "12", "--engine", "here", "--gap", "0")
    result = run(*asked, "--threshold", "cost=60", "--only", "price of market")
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("FINISHED, 12 of 12 worlds solved, mean cost")
    book = openpyxl.load_workbook("case-montecarlo.xlsx")
    assert len(book["Answer"]._charts) == 2 and len(book["charts"]._charts) == 1
    assert {"summary", "frequencies", "sets", "regret", "drivers", "worlds", "runs", "decisions"} <= set(book.sheetnames)
    as_json = json.loads(run(*asked, "--json", "-o", "tables").stdout)
    assert as_json["endings"] == {"optimal": 12} and as_json["frequencies"][0]["name"] == "East"
    assert "price of market" in (tmp_path / "tables" / "worlds.csv").read_text()


def test_wrong_use_of_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    one_route().write("case.xlsx")
    for arguments, words in (
        (("--threads", "2"), "give --workers"),
        (("--plan", "nowhere.xlsx"), "no such file"),
        (("--plan", "case.xlsx"), "not a plan that solve wrote"),
        (("--threshold", "cost"), "--threshold 'cost': give MEASURE=VALUE"),
        (("-o", "case.xlsx"), "would replace the case"),
    ):
        result = run("montecarlo", "case.xlsx", *arguments)
        assert result.exit_code == 2 and words in result.output, result.output


def test_all_worlds_infeasible_ends_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    made = scarce()
    made.tables["demands"] = made.tables["demands"].assign(quantity=100)
    made.write("case.xlsx")
    result = run("montecarlo", "case.xlsx", "--samples", "3", "--engine", "here")
    assert result.exit_code == 4 and "0 of 3 worlds solved" in result.stdout


def test_ctrl_c_between_worlds_and_plans_keeps_the_worlds(monkeypatch: pytest.MonkeyPatch) -> None:
    def ctrl_c(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("magnet_sourcing.studies.montecarlo.running._frequent", ctrl_c)
    found = montecarlo(Case.small(), 4)
    assert not found.finished and found.headline.startswith("INTERRUPTED, 4 of 4 worlds solved")
    assert any("Interrupted before plans" in note for note in found.notes)
