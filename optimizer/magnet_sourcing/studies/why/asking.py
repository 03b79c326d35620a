"""`why`: for each decision taken or rejected, what the contrary costs and what in the numbers makes it so."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import pandas as pd

from ...case import Case
from ...plan import Plan
from ...scenario_plan import ScenarioPlan
from ..choices.options import Ledger, options
from ..switching.searching import Switching
from ..switching.searching import switching as search
from .evidence import Evidence, gather


@dataclass(frozen=True)
class Why:
    """What `why` returns.

    ledger: the audited optimum, and the price of the contrary of each option asked about. evidence: for each of them
    what the plans, prices and tables show. turns: the switching values, if they were asked for.
    """

    ledger: Ledger
    evidence: Sequence[Evidence]
    turns: Switching | None = None
    asked: Mapping[str, object] = field(default_factory=dict)

    @property
    def case(self) -> Case:
        return self.ledger.case

    @property
    def plan(self) -> Plan | ScenarioPlan:
        """The optimum that is explained."""
        return self.ledger.optimum

    @property
    def finished(self) -> bool:
        return self.ledger.finished and (self.turns is None or self.turns.status == "finished")

    @property
    def headline(self) -> str:
        """Status, cost, bound and gap in a line."""
        from .brief import headline

        return headline(self)

    @cached_property
    def brief(self) -> dict[str, list[str]]:
        """The one-page brief: heading -> sentences."""
        from .brief import brief

        return brief(self)

    def table(self) -> pd.DataFrame:
        """A row an option: option, kind, country, taken, verdict, low, high (discounted money), share, why (two sentences),
        place, table, name, cell."""
        from .tables import why_table

        return why_table(self.ledger, self.evidence)

    def __getitem__(self, name: str) -> str:
        """The two sentences of an option. Raises KeyError with the nearest name."""
        from .words import sentences

        entry = self.ledger[name]
        return " ".join(sentences(self.ledger, next(e for e in self.evidence if e.entry is entry)))

    def write(self, path: str | Path) -> Path:
        """Writes a workbook that opens on the brief (or a folder of CSV tables); returns the path."""
        from .writing import write_why

        return write_why(self, Path(path))

    def _repr_html_(self) -> str:
        from .brief import lines

        return "<br>".join(lines(self))


def why(
    case: Case,
    only: Sequence[str] | None = None,
    *,
    use: float = 0.5,
    earnest: float | None = None,
    worth: float = 0.001,
    scenario: str | Sequence[str] | None = None,
    scenarios: str | Sequence[str] | None = None,
    at_most: Mapping[str, float] | None = None,
    china_cap: float | Mapping[int, float] | None = None,
    switching: bool = False,
    gap: float = 1e-3,
    time_limit: float | None = None,
    threads: int = 1,
    seed: int = 0,
    workers: int = 1,
    progress: Callable[[int, int, str], None] | None = None,
) -> Why:
    """Why this and not that: the evidence for each option of a case, and a one-page brief.

    only: names of routes, expansions, facilities, offers or countries; all without. switching: also how far each
    assumption of the case must move before the first decisions change; as long again, and more. All else as in
    `options`.

    Raises CaseError for a case with errors, ValueError for wrong options and unknown names. After Ctrl-C what is
    finished is returned, the rest as 'not finished'.

    >>> import magnet_sourcing as ms
    >>> found = ms.why(ms.Case.small(), ["Toll Japan"])
    >>> found.table()["taken"].tolist()
    [True]
    """
    if switching and (scenarios is not None or at_most or china_cap is not None):
        raise ValueError("switching values are searched at least cost, without scenarios, at_most or a China cap")
    ledger = options(
        case,
        only=only,
        use=use,
        earnest=earnest,
        worth=worth,
        scenario=scenario,
        scenarios=scenarios,
        at_most=at_most,
        china_cap=china_cap,
        gap=gap,
        time_limit=time_limit,
        threads=threads,
        seed=seed,
        workers=workers,
        progress=progress,
    )
    turns = None
    if switching and ledger.optimum.has_plan and ledger.finished and ledger.case.rows("assumptions"):
        turns = search(ledger.case, gap=2 * gap, time_limit=time_limit, threads=threads, seed=seed, progress=progress)
    return Why(ledger, gather(ledger), turns, {**ledger.asked, "switching": switching})
