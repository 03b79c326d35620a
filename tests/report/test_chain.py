"""Tonnes of an element from box to box, on cases that are added up by hand."""

from __future__ import annotations

from magnet_sourcing import Plan
from magnet_sourcing.audit.facts import Facts
from magnet_sourcing.report.chain import links
from pytest import approx

from ..miniatures.cases import best, case, lane, need, offer, plant

ORE = {
    "stages": [{"stage": "mining", "order": 1}],
    "elements": [{"element": "Nd"}],
    "materials": [{"material": "ore", "stage": "mining"}],
    "contents": [{"material": "ore", "element": "Nd", "content": 0.5}],
}


def found(plan: Plan) -> dict[tuple[str, str, str], float]:
    """(from, to, custody) -> element tonnes in the first period."""
    facts = Facts(plan.case, plan.tables, 1e-6)
    return {
        (f"{x.source.name}, {x.source.country}", x.target.name, x.custody): x.amount
        for x in links(facts, plan.case.periods[0], "Nd")
    }


def test_what_is_free_goes_to_the_one_use_that_must_be_free() -> None:
    """60 t from a mine at home, 40 t from China; half is Nd. Defence (30 t) must be free of China, so the other use
    (70 t) gets the other 30 t of the mine, and 40 t from China."""
    made = case(
        ORE,
        plant("mine", {"ore": 1}, stage="mining", capacity=60, cost=1),
        supplies=[offer("chinese", 5, "ore", origin="China")],
        demands=[
            need(30, "ore", demand="defence", penalty=1000, min_free=1),
            need(70, "ore", demand="motors", penalty=1000),
        ],
        settings={"exposed_country": "China"},
    )
    amounts = found(best(made))
    assert amounts[("mining, Home", "defence", "free")] == approx(15)
    assert amounts[("mining, Home", "motors", "free")] == approx(15)
    assert amounts[("mining, China", "motors", "not free")] == approx(20)
    assert amounts[("in the ground, Home", "mining", "free")] == approx(30)
    assert len(amounts) == 4


def test_what_meets_at_a_place_leaves_in_the_proportion_in_which_it_came() -> None:
    """Without an exposed country nothing is followed: 60 and 40 t meet, each of two uses gets 60 and 40 % of its own."""
    made = case(
        ORE,
        plant("mine", {"ore": 1}, stage="mining", capacity=60, cost=1),
        supplies=[offer("bought", 5, "ore", origin="Away")],
        demands=[need(30, "ore", demand="a", penalty=1000), need(70, "ore", demand="b", penalty=1000)],
    )
    amounts = found(best(made))
    assert amounts[("mining, Home", "a", "not followed")] == approx(0.5 * 30 * 0.6)
    assert amounts[("mining, Away", "a", "not followed")] == approx(0.5 * 30 * 0.4)
    assert amounts[("mining, Home", "b", "not followed")] == approx(0.5 * 70 * 0.6)
    assert amounts[("mining, Away", "b", "not followed")] == approx(0.5 * 70 * 0.4)


def test_what_a_lane_and_a_plant_lose_is_drawn() -> None:
    """100 t of ore (50 of Nd) from the mine, a tenth lost on the way; 2 t of ore of 0.5 make 1 t of oxide of 0.8."""
    made = case(
        ORE,
        plant("mine", {"ore": 1}, stage="mining", capacity=100, cost=1, location="mine"),
        lane({"ore": 1}, {"loss": 0.1}),
        plant("works", {"oxide": 1}, {"ore": 2}, stage="separation", capacity=1000),
        stages=[{"stage": "separation", "order": 2}],
        contents=[{"material": "oxide", "element": "Nd", "content": 0.8}],
        demands=[need(45, "oxide", penalty=1000)],
    )
    amounts = found(best(made))
    assert amounts[("in the ground, Home", "mining", "not followed")] == approx(50)
    assert amounts[("mining, Home", "separation", "not followed")] == approx(45)
    assert amounts[("separation, Home", "oxide", "not followed")] == approx(36)
    assert amounts[("mining, Home", "lost", "not followed")] == approx(5)
    assert amounts[("separation, Home", "lost", "not followed")] == approx(45 - 36)
