"""Which numbers matter most? Every number that carries a range at its low and its high end, one at a time.

python examples/tornado.py [case.xlsx]
"""

import sys
from pathlib import Path

import magnet_sourcing as ms

TOP = 10  # longest bars solved in full; all others are screened

if __name__ == "__main__":
    case = ms.Case.read(sys.argv[1]) if len(sys.argv) > 1 else ms.Case.reference()
    found = ms.sensitivity(case, top=TOP, spider=0, switch_over=0, ranging=0, where=ms.Where("pool"))
    print(found.headline)
    for title, lines in found.findings.items():
        print(f"\n{title}", *lines, sep="\n  ")

    millions = found.tornado().head(TOP).set_index("range")[["change_low", "change_high"]] / 1e6
    print(f"\nChange of the least cost, million {case.settings['currency']}", millions.round(2), sep="\n")
    print("\nWritten to", found.write(f"{Path(case.origin).stem}-tornado.xlsx"))
