"""`solve`: the best plan of a case, for the tables as they stand, for one scenario, or for several."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .amounts import cap, measure_values, scenario_names
from .common import (
    EPILOG,
    OK,
    STOPPED_WITH_PLAN,
    default_output,
    echo_json,
    exit_code,
    failed_audit,
    not_over,
    output_options,
    read_case,
    records,
    section,
    solve_progress,
    solver_options,
)

if TYPE_CHECKING:
    from ..case import Case
    from ..plan import Plan
    from ..scenario_plan import ScenarioPlan


@click.command(epilog=EPILOG)
@click.argument("case", required=False, type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="Plan workbook (.xlsx), or a folder for CSV tables. Default: <case>-plan.xlsx here.",
)
@click.option("--scenario", multiple=True, help="Plan as if this scenario were certain; repeat it for several at once.")
@click.option("--scenarios", help="One plan for several futures: 'all', or names joined by commas.")
@click.option("--cvar", type=float, default=0.0, help="Weight 0-1 of the mean of the worst futures. Default 0.")
@click.option("--alpha", type=float, default=0.9, show_default=True, help="The worst futures are the last 1 - alpha.")
@click.option(
    "--aim",
    type=click.Choice(["expected", "worst", "regret"]),
    default="expected",
    show_default=True,
    help="What is made least over the futures.",
)
@click.option("--adapt-from", type=int, help="Builds and signings from this year on wait until the future is known.")
@click.option("--foresight", is_flag=True, help="Operations know the future from the first year, not when it shows.")
@click.option(
    "--method",
    type=click.Choice(["auto", "extensive", "decomposition"]),
    default="auto",
    show_default=True,
    help="One model of all futures, or each apart (an extra); by size unless told.",
)
@click.option("--ranks", type=int, default=1, help="Processes that share the futures, with --method decomposition.")
@click.option("--value", is_flag=True, help="With --scenarios: what perfect information and planning for all are worth.")
@click.option(
    "--objective",
    default="cost",
    show_default=True,
    help="What is made least: cost, index, country share, not free, unmet, 'impact NAME'; 'index 2030-2035' counts years.",
)
@click.option(
    "--at-most", multiple=True, metavar="MEASURE=VALUE", help="Greatest (expected) value of a measure; may be repeated."
)
@click.option(
    "--china-price",
    type=float,
    default=0.0,
    show_default=True,
    help="Money per tonne of weighted exposure, added to the objective.",
)
@click.option("--china-cap", help="Greatest dependence index: 0.4, or by year 2027:0.5,2030:0.3 (other years free).")
@click.option(
    "--prices/--no-prices",
    default=None,
    help="What one more unit of each number is worth; by size unless told (not above 100,000 variables).",
)
@click.option("--no-tie-break", is_flag=True, help="Take the first plan found among equally cheap ones.")
@solver_options()
@output_options
@click.option("--verbose", is_flag=True, help="Every line of the solver's progress.")
def solve(
    case: Path | None,
    output: Path | None,
    scenario: tuple[str, ...],
    scenarios: str | None,
    value: bool,
    at_most: tuple[str, ...],
    china_cap: str | None,
    as_json: bool,
    quiet: bool,
    verbose: bool,
    debug: bool,
    no_tie_break: bool,
    **options: Any,
) -> None:
    """Finds the best plan of CASE (a workbook or a folder of CSV tables; the reference case if none is given)."""
    if value and scenarios is None:
        raise ValueError("--value is about several futures: give --scenarios")
    if value and (options["cvar"] or options["aim"] != "expected" or options["objective"] != "cost"):
        raise ValueError("--value is about plans of least expected cost: without --cvar, --aim or another --objective")
    read = read_case(case)
    target = not_over(case, output or default_output(case, "plan"))
    from ..solving import solve as solve_case

    progress = None if quiet or as_json else solve_progress(verbose)
    plan = solve_case(
        read,
        scenario=list(scenario) or None,
        scenarios=scenario_names(scenarios),
        at_most=measure_values(at_most),
        china_cap=cap(china_cap),
        tie_break=not no_tie_break,
        progress=progress,
        **options,
    )
    why: dict[str, list[str]] = {}
    next_step = ""
    if plan.status == "infeasible" and not quiet:
        with suppress(KeyboardInterrupt):  # that there is no plan is known, and said all the same
            why, next_step = _why(read, case, plan, scenario, at_most, china_cap)
    valued = not (value and plan.has_plan) or _add_value(plan, options, quiet or as_json)
    files = _write(plan, target)
    if as_json:
        echo_json(_as_json(plan, files) | ({"why": why, "next_step": next_step} if next_step else {}))
    else:
        _show(plan, files, quiet, explained=bool(why))
        for head, lines in why.items():
            section(head, lines)
        if next_step:
            section("What would give it a plan", [next_step])
    raise click.exceptions.Exit(exit_code(plan) or (OK if valued else STOPPED_WITH_PLAN))


def _add_value(plan: Plan | ScenarioPlan, options: dict[str, Any], silent: bool) -> bool:
    """Whether the value could be found; if not, why is said and the plan stands without it."""
    from ..scenario_plan import ScenarioPlan
    from ..studies.information import value_of_scenarios
    from .common import study_progress

    assert isinstance(plan, ScenarioPlan)
    try:
        value_of_scenarios(plan, gap=options["gap"], time_limit=options["time_limit"], progress=study_progress(silent))
    except KeyboardInterrupt:
        click.echo("interrupted; the plan is kept, without the value of information", err=True)
        return False
    except ValueError as reason:
        click.echo(f"the plan is kept, without the value of information: {reason}", err=True)
        return False
    return True


# ---------------------------------------------------------------- without a plan


def _why(
    read: Case,
    path: Path | None,
    plan: Plan | ScenarioPlan,
    scenario: tuple[str, ...],
    at_most: tuple[str, ...],
    china_cap: str | None,
) -> tuple[dict[str, list[str]], str]:
    """Why no plan exists, and the command that looks for ways out."""
    from ..scenario_plan import ScenarioPlan
    from ..studies.explain.applying import quoted
    from ..studies.explain.briefly import why_no_common_plan, why_no_plan

    names = list(scenario)
    if isinstance(plan, ScenarioPlan):
        without, why = why_no_common_plan(read, list(plan.probability), plan.wish)
        if not without:
            return why, "explain is about one future: try fewer scenarios, a later --adapt-from, or looser bounds."
        names = without[:1]
    else:
        why = why_no_plan(read, scenario, measure_values(at_most), cap(china_cap))
    words = ["magnet-sourcing", "explain", *([str(path)] if path is not None else [])]
    words += [x for name in names for x in ("--scenario", name)]
    words += [x for bound in at_most for x in ("--at-most", bound)]
    words += ["--china-cap", china_cap] if china_cap is not None else []
    return why, " ".join(quoted(x) for x in words)


# ---------------------------------------------------------------- results


def _write(plan: Plan | ScenarioPlan, target: Path) -> list[Path]:
    """Writes the plan if there is one; a plan whose audit failed only under a name that says so."""
    if not plan.has_plan:
        return []
    if plan.audit is not None and not plan.audit.passed:
        target = failed_audit(target)
    from ..long_rows import TooLong

    try:
        return [plan.write(target)]
    except TooLong as reason:  # a plan that took hours is not lost for that
        click.echo(f"{reason}; done, as {target.with_suffix('')}", err=True)
        return [plan.write(target.with_suffix(""))]


def _show(plan: Plan | ScenarioPlan, files: list[Path], quiet: bool, explained: bool = False) -> None:
    """explained: why there is no plan is said in the workbook's words, so not in the model's as well."""
    from .. import summary
    from ..scenario_plan import ScenarioPlan

    click.echo(summary.headline(plan))
    if ending := summary.ENDINGS[plan.status] if explained else summary.ending(plan):
        click.echo(ending)
    if plan.audit is not None and not plan.audit.passed:
        for failure in plan.audit.failures[:20]:
            click.echo(f"audit: {failure}", err=True)
    if plan.has_plan and not quiet:
        if isinstance(plan, ScenarioPlan):
            _show_scenarios(plan)
        else:
            _show_plan(plan)
    for file in files:
        click.echo(f"Plan written to {file}")


def _show_plan(plan: Plan) -> None:
    from .. import summary

    section("The decision", [*summary.decisions(plan), *summary.sources(plan)])
    unit, divisor = summary.money_unit(plan)
    items = [(r.item, r.discounted) for r in summary.cost_by_item(plan).itertuples()]
    lines = [f"{item:<18} {amount / divisor:>14,.2f}" for item, amount in [*items, ("total", plan.cost or 0.0)]]
    section(f"Cost, discounted, {unit}", lines)
    shares = summary.dependence_by_year(plan)
    if not shares.empty:
        heads = "".join(f"{t:>7}" for t in shares.columns)
        rows = list(zip(shares.index, shares.to_numpy().tolist(), strict=True))
        name, free = summary.free_by_year(plan)
        section(
            f"Dependence on {plan.case.settings['exposed_country']} by stage",
            [f"{'':<16}{heads}"]
            + [
                f"{line:<16}" + "".join(f"{x:>7.0%}" if x == x else f"{'-':>7}" for x in row)
                for line, row in (*rows, *([(name, free)] if free else []))
            ],
        )
    section(
        "Demand and limits",
        [*summary.unmet(plan), *summary.binding(plan), *summary.scenarios(plan), summary.verdict(plan.audit)],
    )
    if priced := summary.priced(plan):
        section(summary.HELP_MOST, priced)


def _show_scenarios(plan: ScenarioPlan) -> None:
    from .. import scenario_summary, summary

    section("The decision, the same whatever happens", summary.decisions(plan.decided))
    if later := scenario_summary.later(plan):
        section(f"Decided from {plan.wish.adapt_from} on, when the future is known", later)
    section("The futures", scenario_summary.table(plan))
    section("In sum", [*scenario_summary.findings(plan), summary.verdict(plan.audit)])


def _as_json(plan: Plan | ScenarioPlan, files: list[Path]) -> dict[str, Any]:
    from .. import summary
    from ..scenario_plan import ScenarioPlan

    shown = plan.decided if isinstance(plan, ScenarioPlan) and plan.has_plan else plan
    answer: dict[str, Any] = {
        "status": plan.status,
        "objective": plan.objective,
        "cost": plan.cost,
        "bound": plan.bound,
        "gap": plan.gap,
        "seconds": plan.seconds,
        "detail": plan.detail,
        "ending": summary.ending(plan),
        "options": {
            k: v for k, v in plan.options.items() if k not in ("status", "objective", "bound", "gap", "seconds")
        },
        "index": {str(t): x for t, x in plan.index.items()},
        "audit": None if plan.audit is None else {"passed": plan.audit.passed, "failures": plan.audit.failures},
        "files": [str(f) for f in files],
    }
    if isinstance(plan, ScenarioPlan):
        answer["scenarios"] = records(plan.scenarios())
        answer["value"] = {k: v for k, v in plan.value.items() if k != "best"}
    else:
        answer["cost_by_item"] = {r.item: r.discounted for r in summary.cost_by_item(plan).itertuples()}
    for table in ("builds", "signings", "dependence", "free_delivery", "demand", "prices", "entry_prices"):
        if table in shown.tables:
            answer[table] = records(shown.tables[table])
    return answer
