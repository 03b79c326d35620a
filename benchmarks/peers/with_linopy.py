"""In linopy, vectorised: one call for each family of variables and rows, balances by `groupby`."""

from __future__ import annotations

from typing import Any

import linopy
import pandas as pd
from linopy import LinearExpression, Model, merge

from .data import Data


def build(d: Data, sparse: bool = False) -> Model:
    linopy.options["semantics"] = "v1"
    m = Model(sparse=sparse)
    f, a, s, k, q = d.facilities, d.lanes, d.supplies, d.stocks, d.demands

    run = m.add_variables(lower=0, coords=[f.index, d.years], name="run")
    ship = m.add_variables(lower=0, coords=[a.index, d.years], name="ship")
    buy = m.add_variables(lower=0, upper=d.limit, name="buy")
    most = pd.DataFrame({y: k["capacity"] for y in d.years}).rename_axis(columns="year")
    store = m.add_variables(lower=0, upper=most, name="store")
    deliver = m.add_variables(lower=0, upper=d.needed, name="deliver")
    short = m.add_variables(lower=0, upper=d.needed, name="short")
    over = m.add_variables(lower=0, coords=[d.most_index.index], name="violation")
    decided = d.build_cost.unstack("decided").loc[d.builds.index]
    offered, places = decided.notna(), [decided.index, decided.columns]
    if d.whole:
        build = m.add_variables(coords=places, mask=offered, binary=True, name="build")
    else:
        largest = pd.DataFrame({y: d.builds["most"] for y in decided}).rename_axis(columns="decided")
        build = m.add_variables(lower=0, upper=largest, mask=offered, name="build")

    # What comes to a node and what leaves it, year by year.
    before = (1 * store.shift(year=1)).fillna(0)  # nothing at first
    uses = f["taken"].notna()
    takers = f[uses]
    flows = [
        _at(1 * run, f["made"]),
        _at(-takers["quantity"] * run.sel(facility=takers.index), takers["taken"]),
        _at(-1 * ship, a["start"]),
        _at(a["kept"] * ship, a["end"]),
        _at(1 * buy, s["node"]),
        _at(before - store, k["node"]),
        _at(-1 * deliver, q["node"]),
    ]
    cost = [
        (f["cost"] * run * d.weight).sum(),
        (a["cost"] * ship * d.weight).sum(),
        (d.price * buy * d.weight).sum(),
        (k["cost"] * store * d.weight).sum(),
        (q["penalty"] * short * d.weight).sum(),
        (d.violation_cost * over).sum(),
        (decided.fillna(0) * build).sum(),
    ]
    if len(d.routes):
        added, costs = _contracts(m, d)
        flows, cost = flows + added, cost + costs
    m.add_constraints(merge(flows, join="outer") == 0, name="balance")

    # Capacity: where something may be built, with what it adds.
    x = d.builds
    added = d.added.to_xarray().reindex(expansion=decided.index, decided=decided.columns, year=d.years).fillna(0)
    grown = (added * build).sum("decided").groupby(x["facility"]).sum()
    sites = pd.Index(sorted(x["facility"].unique()), name="facility")
    plain = f.index.difference(sites, sort=False)
    m.add_constraints(run.sel(facility=plain) <= f.loc[plain, "available"], name="capacity")
    here = run.sel(facility=sites)
    m.add_constraints(here - grown.sel(facility=sites) <= f.loc[sites, "available"], name="grown_capacity")
    mines = f.index[f["reserve"].notna()]
    m.add_constraints(run.sel(facility=mines).sum("year") <= f.loc[mines, "reserve"], name="reserve")
    m.add_constraints(build.sum("decided") <= x["most"], name="builds_once")
    m.add_constraints(deliver + short == d.needed, name="demand")

    limited = d.most_index.index
    dirty = f.index[f["exposure"] > 0]
    sold = s.index[s["exposure"] > 0]
    exposed = (f.loc[dirty, "exposure"] * run.sel(facility=dirty, year=limited)).sum("facility")
    exposed = exposed + (s.loc[sold, "exposure"] * buy.sel(supply=sold, year=limited)).sum("supply")
    m.add_constraints(exposed * (1 / d.requirement) - over <= d.most_index, name="limit")
    m.add_objective(sum(cost[1:], cost[0]))
    return m


def _contracts(m: Model, d: Data) -> tuple[list[LinearExpression], list[LinearExpression]]:
    """Signing, what is active, quantities with minimum and maximum, what is sent and what comes back."""
    signings, tolls = d.sign_cost.unstack("signed").loc[d.routes.index], d.tolls
    sign = m.add_variables(coords=[signings.index, signings.columns], mask=signings.notna(), binary=True, name="sign")
    send = m.add_variables(lower=0, coords=[tolls.index, d.years], name="send")
    quantity = m.add_variables(lower=0, coords=[d.routes.index, d.years], name="quantity")
    shares = d.active.to_xarray().reindex(route=signings.index, signed=signings.columns, year=d.years).fillna(0)
    active = (shares * sign).sum("signed")
    under = (1 * send).groupby(tolls["route"]).sum()
    m.add_constraints(sign.sum("signed") <= 1, name="signed_once")
    m.add_constraints(quantity - under == 0, name="quantity_of")
    m.add_constraints(quantity - d.routes["maximum"] * active <= 0, name="quantity_most")
    m.add_constraints(quantity - d.routes["minimum"] * active >= 0, name="quantity_least")
    m.add_constraints(under - d.routes["maximum"] * active <= 0, name="toll_route")
    (lag,) = tolls["lag"].unique()
    flows = [_at(-1 * send, tolls["sent"]), _at((tolls["back"] * send.shift(year=int(lag))).fillna(0), tolls["returned"])]
    return flows, [(signings.fillna(0) * sign).sum(), (tolls["fee"] * send * d.weight).sum()]


def _at(flow: LinearExpression, nodes: pd.Series) -> LinearExpression:
    """Flows added up by node."""
    return flow.groupby(nodes.rename("node")).sum()


def hand_over(m: Model, options: dict[str, Any]) -> Any:
    return linopy.solvers.Solver.from_name("highs", m, io_api="direct", options=options)


def solve(m: Model, handed: Any) -> float:
    return float(handed.solve().solution.objective)
