"""A switching study in sentences and as a workbook that opens on the signposts."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from ... import summary
from ...book import Page, write_study
from ...page_charts import ROWS, draw_bars
from ...solving import solver_table
from .searching import decisions_said
from .tables import (
    PROBE_COLUMNS,
    SIGNPOST_COLUMNS,
    SWITCHING_COLUMNS,
    WANTED_COLUMNS,
    probes_table,
    signposts,
    switching_table,
    wanted_table,
)

if TYPE_CHECKING:
    from .searching import Searched, Switching
    from .wanted import Wanted


def headline(found: Switching) -> str:
    """The answer in a line."""
    parts = [found.status.upper()]
    if found.searched:
        turned = {s.assumption.name for s in found.searched if any(side.turns is not None for side in s.sides)}
        parts.append(f"{len(turned)} of {len(found.searched)} assumptions change what is decided in {_span(found)}")
    parts += [f"{w.name} {'is' if w.inside else 'is not'} in the optimum" for w in found.wanted]
    if found.plan.objective is not None:
        parts.append(f"base plan {summary.money(found.plan, found.plan.objective)}")
    parts.append(f"{found.seconds:.0f} s")
    return ", ".join(parts)


def _span(found: Switching) -> str:
    first, last = found.years[0], found.years[-1]
    return str(first) if first == last else f"{first}-{last}"


def findings(found: Switching) -> dict[str, list[str]]:
    """Heading -> sentences, most important first."""
    said: dict[str, list[str]] = {}
    if found.wanted:
        said["What is wanted, and what it would take"] = [x for w in found.wanted for x in wanted_said(found, w)]
    if found.searched:
        said["What would change the decision"] = signs_said(found)
        if held := held_said(found):
            said["What would not, at the values probed"] = held
        said["What it rests on"] = caveats(found)
    if found.plan.has_plan:
        said[f"The decision of {_span(found)} as things stand"] = decisions_said(found)
    return said


def signs_said(found: Switching) -> list[str]:
    """One sentence for each switching value, the nearest first; what cannot be is told last."""
    frame = signposts(found)
    lines = []
    for row in frame.to_dict("records"):
        staying = row["staying_costs"]
        cost = " At the end of the range staying is not possible."
        if staying is not None and staying == staying:
            cost = f" Staying costs {summary.money(found.plan, staying)} at the end of the range."
        lines.append(f"By {row['by']:.0f}, if {row['if']}: {row['then']}.{cost}" if row["then"] else f"If {row['if']}.")
    for s in found.searched:
        for side in s.sides:
            if side.turns is not None and side.answer != "changes":
                a = s.assumption
                lines.append(
                    f"{a.name}: {side.answer} at {a.shown(side.turns)}; holds at {a.shown(side.holds)}. {side.detail}"
                )
    return lines or ["Nothing, within the ranges of the assumptions."]


def held_said(found: Switching) -> list[str]:
    """Assumptions whose probed ends leave the decision as it is."""
    return [line for s in found.searched if (line := _held(found, s))]


def _held(found: Switching, s: Searched) -> str:
    kept = [side for side in s.sides if side.turns is None]
    if not kept:
        return ""
    at = " and ".join(
        f"{s.assumption.shown(side.end)} (staying costs {summary.money(found.plan, side.regret or 0.0)}, "
        f"{summary.money(found.plan, side.regret_most or 0.0)} at most)"
        for side in kept
    )
    return f"{s.assumption.name}: holds at {at}."


def caveats(found: Switching) -> list[str]:
    worth = summary.money(found.plan, found.worth)
    return [
        f"The decision changes where keeping it costs more than {worth}, discounted, above the best plan; smaller "
        "differences are not worth a change of mind. Every cost is known to half of that.",
        "One assumption moves at a time, and for all its years at once. The ends of each range are probed first: where "
        "both ends hold, values between are not claimed to, and where a range turns more than once one turn is found.",
        "'Then' is the plan with the fewest other decisions that is as good as the best, within half of that amount.",
    ]


def wanted_said(found: Switching, w: Wanted) -> list[str]:
    """What a wanted route or expansion needs, or may lose."""
    if w.price is None:
        return [f"{w.name}: {w.note}."]
    plan = found.plan
    least, price, most = w.price
    lever = w.lever
    if w.inside:
        lines = [
            f"{w.name} is already in the optimum: without it the best plan costs {summary.money(plan, -price)} more "
            f"({_range(found, -most, -least)} by the bounds). So much more could be asked for it, in {w.year}: "
            f"{summary.money(plan, -(w.paid or 0.0))}."
        ]
        if lever and w.before is not None and w.after is not None:
            lines.append(f"It leaves at {lever.name} between {lever.shown(w.before)} and {lever.shown(w.after)}.")
    else:
        lines = [
            f"{w.name} is not in the optimum: insisting on it costs {summary.money(plan, price)} "
            f"({_range(found, least, most)} by the bounds). A payment of {summary.money(plan, w.paid or 0.0)} on "
            f"{'signing' if w.kind == 'route' else 'deciding'} in {w.year} would make it as good as the optimum."
        ]
        if lever and w.before is not None and w.after is not None:
            lines.append(
                f"Or a {lever.name} of {lever.shown(w.after)} instead of {lever.shown(lever.now)}; at "
                f"{lever.shown(w.before)} it is still out."
            )
    if w.year is not None and w.year > found.years[-1]:
        lines.append(f"It is decided as late as {w.year}, after {found.years[-1]}: an earlier year may be asked for.")
    if least < 0 < most:
        lines.append(f"By the bounds it may be in the optimum or not: a smaller gap would tell {w.name} apart.")
    return [*lines, *([f"{w.name}: {w.note}."] if w.note else [])]


def _range(found: Switching, low: float, high: float) -> str:
    return f"{summary.money(found.plan, low)} to {summary.money(found.plan, high)}"


def sentences(found: Switching) -> list[str]:
    return [headline(found), *(x for head, lines in findings(found).items() for x in (head, *lines))]


# ---------------------------------------------------------------- the workbook


def write_switching(found: Switching, path: Path) -> Path:
    """Writes the study, whole or not at all; returns the path written."""
    currency = str(found.case.settings.get("currency") or "money")
    first = _first(found)
    tables = {
        "signposts": ("What to watch, by when, and what to do then; the nearest first.", signposts(found), SIGNPOST_COLUMNS),
        "wanted": ("What wanted routes and expansions would need.", wanted_table(found), WANTED_COLUMNS),
        "switching": (
            "How far each assumption must move before the first decisions change, the nearest first.",
            switching_table(found),
            SWITCHING_COLUMNS,
        ),
        "probes": ("Every value probed: the case solved freely, and with the first decisions held.",
                   probes_table(found), PROBE_COLUMNS),
        "provenance": ("What is needed to make this study again.", solver_table(found.options), {}),
    }  # fmt: skip
    return write_study(
        path,
        f"{found.case.settings['name']}: what would change the decision",
        headline(found),
        findings(found),
        tables,
        first=first,
        currency=currency,
        figure=ROWS if first else 0,
        decorate=lambda book, page: _drawn(page, first),
    )


def _drawn(page: Page, tables: Iterable[str]) -> None:
    for table in tables:
        draw_bars(page, table, (3, 3), "How near: share of the way to the end of the range", "share of the way", "0%")


def _first(found: Switching) -> dict[str, pd.DataFrame]:
    """How near each switching value is, for the first page."""
    frame = switching_table(found)
    frame = frame[frame["turns_at"].notna()]
    if frame.empty:
        return {}
    unit, divisor = summary.money_unit(found.plan)
    short = frame[["assumption", "direction", "nearness", "by", "regret_at_end"]].copy()
    short["staying"] = short.pop("regret_at_end").astype(float) / divisor
    return {f"How near: share of the way to the end of the range; staying there costs, in {unit}, discounted": short}
