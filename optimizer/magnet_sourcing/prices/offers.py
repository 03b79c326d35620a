"""The offers that may enter a plan: purchases, sales, lanes, processes, tolls, collections, with their asking price."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from ..changes import Cell

BELOW, ABOVE = "below", "above"


class Offer(NamedTuple):
    """variable: of the amount taken up. asked: price in the table. side: the price at which it enters is below what is
    asked (of a sale: above what is paid)."""

    kind: str
    table: str
    name: str
    material: str | None
    period: int
    asked: float
    side: str
    cell: Cell
    variable: Any


def offers(scenario: Any, rows: Mapping[str, Sequence[Any]]) -> Iterator[Offer]:
    """Every offer of a case in every period in which it stands. rows: those of the case as it is."""
    for kind, table, column, side, variables in _sources(scenario):
        at = {_key(table, row): (i, row) for i, row in enumerate(rows[table])}
        for key, variable in variables.items():
            *name, t = key
            i, row = at[tuple(name)]
            if row[column] is not None:
                price = row[column][t]
                material = _material(scenario, kind, row)
                yield Offer(kind, table, row.key, material, t, price, side, (table, i, column, t), variable)


def _sources(s: Any) -> list[tuple[str, str, str, str, Mapping[Any, Any]]]:
    """Kind, table, column of the price, side, and the variables by key and period."""
    return [
        ("supply", "supplies", "price", BELOW, s.purchases.buy),
        ("sale", "sales", "price", ABOVE, s.sales.sell),
        ("lane", "freight", "cost", BELOW, s.lanes.ship),
        ("process", "operations", "cost", BELOW, s.facilities.run),
        ("toll", "tolls", "fee", BELOW, s.tolls.send),
        ("collection", "returns", "cost", BELOW, s.returns.collect),
    ]


_KEYS = {
    "supplies": ("supply",),
    "sales": ("sale",),
    "freight": ("lane", "material"),
    "operations": ("facility", "process"),
    "tolls": ("toll",),
    "returns": ("return",),
}


def _key(table: str, row: Any) -> tuple[Any, ...]:
    return tuple(row[column] for column in _KEYS[table])


def _material(s: Any, kind: str, row: Any) -> str | None:
    """What is bought, sold, moved, made (the first product), sent or collected."""
    if kind == "process":
        products = s.data.products(row.process)
        return products[0].material if products else None
    return row.sent if kind == "toll" else row.material
