"""When does making at home beat tolling? A plan without tolling against a plan without new plants for the same materials.

python examples/domestic_or_tolling.py [case.xlsx]
"""

import sys
from pathlib import Path

import magnet_sourcing as ms
import pandas as pd

TIMES = (0.6, 0.8, 1.0, 1.25, 1.5)  # of the cost of plants (rows) and of the fee of tolling (columns)


def least_costs(case, table, names, column, left_out, gone):
    """A run at each of TIMES; a row is named in the column called like its table, without the s."""
    rows = (case := case.copy()).tables[left_out]
    rows.loc[rows[left_out[:-1]].isin(gone), "active"] = "no"
    moved = [[ms.Change(table, f"{table[:-1]} = {name}", column, "multiply", x) for name in names] for x in TIMES]
    runs = tuple(ms.Run(i, tuple(changes), {"times": TIMES[i]}) for i, changes in enumerate(moved))
    done = ms.execute(ms.Study(f"without {left_out}", case, runs, ms.Options(gap=1e-3)), ms.Where("pool"))
    return done.proved if not done.apart else sys.exit("\n".join(done.summary))


def better(home, tolling):  # only where it is cheaper than the other could be at best
    saved = {"home": tolling.bound - home.cost, "tolling": home.bound - tolling.cost}
    return next((f"{name} by {x / 1e6:,.1f}" for name, x in saved.items() if x > 0), "either")


if __name__ == "__main__":
    case = ms.Case.read(sys.argv[1]) if len(sys.argv) > 1 else ms.Case.reference()
    wanted = {d.material for d in case.rows("demands")}
    tolls = {t.toll: t.route for t in case.rows("tolls") if t.returned in wanted}
    makers = {r.process for r in case.rows("recipes") if r.direction == "output" and r.material in wanted}
    sites = {o.facility for o in case.rows("operations") if o.process in makers}
    plants = [x.expansion for x in case.rows("expansions") if x.facility in sites]
    home = least_costs(case, "expansions", plants, "unit_cost", "routes", tolls.values())
    away = least_costs(case, "tolls", tolls, "fee", "expansions", plants)
    table = pd.DataFrame([[better(h, a) for a in away] for h in home], pd.Index(TIMES, name="plants"), TIMES)
    print(
        "Better, by at least so many millions. Rows: times the cost of plants; columns: times the fee", table, sep="\n"
    )
    table.to_csv(target := f"{Path(case.origin).stem}-domestic-or-tolling.csv")
    print("Written to", target)
