"""Planes below the cost of scenarios, and the plans that are looked for by them."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from magnet_models.creator import common_timing
from magnet_sourcing import Case
from magnet_sourcing.decomposition import Hedging, Request
from magnet_sourcing.decomposition.clock import Clock
from magnet_sourcing.decomposition.master import Master
from magnet_sourcing.decomposition.subproblem import Plane, Subproblem
from magnet_sourcing.matrix import Matrix
from magnet_sourcing.scenarios import checked_futures, chosen

PUBLISHED = Path(__file__).parent.parent / "published"


def some_decisions() -> Any:
    """Two yes-or-no decisions that exclude each other, and a column of the scenario's own in a row with the first."""
    return SimpleNamespace(
        first=np.array([0, 1]),
        has_shared=False,
        bounds=lambda: (np.zeros(2), np.ones(2)),
        whole=lambda: np.ones(2, dtype=bool),
        matrix=Matrix(
            [], [], np.zeros(3), 0.0, np.zeros(3), np.ones(3), np.ones(3, dtype=bool),
            np.array([0, 2, 4]), np.array([0, 1, 0, 2]), np.ones(4), np.full(2, -np.inf), np.array([1.0, 0.0]),
        ),
    )  # fmt: skip


def test_best_by_planes_near_a_plan() -> None:
    """Costs are at least 10 - 4 x0 in one future and 10 - 2 x0 - 8 x1 in the other, each half as likely. So nothing costs
    10, the first 7, the second 6, and both, which exclude each other, would cost 3. The row that holds the scenario's
    own column would forbid the first; it is not about common decisions alone and counts in the planes only."""
    master = Master(some_decisions(), {"a": 0.5, "b": 0.5})
    clock = Clock(Hedging())
    nothing, first = np.zeros(2), np.array([1.0, 0.0])
    assert master.best(nothing, 2, clock) == (None, np.inf)  # no plane yet
    master.learn({"a": Plane(10, np.array([-4.0, 0.0])), "b": Plane(10, np.array([-2.0, -8.0]))})
    cases: list[tuple[np.ndarray, int, list[float], float]] = [
        (nothing, 2, [0, 1], 6),
        (first, 1, [0, 0], 10),  # the second differs in two
        (first, 2, [0, 1], 6),
        (np.array([0.0, 1.0]), 2, [1, 0], 7),  # itself does not count
    ]
    for near, within, decisions, cost in cases:
        found, promised = master.best(near, within, clock)
        assert found is not None and found.tolist() == pytest.approx(decisions)
        assert promised == pytest.approx(cost)
    master.learn({"b": Plane(20, np.array([0.0, -8.0]))})  # the first was worth less than it looked: now 3 + 10
    assert master.best(nothing, 2, clock)[1] == pytest.approx(0.5 * 10 + 0.5 * 12)


def test_planes_of_many_futures_are_added_up() -> None:
    """40 futures in 16 groups: each costs at least 10 - i x1, i its number, so the second costs 10 - 19.5 less on average.
    A plane that one future is without says nothing of its group."""
    names = [str(i) for i in range(40)]
    master = Master(some_decisions(), dict.fromkeys(names, 1 / 40))
    clock = Clock(Hedging())
    master.learn({n: Plane(10, np.array([0.0, -float(n)])) for n in names})
    found, promised = master.best(np.zeros(2), 2, clock)
    assert found is not None and found.tolist() == pytest.approx([0, 1])
    assert promised == pytest.approx(10 - 19.5)
    master.learn({n: Plane(100, np.zeros(2)) for n in names if n != "0"})
    group = [0, 16, 32]  # stays as it was
    promised = master.best(np.zeros(2), 2, clock)[1]
    assert promised == pytest.approx((100 * 37 + sum(10 - i for i in group)) / 40)


def test_planes_are_below_the_cost_everywhere() -> None:
    """Of each future of netdes: planes made where some decisions are held, or at some prices, against what the others
    cost, which HiGHS finds by a search of its own."""
    case = Case.read(PUBLISHED / "netdes")
    probability = chosen(case, "all")
    tables = {n: c.resolved() for n, c in checked_futures(case, list(probability)).items()}
    timing = common_timing(case.settings, case.resolved(), tables)
    hedging = Hedging(subproblem_gap=1e-6)
    request = Request(case.settings, tables, probability, case.resolved(), hedging=hedging, timing=timing)
    for name in list(probability)[:3]:
        s = Subproblem(name, request, Clock(hedging))
        alone = s.known().values
        assert alone is not None
        everywhere = [alone[s.first], np.ones(len(s.first)), np.round(0.5 + 0.5 * alone[s.first])]
        prices = 0.1 * s.cost()
        priced = s.priced_roughly(prices)
        assert priced is not None
        planes, costs = [Plane(priced[0], -prices)], []
        for decisions in everywhere:
            held = s.held(decisions)
            assert held is not None and held.plane is not None
            planes.append(held.plane)
            costs.append(held.cost + held.rest)
        assert len({round(c) for c in costs}) > 1
        for decisions, cost in zip(everywhere, costs, strict=True):
            below = [p.height + float(p.slope @ decisions) for p in planes]
            assert max(below) == pytest.approx(cost, rel=1e-6)  # and one of them touches it
