"""Every cost, recomputed from decisions, flows and prices."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from .decisions import equity, overnight
from .facts import Clock, Facts
from .report import AuditReport

Key = tuple[str, int, str, str]  # item, period, table, name


class Ledger:
    """Amounts by item, period and cause: [money a year, discounted money]."""

    def __init__(self, f: Facts) -> None:
        self._f = f
        self.lines: dict[Key, list[float]] = defaultdict(lambda: [0.0, 0.0])

    def yearly(self, item: str, t: int, table: str, name: str, amount: float) -> None:
        """A price of the period's year, paid in each of its years."""
        self.paid(item, t, table, name, amount * self._f.dearer[t], amount * self._f.dearer[t] * self._f.counted[t])

    def once(self, item: str, t: int, table: str, name: str, amount: float) -> None:
        """A price of the period's year, paid once."""
        money = amount * self._f.dearer[t]
        self.paid(item, t, table, name, money / self._f.length[t], money * self._f.factor(t))

    def paid(self, item: str, t: int, table: str, name: str, yearly: float, discounted: float) -> None:
        if yearly or discounted:
            line = self.lines[item, t, table, name]
            line[0] += yearly
            line[1] += discounted


def ledger(f: Facts) -> Ledger:
    """All costs of the plan."""
    book = Ledger(f)
    for part in (_capital, _facilities, _activity, _trade, _lanes, _tolls_stocks, _routes, _demand, _violations):
        part(f, book)
    return book


def _capital(f: Facts, book: Ledger) -> None:
    for r in f.plan["builds"]:
        row, t = f.named["expansions"][r["expansion"]], r["period"]
        ours, granted = overnight(f, row, r) * equity(f, row), r["subsidy"] / f.dearer[t]
        for item, amount, sign in (("capital", ours, 1.0), ("capital subsidy", granted, -1.0)):
            for year_period, yearly, discounted, is_salvage in charges(f, row, t, f.clock(None)):
                name = "salvage" if is_salvage and item == "capital" else item
                book.paid(
                    name, year_period, "expansions", row.expansion, sign * amount * yearly, sign * amount * discounted
                )


def charges(f: Facts, row: Any, decided: int, clock: Clock) -> list[tuple[int, float, float, bool]]:
    """Period, yearly and discounted charge for one unit of money of capital; last, whether it is salvage."""
    dear = f.dearer[decided]
    due: list[tuple[int, float, float, bool]] = []
    spending = [(p.offset, p.share) for p in f.rows["spending"] if p.profile == row.spending] if row.spending else []
    if f.settings["capital"] == "annuity":
        if row.life is None:
            return []
        i = clock.rate if row.interest is None else row.interest
        value = sum(share * (1 + i) ** (row.lead_time - o) for o, share in spending) if spending else 1.0
        # The payment that is worth `value` today when made at the end of each year of the life.
        annuity = value / row.life if i == 0 else value * i * (1 + i) ** row.life / ((1 + i) ** row.life - 1)
        for t in f.periods:
            served = f.available_share(row, decided, t, ramped=False)
            if served:
                due.append((t, annuity * dear * served, annuity * dear * served * clock.counted[t], False))
        return due
    for offset, share in spending or [(0, 1.0)]:
        t = f.holding(decided + offset)
        due.append((t, share * dear / f.length[t], share * dear * clock.factor(decided + offset), False))
    if f.settings["salvage"] == "straight-line" and row.life is not None:
        begin = decided + row.lead_time
        unused = min(1.0, max(0.0, (begin + row.life - f.end) / row.life))
        last = f.periods[-1]
        due.append((last, -dear * unused / f.length[last], -dear * unused * clock.factor(f.end), True))
    return due


def _facilities(f: Facts, book: Ledger) -> None:
    for name, row in f.named["facilities"].items():
        for t in f.periods:
            book.yearly(
                "fixed operation", t, "facilities", name, f.ours(name) * row.fixed_cost[t] * f.existing(name, t)
            )
    for r in f.plan["retirements"]:
        row = f.named["facilities"][r["facility"]]
        book.once("retirement", r["period"], "facilities", r["facility"], row.retirement_cost * r["capacity"])
    for r in f.plan["builds"]:
        row = f.named["expansions"][r["expansion"]]
        for t in f.periods:
            served = f.available_share(row, r["period"], t, ramped=False) * f.ours(row.facility)
            price = row.running_cost[t] * r["size"] + row.running_fixed_cost[t] * (r["modules"] or 0.0)
            book.yearly("fixed operation", t, "expansions", r["expansion"], served * price)


def _activity(f: Facts, book: Ledger) -> None:
    for (facility, process, t), run in f.runs.items():
        operation, ours = f.operation[facility, process], f.ours(facility)
        own = f.named["facilities"][facility].route
        book.yearly("operation", t, "operations", f"{facility}, {process}", ours * operation.cost[t] * run)
        for i in f.intensity_rows(facility, process):
            price = f.named["impacts"][i.impact].cost[t]
            book.yearly(
                "impact", t, "impacts", f"{facility}, {process}, {i.impact}", ours * price * i.quantity[t] * run
            )
        made = f.own_products(process)
        for route in {own, operation.route} - {None}:
            rate = f.named["routes"][route].royalty[t]
            if rate:
                value = sum(q[t] * f.named["materials"][m].value[t] for m, q in made.items())
                book.yearly("route", t, "routes", route, rate * value * run)
        if own:
            contract = f.named["routes"][own]
            tonnes = sum(q[t] for q in made.values()) * run * contract.output_share
            book.yearly("partner", t, "routes", own, -contract.output_price[t] * tonnes)
    for r in f.plan["incentives"]:
        rate = f.named["incentives"][r["incentive"]].rate[r["period"]]
        book.yearly(
            "incentive", r["period"], "incentives", r["incentive"], -rate * r["rewarded"] * f.ours(r["facility"])
        )


def _trade(f: Facts, book: Ledger) -> None:
    for r in f.plan["purchases"]:
        row, t = f.named["supplies"][r["supply"]], r["period"]
        book.yearly("purchase", t, "supplies", r["supply"], row.price[t] * r["bought"])
        if r["shortfall"]:
            book.yearly("shortfall", t, "supplies", r["supply"], row.shortfall_cost[t] * r["shortfall"])
    for r in f.plan["sales"]:
        book.yearly(
            "sale", r["period"], "sales", r["sale"], -f.named["sales"][r["sale"]].price[r["period"]] * r["sold"]
        )


def _lanes(f: Facts, book: Ledger) -> None:
    for r in f.plan["flows"]:
        row, t, name = f.freight[r["lane"], r["material"]], r["period"], f"{r['lane']}, {r['material']}"
        book.yearly("freight", t, "freight", name, row.cost[t] * r["loaded"])
        if row.duty[t]:
            value = f.named["materials"][r["material"]].value[t]
            book.yearly("duty", t, "freight", name, row.duty[t] * value * r["loaded"])
    for r in f.plan["lane_openings"]:
        book.once("lane", r["period"], "lanes", r["lane"], f.named["lanes"][r["lane"]].opening_cost[r["period"]])
    for r in f.plan["lane_use"]:
        price = f.named["lanes"][r["lane"]].yearly_cost[r["period"]]
        book.yearly("lane", r["period"], "lanes", r["lane"], price * r["used"])


def _tolls_stocks(f: Facts, book: Ledger) -> None:
    for r in f.plan["tolling"]:
        book.yearly("toll", r["period"], "tolls", r["toll"], f.named["tolls"][r["toll"]].fee[r["period"]] * r["sent"])
    for r in f.plan["stocks"]:
        row = f.named["stocks"][r["stock"]]
        book.yearly("storage", r["period"], "stocks", r["stock"], row.cost[r["period"]] * r["closing"])
    for r in f.plan["collections"]:
        row = f.named["returns"][r["return"]]
        book.yearly("collection", r["period"], "returns", r["return"], row.cost[r["period"]] * r["collected"])
    for r in f.plan["disposal"]:
        price = f.named["materials"][r["material"]].disposal_cost
        name = f"{r['material']}, {r['location']}"
        book.yearly("disposal", r["period"], "materials", name, price[r["period"]] * r["disposed"])


def _routes(f: Facts, book: Ledger) -> None:
    for r in f.plan["signings"]:
        cost = f.named["routes"][r["route"]].signing_cost[r["period"]]
        book.once("signing", r["period"], "routes", r["route"], cost)
    for r in f.plan["route_use"]:
        row, t, name = f.named["routes"][r["route"]], r["period"], r["route"]
        book.yearly(
            "route", t, "routes", name, row.yearly_cost[t] * f.active(name, t) + row.unit_cost[t] * r["quantity"]
        )
        if r["shortfall"]:
            book.yearly("shortfall", t, "routes", name, row.shortfall_cost[t] * r["shortfall"])
        if r["supply_shortfall"]:
            book.yearly("shortfall", t, "routes", name, row.supply_shortfall_cost[t] * r["supply_shortfall"])


def _demand(f: Facts, book: Ledger) -> None:
    for r in f.plan["demand"]:
        row = f.named["demands"][r["demand"]]
        if row.penalty is not None:
            book.yearly("shortage", r["period"], "demands", r["demand"], row.penalty[r["period"]] * r["short"])


def _violations(f: Facts, book: Ledger) -> None:
    for r in f.plan["limits"]:
        row = f.named["limits"][r["limit"]]
        if row.penalty is None or not r["excess"]:
            continue
        if row.scope == "horizon":
            t = next(t for t in f.periods if f.within(row, t))
            book.once("limit penalty", t, "limits", r["limit"], row.penalty[t] * r["excess"])
        else:
            book.yearly("limit penalty", r["period"], "limits", r["limit"], row.penalty[r["period"]] * r["excess"])


def check_costs(f: Facts, out: AuditReport, book: Ledger) -> float:
    """Compares line by line; returns the recomputed discounted cost of the items that count."""
    out.begin("costs", "total cost")
    excluded = {r.item for r in f.rows["cost_items"] if not r.include}
    listed: dict[Key, list[float]] = defaultdict(lambda: [0.0, 0.0])
    written = f.columns["costs"]
    keys = zip(*(written[name] for name in ("item", "period", "table", "name")), strict=True)
    for key, amount, discounted in zip(keys, written["amount"], written["discounted"], strict=True):
        line = listed[key]
        line[0] += amount
        line[1] += discounted
    expected = {key: line for key, line in book.lines.items() if key[0] not in excluded}
    total = sum(line[1] for line in expected.values())
    # Differences count against the size of the whole bill of the item, since noise in tonnes is multiplied by prices.
    size: dict[str, float] = defaultdict(float)
    for key, line in expected.items():
        size[key[0]] += abs(line[0])
    none = [0.0, 0.0]
    lines = [(key, listed.get(key, none), expected.get(key, none)) for key in {**expected, **listed}]
    scale = [size[key[0]] * 1e-3 for key, _, _ in lines]
    for column, which in (("a year", 0), ("discounted", 1)):
        amounts = [(found[which], wanted[which], key) for key, found, wanted in lines]
        out.same_all("costs", f"{{0[0]}} of {{0[3]}} in {{0[1]}}, {column}", amounts, f.tolerance, scale)
    return total
