"""Which numbers of a case clash: sets that cannot hold together, none of which can be left out.

The case is built once with a relief column for each number (magnet_models.relief). A number holds while its relief is 0
and is left out by setting its relief free. First linear, with whole numbers let go: the least weighted sum of the reliefs
is more than 0 where there is a clash, and the reliefs that its duals price are a clash already; what else can go is then
left out, number by number, and then by solves of the whole model. If the linear case has a plan, the clash is one of whole
numbers, and only solves of the whole model decide. A set found is then set free as a whole, and the rest looked at again.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import highspy
import numpy as np
from magnet_models.relief import MORE

from ...case import Case
from ...matrix import INFINITY, Matrix
from ...problem import Impossible, Problem, Wish
from ...session import Options, Session, Status
from .families import FAMILIES, Numbers, number_of
from .findings import Member, Number

# Relative to the numbers that move: below it, no clash but the solver's tolerance.
_NOTHING = 1e-6
# Duals below it, relatively, price nothing.
_PRICED = 1e-7
_LARGEST_COST = 1e4
MOST_CLASHES = 5
SECONDS = 60.0


@dataclass(frozen=True)
class Clash:
    """Numbers that cannot hold together. irreducible: without any one of them the others can, each proved. linear: the
    same, proved with whole numbers let go. whole: only whole numbers and yes/no decisions clash; with parts of them
    allowed these could hold together."""

    members: tuple[Member, ...]
    irreducible: bool
    linear: bool
    whole: bool


@dataclass(frozen=True)
class Clashes:
    """What was found. more: whether others may be there that were not looked for (time, or too many).
    unresolved: there is a clash that no number of the case takes part in, in the model's words ('' if there is none)."""

    found: tuple[Clash, ...] = ()
    more: bool = False
    unresolved: str = ""


@dataclass(frozen=True)
class _Element:
    """A number in one direction, with the columns that set it free. size: what its moves are compared with."""

    number: Number
    sign: int
    family: str
    size: float
    columns: list[int] = field(default_factory=list)
    units: list[float] = field(default_factory=list)


class Judge(Protocol):
    """unsure: whether a solve since it was last set ended without an answer."""

    unsure: bool

    def judge(self, held: Sequence[_Element]) -> list[_Element] | None:
        """Which of these elements are enough for a clash, all others being free; None if no clash is proved."""


def clashes(
    case: Case, wish: Wish, options: Options, *, most: int = MOST_CLASHES, seconds: float = SECONDS
) -> Clashes:
    """Disjoint sets of numbers of a case without a plan that cannot hold together.

    case: checked, and proved to have no plan. most: sets looked for. seconds: for all of it; what is found then may be
    larger than it needs be (`irreducible`).
    """
    until = time.monotonic() + seconds
    try:
        problem = Problem(case, wish, relief=list(FAMILIES))
    except Impossible as reason:
        return Clashes(unresolved=str(reason))
    numbers = Numbers(case, wish)
    rest = _elements(problem, numbers)
    found: list[Clash] = []
    more = False
    linear, entire = _Linear(problem.matrix, rest, options, until), _Whole(problem.matrix, options, until)
    for judge in (linear, entire):
        judge.unsure = False
        while len(found) < most and (core := judge.judge(rest)) is not None:
            core, proved = _smallest(core, judge, until)
            if not core:
                return Clashes(tuple(found), unresolved=NOTHING_GIVES)
            purely = judge is entire and linear.lets_hold(core)
            core, irreducible = (core, proved) if judge is entire else _smallest(core, entire, until)
            found.append(Clash(_members(numbers, core), irreducible, proved, purely))
            chosen = {id(e) for e in core}
            rest = [e for e in rest if id(e) not in chosen]
            judge.unsure = False
        more = len(found) == most or judge.unsure
    return Clashes(tuple(found), more)


NOTHING_GIVES = "none of the numbers that may change takes part: balances, recipes, years and gates cannot hold together"


# ---------------------------------------------------------------- the smallest set


def _smallest(core: list[_Element], judge: Judge, until: float) -> tuple[list[_Element], bool]:
    """The core without what can be left out, and whether each that stays is proved to be needed.

    Halves are left out, then quarters, and at last each by itself; what was needed in a larger set is in a smaller one.
    """
    judge.unsure = False
    rest, size = list(core), max(1, len(core) // 2)
    while True:
        at = 0
        while at < len(rest):
            if time.monotonic() > until:
                return rest, False
            smaller = judge.judge(rest[:at] + rest[at + size :])
            if smaller is None:
                at += size
            else:
                kept = {id(e) for e in smaller}
                at = sum(id(e) in kept for e in rest[:at])
                rest = [e for e in rest if id(e) in kept]
        if size == 1:
            return rest, not judge.unsure
        size //= 2


# ---------------------------------------------------------------- with whole numbers let go


class _Linear(Session):
    """The linear case, loaded once; what holds has a cost, what is left out has none."""

    def __init__(self, matrix: Matrix, elements: Sequence[_Element], options: Options, until: float) -> None:
        zero = replace(matrix.aiming(np.zeros(len(matrix.cost))), whole=np.zeros(len(matrix.cost), dtype=bool))
        super().__init__(zero, replace(options, time_limit=None, tie_break=False))
        self._until, self.unsure = until, False
        self._all = np.array([j for e in elements for j in e.columns], dtype=np.int32)

    def judge(self, held: Sequence[_Element]) -> list[_Element] | None:
        """See Judge."""
        cost = np.zeros(len(self._matrix.cost))
        for e in held:
            cost[e.columns] = np.array(e.units) / e.size
        scale = _LARGEST_COST / max(float(cost.max(initial=0.0)), 1e-300)
        cost *= scale
        h = self._h
        h.changeColsCost(len(self._all), self._all, cost[self._all])
        h.setOptionValue("time_limit", h.getRunTime() + max(0.1, self._until - time.monotonic()))
        with self._ctrl_c():
            h.run()
        if self.asked_to_stop:
            raise KeyboardInterrupt
        status = h.getModelStatus()
        if status == highspy.HighsModelStatus.kInfeasible:
            return []
        self.unsure = self.unsure or status != highspy.HighsModelStatus.kOptimal
        if status != highspy.HighsModelStatus.kOptimal or h.getInfo().objective_function_value / scale <= _NOTHING:
            return None
        reduced = np.array(h.getSolution().col_dual)
        return [e for e in held if any(cost[j] - reduced[j] > _PRICED * cost[j] for j in e.columns)]

    def lets_hold(self, core: Sequence[_Element]) -> bool:
        """Whether it is proved that these can hold together once whole numbers may be fractions."""
        self.unsure = False
        return self.judge(core) is None and not self.unsure


# ---------------------------------------------------------------- with whole numbers


class _Whole:
    """The case with its whole numbers: solved for any plan, with what holds held at 0."""

    def __init__(self, matrix: Matrix, options: Options, until: float) -> None:
        self._matrix = matrix.aiming(np.zeros(len(matrix.cost)))
        self._options, self._until, self.unsure = options, until, False

    def judge(self, held: Sequence[_Element]) -> list[_Element] | None:
        """See Judge."""
        left = self._until - time.monotonic()
        if left <= 0:
            self.unsure = True
            return None
        limit = min(left, self._options.time_limit or left)
        columns = np.array([j for e in held for j in e.columns], dtype=int)
        options = replace(self._options, time_limit=limit, tie_break=False)
        outcome = Session(self._matrix.held(columns, 0.0), options).solve()
        if outcome.status is Status.INTERRUPTED:
            raise KeyboardInterrupt
        self.unsure = self.unsure or outcome.status not in (Status.INFEASIBLE, Status.OPTIMAL)
        return list(held) if outcome.status is Status.INFEASIBLE else None


# ---------------------------------------------------------------- numbers


def _elements(problem: Problem, numbers: Numbers) -> list[_Element]:
    """The numbers that may give way, those of a family together."""
    found: dict[tuple[Number, int], _Element] = {}
    for relieved in problem.model.relief.columns.values():
        number = number_of(relieved)
        key = (number, relieved.sign)
        if key not in found:
            most = problem.matrix.upper[relieved.variable] if relieved.sign < 0 else 0.0
            size = float(most) if 0 < most < INFINITY else abs(numbers.before(number))
            found[key] = _Element(number, relieved.sign, relieved.family, size or 1.0)
        found[key].columns.append(relieved.variable)
        found[key].units.append(relieved.unit)
    order = list(FAMILIES)
    return sorted(found.values(), key=lambda e: order.index(e.family))


def _members(numbers: Numbers, core: Sequence[_Element]) -> tuple[Member, ...]:
    """Both directions of an equality are one member."""
    senses: dict[Number, set[int]] = {}
    for e in core:
        senses.setdefault(e.number, set()).add(e.sign)
    return tuple(Member(n, _sense(signs), numbers.before(n), numbers.unit(n)) for n, signs in senses.items())


def _sense(signs: set[int]) -> str:
    """What a number says, by the directions in which it may give way."""
    return "equal" if len(signs) == 2 else "at most" if MORE in signs else "at least"
