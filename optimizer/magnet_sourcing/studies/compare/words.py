"""A comparison in sentences, and as lines of text for the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from ... import summary
from ..decisions import differences
from .explaining import IN_ORDER
from .inputs import InputDifference
from .tables import costs, decisions, dependence, mix, shortage

if TYPE_CHECKING:
    from .comparing import Comparison
    from .explaining import Step
    from .sides import Side

_MOST = 12  # inputs and items named in a sentence or list
_EQUAL = 1e-9


def headline(found: Comparison) -> str:
    """What was compared and how far apart it is, in a line."""
    parts = [found.status.upper(), f"{len(found.sides)} plans"]
    priced = [(side.cost, side.name) for side in found.sides if side.cost is not None]
    if len(priced) > 1:
        (low, cheapest), (high, dearest) = min(priced), max(priced)
        same = high - low <= _EQUAL * abs(high)
        parts.append(
            f"cost {summary.money(found, low)}"
            + (" each" if same else f" ({cheapest}) to {summary.money(found, high)} ({dearest})")
        )
    table = decisions(found)
    parts.append(f"{int((~table['same'].astype(bool)).sum())} decisions differ")
    parts.append(f"{len(found.inputs)} inputs differ")
    return ", ".join(parts)


def endings(found: Comparison) -> list[str]:
    """Status, objective, bound, gap and seconds of each."""
    return [
        f"{side.name}: {summary.headline(side.plan)}{', solved now' if side.solved_now else ''}" for side in found.sides
    ]


def findings(found: Comparison) -> dict[str, list[str]]:
    """Heading -> sentences, most important first."""
    said: dict[str, list[str]] = {}
    said["Take care"] = [
        *(f"{side.name}: {summary.verdict(side.plan.audit)}" for side in found.sides if not side.sound),
        *found.cautions,
    ]
    if found.steps:
        said[_explain_title(found)] = steps_said(found)
    said["What differs"] = differences_said(found)
    said["What is decided otherwise"] = decisions_said(found)
    said["Inputs that differ"] = inputs_said(found)
    said["What it rests on"] = caveats(found)
    return {head: lines for head, lines in said.items() if lines}


def sentences(found: Comparison) -> list[str]:
    return [headline(found), *endings(found), *(x for head, lines in findings(found).items() for x in (head, *lines))]


# ---------------------------------------------------------------- what differs


def differences_said(found: Comparison) -> list[str]:
    """Cost with its interval, the items that make it, dependence and shortage; against the first side."""
    lines = [f"{side.name}: {summary.ending(side.plan)}" for side in found.sides if not side.plan.has_plan]
    if nothing_differs(found):
        return [*lines, "No difference: same decisions, costs, dependence, supply and delivery, from the same inputs."]
    first = found.sides[0]
    for side in found.sides[1:]:
        if side.plan.has_plan and first.plan.has_plan:
            lines += [
                cost_said(found, side),
                *items_said(found, side),
                *index_said(found, side),
                *mix_said(found, side),
            ]
            lines += shortage_said(found, side)
    return lines


def nothing_differs(found: Comparison) -> bool:
    """Whether every table says the same of every side."""
    if found.inputs or not all(side.plan.has_plan for side in found.sides):
        return False
    paid = [side.cost or 0.0 for side in found.sides]
    if max(paid) - min(paid) > _EQUAL * max(map(abs, paid)):
        return False
    frames = [f(found) for f in (costs, dependence, mix, shortage)]
    return bool(decisions(found)["same"].all()) and all((f.iloc[:, -1].fillna(0.0) == 0.0).all() for f in frames)


def cost_said(found: Comparison, side: Side) -> str:
    """By how much one costs more, and whether that is more than the solver's gap."""
    first = found.sides[0]
    assert first.cost is not None and side.cost is not None
    change = side.cost - first.cost
    if abs(change) <= _EQUAL * abs(first.cost):
        said = f"{side.name} costs the same as {first.name}, {summary.money(found, side.cost)}"
    else:
        word = "more" if change > 0 else "less"
        said = f"{side.name} costs {_amount(found, abs(change))} {word} than {first.name} ({change / first.cost:+.2%})"
    interval = found.difference(side.name)
    if interval is None:
        return f"{said}; not both were made for least cost alone, so nothing is proved of the difference."
    low, high = interval
    if low <= 0 <= high:
        if abs(change) <= _EQUAL * abs(first.cost):
            return f"{said}, to within the gaps of the two solves."
        most = _amount(found, max(-low, high))
        return f"{said}, which lies within the gaps of the two solves: the least costs may differ by {most} either way."
    least, most = (_amount(found, abs(x)) for x in sorted(interval, key=abs))
    between = f"at least {least} and at most {most}" if least != most else most
    return f"{said}; the least costs of the two, known to the gaps, differ by {between}."


def _amount(found: Comparison, value: float) -> str:
    """A difference of costs, in millions where the costs are, so that it can be set beside them."""
    unit, divisor = money_unit(found)
    if divisor == 1.0:
        return summary.money(found, value)
    shown = value / divisor
    text = f"{shown:,.2f}" if shown >= 1 or not shown else f"{shown:,.3g}"
    return f"{unit.removeprefix('million ')} {text} million"


def items_said(found: Comparison, side: Side) -> list[str]:
    """The items of cost that change most."""
    table = costs(found)
    table = table[table["by"] == "item"]
    moved = [(float(r[side.name]) - float(r[found.names[0]]), str(r["name"])) for r in table.to_dict("records")]
    gross = sum(abs(x) for x, _ in moved)
    moved = sorted((m for m in moved if abs(m[0]) > max(0.005 * gross, _EQUAL)), key=lambda m: -abs(m[0]))
    if not moved:
        return []
    unit, divisor = money_unit(found)
    said = ", ".join(f"{name} {amount / divisor:+,.2f}" for amount, name in moved[:8])
    return [f"By item, {unit}, {side.name} less {found.names[0]}: {said}."]


def index_said(found: Comparison, side: Side) -> list[str]:
    old, new = found.sides[0].plan.index, side.plan.index
    if not old or not new:
        return []
    country = side.case.settings["exposed_country"]
    first, last = min(new), max(new)
    moved = max(abs(new[t] - old.get(t, 0.0)) for t in new)
    if moved <= 1e-6:
        return [f"Dependence on {country} is the same in every year."]
    table = dependence(found)
    mean = table[(table["stage"] == "index") & (table["period"] == "all years")].iloc[0]
    return [
        f"Dependence on {country}, index, {side.name} against {found.names[0]}: {float(mean[side.name]):.1%} against "
        f"{float(mean[found.names[0]]):.1%} on average; {new[first]:.1%} against {old[first]:.1%} in {first}, "
        f"{new[last]:.1%} against {old[last]:.1%} in {last}."
    ]


def mix_said(found: Comparison, side: Side) -> list[str]:
    """The country that gains and the one that loses most at each stage, in points of its share over the horizon."""
    table = mix(found)
    lines = []
    for stage in dict.fromkeys(table["stage"]):
        rows = table[table["stage"] == stage]
        old, new = (
            rows[n].astype(float) / max(1e-12, rows[n].astype(float).sum()) for n in (found.names[0], side.name)
        )
        moved = (new - old).sort_values()
        if len(moved) and max(abs(moved.iloc[0]), abs(moved.iloc[-1])) >= 0.01:
            said = [
                f"{rows.loc[i, 'country']} {old[i]:.0%} to {new[i]:.0%}"
                for i in dict.fromkeys((moved.index[-1], moved.index[0]))
                if abs(moved[i]) >= 0.01
            ]
            lines.append(f"{stage}: {', '.join(said)}")
    if not lines:
        return []
    return [f"Where it is done, shares over the horizon from {found.names[0]} to {side.name}: {'; '.join(lines)}."]


def shortage_said(found: Comparison, side: Side) -> list[str]:
    years = {r.period: r.years for r in found.case.rows("periods")}
    totals = []
    for s in (found.sides[0], side):
        frame = s.plan.tables["demand"]
        totals.append(float((frame["short"].astype(float) * frame["period"].map(years).astype(float)).sum()))
    if max(totals) <= 1e-6 or abs(totals[1] - totals[0]) <= _EQUAL * max(totals):
        return []
    return [
        f"Not delivered over the horizon: {summary.tonnes(found, totals[1])} in {side.name}, "
        f"{summary.tonnes(found, totals[0])} in {found.names[0]}."
    ]


def decisions_said(found: Comparison) -> list[str]:
    """What each decides otherwise than the first, in the order of the years."""
    first = found.sides[0]
    if not first.plan.has_plan:
        return []
    lines = []
    sizes = {x.expansion: x.max_size for x in found.case.rows("expansions") if x.max_size is not None}
    for side in found.sides[1:]:
        if side.plan.has_plan:
            others = differences(first.decisions(), side.decisions(), found.case.periods, sizes)
            said = [d.text.replace("as things stand)", f"in {first.name})") for d in others]
            lines.append(
                f"{side.name}: {'; '.join(said)}." if said else f"{side.name} decides the same as {first.name}."
            )
            if said and side.case.hash == first.case.hash and found.difference(side.name) is not None:
                lines.append(
                    f"{side.name} and {first.name} are of the same case: plans within the gap of one another, of which "
                    "the solver found one and the other."
                )
    return lines


def inputs_said(found: Comparison) -> list[str]:
    """How many inputs differ where, and the first of them with their values."""
    if not found.inputs:
        return ["None: the cases are the same in everything a plan depends on."]
    counts: dict[str, int] = {}
    for d in found.inputs:
        counts[d.table] = counts.get(d.table, 0) + 1
    lines = [f"{len(found.inputs)} in all: {', '.join(f'{table} {n}' for table, n in counts.items())}."]
    lines += [input_said(found, d) for d in found.inputs[:_MOST]]
    if len(found.inputs) > _MOST:
        lines.append(f"And {len(found.inputs) - _MOST} more, in the table inputs.")
    return lines


def input_said(found: Comparison, d: InputDifference) -> str:
    values = ", ".join(f"{name}: {_value(x)}" for name, x in zip(found.names, d.values, strict=True))
    return f"{d.place}: {values}"


def _value(x: Any) -> str:
    if x is None:
        return "blank"
    if isinstance(x, bool):
        return "yes" if x else "no"
    return f"{x:,.6g}" if isinstance(x, float) else str(x)


# ---------------------------------------------------------------- which inputs explain it


def _explain_title(found: Comparison) -> str:
    ways = "one group of inputs after the other" if found.order == IN_ORDER else "each group of inputs alone"
    return f"What explains it: {found.names[0]} to {found.names[1]}, {ways}"


def steps_said(found: Comparison) -> list[str]:
    lines = [step_said(found, s) for s in found.steps]
    if found.order == IN_ORDER and len(found.steps) > 1:
        lines.append(
            "The steps add up to the whole difference. What a step is worth depends on those before it, so another order "
            "shares the difference out otherwise; the order is that of the sheets."
        )
    return lines


def step_said(found: Comparison, s: Step) -> str:
    count = f" ({s.inputs} input{'' if s.inputs == 1 else 's'})" if s.inputs else ""
    if s.change is None:
        return f"{s.what}{count}: {s.status}{f' - {s.detail}' if s.detail else ''}."
    word = "more" if s.change > 0 else "less"
    said = f"{s.what}{count}: costs {summary.money(found, abs(s.change))} {word}"
    if s.low is not None and s.high is not None and s.low <= 0 <= s.high:
        said += ", within the gaps" if s.change else ""
        said = said if s.change else f"{s.what}{count}: costs the same"
    mark = "" if s.status == "optimal" else f" ({s.status})"
    return f"{said}{mark}; {'; '.join(s.decisions)}." if s.decisions else f"{said}{mark}; same decisions."


def caveats(found: Comparison) -> list[str]:
    lines = [
        "Every least cost lies between the bound and the cost of its plan, so a difference of two is known to within both "
        "gaps. Items, decisions, dependence and supply are those of the plans found; plans as cheap may have others."
    ]
    if any(d.table == "asked" for d in found.inputs):
        lines.append("The plans were not asked the same: see 'asked' among the inputs.")
    lines.append(
        "Compared are the inputs a plan for one future depends on: not scenarios, assumptions, evidence, studies, sources "
        "or notes."
    )
    return lines


# ---------------------------------------------------------------- text for the terminal


def money_unit(found: Comparison) -> tuple[str, float]:
    currency = str(found.case.settings.get("currency") or "money")
    large = any(abs(side.cost or 0.0) >= 1e5 for side in found.sides)
    return (f"million {currency}", 1e6) if large else (currency, 1.0)


def pictures(found: Comparison) -> dict[str, list[str]]:
    """Heading -> lines: cost by item and dependence by year, a column for each side."""
    unit, divisor = money_unit(found)
    table = costs(found)
    table = table[table["by"].isin(("item", "total"))]
    table = pd.concat([table[table["by"] == "item"], table[table["by"] == "total"]])
    last = table.columns[-1]
    said = {
        f"Cost, discounted, {unit}": _columns(table["name"].tolist(), table[[*found.names, last]] / divisor, "{:,.2f}")
    }
    shares = dependence(found)
    shares = shares[shares["stage"] == "index"]
    if len(shares):
        country = found.case.settings["exposed_country"]
        said[f"Dependence on {country}, index"] = _columns(
            shares["period"].tolist(), shares[[*found.names, last]], "{:.1%}"
        )
    return said


def _columns(heads: list[str], frame: pd.DataFrame, shown: str) -> list[str]:
    texts = [["" if x != x else shown.format(x) for x in frame[c].astype(float)] for c in frame.columns]
    widths = [max(len(str(c)), *(len(t) for t in column)) + 2 for c, column in zip(frame.columns, texts, strict=True)]
    side = max(len(h) for h in heads)
    lines = [" " * side + "".join(f"{c:>{w}}" for c, w in zip(frame.columns, widths, strict=True))]
    for i, head in enumerate(heads):
        lines.append(f"{head:<{side}}" + "".join(f"{t[i]:>{w}}" for t, w in zip(texts, widths, strict=True)))
    return lines
