"""What does it cost if a project is late? Plants, contracts and openings one and two years later, one at a time.

python examples/cost_of_delay.py [case.xlsx]
"""

import sys
from pathlib import Path

import magnet_sourcing as ms

YEARS = (1, 2)


def projects(case):
    """Table, name and column of all that can be late: what takes time to prepare, and what opens after the first year."""
    for table, key in (("expansions", "expansion"), ("routes", "route")):
        yield from ((table, f"{key} = {r[key]}", "lead_time") for r in case.rows(table) if r.lead_time)
    for table, key in (("facilities", "facility"), ("supplies", "supply")):
        opening = [r for r in case.rows(table) if (r.first_year or 0) > case.periods[0]]
        yield from ((table, f"{key} = {r[key]}", "first_year") for r in opening)


if __name__ == "__main__":
    case = ms.Case.read(sys.argv[1]) if len(sys.argv) > 1 else ms.Case.reference()
    late = [ms.Change(*where, "add", years) for where in projects(case) for years in YEARS]
    runs = tuple(ms.Run(i, (x,), {"late": x.where.replace(" =", ":", 1), "years": x.value}) for i, x in enumerate(late))
    done = ms.execute(ms.Study("cost of delay", case, runs, ms.Options(gap=1e-3)), ms.Where("pool"))
    print(*done.summary, sep="\n")

    table = done.runs()[["late", "years", "status", "cost", "bound"]]
    table["at least"] = table["bound"] - done.base.cost  # what no plan can do better than, less what was had before
    table["at most"] = table["cost"] - done.base.bound
    table = table.sort_values("at least", ascending=False, ignore_index=True)
    shown = (table.set_index(["late", "years"])[["at least", "at most"]] / 1e6).round(2).to_string()
    print(f"\nCost of the delay, million {case.settings['currency']}; below 0: not told from nothing", shown, sep="\n")
    table.to_csv(target := f"{Path(case.origin).stem}-cost-of-delay.csv", index=False)
    print("\nWritten to", target)
