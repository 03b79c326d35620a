"""How much of the spread of cost and of dependence comes from which number? Sobol' indices, with their intervals.

python examples/sobol_indices.py [case.xlsx [samples]]          needs: pip install "magnet-sourcing[sensitivity]"
"""

import sys
from pathlib import Path

import magnet_sourcing as ms

TOP = 6  # numbers that move cost most, one at a time; the others stand

if __name__ == "__main__":
    case = ms.Case.read(sys.argv[1]) if len(sys.argv) > 1 else ms.Case.reference()
    samples = int(sys.argv[2]) if len(sys.argv) > 2 else 64  # a power of two; runs are samples x (numbers + 2)
    pool = ms.Where("pool")
    tornado = ms.sensitivity(case, top=TOP, spider=0, switch_over=0, ranging=0, where=pool).tornado()
    design = ms.sobol_design(case, ms.ranges_of(case, tornado["range"].head(TOP)), samples)
    print(design)

    study = ms.Study("sobol", case, tuple(design.runs), ms.Options(gap=1e-3), measures=("cost", "index"))
    done = ms.execute(study, pool, lambda done, of, said: print(f"{done} of {of} runs, {said}", file=sys.stderr))
    print(*done.summary, sep="\n")
    stem = Path(case.origin).stem
    for measure in study.measures:
        found = ms.sobol_indices(design, done.runs(), measure)
        print(f"\n{measure}", found.table.round(3).to_string(index=False), *found.sentences, sep="\n")
        found.table.to_csv(target := f"{stem}-sobol-{measure}.csv", index=False)
        print("Written to", target)
