"""The sections of a plan, in the order of the page: each a function from a plan to what its script draws."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ...plan import Plan
from ..section import Section
from .costs import costs
from .demand import demand
from .dependence import dependence
from .headline import headline
from .material import material
from .routes_map import routes_map
from .tables import tables
from .timeline import timeline

Data = dict[str, Any]


@dataclass(frozen=True)
class Maker:
    """data: what is drawn of a plan, empty if it has nothing of the kind. It may hold its own `lead`, for that plan."""

    name: str
    title: str
    lead: tuple[str, ...]
    data: Callable[[Plan], Data]


MAKERS = (
    Maker("headline", "The answer", (), headline),
    Maker(
        "map",
        "Where it happens",
        ("Move the slider to see another year. A lane is as wide as the square root of its tonnes.",),
        routes_map,
    ),
    Maker(
        "material",
        "From mine to magnet",
        (
            "Tonnes of one element a year, as it moves from stage to stage: the one amount that is conserved along the "
            "chain. What is lost in processing, mined, sold or kept by partners is drawn too, so that every box balances.",
            "Where material of several origins meets at a place, it leaves in the proportion in which it came.",
        ),
        material,
    ),
    Maker("costs", "What it costs", (), costs),
    Maker("dependence", "What it depends on", (), dependence),
    Maker("demand", "What is delivered", (), demand),
    Maker(
        "timeline",
        "What is signed and built, and when",
        ("From the decision through lead time and ramp-up to the end of the contract or of the plant's life.",),
        timeline,
    ),
    Maker(
        "tables",
        "All tables of the plan",
        ("Every table that has rows. Press a heading to sort, write into the filter to find rows.",),
        tables,
    ),
)


def sections_of(plans: Mapping[str, Plan]) -> list[Section]:
    """The sections of one or several plans (key -> plan with `has_plan`); what no plan has anything of is left out."""
    found = []
    for maker in MAKERS:
        by_plan = {key: data for key, plan in plans.items() if (data := maker.data(plan))}
        if by_plan:
            found.append(Section(maker.name, maker.title, maker.lead, by_plan=by_plan))
    return found
