"""Families of limits: the kinds of numbers that may change when a case has no plan, and the units they are told in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from ...case import Case, Row
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


def added_up(unit: str) -> tuple[str, bool]:
    """The unit of changes added up over the years ('t' for 't/y'), and whether each counts for every year of its period."""
    if unit.startswith("t/y"):
        return "t", True
    return (unit[:-2], True) if unit.endswith("/y") else (unit.split()[0] if unit.startswith("t ") else unit, False)


class Numbers:
    """Numbers of a case and of what is wished for: their units, and how they stand."""

    def __init__(self, case: Case, wish: Wish) -> None:
        self.case, self.wish = case, wish
        self.tables = case.resolved()
        self._rows = {name: {row.key: row for row in rows} for name, rows in self.tables.items()}

    def unit(self, number: Number) -> str:
        """The unit of the number itself."""
        if number.table == "options":
            return self._measure_unit(number.name) if number.column == "at_most" else "fraction"
        if (number.table, number.column) == ("limits", "value"):
            return self._limit_unit(number.name)
        column = TABLES[number.table].by_name[number.column]
        return column.unit if column.numeric else "yes/no"

    def found_in(self, number: Number) -> str:
        """The unit in which its change is looked for: tonnes a year for a share of tonnes, otherwise its own."""
        return _FOUND_IN.get((number.table, number.column)) or self.unit(number)

    def before(self, number: Number) -> float:
        """The number as it stands."""
        if number.table == "options":
            if number.column == "at_most":
                return float(self.wish.at_most[number.name])
            assert number.period is not None
            return float(self.wish.china_cap[number.period])
        row = self._rows[number.table][number.name]
        value = row[number.column]
        if number.period is not None:
            value = value[number.period]
            if (number.table, number.column) == ("demands", "quantity"):
                value *= (1 + row.growth) ** (number.period - self.case.settings["base_year"])
        return float(value)

    def _limit_unit(self, limit: str) -> str:
        """Unit of what a limit adds up, if its terms have one."""
        units = {self._term_unit(term) for term in self.tables["limit_terms"] if term.limit == limit}
        if len(units) != 1:
            return "as the terms"
        horizon = self._rows["limits"][limit].scope == "horizon"
        return added_up(units.pop())[0] if horizon else units.pop()

    def _term_unit(self, term: Row) -> str:
        unit = METRICS[term.metric][0]
        if unit != "impact unit/y":
            return unit
        return f"{self._rows['impacts'][term.impact].unit if term.impact else 'impact unit'}/y"

    def _measure_unit(self, measure: str) -> str:
        from magnet_models import Measure

        parsed = Measure.parse(measure)
        if parsed.kind == "impact":
            return str(self._rows["impacts"][parsed.subject].unit)
        return {"cost": "money", "unmet": "t"}.get(parsed.kind, "fraction")
