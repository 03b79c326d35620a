"""A study with the endings of its runs: the merged tables, what is proved, and what is kept apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from .study import Result, Run, Study

# How each ending is told, in the order it is told.
_WORDS = {
    "optimal": "optimal",
    "infeasible": "infeasible",
    "unbounded": "unbounded",
    "invalid": "invalid",
    "time limit": "ended by the clock",
    "failed": "failed",
    "not run": "not run",
}
# Endings of which the reasons are told, with how many of them.
_REASONS = ("infeasible", "unbounded", "invalid", "failed")
_SHOWN = 3


@dataclass(frozen=True)
class Done:
    """A study with the endings of its runs, in their order; None for a run that was not finished (Ctrl-C).

    base: the case as it stands. notes: what there is to say about where the results came from.
    """

    study: Study
    base: Result
    results: Sequence[Result | None]
    notes: tuple[str, ...] = ()

    @property
    def proved(self) -> list[Result]:
        """Runs solved to the gap asked: the only ones that may be averaged, ranked or compared."""
        return [r for r in self.results if r is not None and r.proved]

    @property
    def apart(self) -> list[tuple[Run, str]]:
        """All other runs with how they ended; 'not run' for those not finished."""
        return [(run, s) for run, s in zip(self.study.runs, self._statuses(), strict=True) if s != "optimal"]

    @property
    def complete(self) -> bool:
        """Every run has an ending, whatever it is."""
        return all(r is not None for r in self.results)

    def _statuses(self) -> list[str]:
        return [r.status if r is not None else "not run" for r in self.results]

    @property
    def summary(self) -> list[str]:
        """How the runs ended, in lines for a report: how many of each kind, why some did not, which the clock ended."""
        counts = Counter(self._statuses())
        words = [f"{counts[s]:,} {_WORDS.get(s, s)}" for s in [*_WORDS, *sorted(set(counts) - set(_WORDS))] if counts[s]]
        gap = self.study.options.gap
        lines = [f"{len(self.results):,} runs to a gap of {gap:.2g}: {', '.join(words) or 'none'}."]
        if self.base.status != "optimal":
            reason = f" ({self.base.detail})" if self.base.detail else ""
            lines.append(f"The case as it stands: {_WORDS.get(self.base.status, self.base.status)}{reason}.")
        for status in _REASONS:
            lines += self._reasons(status)
        if counts["time limit"]:
            lines.append(f"Ended by the clock, and kept apart: {self._named('time limit')}.")
        if counts["not run"]:
            lines.append(f"Not run: {self._named('not run')}.")
        return [*lines, *self.notes]

    def _reasons(self, status: str) -> list[str]:
        """Why, a line for each reason: the run it was first found in, and how many more have the same."""
        found: dict[str, list[Run]] = {}
        for run, result in zip(self.study.runs, self.results, strict=True):
            if result is not None and result.status == status:
                # The name of the run is no part of the reason.
                found.setdefault(result.detail.replace(f"run {run.number}", "the run"), []).append(run)
        lines = []
        for reason, runs in list(found.items())[:_SHOWN]:
            more = f" and {len(runs) - 1:,} more" if len(runs) > 1 else ""
            lines.append(f"{_WORDS[status].capitalize()}: {named(runs[0])}{more}{f': {reason}' if reason else ''}")
        if len(found) > _SHOWN:
            more = f"{len(found) - _SHOWN:,} more reasons; see detail in the table of runs"
            lines.append(f"{_WORDS[status].capitalize()}: {more}.")
        return lines

    def _named(self, status: str) -> str:
        runs = [run for run, s in self.apart if s == status]
        more = f" and {len(runs) - _SHOWN:,} more" if len(runs) > _SHOWN else ""
        return ", ".join(named(run) for run in runs[:_SHOWN]) + more

    def runs(self) -> pd.DataFrame:
        """The merged table, a row per run: its label, status, cost, bound, gap, measures, way, why, detail."""
        rows = []
        for run, result in zip(self.study.runs, self.results, strict=True):
            row = {"run": run.number, **run.label}
            if result is not None:
                row |= {"status": result.status, "cost": result.cost, "bound": result.bound, "gap": result.gap}
                row |= {m: x for m, x in result.values.items() if m != "cost"}
                row |= {"way": result.way, "why": result.why, "detail": result.detail}
            else:
                row |= {"status": "not run"}
            rows.append(row)
        return pd.DataFrame(rows)

    def decisions(self) -> pd.DataFrame:
        """A row per run and decision that is not 0: run, kind (sign, build, size, open), name, year, amount."""
        rows = [
            (r.number, kind, name, year, x)
            for r in self.results
            if r is not None
            for (kind, name, year), x in sorted(r.decisions.items())
        ]
        return pd.DataFrame(rows, columns=["run", "kind", "name", "year", "amount"])


def named(run: Run) -> str:
    """'run 7 (range: NdPr oxide price, end: low)'."""
    label = ", ".join(f"{k}: {v}" for k, v in run.label.items())
    return f"run {run.number}{f' ({label})' if label else ''}"
