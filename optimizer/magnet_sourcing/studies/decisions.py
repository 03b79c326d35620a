"""What a plan decides beforehand - signings, builds, lane openings - read, held in another problem, and compared.

Decisions are known by kind, name and year, so those of one problem can be held in the problem of a changed case.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..case import Case
from ..matrix import Matrix
from ..problem import Problem

if TYPE_CHECKING:
    from ..plan import Plan


class Decision(NamedTuple):
    """kind: 'sign', 'build' (modules, 0 or 1 where there are none), 'size' (t/y chosen) or 'open' (a lane)."""

    kind: str
    name: str
    year: int


Decisions = Mapping[Decision, float]
# Two sizes that differ by less than this share are one decision.
_SAME_SIZE = 0.01


def columns(problem: Problem) -> dict[Decision, int]:
    """Where each decision stands in the problem's arrays."""
    return dict(_variables(problem))


def _variables(problem: Problem) -> Iterator[tuple[Decision, Any]]:
    first = problem.model.first
    for kind, members in (
        ("sign", first.signings.sign),
        ("build", first.expansions.build),
        ("size", first.expansions.continuous_sizes()),
        ("open", first.openings.open),
    ):
        for (name, year), variable in members.items():
            yield Decision(kind, name, year), variable


def read(problem: Problem, values: np.ndarray) -> dict[Decision, float]:
    """Every decision that is not 0, whole numbers exact."""
    return amounts(columns(problem), problem.matrix, values)


def amounts(columns: Mapping[Decision, int], matrix: Matrix, values: np.ndarray) -> dict[Decision, float]:
    """The same, from the columns of the decisions and the arrays alone."""
    found = {d: float(round(values[j]) if matrix.whole[j] else values[j]) for d, j in columns.items()}
    return {d: x for d, x in found.items() if abs(x) > 1e-6}


def decided(plan: Plan) -> dict[Decision, float]:
    """Signings, sizes of builds (t/y) and lane openings of a plan, from its tables."""
    found: dict[Decision, float] = {}
    for kind, table, name, amount in (
        ("sign", "signings", "route", None),
        ("size", "builds", "expansion", "size"),
        ("open", "lane_openings", "lane", None),
    ):
        frame = plan.tables[table]
        amounts = [1.0] * len(frame) if amount is None else frame[amount].astype(float)
        for what, period, x in zip(frame[name], frame["period"], amounts, strict=True):
            found[Decision(kind, str(what), int(period))] = float(x)
    return found


def of_years(decisions: Decisions, years: Sequence[int]) -> dict[Decision, float]:
    return {d: x for d, x in decisions.items() if d.year in years}


def held(problem: Problem, decisions: Decisions, years: Sequence[int]) -> Matrix | None:
    """The problem's arrays with the decisions of some years held; None if one of them is no longer offered.

    Decisions the problem offers in these years that are not named are held at 0.
    """
    places = {d: j for d, j in columns(problem).items() if d.year in years}
    wanted = of_years(decisions, years)
    matrix = problem.matrix
    for d, x in wanted.items():
        if d not in places or x > matrix.upper[places[d]] + 1e-6:
            return None
    at = np.array(list(places.values()), dtype=int)
    values = [min(wanted.get(d, 0.0), matrix.upper[j]) for d, j in places.items()]
    return matrix.held(at, values) if len(at) else matrix


def carried(values: Mapping[str, float], problem: Problem) -> np.ndarray:
    """A plan of a similar problem, by variable name, as a start for this one."""
    return np.array([values.get(v.name, 0.0) for v in problem.matrix.variables])


def by_name(problem: Problem, values: np.ndarray) -> dict[str, float]:
    """The values that are not 0, by variable name."""
    return {problem.matrix.variables[j].name: float(values[j]) for j in np.flatnonzero(values).tolist()}


def nearest(problem: Problem, decisions: Decisions, years: Sequence[int], most: float) -> Matrix:
    """Arrays whose optimum is the plan with the fewest other decisions in these years, at a cost of at most `most`.

    Each yes/no or module that differs counts 1, a size that differs its share of the largest, a tenth.
    """
    from ..problem import held_row

    base = problem.matrix
    vector, constant = problem.vector("cost")
    matrix = base.with_row(*held_row(vector, most - constant))
    places = {d: j for d, j in columns(problem).items() if d.year in years}
    matrix, away = matrix.with_columns(len(places), float("inf"), False)
    weights = np.zeros(len(matrix.cost))
    for (d, j), k in zip(places.items(), away, strict=True):
        was = decisions.get(d, 0.0)
        weights[k] = 0.1 / max(1.0, base.upper[j]) if d.kind == "size" else 1.0
        for sign in (1.0, -1.0):  # away >= |x - was|
            row = np.zeros(len(matrix.cost))
            row[k], row[j] = 1.0, sign
            matrix = matrix.with_row(row, sign * was, float("inf"))
    return matrix.aiming(weights)


# ---------------------------------------------------------------- in words


@dataclass(frozen=True)
class Difference:
    """A decision that is another one: year of the first year that differs, and the sentence."""

    name: str
    year: int
    text: str


def differences(
    before: Decisions, after: Decisions, years: Sequence[int], sizes: Mapping[str, float]
) -> list[Difference]:
    """What is decided otherwise in some years, in the order of the years; sizes: t/y of a module by expansion.

    Both are whole plans, so that a decision that only moves beyond these years is told as moved.
    """
    found = []
    for verb in ("sign", "build", "open"):
        then, now = _by_name(before, verb, sizes), _by_name(after, verb, sizes)
        for name in sorted({*then, *now}):
            old, new = then.get(name, {}), now.get(name, {})
            apart = [t for t in years if not _alike(old.get(t, 0.0), new.get(t, 0.0))]
            if apart:
                # What is decided later is told only where nothing is decided in these years: then it waits.
                told = (_within(old, years) or old, _within(new, years) or new)
                found.append(Difference(name, apart[0], _said(verb, name, *told)))
    return sorted(found, key=lambda d: (d.year, d.name))


def _by_name(decisions: Decisions, verb: str, sizes: Mapping[str, float]) -> dict[str, dict[int, float]]:
    """Name -> year -> 1 for what is signed or opened, t/y for what is built."""
    amounts: dict[str, dict[int, float]] = {}
    sized = {(d.name, d.year) for d in decisions if d.kind == "size"}
    for d, x in decisions.items():
        if d.kind == verb and not (verb == "build" and (d.name, d.year) in sized):
            amounts.setdefault(d.name, {})[d.year] = x * sizes.get(d.name, 1.0) if verb == "build" else x
        elif verb == "build" and d.kind == "size":
            amounts.setdefault(d.name, {})[d.year] = x
    return amounts


def _within(amounts: Mapping[int, float], years: Sequence[int]) -> dict[int, float]:
    return {t: x for t, x in amounts.items() if t in years}


def _alike(a: float, b: float) -> bool:
    return abs(a - b) <= _SAME_SIZE * max(abs(a), abs(b)) + 1e-6


def _said(verb: str, name: str, old: Mapping[int, float], new: Mapping[int, float]) -> str:
    if not new:
        return f"do not {verb} {name} ({_when(verb, old)} as things stand)"
    if not old:
        return f"{verb} {name} {_when(verb, new)}"
    return f"{verb} {name} {_when(verb, new)} instead of {_when(verb, old)}"


def _when(verb: str, amounts: Mapping[int, float]) -> str:
    """'in 2027', '1,200 t/y in 2027 and 600 t/y in 2028'."""
    amount = "{:,.0f} t/y " if verb == "build" else ""
    return " and ".join(f"{amount.format(x)}in {t}" for t, x in sorted(amounts.items()))


def module_sizes(problem: Problem) -> dict[str, float]:
    """t/y of a module (or of the whole) by expansion."""
    return module_sizes_of(problem.case)


def module_sizes_of(case: Case) -> dict[str, float]:
    return {x.expansion: x.max_size for x in case.rows("expansions") if x.max_size is not None}
