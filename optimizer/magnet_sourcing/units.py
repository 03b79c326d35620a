"""Units of the columns that all tables share, and the columns that have none."""

from __future__ import annotations

from collections.abc import Mapping

# Columns that mean the same in every table, unless the table says otherwise.
USUAL = {
    "year": "year", "period": "year", "usual_year": "year", "seconds": "s", "gap": "fraction", "share": "fraction",
    "share_low": "fraction", "share_high": "fraction", "share_up_to": "fraction", "near_share_low": "fraction",
    "near_share_high": "fraction", "share_below": "fraction", "share_above": "fraction", "index": "fraction",
    "probability": "fraction", "sorted_right": "fraction", "guessing": "fraction", "unmet": "t",
    "worst relative difference": "fraction", "worlds": "worlds", "worlds_for_1_percent": "worlds", "no_plan_in": "worlds",
    "not_found_in": "worlds", "runs": "runs", "ranges": "ranges", "compared": "comparisons", "count": "numbers",
    "at_once": "cut-offs",
}  # fmt: skip
# Numbers that only tell things apart or put them in order, and pure numbers.
DIMENSIONLESS = {
    "run", "point", "from_point", "to_point", "world", "worst_world", "nearest_world", "place", "order", "position",
    "correlation",
}  # fmt: skip


def unit_of(name: str, given: Mapping[str, str], currency: str) -> str:
    """The unit under a head; 'money' is said in the currency."""
    return (given.get(name) or USUAL.get(name, "")).replace("money", currency)


def has_unit(name: str, unit: str) -> bool:
    """Whether a column of numbers tells what it is counted in: below the head, in it ('price, US$/t'), or by having
    none."""
    return bool(unit) or ", " in name or name in DIMENSIONLESS
