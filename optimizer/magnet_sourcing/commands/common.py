"""What the verbs share: exit codes, options of the solver, reading a case, progress, sections, JSON."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    import pandas as pd

    from ..case import Case
    from ..plan import Plan
    from ..scenario_plan import ScenarioPlan
    from ..session import Options, Progress

OK, UNEXPECTED, USAGE, BAD_DATA, INFEASIBLE, STOPPED_WITH_PLAN, STOPPED_WITHOUT, AUDIT_FAILED = 0, 1, 2, 3, 4, 5, 6, 7
EPILOG = """\b
Exit codes:
  0  success                    4  proved infeasible (or unbounded)
  1  unexpected error           5  stopped early, with a plan
  2  wrong use of the command   6  stopped without a plan
  3  bad data                   7  the audit failed"""

F = TypeVar("F", bound=Callable[..., Any])


def together(*options: Callable[[F], F]) -> Callable[[F], F]:
    """Several options as one decorator, shown in this order."""

    def add(function: F) -> F:
        for option in reversed(options):
            function = option(function)
        return function

    return add


def solver_options(gap: float = 1e-4) -> Callable[[F], F]:
    """--gap, --time-limit, --threads, --seed; a command hands them to `options_of`."""
    return together(
        click.option("--gap", type=float, default=gap, show_default=True, help="Relative gap at which to stop."),
        click.option("--time-limit", type=float, help="Seconds for each solve."),
        click.option("--threads", type=int, default=1, show_default=True, help="Threads of the solver."),
        click.option("--seed", type=int, default=0, show_default=True, help="Seed of the solver's choices."),
    )


output_options = together(
    click.option("--json", "as_json", is_flag=True, help="Machine-readable result on standard output."),
    click.option("--quiet", is_flag=True, help="Only the first line of the result."),
    click.option("--debug", is_flag=True, help="Show tracebacks."),
)


def options_of(gap: float, time_limit: float | None, threads: int, seed: int, tie_break: bool = False) -> Options:
    """Checked solver options; a study breaks no ties unless it says so."""
    from ..session import Options
    from ..solving import check_options

    options = Options(gap, time_limit, threads, seed, tie_break)
    check_options(options)
    return options


def read_case(path: Path | None) -> Case:
    """The case of a workbook or folder, the reference case without one."""
    from ..case import Case

    return Case.read(path) if path is not None else Case.reference()


def default_output(case: Path | None, verb: str) -> Path:
    """<case>-<verb>.xlsx here."""
    return Path(f"{case.stem if case is not None else 'reference'}-{verb}.xlsx")


def not_over(case: Path | None, target: Path, what: str = "the case") -> Path:
    """The target, refused if it would replace the case, or what else the result is made of."""
    if case is not None and target.resolve() == case.resolve():
        raise ValueError(f"{target}: the result would replace {what}; give another output")
    return target


def study_target(output: Path | None, verb: str, *made_of: Path | None) -> Path:
    """Where a study is to be written: the output, or <first it is made of>-<verb>.xlsx here.

    Refused before hours of work if it would replace what it is made of, or cannot be written.
    """
    target = output or default_output(made_of[0] if made_of else None, verb)
    for path in made_of:
        not_over(path, target)
    if target.suffix.lower() not in ("", ".xlsx"):
        raise ValueError(f"{target}: a study is written as .xlsx or as a folder (a path without ending)")
    if target.suffix and target.is_dir():
        raise ValueError(f"{target} is a folder; give a file, or a path without ending")
    if not target.suffix and target.is_file():
        raise ValueError(f"{target} is a file; give a folder, or a file that ends in .xlsx")
    place = target if target.is_dir() else target.parent
    while not place.exists():
        place = place.parent
    if not place.is_dir() or not os.access(place, os.W_OK):
        raise ValueError(f"{target}: nothing can be written in {place}; give another output")
    return target


def failed_audit(target: Path) -> Path:
    """The name under which a plan that failed its audit is written."""
    return target.with_name(f"{target.stem}-FAILED-AUDIT{target.suffix}")


def solve_progress(verbose: bool) -> Callable[[Progress], None]:
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


def study_progress(silent: bool) -> Callable[[int, int, str], None] | None:
    """A line on standard error for each finished run of a study: how many of how many, what, seconds."""
    if silent:
        return None
    begun = time.monotonic()

    def report(done: int, of: int, what: str) -> None:
        click.echo(f"  {time.monotonic() - begun:7.1f} s  {done}/{of}  {what}", err=True)

    return report


def exit_code(plan: Plan | ScenarioPlan) -> int:
    if plan.audit is not None and not plan.audit.passed:
        return AUDIT_FAILED
    if plan.status == "optimal":
        return OK
    if plan.status in ("infeasible", "unbounded"):
        return INFEASIBLE
    return STOPPED_WITH_PLAN if plan.has_plan else STOPPED_WITHOUT


def section(title: str, lines: list[str]) -> None:
    click.echo()
    click.echo(click.style(title, bold=True))
    for line in lines:
        click.echo(f"  {line}")


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of a table for JSON, blanks as null."""
    found: list[dict[str, Any]] = json.loads(frame.to_json(orient="records"))
    return found


def echo_json(answer: Mapping[str, Any]) -> None:
    click.echo(json.dumps(answer, indent=2, allow_nan=False))
