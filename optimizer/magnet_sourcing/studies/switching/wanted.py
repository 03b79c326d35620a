"""What would make a wanted route or expansion part of the optimum: a lump sum, a lower fee, a larger subsidy.

A lump sum paid on signing is a constant of every plan that signs, so the least one is the cost with the route less the
cost without it. A fee changes what the route is used for, so its greatest value is searched.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...case import Case
from ...changes import Change, changed
from ...matrix import Matrix
from ...problem import Impossible, Problem
from ...problems import CaseError, did_you_mean
from ...session import Options, Outcome, Status
from ..decisions import Decision, by_name, carried, columns, read
from ..ranges.assumed import figure
from .bisection import between
from .probing import checked, solved

# How many times its price a route already in the optimum is offered at before the search ends.
_MOST = 64.0


@dataclass(frozen=True)
class Lever:
    """A term of the contract that is moved. values: at the case as it stands, and the furthest tried."""

    name: str  # in words: 'toll fee', 'capital subsidy' ...
    changes: Callable[[float], list[Change]]
    now: float
    furthest: float
    shown: Callable[[float], str]


@dataclass(frozen=True)
class Wanted:
    """What a route or expansion asked for would need, or may lose.

    inside: it is in the optimum. price: discounted money by which the best plan with it is dearer than the best
    without it (least, as found, most, from the bounds; negative: cheaper). year: first year in which the best plan
    with it signs or builds. paid: the price as found, paid in that year. lever: the term that was moved; before, after:
    its values before and after the turn at which the route enters (or leaves) the optimum, None where none was found;
    note says why. with_, without: the two costs, None if there is no such plan.
    """

    name: str
    kind: str
    inside: bool
    price: tuple[float, float, float] | None = None
    year: int | None = None
    paid: float | None = None
    lever: Lever | None = None
    before: float | None = None
    after: float | None = None
    note: str = ""
    with_: float | None = None
    without: float | None = None


class _Both:
    """The best plan with what is wanted and the best without it, in one problem."""

    def __init__(
        self, problem: Problem, name: str, kind: str, by: int | None, options: Options, start: np.ndarray
    ) -> None:
        self.problem = problem
        at = _columns(problem, name, kind)
        self.with_ = solved(problem, options, matrix=_forced(problem, _columns(problem, name, kind, by)), start=start)
        self.without = solved(problem, options, matrix=problem.matrix.held(at, 0.0), start=start)


def wanted_in(
    problem: Problem,
    name: str,
    by: int | None,
    values: np.ndarray,
    tolerance: float,
    options: Options,
    report: Callable[[int, int, str], None],
) -> Wanted:
    """What the wanted route or expansion needs, decided in year `by` at the latest (None: in any year).

    problem, values: of the case as it stands, and its plan.

    Raises ValueError if it is neither, or has no yes/no decision.
    """
    case = problem.case
    kind = _kind(case, name)
    if not len(_columns(problem, name, kind, by)):
        until = "" if by is None else f" up to {by}"
        return _cannot(name, kind, f"no year{until} in which it could be decided would bear fruit within the horizon")
    both = _Both(problem, name, kind, by, options, values)
    report(0, 0, f"{name}: with {_cost(both.with_)}, without {_cost(both.without)}")
    if both.with_.objective is None:
        return _cannot(name, kind, _why(both.with_, "with it"))
    if both.without.objective is None:
        return _cannot(name, kind, _why(both.without, "without it"), both.with_.objective, inside=True)
    inside = both.with_.objective <= both.without.objective
    year = _first_year(problem, both.with_, name)
    price = both.with_.objective - both.without.objective
    lever = _lever(case, name, kind, inside, year)
    search = _Search(both, name, kind, by, lever, options, report)
    before, after, note = search.leaving(tolerance) if inside else search.entering(tolerance)
    return Wanted(
        name,
        kind,
        inside,
        (_bound(both.with_) - both.without.objective, price, both.with_.objective - _bound(both.without)),
        year,
        price / _discount(problem, year),
        lever,
        before,
        after,
        note,
        both.with_.objective,
        both.without.objective,
    )


def _bound(outcome: Outcome) -> float:
    return -np.inf if outcome.bound is None else outcome.bound


def _cannot(name: str, kind: str, why: str, with_: float | None = None, inside: bool = False) -> Wanted:
    return Wanted(name, kind, inside, note=why, with_=with_)


def _why(outcome: Outcome, how: str) -> str:
    if outcome.status is Status.INFEASIBLE:
        return f"there is no plan {how}: this is proved"
    return f"no plan {how} was found ({outcome.status})"


def _cost(outcome: Outcome) -> str:
    return str(outcome.status) if outcome.objective is None else f"{outcome.objective:,.6g}"


# ---------------------------------------------------------------- what is wanted


def _kind(case: Case, name: str) -> str:
    routes = {r.route for r in case.rows("routes")}
    expansions = {x.expansion: x for x in case.rows("expansions")}
    if name in routes:
        return "route"
    if name not in expansions:
        raise ValueError(f"'{name}' is no route or expansion of the case{did_you_mean(name, [*routes, *expansions])}")
    if expansions[name].sizing == "continuous":
        raise ValueError(f"expansion '{name}' is continuous: it is not built or not, so it has no price of insisting")
    return "expansion"


def _columns(problem: Problem, name: str, kind: str, by: int | None = None) -> np.ndarray:
    verb = "sign" if kind == "route" else "build"
    found = [(d, j) for d, j in columns(problem).items() if (d.kind, d.name) == (verb, name)]
    return np.array([j for d, j in found if by is None or d.year <= by], dtype=int)


def _forced(problem: Problem, at: np.ndarray) -> Matrix:
    """Signed, or built at least once, in some year."""
    row = np.zeros(len(problem.matrix.cost))
    row[at] = 1.0
    return problem.matrix.with_row(row, 1.0, float("inf"))


def _first_year(problem: Problem, outcome: Outcome, name: str) -> int:
    assert outcome.values is not None
    decided: list[Decision] = [
        d for d in read(problem, outcome.values) if d.name == name and d.kind in ("sign", "build")
    ]
    return min(d.year for d in decided)


def _discount(problem: Problem, year: int) -> float:
    """What one unit of money of that year counts in the objective."""
    horizon = next(iter(problem.model.scenarios.values())).data.horizon
    return float(horizon.discount(year))


# ---------------------------------------------------------------- the term that is moved


def _lever(case: Case, name: str, kind: str, inside: bool, year: int) -> Lever | None:
    return _fee(case, name, inside, year) if kind == "route" else _capital(case, name, inside)


def _fee(case: Case, name: str, inside: bool, year: int) -> Lever | None:
    """The first of toll fee, unit cost and signing cost that is not 0, moved by a factor."""
    route = next(r for r in case.rows("routes") if r.route == name)
    tolls = [r for r in case.rows("tolls") if r.route == name]
    for table, column, rows, words in (
        ("tolls", "fee", tolls, "toll fee"),
        ("routes", "unit_cost", [route], "unit cost"),
        ("routes", "signing_cost", [route], "signing cost"),
    ):
        amounts = [_in(row[column], year) for row in rows]
        if any(amounts):
            return _factor(case, words, table, f"route = {name}", (column,), inside, max(amounts))
    return None


def _capital(case: Case, name: str, inside: bool) -> Lever | None:
    """An expansion not in the optimum is offered a larger subsidy; one that is, dearer capital."""
    row = next(x for x in case.rows("expansions") if x.expansion == name)
    where = f"expansion = {name}"
    if inside:
        costs = tuple(c for c in ("fixed_cost", "unit_cost") if any(row[c].values()))
        return _factor(case, "capital", "expansions", where, costs, inside, 0.0) if costs else None
    capped = row.subsidy_cap is not None

    def changes(share: float) -> list[Change]:
        found = [Change("expansions", where, "subsidy", "set", share)]
        # A cap in money would undo a larger share.
        return [*found, Change("expansions", where, "subsidy_cap", "set", _greatest_capital(row))] if capped else found

    words = "capital subsidy" + (" (without its cap in money)" if capped else "")
    return Lever(words, changes, row.subsidy, 1.0, lambda x: f"{x:.1%}")


def _greatest_capital(row: Any) -> float:
    modules = row.max_modules or 1
    return float(modules * max(row.fixed_cost[t] + row.unit_cost[t] * row.max_size for t in row.unit_cost))


def _factor(case: Case, words: str, table: str, where: str, names: Sequence[str], inside: bool, amount: float) -> Lever:
    currency = case.settings.get("currency") or "money"
    per = {"toll fee": "/t sent", "unit cost": "/t", "signing cost": ""}.get(words)

    def shown(x: float) -> str:
        return f"{x:.3g} times" + (f" ({currency} {figure(x * amount)}{per})" if per is not None and amount else "")

    return Lever(
        words,
        lambda x: [Change(table, where, name, "multiply", x) for name in names],
        1.0,
        _MOST if inside else 0.0,
        shown,
    )


def _in(value: Any, year: int) -> float:
    if isinstance(value, dict):
        return float(value.get(year, next(iter(value.values()))) or 0.0)
    return float(value or 0.0)


# ---------------------------------------------------------------- how far it must move


class _Search:
    """Looks for the value of a lever at which the best plan with what is wanted costs as much as the best without.

    The plan without it does not feel the lever, so each value is one solve.
    """

    def __init__(
        self,
        both: _Both,
        name: str,
        kind: str,
        by: int | None,
        lever: Lever | None,
        options: Options,
        report: Callable[[int, int, str], None],
    ) -> None:
        self._both, self._name, self._kind, self._by, self._lever = both, name, kind, by, lever
        self._options, self._report = options, report
        assert both.with_.values is not None
        self._start = by_name(both.problem, both.with_.values)

    def entering(self, tolerance: float) -> tuple[float | None, float | None, str]:
        """Last value at which it stays out, first at which it is in; nothing if even the furthest does not do."""
        lever = self._lever
        if lever is None:
            return None, None, "it has no fee, cost or subsidy that could be moved"
        if lever.now == lever.furthest:
            return None, None, f"{lever.name} is {lever.shown(lever.now)} already"
        if not self._inside(lever.furthest):
            return None, None, f"not even a {lever.name} of {lever.shown(lever.furthest)} is enough"
        after, before = between(self._inside, lever.furthest, lever.now, tolerance * abs(lever.furthest - lever.now))
        return before, after, ""

    def leaving(self, tolerance: float) -> tuple[float | None, float | None, str]:
        """Last value at which it is still in, first at which it is out."""
        lever = self._lever
        if lever is None:
            return None, None, "it has no fee, cost or subsidy that could be moved"
        last = lever.now
        while self._inside(2 * last):
            last *= 2
            if last >= lever.furthest:
                return None, None, f"it stays even at {lever.name} {lever.shown(last)}"
        before, after = between(self._inside, last, 2 * last, tolerance * last)
        return before, after, ""

    def _inside(self, value: float) -> bool:
        assert self._lever is not None and self._both.without.objective is not None
        case = self._both.problem.case
        what = f"{self._name} at {self._lever.name} {self._lever.shown(value)}"
        try:
            problem = Problem(checked(changed(case, self._lever.changes(value), what, decided=False)))
        except (CaseError, Impossible) as reason:
            self._report(0, 0, f"{what}: {reason}")
            return False
        forced = _forced(problem, _columns(problem, self._name, self._kind, self._by))
        outcome = solved(problem, self._options, matrix=forced, start=carried(self._start, problem))
        without = self._both.without.objective
        inside = outcome.objective is not None and outcome.objective <= without + 1e-9 * max(1.0, abs(without))
        self._report(0, 0, f"{what}: {'in' if inside else 'out'}")
        return inside
