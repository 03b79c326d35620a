"""What is imported: counted, since times depend on the machine."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import click
import magnet_sourcing as ms
import pytest
from magnet_sourcing.cli import VERBS, main

BUILDING = {"pyomo", "magnet_models", "scipy"}
HEAVY = BUILDING | {"highspy", "pandas", "numpy", "openpyxl"}


def imported(*words: str) -> set[str]:
    """Top modules after a command, and the commands among ours."""
    code = (
        "import json, sys\n"
        "from magnet_sourcing.cli import main\n"
        f"try: main({list(words)!r})\n"
        "except SystemExit as end: assert not end.code, end.code\n"
        "print(json.dumps(sorted(sys.modules)), file=sys.stderr)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    modules = json.loads(ran.stderr.splitlines()[-1])
    return {m.split(".")[0] for m in modules} | {m for m in modules if m.startswith("magnet_sourcing.commands.")}


@pytest.mark.parametrize("words", [("--help",), ("--version",)])
def test_help_imports_no_library_but_the_one_for_commands(words: tuple[str, ...]) -> None:
    found = imported(*words)
    assert not found & HEAVY
    assert {m for m in found if m.startswith("magnet_sourcing.commands.")} == {"magnet_sourcing.commands.common"}


@pytest.mark.parametrize("verb", VERBS)
def test_help_of_a_verb_imports_no_library_either(verb: str) -> None:
    assert not imported(verb, "--help") & HEAVY


def test_checking_and_making_a_case_need_nothing_that_builds_models(tmp_path: Path) -> None:
    ms.Case.small().write(tmp_path / "case.xlsx")
    assert not imported("check", str(tmp_path / "case.xlsx")) & BUILDING
    assert not imported("new", str(tmp_path / "new.xlsx")) & BUILDING
    assert not imported("new", str(tmp_path / "folder"), "--small") & BUILDING


def test_every_verb_is_a_command_of_its_name_and_listed_with_a_help_that_fits_its_line() -> None:
    context = click.Context(main)
    assert main.list_commands(context) == sorted(VERBS)
    for name, help in VERBS.items():
        command = main.get_command(context, name)
        assert command is not None and command.name == name and command.help
        assert len(help) <= 60
    assert main.get_command(context, "no such verb") is None
