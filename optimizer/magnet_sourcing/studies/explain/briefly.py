"""What `solve` says of a case that it proves to have no plan: what is too little and what clashes, in a few seconds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from ...case import Case
from ...problem import Wish, known_alone
from ...scenarios import checked_futures
from ...session import Options
from .explaining import asked_of, clash_of, found_in_words
from .relaxing import has_plan

# The clash is looked for so long at most; `explain` takes more time.
SECONDS = 4.0
_OPTIONS = Options(tie_break=False)


def why_no_plan(
    case: Case,
    scenarios: Sequence[str] = (),
    at_most: Mapping[str, float] | None = None,
    china_cap: float | Mapping[int, float] | None = None,
) -> dict[str, list[str]]:
    """Heading -> sentences about a case, as it was read, that is proved to have no plan under the scenarios, together."""
    asked = asked_of(case, scenarios, at_most, china_cap)
    short, clash = clash_of(asked, _OPTIONS, SECONDS, most=2)
    return found_in_words(asked.words(), short, clash)


def why_no_common_plan(case: Case, names: Sequence[str], wish: Wish) -> tuple[list[str], dict[str, list[str]]]:
    """Futures that have no plan even if they are known, and heading -> sentences about a plan for several futures.

    case: checked. names: of its scenarios. wish: what was asked; bounds on measures hold for the mean of the futures, so
    they are left out of each.
    """
    alone = replace(wish, goal=None, at_most={})
    options = replace(_OPTIONS, time_limit=SECONDS)
    ended = {
        name: has_plan(partial(known_alone, case, name, future, alone), options)
        for name, future in checked_futures(case, names).items()
    }
    without = [name for name, found in ended.items() if found is False]
    unknown = [name for name, found in ended.items() if found is None]
    if without:
        said = [f"These futures have no plan even if they are known from the start: {', '.join(without)}."]
    elif unknown:
        said = [f"Not settled in a few seconds whether these futures have a plan alone: {', '.join(unknown)}."]
    else:
        bounds = f", or by the bounds on the mean ({', '.join(wish.at_most)})" if wish.at_most else ""
        said = [
            "Each future has a plan if it is known from the start. What clashes are the decisions that must be the same in "
            f"all of them: what is built and signed, and operations before the futures differ{bounds}."
        ]
    return without, {"The futures": said}
