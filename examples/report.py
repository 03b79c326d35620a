"""A page to hand on: the plan, every plan between cheapest and least dependent, and how these stand what may go wrong.

python examples/report.py [case.xlsx]
"""

import sys
from pathlib import Path

import magnet_sourcing as ms
from magnet_sourcing.report.writing import write_report

POINTS = 7  # plans of the frontier; each can be chosen on the page

if __name__ == "__main__":
    case = ms.Case.read(sys.argv[1]) if len(sys.argv) > 1 else ms.Case.reference()
    plan = ms.solve(case, gap=1e-3)
    frontier = ms.frontier(case, points=POINTS)
    points = frontier.points
    tested = {"cheapest": points[0], "bend": points[(frontier.knee or 1) - 1], "least dependent": points[-1]}
    stress = ms.stress({name: point.plan for name, point in tested.items()})

    page = write_report(f"{Path(case.origin).stem}-report.html", plan, frontier=frontier, stress=stress)
    print(f"{len(points)} plans, {len(stress.disruptions)} disruptions: {page.stat().st_size / 1e6:.1f} MB")
    print("Written to", page)
