"""`options`: what it costs to insist on, or to ban, each mine, plant, route, offer and country."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .amounts import cap, measure_values, names, scenario_names
from .asking import priced_options, question_options
from .common import (
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
    from ..studies.choices.options import Ledger


@click.command(epilog=EPILOG)
@click.argument("case", required=False, type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="Workbook (.xlsx), or a folder for CSV tables. Default: <case>-options.xlsx here.",
)
@click.option("--only", help="Names of routes, expansions, facilities, offers or countries, joined by commas.")
@priced_options
@question_options
@solver_options(gap=1e-3)
@output_options
def options(
    case: Path | None,
    output: Path | None,
    only: str | None,
    scenario: tuple[str, ...],
    scenarios: str | None,
    at_most: tuple[str, ...],
    china_cap: str | None,
    as_json: bool,
    quiet: bool,
    debug: bool,
    **asked: Any,
) -> None:
    """What it costs to ban each option of CASE that the cheapest plan has, and to insist on each it has not."""
    read = read_case(case)
    target = not_over(case, output or default_output(case, "options"))
    from ..studies.choices.options import options as options_of_case

    ledger = options_of_case(
        read,
        only=names(only),
        scenario=list(scenario) or None,
        scenarios=scenario_names(scenarios),
        at_most=measure_values(at_most),
        china_cap=cap(china_cap),
        progress=study_progress(quiet or as_json),
        **asked,
    )
    files = [ledger.write(target)] if ledger.entries else []
    if as_json:
        echo_json(_as_json(ledger, files))
    else:
        _show(ledger, files, quiet)
    code = exit_code(ledger.optimum)
    raise click.exceptions.Exit(code or (0 if ledger.finished else STOPPED_WITH_PLAN))


def _show(ledger: Ledger, files: list[Path], quiet: bool) -> None:
    from .. import summary
    from ..studies.choices.options_report import by_class, counts, terminal_table

    click.echo(summary.headline(ledger.optimum))
    for line in counts(ledger):
        click.echo(line)
    if ledger.entries and not quiet:
        for heading, lines in by_class(ledger).items():
            section(heading, lines)
        section("The ledger", terminal_table(ledger))
        section("What it stands on", [summary.verdict(ledger.optimum.audit)])
    for file in files:
        click.echo(f"Ledger written to {file}")


def _as_json(ledger: Ledger, files: list[Path]) -> dict[str, Any]:
    optimum = ledger.optimum
    return {
        "status": optimum.status,
        "finished": ledger.finished,
        "cost": optimum.cost,
        "bound": optimum.bound,
        "gap": optimum.gap,
        "mean_index": ledger.mean_index,
        "worth": ledger.worth,
        "use": ledger.use,
        "seconds": ledger.seconds,
        "audit": None if optimum.audit is None else {"passed": optimum.audit.passed},
        "options": records(ledger.table),
        "files": [str(f) for f in files],
    }
