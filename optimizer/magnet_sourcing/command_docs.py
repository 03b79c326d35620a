"""docs/command-line.md, rendered from the commands themselves, so that no option is missing or named otherwise."""

from __future__ import annotations

import inspect
from typing import Any

import click

from .cli import VERBS, main
from .commands.common import EPILOG

_HEAD = """\
# The command line

Rendered from the commands themselves; `magnet-sourcing VERB --help` shows the same. Results go to standard output,
progress and problems to standard error. Nothing prompts, and nothing is overwritten without being asked for.
"""


def render_command_line() -> str:
    """docs/command-line.md"""
    parts = [_HEAD, "| verb | what it does |", "|---|---|"]
    context = click.Context(main)
    verbs = [verb for name in VERBS if (verb := main.get_command(context, name))]
    parts += [f"| [{verb.name}](#{verb.name}) | {_summary(verb)} |" for verb in verbs]
    for verb in verbs:
        parts += ["", *_verb(verb)]
    parts += ["", "## Exit codes", "", "| code | meaning |", "|---|---|", *_exit_codes()]
    return "\n".join(parts) + "\n"


def _verb(verb: click.Command) -> list[str]:
    context = click.Context(verb, info_name=verb.name, parent=click.Context(main, info_name="magnet-sourcing"))
    lines = [f"## {verb.name}", "", "```text", f"magnet-sourcing {verb.name} {_usage(verb, context)}", "```", ""]
    lines += [_paragraphs(verb), "", "| option | meaning | default |", "|---|---|---|"]
    options = [p for p in verb.params if isinstance(p, click.Option)]
    return lines + [f"| {_names(o, context)} | {_cell(o.help or '')} | {_default(o)} |" for o in options]


def _usage(verb: click.Command, context: click.Context) -> str:
    return " ".join(verb.collect_usage_pieces(context))


def _paragraphs(verb: click.Command) -> str:
    """The help text; click's mark for lines that are not to be joined is no text."""
    return inspect.cleandoc(verb.help or "").replace("\b\n", "").replace("<", "\\<")


def _summary(verb: click.Command) -> str:
    return " ".join(_paragraphs(verb).split("\n\n")[0].split())


def _names(option: click.Option, context: click.Context) -> str:
    """`-o`, `--output` PATH"""
    names = ", ".join(f"`{name}`" for name in (*option.opts, *option.secondary_opts))
    return names if option.is_flag else f"{names} {_value(option, context)}"


def _value(option: click.Option, context: click.Context) -> str:
    if isinstance(option.type, click.Choice) and option.metavar is None:
        return " / ".join(str(choice) for choice in option.type.choices)
    return _cell(option.make_metavar(context))


def _default(option: click.Option) -> str:
    """What holds without the option; blank where its help says so, or nothing does."""
    value: Any = option.default
    if option.is_flag or option.multiple or not option.show_default or not isinstance(value, (int, float, str)):
        return ""
    return f"{value:g}" if isinstance(value, (int, float)) else value


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "\\<")


def _exit_codes() -> list[str]:
    """Rows of the two columns of the epilog that --help shows."""
    lines = [line for line in EPILOG.splitlines() if line[:3].strip().isdigit()]
    found: dict[int, str] = {}
    for line in lines:
        left, right = line[:31], line[31:]
        for entry in (left, right):
            code, meaning = entry.split(maxsplit=1)
            found[int(code)] = meaning.strip()
    return [f"| {code} | {found[code]} |" for code in sorted(found)]
