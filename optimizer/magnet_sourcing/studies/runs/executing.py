"""Executing a study: every run once, on an engine, kept in a folder if one is given."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from .bench import Bench, with_start
from .study import Result, Study


@dataclass(frozen=True)
class Where:
    """Where runs are solved and kept. engine: 'here', 'pool', 'dask' or 'array'. workers: processes. cluster: address
    of a Dask scheduler. folder: kept there and resumed from there; None: only remembered."""

    engine: str = "pool"
    workers: int = 1
    cluster: str | None = None
    folder: Path | None = None


@dataclass(frozen=True)
class Done:
    """A study with the endings of its runs, in their order; None for a run that was not finished (Ctrl-C).

    base: the case as it stands.
    """

    study: Study
    base: Result
    results: Sequence[Result | None]

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


def execute(study: Study, where: Where | None = None, progress: Callable[[int, int, str], None] | None = None) -> Done:
    """Solves the case as it stands, then every run. progress: called with done, of how many, what."""
    started, base = with_start(study)
    bench = Bench(started)
    results: list[Result | None] = []
    for run in started.runs:
        results.append(bench.result(run))
        if progress is not None:
            progress(len(results), len(started.runs), results[-1].status)  # type: ignore[union-attr]
    return Done(started, base, results)
