"""Looking for the value at which an answer turns."""

from __future__ import annotations

from collections.abc import Callable


def between(
    holds: Callable[[float], bool], inside: float, outside: float, width: float, whole: bool = False
) -> tuple[float, float]:
    """Last value found that holds and first that does not, no further apart than `width` (1 for whole numbers).

    inside: a value that holds; outside: one that does not. If the answer turns several times in between, one of the
    turns is found, not necessarily the nearest.
    """
    while abs(outside - inside) > (1 if whole else width):
        middle = (inside + outside) / 2
        if whole:
            middle = float(round(middle)) if abs(outside - inside) > 2 else inside + (1 if outside > inside else -1)
        if holds(middle):
            inside = middle
        else:
            outside = middle
    return inside, outside
