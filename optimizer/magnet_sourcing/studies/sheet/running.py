"""`study`: the studies that a case asks for, one after the other, each written to a file of its own."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from ...book import write_study
from ...case import Case
from ...problems import CaseError
from ..runs.executing import Where
from .asking import Asked, asked, check_studies
from .kinds import Answer, answered

Report = Callable[[str, int, int, str], None]


@dataclass(frozen=True)
class Ran:
    """A study that was run.

    status: 'done', 'interrupted' (what is finished is there), or 'failed', with the reason as headline. findings:
    heading -> sentences. file: where it was written, None if it was not. result: what the study's own function
    returns, None if it failed. seconds: it took.
    """

    name: str
    kind: str
    status: str
    headline: str
    findings: Mapping[str, Sequence[str]] = field(default_factory=dict)
    file: Path | None = None
    result: Any = field(default=None, repr=False)
    seconds: float = 0.0


@dataclass(frozen=True)
class Studies:
    """The studies of a case, in the order of the sheet. finished: all that were asked for were run."""

    case: Case
    ran: Sequence[Ran]
    finished: bool
    seconds: float

    @property
    def failed(self) -> list[Ran]:
        return [r for r in self.ran if r.status == "failed"]

    @property
    def headline(self) -> str:
        """The answer in a line."""
        status = "FINISHED" if self.finished else "INTERRUPTED"
        done = sum(r.status == "done" for r in self.ran)
        failed = f", {len(self.failed)} failed" if self.failed else ""
        return f"{status}, {done} stud{'y' if done == 1 else 'ies'} done{failed}, {self.seconds:.0f} s"

    @property
    def findings(self) -> dict[str, list[str]]:
        """Study -> its headline and its first findings."""
        return {f"{r.name} ({r.kind})": [r.headline, *(_first(r.findings))] for r in self.ran}

    def table(self) -> pd.DataFrame:
        """A row for each study: name, kind, status, headline, file, seconds."""
        rows = [
            (r.name, r.kind, r.status, r.headline, None if r.file is None else r.file.name, round(r.seconds, 1))
            for r in self.ran
        ]
        return pd.DataFrame(rows, columns=["study", "kind", "status", "headline", "file", "seconds"])

    def write(self, path: str | Path) -> Path:
        """Writes the overview: what each study says, and where its workbook is; returns the path."""
        said = [(r.name, head, text) for r in self.ran for head, lines in r.findings.items() for text in lines]
        tables = {
            "studies": ("The studies, and the workbook of each beside this one.", self.table(), {"seconds": "s"}),
            "findings": (
                "Everything the studies say.", pd.DataFrame(said, columns=["study", "about", "finding"]), {},
            ),
        }  # fmt: skip
        title = f"{self.case.settings.get('name') or 'Case'}: studies"
        return write_study(Path(path), title, self.headline, self.findings, tables, decorate=_linked)


def _first(findings: Mapping[str, Sequence[str]], most: int = 4) -> list[str]:
    """The first sentence under each of the first headings."""
    return [lines[0] for lines in findings.values() if lines][:most]


def _linked(book: Any, page: Any) -> None:
    """File names open the files."""
    from ... import cells

    sheet = book["studies"]
    column = next(c.column for c in sheet[4] if c.value == "file")
    for row in range(6, sheet.max_row + 1):
        cell = sheet.cell(row, column)
        if cell.value:
            cell.hyperlink, cell.font = str(cell.value), cells.LINK


def run_studies(
    case: Case,
    names: Sequence[str] | None = None,
    *,
    folder: str | Path | None = None,
    where: Where | None = None,
    progress: Report | None = None,
) -> Studies:
    """Runs the studies that the case's table `studies` asks for.

    names: which; None: all active ones. folder: each study is written there as it is finished, as <study>.xlsx; None:
    nothing is written. where: engine, workers and folder of runs; each study has a folder of its own in it. progress:
    called with (study, done, of how many, what). A study that fails is told and the others are run.

    Raises CaseError if the case, or what a study asks, does not pass the checks; ValueError for unknown names.
    """
    begun = time.perf_counter()
    check_studies(case)
    ran: list[Ran] = []
    rows = asked(case, names)
    try:
        for row in rows:
            ran.append(_run(case, row, None if folder is None else Path(folder), where, progress))
            if ran[-1].status == "interrupted":
                break
    except KeyboardInterrupt:
        pass  # what is finished stands
    finished = len(ran) == len(rows) and all(r.status != "interrupted" for r in ran)
    return Studies(case, ran, finished, time.perf_counter() - begun)


def _run(case: Case, row: Asked, folder: Path | None, where: Where | None, progress: Report | None) -> Ran:
    begun = time.perf_counter()
    own = where if where is None or where.folder is None else replace(where, folder=Path(where.folder) / row.file)
    told = None if progress is None else lambda done, of, what: progress(row.name, done, of, what)
    try:
        answer = answered(case, row, own, told)
        fault = _fault(answer)
        file = None if folder is None or fault else answer.write(folder / f"{row.file}.xlsx")
    except (CaseError, ValueError) as reason:
        return Ran(row.name, row.kind, "failed", str(reason), seconds=time.perf_counter() - begun)
    seconds = time.perf_counter() - begun
    if fault:
        return Ran(row.name, row.kind, "failed", fault, answer.findings, None, answer.result, seconds)
    status = "interrupted" if _interrupted(answer.result) else "done"
    return Ran(row.name, row.kind, status, answer.headline, answer.findings, file, answer.result, seconds)


def _fault(answer: Answer) -> str:
    """Why the result must not be used: there is no plan it is about, or the plan's audit failed."""
    plan = getattr(answer.result, "plan", None) or getattr(answer.result, "optimum", None)
    if plan is None or not hasattr(plan, "has_plan"):
        return ""
    if not plan.has_plan:
        return f"{answer.headline}: there is no plan to study"
    return f"{answer.headline}: the audit failed" if plan.audit is not None and not plan.audit.passed else ""


def _interrupted(result: Any) -> bool:
    """As the studies say it."""
    return getattr(result, "status", "") == "interrupted" or bool(getattr(result, "interrupted", False)) or (
        not getattr(result, "finished", True)
    )
