"""`study`: the studies that the case itself asks for, in its sheet studies."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .common import (
    EPILOG,
    OK,
    STOPPED_WITH_PLAN,
    STOPPED_WITHOUT,
    echo_json,
    not_over,
    output_options,
    read_case,
    section,
    study_progress,
)
from .engines import engine_options, where_of

if TYPE_CHECKING:
    from ..studies.sheet.running import Studies


@click.command(epilog=EPILOG)
@click.argument("case", required=False, type=click.Path(path_type=Path))
@click.argument("names", nargs=-1)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="Folder for a workbook of each study and overview.xlsx. Default: <case>-studies here.",
)
@engine_options
@output_options
def study(
    case: Path | None,
    names: tuple[str, ...],
    output: Path | None,
    engine: str,
    workers: int | None,
    cluster: str | None,
    folder: Path | None,
    as_json: bool,
    quiet: bool,
    debug: bool,
) -> None:
    """Runs the studies that the sheet studies of CASE asks for: all active ones, or NAMES."""
    target = output or Path(f"{case.stem if case is not None else 'reference'}-studies")
    if target.suffix.lower() == ".xlsx":
        raise ValueError(f"{target}: studies are written to a folder, a workbook each; give a path without ending")
    not_over(case, target)
    from ..studies.sheet.running import run_studies

    found = run_studies(
        read_case(case),
        list(names) or None,
        folder=target,
        where=where_of(engine, workers, cluster, folder),
        progress=_progress(quiet or as_json),
    )
    overview = found.write(target / "overview.xlsx")
    if as_json:
        echo_json(_as_json(found, overview))
    else:
        _show(found, overview, quiet)
    raise click.exceptions.Exit(_ending(found))


def _progress(silent: bool) -> Any:
    """Lines of each study, with its name."""
    report = study_progress(silent)
    if report is None:
        return None
    return lambda name, done, of, what: report(done, of, f"{name}: {what}")


def _ending(found: Studies) -> int:
    if not found.ran or len(found.failed) == len(found.ran):
        return STOPPED_WITHOUT
    return OK if found.finished and not found.failed else STOPPED_WITH_PLAN


def _show(found: Studies, overview: Path, quiet: bool) -> None:
    click.echo(found.headline)
    if quiet:
        for r in found.ran:
            click.echo(f"{r.name}: {r.headline}")
    else:
        for heading, lines in found.findings.items():
            section(heading, lines)
        click.echo()
    for r in found.ran:
        if r.file is not None:
            click.echo(f"{r.name} written to {r.file}")
    click.echo(f"Overview written to {overview}")


def _as_json(found: Studies, overview: Path) -> dict[str, Any]:
    return {
        "headline": found.headline,
        "finished": found.finished,
        "studies": [
            {
                "study": r.name,
                "kind": r.kind,
                "status": r.status,
                "headline": r.headline,
                "findings": {head: list(lines) for head, lines in r.findings.items()},
                "file": None if r.file is None else str(r.file),
                "seconds": r.seconds,
            }
            for r in found.ran
        ],
        "files": [str(r.file) for r in found.ran if r.file is not None] + [str(overview)],
    }
