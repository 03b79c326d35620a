"""docs/python.md, rendered from the signatures and docstrings of the public names."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import magnet_sourcing

_HEAD = """\
# The Python interface

Rendered from the signatures and docstrings of `magnet_sourcing`. The names are those of the command line; each verb's
own page shows it at work. The examples (`>>>`) are run with the tests.
"""


def render_python() -> str:
    """docs/python.md"""
    public = [(name, getattr(magnet_sourcing, name)) for name in magnet_sourcing.__all__]
    functions = [(name, thing) for name, thing in public if not inspect.isclass(thing)]
    classes = [(name, thing) for name, thing in public if inspect.isclass(thing)]
    parts = [_HEAD, "## What there is", "", "| name | what it is |", "|---|---|"]
    parts += [f"| [{name}](#{name}) | {_first_line(thing)} |" for name, thing in functions]
    parts += [f"| [{name}](#{name.lower()}-class) | {_first_line(thing)} |" for name, thing in classes]
    parts += ["", "## Functions"]
    for name, function in functions:
        parts += ["", f"### {name}", "", *_code(f"{name}{_signature(function)}\n\n{inspect.getdoc(function) or ''}")]
    parts += ["", "## Classes"]
    for name, kind in classes:
        # 'class', because a verb and what it returns differ in one letter's case only, and anchors have none
        parts += ["", f"### {name} (class)", "", *_code(inspect.getdoc(kind) or ""), *_members(kind)]
    return "\n".join(parts) + "\n"


def _members(kind: type) -> list[str]:
    rows = [f"| {_cell(shown)} | {_first_line(thing)} |" for shown, thing in _public(kind)]
    return ["", "| member | what it is |", "|---|---|", *rows] if rows else []


def _public(kind: type) -> list[tuple[str, Any]]:
    """Methods with their parameters, and properties, that have a docstring of their own."""
    found: list[tuple[str, Any]] = []
    for name, member in vars(kind).items():
        if name.startswith("_"):
            continue
        thing = member.__func__ if isinstance(member, (classmethod, staticmethod)) else member
        if not (inspect.isfunction(thing) or isinstance(thing, property)) or not inspect.getdoc(thing):
            continue
        found.append((f"`{name}{_parameters(thing) if inspect.isfunction(thing) else ''}`", thing))
    return found


def _parameters(function: Callable[..., Any]) -> str:
    """(path, force): names only, without self or cls."""
    names = [p for p in inspect.signature(function).parameters if p not in ("self", "cls")]
    return f"({', '.join(names)})"


def _signature(function: Callable[..., Any]) -> str:
    """One parameter a line; annotations as they are written in the source."""
    signature = inspect.signature(function)
    lines: list[str] = []
    keyword = False
    for p in signature.parameters.values():
        if p.kind is p.KEYWORD_ONLY and not keyword and not any("*" in line for line in lines):
            lines.append("*,")
        keyword = p.kind is p.KEYWORD_ONLY
        star = "*" if p.kind is p.VAR_POSITIONAL else "**" if p.kind is p.VAR_KEYWORD else ""
        default = "" if p.default is p.empty else f" = {p.default!r}"
        lines.append(f"{star}{p.name}: {_annotation(p.annotation)}{default},")
    inside = "".join(f"\n    {line}" for line in lines)
    return f"({inside}\n) -> {_annotation(signature.return_annotation)}"


def _annotation(annotation: Any) -> str:
    return annotation if isinstance(annotation, str) else getattr(annotation, "__name__", str(annotation))


def _first_line(thing: Any) -> str:
    """The first paragraph of the docstring, on one line."""
    paragraph = " ".join((inspect.getdoc(thing) or "").split("\n\n")[0].split())
    return _cell(paragraph)


def _code(text: str) -> list[str]:
    return ["```text", text.strip(), "```"]


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "\\<")
