"""A section of the page: what Python hands to the script that draws it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Section:
    """name: also of its drawing script, `assets/sections/<name>.js`. lead: sentences under the heading.

    data: what is drawn, plain JSON values. by_plan: the same, by the plan's key, where it differs from plan to plan; the
    page draws it again when another plan is chosen (a point of the frontier, say).
    """

    name: str
    title: str
    lead: Sequence[str] = ()
    data: Mapping[str, Any] = field(default_factory=dict)
    by_plan: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
