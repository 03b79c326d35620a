"""The evidence for each option, gathered from the ledger and the tables of the plan; nothing is said here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ...case import Case
from ...plan import Plan
from ...scenario_plan import ScenarioPlan
from ...schema import TABLES
from ..choices.options import Entry, Ledger
from .spending import Difference, Spending, differences

# The table of the case in which an option of a kind stands; countries stand in no table of their own.
TABLE_OF = {"route": "routes", "expansion": "expansions", "facility": "facilities", "supply": "supplies"}
# Used to the brim: what the solver's tolerance cannot tell from all of it.
FULL = 0.999


@dataclass(frozen=True)
class Place:
    """Where an option stands: table and key of the row; file, sheet and cell of the case as it was read ('row 7' of a
    CSV table)."""

    table: str
    name: str
    file: str
    sheet: str
    cell: str

    def __str__(self) -> str:
        sheet = "" if self.file == f"{self.sheet}.csv" else f"sheet {self.sheet}"
        cell = self.cell if " " in self.cell else f"cell {self.cell}"
        return ", ".join(part for part in (self.file, sheet, cell) if part)


@dataclass(frozen=True)
class Use:
    """How fully a plan uses what an option offers, by period, expected over the futures.

    amount: t/y; room: the most it could be, None where there is no bound. what: 'capacity', 'contract' or 'offer'.
    """

    what: str
    amount: dict[int, float]
    room: dict[int, float | None]

    @property
    def full(self) -> list[int]:
        """Periods in which there is no room left."""
        return [t for t, x in self.amount.items() if (most := self.room[t]) and x >= FULL * most]

    def share(self, years: dict[int, float]) -> float | None:
        """Mean share in use over the periods with room; None without a bound in any of them."""
        bounded = [t for t, most in self.room.items() if most]
        room = sum(years[t] * (self.room[t] or 0.0) for t in bounded)
        return sum(years[t] * self.amount[t] for t in bounded) / room if room > 0 else None


@dataclass(frozen=True)
class Evidence:
    """An option with all that is known of why it is taken or not.

    decided: year -> amount (1 for a signing, t/y for a build). parts: of a country, the names of what is taken there.
    differences: how the costs of the forced plan found differ from the optimum's, largest first; None without one.
    worth: rows of the plan table `prices` about it, the most valuable first; entry: its rows of `entry_prices`.
    because: of a country without a plan, the one option that proves it. must_sign: the case says it must be signed.
    """

    entry: Entry
    place: Place | None
    decided: dict[int, float]
    parts: tuple[str, ...] = ()
    use: Use | None = None
    differences: Sequence[Difference] | None = None
    worth: pd.DataFrame | None = None
    enters: pd.DataFrame | None = None
    because: str = ""
    must_sign: bool = False

    @property
    def name(self) -> str:
        return self.entry.option.name

    @property
    def kind(self) -> str:
        return self.entry.option.kind

    @property
    def taken(self) -> bool:
        return self.entry.in_optimum

    @property
    def net(self) -> float | None:
        """What the forced plan found costs more than the optimum found; it lies within the price."""
        return None if self.differences is None else sum(d.change for d in self.differences)


def gather(ledger: Ledger) -> list[Evidence]:
    """The evidence for every entry, in the order of the ledger."""
    if ledger.problem is None or ledger.values is None:
        return []
    spending = Spending(ledger.problem)
    spent = spending.of(ledger.values)
    places = _places(ledger)
    found = []
    for entry in ledger.entries:
        changed = None if entry.values is None else differences(spent, spending.of(entry.values))
        name, table = entry.option.name, TABLE_OF.get(entry.option.kind, "")
        found.append(
            Evidence(
                entry,
                places.get((table, name)),
                _decided(ledger, entry),
                tuple(p.name for p in entry.option.parts if p.is_in(ledger.values)),
                _use(ledger, entry) if entry.in_optimum else None,
                changed,
                _priced(ledger.case, ledger.optimum, entry, table),
                table_of(ledger.optimum, "entry_prices", table=table, name=name),
                _because(ledger, entry),
                entry.option.kind == "route" and bool(_row(ledger.case, "routes", name).must_sign),
            )
        )
    return found


def _row(case: Case, table: str, name: str) -> Any:
    return next(row for row in case.rows(table) if row.key == name)


def _places(ledger: Ledger) -> dict[tuple[str, str], Place]:
    """Place by table and name of every option that stands in a table."""
    case, found = ledger.case, ledger.case.findings()
    asked = []
    for entry in ledger.entries:
        table = TABLE_OF.get(entry.option.kind)
        at = case.places(table).get(entry.option.name) if table else None
        if table and at:
            found.error(table, at[1], TABLES[table].key[0], "")
            asked.append((table, entry.option.name))
    placed = zip(asked, found.problems, strict=True)
    return {key: Place(*key, p.file, p.sheet, p.cell.split(", column")[0]) for key, p in placed}


# ---------------------------------------------------------------- tables of a plan, or of a plan for several futures


def plans(optimum: Plan | ScenarioPlan) -> Iterator[tuple[float, Plan]]:
    """Probability and plan of each future."""
    if isinstance(optimum, Plan):
        yield 1.0, optimum
    else:
        yield from ((optimum.probability[name], plan) for name, plan in optimum.plans.items())


def common(optimum: Plan | ScenarioPlan) -> Plan:
    """The plan, or what a plan for several futures decides before it knows which."""
    return optimum if isinstance(optimum, Plan) else optimum.decided


def table_of(optimum: Plan | ScenarioPlan, name: str, /, **where: Any) -> pd.DataFrame:
    """Rows of a plan table with these values, and the column `probability`; empty if the plan has no such table."""
    parts = []
    for probability, plan in plans(optimum):
        frame = plan.tables.get(name)
        if frame is None or frame.empty:
            continue
        for column, value in where.items():
            frame = frame[frame[column] == value]
        parts.append(frame.assign(probability=probability))
    filled = [p for p in parts if len(p)]
    return pd.concat(filled, ignore_index=True) if filled else pd.DataFrame()


def lengths(case: Case) -> dict[int, float]:
    """Years of each period."""
    return {row.period: float(row.years) for row in case.rows("periods")}


def by_period(frame: pd.DataFrame, column: str) -> dict[int, float]:
    """Expected sum of a column by period."""
    if frame.empty:
        return {}
    total = (frame[column].astype(float) * frame["probability"]).groupby(frame["period"]).sum()
    return {int(t): float(x) for t, x in total.items()}


# ---------------------------------------------------------------- one option


def _decided(ledger: Ledger, entry: Entry) -> dict[int, float]:
    decided = common(ledger.optimum)
    name = entry.option.name
    if entry.option.kind == "route":
        signed = decided.tables["signings"]
        return {int(t): 1.0 for t in signed.loc[signed["route"] == name, "period"]}
    if entry.option.kind == "expansion":
        built = decided.tables["builds"]
        sizes = built[built["expansion"] == name].groupby("period")["size"].sum()
        return {int(t): float(x) for t, x in sizes.items()}
    return {}


def _use(ledger: Ledger, entry: Entry) -> Use | None:
    kind, name = entry.option.kind, entry.option.name
    if kind == "route":
        quantity = by_period(table_of(ledger.optimum, "route_use", route=name), "quantity")
        return Use("contract", quantity, _bound(ledger.optimum, "routes", name, "maximum", quantity))
    if kind in ("facility", "expansion"):
        facility = name if kind == "facility" else _row(ledger.case, "expansions", name).facility
        rows = table_of(ledger.optimum, "capacity", facility=facility)
        room: dict[int, float | None] = dict(by_period(rows, "available"))
        return Use("capacity", by_period(rows, "used"), room)
    if kind == "supply":
        bought = by_period(table_of(ledger.optimum, "purchases", supply=name), "bought")
        return Use("offer", bought, _bound(ledger.optimum, "supplies", name, "limit", bought))
    return None


def _bound(
    optimum: Plan | ScenarioPlan, table: str, name: str, column: str, periods: Iterable[int]
) -> dict[int, float | None]:
    """Expected value of a yearly bound by period; None where a future has none."""
    found: dict[int, float | None] = dict.fromkeys(periods, 0.0)
    for probability, plan in plans(optimum):
        values = next((row[column] for row in plan.case.rows(table) if row.key == name), None) or {}
        for t, x in found.items():
            found[t] = None if x is None or values.get(t) is None else x + probability * float(values[t])
    return found


def _priced(case: Case, optimum: Plan | ScenarioPlan, entry: Entry, table: str) -> pd.DataFrame:
    """Rows of `prices` about the option's own numbers, of an expansion about the capacity of its plant (the size of its
    module is that once more), the most valuable first."""
    name = entry.option.name
    if entry.option.kind == "expansion":
        facility = _row(case, "expansions", name).facility
        rows = table_of(optimum, "prices", table="facilities", name=facility, column="capacity")
    else:
        rows = table_of(optimum, "prices", table=table, name=name)
    return rows if rows.empty else rows.sort_values("worth", ascending=False, kind="stable")


def _because(ledger: Ledger, entry: Entry) -> str:
    """A part of a country that no plan can do without, so that none can do without the country."""
    if not entry.impossible or not entry.in_optimum:
        return ""
    known = {(e.option.kind, e.option.name): e for e in ledger.entries}
    for part in entry.option.parts:
        e = known.get((part.kind, part.name))
        if e is not None and e.in_optimum and e.impossible:
            return part.name
    return ""
