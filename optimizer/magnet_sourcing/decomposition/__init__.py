"""Decomposition by scenario: progressive hedging with a bound and a plan at every step. An optional extra.

    pip install "magnet-sourcing[decomposition]"

`decompose` finds decisions common to many futures where one model of all of them (`solve`) is too large to get close.
See docs/decomposition.md. Heavy parts are imported when first used.
"""

from __future__ import annotations

from .request import Decomposed, Hedging, MissingExtra, RanksFailed, Request
from .running import decompose, planned_by_decomposition

__all__ = ["Decomposed", "Hedging", "MissingExtra", "RanksFailed", "Request", "decompose", "planned_by_decomposition"]
