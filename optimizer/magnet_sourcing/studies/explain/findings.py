"""What is found out about a case without a plan: too little of something, what clashes, and ways out."""

from __future__ import annotations

from dataclasses import dataclass

from ...changes import Change


@dataclass(frozen=True)
class Number:
    """A number of the case: table, key of the row, column, and the period of a yearly column.

    An option of the run that is no number of a table (the China cap, `--at-most`) has table 'options'.
    """

    table: str
    name: str
    column: str
    period: int | None = None


@dataclass(frozen=True)
class Shortfall:
    """Arithmetic alone shows it: in a period, what a stage (or place) can have of a material or element is less than what
    is asked of it. have, need: t/y (t where the period is None)."""

    what: str
    period: int | None
    have: float
    need: float
    numbers: tuple[Number, ...] = ()


@dataclass(frozen=True)
class Member:
    """One row of the clash: a number of the case that cannot hold together with the others. value: as it stands."""

    number: Number
    sense: str  # 'at most', 'at least', 'equal'
    value: float
    unit: str


@dataclass(frozen=True)
class Step:
    """One number to change. change: the same as a change of a scenario, None if no scenario can make it."""

    number: Number
    before: float
    after: float
    unit: str
    change: Change | None


@dataclass(frozen=True)
class Fix:
    """A way out. family: of the limits it changes ('demand', 'capacity', ...), or 'several'.

    amount: sum of its changes, in `unit`; bound: no change of this family that is smaller does (amount and bound are
    equal within the gap when the search was finished). status: how the case so changed ended when it was built anew and
    solved ('optimal' or 'time limit': it has a plan); cost: of that plan, discounted.
    """

    family: str
    steps: tuple[Step, ...]
    amount: float
    unit: str
    bound: float | None
    status: str
    cost: float | None
