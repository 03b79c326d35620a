"""A frontier of four plants that can be worked out by hand.

Ten tonnes are needed. Plant a stands: 10 a tonne, 1 t of smoke a tonne. The others are built at once and whole, then run
for nothing: b for 150 (smoke 0.2 a tonne), c for `rival` (smoke 0.4), d for 200 (no smoke). Mixing is dearer
than the cleaner plant alone, so the frontier is 100 at 10, then b or c, then 200 at 0.
"""

from __future__ import annotations

import math

import pytest
from magnet_sourcing import Case, frontier

from .cases import case, need, plant

SMOKE = {"a": 1.0, "b": 0.2, "c": 0.4, "d": 0.0}


def plants(rival: float, order: str, cleanest: float = 200.0) -> Case:
    price = {"b": 150.0, "c": rival, "d": cleanest}
    return case(
        *(
            plant(name, makes={"magnet": 1}, capacity=10 if name == "a" else 0, cost=10 if name == "a" else 0)
            for name in order
        ),
        demands=[need(10)],
        expansions=[
            {"expansion": f"plant {n}", "facility": n, "sizing": "all-or-nothing", "max_size": 10, "fixed_cost": price[n]}
            for n in order
            if n != "a"
        ],
        impacts=[{"impact": "smoke", "unit": "t"}],
        intensities=[{"process": n, "impact": "smoke", "quantity": SMOKE[n]} for n in order],
    )


@pytest.mark.parametrize("order", ["abcd", "acbd", "dcba"])
def test_of_equally_cheap_plants_the_cleaner_is_taken(order: str) -> None:
    """b and c both cost 150: c is weakly efficient and never shown, wherever it stands."""
    found = frontier(plants(150.0, order), against="impact smoke", levels=[5.0], gap=0)
    assert [(p.objective, p.value) for p in found.points] == [pytest.approx((100, 10)), pytest.approx((150, 2))]
    assert found.points[1].price == pytest.approx((50 / 8, 50 / 8), rel=1e-4)
    assert [c.words for c in found.points[1].changes] == ["build plant b (10 t/y 2030)"]


@pytest.mark.parametrize("order", ["abcd", "dcba"])
def test_the_second_measure_never_buys_more_than_its_part_of_the_gap(order: str) -> None:
    """c is cheaper by 0.001, more than the millionth of 100 that may be spent: it is taken, though b has half its smoke.

    At a gap of 1 % the second measure may take 0.1: then b may be taken, and the bound says by how much it could be beaten.
    """
    found = frontier(plants(149.999, order), against="impact smoke", levels=[5.0], gap=0)
    assert (found.points[1].objective, found.points[1].value) == pytest.approx((149.999, 4), abs=2e-4)
    rough = frontier(plants(149.999, order), against="impact smoke", levels=[5.0], gap=0.01)
    assert rough.points[1].bound <= 149.999 + 1e-6 and rough.points[1].gap <= 0.01


def test_the_whole_frontier_is_found_and_nothing_is_left_open() -> None:
    """Asked for nine points it finds the three there are, and proves that none is between them."""
    found = frontier(plants(150.0, "abcd"), against="impact smoke", points=9, gap=0)
    assert [(round(p.objective, 3), round(p.value, 3)) for p in found.points] == [(100, 10), (150, 2), (200, 0)]
    assert found.floor == pytest.approx(0, abs=1e-6) and found.knee == 2
    open_ = sum((s.high - s.low) * (s.at_most - s.at_least) for s in found.region)
    assert open_ < 0.15 * 10 * 100
    assert found.between(5.0) == pytest.approx((150, 150), rel=1e-5)
    assert found.between(-1.0)[1] == math.inf


@pytest.mark.parametrize("dear", [1e6, 1e10, 3e12])
def test_a_plant_in_billions_hides_no_price(dear: float) -> None:
    """The least cost stays 100 when the smoke is made least at it, however dear plant d is, which is not taken.

    HiGHS drops what is below 1e-9 of a row's unit: 10 a tonne and 150 beside 1e12.
    """
    found = frontier(plants(150.0, "abcd", dear), against="impact smoke", levels=[5.0], gap=0)
    points = [(p.objective, p.value) for p in found.points[:2]]
    assert points == [pytest.approx((100, 10), rel=1e-6), pytest.approx((150, 2), rel=1e-6)]


def test_bounds_are_the_solvers_own() -> None:
    found = frontier(plants(150.0, "abcd"), against="impact smoke", points=5, gap=0.05)
    for s in found.solved:
        if s.role == "within":
            assert s.bound <= s.outcome.bound
