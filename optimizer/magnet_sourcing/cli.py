"""The command line: one verb for each thing a planner asks, each in `commands/`.

Results go to standard output, progress and problems to standard error. Nothing prompts. A verb is imported when it is
called, and heavy modules inside it, so that help and checks do not wait for Pyomo.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

import click

from .commands.common import BAD_DATA, EPILOG, OK, STOPPED_WITHOUT, UNEXPECTED, USAGE

# The verbs, and what each does, in the order of the docs. Each is in the module of its name but for those of _PLACES.
VERBS = {
    "solve": "Finds the best plan of a case.",
    "explain": "Says why a case has no plan, and what would give it one.",
    "frontier": "What less dependence costs: the plans in between.",
    "stress": "What happens to plans in a shock.",
    "alternatives": "Other plans that cost hardly more.",
    "options": "What it costs to ban or to force each option.",
    "why": "Why the best plan has what it has, and not the rest.",
    "switching": "How far assumptions move before decisions change.",
    "sensitivity": "Which numbers of a case matter.",
    "sweep": "Solves a case at every value of what varies.",
    "montecarlo": "What is best in worlds drawn from the ranges.",
    "compare": "What differs between plans, or cases.",
    "report": "Shows a plan as one HTML page.",
    "study": "Runs the studies that a case asks for.",
    "ranges": "Lists the numbers of a case that carry a range.",
    "runs": "How far a study kept in a folder is; solves runs of it.",
    "verify": "Whether a written plan is still what was solved.",
    "new": "Writes a case to start from.",
    "check": "Checks a case without solving it.",
}
_PLACES = {"new": "cases", "check": "cases"}


class Commands(click.Group):
    """Imports a verb when it is called, turns every failure into one clear ending, shows a traceback only with --debug."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in VERBS:
            return None
        module = import_module(f"{__package__}.commands.{_PLACES.get(cmd_name, cmd_name)}")
        command: click.Command = getattr(module, cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(sorted(VERBS.items()))

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


if __name__ == "__main__":
    main()
