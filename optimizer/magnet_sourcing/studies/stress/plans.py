"""What a stress test takes of a plan: its case, its decisions, its stock levels, and what was asked of it."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ...matrix import INFINITY, Matrix
from ...plan import Plan
from ...plan_reading import index_caps, measures_held
from ...problem import Problem, Wish
from ...problems import CaseError
from ...problems import Problem as FileProblem
from ...scenario_plan import ScenarioPlan
from ...scenario_plan_reading import read_common
from ...scenarios import shows

if TYPE_CHECKING:
    from ...case import Case

# By how much, relatively, a plan may be beyond a bound that it was asked to keep: what the solver takes for kept.
_REACHED = 1e-6
DECISIONS = ("signings", "builds", "lane_openings")


@dataclass(frozen=True)
class Standing:
    """A plan as it stands when a shock comes.

    tables: `signings`, `builds`, `lane_openings` and `stocks` of the plan in the calm. wish: the security premium and
    the cap on the index that were asked of it; they go on to hold in a shock. goal, at_most: what else was asked, held
    in the calm only. stated: the discounted cost the plan itself states, None for a plan made for several futures.
    """

    name: str
    case: Case
    tables: Mapping[str, pd.DataFrame] = field(repr=False)
    wish: Wish
    calm_wish: Wish
    stated: float | None

    @classmethod
    def of(cls, name: str, plan: Plan | ScenarioPlan) -> Standing:
        """Raises ValueError if there is no plan, or if its decisions are not the same in every future."""
        if not plan.has_plan:
            raise ValueError(f"{name}: there is no plan to test: it ended {plan.status}")
        _refuse_waiting(name, plan.options)
        wish = _wish(plan.options)
        if isinstance(plan, ScenarioPlan):
            return cls(name, plan.case, calm_of(plan).tables, wish, wish, None)
        return cls(name, plan.case, plan.tables, wish, _whole_wish(plan), plan.cost)

    @classmethod
    def read(cls, path: Path) -> Standing:
        """A plan workbook of `solve`, for one future or for several. Raises CaseError if it is none."""
        common = read_common(path)
        if common is None:
            plan = Plan.read(path)
            if plan.has_plan and plan.audit is not None and not plan.audit.passed:
                raise edited(path, plan.audit.failures[0])
            return cls.of(path.stem, plan)
        case, record, tables = common
        if case.hash != record.get("case hash"):
            raise edited(path, "the inputs in the file are not those that were solved")
        _refuse_waiting(path.stem, record)
        wish = _wish(record)
        return cls(path.stem, case, tables, wish, wish, None)


def edited(path: Path, why: str) -> CaseError:
    """A plan whose file no longer holds what was solved: its test would be of nothing anybody found."""
    said = f"the plan fails its audit ({why}); was the file edited? Change the case and solve it again"
    return CaseError([FileProblem("error", path.name, "", "", said)])


def _refuse_waiting(name: str, record: Mapping[str, Any]) -> None:
    year = record.get("adapt from")
    if year not in (None, "none"):
        raise ValueError(
            f"{name}: its decisions wait for the future (adapt from {year}), so there is no one set of decisions to test"
        )


def _wish(record: Mapping[str, Any]) -> Wish:
    return Wish(china_price=float(record.get("china price") or 0.0), china_cap=index_caps(record.get("china cap")))


def calm_of(plan: ScenarioPlan) -> Plan:
    """The plan as it unfolds in the future that differs last (best: never) from the tables as they stand."""
    first = shows(plan.case, plan.plans)
    return plan.plans[max(plan.plans, key=lambda name: (first[name], plan.probability[name]))]


def asked_of(plan: Plan) -> Wish:
    """What was asked of a plan for one future, by its record: objective, bounds on measures, premium and caps."""
    measure, goal = plan.options.get("objective measure") or "cost", None
    if measure != "cost":
        from magnet_models import Goal

        goal = Goal(measure)
    return replace(_wish(plan.options), goal=goal, at_most=measures_held(plan.options.get("at most")))


def _whole_wish(plan: Plan) -> Wish:
    """The same, with bounds on measures as far as a plan that keeps them may have reached."""
    asked = asked_of(plan)
    return replace(asked, at_most={m: x + _REACHED * max(1.0, abs(x)) for m, x in asked.at_most.items()})


def is_plan(path: Path) -> bool:
    """Whether a workbook or folder is a plan, by the record every plan has; what cannot be opened is not."""
    if path.is_dir():
        return (path / "solver.csv").exists()
    try:
        with zipfile.ZipFile(path) as file:
            return b'"provenance"' in file.read("xl/workbook.xml")
    except (OSError, zipfile.BadZipFile, KeyError):
        return False


# ---------------------------------------------------------------- held in a problem


def with_decisions(problem: Problem, standing: Standing) -> Matrix:
    """The arrays of a problem with what was signed, opened and built held, and everything not decided ruled out.

    Sizes are those of the plan. What follows from a size stays free: pieces of a cost curve fill in their order, and
    a subsidy may not be larger than the plan's.
    """
    first, matrix, tables = problem.model.first, problem.matrix, standing.tables
    done: dict[int, float] = {}

    def hold(members: Mapping[Any, Any], decided: Mapping[Any, float], what: str) -> None:
        for key in decided.keys() - members.keys():
            raise ValueError(f"{standing.name}: {what} {key[0]} in {key[1]} is no decision its case offers")
        for key, variable in members.items():
            done[variable] = decided.get(key, 0.0)

    builds = tables["builds"]
    sizes = _amounts(builds, "expansion", "size")
    hold(first.signings.sign, _amounts(tables["signings"], "route", None), "signing")
    hold(first.openings.open, _amounts(tables["lane_openings"], "lane", None), "opening")
    modules = {k: x for k, x in _amounts(builds, "expansion", "modules").items() if k in first.expansions.build}
    hold(first.expansions.build, {k: float(round(x)) for k, x in modules.items()}, "build")
    sized = first.expansions.continuous_sizes()
    hold(sized, {k: x for k, x in sizes.items() if k in sized}, "build")
    for key in sizes.keys() - modules.keys() - sized.keys():
        raise ValueError(f"{standing.name}: build {key[0]} in {key[1]} is no decision its case offers")
    columns = np.array(list(done), dtype=int)
    values = np.array(list(done.values()))
    held = matrix.held(columns, np.clip(values, matrix.lower[columns], matrix.upper[columns])) if len(done) else matrix
    return _no_more_subsidy(problem, held, _amounts(builds, "expansion", "subsidy"))


def _amounts(frame: pd.DataFrame, name: str, column: str | None) -> dict[tuple[str, int], float]:
    """(name, period) -> amount; 1 without a column."""
    values = [1.0] * len(frame) if column is None else frame[column].astype(float)
    found = zip(frame[name], frame["period"], values, strict=True)
    return {(str(n), int(t)): float(x) for n, t, x in found if x == x}


def _no_more_subsidy(problem: Problem, matrix: Matrix, granted: Mapping[tuple[str, int], float]) -> Matrix:
    """Subsidies at most as the plan had them, in the money of the base year."""
    money = next(iter(problem.model.scenarios.values())).data.horizon.escalation
    members = problem.model.first.expansions.subsidy
    if not members:
        return matrix
    most = [granted.get(key, 0.0) / money[key[1]] for key in members]
    return matrix.within(list(members.values()), 0.0, [x * (1 + 1e-9) for x in most])


def with_stocks(problem: Problem, matrix: Matrix, scenario: Any, standing: Standing) -> Matrix:
    """The stocks at the end of each period as the plan in the calm has them."""
    levels = _amounts(standing.tables["stocks"], "stock", "closing")
    columns = {key: v for key, v in scenario.stocks.store.items() if key in levels}
    return held_as_lived(matrix, np.array(list(columns.values()), dtype=int), np.array([levels[k] for k in columns]))


def held_as_lived(matrix: Matrix, columns: np.ndarray, values: np.ndarray) -> Matrix:
    """Columns held at what they were in a plan that respects every row.

    A row of which nothing is left to decide held to the solver's tolerance when it was lived; it is set aside, because
    what is a solution to 1e-7 there is none to presolve once it is all constants. (Narrow bands around the values
    instead would be worse: HiGHS 1.16 calls some feasible programmes with bounds 1e-6 apart infeasible.)
    """
    if not len(columns):
        return matrix
    values = np.where(matrix.whole[columns], np.round(values), values)
    held = matrix.held(columns, np.clip(values, matrix.lower[columns], matrix.upper[columns]))
    fixed = held.lower == held.upper
    lived = np.zeros(len(fixed), dtype=bool)
    lived[columns] = True
    free, touched = (_rows_with(held, which) for which in (~fixed, lived))
    over = touched & ~free
    return replace(
        held,
        row_lower=np.where(over, -INFINITY, held.row_lower),
        row_upper=np.where(over, INFINITY, held.row_upper),
    )


def _rows_with(matrix: Matrix, which: np.ndarray) -> np.ndarray:
    """For each row, whether it holds any of the columns."""
    row = np.repeat(np.arange(len(matrix.row_lower)), np.diff(matrix.start))
    return np.bincount(row, weights=which[matrix.index], minlength=len(matrix.row_lower)) > 0
