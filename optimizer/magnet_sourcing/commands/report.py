"""`report`: a plan as one HTML page, with the studies made of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .amounts import cap, measure_values, scenario_names
from .common import (
    EPILOG,
    echo_json,
    exit_code,
    failed_audit,
    not_over,
    output_options,
    read_case,
    solve_progress,
    solver_options,
    study_progress,
)

if TYPE_CHECKING:
    from ..plan import Plan
    from ..scenario_plan import ScenarioPlan

Report = Callable[[int, int, str], None] | None


def _frontier(plan: Plan, progress: Report) -> Any:
    from ..studies.frontier.tracing import frontier

    return frontier(plan.case, progress=progress)


def _stress(plan: Plan, progress: Report) -> Any:
    from ..studies.stress.testing import stress

    return stress(plan, progress=progress)


def _sensitivity(plan: Plan, progress: Report) -> Any:
    from ..studies.sensitivity.studying import sensitivity

    return sensitivity(plan.case, progress=progress)


def _why(plan: Plan, progress: Report) -> Any:
    """About the plan's own question: under the bounds it was asked to keep."""
    from ..plan_reading import index_caps, measures_held
    from ..studies.why.asking import why

    caps, held = index_caps(plan.options["china cap"]), measures_held(plan.options["at most"])
    return why(plan.case, china_cap=caps or None, at_most=held or None, progress=progress)


# Name as of `write_report` -> the study with its own defaults.
STUDIES: dict[str, Callable[[Plan, Report], Any]] = {
    "frontier": _frontier,
    "stress": _stress,
    "sensitivity": _sensitivity,
    "why": _why,
}
# Options that say how a case is solved; a plan that is read back was solved already.
_OF_A_CASE = ("scenario", "scenarios", "objective", "at_most", "china_price", "china_cap", "gap", "time_limit")


@click.command(epilog=EPILOG)
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), help="The page. Default: <file>-report.html here.")
@click.option(
    "--with",
    "studies",
    multiple=True,
    type=click.Choice([*STUDIES, "all"]),
    help="A study to run and show, with its defaults; may be repeated. Minutes on a large case.",
)
@click.option("--scenario", multiple=True, help="Plan as if this scenario were certain; repeat it for several at once.")
@click.option("--scenarios", help="One plan for several futures: 'all', or names joined by commas.")
@click.option("--objective", default="cost", show_default=True, help="What is made least, as in solve.")
@click.option("--at-most", multiple=True, metavar="MEASURE=VALUE", help="Greatest value of a measure; may be repeated.")
@click.option(
    "--china-price", type=float, default=0.0, show_default=True, help="Money per tonne of weighted exposure, as in solve."
)
@click.option("--china-cap", help="Greatest dependence index: 0.4, or by year 2027:0.5,2030:0.3 (other years free).")
@solver_options()
@output_options
@click.pass_context
def report(
    context: click.Context,
    file: Path | None,
    output: Path | None,
    studies: tuple[str, ...],
    as_json: bool,
    quiet: bool,
    debug: bool,
    **options: Any,
) -> None:
    """Shows FILE, a plan that solve wrote, as one HTML page that opens by itself, without a network.

    A case (a workbook or a folder of CSV tables; the reference case if none is given) is solved first.
    """
    target = _target(file, output)
    wanted = list(STUDIES) if "all" in studies else list(dict.fromkeys(studies))
    if wanted and options["scenarios"] is not None:
        raise ValueError("--with is about a plan for one future: without --scenarios")
    plan = _plan(context, file, options, quiet or as_json)
    if not plan.has_plan:
        _say(plan, None, as_json)
        raise click.exceptions.Exit(exit_code(plan))
    found = _studied(plan, wanted, quiet or as_json)
    from ..report.writing import write_report

    if plan.audit is not None and not plan.audit.passed:
        target = failed_audit(target)
    _say(plan, write_report(target, plan, **found), as_json)
    raise click.exceptions.Exit(exit_code(plan))


def _target(file: Path | None, output: Path | None) -> Path:
    from ..studies.stress.plans import is_plan

    made_of = "the plan" if file is not None and is_plan(file) else "the case"
    target = not_over(file, output or Path(f"{file.stem if file is not None else 'reference'}-report.html"), made_of)
    if target.suffix.lower() not in (".html", ".htm"):
        raise ValueError(f"{target}: a report is written as .html")
    if target.is_dir():
        raise ValueError(f"{target} is a folder; give a file")
    return target


def _plan(context: click.Context, file: Path | None, options: dict[str, Any], silent: bool) -> Plan | ScenarioPlan:
    """The plan of the file, audited again, or the best plan of the case."""
    from ..solving import solve
    from ..studies.stress.plans import is_plan

    if file is not None and is_plan(file):
        given = [o for o in _OF_A_CASE if context.get_parameter_source(o) is click.core.ParameterSource.COMMANDLINE]
        if given:
            named = ", ".join("--" + o.replace("_", "-") for o in given)
            raise ValueError(f"{file} is a plan, solved already: {named} is for a case")
        return _read_plan(file)
    return solve(
        read_case(file),
        scenario=list(options.pop("scenario")) or None,
        scenarios=scenario_names(options.pop("scenarios")),
        at_most=measure_values(options.pop("at_most")),
        china_cap=cap(options.pop("china_cap")),
        progress=None if silent else solve_progress(False),
        **options,
    )


def _read_plan(file: Path) -> Plan:
    from ..plan import Plan
    from ..studies.compare.sides import is_scenario_plan

    if is_scenario_plan(file):
        raise ValueError(
            f"{file}: the file of a plan for several futures does not hold all of each. Give its case with --scenarios"
        )
    return Plan.read(file)


def _studied(plan: Plan | ScenarioPlan, wanted: list[str], silent: bool) -> dict[str, Any]:
    from ..plan import Plan

    found = {}
    for name in wanted:
        assert isinstance(plan, Plan)
        if not silent:
            click.echo(f"{name}:", err=True)
        found[name] = STUDIES[name](plan, study_progress(silent))
    return found


def _say(plan: Plan | ScenarioPlan, written: Path | None, as_json: bool) -> None:
    from .. import summary

    if as_json:
        files = [str(written)] if written else []
        said = {"status": plan.status, "objective": plan.objective, "bound": plan.bound, "gap": plan.gap, "files": files}
        echo_json(said | {"audit": None if plan.audit is None else {"passed": plan.audit.passed}})
        return
    click.echo(summary.headline(plan))
    if summary.ending(plan):
        click.echo(summary.ending(plan))
    if plan.audit is not None and not plan.audit.passed:
        for failure in plan.audit.failures[:20]:
            click.echo(f"audit: {failure}", err=True)
    if written:
        click.echo(f"Report written to {written}")
