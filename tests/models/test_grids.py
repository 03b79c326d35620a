"""Arrays of rows and variables: what is stated at once is what would be stated one by one."""

from __future__ import annotations

import numpy as np
import pytest
from magnet_models.arithmetic import mattering, vector
from magnet_models.grids import NONE, Gathered, constrain_all, grid, layers, tabulated
from magnet_models.programme import Linear, Programme
from magnet_models.rows import Contradiction
from magnet_sourcing.recording import number
from magnet_sourcing.recording.tape import Tape
from pyomo.environ import Block, ConcreteModel

PERIODS = [2030, 2031, 2032]


@pytest.fixture
def block() -> Block:
    model = ConcreteModel()
    model.programme = Programme()
    model.part = Block()
    return model.part


def programme(block: Block) -> Programme:
    return block.model().programme  # type: ignore[no-any-return]


def test_a_grid_has_variables_where_it_says_so(block: Block) -> None:
    there = np.array([[True, False, True], [False, True, True]])
    made = grid(block, "flow", [("a", "x"), ("b", "x")], PERIODS, there, [1.0, 2.0, 3.0, 4.0])
    assert made.column.tolist() == [[0, NONE, 1], [NONE, 2, 3]]
    assert dict(made) == {("a", "x", 2030): 0, ("a", "x", 2032): 1, ("b", "x", 2031): 2, ("b", "x", 2032): 3}
    assert made.line(1) == [(2031, 2), (2032, 3)]
    assert ("a", "x", 2031) not in made
    assert programme(block).upper.array.tolist() == [1, 2, 3, 4]
    assert programme(block).columns[-1].name == "part.flow[b,x,2032]"
    with pytest.raises(ValueError, match="stands twice"):
        grid(block, "again", [("a",), ("a",)], PERIODS, there)


def test_terms_of_one_variable_in_a_row_are_one(block: Block) -> None:
    flow = grid(block, "flow", [("a",)], PERIODS, np.ones((1, 3), dtype=bool))
    rows = Gathered(3)
    rows.add([1], np.array(2.0), flow.column)
    rows.add([1], np.array([[5.0, 6.0, 7.0]]), flow.column)
    rows.add_terms(0, 2, [(1.0, 0), (4.0, 2), (1.0, 0)])
    constrain_all(block, "row", [("first",), ("second",)], PERIODS, rows, None, np.arange(6.0).reshape(2, 3))
    p = programme(block)
    assert [r.key for r in p.rows] == [("first", 2032), ("second", 2030), ("second", 2031), ("second", 2032)]
    assert p.start.tolist() == [0, 2, 3, 4, 5]
    assert p.index.array.tolist() == [0, 2, 0, 1, 2]
    assert p.value.array.tolist() == [2, 4, 7, 8, 9]
    assert p.row_upper.array.tolist() == [2, 3, 4, 5]
    assert set(p.row_lower.array.tolist()) == {-np.inf}


def test_a_row_without_terms_must_hold_by_itself(block: Block) -> None:
    flow = grid(block, "flow", [("a",)], PERIODS, np.ones((1, 3), dtype=bool))
    rows = Gathered(3)
    rows.add([0], np.array(0.0), flow.column)
    constrain_all(block, "holds", [("a",)], PERIODS, rows, None, np.zeros((1, 3)))
    assert len(programme(block).rows) == 0
    with pytest.raises(Contradiction, match="2031: nothing can change it, and it asks for 1"):
        constrain_all(block, "not", [("a",)], PERIODS, rows, np.array([[0.0, 1.0, 0.0]]), None)


def test_lists_of_terms_become_layers() -> None:
    found = [(v.tolist(), c.tolist()) for v, c in layers([[(1.0, 5)], [], [(2.0, 6), (3.0, 7)]])]
    assert found == [([1, 0, 2], [5, NONE, 6]), ([0, 0, 3], [NONE, NONE, 7])]
    assert tabulated({("a", 2030): 4}, ["a", "b"], PERIODS).tolist() == [[4, NONE, NONE], [NONE] * 3]


def test_numbers_that_are_more_than_their_value_stay_so() -> None:
    known = number.leaf(Tape(), 0.0)
    mixed = vector([1.5, known])
    assert mixed.dtype == object
    assert mixed[1] is known
    assert mattering(mixed).tolist() == [True, True]  # it may be another number later
    assert mattering(vector([1.5, 0.0])).tolist() == [True, False]
    terms = Linear.of([(2.0, 0)]).times(known)
    assert type(terms.values[0]) is number.Recorded
    assert type(terms.dense(1)[0]) is number.Recorded


def test_a_sum_as_arrays_is_the_sum() -> None:
    terms = Linear.joined([(1.0, 3)], Linear.of([(2.0, 0), (4.0, 3)]))
    assert list(terms) == [(1.0, 3), (2.0, 0), (4.0, 3)]
    assert terms.dense(4).tolist() == [2, 0, 0, 5]
    assert list(terms.times(0.0)) == []
    assert list(terms[1:].times(0.5)) == [(1.0, 0), (2.0, 3)]
