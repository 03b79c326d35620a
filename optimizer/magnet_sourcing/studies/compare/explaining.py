"""Which inputs explain a difference: the first case is turned into the second, one group of inputs after the other.

A group is what was asked of the plan, the settings, or one table; if all that differs lies in one table, one of its
rows. Groups are changed in the order of the sheets. What a group is worth depends on what was changed before it: the
steps add up to the whole difference, but another order would share it out otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...case import Case, Row
from ...plan import Plan
from ...problem import Wish
from ...problems import CaseError
from ...schema import TABLES
from ...session import Options, Status
from ...solving import check_case, solve_one
from ..decisions import differences
from .inputs import UNUSED_TABLES, InputDifference
from .sides import Side

IN_ORDER, ALONE = "in-order", "alone"
ORDERS = (IN_ORDER, ALONE)
# A group: 'asked', 'settings', a table, or a row of a table.
Group = tuple[str, str | None]


@dataclass(frozen=True)
class Step:
    """One group of inputs changed. inputs: how many of them. status: of the solve, or 'invalid' where the case does not
    hold together with these alone. cost, bound: discounted money of the plan with it, None without one. change: what the
    cost changes by, from the step before (in order) or from the first side (alone); low, high: at least and at most.
    decisions: what is decided otherwise than before it.
    """

    what: str
    inputs: int
    status: str
    cost: float | None = None
    bound: float | None = None
    gap: float | None = None
    change: float | None = None
    low: float | None = None
    high: float | None = None
    decisions: Sequence[str] = ()
    detail: str = ""


def explained(
    a: Side,
    b: Side,
    inputs: Sequence[InputDifference],
    order: str,
    options: Options,
    report: Callable[[int, int, str], None],
) -> list[Step]:
    """Steps from a to b. Raises ValueError if one has no plan, or cost was not made least in both."""
    for side in (a, b):
        if side.interval is None:
            raise ValueError(
                f"{side.name}: its cost cannot be explained: "
                + ("there is no plan" if not side.plan.has_plan else "the plan was not made for least cost alone")
            )
    groups = groups_of(inputs)
    if order == IN_ORDER:
        return _in_order(a, b, groups, options, report)
    return _alone(a, b, groups, options, report)


def groups_of(inputs: Sequence[InputDifference]) -> dict[Group, int]:
    """Group -> number of inputs, in sheet order; rows if all of it is in one table."""
    tables = list(dict.fromkeys(d.table for d in inputs))
    by_row = len(tables) == 1 and tables[0] not in ("asked", "settings")
    found: dict[Group, int] = {}
    for d in inputs:
        group: Group = (d.table, d.row if by_row else None)
        found[group] = found.get(group, 0) + 1
    return found


def _said(group: Group) -> str:
    table, row = group
    named = {"asked": "what was asked of the plan"}.get(table, table)
    return named if row is None else f"{table}: {row}"


# ---------------------------------------------------------------- the two ways


def _in_order(
    a: Side, b: Side, groups: Mapping[Group, int], options: Options, report: Callable[[int, int, str], None]
) -> list[Step]:
    """One group after the other; groups that only hold together, or with which there is no plan, are changed together
    with the next. The last step is b itself."""
    steps: list[Step] = []
    taken: list[Group] = []
    waiting: list[Group] = []
    before = a.plan
    for i, group in enumerate(groups):
        taken.append(group)
        waiting.append(group)
        what, count = " and ".join(map(_said, waiting)), sum(groups[g] for g in waiting)
        if i == len(groups) - 1:
            steps.append(_step(what, count, before, b.plan, a.case))
            break
        try:
            plan = solve_one(mixed(a, b, taken), wished(a, b, taken), options)
        except CaseError:  # what a row of one table names is in a table still to come
            continue
        report(i + 1, len(groups), f"{what}: {plan.status}")
        steps.append(_step(what, count, before, plan, a.case))
        if plan.status == Status.INTERRUPTED:
            break
        if (
            steps[-1].change is not None
        ):  # what leaves no plan has no cost of its own: it is told together with the next
            waiting, before = [], plan
    return steps


def _alone(
    a: Side, b: Side, groups: Mapping[Group, int], options: Options, report: Callable[[int, int, str], None]
) -> list[Step]:
    """Each group changed in a alone, and what is left of the difference: what they do only together."""
    steps: list[Step] = []
    for i, (group, count) in enumerate(groups.items()):
        try:
            plan = solve_one(mixed(a, b, [group]), wished(a, b, [group]), options)
            steps.append(_step(_said(group), count, a.plan, plan, a.case))
        except CaseError as reason:
            steps.append(Step(_said(group), count, "invalid", detail=str(reason.problems[0])))
        report(i + 1, len(groups), f"{_said(group)}: {steps[-1].status}")
        if steps[-1].status == Status.INTERRUPTED:
            return steps
    return [*steps, _together(a, b, steps)]


def _together(a: Side, b: Side, steps: Sequence[Step]) -> Step:
    """The difference that no group makes alone; known only if every group has a change."""
    assert a.interval is not None and b.interval is not None
    if any(s.change is None for s in steps):
        return Step("all of them together, beyond each alone", 0, "not known", b.cost, b.plan.bound, b.plan.gap)
    change = (b.cost or 0.0) - (a.cost or 0.0) - sum(s.change or 0.0 for s in steps)
    low = b.interval[0] - a.interval[1] - sum(s.high or 0.0 for s in steps)
    high = b.interval[1] - a.interval[0] - sum(s.low or 0.0 for s in steps)
    return Step(
        "all of them together, beyond each alone", 0, b.plan.status, b.cost, b.plan.bound, b.plan.gap, change, low, high
    )


def _step(what: str, count: int, before: Plan, plan: Plan, case: Case) -> Step:
    if plan.cost is None or plan.bound is None:
        return Step(what, count, plan.status, detail=plan.detail)
    if plan.audit is not None and not plan.audit.passed:
        return Step(what, count, "audit failed", detail=str(plan.audit.failures[0]))
    assert before.cost is not None and before.bound is not None
    sizes = {x.expansion: x.max_size for x in case.rows("expansions") if x.max_size is not None}
    old, new = (Side("", p, False).decisions() for p in (before, plan))
    decided = [d.text.replace("as things stand)", "before)") for d in differences(old, new, case.periods, sizes)]
    return Step(
        what,
        count,
        plan.status,
        plan.cost,
        plan.bound,
        plan.gap,
        plan.cost - before.cost,
        plan.bound - before.cost,
        plan.cost - before.bound,
        decided,
    )


# ---------------------------------------------------------------- between two cases


def mixed(a: Side, b: Side, taken: Collection[Group]) -> Case:
    """The case of a with some groups of inputs as in b. Raises CaseError if it does not pass its checks."""
    settings = (b if ("settings", None) in taken else a).case.settings
    old, new = a.case.resolved(), b.case.resolved()
    tables = {}
    for table in TABLES:
        if table not in UNUSED_TABLES:
            rows = new[table] if (table, None) in taken else _rows(old[table], new[table], table, taken)
            tables[table] = [_plain(row) for row in rows]
    made = Case.from_rows(settings, tables)
    made.origin = f"between {a.name} and {b.name}"
    check_case(made)
    return made


def _rows(old: Sequence[Row], new: Sequence[Row], table: str, taken: Collection[Group]) -> list[Row]:
    """The rows of a table, some of them as in the other case (or there, or not there, as in it)."""
    other = {row.key: row for row in new}
    known = {row.key for row in old}
    swapped = {row for name, row in taken if name == table}
    kept = [other.get(row.key) if row.key in swapped else row for row in old]
    added = [row for row in new if row.key in swapped and row.key not in known]
    return [row for row in (*kept, *added) if row is not None]


def _plain(row: Row) -> dict[str, Any]:
    """A resolved row as it could have been written: yearly columns that do not change as one value."""
    return {
        name: next(iter(value.values())) if isinstance(value, Mapping) and len(set(value.values())) == 1 else value
        for name, value in row.items()
        if name not in ("source", "note")
    }


def wished(a: Side, b: Side, taken: Collection[Group]) -> Wish:
    return (b if ("asked", None) in taken else a).wish()
