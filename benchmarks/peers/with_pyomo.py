"""In plain Pyomo: Sets, Params, rules, and sums over lists of what touches a node; handed over in the ways Pyomo has."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import highspy
import pyomo.environ as pyo

from .data import Data


def build(d: Data) -> pyo.ConcreteModel:
    m = pyo.ConcreteModel()
    f, a, s, k, q, x = d.facilities, d.lanes, d.supplies, d.stocks, d.demands, d.builds
    m.T = pyo.Set(initialize=list(d.years), ordered=True)
    m.N = pyo.Set(initialize=list(d.nodes))
    m.F, m.A, m.S = (pyo.Set(initialize=list(frame.index)) for frame in (f, a, s))
    m.K, m.Q, m.X = (pyo.Set(initialize=list(frame.index)) for frame in (k, q, x))
    m.XS = pyo.Set(initialize=list(d.build_cost.index), dimen=2)
    m.R, m.G = pyo.Set(initialize=list(d.routes.index)), pyo.Set(initialize=list(d.tolls.index))
    m.RS = pyo.Set(initialize=list(d.sign_cost.index), dimen=2)
    m.L = pyo.Set(initialize=list(d.most_index.index))

    m.weight = pyo.Param(m.T, initialize=d.weight.to_dict())
    m.run_cost = pyo.Param(m.F, initialize=f["cost"].to_dict())
    m.available = pyo.Param(m.F, initialize=f["available"].to_dict())
    m.quantity_in = pyo.Param(m.F, initialize=f["quantity"].fillna(0).to_dict())
    m.reserve_of = pyo.Param(m.F, initialize=f["reserve"].dropna().to_dict(), default=float("inf"))
    m.run_exposure = pyo.Param(m.F, initialize=f["exposure"].to_dict())
    m.freight = pyo.Param(m.A, initialize=a["cost"].to_dict())
    m.kept = pyo.Param(m.A, initialize=a["kept"].to_dict())
    m.price = pyo.Param(m.S, m.T, initialize=d.price.stack().to_dict())
    m.limit_of = pyo.Param(m.S, m.T, initialize=d.limit.stack().to_dict())
    m.buy_exposure = pyo.Param(m.S, initialize=s["exposure"].to_dict())
    m.room = pyo.Param(m.K, initialize=k["capacity"].to_dict())
    m.holding = pyo.Param(m.K, initialize=k["cost"].to_dict())
    m.needed = pyo.Param(m.Q, m.T, initialize=d.needed.stack().to_dict())
    m.penalty = pyo.Param(m.Q, initialize=q["penalty"].to_dict())
    m.most = pyo.Param(m.X, initialize=x["most"].to_dict())
    m.build_cost = pyo.Param(m.XS, initialize=d.build_cost.to_dict())
    m.sign_cost = pyo.Param(m.RS, initialize=d.sign_cost.to_dict())
    m.fee = pyo.Param(m.G, initialize=d.tolls["fee"].to_dict())
    m.most_index = pyo.Param(m.L, initialize=d.most_index.to_dict())
    m.requirement = pyo.Param(m.L, initialize=d.requirement.to_dict())
    m.violation_cost = pyo.Param(m.L, initialize=d.violation_cost.to_dict())

    m.run = pyo.Var(m.F, m.T, within=pyo.NonNegativeReals)
    m.ship = pyo.Var(m.A, m.T, within=pyo.NonNegativeReals)
    m.buy = pyo.Var(m.S, m.T, bounds=lambda m, s, t: (0, m.limit_of[s, t]))
    m.store = pyo.Var(m.K, m.T, bounds=lambda m, k, t: (0, m.room[k]))
    m.deliver = pyo.Var(m.Q, m.T, bounds=lambda m, q, t: (0, m.needed[q, t]))
    m.short = pyo.Var(m.Q, m.T, bounds=lambda m, q, t: (0, m.needed[q, t]))
    m.over = pyo.Var(m.L, within=pyo.NonNegativeReals)
    if d.whole:
        m.build = pyo.Var(m.XS, within=pyo.Binary)
    else:
        m.build = pyo.Var(m.XS, bounds=lambda m, x, t: (0, m.most[x]))
    m.sign = pyo.Var(m.RS, within=pyo.Binary)
    m.send = pyo.Var(m.G, m.T, within=pyo.NonNegativeReals)
    m.quantity = pyo.Var(m.R, m.T, within=pyo.NonNegativeReals)

    makes, takes, starts, ends = (_by(c) for c in (f["made"], f["taken"].dropna(), a["start"], a["end"]))
    offers, keeps, needs = (_by(c) for c in (s["node"], k["node"], q["node"]))
    sent, returned, under = (_by(d.tolls[c]) for c in ("sent", "returned", "route"))
    grows = _by(x["facility"])
    added, active = defaultdict(list), defaultdict(list)
    for (name, decided, t), share in d.added.items():
        added[name, t].append((decided, share))
    for (name, signed, t), share in d.active.items():
        active[name, t].append((signed, share))
    back, lag, first = d.tolls["back"].to_dict(), d.tolls["lag"].to_dict(), d.years[0]
    maximum, minimum = (d.routes[c].to_dict() for c in ("maximum", "minimum"))

    def balance(m, n, t):  # type: ignore[no-untyped-def]
        return (
            sum(m.run[i, t] for i in makes[n])
            - sum(m.quantity_in[i] * m.run[i, t] for i in takes[n])
            + sum(m.kept[i] * m.ship[i, t] for i in ends[n])
            - sum(m.ship[i, t] for i in starts[n])
            + sum(m.buy[i, t] for i in offers[n])
            + sum((m.store[i, t - 1] if t > first else 0) - m.store[i, t] for i in keeps[n])
            - sum(m.send[i, t] for i in sent[n])
            + sum(back[i] * m.send[i, t - lag[i]] for i in returned[n] if t - lag[i] >= first)
            - sum(m.deliver[i, t] for i in needs[n])
            == 0
        )

    def capacity(m, i, t):  # type: ignore[no-untyped-def]
        grown = sum(share * m.build[b, decided] for b in grows[i] for decided, share in added[b, t])
        return m.run[i, t] <= m.available[i] + grown

    def reserve(m, i):  # type: ignore[no-untyped-def]
        if m.reserve_of[i] == float("inf"):
            return pyo.Constraint.Skip
        return sum(m.run[i, t] for t in m.T) <= m.reserve_of[i]

    def builds_once(m, b):  # type: ignore[no-untyped-def]
        return sum(m.build[b, t] for t in m.T if (b, t) in m.XS) <= m.most[b]

    def demand(m, i, t):  # type: ignore[no-untyped-def]
        return m.deliver[i, t] + m.short[i, t] == m.needed[i, t]

    dirty = [i for i in m.F if m.run_exposure[i] > 0]
    sold = [i for i in m.S if m.buy_exposure[i] > 0]

    def limit(m, t):  # type: ignore[no-untyped-def]
        exposed = sum(m.run_exposure[i] * m.run[i, t] for i in dirty) + sum(m.buy_exposure[i] * m.buy[i, t] for i in sold)
        return exposed / m.requirement[t] - m.over[t] <= m.most_index[t]

    def live(m, r, t):  # type: ignore[no-untyped-def]
        return sum(share * m.sign[r, signed] for signed, share in active[r, t])

    m.balance = pyo.Constraint(m.N, m.T, rule=balance)
    m.capacity = pyo.Constraint(m.F, m.T, rule=capacity)
    m.reserve = pyo.Constraint(m.F, rule=reserve)
    m.builds_once = pyo.Constraint(m.X, rule=builds_once)
    m.demand = pyo.Constraint(m.Q, m.T, rule=demand)
    m.limit = pyo.Constraint(m.L, rule=limit)
    m.signed_once = pyo.Constraint(m.R, rule=lambda m, r: sum(m.sign[r, t] for t in m.T if (r, t) in m.RS) <= 1)
    m.quantity_of = pyo.Constraint(m.R, m.T, rule=lambda m, r, t: m.quantity[r, t] == sum(m.send[g, t] for g in under[r]))
    m.most_under = pyo.Constraint(m.R, m.T, rule=lambda m, r, t: m.quantity[r, t] <= maximum[r] * live(m, r, t))
    m.least_under = pyo.Constraint(m.R, m.T, rule=lambda m, r, t: m.quantity[r, t] >= minimum[r] * live(m, r, t))
    route = d.tolls["route"].to_dict()
    m.toll_route = pyo.Constraint(m.G, m.T, rule=lambda m, g, t: m.send[g, t] <= maximum[route[g]] * live(m, route[g], t))

    def cost(m):  # type: ignore[no-untyped-def]
        return (
            sum(m.weight[t] * m.run_cost[i] * m.run[i, t] for i in m.F for t in m.T)
            + sum(m.weight[t] * m.freight[i] * m.ship[i, t] for i in m.A for t in m.T)
            + sum(m.weight[t] * m.price[i, t] * m.buy[i, t] for i in m.S for t in m.T)
            + sum(m.weight[t] * m.holding[i] * m.store[i, t] for i in m.K for t in m.T)
            + sum(m.weight[t] * m.penalty[i] * m.short[i, t] for i in m.Q for t in m.T)
            + sum(m.weight[t] * m.fee[i] * m.send[i, t] for i in m.G for t in m.T)
            + sum(m.violation_cost[t] * m.over[t] for t in m.L)
            + sum(m.build_cost[key] * m.build[key] for key in m.XS)
            + sum(m.sign_cost[key] * m.sign[key] for key in m.RS)
        )

    m.cost = pyo.Objective(rule=cost)
    return m


def _by(column: Any) -> dict[str, list[str]]:
    """node -> names whose column says it."""
    found = defaultdict(list)
    for name, node in column.items():
        found[node].append(name)
    return found


# ---------------------------------------------------------------- appsi


def hand_over(m: pyo.ConcreteModel, options: dict[str, Any]) -> Any:
    from pyomo.contrib.appsi.solvers import Highs

    solver = Highs()
    solver.highs_options = {n: v for n, v in options.items() if n != "output_flag"}
    solver.set_instance(m)
    return solver


def solve(m: pyo.ConcreteModel, handed: Any) -> float:
    handed.update_config.check_for_new_or_removed_constraints = False
    handed.update_config.check_for_new_or_removed_vars = False
    handed.update_config.check_for_new_or_removed_params = False
    for name in ("vars", "constraints", "named_expressions", "params"):
        setattr(handed.update_config, f"update_{name}", False)
    handed.solve(m)
    return float(pyo.value(m.cost))


# ---------------------------------------------------------------- pyomo.contrib.solver


def hand_over_contrib(m: pyo.ConcreteModel, options: dict[str, Any]) -> Any:
    from pyomo.contrib.solver.solvers.highs import Highs

    solver = Highs()
    solver.config.solver_options = {n: v for n, v in options.items() if n != "output_flag"}
    solver.set_instance(m)
    return solver


def solve_contrib(m: pyo.ConcreteModel, handed: Any) -> float:
    auto = handed.config.auto_updates
    auto.check_for_new_or_removed_constraints = False
    for name in ("vars", "constraints", "named_expressions", "parameters"):
        setattr(auto, f"update_{name}", False)
    handed.solve(m)
    return float(pyo.value(m.cost))


# ---------------------------------------------------------------- LP file


def hand_over_lp(m: pyo.ConcreteModel, options: dict[str, Any]) -> Any:
    """Written as an LP file and read by HiGHS."""
    h = highspy.Highs()
    for name, value in options.items():
        h.setOptionValue(name, value)
    with TemporaryDirectory() as folder:
        path = Path(folder, "model.lp")
        m.write(str(path))
        h.readModel(str(path))
    return h


def solve_lp(m: pyo.ConcreteModel, handed: Any) -> float:
    handed.run()
    return float(handed.getInfo().objective_function_value)
