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
    moved = [tuple(ms.Change(table, f"{table[:-1]} = {x}", column, "multiply", t) for x in names) for t in TIMES]
    runs = tuple(ms.Run(i, changes) for i, changes in enumerate(moved))
    done = ms.execute(ms.Study(f"without {left_out}", case, runs, ms.Options(gap=1e-3)), ms.Where("pool"))
    return done.proved if not done.apart else sys.exit("\n".join(done.summary))


if __name__ == "__main__":
    case = ms.Case.read(sys.argv[1]) if len(sys.argv) > 1 else ms.Case.reference()
    wanted = {d.material for d in case.rows("demands")}
    tolls = {t.toll: t.route for t in case.rows("tolls") if t.returned in wanted}
    makers = {r.process for r in case.rows("recipes") if r.direction == "output" and r.material in wanted}
    sites = {o.facility for o in case.rows("operations") if o.process in makers}
    plants = [x.expansion for x in case.rows("expansions") if x.facility in sites]
    home = least_costs(case, "expansions", plants, "unit_cost", "routes", tolls.values())
    away = least_costs(case, "tolls", tolls, "fee", "expansions", plants)
    dearer = [[round((a.cost - h.cost) / 1e6, 2) for a in away] for h in home]
    table = pd.DataFrame(dearer, pd.Index(TIMES, name="plants x"), pd.Index(TIMES, name="fee x"))
    noise = max(r.cost - r.bound for r in (*home, *away)) / 1e6
    print(f"Million {case.settings['currency']} by which tolling is dearer (below 0: cheaper), to within {noise:.2f}")
    table.to_csv(target := f"{Path(case.origin).stem}-domestic-or-tolling.csv")
    print(table.to_string(), f"Written to {target}", sep="\n\n")
