"""How dear may tolling be before it is not worth signing? The break-even of each tolling contract, proved on both sides.

python examples/break_even_tolling_fee.py [case.xlsx]
"""

import sys
from pathlib import Path

import magnet_sourcing as ms
import pandas as pd

TIMES = "0.2:2:4"  # the fees tried first, times those of the case; the break-even is narrowed between two of them

if __name__ == "__main__":
    case = ms.Case.read(sys.argv[1]) if len(sys.argv) > 1 else ms.Case.reference()
    found = []
    for route in sorted({toll.route for toll in case.rows("tolls")}):
        study = ms.sweep(case, f'tolls.fee["{route}"] x {TIMES}', decisions=[route], where=ms.Where("pool"))
        print(f"\n{route}", *study.findings["Where the decision switches"], sep="\n  ")
        switches = study.break_evens()
        for toll in [toll for toll in case.rows("tolls") if toll.route == route]:
            fees = switches[["low", "high"]] * max(toll.fee.values())
            found.append(switches[["decision", "up_to_low", "from_high"]].assign(toll=toll.toll, **fees))
    fees = pd.concat(found, ignore_index=True)
    print(f"\nBreak-even fee, {case.settings['currency']} per tonne sent", fees.to_string(index=False), sep="\n")
    fees.to_csv(target := f"{Path(case.origin).stem}-break-even.csv", index=False)
    print("\nWritten to", target)
