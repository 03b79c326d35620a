"""Ways out of cases without a plan: amounts from closed forms, each fix confirmed by solving the changed case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from magnet_models.relief import FAMILIES as RELIEVED
from magnet_sourcing import Case, solve
from magnet_sourcing.changes import changed
from magnet_sourcing.problem import Problem, Wish
from magnet_sourcing.problems import CaseError
from magnet_sourcing.session import Options, Session
from magnet_sourcing.studies.explain.findings import Fix, Number, Step
from magnet_sourcing.studies.explain.fixes import applied, ending, round_out
from magnet_sourcing.studies.explain.relaxing import FAMILIES, WaysOut, ways_out

from ..miniatures.cases import FIRST, case, lane, need, offer, outlet, plant, route

N = Number
OPTIONS = Options(gap=0.0)
NO_WISH = Wish()
Y = FIRST


def found(made: Case, wish: Wish = NO_WISH, **how: Any) -> WaysOut:
    return ways_out(made, wish, OPTIONS, **how)


def by_family(ways: WaysOut) -> dict[str, Fix]:
    assert ways.feasible is False and not ways.unsettled, ways
    return {fix.family: fix for fix in ways.alone}


def three(elements: Sequence[str] = ("NdPr",), **tables: Any) -> Case:
    """The issue's case: India 40, Malawi 20, China 100 t/y of magnets, 100 t/y needed."""
    return case(
        plant("India", {"magnet": 1}, capacity=40, stage="magnet"),
        plant("Malawi", {"magnet": 1}, capacity=20, stage="magnet", location="Lilongwe"),
        plant("China", {"magnet": 1}, capacity=100, stage="magnet", location="Baotou"),
        lane({"magnet": 0}, origin="Baotou"),
        {
            "lanes": [{"lane": "from Malawi", "origin": "Lilongwe", "destination": "here"}],
            "freight": [{"lane": "from Malawi", "material": "magnet", "cost": 0}],
            "locations": [
                {"location": "Baotou", "country": "China"},
                {"location": "Lilongwe", "country": "Malawi"},
            ],
        },
        stages=[{"stage": "magnet", "order": 1, "weight": 1}],
        elements=[{"element": e} for e in elements],
        materials=[{"material": "magnet", "stage": "magnet"}],
        contents=[{"material": "magnet", "element": e, "content": 0.1} for e in elements],
        demands=[need(100)],
        settings={"exposed_country": "China"},
        **tables,
    )


CHINA_LIMIT = {
    "limits": [{"limit": "China", "sense": "at most", "value": 0.3}],
    "limit_terms": [{"limit": "China", "metric": "share", "country": "China"}],
}

# ---------------------------------------------------------------- the answers


@pytest.mark.parametrize("family", ["limits", "cap"])
def test_the_known_answers(family: str) -> None:
    """100 needed, 60 outside China. China <= 30 % of a demand d gives 60 + 0.3 d >= d, so d <= 600/7: 100/7 t too much.
    Otherwise 40 % must come from China, or 10 t more from elsewhere (70 + 30)."""
    wish = Wish(china_cap={Y: 0.3}) if family == "cap" else NO_WISH
    ways = found(three(**({} if family == "cap" else CHINA_LIMIT)), wish)
    fixes = by_family(ways)
    assert set(fixes) == {"demand", "capacity", family}
    assert fixes["demand"].bound == pytest.approx(100 / 7, rel=1e-6)
    assert fixes["demand"].amount == pytest.approx(100 / 7, rel=1e-5)
    assert fixes["demand"].steps[0].after == pytest.approx(600 / 7, rel=1e-5)
    assert fixes["capacity"].amount == pytest.approx(10) and fixes["capacity"].unit == "t"
    assert {s.number.name for s in fixes["capacity"].steps} <= {"India", "Malawi"}
    assert fixes[family].amount == pytest.approx(0.1) and fixes[family].unit == "fraction"
    assert fixes[family].steps[0].after == pytest.approx(0.4)
    assert all(f.status == "optimal" and f.cost is not None for f in ways.alone)


def test_repairs_differ_in_what_they_change() -> None:
    """The least relative to the numbers changed: demand 1/7, capacity 10/40, the limit 1/3; each other numbers."""
    ways = found(three(**CHINA_LIMIT))
    assert [f.amount for f in ways.several] == pytest.approx([1 / 7, 0.25, 1 / 3], rel=1e-5)
    changed_numbers = [{s.number for s in f.steps} for f in ways.several]
    assert all(not a & b for i, a in enumerate(changed_numbers) for b in changed_numbers[i + 1 :])


@pytest.mark.parametrize("conflicts", [1, 2, 3])
def test_disjoint_conflicts_add_up(conflicts: int) -> None:
    """A year, an offer and a place of its own for each: 4, 5, 6 t short."""
    places = [{"location": f"place {i}", "country": "Home"} for i in range(conflicts)]
    made = case(
        locations=places,
        supplies=[offer(f"offer {i}", 1, location=f"place {i}", limit=6 - i) for i in range(conflicts)],
        demands=[need(10, demand=f"need {i}", location=f"place {i}") for i in range(conflicts)],
    )
    fixes = by_family(found(made))
    short = sum(4 + i for i in range(conflicts))
    for family in ("demand", "supply"):
        assert fixes[family].amount == pytest.approx(short)
        assert len(fixes[family].steps) == conflicts


# ---------------------------------------------------------------- one family at a time


def _custody() -> dict[str, Any]:
    return {
        "settings": {"exposed_country": "China"},
        "stages": [{"stage": "magnet", "order": 1, "weight": 1}],
        "elements": [{"element": "NdPr"}],
        "materials": [{"material": "magnet", "stage": "magnet"}],
        "contents": [{"material": "magnet", "element": "NdPr", "content": 0.3}],
    }


def _under_contract(**more: Any) -> dict[str, Any]:
    return {"routes": [route("deal", **more)], "supplies": [offer("theirs", 1, route="deal")]}


def _grown(sizing: str, **more: Any) -> Any:
    expansion = {"expansion": "more", "facility": "mill", "sizing": sizing, "life": 10, **more}
    return case(plant("mill", {"magnet": 1}), expansions=[expansion], demands=[need(10)])


# family, case, wish, amount, number changed, value after
ONE_BY_ONE: list[tuple[str, Case, Wish, float, Number, float]] = [
    ("supply", case(supplies=[offer("o", 1, limit=6)], demands=[need(10)]), NO_WISH, 4,
     N("supplies", "o", "limit", Y), 10),
    ("supply", case(supplies=[offer("o", 1, total=6)], demands=[need(10)]), NO_WISH, 4, N("supplies", "o", "total"), 10),
    ("minimum purchases", case(supplies=[offer("o", 1, minimum=10)], demands=[need(6)]), NO_WISH, 4,
     N("supplies", "o", "minimum", Y), 6),
    ("capacity", case(plant("mill", {"magnet": 1}, capacity=6), demands=[need(10)]), NO_WISH, 4,
     N("facilities", "mill", "capacity", Y), 10),
    ("capacity", case(plant("mill", {"magnet": 1}), demands=[need(10)]), NO_WISH, 10,
     N("facilities", "mill", "capacity", Y), 10),
    ("capacity", case(plant("mill", {"magnet": 1}, capacity=6, availability=0.5), demands=[need(10)]), NO_WISH, 14,
     N("facilities", "mill", "capacity", Y), 20),
    ("capacity", case(plant("mill", {"magnet": 1}, capacity=99, operation={"limit": 6}), demands=[need(10)]), NO_WISH, 4,
     N("operations", "mill, mill", "limit", Y), 10),
    ("capacity", case(plant("mill", {"magnet": 1}, capacity=6, route="deal"), routes=[route("deal")], demands=[need(10)]),
     NO_WISH, 4, N("facilities", "mill", "capacity", Y), 10),
    ("reserve", case(plant("pit", {"magnet": 1}, capacity=99, reserve=6), demands=[need(10)]), NO_WISH, 4,
     N("facilities", "pit", "reserve"), 10),
    ("minimum load", case(plant("mill", {"magnet": 1}, capacity=10, min_load=1, min_load_rule="always"), demands=[need(6)]),
     NO_WISH, 4, N("facilities", "mill", "min_load"), 0.6),
    ("expansions", _grown("range", max_size=6), NO_WISH, 4, N("expansions", "more", "max_size"), 10),
    ("expansions", _grown("continuous", max_size=6), NO_WISH, 4, N("expansions", "more", "max_size"), 10),
    ("modules", _grown("modular", max_size=4, max_modules=1), NO_WISH, 2, N("expansions", "more", "max_modules"), 3),
    ("lanes", case(lane({"magnet": 1}, capacity=6), supplies=[offer("o", 1, location="mine")], demands=[need(10)]),
     NO_WISH, 4, N("lanes", "lane", "capacity", Y), 10),
    ("lanes", case(lane({"magnet": 1}, {"capacity": 6}, opening_cost=5), supplies=[offer("o", 1, location="mine")],
                   demands=[need(10)]), NO_WISH, 4, N("freight", "lane, magnet", "capacity", Y), 10),
    ("minimum shipments", case(lane({"magnet": 1}, minimum=10), supplies=[offer("o", 1, location="mine")],
                               demands=[need(6)]),
     NO_WISH, 4, N("lanes", "lane", "minimum", Y), 6),
    ("routes", case(demands=[need(10)], **_under_contract(maximum=6)), NO_WISH, 4, N("routes", "deal", "maximum", Y), 10),
    ("routes", case(
        routes=[route("toll", kind="tolling")], supplies=[offer("o", 1, "oxide")], demands=[need(10)],
        tolls=[{"toll": "q", "route": "toll", "sent": "oxide", "origin": "here", "returned": "magnet",
                "destination": "here", "yield": 2, "capacity": 3}]),
     NO_WISH, 2, N("tolls", "q", "capacity", Y), 5),
    ("minimum quantities", case(demands=[need(6)], **_under_contract(minimum=10)), NO_WISH, 4,
     N("routes", "deal", "minimum", Y), 6),
    ("partner hurdle", case(demands=[need(10)], routes=[route("deal", partner_cost=6, clears_hurdle=True)],
                            supplies=[offer("theirs", 1, route="deal")]),
     NO_WISH, 50, N("routes", "deal", "clears_hurdle"), 0),
    ("stocks", case(stocks=[{"stock": "k", "material": "magnet", "initial": 6, "minimum": 10}]), NO_WISH, 4,
     N("stocks", "k", "minimum", Y), 6),
    ("stocks", case(stocks=[{"stock": "k", "material": "magnet", "initial": 6, "final": 10}]), NO_WISH, 4,
     N("stocks", "k", "final"), 6),
    ("stocks", case(stocks=[{"stock": "k", "material": "magnet", "initial": 10, "capacity": 6}]), NO_WISH, 4,
     N("stocks", "k", "capacity", Y), 10),
    ("sales", case(plant("mill", {"magnet": 1, "slag": 1}, capacity=20), demands=[need(10)],
                   sales=[outlet("b", 1, "slag", limit=6)]),
     NO_WISH, 4, N("sales", "b", "limit", Y), 10),
    ("sales", case(plant("mill", {"magnet": 1, "slag": 1}, capacity=20), demands=[need(10)],
                   sales=[outlet("b", 1, "slag", total=6)]),
     NO_WISH, 4, N("sales", "b", "total"), 10),
    ("minimum sales", case(supplies=[offer("o", 1, limit=6)], sales=[outlet("b", 1, minimum=10)]), NO_WISH, 4,
     N("sales", "b", "minimum", Y), 6),
    ("service", case(supplies=[offer("o", 1, limit=6)], demands=[need(10, penalty=50, min_service=0.8)]), NO_WISH, 2,
     N("demands", "magnet", "min_service", Y), 0.6),
    ("demand", case(supplies=[offer("o", 1, limit=6)], demands=[need(10, penalty=50, min_service=0.8)]), NO_WISH, 2.5,
     N("demands", "magnet", "quantity", Y), 7.5),
    ("demand", case(supplies=[offer("o", 1, limit=6)], periods=[{"period": Y, "years": 3}], demands=[need(10)]), NO_WISH, 12,
     N("demands", "magnet", "quantity", Y), 6),
    ("free delivery", case(
        supplies=[offer("free", 9, limit=4), offer("Chinese", 1, origin="China")],
        locations=[{"location": "far", "country": "China"}],
        demands=[need(10, min_free=0.5)], **_custody()), NO_WISH, 1, N("demands", "magnet", "min_free", Y), 0.4),
    ("at most", case(supplies=[offer("o", 10)], demands=[need(10)]), Wish(at_most={"cost": 60.0}), 40,
     N("options", "cost", "at_most"), 100),
    ("limits", case(supplies=[offer("o", 10)], demands=[need(10)],
                    limits=[{"limit": "purse", "sense": "at most", "value": 60}],
                    limit_terms=[{"limit": "purse", "metric": "cost"}]), NO_WISH, 40, N("limits", "purse", "value", Y), 100),
    ("limits", case(supplies=[offer("o", 1, limit=6)], limits=[{"limit": "work", "sense": "at least", "value": 10}],
                    limit_terms=[{"limit": "work", "metric": "bought"}], sales=[outlet("b", 1)]), NO_WISH, 4,
     N("limits", "work", "value", Y), 6),
    ("limits", case(supplies=[offer("o", 1, limit=6)], limits=[{"limit": "work", "sense": "equal", "value": 10}],
                    limit_terms=[{"limit": "work", "metric": "bought"}], sales=[outlet("b", 1)]), NO_WISH, 4,
     N("limits", "work", "value", Y), 6),
    ("limits", case(supplies=[offer("o", 1)], demands=[need(10)], years=2,
                    limits=[{"limit": "both", "sense": "at most", "value": 12, "scope": "horizon"}],
                    limit_terms=[{"limit": "both", "metric": "bought"}]), NO_WISH, 8, N("limits", "both", "value", Y), 20),
    # The contract must be signed, and nothing signed this late would become active.
    ("groups", case(supplies=[offer("o", 1)], demands=[need(10)], routes=[route("deal", must_sign=True, lead_time=5)]),
     NO_WISH, 1, N("routes", "deal", "must_sign"), 0),
]  # fmt: skip


@pytest.mark.parametrize("asked", ["all", "one"])
@pytest.mark.parametrize("i", range(len(ONE_BY_ONE)), ids=[f"{x[0]}: {x[4].table}.{x[4].column}" for x in ONE_BY_ONE])
def test_one_family(i: int, asked: str) -> None:
    """The family alone: what must change, by how much. Asked with all families, and by itself."""
    family, made, wish, amount, number, after = ONE_BY_ONE[i]
    ways = found(made, wish, families=None if asked == "all" else [family], alternatives=0)
    fix = by_family(ways)[family]
    (step,) = fix.steps
    assert (step.number, step.after) == (number, pytest.approx(after, abs=1e-9))
    assert fix.amount == pytest.approx(amount)
    assert fix.bound == pytest.approx(amount)
    if step.unit != "yes/no" and number.column != "max_modules":
        assert not works(made, wish, fix, 0.99)


def works(made: Case, wish: Wish, fix: Fix, share: float) -> bool:
    """Whether the case has a plan with a share of the fix's changes."""
    steps = [_scaled(s, share) for s in fix.steps]
    return ending(*applied(made, wish, steps), OPTIONS)[1] is not None


def _scaled(step: Step, share: float) -> Step:
    after = step.before + share * (step.after - step.before)
    return replace(step, after=after, change=None if step.change is None else replace(step.change, value=after))


def test_every_family_is_tested_and_told() -> None:
    assert set(FAMILIES) == set(RELIEVED) == {x[0] for x in ONE_BY_ONE} | {"cap"}


# ---------------------------------------------------------------- whole numbers


def test_a_conflict_of_whole_numbers_alone() -> None:
    """One and a half modules of 4 would do, but modules are whole and must be run full: 6 t is neither 4 nor 8."""
    mill = plant("mill", {"magnet": 1}, min_load=1, min_load_rule="always")
    more = {"expansion": "more", "facility": "mill", "sizing": "modular", "max_size": 4, "max_modules": 2, "life": 9}
    made = case(mill, expansions=[more], demands=[need(6)])
    matrix = Problem(made).matrix
    relaxed = replace(matrix, whole=np.zeros_like(matrix.whole))
    assert Session(relaxed, OPTIONS).solve().status == "optimal"
    assert solve(made).status == "infeasible"
    fixes = by_family(found(made))
    assert fixes["demand"].amount == pytest.approx(2)  # 4 t, one module
    assert fixes["capacity"].amount == pytest.approx(2)  # 2 t beside one module
    assert fixes["minimum load"].amount == pytest.approx(2)  # 6 of 8 t: a load of 75 %
    assert fixes["minimum load"].steps[0].after == pytest.approx(0.75)
    assert "modules" not in fixes


def test_a_group_that_excludes_what_is_needed() -> None:
    """Two plants of 6 t for 10 t, at most one of them; halves of both would do."""
    both = [
        {"expansion": f"x{i}", "facility": f"mill {i}", "sizing": "all-or-nothing", "max_size": 6, "life": 9, "group": "one"}
        for i in range(2)
    ]
    made = case(
        plant("mill 0", {"magnet": 1}),
        plant("mill 1", {"magnet": 1}),
        expansions=both,
        groups=[{"group": "one", "maximum": 1}],
        demands=[need(10)],
    )
    fixes = by_family(found(made))
    assert fixes["groups"].steps == (Step(Number("groups", "one", "maximum"), 1.0, 2.0, "", None),)
    assert fixes["demand"].amount == pytest.approx(4)


# ---------------------------------------------------------------- what is said when


def test_a_feasible_case_is_not_explained() -> None:
    ways = found(three())
    assert ways == WaysOut(feasible=True)


def test_what_cannot_be_repaired_says_why() -> None:
    """Nothing makes magnets: without the family demand there is no way out, and it is proved."""
    made = case(supplies=[offer("o", 1, limit=6)], demands=[need(10)], facilities=[])
    ways = found(made, families=["limits", "groups"])
    assert (ways.alone, ways.several, ways.feasible) == ([], [], False)
    late = case(supplies=[offer("o", 1)], demands=[need(1)], routes=[route("deal", must_sign=True, lead_time=5)])
    blocked = found(late, families=["demand"])
    assert blocked.helpless == ["demand"] and "deal" in blocked.reason


def test_a_time_limit_is_not_settled() -> None:
    """No time at all: nothing is known, and nothing is called infeasible."""
    ways = ways_out(Case.reference(), Wish(china_cap=dict.fromkeys(Case.reference().periods, 0.02)),
                    Options(time_limit=1e-9), families=["cap"], alternatives=0)  # fmt: skip
    assert ways.feasible is None and not ways.helpless and not ways.alone and ways.unsettled == ["cap"]


def test_an_unknown_family_is_named() -> None:
    with pytest.raises(ValueError, match="did you mean 'demand'"):
        found(three(), families=["demnd"])


def test_a_share_of_two_elements_follows_the_demand_only_by_trial() -> None:
    """Terms over different requirements: the row does not know that less demand tightens it, the trial in the case does.

    0.5 x share of NdPr + 0.5 x share of Dy is the share itself here, so the answer is 100/7 as ever.
    """
    terms = [
        {"limit": "China", "metric": "share", "country": "China", "element": e, "coefficient": 0.5} for e in ("NdPr", "Dy")
    ]
    made = three(("NdPr", "Dy"), limits=CHINA_LIMIT["limits"], limit_terms=terms)
    fix = by_family(found(made, families=["demand"]))["demand"]
    assert fix.bound == pytest.approx(10)  # what the rows say: 90 = 60 + 30
    assert 100 / 7 <= fix.amount <= 1.05 * 100 / 7
    assert fix.status == "optimal"


def at_home(years: int, sense: str, value: float) -> Case:
    """10 t/y needed, 4 of them from India and the rest from China; a limit on a share over the horizon."""
    country = "India" if sense == "at least" else "China"
    return case(
        supplies=[offer("near", 1, limit=4, origin="India"), offer("far", 1, origin="China")],
        demands=[need(10)],
        limits=[{"limit": "share", "sense": sense, "value": value, "scope": "horizon"}],
        limit_terms=[{"limit": "share", "metric": "share", "country": country}],
        years=years,
        **_custody(),
    )


def test_a_share_over_the_horizon_follows_the_demand() -> None:
    """One year: 4/d >= 0.5 gives d <= 8; 1 - 4/d <= 0.4 gives d <= 20/3. Two years, India's shares together >= 1:
    0.4 + 4/d >= 1 gives 10/3 t less in one of them, less than 2 t in each; the rows alone say 2 t."""
    for sense, value, less in (("at least", 0.5, 2.0), ("at most", 0.4, 10 / 3)):
        fix = by_family(found(at_home(1, sense, value)))["demand"]
        assert (fix.amount, fix.bound) == (pytest.approx(less, rel=1e-5), pytest.approx(less, rel=1e-6)), sense
    ways = found(at_home(2, "at least", 1.0))
    fix = by_family(ways)["demand"]
    assert fix.bound is not None and fix.bound <= 10 / 3 <= fix.amount <= 1.05 * 10 / 3 and "demand" not in ways.helpless


def test_changes_of_a_fix_are_a_scenario_of_the_case() -> None:
    ways = found(three(**CHINA_LIMIT))
    for fix in ways.alone:
        made = changed(three(**CHINA_LIMIT), [s.change for s in fix.steps if s.change], "fix")
        assert all(s.change for s in fix.steps)
        assert solve(made).status == "optimal"


def test_growth_is_written_out() -> None:
    """10 t growing by 10 %: 11 t in the second year, of which 10 are to be had."""
    made = case(supplies=[offer("o", 1, limit=10)], demands=[need(10, growth=0.1)], years=2)
    (step,) = by_family(found(made))["demand"].steps
    assert (step.number.period, step.before, step.after) == (Y + 1, pytest.approx(11), pytest.approx(10))


@pytest.mark.parametrize(
    ("x", "rounded"),
    [(100 / 7, 14.2858), (10.0000001, 10.0), (-0.1234561, -0.123457), (9.9999999, 10.0), (0.0, 0.0), (1e9 / 3, 333334000.0)],
)
def test_amounts_are_rounded_outward(x: float, rounded: float) -> None:
    assert round_out(x) == pytest.approx(rounded, rel=1e-12)


# ---------------------------------------------------------------- at random


@st.composite
def tight(draw: st.DrawFn) -> Case:
    """Mine, mill and offer with whole numbers small enough that many cases have no plan, and many have."""
    some = st.integers(0, 12)
    sizing = draw(st.sampled_from(["modular", "all-or-nothing", "range"]))
    modules = {"max_modules": draw(st.integers(1, 2))} if sizing == "modular" else {}
    return case(
        plant("mine", {"ore": 1}, capacity=draw(some), location="mine"),
        plant("mill", {"magnet": 1}, {"ore": draw(st.integers(1, 3))}, capacity=draw(some),
              min_load=draw(st.sampled_from([0.0, 0.5]))),
        lane({"ore": 1}, capacity=draw(some), minimum=draw(st.integers(0, 4))),
        expansions=[{"expansion": "x", "facility": "mill", "sizing": sizing, "max_size": draw(st.integers(1, 5)), "life": 5,
                     "fixed_cost": 1, **modules}],
        supplies=[offer("abroad", 3, limit=draw(some), minimum=draw(st.sampled_from([0, 0, 1])) or 0)]
        if draw(st.booleans()) else [],
        materials=[{"material": "ore", "disposal_cost": 1}],
        demands=[need(draw(some))],
        limits=[{"limit": "work", "sense": "at most", "value": draw(some)}],
        limit_terms=[{"limit": "work", "metric": "activity", "facility": "mill"}],
        years=draw(st.integers(1, 2)),
    )  # fmt: skip


@settings(max_examples=16, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(tight())
def test_fixes_are_enough_and_no_more_than_needed(made: Case) -> None:
    try:
        status = solve(made).status
    except CaseError:  # a minimum above its limit is no case
        return
    ways = found(made, alternatives=2)
    assert ways.feasible is (status == "optimal")
    if ways.feasible:
        assert not ways.alone and not ways.several
        return
    assert not ways.unsettled and ways.alone
    for fix in [*ways.alone, *ways.several]:
        assert works(made, NO_WISH, fix, 1.0), fix
        whole = any(s.number.column == "max_modules" for s in fix.steps)
        if len(fix.steps) == 1 and not whole:
            assert not works(made, NO_WISH, fix, 0.99), fix


def test_an_ordinary_build_has_no_relief() -> None:
    made = three(**CHINA_LIMIT)
    problems = Problem(made), Problem(made, relief=list(FAMILIES))  # kept: names need the models
    plain, relieved = (p.matrix for p in problems)
    names = {v.name for v in plain.variables} | {r.name for r in plain.rows}
    assert not any("relief" in name or "_most" in name for name in names)
    extra = {v.name for v in relieved.variables} - {v.name for v in plain.variables}
    assert extra and all(name.startswith("relief[") for name in extra)
