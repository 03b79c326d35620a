"""Runs per second of a study that changes prices: ours in place, ours built again, and the loops of peers.

Each peer gets the arrays of each run ready-made, so it pays for no case, no check and no model of its own: only for
its way of building or changing the programme, and for HiGHS. Ways take turns within each round; medians of processor
time are shown, which other work on the machine disturbs less than a clock.

Of a generated case (--case 2k, 50k ...), linear, ours alone are compared, for changes of one number and of many.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

import linopy
import numpy as np
import pandas as pd
import pyomo.environ as pyo
from generator import SIZES, chain
from magnet_sourcing import Case
from magnet_sourcing.changes import Change, Changing
from magnet_sourcing.matrix import Matrix
from magnet_sourcing.problem import Problem
from magnet_sourcing.session import Session
from magnet_sourcing.solving import check_case
from magnet_sourcing.studies.runs.bench import AS_IT_STANDS, Bench, study_options, with_start
from magnet_sourcing.studies.runs.models import Models
from magnet_sourcing.studies.runs.study import Run, Study
from pyomo.contrib.appsi.solvers import Highs as AppsiHighs

Solve = Callable[[int], float]  # number of a run -> objective


def ours_in_place(study: Study) -> Solve:
    bench = Bench(study)
    return lambda i: _cost(bench.result(study.runs[i]), "in place")


def ours_built(study: Study) -> Solve:
    """What `Bench` does with a run that needs a rebuild."""
    bench = Bench(study)
    bench._models = models = Models(study)
    models.for_run = lambda run, rows: (None, None, "asked to build")  # type: ignore[method-assign]
    return lambda i: _cost(bench.result(study.runs[i]), "built")


def ours_from_nothing(study: Study) -> Solve:
    """As `solve` would: the case changed and checked, the model built, no basis to begin from."""
    changing = Changing(study.case, decided=False)

    def solve(i: int) -> float:
        case = changing.case(study.runs[i].changes, "")
        check_case(case)
        outcome = Session(Problem(case).matrix, study.options).solve()
        assert outcome.objective is not None, outcome
        return outcome.objective

    return solve


def _cost(result, way: str) -> float:  # type: ignore[no-untyped-def]
    assert result.way == way and result.status == "optimal", result
    return float(result.cost)


# ---------------------------------------------------------------- Pyomo


def pyomo_model(m: Matrix) -> pyo.ConcreteModel:
    """As people write it: rules over indexed components, the costs as mutable parameters."""
    model = pyo.ConcreteModel()
    model.J, model.I = pyo.RangeSet(0, len(m.cost) - 1), pyo.RangeSet(0, len(m.row_lower) - 1)

    def bounds(_, j):  # type: ignore[no-untyped-def]
        return tuple(None if np.isinf(x) else float(x) for x in (m.lower[j], m.upper[j]))

    model.x = pyo.Var(model.J, bounds=bounds, domain=lambda _, j: pyo.Integers if m.whole[j] else pyo.Reals)
    model.c = pyo.Param(model.J, initialize=dict(enumerate(m.cost.tolist())), mutable=True)

    def row(model, i):  # type: ignore[no-untyped-def]
        at = range(m.start[i], m.start[i + 1])
        body = sum(float(m.value[k]) * model.x[int(m.index[k])] for k in at)
        lower, upper = (None if np.isinf(x) else float(x) for x in (m.row_lower[i], m.row_upper[i]))
        return (lower, body, upper) if lower != upper else body == lower

    model.rows = pyo.Constraint(model.I, rule=row)
    model.objective = pyo.Objective(expr=sum(model.c[j] * model.x[j] for j in model.J) + m.offset)
    return model


def _appsi(gap: float) -> AppsiHighs:
    solver = AppsiHighs()
    solver.config.mip_gap = gap
    solver.highs_options = {"threads": 1}
    return solver


def pyomo_persistent(matrices: list[Matrix], gap: float) -> Solve:
    """appsi's HiGHS, kept, told to look for changed parameters alone."""
    model, solver = pyomo_model(matrices[0]), _appsi(gap)
    for name in ("vars", "constraints", "named_expressions"):
        setattr(solver.update_config, f"update_{name}", False)
    for name in ("new_or_removed_constraints", "new_or_removed_vars", "new_or_removed_params", "new_objective"):
        setattr(solver.update_config, f"check_for_{name}", False)
    solver.update_config.treat_fixed_vars_as_params = False

    def solve(i: int) -> float:
        for j, c in enumerate(matrices[i].cost.tolist()):
            model.c[j].value = c
        solver.solve(model)
        return float(pyo.value(model.objective))

    return solve


def pyomo_built(matrices: list[Matrix], gap: float) -> Solve:
    def solve(i: int) -> float:
        model = pyomo_model(matrices[i])
        _appsi(gap).solve(model)
        return float(pyo.value(model.objective))

    return solve


# ---------------------------------------------------------------- linopy


def linopy_model(m: Matrix) -> tuple[linopy.Model, Callable[[np.ndarray], linopy.LinearExpression]]:
    """Rows as one padded block of terms, the fastest way linopy has; and what makes an objective of costs."""
    model = linopy.Model()
    parts = {"whole": np.flatnonzero(m.whole), "rest": np.flatnonzero(~m.whole)}
    labels = np.empty(len(m.cost), dtype=int)
    variables = {}
    for name, at in parts.items():
        if len(at):
            index = pd.RangeIndex(len(at), name=name)
            variables[name] = model.add_variables(
                pd.Series(m.lower[at], index), pd.Series(m.upper[at], index), name=name, integer=name == "whole"
            )
            labels[at] = variables[name].labels.values
    count = np.diff(m.start)
    widest = int(count.max())
    at = m.start[:-1, None] + np.minimum(np.arange(widest), count[:, None] - 1)
    there = np.arange(widest) < count[:, None]
    rows = pd.RangeIndex(len(count), name="row")

    def block(chosen: np.ndarray, sign: str, bound: np.ndarray, name: str) -> None:
        if not chosen.any():
            return
        import xarray as xr

        coords = {"row": rows[chosen]}
        data = xr.Dataset(
            {
                "coeffs": (("row", "_term"), np.where(there, m.value[at], np.nan)[chosen]),
                "vars": (("row", "_term"), np.where(there, labels[m.index[at]], -1)[chosen]),
                "const": (("row",), np.zeros(int(chosen.sum()))),
            },
            coords,
        )
        right = xr.DataArray(bound[chosen], coords, dims=["row"])
        model.add_constraints(linopy.LinearExpression(data, model), sign, right, name=name)

    same = m.row_lower == m.row_upper
    block(same, "=", m.row_upper, "equal")
    block(~same & np.isfinite(m.row_upper), "<=", m.row_upper, "most")
    block(~same & np.isfinite(m.row_lower), ">=", m.row_lower, "least")

    def objective(cost: np.ndarray) -> linopy.LinearExpression:
        terms = [
            (v * pd.Series(cost[parts[name]], pd.RangeIndex(len(parts[name]), name=name))).sum()
            for name, v in variables.items()
        ]
        return sum(terms[1:], terms[0])

    model.add_objective(objective(m.cost))
    return model, objective


def linopy_built(matrices: list[Matrix], gap: float) -> Solve:
    def solve(i: int) -> float:
        model, _ = linopy_model(matrices[i])
        model.solve("highs", io_api="direct", output_flag=False, mip_rel_gap=gap, threads=1)
        return float(model.objective.value) + matrices[i].offset

    return solve


def linopy_persistent(matrices: list[Matrix], gap: float) -> Solve:
    """Its solver kept, with changes found by comparing."""
    model, objective = linopy_model(matrices[0])
    options = {"output_flag": False, "mip_rel_gap": gap, "threads": 1}
    solver = linopy.solvers.Solver.from_name("highs", model, io_api="direct", options=options, track_updates=True)

    def solve(i: int) -> float:
        model.add_objective(objective(matrices[i].cost), overwrite=True)
        result = solver.solve(model)
        return float(result.solution.objective) + matrices[i].offset

    return solve


# ---------------------------------------------------------------- measuring


def measured(ways: dict[str, Solve], runs: int, rounds: int, tolerance: float) -> pd.DataFrame:
    """Processor seconds per run of each way, medians over runs and rounds; the first run of each way warms it up."""
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for solve in ways.values():
        solve(0)
    for turn in range(rounds):
        for i in range(1 + turn * runs, 1 + (turn + 1) * runs):
            found = {}
            for name, solve in ways.items():
                begun = time.process_time()
                found[name] = solve(i)
                seconds[name].append(time.process_time() - begun)
            spread = max(found.values()) - min(found.values())
            assert spread <= tolerance * abs(found["ours, in place"]), found
    first = statistics.median(seconds["ours, in place"])
    rows = [(n, 1e3 * (s := statistics.median(x)), 1 / s, s / first) for n, x in seconds.items()]
    return pd.DataFrame(rows, columns=["way", "CPU ms a run", "runs a CPU second", "times ours in place"])


def _print(title: str, m: Matrix, found: pd.DataFrame) -> None:
    print(f"{title}: {len(m.cost)} columns, {len(m.row_lower)} rows, {int(m.whole.sum())} whole numbers")
    print(found.to_string(index=False, float_format="%.1f"), "\n", flush=True)


def _runs(changes: Sequence[tuple[Change, ...]], plan: str) -> tuple[Run, ...]:
    """Numbers from 1 on, and none that the audit falls on."""
    return tuple(Run(1 + i + i // 20 * 5, c, {}, plan) for i, c in enumerate(changes))


def of_a_size(size: str, factors: list[float], runs: int, rounds: int, gap: float) -> None:
    """A generated chain without whole numbers: one number changed, then a whole column."""
    case = chain(replace(SIZES[size], whole=False))
    offers = case.tables["supplies"]["supply"]
    for title, column, where in (
        ("one price", "price", True), ("one limit", "limit", True),
        ("all prices", "price", False), ("all limits", "limit", False),
    ):  # fmt: skip
        chosen = (f"supply = {offers[i % len(offers)]}" if where else "" for i in range(len(factors)))
        changes = [(Change("supplies", c, column, "multiply", f),) for c, f in zip(chosen, factors, strict=True)]
        study, _ = with_start(Study("benchmark", case, _runs(changes, ""), study_options(gap, None, 0)))
        ways = {
            "ours, in place": ours_in_place(study),
            "ours, built again, from the basis of the case as it stands": ours_built(study),
            "ours, built again, from nothing": ours_from_nothing(study),
        }
        _print(f"{size}, {title} of supplies", Problem(case).matrix, measured(ways, runs, rounds, 1e-6))


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--case", choices=("reference", "small", *SIZES), default="reference")
    options.add_argument("--runs", type=int, default=3, help="runs in a round")
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--gap", type=float, default=2e-3)
    asked = options.parse_args()
    factors = (0.9 + 0.4 * np.random.default_rng(0).random(1 + asked.runs * asked.rounds)).tolist()
    if asked.case in SIZES:
        of_a_size(asked.case, factors, asked.runs, asked.rounds, asked.gap)
        return
    case = Case.reference() if asked.case == "reference" else Case.small()
    changes = [(Change("supplies", "", "price", "multiply", f),) for f in factors]
    for title, plan, tolerance in (
        ("Linear: the plan held", AS_IT_STANDS, 1e-6), ("Whole numbers: all decisions free", "", 2 * asked.gap)
    ):  # fmt: skip
        runs = _runs(changes, plan)
        study, _ = with_start(Study("benchmark", case, runs, study_options(asked.gap, None, 0)))
        models = Models(study)
        matrices = []
        for run in runs:
            programme = models.for_run(run, models.changing.rows(run.changes, ""))[1]
            assert programme is not None
            matrix = programme.holding(study.plans[plan]) if plan else programme.matrix
            matrices.append(matrix.relaxed() if plan else matrix)
        ways = {
            "ours, in place": ours_in_place(study),
            "ours, built again": ours_built(study),
            "Pyomo, appsi kept, mutable parameters": pyomo_persistent(matrices, asked.gap),
            "Pyomo, built again, appsi": pyomo_built(matrices, asked.gap),
            "linopy, solver kept": linopy_persistent(matrices, asked.gap),
            "linopy, built again": linopy_built(matrices, asked.gap),
        }
        _print(title, matrices[0], measured(ways, asked.runs, asked.rounds, tolerance))


if __name__ == "__main__":
    main()
