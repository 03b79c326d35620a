"""The tables of a generated chain with every number worked out once, as a user of any modelling language would have them.

Only what generated chains use: years of one year each, one tracked element, tolls with a lag of whole years. It is written
from docs/formulation.md and shares nothing with `magnet_models`, so that peers check it. Money is in millions.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
from magnet_sourcing import Case

MILLION = 1e6


@dataclass(frozen=True)
class Data:
    """Frames by name of the thing; a node is a material at a place.

    facilities: made, taken (nodes; taken may be blank), quantity, available, cost, reserve, exposure.
    lanes: start, end (nodes), kept, cost. supplies: node, exposure; price, limit: supply by year.
    stocks: node, capacity, cost. demands: node, penalty; needed: demand by year.
    builds: facility, most (1 if all or nothing). added: capacity in (expansion, decided, year) of a unit decided.
    build_cost: (expansion, decided). routes: maximum, minimum. sign_cost: (route, signed). active: (route, signed, year).
    tolls: route, sent, returned (nodes), back (tonnes per tonne), lag, fee. Costs of flows are before `weight`, the others
    discounted. most_index, requirement, violation_cost: by year of the limit. fixed: what no decision changes.
    """

    whole: bool
    years: pd.Index
    weight: pd.Series
    nodes: pd.Index
    facilities: pd.DataFrame
    lanes: pd.DataFrame
    supplies: pd.DataFrame
    price: pd.DataFrame
    limit: pd.DataFrame
    stocks: pd.DataFrame
    demands: pd.DataFrame
    needed: pd.DataFrame
    builds: pd.DataFrame
    added: pd.Series
    build_cost: pd.Series
    routes: pd.DataFrame
    sign_cost: pd.Series
    active: pd.Series
    tolls: pd.DataFrame
    most_index: pd.Series
    requirement: pd.Series
    violation_cost: pd.Series
    fixed: float


def prepare(case: Case) -> Data:
    """From the case's tables as they stand, blanks and all."""
    t, base, rate = case.tables, case.settings["base_year"], case.settings["discount_rate"]
    years = pd.Index(t["periods"]["period"].astype(int), name="year")
    weight = pd.Series((1 + rate) ** -(years.to_numpy() - base) / MILLION, years)
    country = t["locations"].set_index("location")["country"]
    exposed = case.settings["exposed_country"]
    stages = t["stages"].set_index("stage")
    materials = t["materials"].set_index("material")
    content = t["contents"].set_index("material")["content"].astype(float)
    # Weighted content of a tonne whose last stage, or all stages so far, are done in the exposed country.
    own = stages["weight"].astype(float)[materials["stage"]].to_numpy() * content[materials.index]
    so_far = stages["weight"].astype(float).cumsum()[materials["stage"]].to_numpy() * content[materials.index]

    facilities, fixed = _facilities(t, country, exposed, own)
    lanes = t["lanes"].merge(t["freight"], on="lane").set_index("lane")
    lanes = pd.DataFrame(
        {
            "start": lanes["origin"] + ", " + lanes["material"],
            "end": lanes["destination"] + ", " + lanes["material"],
            "kept": 1 - lanes["loss"].astype(float),
            "cost": lanes["cost"].astype(float),
        }
    )
    supplies = t["supplies"].set_index("supply")
    demands = t["demands"].set_index("demand")
    grown = pd.DataFrame({y: (1 + demands["growth"].astype(float)) ** (y - base) for y in years})
    needed = grown.mul(demands["quantity"].astype(float), axis=0)
    stocks = t["stocks"].set_index("stock")
    builds, added, build_cost, whole = _builds(t["expansions"], facilities, years, weight, rate)
    routes, sign_cost, active, tolls = _contracts(t, years, weight)
    limit = t["limits"].iloc[0]
    limited = years[years >= limit["first_year"]]
    requirement = needed.mul(content[demands["material"]].to_numpy(), axis=0).sum().rename_axis("year")
    return Data(
        whole,
        years,
        weight,
        pd.Index(sorted({*facilities["made"], *facilities["taken"].dropna(), *lanes["end"]}), name="node"),
        facilities,
        lanes,
        pd.DataFrame(
            {
                "node": supplies["location"] + ", " + supplies["material"],
                "exposure": so_far[supplies["material"]].to_numpy() * (supplies["origin"] == exposed),
            }
        ),
        _by_year(supplies, "price", years),
        _by_year(supplies, "limit", years),
        pd.DataFrame(
            {
                "node": stocks["location"] + ", " + stocks["material"],
                "capacity": stocks["capacity"].astype(float),
                "cost": stocks["cost"].astype(float),
            }
        ),
        pd.DataFrame(
            {"node": demands["location"] + ", " + demands["material"], "penalty": demands["penalty"].astype(float)}
        ),
        needed.rename_axis(columns="year"),
        builds,
        added,
        build_cost,
        routes,
        sign_cost,
        active,
        tolls,
        pd.Series(float(limit["value"]), limited),
        requirement[limited],
        float(limit["penalty"]) * weight[limited],
        float(fixed * weight.sum()),
    )


def _by_year(frame: pd.DataFrame, column: str, years: pd.Index) -> pd.DataFrame:
    chosen = frame[[f"{column} {y}" for y in years]].astype(float)
    return chosen.set_axis(years, axis=1)


def _facilities(
    t: dict[str, pd.DataFrame], country: pd.Series, exposed: str, own: pd.Series
) -> tuple[pd.DataFrame, float]:
    f = t["facilities"].merge(t["operations"], on="facility").set_index("facility")
    recipe = t["recipes"].set_index(["process", "direction"])
    made = recipe.xs("output", level="direction")["material"][f["process"]].to_numpy()
    inputs = recipe.xs("input", level="direction").reindex(f["process"])
    capacity = f["capacity"].astype(float)
    frame = pd.DataFrame(
        {
            "made": f["location"] + ", " + made,
            "taken": (f["location"] + ", " + inputs["material"].to_numpy()).where(inputs["material"].notna().to_numpy()),
            "quantity": inputs["quantity"].astype(float).to_numpy(),
            "available": capacity * f["availability"].astype(float),
            "availability": f["availability"].astype(float),
            "cost": f["cost"].astype(float),
            "reserve": f["reserve"].astype(float),
            "exposure": own[made].to_numpy() * (country[f["location"]].to_numpy() == exposed),
        }
    )
    return frame, float((f["fixed_cost"].astype(float) * capacity).sum())


def _builds(
    x: pd.DataFrame, facilities: pd.DataFrame, years: pd.Index, weight: pd.Series, rate: float
) -> tuple[pd.DataFrame, pd.Series, pd.Series, bool]:
    """Capacity comes after the lead time, over the ages of the ramp; annuities and running costs are paid in service."""
    whole = bool((x["sizing"] == "all-or-nothing").any())
    ramp = (0.4, 0.7, 1.0)
    added, cost = {}, {}
    for row in x.to_dict("records"):
        available = facilities.at[row["facility"], "availability"]
        size = row["max_size"] if whole else 1.0
        capital = row["fixed_cost"] if whole else row["unit_cost"]
        yearly = capital * rate / (1 - (1 + rate) ** -row["life"]) + row["running_cost"] * size
        for decided in years:
            served = [y for y in years if 0 <= y - decided - row["lead_time"] < row["life"]]
            if served:
                cost[row["expansion"], decided] = yearly * weight[served].sum()
            for y in served:
                share = ramp[min(y - decided - row["lead_time"], len(ramp) - 1)]
                added[row["expansion"], decided, y] = share * size * available
    builds = x.set_index("expansion")[["facility"]].assign(most=1.0 if whole else x.set_index("expansion")["max_size"])
    builds["most"] = builds["most"].astype(float)
    return (
        builds,
        pd.Series(added).rename_axis(["expansion", "decided", "year"]),
        pd.Series(cost).rename_axis(["expansion", "decided"]),
        whole,
    )


def _contracts(
    t: dict[str, pd.DataFrame], years: pd.Index, weight: pd.Series
) -> tuple[pd.DataFrame, pd.Series, pd.Series, pd.DataFrame]:
    routes, tolls = t["routes"].set_index("route"), t["tolls"].set_index("toll")
    active, cost = {}, {}
    for r, row in routes.iterrows():
        for signed in years:
            live = [y for y in years if 0 <= y - signed - row["lead_time"] < row["duration"]]
            if live:
                cost[r, signed] = row["signing_cost"] * weight[signed]
            active |= {(r, signed, y): 1.0 for y in live}
    levels = pd.MultiIndex.from_arrays([[], []], names=["route", "signed"])
    wide = pd.MultiIndex.from_arrays([[], [], []], names=["route", "signed", "year"])
    if not len(routes):
        frame = pd.DataFrame(columns=["route", "sent", "returned", "back", "lag", "fee"])
        return pd.DataFrame(columns=["maximum", "minimum"]), pd.Series(0.0, levels), pd.Series(0.0, wide), frame
    return (
        routes[["maximum", "minimum"]].astype(float),
        pd.Series(cost).rename_axis(["route", "signed"]),
        pd.Series(active).rename_axis(["route", "signed", "year"]),
        pd.DataFrame(
            {
                "route": tolls["route"],
                "sent": tolls["origin"] + ", " + tolls["sent"],
                "returned": tolls["destination"] + ", " + tolls["returned"],
                "back": tolls["yield"].astype(float),
                "lag": tolls["lag"].astype(int),
                "fee": tolls["fee"].astype(float),
            }
        ),
    )
