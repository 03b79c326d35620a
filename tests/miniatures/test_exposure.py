"""China dependence: where the work inside a tonne was done, the index, its cap and its price.

A magnet holds 0.3 t of NdPr. Separation weighs 0.4, magnet making 0.6. 10 t of magnets need 3 t.
"""

from __future__ import annotations

from typing import Any

from magnet_sourcing import Case
from pytest import approx, mark

from .cases import Tables, best, case, cost, infeasible, need, offer, plant, route, yearly


def chain(*parts: Tables, demand: Any = 10, years: int = 1, elements: Any = None, contents: Any = (),
          **tables: Any) -> Case:
    """Stages, element and contents; the caller says where magnets come from."""
    return case(
        *parts, years=years, settings={"exposed_country": "China"},
        stages=[{"stage": "mining", "order": 1}, {"stage": "separation", "order": 2, "weight": 0.4},
                {"stage": "magnet", "order": 3, "weight": 0.6}],
        elements=elements or [{"element": "NdPr"}],
        materials=[{"material": "oxide", "stage": "separation"}, {"material": "magnet", "stage": "magnet"}],
        contents=[{"material": "oxide", "element": "NdPr", "content": 0.75},
                  {"material": "magnet", "element": "NdPr", "content": 0.3}, *contents],
        locations=[{"location": "here"}, {"location": "Baotou", "country": "China"}], demands=[need(demand)], **tables,
    )


def index(made: Case) -> float:
    return best(made).index[2030]


def test_a_purchase_counts_its_origin_at_every_stage() -> None:
    """All magnets Chinese: 0.4 + 0.6; each stage, mining without weight too, is exposed with 3 t."""
    plan = best(chain(supplies=[offer("buy", 1, origin="China")]))
    assert plan.index[2030] == approx(1)
    for stage in ("mining", "separation", "magnet"):
        assert yearly(plan, "exposure", "exposure", stage=stage, country="China") == approx([3])


def test_origin_is_the_country_of_the_location_unless_named() -> None:
    """Bought here, at home: no dependence; the index is 0, not blank."""
    assert index(chain(supplies=[offer("buy", 1)])) == approx(0)


def test_oxide_counts_only_up_to_its_own_stage() -> None:
    """4 t of Chinese oxide (0.75) hold the 3 t; magnets pressed at home: separation only, 0.4."""
    made = chain(plant("press", {"magnet": 1}, {"oxide": 0.4}, capacity=10, stage="magnet"),
                 supplies=[offer("oxide", 1, "oxide", origin="China")])
    assert index(made) == approx(0.4)


def test_embedded_share_replaces_the_default_of_its_stage() -> None:
    """Japanese magnets, their separation 70 % in China: 0.4 x 0.7."""
    made = chain(supplies=[offer("buy", 1, origin="Japan")],
                 embedded=[{"supply": "buy", "stage": "separation", "country": "China", "share": 0.7}])
    plan = best(made)
    assert plan.index[2030] == approx(0.28)
    assert yearly(plan, "exposure", "exposure", stage="separation", country="Japan") == approx([0.9])


def test_embedded_share_lowers_a_chinese_purchase() -> None:
    """Chinese magnets with half their separation in Malaysia: 0.4 x 0.5 + 0.6."""
    made = chain(supplies=[offer("buy", 1, origin="China")],
                 embedded=[{"supply": "buy", "stage": "separation", "country": "Malaysia", "share": 0.5}])
    assert index(made) == approx(0.8)


DY = [{"material": "magnet", "element": "Dy", "content": 0.03}]


@mark.parametrize(
    "weight, expected",
    [(1, 0.4 * (0.3 * 0.5 + 0.03) / 0.33), (10, 0.4 * (0.3 * 0.5 + 10 * 0.03) / (0.3 + 10 * 0.03))],
)
def test_embedded_share_of_one_element_and_its_weight(weight: float, expected: float) -> None:
    """Separation half in China, of Dy all of it; Dy counts `weight` times."""
    made = chain(
        supplies=[offer("buy", 1, origin="Japan")], contents=DY,
        elements=[{"element": "NdPr"}, {"element": "Dy", "weight": weight}],
        embedded=[{"supply": "buy", "stage": "separation", "country": "China", "share": 0.5},
                  {"supply": "buy", "stage": "separation", "element": "Dy", "country": "China", "share": 1}],
    )
    assert index(made) == approx(expected)


@mark.parametrize("share, expected", [(0.25, 0.6 * 0.25), (None, 0)])
def test_chinese_share_of_a_plant(share: float | None, expected: float) -> None:
    """A plant at home, a quarter under Chinese control."""
    made = chain(plant("press", {"magnet": 1}, capacity=10, stage="magnet", china_share=share))
    assert index(made) == approx(expected)


def test_a_plant_in_china_is_exposed_unless_said() -> None:
    """Pressed in Baotou: the magnet stage, 0.6."""
    made = chain(plant("press", {"magnet": 1}, capacity=10, stage="magnet", location="Baotou"),
                 lanes=[{"lane": "sea", "origin": "Baotou", "destination": "here"}],
                 freight=[{"lane": "sea", "material": "magnet", "cost": 0}])
    assert index(made) == approx(0.6)


def tolled(embedded: Any = (), country: str | None = "China", partner: str = "Away") -> Case:
    """Oxide of home sent out; 0.4 t for a tonne of magnet."""
    contract = route("partner", "tolling", must_sign=True) | {"country": partner}
    return chain(
        routes=[contract], embedded=list(embedded), supplies=[offer("oxide", 1, "oxide")],
        tolls=[{"toll": "toll", "route": "partner", "sent": "oxide", "origin": "here", "returned": "magnet",
                "destination": "here", "yield": 2.5, "country": country, "capacity": 99}],
    )


@mark.parametrize("country, partner, expected", [("China", "Away", 0.6), (None, "China", 0.6), (None, "Away", 0)])
def test_a_toll_counts_its_country_after_the_stage_sent(country: str | None, partner: str, expected: float) -> None:
    """Our oxide, pressed there: the magnet stage only; the route's country where the toll names none."""
    assert index(tolled(country=country, partner=partner)) == approx(expected)


def test_embedded_share_of_a_toll() -> None:
    """A Japanese toller has 30 % of the magnet work done in China and a tenth of the separation (added dysprosium):
    0.6 x 0.3 + 0.4 x 0.1."""
    rows = [{"toll": "toll", "stage": s, "country": "China", "share": x} for s, x in (("magnet", 0.3), ("separation", 0.1))]
    assert index(tolled(rows, country="Japan")) == approx(0.22)


def test_rows_of_a_toll_leave_the_rest_with_its_country() -> None:
    """A Chinese toller has 30 % of the magnet work done in Japan: 0.6 x 0.7."""
    rows = [{"toll": "toll", "stage": "magnet", "country": "Japan", "share": 0.3}]
    assert index(tolled(rows)) == approx(0.42)


def test_index_counts_unmet_demand_as_needed() -> None:
    """4 of 10 t delivered, all Chinese: 0.4 of the requirement."""
    made = chain(supplies=[offer("buy", 1, origin="China", limit=4)])
    made.tables["demands"] = case(demands=[need(10, penalty=50)]).tables["demands"]
    assert index(made) == approx(0.4)


# ---------------------------------------------------------------- choosing less dependence


def two_offers(years: int = 1) -> Case:
    """China at 1, elsewhere at 3; a Chinese tonne exposes 0.4 x 0.3 + 0.6 x 0.3 = 0.3 weighted tonnes."""
    return chain(years=years, supplies=[offer("china", 1, origin="China"), offer("other", 3)])


def test_cap_on_the_index() -> None:
    """0.4 leaves 4 t at 1; 6 at 3."""
    plan = best(two_offers(), china_cap=0.4)
    assert plan.objective == approx(22)
    assert plan.index[2030] == approx(0.4)


def test_cap_by_year() -> None:
    """Free in 2030 (10), none in 2031 (30)."""
    assert cost(two_offers(2), china_cap={2031: 0}) == approx(40)


def test_cap_that_cannot_be_met() -> None:
    """Only Chinese magnets and a cap of half."""
    assert infeasible(chain(supplies=[offer("china", 1, origin="China")]), china_cap=0.5)


@mark.parametrize("price, objective, money", [(6.6, 10 + 6.6 * 3, 10), (6.7, 30, 30)])
def test_price_of_exposure_switches_at_the_difference(price: float, objective: float, money: float) -> None:
    """2 a tonne are saved for 0.3 t exposed: the switch is at 2 / 0.3 = 6.667."""
    plan = best(two_offers(), china_price=price)
    assert plan.objective == approx(objective)
    assert plan.cost == approx(money)


def test_price_of_exposure_is_discounted() -> None:
    """Only Chinese: 10 a year at price 1 and 3 t exposed at 2, two years at 10 %: 16 x (1 + 1/1.1)."""
    made = chain(years=2, supplies=[offer("china", 1, origin="China")])
    made.settings["discount_rate"] = 0.1
    assert cost(made, china_price=2) == approx(16 * (1 + 1 / 1.1))


def test_among_equal_costs_the_less_exposed_is_taken() -> None:
    """Both at 1: none from China."""
    made = chain(supplies=[offer("china", 1, origin="China"), offer("other", 1)])
    assert index(made) == approx(0)


def test_concentration() -> None:
    """6 t from Japan, 4 from Korea: HHI 0.36 + 0.16 at the magnet stage."""
    made = chain(supplies=[offer("a", 1, origin="Japan", limit=6), offer("b", 2, origin="Korea")])
    rows = best(made).tables["concentration"]
    row = rows[rows["stage"] == "magnet"].iloc[0]
    assert (row["hhi"], row["largest_country"], row["largest_share"]) == (approx(0.52), "Japan", approx(0.6))
