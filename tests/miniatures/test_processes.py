"""Recipes: many inputs and by-products, recycling inside, shared capacity, disposal."""

from __future__ import annotations

from pytest import approx, mark

from .cases import best, case, cost, infeasible, need, offer, outlet, plant, yearly


def test_by_products_are_sold_then_disposed_of() -> None:
    """10 t of NdPr take 40 t of activity at 3 = 120 and leave 30 t of LaCe: 20 sold at 2 (-40), 10 disposed at 1 (10)."""
    made = case(
        plant("split", {"NdPr": 0.25, "LaCe": 0.75}, capacity=100, cost=3),
        materials=[{"material": "NdPr"}, {"material": "LaCe", "disposal_cost": 1}],
        sales=[outlet("lamps", 2, "LaCe", limit=20)], demands=[need(10, "NdPr")],
    )
    assert cost(made) == approx(120 - 40 + 10)


def test_by_product_without_outlet_or_disposal_stops_the_work() -> None:
    """Blank disposal cost: LaCe may not be thrown away, 20 t can be sold, so 30 t cannot be made."""
    made = case(
        plant("split", {"NdPr": 0.25, "LaCe": 0.75}, capacity=100),
        sales=[outlet("lamps", 2, "LaCe", limit=20)], demands=[need(10, "NdPr")],
    )
    assert infeasible(made)


def test_inputs_in_fixed_proportion() -> None:
    """5 t of alloy take 1.5 t NdPr at 60, 3.4 t iron at 1, 0.1 t boron at 5: 90 + 3.4 + 0.5 = 93.9 with cost 2 x 5 = 10."""
    made = case(
        plant("melt", {"alloy": 1}, {"NdPr": 0.3, "iron": 0.68, "boron": 0.02}, capacity=5, cost=2),
        supplies=[offer("NdPr", 60, "NdPr"), offer("iron", 1, "iron"), offer("boron", 5, "boron")],
        demands=[need(5, "alloy")],
    )
    assert cost(made) == approx(90 + 3.4 + 0.5 + 10)


def test_swarf_recycled_inside() -> None:
    """8 t of magnets take 10 t of alloy and leave 2 t of swarf; remelting it at 1 gives 1.6 t: buy 8.4 t at 10."""
    made = case(
        plant("press", {"magnet": 1, "swarf": 0.25}, {"alloy": 1.25}, capacity=10),
        plant("remelt", {"alloy": 0.8}, {"swarf": 1}, capacity=10, cost=1),
        supplies=[offer("alloy", 10, "alloy")], demands=[need(8)],
    )
    assert cost(made) == approx(84 + 2)


def test_processes_share_capacity_by_their_usage() -> None:
    """4 t each of A (usage 1) and B (usage 2) want 12 of 10. Freeing 2: buy 2 t of A at 5, not 1 t of B at 12."""
    made = case(
        facilities=[{"facility": "kiln", "capacity": 10}],
        recipes=[{"process": p, "material": p, "direction": "output", "quantity": 1} for p in "AB"],
        operations=[{"facility": "kiln", "process": "A"}, {"facility": "kiln", "process": "B", "usage": 2}],
        supplies=[offer("A", 5, "A"), offer("B", 12, "B")], demands=[need(4, "A"), need(4, "B")],
    )
    assert cost(made) == approx(10)


def test_operation_limit() -> None:
    """The process may do 3 of 5 t at 1; 2 are bought at 7."""
    made = case(
        plant("press", {"magnet": 1}, capacity=10, cost=1, operation={"limit": 3}),
        supplies=[offer("buy", 7)], demands=[need(5)],
    )
    assert cost(made) == approx(3 + 14)


def test_operation_years() -> None:
    """Allowed from 2031: 1 t bought at 7 in 2030, made at 1 in 2031."""
    made = case(
        plant("press", {"magnet": 1}, capacity=10, cost=1, operation={"first_year": 2031}), years=2,
        supplies=[offer("buy", 7)], demands=[need(1)],
    )
    assert cost(made) == approx(7 + 1)


def test_process_only_where_listed() -> None:
    """Only the first of two plants may press magnets (3 t at 1); the other's capacity is of no use: 2 bought at 7."""
    made = case(
        plant("press", {"magnet": 1}, capacity=3, cost=1), plant("grind", {"powder": 1}, capacity=9),
        supplies=[offer("buy", 7)], demands=[need(5)],
    )
    assert cost(made) == approx(3 + 14)


def test_recipe_improves_with_the_years() -> None:
    """4 t a year take 2 t/t of ore at 10 in 2030 and 1.5 in 2031: 80 + 60."""
    made = case(
        plant("press", {"magnet": 1}, {"ore": {2030: 2, 2031: 1.5}}, capacity=4), years=2,
        supplies=[offer("ore", 10, "ore")], demands=[need(4)],
    )
    assert cost(made) == approx(140)


def test_impact_of_a_facility_replaces_the_general_one() -> None:
    """2 units of power a tonne at 10, but 3 at the old plant; 1 t from each: 20 + 30."""
    made = case(
        facilities=[{"facility": f, "capacity": 1} for f in ("new", "old")],
        recipes=[{"process": "press", "material": "magnet", "direction": "output", "quantity": 1}],
        operations=[{"facility": f, "process": "press"} for f in ("new", "old")],
        impacts=[{"impact": "power", "unit": "MWh", "cost": 10}],
        intensities=[{"process": "press", "impact": "power", "quantity": 2},
                     {"process": "press", "facility": "old", "impact": "power", "quantity": 3}],
        demands=[need(2)],
    )
    plan = best(made)
    assert plan.objective == approx(50)
    assert yearly(plan, "impacts", "quantity", impact="power") == approx([5])


@mark.parametrize("disposal, expected", [(0, 60.0), (2, 70.0)])
def test_surplus_is_disposed_of(disposal: float, expected: float) -> None:
    """20 t of activity at 3 make 10 of the product wanted and 5 t of residue: free, or 2 a tonne."""
    made = case(
        plant("crack", {"carbonate": 0.5, "residue": 0.25}, capacity=20, cost=3),
        materials=[{"material": "residue", "disposal_cost": disposal}], demands=[need(10, "carbonate")],
    )
    assert cost(made) == approx(expected)
