"""What one plan does and another does not, in words: the lever that a difference of cost and dependence comes from."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import pandas as pd

    from ...plan import Plan

# Sizes and tonnes that differ by less than this part of the larger are alike.
_ALIKE = 0.02
# At most this many tonnages are named where no build or signing differs.
_NAMED = 3
# Tonnes that say where things come from: table, name column, amount column, verb.
_TONNES = (
    ("purchases", "supply", "bought", "buy"),
    ("tolling", "toll", "sent", "send by"),
    ("activity", "facility", "activity", "run"),
    ("flows", "lane", "loaded", "ship by"),
)


class Change(NamedTuple):
    """What the second plan does otherwise. money: size of the change in discounted cost. tonnes: signed."""

    words: str
    money: float
    tonnes: float


def changes(first: Plan, second: Plan) -> list[Change]:
    """From the first plan to the second: signings, builds, lane openings, demand left unmet, the largest in money first.

    If nothing is decided otherwise, also the largest changes of what is bought, tolled, run and shipped.
    """
    weights = _money(first, second)
    found = [
        *_decided(first, second, "signings", "route", "", "sign", weights["route"]),
        *_decided(first, second, "builds", "expansion", "size", "build", weights["expansions"]),
        *_decided(first, second, "lane_openings", "lane", "", "open", weights["lanes"]),
    ]
    moved = [] if found else _tonnages(first, second)
    return [*sorted([*found, *_unmet(first, second)], key=lambda c: -c.money), *moved]


def _unmet(first: Plan, second: Plan) -> list[Change]:
    """Less dependence that comes from not delivering is said as such, never left to be guessed."""
    a, b = unmet(first), unmet(second)
    if _alike(a, b):
        return []
    paid = [float(p.tables["costs"].query("item == 'shortage'")["discounted"].sum()) for p in (first, second)]
    words = f"leave {abs(b - a):,.0f} t {'more' if b > a else 'less'} of demand unmet ({a:,.0f} to {b:,.0f})"
    return [Change(words, abs(paid[1] - paid[0]), b - a)]


def unmet(plan: Plan) -> float:
    """Tonnes of demand not delivered over the horizon."""
    return sum(_over_horizon(plan, "demand", "demand", "short").values())


def _money(first: Plan, second: Plan) -> dict[str, dict[str, float]]:
    """Absolute change of discounted cost by route, by expansion and by lane."""

    def by(plan: Plan, of: str) -> dict[str, float]:
        costs = plan.tables["costs"]
        rows = costs[costs["route"].notna()] if of == "route" else costs[costs["table"] == of]
        return dict(rows.groupby("route" if of == "route" else "name")["discounted"].sum())

    weights: dict[str, dict[str, float]] = {}
    for of in ("route", "expansions", "lanes"):
        a, b = by(first, of), by(second, of)
        weights[of] = {name: abs(b.get(name, 0.0) - a.get(name, 0.0)) for name in {*a, *b}}
    return weights


def _decided(
    first: Plan, second: Plan, table: str, name: str, size: str, verb: str, weight: dict[str, float]
) -> list[Change]:
    before, after = (_by_year(plan.tables[table], name, size) for plan in (first, second))
    found = []
    for what in sorted({*before, *after}):
        words = _differs(verb, what, before.get(what, {}), after.get(what, {}), bool(size))
        if words:
            moved = sum(after.get(what, {}).values()) - sum(before.get(what, {}).values())
            found.append(Change(words, weight.get(what, 0.0), moved if size else 0.0))
    return found


def _by_year(frame: pd.DataFrame, name: str, size: str) -> dict[str, dict[int, float]]:
    found: dict[str, dict[int, float]] = defaultdict(dict)
    for row in frame.to_dict("records"):
        amount = float(row[size]) if size else 1.0
        if amount > 1e-6:
            found[row[name]][int(row["period"])] = amount
    return found


def _differs(verb: str, what: str, before: dict[int, float], after: dict[int, float], sized: bool) -> str:
    """In words, or nothing where the two are alike."""
    if not before:
        return f"{verb} {what} ({_said(after, sized)})"
    if not after:
        return f"do not {verb} {what} (was {_said(before, sized)})"
    if not _alike(sum(before.values()), sum(after.values())):
        return f"{verb} {what} {_said(after, sized)} instead of {_said(before, sized)}"
    if _said(before, sized) != _said(after, sized):
        return f"{verb} {what} {_years(after)} instead of {_years(before)}"
    if all(_alike(before.get(t, 0.0), after.get(t, 0.0)) for t in {*before, *after}):
        return ""
    return f"{verb} {what} at another pace ({_years(after)})"


def _said(decided: dict[int, float], sized: bool) -> str:
    """Years, with the size decided in all of them: '2,400 t/y 2026-28'."""
    return f"{sum(decided.values()):,.0f} t/y {_years(decided)}" if sized else _years(decided)


def _years(decided: dict[int, float]) -> str:
    first, last = min(decided), max(decided)
    if first == last:
        return str(first)
    return f"{first}-{last % 100:02d}" if first // 100 == last // 100 else f"{first}-{last}"


def _tonnages(first: Plan, second: Plan) -> list[Change]:
    """The largest changes of tonnes over the horizon, of the first kind of movement in which any differs."""
    for table, name, amount, verb in _TONNES:
        before, after = (_over_horizon(plan, table, name, amount) for plan in (first, second))
        found = []
        for what in {*before, *after}:
            a, b = before.get(what, 0.0), after.get(what, 0.0)
            if not _alike(a, b):
                more = "more" if b > a else "less"
                found.append(Change(f"{verb} {what}: {abs(b - a):,.0f} t {more} ({a:,.0f} to {b:,.0f})", 0.0, b - a))
        if found:
            return sorted(found, key=lambda c: (-abs(c.tonnes), c.words))[:_NAMED]
    return []


def _over_horizon(plan: Plan, table: str, name: str, amount: str) -> dict[str, float]:
    years = {r.period: r.years for r in plan.case.rows("periods")}
    total: dict[str, float] = defaultdict(float)
    for row in plan.tables[table].to_dict("records"):
        total[row[name]] += row[amount] * years[row["period"]]
    return total


def _alike(a: float, b: float) -> bool:
    return abs(a - b) <= max(_ALIKE * max(abs(a), abs(b)), 0.5)
