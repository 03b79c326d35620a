"""The sections of a plan, in the order of the page: each a function from a plan to what its script draws."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ...plan import Plan
from ..section import Section
from .headline import headline
from .tables import tables

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
