"""Ways out of a case without a plan: the smallest changes of its numbers that give it one.

The case is built once with columns by which numbers may give way (magnet_models.relief), all whole numbers kept, so a
conflict between whole numbers is repaired like any other. For a family alone the others are held at 0 and the sum of
its changes is made least, then the cost. What is found is a claim about the relaxed model; each fix is therefore made in
the case itself, which is built anew and solved, and reported only if it has a plan.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from statistics import median
from typing import TYPE_CHECKING

import numpy as np

from ...case import Case
from ...matrix import INFINITY, Matrix
from ...problem import Impossible, Problem, Wish, held_row
from ...session import Options, Outcome, Session, Status
from .families import FAMILIES, Numbers, added_up, checked_families, number_of
from .findings import Fix, Number
from .fixes import PLAN_GAP, Need, tried

if TYPE_CHECKING:
    from magnet_models.relief import Relieved

__all__ = ["FAMILIES", "WaysOut", "ways_out"]

_Thing = tuple[str, str, str]  # table, row and column of a number, whatever its year
Told = Callable[[int, int, str], None]

# Changes smaller than this, in their own unit and relative to their number, are the solver's tolerance.
_NOTHING = 1e-7
# The room that holding an optimum takes (see held_row) shows as changes up to this, relative to their numbers.
_LITTLE = 1e-6
_LARGEST_COST = 1e4
# Single numbers that are left alone in turn when leaving all of them alone leaves no repair.
_ONE_BY_ONE = 4
RELATIVE = "times the numbers changed"


@dataclass(frozen=True)
class WaysOut:
    """What was found.

    alone: for each family of limits by itself, its smallest change that gives a plan. several: repairs that differ in
    the numbers they change, each the least relative to these. helpless: families whose numbers cannot give a plan
    alone, proved. unsettled: families (and 'several') whose search stopped before it was settled. feasible: True if the
    case has a plan as it stands (then nothing else is said), False if it is proved that it has none, None if neither.
    reason: a row that nothing asked can change, in the model's words.
    """

    alone: list[Fix] = field(default_factory=list)
    several: list[Fix] = field(default_factory=list)
    helpless: list[str] = field(default_factory=list)
    unsettled: list[str] = field(default_factory=list)
    feasible: bool | None = False
    reason: str = ""


def ways_out(
    case: Case,
    wish: Wish,
    options: Options,
    *,
    families: Sequence[str] | None = None,
    alternatives: int = 3,
    progress: Told | None = None,
) -> WaysOut:
    """The smallest changes that give a checked case a plan.

    families: names of FAMILIES (None: all). alternatives: repairs that may mix families. options: of each solve; a time
    limit is for each. progress: called with done, of, what after each family.
    Raises ValueError for an unknown family, CaseError if the tables leave something open that the model needs.

    >>> import magnet_sourcing as ms
    >>> ways_out(ms.Case.small(), Wish(), Options()).feasible
    True
    """
    asked = checked_families(families)
    if alternatives < 0:
        raise ValueError(f"{alternatives} alternatives: must be 0 or more")
    feasible = has_plan(lambda: Problem(case, wish), options)
    if feasible:
        return WaysOut(feasible=True)
    try:
        problem = Problem(case, wish, relief=asked)
    except Impossible as reason:
        return WaysOut(helpless=asked, feasible=False, reason=str(reason))
    return _Search(case, wish, options, problem, feasible).ways(asked, alternatives, progress)


def has_plan(build: Callable[[], Problem], options: Options) -> bool | None:
    """Whether a problem has a plan; None if the time was up, or the solver gave up, before it was known."""
    try:
        problem = build()
    except Impossible:
        return False
    matrix = problem.matrix.aiming(np.zeros(len(problem.matrix.cost)))
    outcome = Session(matrix, replace(options, tie_break=False)).solve()
    if outcome.values is not None:
        return True
    return False if outcome.status is Status.INFEASIBLE else None


@dataclass(frozen=True)
class _Column:
    """A column of the relaxed model. unit: of the change added up over the years, `weight` times the column.
    size: what the change is compared with where numbers of different kinds are weighed against each other."""

    relieved: Relieved
    number: Number
    at: int
    unit: str
    weight: float
    size: float


class _Search:
    """The relaxed model of a case, solved for one family after the other."""

    def __init__(self, case: Case, wish: Wish, options: Options, problem: Problem, feasible: bool | None) -> None:
        self._options = options
        self._feasible = feasible
        self._matrix = problem.matrix
        self._numbers = Numbers(case, wish)
        self._columns = _columns(self._numbers, problem)
        self._all = np.array([c.at for c in self._columns], dtype=int)

    def ways(self, families: Sequence[str], alternatives: int, progress: Told | None) -> WaysOut:
        found: list[Fix] = []
        helpless: list[str] = []
        unsettled: list[str] = []
        held = {c.relieved.family for c in self._columns}
        live = [f for f in families if f in held]
        tell = progress or (lambda done, of, what: None)
        for done, family in enumerate(live):
            fix, outcome = self._alone(family)
            if self._feasible:
                return WaysOut(feasible=True)
            if fix is not None:
                found.append(fix)
            else:
                (helpless if outcome.status is Status.INFEASIBLE else unsettled).append(family)
            tell(done + 1, len(live) + bool(alternatives), f"{family}: {_ended(fix, outcome)}")
        several, settled = self._several(alternatives) if alternatives and live else ([], True)
        if self._feasible:
            return WaysOut(feasible=True)
        if alternatives and live:
            tell(len(live) + 1, len(live) + 1, f"several: {len(several)} found")
        if not settled:
            unsettled.append("several")
        return WaysOut(found, several, helpless, unsettled, self._feasible)

    # ------------------------------------------------------------ one family

    def _alone(self, family: str) -> tuple[Fix | None, Outcome]:
        """The smallest change of a family by itself, in its unit; relative to its numbers where there are several."""
        columns = [c for c in self._columns if c.relieved.family == family]
        units = {c.unit for c in columns}
        relative = len(units) > 1
        outcome = self._least(columns, relative)
        if outcome.values is not None and relative:
            values = outcome.values
            used = {c.unit for c in columns if self._moved(c, values)}
            if len(used) == 1:  # told in that unit, so the least in that unit
                columns, relative = [c for c in columns if c.unit in used], False
                outcome = self._least(columns, relative)
        return self._fix(family, columns, outcome, relative), outcome

    def _least(self, columns: Sequence[_Column], relative: bool) -> Outcome:
        """The least sum of changes of some columns with all others held at 0, and of these the cheapest plan."""
        free = {c.at for c in columns}
        others = np.array([j for j in self._all if j not in free], dtype=int)
        vector = np.zeros(len(self._matrix.cost))
        for c in columns:
            vector[c.at] = c.relieved.unit * (1 / c.size if relative else c.weight)
        scale = _LARGEST_COST / float(vector.max())  # a solver takes what costs less than its tolerance for free
        matrix = self._matrix.held(others, 0.0)
        options = replace(self._options, tie_break=False)
        outcome = Session(matrix.aiming(vector * scale), options).solve()
        outcome.bound = None if outcome.bound is None else outcome.bound / scale
        if outcome.values is None:
            return outcome
        outcome.objective = float(vector @ outcome.values)
        if outcome.bound is not None and outcome.bound > _NOTHING * max(1.0, abs(outcome.objective)):
            self._feasible = False
        outcome.values = self._cheapest(matrix, vector, scale, columns, outcome, options)
        outcome.objective = float(vector @ outcome.values)
        if outcome.bound is not None and outcome.bound > outcome.objective * (1 + 1e-5) + _NOTHING:
            outcome.bound = None  # a smaller change was found, so what the solver called a bound is none
        return outcome

    def _cheapest(
        self,
        matrix: Matrix,
        vector: np.ndarray,
        scale: float,
        columns: Sequence[_Column],
        least: Outcome,
        options: Options,
    ) -> np.ndarray:
        """Among equal changes those of the cheapest plan, found loosely; then, as it decides, the least of these numbers."""
        assert least.values is not None and least.objective is not None
        held = matrix.with_row(*held_row(vector, least.objective))
        cheap = Session(held, replace(options, gap=max(options.gap, PLAN_GAP)), None, least.values).solve()
        if cheap.values is None:
            return least.values
        still = np.array([c.at for c in columns if self._change(c, cheap.values) <= _LITTLE * c.size], dtype=int)
        whole = np.flatnonzero(matrix.whole)
        decided = matrix.held(whole, np.round(cheap.values[whole])).held(still, 0.0)
        exact = Session(decided.aiming(vector * scale), options).solve()
        if exact.values is None or float(vector @ exact.values) > least.objective * (1 + options.gap) + _NOTHING:
            return least.values
        return exact.values

    def _moved(self, column: _Column, values: np.ndarray) -> bool:
        return self._change(column, values) > _NOTHING * max(1.0, column.size)

    @staticmethod
    def _change(column: _Column, values: np.ndarray) -> float:
        return column.relieved.unit * float(values[column.at])

    def _needs(self, columns: Iterable[_Column], values: np.ndarray, relative: bool) -> list[Need]:
        """The numbers that give way, each once: a share held in several years falls as far as the worst of them asks."""
        needs: dict[Number, Need] = {}
        for c in columns:
            if self._moved(c, values):
                moved = self._change(c, values)
                change = c.relieved.sign * moved / self._per(c.relieved, values)
                amount = moved / c.size if relative else c.weight * moved
                known = needs.get(c.number)
                if known is not None:
                    change = max(change, known.change, key=abs)
                    amount += known.amount
                needs[c.number] = Need(c.number, change, amount)
        return list(needs.values())

    def _per(self, relieved: Relieved, values: np.ndarray) -> float:
        """What the column is divided by: the other factor of the product it stands for."""
        if relieved.per is None:
            return 1.0
        constant, terms = relieved.per
        return max(constant + sum(c * values[v] for c, v in terms), 1e-9)

    def _fix(self, family: str, columns: Sequence[_Column], outcome: Outcome, relative: bool) -> Fix | None:
        """The fix, made in the case and solved; None if there is none, or if the case so changed has no plan."""
        if outcome.values is None:
            return None
        needs = self._needs(columns, outcome.values, relative)
        if not needs:
            if self._feasible is None and outcome.status is Status.OPTIMAL:
                self._feasible = True
            return None
        trial = tried(self._numbers, needs, self._options)
        if trial is None:
            return None
        units = {c.unit for c in columns if self._moved(c, outcome.values)}
        unit = RELATIVE if relative or len(units) > 1 else units.pop()
        amounts = (
            need.amount * abs((step.after - step.before) / need.change) if step.unit != "yes/no" else need.amount
            for need, step in zip(needs, trial.steps, strict=True)
        )
        return Fix(family, trial.steps, float(f"{sum(amounts):.12g}"), unit, outcome.bound, trial.status, trial.cost)

    # ------------------------------------------------------------ several families

    def _several(self, count: int) -> tuple[list[Fix], bool]:
        """Repairs that differ in the numbers they change, the least first; and whether the search ended by itself.

        Each next one leaves alone what all earlier ones change; where nothing is left then, what changes most in one
        of them, so that they still differ.
        """
        found: list[Fix] = []
        used: list[_Thing] = []  # in the order of the repairs, of each what changes most first
        tries = [set[_Thing]()]
        settled = True
        while tries and len(found) < count:
            barred = tries.pop(0)
            columns = [c for c in self._columns if _thing(c.number) not in barred]
            outcome = self._least(columns, True) if columns else None
            if outcome is None or outcome.values is None:
                settled = settled and (outcome is None or outcome.status is Status.INFEASIBLE)
                if len(barred) > 1 and barred == set(used):
                    tries = [{thing} for thing in used][:_ONE_BY_ONE]
                continue
            needs = self._needs(columns, outcome.values, True)
            changed = {c.relieved.family for c in columns if self._moved(c, outcome.values)}
            things = list(dict.fromkeys(_thing(n.number) for n in sorted(needs, key=lambda n: -n.amount)))
            if not needs or any(set(things) == {_thing(s.number) for s in fix.steps} for fix in found):
                continue
            fix = self._fix(changed.pop() if len(changed) == 1 else "several", columns, outcome, True)
            if fix is not None:
                found.append(fix)
            new = [thing for thing in things if thing not in used]
            used += new
            if new and not tries:
                tries = [set(used)]
        return found, settled


def _ended(fix: Fix | None, outcome: Outcome) -> str:
    if fix is not None:
        return f"{fix.amount:g} {fix.unit}"
    return "cannot alone" if outcome.status is Status.INFEASIBLE else f"not settled ({outcome.status})"


def _thing(number: Number) -> _Thing:
    """Two repairs differ if they change different numbers; another year of one is not another."""
    return number.table, number.name, number.column


# ---------------------------------------------------------------- columns and their weights


def _columns(numbers: Numbers, problem: Problem) -> list[_Column]:
    """The columns of the relaxed model with their units, weights and sizes."""
    years = {row.period: row.years for row in numbers.tables["periods"]}
    made = []
    for relieved in problem.model.relief.columns.values():
        number = number_of(relieved)
        unit, yearly = added_up(numbers.found_in(number))
        weight = float(years[relieved.period]) if yearly and relieved.period is not None else 1.0
        most = problem.matrix.upper[relieved.variable] if relieved.sign < 0 else INFINITY
        size = float(most) if most < INFINITY else abs(numbers.before(number))
        made.append(_Column(relieved, number, relieved.variable, unit, weight, size))
    return [replace(c, size=c.size or _usual(c, made)) for c in made]


def _usual(column: _Column, columns: Sequence[_Column]) -> float:
    """The size of a change of a number that is 0: as of others of its column, of its unit, or 1."""
    for same in (
        [c.size for c in columns if c.size and _kind(c) == _kind(column) and c.unit == column.unit],
        [c.size for c in columns if c.size and c.unit == column.unit],
    ):
        if same:
            return float(median(same))
    return 1.0


def _kind(column: _Column) -> tuple[str, str]:
    return column.number.table, column.number.column
