"""Tonnes: names, balances, capacities, lanes, trade, tolling, stocks, demand."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

from ..plan_schema import PLAN_TABLES
from .facts import Facts
from .report import AuditReport

# Key columns of each plan table, and the case table each must name.
_NAMES = {
    "builds": {"expansion": "expansions", "facility": "facilities"},
    "signings": {"route": "routes"},
    "lane_openings": {"lane": "lanes"},
    "retirements": {"facility": "facilities"},
    "activity": {"facility": "facilities", "process": "processes"},
    "capacity": {"facility": "facilities"},
    "flows": {"lane": "lanes", "material": "materials"},
    "lane_use": {"lane": "lanes"},
    "purchases": {"supply": "supplies"},
    "sales": {"sale": "sales"},
    "tolling": {"toll": "tolls"},
    "route_use": {"route": "routes"},
    "collections": {"return": "returns"},
    "stocks": {"stock": "stocks"},
    "disposal": {"material": "materials", "location": "locations"},
    "demand": {"demand": "demands"},
    "incentives": {"incentive": "incentives", "facility": "facilities", "process": "processes"},
    "impacts": {"impact": "impacts", "facility": "facilities", "process": "processes"},
    "limits": {"limit": "limits"},
}
_MAY_BE_NEGATIVE = {("impacts", "quantity"), ("limits", "amount"), ("limits", "value"), ("incentives", "amount")}


def names_and_signs(f: Facts, out: AuditReport) -> None:
    """Every row names rows of the case, once, in periods of the case, with amounts that are not negative."""
    out.begin("names", "signs")
    for table, references in _NAMES.items():
        count, listed = len(f.plan[table]), f.columns[table]
        if not count:
            continue
        for column, known in references.items():
            strange = set(listed[column]) - f.named[known].keys()
            wrong = [f"{table}: {column} '{x}' is not in the case" for x in listed[column] if strange and x in strange]
            out.true_all("names", count, wrong)
        periods = listed.get("period", [None] * count)
        wrong = [f"{table}: {t} is no period" for t in periods if t is not None and t not in f.length]
        out.true_all("names", count, wrong)
        keys = list(zip(*(listed[c] for c in references), periods, strict=True))
        twice = [key for key, times in Counter(keys).items() for _ in range(times - 1)]
        out.true_all("names", count, [f"{table}: {key} stands twice" for key in twice])
        for column in (c for c in listed if c != "period" and (table, c) not in _MAY_BE_NEGATIVE):
            amounts = [(key, x) for key, x in zip(keys, listed[column], strict=True) if isinstance(x, (int, float))]
            wrong = [f"{table}: {column} of {key} is {x}" for key, x in amounts if not x >= -f.tolerance]
            out.true_all("signs", len(amounts), wrong)
    for table in PLAN_TABLES:
        out.true("names", f"the plan has no table {table}", table == "solver" or table in f.plan)


def balances(f: Facts, out: AuditReport) -> None:
    """What comes to a place equals what leaves it, material by material."""
    come: dict[Any, float] = defaultdict(float)
    go: dict[Any, float] = defaultdict(float)
    for (facility, process, t), run in f.runs.items():
        place, own = f.named["facilities"][facility].location, f.own_products(process)
        for m, q in f.outputs[process].items():
            come[place, m, t] += run * q[t] * (f.kept(facility) if m in own else 1.0)
        for m, q in f.inputs[process].items():
            go[place, m, t] += run * q[t]
    for r in f.plan["flows"]:
        lane = f.named["lanes"][r["lane"]]
        go[lane.origin, r["material"], r["period"]] += r["loaded"]
        come[lane.destination, r["material"], r["period"]] += r["arrived"]
    for r in f.plan["purchases"]:
        row = f.named["supplies"][r["supply"]]
        come[row.location, row.material, r["period"]] += r["bought"]
    for r in f.plan["sales"]:
        row = f.named["sales"][r["sale"]]
        go[row.location, row.material, r["period"]] += r["sold"]
    for r in f.plan["tolling"]:
        row = f.named["tolls"][r["toll"]]
        go[row.origin, row.sent, r["period"]] += r["sent"]
        come[row.destination, row.returned, r["period"]] += r["returned"]
        if row.swarf:
            come[row.destination, row.swarf, r["period"]] += r["swarf"]
    for r in f.plan["collections"]:
        row = f.named["returns"][r["return"]]
        come[row.location, row.material, r["period"]] += r["collected"]
    for r in f.plan["demand"]:
        row = f.named["demands"][r["demand"]]
        go[row.location, row.material, r["period"]] += r["delivered"]
    for r in f.plan["disposal"]:
        go[r["location"], r["material"], r["period"]] += r["disposed"]
    for r in f.plan["stocks"]:
        row, t = f.named["stocks"][r["stock"]], r["period"]
        come[row.location, row.material, t] += (r["opening"] - r["lost"]) / f.length[t]
        go[row.location, row.material, t] += r["closing"] / f.length[t]
    out.begin("material balances")
    places = [(come.get(key, 0.0), go.get(key, 0.0), key) for key in {**come, **go}]
    out.same_all("material balances", "{0[1]} at {0[0]} in {0[2]}, coming against going", places, f.tolerance)


def capacities(f: Facts, out: AuditReport) -> None:
    """Use within capacity, minimum load, reserves, contracts and licences."""
    out.begin("capacity", "minimum load", "reserves", "windows", "contracts")
    load: dict[Any, float] = defaultdict(float)
    mined: dict[str, float] = defaultdict(float)
    forbidden, early = [], []
    for (name, process, t), run in f.runs.items():
        row, operation = f.named["facilities"][name], f.operation.get((name, process))
        if operation is None:
            forbidden.append(f"{process} at {name} in {t} is not permitted")
            continue
        if not (f.within(row, t) and f.within(operation, t)):
            early.append(f"{process} at {name} in {t} is outside its years")
        load[name, t] += operation.usage * run
        mined[name] += run * f.length[t]
        if operation.limit is None and not operation.route and not row.route:
            continue
        what = f"{process} at {name} in {t}"
        if operation.limit is not None:
            out.at_most("capacity", what, run, operation.limit[t], f.tolerance)
        if operation.route:
            free = f.active(operation.route, t, f.named["routes"][operation.route].transfer_years)
            out.true("contracts", f"{what} needs route {operation.route}", free > 0 or run <= f.tolerance)
        if row.route:
            out.true("contracts", f"{what} needs route {row.route}", f.active(row.route, t) > 0 or run <= f.tolerance)
    out.true_all("windows", len(f.runs), forbidden)
    out.true_all("windows", len(f.runs) - len(forbidden), early)
    uses, lists, shares = [], [], []
    listed = {(r["facility"], r["period"]): r for r in f.plan["capacity"]}
    for name, row in f.named["facilities"].items():
        for t in f.periods:
            existing = f.existing(name, t)
            added = f.added(name, t) if f.within(row, t) else 0.0
            available, used = (existing + added) * row.availability[t], load[name, t]
            uses.append((used, available, name, t))
            r = listed.get((name, t))
            if r is not None:
                lists.append((r["existing"], existing, "existing", name, t))
                lists.append((r["added"], added, "added", name, t))
                lists.append((r["available"], available, "available", name, t))
                lists.append((r["used"], used, "used", name, t))
                if r["utilisation"] is not None and available > 1e-6:
                    shares.append((r["utilisation"], used / available, name, t))
            if row.min_load > 0 and f.within(row, t) and (row.min_load_rule == "always" or used > f.tolerance):
                out.at_most("minimum load", f"{name} in {t}", row.min_load * available, used, f.tolerance)
        if row.reserve is not None:
            out.at_most("reserves", name, mined[name], row.reserve, f.tolerance)
    out.at_most_all("capacity", "{0} in {1}", uses, f.tolerance)
    out.same_all("capacity", "{0} of {1} in {2}", lists, f.tolerance)
    out.same_all("capacity", "utilisation of {0} in {1}", shares, 1e-5)
    for r in f.plan["retirements"]:
        row = f.named["facilities"][r["facility"]]
        out.true("capacity", f"{r['facility']} cannot be retired", bool(row.can_retire))
        out.true(
            "capacity",
            f"{r['facility']} retires more than it has",
            f.existing(r["facility"], r["period"]) >= -f.tolerance * max(1.0, row.capacity[r["period"]]),
        )


def lanes(f: Facts, out: AuditReport) -> None:
    out.begin("lanes")
    load: dict[Any, float] = defaultdict(float)
    opened = {r["lane"]: r["period"] for r in f.plan["lane_openings"]}
    used = {(r["lane"], r["period"]): r["used"] for r in f.plan["lane_use"]}
    costly = {name for name, lane in f.named["lanes"].items() if any(lane.opening_cost[t] > 0 for t in f.periods)}
    uncarried, early, arrived, capped = [], [], [], []
    for r in f.plan["flows"]:
        name, m, t = r["lane"], r["material"], r["period"]
        lane, row = f.named["lanes"][name], f.freight.get((name, m))
        if row is None:
            uncarried.append(f"{m} on {name} in {t}: not carried there")
            continue
        if not f.within(lane, t):
            early.append(f"{m} on {name} in {t}: outside its years")
        arrived.append((r["arrived"], r["loaded"] * (1 - row.loss), m, name, t))
        if row.capacity is not None:
            capped.append((r["loaded"], row.capacity[t], m, name, t))
        if lane.route:
            out.true("lanes", f"{m} on {name} in {t} needs route {lane.route}", f.active(lane.route, t) > 0)
        if name in costly:
            out.true("lanes", f"{m} on {name} in {t}: the lane is not open", opened.get(name, f.end) <= t)
        load[name, t] += r["loaded"]
    out.true_all("lanes", len(f.plan["flows"]), uncarried)
    out.true_all("lanes", len(arrived), early)
    out.same_all("lanes", "{0} on {1} in {2}, arrived", arrived, f.tolerance)
    out.at_most_all("lanes", "{0} on {1} in {2}", capped, f.tolerance)
    for (name, t), tonnes in load.items():
        lane = f.named["lanes"][name]
        if lane.capacity is not None:
            out.at_most("lanes", f"{name} in {t}", tonnes, lane.capacity[t], f.tolerance)
        if lane.minimum[t] > 0:
            out.at_most("lanes", f"least load of {name} in {t}", lane.minimum[t], tonnes, f.tolerance)
        if lane.minimum[t] > 0 or lane.yearly_cost[t] > 0:
            out.true("lanes", f"{name} carries in {t} but is not used", used.get((name, t)) == 1)
    out.true("lanes", "a lane is opened twice", len(opened) == len(f.plan["lane_openings"]))


def trade(f: Facts, out: AuditReport) -> None:
    """Purchases and sales within limits, minima, totals and tiers."""
    out.begin("purchases and sales")
    for table, plan, key, amount in (("supplies", "purchases", "supply", "bought"), ("sales", "sales", "sale", "sold")):
        tonnes = {(r[key], r["period"]): r[amount] for r in f.plan[plan]}
        missed = {(r[key], r["period"]): r.get("shortfall") or 0.0 for r in f.plan[plan]}
        for name, row in f.named[table].items():
            whole = 0.0
            for t in f.periods:
                x, what = tonnes.get((name, t), 0.0), f"{name} in {t}"
                whole += x * f.length[t]
                out.true("purchases and sales", f"{what}: outside its years", x <= f.tolerance or f.within(row, t))
                if not f.within(row, t):
                    continue
                if row.limit is not None:
                    out.at_most("purchases and sales", what, x, row.limit[t], f.tolerance)
                route = row.get("route")
                share = f.active(route, t) if route else 1.0
                out.true("purchases and sales", f"{what} needs route {route}", share > 0 or x <= f.tolerance)
                short = missed.get((name, t), 0.0)
                if short and row.get("shortfall_cost") is None:
                    out.true("purchases and sales", f"{what}: a minimum that must be met is missed", False)
                out.at_most("purchases and sales", f"minimum of {what}", row.minimum[t] * share, x + short, f.tolerance)
                first = f.named[table].get(row.after) if row.after else None
                if first is not None and x > f.tolerance:
                    before = tonnes.get((row.after, t), 0.0)
                    out.at_most(
                        "purchases and sales", f"{what} opens after {row.after}", first.limit[t], before, f.tolerance
                    )
            if row.total is not None:
                out.at_most("purchases and sales", f"{name} over the horizon", whole, row.total, f.tolerance)
    for r in f.plan["purchases"]:
        out.true(
            "purchases and sales", f"origin of {r['supply']}", r["origin"] == f.origin(f.named["supplies"][r["supply"]])
        )


def tolling(f: Facts, out: AuditReport) -> None:
    """Only what was sent comes back, later, less the partner's share."""
    out.begin("tolling")
    sent = {(r["toll"], r["period"]): r["sent"] for r in f.plan["tolling"]}
    listed = {(r["toll"], r["period"]): r for r in f.plan["tolling"]}
    for name, row in f.named["tolls"].items():
        for t in f.periods:
            back = sum(f.arriving(row.lag, s, t) * sent.get((name, s), 0.0) for s in f.periods)
            r = listed.get((name, t), {"returned": 0.0, "swarf": 0.0, "sent": 0.0})
            made = back * row["yield"] * (1 - row.partner_share)
            scrap = back * row.swarf_yield * row.swarf_share if row.swarf else 0.0
            out.same("tolling", f"{name} returned in {t}", r["returned"], made, f.tolerance)
            out.same("tolling", f"{name} swarf in {t}", r["swarf"], scrap, f.tolerance)
            if row.capacity is not None:
                out.at_most("tolling", f"{name} sent in {t}", r["sent"], row.capacity[t], f.tolerance)
            out.true(
                "tolling",
                f"{name} sends in {t} without its contract",
                r["sent"] <= f.tolerance or f.active(row.route, t) > 0,
            )


def stocks(f: Facts, out: AuditReport) -> None:
    out.begin("stocks")
    listed = {(r["stock"], r["period"]): r for r in f.plan["stocks"]}
    for name, row in f.named["stocks"].items():
        closing = row.initial
        for t in f.periods:
            r = listed.get((name, t))
            out.true("stocks", f"{name} has no line for {t}", r is not None)
            if r is None:
                continue
            out.same("stocks", f"opening of {name} in {t}", r["opening"], closing, f.tolerance)
            lost = r["opening"] * (1 - (1 - row.loss) ** f.length[t])
            out.same("stocks", f"loss of {name} in {t}", r["lost"], lost, f.tolerance)
            closing = r["closing"]
            if row.capacity is not None:
                out.at_most("stocks", f"{name} in {t}", closing, row.capacity[t], f.tolerance)
            out.at_most("stocks", f"minimum of {name} in {t}", row.minimum[t], closing, f.tolerance)
        if row.final is not None:
            out.at_most("stocks", f"final level of {name}", row.final, closing, f.tolerance)


def demand(f: Facts, out: AuditReport) -> None:
    """Delivered and short make up the need; end-of-life material comes from what was delivered."""
    out.begin("demand", "end of life")
    listed = {(r["demand"], r["period"]): r for r in f.plan["demand"]}
    for name, row in f.named["demands"].items():
        for t in f.periods:
            r, need = listed.get((name, t)), f.needed(row, t)
            out.true("demand", f"{name} has no line for {t}", r is not None)
            if r is None:
                continue
            out.same("demand", f"{name} required in {t}", r["required"], need, f.tolerance)
            out.same("demand", f"{name} in {t}, delivered and short", r["delivered"] + r["short"], need, f.tolerance)
            out.at_most(
                "demand", f"least service of {name} in {t}", row.min_service[t] * need, r["delivered"], f.tolerance
            )
            if row.penalty is None:
                out.at_most("demand", f"{name} must be met in {t}; short", r["short"], 0.0, f.tolerance, need)
    delivered: dict[Any, float] = defaultdict(float)
    for (name, t), r in listed.items():
        row = f.named["demands"][name]
        delivered[row.material, row.segment, t] += r["delivered"]
        delivered[row.material, None, t] += r["delivered"] if row.segment is not None else 0.0
    collected = {(r["return"], r["period"]): r for r in f.plan["collections"]}
    for (name, t), r in collected.items():
        row = f.named["returns"][name]
        potential = row.base[t] + sum(
            f.arriving(row.lag, s, t) * row.share * delivered[row.delivered, row.segment, s] for s in f.periods
        )
        out.same("end of life", f"{name} collectable in {t}", r["collectable"], potential, f.tolerance)
        out.at_most("end of life", f"{name} collected in {t}", r["collected"], potential, f.tolerance)


PHYSICS = (names_and_signs, balances, capacities, lanes, trade, tolling, stocks, demand)
