"""`sweep`: one, two or more numbers of a case over given values; cost, dependence and decisions at each, and where the
decisions change."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from ...case import Case
from ...problem import Wish
from ...schema import TABLES
from ...session import Options
from ...solving import check_options, checked_measure, record_of
from ..choices.question import Question
from ..ranges.vary import parse_vary
from ..runs.bench import with_start
from ..runs.executing import Done, Where, execute
from ..runs.study import Result, Run, Study
from ..switching.probing import Interrupted
from .break_even import Prober, Traced, checked_names, traced
from .grid import Cell, Varied, cells, changes_of, check, size
from .regions import Posed, Regions, regions_of
from .turns import Turn, turns_of

Report = Callable[[int, int, str], None]
# More runs than this are asked for by number, so that a slip of the pen does not run for a day.
MAX_RUNS = 500


@dataclass
class Sweep:
    """What `sweep` returns.

    case: as it was solved (with the scenario, if one was asked for). done: the runs, in the order of `cells`. regions:
    which plan stands where, None if not asked. turns: values at which the plan stops being as good as the best. traced:
    decisions whose break-even was searched. worth: share of a run's cost within which plans are as good. status:
    'finished', or 'interrupted' (Ctrl-C: what is finished is here).
    """

    case: Case
    varies: Sequence[Varied]
    paired: bool
    cells: Sequence[Cell]
    done: Done
    worth: float
    regions: Regions | None = None
    turns: Sequence[Turn] = ()
    traced: Sequence[Traced] = ()
    status: str = "finished"
    seconds: float = 0.0
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def base(self) -> Result:
        """The case as it stands."""
        return self.done.base

    @property
    def headline(self) -> str:
        """The answer in a line, as at the terminal."""
        from .words import headline

        return headline(self)

    @property
    def findings(self) -> dict[str, list[str]]:
        """Heading -> sentences, as at the terminal."""
        from .words import findings

        return findings(self)

    def runs(self) -> pd.DataFrame:
        """A row for each run: its values, status, cost, bound, gap, measures and region."""
        from .tables import runs_table

        return runs_table(self)

    def decisions(self) -> pd.DataFrame:
        """A row for each run and decision that is not 0: run, kind, name, year, amount."""
        return self.done.decisions()

    def table(self, column: str = "cost") -> pd.DataFrame:
        """One column of `runs` against the values: of two that vary a table, the second across; NaN without a value.

        Raises ValueError if more than two vary freely, or there is no such column.
        """
        from .tables import wide

        return wide(self, column)

    def break_evens(self) -> pd.DataFrame:
        """A row for each break-even found: decision, between which values, and what happens there."""
        from .tables import break_even_table

        return break_even_table(self)

    def probes(self) -> pd.DataFrame:
        """Every value at which a decision was insisted on and banned."""
        from .tables import probes_table

        return probes_table(self)

    def write(self, path: str | Path) -> Path:
        """Writes the study workbook (or a folder of CSV tables, if the path has no .xlsx ending); returns the path."""
        from .writing import write_sweep

        return write_sweep(self, Path(path))

    def _repr_html_(self) -> str:
        from .words import sentences

        return "<br>".join(sentences(self))


def sweep(
    case: Case,
    vary: str | Varied | Sequence[str | Varied],
    *,
    paired: bool = False,
    find_switch: bool = False,
    decisions: Sequence[str] = (),
    earnest: float | None = None,
    regions: bool | None = None,
    measures: Sequence[str] = (),
    worth: float | None = None,
    tolerance: float = 0.02,
    scenario: str | Sequence[str] | None = None,
    at_most: Mapping[str, float] | None = None,
    china_cap: float | Mapping[int, float] | None = None,
    max_runs: int = MAX_RUNS,
    gap: float = 1e-3,
    time_limit: float | None = None,
    threads: int = 1,
    seed: int = 0,
    where: Where | None = None,
    progress: Report | None = None,
) -> Sweep:
    """Solves a case at every combination of values, and says which decisions hold where.

    vary: what varies and its values, as text ('supplies.price[NdPr oxide, China] = 40:160:13'; see docs/ranges.md) or
    as objects with a name, values and changes. paired: first value with first, second with second, instead of every
    combination. find_switch: along one that varies, the values at which the plan stops being as good as the best, and
    the break-even of every route and expansion that enters or leaves there. decisions: routes, expansions, facilities,
    offers or countries whose break-even is searched instead. earnest: insisted on, they must be used for this share of
    what they could be, as in `options`. regions: tell which decisions hold where (None: if one or two vary). measures:
    reported of each run beside cost and the dependence index. worth: share of a run's cost by which a plan may be
    dearer and still be as good (None: 2 x gap). tolerance: width to which a switch is searched, as a share of the range
    of values. scenario, at_most, china_cap: as in `solve`; they hold for every run. A value that is set here stands,
    whatever the scenario makes of it. max_runs: more runs than this are refused, with the time they would take.
    gap, time_limit, threads, seed: of each solve. where: engine, workers and folder of the runs.
    progress: called with done, of how many, what.

    Raises CaseError if the case fails its checks, ValueError for unknown names or options without sense. A value at
    which the changed case is not valid, or has no plan, is an answer: its row says so.

    >>> import magnet_sourcing as ms
    >>> found = ms.sweep(ms.Case.small(), "tolls.fee[oxide to magnet, Toll Japan] = 30000, 60000")
    >>> found.runs()["status"].tolist()
    ['optimal', 'optimal']
    """
    begun = time.perf_counter()
    options = Options(gap, time_limit, threads, seed, tie_break=False)
    check_options(options)
    question = Question.about(case, scenario, None, at_most, china_cap)
    varies = _varies(case, vary)
    named = tuple(dict.fromkeys([*question.measures, *(m.strip() for m in measures)]))
    check(varies, paired, named)
    _check(varies, paired, find_switch or bool(decisions), worth, tolerance, earnest, max_runs)
    if find_switch or decisions:
        _between_values(varies[0])
    asked = checked_names(question.case, decisions)
    for measure in (*measures, *(at_most or {})):
        checked_measure(question.case, measure)
    combined = cells(varies, paired) if size(varies, paired) <= max_runs else []
    runs = tuple(
        Run(i, changes_of(varies, cell), {v.name: x for v, x in zip(varies, cell, strict=True)})
        for i, cell in enumerate(combined)
    )
    study = Study("sweep", question.case, runs, options, question.wish, named)
    if not runs:
        raise ValueError(_too_many(study, size(varies, paired), max_runs, where))
    done = execute(study, where, progress)
    found = Sweep(question.case, varies, paired, combined, done, 2 * gap if worth is None else worth)
    if not all(done.results):
        found.status = "interrupted"
    elif regions or find_switch or (regions is None and (len(varies) <= 2 or paired)):
        found.regions = regions_of(done.study, done.base, done.results, found.worth)
        if any(r is not None and r.proved and r.number not in found.regions.letter for r in done.results):
            found.status = "interrupted"
    if (find_switch or asked) and found.status == "finished":
        _find_switch(found, question.wish, asked, find_switch, earnest, tolerance, progress)
    found.seconds = time.perf_counter() - begun
    found.options = record_of(question.case, question.wish, options) | {
        "varied": "; ".join(f"{v.name}: {', '.join(f'{x:g}' for x in v.values)}" for v in varies),
        "paired": paired,
        "worth": found.worth,
        "tolerance": tolerance,
        "engine": (where.engine if where else None) or "here",
    }
    return found


def _varies(case: Case, vary: str | Varied | Sequence[str | Varied]) -> list[Varied]:
    """What varies, parsed on the case as it is given. Raises ValueError, naming every expression that is wrong."""
    given: Sequence[str | Varied] = [vary] if isinstance(vary, str) or hasattr(vary, "values") else vary  # type: ignore
    found: list[Varied] = []
    wrong = []
    for item in given:
        try:
            found.append(parse_vary(case, item) if isinstance(item, str) else item)
        except ValueError as reason:
            wrong.append(str(reason))
    if wrong:
        raise ValueError("; ".join(wrong))
    return found


def _check(
    varies: Sequence[Varied], paired: bool, switch: bool, worth: float | None, tolerance: float, earnest: float | None,
    max_runs: int,
) -> None:  # fmt: skip
    wrong = []
    if switch and len(varies) > 1:
        wrong.append(f"a switch is searched along one thing that varies; here are {len(varies)}")
    elif switch and len(varies[0].values) < 2:
        wrong.append("a switch is searched between values: give at least two")
    if worth is not None and not 0 < worth < 1:
        wrong.append(f"worth {worth:g}: a share of the cost, more than 0 and less than 1")
    if not 0 < tolerance < 1:
        wrong.append(f"tolerance {tolerance:g}: a share of the range of values, more than 0 and less than 1")
    if earnest is not None and not 0 < earnest <= 1:
        wrong.append(f"earnest {earnest:g}: a share of the greatest use, more than 0 and at most 1")
    if max_runs < 1:
        wrong.append(f"max_runs {max_runs}: at least 1")
    if wrong:
        raise ValueError("; ".join(wrong))


def _too_many(study: Study, count: int, most: int, where: Where | None) -> str:
    """How many runs, and how long they would take by one run's measure."""
    workers = where.processes if where is not None else 1
    _, base = with_start(study)
    seconds = base.seconds * count / workers
    for unit, length in (("days", 86400.0), ("hours", 3600.0), ("minutes", 60.0)):
        if seconds >= 2 * length:
            said = f"{seconds / length:,.0f} {unit}"
            break
    else:
        said = f"{max(1.0, seconds):,.0f} seconds"
    return (
        f"{count:,} runs are more than {most:,}: at {base.seconds:.1f} s for the case as it stands and {workers} at a "
        f"time about {said}; give fewer values, pair them, or allow it (--max-runs {count})"
    )


def _whole(vary: Varied) -> bool:
    """Whether only whole values can be tried: a year or a count that is set or moved."""
    return any(
        TABLES[c.table].by_name[c.column].kind in ("whole", "year") and c.operation != "multiply"
        for value in vary.values
        for c in vary.changes(value)
    )


def _between_values(vary: Varied) -> None:
    """Raises ValueError if what varies takes nothing but the values it has."""
    low, high = min(vary.values), max(vary.values)
    try:
        vary.changes(low + 0.381966 * (high - low) if not _whole(vary) else low)
    except KeyError:
        raise ValueError(
            f"'{vary.name}' takes its low end, base and high end only: give it values to search between"
        ) from None


def _find_switch(
    found: Sweep,
    wish: Wish,
    asked: Sequence[tuple[str, str]],
    find_turns: bool,
    earnest: float | None,
    tolerance: float,
    progress: Report | None,
) -> None:
    """Turns of the plan, then break-evens of the decisions asked for, or of all that the turns bring in or out."""
    vary, study = found.varies[0], found.done.study
    posed = Posed(study.case, study.wish, study.options, study.start)
    width = tolerance * (max(vary.values) - min(vary.values))
    whole = _whole(vary)
    solves = len(study.runs)

    def report(what: str) -> None:
        nonlocal solves
        solves += 1
        if progress is not None:
            progress(solves, solves, what)

    try:
        if find_turns and found.regions is not None:
            found.turns = turns_of(found.regions, posed, vary, found.done.results, found.worth, width, whole, report)
        wanted = asked or [pair for turn in found.turns for pair in turn.enters_or_leaves]
        lines: list[Traced] = []
        found.traced = lines
        for kind, name in dict.fromkeys(wanted):
            prober = Prober(posed, vary, kind, name, 0.5, earnest)
            lines.append(traced(prober, vary.values, width, whole, report))
    except (Interrupted, KeyboardInterrupt):
        found.status = "interrupted"
