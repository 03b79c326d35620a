"""`sensitivity`: which numbers move cost and dependence, and which decisions change at their ends."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .amounts import range_names
from .common import (
    AUDIT_FAILED,
    EPILOG,
    STOPPED_WITH_PLAN,
    echo_json,
    exit_code,
    failed_audit,
    output_options,
    read_case,
    records,
    section,
    study_progress,
    study_target,
)
from .engines import engine_options, where_of

if TYPE_CHECKING:
    from ..studies.sensitivity.studying import Sensitivity


@click.command(epilog=EPILOG)
@click.argument("case", required=False, type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="Study workbook (.xlsx), or a folder for CSV tables. Default: <case>-sensitivity.xlsx here.",
)
@click.option(
    "--top",
    type=int,
    default=20,
    show_default=True,
    help="Ranges solved in full, of each measure; others are screened.",
)
@click.option("--full", is_flag=True, help="Solve every range in full, as --top 0.")
@click.option("--only", help="Names of ranges, joined by commas. Default: all.")
@click.option("--measure", "measures", multiple=True, help="A measure to report besides cost and index. Repeatable.")
@click.option(
    "--spider", type=int, default=6, show_default=True, help="Longest bars with cost half way to their ends too."
)
@click.option(
    "--switch-over", type=int, default=3, show_default=True, help="Longest bars with the values where decisions change."
)
@click.option("--years", type=int, help="First periods whose decisions count in that. Default: 3.")
@click.option(
    "--tolerance",
    type=float,
    default=0.02,
    show_default=True,
    help="Width of such a value, share of the way to the end.",
)
@click.option(
    "--ranging",
    type=int,
    default=6,
    show_default=True,
    help="Prices, capacities and demands ranged with decisions held.",
)
@click.option(
    "--method",
    type=click.Choice(["one-way", "morris", "sobol"]),
    default="one-way",
    show_default=True,
    help="Add indices of the --top longest bars.",
)
@click.option("--samples", type=int, help="Trajectories of morris (20), or samples of sobol (256, a power of two).")
@click.option("--max-runs", type=int, default=10_000, show_default=True, help="Refuse to start more runs than this.")
@click.option("--gap", type=float, default=1e-3, show_default=True, help="Relative gap at which to stop.")
@click.option("--time-limit", type=float, help="Seconds for each solve.")
@click.option("--seed", type=int, default=0, show_default=True)
@engine_options
@output_options
def sensitivity(
    case: Path | None,
    output: Path | None,
    top: int,
    full: bool,
    only: str | None,
    engine: str,
    workers: int | None,
    cluster: str | None,
    folder: Path | None,
    as_json: bool,
    quiet: bool,
    debug: bool,
    **options: Any,
) -> None:
    """Which numbers of CASE matter: each range at its low and high end, the longest bars solved in full."""
    read = read_case(case)
    target = study_target(output, "sensitivity", case)
    from ..studies.sensitivity.studying import sensitivity as study

    found = study(
        read,
        top=0 if full else top,
        only=range_names(read, only),
        where=where_of(engine, workers, cluster, folder),
        progress=study_progress(quiet or as_json),
        **options,
    )
    failed = found.plan.audit is not None and not found.plan.audit.passed
    if failed:
        target = failed_audit(target)
    files = [found.write(target)] if found.bars else []
    if as_json:
        echo_json(_as_json(found, files))
    else:
        _show(found, files, quiet)
    raise click.exceptions.Exit(_ending(found, failed))


def _ending(found: Sensitivity, failed: bool) -> int:
    if failed:
        return AUDIT_FAILED
    return STOPPED_WITH_PLAN if found.status == "interrupted" and found.plan.has_plan else exit_code(found.plan)


def _show(found: Sensitivity, files: list[Path], quiet: bool) -> None:
    from ..studies.sensitivity.findings import findings, headline, tornado_text

    click.echo(headline(found))
    if not quiet:
        for measure in found.asked.measures if found.bars else ():
            section(f"Tornado of {measure}", tornado_text(found, measure))
        for title, lines in findings(found).items():
            section(title, lines)
    for file in files:
        click.echo(f"Study written to {file}")


def _as_json(found: Sensitivity, files: list[Path]) -> dict[str, Any]:
    from ..studies.sensitivity.findings import findings, headline
    from ..studies.sensitivity.tables import tables

    return {
        "status": found.status,
        "headline": headline(found),
        "cost": found.plan.cost,
        "bound": found.plan.bound,
        "gap": found.plan.gap,
        "worth": found.worth,
        "seconds": found.seconds,
        "findings": findings(found),
        **{name.replace(" ", "_").replace("-", "_"): records(frame) for name, (_, frame, _) in tables(found).items()},
        "audit": None if found.plan.audit is None else {"passed": found.plan.audit.passed},
        "files": [str(f) for f in files],
    }
