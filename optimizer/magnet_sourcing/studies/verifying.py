"""Whether a plan that was written is still what was solved, of which case, and whether solving again finds it again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ..case import Case
from ..plan import Plan
from ..seal import FIELD, seal_of, tables_mark
from ..session import Options
from ..solving import solve_one
from .compare.inputs import InputDifference, differences_of
from .compare.sides import is_scenario_plan
from .decisions import Decision, decided
from .stress.plans import asked_of, is_plan

if TYPE_CHECKING:
    from ..session import Progress

# What objective and bound of two solves may overlap by, relatively, beyond their gaps: the solver's own tolerance.
TOLERANCE = 1e-6


@dataclass(frozen=True)
class Again:
    """The plan found by solving again as its record says. moved: decisions with the amount before and now."""

    plan: Plan
    same_tables: bool
    agrees: bool
    moved: dict[Decision, tuple[float, float]]


@dataclass(frozen=True)
class Verification:
    """What was found. edited: what differs from what was written, in words. sealed: whether the file has a seal.

    differing: inputs of the given case that are not those of the plan; None if no case was given. again: None if it was
    not solved again.
    """

    plan: Plan
    sealed: bool
    edited: list[str] = field(default_factory=list)
    differing: Sequence[InputDifference] | None = None
    again: Again | None = None

    @property
    def state(self) -> str:
        """'edited', 'unsound' (it does not pass the audit, though nobody edited it), 'stale' (the case has changed since),
        'not reproduced' or 'sound'."""
        if self.edited:
            return "edited"
        if self.plan.audit is not None and not self.plan.audit.passed:
            return "unsound"
        if self.differing:
            return "stale"
        if self.again is not None and not self.again.agrees:
            return "not reproduced"
        return "sound"


def verify(
    path: str | Path,
    case: Case | str | Path | None = None,
    *,
    resolve: bool = False,
    time_limit: float | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Verification:
    """Audits a plan from its file alone, and says whether it is as it was written.

    case: one the plan should be of; what differs is listed. resolve: solve again as the plan's record says, and compare.
    time_limit: seconds for that, in place of the recorded ones. Raises CaseError if the file is no plan, ValueError if it is
    one for several futures.

    >>> import magnet_sourcing as ms
    >>> path = ms.solve(ms.Case.small()).write("plan.xlsx")
    >>> ms.verify(path).state
    'sound'
    """
    path = Path(path)
    if is_plan(path) and is_scenario_plan(path):
        raise ValueError(
            f"{path}: a plan for several futures leaves out what each of them ships and pays, so the file alone cannot be "
            "audited; solve the case again with --scenarios, or ask stress how it stands up to shocks"
        )
    plan = Plan.read(path)
    return Verification(
        plan,
        FIELD in plan.options,
        _edited(plan),
        None if case is None else _differing(plan, case),
        _again(plan, time_limit, progress) if resolve else None,
    )


def _edited(plan: Plan) -> list[str]:
    found = []
    if plan.case.hash != plan.options.get("case hash"):
        found.append("the inputs in the file are not those that were solved")
    written = plan.options.get(FIELD)
    if written is not None and seal_of(plan.tables, plan.options) != written:
        found.append("the plan's tables, or the record of how it was found, are not those that were written")
    return found


def _differing(plan: Plan, case: Case | str | Path) -> list[InputDifference]:
    given = case if isinstance(case, Case) else Case.read(case)
    if given.hash == plan.case.hash:
        return []
    return differences_of([plan.case, given], [])


def _again(plan: Plan, time_limit: float | None, progress: Callable[[Progress], None] | None) -> Again:
    record = plan.options
    limit = time_limit if time_limit is not None else _number(record.get("time limit"))
    options = Options(
        record["gap asked"], limit, int(record["threads"]), int(record["seed"]), bool(record["tie break asked"])
    )
    priced = len(plan.tables["prices"]) > 0
    found = solve_one(plan.case, asked_of(plan), options, progress=progress, priced=priced)
    before, now = decided(plan), decided(found)
    moved = {k: pair for k in {**before, **now} if _apart(*(pair := (before.get(k, 0.0), now.get(k, 0.0))))}
    return Again(found, tables_mark(found.tables) == tables_mark(plan.tables), _agree(plan, found), moved)


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, (int, float)) else None


def _apart(a: float, b: float) -> bool:
    return abs(a - b) > TOLERANCE * max(1.0, abs(a), abs(b))


def _agree(plan: Plan, again: Plan) -> bool:
    """Whether one least objective can lie between the bound and the objective of both; without a plan, the same ending."""
    if plan.objective is None or again.objective is None:
        return plan.status == again.status
    slack = TOLERANCE * max(1.0, abs(plan.objective))
    below = [x.bound for x in (plan, again) if x.bound is not None]
    return all(bound <= min(plan.objective, again.objective) + slack for bound in below)
