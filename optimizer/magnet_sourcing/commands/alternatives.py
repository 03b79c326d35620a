"""`alternatives`: plans that cost little more than the cheapest and make other choices."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .amounts import Share, cap, measure_values, scenario_names
from .common import (
    AUDIT_FAILED,
    EPILOG,
    STOPPED_WITH_PLAN,
    default_output,
    echo_json,
    exit_code,
    not_over,
    output_options,
    read_case,
    records,
    section,
    solver_options,
    study_progress,
)

if TYPE_CHECKING:
    from ..studies.choices.alternatives import Alternatives


@click.command(epilog=EPILOG)
@click.argument("case", required=False, type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="Workbook (.xlsx), or a folder for CSV tables; plans go to <output>-plans. Default: <case>-alternatives.xlsx.",
)
@click.option(
    "--within", type=Share(), default=0.03, show_default=True, help="How much dearer a plan may be: 3% or 0.03."
)
@click.option("--count", type=int, default=5, show_default=True, help="Plans wanted beside the cheapest.")
@click.option(
    "--use",
    type=Share(),
    default=0.25,
    show_default=True,
    help="Share of its greatest use from which an addition counts.",
)
@click.option("--scenario", multiple=True, help="Plan as if this scenario were certain; repeat it for several at once.")
@click.option("--scenarios", help="Plans for several futures: 'all', or names joined by commas.")
@click.option("--at-most", multiple=True, metavar="MEASURE=VALUE", help="As in solve; holds for every plan.")
@click.option("--china-cap", help="As in solve; holds for every plan.")
@solver_options(gap=1e-3)
@output_options
def alternatives(
    case: Path | None,
    output: Path | None,
    scenario: tuple[str, ...],
    scenarios: str | None,
    at_most: tuple[str, ...],
    china_cap: str | None,
    as_json: bool,
    quiet: bool,
    debug: bool,
    time_limit: float | None,
    **asked: Any,
) -> None:
    """Plans of CASE that cost at most --within more than the cheapest, as different in their choices as can be found."""
    read = read_case(case)
    target = not_over(case, output or default_output(case, "alternatives"))
    from ..studies.choices.alternatives import alternatives as alternatives_of_case

    study = alternatives_of_case(
        read,
        scenario=list(scenario) or None,
        scenarios=scenario_names(scenarios),
        at_most=measure_values(at_most),
        china_cap=cap(china_cap),
        time_limit=120.0 if time_limit is None else time_limit,
        progress=study_progress(quiet or as_json),
        **asked,
    )
    files = study.write(target) if study.plans else []
    if as_json:
        echo_json(_as_json(study, files))
    else:
        _show(study, files, quiet)
    raise click.exceptions.Exit(_ending(study))


def _ending(study: Alternatives) -> int:
    if any(a.plan.audit is not None and not a.plan.audit.passed for a in study.plans):
        return AUDIT_FAILED
    return exit_code(study.optimum) or (STOPPED_WITH_PLAN if study.status == "interrupted" else 0)


def _show(study: Alternatives, files: list[Path], quiet: bool) -> None:
    from .. import summary
    from ..studies.choices import alternatives_report as report

    click.echo(summary.headline(study.optimum))
    for line in report.found(study):
        click.echo(line)
    if len(study.plans) > 1 and not quiet:
        section("What they share", report.shared(study))
        section("Where they differ", report.differing(study))
        section("Choice by plan", report.terminal_table(study))
    for file in files:
        click.echo(f"Written to {file}")


def _as_json(study: Alternatives, files: list[Path]) -> dict[str, Any]:
    return {
        "status": study.optimum.status,
        "ended": study.status,
        "complete": study.complete,
        "cost": study.optimum.cost,
        "bound": study.optimum.bound,
        "budget": study.budget,
        "within": study.within,
        "seconds": study.seconds,
        "shared": study.shared(),
        "in_none": study.shared(False),
        "differing": study.differing(),
        "plans": records(study.summary),
        "choices": records(study.table),
        "files": [str(f) for f in files],
    }
