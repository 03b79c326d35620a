"""Turns published models into cases: folders of CSV tables.

    python tests/published/convert.py RAW [OUT]

RAW holds one folder for each data set as its publisher lays it out (README.md here says which and from where); OUT is
this folder unless named. Nothing is computed but units: every number of a case is a number of the publication, or a
product or quotient of two.

All cases have one period of one year (weight 1) unless the model has several; capital is cash without salvage.
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from magnet_sourcing import Case

Row = dict[str, Any]
Tables = dict[str, list[Row]]
Cases = dict[str, Case]

YEAR = 2000
HERE = "published"  # the one country of models that have no countries


def read_json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def case(name: str, description: str, tables: Mapping[str, list[Row]]) -> Case:
    settings = {
        "name": name, "description": description, "base_year": YEAR, "discount_rate": 0, "capital": "cash",
    }
    return Case.from_rows(settings, {"periods": [{"period": YEAR, "weight": 1}], **tables})


def places(names: Iterable[str]) -> list[Row]:
    return [{"location": n, "country": HERE} for n in names]


def materials(*names: str, **columns: Any) -> list[Row]:
    return [{"material": n, **columns} for n in names]


def by_year(column: str, values: Iterable[float], first: int = YEAR) -> Row:
    return {f"{column} {year}": v for year, v in enumerate(values, start=first)}


# ---------------------------------------------------------------- transport


def trnsport(raw: Path) -> Cases:
    d = read_json(raw / "data.json")
    rate = d["freight_usd_per_case_per_thousand_miles"] / 1000  # thousand US$, as the publication counts
    tables: Tables = {
        "locations": places(p["name"] for p in d["plants"] + d["markets"]),
        "materials": materials("goods"),
        "supplies": [
            {"supply": p["name"], "material": "goods", "location": p["name"], "price": 0, "limit": p["capacity"]}
            for p in d["plants"]
        ],
        "demands": [
            {"demand": m["name"], "material": "goods", "location": m["name"], "quantity": m["demand"]}
            for m in d["markets"]
        ],
        "lanes": [], "freight": [],
    }
    for x in d["distance"]:
        lane(tables, x["from"], x["to"], {"goods": rate * x["d"]})
    return {"gams_trnsport": case("trnsport", "Dantzig's transport problem", tables)}


def lane(tables: Tables, origin: str, destination: str, costs: Mapping[str, float], tag: str = "", **columns: Any) -> None:
    """A lane and what it carries; `costs` are freight by material."""
    name = f"{origin} - {destination}" + (f" {tag}" if tag else "")
    tables["lanes"].append({"lane": name, "origin": origin, "destination": destination, **columns})
    tables["freight"] += [{"lane": name, "material": m, "cost": c} for m, c in costs.items()]


# ---------------------------------------------------------------- Mexican steel


def mexss(raw: Path) -> Cases:
    d = read_json(raw / "data.json")
    plants, markets, km = d["plants"], d["markets"], d["rail_km"]
    fixed, per_km = d["freight"]["fixed_usd_per_t"], d["freight"]["usd_per_t_km"]

    def freight(origin: str, destination: str) -> float:
        distance = km.get(origin, {}).get(destination)
        return fixed + per_km * distance if distance else 0.0  # a pair without a distance is free

    need = d["demand"]["total_final_goods_1979"] * (1 + d["demand"]["raw_steel_equivalence_pct"] / 100)
    tables: Tables = {
        "locations": places([*plants, *markets, "import", "export"]),
        "materials": materials(*d["domestic_price"]) + materials("pig-iron", "sponge", "steel", disposal_cost=0),
        "processes": [{"process": p} for p in d["processes"]],
        "recipes": [
            {"process": p, "material": m, "direction": "output" if q > 0 else "input", "quantity": abs(q)}
            for p, spec in d["processes"].items() for m, q in spec["io"].items()
        ],
        "facilities": [
            {"facility": f"{unit} {plant}", "location": plant, "capacity": size}
            for unit, sizes in d["capacity"].items() for plant, size in sizes.items()
        ],
        "operations": [
            {"facility": f"{spec['unit']} {plant}", "process": p}
            for p, spec in d["processes"].items() for plant in d["capacity"][spec["unit"]]
        ],
        "supplies": [
            {"supply": f"{m} {plant}", "material": m, "location": plant, "price": price}
            for m, price in d["domestic_price"].items() for plant in plants
        ] + [{"supply": "import", "material": "steel", "location": "import", "price": d["steel_import_price"]}],
        "sales": [{"sale": "export", "material": "steel", "location": "export", "price": d["steel_export_price"]}],
        "limits": [{"limit": "exports", "sense": "at most", "value": d["steel_export_limit_total"]}],
        "limit_terms": [{"limit": "exports", "metric": "sold", "material": "steel"}],
        "demands": [
            {"demand": m, "material": "steel", "location": m, "quantity": need * share / 100}
            for m, share in d["demand"]["share_pct"].items()
        ],
        "lanes": [], "freight": [],
    }
    for origin in [*plants, "import"]:
        for destination in markets:
            lane(tables, origin, destination, {"steel": freight(origin, destination)})
    for plant in plants:
        lane(tables, plant, "export", {"steel": freight(plant, "export")})
    return {"gams_mexss": case("mexss", "Mexican steel sector, small static model", tables)}


# ---------------------------------------------------------------- warehouses and facilities


def _sited(name: str, description: str, sites: Mapping[str, tuple[float, float]], needs: Mapping[str, float],
           cost: Callable[[str, str], float]) -> Case:
    """Which sites to open: `sites` gives capacity and fixed cost, `cost` that of a tonne from site to customer."""
    tables: Tables = {
        "locations": places([*sites, *needs]),
        "materials": materials("goods"),
        "processes": [{"process": "serve"}],
        "recipes": [{"process": "serve", "material": "goods", "direction": "output", "quantity": 1}],
        "facilities": [{"facility": s, "location": s, "capacity": 0} for s in sites],
        "operations": [{"facility": s, "process": "serve"} for s in sites],
        "expansions": [
            {"expansion": f"open {s}", "facility": s, "sizing": "all-or-nothing", "max_size": size, "fixed_cost": fixed}
            for s, (size, fixed) in sites.items()
        ],
        "demands": [{"demand": c, "material": "goods", "location": c, "quantity": q} for c, q in needs.items()],
        "lanes": [], "freight": [],
    }
    for s in sites:
        for c in needs:
            lane(tables, s, c, {"goods": cost(s, c)})
    return case(name, description, tables)


def orlib_cap(raw: Path) -> Cases:
    made = {}
    for x in read_csv(raw / "instances.csv"):
        rows = {r["customer"]: r for r in read_csv(raw / f"costs_{x['warehouses']}wh.csv")}
        sites = {
            f"W{i}": (float(x["capacity_each"]),
                      0.0 if f"W{i}" == x["warehouse_with_zero_fixed_cost"] else float(x["fixed_cost_each"]))
            for i in range(1, int(x["warehouses"]) + 1)
        }
        needs = {c: float(r["demand"]) for c, r in rows.items()}

        def per_tonne(site: str, customer: str, rows: Mapping[str, Any] = rows) -> float:
            return float(rows[customer][site]) / float(rows[customer]["demand"])

        made[f"orlib_{x['instance']}"] = _sited(
            x["instance"], f"OR-Library {x['instance']}, capacitated warehouses", sites, needs, per_tonne)
    return made


def ufl(raw: Path) -> Cases:
    rows = {r["facility"]: r for r in read_csv(raw / "B1.1.csv")}
    customers = [c for c in next(iter(rows.values())) if c not in ("facility", "fixed_cost")]
    return {"ufl_b1_1": _sited(
        "B1.1", "Bilde-Krarup B1.1, uncapacitated: every site could serve all customers",
        {s: (len(customers), float(r["fixed_cost"])) for s, r in rows.items()},
        dict.fromkeys(customers, 1.0), lambda s, c: float(rows[s][c]),
    )}


# ---------------------------------------------------------------- networks


def fcnetlib(raw: Path) -> Cases:
    made = {}
    for x in read_csv(raw / "instances.csv"):
        name = x["instance"]
        nodes = {r["node"]: float(r["net_demand"]) for r in read_csv(raw / f"{name}_nodes.csv")}
        tables = _network(nodes, "goods")
        for a in read_csv(raw / f"{name}_arcs.csv"):
            lane(tables, a["from"], a["to"], {"goods": float(a["unit_cost"])}, a["parallel"],
                 capacity=float(a["max_flow"]), opening_cost=float(a["fixed_cost"]))
        made[f"fcnet_{name}"] = case(name, f"FCNetLib {name}, fixed-charge network flow", tables)
    return made


def _network(nodes: Mapping[str, float], *goods: str) -> Tables:
    """Places with their need (above 0) or stock (below 0) of the first material; lanes are added by the caller."""
    return {
        "locations": places(nodes), "materials": materials(*goods),
        "supplies": [
            {"supply": n, "material": goods[0], "location": n, "price": 0, "limit": -q, "minimum": -q}
            for n, q in nodes.items() if q < 0
        ],
        "demands": [
            {"demand": n, "material": goods[0], "location": n, "quantity": q} for n, q in nodes.items() if q > 0
        ],
        "lanes": [], "freight": [],
    }


def ampl_book(raw: Path) -> Cases:
    made = {"ampl_net1": _net1(read_json(raw / "net1.json")), "ampl_steelt": _steel(read_json(raw / "steelT.json"))}
    d = read_json(raw / "multi_family.json")
    made["ampl_multi"] = case("multi", "AMPL book: several products share lanes", _multi(d))
    opened = _multi(d)
    for row in opened["lanes"]:
        row["opening_cost"] = d["lane_fixed_cost_if_used"][row["origin"]][row["destination"]]
    made["ampl_multmip1"] = case("multmip1", "AMPL book: multi with a cost of opening each lane", opened)
    made["ampl_multmip3"] = case(
        "multmip3", "AMPL book: multmip1, at least a minimum on each lane used, at most so many lanes out of each origin. "
        "Opening is a route, because only expansions and routes can be counted in groups", _multmip3(d))
    return made


def _multi(d: Any) -> Tables:
    origins, destinations = d["origins"], d["destinations"]
    tables: Tables = {
        "locations": places([*origins, *destinations]), "materials": materials(*d["products"]),
        "supplies": [
            {"supply": f"{p} {o}", "material": p, "location": o, "price": 0, "limit": q}
            for o in origins for p, q in d["supply"][o].items()
        ],
        "demands": [
            {"demand": f"{p} {j}", "material": p, "location": j, "quantity": q}
            for p in d["products"] for j, q in d["demand"][p].items()
        ],
        "lanes": [], "freight": [],
    }
    for o in origins:
        for j in destinations:
            lane(tables, o, j, {p: d["unit_cost"][p][o][j] for p in d["products"]},
                 capacity=d["lane_limit_all_products_together"])
    return tables


def _multmip3(d: Any) -> Tables:
    tables = _multi(d)
    most = d["max_destinations_per_origin"]
    tables["groups"] = [{"group": o, "maximum": most} for o in d["origins"]]
    tables["routes"] = []
    for row in tables["lanes"]:
        o, j = row["origin"], row["destination"]
        row |= {"route": row["lane"], "minimum": d["minimum_load_if_used"]}
        tables["routes"].append({
            "route": row["lane"], "kind": "import", "country": HERE, "group": o,
            "signing_cost": d["lane_fixed_cost_if_used"][o][j],
        })
    return tables


def _net1(d: Any) -> Case:
    nodes = {n: 0.0 for x in d["lanes"] for n in x[:2]}
    nodes |= {n: -q for n, q in d["supply"].items()} | d["demand"]
    tables = _network(nodes, "goods")
    for origin, destination, cost, capacity in d["lanes"]:
        lane(tables, origin, destination, {"goods": cost}, capacity=capacity)
    return case("net1", "AMPL book: transshipment", tables)


def _steel(d: Any) -> Case:
    products = d["products"]
    tables: Tables = {
        "periods": [{"period": YEAR + w, "weight": 1} for w in range(d["weeks"])],
        "locations": places(["mill"]), "materials": materials(*products),
        "processes": [{"process": p} for p in products],
        "recipes": [{"process": p, "material": p, "direction": "output", "quantity": 1} for p in products],
        "facilities": [{"facility": "rolling", "location": "mill", **by_year("capacity", d["hours_available"])}],
        "operations": [
            {"facility": "rolling", "process": p, "usage": 1 / x["rate"], "cost": x["make_cost"]}
            for p, x in products.items()
        ],
        "stocks": [
            {"stock": p, "material": p, "location": "mill", "initial": x["initial_stock"],
             "cost": x["holding_cost_per_t_week"]}
            for p, x in products.items()
        ],
        "sales": [
            {"sale": p, "material": p, "location": "mill", **by_year("price", x["price"]),
             **by_year("limit", x["market_limit"])}
            for p, x in products.items()
        ],
    }
    return case("steelT", "AMPL book: rolling mill over four weeks (a period here is a week)", tables)


# ---------------------------------------------------------------- power


def mavrotas(raw: Path) -> Cases:
    """Costs, CO2 and imported fuel are all there; the tests switch which of them the objective counts."""
    d = read_json(raw / "data.json")
    sources, blocks = d["sources"], d["load_blocks"]
    runs = [(s, b) for b, x in blocks.items() for s in x["sources"]]
    tables: Tables = {
        "locations": places(["grid"]), "materials": materials(*blocks, disposal_cost=0),
        "processes": [{"process": f"{s} {b}"} for s, b in runs],
        "recipes": [{"process": f"{s} {b}", "material": b, "direction": "output", "quantity": 1} for s, b in runs],
        "facilities": [{"facility": s, "location": "grid", "capacity": x["limit"]} for s, x in sources.items()],
        "operations": [{"facility": s, "process": f"{s} {b}", "cost": sources[s]["cost"]} for s, b in runs],
        "impacts": [{"impact": "CO2", "unit": "kt", "cost": 0}, {"impact": "imported fuel", "unit": "GWh", "cost": 0}],
        "intensities": [
            {"process": f"{s} {b}", "impact": "CO2", "quantity": sources[s]["co2"]} for s, b in runs
        ] + [
            {"process": f"{s} {b}", "impact": "imported fuel", "quantity": 1}
            for s, b in runs if not sources[s]["domestic"]
        ],
        "demands": [
            {"demand": b, "material": b, "location": "grid", "quantity": x["demand"]} for b, x in blocks.items()
        ],
    }
    return {"mavrotas_power": case("power", "Mavrotas 2009: power by cost, CO2 and imported fuel", tables)}


# ---------------------------------------------------------------- two stages


def farmer(raw: Path) -> Cases:
    """Acres are capacity bought; what grows on an acre is the recipe. As scenarios, and as years with probabilities.

    In the second form the year before the harvests decides; each later year is one scenario, weighed by its
    probability: the same mathematics without scenarios.
    """
    d = read_json(raw / "data.json")
    futures = d["scenarios"]
    tables = _farm(d, {c: {"quantity": x["yield_mean_t_per_acre"]} for c, x in d["crops"].items()})
    tables["scenarios"] = _scenarios(futures)
    tables["disruptions"] = [
        {"scenario": s["name"], "table": "recipes", "where": f"process = {c}", "column": "quantity",
         "operation": "set", "value": s["yields"][c]}
        for s in futures for c in d["crops"]
    ]
    years = _farm(d, {c: by_year("quantity", [x["yield_mean_t_per_acre"]] + [s["yields"][c] for s in futures])
                      for c, x in d["crops"].items()})
    _decide_then_meet(years, [s["probability"] for s in futures])
    return {
        "farmer": case("farmer", "Birge and Louveaux: the farmer, three scenarios of yields", tables),
        "farmer_years": case("farmer, years", "The farmer with scenarios written as weighed years", years),
    }


def _farm(d: Any, yields: Mapping[str, Row]) -> Tables:
    crops = d["crops"]
    sales = []
    for c, x in crops.items():
        if "quota_t" in x:
            sales += [
                {"sale": f"{c} quota", "material": c, "location": "farm", "price": x["sell_price_quota"],
                 "limit": x["quota_t"]},
                {"sale": f"{c} above quota", "material": c, "location": "farm", "price": x["sell_price_above_quota"]},
            ]
        else:
            sales.append({"sale": c, "material": c, "location": "farm", "price": x["sell_price"]})
    return {
        "locations": places(["farm"]), "materials": materials(*crops),
        "processes": [{"process": c} for c in crops],
        "recipes": [{"process": c, "material": c, "direction": "output", **yields[c]} for c in crops],
        "facilities": [{"facility": c, "location": "farm", "capacity": 0} for c in crops],
        "operations": [{"facility": c, "process": c} for c in crops],
        "expansions": [
            {"expansion": f"plant {c}", "facility": c, "sizing": "continuous", "max_size": d["land"],
             "unit_cost": x["planting_cost_per_acre"]}
            for c, x in crops.items()
        ],
        "limits": [{"limit": "land", "sense": "at most", "value": d["land"]}],
        "limit_terms": [{"limit": "land", "metric": "added capacity"}],
        "supplies": [
            {"supply": c, "material": c, "location": "farm", "price": x["purchase_price"]}
            for c, x in crops.items() if x["purchase_price"] is not None
        ],
        "sales": sales,
        "demands": [
            {"demand": c, "material": c, "location": "farm", "quantity": x["required_t"]}
            for c, x in crops.items() if x["required_t"]
        ],
    }


def _scenarios(futures: list[Any]) -> list[Row]:
    """Probabilities printed as thirds add to 1 only to their digits: the last takes what is left."""
    shares = [s["probability"] for s in futures]
    shares[-1] = 1 - sum(shares[:-1])
    return [{"scenario": s["name"], "probability": p} for s, p in zip(futures, shares, strict=True)]


def _decide_then_meet(tables: Tables, probabilities: list[float]) -> None:
    """The first period decides and does nothing else; the later ones are the scenarios."""
    weights = [1.0, *probabilities]
    tables["periods"] = [{"period": YEAR + i, "weight": w} for i, w in enumerate(weights)]
    for x in tables["expansions"]:
        x |= {"last_year": YEAR, "lead_time": 1}
    for x in tables["limits"]:
        x |= {"last_year": YEAR}
    for table in ("supplies", "sales"):
        for x in tables.get(table, []):
            x["first_year"] = YEAR + 1
    for x in tables["demands"]:
        if "quantity" in x:
            x |= by_year("quantity", [0.0] + [x.pop("quantity")] * len(probabilities))


def lands(raw: Path) -> Cases:
    d = read_json(raw / "data.json")
    futures, middle = d["scenarios"], "mode-1"
    mean = sum(s["probability"] * s[middle] for s in futures)
    tables = _lands(d, {"quantity": mean})
    tables["scenarios"] = _scenarios(futures)
    tables["disruptions"] = [
        {"scenario": s["name"], "table": "demands", "where": f"demand = {middle}", "column": "quantity",
         "operation": "set", "value": s[middle]}
        for s in futures
    ]
    years = _lands(d, by_year("quantity", [0.0] + [s[middle] for s in futures]))
    _decide_then_meet(years, [s["probability"] for s in futures])
    return {
        "lands": case("LandS", "Louveaux and Smeers: capacity before demand is known", tables),
        "lands_years": case("LandS, years", "LandS with scenarios written as weighed years", years),
    }


def _lands(d: Any, uncertain: Row) -> Tables:
    plants = d["plants"]
    modes = ["mode-1", *d["demand"]]
    return {
        "locations": places(["grid"]), "materials": materials(*modes),
        "processes": [{"process": m} for m in modes],
        "recipes": [{"process": m, "material": m, "direction": "output", "quantity": 1} for m in modes],
        "facilities": [{"facility": p, "location": "grid", "capacity": 0} for p in plants],
        "operations": [
            {"facility": p, "process": m, "cost": c} for p, x in plants.items() for m, c in x["operating_cost"].items()
        ],
        "expansions": [
            {"expansion": f"build {p}", "facility": p, "sizing": "continuous", "unit_cost": x["investment_cost"],
             "max_size": d["investment_budget"] / x["investment_cost"]}
            for p, x in plants.items()
        ],
        "limits": [
            {"limit": "least capacity", "sense": "at least", "value": d["minimum_total_capacity"]},
            {"limit": "budget", "sense": "at most", "value": d["investment_budget"]},
        ],
        "limit_terms": [
            {"limit": "least capacity", "metric": "added capacity"}, {"limit": "budget", "metric": "capital"},
        ],
        "demands": [{"demand": "mode-1", "material": "mode-1", "location": "grid", **uncertain}] + [
            {"demand": m, "material": m, "location": "grid", "quantity": q} for m, q in d["demand"].items()
        ],
    }


def netdes(raw: Path) -> Cases:
    """As scenarios, and with a material for each scenario on the same lanes: the same mathematics without scenarios."""
    made = {}
    for x in read_csv(raw / "instances.csv"):
        name = x["instance"]
        arcs = read_csv(raw / f"{name}_arcs.csv")
        flows = read_csv(raw / f"{name}_scenario_arcs.csv")
        nodes = read_csv(raw / f"{name}_scenario_nodes.csv")
        made["netdes"] = case(name, "Network design: lanes opened before the scenario is known",
                              _netdes_scenarios(arcs, flows, nodes))
        made["netdes_materials"] = case(f"{name}, materials", "Network design with a material for each scenario",
                                        _netdes_materials(arcs, flows, nodes))
    return made


def _netdes_scenarios(arcs: list[dict[str, str]], flows: list[dict[str, str]], nodes: list[dict[str, str]]) -> Tables:
    """Every place may need or hold goods in some scenario; the table shows the first, the others are changes to it."""
    names = list(dict.fromkeys(n["node"] for n in nodes))
    futures = list(dict.fromkeys(n["scenario"] for n in nodes))
    at = {(n["scenario"], n["node"]): float(n["net_balance_b"]) for n in nodes}
    on = {(f["scenario"], f["from"], f["to"]): (float(f["unit_cost"]), float(f["capacity"])) for f in flows}
    first = futures[0]
    tables: Tables = {
        "locations": places(names), "materials": materials("goods"),
        "supplies": [
            {"supply": n, "material": "goods", "location": n, "price": 0, "limit": max(0.0, at[first, n])} for n in names
        ],
        "demands": [
            {"demand": n, "material": "goods", "location": n, "quantity": max(0.0, -at[first, n])} for n in names
        ],
        "lanes": [], "freight": [],
        "scenarios": [
            {"scenario": s, "probability": next(float(n["probability"]) for n in nodes if n["scenario"] == s)}
            for s in futures
        ],
        "disruptions": [],
    }
    for a in arcs:
        cost, capacity = on[first, a["from"], a["to"]]
        lane(tables, a["from"], a["to"], {"goods": cost}, capacity=capacity, opening_cost=float(a["fixed_cost"]))
    for s in futures[1:]:
        for n in names:
            if at[s, n] != at[first, n]:
                _change(tables, s, "supplies", f"supply = {n}", "limit", max(0.0, at[s, n]))
                _change(tables, s, "demands", f"demand = {n}", "quantity", max(0.0, -at[s, n]))
        for a in arcs:
            ends = (a["from"], a["to"])
            name = " - ".join(ends)
            for i, (table, column) in enumerate((("freight", "cost"), ("lanes", "capacity"))):
                if on[s, *ends][i] != on[first, *ends][i]:
                    _change(tables, s, table, f"lane = {name}", column, on[s, *ends][i])
    return tables


def _change(tables: Tables, scenario: str, table: str, where: str, column: str, value: float) -> None:
    tables["disruptions"].append(
        {"scenario": scenario, "table": table, "where": where, "column": column, "operation": "set", "value": value})


def _netdes_materials(arcs: list[dict[str, str]], flows: list[dict[str, str]], nodes: list[dict[str, str]]) -> Tables:
    chance = {n["scenario"]: float(n["probability"]) for n in nodes}
    tables: Tables = {
        "locations": places(dict.fromkeys(n["node"] for n in nodes)), "materials": materials(*chance),
        "supplies": [], "demands": [], "lanes": [], "freight": [],
    }
    for n in nodes:
        b, row = float(n["net_balance_b"]), {"material": n["scenario"], "location": n["node"]}
        name = f"{n['scenario']} {n['node']}"
        if b > 0:
            tables["supplies"].append({"supply": name, **row, "price": 0, "limit": b})
        elif b < 0:
            tables["demands"].append({"demand": name, **row, "quantity": -b})
    for a in arcs:
        lane(tables, a["from"], a["to"], {}, opening_cost=float(a["fixed_cost"]))
    for f in flows:
        tables["freight"].append({
            "lane": f"{f['from']} - {f['to']}", "material": f["scenario"],
            "cost": chance[f["scenario"]] * float(f["unit_cost"]), "capacity": float(f["capacity"]),
        })
    return tables


SETS: dict[str, Callable[[Path], Cases]] = {
    "gams_trnsport": trnsport, "gams_mexss": mexss, "orlib_cap": orlib_cap, "ufl_bilde_krarup": ufl,
    "fcnetlib": fcnetlib, "ampl_book": ampl_book, "mavrotas_power": mavrotas, "farmer": farmer,
    "stoch_landS": lands, "netdes": netdes,
}


def main(raw: Path, out: Path) -> None:
    for folder, convert in SETS.items():
        for name, made in convert(raw / folder).items():
            print(made.write(out / name))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else Path(__file__).parent)
