"""A stress test in plain words: what a minister's adviser reads first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .tables import segments

if TYPE_CHECKING:
    from .testing import Hit, Stress

# What is said of a set of cut-offs that is no worse than a smaller one.
NO_MORE = "another does no more harm"
_WORD = {"met": "met", "short": "short", "broken": "BROKEN", "impossible": "NO WAY"}


def headline(stress: Stress) -> str:
    """Which plans, how many disruptions, in how many demand is met; of one plan also the worst."""
    said = []
    for plan in stress.plans:
        hits = [h for h in stress.hits if h.plan == plan]
        verb = "demand is met in" if len(stress.plans) == 1 else "met in"
        said.append(f"{plan}: {verb} {sum(h.met for h in hits)} of {len(hits)} disruptions")
    if len(said) == 1 and (worst := _worst(stress.hits)) is not None:
        said.append(f"worst: {_named(worst)}, {_loss(worst)}")
    early = "INTERRUPTED, not all was tested; " if stress.interrupted else ""
    return f"{early}{'; '.join(said)}. {stress.seconds:.0f} s."


def _worst(hits: list[Hit]) -> Hit | None:
    """The disruption that does most harm: to what must be met, then to demand."""
    harmed = [h for h in hits if not h.met]
    order = ("short", "broken", "impossible")
    return max(harmed, key=lambda h: (order.index(h.status), h.further_total), default=None)


def _named(h: Hit) -> str:
    return f"{h.disruption} ({h.what})" if "cut-off" in h.disruption else h.disruption


def _loss(h: Hit) -> str:
    if h.status == "impossible":
        return h.detail
    return f"{_tonnes(h.further_total)} not delivered" + (f", {_break(h)}" if h.status == "broken" else "")


def _break(h: Hit) -> str:
    """What is broken."""
    parts = [h.detail] if h.detail else []
    if not h.detail or h.reserved_unmet > 1e-3:
        parts.insert(0, "what must be met among it")
    return ", and ".join(parts)


def _tonnes(amount: float) -> str:
    return f"{amount:,.0f} t" if amount >= 10 else f"{amount:,.3g} t"


def table(stress: Stress, plan: str) -> list[str]:
    """Disruptions down; what is further unmet, extra cost, months of stock, recovery, reserve."""
    hits = [h for h in stress.hits if h.plan == plan]
    unit, divisor = money_unit(stress)
    width = min(44, max([len(h.disruption) for h in hits], default=10)) + 2
    heads = f"{'':<{width}}{'':<8}{'unmet, t':>10}{'worst year':>12}{'extra cost, ' + unit:>26}"
    lines = [heads + f"{'stock':>9}{'recovery':>10}{'reserve, t':>12}"]
    for h in hits:
        year = f"{h.worst_year[0]}" if h.worst_year else "-"
        extra = "-" if h.extra_cost is None else _amount(h.extra_cost, divisor)
        months = "-" if h.months is None else f"{h.months:.1f} mo"
        held = "-" if h.reserve is None else f"{sum(h.reserve.values()):,.0f}"
        lost = "-" if h.status == "impossible" else f"{h.further_total:,.0f}"
        lines.append(
            f"{h.disruption[:44]:<{width}}{_WORD[h.status]:<8}{lost:>10}{year:>12}{extra:>26}{months:>9}"
            f"{_recovered(h):>10}{held:>12}"
        )
    return lines


def _recovered(h: Hit) -> str:
    if h.status == "impossible":
        return "-"
    return "never" if h.recovery is None else f"{h.recovery:g} y" if h.recovery else "-"


def money_unit(stress: Stress) -> tuple[str, float]:
    """Unit in which totals are shown, and its size."""
    first = next(iter(stress.plans.values()))
    currency = str(first.case.settings.get("currency") or "money")
    large = any(abs(p.cost) >= 1e5 for p in stress.plans.values())
    return (f"million {currency}", 1e6) if large else (currency, 1.0)


def _money(stress: Stress, *amounts: float) -> str:
    """'US$ 23.71 million', 'US$ 1.20 to 3.40 million'."""
    unit, divisor = money_unit(stress)
    said = " to ".join(_amount(x, divisor) for x in amounts)
    return f"{unit.removeprefix('million ')} {said}{' million' if divisor > 1.0 else ''}"


def findings(stress: Stress) -> list[str]:
    """What it says, in sentences: plan by plan, then side by side."""
    lines: list[str] = []
    several = len(stress.plans) > 1
    for plan in stress.plans:
        lines += [f"{plan}: {x}" if several else x for x in _of_plan(stress, plan)]
    return lines + (side_by_side(stress) if several else [])


def _of_plan(stress: Stress, plan: str) -> list[str]:
    calm = stress.plans[plan]
    lines = []
    if calm.unmet > 1e-3:
        lines.append(
            f"Undisturbed, the plan already leaves {calm.unmet:,.0f} t unmet over the horizon; figures are beyond that."
        )
    hits = [h for h in stress.hits if h.plan == plan and not h.what.endswith(NO_MORE)]
    worst = _worst(hits)
    if len(stress.plans) > 1 and worst is not None:
        lines.append(f"Most is lost in {_named(worst)}: {_loss(worst)}. {_cover(stress, worst)}".strip())
    by_segment = segments(stress)
    told = [h for h in hits if not h.met] if len(stress.plans) == 1 else []  # of several, the tables say it shorter
    for h in sorted(told, key=lambda h: -h.further_total):
        if h.status == "impossible":
            lines.append(f"{_named(h)}: {h.detail}.")
            continue
        rows = by_segment[(by_segment["plan"] == plan) & (by_segment["disruption"] == h.disruption)]
        rows = rows[rows["further_unmet"] > 1e-3].sort_values("further_unmet", ascending=False)
        named = ", ".join(f"{r.segment} {_tonnes(r.further_unmet)}" for r in rows.itertuples())
        if h.worst_year is None:
            lines.append(f"{_named(h)}: nothing further is short, but {h.detail}.")
            continue
        text = f"{_named(h)}: {named} not delivered, most in {h.worst_year[0]} ({_tonnes(h.worst_year[1])}/y)"
        if h.status == "broken":
            text += f"; {_break(h)}"
        over = "lasting to the end of the horizon" if h.recovery is None else f"over after {_years(h.recovery)}"
        lines.append(f"{text}; {over}. {_cover(stress, h)}".strip())
    dear = [h for h in hits if h.met and h.extra_cost is not None]
    if dear:
        most = max(dear, key=lambda h: h.extra_cost or 0.0)
        lines.append(
            f"Where demand is met, the dearest is {_named(most)}: {_money(stress, most.extra_cost or 0.0)} more than "
            "undisturbed."
        )
    known = [h for h in hits if h.regret is not None]
    if known:
        most = max(known, key=lambda h: h.regret[1] if h.regret else 0.0)
        assert most.regret is not None
        lines.append(
            f"Deciding again with the future known would save most in {_named(most)}: {_money(stress, *most.regret)}."
        )
    return lines


def _years(years: float) -> str:
    return "a year" if years == 1 else f"{years:g} years"


def _amount(amount: float, divisor: float) -> str:
    """Money in the unit shown, without a sign on nothing."""
    shown = f"{amount / divisor:,.2f}"
    return "0.00" if shown == "-0.00" else shown


def _cover(stress: Stress, h: Hit) -> str:
    """The reserve that would have covered it."""
    if h.reserve is None:
        return f"A reserve: {h.reserve_why_not}." if h.reserve_why_not else ""
    held = ", ".join(f"{_tonnes(x)} of {m}" for (m, _), x in h.reserve.items())
    priced = [x for x in h.holding.values() if x is not None]
    unpriced = [m for (m, _), x in h.holding.items() if x is None]
    cost = f"; holding it costs {_money(stress, sum(priced))} a year" if priced else ""
    if priced and unpriced:
        cost += f", without {', '.join(unpriced)}, for which the case has no stock"
    return f"A reserve of {held} at the start of {h.shows} would have covered it{cost}."


def side_by_side(stress: Stress) -> list[str]:
    """Which plan stands each disruption best."""
    lines = []
    for name in stress.disruptions:
        hits = {h.plan: h for h in stress.hits if h.disruption == name}
        lost = {p: h.further_total for p, h in hits.items() if h.status != "impossible"}
        if len(lost) > 1 and max(lost.values()) > min(lost.values()) + 0.5:
            best = min(lost, key=lambda p: lost[p])
            said = ", ".join(f"{p} {x:,.0f} t" for p, x in lost.items())
            lines.append(f"{name}: {best} leaves least unmet ({said}).")
    return lines or ["The plans leave the same demand unmet in every disruption."]


def matrix(stress: Stress, column: str = "further_unmet", divisor: float = 1.0) -> list[str]:
    """Disruptions down, plans across."""
    frame = stress.matrix(column)
    width = max(len(n) for n in frame.index) + 2
    columns = [max(14, len(p) + 2) for p in frame.columns]
    lines = [f"{'':<{width}}" + "".join(f"{p:>{w}}" for p, w in zip(frame.columns, columns, strict=True))]
    for name, values in zip(frame.index, frame.to_numpy(), strict=True):
        shown = ["-" if v is None or v != v else f"{v / divisor:,.1f}" for v in values]
        lines.append(f"{name:<{width}}" + "".join(f"{x:>{w}}" for x, w in zip(shown, columns, strict=True)))
    return lines
