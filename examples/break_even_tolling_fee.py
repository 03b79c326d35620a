"""How dear may tolling be before it is not worth signing? The break-even of each tolling contract, proved on both sides.

python examples/break_even_tolling_fee.py [case.xlsx]
"""

import sys
from pathlib import Path

import magnet_sourcing as ms
import pandas as pd

TIMES = "0.2:2:4"  # the fees tried first, times those of the case; the break-even is narrowed between two of them
WIDTH = 0.005  # of the range of fees

if __name__ == "__main__":
    case = ms.Case.read(sys.argv[1]) if len(sys.argv) > 1 else ms.Case.reference()
    found = []
    for route in sorted({toll.route for toll in case.rows("tolls")}):
        study = ms.sweep(
            case, f'tolls.fee["{route}"] x {TIMES}', decisions=[route], tolerance=WIDTH, where=ms.Where("pool")
        )
        print(f"\n{route}", *study.findings["Where the decision switches"], sep="\n  ")
        for toll in case.rows("tolls"):
            for _, switch in study.break_evens().iterrows() if toll.route == route else ():
                low, high = (times * max(toll.fee.values()) for times in (switch["low"], switch["high"]))
                found.append((route, toll.toll, low, high, switch["up_to_low"], switch["from_high"]))
    fees = pd.DataFrame(found, columns=["route", "toll", "low", "high", "up_to_low", "from_high"])
    print(f"\nBreak-even fee, {case.settings['currency']} per tonne sent", fees.to_string(index=False), sep="\n")
    fees.to_csv(target := f"{Path(case.origin).stem}-break-even.csv", index=False)
    print("\nWritten to", target)
