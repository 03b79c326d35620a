"""A frontier in plain words: what less of one measure costs in the other, and how sure that is."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ...summary import ENDINGS
from .amounts import Amounts, amounts_of

if TYPE_CHECKING:
    from .tracing import Frontier, Point

# Levers named in a line; the sheet has them all.
_NAMED = 3


def units(f: Frontier) -> tuple[Amounts, Amounts]:
    """How the two measures are written."""
    largest = max((abs(p.objective) for p in f.points), default=0.0)
    widest = max((abs(p.value) for p in f.points), default=0.0)
    return amounts_of(f.case, f.measure, largest), amounts_of(f.case, f.against, widest)


def headline(f: Frontier) -> str:
    """Ending, how many plans, how well proved, seconds."""
    if not f.points:
        return f"{f.status.upper()}, no plan found, {f.seconds:.1f} s"
    many = f"{len(f.points)} plans" if len(f.points) > 1 else "1 plan"
    if all(math.isfinite(p.gap) for p in f.points):
        proved = f"each proved within {max(p.gap for p in f.points):.3%} of the least {f.measure} at its level"
    else:
        proved = f"not all proved near the least {f.measure} at their level"
    solves = f"{f.solves} solves" + (f" and {f.taken_over} taken over" if f.taken_over else "")
    return f"{f.status.upper()}, {many}, {proved}, {solves}, {f.seconds:.1f} s"


def sentences(f: Frontier) -> list[str]:
    """The whole answer, most important first."""
    return [headline(f), *findings(f), *steps(f)]


def findings(f: Frontier) -> list[str]:
    """The range, the bend, the prices, what is left open, what was not delivered, whether it can be trusted."""
    if not f.points:
        ending = ENDINGS.get(f.status, "") if f.status in ("infeasible", "unbounded") else ""
        return [x for x in (ending, f.detail, *f.notes) if x]
    return [*_range(f), *_knee(f), *_prices(f), *_unmet(f), *_open(f), *_endings(f), verdict(f), *f.notes]


def _range(f: Frontier) -> list[str]:
    money, share = units(f)
    first, last = f.points[0], f.points[-1]
    said = f"The least {f.measure} is {money.say(first.objective)}, with {f.against} {share.say(first.value)}"
    if len(f.points) == 1:
        return [f"{said}; no plan found has less {f.against}."]
    more = last.objective - first.objective
    lines = [
        f"{said}; the least {f.against} found is {share.say(last.value)} and costs {money.say(last.objective)}, "
        f"{money.say(more)} more."
    ]
    for level in f.impossible:
        lines.append(f"No plan has {f.against} of at most {share.say(level)}: proved.")
    if f.impossible or not math.isfinite(f.floor):
        return lines
    if share.say(f.floor) == share.say(last.value):
        lines.append(f"No plan{_delivering(f)} has less {f.against} than that: proved.")
    else:
        lines.append(f"Whether a plan has {f.against} between {share.say(f.floor)} and that is open; none has less: proved.")
    return lines


def _delivering(f: Frontier) -> str:
    return " that delivers as much as the cheapest" if f.deliver else ""


def _knee(f: Frontier) -> list[str]:
    if f.knee is None:
        return []
    money, share = units(f)
    p, after = f.points[f.knee - 1], f.points[f.knee]
    assert p.price is not None and after.price is not None
    return [
        f"The frontier bends most at point {p.number} ({f.against} {share.say(p.value)}, {money.say(p.objective)}, "
        f"{money.say(p.objective - f.points[0].objective)} above the least): {price(f, p)} on the way there, "
        f"{price(f, after)} beyond."
    ]


def _prices(f: Frontier) -> list[str]:
    steps = [p for p in f.points if p.price is not None]
    if len(steps) < 2:
        return [f"The step between them costs {price(f, steps[0])}."] if steps else []
    least = min(steps, key=lambda p: sum(p.price or ()))
    dearest = max(steps, key=lambda p: sum(p.price or ()))
    return [
        f"Cheapest step: to point {least.number}, {price(f, least)}. Dearest: to point {dearest.number}, "
        f"{price(f, dearest)}."
    ]


def price(f: Frontier, p: Point) -> str:
    """What a step less costs, as an interval: 'US$ 8.15 to 8.43 million per percentage point'."""
    low, high = p.price or (math.nan, math.nan)
    money, per = prices(f), f"per {units(f)[1].step_name}"
    return f"{money.span(low, high)} {per}" if math.isfinite(high) else f"at least {money.say(low)} {per}"


def prices(f: Frontier) -> Amounts:
    """How prices are written: in millions only if they are that large."""
    return amounts_of(f.case, f.measure, max((p.price[0] for p in f.points if p.price), default=0.0))


def _unmet(f: Frontier) -> list[str]:
    rows = f.table()
    least = float(rows["unmet"].iloc[0])
    more = rows[rows["unmet"] > max(least * 1.02, least + 0.5)]
    if more.empty:
        return []
    first, last = more.iloc[0], more.iloc[-1]
    return [
        f"From point {first['point']:.0f} on, {f.against} falls because less is delivered as well: {first['unmet']:,.0f} t "
        f"of demand are left unmet there and {last['unmet']:,.0f} t at point {last['point']:.0f}, over the horizon, against "
        f"{least:,.0f} t in the cheapest plan. Without --allow-shortage no plan may do that."
    ]


def _open(f: Frontier) -> list[str]:
    """Where a better plan could still hide, and how much better it could be."""
    money, share = units(f)
    known = [s for s in f.region if math.isfinite(s.at_most) and math.isfinite(s.at_least)]
    if not known:
        return []
    s = max(known, key=lambda s: s.at_most - s.at_least)
    return [
        f"Between the points a better plan may exist; the bounds say how much better: most between {f.against} "
        f"{share.say(s.low)} and {share.say(s.high)}, where the least {f.measure} lies between {money.say(s.at_least)} and "
        f"{money.say(s.at_most)}."
    ]


def _endings(f: Frontier) -> list[str]:
    lines = []
    late = [str(p.number) for p in f.points if p.status == "time limit"]
    if late:
        lines.append(f"Out of time, so with a wider gap: point {', '.join(late)}.")
    if f.status == "interrupted":
        lines.append("Interrupted: the points found so far are kept; the same command goes on from here.")
    return lines


def verdict(f: Frontier) -> str:
    """The audits of all plans in a sentence."""
    failed = [str(p.number) for p in f.points if p.plan.audit is None or not p.plan.audit.passed]
    if failed:
        return f"AUDIT FAILED, do not use point {', '.join(failed)}."
    compared = sum(c.compared for p in f.points if p.plan.audit is not None for c in p.plan.audit.checks)
    return f"Every plan passed its audit: {compared:,} comparisons recomputed independently."


def steps(f: Frontier) -> list[str]:
    """What buys each step, from point to point."""
    _, share = units(f)
    lines = []
    for before, p in zip(f.points, f.points[1:], strict=False):
        lines.append(
            f"{before.number} to {p.number} ({share.say(before.value)} to {share.say(p.value)}), {price(f, p)}: {lever(p)}."
        )
    return lines


def lever(p: Point, most: int = _NAMED) -> str:
    """The largest changes from the next cheaper point."""
    said = "; ".join(c.words for c in p.changes[:most])
    left = len(p.changes) - most
    return (said + (f"; and {left} smaller changes" if left > 1 else "; and a smaller change" if left == 1 else "")) or (
        "no decision, purchase or flow differs noticeably"
    )


def table(f: Frontier) -> list[str]:
    """The points for a terminal."""
    money, share = units(f)
    head = ", ".join(x for x in (f.measure, money.unit) if x)
    per = " ".join(x for x in (prices(f).unit, "per", share.step_name) if x)
    width, wide = max(14, len(head) + 2), max(len(per) + 2, 22)
    lines = [f"{'':>5}{head:>{width}}{f.against:>{len(f.against) + 4}}{'gap':>9}{'unmet, t':>10}{per:>{wide}}"]
    for p, unmet in zip(f.points, f.table()["unmet"], strict=True):
        low, high = (prices(f).bare(x) for x in p.price or (0.0, 0.0))
        paid = "" if p.price is None else low if low == high else f"{low} to {high}"
        mark = "  <- bend" if p.number == f.knee else ""
        late = "" if p.status == "optimal" else f"  {p.status}"
        lines.append(
            f"{p.number:>5}{money.bare(p.objective):>{width}}{share.bare(p.value):>{len(f.against) + 4}}{p.gap:>9.3%}"
            f"{unmet:>10,.0f}{paid:>{wide}}{mark}{late}"
        )
    return lines
