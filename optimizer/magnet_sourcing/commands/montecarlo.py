"""`montecarlo`: what is best, and how plans do, in worlds drawn from the ranges of the case."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .amounts import cap, measure_values, pairs, range_names
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
    from ..studies.montecarlo.running import MonteCarlo
    from ..studies.stress.plans import Standing


@click.command(epilog=EPILOG)
@click.argument("case", required=False, type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="Study workbook (.xlsx), or a folder for CSV tables. Default: <case>-montecarlo.xlsx here.",
)
@click.option("--samples", type=int, default=1000, show_default=True, help="Worlds to draw.")
@click.option(
    "--design",
    type=click.Choice(["lhs", "sobol", "random"]),
    default="lhs",
    show_default=True,
    help="Latin hypercube, Sobol sequence, or independent draws.",
)
@click.option("--only", help="Names of ranges that move, joined by commas. Default: all.")
@click.option(
    "--plan",
    "plans",
    multiple=True,
    type=click.Path(path_type=Path),
    help="A plan that solve wrote, held in every world. Repeatable.",
)
@click.option("--sets", type=int, default=3, show_default=True, help="Most frequent first decisions tried as plans.")
@click.option("--years", type=int, default=3, show_default=True, help="First periods whose decisions make a set.")
@click.option(
    "--threshold", multiple=True, metavar="MEASURE=VALUE", help="Count worlds above it, 'cost=3.5e9'. Repeatable."
)
@click.option("--scenario", multiple=True, help="As if this scenario were certain; repeat it for several at once.")
@click.option("--at-most", multiple=True, metavar="MEASURE=VALUE", help="As in solve; holds in every world.")
@click.option("--china-cap", help="As in solve; holds in every world.")
@engine_options
@solver_options(gap=2e-3)
@output_options
def montecarlo(
    case: Path | None,
    output: Path | None,
    only: str | None,
    plans: tuple[Path, ...],
    threshold: tuple[str, ...],
    scenario: tuple[str, ...],
    at_most: tuple[str, ...],
    china_cap: str | None,
    engine: str,
    workers: int | None,
    cluster: str | None,
    folder: Path | None,
    threads: int,
    as_json: bool,
    quiet: bool,
    debug: bool,
    **asked: Any,
) -> None:
    """What is best in worlds drawn from the ranges of CASE, how often, and how given plans do in all of them."""
    if threads != 1:
        raise ValueError("every run of a study is solved on one thread; give --workers instead of --threads")
    read = read_case(case)
    target = study_target(output, "montecarlo", case, *plans)
    from ..studies.montecarlo.running import montecarlo as drawn

    found = drawn(
        read,
        only=range_names(read, only),
        plans=_given(plans),
        thresholds=pairs("--threshold", threshold),
        scenario=list(scenario) or None,
        at_most=measure_values(at_most),
        china_cap=cap(china_cap),
        where=where_of(engine, workers, cluster, folder),
        progress=study_progress(quiet or as_json),
        **asked,
    )
    written = found.write(target)
    if as_json:
        echo_json(_as_json(found, written))
    else:
        _show(found, written, quiet)
    raise click.exceptions.Exit(ending(found))


def _given(paths: tuple[Path, ...]) -> dict[str, Standing]:
    """File name -> plan. Raises ValueError if two have the same name or one is no plan."""
    from ..studies.stress.plans import Standing, is_plan

    found: dict[str, Standing] = {}
    for path in paths:
        if path.stem in found:
            raise ValueError(f"two plans are called '{path.stem}': rename one, so that they can be told apart")
        if not path.exists():
            raise ValueError(f"{path}: no such file")
        if not is_plan(path):
            raise ValueError(f"{path}: not a plan that solve wrote; solve the case first")
        found[path.stem] = Standing.read(path)
    return found


def ending(found: MonteCarlo) -> int:
    """Exit code: how the worlds ended, with all decisions free."""
    endings = found.endings()
    if set(endings) == {"infeasible"}:
        return INFEASIBLE
    if not found.best:
        return STOPPED_WITHOUT
    return STOPPED_WITH_PLAN if not found.finished or {"time limit", "interrupted"} & set(endings) else OK


def _show(found: MonteCarlo, written: Path, quiet: bool) -> None:
    click.echo(found.headline)
    if not quiet:
        for title, lines in found.findings.items():
            section(title, lines)
    click.echo(f"Study written to {written}")


def _as_json(found: MonteCarlo, written: Path) -> dict[str, Any]:
    return {
        "headline": found.headline,
        "status": "finished" if found.finished else "interrupted",
        "worlds": found.samples,
        "endings": found.endings(),
        "findings": found.findings,
        **{
            name: records(found.tables[name])
            for name in ("summary", "thresholds", "frequencies", "sets", "regret", "drivers", "separators", "weak_numbers")
        },
        "options": found.options,
        "seconds": found.seconds,
        "files": [str(written)],
    }
