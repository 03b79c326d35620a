"""Prices of numbers and entry prices of offers: closed forms, published marginals, and difference quotients."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from magnet_sourcing import Case, Plan, solve, summary
from magnet_sourcing.audit import audit
from magnet_sourcing.changes import Change, Changing
from magnet_sourcing.plan_schema import plan_frame
from magnet_sourcing.prices.holding import held_at
from magnet_sourcing.prices.numbers import amounts
from magnet_sourcing.problem import Problem, Wish
from magnet_sourcing.problems import CaseError
from magnet_sourcing.session import Options, Session, Status

from ..miniatures.cases import best, case, lane, need, offer, outlet, plant, route
from ..properties.random_cases import cases

EXACT = Options(gap=0.0, tie_break=False)


def price(plan: Plan, name: str, column: str, period: int | None = None) -> tuple[str, float]:
    """Effect and price of one number; ('nothing', 0) if it has none."""
    t = plan.tables["prices"]
    t = t[(t["name"] == name) & (t["column"] == column)]
    t = t[t["period"].isna()] if period is None else t[t["period"] == period]
    return (t.iloc[0]["effect"], float(t.iloc[0]["price"])) if len(t) else ("nothing", 0.0)


def enters(plan: Plan, name: str, period: int = 2030) -> float:
    t = plan.tables["entry_prices"]
    return float(t.loc[(t["name"] == name) & (t["period"] == period), "enters_below"].iloc[0])


# ---------------------------------------------------------------- closed forms


def test_a_tonne_of_capacity_is_worth_the_penalty_less_its_cost() -> None:
    """60 of 100 t are made at 10, the rest is short at 500: one more tonne saves 490, one more of demand costs 500."""
    plan = best(case(plant("works", {"magnet": 1}, capacity=60, cost=10), demands=[need(100, penalty=500)]))
    assert price(plan, "works", "capacity", 2030) == ("saves", pytest.approx(490))
    assert price(plan, "magnet", "quantity", 2030) == ("costs", pytest.approx(500))


def test_capacity_carries_its_fixed_cost() -> None:
    """The same with 30 a year for a tonne of capacity, used or not; idle, it costs just that."""
    parts = plant("works", {"magnet": 1}, capacity=60, cost=10, fixed_cost=30)
    assert price(best(case(parts, demands=[need(100, penalty=500)])), "works", "capacity", 2030) == (
        "saves",
        pytest.approx(460),
    )
    assert price(best(case(parts, demands=[need(40, penalty=500)])), "works", "capacity", 2030) == (
        "costs",
        pytest.approx(30),
    )


def test_prices_are_of_the_year_and_count_discounted() -> None:
    """Escalation 10 %, discounting 5 %, a second period of 2 years from 2031: cheap is 10, dear is 50, both at the prices
    of the year. One more cheap tonne in 2031 saves 40 * 1.1 in each of its years, counted 1/1.05 + 1/1.05^2."""
    made = case(
        periods=[{"period": 2030}, {"period": 2031, "years": 2}],
        settings={"discount_rate": 0.05, "escalation": 0.1},
        supplies=[offer("cheap", 10, limit=60), offer("dear", 50)],
        demands=[need(100)],
    )
    plan = best(made)
    assert price(plan, "cheap", "limit", 2031) == ("saves", pytest.approx(44))
    rows = plan.tables["prices"]
    cheap = rows[(rows["name"] == "cheap") & (rows["period"] == 2031)].iloc[0]
    assert cheap["discounted"] == pytest.approx(44 * (1 / 1.05 + 1 / 1.05**2))
    assert cheap["worth"] == pytest.approx(cheap["discounted"] * 0.6)
    assert price(plan, "magnet", "quantity", 2030) == ("costs", pytest.approx(50))


def test_a_demand_is_priced_by_the_tonne_of_its_year() -> None:
    """Quantity 100 growing 10 % a year: the tonne of 2031 costs the price, not 1.1 times the price."""
    plan = best(case(years=2, supplies=[offer("only", 7)], demands=[need(100, growth=0.1)]))
    row = plan.tables["prices"].set_index("period").loc[2031]
    assert (row["amount"], row["price"]) == (pytest.approx(110), pytest.approx(7))


def test_a_reserve_is_priced_over_the_horizon() -> None:
    """A mine of 150 t for two years of 100 t, otherwise 20 dearer: a tonne in the ground saves the later, lesser 20."""
    parts = plant("mine", {"magnet": 1}, capacity=100, reserve=150)
    made = case(parts, years=2, settings={"discount_rate": 0.25}, supplies=[offer("other", 20)], demands=[need(100)])
    assert price(best(made), "mine", "reserve") == ("saves", pytest.approx(20 / 1.25))


def test_a_minimum_costs_and_an_outlet_saves() -> None:
    """40 t must be bought at 30 where 10 would do; 5 of by-product can be sold at 8, the rest is thrown away at 2."""
    plan = best(
        case(
            plant("works", {"magnet": 1, "cerium": 0.5}, capacity=100),
            materials=[{"material": "cerium", "disposal_cost": 2}],
            supplies=[offer("promised", 30, minimum=40)],
            sales=[outlet("market", 8, "cerium", limit=5)],
            demands=[need(100)],
        )
    )
    assert price(plan, "promised", "minimum", 2030) == ("costs", pytest.approx(30 - 0.5 * 2))
    assert price(plan, "market", "limit", 2030) == ("saves", pytest.approx(10))


def test_a_plant_of_a_route_is_worth_its_share_of_the_period() -> None:
    """A two-year period, a contract that begins after its first year: capacity counts half, and so does its price."""
    made = case(
        plant("works", {"magnet": 1}, capacity=60, cost=10, route="partner"),
        periods=[{"period": 2030, "years": 2}],
        routes=[route("partner", "foreign plant", lead_time=1)],
        demands=[need(100, penalty=500)],
    )
    plan = best(made)
    assert plan.tables["route_use"]["active"].tolist() == [0.5]
    assert price(plan, "works", "capacity", 2030) == ("saves", pytest.approx(490 / 2))


def test_a_lane_and_its_switch() -> None:
    """A lane with a yearly cost is used at its 40 t: the price is the saving on a tonne, not the yearly cost."""
    parts = lane({"magnet": 2}, capacity=40, yearly_cost=100)
    made = case(parts, supplies=[offer("far", 5, location="mine"), offer("near", 20)], demands=[need(100)])
    assert price(best(made), "lane", "capacity", 2030) == ("saves", pytest.approx(13))


def test_caps_are_priced_by_the_percentage_point() -> None:
    """100 t, China at 10, others at 30: capped at 40 % a point more is 1 t, saving 20 a year."""
    made = case(
        settings={"exposed_country": "China"},
        stages=[{"stage": "magnet", "order": 1, "weight": 1}],
        elements=[{"element": "NdPr"}],
        materials=[{"material": "magnet", "stage": "magnet"}],
        contents=[{"material": "magnet", "element": "NdPr", "content": 0.3}],
        supplies=[offer("chinese", 10, origin="China"), offer("others", 30)],
        demands=[need(100)],
    )
    capped = best(made, china_cap=0.4)
    assert price(capped, "china cap", "index", 2030) == ("saves", pytest.approx(20))
    assert price(best(made, at_most={"index": 0.4}), "index", "index") == ("saves", pytest.approx(20))
    # A premium of 100 a tonne of NdPr is 30 a tonne: the Chinese tonne costs 40, and would enter at no more than 0.
    assert enters(best(made, china_price=100), "chinese") == pytest.approx(0)


def test_the_limit_of_a_case_has_a_price() -> None:
    made = case(
        supplies=[offer("cheap", 10), offer("dear", 50)],
        demands=[need(100)],
        limits=[{"limit": "quota", "sense": "at most", "value": 30}],
        limit_terms=[{"limit": "quota", "metric": "bought", "supply": "cheap"}],
    )
    assert price(best(made), "quota", "value", 2030) == ("saves", pytest.approx(40))


# ---------------------------------------------------------------- entry prices


def test_an_offer_enters_below_what_it_replaces_less_its_way() -> None:
    """At home 20; from the mine freight is 3: an offer of 30 there would enter below 17, although nothing flows there."""
    made = case(
        lane({"magnet": 3}), supplies=[offer("far", 30, location="mine"), offer("near", 20)], demands=[need(100)]
    )
    plan = best(made)
    assert enters(plan, "far") == pytest.approx(17)
    assert plan.tables["entry_prices"]["name"].tolist() == ["far"]  # the lane has nothing to move


def test_a_sale_enters_above() -> None:
    """A tonne to sell is bought at 20: the outlet that pays 5 enters above 20."""
    plan = best(case(supplies=[offer("near", 20)], sales=[outlet("market", 5, limit=50)], demands=[need(100)]))
    assert enters(plan, "market") == pytest.approx(20)
    assert plan.tables["entry_prices"]["side"].tolist() == ["above"]


def test_what_a_decision_closes_has_no_entry_price() -> None:
    """A route that is not signed: its offer is closed, whatever it asked."""
    made = case(
        routes=[route("deal", signing_cost=1e6)],
        supplies=[offer("theirs", 30, route="deal", limit=100), offer("near", 20)],
        demands=[need(100)],
    )
    assert best(made).tables["entry_prices"].empty


@pytest.mark.parametrize("step", [-0.01, 0.01])
def test_just_below_it_is_used_and_just_above_it_is_not(step: float) -> None:
    """Every purchase and sale of the small case with an entry price, the plan's whole numbers held."""
    made = Case.small()
    plan, problem, values = solved(made)
    entries = plan.tables["entry_prices"]
    entries = entries[entries["kind"].isin(["supply", "sale", "toll"])]
    assert len(entries)
    for r in entries.itertuples():
        key, column = {"supplies": ("supply", "price"), "sales": ("sale", "price"), "tolls": ("toll", "fee")}[r.table]
        value = r.enters_below + step
        if value < 0:
            continue
        change = Change(r.table, f"{key} = {r.name}", column, "set", value, r.period, r.period)
        other = Problem(Changing(made, decided=False).case([change], "entry"), Wish())
        _, found = left(other, values, problem)
        sources = {"supply": "purchases.buy", "sale": "sales.sell", "toll": "tolls.send"}[r.kind].split(".")
        variables = getattr(getattr(other.model.scenarios["base"], sources[0]), sources[1])
        amount = found[variables[r.name, r.period]]
        assert (amount > 1e-6) == ((step < 0) == (r.side == "below"))


def six_offers() -> Case:
    """One is used at 10; the others ask 11, 20, 30, 40 and 50, and would enter at 10."""
    return case(
        supplies=[offer(f"at {price}", price) for price in (30, 11, 10, 50, 20, 40)], demands=[need(100, penalty=500)]
    )


def test_of_many_offers_the_nearest_are_listed_and_the_others_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Away from entering by 1/11, 1/2, 2/3, 3/4 and 4/5 of what they ask."""
    full = best(six_offers())
    assert full.tables["entry_prices"]["name"].tolist() == ["at 30", "at 11", "at 50", "at 20", "at 40"]
    assert full.options["prices"] == "with the whole-number decisions held"
    assert summary.not_priced(full) == []
    monkeypatch.setattr("magnet_sourcing.prices.tables._LISTED", 2)
    some = best(six_offers())
    assert some.tables["entry_prices"]["name"].tolist() == ["at 11", "at 20"]
    said = (
        "entry prices of the 2 of 5 unused offers nearest to entering; the others are at least 66.7 % of what they ask "
        "away from it"
    )
    assert some.options["prices"] == f"with the whole-number decisions held; {said}"
    assert summary.priced(some)[-1] == f"Listed are {said}."


def test_what_is_left_out_is_no_nearer_than_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the small case, degenerate as cases are: listed one by one, against all of them."""
    table = solve(Case.small()).tables["entry_prices"]
    away = {(r.kind, r.name, r.period): abs(r.asked - r.enters_below) / (abs(r.asked) or 1.0) for r in table.itertuples()}
    for listed in range(1, len(away)):
        monkeypatch.setattr("magnet_sourcing.prices.tables._LISTED", listed)
        plan = solve(Case.small())
        there = {(r.kind, r.name, r.period) for r in plan.tables["entry_prices"].itertuples()}
        said = plan.options["prices"].partition("at least ")[2].partition(" %")[0]
        assert len(there) == listed
        assert min(x for offer, x in away.items() if offer not in there) >= float(said or 0) / 100 - 5e-4


# ---------------------------------------------------------------- published


def test_the_marginals_of_the_transport_problem_are_the_published_ones() -> None:
    """Dantzig's problem as GAMS prints it: marginals of demand 0.225, 0.153 and 0.126 thousand dollars a case; of supply
    EPS (none) at either plant; of the two shipments not made 0.036 and 0.009."""
    plan = best(Case.read(Path(__file__).parent.parent / "published" / "gams_trnsport"))
    for market, marginal in (("new-york", 0.225), ("chicago", 0.153), ("topeka", 0.126)):
        assert price(plan, market, "quantity", 2000) == ("costs", pytest.approx(marginal))
    assert price(plan, "seattle", "limit", 2000) == price(plan, "san-diego", "limit", 2000) == ("nothing", 0.0)
    for shipment, marginal in (("seattle - topeka, goods", 0.036), ("san-diego - chicago, goods", 0.009)):
        rows = plan.tables["entry_prices"].set_index("name").loc[shipment]
        assert rows["asked"] - rows["enters_below"] == pytest.approx(marginal)


# ---------------------------------------------------------------- difference quotients


def solved(made: Case, **wish: Any) -> tuple[Plan, Problem, np.ndarray]:
    """The plan as `solve` gives it, and the problem with the values of the same whole numbers."""
    plan = solve(made, gap=0, **wish)
    assert plan.status == "optimal" and plan.audit is not None and plan.audit.passed, plan.audit
    problem = Problem(made, Wish(**wish))
    values = problem.solve(Options(gap=0.0), prefer=True).values
    assert values is not None
    return plan, problem, values


def left(problem: Problem, values: np.ndarray, like: Problem) -> tuple[float, np.ndarray]:
    """Least cost with the whole numbers held, and the values; infinite if there is no plan."""
    assert len(problem.matrix.cost) == len(like.matrix.cost)
    whole = np.flatnonzero(problem.matrix.whole)
    outcome = Session(problem.matrix.held(whole, np.round(values[whole])), EXACT).solve()
    if outcome.status is Status.INFEASIBLE:
        return float("inf"), values
    assert outcome.objective is not None and outcome.values is not None
    return outcome.objective, outcome.values


def moved(made: Case, values: np.ndarray, like: Problem) -> float | None:
    """Least cost of a changed case with the whole numbers held; None if the change is none that a price is about: not
    allowed, or of a number that was 0 and brings columns with it."""
    try:
        problem = Problem(made, Wish())
    except CaseError:
        return None
    return left(problem, values, like)[0] if len(problem.matrix.cost) == len(values) else None


def brackets(made: Case, step: float) -> Iterator[tuple[str, float, float, float]]:
    """Of every number: what it is, its price as a slope, and the difference quotients below and above it.

    The least cost is convex in the side of a row, so the slope must lie between them, whichever of several it is.
    """
    plan, problem, values = solved(made)
    rows, scenario = made.resolved(), problem.model.scenarios["base"]
    table = plan.tables["prices"]
    slopes = {
        (r.table, r.name, r.column, None if pd.isna(r.period) else int(r.period)): r.discounted
        * (1 if r.effect == "costs" else -1)
        * (100 if r.unit == "percentage point" else 1)
        for r in table.itertuples()
    }
    changing = Changing(made, decided=False)
    middle, _ = left(problem, values, problem)
    for position, ((name, i, column, t), number) in enumerate(amounts(rows, scenario.data.needed)):
        slope = slopes.pop((name, number.name, column, t), 0.0)
        if slope == 0.0 and position % 4:  # of those without a price, every fourth
            continue
        quotients = []
        for sign in (-1, 1):
            raised = dict(changing.before[name][i])
            if name == "demands" and raised["growth"]:
                raised |= {
                    "quantity": {u: scenario.data.needed(rows[name][i], u) for u in changing.periods},
                    "growth": 0.0,
                }
            held = raised[column]
            raised[column] = held + sign * step if t is None else held | {t: held[t] + sign * step}
            cost = moved(changing.case_of({(name, i): raised}, "moved"), values, problem)
            quotients.append(sign * float("inf") if cost is None else sign * (cost - middle) / step)
        yield f"{number.name} {column} {t}", slope, quotients[0], quotients[1]
    assert not slopes


def in_between(made: Case, step: float) -> int:
    """Checks every number; returns how many have a price that both quotients agree on."""
    sharp = 0
    for what, slope, below, above in brackets(made, step):
        room = 1e-5 * max(1.0, abs(slope))
        assert below - room <= slope <= above + room, what
        sharp += slope != 0 and abs(above - below) <= 10 * room
    return sharp


def test_prices_of_the_small_case_are_its_difference_quotients() -> None:
    assert in_between(Case.small(), 1e-2) >= 12


@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(cases())
def test_prices_of_random_cases_are_their_difference_quotients(made: tuple[dict[str, Any], Any]) -> None:
    in_between(Case.from_rows(*made), 1e-3)


# ---------------------------------------------------------------- the rest


def test_other_objectives_have_no_prices_and_say_why() -> None:
    plan = best(case(supplies=[offer("only", 7)], demands=[need(100, penalty=9)]), objective="unmet")
    assert plan.tables["prices"].empty and plan.tables["entry_prices"].empty
    assert plan.options["prices"] == "none: the objective is not cost but unmet"


def test_prices_are_left_out_if_not_wanted_or_of_a_large_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    made = case(supplies=[offer("only", 7)], demands=[need(100, penalty=9)])
    assert best(made, prices=False).options["prices"] == "none: not asked"
    monkeypatch.setattr("magnet_sourcing.solving._PRICED", 1)
    large = best(made)
    assert large.tables["prices"].empty and large.tables["entry_prices"].empty
    why = "more than 1 variables, where prices have to be asked for (--prices)"
    assert large.options["prices"] == f"none: {why}"
    assert summary.priced(large) == [f"No prices were worked out: {why}."]
    assert len(best(made, prices=True).tables["prices"])
    with pytest.raises(ValueError, match="one future"):
        solve(Case.small(), scenarios="all", prices=True)


def test_the_basis_of_the_solve_leaves_nothing_to_solve_for_prices() -> None:
    """Counted in simplex steps; without the basis there are many."""
    problem = Problem(Case.small(), Wish())
    outcome = problem.solve(EXACT)
    assert outcome.values is not None
    steps = []
    for basis in (outcome.basis, None):
        kept = held_at(problem.matrix, outcome.values, EXACT, basis)
        assert kept is not None
        steps.append(kept.session.steps)
    assert steps[0] == 0 < steps[1]
    assert pickle.loads(pickle.dumps(outcome)).objective == outcome.objective


@pytest.mark.parametrize(
    ("table", "column", "factor", "said"),
    [
        ("prices", "discounted", 1.01, "discounted"),
        ("prices", "price", -1.0, "not more than 0"),
        ("entry_prices", "asked", 1.01, "asked"),
        ("entry_prices", "enters_below", 10.0, "wrong side"),
    ],
)
def test_the_audit_catches_prices_that_were_changed(table: str, column: str, factor: float, said: str) -> None:
    plan = solve(Case.small())
    tables = {name: frame.copy() for name, frame in plan.tables.items()}
    tables[table].loc[0, column] *= factor
    assert any(said in text for text in audit(plan.case, tables, objective=None).failures)


def test_the_audit_catches_a_price_of_the_wrong_sign() -> None:
    plan = solve(Case.small())
    tables = {name: frame.copy() for name, frame in plan.tables.items()}
    prices = tables["prices"]
    row = prices.index[(prices["table"] == "sales") & (prices["column"] == "limit")][0]
    prices.loc[row, "effect"] = "costs"
    failures = audit(plan.case, tables, objective=None).failures
    assert any("the effect is costs, of more limit it is saves" in text for text in failures)


def test_the_audit_catches_a_price_of_what_does_not_bind_and_an_entry_price_of_what_is_used() -> None:
    """A quota with room to spare cannot have a price; an offer that is used has nothing to enter."""
    made = case(
        supplies=[offer("cheap", 10, limit=30), offer("dear", 50)],
        demands=[need(100)],
        limits=[{"limit": "quota", "sense": "at most", "value": 40}],
        limit_terms=[{"limit": "quota", "metric": "bought", "supply": "cheap"}],
    )
    plan = best(made)
    quota = ("limit", "limits", "quota", "value", 2030, 40, "unit of the limit", "saves", 1.0, 1.0, 0.4, "")
    used = ("supply", "supplies", "dear", "magnet", 2030, 50, 40, "below", "/t")
    for name, row, said in (("prices", quota, "does not bind"), ("entry_prices", used, "is used")):
        failures = audit(made, plan.tables | {name: plan_frame(name, [row])}, objective=None).failures
        assert any(said in text for text in failures), failures


def test_a_plan_of_several_futures_has_no_prices() -> None:
    plan = solve(Case.small(), scenarios="all", gap=0.01)
    assert plan.tables["prices"].empty


def test_what_would_help_most_is_told_once_for_each_number() -> None:
    """Two years, one plant too small: one sentence, for the year in which the tonne is worth more, and the other named."""
    made = case(
        plant("works", {"magnet": 1}, capacity=60, cost=10), years=2, demands=[need(100, penalty={2030: 500, 2031: 600})]
    )
    assert summary.helping(best(made)) == [
        "works in 2031: one t/y more of capacity saves up to US$ 590 a year (less in 2030)."
    ]


def test_prices_come_back_from_a_file(tmp_path: Path) -> None:
    plan = solve(Case.small())
    for path in (tmp_path / "plan.xlsx", tmp_path / "plan"):
        again = Plan.read(plan.write(path))
        assert again.audit is not None and again.audit.passed, again.audit.failures
        for name in ("prices", "entry_prices"):
            pd.testing.assert_frame_equal(again.tables[name], plan.tables[name], rtol=1e-12)
