"""What a study is: a case, and a list of runs. Each run is the case with some changes, solved for least cost.

A run depends on nothing but the study and its own row - not on the run before it, the process it ran in, or the clock
unless that ended it - so that any engine gives the same table, and a run that was lost is simply run again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ...case import Case
from ...changes import Change
from ...problem import Wish
from ...session import Options
from .changesets import packed

Label = str | float | int | bool | None
# In the place of a plan: whole numbers need not be whole, so that the cost is a bound on that of every plan.
RELAXED = "relaxed"


@dataclass(frozen=True)
class Run:
    """One solve of a study.

    number: its place in the merged table, from 0. changes: what it makes of the case; none: the case as it stands.
    label: columns of its own in the merged table ('range': 'NdPr oxide price', 'end': 'low'). plan: name of one of the
    study's plans whose decisions are held while operations adapt; '' leaves all decisions free; 'relaxed' lets whole
    numbers be fractions, so that the cost is a bound.
    """

    number: int
    changes: Sequence[Change] = ()
    label: Mapping[str, Label] = field(default_factory=dict)
    plan: str = ""


@dataclass(frozen=True)
class Study:
    """A checked case and its runs.

    kind: which study ('sensitivity', 'sweep' ...), for messages and file names. wish: as for `Problem`, without a goal:
    every run makes cost least. measures: expected values reported of each run beside cost. plans: name -> decisions, by
    variable name, that runs may hold. start: values by variable name from which every solve begins (the plan of the
    case as it stands), or None. A plan named 'as it stands' is that plan's decisions. Runs that share their changes hold
    them once (`changesets`), however they were given.
    """

    kind: str
    case: Case
    runs: tuple[Run, ...]
    options: Options
    wish: Wish = field(default_factory=Wish)
    measures: tuple[str, ...] = ("cost",)
    plans: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    start: Mapping[str, float] | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "runs", packed(self.runs))


@dataclass(frozen=True)
class Result:
    """How a run ended.

    status: as of a solve ('optimal', 'infeasible', 'time limit' ...), or 'invalid': the changed case does not pass its
    checks, or 'failed': an error, in `detail`. cost, bound: discounted money of the plan found, and what no plan can be
    cheaper than; None without one. values: measure -> value. decisions: first-stage variables that are not 0, by
    (kind, name, year). way: 'in place', on the model of the case as it stands, or 'built', and `why` it had to be
    (docs/resolving.md). audited: the plan was audited and passed. Seconds are for the log: not in the merged table.
    """

    number: int
    status: str
    cost: float | None = None
    bound: float | None = None
    gap: float | None = None
    values: Mapping[str, float] = field(default_factory=dict)
    decisions: Mapping[tuple[str, str, int], float] = field(default_factory=dict)
    seconds: float = 0.0
    way: str = "built"
    why: str = ""
    detail: str = ""
    audited: bool = False

    @property
    def proved(self) -> bool:
        """Solved to the gap asked, not ended by a clock or an error."""
        return self.status == "optimal"
