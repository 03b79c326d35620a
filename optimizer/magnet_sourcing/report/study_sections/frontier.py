"""The frontier: its points, the region that the proofs leave open, and the plan behind each point."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...scenario_plan import ScenarioPlan
from ...studies.frontier import summary as words
from ..section import Section
from .plain import axis, plain

if TYPE_CHECKING:
    from ...plan import Plan
    from ...studies.frontier.tracing import Frontier, Point


def key_of(point: Point) -> str:
    """The key of a point's plan among the page's plans."""
    return f"frontier {point.number}"


def plans_of(frontier: Frontier) -> dict[str, Plan]:
    """The plan of every point, by its key; of a plan for several futures the one of the likeliest future."""
    return {key_of(p): _shown(p) for p in frontier.points}


def title_of(frontier: Frontier) -> dict[str, str]:
    """How each point's plan is called where a plan is chosen: 'Frontier 3: index 34.0%, US$ 3,553.00 million'."""
    money, share = words.units(frontier)
    return {
        key_of(p): f"Frontier {p.number}: {frontier.against} {share.say(p.value)}, {money.say(p.objective)}{_future(p)}"
        for p in frontier.points
    }


def _shown(point: Point) -> Plan:
    return point.plan.decided if isinstance(point.plan, ScenarioPlan) else point.plan


def _future(point: Point) -> str:
    """Said where the plan is for several futures: what is shown is one of them."""
    plan = point.plan
    if not isinstance(plan, ScenarioPlan):
        return ""
    likeliest = max(plan.plans, key=lambda name: plan.probability[name])
    return f" expected; shown as it unfolds in {likeliest}"


def frontier_section(frontier: Frontier) -> Section:
    """The points with their proofs; without points, why there are none."""
    money, share = words.units(frontier)
    titles, unmet = title_of(frontier), frontier.table()["unmet"]
    said = words.findings(frontier)
    first = 2 if frontier.points else len(said)
    data = {
        "x": axis(share),
        "y": axis(money),
        "price": f"{words.prices(frontier).unit} per {share.step_name}".strip(),
        "points": [
            _point(frontier, p, float(x), titles[key_of(p)]) for p, x in zip(frontier.points, unmet, strict=True)
        ],
        "region": [[plain(x) for x in step] for step in frontier.region],
        "knee": frontier.knee,
        "said": said[first:],
    }
    return Section(
        "frontier",
        f"{_capital(frontier.measure)} against {frontier.against}",
        [words.headline(frontier), *said[:first]],
        data,
    )


def _point(frontier: Frontier, p: Point, unmet: float, title: str) -> dict[str, Any]:
    audit = p.plan.audit
    return {
        "number": p.number,
        "key": key_of(p),
        "title": title,
        "objective": plain(p.objective),
        "value": plain(p.value),
        "bound": plain(p.bound),
        "gap": plain(p.gap),
        "status": p.status,
        "unmet": plain(unmet),
        "price": words.price(frontier, p) if p.price is not None else "",
        "lever": words.lever(p) if p.price is not None else f"the least {frontier.measure} without a level",
        "passed": audit is not None and audit.passed,
    }


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
