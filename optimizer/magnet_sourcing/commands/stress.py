"""`stress`: what happens to plans when a shock comes and their decisions stand."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .common import (
    EPILOG,
    OK,
    STOPPED_WITH_PLAN,
    echo_json,
    not_over,
    output_options,
    records,
    section,
    solver_options,
    study_progress,
)

if TYPE_CHECKING:
    from ..case import Case
    from ..studies.stress.plans import Standing
    from ..studies.stress.testing import Stress


@click.command(epilog=EPILOG)
@click.argument("plans", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="Workbook (.xlsx), or a folder for CSV tables. Default: <first plan>-stress.xlsx here.",
)
@click.option("--scenarios", default="all", show_default=True, help="'all', 'none', or names joined by commas.")
@click.option("--cutoffs", type=int, default=1, show_default=True, help="Worst cut-offs of how many at once; 0: none.")
@click.option("--cutoff-years", type=int, default=2, show_default=True, help="How long a cut-off lasts.")
@click.option("--from", "cutoff_from", type=int, help="Its first year. Default: when most scenarios first show.")
@click.option(
    "--cutoff-share", type=float, default=0.5, show_default=True, help="A source does a stage where more of it is done."
)
@click.option("--foresight", is_flag=True, help="Operations know the shock from the first year, not when it shows.")
@click.option("--regret", is_flag=True, help="Also decide again with each future known: what the plan's decisions lose.")
@click.option("--keep-cap", is_flag=True, help="The plan's cap on the index holds in a shock; else not.")
@solver_options()
@output_options
def stress(
    plans: tuple[Path, ...],
    output: Path | None,
    scenarios: str,
    as_json: bool,
    quiet: bool,
    debug: bool,
    **options: Any,
) -> None:
    """What happens to PLANS (workbooks or folders that solve wrote) in a shock: decisions stand, operations adapt.

    A case (workbook or folder) is solved first; without PLANS, the reference case.
    """
    target = output or Path(f"{plans[0].stem if plans else 'reference'}-stress.xlsx")
    for path in plans:
        not_over(path, target)
    from ..studies.stress.testing import stress as tested

    names: str | list[str] = "all"
    if scenarios.strip() != "all":
        names = [] if scenarios.strip() == "none" else [n.strip() for n in scenarios.split(",") if n.strip()]
    found = tested(
        _given(plans), scenarios=names, progress=study_progress(quiet or as_json), **options
    )
    written = found.write(target)
    if as_json:
        echo_json(_as_json(found, written))
    else:
        _show(found, written, quiet)
    broken = any(h.status == "impossible" and h.detail.startswith("not solved") for h in found.hits)
    raise click.exceptions.Exit(STOPPED_WITH_PLAN if broken or found.interrupted else OK)


def _given(paths: tuple[Path, ...]) -> dict[str, Case | Standing]:
    """File name -> plan, or case where the file is one. Raises ValueError if two have the same name."""
    from ..case import Case
    from ..studies.stress.plans import Standing, is_plan

    if not paths:
        return {"reference": Case.reference()}
    found: dict[str, Case | Standing] = {}
    for path in paths:
        if path.stem in found:
            raise ValueError(f"two plans are called '{path.stem}': rename one, so that they can be told apart")
        found[path.stem] = Standing.read(path) if is_plan(path) else Case.read(path)
    return found


def _show(found: Stress, written: Path, quiet: bool) -> None:
    from ..studies.stress import summary as words

    click.echo(words.headline(found))
    for name in found.solved:
        click.echo(f"{name} is a case, not a plan: it was solved first, and its best plan was tested.")
    if not quiet:
        if len(found.plans) > 1:
            section("Further unmet, t over the horizon: disruptions down, plans across", words.matrix(found))
        for plan in found.plans:
            section(plan, words.table(found, plan))
        section("What it says", words.findings(found))
    click.echo(f"Stress test written to {written}")


def _as_json(found: Stress, written: Path) -> dict[str, Any]:
    from ..studies.stress import summary as words
    from ..studies.stress.tables import reserves, segments

    return {
        "headline": words.headline(found),
        "plans": {
            n: {"cost": p.cost, "stated": p.stated, "unmet": p.unmet, "solved_first": n in found.solved}
            for n, p in found.plans.items()
        },
        "results": records(found.table()),
        "segments": records(segments(found)),
        "reserves": records(reserves(found)),
        "cutoffs": records(found.cutoffs),
        "findings": words.findings(found),
        "options": found.options,
        "seconds": found.seconds,
        "files": [str(written)],
    }
