"""`explain`: why a case has no plan, in the words of the workbook, and what would give it one."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ...case import Case
from ...problem import Impossible, Problem, Wish
from ...session import Options, Status
from ...solving import asked_futures, cap_by_period, check_options, checked_measure
from .conflict import SECONDS, Clashes, clashes
from .families import Numbers, checked_families
from .findings import Fix, Shortfall
from .relaxing import WaysOut, ways_out
from .shortfalls import shortfalls
from .words import Words

if TYPE_CHECKING:
    import pandas as pd

_TOLD = 8  # shortfalls told in sentences
INFEASIBLE, FEASIBLE, NOT_SETTLED = "infeasible", "feasible", "not settled"
Told = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Asked:
    """What was asked. case: as it was read. changed: as it is under `scenarios`, together. wish: cap and bounds."""

    case: Case
    changed: Case
    scenarios: tuple[str, ...]
    wish: Wish

    def words(self) -> Words:
        return Words(self.case, self.changed, Numbers(self.changed, self.wish), self.scenarios)


@dataclass(frozen=True)
class Explanation:
    """Why a case has no plan.

    status: 'infeasible' (proved), 'feasible' (it has a plan; nothing is explained), 'not settled' (neither was known
    when the search ended). headline: the answer in a line. findings: heading -> sentences. shortfalls: too little of
    something by arithmetic alone. clashes: numbers that cannot hold together. ways: changes that give a plan. cost: of
    the plan of a feasible case, discounted, None if money can be made without end.
    """

    asked: Asked
    status: str
    headline: str
    shortfalls: tuple[Shortfall, ...] = ()
    clashes: Clashes = field(default_factory=Clashes)
    ways: WaysOut = field(default_factory=WaysOut)
    cost: float | None = None
    options: Mapping[str, object] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def case(self) -> Case:
        """The case as it was given."""
        return self.asked.case

    @property
    def fixes(self) -> list[Fix]:
        """The ways out in the order in which they are numbered, from 1: of one family, then the others."""
        return [*self.ways.alone, *self.ways.several]

    @property
    def findings(self) -> dict[str, list[str]]:
        """Heading -> sentences; nothing unless the case is proved to have no plan."""
        if self.status != INFEASIBLE:
            return {}
        words = self.asked.words()
        return found_in_words(words, self.shortfalls, self.clashes) | words.ways(self.ways)

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """`fixes` (a row for each number to change), `clash` (for each number that clashes), `shortfalls`."""
        from .tables import tables_of

        return tables_of(self)

    def table(self, name: str) -> pd.DataFrame:
        """One of `tables`. Raises ValueError with the names there are."""
        tables = self.tables
        if name not in tables:
            raise ValueError(f"no table '{name}' in an explanation; tables are {', '.join(tables)}")
        return tables[name]

    def write(self, path: str | Path) -> Path:
        """Writes a workbook (.xlsx), which is a case again with each fix as a scenario; or a folder of CSV tables.

        Never over the case itself. Raises ValueError unless the case is proved to have no plan.
        """
        from .writing import write_explanation

        return write_explanation(self, Path(path))

    def _repr_html_(self) -> str:
        from html import escape

        parts = [f"<b>{escape(self.headline)}</b>"]
        for head, lines in self.findings.items():
            parts.append(f"<h4>{escape(head)}</h4>" + "<br>".join(escape(x) for x in lines))
        return "".join(parts)


def explain(
    case: Case,
    *,
    scenario: str | Sequence[str] | None = None,
    at_most: Mapping[str, float] | None = None,
    china_cap: float | Mapping[int, float] | None = None,
    gap: float = 1e-2,
    time_limit: float | None = None,
    threads: int = 1,
    seed: int = 0,
    families: Sequence[str] | None = None,
    alternatives: int = 3,
    progress: Told | None = None,
) -> Explanation:
    """Says why a case has no plan: what is too little, which numbers clash, and the smallest changes that give it one.

    scenario, at_most, china_cap, threads, seed: as in `solve`. gap: relative gap at which a solve may stop, of changes as
    of costs. time_limit: seconds for each solve; a case that is not settled within it is never called infeasible.
    families: of limits that may change (docs/explain.md lists them; None: all). alternatives: repairs looked for that
    may mix families. progress: called with done, of, what.

    A case that has a plan is said to have one and is not explained. Raises CaseError if the case does not pass its
    checks, ValueError for an unknown scenario, measure or family.

    >>> import magnet_sourcing as ms
    >>> ms.explain(ms.Case.small()).status
    'feasible'
    """
    begun = time.perf_counter()
    options = Options(gap, time_limit, threads, seed, tie_break=False)
    check_options(options)
    wanted = checked_families(families)
    if alternatives < 0:
        raise ValueError(f"{alternatives} alternatives: must be 0 or more")
    names = () if scenario is None else (scenario,) if isinstance(scenario, str) else tuple(scenario)
    asked = asked_of(case, names, at_most, china_cap)
    record = {
        "scenario": ", ".join(names) or "none",
        "at_most": dict(at_most or {}),
        "china_cap": dict(asked.wish.china_cap),
        "gap": gap,
        "time_limit": time_limit,
        "threads": threads,
        "seed": seed,
        "families": list(wanted),
        "alternatives": alternatives,
    }
    tell = progress or (lambda done, of, what: None)
    status, headline, cost = _settled(asked, options)
    if status != INFEASIBLE:
        return Explanation(asked, status, headline, cost=cost, options=record, seconds=time.perf_counter() - begun)
    of = len(wanted) + 3
    tell(1, of, "no plan: proved")
    short, clash = clash_of(asked, options)
    tell(2, of, f"clashes: {len(clash.found)}")
    ways = ways_out(
        asked.changed,
        asked.wish,
        options,
        families=wanted,
        alternatives=alternatives,
        progress=lambda done, all_, what: tell(done + 2, all_ + 2, what),
    )
    ways = replace(ways, several=[fix for fix in ways.several if fix.steps not in {x.steps for x in ways.alone}])
    seconds = time.perf_counter() - begun
    if ways.feasible:  # one solve proves what another one refutes
        return Explanation(asked, NOT_SETTLED, _AT_THE_EDGE, options=record, seconds=seconds)
    clash = standing(clash, [*ways.alone, *ways.several])
    return Explanation(asked, status, headline, tuple(short), clash, ways, options=record, seconds=seconds)


_AT_THE_EDGE = (
    "NOT SETTLED: the case stands at the edge. One solve finds no plan, another finds one that breaks a row by no more than "
    "the solver's tolerance."
)


def asked_of(
    case: Case,
    scenarios: Sequence[str] = (),
    at_most: Mapping[str, float] | None = None,
    china_cap: float | Mapping[int, float] | None = None,
) -> Asked:
    """The checked case as it is under the scenarios, and what is wished of its plan. Raises as `explain`."""
    changed, _, _ = asked_futures(case, list(scenarios) or None, None)
    if china_cap is not None and not changed.settings["exposed_country"]:
        raise ValueError("a China cap needs settings: exposed_country, and stage weights")
    for measure in {*(at_most or {})} - {"cost"}:
        checked_measure(changed, measure)
    wish = Wish(at_most=dict(at_most or {}), china_cap=cap_by_period(changed, china_cap))
    return Asked(case, changed, tuple(scenarios), wish)


def _settled(asked: Asked, options: Options) -> tuple[str, str, float | None]:
    """Whether there is a plan: status, headline, cost."""
    try:
        problem = Problem(asked.changed, asked.wish)
    except Impossible:
        return INFEASIBLE, _NO_PLAN, None
    outcome = problem.solve(options)
    if outcome.status is Status.UNBOUNDED:
        return FEASIBLE, "FEASIBLE: there are plans, and money can be made without end; solve says where to look.", None
    if outcome.values is not None:
        cost = problem.value("cost", outcome.values)
        words = asked.words()
        within = f", at most {outcome.gap:.2%} above the least" if outcome.gap is not None else ""
        said = f"FEASIBLE: the case has a plan, so nothing is explained. It costs {words.money(cost)}{within}."
        return FEASIBLE, said, cost
    if outcome.status is Status.INFEASIBLE:
        return INFEASIBLE, _NO_PLAN, None
    why = {
        Status.TIME_LIMIT: f"the time limit of {options.time_limit or 0:g} s came",
        Status.INTERRUPTED: "the search was interrupted",
    }.get(outcome.status, f"the solver gave up ({outcome.detail})")
    return NOT_SETTLED, f"NOT SETTLED: {why} before a plan was found or it was proved that there is none.", None


_NO_PLAN = "INFEASIBLE: no plan can satisfy the case. This is proved, not a failure of the search."


def clash_of(asked: Asked, options: Options, seconds: float = SECONDS, most: int = 5) -> tuple[list[Shortfall], Clashes]:
    """What is too little and what clashes in a case that is proved to have no plan."""
    from magnet_models.inputs import Inputs

    tables = asked.changed.resolved()  # settles the settings
    data = Inputs(asked.changed.settings, tables)
    short = shortfalls(data, asked.wish.china_cap)
    return short, clashes(asked.changed, asked.wish, options, most=most, seconds=seconds)


def standing(clash: Clashes, fixes: Sequence[Fix]) -> Clashes:
    """Without clashes that a fix leaves as they are: its plan refutes them, whatever the solver made of them."""
    changed = [{step.number for step in fix.steps} for fix in fixes]
    found = tuple(c for c in clash.found if all(fix & {m.number for m in c.members} for fix in changed))
    return clash if len(found) == len(clash.found) else replace(clash, found=found, more=True)


def found_in_words(words: Words, short: Sequence[Shortfall], clash: Clashes) -> dict[str, list[str]]:
    """Heading -> sentences of what is wrong."""
    told = {}
    if short:
        rest = [f"And {len(short) - _TOLD} more (table shortfalls)."] if len(short) > _TOLD else []
        told["Too little, by arithmetic alone"] = [words.shortfall(s) for s in short[:_TOLD]] + rest
    if lines := words.clashes(clash):
        told["What clashes"] = lines
    return told
