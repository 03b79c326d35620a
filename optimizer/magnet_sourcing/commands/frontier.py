"""`frontier`: the plans between the cheapest and the least dependent one."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .amounts import scenario_names, share
from .common import (
    AUDIT_FAILED,
    EPILOG,
    INFEASIBLE,
    OK,
    STOPPED_WITH_PLAN,
    STOPPED_WITHOUT,
    default_output,
    echo_json,
    not_over,
    output_options,
    read_case,
    records,
    section,
    solver_options,
    study_progress,
)

if TYPE_CHECKING:
    from ..studies.frontier.tracing import Frontier


@click.command(epilog=EPILOG)
@click.argument("case", required=False, type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="Workbook (.xlsx), or a folder for CSV tables; plans go to <output>-points. Default: <case>-frontier.xlsx here.",
)
@click.option("--measure", default="cost", show_default=True, help="What is made least, as --objective of solve.")
@click.option("--against", default="index", show_default=True, help="What it is traded against: another measure.")
@click.option("--points", type=int, default=9, show_default=True, help="How many plans, the two ends included.")
@click.option("--levels", help="These levels of the other measure only: 0.4,0.5,0.6. With the plan without a level.")
@click.option(
    "--deliver/--allow-shortage",
    default=True,
    help="Whether no plan may leave more demand unmet than the cheapest one does. Default: none may.",
)
@click.option("--scenario", multiple=True, help="As if this scenario were certain; repeat it for several at once.")
@click.option("--scenarios", help="Expected values over several futures: 'all', or names joined by commas.")
@solver_options(gap=1e-3)
@output_options
def frontier(
    case: Path | None,
    output: Path | None,
    levels: str | None,
    scenario: tuple[str, ...],
    scenarios: str | None,
    as_json: bool,
    quiet: bool,
    debug: bool,
    **options: Any,
) -> None:
    """What less dependence costs: the plans of CASE between the cheapest and the least dependent one.

    Finished solves are kept in <output>-points; the same command after an interruption goes on from there.
    """
    read = read_case(case)
    target = not_over(case, output or default_output(case, "frontier"))
    from ..studies.frontier.tracing import frontier as trace
    from ..studies.frontier.writing import points_folder

    found = trace(
        read,
        levels=_levels(levels),
        scenario=list(scenario) or None,
        scenarios=scenario_names(scenarios),
        keep=points_folder(target),
        progress=study_progress(quiet or as_json),
        **options,
    )
    files = [found.write(target)] if found.points else []
    if as_json:
        echo_json(_as_json(found, files))
    else:
        _show(found, files, quiet)
    raise click.exceptions.Exit(exit_code(found))


def _levels(text: str | None) -> list[float] | None:
    if text is None:
        return None
    try:
        return [share(part) for part in text.split(",")]
    except ValueError:
        raise ValueError(f"--levels {text}: give numbers joined by commas, such as 0.4,0.5,0.6") from None


def exit_code(f: Frontier) -> int:
    if not f.points:
        return INFEASIBLE if f.status in ("infeasible", "unbounded") else STOPPED_WITHOUT
    if not f.audited:
        return AUDIT_FAILED
    return OK if f.status == "optimal" else STOPPED_WITH_PLAN


def _show(f: Frontier, files: list[Path], quiet: bool) -> None:
    from ..studies.frontier import summary as words
    from ..studies.frontier.writing import points_folder

    click.echo(words.headline(f))
    if not quiet:
        if f.points:
            section("The plans", words.table(f))
            section("What buys each step", words.steps(f))
        section("What it says", words.findings(f))
    for file in files:
        click.echo(f"Frontier written to {file}, its plans to {points_folder(file)}")


def _as_json(f: Frontier, files: list[Path]) -> dict[str, Any]:
    from ..studies.frontier import summary as words

    return {
        "status": f.status,
        "measure": f.measure,
        "against": f.against,
        "deliver": f.deliver,
        "seconds": f.seconds,
        "solves": f.solves,
        "taken_over": f.taken_over,
        "knee": f.knee,
        "floor": f.floor if math.isfinite(f.floor) else None,
        "impossible": f.impossible,
        "points": records(f.table()),
        "region": records(f.region_table()),
        "findings": words.findings(f),
        "audit": {"passed": f.audited},
        "files": [str(x) for x in files],
    }
