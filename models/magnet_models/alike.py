"""Futures that look alike so far are lived alike: nobody stores up for a shock that has not shown itself yet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from pyomo.environ import Var

from .rows import Row, Term, constrain, equal

if TYPE_CHECKING:
    from .model import Scenario


def add_alike(scenarios: Mapping[str, Scenario], shows: Mapping[str, int]) -> None:
    """alike[v]: v of scenario w = v of the first scenario that still looks the same, in every period before w shows.

    `shows`: scenario -> first period in which it differs from the tables as they stand. A scenario that never differs
    shows after the last period.
    """
    for name, s in scenarios.items():
        rows: list[tuple[Any, Row]] = []
        for t in s.data.periods:
            model = next(n for n in scenarios if shows[n] > t) if shows[name] > t else name
            if model != name:
                rows += [(key, equal(terms, 0.0)) for key, terms in _pairs(s, scenarios[model], t)]
        constrain(s.block, "alike", rows)


def _pairs(s: Scenario, other: Scenario, t: int) -> Iterator[tuple[Any, list[Term]]]:
    """Each variable of the period beside that of the other scenario; the period is the last part of its key.

    A variable that only one of them has is free: it stands for nothing that is done alike, such as the tonnes of a
    route under which nothing moves. Excesses over a limit of the whole horizon bear its first period, but are of all.
    """
    horizon = {n for n, row in s.limits.rows.items() if row.scope == "horizon"}
    for var in s.block.component_objects(Var, descend_into=True):
        twin = other.block.find_component(var.getname(fully_qualified=True, relative_to=s.block))
        for key, member in var.place.items() if twin is not None else ():
            if (key[-1] if isinstance(key, tuple) else key) != t or key not in twin.place:
                continue
            if not (var.local_name in ("violation", "violation_below") and key[0] in horizon):
                own = key if isinstance(key, tuple) else (key,)
                yield (var.local_name, *own), [(1.0, member), (-1.0, twin.place[key])]
