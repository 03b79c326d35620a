"""Two sentences for each option: what is decided and the price of the contrary, and what in the numbers makes it so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from ... import summary
from ..choices.options import Entry, Ledger
from ..choices.options_report import share_of, span
from .evidence import Evidence, Use, lengths
from .spending import Difference

# Items that are income: a cost that falls by 5 is 5 more of them.
INCOME = {"salvage", "capital subsidy", "partner", "sale", "incentive"}
# Items told by name; the rest in one sum. An item is told if it is at least this share of the largest.
TOLD, WORTH_TELLING = 3, 0.1
# A cause is named if at least this share of the item's change is its.
MOSTLY = 0.5


def sentences(ledger: Ledger, evidence: Evidence) -> tuple[str, str]:
    """What is decided and why in a number; what makes it so."""
    return decided(ledger, evidence), cause(ledger, evidence)


# ---------------------------------------------------------------- the first sentence


def decided(ledger: Ledger, evidence: Evidence) -> str:
    """'Signed 2027, because doing without it costs US$ 41.2-43.9 million more (1.3 %).'"""
    e, was = evidence.entry, action(ledger, evidence)
    if e.verdict == "not finished":
        return f"{was}; what {contrary(ledger, e)} would cost is not known, since the study was stopped."
    if e.impossible:
        return f"{was}: {'no plan can do without it' if e.in_optimum else _cannot(e)}, which is proved."
    costs = f"{contrary(ledger, e)} costs {price(ledger, e)}"
    if e.verdict == "free":
        if e.high is not None and e.high <= e.worth:
            worth = span(ledger, e.worth, e.worth)
            return f"{was}, and the choice is free: {costs}, less than the threshold of {worth}."
        return f"{was}, and the choice is free: {costs}, which cannot be told from nothing at this gap."
    if e.verdict == "not settled":
        return f"{was}; whether that matters is not settled at this gap: {costs}."
    return f"{was}, because {costs}."


def price(ledger: Ledger, e: Entry) -> str:
    """'US$ 41.2-43.9 million more (1.3 %)'; the share is of the optimum's cost."""
    assert e.low is not None
    share = share_of(ledger, e)
    said = f"{span(ledger, e.low, e.high)} more"
    if share is not None and share >= 5e-5 and e.high != 0:
        said += f" ({'up to ' if e.low == 0 else ''}{share:.{1 if share >= 0.001 else 2}%})"
    return said


def action(ledger: Ledger, evidence: Evidence) -> str:
    """What the plan does with it."""
    kind, when = evidence.kind, evidence.decided
    if not evidence.taken:
        return {"route": "Not signed", "expansion": "Not built", "facility": "Not used", "supply": "Not bought"}.get(
            kind, "Nothing is done there"
        )
    if kind == "route":
        return f"Signed {spans_of(when)}" if when else "Signed in some futures"
    if kind == "expansion":
        return f"Built, decided {spans_of(when)} ({sum(when.values()):,.0f} t/y)" if when else "Built in some futures"
    if kind == "facility":
        return "Used"
    if kind == "supply":
        years = lengths(ledger.case)
        total = sum(years[t] * x for t, x in evidence.use.amount.items()) if evidence.use else 0.0
        return f"Bought, {summary.tonnes(ledger.optimum, total)} in {spans_of(evidence.use.amount if evidence.use else ())}"
    return f"Part of the plan ({listed(evidence.parts, 4)})"


def contrary(ledger: Ledger, e: Entry) -> str:
    """The choice that was priced."""
    if e.in_optimum:
        return {"facility": "not running it", "supply": "not buying it", "country": "doing without all of it"}.get(
            e.option.kind, "doing without it"
        )
    use = "half" if ledger.use == 0.5 else f"{ledger.use:.0%}"
    return {
        "route": "signing it",
        "expansion": "building it",
        "facility": f"using {use} of its capacity",
        "supply": f"buying {use} of what it offers" if e.option.least > 1.0 else "buying a first tonne",
    }.get(e.option.kind, "insisting on any one of its options")


def _cannot(e: Entry) -> str:
    return {
        "route": "it cannot be signed in any plan",
        "expansion": "it cannot be built in any plan",
        "country": "none of its options can be part of any plan",
    }.get(e.option.kind, "no plan can use that much of it")


# ---------------------------------------------------------------- the second sentence


def cause(ledger: Ledger, evidence: Evidence) -> str:
    """What the costs of the forced plan, its use and the prices show; that nothing is shown, if so."""
    e = evidence.entry
    if e.impossible:
        return _proof(evidence)
    clauses = [_compared(ledger, evidence), _index(ledger, e), *_entering(ledger, evidence), *_used(ledger, evidence)]
    if e.idle:
        clauses.append("it would be signed and lie idle")
    clauses = [c for c in clauses if c]
    if not clauses:
        return "No plan with the other choice was found to compare with."
    text = "; ".join(clauses)
    return f"{text[0].upper()}{text[1:]}."


def _proof(evidence: Evidence) -> str:
    if evidence.must_sign and evidence.taken:
        return "The case itself says that it must be signed."
    if evidence.because:
        return f"{evidence.because}, which is there, cannot be done without."
    if evidence.taken:
        return (
            "Without it something the case asks for cannot be met; the command explain says what, of a case without it."
        )
    return "The limits on it, or on what it draws on and feeds, leave no room for that."


def _compared(ledger: Ledger, evidence: Evidence) -> str:
    """The two plans found, item by item; the sum of all items is the difference of their costs."""
    if not evidence.differences or evidence.net is None:
        return ""
    told = told_of(evidence.differences)
    rest = evidence.net - sum(d.change for d in told)
    up = [_item(ledger, d, evidence.name) for d in told if d.change > 0]
    down = [_item(ledger, d, evidence.name) for d in told if d.change < 0]
    start = f"the plan found {'without' if evidence.taken else 'with'} it has"
    said = ", ".join(up) + (" but " if up and down else "") + ", ".join(down)
    largest = max(abs(d.change) for d in told)
    if abs(rest) > 0.01 * largest:
        said += f"; the rest is {amount(ledger, abs(rest))} {'more' if rest > 0 else 'less'}"
    net = f"{priced(ledger, abs(evidence.net))} {'more' if evidence.net >= 0 else 'less'} in all"
    if evidence.net < 0:
        net += ", which is within the gap"
    return f"{start} {said}: {net}"


def _index(ledger: Ledger, e: Entry) -> str:
    """The mean dependence index of the forced plan found, where it is another one by half a point or more."""
    if e.index is None or ledger.mean_index is None or abs(e.index - ledger.mean_index) < 0.005:
        return ""
    return f"the mean index is then {e.index:.1%} instead of {ledger.mean_index:.1%}"


def told_of(differences: Sequence[Difference]) -> list[Difference]:
    """The items told by name."""
    largest = abs(differences[0].change)
    return [d for d in differences[:TOLD] if abs(d.change) >= WORTH_TELLING * largest]


def _item(ledger: Ledger, d: Difference, name: str) -> str:
    """'48.0 more purchase cost (mostly Chinese magnets N)', '3.1 less incentive income (its own)'."""
    income = d.item in INCOME
    grows = d.change < 0 if income else d.change > 0
    said = f"{amount(ledger, abs(d.change))} {'more' if grows else 'less'} {d.item} {'income' if income else 'cost'}"
    _, cause, change = d.causes[0]
    if change * d.change <= 0 or abs(change) < MOSTLY * abs(d.change):
        return said
    if abs(change - d.change) <= 1e-6 * abs(d.change):
        return f"{said} ({'its own' if cause == name else cause})"
    return f"{said} (mostly {'its own' if cause == name else cause})"


def _entering(ledger: Ledger, evidence: Evidence) -> list[str]:
    """At which price an offer that is not used would be."""
    if evidence.taken or evidence.enters is None or evidence.enters.empty:
        return []
    return [f"with the decisions held it {entering(nearest_offer(evidence.enters))}"]


def nearest_offer(rows: pd.DataFrame) -> dict[str, Any]:
    """The row of `entry_prices` with the least way to go, as a share of what is asked."""
    far = (rows["asked"] - rows["enters_below"]).abs() / rows["asked"].abs().clip(lower=1e-9)
    return {str(k): v for k, v in rows.loc[far.idxmin()].to_dict().items()}


def entering(row: Mapping[str, Any]) -> str:
    """'would enter in 2030 below US$ 41,000 a t (asked 52,000)', the decisions held; below nothing, only if paid for."""
    below, asked, year = float(row["enters_below"]), figure(row["asked"]), f"{row['period']:.0f}"
    currency, _, mass = str(row["unit"]).rpartition("/")
    if below <= 0:
        return f"would not even be taken for nothing in {year} (asked {currency} {asked} a {mass})"
    return f"would enter in {year} below {currency} {figure(below)} a {mass} (asked {asked})"


def _used(ledger: Ledger, evidence: Evidence) -> list[str]:
    """How fully it is used, and what more of it would be worth."""
    use, years = evidence.use, lengths(ledger.case)
    said = [use_said(use, years)] if use is not None and use.amount else []
    if evidence.taken and evidence.worth is not None and len(evidence.worth):
        said.append(worth_said(ledger, evidence.worth.iloc[0].to_dict()))
    return [text for text in said if text]


def use_said(use: Use, years: Mapping[int, float]) -> str:
    """'it is used at 96 % of its capacity, full in 2031-2033', 'it carries at most 1,200 t/y (2031)'."""
    share = use.share({t: years[t] for t in use.amount})
    if share is None:
        top = max(use.amount, key=lambda t: (use.amount[t], -t))
        verb = {"contract": "carries", "offer": "gives"}.get(use.what, "runs")
        return f"it {verb} up to {use.amount[top]:,.0f} t/y ({top})" if use.amount[top] > 0 else ""
    full = f", all of it in {spans_of(use.full)}" if use.full and len(use.full) < len(use.amount) else ""
    of = {"capacity": "the plant's capacity", "contract": "the contract's maximum", "offer": "the offer's limit"}[
        use.what
    ]
    nearly = full and share >= 0.995  # 100 % would say that it is full in every period
    return f"{share:.{1 if nearly else 0}%} of {of} is used{full}"


def worth_said(ledger: Ledger, row: Mapping[str, Any]) -> str:
    """'1 t/y more of its capacity in 2031 saves up to US$ 5,400 a year'. Up to, and at least: least cost is convex in an
    amount, so more of it saves no more than its price, and costs no less."""
    currency = str(ledger.case.settings.get("currency") or "money")
    period = row["period"]
    over = "discounted" if period is None or period != period else "a year"
    when = "" if over == "discounted" else f" in {period:.0f}"
    effect = "saves up to" if row["effect"] == "saves" else "costs at least"
    column = str(row["column"]).replace("_", " ")
    return f"1 {row['unit']} more of its {column}{when} {effect} {currency} {figure(row['price'])} {over}"


# ---------------------------------------------------------------- numbers


def unit(ledger: Ledger) -> str:
    """'million US$'."""
    return summary.money_unit(ledger.optimum)[0]


def priced(ledger: Ledger, money: float) -> str:
    """'US$ 20.0 million': money in the unit of the plan's totals, with its unit."""
    return summary.in_unit(ledger.optimum, amount(ledger, money))


def amount(ledger: Ledger, money: float) -> str:
    """Money in the unit of the plan's totals."""
    x = money / summary.money_unit(ledger.optimum)[1]
    return f"{x:,.0f}" if abs(x) >= 1000 else f"{x:,.1f}" if abs(x) >= 10 else f"{x:,.2f}"


def figure(x: float) -> str:
    """A price per tonne: three digits or more."""
    return f"{x:,.0f}" if abs(x) >= 100 else f"{x:,.4g}"


def spans_of(years: Iterable[int]) -> str:
    """'2026-2028, 2030'."""
    found: list[list[int]] = []
    for t in sorted(years):
        if found and t == found[-1][-1] + 1:
            found[-1].append(t)
        else:
            found.append([t])
    return ", ".join(str(p[0]) if len(p) == 1 else f"{p[0]}-{p[-1]}" for p in found)


def listed(names: Sequence[str], most: int) -> str:
    """'A, B and 3 more'."""
    shown = ", ".join(names[:most])
    return shown + (f" and {len(names) - most} more" if len(names) > most else "")
