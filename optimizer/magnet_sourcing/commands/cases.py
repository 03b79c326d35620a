"""`new` and `check`: cases as files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .common import BAD_DATA, OK

if TYPE_CHECKING:
    from ..case import Case
    from ..problems import Problem


@click.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--blank", is_flag=True, help="The empty template.")
@click.option("--small", is_flag=True, help="A teaching case of a page.")
@click.option("--force", is_flag=True, help="Replace a file that is there.")
@click.option("--debug", is_flag=True, help="Show tracebacks.")
def new(path: Path, blank: bool, small: bool, force: bool, debug: bool) -> None:
    """Writes a case to PATH (.xlsx, or a folder of CSV tables): the reference case unless told otherwise."""
    from ..case import Case

    if blank and small:
        raise click.UsageError("--blank or --small, not both")
    occupied = path.exists() and (path.is_file() or any(path.iterdir()))
    if occupied and not force:
        raise click.UsageError(f"{path} is there already; --force replaces it")
    case = Case.blank() if blank else Case.small() if small else Case.reference()
    click.echo(f"Case written to {case.write(path)}")


@click.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Machine-readable result on standard output.")
@click.option("--debug", is_flag=True, help="Show tracebacks.")
def check(path: Path, as_json: bool, debug: bool) -> None:
    """Names every problem of a case with its place; solves nothing."""
    from ..case import Case
    from ..problems import CaseError

    try:
        problems = _problems(Case.read(path))
    except CaseError as reason:
        problems = reason.problems
    errors = sum(p.severity == "error" for p in problems)
    if as_json:
        click.echo(json.dumps([p.__dict__ for p in problems], indent=2))
    else:
        for problem in problems:
            click.echo(f"{problem.severity}: {problem}")
        kinds = ((errors, "error"), (len(problems) - errors, "warning"))
        counts = [f"{n} {kind}{'' if n == 1 else 's'}" for n, kind in kinds]
        click.echo(", ".join(counts) if problems else "no problems found")
    raise click.exceptions.Exit(BAD_DATA if errors else OK)


def _problems(case: Case) -> list[Problem]:
    """Of the case, and of what its studies ask where it has no errors."""
    problems = case.check()
    if len(case.tables["studies"]) and all(p.severity != "error" for p in problems):
        from ..studies.sheet.asking import study_problems

        problems += study_problems(case)
    return problems
