"""A plan in plain words: what a planner reads first, whatever the view it is shown in."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Protocol

import pandas as pd

if TYPE_CHECKING:
    from .audit import AuditReport
    from .case import Case
    from .plan import Plan
    from .scenario_plan import ScenarioPlan

ENDINGS = {
    "infeasible": "No plan can satisfy the case: this is proved, not a failure of the search.",
    "unbounded": "The case lets money be made without end: look for a sale dearer than what it is made from, or a "
    "negative cost without a limit.",
    "time limit": "The time limit came before the proof: this is the best plan found so far, and it may not be the best.",
    "interrupted": "Interrupted: this is the best plan found so far, and it may not be the best.",
    "failed": "The solver failed: there is no plan.",
}


class About(Protocol):
    """A plan, or the result of a study: anything that is about a case."""

    @property
    def case(self) -> Case: ...


def headline(plan: Plan | ScenarioPlan) -> str:
    """Status, objective, bound, gap and seconds in one line."""
    parts = [plan.status.upper()]
    if plan.objective is not None:
        parts.append(f"objective {aimed(plan, plan.objective)}")
    if plan.bound is not None:
        parts.append(f"bound {aimed(plan, plan.bound)}")
    if plan.gap is not None:
        parts.append(f"gap {plan.gap:.4%}")
    parts.append(f"{plan.seconds:.1f} s")
    return ", ".join(parts)


def aimed(plan: Plan | ScenarioPlan, amount: float) -> str:
    """An amount of what was made least: money, or another measure by its name."""
    measure = plan.options.get("objective measure", "cost")
    if measure != "cost":
        return f"{amount:,.6g} ({measure})"
    aim = {"regret": " (greatest regret)", "worst": " (worst future)"}.get(str(plan.options.get("aim")), "")
    weight = float(plan.options.get("cvar weight") or 0.0)
    return money(plan, amount) + (aim or (f" ({1 - weight:g} mean + {weight:g} worst futures)" if weight else ""))


def money(plan: About, amount: float) -> str:
    """An amount in the case's currency, in millions when it is large."""
    currency = plan.case.settings.get("currency") or ""
    if abs(amount) >= 1e5:
        return f"{currency} {amount / 1e6:,.2f} million".strip()
    return f"{currency} {amount:,.6g}".strip()


def money_unit(plan: Plan | ScenarioPlan) -> tuple[str, float]:
    """Unit in which the plan's totals are shown, and its size."""
    currency = str(plan.case.settings.get("currency") or "money")
    large = abs(plan.cost or 0.0) >= 1e5
    return (f"million {currency}", 1e6) if large else (currency, 1.0)


def in_unit(plan: Plan | ScenarioPlan, figures: str) -> str:
    """Figures in the unit of the plan's totals, said as `money` says an amount: 'US$ 41.2-43.9 million'."""
    currency = str(plan.case.settings.get("currency") or "")
    return f"{currency} {figures}{' million' if money_unit(plan)[1] > 1.0 else ''}".strip()


def tonnes(plan: About, amount: float) -> str:
    return f"{amount:,.0f} {plan.case.settings.get('mass_unit') or 't'}" if abs(amount) >= 10 else f"{amount:,.3g} t"


def ending(plan: Plan | ScenarioPlan) -> str:
    """What an ending other than optimal means; empty for an optimal plan."""
    text = ENDINGS.get(plan.status, "")
    if plan.status in ("time limit", "interrupted") and not plan.has_plan:
        text = "Stopped before a plan was found: give it more time, or a larger gap."
    if plan.detail:
        text += f" {plan.detail[0].upper()}{plan.detail[1:]}."
    return text


def sentences(plan: Plan) -> list[str]:
    """The whole answer in sentences, most important first."""
    lines = [headline(plan)]
    if ending(plan):
        lines.append(ending(plan))
    if plan.has_plan:
        lines += [*decisions(plan), *partners(plan), *sources(plan), *dependence(plan), *freedom(plan)]
        lines += [*unmet(plan), *binding(plan)]
        if told := priced(plan):
            lines += [f"{HELP_MOST}:", *told]
        lines += [*scenarios(plan), verdict(plan.audit)]
    return lines


def decisions(plan: Plan) -> list[str]:
    """What to build where and when, and which routes to sign."""
    return [text for text, _, _ in decision_rows(plan)] or ["Nothing to build or sign."]


def decision_rows(plan: Plan) -> list[tuple[str, str, int]]:
    """Each decision in words, the plan table it stands in, and its row there, counted from 0."""
    lines: list[tuple[str, str, int]] = []
    for r in plan.tables["signings"].sort_values(["period", "route"]).itertuples():
        partner = f" with {r.partner}" if r.partner else ""
        until = f" to {r.active_to:g}" if r.active_to == r.active_to and r.active_to is not None else ""
        text = f"Sign {r.route} ({r.kind}{partner}, {r.country}) in {r.period}; active from {r.active_from:g}{until}."
        lines.append((text, "signings", r.Index))
    for r in plan.tables["builds"].sort_values(["period", "expansion"]).itertuples():
        modules = f" in {r.modules:.0f} modules" if r.modules is not None and r.modules > 1.5 else ""
        text = (
            f"Build {r.expansion} at {r.location} ({r.country}), decided {r.period}, {r.size:,.0f} t/y{modules}, "
            f"first capacity {r.available_from:g}, {money(plan, r.capital)}."
        )
        lines.append((text, "builds", r.Index))
    for r in plan.tables["lane_openings"].sort_values(["period", "lane"]).itertuples():
        lines.append((f"Open lane {r.lane} in {r.period}.", "lane_openings", r.Index))
    for r in plan.tables["retirements"].itertuples():
        text = f"Close {tonnes(plan, r.capacity)}/y at {r.facility} in {r.period}."
        lines.append((text, "retirements", r.Index))
    return lines


def partner_worth(plan: Plan) -> dict[str, float]:
    """What each signed route is worth to its partner, discounted at the partner's hurdle rate; positive is a gain."""
    by_route = plan.tables["partners"].groupby("route")["discounted"]
    worth, gross = by_route.sum(), by_route.agg(lambda x: x.abs().sum())
    found = {}
    for name in plan.tables["signings"].sort_values(["period", "route"])["route"]:
        amount = float(worth.get(name, 0.0))
        # A hurdle cleared with nothing to spare.
        found[str(name)] = 0.0 if abs(amount) <= 1e-9 * float(gross.get(name, 0.0)) else amount
    return found


def partners(plan: Plan) -> list[str]:
    """What each signed route is worth to its partner, at the partner's hurdle rate."""
    rates = {r.route: r.hurdle_rate for r in plan.case.rows("routes")}
    unvalued = plan.tables["partners"].dropna(subset=["note"]).groupby("route")["note"].first()
    lines = []
    for name, amount in partner_worth(plan).items():
        rate = plan.case.settings["discount_rate"] if rates[name] is None else rates[name]
        more = f" ({unvalued[name]})" if name in unvalued else ""
        gives, short = ("gives", "") if amount >= 0 else ("costs", f": it does not earn its {100 * rate:g} %")
        discounted = f"discounted at {100 * rate:g} %{short}"
        lines.append(f"{name} {gives} its partner {money(plan, abs(amount))}, {discounted}{more}.")
    return lines


def sources(plan: Plan) -> list[str]:
    """Which country supplies what share of the first stage of the chain, first and last period.

    Of all that goes through the stage: what is lost on the way or sold counts too, so that the exposed country's share is
    another one than its share of the requirement, which is the dependence.
    """
    exposure = plan.tables["exposure"]
    stages = [r.stage for r in plan.case.rows("stages")]
    if exposure.empty or not stages:
        return []
    first = next((s for s in stages if s in set(exposure["stage"])), None)
    if first is None:
        return []
    at_first = exposure[exposure["stage"] == first]
    lines = []
    for t in sorted({int(plan.case.periods[0]), int(plan.case.periods[-1])}):
        by_country = at_first[at_first["period"] == t].groupby("country")["exposure"].sum().sort_values(ascending=False)
        total = by_country.sum()
        if total > 0:
            shares = ", ".join(f"{c} {x / total:.0%}" for c, x in by_country.items() if x / total >= 0.005)
            lines.append(f"{first[:1].upper()}{first[1:]} in {t}, with what is lost on the way: {shares}.")
    return lines


def dependence(plan: Plan) -> list[str]:
    """The index in the first and last period."""
    country = plan.case.settings.get("exposed_country")
    if not country or not plan.index:
        return []
    first, last = min(plan.index), max(plan.index)
    return [f"Dependence on {country}: index {plan.index[first]:.1%} in {first}, {plan.index[last]:.1%} in {last}."]


def freedom(plan: Plan) -> list[str]:
    """What of the delivery is free of the exposed country from mine to magnet, first and last period."""
    free = plan.free_share
    if not free:
        return []
    first, last = min(free), max(free)
    country = plan.case.settings["exposed_country"]
    return [
        f"Free of {country} from mine to magnet: {free[first]:.0%} of delivery in {first}, {free[last]:.0%} in {last}."
    ]


def unmet(plan: Plan) -> list[str]:
    """Demand that is not met, by segment."""
    short = plan.tables["demand"]
    short = short[short["short"] > 1e-6]
    if short.empty:
        return ["All demand is met."]
    years = plan.case.rows("periods")
    length = {r.period: r.years for r in years}
    by_segment: dict[str, float] = defaultdict(float)
    for r in short.itertuples():
        by_segment[r.segment or r.demand] += r.short * length[r.period]
    named = ", ".join(
        f"{segment} {tonnes(plan, x)}" for segment, x in sorted(by_segment.items(), key=lambda kv: -kv[1])
    )
    return [f"Demand not met over the horizon: {named}; in {', '.join(str(t) for t in sorted(set(short['period'])))}."]


def binding(plan: Plan) -> list[str]:
    """Limits without room to spare."""
    limits = plan.tables["limits"]
    bound = limits[limits["binding"].astype(bool)]
    names: dict[str, list[str]] = defaultdict(list)
    for r in bound.itertuples():
        names[r.limit].append(f"{r.period:g}" if r.period == r.period and r.period is not None else "horizon")
    listed = "; ".join(n + " (" + ", ".join(t) + ")" for n, t in names.items())
    return [f"Binding limits: {listed}."] if listed else []


HELP_MOST = "What would help most, with the whole-number decisions of this plan held"


def priced(plan: Plan) -> list[str]:
    """What would help most: numbers, offers, and what the tables of prices do not say."""
    return [*helping(plan), *entering(plan), *not_priced(plan)]


def not_priced(plan: Plan) -> list[str]:
    """What is left out of the tables of prices for its number, so that its absence is not read as its being worthless."""
    said = str(plan.options.get("prices") or "")
    if said.startswith("none: more than"):
        return [f"No prices were worked out: {said.removeprefix('none: ')}."]
    _, _, left_out = said.partition("; ")
    return [f"Listed are {left_out}."] if left_out else []


def helping(plan: Plan, most: int = 5) -> list[str]:
    """The numbers that are worth most to relax, each once, in the period in which it is worth most."""
    rows = plan.tables["prices"]
    lines = []
    for _, same in rows[rows["effect"] == "saves"].groupby(["table", "name", "column"], sort=False):
        first = same.iloc[0]
        blank = first["period"] != first["period"]
        others = sorted(int(t) for t in same["period"].iloc[1:] if t == t)
        also = f" (less in {', '.join(map(str, others))})" if others else ""
        said = str(first["means"]).replace("`price`", f"{_currency(plan)} {_price(first['price'])}".strip())
        when = "" if blank else f" in {first['period']:.0f}"
        lines.append(f"{first['name']}{when}: {said}{also}.")
    return lines[:most]


def entering(plan: Plan, most: int = 3) -> list[str]:
    """The purchases, sales and tolls not used in a period that are nearest to being used, each in its nearest period."""
    rows = plan.tables["entry_prices"]
    rows = rows[rows["kind"].isin(["supply", "sale", "toll"]) & (rows["enters_below"] > 0)]
    # Offered for nothing, there is no distance to tell.
    distance = ((rows["asked"] - rows["enters_below"]).abs() / rows["asked"].abs()).where(rows["asked"] != 0)
    nearest = rows.assign(distance=distance).sort_values("distance", kind="stable").drop_duplicates(["table", "name"])
    lines = []
    for r in nearest.head(most).itertuples(index=False):
        currency, _, unit = r.unit.rpartition("/")
        verb = "pays" if r.side == "above" else "asked"
        entry = f"{r.side} {currency} {_price(r.enters_below)} a {unit}"
        lines.append(f"{r.name} would enter in {r.period} {entry} ({verb} {_price(r.asked)}).")
    return lines


def _currency(plan: About) -> str:
    return str(plan.case.settings.get("currency") or "")


def _price(amount: float) -> str:
    """A price as a planner would say it: no cents on hundreds."""
    return f"{amount:,.0f}" if abs(amount) >= 100 else f"{amount:,.4g}"


def scenarios(plan: Plan) -> list[str]:
    """That the listed scenarios are not part of this plan."""
    count = len(plan.case.rows("scenarios"))
    return (
        [f"The {count} scenarios of the case are not used: this plan is for the tables as they stand."] if count else []
    )


def verdict(report: AuditReport | None) -> str:
    """The audit in a sentence."""
    if report is None:
        return "Not audited."
    compared = sum(c.compared for c in report.checks)
    if report.passed:
        return f"Audit passed: {compared:,} comparisons recomputed independently."
    return f"AUDIT FAILED, do not use this plan: {len(report.failures)} disagreements; {report.failures[0]}"


def cost_by_item(plan: Plan) -> pd.DataFrame:
    """Item, discounted cost and share of the gross cost, largest first."""
    costs = plan.tables["costs"].groupby("item", as_index=False)["discounted"].sum()
    return costs.sort_values("discounted", ascending=False, key=abs, ignore_index=True)


def dependence_by_year(plan: Plan) -> pd.DataFrame:
    """Stages down, periods across, the exposed country's share; the index in the last row."""
    rows = plan.tables["dependence"]
    if rows.empty:
        return pd.DataFrame()
    table = rows.pivot(index="stage", columns="period", values="share").astype(float)
    order = [s for s in [r.stage for r in plan.case.rows("stages")] if s in table.index]
    return table.loc[[*order, "index"]]


def free_by_year(plan: Plan) -> tuple[str, list[float]]:
    """Name and values of the line below the index: the free share of delivery, for the periods of that table."""
    free = plan.free_share
    values = [free.get(int(t), float("nan")) for t in dependence_by_year(plan).columns] if free else []
    return f"free of {plan.case.settings.get('exposed_country')}", values


def demand_by_segment(plan: Plan) -> pd.DataFrame:
    """Segments down; required, delivered and short in t/y, first and last period."""
    rows = plan.tables["demand"].copy()
    rows["segment"] = [r.segment or r.demand for r in rows.itertuples()]
    return rows.groupby(["segment", "period"], as_index=False)[["required", "delivered", "short"]].sum()
