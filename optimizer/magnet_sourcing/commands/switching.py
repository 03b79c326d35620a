"""`switching`: how far an assumption must move before the first decisions change, and what a wanted route would need."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .common import (
    AUDIT_FAILED,
    EPILOG,
    STOPPED_WITH_PLAN,
    default_output,
    echo_json,
    failed_audit,
    not_over,
    output_options,
    read_case,
    records,
    section,
    solver_options,
    study_progress,
)
from .solve import exit_code

if TYPE_CHECKING:
    from ..studies.switching.searching import Switching


@click.command(epilog=EPILOG)
@click.argument("case", required=False, type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="Study workbook (.xlsx), or a folder for CSV tables. Default: <case>-switching.xlsx here.",
)
@click.option("--years", type=int, default=3, show_default=True, help="First periods whose decisions count.")
@click.option("--only", help="Names of assumptions, joined by commas. Default: all, or none with --want.")
@click.option("--want", multiple=True, help="A route or expansion: what would make it part of the optimum. Repeatable.")
@click.option("--want-by", type=int, help="Year by which what is wanted must be decided. Default: any.")
@click.option("--worth", type=float, help="Discounted money a change must save to count. Default: 2 x gap x cost.")
@click.option(
    "--tolerance", type=float, default=0.02, show_default=True, help="Width of the answer, share of the range."
)
@solver_options(gap=2e-3)
@output_options
def switching(
    case: Path | None,
    output: Path | None,
    only: str | None,
    want: tuple[str, ...],
    as_json: bool,
    quiet: bool,
    debug: bool,
    **options: Any,
) -> None:
    """How far each assumption of CASE must move before what is decided first changes."""
    read = read_case(case)
    target = not_over(case, output or default_output(case, "switching"))
    from ..studies.switching.searching import switching as search

    found = search(
        read,
        only=[x.strip() for x in only.split(",") if x.strip()] if only else None,
        want=want,
        progress=study_progress(quiet or as_json),
        **options,
    )
    failed = found.plan.audit is not None and not found.plan.audit.passed
    if failed:
        target = failed_audit(target)
    files = [found.write(target)] if found.plan.has_plan else []
    if as_json:
        echo_json(_as_json(found, files))
    else:
        _show(found, files, quiet)
    raise click.exceptions.Exit(_ending(found, failed))


def _ending(found: Switching, failed: bool) -> int:
    if failed:
        return AUDIT_FAILED
    return STOPPED_WITH_PLAN if found.status == "interrupted" and found.plan.has_plan else exit_code(found.plan)


def _show(found: Switching, files: list[Path], quiet: bool) -> None:
    from .. import summary
    from ..studies.switching.writing import findings, headline

    click.echo(headline(found))
    if summary.ending(found.plan):
        click.echo(summary.ending(found.plan))
    if not quiet:
        for title, lines in findings(found).items():
            section(title, lines)
    for file in files:
        click.echo(f"Study written to {file}")


def _as_json(found: Switching, files: list[Path]) -> dict[str, Any]:
    from ..studies.switching.tables import wanted_table
    from ..studies.switching.writing import findings, headline

    return {
        "status": found.status,
        "headline": headline(found),
        "objective": found.plan.objective,
        "bound": found.plan.bound,
        "gap": found.plan.gap,
        "seconds": found.seconds,
        "years": found.years,
        "worth": found.worth,
        "findings": findings(found),
        "signposts": records(found.signposts()),
        "switching": records(found.table()),
        "wanted": records(wanted_table(found)),
        "probes": records(found.probes()),
        "audit": None if found.plan.audit is None else {"passed": found.plan.audit.passed},
        "files": [str(f) for f in files],
    }
