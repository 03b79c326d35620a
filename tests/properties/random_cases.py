"""Random small cases that use most of the tables: mines, plants, expansions, routes, tolls, stocks, by-products.

They are always feasible: demand can be shed at a penalty and every by-product can be thrown away.
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

Tables = dict[str, list[dict[str, Any]]]
SETTINGS = {
    "name": "random",
    "base_year": 2030,
    "discount_rate": 0.05,
    "capital": "annuity",
    "exposed_country": "China",
}
amounts = st.integers(0, 40).map(float)
prices = st.integers(1, 60).map(float)
shares = st.sampled_from([0.0, 0.25, 0.5, 1.0])


@st.composite
def cases(draw: st.DrawFn) -> tuple[dict[str, Any], Tables]:
    """Settings and tables of a case of two to four periods."""
    years = draw(st.lists(st.sampled_from([1, 1, 2]), min_size=2, max_size=4))
    starts = [2030 + sum(years[:i]) for i in range(len(years))]
    settings = dict(SETTINGS)
    settings["capital"] = draw(st.sampled_from(["annuity", "cash"]))
    if settings["capital"] == "cash":
        settings["salvage"] = draw(st.sampled_from(["none", "straight-line"]))
    tables: Tables = {
        "periods": [{"period": t, "years": n} for t, n in zip(starts, years, strict=True)],
        "stages": [
            {"stage": "mining", "order": 1, "weight": 0.25},
            {"stage": "separation", "order": 2, "weight": 0.25},
            {"stage": "magnet", "order": 3, "weight": 0.5},
        ],
        "elements": [{"element": "NdPr"}],
        "locations": [
            {"location": "Mine", "country": "India"},
            {"location": "Plant", "country": "India"},
            {"location": "Tokyo", "country": "Japan"},
            {"location": "Baotou", "country": "China"},
        ],
        "materials": [
            {"material": "ore", "stage": "mining", "disposal_cost": 0.0},
            {"material": "oxide", "stage": "separation", "value": 40.0, "disposal_cost": draw(prices)},
            {"material": "lanthanum", "disposal_cost": draw(prices)},
            {"material": "magnet", "stage": "magnet", "value": 90.0},
            {"material": "swarf", "disposal_cost": 1.0},
        ],
        "contents": [
            {"material": "ore", "element": "NdPr", "content": 0.2},
            {"material": "oxide", "element": "NdPr", "content": 0.8},
            {"material": "magnet", "element": "NdPr", "content": 0.3},
            {"material": "swarf", "element": "NdPr", "content": 0.2},
        ],
        "processes": [
            {"process": "dig", "stage": "mining"},
            {"process": "split", "stage": "separation"},
            {"process": "press", "stage": "magnet"},
        ],
        "recipes": [
            {"process": "dig", "material": "ore", "direction": "output", "quantity": 1.0},
            {"process": "split", "material": "ore", "direction": "input", "quantity": 5.0},
            {"process": "split", "material": "oxide", "direction": "output", "quantity": 1.0},
            {"process": "split", "material": "lanthanum", "direction": "output", "quantity": 0.7},
            {"process": "press", "material": "oxide", "direction": "input", "quantity": 0.5},
            {"process": "press", "material": "magnet", "direction": "output", "quantity": 1.0},
            {"process": "press", "material": "swarf", "direction": "output", "quantity": 0.2},
        ],
        "impacts": [{"impact": "water", "unit": "m3", "cost": draw(st.sampled_from([0.0, 2.0]))}],
        "intensities": [{"process": "split", "impact": "water", "quantity": 3.0}],
        "facilities": [
            {
                "facility": "pit",
                "location": "Mine",
                "owner": "IREL",
                "capacity": draw(amounts) * 5,
                "fixed_cost": 1.0,
                "reserve": draw(st.none() | st.just(300.0)),
                "can_retire": draw(st.booleans()),
            },
            {
                "facility": "refinery",
                "location": "Plant",
                "owner": "IREL",
                "capacity": draw(amounts),
                "min_load": draw(st.sampled_from([0.0, 0.3])),
            },
            {
                "facility": "press shop",
                "location": "Plant",
                "owner": "JV",
                "capacity": 0.0,
                "route": draw(st.sampled_from([None, "venture"])),
                "china_share": draw(shares),
            },
        ],
        "operations": [
            {"facility": "pit", "process": "dig", "cost": draw(prices)},
            {"facility": "refinery", "process": "split", "cost": draw(prices)},
            {"facility": "press shop", "process": "press", "cost": draw(prices)},
        ],
        "expansions": [
            {
                "expansion": "more oxide",
                "facility": "refinery",
                "sizing": "modular",
                "max_size": 5.0,
                "max_modules": 3,
                "fixed_cost": draw(prices),
                "unit_cost": draw(prices),
                "lead_time": 1.0,
                "life": 10.0,
            },
            {
                "expansion": "new press",
                "facility": "press shop",
                "sizing": "range",
                "min_size": 5.0,
                "max_size": 30.0,
                "fixed_cost": draw(prices) * 5,
                "unit_cost": draw(prices),
                "life": 8.0,
                "ramp": "slow",
                "subsidy": draw(shares) / 2,
                "running_cost": 1.0,
            },
        ],
        "ramps": [{"ramp": "slow", "age": 0, "share": 0.5}, {"ramp": "slow", "age": 1, "share": 1.0}],
        "lanes": [
            {"lane": "rail", "origin": "Mine", "destination": "Plant", "capacity": draw(st.none() | st.just(120.0))},
            {
                "lane": "out",
                "origin": "Plant",
                "destination": "Tokyo",
                "yearly_cost": draw(st.sampled_from([0.0, 10.0])),
                "capacity": 50.0,
            },
            {"lane": "back", "origin": "Tokyo", "destination": "Plant"},
            {
                "lane": "sea",
                "origin": "Baotou",
                "destination": "Plant",
                "opening_cost": draw(st.sampled_from([0.0, 50.0])),
                "capacity": 60.0,
            },
        ],
        "freight": [
            {"lane": "rail", "material": "ore", "cost": 1.0, "loss": draw(st.sampled_from([0.0, 0.1]))},
            {"lane": "out", "material": "oxide", "cost": 1.0},
            {"lane": "back", "material": "magnet", "cost": 2.0},
            {"lane": "back", "material": "swarf", "cost": 1.0},
            {"lane": "sea", "material": "magnet", "cost": 2.0, "duty": 0.1},
            {"lane": "sea", "material": "oxide", "cost": 1.0, "duty": 0.05},
        ],
        "supplies": [
            {
                "supply": "Chinese magnets",
                "material": "magnet",
                "location": "Baotou",
                "price": draw(prices) + 40,
                "limit": draw(amounts),
            },
            {
                "supply": "Chinese oxide",
                "material": "oxide",
                "location": "Baotou",
                "price": draw(prices),
                "limit": 30.0,
            },
        ],
        "sales": [{"sale": "glass makers", "material": "lanthanum", "location": "Plant", "price": 2.0, "limit": 10.0}],
        "demands": [
            {
                "demand": "cars",
                "segment": "EV",
                "material": "magnet",
                "location": "Plant",
                "quantity": draw(amounts),
                "growth": draw(st.sampled_from([0.0, 0.1])),
                "penalty": 400.0,
            },
            {
                "demand": "atoms",
                "segment": "defence",
                "material": "magnet",
                "location": "Plant",
                "quantity": 3.0,
                "penalty": 900.0,
                "reserved": True,
                "min_free": draw(st.sampled_from([0.0, 0.0, 0.5, 1.0])),
            },
        ],
        "stocks": [
            {
                "stock": "oxide store",
                "material": "oxide",
                "location": "Plant",
                "capacity": 20.0,
                "initial": draw(amounts) / 4,
                "initial_free": draw(shares),
                "cost": 1.0,
                "loss": 0.02,
            }
        ],
        "returns": [
            {
                "return": "old magnets",
                "delivered": "magnet",
                "material": "swarf",
                "location": "Plant",
                "share": 0.3,
                "lag": draw(st.sampled_from([1.0, 1.5])),
                "base": 1.0,
                "cost": 1.0,
            }
        ],
        "routes": [
            {
                "route": "toll Japan",
                "kind": "tolling",
                "country": "Japan",
                "lead_time": draw(st.sampled_from([0.0, 1.0])),
                "duration": draw(st.none() | st.just(3.0)),
                "signing_cost": draw(prices),
                "minimum": 2.0,
                "maximum": 25.0,
                "shortfall_cost": 5.0,
                "credit_rate": draw(st.sampled_from([0.0, 0.9])),
                "credit_years": 2.0,
            },
            {
                "route": "venture",
                "kind": "joint venture",
                "country": "Korea",
                "signing_cost": 10.0,
                "capital_share": draw(shares),
                "cost_share": draw(shares),
                "output_share": draw(shares) / 2,
                "output_price": 20.0,
            },
        ],
        "tolls": [
            {
                "toll": "oxide out",
                "route": "toll Japan",
                "sent": "oxide",
                "origin": "Tokyo",
                "returned": "magnet",
                "destination": "Tokyo",
                "yield": 2.0,
                "lag": draw(st.sampled_from([0.0, 0.5, 1.0])),
                "partner_share": 0.1,
                "fee": draw(prices),
                "swarf": "swarf",
                "swarf_yield": 0.3,
                "swarf_share": 0.5,
            }
        ],
        "embedded": [{"toll": "oxide out", "stage": "magnet", "country": "China", "share": draw(shares)}],
        "incentives": [{"incentive": "magnet bonus", "process": "press", "rate": 5.0, "limit": 10.0, "total": 200.0}],
        "limits": [
            {"limit": "water", "sense": "at most", "value": 60.0, "penalty": draw(st.sampled_from([1.0, 50.0]))}
        ],
        "limit_terms": [{"limit": "water", "metric": "impact", "impact": "water"}],
    }
    return settings, tables
