"""Which of several equally cheap plans is taken: less exposure, then fewer decisions; and that the cost stays."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from magnet_sourcing import Case, session
from magnet_sourcing.ties import preferred

from ..miniatures.cases import best, case, need, offer, plant
from .programmes import solver, transport

CHAIN: dict[str, Any] = {
    "settings": {"exposed_country": "China"},
    "stages": [{"stage": "magnet", "order": 1, "weight": 1}],
    "elements": [{"element": "NdPr"}],
    "contents": [{"material": "magnet", "element": "NdPr", "content": 0.3}],
}
TWO_OFFERS = [offer("chinese", 10, origin="China"), offer("others", 10)]


def exposed(*parts: Any, **tables: Any) -> Case:
    return case({"materials": [{"material": "magnet", "stage": "magnet"}]}, *parts, **CHAIN, **tables)


def bought(made: Case) -> dict[str, float]:
    return dict(best(made).tables["purchases"].groupby("supply")["bought"].sum())


def test_of_two_offers_at_one_price_the_one_that_is_not_chinese_is_taken() -> None:
    """60 t may come from others; which 60 of the 100 is all the same to the cost."""
    made = exposed(supplies=[offer("chinese", 10, origin="China"), offer("others", 10, limit=60)], demands=[need(100)])
    plan = best(made)
    assert plan.objective == pytest.approx(1000)
    assert bought(made) == pytest.approx({"chinese": 40, "others": 60})
    assert plan.options["tie break"] == "done"


def _builds(*sizes: float) -> Case:
    """Each built tonne costs 1, buying costs 9: 10 t are built, in one or in several steps at the same cost."""
    rows = [
        {"expansion": f"build {size:g}", "facility": "press", "sizing": "all-or-nothing", "max_size": size, "unit_cost": 1}
        for size in sizes
    ]
    return case(plant("press", {"magnet": 1}), expansions=rows, supplies=[offer("buy", 9)], demands=[need(10)])


@pytest.mark.parametrize("sizes", [(10, 4, 6), (4, 6, 10), (6, 10, 4), (2, 3, 5, 10)])
def test_one_build_rather_than_several_at_the_same_cost(sizes: tuple[float, ...]) -> None:
    plan = best(_builds(*sizes))
    assert plan.objective == pytest.approx(10)
    assert plan.tables["builds"]["expansion"].tolist() == ["build 10"]


def test_after_a_large_search_the_whole_numbers_stay_and_the_rest_is_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "_SMALL_SEARCH", -1)
    rows = [{"expansion": "build", "facility": "press", "sizing": "all-or-nothing", "max_size": 10, "unit_cost": 1}]
    made = exposed(plant("press", {"magnet": 1}), expansions=rows, supplies=TWO_OFFERS, demands=[need(30)])
    plan = best(made)
    assert plan.objective == pytest.approx(10 + 200)
    assert plan.options["tie break"] == "done with the whole-number decisions held"
    assert bought(made) == pytest.approx({"others": 20})


# ---------------------------------------------------------------- the optimal face, against a row that holds the cost


@pytest.mark.parametrize("seed", range(40))
def test_the_face_holds_all_optima(seed: int) -> None:
    """Two preferences, one after the other; the same least values as with rows that hold cost and first preference."""
    lp, draw = transport(seed), np.random.default_rng(1000 + seed)
    wanted = [draw.integers(0, 3, 48).astype(float), draw.uniform(0, 1, 48)]
    h = solver(**lp)
    best_cost = h.getInfo().objective_function_value
    chosen = preferred(h, wanted, steps=0)
    assert chosen is not None and lp["cost"] @ chosen == pytest.approx(best_cost, abs=1e-9)

    held, sides, upper = lp["rows"], lp["lower"], lp["upper"]
    objective, reached = lp["cost"], best_cost
    for vector in wanted:
        held, sides = np.vstack([held, objective]), np.append(sides, -np.inf)
        upper = np.append(upper, reached)
        other = solver(vector, held, sides, upper, lp["most"])
        objective, reached = vector, other.getInfo().objective_function_value
        assert vector @ chosen == pytest.approx(reached, abs=1e-6)


@pytest.mark.parametrize("seed", range(10))
def test_the_order_of_rows_and_columns_does_not_matter(seed: int) -> None:
    lp, draw = transport(seed), np.random.default_rng(2000 + seed)
    wanted = draw.uniform(0, 1, 48)  # with such weights one plan alone is best
    rows, columns = draw.permutation(14), draw.permutation(48)
    turned = {
        "cost": lp["cost"][columns],
        "rows": lp["rows"][rows][:, columns],
        "lower": lp["lower"][rows],
        "upper": lp["upper"][rows],
        "most": lp["most"][columns],
    }
    here, there = preferred(solver(**lp), [wanted], 0), preferred(solver(**turned), [wanted[columns]], 0)
    assert here is not None and there is not None
    assert here[columns] == pytest.approx(there, abs=1e-7)


def test_a_preference_that_takes_too_long_leaves_the_first_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("magnet_sourcing.ties._STEPS", 0)
    h = solver(**transport(0))
    worse = -np.maximum(h.getSolution().col_value, 0) - np.arange(48) * 1e-3
    assert preferred(h, [-worse], 0) is None
