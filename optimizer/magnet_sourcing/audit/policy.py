"""Limits: the left side of each, counted again from the plan."""

from __future__ import annotations

from typing import Any

from .decisions import equity, overnight
from .dependence import Key, index, requirement
from .facts import Facts
from .money import Ledger
from .report import AuditReport

_PER_PERIOD = ("added capacity", "builds", "signings", "subsidy")


class Counter:
    """Counts a limit's term in a period."""

    def __init__(self, f: Facts, found: dict[Key, float], book: Ledger) -> None:
        self._f, self._found, self._book = f, found, book

    def count(self, term: Any, t: int) -> float:
        return float(getattr(self, "_" + term.metric.replace(" ", "_"))(term, t))

    # ------------------------------------------------------------ filters

    def _site(self, term: Any, facility: str) -> bool:
        row = self._f.named["facilities"][facility]
        return (
            term.facility in (None, facility)
            and term.location in (None, row.location)
            and term.owner in (None, row.owner)
            and term.country in (None, self._f.country(row.location))
        )

    def _activities(self, term: Any, t: int) -> list[tuple[str, str, float]]:
        f, found = self._f, []
        for facility, process, run in f.runs_of(t):
            routes = {f.named["facilities"][facility].route, f.operation[facility, process].route}
            if (
                self._site(term, facility)
                and term.process in (None, process)
                and term.stage in (None, f.named["processes"][process].stage)
                and (term.route is None or term.route in routes)
            ):
                found.append((facility, process, run))
        return found

    def _plants(self, term: Any) -> list[str]:
        f = self._f
        return [
            name
            for name in f.named["facilities"]
            if self._site(term, name)
            and (
                term.stage is None
                or term.stage in f.stages_at[name]
            )
        ]

    # ------------------------------------------------------------ processes

    def _activity(self, term: Any, t: int) -> float:
        return sum(run for *_, run in self._activities(term, t))

    def _output(self, term: Any, t: int) -> float:
        f, total = self._f, 0.0
        for facility, process, run in self._activities(term, t):
            own = f.own_products(process)
            for m, q in f.outputs[process].items():
                if term.material in (None, m):
                    total += run * q[t] * (f.kept(facility) if m in own else 1.0)
        return total

    def _input(self, term: Any, t: int) -> float:
        return sum(
            run * q[t]
            for _, process, run in self._activities(term, t)
            for m, q in self._f.inputs[process].items()
            if term.material in (None, m)
        )

    def _impact(self, term: Any, t: int) -> float:
        return sum(
            run * i.quantity[t]
            for facility, process, run in self._activities(term, t)
            for i in self._f.intensity_rows(facility, process)
            if term.impact in (None, i.impact)
        )

    # ------------------------------------------------------------ capacity and money of builds

    def _capacity(self, term: Any, t: int) -> float:
        f, total = self._f, 0.0
        for name in self._plants(term):
            total += f.existing(name, t) if term.expansion is None else 0.0
            total += f.added(name, t, term.expansion)
        return total

    def _previous_capacity(self, term: Any, t: int) -> float:
        before = self._f.previous(t)
        if before is not None:
            return self._capacity(term, before)
        if term.expansion is not None:
            return 0.0
        return sum(self._f.named["facilities"][name].capacity[t] for name in self._plants(term))

    def _decided(self, term: Any, t: int | None) -> list[dict[str, Any]]:
        plants = set(self._plants(term))
        return [
            r
            for r in self._f.plan["builds"]
            if r["facility"] in plants and t in (None, r["period"]) and term.expansion in (None, r["expansion"])
        ]

    def _added_capacity(self, term: Any, t: int) -> float:
        return sum(r["size"] for r in self._decided(term, t))

    def _builds(self, term: Any, t: int) -> float:
        return sum(r["modules"] or 0.0 for r in self._decided(term, t))

    def _subsidy(self, term: Any, t: int) -> float:
        return sum(r["subsidy"] / self._f.dearer[t] for r in self._decided(term, t))

    def _capital(self, term: Any, t: int) -> float:
        f, total = self._f, 0.0
        for r in self._decided(term, None):
            row = f.named["expansions"][r["expansion"]]
            ours = overnight(f, row, r) * equity(f, row) * f.dearer[r["period"]]
            parts = (
                [(p.offset, p.share) for p in f.rows["spending"] if p.profile == row.spending]
                if row.spending
                else [(0, 1.0)]
            )
            total += sum(ours * share for o, share in parts if f.holding(r["period"] + o) == t) / f.length[t]
        return total

    # ------------------------------------------------------------ routes and trade

    def _signings(self, term: Any, t: int) -> float:
        return sum(
            1
            for r in self._f.of_period("signings", t)
            if term.route in (None, r["route"]) and term.country in (None, r["country"])
        )

    def _quantity(self, term: Any, t: int) -> float:
        return sum(
            r["quantity"]
            for r in self._f.of_period("route_use", t)
            if term.route in (None, r["route"])
            and term.country in (None, self._f.named["routes"][r["route"]].country)
        )

    def _bought(self, term: Any, t: int) -> float:
        f, total = self._f, 0.0
        for r in f.of_period("purchases", t):
            row = f.named["supplies"][r["supply"]]
            if (
                term.supply in (None, r["supply"])
                and term.material in (None, row.material)
                and term.location in (None, row.location)
                and term.route in (None, row.route)
                and term.country in (None, f.origin(row))
            ):
                total += r["bought"]
        return total

    def _placed(self, term: Any, t: int, plan: str, table: str, key: str, column: str) -> float:
        f, total = self._f, 0.0
        for r in f.of_period(plan, t):
            row = f.named[table][r[key]]
            if (
                term[key] in (None, r[key])
                and term.material in (None, row.material)
                and term.location in (None, row.location)
                and term.country in (None, f.country(row.location))
                and (term.segment is None or row.get("segment") == term.segment)
            ):
                total += r[column] or 0.0
        return total

    def _sold(self, term: Any, t: int) -> float:
        return self._placed(term, t, "sales", "sales", "sale", "sold")

    def _stored(self, term: Any, t: int) -> float:
        return self._placed(term, t, "stocks", "stocks", "stock", "closing")

    def _delivered(self, term: Any, t: int) -> float:
        return self._placed(term, t, "demand", "demands", "demand", "delivered")

    def _free_delivered(self, term: Any, t: int) -> float:
        return self._placed(term, t, "demand", "demands", "demand", "free")

    def _short(self, term: Any, t: int) -> float:
        return self._placed(term, t, "demand", "demands", "demand", "short")

    def _shipped(self, term: Any, t: int) -> float:
        f, total = self._f, 0.0
        for r in f.of_period("flows", t):
            there = f.named["lanes"][r["lane"]].destination
            if (
                term.lane in (None, r["lane"])
                and term.material in (None, r["material"])
                and term.location in (None, there)
                and term.country in (None, f.country(there))
            ):
                total += r["loaded"]
        return total

    def _toll(self, term: Any, t: int, material: str, column: str) -> float:
        f, total = self._f, 0.0
        for r in f.of_period("tolling", t):
            row = f.named["tolls"][r["toll"]]
            if (
                term.toll in (None, r["toll"])
                and term.route in (None, row.route)
                and term.material in (None, row[material])
                and term.country in (None, f.toll_country(row))
            ):
                total += r[column]
        return total

    def _tolled(self, term: Any, t: int) -> float:
        return self._toll(term, t, "sent", "sent")

    def _returned(self, term: Any, t: int) -> float:
        return self._toll(term, t, "returned", "returned")

    def _disposed(self, term: Any, t: int) -> float:
        return sum(
            r["disposed"]
            for r in self._f.of_period("disposal", t)
            if term.material in (None, r["material"])
            and term.location in (None, r["location"])
            and term.country in (None, self._f.country(r["location"]))
        )

    # ------------------------------------------------------------ dependence and cost

    def _exposure(self, term: Any, t: int) -> float:
        return sum(
            self._f.element_weight[e] * x
            for (k, e, c, u), x in self._found.items()
            if u == t and term.stage in (None, k) and term.element in (None, e) and term.country in (None, c)
        )

    def _share(self, term: Any, t: int) -> float:
        need = requirement(self._f, t, term.element)
        return self._exposure(term, t) / need if need > 0 else 0.0

    def _index(self, term: Any, t: int) -> float:
        country = term.country or self._f.settings["exposed_country"]
        return index(self._f, self._found, country, t) / requirement(self._f, t)

    def _cost(self, term: Any, t: int) -> float:
        excluded = {r.item for r in self._f.rows["cost_items"] if not r.include}
        return sum(
            line[0]
            for (item, u, _, _), line in self._book.lines.items()
            if u == t and item not in excluded and term.item in (None, item)
        )


def check_limits(f: Facts, out: AuditReport, found: dict[Key, float], book: Ledger) -> None:
    out.begin("limits")
    counter = Counter(f, found, book)
    listed = {(r["limit"], r["period"]): r for r in f.plan["limits"]}
    for name, row in f.named["limits"].items():
        window = [t for t in f.periods if f.within(row, t)]
        terms = [r for r in f.rows["limit_terms"] if r.limit == name]
        for t in window[:1] if row.scope == "horizon" else window:
            spans = [(u, f.length[u]) for u in window] if row.scope == "horizon" else [(t, 1)]
            parts = [
                term.coefficient * counter.count(term, u) * (1 if term.metric in _PER_PERIOD else years)
                for u, years in spans
                for term in terms
            ]
            _check_one(f, out, row, t, sum(parts), sum(abs(x) for x in parts), listed)


def _check_one(
    f: Facts, out: AuditReport, row: Any, t: int, amount: float, size: float, listed: dict[Any, dict[str, Any]]
) -> None:
    what = f"{row.limit} in {t}" if row.scope != "horizon" else f"{row.limit} over the horizon"
    r = listed.get((row.limit, None if row.scope == "horizon" else t))
    out.true("limits", f"{what} has no line", r is not None)
    if r is None:
        return
    out.same("limits", what, r["amount"], amount, f.tolerance, size)
    allowed = r["excess"] if row.penalty is not None else 0.0
    if row.sense in ("at most", "equal"):
        out.at_most("limits", what, amount, row.value[t] + allowed, f.tolerance, size)
    if row.sense in ("at least", "equal"):
        out.at_most("limits", f"{what}, at least", row.value[t] - allowed, amount, f.tolerance, size)
