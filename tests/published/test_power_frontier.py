"""Payoff table and frontier of the power case (Mavrotas 2009) by the studies that planners use, from one model.

The same figures as in `test_published.py`, which finds them by switching costs off; here measures are traded directly.
"""

from __future__ import annotations

import pandas as pd
import pytest
from magnet_sourcing import frontier, payoff

from .test_published import read

COST, CO2, FUEL = "cost", "impact CO2", "impact imported fuel"
PAYOFF = {COST: (3075000, 62460, 33000), CO2: (3855000, 45180, 37000), FUEL: (3225000, 55260, 23000)}
BY_FUEL = {33000: 3075000, 31000: 3105000, 29000: 3135000, 27000: 3165000, 25000: 3195000, 23000: 3225000}


def test_payoff_table() -> None:
    """To 1e-6: an earlier measure is held at its least value with a relative room of 1e-7."""
    published = pd.DataFrame(PAYOFF, index=[COST, CO2, FUEL]).T
    ours = payoff(read("mavrotas_power"), [COST, CO2, FUEL], gap=0)
    assert list(ours.columns) == list(ours.index) == [COST, CO2, FUEL]
    for row, values in published.iterrows():
        assert ours.loc[row].tolist() == pytest.approx(values.tolist(), rel=1e-6), row


def test_least_cost_by_imported_fuel() -> None:
    """Every level has the published cost, proved; each GWh of imported fuel less costs 15 (see `test_published.py`).

    To 2e-7: a held row has room of 1e-7.
    """
    found = frontier(read("mavrotas_power"), against=FUEL, levels=list(BY_FUEL), gap=0)
    assert [p.objective for p in found.points] == pytest.approx(list(BY_FUEL.values()), rel=2e-7)
    for level, cost in BY_FUEL.items():
        assert found.between(level) == pytest.approx((cost, cost), rel=1e-6)
    for p in found.points[1:]:
        assert p.price == pytest.approx((15.0, 15.0), rel=1e-3)
    assert found.audited and found.status == "optimal"


def test_ends_of_the_frontier_are_those_of_the_payoff_table() -> None:
    found = frontier(read("mavrotas_power"), against=CO2, points=4, gap=0)
    first, last = found.points[0], found.points[-1]
    assert (first.objective, first.value) == pytest.approx((3075000, 62460), rel=1e-6)
    assert (last.objective, last.value) == pytest.approx((3855000, 45180), rel=1e-6)
    assert found.floor == pytest.approx(45180, rel=1e-6)


def test_a_level_below_the_least_is_proved_impossible() -> None:
    found = frontier(read("mavrotas_power"), against=FUEL, levels=[20000, 25000], gap=0)
    assert found.impossible == [20000] and found.status == "optimal"
    assert found.between(20000) == (float("inf"), float("inf"))
    assert [round(p.objective) for p in found.points] == [3075000, 3195000]


def test_any_measure_can_be_made_least() -> None:
    """CO2 made least, cost bounded: the cheapest cost is then the other end."""
    found = frontier(read("mavrotas_power"), measure=CO2, against=COST, points=3, gap=0)
    assert found.points[0].objective == pytest.approx(45180, rel=1e-6)
    assert (found.points[-1].value, found.points[-1].objective) == pytest.approx((3075000, 62460), rel=1e-6)
    assert found.audited
