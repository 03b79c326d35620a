"""The command line: `magnet-sourcing solve | new | check`.

Results go to standard output, progress and problems to standard error. Nothing prompts. Heavy modules are imported
inside the commands, so that help and checks do not wait for Pyomo.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from .plan import Plan
    from .session import Progress

OK, UNEXPECTED, USAGE, BAD_DATA, INFEASIBLE, STOPPED_WITH_PLAN, STOPPED_WITHOUT, AUDIT_FAILED = 0, 1, 2, 3, 4, 5, 6, 7
EPILOG = """\b
Exit codes:
  0  success                    4  proved infeasible (or unbounded)
  1  unexpected error           5  stopped early, with a plan
  2  wrong use of the command   6  stopped without a plan
  3  bad data                   7  the audit failed"""


class Commands(click.Group):
    """Turns every failure into one clear ending, and a traceback only with --debug."""

    def invoke(self, ctx: click.Context) -> Any:
        debug = "--debug" in sys.argv
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except BrokenPipeError:  # whoever read our output has stopped reading, as `| head` does
            sys.stdout = None  # type: ignore[assignment]
            ctx.exit(OK)
        except KeyboardInterrupt:
            click.echo("interrupted; nothing was written", err=True)
            ctx.exit(STOPPED_WITHOUT)
        except Exception as reason:
            code = _explain(reason)
            if debug:
                raise
            ctx.exit(code)


def _explain(reason: Exception) -> int:
    """Says what went wrong in a line (or a line for each problem); returns the exit code."""
    from .files import NotWritten
    from .problems import CaseError

    if isinstance(reason, CaseError):
        for problem in reason.problems:
            click.echo(f"{problem.severity}: {problem}", err=True)
        return BAD_DATA
    if isinstance(reason, NotWritten):
        click.echo(f"error: {reason}", err=True)
        return BAD_DATA
    if isinstance(reason, ValueError):
        click.echo(f"error: {reason}", err=True)
        return USAGE
    click.echo(
        f"unexpected error ({type(reason).__name__}: {reason}); run again with --debug for the details", err=True
    )
    return UNEXPECTED


def _version(ctx: click.Context, _: Any, asked: bool) -> None:
    if asked:
        from importlib.metadata import PackageNotFoundError, version

        try:
            click.echo(f"magnet-sourcing {version('magnet-sourcing')}")
        except PackageNotFoundError:
            click.echo("magnet-sourcing, not installed as a package")
        ctx.exit()


@click.group(cls=Commands, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Show the version.")
def main() -> None:
    """Plans a country's magnet supply: which mines, plants and partnerships, year by year."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a console's code page never stops a run


# ---------------------------------------------------------------- solve


@main.command(epilog=EPILOG)
@click.argument("case", required=False, type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="Plan workbook (.xlsx), or a folder for CSV tables. Default: <case>-plan.xlsx here.",
)
@click.option(
    "--china-price",
    type=float,
    default=0.0,
    show_default=True,
    help="Money per tonne of weighted exposure, added to the objective.",
)
@click.option("--china-cap", help="Greatest dependence index: 0.4, or by year 2027:0.5,2030:0.3 (other years free).")
@click.option("--gap", type=float, default=1e-4, show_default=True, help="Relative gap at which to stop.")
@click.option("--time-limit", type=float, help="Seconds.")
@click.option("--threads", type=int, default=1, show_default=True)
@click.option("--seed", type=int, default=0, show_default=True)
@click.option("--no-tie-break", is_flag=True, help="Take the first plan found among equally cheap ones.")
@click.option("--json", "as_json", is_flag=True, help="Machine-readable result on standard output.")
@click.option("--quiet", is_flag=True, help="Only the first line of the result.")
@click.option("--verbose", is_flag=True, help="Every line of the solver's progress.")
@click.option("--debug", is_flag=True, help="Show tracebacks.")
def solve(
    case: Path | None,
    output: Path | None,
    china_cap: str | None,
    as_json: bool,
    quiet: bool,
    verbose: bool,
    debug: bool,
    no_tie_break: bool,
    **options: Any,
) -> None:
    """Finds the cheapest plan of CASE (a workbook or a folder of CSV tables; the reference case if none is given)."""
    from .case import Case

    read = Case.read(case) if case is not None else Case.reference()
    target = output or Path(f"{case.stem if case is not None else 'reference'}-plan.xlsx")
    if case is not None and target.resolve() == case.resolve():
        raise ValueError(f"{target}: the plan would replace the case; give another output")
    from .solving import solve as solve_case

    progress = None if quiet or as_json else _progress(verbose)
    plan = solve_case(read, china_cap=_cap(china_cap), tie_break=not no_tie_break, progress=progress, **options)
    files = _write(plan, target)
    if as_json:
        click.echo(json.dumps(_as_json(plan, files), indent=2, allow_nan=False))
    else:
        _show(plan, files, quiet)
    raise click.exceptions.Exit(_exit_code(plan))


def _cap(text: str | None) -> float | dict[int, float] | None:
    """'0.4' or '2027:0.5,2030:0.3'."""
    if text is None:
        return None
    try:
        if ":" not in text:
            return float(text)
        pairs = [part.split(":") for part in text.split(",")]
        return {int(year): float(value) for year, value in pairs}
    except ValueError:
        raise ValueError(f"--china-cap {text}: give one value (0.4) or year:value pairs (2027:0.5,2030:0.3)") from None


def _progress(verbose: bool) -> Callable[[Progress], None]:
    """Lines on standard error at growing intervals, so that a long run shows where it stands."""
    due, step = time.monotonic() + 2.0, 2.0

    def report(p: Progress) -> None:
        nonlocal due, step
        if not verbose and time.monotonic() < due:
            return
        step = min(step * 1.5, 60.0)
        due = time.monotonic() + step
        plan = "no plan yet" if p.incumbent is None else f"best plan {p.incumbent:,.6g}"
        bound = "no bound yet" if p.bound is None else f"bound {p.bound:,.6g}"
        gap = "" if p.gap is None else f", gap {p.gap:.2%}"
        click.echo(f"  {p.seconds:7.1f} s  {plan}, {bound}{gap}", err=True)

    return report


def _write(plan: Plan, target: Path) -> list[Path]:
    """Writes the plan if there is one; a plan whose audit failed only under a name that says so."""
    if not plan.has_plan:
        return []
    if plan.audit is not None and not plan.audit.passed:
        target = target.with_name(f"{target.stem}-FAILED-AUDIT{target.suffix}")
    return [plan.write(target)]


def _exit_code(plan: Plan) -> int:
    if plan.audit is not None and not plan.audit.passed:
        return AUDIT_FAILED
    if plan.status == "optimal":
        return OK
    if plan.status in ("infeasible", "unbounded"):
        return INFEASIBLE
    return STOPPED_WITH_PLAN if plan.has_plan else STOPPED_WITHOUT


def _show(plan: Plan, files: list[Path], quiet: bool) -> None:
    from . import summary

    click.echo(summary.headline(plan))
    if summary.ending(plan):
        click.echo(summary.ending(plan))
    if plan.audit is not None and not plan.audit.passed:
        for failure in plan.audit.failures[:20]:
            click.echo(f"audit: {failure}", err=True)
    if plan.has_plan and not quiet:
        _show_plan(plan)
    for file in files:
        click.echo(f"Plan written to {file}")


def _show_plan(plan: Plan) -> None:
    from . import summary

    _section("The decision", [*summary.decisions(plan), *summary.sources(plan)])
    items = summary.cost_by_item(plan)
    _section(
        "Cost, discounted",
        [f"{r.item:<18} {summary.money(plan, r.discounted):>28}" for r in items.itertuples()]
        + [f"{'total':<18} {summary.money(plan, plan.cost or 0.0):>28}"],
    )
    shares = summary.dependence_by_year(plan)
    if not shares.empty:
        heads = "".join(f"{t:>7}" for t in shares.columns)
        lines = list(zip(shares.index, shares.to_numpy().tolist(), strict=True))
        name, free = summary.free_by_year(plan)
        _section(
            f"Dependence on {plan.case.settings['exposed_country']} by stage",
            [f"{'':<16}{heads}"]
            + [
                f"{line:<16}" + "".join(f"{x:>7.0%}" if x == x else f"{'-':>7}" for x in row)
                for line, row in (*lines, *([(name, free)] if free else []))
            ],
        )
    _section(
        "Demand and limits",
        [*summary.unmet(plan), *summary.binding(plan), *summary.scenarios(plan), summary.verdict(plan)],
    )


def _section(title: str, lines: list[str]) -> None:
    click.echo()
    click.echo(click.style(title, bold=True))
    for line in lines:
        click.echo(f"  {line}")


def _as_json(plan: Plan, files: list[Path]) -> dict[str, Any]:
    from . import summary

    def records(table: str) -> list[dict[str, Any]]:
        return json.loads(plan.tables[table].to_json(orient="records"))

    return {
        "status": plan.status,
        "objective": plan.objective,
        "cost": plan.cost,
        "bound": plan.bound,
        "gap": plan.gap,
        "seconds": plan.seconds,
        "detail": plan.detail,
        "ending": summary.ending(plan),
        "options": {
            k: v for k, v in plan.options.items() if k not in ("status", "objective", "bound", "gap", "seconds")
        },
        "cost_by_item": {r.item: r.discounted for r in summary.cost_by_item(plan).itertuples()},
        "builds": records("builds"),
        "signings": records("signings"),
        "index": {str(t): x for t, x in plan.index.items()},
        "dependence": records("dependence"),
        "free_delivery": records("free_delivery"),
        "demand": records("demand"),
        "audit": None if plan.audit is None else {"passed": plan.audit.passed, "failures": plan.audit.failures},
        "files": [str(f) for f in files],
    }


# ---------------------------------------------------------------- new, check


@main.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--blank", is_flag=True, help="The empty template.")
@click.option("--small", is_flag=True, help="A teaching case of a page.")
@click.option("--force", is_flag=True, help="Replace a file that is there.")
@click.option("--debug", is_flag=True, help="Show tracebacks.")
def new(path: Path, blank: bool, small: bool, force: bool, debug: bool) -> None:
    """Writes a case to PATH (.xlsx, or a folder of CSV tables): the reference case unless told otherwise."""
    from .case import Case

    if blank and small:
        raise click.UsageError("--blank or --small, not both")
    occupied = path.exists() and (path.is_file() or any(path.iterdir()))
    if occupied and not force:
        raise click.UsageError(f"{path} is there already; --force replaces it")
    case = Case.blank() if blank else Case.small() if small else Case.reference()
    click.echo(f"Case written to {case.write(path)}")


@main.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Machine-readable result on standard output.")
@click.option("--debug", is_flag=True, help="Show tracebacks.")
def check(path: Path, as_json: bool, debug: bool) -> None:
    """Names every problem of a case with its place; solves nothing."""
    from .case import Case
    from .problems import CaseError

    try:
        problems = Case.read(path).check()
    except CaseError as reason:
        problems = reason.problems
    errors = sum(p.severity == "error" for p in problems)
    if as_json:
        click.echo(json.dumps([p.__dict__ for p in problems], indent=2))
    else:
        for problem in problems:
            click.echo(f"{problem.severity}: {problem}")
        click.echo(f"{errors} errors, {len(problems) - errors} warnings" if problems else "no problems found")
    raise click.exceptions.Exit(BAD_DATA if errors else OK)


if __name__ == "__main__":
    main()
