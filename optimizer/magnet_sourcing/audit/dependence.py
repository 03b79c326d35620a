"""Exposure, the dependence index, concentration and impacts, recomputed from flows."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from .facts import Facts
from .report import AuditReport

Key = tuple[str, str, str, int]


def exposures(f: Facts) -> dict[Key, float]:
    """Stage, element, country, period -> element tonnes."""
    found: dict[Key, float] = defaultdict(float)
    exposed = f.settings["exposed_country"]
    for (facility, process, t), run in f.runs.items():
        stage = f.named["processes"][process].stage
        if stage is None:
            continue
        row = f.named["facilities"][facility]
        home = f.country(row.location)
        if not exposed:
            parts = {home: 1.0}
        else:
            controlled = row.china_share[t] if row.china_share is not None else (1.0 if home == exposed else 0.0)
            parts = {exposed: controlled}
            rest = "other" if home == exposed else home
            parts[rest] = parts.get(rest, 0.0) + 1 - controlled
        for m, q in f.own_products(process).items():
            for element, content in f.content.get(m, {}).items():
                for country, share in parts.items():
                    found[stage, element, country, t] += run * q[t] * f.kept(facility) * content * share
    for r in f.plan["purchases"]:
        row = f.named["supplies"][r["supply"]]
        last = _rank(f, row.material)
        default = [k for k, n in f.stage_order.items() if last is not None and n <= last]
        _embed(f, found, "supply", r["supply"], row.material, r["bought"], default, f.origin(row), r["period"])
    for r in f.plan["tolling"]:
        row = f.named["tolls"][r["toll"]]
        first, last = _rank(f, row.sent), _rank(f, row.returned)
        default = [
            k for k, n in f.stage_order.items() if last is not None and n <= last and (first is None or n > first)
        ]
        _embed(f, found, "toll", r["toll"], row.returned, r["returned"], default, f.toll_country(row), r["period"])
    return found


def _rank(f: Facts, material: str) -> int | None:
    stage = f.named["materials"][material].stage
    return f.stage_order[stage] if stage is not None else None


def _embed(
    f: Facts,
    found: dict[Key, float],
    owner: str,
    name: str,
    material: str,
    tonnes: float,
    default: list[str],
    home: str,
    t: int,
) -> None:
    if not tonnes:
        return
    rows = f.embedded[owner, name]
    for element, content in f.content.get(material, {}).items():
        for stage in f.stage_order:
            own = [r for r in rows if r.stage == stage and r.element == element]
            own = own or [r for r in rows if r.stage == stage and r.element is None]
            for r in own:
                found[stage, element, r.country, t] += tonnes * content * r.share[t]
            if stage in default:
                found[stage, element, home, t] += tonnes * content * (1 - sum(r.share[t] for r in own))


def requirement(f: Facts, t: int, element: str | None = None) -> float:
    return sum(
        f.element_weight[e] * x * f.needed(row, t)
        for row in f.rows["demands"]
        for e, x in f.content.get(row.material, {}).items()
        if element in (None, e)
    )


def index(f: Facts, found: dict[Key, float], country: str | None, t: int) -> float:
    """Stage- and element-weighted exposure of a year to a country."""
    weight = {r.stage: r.weight for r in f.rows["stages"]}
    return sum(weight[k] * f.element_weight[e] * x for (k, e, c, u), x in found.items() if u == t and c == country)


def check_exposure(f: Facts, out: AuditReport, found: dict[Key, float], cap: dict[int, float]) -> None:
    out.begin("exposure", "dependence index", "concentration", "impacts", "China cap")
    listed: dict[Key, float] = defaultdict(float)
    for r in f.plan["exposure"]:
        listed[r["stage"], r["element"], r["country"], r["period"]] += r["exposure"]
    for key in set(found) | set(listed):
        out.same("exposure", ", ".join(str(k) for k in key), listed[key], found[key], f.tolerance)
    exposed = f.settings["exposed_country"]
    if exposed:
        _check_index(f, out, found, exposed, cap)
    _check_concentration(f, out, found)


def _check_index(f: Facts, out: AuditReport, found: dict[Key, float], exposed: str, cap: dict[int, float]) -> None:
    lines = {(r["period"], r["stage"]): r for r in f.plan["dependence"]}
    for t in f.periods:
        need = requirement(f, t)
        by_stage: dict[str, float] = defaultdict(float)
        for (k, e, c, u), x in found.items():
            if u == t and c == exposed:
                by_stage[k] += f.element_weight[e] * x
        values = {k: by_stage[k] for k in f.stage_order} | {"index": index(f, found, exposed, t)}
        for name, tonnes in values.items():
            r = lines.get((t, name))
            out.true("dependence index", f"no line for {name} in {t}", r is not None)
            if r is None:
                continue
            out.same("dependence index", f"{name} in {t}", r["exposure"], tonnes, f.tolerance)
            out.same("dependence index", f"requirement of {t}", r["requirement"], need, f.tolerance)
            if need > 0:
                out.same("dependence index", f"share of {name} in {t}", r["share"], tonnes / need, f.tolerance)
        if t in cap and need > 0:
            out.at_most("China cap", f"index of {t}", values["index"] / need, cap[t], f.tolerance)


def _check_concentration(f: Facts, out: AuditReport, found: dict[Key, float]) -> None:
    by_country: dict[Any, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for (k, e, c, t), x in found.items():
        by_country[k, t][c] += f.element_weight[e] * x
    for r in f.plan["concentration"]:
        tonnes = by_country[r["stage"], r["period"]]
        whole, what = sum(tonnes.values()), f"{r['stage']} in {r['period']}"
        if whole <= 1e-6:
            continue
        shares = {c: x / whole for c, x in tonnes.items()}
        out.same("concentration", f"HHI of {what}", r["hhi"], sum(x * x for x in shares.values()), 1e-5)
        out.same("concentration", f"largest share of {what}", r["largest_share"], max(shares.values()), 1e-5)
        own = shares.get(r["largest_country"], 0.0)
        out.same("concentration", f"share of {r['largest_country']}, {what}", own, max(shares.values()), 1e-5)


def check_impacts(f: Facts, out: AuditReport) -> None:
    expected = {
        (i.impact, facility, process, t): run * i.quantity[t]
        for (facility, process, t), run in f.runs.items()
        for i in f.intensity_rows(facility, process)
    }
    listed = {(r["impact"], r["facility"], r["process"], r["period"]): r["quantity"] for r in f.plan["impacts"]}
    for key in set(expected) | set(listed):
        out.same("impacts", ", ".join(str(k) for k in key), listed.get(key, 0.0), expected.get(key, 0.0), f.tolerance)
