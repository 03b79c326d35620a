"""When what is signed and built begins, grows and ends."""

from __future__ import annotations

from typing import Any

from ...audit.facts import Facts
from ...plan import Plan

_TOLERANCE = 1e-6


def timeline(plan: Plan) -> dict[str, Any]:
    """start, end: of the horizon, years. bars: name, kind, decided, begins, full, ends (years, not cut at the horizon;
    null: beyond it), note. marks: name, year, what - lanes opened, capacity closed."""
    facts = Facts(plan.case, plan.tables, _TOLERANCE)
    bars = [*_contracts(facts), *_builds(facts)]
    marks = _marks(facts)
    if not bars and not marks:
        return {}
    return {"start": facts.periods[0], "end": facts.end, "bars": bars, "marks": marks}


def _contracts(facts: Facts) -> list[dict[str, Any]]:
    found = []
    for r in sorted(facts.plan["signings"], key=lambda r: (r["period"], r["route"])):
        partner = f" with {r['partner']}" if r["partner"] else ""
        found.append(
            {
                "name": r["route"],
                "kind": "contract",
                "decided": r["period"],
                "begins": r["active_from"],
                "full": r["active_from"],
                "ends": r["active_to"],
                "note": f"{r['kind']}{partner}, {r['country']}",
            }
        )
    return found


def _builds(facts: Facts) -> list[dict[str, Any]]:
    found = []
    for r in sorted(facts.plan["builds"], key=lambda r: (r["period"], r["expansion"])):
        expansion = facts.named["expansions"][r["expansion"]]
        begins = r["available_from"]
        found.append(
            {
                "name": r["expansion"],
                "kind": "build",
                "size": f"{r['size']:,.0f} {facts.settings['mass_unit']}/y",
                "decided": r["period"],
                "begins": begins,
                "full": begins + _ramp_years(facts, expansion.ramp),
                "ends": None if expansion.life is None else begins + expansion.life,
                "note": f"{r['location']}, {r['country']}",
            }
        )
    return found


def _ramp_years(facts: Facts, ramp: str | None) -> int:
    """Years from the first capacity to the year of the largest share."""
    if ramp is None:
        return 0
    shares = {r.age: r.share for r in facts.rows["ramps"] if r.ramp == ramp}
    largest = max(shares.values())
    return min(age for age, share in shares.items() if share == largest)


def _marks(facts: Facts) -> list[dict[str, Any]]:
    opened = [{"name": r["lane"], "year": r["period"], "what": "lane opened"} for r in facts.plan["lane_openings"]]
    unit = facts.settings["mass_unit"]
    closed = [
        {"name": r["facility"], "year": r["period"], "what": f"{r['capacity']:,.0f} {unit}/y closed"}
        for r in facts.plan["retirements"]
    ]
    return opened + closed
