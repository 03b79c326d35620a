"""Pyomo components over the arrays of a programme: what is in them is made when somebody looks.

The model is a Pyomo model: it can be printed, written to a file, cloned, solved by any Pyomo solver, handed to a
decomposition. To solve it with HiGHS none of that is needed, and making a Pyomo object for each variable and row takes
several times as long as everything else; so a component makes its members, all of them, at the first look at one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pyomo.core.base.constraint import ConstraintData, IndexedConstraint
from pyomo.core.base.objective import IndexedObjective, ObjectiveData
from pyomo.core.base.var import IndexedVar, VarData
from pyomo.core.expr.numeric_expr import LinearExpression
from pyomo.environ import Any as AnyKey
from pyomo.environ import Binary, Block, Integers, Reals

from .programme import INFINITY, Programme


class _MadeAtALook:
    """For a Pyomo component: `_data`, where Pyomo keeps its members, is filled when it is first asked for."""

    _make: Callable[[dict[Any, Any]], None]
    _members: dict[Any, Any] | None = None

    @property
    def _data(self) -> dict[Any, Any]:
        if self._members is None:
            self._members = {}  # there already while they are made: a member asks its component for its key
            self._make(self._members)
        return self._members

    @_data.setter
    def _data(self, members: dict[Any, Any]) -> None:
        self._members = members


class Columns(_MadeAtALook, IndexedVar):
    """An indexed variable. `place` gives the column of a key."""

    def __init__(self, programme: Programme) -> None:
        super().__init__(AnyKey, dense=False)
        self._programme, self.place, self._members = programme, dict[Any, int](), None

    def _make(self, members: dict[Any, VarData]) -> None:
        p = self._programme
        for key, j in self.place.items():
            member = members[key] = VarData(component=self)
            member._index = key
            binary = p.whole[j] and (p.lower[j], p.upper[j]) == (0.0, 1.0)
            member.domain = Binary if binary else Integers if p.whole[j] else Reals
            member.setlb(None if p.lower[j] == -INFINITY else p.lower[j])
            member.setub(None if p.upper[j] == INFINITY else p.upper[j])


class Rows(_MadeAtALook, IndexedConstraint):
    """An indexed constraint. `place` gives the row of a key."""

    def __init__(self, programme: Programme) -> None:
        super().__init__(AnyKey)
        self._programme, self.place, self._members = programme, dict[Any, int](), None

    def _make(self, members: dict[Any, ConstraintData]) -> None:
        p = self._programme
        for key, i in self.place.items():
            index, value = p.row(i)
            lower = None if p.row_lower[i] == -INFINITY else p.row_lower[i]
            upper = None if p.row_upper[i] == INFINITY else p.row_upper[i]
            member = members[key] = ConstraintData((lower, _linear(p, value, index), upper), component=self)
            member._index = key


class Aim(_MadeAtALook, IndexedObjective):
    """The objective, under the key 'all'."""

    def __init__(self, programme: Programme) -> None:
        super().__init__(AnyKey)
        self._programme, self._members = programme, None

    def _make(self, members: dict[Any, ObjectiveData]) -> None:
        p = self._programme
        cost: dict[int, float] = {}
        for c, j in p.cost:
            cost[j] = cost.get(j, 0.0) + c
        member = members["all"] = ObjectiveData(_linear(p, list(cost.values()), list(cost), p.constant), component=self)
        member._index = "all"


def _linear(p: Programme, coefs: list[float], columns: list[int], constant: float = 0.0) -> LinearExpression:
    return LinearExpression(constant=constant, linear_coefs=coefs, linear_vars=[member(p, j) for j in columns])


def member(p: Programme, column: int) -> VarData:
    """The Pyomo variable of a column."""
    component, key = p.columns[column]
    return component[key]


def programme_of(block: Block) -> Programme:
    """The programme that the model of a block writes into."""
    found: Programme = block.model().programme
    return found
