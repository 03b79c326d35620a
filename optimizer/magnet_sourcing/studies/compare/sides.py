"""What is compared: plans as they were written, cases and scenarios as they are solved now; and whether they can be."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...case import Case
from ...plan import Plan
from ...problem import Wish
from ...scenario_plan import ScenarioPlan
from ...scenarios import checked_futures, chosen
from ...session import Options
from ...solving import check_case, solve_one
from ..decisions import decided
from ..stress.plans import Standing, edited, is_plan

if TYPE_CHECKING:
    from ..decisions import Decisions

Given = Plan | Case
# Settings without which no two amounts of money or mass can be set side by side, and those that only colour them.
ALIKE = ("currency", "base_year", "mass_unit")
COLOURING = ("discount_rate", "capital", "salvage", "escalation")


@dataclass(frozen=True)
class Side:
    """One of what is compared. solved_now: it was given as a case. tables are those of `plan_schema`, empty without a
    plan."""

    name: str
    plan: Plan
    solved_now: bool

    @property
    def case(self) -> Case:
        return self.plan.case

    @property
    def cost(self) -> float | None:
        return self.plan.cost

    @property
    def sound(self) -> bool:
        """Whether its plan, if there is one, passed its audit."""
        return self.plan.audit is None or self.plan.audit.passed

    @property
    def interval(self) -> tuple[float, float] | None:
        """Between what the least cost of its case lies; None without a plan, or if something else was made least."""
        plan = self.plan
        asked_for_cost = plan.options.get("objective measure", "cost") == "cost" and not plan.options.get("china price")
        if plan.cost is None or plan.bound is None or not asked_for_cost:
            return None
        return plan.bound, plan.cost

    def wish(self) -> Wish:
        """What was asked of the plan. Raises ValueError without a plan."""
        return Standing.of(self.name, self.plan).calm_wish

    def decisions(self) -> Decisions:
        """Signings, builds (t/y) and lane openings, as `studies.decisions` compares them."""
        return decided(self.plan)


def read_given(path: Path) -> Given:
    """A plan or a case, by what the file is. Raises CaseError for a plan that was edited, ValueError for a plan for
    several futures."""
    if not is_plan(path):
        return Case.read(path)
    if is_scenario_plan(path):
        raise ValueError(
            f"{path}: a plan for several futures has a cost for each; compare takes plans for one. Give the case with "
            "--scenarios to set its futures side by side, or ask stress"
        )
    plan = Plan.read(path)
    if plan.has_plan and plan.audit is not None and not plan.audit.passed:
        raise edited(path, plan.audit.failures[0])
    return plan


def is_scenario_plan(path: Path) -> bool:
    """Whether a plan's workbook or folder is for several futures."""
    import zipfile

    if path.is_dir():
        return (path / "scenarios.csv").exists()
    with zipfile.ZipFile(path) as file:
        return b'name="scenarios"' in file.read("xl/workbook.xml")


def named(given: Sequence[Any] | Mapping[str, Any]) -> dict[str, Given]:
    """Name -> plan or case; letters without names. Raises ValueError for what can be neither."""
    pairs = dict(given) if isinstance(given, Mapping) else {chr(65 + i): x for i, x in enumerate(given)}
    for name, what in pairs.items():
        if isinstance(what, ScenarioPlan):
            raise ValueError(
                f"{name} is a plan for several futures: compare takes plans for one, such as plans['calm']"
            )
        if not isinstance(what, (Plan, Case)):
            raise ValueError(f"{name} is {type(what).__name__}: compare takes plans and cases")
    return pairs


def futures(case: Case, scenarios: str | Sequence[str]) -> dict[str, Given]:
    """The case under each scenario as if it were certain; of a single scenario, beside the case as it stands."""
    check_case(case)
    names = list(chosen(case, scenarios))
    found: dict[str, Given] = dict(checked_futures(case, names))
    return found if len(found) > 1 else {"as the case stands": case, **found}


def solved(given: Mapping[str, Given], options: Options, report: Callable[[int, int, str], None]) -> list[Side]:
    """Sides, cases solved for least cost. Raises CaseError for a case with errors, before anything is solved."""
    for what in given.values():
        if isinstance(what, Case):
            check_case(what)
        what_case = what if isinstance(what, Case) else what.case
        what_case.resolved()  # settles the settings
    comparable({name: what if isinstance(what, Case) else what.case for name, what in given.items()})
    sides = []
    cases = sum(isinstance(what, Case) for what in given.values())
    done = 0
    for name, what in given.items():
        if isinstance(what, Case):
            plan = solve_one(what, Wish(), options)
            done += 1
            report(done, cases, f"{name}: {plan.status}")
            sides.append(Side(name, plan, True))
        else:
            sides.append(Side(name, what, False))
    return sides


# ---------------------------------------------------------------- whether they can be compared


def comparable(cases: Mapping[str, Case]) -> None:
    """Raises ValueError, naming everything that forbids it, if amounts of these cases mean different things."""
    if len(cases) < 2:
        raise ValueError("nothing to compare: give at least two plans, cases or scenarios")
    wrong = []
    for setting in ALIKE:
        values = {name: case.settings.get(setting) for name, case in cases.items()}
        if len(set(values.values())) > 1:
            wrong.append(f"{setting} differs ({_said(values)})")
    periods = {name: tuple((r.period, r.years) for r in case.rows("periods")) for name, case in cases.items()}
    if len(set(periods.values())) > 1:
        spans = {name: f"{p[0][0]} to {p[-1][0]} in {len(p)}" for name, p in periods.items()}
        wrong.append(f"periods differ ({_said(spans)})")
    if wrong:
        raise ValueError(
            f"these cannot be set side by side: {'; '.join(wrong)}. Bring them to the same and solve again"
        )


def cautions(cases: Mapping[str, Case]) -> list[str]:
    """What makes amounts less alike than they look, in sentences."""
    lines = []
    for setting in COLOURING:
        values = {name: case.settings.get(setting) for name, case in cases.items()}
        if len(set(values.values())) > 1:
            lines.append(f"Costs are not counted alike: {setting} differs ({_said(values)}).")
    for what, key in (
        ("exposed_country", lambda c: c.settings.get("exposed_country")),
        ("stage weights", lambda c: tuple(sorted((r.stage, r.weight) for r in c.rows("stages")))),
        ("element weights", lambda c: tuple(sorted((r.element, r.weight) for r in c.rows("elements")))),
    ):
        found = {name: key(case) for name, case in cases.items()}
        if len(set(found.values())) > 1:
            said = f" ({_said(found)})" if what == "exposed_country" else ""
            lines.append(f"Dependence is not counted alike: {what} differ{'s' if said else ''}{said}.")
    return lines


def _said(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}: {'none' if x is None else x}" for name, x in values.items())
