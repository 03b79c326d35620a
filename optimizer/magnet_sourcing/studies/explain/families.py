"""Families of limits: the kinds of numbers that may change when a case has no plan, and the units they are told in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from ...case import Case
from ...problem import Wish
from ...problems import did_you_mean
from ...schema import METRICS, TABLES
from .findings import Number

if TYPE_CHECKING:
    from magnet_models.relief import Relieved

# Family -> what gives way. The numbers of each are in magnet_models.relief. Never relaxed: balances, recipes and losses,
# shares and controls, availability and ramps, years and lead times, sizes of modules and of projects that are all or
# nothing, needs, the gates of routes, opening stocks, returns.
FAMILIES: Mapping[str, str] = {
    "demand": "less demand (demands: quantity)",
    "service": "a smaller least share of demand delivered (demands: min_service)",
    "free delivery": "a smaller least share delivered free of the exposed country (demands: min_free)",
    "capacity": "more existing capacity (facilities: capacity; operations: limit)",
    "expansions": "larger expansions (expansions: max_size of a chosen size)",
    "modules": "more modules (expansions: max_modules)",
    "reserve": "a larger mine reserve (facilities: reserve)",
    "minimum load": "a smaller minimum load (facilities: min_load)",
    "supply": "more on offer (supplies: limit, total)",
    "minimum purchases": "smaller minimum purchases (supplies: minimum)",
    "lanes": "more room on lanes (lanes: capacity; freight: capacity)",
    "minimum shipments": "smaller least loads of lanes (lanes: minimum)",
    "routes": "larger contracts (routes: maximum; tolls: capacity)",
    "minimum quantities": "smaller minimum quantities of contracts (routes: minimum, supply_minimum)",
    "partner hurdle": "a partner that need not reach its hurdle (routes: clears_hurdle)",
    "stocks": "more room for stocks, smaller stocks asked for (stocks: capacity, minimum, final)",
    "sales": "larger outlets (sales: limit, total)",
    "minimum sales": "smaller minimum sales (sales: minimum)",
    "limits": "looser limits (limits: value)",
    "cap": "a higher China cap (option --china-cap)",
    "at most": "a higher bound on a measure (option --at-most)",
    "groups": "groups and contracts that must be (groups: minimum, maximum; routes: must_sign)",
}

# Numbers that are shares or answers; the change is found in tonnes or money, what the share is of.
_FOUND_IN = {
    ("demands", "min_service"): "t/y",
    ("demands", "min_free"): "t/y",
    ("facilities", "min_load"): "t/y",
    ("routes", "clears_hurdle"): "money",
    ("routes", "must_sign"): "decisions",
    ("groups", "minimum"): "decisions",
    ("groups", "maximum"): "decisions",
}


def checked_families(families: Iterable[str] | None) -> list[str]:
    """Names of families, all if None. Raises ValueError with the nearest valid name."""
    asked = list(FAMILIES) if families is None else list(dict.fromkeys(families))
    for name in asked:
        if name not in FAMILIES:
            raise ValueError(f"'{name}' is no family of limits{did_you_mean(name, FAMILIES)}")
    return asked


def number_of(relieved: Relieved) -> Number:
    """The number a column changes, as it is known in the case."""
    table, column = relieved.table, relieved.column
    yearly = table == "options" or TABLES[table].by_name[column].yearly
    return Number(table, ", ".join(relieved.row), column, relieved.period if yearly else None)


def unit_of(case: Case, number: Number) -> str:
    """The unit of the number itself."""
    if number.table == "options":
        return _measure_unit(case, number.name) if number.column == "at_most" else "fraction"
    if (number.table, number.column) == ("limits", "value"):
        return _limit_unit(case, number.name)
    column = TABLES[number.table].by_name[number.column]
    return column.unit if column.numeric else "yes/no"


def found_in(case: Case, number: Number) -> str:
    """The unit in which its change is looked for: tonnes a year for a share of tonnes, otherwise its own."""
    return _FOUND_IN.get((number.table, number.column)) or unit_of(case, number)


def added_up(unit: str) -> tuple[str, bool]:
    """The unit of changes added up over the years ('t' for 't/y'), and whether each counts for every year of its period."""
    if unit.startswith("t/y"):
        return "t", True
    return (unit[:-2], True) if unit.endswith("/y") else (unit.split()[0] if unit.startswith("t ") else unit, False)


def _limit_unit(case: Case, limit: str) -> str:
    """Unit of what a limit adds up, if its terms have one."""
    units = {_term_unit(case, term) for term in case.rows("limit_terms") if term.limit == limit}
    if len(units) != 1:
        return "as the terms"
    horizon = next(row for row in case.rows("limits") if row.limit == limit).scope == "horizon"
    return added_up(units.pop())[0] if horizon else units.pop()


def _term_unit(case: Case, term: object) -> str:
    unit = METRICS[term.metric][0]  # type: ignore[attr-defined]
    if unit != "impact unit/y":
        return unit
    impacts = {row.impact: row.unit for row in case.rows("impacts")}
    return f"{impacts.get(term.impact, 'impact unit')}/y"  # type: ignore[attr-defined]


def _measure_unit(case: Case, measure: str) -> str:
    from magnet_models import Measure

    parsed = Measure.parse(measure)
    if parsed.kind == "impact":
        return next((str(row.unit) for row in case.rows("impacts") if row.impact == parsed.subject), "")
    return {"cost": "money", "unmet": "t"}.get(parsed.kind, "fraction")


def before(case: Case, wish: Wish, number: Number) -> float:
    """The number as it stands."""
    if number.table == "options":
        if number.column == "at_most":
            return float(wish.at_most[number.name])
        assert number.period is not None
        return float(wish.china_cap[number.period])
    row = next(r for r in case.rows(number.table) if r.key == number.name)
    value = row[number.column]
    if number.period is not None:
        value = value[number.period]
        if (number.table, number.column) == ("demands", "quantity"):
            value *= (1 + row.growth) ** (number.period - case.settings["base_year"])
    return float(value)
