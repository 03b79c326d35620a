"""From what gives way to a fix: numbers to change, rounded to what a person would write, and tried in the case."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from ...case import Case
from ...changes import BadChange, Change, Changing, target, write_out_growth
from ...problem import Impossible, Problem, Wish
from ...problems import CaseError
from ...session import Options, Status
from ...solving import check_case
from .families import Numbers
from .findings import Number, Step

# A plan is asked for, not the best: the gap at which a changed case is solved.
PLAN_GAP = 1e-2
_DIGITS = 6


@dataclass(frozen=True)
class Need:
    """By how much a number must change: `change` in its own unit and direction, `amount` as its family adds it up."""

    number: Number
    change: float
    amount: float


@dataclass(frozen=True)
class Trial:
    """How the changed case ended. scale: how many times the changes looked for were needed."""

    steps: tuple[Step, ...]
    status: str
    cost: float | None
    scale: float


def round_out(x: float, digits: int = _DIGITS) -> float:
    """Away from zero to so many digits; what the solver cannot tell from a rounder number is that number."""
    if x == 0:
        return 0.0
    unit = 10.0 ** (math.floor(math.log10(abs(x))) - digits + 1)
    near = round(abs(x) / unit, 1)
    return math.copysign(float(f"{math.ceil(near) * unit:.{digits}g}"), x)


def steps_of(numbers: Numbers, needs: Sequence[Need], scale: float = 1.0) -> tuple[Step, ...]:
    """The numbers as they must be, each change times `scale` and rounded outward."""
    return tuple(_step(numbers, need.number, need.change * scale) for need in needs)


def _step(numbers: Numbers, number: Number, change: float) -> Step:
    old, unit = numbers.before(number), numbers.unit(number)
    if unit == "yes/no":
        return Step(number, old, 0.0, unit, None)
    whole = number.table == "groups" or number.column == "max_modules"
    change = float(round(change)) if whole else round_out(change)
    new = float(f"{old + change:.12g}")
    if change < 0 <= old and number.table != "limits":
        new = max(0.0, new)
    return Step(number, old, new, unit, _change(number, new))


def _change(number: Number, value: float) -> Change | None:
    """The step as a change of a scenario, if a scenario can make it."""
    keys = _keys(number)
    if keys is None or any(";" in value for _, value in keys):
        return None
    try:
        target(number.table, number.column)
    except BadChange:
        return None
    where = "; ".join(f"{column} = {name}" for column, name in keys)
    return Change(number.table, where, number.column, "set", value, number.period, number.period)


def _keys(number: Number) -> list[tuple[str, str]] | None:
    from ...schema import TABLES

    if number.table == "options":
        return None
    columns = TABLES[number.table].key
    names = number.name.split(", ", len(columns) - 1) if len(columns) > 1 else [number.name]
    return list(zip(columns, names, strict=True)) if len(names) == len(columns) else None


# ---------------------------------------------------------------- the case with its numbers changed


def applied(case: Case, wish: Wish, steps: Sequence[Step]) -> tuple[Case, Wish]:
    """The case and the wish with the steps made. Raises CaseError if one cannot be made."""
    changing = Changing(case, decided=False)
    made = changing.rows([s.change for s in steps if s.change is not None], "fix")
    caps, at_most = dict(wish.china_cap), dict(wish.at_most)
    for step in steps:
        number = step.number
        if number.column == "china_cap" and number.table == "options":
            caps[number.period] = step.after  # type: ignore[index]
        elif number.table == "options":
            at_most[number.name] = step.after
        elif step.change is None:
            _write(changing, made, step)
    return changing.case_of(made, "fix"), replace(wish, china_cap=caps, at_most=at_most)


def _write(changing: Changing, made: dict[tuple[str, int], dict[str, Any]], step: Step) -> None:
    """What no scenario can change is written into the row."""
    number = step.number
    rows = changing.before[number.table]
    i = next(i for i, row in enumerate(rows) if row.key == number.name)
    row = made.setdefault((number.table, i), dict(rows[i]))
    if (number.table, number.column) == ("demands", "quantity"):
        write_out_growth(row, changing.base_year)
    after: Any = bool(step.after) if step.unit == "yes/no" else step.after
    if isinstance(rows[i][number.column], int) and not isinstance(after, bool):
        after = int(after)
    if number.period is not None:
        after = {**row[number.column], number.period: after}
    row[number.column] = after


def ending(case: Case, wish: Wish, options: Options) -> tuple[str, float | None]:
    """How a case ends when it is built anew and solved loosely: status, and the cost of its plan if it has one."""
    try:
        check_case(case)
        problem = Problem(case, wish)
    except Impossible:
        return str(Status.INFEASIBLE), None
    except CaseError as reason:
        return f"invalid: {reason.problems[0].message}", None
    outcome = problem.solve(replace(options, gap=max(options.gap, PLAN_GAP), tie_break=False))
    if outcome.values is None:
        return str(outcome.status), None
    return str(outcome.status), problem.value("cost", outcome.values)


# Where a bound is on a share of a demand that gives way, the linear rows can promise too much: then more is needed.
_WIDER = (1.0, 1 + 1e-6, 1.001, 1.03, 1.25, 2.0, 4.0)
_NARROWINGS = 5


def tried(numbers: Numbers, needs: Sequence[Need], options: Options) -> Trial | None:
    """The changes made and the case solved; made larger until it has a plan, then as small as a few tries find.

    None if no multiple tried gives a plan.
    """
    failed = 0.0
    for scale in _WIDER:
        trial = _trial(numbers, needs, options, scale)
        if trial is not None:
            return _narrowed(numbers, needs, options, failed, trial) if scale > 1.001 else trial
        failed = scale
    return None


def _trial(numbers: Numbers, needs: Sequence[Need], options: Options, scale: float) -> Trial | None:
    steps = steps_of(numbers, needs, scale)
    try:
        made, wished = applied(numbers.case, numbers.wish, steps)
    except CaseError:
        return None
    status, cost = ending(made, wished, options)
    return None if cost is None else Trial(steps, status, cost, scale)


def _narrowed(numbers: Numbers, needs: Sequence[Need], options: Options, failed: float, found: Trial) -> Trial:
    """Bisection between a multiple that fails and one that does."""
    for _ in range(_NARROWINGS):
        middle = (failed + found.scale) / 2
        trial = _trial(numbers, needs, options, middle)
        failed, found = (middle, found) if trial is None else (failed, trial)
    return found
