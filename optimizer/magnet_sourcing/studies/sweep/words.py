"""A sweep in sentences."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING

from ... import summary

if TYPE_CHECKING:
    from ..runs.study import Result
    from .break_even import BreakEven, Traced
    from .grid import Varied
    from .sweeping import Sweep

_KEPT_APART = {
    "infeasible": "no plan can satisfy the case (proved)",
    "invalid": "the changed case fails its checks",
    "failed": "the run failed",
    "time limit": "ended by the clock: the cost is that of the plan found, and it may not be the best",
    "no time": "ended by the clock before a plan was found",
    "interrupted": "interrupted",
    "not run": "not run",
    "unbounded": "money can be made without end",
}


def headline(found: Sweep) -> str:
    """The answer in a line: how the runs ended, what they were, the case as it stands."""
    results = found.done.results
    solved = sum(r is not None and r.proved for r in results)
    parts = [found.status.upper(), f"{solved} of {len(results)} runs solved to gap {found.options['gap asked']:g}"]
    if found.regions is not None and found.regions.regions:
        parts.append(f"{_many(len(found.regions.regions), 'plan')} as good as the best somewhere")
    if found.base.cost is not None:
        parts.append(f"as the case stands {summary.money(found, found.base.cost)}")
    else:
        parts.append(f"as the case stands: {found.base.status}")
    return ", ".join([*parts, f"{found.seconds:.0f} s"])


def _many(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def findings(found: Sweep) -> dict[str, list[str]]:
    """Heading -> sentences, most important first."""
    said: dict[str, list[str]] = {}
    if found.traced or found.turns:
        said["Where the decision switches"] = [
            *turns_said(found),
            *(x for t in found.traced for x in traced_said(found, t)),
        ]
    said["What it says"] = [*measures_said(found), *apart_said(found)]
    if found.regions is not None and found.regions.regions:
        said["Which decisions hold where"] = regions_said(found)
    said["What it rests on"] = caveats(found)
    return {head: lines for head, lines in said.items() if lines}


def sentences(found: Sweep) -> list[str]:
    return [headline(found), *(x for head, lines in findings(found).items() for x in (head, *lines))]


# ---------------------------------------------------------------- cost and dependence


def measures_said(found: Sweep) -> list[str]:
    """How each measure moves: along one that varies with its slope, else from least to greatest."""
    proved = [r for r in found.done.results if r is not None and r.proved]
    if len(proved) < 2:
        return []
    line = len(found.varies) == 1
    lines = [_cost_along(found, proved) if line else _cost_over(found, proved)]
    for measure in found.done.study.measures:
        if measure != "cost":
            lines.append(_measure_said(found, measure, proved))
    return lines


def _cost_along(found: Sweep, proved: list[Result]) -> str:
    """What a unit costs on average, by the bounds, over the values between which it costs anything."""
    vary = found.varies[0]
    ordered = sorted(proved, key=lambda r: vary.values[r.number])
    first, last = ordered[0], ordered[-1]
    assert first.cost is not None and last.cost is not None
    if _hidden(first, last):
        low, high = _difference(first, last)
        return (
            f"From {_at(vary, first)} to {_at(vary, last)} cost stays at {summary.money(found, first.cost)}: it changes by "
            f"no more than {summary.money(found, max(-low, high))}, which the gap does not tell from nothing."
        )
    start, end = _moving(ordered)
    flat = [f"up to {_at(vary, start)}"] * (start is not first) + [f"from {_at(vary, end)} on"] * (end is not last)
    rest = f" It does not change, as far as the gap tells, {' and '.join(flat)}." if flat else ""
    return _rate_said(found, vary, start, end) + rest


def _hidden(a: Result, b: Result) -> bool:
    """Whether the gap does not tell their costs apart."""
    low, high = _difference(a, b)
    return low <= 0 <= high


def _moving(ordered: list[Result]) -> tuple[Result, Result]:
    """The values between which cost changes: ends that the gap does not tell from the outermost are left out."""
    start, end = 0, len(ordered) - 1
    while start + 1 < end and _hidden(ordered[start + 1], ordered[0]):
        start += 1
    while end - 1 > start and _hidden(ordered[end - 1], ordered[-1]):
        end -= 1
    return ordered[start], ordered[end]


def _rate_said(found: Sweep, vary: Varied, start: Result, end: Result) -> str:
    assert start.cost is not None and end.cost is not None
    span = vary.values[end.number] - vary.values[start.number]
    low, high = _difference(start, end)
    verb, sign = ("falls", -1.0) if high < 0 else ("rises", 1.0)
    step, one = _one(vary)
    least, most = sorted(sign * x / span * step for x in (low, high))
    unit, size = ("million ", 1e6) if most >= 1e5 else ("", 1.0)
    low_, high_ = (f"{max(0.0, x) / size:,.4g}" if x < 1e4 * size else f"{x / size:,.0f}" for x in (least, most))
    currency = str(found.case.settings.get("currency") or "")
    amount = high_ if most - least <= 0.005 * most or low_ == high_ else f"{low_} to {high_}"
    rate = f"{currency} {amount} {unit}".strip()
    return (
        f"From {_at(vary, start)} to {_at(vary, end)} cost {verb} from {summary.money(found, start.cost)} to "
        f"{summary.money(found, end.cost)}: on average {rate} for each {one} more."
    )


def _one(vary: Varied) -> tuple[float, str]:
    """The step a slope is told for: one unit, but a tenth of a factor."""
    if vary.unit.startswith("times"):
        return 0.1, "0.1 times"
    return 1.0, "1 %" if vary.unit == "%" else vary.unit or "unit"


def _difference(first: Result, last: Result) -> tuple[float, float]:
    """By how much the second costs more, at least and at most."""
    assert first.cost is not None and last.cost is not None
    a, b = (r.bound if r.bound is not None else -math.inf for r in (first, last))
    return b - first.cost, last.cost - a


def _cost_over(found: Sweep, proved: list[Result]) -> str:
    cheapest, dearest = (f(proved, key=lambda r: r.cost or 0.0) for f in (min, max))
    low, high = _difference(cheapest, dearest)
    if low <= 0:
        return f"Cost is {summary.money(found, cheapest.cost or 0.0)} everywhere, within the gap."
    return (
        f"Cost is least, {summary.money(found, cheapest.cost or 0.0)}, at {_where(found, cheapest)}, and greatest, "
        f"{summary.money(found, dearest.cost or 0.0)}, at {_where(found, dearest)}."
    )


def _measure_said(found: Sweep, measure: str, proved: list[Result]) -> str:
    known = [r for r in proved if measure in r.values]
    least, most = (f(known, key=lambda r: r.values[measure]) for f in (min, max))
    low, high = least.values[measure], most.values[measure]
    name = measure_name(found, measure)
    if high - low <= 1e-6 * max(1.0, abs(high)):
        return f"{name} is {shown(measure, low)} throughout."
    return (
        f"{name} of the plans found is least, {shown(measure, low)}, at {_where(found, least)}, and greatest, "
        f"{shown(measure, high)}, at {_where(found, most)}."
    )


def measure_name(found: Sweep, measure: str) -> str:
    if measure.split(" 2")[0] == "index":
        return f"Dependence on {found.case.settings['exposed_country']} ({measure})"
    return measure[0].upper() + measure[1:]


def shown(measure: str, value: float) -> str:
    """Shares in per cent, other measures as numbers."""
    share = measure.startswith("index") or "share" in measure
    return f"{value:.1%}" if share else f"{value:,.6g}"


def _at(vary: Varied, r: Result) -> str:
    return vary.shown(vary.values[r.number])


def _where(found: Sweep, r: Result) -> str:
    """'price 40 US$/t, fee 20 US$/t', the value alone where one thing varies."""
    cell = found.cells[r.number]
    if len(found.varies) == 1:
        return found.varies[0].shown(cell[0])
    return ", ".join(f"{v.name} {v.shown(x)}" for v, x in zip(found.varies, cell, strict=True))


def apart_said(found: Sweep) -> list[str]:
    """Runs that are no proved plan, by what became of them; never part of a slope or a region."""
    lines = []
    by_status: dict[str, list[int]] = {}
    for i, r in enumerate(found.done.results):
        status = "not run" if r is None else r.status
        if status == "time limit" and r is not None and r.cost is None:
            status = "no time"
        if status != "optimal":
            by_status.setdefault(status, []).append(i)
    for status, at in by_status.items():
        said = _KEPT_APART.get(status, status)
        details = Counter(r.detail for i in at if (r := found.done.results[i]) is not None and r.detail)
        why = f" {details.most_common(1)[0][0]}" if details and status in ("invalid", "failed") else ""
        lines.append(f"{_many(len(at), 'run')} of {len(found.cells)} {_listed(found, at)}: {said}.{why}")
    return lines


def _listed(found: Sweep, at: list[int], most: int = 6) -> str:
    """Where some runs stand: their values, in the order of the runs."""
    places = []
    for i in at[:most]:
        cell = found.cells[i]
        said = " and ".join(v.shown(x) for v, x in zip(found.varies, cell, strict=True))
        places.append(said)
    more = f" and {len(at) - most} more" if len(at) > most else ""
    return f"(at {', '.join(places)}{more})"


# ---------------------------------------------------------------- regions and switches


def regions_said(found: Sweep) -> list[str]:
    assert found.regions is not None
    regions = found.regions
    lines = [f"{regions.name(r)}. {_many(len(r.runs), 'run')}: {_extent(found, r.runs)}." for r in regions.regions]
    if regions.base is not None:
        whole = "; ".join(regions.whole(regions.base)) or "nothing to build or sign"
        lines.append(f"As the case stands: {whole}.")
    return lines


def _extent(found: Sweep, runs: tuple[int, ...]) -> str:
    """Where a region lies: spans of neighbouring values for one that varies, 'these with those' for two, else runs."""
    if len(found.varies) == 1:
        return _spans(found.varies[0], set(runs))
    if len(found.varies) > 2 or found.paired:
        return _listed(found, list(runs))[4:-1]
    down, across = found.varies
    with_those: dict[str, set[int]] = {}
    n = len(across.values)
    for i in range(len(down.values)):
        if those := {k % n for k in runs if k // n == i}:
            with_those.setdefault(_spans(across, those), set()).add(i)
    return "; ".join(f"{_spans(down, these)} with {those}" for those, these in with_those.items())


def _spans(vary: Varied, at: set[int]) -> str:
    """Some of the values, neighbours as 'from to'."""
    order = sorted(range(len(vary.values)), key=lambda i: vary.values[i])
    spans: list[list[int]] = []
    for place, i in enumerate(order):
        if i in at:
            if spans and order[place - 1] == spans[-1][-1]:
                spans[-1].append(i)
            else:
                spans.append([i])
    ends = [(vary.shown(vary.values[s[0]]), vary.shown(vary.values[s[-1]])) for s in spans]
    return ", ".join(a if a == b else f"{a} to {b}" for a, b in ends)


def short(vary: Varied) -> tuple[str, list[str]]:
    """What varies with its unit, and its values without it where all bear it."""
    texts = [vary.shown(x) for x in vary.values]
    ending = f" {vary.unit}"
    if vary.unit and all(text.endswith(ending) for text in texts):
        return f"{vary.name}, {vary.unit}", [text.removesuffix(ending) for text in texts]
    return vary.name, texts


def turns_said(found: Sweep) -> list[str]:
    lines = []
    for turn in found.turns:
        vary = found.varies[0]
        lines.append(
            f"Between {vary.shown(turn.last)} and {vary.shown(turn.first)} plan {turn.before} stops being as good as the "
            f"best; plan {turn.after} stands at the next value: {'; '.join(turn.changes)}."
        )
    if found.regions is not None and not found.turns and not found.traced and len(found.varies) == 1:
        lines.append("One plan is as good as the best at every value: there is no switch.")
    return lines


def traced_said(found: Sweep, traced: Traced) -> list[str]:
    """Break-evens of one decision, or that it has none."""
    lines = [_break_even_said(found, traced, b) for b in traced.break_evens]
    vary = found.varies[0]
    if not lines:
        proved = [p.value for p in traced.probes if p.answer in ("in", "out")]
        if traced.always:
            ends = f"from {vary.shown(min(proved))} to {vary.shown(max(proved))}"
            place = "part of the best plan" if traced.always == "in" else "not part of the best plan"
            lines.append(f"{traced.decision} is {place} at every value that is proved, {ends}: there is no break-even.")
        else:
            lines.append(f"{traced.decision}: no value is proved either way.")
    unclear = [p for p in traced.probes if p.answer == "not told apart" and p.value in vary.values]
    if unclear:
        at = ", ".join(vary.shown(p.value) for p in unclear)
        most = max(max(-p.advantage[0], p.advantage[1]) for p in unclear if p.advantage is not None)
        amount = f", a matter of {summary.money(found, most)} at most" if math.isfinite(most) else ""
        lines.append(f"{traced.decision}: with and without it cannot be told apart at {at}{amount}; a smaller gap may.")
    for answer, said in (("no plan", "there is no plan with or without it"), ("not valid", "the case is not valid")):
        at_values = [vary.shown(p.value) for p in traced.probes if p.answer == answer and p.value in vary.values]
        if at_values:
            lines.append(f"{traced.decision}: {said} at {', '.join(at_values)}.")
    return lines


def _break_even_said(found: Sweep, traced: Traced, b: BreakEven) -> str:
    vary = found.varies[0]
    verb = "enters" if b.above == "in" else "leaves"
    estimate = f", by a straight line at {vary.shown(b.estimate)}" if b.estimate is not None else ""
    instead = f" Without it: {'; '.join(b.instead)}." if b.instead else ""
    loose = "" if b.settled else " The gap does not tell with and without it apart between these; a smaller one may."
    return (
        f"Break-even of {traced.decision}: it {verb} the best plan between {vary.shown(b.low)} and {vary.shown(b.high)} "
        f"(both proved){estimate}.{loose}{instead}"
    )


def caveats(found: Sweep) -> list[str]:
    gap = found.options["gap asked"]
    lines = [
        f"Each cost is known to within {gap:.2%}: the least cost lies between bound and cost of the run's row. Measures "
        "other than cost are those of the plan found; one as cheap may differ."
    ]
    if found.regions is not None:
        lines.append(
            f"A plan holds where its decisions, with operations adapted, cost no more than the best plan found plus "
            f"{found.worth:.2%}; where several do, the letter is that of the one met first."
        )
    if found.traced:
        lines.append(
            "In or out is proved by two solves, with the decision insisted on and with it banned, whose costs cannot "
            "overlap. Between two values with the same answer nothing is claimed."
        )
    if len(found.varies) > 2 and not found.paired:
        lines.append(f"{len(found.varies)} things vary: the table runs holds all combinations, and no picture can.")
    return lines


def money_unit(found: Sweep) -> tuple[str, float]:
    """Unit in which costs are shown, and its size."""
    currency = str(found.case.settings.get("currency") or "money")
    costs = [abs(r.cost) for r in found.done.results if r is not None and r.cost is not None]
    return (f"million {currency}", 1e6) if costs and max(costs) >= 1e5 else (currency, 1.0)


def unproved(r: Result) -> str:
    """What stands in a cell without a proved plan."""
    return {"infeasible": "no plan", "time limit": "clock"}.get(r.status, r.status)
