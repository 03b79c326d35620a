"""`compare`: plans, cases or scenarios side by side."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .amounts import scenario_names
from .common import (
    AUDIT_FAILED,
    EPILOG,
    OK,
    STOPPED_WITH_PLAN,
    STOPPED_WITHOUT,
    echo_json,
    output_options,
    records,
    section,
    solver_options,
    study_progress,
    study_target,
)

if TYPE_CHECKING:
    from ..studies.compare.comparing import Comparison
    from ..studies.compare.sides import Given


@click.command(epilog=EPILOG)
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="Workbook (.xlsx), or a folder for CSV tables. Default: <first file>-compare.xlsx here.",
)
@click.option("--scenario", multiple=True, help="This scenario of the one case, as if certain; repeat it for several.")
@click.option("--scenarios", help="Several of them: 'all', or names joined by commas.")
@click.option(
    "--explain",
    type=click.Choice(["in-order", "alone"]),
    help="Which inputs explain the difference of two: tables changed one after the other, or each alone.",
)
@solver_options()
@output_options
def compare(
    files: tuple[Path, ...],
    output: Path | None,
    scenario: tuple[str, ...],
    scenarios: str | None,
    as_json: bool,
    quiet: bool,
    debug: bool,
    **options: Any,
) -> None:
    """What differs between FILES: plans that solve wrote, or cases, which are solved first.

    With --scenario or --scenarios: between the scenarios of one case (without FILES, the reference case).
    """
    target = study_target(output, "compare", *files)
    from ..studies.compare.comparing import compare as compared

    names = _scenarios(scenario, scenarios)
    found = compared(
        _given(files, names is not None), scenarios=names, progress=study_progress(quiet or as_json), **options
    )
    written = found.write(target)
    if as_json:
        echo_json(_as_json(found, written))
    else:
        _show(found, written, quiet)
    raise click.exceptions.Exit(_ending(found))


def _scenarios(one_by_one: tuple[str, ...], joined: str | None) -> str | list[str] | None:
    if one_by_one and joined is not None:
        raise ValueError("give --scenario or --scenarios, not both")
    return list(one_by_one) or scenario_names(joined)


def _given(paths: tuple[Path, ...], of_scenarios: bool) -> dict[str, Given]:
    """Name -> plan or case: the file's name, its path where two files have that name, numbered where it is given twice."""
    from ..case import Case
    from ..studies.compare.sides import read_given

    if not paths and of_scenarios:
        return {"reference": Case.reference()}
    stems = [path.stem for path in dict.fromkeys(paths)]
    found: dict[str, Given] = {}
    for path in paths:
        name = path.stem if stems.count(path.stem) == 1 else str(path)
        times = sum(known == name or known.startswith(f"{name} (") for known in found)
        found[f"{name} ({times + 1})" if times else name] = read_given(path)
    return found


def _ending(found: Comparison) -> int:
    """0 if every side that was solved here has a proved answer, and the study was finished."""
    if not all(side.sound for side in found.sides):
        return AUDIT_FAILED
    if found.status == "finished" and all(
        s.plan.status in ("optimal", "infeasible") for s in found.sides if s.solved_now
    ):
        return OK
    return STOPPED_WITH_PLAN if any(side.plan.has_plan for side in found.sides) else STOPPED_WITHOUT


def _show(found: Comparison, written: Path, quiet: bool) -> None:
    from ..studies.compare import words

    click.echo(words.headline(found))
    for line in words.endings(found):
        click.echo(f"  {line}")
    if not quiet:
        for title, lines in (*words.pictures(found).items(), *words.findings(found).items()):
            section(title, lines)
    click.echo(f"Comparison written to {written}")


def _as_json(found: Comparison, written: Path) -> dict[str, Any]:
    from ..studies.compare import words
    from ..studies.compare.tables import TABLES_OF

    return {
        "status": found.status,
        "headline": words.headline(found),
        "cautions": list(found.cautions),
        "findings": words.findings(found),
        "seconds": found.seconds,
        "plans": records(found.table("status")),
        **{name: records(found.table(name)) for name in TABLES_OF if name != "status"},
        "files": [str(written)],
    }
