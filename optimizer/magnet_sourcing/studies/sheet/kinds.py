"""How each kind of study is run from a row of the table studies. Studies are imported when they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...case import Case
from ..runs.executing import Where
from .asking import Asked

Report = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Answer:
    """What a study came to: the line that says it, heading -> sentences, the result itself, and how it is written."""

    headline: str
    findings: Mapping[str, Sequence[str]]
    result: Any
    write: Callable[[Path], Path]


def answered(case: Case, row: Asked, where: Where | None, progress: Report | None) -> Answer:
    """Runs a study. Raises what the study raises."""
    return _KINDS[row.kind](case, row, where, progress)


def _given(**options: Any) -> dict[str, Any]:
    """Options with a value; the study's own defaults stand for the others."""
    return {name: value for name, value in options.items() if value is not None and value != []}


def _sensitivity(case: Case, row: Asked, where: Where | None, progress: Report | None) -> Answer:
    from ..sensitivity.findings import findings, headline
    from ..sensitivity.studying import sensitivity

    options = _given(top=row.top, only=list(row.vary), measures=list(row.measures), gap=row.gap, seed=row.seed)
    found = sensitivity(case, where=where, progress=progress, **options)
    return Answer(headline(found), findings(found), found, found.write)


def _sweep(case: Case, row: Asked, where: Where | None, progress: Report | None) -> Answer:
    from ..sweep.sweeping import sweep
    from ..sweep.words import findings, headline

    options = _given(measures=list(row.measures), scenario=row.scenario, gap=row.gap, seed=row.seed)
    found = sweep(case, list(row.vary), where=where, progress=progress, **options)
    return Answer(headline(found), findings(found), found, found.write)


def _montecarlo(case: Case, row: Asked, where: Where | None, progress: Report | None) -> Answer:
    from ..montecarlo.running import montecarlo

    options = _given(
        samples=row.samples, only=list(row.vary), design=row.design, scenario=row.scenario, gap=row.gap, seed=row.seed
    )
    found = montecarlo(case, where=where, progress=progress, **options)
    return Answer(found.headline, found.findings, found, found.write)


def _frontier(case: Case, row: Asked, where: Where | None, progress: Report | None) -> Answer:
    from ..frontier.summary import findings, headline
    from ..frontier.tracing import frontier

    against = row.measures[0] if row.measures else None
    found = frontier(
        case, progress=progress, **_given(against=against, scenario=row.scenario, gap=row.gap, seed=row.seed)
    )
    return Answer(headline(found), {"What it says": findings(found)}, found, found.write)


def _stress(case: Case, row: Asked, where: Where | None, progress: Report | None) -> Answer:
    from ..stress.summary import findings, headline
    from ..stress.testing import stress

    found = stress({row.name: case}, progress=progress, **_given(gap=row.gap, seed=row.seed))
    return Answer(headline(found), {"What it says": findings(found)}, found, found.write)


def _switching(case: Case, row: Asked, where: Where | None, progress: Report | None) -> Answer:
    from ..switching.searching import switching
    from ..switching.writing import findings, headline

    found = switching(case, progress=progress, **_given(only=list(row.vary), gap=row.gap, seed=row.seed))
    return Answer(headline(found), findings(found), found, found.write)


def _alternatives(case: Case, row: Asked, where: Where | None, progress: Report | None) -> Answer:
    from ... import summary
    from ..choices import alternatives_report as report
    from ..choices.alternatives import alternatives

    found = alternatives(case, progress=progress, **_given(scenario=row.scenario, gap=row.gap, seed=row.seed))
    said = {"What was found": report.found(found)}
    if len(found.plans) > 1:
        said |= {"What they share": report.shared(found), "Where they differ": report.differing(found)}
    return Answer(summary.headline(found.optimum), said, found, lambda path: found.write(path)[0])


def _options(case: Case, row: Asked, where: Where | None, progress: Report | None) -> Answer:
    from ... import summary
    from ..choices.options import options
    from ..choices.options_report import by_class, counts

    found = options(case, progress=progress, **_given(scenario=row.scenario, gap=row.gap, seed=row.seed))
    said = {"What was found": counts(found), **by_class(found)}
    return Answer(summary.headline(found.optimum), said, found, found.write)


_KINDS: Mapping[str, Callable[[Case, Asked, Where | None, Report | None], Answer]] = {
    "sensitivity": _sensitivity,
    "sweep": _sweep,
    "montecarlo": _montecarlo,
    "frontier": _frontier,
    "stress": _stress,
    "switching": _switching,
    "alternatives": _alternatives,
    "options": _options,
}
