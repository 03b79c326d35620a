"""What may give way when no plan exists: one column for each number a planner wrote, at the rows it stands in.

`relief[n]` is by how much number n changes, in the direction that lets more plans through. A piece asks for it where it
states the row (`terms`), so the row with its relief is the row of a case with the changed number. Balances, build
logic, the gates of routes, recipes and shares ask for none and so never give way. In an ordinary build no family is
asked, no column exists, and every rule is what it is without relief.

Where a number is multiplied by something decided (a capacity by `active` of its route), the column is the product, in
tonnes, and `per` the other factor: the change of the number is the column divided by it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from pyomo.environ import Block

from .arithmetic import total
from .components import Columns, programme_of
from .programme import INFINITY
from .rows import Term

# Family -> the numbers (table, column) it may change. 'options' are those of the run: the cap and `--at-most`.
FAMILIES: dict[str, tuple[tuple[str, str], ...]] = {
    "demand": (("demands", "quantity"),),
    "service": (("demands", "min_service"),),
    "free delivery": (("demands", "min_free"),),
    "capacity": (("facilities", "capacity"), ("operations", "limit")),
    "expansions": (("expansions", "max_size"),),
    "modules": (("expansions", "max_modules"),),
    "reserve": (("facilities", "reserve"),),
    "minimum load": (("facilities", "min_load"),),
    "supply": (("supplies", "limit"), ("supplies", "total")),
    "minimum purchases": (("supplies", "minimum"),),
    "lanes": (("lanes", "capacity"), ("freight", "capacity")),
    "minimum shipments": (("lanes", "minimum"),),
    "routes": (("routes", "maximum"), ("tolls", "capacity")),
    "minimum quantities": (("routes", "minimum"), ("routes", "supply_minimum")),
    "partner hurdle": (("routes", "clears_hurdle"),),
    "stocks": (("stocks", "capacity"), ("stocks", "minimum"), ("stocks", "final")),
    "sales": (("sales", "limit"), ("sales", "total")),
    "minimum sales": (("sales", "minimum"),),
    "limits": (("limits", "value"),),
    "cap": (("options", "china_cap"),),
    "at most": (("options", "at_most"),),
    "groups": (("groups", "minimum"), ("groups", "maximum"), ("routes", "must_sign")),
}
FAMILY_OF = {number: family for family, numbers in FAMILIES.items() for number in numbers}

Name = str | tuple[str, ...]
MORE, LESS = 1, -1


class Relieved(NamedTuple):
    """A number that may change. row: its key. sign: +1 if it may rise, -1 if it may fall. per: constant and terms by
    which the column is divided to give the change of the number (None: the column is the change). unit: what 1 of the
    column stands for; money comes in millions, and a solver wants columns of a size."""

    table: str
    row: tuple[str, ...]
    column: str
    period: int | None
    sign: int
    variable: int
    per: tuple[float, list[Term]] | None
    unit: float

    @property
    def family(self) -> str:
        return FAMILY_OF[self.table, self.column]


def middle(terms: Sequence[Term]) -> float:
    """The geometric middle of the coefficients of a row, the unit of a relief in it.

    With a unit far above its smallest coefficient (the value of a limit in money, beside a subsidy's share) HiGHS puts
    the row in for the relief, drops that coefficient as nothing, and calls a wrong bound proved.
    """
    sizes = [abs(c) for c, _ in terms if c]
    return math.sqrt(min(sizes) * max(sizes)) if sizes else 1.0


class Relief:
    """The columns of the families asked; `columns` lists them once the model is built."""

    def __init__(self, block: Block | None = None, families: Iterable[str] = ()) -> None:
        self.families = frozenset(families)
        unknown = sorted(self.families - FAMILIES.keys())
        if unknown:
            raise ValueError(f"'{unknown[0]}' is no family of limits; they are {', '.join(FAMILIES)}")
        self.columns: dict[tuple[Any, ...], Relieved] = {}
        if block is not None and self.families:
            self._programme = programme_of(block)
            block.relief = self._relief = Columns(self._programme)

    def asks(self, table: str, column: str) -> bool:
        """Whether the numbers of a column may change."""
        return bool(self.families) and FAMILY_OF[table, column] in self.families

    def terms(
        self,
        sign: int,
        table: str,
        row: Name,
        column: str,
        t: int | None = None,
        *,
        most: float | None = None,
        per: tuple[float, list[Term]] | None = None,
        whole: bool = False,
        unit: float = 1.0,
    ) -> list[Term]:
        """By how much the number rises (sign MORE) or falls (LESS), at most `most`; nothing if it may not change."""
        if not self.asks(table, column):
            return []
        row = (row,) if isinstance(row, str) else row
        key = (table, *row, column, t, sign)
        if key not in self.columns:
            upper = INFINITY if most is None else most
            variable = self._programme.add_columns(self._relief, [key], [0.0], [upper], whole)[0]
            self._relief.place[key] = variable  # one by one, as rows ask for them
            self.columns[key] = Relieved(table, row, column, t, sign, variable, per, unit)
        return [(unit, self.columns[key].variable)]


class Room:
    """By how much a number in t/y may be raised where a yes/no decision needs a bound: ten times all that is asked for,
    and what a tonne of it takes at the stages after the number's own. Derived, so that it fits ore as well as magnets.
    """

    def __init__(self, data: Any) -> None:
        self._data = data
        self._asked = 10 * max(1.0, *(self._asked_in(t) for t in data.periods))
        self._taken: dict[int | None, float] = {}  # order of a stage (None: outside the chain) -> t in per t out
        for process in data.stage_of:
            made = [row for row in data.products(process) if max(row.quantity.values()) > 0]
            taken = [row for row in data.recipe[process] if row.direction == "input"]
            ratios = [a.quantity[t] / b.quantity[t] for a in taken for b in made for t in data.periods if b.quantity[t] > 0]
            order = data.stage_order.get(data.stage_of[process])
            self._taken[order] = max([1.0, self._taken.get(order, 1.0), *ratios])

    def _asked_in(self, t: int) -> float:
        """All that rows ask for, of whatever material: demand, minima, stocks to be held, loads that may not stop."""
        tables, years = self._data.tables, self._data.horizon.years[t]
        demanded = total(self._data.needed(row, t) for row in tables["demands"])
        minima = total(row.minimum[t] for name in ("supplies", "sales", "lanes", "routes") for row in tables[name])
        duties = total(row.supply_minimum[t] for row in tables["routes"])
        held = total(max(row.minimum[t], row.final or 0.0) / years for row in tables["stocks"])
        loads = total(row.min_load * row.capacity[t] for row in tables["facilities"])
        tonnes = {row.limit for row in tables["limit_terms"] if row.metric in _TONNES}
        limits = [row for row in tables["limits"] if row.limit in tonnes and row.sense != "at most"]
        return demanded + minima + duties + held + loads + total(abs(row.value[t]) for row in limits)

    def after(self, order: int | None) -> float:
        """Room of what is made by a stage (its order; None: not known)."""
        room = self._asked
        for stage, taken in self._taken.items():
            if order is None or stage is None or stage > order:
                room *= taken
        return room

    @property
    def any(self) -> float:
        """Room of any material."""
        return self.after(None)

    def of_stock(self, material: str) -> float:
        """Room of a stock, t: what may be used until the horizon ends."""
        return self.of_material(material) * total(self._data.horizon.years.values())

    def of_material(self, material: str) -> float:
        return self.after(self._data.stage_order.get(self._data.material[material].stage))

    def of_facility(self, facility: str) -> float:
        operations = self._data.operations.get(facility, [])
        orders = [self._data.stage_order.get(self._data.stage_of[o.process]) for o in operations]
        known = [x for x in orders if x is not None]
        usage = max([1.0, *(o.usage for o in operations)])
        return usage * self.after(min(known) if known and len(known) == len(orders) else None)


_TONNES = {
    "activity", "output", "input", "capacity", "added capacity", "quantity", "bought", "sold", "shipped", "tolled",
    "returned", "stored", "disposed", "delivered", "free delivered",
}  # fmt: skip
