"""In layers thin over the solver that speak of single variables and sums: pyoptinterface, and highspy's own expressions.

Both are written alike, `coefficient * variable`, sums and comparisons, so one text serves; what differs is in `Poi` and
`Highspy`. Building is handing over: rows go to the solver as they are made.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import highspy

from .data import Data

ENDLESS = float("inf")


class Poi:
    """pyoptinterface. It brings a HiGHS of its own (highsbox), which may be of another version."""

    def __init__(self, options: dict[str, Any]) -> None:
        import pyoptinterface as poi
        from pyoptinterface import highs

        self.poi, self.model = poi, highs.Model()
        self.sum = poi.quicksum
        for name, value in options.items():
            self.model.set_raw_parameter(name, value)

    def variable(self, upper: float = ENDLESS, whole: bool = False) -> Any:
        domain = self.poi.VariableDomain.Binary if whole else self.poi.VariableDomain.Continuous
        return self.model.add_variable(lb=0.0, ub=1.0 if whole else upper, domain=domain)

    def row(self, expression: Any, sense: str, bound: float) -> None:
        senses = {"<=": self.poi.Leq, ">=": self.poi.Geq, "=": self.poi.Eq}
        self.model.add_linear_constraint(expression, senses[sense], bound)

    def least(self, expression: Any) -> None:
        self.model.set_objective(expression, self.poi.ObjectiveSense.Minimize)

    def solve(self) -> float:
        self.model.optimize()
        return float(self.model.get_model_attribute(self.poi.ModelAttribute.ObjectiveValue))


class Highspy:
    def __init__(self, options: dict[str, Any]) -> None:
        self.h = highspy.Highs()
        self.sum = self.h.qsum
        for name, value in options.items():
            self.h.setOptionValue(name, value)
        self.cost: Any = None

    def variable(self, upper: float = ENDLESS, whole: bool = False) -> Any:
        return self.h.addBinary() if whole else self.h.addVariable(lb=0, ub=upper)

    def row(self, expression: Any, sense: str, bound: float) -> None:
        if sense == "=":
            self.h.addConstr(expression == bound)
        else:
            self.h.addConstr(expression <= bound if sense == "<=" else expression >= bound)

    def least(self, expression: Any) -> None:
        self.h.setObjective(expression)

    def solve(self) -> float:
        self.h.run()
        return float(self.h.getInfo().objective_function_value)


def build(d: Data, layer: Any) -> Any:
    """The programme in a layer; returned ready to run."""
    v, add, total = layer.variable, layer.row, layer.sum
    f, a, s, k, q, x = d.facilities, d.lanes, d.supplies, d.stocks, d.demands, d.builds
    years, weight = list(d.years), d.weight.to_dict()
    first = years[0]
    limit, price, needed = (frame.stack().to_dict() for frame in (d.limit, d.price, d.needed))
    room, most = k["capacity"].to_dict(), x["most"].to_dict()

    run = {(i, t): v() for i in f.index for t in years}
    ship = {(i, t): v() for i in a.index for t in years}
    buy = {(i, t): v(limit[i, t]) for i in s.index for t in years}
    store = {(i, t): v(room[i]) for i in k.index for t in years}
    deliver = {(i, t): v(needed[i, t]) for i in q.index for t in years}
    short = {(i, t): v(needed[i, t]) for i in q.index for t in years}
    over = {t: v() for t in d.most_index.index}
    made = {key: v(most[key[0]], d.whole) for key in d.build_cost.index}
    sign = {key: v(whole=True) for key in d.sign_cost.index}
    send = {(i, t): v() for i in d.tolls.index for t in years}
    quantity = {(i, t): v() for i in d.routes.index for t in years}

    # What comes to a node and leaves it, as (coefficient, variable).
    at: dict[Any, list[Any]] = defaultdict(list)

    def flow(column: Any, amount: dict[Any, Any], factor: Any, lag: int = 0) -> None:
        factors = factor if isinstance(factor, dict) else dict.fromkeys(column.index, factor)
        for i, node in column.items():
            for t in years:
                if t - lag >= first:
                    at[node, t].append(factors[i] * amount[i, t - lag])

    flow(f["made"], run, 1.0)
    flow(f["taken"].dropna(), run, (-f["quantity"]).to_dict())
    flow(a["start"], ship, -1.0)
    flow(a["end"], ship, a["kept"].to_dict())
    flow(s["node"], buy, 1.0)
    flow(k["node"], store, -1.0)
    flow(k["node"], store, 1.0, lag=1)
    flow(q["node"], deliver, -1.0)
    flow(d.tolls["sent"], send, -1.0)
    for lag in d.tolls["lag"].unique():
        flow(d.tolls["returned"][d.tolls["lag"] == lag], send, d.tolls["back"].to_dict(), int(lag))
    for terms in at.values():
        add(total(terms), "=", 0.0)

    grown: dict[Any, list[Any]] = defaultdict(list)
    facility = x["facility"].to_dict()
    for (name, decided, t), share in d.added.items():
        grown[facility[name], t].append(-share * made[name, decided])
    for i, available in f["available"].items():
        for t in years:
            add(total([1.0 * run[i, t], *grown[i, t]]), "<=", available)
    for i, reserve in f["reserve"].dropna().items():
        add(total(run[i, t] for t in years), "<=", reserve)
    for i in x.index:
        add(total(made[i, t] for t in years if (i, t) in made), "<=", most[i])
    for key, amount in needed.items():
        add(deliver[key] + short[key], "=", amount)

    dirty, sold = f["exposure"][f["exposure"] > 0].to_dict(), s["exposure"][s["exposure"] > 0].to_dict()
    for t, bound in d.most_index.items():
        one = 1 / d.requirement[t]
        exposed = [one * e * run[i, t] for i, e in dirty.items()] + [one * e * buy[i, t] for i, e in sold.items()]
        add(total([*exposed, -1.0 * over[t]]), "<=", bound)
    if len(d.routes):
        _contracts(d, layer, sign, send, quantity)

    cost = [weight[t] * c * run[i, t] for i, c in f["cost"].items() for t in years]
    cost += [weight[t] * c * ship[i, t] for i, c in a["cost"].items() for t in years]
    cost += [weight[t] * price[i, t] * y for (i, t), y in buy.items()]
    cost += [weight[t] * c * store[i, t] for i, c in k["cost"].items() for t in years]
    cost += [weight[t] * c * short[i, t] for i, c in q["penalty"].items() for t in years]
    cost += [weight[t] * c * send[i, t] for i, c in d.tolls["fee"].items() for t in years]
    cost += [c * over[t] for t, c in d.violation_cost.items()]
    cost += [c * made[key] for key, c in d.build_cost.items()]
    cost += [c * sign[key] for key, c in d.sign_cost.items()]
    layer.least(total(cost))
    return layer


def _contracts(d: Data, layer: Any, sign: Any, send: Any, quantity: Any) -> None:
    add, total, years = layer.row, layer.sum, list(d.years)
    active: dict[Any, list[Any]] = defaultdict(list)
    for (r, signed, t), share in d.active.items():
        active[r, t].append((share, sign[r, signed]))

    def live(r: str, t: int, factor: float) -> Iterable[Any]:
        return (factor * share * y for share, y in active[r, t])

    for r, row in d.routes.iterrows():
        under = d.tolls.index[d.tolls["route"] == r]
        add(total(y for (name, _), y in sign.items() if name == r), "<=", 1.0)
        for t in years:
            add(total([1.0 * quantity[r, t], *(-1.0 * send[i, t] for i in under)]), "=", 0.0)
            add(total([1.0 * quantity[r, t], *live(r, t, -row["maximum"])]), "<=", 0.0)
            add(total([1.0 * quantity[r, t], *live(r, t, -row["minimum"])]), ">=", 0.0)
            for i in under:
                add(total([1.0 * send[i, t], *live(r, t, -row["maximum"])]), "<=", 0.0)
