"""The brief: what is decided, what it costs, how dependent it is, what it rests on, what would change it, what to watch.

One printed page, so each heading has a few sentences, the weightiest first, and says how many more there are.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from ... import summary
from ..choices.options import Ledger
from ..choices.options_report import price as price_of
from .evidence import by_period, common, lengths, plans, table_of
from .grades import weakest
from .tables import ordered
from .words import amount, entering, listed, nearest_offer, priced, spans_of, unit, worth_said

if TYPE_CHECKING:
    from .asking import Why

# How many of a kind are told one by one.
TOLD = 4
# Other choices that cost up to this share of the plan are near; an offer is near if its price is this far from entering.
NEAR_COST, NEAR_PRICE = 0.01, 0.2
# Kinds of prices that are no bounds of their own: the size of a module is the capacity of its plant once more.
_NOT_BOUNDS = ("demand", "expansion")
# Decisions of the first years are those that must be taken soon.
SOON = 3


def headline(why: Why) -> str:
    """Status, cost, bound and gap in a line; no seconds, so that the same input gives the same words."""
    plan = why.plan
    said = plan.status.upper()
    if plan.objective is None:
        return f"{said}: there is no plan"
    said += f": the plan costs {summary.money(plan, plan.objective)}"
    if plan.bound is not None:
        said += f", none costs less than {summary.money(plan, plan.bound)}"
    return said + (f" (gap {plan.gap:.3%})" if plan.gap is not None else "")


def lines(why: Why) -> list[str]:
    """The whole brief, line by line."""
    said = [headline(why)]
    for heading, sentences in why.brief.items():
        said += ["", heading, *sentences]
    return said


def brief(why: Why) -> dict[str, list[str]]:
    """Heading -> sentences; headings without a sentence are left out."""
    if not why.plan.has_plan:
        return {"How it ended": _no_plan(why)}
    found = {
        "How sure": _sure(why),
        "The decision": _decision(why),
        "The cost": _cost(why.ledger),
        "The dependence": _dependence(why),
        "What it rests on": _rests_on(why),
        "What would change it": _would_change(why),
        "What to watch": _watch(why),
    }
    return {heading: sentences for heading, sentences in found.items() if sentences}


def _no_plan(why: Why) -> list[str]:
    said = [summary.ending(why.plan)]
    if why.plan.status == "infeasible":
        said.append("The command explain says which limits clash, and the ways out.")
    return [text for text in said if text]


# ---------------------------------------------------------------- how sure


def _sure(why: Why) -> list[str]:
    """What is missing first, then the proof, the audit, and how many options were asked about."""
    said = [*_unmet(why.ledger)]
    if summary.ending(why.plan):
        said.append(summary.ending(why.plan))
    verdict = summary.verdict(why.plan.audit)
    said.append(verdict)
    futures = len(list(plans(why.plan)))
    if futures > 1:
        said.append(f"Costs, tonnes and shares are expected over {futures} futures; what is decided is common to them.")
    if why.evidence:
        unsettled = why.ledger.of("not settled")
        n = len(why.evidence)
        text = f"the contrary of {n} option{'s' if n > 1 else ''} was priced"
        if why.asked.get("only") != "all":
            text = f"only {text}, as asked"
        open_ = [f"{len(unsettled)} not settled at this gap"] if unsettled else []
        missing = why.ledger.of("not finished")
        open_ += [f"{len(missing)} not finished, since the study was stopped"] if missing else []
        text = text[0].upper() + text[1:]
        said.append(f"{text}: {', '.join(open_)}." if open_ else f"{text}, each with a proved verdict.")
    return said


def _unmet(ledger: Ledger) -> list[str]:
    """Demand not met, expected over the futures; nothing when all is met."""
    rows = table_of(ledger.optimum, "demand")
    short = rows[rows["short"] > 1e-6]
    if short.empty:
        return []
    years = lengths(ledger.case)
    tonnes = short["short"] * short["probability"] * short["period"].map(years)
    by_segment = tonnes.groupby(short["segment"].fillna(short["demand"])).sum().sort_values(ascending=False)
    named = ", ".join(f"{s} {summary.tonnes(ledger.optimum, x)}" for s, x in by_segment.head(TOLD).items())
    expected = ", in expectation over the futures" if len(list(plans(ledger.optimum))) > 1 else ""
    return [f"DEMAND IS NOT MET in {spans_of(set(short['period']))}: {named} over the horizon{expected}."]


# ---------------------------------------------------------------- the decision


def _decision(why: Why) -> list[str]:
    plan = common(why.plan)
    said = [*_signings(why, plan.tables["signings"]), *_builds(why, plan.tables["builds"]), *_purchases(why.ledger)]
    lanes = plan.tables["lane_openings"]
    if len(lanes):
        said.append(f"Open {len(lanes)} lane{'s' if len(lanes) > 1 else ''}: {listed(lanes['lane'].tolist(), TOLD)}.")
    closed = plan.tables["retirements"]
    if len(closed):
        said.append(f"Close capacity early at {listed(list(dict.fromkeys(closed['facility'])), TOLD)}.")
    return said


def _signings(why: Why, signed: pd.DataFrame) -> list[str]:
    """What matters most first, where it was priced."""
    if signed.empty:
        return ["Sign nothing."]
    rank = _rank(why, "route")
    rows = sorted(signed.itertuples(), key=lambda r: (rank.get(r.route, 0.0), r.period, r.route))
    named = [f"{r.route} ({r.period})" for r in rows]
    return [f"Sign {listed(named, 6)}."]


def _rank(why: Why, kind: str) -> dict[str, float]:
    """Less is weightier: minus what doing without it costs at least."""
    return {e.name: -(e.entry.low or 0.0) for e in why.evidence if e.kind == kind and e.taken}


def _builds(why: Why, built: pd.DataFrame) -> list[str]:
    """The dearest builds one by one, the others in a sum."""
    if built.empty:
        return ["Build nothing."]
    total = built.groupby("expansion", as_index=False).agg(
        size=("size", "sum"), capital=("capital", "sum"), location=("location", "first")
    )
    total = total.sort_values(["capital", "expansion"], ascending=[False, True], ignore_index=True)
    text = []
    for r in total.head(TOLD).itertuples():
        rows = built[built["expansion"] == r.expansion]
        first = rows["available_from"].min()
        text.append(
            f"Build {r.expansion} at {r.location}: {r.size:,.0f} t/y, decided {spans_of(set(rows['period']))}, running "
            f"from {first:g}, {summary.money(why.plan, r.capital)}."
        )
    others = total.iloc[TOLD:]
    if len(others):
        names = listed(others["expansion"].tolist(), 6)
        text.append(f"Build also, for {summary.money(why.plan, float(others['capital'].sum()))} in all: {names}.")
    return text


def _purchases(ledger: Ledger) -> list[str]:
    """What most of the money for purchases goes to."""
    rows = table_of(ledger.optimum, "costs", item="purchase")
    if rows.empty:
        return []
    paid = (rows["discounted"] * rows["probability"]).groupby(rows["name"]).sum()
    paid = paid[paid > 0].sort_values(ascending=False, kind="stable")
    if paid.empty:
        return []
    years = lengths(ledger.case)
    said = []
    for name, money in paid.head(3).items():
        bought = by_period(table_of(ledger.optimum, "purchases", supply=name), "bought")
        tonnes = sum(years[t] * x for t, x in bought.items())
        what = f"{summary.tonnes(ledger.optimum, tonnes)} in {spans_of(bought)}"
        said.append(f"{name} ({what}, {priced(ledger, money)} discounted)")
    more = f" and from {len(paid) - 3} smaller offers" if len(paid) > 3 else ""
    return [f"Buy {', '.join(said)}{more}."]


# ---------------------------------------------------------------- cost and dependence


def _cost(ledger: Ledger) -> list[str]:
    """The total, a year, and the items that make most of it."""
    plan, case = ledger.optimum, ledger.case
    rows = table_of(plan, "costs")
    if rows.empty or plan.cost is None:
        return []
    yearly = by_period(rows, "amount")
    first, last = case.periods[0], case.periods[-1]
    years = lengths(case)
    mean = sum(years[t] * yearly.get(t, 0.0) for t in years) / sum(years.values())
    rate = case.settings.get("discount_rate") or 0.0
    said = [
        f"{summary.money(plan, plan.cost)} over {first}-{last}, discounted at {100 * float(rate):g} %; undiscounted "
        f"{priced(ledger, mean)} a year, {amount(ledger, yearly.get(first, 0.0))} in {first} and "
        f"{amount(ledger, yearly.get(last, 0.0))} in {last}."
    ]
    items = (rows["discounted"] * rows["probability"]).groupby(rows["item"]).sum()
    items = items[items.abs() > 1e-9 * items.abs().sum()].sort_values(ascending=False, key=abs, kind="stable")
    told = [f"{item} {amount(ledger, x)}" for item, x in items.head(5).items()]
    for item in ("capital", "toll", "shortage"):  # asked for by name, however small
        if item in items.index[5:]:
            told.append(f"{item} {amount(ledger, items[item])}")
    rest = float(items.sum()) - sum(float(items[text.rsplit(" ", 1)[0]]) for text in told)
    others = f", all else {amount(ledger, rest)}" if len(items) > len(told) else ""
    said.append(f"Of it, in {unit(ledger)}: {', '.join(told)}{others}.")
    return said


def _dependence(why: Why) -> list[str]:
    """Index and stages, first and last period, and what is free from mine to magnet."""
    plan, case = why.plan, why.case
    country = case.settings.get("exposed_country")
    if not country or not plan.index:
        return []
    first, last = min(plan.index), max(plan.index)
    mean = f", {why.ledger.mean_index:.0%} on average" if why.ledger.mean_index is not None else ""
    said = [
        f"Dependence on {country}: index {plan.index[first]:.0%} in {first}, {plan.index[last]:.0%} in {last}{mean}."
    ]
    stages: dict[str, list[str]] = {}
    for stage in [row.stage for row in case.rows("stages")]:
        share = by_period(table_of(plan, "dependence", stage=stage), "share")
        ends = (share.get(first, 0.0), share.get(last, 0.0))
        if max(ends) >= 0.005:
            stages.setdefault(f"{ends[0]:.0%} and {ends[1]:.0%}", []).append(stage)
    if stages:
        alike = "; ".join(f"{', '.join(names)} {shares}" for shares, names in stages.items())
        said.append(f"By stage, in {first} and {last}: {alike}.")
    free = by_period(table_of(plan, "free_delivery", segment="all"), "free")
    delivered = by_period(table_of(plan, "free_delivery", segment="all"), "delivered")
    told = [
        f"{summary.tonnes(plan, free[t])} in {t} ({free[t] / delivered[t]:.0%} of delivery)"
        for t in (first, last)
        if delivered.get(t)
    ]
    if told:
        said.append(f"Free of {country} from mine to magnet: {', '.join(told)}.")
    return said


# ---------------------------------------------------------------- what it rests on, what would change it


def _rests_on(why: Why) -> list[str]:
    """Must-dos, the most valuable limits, and the weakest evidence under them."""
    said = []
    musts = [e for e in ordered(why.evidence) if e.entry.verdict == "must-do" and e.kind != "country"]
    dear = [e for e in musts if not e.entry.impossible]
    proved = [e.name for e in musts if e.entry.impossible]
    if dear:
        named = [f"{e.name} ({price_of(why.ledger, e.entry)})" for e in dear]
        said.append(f"Must-dos, and what doing without one costs: {listed(named, TOLD)}.")
    if proved:
        said.append(f"Proved that no plan can do without: {listed(proved, TOLD)}.")
    said += _valuable(why.ledger)
    said += weakest(why.case, [e.place for e in dear if e.place is not None])
    return said


def _valuable(ledger: Ledger) -> list[str]:
    """The bounds of which a little more would save most, and how tight the case is: what one more of the dearest demand
    costs. Each number once, in the period in which 1 % of it is worth most; the decisions of the plan held."""
    rows = table_of(ledger.optimum, "prices")
    if rows.empty:
        return []
    rows = rows.sort_values("worth", ascending=False, kind="stable").drop_duplicates(["table", "name", "column"])
    said = []
    for start, chosen, most in (
        ("Limits worth most", rows[(rows["effect"] == "saves") & ~rows["kind"].isin(_NOT_BOUNDS)], 3),
        ("Demand that weighs most", rows[(rows["effect"] == "costs") & (rows["kind"] == "demand")], 1),
    ):
        named = [f"{r['name']}, {worth_said(ledger, r)}" for r in chosen.head(most).to_dict("records")]
        if named:
            said.append(f"{start}, the decisions of this plan held: {'; '.join(named)}.")
    return said


def _would_change(why: Why) -> list[str]:
    """The cheapest other choices, the offers whose price is nearly right, what is free and what is not settled."""
    ledger, total = why.ledger, abs(why.plan.cost or 0.0)
    found = [e for e in why.evidence if e.kind != "country"]
    near = [e for e in found if e.entry.verdict in ("must-do", "never-do") and not e.entry.impossible]
    near = sorted(
        (e for e in near if (e.entry.high or e.entry.low or 0.0) <= NEAR_COST * total),
        key=lambda e: (e.entry.high or e.entry.low or 0.0, e.name),
    )
    said = []
    if near:
        named = [f"{'without' if e.taken else 'with'} {e.name} ({price_of(ledger, e.entry)})" for e in near]
        said.append(f"Cheapest other choices, up to {NEAR_COST:.0%} of the cost: {listed(named, TOLD)}.")
    offers = sorted(
        (nearest_offer(e.enters) for e in found if not e.taken and e.enters is not None and len(e.enters)),
        key=lambda row: abs(row["asked"] - row["enters_below"]) / max(abs(row["asked"]), 1e-9),
    )
    close = [r for r in offers if abs(r["asked"] - r["enters_below"]) <= NEAR_PRICE * abs(r["asked"])]
    if close:
        named = [f"{r['name']} {entering(r)}" for r in close]
        more = f"; and {len(named) - 3} more" if len(named) > 3 else ""
        start = (
            f"Offers within {NEAR_PRICE:.0%} of the price at which they would be used, the decisions of this plan held"
        )
        said.append(f"{start}: {'; '.join(named[:3])}{more}.")
    free = [e for e in ordered(found) if e.entry.verdict == "free"]
    if free:
        taken, left = [e.name for e in free if e.taken], [e.name for e in free if not e.taken]
        parts = [f"{what}: {listed(names, TOLD)}" for what, names in (("taken", taken), ("not taken", left)) if names]
        most = max(e.entry.high or 0.0 for e in free)
        said.append(f"Free choices, at most {priced(ledger, most)} each; {'; '.join(parts)}.")
    open_ = [e.name for e in found if e.entry.verdict == "not settled"]
    if open_:
        said.append(f"Not settled at this gap: {listed(open_, TOLD)}.")
    return said


# ---------------------------------------------------------------- what to watch


def _watch(why: Why) -> list[str]:
    return [*_soon(why), *_signposts(why)]


def _soon(why: Why) -> list[str]:
    """What must be decided in the first years, with what it takes until it works."""
    plan, case = common(why.plan), why.case
    first = case.periods[:SOON]
    lead = {r.key: float(r.lead_time) for name in ("routes", "expansions") for r in case.rows(name)}
    by_year: dict[int, list[str]] = {}
    for table, name in (("signings", "route"), ("builds", "expansion")):
        rows = plan.tables[table]
        for r in rows[rows["period"].isin(first)].sort_values(["period", name]).to_dict("records"):
            took = f" (works from {r['period'] + lead[r[name]]:g})" if lead[r[name]] else ""
            by_year.setdefault(int(r["period"]), []).append(f"{r[name]}{took}")
    return [f"Decide in {t}: {listed(names, 6)}." for t, names in sorted(by_year.items())]


def _signposts(why: Why) -> list[str]:
    """Switching values where asked for; otherwise which assumptions the case lists."""
    if why.turns is not None:
        posts = why.turns.signposts()
        said = [_signpost(row) for row in posts.head(TOLD).to_dict("records")]
        if why.turns.status != "finished":
            said.append("The search for switching values was stopped before its end.")
        elif posts.empty:
            said.append("No assumption of the case changes the first decisions within its range.")
        return said
    names = list(dict.fromkeys(row.assumption for row in why.case.rows("assumptions")))
    if not names:
        return []
    return [
        f"Assumptions that the case lists: {listed(names, 5)}; the option --switching finds where they turn decisions."
    ]


def _signpost(row: Mapping[str, Any]) -> str:
    by = row["by"]
    known = f", to be known by {by:.0f}" if by is not None and by == by else ""
    return f"If {row['if']}{known}: {row['then']}."
