"""Dynamic lot sizing: twelve months, an order cost when anything is ordered, stock at 1 per unit and month.

H. M. Wagner and T. M. Whitin, Dynamic Version of the Economic Lot Size Model, Management Science 5 (1958) 89-96, table 1:
the least cost is 864. Expressed with a lane that costs something in each period in which it is used, and a stock without
capacity: the bound of the switch has to be worked out from later demand.
"""

from __future__ import annotations

import pytest
from magnet_sourcing import Case, solve

DEMAND = [69, 29, 36, 61, 61, 26, 34, 67, 45, 67, 79, 56]
ORDER = [85, 102, 102, 101, 98, 114, 105, 86, 119, 110, 98, 114]


def lot_sizing() -> Case:
    months = range(2001, 2013)
    return Case.from_rows(
        {"name": "lot sizing", "base_year": 2001, "discount_rate": 0.0, "capital": "cash"},
        {
            "periods": [{"period": t} for t in months],
            "locations": [{"location": "maker", "country": "x"}, {"location": "store", "country": "x"}],
            "materials": [{"material": "goods"}],
            "supplies": [{"supply": "maker", "material": "goods", "location": "maker", "price": 0}],
            "lanes": [
                {"lane": "order", "origin": "maker", "destination": "store",
                 "yearly_cost": dict(zip(months, ORDER, strict=True))}
            ],
            "freight": [{"lane": "order", "material": "goods", "cost": 0}],
            "stocks": [{"stock": "store", "material": "goods", "location": "store", "cost": 1}],
            "demands": [
                {"demand": "sales", "material": "goods", "location": "store",
                 "quantity": dict(zip(months, DEMAND, strict=True))}
            ],
        },
    )  # fmt: skip


def test_wagner_whitin() -> None:
    plan = solve(lot_sizing(), gap=0)
    assert plan.status == "optimal" and plan.audit.passed
    assert plan.objective == pytest.approx(864, rel=1e-9)
