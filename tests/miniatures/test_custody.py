"""Free of the exposed country from mine to magnet: tonnes followed as flows of their own.

A magnet takes a tonne of ore unless said; both hold 0.3 t of NdPr. Home ore costs 5, ore from Baotou 1.
"""

from __future__ import annotations

from typing import Any

from magnet_sourcing import Case, Plan, solve
from pytest import approx, mark

from .cases import Tables, best, case, cost, infeasible, need, offer, outlet, plant, route, yearly

CHEAP = offer("baotou ore", 1, "ore", origin="China")
DEAR = offer("home ore", 5, "ore")
STAGES: list[dict[str, Any]] = [
    {"stage": "mining", "order": 1},
    {"stage": "separation", "order": 2},
    {"stage": "magnet", "order": 3, "weight": 1},
]
PRESS = {"makes": {"magnet": 1}, "takes": {"ore": 1}, "stage": "magnet", "capacity": 99}


def chain(*parts: Tables, demands: Any = (), stages: Any = None, materials: Any = (), contents: Any = (),
          years: int = 1, **tables: Any) -> Case:
    """Ore is mined, magnets are pressed; the exposed country is China."""
    return case(
        *parts, years=years, settings={"exposed_country": "China"}, stages=stages or STAGES,
        elements=[{"element": "NdPr"}, {"element": "Dy"}],
        materials=[{"material": "ore", "stage": "mining"}, {"material": "magnet", "stage": "magnet"}, *materials],
        contents=[{"material": "ore", "element": "NdPr", "content": 0.3},
                  {"material": "magnet", "element": "NdPr", "content": 0.3}, *contents],
        locations=[{"location": "here"}, {"location": "Baotou", "country": "China"}],
        demands=list(demands) or [need(10)], **tables,
    )


def press(**more: Any) -> Tables:
    return plant("press", **(PRESS | more))


def free(plan: Plan, segment: str = "all") -> list[float]:
    return yearly(plan, "free_delivery", "free", segment=segment)


# ---------------------------------------------------------------- what is free


def test_two_mines_blended_at_one_plant() -> None:
    """Baotou gives 6 of 10 t; the 4 t of the mine at home, and no more, come out free, at every step."""
    made = chain(
        press(), plant("pit", {"ore": 1}, capacity=99, cost=5, stage="mining"),
        plant("baotou pit", {"ore": 1}, capacity=6, cost=1, stage="mining", location="Baotou"),
        lanes=[{"lane": "sea", "origin": "Baotou", "destination": "here"}],
        freight=[{"lane": "sea", "material": "ore", "cost": 0}],
    )
    plan = best(made)
    assert plan.objective == approx(4 * 5 + 6)
    assert plan.free_share == {2030: approx(0.4)}
    assert [yearly(plan, "activity", "free", facility=f)[0] for f in ("pit", "baotou pit", "press")] == approx([4, 0, 4])
    assert yearly(plan, "flows", "free") == approx([0])


def test_free_tonnes_go_to_reserved_demands_first() -> None:
    """4 t free of 10: defence needs 3 and gets them, cars the other one."""
    made = chain(press(), supplies=[{**CHEAP, "limit": 6}, DEAR], demands=[
        need(7, demand="cars", segment="EV"), need(3, demand="atoms", segment="defence", reserved=True)])
    plan = best(made)
    assert (free(plan, "defence"), free(plan, "EV"), free(plan)) == (approx([3]), approx([1]), approx([4]))


@mark.parametrize("share, expected", [(None, 10), (0, 10), (0.01, 0), (1, 0)])
def test_part_control_is_not_free(share: float | None, expected: float) -> None:
    """A press at home: free only if the exposed country has no part in it at all."""
    assert free(best(chain(press(china_share=share), supplies=[DEAR]))) == approx([expected])


def test_a_press_in_the_exposed_country_that_it_does_not_control() -> None:
    """china_share 0 in Baotou: free."""
    made = chain(press(location="Baotou", china_share=0), supplies=[{**DEAR, "location": "Baotou", "origin": "Home"}],
                 demands=[need(10, location="Baotou")])
    assert free(best(made)) == approx([10])


def test_a_stage_that_does_not_count() -> None:
    """Pressed under Chinese control: free if only mining and separation count."""
    stages = [*STAGES[:2], {**STAGES[2], "custody": False}]
    assert free(best(chain(press(china_share=1), supplies=[DEAR], stages=stages))) == approx([10])


@mark.parametrize("embedded, expected", [((), 10), (({"stage": "separation", "element": "Dy", "country": "China",
                                                      "share": 0.1},), 0)])
def test_a_purchase_with_one_element_from_the_exposed_country(embedded: Any, expected: float) -> None:
    """Japanese magnets, free; not if a tenth of their dysprosium was separated in China."""
    made = chain(supplies=[offer("buy", 1, origin="Japan")], embedded=[{"supply": "buy", **row} for row in embedded],
                 contents=[{"material": "magnet", "element": "Dy", "content": 0.01}])
    assert free(best(made)) == approx([expected])


@mark.parametrize("origin, expected", [("China", 0), ("Japan", 10)])
def test_material_outside_the_chain_is_judged_by_its_origin(origin: str, expected: float) -> None:
    """Scrap has no stage, so nothing is embedded in it; Chinese scrap is not free all the same."""
    made = chain(press(takes={"scrap": 1}), supplies=[offer("scrap", 1, "scrap", origin=origin)],
                 contents=[{"material": "scrap", "element": "NdPr", "content": 0.3}])
    assert free(best(made)) == approx([expected])


def test_all_followed_inputs_must_be_free() -> None:
    """A tonne of ore and half a tonne of dysprosium ore for a magnet; 2 t of that are free: 4 t of magnets. Iron from
    China holds nothing tracked and is not asked."""
    made = chain(
        press(takes={"ore": 1, "dy ore": 0.5, "iron": 1}), materials=[{"material": "dy ore", "stage": "mining"}],
        contents=[{"material": "dy ore", "element": "Dy", "content": 0.1}],
        supplies=[DEAR, offer("home dy", 1, "dy ore", limit=2), offer("china dy", 2, "dy ore", origin="China"),
                  offer("iron", 0, "iron", origin="China")],
    )
    assert free(best(made)) == approx([4])


def test_what_is_not_followed_is_blank() -> None:
    """Without an exposed country, and for iron, there is no free part to report."""
    made = chain(press(takes={"ore": 1, "iron": 1}), supplies=[DEAR, offer("iron", 0, "iron")])
    plan = best(made)
    bought = plan.tables["purchases"].set_index("supply")["free"]
    assert bought["home ore"] == approx(10) and bought["iron"] != bought["iron"]
    made.settings["exposed_country"] = None
    made.tables["stages"]["weight"] = 0.0
    plan = best(made)
    assert plan.free_share == {} and plan.tables["demand"]["free"].isna().all()


def test_nothing_to_follow() -> None:
    """An exposed country and contents, but no flow of the material: an answer all the same."""
    made = chain(demands=[need(10, "steel")], supplies=[offer("steel", 1, "steel", origin="China")])
    plan = best(made)
    assert plan.free_share == {} and plan.objective == approx(10)


def test_losses_and_the_partners_share_are_those_of_the_whole() -> None:
    """Half free ore, a fifth of it lost at sea, a quarter of the magnets the partner's: 10 t free loaded give 8 t of
    ore, 8 pressed, 6 ours; as much again is not free."""
    made = chain(
        press(route="venture", location="port"), routes=[route("venture", must_sign=True, output_share=0.25)],
        supplies=[{**CHEAP, "limit": 10}, {**DEAR}], demands=[need(12, location="port")],
        lanes=[{"lane": "sea", "origin": "here", "destination": "port"}],
        freight=[{"lane": "sea", "material": "ore", "cost": 0, "loss": 0.2}],
    )
    plan = best(made)
    assert free(plan) == approx([6])
    assert yearly(plan, "flows", "free") == approx([10])


def test_others_are_sold_and_free_ones_kept() -> None:
    """5 of 10 t of ore bought are sold at a minimum of 5: the ones from Baotou, so all magnets are free."""
    made = chain(press(), supplies=[{**CHEAP, "minimum": 5, "limit": 5}, DEAR], demands=[need(5)],
                 sales=[outlet("out", 0, "ore", minimum=5)])
    assert free(best(made)) == approx([5])


# ---------------------------------------------------------------- tolls, stocks, scrap


def tolled(*embedded: dict[str, Any], country: str = "Japan", **more: Any) -> Case:
    """Ore goes out and comes back as magnets; half the ore is from Baotou."""
    toll = {"toll": "toll", "route": "partner", "sent": "ore", "origin": "here", "returned": "magnet", "yield": 1,
            "destination": "here", "country": country, "capacity": 99}
    return chain(
        supplies=[{**CHEAP, "limit": 5}, DEAR], routes=[route("partner", "tolling", must_sign=True)], tolls=[toll | more],
        embedded=[{"toll": "toll", **row} for row in embedded],
        contents=[{"material": "magnet", "element": "Dy", "content": 0.01}],
    )


ELSEWHERE = [{"stage": stage, "country": "Japan", "share": 1} for stage in ("separation", "magnet")]
ADDED = {"stage": "mining", "element": "Dy", "country": "China", "share": 1}


@mark.parametrize(
    "embedded, country, expected",
    [((), "Japan", 5), ((), "China", 0), (({"stage": "magnet", "country": "China", "share": 0.01},), "Japan", 0),
     ((ADDED,), "Japan", 0), (({"stage": "magnet", "country": "Japan", "share": 1},), "China", 0), (ELSEWHERE, "China", 5)],
)
def test_a_toll_returns_free_what_was_sent_free(embedded: Any, country: str, expected: float) -> None:
    """5 of 10 t sent are free. Work in China at any stage, any share of it, or dysprosium the partner adds from there:
    none is."""
    plan = best(tolled(*embedded, country=country))
    assert free(plan) == approx([expected])
    assert yearly(plan, "tolling", "free") == approx([expected])


def test_a_toll_with_partner_share_lag_and_swarf() -> None:
    """20 t sent in 2030, 10 of them free; a fifth of the yield of 0.5 is kept: 4 t free of 8 in 2031; of the swarf, 0.1 a
    tonne sent, 1 of 2 t, pressed to magnets, 1 t more free, in 2031 too."""
    made = chain(
        press(takes={"swarf": 1}), years=2, demands=[need({2030: 0, 2031: 10})],
        supplies=[{**CHEAP, "limit": 10}, {**DEAR, "limit": {2030: 99, 2031: 0}}],
        routes=[route("partner", "tolling", must_sign=True)],
        tolls=[{"toll": "toll", "route": "partner", "sent": "ore", "origin": "here", "returned": "magnet", "lag": 1,
                "destination": "here", "yield": 0.5, "partner_share": 0.2, "swarf": "swarf", "swarf_yield": 0.1,
                "capacity": 99}],
        contents=[{"material": "swarf", "element": "NdPr", "content": 0.3}],
    )
    plan = best(made)
    assert plan.objective == approx(10 + 10 * 5)
    assert free(plan) == approx([0, 5])


@mark.parametrize("initial_free, expected", [(0, [0, 0]), (0.5, [0, 3.2]), (1, [0, 6.4])])
def test_the_opening_stock_is_free_as_far_as_known(initial_free: float, expected: list[float]) -> None:
    """10 t of magnets, of which a fifth is lost each year: 6.4 t left for 2031."""
    made = chain(
        years=2, demands=[need({2030: 0, 2031: 6.4})],
        stocks=[{"stock": "store", "material": "magnet", "initial": 10, "initial_free": initial_free, "loss": 0.2}],
    )
    assert free(best(made)) == approx(expected)


def test_free_tonnes_kept_over_periods_of_several_years() -> None:
    """Home magnets only in 2030-31, at 1, 6 a year: 3 used, 3 stored, 6 t for the one year 2032; Chinese ones give the
    other 4 then. Free: 3 a year, then 6."""
    made = chain(
        periods=[{"period": 2030, "years": 2}, {"period": 2032, "years": 1}], demands=[need({2030: 3, 2032: 10})],
        supplies=[offer("home", 1, last_year=2031, limit=6), offer("china", 2, origin="China", first_year=2032)],
        stocks=[{"stock": "store", "material": "magnet"}],
    )
    plan = best(made)
    assert free(plan) == approx([3, 6])
    assert yearly(plan, "stocks", "free") == approx([6, 0])


@mark.parametrize("counts, expected", [(None, 2), (False, 0)])
def test_collected_material_is_free_unless_said(counts: bool | None, expected: float) -> None:
    """2 t of old magnets are pressed again; 8 t are Chinese."""
    row = {"return": "old", "delivered": "magnet", "material": "scrap", "share": 0, "lag": 1, "base": 2, "free": counts}
    made = chain(press(takes={"scrap": 1}), supplies=[offer("china", 1, origin="China")], returns=[row],
                 contents=[{"material": "scrap", "element": "NdPr", "content": 0.3}])
    assert free(best(made)) == approx([expected])


# ---------------------------------------------------------------- asking for it


def two_segments(share: Any, *parts: Tables, **tables: Any) -> Case:
    """Cars 7 t; defence 3 t, of which a share must be free."""
    return chain(*(parts or [press()]), demands=[
        need(7, demand="cars", segment="EV"), need(3, demand="atoms", segment="defence", min_free=share)],
        **({"supplies": [CHEAP, DEAR]} | tables))


@mark.parametrize("share, expected", [(0, 10), (0.5, 10 + 1.5 * 4), (1, 10 + 3 * 4)])
def test_a_requirement_takes_dearer_ore_for_its_tonnes_only(share: float, expected: float) -> None:
    """All from Baotou costs 10; each tonne that must be free costs 4 more, whatever else the plant presses."""
    plan = best(two_segments(share))
    assert plan.objective == approx(expected)
    assert (free(plan, "defence"), free(plan, "EV")) == (approx([3 * share]), approx([0]))


def test_a_requirement_by_year() -> None:
    """Only from 2031 on: 10, then 22."""
    made = chain(press(), years=2, supplies=[CHEAP, DEAR], demands=[need(7, demand="cars"),
                 need(3, demand="atoms", min_free={2030: 0, 2031: 1})])
    assert cost(made) == approx(10 + 22)


def test_a_requirement_is_kept_against_reserved_demands() -> None:
    """3 t of home ore: cars were promised them, though defence goes first where nobody was promised anything."""
    made = chain(press(), supplies=[CHEAP, {**DEAR, "limit": 3}], demands=[
        need(7, demand="cars", segment="EV", min_free=3 / 7), need(3, demand="atoms", segment="defence", reserved=True)])
    plan = best(made)
    assert (free(plan, "EV"), free(plan, "defence")) == (approx([3]), approx([0]))


def test_a_requirement_that_cannot_be_met_is_proved() -> None:
    """Only ore from Baotou; or a press with a part Chinese."""
    assert infeasible(two_segments(1, supplies=[CHEAP]))
    assert infeasible(two_segments(0.1, press(china_share=0.2)))


def test_a_requirement_is_of_what_is_delivered() -> None:
    """Unmet at 2 a tonne rather than free at 5: 3 x 2 and 7 t at 1."""
    made = two_segments(1)
    made.tables["demands"]["penalty"] = 2
    plan = best(made)
    assert plan.objective == approx(13)
    assert yearly(plan, "demand", "short") == approx([3])


def asking(sense: str, value: float, *terms: dict[str, Any], penalty: float | None = None) -> Case:
    return two_segments(
        0, limits=[{"limit": "ask", "sense": sense, "value": value, "penalty": penalty}],
        limit_terms=[{"limit": "ask", "metric": "free delivered", **term} for term in terms])


@mark.parametrize(
    "made, expected, amount",
    [(asking("at least", 4, {}), 10 + 16, 4), (asking("at least", 4, {"segment": "EV"}), 10 + 16, 4),
     (asking("at most", -4, {"coefficient": -1, "demand": "cars"}), 10 + 16, -4),
     (asking("at least", 4, {}, penalty=3), 10 + 12, 0), (asking("at least", 4, {}, penalty=5), 10 + 16, 4)],
)
def test_a_limit_asks_for_free_tonnes(made: Case, expected: float, amount: float) -> None:
    """4 t at 4 more each; rather missed at a penalty of 3."""
    plan = best(made)
    assert plan.objective == approx(expected)
    assert plan.tables["limits"]["amount"].tolist() == approx([amount])


def test_a_share_of_all_delivery() -> None:
    """Free at least 30 % of what is delivered: 3 of 10 t."""
    made = two_segments(
        0, limits=[{"limit": "ask", "sense": "at least", "value": 0}],
        limit_terms=[{"limit": "ask", "metric": "free delivered"},
                     {"limit": "ask", "metric": "delivered", "coefficient": -0.3}])
    assert cost(made) == approx(10 + 3 * 4)


def test_the_answer_says_it() -> None:
    """A sentence for the planner."""
    from magnet_sourcing.summary import sentences

    plan = solve(chain(press(), years=2, supplies=[{**CHEAP, "limit": {2030: 10, 2031: 6}}, DEAR]))
    assert "Free of China from mine to magnet: 0% of delivery in 2030, 40% in 2031." in sentences(plan)
