"""The sections of studies: what each hands to the script that draws it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .comparison import compare_section
from .frontier import frontier_section, plans_of, title_of
from .sources import sources_section
from .stress import stress_section
from .tornado import tornado_section
from .why import brief_section, why_section

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...plan import Plan
    from ...scenario_plan import ScenarioPlan
    from ...studies.compare.comparing import Comparison
    from ...studies.frontier.tracing import Frontier
    from ...studies.sensitivity.studying import Sensitivity
    from ...studies.stress.testing import Stress
    from ..section import Section
    from .why import Reasons

__all__ = [
    "brief_section", "compare_section", "frontier_section", "plans_of", "sources_section", "stress_section",
    "study_sections", "title_of", "tornado_section", "why_section",
]  # fmt: skip


def study_sections(
    shown: Plan | ScenarioPlan,
    *,
    frontier: Frontier | None = None,
    stress: Stress | None = None,
    sensitivity: Sensitivity | None = None,
    why: Reasons | None = None,
    comparison: Comparison | None = None,
) -> list[Section]:
    """A section for each study given, in the order of the page, and last the sources of the numbers of the plan's case.

    The one-page brief of `why` is not among them: it stands at the top of the page (`brief_section`).
    """
    made: Sequence[Section | None] = (
        why_section(why, shown) if why is not None else None,
        frontier_section(frontier) if frontier is not None else None,
        tornado_section(sensitivity) if sensitivity is not None else None,
        stress_section(stress) if stress is not None else None,
        compare_section(comparison) if comparison is not None else None,
        sources_section(shown.case, sensitivity),
    )
    return [section for section in made if section is not None]
