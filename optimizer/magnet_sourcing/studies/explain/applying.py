"""How a fix is made: as a scenario of the explained workbook where one can express it, by hand or option where not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from ...case import Case
from .findings import Fix, Step

if TYPE_CHECKING:
    from .explaining import Asked, Explanation
    from .words import Words

AS_IT_STANDS = "as it stands"


@dataclass(frozen=True)
class Application:
    """scenario: its name, '' if no scenario takes part. text: what a planner does."""

    scenario: str
    text: str


def application(found: Explanation, number: int, words: Words, book: str = "") -> Application:
    """How to make a fix (by its number, from 1). book: the explained workbook; the default name if not given."""
    fix = found.fixes[number - 1]
    asked = found.asked
    names = scenario_names(found)
    name = names.get(number, "")
    by_hand = [s for s in fix.steps if s.change is None and s.number.table != "options"]
    said = []
    if by_hand:
        told = [f"write {_written(s)} instead of {_written(s, True)} ({words.places.of(s.number)})" for s in by_hand]
        said.append(f"No scenario can change this: {'; '.join(told)}. Then")
    scenarios = [name] if name else list(asked.scenarios)
    command = ["magnet-sourcing", "solve", book or default_book(asked.case)]
    for scenario in scenarios:
        command += ["--scenario", scenario]
    command += _options(asked, fix)
    line = " ".join(quoted(x) for x in command)
    return Application(name, " ".join([*said, line]))


def default_book(case: Case) -> str:
    """Name of the explained workbook of a case."""
    return f"{Path(case.origin).stem if case.origin != '<memory>' else 'case'}-explained.xlsx"


def quoted(word: str) -> str:
    """A word of a command line as shells of every system take it."""
    plain = all(c.isalnum() or c in "-_./\\:,=%" for c in word)
    return word if plain and word else f'"{word}"'


def _written(step: Step, before: bool = False) -> str:
    value = step.before if before else step.after
    return ("yes" if value else "no") if step.unit == "yes/no" else f"{value:.12g}"


def _options(asked: Asked, fix: Fix) -> list[str]:
    """Options of the run, with those the fix changes."""
    caps, at_most = dict(asked.wish.china_cap), dict(asked.wish.at_most)
    for step in fix.steps:
        if step.number.column == "china_cap" and step.number.period is not None:
            caps[step.number.period] = step.after
        elif step.number.column == "at_most":
            at_most[step.number.name] = step.after
    words = [x for measure, value in at_most.items() for x in ("--at-most", f"{measure}={value:.12g}")]
    return [*words, *(["--china-cap", _cap(caps, asked.changed.periods)] if caps else [])]


def _cap(caps: Mapping[int, float], periods: list[int]) -> str:
    if set(caps) == set(periods) and len(set(caps.values())) == 1:
        return f"{next(iter(caps.values())):.12g}"
    return ",".join(f"{t}:{x:.12g}" for t, x in sorted(caps.items()))


# ---------------------------------------------------------------- scenarios of the explained workbook


def scenario_names(found: Explanation) -> dict[int, str]:
    """Number of a fix -> name of its scenario, of those that have a change a scenario can make; none is taken already."""
    taken = set(_names(found.case))
    start = 0
    while any(f"fix {start + i}" in taken for i in range(1, len(found.fixes) + 1)):
        start += 1
    return {i: f"fix {start + i}" for i, fix in enumerate(found.fixes, 1) if any(s.change for s in fix.steps)}


def _names(case: Case) -> list[str]:
    return [str(x) for x in case.tables["scenarios"].get("scenario", pd.Series(dtype=object)).dropna()]


def with_fixes(found: Explanation) -> Case:
    """The case with a scenario for each fix, of probability 0, so that nothing else about the case changes."""
    case = found.case.copy()
    scenarios, disruptions = [], []
    if not case.rows("scenarios"):  # probabilities add to 1
        scenarios.append({"scenario": AS_IT_STANDS, "probability": 1.0})
    included = "; ".join(found.asked.scenarios) or None
    for number, name in scenario_names(found).items():
        scenarios.append({"scenario": name, "probability": 0.0, "includes": included})
        for step in found.fixes[number - 1].steps:
            if (change := step.change) is not None:
                disruptions.append(
                    {
                        "scenario": name,
                        "table": change.table,
                        "where": change.where,
                        "column": change.column,
                        "operation": change.operation,
                        "value": change.value,
                        "first_year": change.first_year,
                        "last_year": change.last_year,
                    }
                )
    for table, rows in (("scenarios", scenarios), ("disruptions", disruptions)):
        case.tables[table] = _added(case.tables[table], rows)
    return case


def _added(frame: pd.DataFrame, rows: list[dict[str, object]]) -> pd.DataFrame:
    """The table with rows more, blanks as None."""
    headers = [*frame.columns, *(h for row in rows for h in row if h not in frame.columns)]
    headers = list(dict.fromkeys(headers))
    old = [dict(zip(frame.columns, values, strict=True)) for values in frame.itertuples(index=False, name=None)]
    every = [*old, *rows]
    return pd.DataFrame({h: pd.Series([row.get(h) for row in every], dtype=object) for h in headers}, columns=headers)
