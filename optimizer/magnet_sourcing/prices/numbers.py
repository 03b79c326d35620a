"""The numbers that have a price: capacities, limits, demands and the like, with what they are and their unit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from ..changes import Cell
from ..schema import TABLES

# Kind of price -> table -> columns. What is here is an amount that the plan keeps to, not a price or a yield.
KINDS: dict[str, dict[str, tuple[str, ...]]] = {
    "capacity": {"facilities": ("capacity",)},
    "reserve": {"facilities": ("reserve",)},
    "process": {"operations": ("limit",)},
    "expansion": {"expansions": ("max_size", "min_size")},
    "subsidy": {"expansions": ("subsidy_cap",)},
    "lane": {"lanes": ("capacity", "minimum"), "freight": ("capacity",)},
    "route": {"routes": ("maximum", "minimum", "supply_minimum", "credit_cap")},
    "supply": {"supplies": ("limit", "total")},
    "minimum purchase": {"supplies": ("minimum",)},
    "sale": {"sales": ("limit", "total", "minimum")},
    "toll": {"tolls": ("capacity",)},
    "stock": {"stocks": ("capacity", "minimum", "initial", "final")},
    "demand": {"demands": ("quantity",)},
    "service": {"demands": ("min_service", "min_free")},
    "collection": {"returns": ("base",)},
    "incentive": {"incentives": ("limit", "total")},
    "limit": {"limits": ("value",)},
}
CAP, AT_MOST = "cap", "at most"  # options of the solve
POINT = "percentage point"


class Amount(NamedTuple):
    """A number that may have a price. amount: as it stands in the case or the options, but a demand's with its growth.
    period: None for a number of the whole horizon. per: how many of `unit` are in 1 of the number."""

    kind: str
    table: str
    name: str
    column: str
    period: int | None
    amount: float
    unit: str
    per: float = 1.0


def amounts(rows: Mapping[str, Sequence[Any]], grown: Any) -> Iterator[tuple[Cell, Amount]]:
    """Every number of a case that may have a price, blank ones left out. grown: t/y of a demand row in a period."""
    for kind, tables in KINDS.items():
        for table, columns in tables.items():
            for column in columns:
                unit, per = _unit(table, column)
                for i, row in enumerate(rows[table]):
                    for t, value in _by_period(row[column]):
                        amount = grown(row, t) if kind == "demand" else float(value)
                        over_all = table == "limits" and row.scope == "horizon"
                        period = None if over_all else t
                        yield (table, i, column, t), Amount(kind, table, row.key, column, period, amount, unit, per)


def _by_period(value: Any) -> Iterator[tuple[int | None, float]]:
    if isinstance(value, dict):
        yield from value.items()
    elif value is not None:
        yield None, value


def _unit(table: str, column: str) -> tuple[str, float]:
    """What one unit is, in words, and how many of it are in 1 of the number."""
    unit = TABLES[table].by_name[column].unit
    if unit.startswith("fraction"):
        return POINT, 100.0
    return ("unit of the limit" if table == "limits" else unit), 1.0


def cap(t: int, value: float) -> Amount:
    """The cap on the dependence index of a period."""
    return Amount(CAP, "options", "china cap", "index", t, value, POINT, 100.0)


def held(measure: str, value: float, currency: str, impact_units: Mapping[str, str]) -> Amount:
    """A measure held below a value."""
    kind, _, rest = measure.partition(" ")
    if kind in ("index", "country", "not"):
        return Amount(AT_MOST, "options", measure, kind, None, value, POINT, 100.0)
    unit = {"cost": currency, "unmet": "t"}.get(kind) or next(
        (u for name, u in impact_units.items() if rest == name or rest.startswith(f"{name} ")), "unit"
    )
    return Amount(AT_MOST, "options", measure, kind, None, value, unit)
