"""`explain`: why a case has no plan, and what would give it one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .amounts import cap, measure_values
from .common import (
    EPILOG,
    INFEASIBLE,
    OK,
    STOPPED_WITHOUT,
    echo_json,
    output_options,
    read_case,
    records,
    section,
    solver_options,
    study_progress,
    study_target,
)

if TYPE_CHECKING:
    from ..studies.explain.explaining import Explanation


@click.command(epilog=EPILOG)
@click.argument("case", required=False, type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="Workbook (.xlsx), a case again with each fix as a scenario; or a folder. Default: <case>-explained.xlsx here.",
)
@click.option("--scenario", multiple=True, help="As if this scenario were certain; repeat it for several at once.")
@click.option("--at-most", multiple=True, metavar="MEASURE=VALUE", help="As in solve; it may give way as well.")
@click.option("--china-cap", help="As in solve; it may give way as well.")
@click.option("--family", "families", multiple=True, help="Kind of numbers that may change; may be repeated. Default: all.")
@click.option("--alternatives", type=int, default=3, show_default=True, help="Repairs looked for that may mix families.")
@solver_options(gap=1e-2)
@output_options
def explain(
    case: Path | None,
    output: Path | None,
    scenario: tuple[str, ...],
    at_most: tuple[str, ...],
    china_cap: str | None,
    families: tuple[str, ...],
    as_json: bool,
    quiet: bool,
    debug: bool,
    **options: Any,
) -> None:
    """Says why CASE has no plan: what is too little, what clashes, and the smallest changes that give it one.

    A case that has a plan is not explained (exit code 0); one that is proved to have none is (exit code 4); one that
    was not settled in the time given is called neither (exit code 6).
    """
    read = read_case(case)
    target = study_target(output, "explained", case)
    from ..studies.explain.explaining import explain as explained

    found = explained(
        read,
        scenario=list(scenario) or None,
        at_most=measure_values(at_most),
        china_cap=cap(china_cap),
        families=list(families) or None,
        progress=study_progress(quiet or as_json),
        **options,
    )
    written = found.write(target) if found.status == "infeasible" else None
    if as_json:
        echo_json(_as_json(found, written))
    else:
        _show(found, written, quiet)
    raise click.exceptions.Exit({"infeasible": INFEASIBLE, "feasible": OK}.get(found.status, STOPPED_WITHOUT))


def _show(found: Explanation, written: Path | None, quiet: bool) -> None:
    click.echo(found.headline)
    if not quiet:
        for head, lines in found.findings.items():
            section(head, lines)
    if written is None:
        return
    click.echo()
    click.echo(f"Explanation written to {written}")
    frame = found.table("fixes")
    if not quiet and (named := frame.loc[frame["scenario"] != "", "scenario"].tolist()):
        click.echo(f"Each fix is a scenario of it, such as '{named[0]}'; its sheet fixes says how each is made.")


def _as_json(found: Explanation, written: Path | None) -> dict[str, Any]:
    return {
        "status": found.status,
        "headline": found.headline,
        "cost": found.cost,
        "findings": found.findings,
        **({name: records(frame) for name, frame in found.tables.items()} if found.status == "infeasible" else {}),
        "helpless": found.ways.helpless,
        "unsettled": found.ways.unsettled,
        "options": dict(found.options),
        "seconds": found.seconds,
        "files": [] if written is None else [str(written)],
    }
