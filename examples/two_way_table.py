"""How do cost and dependence move when two numbers move? Here the fees of tolling, and the prices the exposed country asks.

python examples/two_way_table.py [case.xlsx]
"""

import sys
from pathlib import Path

import magnet_sourcing as ms

TIMES = "0.6, 0.8, 1, 1.25, 1.5"

if __name__ == "__main__":
    case = ms.Case.read(sys.argv[1]) if len(sys.argv) > 1 else ms.Case.reference()
    country = case.settings["exposed_country"]
    found = ms.sweep(case, [f"tolls.fee x {TIMES}", f"supplies.price[{country}] x {TIMES}"], where=ms.Where("pool"))
    print(found.headline)
    for column, unit in (("cost", 1e6), ("index", 0.01), ("region", None)):
        table = found.table(column).rename_axis(index="fee", columns="price")
        print(f"\n{column}{f' / {unit:g}' if unit else ''}", (table / unit).round(2) if unit else table, sep="\n")
    for title, lines in found.findings.items():
        print(f"\n{title}", *lines, sep="\n  ")
    print("\nWritten to", found.write(f"{Path(case.origin).stem}-two-way-table.xlsx"))
