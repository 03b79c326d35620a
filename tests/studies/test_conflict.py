"""Clashes: each is proved here with other solves, and the search for the smallest set against enumeration."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from math import inf
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from magnet_sourcing import Case
from magnet_sourcing.problem import Problem, Wish
from magnet_sourcing.session import Options, Session, Status
from magnet_sourcing.studies.explain.conflict import _Element, _smallest, clashes
from magnet_sourcing.studies.explain.families import FAMILIES, number_of
from magnet_sourcing.studies.explain.findings import Number

from ..miniatures.cases import FIRST, case, need, offer, plant
from .test_ways_out import tight

OPTIONS = Options(gap=0.0)


class _Listed:
    """Elements clash if they hold one of some sets."""

    unsure = False

    def __init__(self, sets: Sequence[frozenset[int]]) -> None:
        self.sets = sets

    def judge(self, held: Sequence[_Element]) -> list[_Element] | None:
        periods = {e.number.period for e in held}
        return list(held) if any(s <= periods for s in self.sets) else None


def elements(count: int) -> list[_Element]:
    return [_Element(Number("demands", "magnet", "quantity", i), -1, "demand", 1.0) for i in range(count)]


@pytest.mark.parametrize("count", range(1, 14))
def test_what_all_takes_part_in_stays_whole(count: int) -> None:
    core, irreducible = _smallest(elements(count), _Listed([frozenset(range(count))]), inf)
    assert irreducible and {e.number.period for e in core} == set(range(count))


@given(st.integers(1, 13).flatmap(lambda n: st.lists(st.frozensets(st.integers(0, n - 1), min_size=1), min_size=1)))
def test_the_smallest_set_clashes_and_nothing_can_be_left_out(sets: list[frozenset[int]]) -> None:
    judge = _Listed(sets)
    core, irreducible = _smallest(elements(13), judge, inf)
    assert irreducible and judge.judge(core) is not None
    assert all(judge.judge([e for e in core if e is not left]) is None for left in core)


def has_plan(made: Case, held: set[Number]) -> bool:
    """Whether there is a plan with these numbers held and all others free to give way."""
    problem = Problem(made, Wish(), relief=list(FAMILIES))
    columns = [r.variable for r in problem.model.relief.columns.values() if number_of(r) in held]
    matrix = problem.matrix.held(columns, 0.0).aiming(np.zeros(len(problem.matrix.cost)))
    status = Session(matrix, OPTIONS).solve().status
    assert status in (Status.OPTIMAL, Status.INFEASIBLE)
    return status is Status.OPTIMAL


def proved(made: Case) -> list[set[Number]]:
    found = clashes(made, Wish(), OPTIONS)
    sets = [{m.number for m in clash.members} for clash in found.found]
    for clash, numbers in zip(found.found, sets, strict=True):
        assert not has_plan(made, numbers), clash
        assert clash.irreducible and all(has_plan(made, numbers - {n}) for n in numbers), clash
    assert all(not a & b for a, b in combinations(sets, 2))
    return sets


@pytest.mark.parametrize("offers", [2, 3, 5, 6, 9, 12])
def test_a_clash_of_many_numbers_names_them_all(offers: int) -> None:
    """One tonne from each of the offers is one less than is needed: all of them clash, none without another."""
    made = case(supplies=[offer(f"o{i}", 1, limit=1) for i in range(offers)], demands=[need(offers + 1)])
    limits = {Number("supplies", f"o{i}", "limit", FIRST) for i in range(offers)}
    assert proved(made) == [limits | {Number("demands", "magnet", "quantity", FIRST)}]


@pytest.mark.parametrize("beside", [False, True])
def test_a_clash_of_whole_numbers_is_told_beside_one_that_is_not(beside: bool) -> None:
    """Modules of 4 t that must run full cannot make 6 t; 10 cups of which 6 are on offer clash in any case."""
    mill = plant("mill", {"magnet": 1}, min_load=1, min_load_rule="always")
    more = {"expansion": "more", "facility": "mill", "sizing": "modular", "max_size": 4, "max_modules": 2, "life": 9}
    cups = {"demands": [need(10, "cup")], "supplies": [offer("o", 1, "cup", limit=6)]} if beside else {}
    found = clashes(case(mill, cups, expansions=[more], demands=[need(6)]), Wish(), OPTIONS).found
    whole = {c.whole for c in found if Number("demands", "magnet", "quantity", FIRST) in {m.number for m in c.members}}
    assert whole == {True} and [c.whole for c in found].count(False) == beside


@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(tight())
def test_clashes_of_random_cases_clash_and_are_irreducible(made: Case) -> None:
    if not has_plan(made, _all(made)):
        assert proved(made)


def _all(made: Case) -> set[Number]:
    columns: Any = Problem(made, Wish(), relief=list(FAMILIES)).model.relief.columns
    return {number_of(r) for r in columns.values()}
