"""A plan: the answer to a case, as tables, with its status, its record and its audit."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from .audit import AuditReport
    from .case import Case


@dataclass
class Plan:
    """What `solve` returns.

    status: 'optimal', 'infeasible', 'unbounded', 'time limit', 'interrupted' or 'failed'. Only a plan with
    `has_plan` holds decisions; `tables` (see `plan_schema`) is otherwise empty but for `solver`.
    objective, cost: discounted money; they differ by the security premium if `china_price` was given.
    bound: no plan can have a smaller objective. gap: (objective - bound) / |objective|.
    """

    case: Case
    status: str
    objective: float | None
    cost: float | None
    bound: float | None
    gap: float | None
    seconds: float
    options: dict[str, Any]
    tables: dict[str, pd.DataFrame] = field(repr=False)
    detail: str = ""
    audit: AuditReport | None = None

    @classmethod
    def read(cls, path: str | Path) -> Plan:
        """Reads back what `write` wrote, workbook or folder, and audits it again.

        Raises CaseError, with every problem found, if the file is no plan. Whether it is a sound one is said by
        `audit`: a plan or a case that was changed since does not pass.
        """
        from .plan_reading import read_plan

        return read_plan(Path(path))

    @property
    def has_plan(self) -> bool:
        return self.objective is not None

    @property
    def index(self) -> dict[int, float]:
        """Dependence index by period; empty if the case has no exposed country."""
        rows = self.tables["dependence"]
        chosen = rows[rows["stage"] == "index"]
        return {
            int(t): float(x) for t, x in zip(chosen["period"], chosen["share"], strict=True) if x == x and x is not None
        }

    @property
    def free_share(self) -> dict[int, float]:
        """Share of delivery free of the exposed country from mine to magnet, by period; empty if it is not followed."""
        rows = self.tables["free_delivery"]
        chosen = rows[rows["segment"] == "all"]
        return {
            int(t): float(x) for t, x in zip(chosen["period"], chosen["share"], strict=True) if x == x and x is not None
        }

    def total(self, item: str | None = None) -> float:
        """Discounted cost of one item, or of all."""
        costs = self.tables["costs"]
        return float(
            costs["discounted"].sum() if item is None else costs.loc[costs["item"] == item, "discounted"].sum()
        )

    def write(self, path: str | Path) -> Path:
        """Writes the plan workbook (or a folder of CSV tables, if the path has no .xlsx ending); returns the path."""
        from .plan_writing import write_plan

        return write_plan(self, Path(path))

    def _repr_html_(self) -> str:
        """Notebooks show the answer, not the object."""
        from .summary import sentences

        return "<br>".join(sentences(self))
