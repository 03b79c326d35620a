"""`compare`: plans, cases or scenarios side by side."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from ...session import Options, Status
from ...solving import check_options
from .explaining import ORDERS, Step, explained
from .inputs import InputDifference, differences_of
from .sides import Given, Side, cautions, futures, named, solved

Report = Callable[[int, int, str], None]


@dataclass
class Comparison:
    """What `compare` returns.

    sides: what is compared, in the order given; differences are against the first. inputs: every input that differs.
    cautions: what makes costs or dependence less alike than they look. steps: from the first side to the second, if
    asked for; order: 'in-order' or 'alone'. status: 'finished', or 'interrupted'.
    """

    sides: Sequence[Side]
    inputs: Sequence[InputDifference]
    cautions: Sequence[str]
    steps: Sequence[Step] = ()
    order: str = ""
    status: str = "finished"
    seconds: float = 0.0
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def case(self) -> Any:
        """The case of the first side, whose currency and units all share."""
        return self.sides[0].case

    @property
    def names(self) -> list[str]:
        return [side.name for side in self.sides]

    def difference(self, name: str) -> tuple[float, float] | None:
        """By how much a side's least cost is above that of the first, at least and at most, by bounds and gaps.

        None if cost was not made least in both, or one has no plan. Raises KeyError for an unknown name.
        """
        first, other = self.sides[0].interval, self[name].interval
        return None if first is None or other is None else (other[0] - first[1], other[1] - first[0])

    def __getitem__(self, name: str) -> Side:
        for side in self.sides:
            if side.name == name:
                return side
        raise KeyError(name)

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

    def table(self, which: str) -> pd.DataFrame:
        """'status', 'decisions', 'costs', 'dependence', 'mix', 'shortage', 'inputs' or 'steps': a row for each thing, a
        column for each side. Raises ValueError for another name."""
        from ...problems import did_you_mean
        from .tables import TABLES_OF

        if which not in TABLES_OF:
            raise ValueError(f"'{which}' is no table of a comparison{did_you_mean(which, TABLES_OF)}")
        return TABLES_OF[which](self)

    def write(self, path: str | Path) -> Path:
        """Writes a workbook that opens on the findings (or a folder of CSV tables); returns the path."""
        from .writing import write_comparison

        return write_comparison(self, Path(path))

    def _repr_html_(self) -> str:
        from .words import sentences

        return "<br>".join(sentences(self))


def compare(
    *given: Given | Mapping[str, Given] | Sequence[Given],
    scenarios: str | Sequence[str] | None = None,
    explain: str | None = None,
    gap: float = 1e-4,
    time_limit: float | None = None,
    threads: int = 1,
    seed: int = 0,
    progress: Report | None = None,
) -> Comparison:
    """What differs between plans, or between the best plans of cases or of a case's scenarios.

    given: plans or cases, or one mapping name -> plan or case; letters are names otherwise. Cases are solved. scenarios:
    of a single case: 'all' or names, each as if certain. explain: 'in-order' turns the first into the second by changing
    one table of inputs after the other and solving each time; 'alone' changes each table of the first alone. gap,
    time_limit, threads, seed: of each solve. progress: called with done, of how many, what.

    Raises ValueError if amounts cannot be set side by side (currency, base year, mass unit or periods differ) or for
    options without sense, CaseError for a case with errors.

    >>> import magnet_sourcing as ms
    >>> found = ms.compare(ms.Case.small(), scenarios=["calm", "embargo"])
    >>> [side.plan.status for side in found.sides]
    ['optimal', 'optimal']
    """
    begun = time.perf_counter()
    options = Options(gap, time_limit, threads, seed)
    check_options(options)
    pairs = _pairs(given, scenarios)
    _check(pairs, explain)
    report = progress or (lambda done, of, what: None)
    sides = solved(pairs, options, report)
    cases = {side.name: side.case for side in sides}
    inputs = differences_of(list(cases.values()), [side.plan.options for side in sides])
    found = Comparison(sides, inputs, cautions(cases), order=explain or "")
    if any(side.plan.status == Status.INTERRUPTED and side.solved_now for side in sides):
        found.status = "interrupted"
    elif explain:
        found.steps = explained(sides[0], sides[1], inputs, explain, options, report)
        if any(step.status == Status.INTERRUPTED for step in found.steps):
            found.status = "interrupted"
    found.seconds = time.perf_counter() - begun
    found.options = {
        **{f"{side.name}, case": side.case.settings["name"] for side in sides},
        **{f"{side.name}, file": side.case.origin for side in sides},
        **{f"{side.name}, case hash": side.case.hash for side in sides},
        "explain": explain or "none",
        "gap asked": gap,
        "time limit": time_limit if time_limit is not None else "none",
        "threads": threads,
        "seed": seed,
        "magnet-sourcing": sides[0].plan.options.get("magnet-sourcing"),
        "highspy": sides[0].plan.options.get("highspy"),
    }
    return found


def _pairs(given: Sequence[Any], scenarios: str | Sequence[str] | None) -> dict[str, Given]:
    """Name -> plan or case of whatever form was given."""
    if len(given) == 1 and isinstance(given[0], (Mapping, list, tuple)):
        given = given[0]  # type: ignore[assignment]
    pairs = named(given)
    if scenarios is None:
        return pairs
    from ...case import Case

    if len(pairs) != 1 or not isinstance(only := next(iter(pairs.values())), Case):
        raise ValueError(f"scenarios are those of one case; here are {len(pairs)} plans or cases")
    return futures(only, scenarios)


def _check(pairs: Mapping[str, Given], explain: str | None) -> None:
    from .tables import OWN_COLUMNS

    wrong = [f"'{name}' is a column of the results: give it another name" for name in pairs if name in OWN_COLUMNS]
    if explain is not None and explain not in ORDERS:
        wrong.append(f"explain '{explain}' is not one of {', '.join(ORDERS)}")
    if explain is not None and len(pairs) != 2:
        wrong.append(f"explain leads from one to the other: give two plans or cases, not {len(pairs)}")
    if wrong:
        raise ValueError("; ".join(wrong))
