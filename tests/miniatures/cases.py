"""A few lines make a case: what the tables name exists, and everything not said is left out.

`case(...)` takes tables as keywords and parts (dictionaries of tables, as `plant` makes them) before them. Places,
materials and processes named anywhere are added; rows without a place are 'here', in the country 'Home'. One-year
periods from 2030; no discounting; capital in cash; no salvage.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from magnet_sourcing import Case, Plan, solve

Row = dict[str, Any]
Tables = Mapping[str, Sequence[dict[str, Any]]]

FIRST = 2030
_PLACED = ("facilities", "supplies", "sales", "demands", "stocks", "returns")
_NAMED = {
    "location": ("location", "origin", "destination"),
    "material": ("material", "delivered", "sent", "returned", "swarf", "supply_material"),
    "process": ("process",),
}
_TABLE = {"location": "locations", "material": "materials", "process": "processes"}


def case(*parts: Tables, years: int = 1, settings: Mapping[str, Any] | None = None,
         **tables: Sequence[Mapping[str, Any]]) -> Case:
    """A case of `years` one-year periods (unless periods are given) from parts and tables."""
    merged: dict[str, list[Row]] = {}
    for part in (*parts, tables):
        for name, rows in part.items():
            merged.setdefault(name, []).extend(dict(row) for row in rows)
    merged.setdefault("periods", [{"period": FIRST + i} for i in range(years)])
    for name in _PLACED:
        for row in merged.get(name, []):
            row.setdefault("location", "here")
    for key in _NAMED:
        _add_named(merged, key)
    for row in merged["locations"]:
        row.setdefault("country", "Home")
    given = {"name": "miniature", "base_year": FIRST, "discount_rate": 0, "capital": "cash"}
    return Case.from_rows(given | dict(settings or {}), merged)


def _add_named(tables: dict[str, list[Row]], key: str) -> None:
    """Rows for places, materials or processes that other tables name."""
    home = tables.setdefault(_TABLE[key], [])
    known = {row[key] for row in home}
    for name, rows in tables.items():
        if name in (_TABLE[key], "limit_terms", "incentives", "disruptions"):
            continue
        for row in rows:
            for column in _NAMED[key]:
                # an offer's origin is a country, a lane's and a toll's a place
                if row.get(column) and row[column] not in known and not (name == "supplies" and column == "origin"):
                    known.add(row[column])
                    home.append({key: row[column]})


def plant(name: str, makes: Mapping[str, Any], takes: Mapping[str, Any] | None = None, *, capacity: Any = 0,
          cost: Any = 0, stage: str | None = None, operation: Mapping[str, Any] | None = None, **facility: Any) -> Tables:
    """A facility that runs one process of its own name; amounts are t/t of activity."""
    recipe = [{"process": name, "material": m, "direction": "output", "quantity": q} for m, q in makes.items()]
    recipe += [{"process": name, "material": m, "direction": "input", "quantity": q} for m, q in (takes or {}).items()]
    return {
        "processes": [{"process": name, "stage": stage}],
        "recipes": recipe,
        "facilities": [{"facility": name, "capacity": capacity, **facility}],
        "operations": [{"facility": name, "process": name, "cost": cost, **(operation or {})}],
    }


def need(quantity: Any, material: str = "magnet", **more: Any) -> Row:
    """A demand, named as its material unless named."""
    return {"demand": material, "material": material, "quantity": quantity, **more}


def offer(name: str, price: Any, material: str = "magnet", **more: Any) -> Row:
    """A purchase offer."""
    return {"supply": name, "material": material, "price": price, **more}


def outlet(name: str, price: Any, material: str = "magnet", **more: Any) -> Row:
    """A sale."""
    return {"sale": name, "material": material, "price": price, **more}


def lane(cost: Mapping[str, float], freight: Mapping[str, Any] | None = None, **more: Any) -> Tables:
    """A lane from 'mine' to 'here'; `cost` is freight by material, `freight` goes to each of its rows."""
    return {
        "lanes": [{"lane": "lane", "origin": "mine", "destination": "here", **more}],
        "freight": [{"lane": "lane", "material": m, "cost": c, **(freight or {})} for m, c in cost.items()],
    }


def route(name: str, kind: str = "import", **more: Any) -> Row:
    """A contract with a partner in 'Away'."""
    return {"route": name, "kind": kind, "country": "Away", **more}


def best(made: Case, **options: Any) -> Plan:
    """The proven best plan of a case, audited."""
    plan = solve(made, gap=0, **options)
    assert plan.status == "optimal", f"{plan.status}: {plan.detail}"
    assert plan.audit is not None and plan.audit.passed, plan.audit
    return plan


def cost(made: Case, **options: Any) -> float:
    """The least cost of a case."""
    objective = best(made, **options).objective
    assert objective is not None
    return objective


def infeasible(made: Case, **options: Any) -> bool:
    """Whether it is proved that no plan exists."""
    return solve(made, gap=0, **options).status == "infeasible"


def yearly(plan: Plan, table: str, column: str, **filters: Any) -> list[float]:
    """Sum of a column by period, in order of the case's periods."""
    frame = plan.tables[table]
    for name, value in filters.items():
        frame = frame[frame[name] == value]
    return [float(frame.loc[frame["period"] == t, column].sum()) for t in plan.case.periods]
