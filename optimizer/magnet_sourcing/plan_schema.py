"""The tables of a plan, declared once.

A plan is a set of tables; the terminal, the workbook, JSON and the audit are views of these and of nothing else.
`t/y` amounts hold in every year of the period; `money/y` likewise, undiscounted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from .schema import Kind
from .values import tidy

# Units that tell the kind of a column; all other units are those of numbers.
_KINDS: dict[str, Kind] = {"": "text", "year": "whole", "0/1": "whole", "yes/no": "yes/no"}
# Columns other than text in which a plan may have a blank.
BLANKS = {
    ("builds", "modules"),
    ("signings", "active_to"),
    ("capacity", "utilisation"),
    ("limits", "period"),
    ("prices", "period"),
    ("dependence", "share"),
    ("free_delivery", "share"),
    *((table, "free") for table in ("activity", "flows", "purchases", "tolling", "collections", "stocks", "demand")),
}


@dataclass(frozen=True)
class PlanColumn:
    name: str
    help: str
    unit: str = ""
    special: Kind | None = None

    @property
    def kind(self) -> Kind:
        """'text', 'number', 'whole' or 'yes/no', as in the schema of cases."""
        return self.special or _KINDS.get(self.unit, "number")


@dataclass(frozen=True)
class PlanTable:
    """`rows` says which rows a plan holds: tables without zero rows list only what happens."""

    name: str
    help: str
    columns: tuple[PlanColumn, ...]


def _table(name: str, help: str, *columns: tuple[Any, ...]) -> PlanTable:
    """Columns as (name, unit, help) or, where the unit does not tell it, (name, unit, help, kind)."""
    return PlanTable(name, help, tuple(PlanColumn(n, h, u, *kind) for n, u, h, *kind in columns))


_PERIOD = ("period", "year", "period")
# Blank where nothing tracked is in the material, or the case has no exposed country.
_FREE = ("free", "t/y", "of which free of the exposed country from the mine on; blank: not followed")

_TABLES = (
    _table(
        "builds",
        "Expansions decided.",
        ("expansion", "", "expansion"),
        ("facility", "", "facility"),
        ("location", "", "place"),
        ("country", "", "country"),
        ("period", "year", "year of the decision"),
        ("available_from", "year", "first capacity (decision + lead time)", "number"),
        ("modules", "modules", "modules decided"),
        ("size", "t/y", "capacity decided"),
        ("capital", "money", "full overnight capital, partner's share included"),
        ("partner_capital", "money", "the partner's share of it"),
        ("subsidy", "money", "capital subsidy"),
    ),
    _table(
        "signings",
        "Routes signed.",
        ("route", "", "route"),
        ("kind", "", "kind of partnership"),
        ("partner", "", "partner"),
        ("country", "", "partner's country"),
        ("period", "year", "year of signing"),
        ("active_from", "year", "first active year", "number"),
        ("active_to", "year", "end of the contract (blank: horizon)", "number"),
    ),
    _table("lane_openings", "Lanes opened at a cost.", ("lane", "", "lane"), _PERIOD),
    _table(
        "retirements",
        "Existing capacity closed early.",
        ("facility", "", "facility"),
        _PERIOD,
        ("capacity", "t/y", "capacity closed in that period"),
    ),
    _table(
        "activity",
        "What facilities do.",
        ("facility", "", "facility"),
        ("process", "", "process"),
        _PERIOD,
        ("activity", "t/y", "tonnes of activity"),
        _FREE,
    ),
    _table(
        "capacity",
        "Capacity and its use, every facility and period.",
        ("facility", "", "facility"),
        _PERIOD,
        ("existing", "t/y", "existing capacity less what was retired, before availability"),
        ("added", "t/y", "from expansions, after ramp-up, before availability"),
        ("available", "t/y", "(existing + added) x availability"),
        ("used", "t/y", "sum of usage x activity"),
        ("utilisation", "fraction", "used / available; blank where nothing is available"),
    ),
    _table(
        "flows",
        "Movements on lanes.",
        ("lane", "", "lane"),
        ("material", "", "material"),
        _PERIOD,
        ("loaded", "t/y", "loaded at the origin"),
        ("arrived", "t/y", "after losses"),
        ("free", "t/y", "loaded free of the exposed country from the mine on; blank: not followed"),
    ),
    _table(
        "lane_use",
        "Lanes with a minimum, yearly or opening cost: used or not.",
        ("lane", "", "lane"),
        _PERIOD,
        ("used", "0/1", "used"),
    ),
    _table(
        "purchases",
        "What is bought.",
        ("supply", "", "offer"),
        ("material", "", "material"),
        ("location", "", "place"),
        ("origin", "", "country"),
        _PERIOD,
        ("bought", "t/y", "bought"),
        ("shortfall", "t/y", "below the minimum"),
        ("free", "t/y", "bought free of the exposed country from the mine on; blank: not followed"),
    ),
    _table(
        "sales",
        "What is sold.",
        ("sale", "", "outlet"),
        ("material", "", "material"),
        ("location", "", "place"),
        _PERIOD,
        ("sold", "t/y", "sold"),
    ),
    _table(
        "tolling",
        "What is sent out and what comes back.",
        ("toll", "", "toll"),
        ("route", "", "route"),
        _PERIOD,
        ("sent", "t/y", "sent out"),
        ("returned", "t/y", "product back in this period"),
        ("swarf", "t/y", "our swarf back in this period"),
        ("free", "t/y", "sent free of the exposed country from the mine on; blank: not followed"),
    ),
    _table(
        "route_use",
        "Routes in their active periods.",
        ("route", "", "route"),
        _PERIOD,
        ("active", "fraction", "1 active, 0 not (part of a period: its share)"),
        ("quantity", "t/y", "quantity under the route"),
        ("shortfall", "t/y", "below the minimum, after credit"),
        ("banked", "t/y", "credit banked"),
        ("used", "t/y", "credit used"),
        ("supply_shortfall", "t/y", "missed supply duty"),
    ),
    _table(
        "credits",
        "Make-up credit by the period it was banked in.",
        ("route", "", "route"),
        ("banked_in", "year", "period banked"),
        ("used_in", "year", "period used"),
        ("used", "t/y", "credit used, per year of used_in"),
    ),
    _table(
        "collections",
        "End-of-life material.",
        ("return", "", "return"),
        _PERIOD,
        ("collectable", "t/y", "could be collected"),
        ("collected", "t/y", "is collected"),
        _FREE,
    ),
    _table(
        "stocks",
        "Stocks, every stock and period.",
        ("stock", "", "stock"),
        _PERIOD,
        ("opening", "t", "at the start"),
        ("lost", "t", "lost in the period"),
        ("closing", "t", "at the end"),
        ("free", "t", "at the end, free of the exposed country from the mine on; blank: not followed"),
    ),
    _table(
        "disposal",
        "Material disposed of.",
        ("material", "", "material"),
        ("location", "", "place"),
        _PERIOD,
        ("disposed", "t/y", "disposed of"),
    ),
    _table(
        "demand",
        "Demand met and unmet, every demand and period.",
        ("demand", "", "demand"),
        ("segment", "", "segment"),
        ("material", "", "material"),
        ("location", "", "place"),
        _PERIOD,
        ("required", "t/y", "needed"),
        ("delivered", "t/y", "delivered"),
        ("short", "t/y", "not delivered"),
        ("free", "t/y", "delivered free of the exposed country from the mine on; blank: not followed"),
    ),
    _table(
        "incentives",
        "Incentives received.",
        ("incentive", "", "incentive"),
        ("facility", "", "facility"),
        ("process", "", "process"),
        _PERIOD,
        ("rewarded", "t/y", "tonnes rewarded"),
        ("amount", "money/y", "money received"),
    ),
    _table(
        "impacts",
        "Impacts of processes.",
        ("impact", "", "impact"),
        ("facility", "", "facility"),
        ("process", "", "process"),
        _PERIOD,
        ("quantity", "unit/y", "impact caused"),
    ),
    _table(
        "limits",
        "Limits against what the plan does.",
        ("limit", "", "limit"),
        ("period", "year", "period; blank for a limit over the horizon"),
        ("sense", "", "which way it binds"),
        ("amount", "as the terms", "left side"),
        ("value", "as the terms", "right side"),
        ("excess", "as the terms", "violation, at its penalty"),
        ("binding", "yes/no", "met with no room to spare"),
    ),
    _table(
        "costs",
        "Every cost, by item and by what causes it. Revenue is negative.",
        ("item", "", "cost item"),
        _PERIOD,
        ("table", "", "table of the cause"),
        ("name", "", "the cause"),
        ("facility", "", "facility, if any"),
        ("route", "", "route, if any"),
        ("country", "", "country, if any"),
        ("amount", "money/y", "in each year of the period, escalated, undiscounted"),
        ("discounted", "money", "over the whole period, discounted: what the objective counts"),
    ),
    _table(
        "partners",
        "What each route gives its partner: money received, and money paid (negative), as the partner sees it.",
        ("route", "", "route"),
        ("partner", "", "partner"),
        ("country", "", "partner's country"),
        (
            "component",
            "",
            "fee, royalty, tolling, purchase, output, output price, incentive, capital, operation, own cost or shortfall",
        ),
        _PERIOD,
        ("amount", "money/y", "in each year of the period, escalated, undiscounted"),
        ("discounted", "money", "over the whole period, discounted at the partner's hurdle rate"),
        ("note", "", "materials that have no value in the case and count 0 here"),
    ),
    _table(
        "exposure",
        "Element tonnes by where their stages are done or controlled.",
        ("stage", "", "stage"),
        ("element", "", "element"),
        ("country", "", "country"),
        _PERIOD,
        ("exposure", "t element/y", "element tonnes"),
    ),
    _table(
        "dependence",
        "Dependence on the exposed country.",
        _PERIOD,
        ("stage", "", "stage; 'index' for the weighted sum over stages"),
        ("exposure", "t element/y", "weighted element tonnes exposed"),
        ("requirement", "t element/y", "weighted element content of the demand"),
        ("share", "fraction", "exposure / requirement"),
    ),
    _table(
        "free_delivery",
        "Delivery free of the exposed country from mine to magnet, as the plan's flows allow at most. Only materials "
        "with tracked elements.",
        _PERIOD,
        ("segment", "", "segment (its demand, if it has none); 'all' for the total"),
        ("delivered", "t/y", "delivered"),
        ("free", "t/y", "of which free"),
        ("share", "fraction", "free / delivered; blank where nothing is delivered"),
    ),
    _table(
        "concentration",
        "How concentrated each stage is.",
        ("stage", "", "stage"),
        _PERIOD,
        ("hhi", "fraction", "sum of squared country shares, 0-1"),
        ("largest_country", "", "country with the largest share"),
        ("largest_share", "fraction", "its share"),
    ),
    _table(
        "prices",
        "What one more unit of each capacity, limit and demand is worth, the whole-number decisions of the plan held; those "
        "worth most first. Only numbers with a price.",
        ("kind", "", "what the number is: capacity, reserve, lane, route, supply, demand, limit, cap ..."),
        ("table", "", "table of the case; 'options' for what was asked of the solve"),
        ("name", "", "row of that table"),
        ("column", "", "column of the number"),
        ("period", "year", "period; blank for a number of the whole horizon"),
        ("amount", "as the number", "the number as it stands; of a demand, with its growth"),
        ("unit", "", "what one unit more is"),
        ("effect", "", "saves or costs: what one unit more does"),
        ("price", "money/unit", "that much a year, undiscounted; over the horizon, discounted, where the period is blank"),
        ("discounted", "money/unit", "over the whole period, discounted: what the objective counts"),
        (
            "worth",
            "money",
            "discounted times 1 % of the amount (of a capacity: of what the plan has there); times one unit where that is 0",
        ),
        ("means", "", "the price in words"),
    ),
    _table(
        "entry_prices",
        "When what is offered but not used would be: the asking price at which it enters, the decisions of the plan held. "
        "Without what those decisions close.",
        ("kind", "", "supply, sale, lane, process, toll or collection"),
        ("table", "", "table of the case"),
        ("name", "", "row of that table"),
        ("material", "", "material bought, sold, moved, made, sent or collected"),
        _PERIOD,
        ("asked", "money/unit", "price as it stands in the table"),
        ("enters_below", "money/unit", "it enters below this price (a sale: above); less than 0: only if paid for"),
        ("side", "", "below or above"),
        ("unit", "", "unit of both prices"),
    ),
    _table("solver", "How the plan was found.", ("field", "", "what"), ("value", "", "value")),
)

PLAN_TABLES: dict[str, PlanTable] = {t.name: t for t in _TABLES}


def plan_frame(name: str, rows: Iterable[Sequence[Any]]) -> pd.DataFrame:
    """A plan table as pandas holds it, whether just solved or read back: whole numbers, numbers, yes/no and text by
    the schema. A blank is None in text and NaN in numbers (whole numbers with blanks are then floats)."""
    columns = PLAN_TABLES[name].columns
    cells = list(zip(*rows, strict=True)) or [()] * len(columns)
    return pd.DataFrame({c.name: _series(c.kind, values) for c, values in zip(columns, cells, strict=True)})


def _series(kind: str, values: Sequence[Any]) -> pd.Series:
    if kind == "text":
        return pd.Series([tidy(v) for v in values], dtype=object)
    if kind == "yes/no":
        return pd.Series([bool(v) for v in values], dtype=bool)
    numbers = pd.Series(np.array(values, dtype=float))
    return numbers.astype("int64") if kind == "whole" and not numbers.isna().any() else numbers
