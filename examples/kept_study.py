"""A long study that survives: runs kept in a folder, on all cores or on a Dask cluster. Stop it, start it again: it goes on.

python examples/kept_study.py [case.xlsx [samples [tcp://scheduler:8786]]]     needs: pip install "magnet-sourcing[cluster]"
"""

import sys
from pathlib import Path

import magnet_sourcing as ms

if __name__ == "__main__":
    case = ms.Case.read(sys.argv[1]) if len(sys.argv) > 1 else ms.Case.reference()
    samples = int(sys.argv[2]) if len(sys.argv) > 2 else 200  # worlds drawn from the ranges of the case
    cluster = sys.argv[3] if len(sys.argv) > 3 else None  # address of a Dask scheduler
    folder = Path(f"{Path(case.origin).stem}-kept-study")
    where = ms.Where("dask" if cluster else "pool", cluster=cluster, folder=folder)

    runs = ms.sample_runs(case, ms.ranges_of(case), samples)
    study = ms.Study("kept study", case, tuple(runs), ms.Options(gap=2e-3), measures=("cost", "index"))
    done = ms.execute(study, where, lambda done, of, said: print(f"{done} of {of} runs, {said}", file=sys.stderr))

    print(*done.summary, sep="\n")
    proved = done.runs().query("status == 'optimal'")
    print(proved[["cost", "index"]].describe(percentiles=[0.05, 0.5, 0.95]).to_string())
    print("\nWritten to", *ms.write_tidy(done, folder))
