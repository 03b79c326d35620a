"""Where things happen: facilities, offers, markets and lanes by year, used or offered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from ...audit.facts import Facts
from ...plan import Plan

_TOLERANCE = 1e-6
_BOUGHT, _TOLLED, _MARKET, _NO_STAGE = "bought", "tolling", "market", "other work"


def routes_map(plan: Plan) -> dict[str, Any]:
    """places: name, country, latitude, longitude (null: not known). groups: what a point can stand for.

    points: place, group, name of all that is offered; lanes: name, from, to likewise (places by number).
    by_period: for each period `points`, point -> t/y, and `lanes`, lane -> [t/y, free t/y or null, materials].
    A point is a facility at one stage of its work, an offer that may be bought, a toller's door, or a demand.
    """
    facts = Facts(plan.case, plan.tables, _TOLERANCE)
    places = [r.location for r in facts.rows["locations"]]
    number = {name: i for i, name in enumerate(places)}
    points, lanes = _points(facts), _lanes(facts)
    if not points and not lanes:
        return {}
    stages = [r.stage for r in sorted(facts.rows["stages"], key=lambda r: r.order)]
    used = {group for _, group, _ in points}
    return {
        "home": facts.settings.get("home_country"),
        "exposed": facts.settings.get("exposed_country"),
        "periods": facts.periods,
        "places": [[r.location, r.country, r.latitude, r.longitude] for r in facts.rows["locations"]],
        "groups": [g for g in (*stages, _NO_STAGE, _BOUGHT, _TOLLED, _MARKET) if g in used],
        "points": [[number[place], group, name] for place, group, name in points],
        "lanes": [[name, number[start], number[stop]] for name, start, stop in lanes],
        "by_period": _amounts(facts, points, lanes),
    }


def _group(facts: Facts, process: str) -> str:
    return facts.named["processes"][process].stage or _NO_STAGE


def _points(facts: Facts) -> list[tuple[str, str, str]]:
    """(place, group, name) of all that is offered, once each."""
    works = [
        (facts.named["facilities"][r.facility].location, _group(facts, r.process), r.facility)
        for r in facts.rows["operations"]
    ]
    offers = [(r.location, _BOUGHT, r.supply) for r in facts.rows["supplies"]]
    tolls = [(r.origin, _TOLLED, r.toll) for r in facts.rows["tolls"]]
    needs = [(r.location, _MARKET, r.demand) for r in facts.rows["demands"]]
    return list(dict.fromkeys([*works, *offers, *tolls, *needs]))


def _lanes(facts: Facts) -> list[tuple[str, str, str]]:
    return [(r.lane, r.origin, r.destination) for r in facts.rows["lanes"]]


def _amounts(
    facts: Facts, points: list[tuple[str, str, str]], lanes: list[tuple[str, str, str]]
) -> dict[str, dict[str, Any]]:
    point = {(group, name): i for i, (_, group, name) in enumerate(points)}
    lane = {name: i for i, (name, _, _) in enumerate(lanes)}
    at_points: dict[int, dict[int, float]] = defaultdict(lambda: defaultdict(float))
    for t, group, name, amount in _work(facts):
        at_points[t][point[group, name]] += amount
    on_lanes: dict[int, dict[int, list[dict[str, Any]]]] = defaultdict(lambda: defaultdict(list))
    for r in facts.plan["flows"]:
        if r["loaded"] > _TOLERANCE:
            on_lanes[r["period"]][lane[r["lane"]]].append(r)
    return {
        str(t): {
            "points": {str(i): x for i, x in at_points[t].items() if x > _TOLERANCE},
            "lanes": {str(i): _carried(rows) for i, rows in on_lanes[t].items()},
        }
        for t in facts.periods
    }


def _work(facts: Facts) -> Iterable[tuple[int, str, str, float]]:
    """(period, group, name, t/y) of what is done, bought, sent to tollers and delivered."""
    for r in facts.plan["activity"]:
        yield r["period"], _group(facts, r["process"]), r["facility"], r["activity"]
    for r in facts.plan["purchases"]:
        yield r["period"], _BOUGHT, r["supply"], r["bought"]
    for r in facts.plan["tolling"]:
        yield r["period"], _TOLLED, r["toll"], r["sent"]
    for r in facts.plan["demand"]:
        yield r["period"], _MARKET, r["demand"], r["delivered"]


def _carried(rows: list[dict[str, Any]]) -> list[Any]:
    """t/y, of which free (null where nothing of it is followed), and materials, most first."""
    followed = [r["free"] for r in rows if r["free"] is not None]
    materials = [r["material"] for r in sorted(rows, key=lambda r: -r["loaded"])]
    return [sum(r["loaded"] for r in rows), sum(followed) if followed else None, ", ".join(materials)]
