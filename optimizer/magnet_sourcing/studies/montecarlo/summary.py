"""A Monte Carlo study in sentences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ..ranges.conserving import said_cut
from ..runs.bench import AS_IT_STANDS
from . import statistics
from .regret import Fate, Span, least_greatest
from .statistics import Estimate
from .tables import figures

if TYPE_CHECKING:
    from ..ranges.ranges import Range
    from .drivers import Driver, Split
    from .frequencies import Frequency
    from .running import MonteCarlo

_MOST = 12  # sentences of one kind


def headline(found: MonteCarlo) -> str:
    """Status, worlds, cost and seconds in a line."""
    solved, of = len(found.best), found.samples
    status = "FINISHED" if found.finished else "INTERRUPTED"
    none = found.endings().get("infeasible", 0)
    parts = [status, f"{solved} of {of} worlds solved", *([f"{none} have no plan"] if none else [])]
    if solved:
        x = figures(found.values("cost"))
        stands = f" ({_amount(found, found.base.cost)} as the case stands)" if found.base.cost is not None else ""
        parts.append(f"mean cost {_amount(found, x['mean'].value)}{_margin(found, x['mean'])}{stands}")
        low, high = (_amount(found, x[name].value) for name in ("5 % quantile", "95 % quantile"))
        parts.append(f"90 % of worlds between {low} and {high}")
    return ", ".join([*parts, f"{found.seconds:.0f} s"])


def findings(found: MonteCarlo) -> dict[str, list[str]]:
    """Heading -> sentences, most important first."""
    said: dict[str, list[str]] = {}
    if found.best:
        said["What it costs, and how much that depends"] = spread(found)
        said["What is decided, in how many worlds"] = decided(found)
        if found.fates:
            said["How plans do in all worlds"] = held(found)
        said["What drives the spread"] = driven(found)
        if splits := [_split(found, s) for s in found.splits[:_MOST]]:
            said["What decides"] = splits
        said["What rests on weak numbers"] = found.weak.sentences
        said["Are these worlds enough"] = enough(found)
    said["What it stands on"] = [*ended(found), *found.notes, *caveats(found)]
    return said


# ---------------------------------------------------------------- cost and dependence


def spread(found: MonteCarlo) -> list[str]:
    lines = [_figures(found, "cost"), _gap(found), *_lean(found)]
    others = [m for m in found.measures if m != "cost" and np.ptp(found.values(m)) > 0]
    lines += [_unmet(found, m) if m.split(" ")[0] == "unmet" else _figures(found, m) for m in others]
    n = len(found.best)
    for measure, value in found.thresholds:
        above, surely = found.above(measure, value)
        x = statistics.share(above, n)
        text = f"{_cap(measure)} is above {shown(found, measure, value)} in {_share(x)} of worlds{_between(x)}"
        if surely < above:
            text += f"; in {above - surely} of these worlds a plan within the gap may be below it"
        lines.append(f"{text}.")
    return lines


def _figures(found: MonteCarlo, measure: str) -> str:
    x = figures(found.values(measure))
    mean, low, middle, high = x.values()
    over = _over(found)
    ends = [f"{shown(found, measure, q.value)}{_ends(found, measure, q)}" for q in (low, middle, high)]
    return (
        f"{_name(measure)}{over}: mean {shown(found, measure, mean.value)}{_ends(found, measure, mean)}; 5 % of worlds are "
        f"below {ends[0]}, half below {ends[1]}, 5 % above {ends[2]}."
    )


def _unmet(found: MonteCarlo, measure: str) -> str:
    """Of most worlds it is 0, so quantiles say little."""
    values = found.values(measure)
    x = statistics.share(int((values > 0.5).sum()), len(values))
    return (
        f"{measure.replace('unmet', 'Demand is left unmet', 1)} in {_share(x)} of worlds{_between(x)}{_over(found)}: "
        f"{values.mean():,.0f} t on average over all of them, {values.max():,.0f} t at most."
    )


def _over(found: MonteCarlo) -> str:
    """Said wherever a mean leaves worlds out."""
    out = found.samples - len(found.best)
    return f" (over the {len(found.best)} worlds solved, without the {out} that were not)" if out else ""


def _gap(found: MonteCarlo) -> str:
    """What the gap of the solves leaves open."""
    cost, bound = found.values("cost"), found.bounds
    base = found.base.cost
    lines = f"Each cost is known to the gap of its solve: the mean is at least {_amount(found, float(bound.mean()))}."
    if base is not None:
        higher = statistics.share(int((bound > base).sum()), len(cost))
        lines += f" It is above that of the case as it stands, {_amount(found, base)}, in {_share(higher)} of worlds."
    return lines


def _lean(found: MonteCarlo) -> list[str]:
    """That the case as it stands is not in the middle of its ranges, and which ranges make that."""
    base, middle = found.base, found.medians
    if base.cost is None or base.bound is None or middle is None or middle.cost is None or middle.bound is None:
        return []
    more = middle.cost - base.cost
    if middle.bound <= base.cost and base.bound <= middle.cost:
        return [f"With every range at its median cost would be {_amount(found, middle.cost)}, the same within the gap."]
    way, share = ("up", "more") if more > 0 else ("down", "less")
    lean = [
        r for d in found.drivers["cost"] if d.beyond
        if (r := found.ranges[d.range]).position(0.5) * d.correlation.value * more > 0
    ]  # fmt: skip
    told = "; ".join(f"{r.name}: {r.shown(0)}, median {r.shown(r.position(0.5))}" for r in lean[:4])
    return [
        f"The ranges lean {way}: with every one at its median cost would be {_amount(found, middle.cost)}, "
        f"{percent(abs(more / base.cost))} {share} than as the case stands"
        + (f" (above all {told})." if told else ".")
    ]


# ---------------------------------------------------------------- decisions


def decided(found: MonteCarlo) -> list[str]:
    overall, yearly = found.frequencies
    shown_ = [f for f in overall if f.worlds]
    lines = [_frequency(f, [y for y in yearly if (y.kind, y.name) == (f.kind, f.name)]) for f in shown_[:_MOST]]
    if len(shown_) > _MOST:
        lines.append(f"{len(shown_) - _MOST} more decisions are taken in fewer worlds (sheet frequencies).")
    lines += [f"{_cap(str(f))}, as the case stands, is best in no world." for f in overall if not f.worlds]
    first = found.clusters[0]
    several = len(found.clusters)
    span = str(found.years[0]) if len(found.years) == 1 else f"{found.years[0]}-{found.years[-1]}"
    if several == 1:
        lines.append(f"What is decided in {span} is the same in every world, but for sizes.")
    else:
        lines.append(
            f"In {span} there are {several} different sets of decisions; the most frequent is best in {_share(first.share)} "
            f"of worlds{_between(first.share)}: {_decisions(first.taken)}."
        )
    return lines


def _frequency(f: Frequency, years: Sequence[Frequency]) -> str:
    verb = {"sign": "is signed", "build": "is built", "open": "is opened"}[f.kind]
    usual = next((y for y in years if y.year == f.usual), None)
    when = "" if usual is None else f", in {usual.year} in {_share(usual.share)}"
    if usual is not None and usual.worlds == f.worlds:
        when = f", always in {usual.year}"
    size = "" if f.size is None else f"; median size {f.size:,.0f} t/y"
    not_now = "" if f.stands else "; not as the case stands"
    return f"{f.name} {verb} in {_share(f.share)} of worlds{_between(f.share)}{when}{size}{not_now}."


def _decisions(taken: frozenset[tuple[str, str, int]]) -> str:
    words = [f"{kind} {name} in {year}" for kind, name, year in sorted(taken, key=lambda k: (k[2], k))]
    if not words:
        return "nothing is decided"
    return ", ".join(words[:8]) + (f" and {len(words) - 8} more" if len(words) > 8 else "")


# ---------------------------------------------------------------- plans held


def held(found: MonteCarlo) -> list[str]:
    lines = [_fate(found, f) for f in found.fates]
    if any(f.impossible for f in found.fates):
        lines.append(
            "A plan is held as it is, with the sizes it builds and with what it decides in later years. Where a world "
            "allows less, that is simply impossible, and regret says nothing of it; in fact less would be built there. Each "
            "plan is averaged over its own worlds: compare regrets, not costs."
        )
    chosen, sure = least_greatest(found.fates)
    if chosen is None:
        lines.append("No plan tried can be kept in every world solved, so none is named as that of least greatest regret.")
    elif len(found.fates) > 1:
        doubt = "" if sure else " by what is known; within the gap of the solves another may be"
        lines.append(f"Least greatest regret: {chosen.plan}, {_interval(found, chosen.worst())} in its worst world{doubt}.")
    return lines


def _fate(found: MonteCarlo, f: Fate) -> str:
    what = f.plan if f.plan == AS_IT_STANDS else f"{f.plan} ({found.plans[f.plan]})"
    name = f"The plan {what}" if f.plan == AS_IT_STANDS else _cap(what)
    if not len(f.worlds):
        return f"{name}: {_lost(f) or 'nothing is known of it'}{_why_lost(found, f)}."
    near = between(*map(percent, f.near()))
    text = (
        f"{name}: cost {_amount(found, float(f.cost.mean()))} on average{_of(found, f)}, within 1 % of the best of the "
        f"world in {near} of them; regret {_interval(found, f.mean())} on average, {_interval(found, f.at(0.9))} at most in "
        f"nine of ten, {_interval(found, f.worst())} in the worst (world {f.worst_world()})"
    )
    if f.unmet.max() > 0.5:
        text += f"; {f.unmet.mean():,.0f} t unmet on average, {f.unmet.max():,.0f} t at most"
    return text + (f". {_cap(_lost(f))}{_why_lost(found, f)}" if _lost(f) else "") + "."


def _why_lost(found: MonteCarlo, f: Fate) -> str:
    """What rules the decisions out where they cannot be kept, and what these worlds have in common."""
    causes = [f"{cause or 'several rows together'} in {n}" for cause, n in f.why.items()]
    if len(causes) > 3:
        causes = [*causes[:3], f"others in {sum([*f.why.values()][3:])}"]
    text = f", for {', '.join(causes)}" if any(f.why) else ""
    split = found.kept.get(f.plan)
    if split is None:
        return text
    r = found.ranges[split.range]
    where = f"where {r.name} is above {r.shown(split.at)}"
    return f"{text}; they can in {percent(split.above)} of worlds {where}, in {percent(split.below)} where it is below"


def _of(found: MonteCarlo, f: Fate) -> str:
    return "" if len(f.worlds) == found.samples else f" over the {_worlds(len(f.worlds))} where it can be told"


def _lost(f: Fate) -> str:
    parts = [f"in {_worlds(len(f.impossible))} its decisions cannot be kept"] if f.impossible else []
    parts += [f"in {_worlds(len(f.unknown))} how it does was not found"] if f.unknown else []
    return ", ".join(parts)


def _interval(found: MonteCarlo, span: Span) -> str:
    return between(shown(found, "cost", span.low), shown(found, "cost", span.high))


# ---------------------------------------------------------------- ranges


def driven(found: MonteCarlo) -> list[str]:
    n, m = len(found.best), len(found.ranges)
    lines = []
    for measure in found.measures:
        told = [d for d in found.drivers[measure] if d.beyond]
        lines += [_driver(found, d) for d in told[:6]]
        if not told and found.drivers[measure]:
            lines.append(f"No range alone drives {measure}: none correlates with it more than chance does.")
    limit = statistics.by_chance(n, m)
    if limit >= 1:
        lines.append(f"{n} worlds are too few to tell any of {m} ranges from chance.")
    elif lines:
        lines.append(f"Correlations below {limit:.2f} are left out: among {m} ranges and {n} worlds chance gives as much.")
    return lines


def _driver(found: MonteCarlo, d: Driver) -> str:
    r = found.ranges[d.range]
    text = f"{_cap(d.measure)} {'rises' if d.correlation.value > 0 else 'falls'} with {r.name} (rank correlation "
    text += f"{d.correlation.value:+.2f}, {d.correlation.low:+.2f} to {d.correlation.high:+.2f})"
    if d.apart is not None and d.below and d.apart.low is not None and d.apart.high is not None:
        low, high = sorted((d.apart.low / abs(d.below), d.apart.high / abs(d.below)), key=abs)
        if low * high > 0:
            much = f"{percent(abs(d.apart.value / d.below))} ({between(percent(abs(low)), percent(abs(high)))})"
            way = "higher" if high > 0 else "lower"
            text += f": where that is above {_own(r)} it is {much} {way} than where it is below"
    return text + "."


def _own(r: Range) -> str:
    """The case's own value of a range."""
    value = r.shown(0)
    return "the case's own" if value.startswith("x ") else f"the case's own ({value})"


def _split(found: MonteCarlo, s: Split) -> str:
    r = found.ranges[s.range]
    verb = {"sign": "is signed", "build": "is built", "open": "is opened"}[s.kind]
    text = f"{s.name} {verb} in {percent(s.above)} of worlds where {r.name} is above {r.shown(s.at)}, in {percent(s.below)} "
    if s.right <= s.guess:
        return f"{text}where it is below."
    sorts = f"that alone sorts {percent(s.right)} of worlds right, guessing the commoner {percent(s.guess)}"
    return f"{text}where it is below: {sorts}."


# ---------------------------------------------------------------- trust


def enough(found: MonteCarlo) -> list[str]:
    """How far figures moved with the second half of the worlds, and how many would do."""
    values = found.values("cost")
    half = figures(values[: max(1, len(values) // 2)])
    lines = []
    for name, x in figures(values).items():
        if not x.value:
            continue
        moved = abs(x.value - half[name].value) / abs(x.value)
        wanted = statistics.needed(len(values), x)
        text = f"Cost, {name}: moved {percent(moved, 1)} between half and all worlds; "
        text += "so few worlds leave it open" if x.margin is None else f"known to {percent(x.margin / abs(x.value), 1)}"
        if wanted is not None and wanted > len(values):
            text += f", {wanted:,} worlds would make it 1 %"
        lines.append(text + ".")
    return lines


def ended(found: MonteCarlo) -> list[str]:
    """Worlds that were not solved, by how they ended."""
    counted = found.endings()
    others = {ending: n for ending, n in counted.items() if ending != "optimal"}
    if not others:
        return [f"All {found.samples} worlds were solved to the gap."]
    split = found.planless
    if split is not None:
        r = found.ranges[split.range]
        where = f"worlds where {r.name} is above {r.shown(split.at)}, in {percent(split.below)} where it is below"
        told = [f"There is a plan in {percent(split.above)} of {where}."]
    else:
        told = []
    said = ", ".join(f"{n} ended {ending}" for ending, n in others.items())
    solved = f"{len(found.best)} of {found.samples} worlds were solved to the gap"
    return [f"{solved}; {said}. Every figure is of the solved ones.", *told]


def caveats(found: MonteCarlo) -> list[str]:
    lines = [
        f"{len(found.ranges)} ranges moved. Intervals are of 95 %, as if worlds were drawn independently; Latin hypercube "
        "and Sobol samples are spread more evenly, so they are usually nearer.",
        "Of plans that cost the same within the gap the solver names any one, so a decision that hardly matters may come "
        "and go between worlds.",
        "In each world everything is known from the start: the best of a world is what foresight would do, not what can be "
        "done without it.",
    ]
    for reason, names in found.still.items():
        such = ", ".join(names[:3]) + (" ..." if len(names) > 3 else "")
        lines.append(f"{len(names)} range{'s' if len(names) > 1 else ''} not drawn ({such}): {reason}.")
    if found.cut:
        lines.append(said_cut(found.cut, _worlds(len(found.cut))))
    return lines


# ---------------------------------------------------------------- words


def shown(found: MonteCarlo, measure: str, value: float, signed: bool = False) -> str:
    """A value of a measure as a planner reads it."""
    sign = "+" if signed else ""
    if measure == "cost":
        unit, divisor = money_unit(found)
        text = f"{value / divisor:{sign},.2f}"
        return f"{'0.00' if text in ('-0.00', '+0.00') else text} {unit}"
    if measure.split(" ")[0] in ("impact", "unmet"):
        return f"{value:{sign},.0f}{' t' if measure.startswith('unmet') else ''}"
    return f"{100 * value:{sign}.1f} %"


def money_unit(found: MonteCarlo) -> tuple[str, float]:
    """Unit in which costs are shown, and its size."""
    currency = str(found.asked.settings.get("currency") or "money")
    large = any(abs(r.cost or 0.0) >= 1e5 for r in found.best.values())
    return (f"million {currency}", 1e6) if large else (currency, 1.0)


def _amount(found: MonteCarlo, value: float) -> str:
    return shown(found, "cost", value)


def _margin(found: MonteCarlo, x: Estimate) -> str:
    return "" if x.margin is None else f" ± {x.margin / money_unit(found)[1]:,.2f}"


def _ends(found: MonteCarlo, measure: str, x: Estimate) -> str:
    """The interval after a value, in brackets; an end that so few worlds leave open is not there."""
    if x.low is not None and x.high is not None:
        return f" ({between(shown(found, measure, x.low), shown(found, measure, x.high))})"
    if x.low is not None:
        return f" (at least {shown(found, measure, x.low)})"
    return f" (at most {shown(found, measure, x.high)})" if x.high is not None else ""


def percent(share: float, decimals: int = 0) -> str:
    """72 %"""
    return f"{100 * share:.{decimals}f} %"


def between(low: str, high: str) -> str:
    """Two values with what they end on in common said once: '185.9 to 200.0 million US$'."""
    (number, _, unit), (_, _, other) = low.partition(" "), high.partition(" ")
    if low == high:
        return low
    return f"{number} to {high}" if unit == other else f"{low} to {high}"


def _worlds(number: int) -> str:
    return f"{number} world{'' if number == 1 else 's'}"


def _share(x: Estimate) -> str:
    return percent(x.value)


def _between(x: Estimate) -> str:
    assert x.low is not None and x.high is not None  # of a share they are always known
    return f" ({between(percent(x.low), percent(x.high))})"


def _name(measure: str) -> str:
    return {"index": "Dependence index"}.get(measure, _cap(measure))


def _cap(text: str) -> str:
    return text[:1].upper() + text[1:]
