"""Rows that cut off no plan but make the relaxation tighter, so that optimality is proved sooner."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from .horizon import FOREVER
from .rows import Row, Term, at_most, constrain, scaled

if TYPE_CHECKING:
    from .model import Scenario


def add_built_first(s: Scenario) -> None:
    """built_first[a,m,t]: (1-loss) ship <= U * sum of builds in service.

    Holds on a lane out of a place whose only source of m is one facility without existing capacity, to a place that
    can only use a known amount U of it. The classical disaggregated link of facility location.
    """
    if s.data.relief.families:  # U and what stands in them may then give way
        return
    sources = _sources(s)

    def built_first(a: str, m: str, t: int) -> Row | None:
        lane = s.data.lane[a]
        facility = sources.get((lane.origin, m, t))
        if facility is None or (most := s.useful.at(lane.destination, m, t)) == FOREVER:
            return None
        built = _in_service(s, facility, t)
        if built is None:
            return None
        kept = 1.0 - s.lanes.freight[a, m].loss
        return at_most([(kept, s.lanes.ship[a, m, t]), *scaled(-most, built)], 0.0)

    rows = ((k, built_first(*k)) for k in s.lanes.ship)
    constrain(s.block, "built_first", ((k, row) for k, row in rows if row is not None))


def _sources(s: Scenario) -> dict[tuple[str, str, int], str]:
    """(location, material, period) -> the one facility without existing capacity that alone brings the material."""
    found: dict[tuple[str, str, int], set[str]] = defaultdict(set)
    for f, p, t in s.facilities.run:
        for row in s.data.recipe[p]:
            if row.direction == "output":
                found[s.data.facility[f].location, row.material, t].add(f)
    other = {(row.location, row.material) for row in s.data.tables["supplies"]}
    other |= {(row.location, row.material) for row in s.data.tables["stocks"]}
    other |= {(row.location, row.material) for row in s.data.tables["returns"]}
    other |= {(row.destination, m) for row in s.data.tables["tolls"] for m in (row.returned, row.swarf)}
    other |= {(s.data.lane[a].destination, m) for a, m in s.lanes.freight}
    return {
        (place, m, t): next(iter(facilities))
        for (place, m, t), facilities in found.items()
        if len(facilities) == 1 and (place, m) not in other and s.data.facility[next(iter(facilities))].capacity[t] == 0
    }


def _in_service(s: Scenario, facility: str, t: int) -> list[Term] | None:
    """Builds that give capacity in t; None if some of it comes without a yes/no decision."""
    terms: list[Term] = []
    for row in s.data.expansions.get(facility, []):
        for year in s.expansions.years[row.expansion]:
            if s.data.available(row, year, t) > 0:
                if row.sizing == "continuous":
                    return None
                terms += s.expansions.built(row.expansion, year)
    return terms
