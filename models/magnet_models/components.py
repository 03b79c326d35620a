"""Pyomo components over the arrays of a programme: what is in them is made when somebody looks.

The model is a Pyomo model: it can be printed, written to a file, cloned, solved by any Pyomo solver, handed to a
decomposition. To solve it with HiGHS none of that is needed, and making a Pyomo object for each variable and row takes
several times as long as everything else; so a component makes its members, all of them, at the first look at one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from pyomo.core.base.constraint import ConstraintData, IndexedConstraint
from pyomo.core.base.objective import IndexedObjective, ObjectiveData
from pyomo.core.base.var import IndexedVar, VarData
from pyomo.core.expr.numeric_expr import LinearExpression
from pyomo.environ import Any as AnyKey
from pyomo.environ import Binary, Block, Integers, Reals

from .programme import INFINITY, Programme


class _MadeAtALook:
    """For a Pyomo component: `_data`, where Pyomo keeps its members, is filled when it is first asked for.

    `place` gives the column of a key, or its row.
    """

    _make: Callable[[dict[Any, Any]], None]
    _members: dict[Any, Any] | None = None
    _keys: Sequence[Any] = ()
    _places: range = range(0)
    _place: dict[Any, int] | None = None

    def stand(self, keys: Sequence[Any], places: range) -> None:
        """Says which keys there are, and where each stands."""
        self._keys, self._places = keys, places

    @property
    def first(self) -> int:
        """Where its first member stands."""
        return self._places.start

    @property
    def place(self) -> dict[Any, int]:
        if self._place is None:
            self._place = dict(zip(self._keys, self._places, strict=True))
        return self._place

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
    """An indexed variable."""

    def __init__(self, programme: Programme) -> None:
        super().__init__(AnyKey, dense=False)
        self._programme, self._members = programme, None

    def _make(self, members: dict[Any, VarData]) -> None:
        p = self._programme
        lower, upper, whole = p.lower.array, p.upper.array, p.whole.array
        for key, j in self.place.items():
            member = members[key] = VarData(component=self)
            member._index = key
            least, most = float(lower[j]), float(upper[j])
            binary = whole[j] and (least, most) == (0.0, 1.0)
            member.domain = Binary if binary else Integers if whole[j] else Reals
            member.setlb(None if least == -INFINITY else least)
            member.setub(None if most == INFINITY else most)


class Rows(_MadeAtALook, IndexedConstraint):
    """An indexed constraint."""

    def __init__(self, programme: Programme) -> None:
        super().__init__(AnyKey)
        self._programme, self._members = programme, None

    def _make(self, members: dict[Any, ConstraintData]) -> None:
        p, start = self._programme, self._programme.start
        index, value = p.index.array, p.value.array
        for key, i in self.place.items():
            at = slice(start[i], start[i + 1])
            least, most = float(p.row_lower[i]), float(p.row_upper[i])
            lower, upper = None if least == -INFINITY else least, None if most == INFINITY else most
            body = _linear(p, value[at].tolist(), index[at].tolist())
            member = members[key] = ConstraintData((lower, body, upper), component=self)
            member._index = key


class Aim(_MadeAtALook, IndexedObjective):
    """The objective, under the key 'all'."""

    def __init__(self, programme: Programme) -> None:
        super().__init__(AnyKey)
        self._programme, self._members = programme, None

    def _make(self, members: dict[Any, ObjectiveData]) -> None:
        p = self._programme
        cost = p.cost.dense(len(p.columns))
        at = np.unique(p.cost.columns)
        member = members["all"] = ObjectiveData(_linear(p, cost[at].tolist(), at.tolist(), p.constant), component=self)
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
