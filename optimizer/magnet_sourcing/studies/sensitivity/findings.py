"""A sensitivity study in plain sentences, and its tornado as text."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ... import summary
from ..frontier.amounts import Amounts, amounts_of
from ..ranges.ranges import said_left_out
from .bars import Bar, End, could_be_longer, longest, proved_longest
from .switch_over import SwitchOver
from .tables import apart_table, changed_at, decisions_changed, tornado

if TYPE_CHECKING:
    from .studying import Sensitivity

# Bars told in sentences; the tables have all of them.
_TOLD = 5
# Decisions told of one end.
_DECISIONS = 4
# Ends whose changed decisions are told on the first page, those of the longest bars first; the sheet has all.
_ENDS_TOLD = 10
# Characters of a bar at the terminal, both sides together.
_WIDE = 40


def headline(found: Sensitivity) -> str:
    """Ending, how many runs, how well proved, cost as the case stands, seconds."""
    parts = [found.status.upper()]
    if len(found.runs):
        endings = found.runs["status"].value_counts()
        proved = int(endings.get("optimal", 0))
        parts.append(f"{len(found.runs):,} runs of {len(found.bars):,} range{_s(found.bars)}")
        others = ", ".join(f"{n:,} {ending}" for ending, n in endings.items() if ending != "optimal")
        all_proved = "all" if not others else f"{proved:,}"
        parts.append(f"{all_proved} proved within {found.options.gap:.2%}" + (f" ({others})" if others else ""))
    if found.plan.objective is not None:
        parts.append(f"least cost as the case stands {summary.money(found.plan, found.plan.objective)}")
    parts.append(f"{found.seconds:.0f} s")
    return ", ".join(parts)


def findings(found: Sensitivity) -> dict[str, list[str]]:
    """Heading -> sentences, most important first; only headings with something to say."""
    if not found.bars:
        return {"What it says": [x for x in (summary.ending(found.plan),) if x]}
    said = {f"What moves {m} most": _moves(found, m) for m in found.asked.measures}
    said |= {
        "How sure the order is": _order(found),
        "Which decisions change": _changes(found),
        "Where the first decisions switch over": _switches(found),
        "What rests on weak numbers": [line for w in found.weak.values() for line in w.sentences],
        "Indices": _indices(found),
        "With decisions held, one number at a time": _ranging(found),
        "Shown apart": _apart(found),
        "What it stands on": _caveats(found),
    }
    return {heading: lines for heading, lines in said.items() if lines}


def amounts(found: Sensitivity, measure: str) -> Amounts:
    sizes = [abs(x) for b in found.bars if (x := b.base.value(measure)) is not None]
    return amounts_of(found.case, measure, max(sizes, default=0.0))


# ---------------------------------------------------------------- what moves


def drawn(found: Sensitivity, measure: str) -> list[Bar]:
    """The bars of a measure in the order of its table."""
    by_name = {b.range.name: b for b in found.bars}
    return [by_name[name] for name in tornado(found, measure)["range"]]


def _moves(found: Sensitivity, measure: str) -> list[str]:
    as_ = amounts(found, measure)
    told = [b for b in drawn(found, measure) if b.full and b.reach(measure) > 0][:_TOLD]
    lines = [f"{b.range.name}: {' and '.join(_moved(b, e, measure, as_) for e in b.ends)}." for b in told]
    return lines or [_nothing(found, measure)]


def _nothing(found: Sensitivity, measure: str) -> str:
    """No bar to tell of: nothing moves, or nothing is known."""
    if not any(b.full for b in found.bars):
        return "Not known: no range was solved in full at both ends."
    return f"Nothing: no range solved in full moves {measure}."


def _moved(b: Bar, e: End, measure: str, as_: Amounts) -> str:
    change = b.change(e, measure)
    at = f"at {b.range.shown(e.position)}"
    if change is None:
        return f"not known {at}"
    amount = f"{abs(change) * 100:.1f} percentage points" if as_.share else as_.say(abs(change))
    if amount in ("0.0 percentage points", as_.say(0.0)):
        return f"no change {at}"
    return f"{amount} {'more' if change > 0 else 'less'} {at}"


def _order(found: Sensitivity) -> list[str]:
    money = amounts(found, "cost")
    full = [b for b in longest(found.bars) if b.full]
    screened = [b for b in found.bars if not b.full and b.apart in ("", "open")]
    lines = []
    if not screened:
        if not full:
            return []  # nothing was solved, which is told under 'Shown apart'
        many = f"All {len(full)} ranges drawn were" if len(full) != 1 else "The one range drawn was"
        lines.append(f"{many} solved in full at both ends.")
    else:
        k, longer = proved_longest(found.bars), could_be_longer(found.bars, found.asked.top)
        lines.append(
            f"{len(full)} of {len(found.bars)} ranges {'were' if len(full) != 1 else 'was'} solved in full; the others were "
            "only screened, with decisions held, which finds the dearer ends too dear and the cheaper ends not cheap enough."
        )
        most = max(b.most for b in screened)
        limit = (
            f"none of them can move cost by more than {money.say(most)}"
            if math.isfinite(most)
            else "how far some of them can move cost is not known"
        )
        bars = f"The {k} longest bars are" if k > 1 else "The longest bar is"
        sure = f"{bars} proved longer than those of all {len(screened)} ranges only screened"
        lines.append(
            f"{sure}: {limit}." if k else f"That the bars solved in full are the longest is not proved; {limit}."
        )
        if longer:
            named = ", ".join(b.range.name for b in longer[:_TOLD])
            lines.append(
                f"{len(longer)} of them could be longer than one of the {min(found.asked.top, len(full))} longest (such as "
                f"{named}): a larger --top tells."
            )
    within = [b for b in full if b.least <= 0]
    if within:
        lines.append(
            f"{len(within)} bar{_s(within)} solved in full {'are' if len(within) > 1 else 'is'} within the solver's gap "
            f"({money.say(found.options.gap * abs(found.bars[0].base.cost))}): they may be nothing."
        )
    return lines


# ---------------------------------------------------------------- decisions


def _changes(found: Sensitivity) -> list[str]:
    money, lines, kept = amounts(found, "cost"), [], []
    for b in (b for b in longest(found.bars) if b.full):
        for e in b.ends:
            verdict, at = changed_at(found, b, e), f"{b.range.name} at {b.range.shown(e.position)}"
            if verdict == "no need":
                kept.append(at)
            if verdict in ("changes", "not possible"):
                staying = b.staying(e)
                cost = (
                    f"keeping the decisions costs {money.say(staying[0])} more"
                    if staying
                    else "not all decisions can be kept"
                )
                lines.append(f"{at}: {cost}. {_listed([d.text for d in decisions_changed(found, e)])}".strip())
    if (left := len(lines) - _ENDS_TOLD) > 0:
        lines = [*lines[:_ENDS_TOLD], f"And {left} more ends at which decisions change (sheet 'decision changes')."]
    if kept:
        lines.append(
            f"No decision needs to change, as keeping all costs no more than {money.say(found.worth)}: "
            + "; ".join(kept[:12]) + (f"; and {len(kept) - 12} more" if len(kept) > 12 else "") + "."
        )  # fmt: skip
    return lines


def _listed(texts: Sequence[str]) -> str:
    if not texts:
        return "The plan found decides the same."
    left = len(texts) - _DECISIONS
    said = "; ".join(texts[:_DECISIONS]) + (f"; and {left} more" if left > 0 else "")
    return f"{said[0].upper()}{said[1:]}."


def _switches(found: Sensitivity) -> list[str]:
    return [line for w in found.switch_overs for line in (
        [switched(found, s) for s in w.turns]
        or [f"{w.range.name}: the first decisions hold at both ends."]
    )]  # fmt: skip


def switched(found: Sensitivity, s: SwitchOver) -> str:
    """'Chinese magnet price, between 0.89 and 0.90 times the price: ...'."""
    r = s.range
    ends = sorted((s.holds, s.turns))
    between = f"{r.name}, between {r.shown(ends[0])} and {r.shown(ends[1])}"
    if s.answer == "more":
        return f"{between}: further switch-over points were not looked for."
    way = "higher" if s.turns > s.holds else "lower"
    if s.answer == "changes":
        return f"{between}: {way}, {s.then or 'decisions change'}."
    detail = f" {s.detail}" if s.detail else ""
    return f"{between}: {way}, {s.answer}.{detail}"


# ---------------------------------------------------------------- the rest


def _ranging(found: Sensitivity) -> list[str]:
    rows = [i for i in found.ranging.rows if i.confirmed == "yes"][:_TOLD]
    if not rows:
        return []
    lines = []
    for i in rows:
        low, high = (f"{end:,.4g}" if abs(end) < 1000 else f"{end:,.0f}" for end in (i.low, i.high))
        span = (
            f"between {low} and {high}" if math.isfinite(i.low) and math.isfinite(i.high)
            else f"up to {high}" if math.isfinite(i.high) else f"down to {low}"
        )  # fmt: skip
        what = "operations stay as they are" if i.kind == "price" else "a tonne keeps its worth"
        lines.append(f"{i.kind} of {i.name} in {i.year} (now {i.now:,.6g}): {what} {span}.")
    lines.append(
        "This is ranging of the linear programme: valid only with every decision held and for one number of one year at a "
        "time. Each end was tried by setting the number to it and solving again."
    )
    if found.ranging.degenerate:
        lines.append(
            f"The optimum is degenerate ({found.ranging.degenerate} basic variables stand at a bound), so the answer may "
            "hold beyond an end as well."
        )
    return lines


def _indices(found: Sensitivity) -> list[str]:
    none = [f"There are none: {found.no_indices}."] if found.no_indices else []
    return none + [line for i in found.indices for line in i.sentences]


def _apart(found: Sensitivity) -> list[str]:
    lines = []
    for ending, part in apart_table(found).groupby("ending", sort=False):
        named = [f"{r.range} ({r.end}, {r.value})" for r in part.itertuples()]
        more = f"; and {len(named) - _TOLD} more" if len(named) > _TOLD else ""
        why = next((f" The first: {w}." for w in part["why"] if w), "")
        lines.append(f"{_ENDING.get(str(ending), str(ending))}: {'; '.join(named[:_TOLD])}{more}.{why}")
    return lines


_ENDING = {
    "no plan": "Proved to have no plan",
    "not valid": "The changed case does not pass its checks",
    "time limit": "Ended by the clock",
    "open": "The decisions cannot be held, and it was not solved in full",
    "not run": "Not run",
    "failed": "Failed",
}


def _caveats(found: Sensitivity) -> list[str]:
    lines = [
        "One range moves at a time, and everything else stands as in the case. Costs are discounted, those of the best plan "
        f"found, at most {found.options.gap:.2%} above the least there is.",
        "A change of decisions counts when keeping the old ones is proved to cost at least "
        f"{amounts(found, 'cost').say(found.worth)}. The new decisions are those of one plan; others within the gap may "
        "decide otherwise.",
    ]
    others = [m for m in found.asked.measures if m != "cost"]
    if others:
        lines.append(
            f"{_and(others)}: of the cheapest plan found. Another plan within the gap may have another value, so small "
            "differences say nothing."
        )
    return [*lines, *(said_left_out(found.case) if found.asked.only is None else []), summary.verdict(found.plan.audit)]


def _and(names: Sequence[str]) -> str:
    said = " and ".join(names)
    return said[0].upper() + said[1:]


def _s(things: Sequence[object]) -> str:
    return "" if len(things) == 1 else "s"


# ---------------------------------------------------------------- the tornado as text


def tornado_text(found: Sensitivity, measure: str = "cost", most: int = 25) -> list[str]:
    """Bars around the case as it stands: '-' towards the low end, '+' towards the high end."""
    bars, as_ = drawn(found, measure)[:most], amounts(found, measure)
    if not bars:
        return [_nothing(found, measure)]
    left, right = _reaches(bars, measure)
    scale = _WIDE / ((left + right) or 1.0)
    middle = round(left * scale)
    name = min(40, max(len(b.range.name) for b in bars))
    ends = [(_short(b.range.shown(-1.0)), _short(b.range.shown(1.0))) for b in bars]
    low, high = (max(len(e[i]) for e in ends) for i in (0, 1))
    unit = "percentage points" if as_.share else as_.unit
    lines = [f"change of {measure}{', ' + unit if unit else ''}; '-' low end, '+' high end, | as the case stands"]
    told_screened = False
    for b, e in zip(bars, ends, strict=True):
        if not b.full and not told_screened:
            lines.append("only screened, decisions held:")
            told_screened = True
        changes = [b.change(end, measure) if end in b.ends else 0.0 for end in (b.low, b.high)]
        said = [f"{(x or 0.0) / as_.divisor:+,.1f}" if x else "0" for x in changes]
        gap = "  within the gap" if measure == "cost" and b.least <= 0 else ""
        lines.append(
            f"{b.range.name[:name]:<{name}}  {e[0]:>{low}} {said[0]:>9} {_bar(changes, scale, middle)} {said[1]:>9} "
            f"{e[1]:<{high}}{gap}".rstrip()
        )
    return lines


def _short(text: str) -> str:
    return text if len(text) <= 24 else text[:21] + "..."


def _reaches(bars: Sequence[Bar], measure: str) -> tuple[float, float]:
    """How far bars reach below and above the case as it stands."""
    changes = [x for b in bars for e in b.ends if (x := b.change(e, measure)) is not None]
    return max(0.0, -min(changes, default=0.0)), max(0.0, max(changes, default=0.0))


def _bar(changes: Sequence[float | None], scale: float, middle: int) -> str:
    """A line of `_WIDE` characters with a bar for each end; where both lie on one side the shorter is on top."""
    cells = [" "] * (_WIDE + 1)
    marks = sorted(zip(changes, "-+", strict=True), key=lambda c: -abs(c[0] or 0.0))
    for change, mark in marks:
        length = round((change or 0.0) * scale)
        for i in range(min(length, 0), max(length, 0) + 1):
            if 0 <= middle + i <= _WIDE:
                cells[middle + i] = mark
    cells[middle] = "|"
    return "".join(cells)
