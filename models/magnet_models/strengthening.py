"""Rows that cut off no plan but make the relaxation tighter, so that optimality is proved sooner."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from .grids import NONE
from .horizon import FOREVER
from .rows import Row, Term, at_most, constrain, scaled

if TYPE_CHECKING:
    from .model import First, Scenario


def add_together(first: First) -> None:
    """What is decided waits for something else, in all years up to t together.

    Year by year (`build_route`, `build_needs`, `sign_needs`) a tenth of a signature lets a tenth be built in every
    year. But over all years no more than the modules (one signature, for a route) are decided, so that together:

    built_signed[x,t,r]: sum_{u<=t} build[x,u] <= modules * sum of sign[r,s] over s that let x be decided in any u <= t
    built_needed[x,t]: sum_{u<=t} build[x,u] <= modules * sum_{u<=t} build[needs,u]
    signed_needed[r,t]: sum_{u<=t} sign[r,u] <= sum_{u<=t} sign[needs,u]

    Either nothing is decided on the left, or the row of its year says that the sum on the right is 1 at least. Of a
    continuous expansion, size and max_size stand for build and modules.
    """
    block, data, signings, expansions = first.block, first.data, first.signings, first.expansions
    if data.relief.families:  # numbers that give way may come on top of modules and sizes
        return

    def built(x: str, years: list[int]) -> tuple[float, list[Term]]:
        row = data.expansion[x]
        if row.sizing == "continuous":
            return row.max_size, [term for u in years for term in expansions.size(x, u)]
        return data.modules(row), [term for u in years for term in expansions.built(x, u)]

    def built_signed(x: str, years: list[int], r: str, delay: float) -> Row:
        most, decided = built(x, years)
        row = data.route[r]
        letting = [s for s in signings.years[r] if any(data.active_at(row, s, u, delay) for u in years)]
        return at_most(decided + [(-most, signings.sign[r, s]) for s in letting], 0.0)

    def built_needed(x: str, t: int, years: list[int]) -> Row:
        most, decided = built(x, years)
        needed = [term for u in data.horizon.upto(t) for term in expansions.built(data.expansion[x].needs, u)]
        return at_most(decided + scaled(-most, needed), 0.0)

    def signed_needed(r: str, t: int) -> Row:
        upto = data.horizon.upto(t)
        needed = [term for u in upto for term in signings.signed(data.route[r].needs, u)]
        return at_most([term for u in upto for term in signings.signed(r, u)] + scaled(-1.0, needed), 0.0)

    # The first year's row is there already.
    runs = [(x, years[: i + 1]) for x, years in expansions.years.items() for i in range(1, len(years))]
    waiting = [(x, years, *contract) for x, years in runs for contract in expansions.contracts(x)]
    constrain(block, "built_signed", (((x, u[-1], r), built_signed(x, u, r, d)) for x, u, r, d in waiting))
    needy = [(x, years) for x, years in runs if data.expansion[x].needs]
    constrain(block, "built_needed", (((x, u[-1]), built_needed(x, u[-1], u)) for x, u in needy))
    later = [(r, t) for r, years in signings.years.items() for t in years[1:] if data.route[r].needs]
    constrain(block, "signed_needed", ((k, signed_needed(*k)) for k in later))


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

    places = {(place, m) for place, m, _ in sources}
    ship = s.lanes.ship
    lines = [i for i, (a, m) in enumerate(ship.heads) if (s.data.lane[a].origin, m) in places]
    keys = [(*ship.heads[i], t) for i in lines for t, _ in ship.line(i)]
    rows = ((k, built_first(*k)) for k in keys)
    constrain(s.block, "built_first", ((k, row) for k, row in rows if row is not None))


def _sources(s: Scenario) -> dict[tuple[str, str, int], str]:
    """(location, material, period) -> the one facility without existing capacity that alone brings the material."""
    other = {(row.location, row.material) for row in s.data.tables["supplies"]}
    other |= {(row.location, row.material) for row in s.data.tables["stocks"]}
    other |= {(row.location, row.material) for row in s.data.tables["returns"]}
    other |= {(row.destination, m) for row in s.data.tables["tolls"] for m in (row.returned, row.swarf)}
    other |= {(s.data.lane[a].destination, m) for a, m in s.lanes.freight}
    makers: dict[tuple[str, str], list[int]] = defaultdict(list)
    run = s.facilities.run
    for i, (f, p) in enumerate(run.heads):
        for row in s.data.recipe[p]:
            if row.direction == "output":
                makers[s.data.facility[f].location, row.material].append(i)
    found: dict[tuple[str, str, int], str] = {}
    for (place, m), lines in makers.items():
        named = {run.heads[i][0] for i in lines}
        if (place, m) in other or not any(x == 0 for f in named for x in s.data.facility[f].capacity.values()):
            continue
        for k, t in enumerate(s.data.periods):
            making = {run.heads[i][0] for i in lines if run.column[i, k] != NONE}
            if len(making) == 1 and s.data.facility[f := making.pop()].capacity[t] == 0:
                found[place, m, t] = f
    return found


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
