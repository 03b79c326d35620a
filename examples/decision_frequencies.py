"""Which decisions are right in most worlds, and what would each plan cost to regret? Worlds drawn from the case's ranges.

python examples/decision_frequencies.py [case.xlsx [worlds]]
"""

import sys
from pathlib import Path

import magnet_sourcing as ms

if __name__ == "__main__":
    case = ms.Case.read(sys.argv[1]) if len(sys.argv) > 1 else ms.Case.reference()
    worlds = int(sys.argv[2]) if len(sys.argv) > 2 else 100
    found = ms.montecarlo(case, worlds, where=ms.Where("pool"))
    print(found.headline)
    for title, lines in found.findings.items():
        print(f"\n{title}", *lines, sep="\n  ")
    shares = found.tables["frequencies"][["kind", "name", "year", "share", "share_low", "share_high", "as_it_stands"]]
    print("\nShare of the worlds whose best plan has it", shares.round(2).to_string(index=False), sep="\n")
    regret = found.tables["regret"].set_index("plan")[["regret_mean_high", "regret_worst_high"]] / 1e6
    print("\nRegret at most, million", regret.round(2).to_string(), sep="\n")
    print("\nWritten to", found.write(f"{Path(case.origin).stem}-decision-frequencies.xlsx"))
