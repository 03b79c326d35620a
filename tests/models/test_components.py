"""The Pyomo model of a case is the programme that is solved, though nothing of Pyomo is made to solve it."""

from __future__ import annotations

import magnet_models
import pytest
from magnet_models.components import Columns, Rows
from magnet_sourcing import Case, solve
from magnet_sourcing.matrix import to_matrix
from magnet_sourcing.problem import Problem
from magnet_sourcing.schema import TABLES
from magnet_sourcing.session import Options, Session
from pyomo.environ import Constraint, Objective, SolverFactory, Var, value

small = Case.small()


def model() -> magnet_models.Model:
    tables = small.resolved()  # settles the settings, too
    return magnet_models.build(small.settings, tables)


def bound(number: float) -> float | None:
    """As Pyomo has it."""
    return None if abs(number) == float("inf") else number


def test_a_look_makes_every_variable_and_row_with_its_numbers() -> None:
    m = model()
    matrix = to_matrix(m.programme)
    found = {v.name: v for v in m.pyomo.component_data_objects(Var)}
    assert [v.name for v in matrix.variables] == list(found)
    rows = {r.name: r for r in m.pyomo.component_data_objects(Constraint)}
    assert [r.name for r in matrix.rows] == list(rows)
    for i, row in enumerate(rows.values()):
        at = slice(matrix.start[i], matrix.start[i + 1])
        body = row.body
        named = dict(zip((v.name for v in body.linear_vars), body.linear_coefs, strict=True))
        assert named == {matrix.variables[j].name: c for j, c in zip(matrix.index[at], matrix.value[at], strict=True)}
        assert (row.lb, row.ub) == (bound(matrix.row_lower[i]), bound(matrix.row_upper[i]))
    for j, v in enumerate(found.values()):
        assert (v.lb, v.ub) == (bound(matrix.lower[j]), bound(matrix.upper[j]))
        assert v.is_continuous() == (not matrix.whole[j])


def test_pyomo_solves_it_to_the_same_objective() -> None:
    """By Pyomo's own interface, which knows nothing of the arrays."""
    m = model()
    SolverFactory("appsi_highs").solve(m.pyomo)
    objective = next(m.pyomo.component_data_objects(Objective))
    assert value(objective) == pytest.approx(solve(small, gap=0).objective, rel=1e-6)


def test_a_clone_is_whole() -> None:
    copy = model().pyomo.clone()
    assert len(list(copy.component_data_objects(Var))) == len(to_matrix(model().programme).cost)
    assert all(c.model() is copy for c in copy.component_objects(Var))


def test_solving_makes_nothing_of_pyomo(monkeypatch: pytest.MonkeyPatch) -> None:
    def looked(self: object, members: object) -> None:
        raise AssertionError("a Pyomo object was made")

    for component in (Columns, Rows):
        monkeypatch.setattr(component, "_make", looked)
    problem = Problem(small)
    assert Session(problem.matrix, Options(tie_break=False)).solve().objective is not None
    assert solve(small).audit.passed
    with pytest.raises(AssertionError, match="was made"):
        len(problem.model.scenarios["base"].block.run)


def test_no_column_hides_what_a_row_can_do() -> None:
    """A row's values are its attributes."""
    names = {c.name for table in TABLES.values() for c in table.columns}
    assert not names & {"get", "items", "keys", "values", "key"}
