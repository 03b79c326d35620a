"""Custody: that what the plan calls free of the exposed country is free, from mine to magnet."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from .facts import Facts
from .report import AuditReport

# Plan table, the columns of its key, and the amount its free part belongs to.
_PARTS = (
    ("activity", ("facility", "process"), "activity"),
    ("flows", ("lane", "material"), "loaded"),
    ("purchases", ("supply",), "bought"),
    ("tolling", ("toll",), "sent"),
    ("stocks", ("stock",), "closing"),
    ("collections", ("return",), "collected"),
    ("demand", ("demand",), "delivered"),
)


class Origins:
    """What is followed, and whose work is free, as the case says."""

    def __init__(self, f: Facts) -> None:
        self._f = f
        self.exposed = f.settings["exposed_country"]
        self._followed = {r.material for r in f.rows["contents"] if r.content > 0} if self.exposed else set()
        self._counted = {r.stage for r in f.rows["stages"] if r.custody}

    def followed(self, table: str, r: dict[str, Any]) -> bool:
        """Whether a row of a plan table has a free part."""
        f = self._f
        if table == "activity":
            return not self._followed.isdisjoint(f.inputs[r["process"]].keys() | f.outputs[r["process"]].keys())
        if table == "flows":
            return r["material"] in self._followed
        if table == "tolling":
            toll = f.named["tolls"][r["toll"]]
            materials = {toll.sent, toll.returned, toll.swarf}
        else:
            key = {"purchases": "supply", "stocks": "stock", "collections": "return", "demand": "demand"}[table]
            home = {"purchases": "supplies", "collections": "returns", "demand": "demands"}.get(table, table)
            materials = {f.named[home][r[key]].material}
        return bool(materials & self._followed)

    def material(self, name: str) -> bool:
        return name in self._followed

    def work(self, facility: str, process: str, t: int) -> bool:
        """No control at all by the exposed country, if the stage counts."""
        f = self._f
        if f.named["processes"][process].stage not in self._counted:
            return True
        row = f.named["facilities"][facility]
        if row.china_share is not None:
            return bool(row.china_share[t] == 0)
        return f.country(row.location) != self.exposed

    def purchase(self, name: str, t: int) -> bool:
        f, row = self._f, self._f.named["supplies"][name]
        stage = f.named["materials"][row.material].stage
        if stage is None:
            return f.origin(row) != self.exposed and self._untouched("supply", name, row.material, set(), "", t)
        default = {k for k, n in f.stage_order.items() if n <= f.stage_order[stage]}
        return self._untouched("supply", name, row.material, default, f.origin(row), t)

    def toll(self, name: str, t: int) -> bool:
        f, row = self._f, self._f.named["tolls"][name]
        first, last = f.named["materials"][row.sent].stage, f.named["materials"][row.returned].stage
        default: set[str] = set()
        if last is not None:
            lowest = -1 if first is None else f.stage_order[first]
            default = {k for k, n in f.stage_order.items() if lowest < n <= f.stage_order[last]}
        return self._untouched("toll", name, row.returned, default, f.toll_country(row), t)

    def _untouched(self, owner: str, name: str, material: str, default: set[str], home: str, t: int) -> bool:
        """No share of any element at a stage that counts was worked on in the exposed country."""
        rows = self._f.embedded[owner, name]
        for element, content in self._f.content.get(material, {}).items():
            for stage in self._counted if content > 0 else ():
                own = [r for r in rows if r.stage == stage and r.element == element]
                own = own or [r for r in rows if r.stage == stage and r.element is None]
                share = sum(r.share[t] for r in own if r.country == self.exposed)
                if stage in default and home == self.exposed:
                    share += 1 - sum(r.share[t] for r in own)
                if share > 1e-12:
                    return False
        return True


def check_custody(f: Facts, out: AuditReport) -> None:
    out.begin("custody", "free delivery")
    origins = Origins(f)
    _check_parts(f, out, origins)
    _check_sources(f, out, origins)
    _check_places(f, out, origins)
    _check_promises(f, out)
    _check_table(f, out)


def _check_parts(f: Facts, out: AuditReport, origins: Origins) -> None:
    """Each free part stands where it must, and is not more than the whole."""
    for table, key, column in _PARTS:
        parts, wrong = [], []
        for r in f.plan[table]:
            if (r["free"] is not None) != origins.followed(table, r):
                wrong.append(f"{table}: {', '.join(str(r[k]) for k in key)} in {r['period']}: free is {r['free']}")
            if r["free"] is not None:
                parts.append((r["free"], r[column], ", ".join([r[k] for k in key]), r["period"]))
        out.true_all("custody", len(f.plan[table]), wrong)
        out.at_most_all("custody", f"{table}: free part of {{0}} in {{1}}", parts, f.tolerance)


def _check_sources(f: Facts, out: AuditReport, origins: Origins) -> None:
    """Nothing is free where the exposed country has a hand in it."""
    for r in f.plan["activity"]:
        if (r["free"] or 0.0) > f.tolerance:
            free = origins.work(r["facility"], r["process"], r["period"])
            out.true("custody", f"{r['process']} at {r['facility']} in {r['period']} is not free work", free)
    for r in f.plan["purchases"]:
        if (r["free"] or 0.0) > f.tolerance:
            free = origins.purchase(r["supply"], r["period"])
            out.true("custody", f"{r['supply']} in {r['period']} is not a free purchase", free)
    for r in f.plan["collections"]:
        if (r["free"] or 0.0) > f.tolerance:
            free = bool(f.named["returns"][r["return"]].free)
            out.true("custody", f"{r['return']} in {r['period']} does not count as free", free)


def _check_places(f: Facts, out: AuditReport, origins: Origins) -> None:
    """At every place, free tonnes that go are covered by free tonnes that come."""
    come: dict[Any, float] = defaultdict(float)
    go: dict[Any, float] = defaultdict(float)
    for r in f.plan["activity"]:
        facility, process, t, run = r["facility"], r["process"], r["period"], r["free"] or 0.0
        place, own = f.named["facilities"][facility].location, f.own_products(process)
        for m, q in f.outputs[process].items():
            come[place, m, t] += run * q[t] * (f.kept(facility) if m in own else 1.0)
        for m, q in f.inputs[process].items():
            go[place, m, t] += run * q[t]
    for r in f.plan["flows"]:
        lane, m, t, free = f.named["lanes"][r["lane"]], r["material"], r["period"], r["free"] or 0.0
        go[lane.origin, m, t] += free
        come[lane.destination, m, t] += free * (1 - f.freight[r["lane"], m].loss)
    for table, home, key in (("purchases", "supplies", "supply"), ("collections", "returns", "return")):
        for r in f.plan[table]:
            row = f.named[home][r[key]]
            come[row.location, row.material, r["period"]] += r["free"] or 0.0
    for r in f.plan["demand"]:
        row = f.named["demands"][r["demand"]]
        go[row.location, row.material, r["period"]] += r["free"] or 0.0
    _add_tolls(f, origins, come, go)
    _add_stocks(f, come, go)
    places = [(go.get(key, 0.0), come.get(key, 0.0), key) for key in {**come, **go} if origins.material(key[1])]
    out.at_most_all("custody", "free {0[1]} that leaves {0[0]} in {0[2]}", places, f.tolerance)


def _add_tolls(f: Facts, origins: Origins, come: dict[Any, float], go: dict[Any, float]) -> None:
    for r in f.plan["tolling"]:
        row, sent, free = f.named["tolls"][r["toll"]], r["period"], r["free"] or 0.0
        go[row.origin, row.sent, sent] += free
        for t in f.periods:
            back = free * f.arriving(row.lag, sent, t)
            if back and origins.toll(r["toll"], t):
                come[row.destination, row.returned, t] += back * row["yield"] * (1 - row.partner_share)
                if row.swarf:
                    come[row.destination, row.swarf, t] += back * row.swarf_yield * row.swarf_share


def _add_stocks(f: Facts, come: dict[Any, float], go: dict[Any, float]) -> None:
    closing = {(r["stock"], r["period"]): r["free"] or 0.0 for r in f.plan["stocks"]}
    for (name, t), free in closing.items():
        row, before = f.named["stocks"][name], f.previous(t)
        opening = row.initial * row.initial_free if before is None else closing[name, before]
        come[row.location, row.material, t] += opening * (1 - row.loss) ** f.length[t] / f.length[t]
        go[row.location, row.material, t] += free / f.length[t]


def _check_promises(f: Facts, out: AuditReport) -> None:
    """Each demand gets the free share it asks for."""
    for r in f.plan["demand"]:
        least = f.named["demands"][r["demand"]].min_free[r["period"]] * r["delivered"]
        what = f"least free delivery of {r['demand']} in {r['period']}"
        out.at_most("free delivery", what, least, r["free"] or 0.0, f.tolerance, r["delivered"])


def _check_table(f: Facts, out: AuditReport) -> None:
    """The table of free delivery, added up again."""
    whole: dict[Any, float] = defaultdict(float)
    free: dict[Any, float] = defaultdict(float)
    for r in f.plan["demand"]:
        if r["free"] is not None:
            for segment in ("all", f.named["demands"][r["demand"]].segment or r["demand"]):
                whole[r["period"], segment] += r["delivered"]
                free[r["period"], segment] += r["free"]
    listed = {(r["period"], r["segment"]): r for r in f.plan["free_delivery"]}
    out.true("free delivery", "the lines of free_delivery are not those of demand", set(listed) == set(whole))
    for key in set(listed) & set(whole):
        r, what = listed[key], f"{key[1]} in {key[0]}"
        out.same("free delivery", f"delivered to {what}", r["delivered"], whole[key], f.tolerance)
        out.same("free delivery", f"free of {what}", r["free"], free[key], f.tolerance)
        if whole[key] > 1e-6:
            share = -1.0 if r["share"] is None else r["share"]
            out.same("free delivery", f"share of {what}", share, free[key] / whole[key], 1e-5)
