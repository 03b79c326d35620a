"""The plan tables `prices` and `entry_prices`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from ..plan_schema import plan_frame
from ..problem import ALONE, Problem, Wish
from ..recording import Derivatives
from ..session import Options
from .holding import Held, fed_columns, held_at, open_columns, reduced_cost_weights, weights
from .numbers import Amount, amounts, cap, held
from .offers import Offer, offers

_UNUSED = 1e-6  # t/y: less than the plan's tables show
_FORCED = 1e-3  # t/y that an offer is made to give, to see what it would do to the cost
_LISTED = 500  # entry prices worked out at most: each may take a solve
_FED = ("lane", "process")  # of which those are left out that would have nothing to move or to work on
Found = tuple[Amount, float]  # a number, and by how much the objective rises for 1 more of it


def why_none(wish: Wish) -> str:
    """Why plans of a wish have no prices; empty if they have."""
    if wish.goal is not None:
        return f"the objective is not cost but {wish.goal.measure}"
    return ""


class Priced(NamedTuple):
    """tables: both of them. left_out: which entry prices are not listed, in words; empty if all are."""

    tables: dict[str, pd.DataFrame]
    left_out: str


def price_tables(
    problem: Problem, values: np.ndarray, options: Options, capacity: pd.DataFrame, basis: Any = None
) -> Priced | None:
    """Both tables for a plan of one future that makes cost least; None if the solver finds no duals.

    values: of the columns of the problem's arrays. capacity: the plan's table of that name. basis: of `Outcome`.
    """
    case, rows = problem.case, problem.case.resolved()
    scenario = problem.model.scenarios[ALONE]
    numbers = dict(amounts(rows, scenario.data.needed))
    unused = [o for o in offers(scenario, rows) if values[o.variable] <= _UNUSED]
    recorded = Derivatives(case, rows, [*numbers, *(o.cell for o in unused)])
    wish, asked = _recorded_wish(problem, recorded)
    again = Problem(recorded.case, wish, flat=recorded.flat)
    assert len(again.matrix.cost) == len(values), "recorded numbers make other columns"
    fixed = held_at(again.matrix, values, options, basis)
    if fixed is None:
        return None
    slope = recorded.of(weights(fixed))
    by_node: dict[int, Amount] = {recorded.leaves[cell]: number for cell, number in numbers.items()} | asked
    found = [(number, slope[node]) for node, number in by_node.items() if node in slope]
    weight = scenario.data.horizon.weight
    nearest = _nearest(problem, fixed, recorded, unused)
    tables = {
        "prices": plan_frame("prices", _prices(found, fixed.noise, weight, _there(capacity))),
        "entry_prices": plan_frame("entry_prices", _entries(problem, fixed, nearest.offers)),
    }
    return Priced(tables, nearest.left_out)


def _recorded_wish(problem: Problem, recorded: Derivatives) -> tuple[Wish, dict[int, Amount]]:
    """The wish with its caps recorded, and what these are, by node."""
    wish, case = problem.wish, problem.case
    units = {r.impact: r.unit for r in case.rows("impacts")}
    currency = str(case.settings.get("currency") or "money")
    caps = {t: (x, *recorded.leaf(x)) for t, x in wish.china_cap.items()}
    most = {m: (x, *recorded.leaf(x)) for m, x in wish.at_most.items()}
    numbers = {node: cap(t, x) for t, (x, _, node) in caps.items()}
    numbers |= {node: held(m, x, currency, units) for m, (x, _, node) in most.items()}
    recorded_wish = replace(
        wish,
        china_cap={t: leaf for t, (_, leaf, _) in caps.items()},
        at_most={m: leaf for m, (_, leaf, _) in most.items()},
    )
    return recorded_wish, numbers


def _there(capacity: pd.DataFrame) -> dict[tuple[str, int], float]:
    """t/y of capacity by facility and period, built or not by the plan, before availability."""
    return {(r.facility, r.period): r.existing + r.added for r in capacity.itertuples()}


# ---------------------------------------------------------------- prices


def _prices(
    found: list[Found], noise: float, weight: Mapping[int, float], there: Mapping[tuple[str, int], float]
) -> list[tuple[Any, ...]]:
    """Rows of `prices`, those worth most first."""
    rows = []
    for number, slope in found:
        if abs(slope) <= noise:
            continue
        discounted = abs(slope) / number.per
        yearly = discounted if number.period is None else discounted / weight[number.period]
        worth = discounted * _one_percent(number, there)
        effect = "costs" if slope > 0 else "saves"
        rows.append((*number[:7], effect, yearly, discounted, worth, _means(number, effect)))
    return sorted(rows, key=lambda row: (-row[10], *(str(x) for x in row[:5])))


def _one_percent(number: Amount, there: Mapping[tuple[str, int], float]) -> float:
    """1 % of the number, in its unit; of a capacity, of what the plan has there; one unit if that is 0."""
    size = abs(number.amount)
    if number.kind == "capacity" and number.period is not None:
        size = max(size, there.get((number.name, number.period), 0.0))
    return size * number.per / 100 if size > 0 else 1.0


_NOUNS = {
    "capacity": "capacity", "reserve": "the reserve", "process": "the process limit", "expansion": "the size of a module",
    "subsidy": "the subsidy cap", "route": "the contract quantity", "supply": "the offer", "sale": "the outlet",
    "minimum purchase": "the minimum purchase", "toll": "tolling capacity", "stock": "the stock bound",
    "demand": "demand", "service": "the required share", "collection": "material to collect",
    "incentive": "the incentive's limit", "limit": "the limit",
    "cap": "the cap on the index", "at most": "what is held below it",
}  # fmt: skip


def _means(number: Amount, effect: str) -> str:
    """The price in words. The least cost is convex in an amount, so a tonne more saves no more, and costs no less, than
    its price, also where several prices are right."""
    least = number.column in ("minimum", "final", "supply_minimum", "min_size")
    noun = f"the {number.column.replace('_', ' ')}" if least else _NOUNS.get(number.kind, f"{number.kind} capacity")
    over = "a year" if number.period is not None else "over the horizon, discounted"
    bound = "saves up to" if effect == "saves" else "costs at least"
    return f"one {number.unit} more of {noun} {bound} `price` {over}"


# ---------------------------------------------------------------- entry prices


class _Nearest(NamedTuple):
    """offers: with their column, and what one more of the asking price does to the reduced cost. left_out: see `Priced`."""

    offers: list[tuple[Offer, int, float]]
    left_out: str


def _nearest(problem: Problem, fixed: Held, recorded: Derivatives, unused: list[Offer]) -> _Nearest:
    """The offers that can enter, in the order of the tables; of many, those nearest to it by their reduced costs.

    A reduced cost is the least that the offer's first tonne may add, so what is left out is at least as far as said.
    """
    columns = np.array([o.variable for o in unused], dtype=int)
    chosen = np.zeros(len(fixed.matrix.cost), dtype=bool)
    chosen[columns] = True
    slope = recorded.of(reduced_cost_weights(fixed, chosen))
    can, fed = open_columns(fixed.matrix), fed_columns(fixed.matrix, fixed.values)
    entering = [
        (offer, int(column), slope[recorded.leaves[offer.cell]])
        for offer, column in zip(unused, columns, strict=True)
        if can[column] and (fed[column] or offer.kind not in _FED) and recorded.leaves[offer.cell] in slope
    ]
    if len(entering) <= _LISTED:
        return _Nearest(entering, "")
    away = np.array([_away(offer, fixed.duals.columns[column] / by) for offer, column, by in entering])
    near = np.argsort(away, kind="stable")
    least = away[near[_LISTED]]
    beyond = f"are at least {100 * least:,.1f} % of what they ask away from it" if least >= 5e-4 else "were not looked at"
    said = f"entry prices of the {_LISTED:,} of {len(entering):,} unused offers nearest to entering; the others {beyond}"
    return _Nearest([entering[i] for i in sorted(near[:_LISTED].tolist())], said)


def _away(offer: Offer, change: float) -> float:
    """How far the price has to move, as a share of what is asked; of what is offered for nothing, in money."""
    return abs(change) / (abs(offer.asked) or 1.0)


def _entries(problem: Problem, fixed: Held, nearest: list[tuple[Offer, int, float]]) -> Iterator[tuple[Any, ...]]:
    """Rows of `entry_prices`: the asking price at which the reduced cost of an offer would be 0."""
    currency = str(problem.case.settings.get("currency") or "money")
    unit = f"{currency}/{problem.case.settings.get('mass_unit') or 't'}"
    rises = fixed.session.forced([column for _, column, _ in nearest], _FORCED)
    for (offer, _, by_price), rise in zip(nearest, rises, strict=True):
        if np.isfinite(rise):
            reduced = rise if rise > fixed.noise else 0.0
            yield (*offer[:6], offer.asked - reduced / by_price, offer.side, unit)
