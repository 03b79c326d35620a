"""`why`: for each decision taken or rejected, what the contrary costs and what makes it so; and a one-page brief."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .amounts import cap, measure_values, scenario_names
from .asking import priced_options, question_options
from .common import (
    EPILOG,
    STOPPED_WITH_PLAN,
    echo_json,
    exit_code,
    failed_audit,
    output_options,
    read_case,
    records,
    section,
    solver_options,
    study_progress,
    study_target,
)

if TYPE_CHECKING:
    from ..studies.why.asking import Why


@click.command(epilog=EPILOG)
@click.argument("case", required=False)
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="Workbook (.xlsx), or a folder for CSV tables. Default: <case>-why.xlsx here.",
)
@priced_options
@click.option("--switching", is_flag=True, help="Also how far each assumption must move before the decision changes.")
@question_options
@solver_options(gap=1e-3)
@output_options
def why(
    case: str | None,
    names: tuple[str, ...],
    output: Path | None,
    scenario: tuple[str, ...],
    scenarios: str | None,
    at_most: tuple[str, ...],
    china_cap: str | None,
    as_json: bool,
    quiet: bool,
    debug: bool,
    **asked: Any,
) -> None:
    """Why the best plan of CASE has what it has, and not what it has not: two sentences with numbers for each option,
    and a brief of one page. NAMEs: only these routes, expansions, facilities, offers or countries. Without a file in
    first place the names are of the reference case."""
    path, chosen = _case_and_names(case, names)
    read = read_case(path)
    target = study_target(output, "why", path)
    from ..studies.why.asking import why as why_of_case

    found = why_of_case(
        read,
        chosen or None,
        scenario=list(scenario) or None,
        scenarios=scenario_names(scenarios),
        at_most=measure_values(at_most),
        china_cap=cap(china_cap),
        progress=study_progress(quiet or as_json),
        **asked,
    )
    audit = found.plan.audit
    if audit is not None and not audit.passed:
        target = failed_audit(target)
    files = [found.write(target)] if found.plan.has_plan else []
    if as_json:
        echo_json(_as_json(found, files))
    else:
        _show(found, files, quiet)
    code = exit_code(found.plan)
    raise click.exceptions.Exit(code or (0 if found.finished else STOPPED_WITH_PLAN))


def _case_and_names(case: str | None, names: tuple[str, ...]) -> tuple[Path | None, list[str]]:
    """The first argument is a case if there is such a file or folder, or if it looks like one; otherwise a name."""
    if case is None:
        return None, []
    path = Path(case)
    if path.exists() or path.suffix.lower() in (".xlsx", ".xlsm", ".xls", ".csv") or "/" in case or "\\" in case:
        return path, list(names)
    return None, [case, *names]


def _show(found: Why, files: list[Path], quiet: bool) -> None:
    click.echo(found.headline)
    if not quiet:
        for heading, sentences in found.brief.items():
            section(heading, sentences)
        for verdict, told in _by_class(found).items():
            section(verdict, told)
    for file in files:
        click.echo(f"Written to {file}")


def _by_class(found: Why) -> dict[str, list[str]]:
    """Heading -> option, where it stands, its two sentences."""
    from ..studies.choices.options_report import CLASSES

    said: dict[str, list[str]] = {}
    for row in found.table().to_dict("records"):
        place = f" ({row['place']})" if isinstance(row["place"], str) else ""
        said.setdefault(CLASSES[row["verdict"]], []).append(f"{row['option']}{place}: {row['why']}")
    return said


def _as_json(found: Why, files: list[Path]) -> dict[str, Any]:
    plan = found.plan
    return {
        "status": plan.status,
        "finished": found.finished,
        "headline": found.headline,
        "cost": plan.cost,
        "bound": plan.bound,
        "gap": plan.gap,
        "seconds": found.ledger.seconds,
        "audit": None if plan.audit is None else {"passed": plan.audit.passed},
        "brief": found.brief,
        "options": records(found.table()),
        "signposts": [] if found.turns is None else records(found.turns.signposts()),
        "files": [str(f) for f in files],
    }
