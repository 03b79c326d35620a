"""`sweep`: one, two or more numbers of a case over given values, and where the decisions change."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .amounts import Share, cap, measure_values
from .common import (
    EPILOG,
    INFEASIBLE,
    OK,
    STOPPED_WITH_PLAN,
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
from .engines import engine_options, where_of

if TYPE_CHECKING:
    from ..studies.sweep.sweeping import Sweep


@click.command(epilog=EPILOG)
@click.argument("case", required=False, type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="Study workbook (.xlsx), or a folder for CSV tables. Default: <case>-sweep.xlsx here.",
)
@click.option(
    "--vary",
    multiple=True,
    required=True,
    metavar="WHAT=VALUES",
    help="A number of the case and its values, 'supplies.price[NdPr oxide, China] = 40:160:13' or '= 20,35,50'. "
    "Repeat it: every combination is solved.",
)
@click.option("--zip", "paired", is_flag=True, help="First value with first, second with second: no combinations.")
@click.option("--find-switch", is_flag=True, help="Along one --vary: where the plan changes in earnest, with proof.")
@click.option(
    "--decision",
    "decisions",
    multiple=True,
    help="Break-even of this route, expansion, facility, offer or country along one --vary. Repeatable.",
)
@click.option("--earnest", type=Share(), help="A decision insisted on must be used for this share of what it could be.")
@click.option(
    "--tolerance",
    type=Share(),
    default=0.02,
    show_default=True,
    help="Width of a switch, share of the range of values.",
)
@click.option(
    "--worth", type=Share(), help="Share of the cost by which a plan may be dearer and still hold. Default: 2 x gap."
)
@click.option(
    "--regions/--no-regions", default=None, help="Tell which decisions hold where. Default: if one or two vary."
)
@click.option(
    "--measure", "measures", multiple=True, help="Report this measure of each run too, as in solve. Repeatable."
)
@click.option(
    "--scenario", multiple=True, help="Solve as if this scenario were certain; repeat it for several at once."
)
@click.option("--at-most", multiple=True, metavar="MEASURE=VALUE", help="As in solve; holds for every run.")
@click.option("--china-cap", help="As in solve; holds for every run.")
@click.option("--max-runs", type=int, default=500, show_default=True, help="More runs than this are refused.")
@solver_options(gap=1e-3)
@engine_options
@output_options
def sweep(
    case: Path | None,
    output: Path | None,
    vary: tuple[str, ...],
    scenario: tuple[str, ...],
    at_most: tuple[str, ...],
    china_cap: str | None,
    engine: str,
    workers: int | None,
    cluster: str | None,
    folder: Path | None,
    as_json: bool,
    quiet: bool,
    debug: bool,
    **asked: Any,
) -> None:
    """Solves CASE at every value (or combination of values) of what varies, and says which decisions hold where."""
    read = read_case(case)
    target = study_target(output, "sweep", case)
    from ..studies.sweep.sweeping import sweep as swept

    if len(vary) > 2 and not asked["paired"] and not quiet:
        click.echo(f"{len(vary)} things vary: every combination is solved, which may take long", err=True)
    found = swept(
        read,
        vary,
        scenario=list(scenario) or None,
        at_most=measure_values(at_most),
        china_cap=cap(china_cap),
        where=where_of(engine, workers, cluster, folder),
        progress=study_progress(quiet or as_json),
        **asked,
    )
    files = [found.write(target)]
    if as_json:
        echo_json(_as_json(found, files))
    else:
        _show(found, files, quiet)
    raise click.exceptions.Exit(_ending(found))


def _ending(found: Sweep) -> int:
    """0 if every run has its answer; otherwise what the best that happened is."""
    statuses = {"not run" if r is None else r.status for r in found.done.results}
    if found.status == "finished" and statuses <= {"optimal", "infeasible", "invalid"}:
        return OK if "optimal" in statuses else INFEASIBLE
    return (
        STOPPED_WITH_PLAN if any(r is not None and r.cost is not None for r in found.done.results) else STOPPED_WITHOUT
    )


def _show(found: Sweep, files: list[Path], quiet: bool) -> None:
    from ..studies.sweep import words
    from ..studies.sweep.picture import picture

    click.echo(words.headline(found))
    if not quiet:
        for title, lines in (*picture(found).items(), *words.findings(found).items()):
            section(title, lines)
    for file in files:
        click.echo(f"Study written to {file}")


def _as_json(found: Sweep, files: list[Path]) -> dict[str, Any]:
    from ..studies.sweep import words
    from ..studies.sweep.tables import regions_table, turns_table

    return {
        "status": found.status,
        "headline": words.headline(found),
        "cost": found.base.cost,
        "bound": found.base.bound,
        "gap": found.base.gap,
        "seconds": found.seconds,
        "worth": found.worth,
        "findings": words.findings(found),
        "runs": records(found.runs()),
        "regions": records(regions_table(found)),
        "switches": records(turns_table(found)),
        "break_even": records(found.break_evens()),
        "probes": records(found.probes()),
        "decisions": records(found.decisions()),
        "files": [str(f) for f in files],
    }
