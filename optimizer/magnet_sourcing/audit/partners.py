"""The partner's side of each route, recomputed from decisions, flows and prices, and the hurdle a route must clear."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from .decisions import overnight
from .facts import Facts
from .money import charges
from .report import AuditReport

Key = tuple[str, str, int]  # route, component, period


class Account:
    """Amounts by route, component and period: [money a year, discounted at the hurdle rate], and what has no value."""

    def __init__(self, f: Facts) -> None:
        self._f = f
        self.lines: dict[Key, list[float]] = defaultdict(lambda: [0.0, 0.0])
        self.unvalued: dict[Key, set[str]] = defaultdict(set)
        self.clock = {name: f.clock(row.hurdle_rate) for name, row in f.named["routes"].items()}

    def yearly(self, route: str, component: str, t: int, amount: float) -> None:
        """A price of the period's year, paid in each of its years."""
        money = amount * self._f.dearer[t]
        self.paid(route, component, t, money, money * self.clock[route].counted[t])

    def paid(self, route: str, component: str, t: int, yearly: float, discounted: float) -> None:
        line = self.lines[route, component, t]
        line[0] += yearly
        line[1] += discounted

    def keeps(self, route: str, material: str, t: int, tonnes: float) -> None:
        """Material that becomes the partner's."""
        value = self._f.named["materials"][material].value
        if value is not None:
            self.yearly(route, "output", t, value[t] * tonnes)
        elif tonnes > 0:
            self.lines[route, "output", t]
            self.unvalued[route, "output", t].add(material)


def account(f: Facts) -> Account:
    """What the plan gives the partners."""
    book = Account(f)
    for part in (_contracts, _work, _tolls, _capital):
        part(f, book)
    return book


def _contracts(f: Facts, book: Account) -> None:
    """Fees, missed minima, purchases, and the partner's own cost of the quantity."""
    for r in f.plan["signings"]:
        name, t = r["route"], r["period"]
        cost = f.named["routes"][name].signing_cost[t] * f.dearer[t]
        book.paid(name, "fee", t, cost / f.length[t], cost * book.clock[name].factor(t))
    for r in f.plan["route_use"]:
        name, t = r["route"], r["period"]
        row = f.named["routes"][name]
        book.yearly(name, "fee", t, row.yearly_cost[t] * f.active(name, t) + row.unit_cost[t] * r["quantity"])
        book.yearly(name, "own cost", t, -row.partner_cost[t] * r["quantity"])
        for column, price in (("shortfall", row.shortfall_cost), ("supply_shortfall", row.supply_shortfall_cost)):
            if r[column]:
                book.yearly(name, "shortfall", t, price[t] * r[column])
    for r in f.plan["purchases"]:
        row, t = f.named["supplies"][r["supply"]], r["period"]
        if row.route:
            book.yearly(row.route, "purchase", t, row.price[t] * r["bought"])
            if r["shortfall"]:
                book.yearly(row.route, "shortfall", t, row.shortfall_cost[t] * r["shortfall"])


def _work(f: Facts, book: Account) -> None:
    """Royalties, and the partner's share of output, costs and incentives of its facilities."""
    for (facility, process, t), run in f.runs.items():
        operation, contract = f.operation[facility, process], f.contract(facility)
        made = f.own_products(process)
        for route in {operation.route, contract.route if contract else None} - {None}:
            rate = f.named["routes"][route].royalty[t]
            if rate:
                value = sum(q[t] * f.named["materials"][m].value[t] for m, q in made.items())
                book.yearly(route, "royalty", t, rate * value * run)
        if contract is None:
            continue
        name, theirs = contract.route, contract.output_share * run
        for m, q in made.items():
            book.keeps(name, m, t, theirs * q[t])
            book.yearly(name, "output price", t, -contract.output_price[t] * theirs * q[t])
        priced = sum(f.named["impacts"][i.impact].cost[t] * i.quantity[t] for i in f.intensity_rows(facility, process))
        book.yearly(name, "operation", t, -contract.cost_share * (operation.cost[t] + priced) * run)
    for facility, row in f.named["facilities"].items():
        contract = f.contract(facility)
        if contract is None:
            continue
        for t in f.periods:
            standing = row.fixed_cost[t] * f.existing(facility, t)
            book.yearly(contract.route, "operation", t, -contract.cost_share * standing)
    for r in f.plan["incentives"]:
        contract, t = f.contract(r["facility"]), r["period"]
        if contract:
            rate = f.named["incentives"][r["incentive"]].rate[t]
            book.yearly(contract.route, "incentive", t, contract.cost_share * rate * r["rewarded"])


def _tolls(f: Facts, book: Account) -> None:
    """Fees, own cost, and what the toller keeps of product and swarf."""
    for r in f.plan["tolling"]:
        row, t = f.named["tolls"][r["toll"]], r["period"]
        book.yearly(row.route, "tolling", t, row.fee[t] * r["sent"])
        book.yearly(row.route, "own cost", t, -row.partner_cost[t] * r["sent"])
        for u in f.periods:
            worked = f.arriving(row.lag, t, u) * r["sent"] if u >= t else 0.0
            book.keeps(row.route, row.returned, u, row.partner_share * row["yield"] * worked)
            if row.swarf:
                book.keeps(row.route, row.swarf, u, (1 - row.swarf_share) * row.swarf_yield * worked)


def _capital(f: Facts, book: Account) -> None:
    """Capital and running cost of what is built at the route's facilities."""
    for r in f.plan["builds"]:
        row = f.named["expansions"][r["expansion"]]
        contract = f.contract(row.facility)
        if contract is None:
            continue
        theirs = contract.capital_share * overnight(f, row, r)
        for t, yearly, discounted, _ in charges(f, row, r["period"], book.clock[contract.route]):
            book.paid(contract.route, "capital", t, -theirs * yearly, -theirs * discounted)
        for t in f.periods:
            served = f.available_share(row, r["period"], t, ramped=False) * contract.cost_share
            price = row.running_cost[t] * r["size"] + row.running_fixed_cost[t] * (r["modules"] or 0.0)
            book.yearly(contract.route, "operation", t, -served * price)


def check_partners(f: Facts, out: AuditReport) -> None:
    """Compares line by line, and holds routes with clears_hurdle to a net present value of 0 or more."""
    out.begin("partners", "partner hurdles")
    book = account(f)
    listed: dict[Key, dict[str, Any]] = {(r["route"], r["component"], r["period"]): r for r in f.plan["partners"]}
    out.true("partners", "a line is there twice", len(listed) == len(f.plan["partners"]))
    # Noise in tonnes is multiplied by prices: differences count against all that changes hands under the route.
    size: dict[str, float] = defaultdict(float)
    for (route, _, _), line in book.lines.items():
        size[route] += abs(line[0])
    for key in set(book.lines) | set(listed):
        what, found = f"{key[1]} of {key[0]} in {key[2]}", listed.get(key, {})
        for i, column in enumerate(("amount", "discounted")):
            expected = book.lines.get(key, [0.0, 0.0])[i]
            out.same(
                "partners", f"{what}, {column}", found.get(column, 0.0), expected, f.tolerance, size[key[0]] * 1e-3
            )
        missing = sorted(book.unvalued.get(key, ()))
        out.true(
            "partners", f"{what}: no word on {', '.join(missing)}", all(m in (found.get("note") or "") for m in missing)
        )
    for key, r in listed.items():
        row = f.named["routes"][key[0]]
        said = (r["partner"] or "") == row.partner and r["country"] == row.country
        out.true("partners", f"{key[0]}: the partner is {row.partner} of {row.country}", said)
    for name, row in f.named["routes"].items():
        if row.clears_hurdle and f.signed(name):
            worth = [line[1] for (route, _, _), line in book.lines.items() if route == name]
            gross = sum(abs(x) for x in worth)
            out.at_most("partner hurdles", f"{name}: loss to its partner", -sum(worth), 0.0, f.tolerance, gross)
