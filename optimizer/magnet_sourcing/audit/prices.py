"""Prices: what can be checked of them without the model.

A price says that an amount is kept to, so it must be met in the plan (complementary slackness); this is checked where
the number enters nothing but its own bound. Money over a period must be the yearly price discounted, and 1 % of the
amount times that the worth. What has an entry price must not be used, and must ask what the case says.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .facts import Facts
from .report import AuditReport

_COLUMN = {
    "supplies": "price",
    "sales": "price",
    "freight": "cost",
    "operations": "cost",
    "tolls": "fee",
    "returns": "cost",
}
# Where each table's use is in the plan: table, columns that make the name of the row, amount.
_USED = {
    "supplies": ("purchases", ("supply",), "bought"),
    "sales": ("sales", ("sale",), "sold"),
    "freight": ("flows", ("lane", "material"), "loaded"),
    "operations": ("activity", ("facility", "process"), "activity"),
    "tolls": ("tolling", ("toll",), "sent"),
    "returns": ("collections", ("return",), "collected"),
}
# Numbers that bound an amount and enter nothing else (but where a tier opens after another): what more of one does is
# known without the model.
_EFFECT = {
    **dict.fromkeys([(t, c) for t in ("supplies", "sales") for c in ("limit", "total")], "saves"),
    **dict.fromkeys([("lanes", "capacity"), ("freight", "capacity"), ("tolls", "capacity")], "saves"),
    **dict.fromkeys([("supplies", "minimum"), ("sales", "minimum"), ("lanes", "minimum")], "costs"),
}


def check_prices(f: Facts, out: AuditReport) -> None:
    """Both tables of prices; nothing if the plan has none."""
    if not f.plan.get("prices") and not f.plan.get("entry_prices"):
        return
    out.begin("prices", "entry prices")
    for r in f.plan.get("prices", []):
        what = f"price of {r['name']}, {r['column']}, {r['period'] or 'horizon'}"
        counted = 1.0 if r["period"] is None else f.counted[int(r["period"])]
        out.same("prices", f"{what}, discounted", r["discounted"], r["price"] * counted, f.tolerance)
        out.true("prices", f"{what} is not more than 0", r["price"] > 0)
        out.true("prices", f"{what} neither saves nor costs", r["effect"] in ("saves", "costs"))
        for met, said in _met(f, r):
            out.true("prices", f"{what}: {said}", met)
    _check_entries(f, out)


def _met(f: Facts, r: dict[str, Any]) -> Iterator[tuple[bool, str]]:
    """Whether what a price is about is met, and in the sense it binds."""
    name, column, t = r["name"], r["column"], r["period"]
    # Where another tier opens only once this one is full, more of this one also keeps that one shut.
    followed = r["table"] in ("supplies", "sales") and any(row.after == name for row in f.rows[r["table"]])
    right = r["effect"] if followed else _EFFECT.get((r["table"], column), r["effect"])
    yield r["effect"] == right, f"the effect is {r['effect']}, of more {column} it is {right}"
    if r["kind"] == "limit":
        sense = f.named["limits"][name].sense
        if sense != "equal":
            of_sense = "saves" if sense == "at most" else "costs"
            yield r["effect"] == of_sense, f"a limit '{sense}' has the effect {r['effect']}"
        period = None if f.named["limits"][name].scope == "horizon" else t
        line = next((x for x in f.plan["limits"] if x["limit"] == name and x["period"] == period), None)
        yield line is not None and bool(line["binding"]), "the limit does not bind in the plan"
    elif r["kind"] == "reserve":
        mined = sum(f.length[u] * run for (facility, _, u), run in f.runs.items() if facility == name)
        yield _full(f, mined, f.named["facilities"][name].reserve), "the reserve is not used up"
    elif column == "total" and r["table"] in ("supplies", "sales"):
        table, keys, amount = _USED[r["table"]]
        used = sum(f.length[x["period"]] * x[amount] for x in f.plan[table] if x[keys[0]] == name)
        yield _full(f, used, f.named[r["table"]][name].total), "the total is not reached"


def _full(f: Facts, amount: float, bound: float) -> bool:
    # Ten times the tolerance of a bound: the amounts of several periods add up.
    return amount >= bound - 10 * f.tolerance * max(1.0, abs(bound))


def _check_entries(f: Facts, out: AuditReport) -> None:
    used = {
        (table, ", ".join(str(x[k]) for k in keys), x["period"])
        for table, (plan_table, keys, amount) in _USED.items()
        for x in f.plan[plan_table]
        if x[amount] > 10 * f.tolerance
    }
    asked = {
        (table, row.key, t): price
        for table, column in _COLUMN.items()
        for row in f.rows[table]
        for t, price in (row[column] or {}).items()
    }
    for r in f.plan.get("entry_prices", []):
        key = (r["table"], r["name"], r["period"])
        what = f"{r['name']} in {r['period']}"
        out.true("entry prices", f"{what} is used in the plan", key not in used)
        if key not in asked:
            out.true("entry prices", f"{what} is not in the case", False)
            continue
        out.same("entry prices", f"{what}, asked", r["asked"], asked[key], f.tolerance)
        low, high = sorted((r["asked"], r["enters_below"]))
        side = "above" if r["table"] == "sales" else "below"
        right = r["side"] == side and (low, high)[side == "above"] == r["enters_below"]
        out.true("entry prices", f"{what} would enter on the wrong side of what is asked", right)
