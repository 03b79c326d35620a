"""What a row of the table studies asks for, and whether it can be asked of the case."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from ...case import Case
from ...parsing import Findings
from ...problems import CaseError, Problem, did_you_mean
from ...solving import check_case, checked_measure
from ..ranges.assumed import assumptions
from ..ranges.ranges import ranges_of
from ..ranges.vary import parse_vary

# Kinds whose `vary` names ranges of the case.
_OF_RANGES = ("sensitivity", "montecarlo")


@dataclass(frozen=True)
class Asked:
    """A row: its name, kind, and what it gives; None where a cell is blank."""

    name: str
    kind: str
    vary: Sequence[str]
    measures: Sequence[str]
    samples: int | None
    top: int | None
    design: str | None
    scenario: str | None
    gap: float | None
    seed: int | None

    @property
    def file(self) -> str:
        """Its name as a file name, without ending."""
        return re.sub(r"[^\w\- ]+", "-", self.name).strip(" -") or "study"


def pieces(text: str | None) -> list[str]:
    """What is joined by ';' or stands on lines of its own; within quotes both are text."""
    found, piece, quoted = [], "", False
    for character in text or "":
        quoted ^= character == '"'
        if character in ";\n" and not quoted:
            found.append(piece)
            piece = ""
        else:
            piece += character
    return [p.strip() for p in [*found, piece] if p.strip()]


def asked(case: Case, names: Sequence[str] | None = None) -> list[Asked]:
    """The active studies of a checked case, or the named ones. Raises ValueError for a name that is not there."""
    rows = {
        r.study: Asked(
            r.study, r.kind, pieces(r.vary), pieces(r.measure), r.samples, r.top, r.design, r.scenario, r.gap, r.seed
        )
        for r in case.rows("studies")
    }
    if not rows:
        raise ValueError("the case asks for no studies: give it rows in the sheet studies (docs/studies-sheet.md)")
    unknown = [name for name in names or () if name not in rows]
    wrong = [f"'{name}' is no active study of the case{did_you_mean(name, rows)}" for name in unknown]
    if wrong:
        raise ValueError("\n".join(wrong))
    return [rows[name] for name in dict.fromkeys(names)] if names else list(rows.values())


# ---------------------------------------------------------------- checking


def check_studies(case: Case) -> None:
    """Raises CaseError with every error of the case, or else with every study that cannot be asked of it."""
    check_case(case)
    if problems := study_problems(case):
        raise CaseError(problems)


def study_problems(case: Case) -> list[Problem]:
    """What is wrong in the sheet studies beyond types: each at its cell. The case has no other errors."""
    found, places = case.findings(), case.places("studies")
    files: dict[str, str] = {}
    for row in case.rows("studies"):
        note = _Noting(found, places[row.key][1])
        _check_vary(case, row, note)
        for measure in pieces(row.measure):
            if measure != "cost":
                note.trying("measure", partial(checked_measure, case, measure))
        if row.kind == "frontier" and len(pieces(row.measure)) > 1:
            note.error("measure", "a frontier is against one measure")
        if row.design == "sobol" and (samples := row.samples or 1000) & (samples - 1):
            note.error("samples", f"{samples} samples; a Sobol' design needs a power of two, such as 256 or 1024")
        file = _file(row.study)
        if file in files:
            note.error("study", f"'{row.study}' and '{files[file]}' would be written to the same file; rename one")
        files[file] = row.study
    return found.sorted()


def _file(name: str) -> str:
    return Asked(name, "", (), (), None, None, None, None, None, None).file.casefold()


@dataclass(frozen=True)
class _Noting:
    """Notes what is wrong in one row."""

    found: Findings
    row: int

    def error(self, column: str, message: str) -> None:
        self.found.error("studies", self.row, column, message)

    def trying(self, column: str, what: Callable[[], Any]) -> None:
        try:
            what()
        except ValueError as reason:
            for line in str(reason).splitlines():
                self.error(column, line)


def _check_vary(case: Case, row: Any, note: _Noting) -> None:
    given = pieces(row.vary)
    if row.kind == "sweep":
        for expression in given:
            note.trying("vary", partial(parse_vary, case, expression))
    elif row.kind in _OF_RANGES:
        note.trying("vary", partial(ranges_of, case, given or None))
        _check_there(case, given, note)
    elif row.kind == "switching":
        note.trying("vary", partial(assumptions, case, given or None))


def _check_there(case: Case, given: Iterable[str], note: _Noting) -> None:
    """A study of all ranges needs some."""
    if not given and not ranges_of(case):
        note.error("kind", "the case has no ranges: give low and high in the sheet evidence, or rows in assumptions")
