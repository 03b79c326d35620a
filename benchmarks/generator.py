"""Made-up chains of any size, shaped like the reference case: mines, six stages, lanes, offers, stocks, markets, years.

Every number is drawn from ranges around those of the reference case; none is a fact. The same arguments give the same
case. Whole numbers do not grow with the flows: a planner decides on some plants and contracts, however fine the lanes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from magnet_sourcing import Case

FIRST = 2026
COUNTRIES = ("China", "India", "Australia", "Malawi", "Argentina", "Japan", "Korea", "Viet Nam", "Malaysia", "Estonia")
# Share of the plants that stand in each: China works most of the world's rare earths.
_WEIGHT = (0.40, 0.12, 0.08, 0.05, 0.05, 0.10, 0.08, 0.05, 0.05, 0.02)
# stage: material it makes, its NdPr content, what a tonne takes of the material before, cost a tonne, value a tonne
STAGES = {
    "beneficiation": ("concentrate", 0.10, 0.0, 900.0, 2_000.0),
    "cracking": ("carbonate", 0.17, 1.9, 1_500.0, 7_000.0),
    "separation": ("oxide", 0.857, 5.5, 9_000.0, 65_000.0),
    "metal": ("metal", 1.0, 1.22, 8_000.0, 90_000.0),
    "alloy": ("alloy", 0.30, 0.305, 6_000.0, 38_000.0),
    "magnet": ("magnet", 0.30, 1.25, 15_000.0, 75_000.0),
}
# Weight of each stage in the dependence index, in order.
_EXPOSURE = (0.1, 0.1, 0.25, 0.2, 0.1, 0.25)
_NEEDED = 100_000.0  # tonnes of magnets in the first year, whatever the size of the chain


@dataclass(frozen=True)
class Size:
    """plants: of each stage. lanes: out of each place. markets, years: how many. builds, contracts: what there is to
    decide. whole: builds are all or nothing, and there are contracts; without, any size may be built."""

    plants: int
    lanes: int
    markets: int
    years: int
    builds: int
    contracts: int = 0
    whole: bool = True


SIZES = {
    "2k": Size(plants=8, lanes=3, markets=6, years=10, builds=10, contracts=3),
    "50k": Size(plants=70, lanes=6, markets=40, years=16, builds=30, contracts=6),
    "300k": Size(plants=350, lanes=6, markets=150, years=20, builds=40, contracts=8),
    "1.5M": Size(plants=1_600, lanes=6, markets=500, years=22, builds=60, contracts=10),
}


def chain(size: Size, seed: int = 0, scenarios: int = 0) -> Case:
    """A case of this size that has a plan: demand not met costs a penalty. scenarios: how many futures it lists."""
    draw = np.random.default_rng(seed)
    sites = _sites(size, draw)
    tables: dict[str, list[dict[str, Any]]] = {
        "periods": [{"period": FIRST + i} for i in range(size.years)],
        "elements": [{"element": "NdPr"}],
        "ramps": [{"ramp": "three years", "age": i, "share": x} for i, x in enumerate((0.4, 0.7, 1.0))],
        "processes": [{"process": k, "stage": k} for k in STAGES],
    }
    tables |= _materials() | _plants(sites, size, draw) | _lanes(sites, size, draw)
    tables |= _trade(sites, size, draw) | _builds(sites, size, draw)
    if size.whole:
        tables |= _contracts(size, draw)
    tables |= _policy(size) | _scenarios(tables, size, scenarios, draw)
    settings = {
        "name": f"chain of {size.plants} plants a stage",
        "base_year": FIRST,
        "discount_rate": 0.08,
        "capital": "annuity",
        "exposed_country": "China",
        "home_country": "India",
    }
    return _case(settings, tables)


def _case(settings: dict[str, Any], tables: dict[str, list[dict[str, Any]]]) -> Case:
    return Case(settings, {name: pd.DataFrame(rows, dtype=object) for name, rows in tables.items() if rows})


def _sites(size: Size, draw: np.random.Generator) -> pd.DataFrame:
    """A place for each plant and market, with its country; enough of each stage stand in India and in China."""
    kinds = [*(k for k in STAGES for _ in range(size.plants)), *["market"] * size.markets]
    country = draw.choice(COUNTRIES, len(kinds), p=_WEIGHT)
    number = [i % size.plants for i in range(6 * size.plants)] + list(range(size.markets))
    frame = pd.DataFrame({"kind": kinds, "number": number, "country": country})
    frame["place"] = frame["kind"] + " " + frame["number"].astype(str)
    frame["latitude"], frame["longitude"] = draw.uniform(-40, 60, len(frame)), draw.uniform(-120, 150, len(frame))
    return frame


def _materials() -> dict[str, list[dict[str, Any]]]:
    stages, materials, contents, recipes = [], [], [], []
    before = None
    for i, (stage, (material, content, takes, _, value)) in enumerate(STAGES.items()):
        stages.append({"stage": stage, "order": i + 1, "weight": _EXPOSURE[i]})
        materials.append({"material": material, "stage": stage, "value": value})
        contents.append({"material": material, "element": "NdPr", "content": content})
        recipes.append({"process": stage, "material": material, "direction": "output", "quantity": 1})
        if before:
            recipes.append({"process": stage, "material": before, "direction": "input", "quantity": takes})
        before = material
    return {"stages": stages, "materials": materials, "contents": contents, "recipes": recipes}


def _needed(stage: str, years: int) -> float:
    """Tonnes of a stage's material that the demand of the last year takes."""
    tonnes, chain_after = _NEEDED * 1.06 ** (years - 1), list(STAGES)[list(STAGES).index(stage) + 1 :]
    for later in reversed(chain_after):
        tonnes *= STAGES[later][2]
    return tonnes


def _plants(sites: pd.DataFrame, size: Size, draw: np.random.Generator) -> dict[str, list[dict[str, Any]]]:
    locations = [
        {"location": s.place, "country": s.country, "latitude": round(s.latitude, 2), "longitude": round(s.longitude, 2)}
        for s in sites.itertuples()
    ]
    facilities, operations = [], []
    for s in sites[sites.kind != "market"].itertuples():
        capacity = _needed(s.kind, size.years) / size.plants * draw.uniform(0.3, 1.4)
        cost = STAGES[s.kind][3] * draw.uniform(0.7, 1.5) * (0.75 if s.country == "China" else 1.0)
        facilities.append(
            {
                "facility": s.place,
                "location": s.place,
                "capacity": round(capacity, 1),
                "availability": 0.92,
                "fixed_cost": round(cost * 0.05, 2),
                "reserve": round(capacity * size.years * 0.8) if s.kind == "beneficiation" else None,
            }
        )
        operations.append({"facility": s.place, "process": s.kind, "cost": round(cost, 2)})
    return {"locations": locations, "facilities": facilities, "operations": operations}


def _lanes(sites: pd.DataFrame, size: Size, draw: np.random.Generator) -> dict[str, list[dict[str, Any]]]:
    """From every place to some of the next stage, half of them the nearest, half anywhere; and to every place from one."""
    lanes, freight = [], []
    kinds = [*STAGES, "market"]
    for here, there in zip(kinds, kinds[1:], strict=False):
        starts, ends = sites[sites.kind == here], sites[sites.kind == there]
        a, b = (x[["latitude", "longitude"]].to_numpy() for x in (starts, ends))
        far = np.hypot(a[:, None, 0] - b[None, :, 0], a[:, None, 1] - b[None, :, 1])
        count = min(size.lanes, len(ends))
        linked = np.zeros(far.shape, dtype=bool)
        for i in range(len(starts)):
            near = np.argsort(far[i])[: count // 2]
            rest = np.setdiff1d(np.arange(len(ends)), near)
            linked[i, near] = linked[i, draw.choice(rest, count - len(near), replace=False)] = True
        missed = np.flatnonzero(~linked.any(axis=0))
        linked[np.argmin(far[:, missed], axis=0), missed] = True
        pairs = np.argwhere(linked)
        for (i, j), factor in zip(pairs, draw.uniform(0.8, 1.2, len(pairs)), strict=True):
            origin, destination = starts["place"].iat[i], ends["place"].iat[j]
            lane = f"{origin} to {destination}"
            lanes.append({"lane": lane, "origin": origin, "destination": destination, "mode": "sea"})
            cost = round(40 + 2.5 * far[i, j] * factor, 2)
            freight.append({"lane": lane, "material": STAGES[here][0], "cost": cost, "loss": 0.002})
    return {"lanes": lanes, "freight": freight}


def _trade(sites: pd.DataFrame, size: Size, draw: np.random.Generator) -> dict[str, list[dict[str, Any]]]:
    """China offers every material; markets need magnets; some plants keep stocks."""
    years = [FIRST + i for i in range(size.years)]
    supplies, demands, stocks = [], [], []
    for s in sites.itertuples():
        if s.kind == "market":
            quantity = round(_NEEDED / size.markets * draw.uniform(0.5, 1.5), 2)
            demands.append(
                {
                    "demand": s.place,
                    "segment": draw.choice(["EV", "wind", "industrial", "electronics"]),
                    "material": "magnet",
                    "location": s.place,
                    "quantity": quantity,
                    "growth": round(draw.uniform(0.02, 0.08), 4),
                    "penalty": 400_000,
                }
            )
        if s.kind in ("separation", "magnet", "market") and draw.random() < 0.5:
            material = "magnet" if s.kind == "market" else STAGES[s.kind][0]
            price = STAGES["magnet" if s.kind == "market" else s.kind][4] * draw.uniform(0.95, 1.3)
            growth = draw.uniform(1.0, 1.03)
            supplies.append(
                {"supply": f"offer at {s.place}", "material": material, "location": s.place, "origin": "China"}
                | {f"price {t}": round(price * growth**i, 2) for i, t in enumerate(years)}
                | {f"limit {t}": round(_needed("magnet", 1) / size.plants, 1) for t in years}
            )
        if s.kind in ("separation", "magnet") and draw.random() < 0.5:
            stocks.append(
                {
                    "stock": f"stock at {s.place}",
                    "material": STAGES[s.kind][0],
                    "location": s.place,
                    "capacity": round(_needed(s.kind, 1) / size.plants / 2, 1),
                    "cost": round(STAGES[s.kind][4] * 0.03, 2),
                }
            )
    return {"supplies": supplies, "demands": demands, "stocks": stocks}


def _builds(sites: pd.DataFrame, size: Size, draw: np.random.Generator) -> dict[str, list[dict[str, Any]]]:
    """Ways to grow, spread over the stages, each as large as its stage's share of the demand."""
    plants = sites[sites.kind != "market"]
    expansions = []
    for i, at in enumerate(draw.choice(len(plants), size.builds, replace=False)):
        s = plants.iloc[int(at)]
        largest = _needed(s.kind, size.years) / size.builds * draw.uniform(0.5, 1.5)
        cost = STAGES[s.kind][4] * draw.uniform(0.6, 1.4)
        row = {
            "expansion": f"build {i} at {s.place}",
            "facility": s.place,
            "sizing": "all-or-nothing" if size.whole else "continuous",
            "max_size": round(largest, 1),
            "running_cost": round(cost * 0.02, 2),
            "lead_time": int(draw.integers(1, 4)),
            "ramp": "three years",
            "life": 20,
        }
        row |= {"fixed_cost": round(largest * cost)} if size.whole else {"unit_cost": round(cost, 2)}
        expansions.append(row)
    return {"expansions": expansions}


def _contracts(size: Size, draw: np.random.Generator) -> dict[str, list[dict[str, Any]]]:
    """Oxide out, magnet back: a partner in Japan or Korea, a fee, a minimum, two years to set up."""
    routes, tolls = [], []
    for i in range(size.contracts):
        tonnes = round(_NEEDED / 10 / size.contracts * draw.uniform(0.5, 2.0), 1)
        routes.append(
            {
                "route": f"contract {i}",
                "kind": "tolling",
                "country": str(draw.choice(["Japan", "Korea"])),
                "lead_time": int(draw.integers(0, 3)),
                "duration": 10,
                "signing_cost": round(tonnes * 800),
                "maximum": tonnes,
                "minimum": round(tonnes * 0.4, 1),
            }
        )
        tolls.append(
            {
                "toll": f"toll {i}",
                "route": f"contract {i}",
                "sent": "oxide",
                "origin": f"separation {i % size.plants}",
                "returned": "magnet",
                "destination": f"market {i % size.markets}",
                "yield": 2.2,
                "lag": 1,
                "fee": round(draw.uniform(25_000, 60_000), 2),
            }
        )
    return {"routes": routes, "tolls": tolls}


def _policy(size: Size) -> dict[str, list[dict[str, Any]]]:
    """Dependence on China at most half from the middle of the horizon; at a price, so that there is a plan."""
    return {
        "limits": [
            {"limit": "dependence", "sense": "at most", "value": 0.5, "penalty": 2e9,
             "first_year": FIRST + size.years // 2},
        ],
        "limit_terms": [{"limit": "dependence", "metric": "index"}],
    }  # fmt: skip


def _scenarios(
    tables: dict[str, list[dict[str, Any]]], size: Size, count: int, draw: np.random.Generator
) -> dict[str, list[dict[str, Any]]]:
    """Futures that are equally likely: the first is calm; in the others China sells less for some years, demand is higher
    or lower, and a build is late."""
    scenarios, disruptions = [], []
    for i in range(count):
        name = f"future {i}" if i else "calm"
        scenarios.append({"scenario": name, "probability": 1 / count})
        begins = FIRST + int(draw.integers(1, size.years))
        late = tables["expansions"][int(draw.integers(len(tables["expansions"])))]["expansion"]
        changes = [
            ("supplies", "origin = China", "limit", "multiply", round(draw.uniform(0, 0.6), 3), begins, begins + 2),
            ("demands", None, "quantity", "multiply", round(draw.uniform(0.8, 1.25), 3), begins, None),
            ("expansions", f"expansion = {late}", "lead_time", "add", int(draw.integers(1, 3)), None, None),
        ]
        columns = ("table", "where", "column", "operation", "value", "first_year", "last_year")
        if i:
            disruptions += [{"scenario": name, **dict(zip(columns, change, strict=True))} for change in changes]
    return {"scenarios": scenarios, "disruptions": disruptions}
