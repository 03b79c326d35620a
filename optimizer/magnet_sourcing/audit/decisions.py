"""Decisions: builds, signings, contracts with take-or-pay and credit, groups, incentives."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from .facts import Facts, Lines
from .report import AuditReport

WHOLE = 1e-6


def builds(f: Facts, out: AuditReport) -> None:
    """Windows, sizes, whole modules, once, prerequisites, contracts, subsidy."""
    out.begin("builds")
    by_expansion: dict[str, Lines] = defaultdict(list)
    for r in f.plan["builds"]:
        by_expansion[r["expansion"]].append(r)
        row, t, what = f.named["expansions"][r["expansion"]], r["period"], f"{r['expansion']} in {r['period']}"
        place = f.named["facilities"][row.facility].location
        out.true("builds", f"{what}: outside its years", f.within(row, t))
        out.true("builds", f"{what}: it belongs to {row.facility}", r["facility"] == row.facility)
        out.true("builds", f"{what}: it stands at {place}", r["location"] == place and r["country"] == f.country(place))
        out.same("builds", f"{what}, first capacity", r["available_from"], t + row.lead_time, f.tolerance)
        _size(f, out, row, r, what)
        for route, delay in _contracts(f, row):
            out.true("builds", f"{what} needs route {route}", f.running_at(route, t, delay))
        if row.needs:
            earlier = [b for b in f.plan["builds"] if b["expansion"] == row.needs and b["period"] <= t]
            out.true("builds", f"{what} needs {row.needs} first", bool(earlier))
        _money(f, out, row, r, what)
    for name, decided in by_expansion.items():
        row = f.named["expansions"][name]
        if row.sizing == "continuous":
            out.at_most("builds", f"{name} in all", sum(r["size"] for r in decided), row.max_size, f.tolerance)
        else:
            most = row.max_modules if row.sizing == "modular" else 1
            out.at_most("builds", f"modules of {name}", sum(r["modules"] for r in decided), most, WHOLE)
        if row.subsidy_cap is not None:
            granted = sum(r["subsidy"] / f.dearer[r["period"]] for r in decided)
            out.at_most("builds", f"subsidy of {name}", granted, row.subsidy_cap, f.tolerance)


def _size(f: Facts, out: AuditReport, row: Any, r: dict[str, Any], what: str) -> None:
    if row.sizing == "continuous":
        out.at_most("builds", what, r["size"], row.max_size, f.tolerance)
        return
    modules = r["modules"]
    out.true("builds", f"{what}: {modules} is no whole number of modules", abs(modules - round(modules)) <= WHOLE)
    if row.sizing == "range":
        out.at_most("builds", f"size of {what}", r["size"], row.max_size * round(modules), f.tolerance)
        out.at_most("builds", f"least size of {what}", row.min_size * round(modules), r["size"], f.tolerance)
    else:
        out.same("builds", f"size of {what}", r["size"], row.max_size * round(modules), f.tolerance)


def _contracts(f: Facts, row: Any) -> list[tuple[str, float]]:
    own = f.named["facilities"][row.facility].route
    found = [(own, 0.0)] if own else []
    if row.route:
        found.append((row.route, f.named["routes"][row.route].transfer_years))
    return found


def overnight(f: Facts, row: Any, r: dict[str, Any]) -> float:
    """Full capital of a build in the money of the base year."""
    t, fixed = r["period"], row.fixed_cost[r["period"]] * (r["modules"] or 0.0)
    curve = sorted((p.size, p.cost) for p in f.rows["expansion_costs"] if p.expansion == row.expansion)
    if not curve:
        return fixed + row.unit_cost[t] * r["size"]
    for (a, cost_a), (b, cost_b) in zip(curve, curve[1:], strict=False):
        if r["size"] <= b * (1 + 1e-9) + 1e-9:
            return fixed + cost_a + (cost_b - cost_a) * (r["size"] - a) / (b - a)
    return fixed + curve[-1][1]


def equity(f: Facts, row: Any) -> float:
    contract = f.contract(row.facility)
    return 1.0 if contract is None else 1.0 - contract.capital_share


def _money(f: Facts, out: AuditReport, row: Any, r: dict[str, Any], what: str) -> None:
    full = overnight(f, row, r) * f.dearer[r["period"]]
    out.same("builds", f"capital of {what}", r["capital"], full, f.tolerance)
    out.same("builds", f"partner's capital of {what}", r["partner_capital"], full * (1 - equity(f, row)), f.tolerance)
    then = f.when_decided(r["period"])
    row = then.named["expansions"][r["expansion"]]
    most = row.subsidy * equity(then, row) * overnight(then, row, r) * then.dearer[r["period"]]
    out.at_most("builds", f"subsidy of {what}", r["subsidy"], most, f.tolerance)


def signings(f: Facts, out: AuditReport) -> None:
    out.begin("signings")
    signed: dict[str, list[int]] = defaultdict(list)
    for r in f.plan["signings"]:
        row, t, what = f.named["routes"][r["route"]], r["period"], f"{r['route']} in {r['period']}"
        signed[r["route"]].append(t)
        out.true("signings", f"{what}: outside its years", f.within(row, t))
        out.true("signings", f"{what}: partner's country", r["country"] == row.country)
        out.same("signings", f"{what}, active from", r["active_from"], t + row.lead_time, f.tolerance)
        if row.needs:
            out.true("signings", f"{what} needs {row.needs} first", any(s <= t for s in f.signed(row.needs)))
    for name, row in f.named["routes"].items():
        out.true("signings", f"{name} is signed {len(signed[name])} times", len(signed[name]) <= 1)
        out.true("signings", f"{name} must be signed", bool(signed[name]) or not row.must_sign)


def groups(f: Facts, out: AuditReport) -> None:
    out.begin("groups")
    for g in f.rows["groups"]:
        count = sum(
            round(r["modules"] or 0) for r in f.plan["builds"] if f.named["expansions"][r["expansion"]].group == g.group
        )
        count += sum(1 for r in f.plan["signings"] if f.named["routes"][r["route"]].group == g.group)
        out.true("groups", f"{g.group}: {count} chosen, at least {g.minimum} asked", count >= g.minimum)
        out.true(
            "groups", f"{g.group}: {count} chosen, at most {g.maximum} allowed", g.maximum is None or count <= g.maximum
        )


def quantities(f: Facts, out: AuditReport) -> None:
    """Quantities under routes, their minima and maxima, credit and supply duties."""
    out.begin("route quantities", "make-up credit", "supply duties")
    expected: dict[Any, float] = defaultdict(float)
    used_of: dict[Any, float] = defaultdict(float)
    for (facility, process, t), run in f.runs.items():
        own = f.named["facilities"][facility].route
        operation = f.operation.get((facility, process))
        for route in {own, operation.route if operation else None} - {None}:
            expected[route, t] += run * (operation.usage if operation else 1.0)
        if own and f.named["routes"][own].supply_material:
            per_tonne = f.inputs[process].get(f.named["routes"][own].supply_material)
            used_of[own, t] += run * per_tonne[t] if per_tonne else 0.0
    for line in f.plan["purchases"]:
        expected[f.named["supplies"][line["supply"]].route, line["period"]] += line["bought"]
    for line in f.plan["tolling"]:
        expected[f.named["tolls"][line["toll"]].route, line["period"]] += line["sent"]
    listed = {(r["route"], r["period"]): r for r in f.plan["route_use"]}
    for name, row in f.named["routes"].items():
        for t in f.periods:
            active, what = f.active(name, t), f"{name} in {t}"
            r = listed.get((name, t))
            out.true(
                "route quantities", f"{what}: active and not listed, or the reverse", (r is not None) == (active > 1e-7)
            )
            if r is None:
                continue
            out.same("route quantities", f"{what}, active", r["active"], active, f.tolerance)
            out.same("route quantities", what, r["quantity"], expected[name, t], f.tolerance)
            if row.maximum is not None:
                out.at_most("route quantities", what, r["quantity"], row.maximum[t] * active, f.tolerance)
            covered = r["quantity"] + r["used"] + r["shortfall"]
            out.at_most("route quantities", f"minimum of {what}", row.minimum[t] * active, covered, f.tolerance)
            if row.shortfall_cost is None:
                out.at_most("route quantities", f"{what}: shortfall without a price", r["shortfall"], 0.0, f.tolerance)
            _duty(f, out, row, r, active, used_of[name, t], what)
        _credit(f, out, name, row, listed)


def _duty(f: Facts, out: AuditReport, row: Any, r: dict[str, Any], active: float, used: float, what: str) -> None:
    if not row.supply_material:
        return
    asked = row.supply_minimum[r["period"]] * active
    out.at_most("supply duties", what, asked, used + r["supply_shortfall"], f.tolerance)
    if row.supply_shortfall_cost is None:
        out.at_most("supply duties", f"{what}: missed without a price", r["supply_shortfall"], 0.0, f.tolerance)


def _credit(f: Facts, out: AuditReport, name: str, row: Any, listed: dict[Any, dict[str, Any]]) -> None:
    uses = [r for r in f.plan["credits"] if r["route"] == name]
    for use in uses:
        late = row.credit_years is not None and use["used_in"] > use["banked_in"] + row.credit_years
        out.true(
            "make-up credit",
            f"{name}: credit of {use['banked_in']} used in {use['used_in']}",
            use["used_in"] > use["banked_in"] and not late,
        )
    for t in f.periods:
        r = listed.get((name, t))
        if r is None:
            continue
        above = max(0.0, r["quantity"] - row.minimum[t] * r["active"])
        out.at_most("make-up credit", f"{name} banked in {t}", r["banked"], row.credit_rate * above, f.tolerance)
        taken = sum(u["used"] for u in uses if u["used_in"] == t)
        out.same("make-up credit", f"{name} used in {t}", r["used"], taken, f.tolerance)
        spent = sum(u["used"] * f.length[u["used_in"]] for u in uses if u["banked_in"] == t)
        out.at_most(
            "make-up credit", f"{name}: credit of {t} used in all", spent, r["banked"] * f.length[t], f.tolerance
        )
        if row.credit_cap is not None:
            held = 0.0
            for s in f.periods:
                if s <= t and (name, s) in listed and not (row.credit_years is not None and t > s + row.credit_years):
                    gone = sum(
                        u["used"] * f.length[u["used_in"]] for u in uses if u["banked_in"] == s and u["used_in"] <= t
                    )
                    held += listed[name, s]["banked"] * f.length[s] - gone
            out.at_most("make-up credit", f"{name} held in {t}", held, row.credit_cap, f.tolerance)


def incentives(f: Facts, out: AuditReport) -> None:
    out.begin("incentives")
    run = f.runs
    yearly: dict[Any, float] = defaultdict(float)
    purse: dict[str, float] = defaultdict(float)
    for r in f.plan["incentives"]:
        row, t = f.named["incentives"][r["incentive"]], r["period"]
        what = f"{r['incentive']} for {r['process']} at {r['facility']} in {t}"
        place = f.named["facilities"][r["facility"]].location
        fits = (
            row.facility in (None, r["facility"])
            and row.process in (None, r["process"])
            and row.stage in (None, f.named["processes"][r["process"]].stage)
            and row.country in (None, f.country(place))
            and f.within(row, t)
        )
        out.true("incentives", f"{what}: not eligible", fits)
        out.at_most("incentives", what, r["rewarded"], run.get((r["facility"], r["process"], t), 0.0), f.tolerance)
        money = r["rewarded"] * row.rate[t] * f.dearer[t] * f.ours(r["facility"])
        out.same("incentives", f"money of {what}", r["amount"], money, f.tolerance)
        yearly[r["incentive"], t] += r["rewarded"]
        purse[r["incentive"]] += money * f.length[t]
    for (name, t), tonnes in yearly.items():
        if f.named["incentives"][name].limit is not None:
            out.at_most("incentives", f"{name} in {t}", tonnes, f.named["incentives"][name].limit[t], f.tolerance)
    for name, money in purse.items():
        if f.named["incentives"][name].total is not None:
            out.at_most("incentives", f"{name} over the horizon", money, f.named["incentives"][name].total, f.tolerance)


DECISIONS = (builds, signings, groups, quantities, incentives)
