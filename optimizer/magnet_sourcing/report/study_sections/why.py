"""Why this and not that: the one-page brief, and the evidence for each option."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from ...studies.frontier.amounts import amounts_of
from ...studies.why.evidence import common
from ..section import Section
from .plain import column, records

if TYPE_CHECKING:
    import pandas as pd

    from ...plan import Plan
    from ...scenario_plan import ScenarioPlan


class Reasons(Protocol):
    """What `why` returns, as far as the page needs it.

    plan: the one that is explained. brief: heading -> sentences. table: option, kind, taken, verdict, low, high (what
    forcing the other choice costs, discounted money), why, and the place in the case: table, name, cell.
    """

    @property
    def plan(self) -> Plan | ScenarioPlan: ...
    @property
    def headline(self) -> str: ...
    @property
    def brief(self) -> Mapping[str, Sequence[str]]: ...
    def table(self) -> pd.DataFrame: ...


def brief_section(why: Reasons, shown: Plan | ScenarioPlan, others: bool = False) -> Section:
    """The one-page brief, for the top of the page that shows a plan. others: the page can show other plans as well."""
    stays = ["This brief is about that plan, whichever plan is chosen above."] if others else []
    data = {"parts": [[heading, list(lines)] for heading, lines in why.brief.items()]}
    return Section("brief", "Brief", [why.headline, *stays, *another(why, shown)], data)


def another(why: Reasons, shown: Plan | ScenarioPlan) -> list[str]:
    """That the plan explained decides otherwise than the plan the page shows; nothing where they decide the same.

    `why` solves the case anew, for the least cost: a plan solved to a wider gap or for another measure may be another one.
    """
    if not why.plan.has_plan or _decisions(why.plan) == _decisions(shown):
        return []
    return [
        "CAUTION: this is about the least-cost plan, solved anew. It decides otherwise than the plan that the rest of the "
        "page shows: solve that with a smaller gap, and report it again."
    ]


def _decisions(plan: Plan | ScenarioPlan) -> set[tuple[Any, ...]]:
    """What is signed and built, and when."""
    signed, built = common(plan).tables["signings"], common(plan).tables["builds"]
    return {*zip(signed["route"], signed["period"], strict=True)} | {
        (r.expansion, r.period, round(r.size, 3)) for r in built.itertuples()
    }


def why_section(why: Reasons, shown: Plan | ScenarioPlan) -> Section:
    """A row an option, with its evidence."""
    frame = why.table().copy()
    frame[["low", "high"]] = frame[["low", "high"]].astype(float)
    largest = max((abs(x) for x in frame[["low", "high"]].to_numpy().ravel() if x == x), default=0.0)
    money = amounts_of(shown.case, "cost", largest)
    frame[["low", "high"]] /= money.divisor
    frame["place"] = [_place(row) for row in frame.to_dict("records")]
    frame["taken"] = [_taken(x) for x in frame["taken"]]
    columns = [
        column("option"), column("kind"), column("taken"), column("verdict"),
        column("contrary: at least", "number", money.unit, 2), column("at most", "number", money.unit, 2),
        column("why", wide=True), column("where in the case"),
    ]  # fmt: skip
    rows = records(frame, ["option", "kind", "taken", "verdict", "low", "high", "why", "place"])
    return Section(
        "why", "Why this and not that", [why.headline, *another(why, shown)], {"columns": columns, "rows": rows}
    )


def _taken(value: Any) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) or hasattr(value, "item") else str(value)


def _place(row: Mapping[str, Any]) -> str:
    """'routes: Toll Japan (routes!A3)'; nothing for what is no row of the case, such as a country."""
    table, name, cell = (row[k] if isinstance(row[k], str) else "" for k in ("table", "name", "cell"))
    return f"{table}: {name}" + (f" ({cell})" if cell else "") if table else ""
