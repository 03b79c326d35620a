"""The command line: one verb for each thing a planner asks, each in `commands/`.

Results go to standard output, progress and problems to standard error. Nothing prompts. Heavy modules are imported
inside the commands, so that help and checks do not wait for Pyomo.
"""

from __future__ import annotations

import sys
from typing import Any

import click

from .commands.alternatives import alternatives
from .commands.cases import check, new
from .commands.common import BAD_DATA, EPILOG, OK, STOPPED_WITHOUT, UNEXPECTED, USAGE
from .commands.compare import compare
from .commands.explain import explain
from .commands.frontier import frontier
from .commands.montecarlo import montecarlo
from .commands.options import options
from .commands.ranges import ranges
from .commands.report import report
from .commands.runs import runs
from .commands.sensitivity import sensitivity
from .commands.solve import solve
from .commands.stress import stress
from .commands.study import study
from .commands.sweep import sweep
from .commands.switching import switching
from .commands.verify import verify
from .commands.why import why


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
            if debug and code != OK:
                raise
            ctx.exit(code)


def _explain(reason: Exception) -> int:
    """Says what went wrong in a line (or a line for each problem); returns the exit code."""
    from .files import NotWritten
    from .problems import CaseError
    from .studies.runs.handed import HandedOver

    if isinstance(reason, HandedOver):
        click.echo(str(reason), err=True)
        return OK
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


VERBS = (
    solve, explain, frontier, stress, alternatives, options, why, switching,
    sensitivity, sweep, montecarlo, compare, report, study, ranges, runs, verify, new, check,
)  # fmt: skip
for command in VERBS:
    main.add_command(command)


if __name__ == "__main__":
    main()
